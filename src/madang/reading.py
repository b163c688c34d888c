"""Reads JSON and CSV strictly: whole numbers stay whole, and whatever is wrong is refused by file, field and rule."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from madang.catalogues import translation
from madang.errors import Refused
from madang.values import Month

ROOT = "$"  # the field that is the whole file
NOWHERE = "-"  # the file of what comes from none
Say = Callable[[str], str]


@dataclass(slots=True)
class Node:
    """One JSON value together with where it stands: the file it came from and its path in it, such as `pools[0].code`.

    `code` is the refusal's code, so that a fault in a problem and one in a plan can be told apart. `step` is its place
    in its `parent`; the path is put together only for a refusal, as a plan has tens of thousands of values.
    """

    value: object
    step: str | int
    source: str
    code: str
    parent: Node | None = None

    @property
    def path(self) -> str:
        before = self.parent.path if self.parent else ""
        if isinstance(self.step, int):
            return f"{before}[{self.step}]"
        return f"{before}.{self.step}" if before else self.step

    def refuse(self, rule: str, **facts: object) -> NoReturn:
        raise Refused(self.code, file=self.source, field=self.path or ROOT, rule=rule, **facts)

    def _child(self, value: object, step: str | int) -> Node:
        return Node(value, step, self.source, self.code, self)

    def mapping(self) -> Mapping[str, object]:
        if not isinstance(self.value, dict):
            self.refuse("must_be_an_object")
        return self.value

    def at(self, key: str) -> Node:
        """The member `key` of an object; refused where it is absent."""
        found = self.maybe(key)
        return found if found is not None else self._child(None, key).refuse("is_missing")

    def maybe(self, key: str) -> Node | None:
        """The member `key`, or None where it is absent or null."""
        value = self.mapping().get(key)
        return None if value is None else self._child(value, key)

    def only(self, *keys: str) -> None:
        """Refuses a member that the format does not know, so that a misspelt one is not silently ignored."""
        for key in self.mapping():
            if key not in keys:
                self._child(None, key).refuse("is_not_known")

    def members(self) -> Iterator[tuple[str, Node]]:
        for key, value in self.mapping().items():
            yield key, self._child(value, key)

    def elements(self) -> Iterator[Node]:
        if not isinstance(self.value, list):
            self.refuse("must_be_a_list")
        for index, value in enumerate(self.value):
            yield self._child(value, index)

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value:
            self.refuse("must_be_text")
        try:
            self.value.encode("utf-8")
        except UnicodeEncodeError:
            self.refuse("must_be_text")
        return self.value

    def word(self) -> str:
        """Text that may be empty."""
        return "" if self.value == "" else self.text()

    def number(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            self.refuse("must_be_a_whole_number")
        return self.value

    def boolean(self) -> bool:
        if not isinstance(self.value, bool):
            self.refuse("must_be_true_or_false")
        return self.value

    def month(self) -> Month:
        return self.as_month(self.text())

    def as_month(self, text: str) -> Month:
        try:
            return Month.parse(text)
        except ValueError:
            self.refuse("must_be_a_month")

    def texts(self) -> dict[str, str]:
        return {key: member.text() for key, member in self.members()}

    def numbers(self) -> dict[str, int]:
        return {key: member.number() for key, member in self.members()}


def read_json(path: Path, code: str) -> object:
    """The JSON value in a file; `Refused(code, file, field, rule)` where it cannot be read or is not JSON.

    A member that an object has twice is refused too: only one of the two could count.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(code, file=str(path), field=ROOT, rule="cannot_be_read", why=error.strerror or "") from error
    try:
        return json.loads(content, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Refused(code, file=str(path), field=ROOT, rule="must_be_json", why=str(error)) from error


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} twice in one object")
    return found


def read_csv(
    path: Path, code: str, needed: tuple[str, ...], known: Callable[[str], bool] = bool
) -> list[tuple[int, dict[str, str]]]:
    """The lines of a CSV file in UTF-8 below its first, which names the columns: (number of the line, column → cell).

    Cells are stripped; empty ones, and lines of nothing else, are left out. `Refused(code, file, field, rule)` where it
    cannot be read, has a column that is not `known` (by default any with a name is), lacks one of `needed`, has one
    twice or a line of another length.
    """

    def refuse(field: str, rule: str, why: str = "") -> NoReturn:
        raise Refused(code, file=str(path), field=field, rule=rule, why=why)

    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        refuse(ROOT, "cannot_be_read", error.strerror or "")
    except (UnicodeDecodeError, csv.Error) as error:
        refuse(ROOT, "must_be_csv", str(error))
    head = [name.strip() for name in rows[0][1]] if rows else []
    for name in head:
        if not known(name):
            refuse(f"line 1, {name}", "is_not_known")
        if head.count(name) > 1:
            refuse(f"line 1, {name}", "must_be_unique")
    for name in needed:
        if name not in head:
            refuse(f"line 1, {name}", "is_missing")
    found = []
    for number, row in rows[1:]:
        if any(row) and len(row) != len(head):
            refuse(f"line {number}", "must_have_a_cell_a_column")
        cells = {name: cell.strip() for name, cell in zip(head, row, strict=False) if cell.strip()}
        found += [(number, cells)] if cells else []
    return found


def refusal(refused: Refused, language: str, more: Mapping[str, str] | None = None) -> str:
    """The sentence of a refusal by file, field and rule; `more` has the words of rules that are not about reading."""
    _ = translation(language).gettext
    facts = refused.facts
    file, field, rule = facts.get("file"), facts.get("field") or ROOT, str(facts.get("rule", ""))
    named = file not in (None, NOWHERE)
    if field == ROOT:
        field = _("the file itself") if named else ""
    blank = dict.fromkeys(("known", "why", "pool", "named", "low", "high", "work", "option", "policy"), "")
    body = {**_rules(_), **(more or {})}.get(rule, rule).format(**{**blank, **facts})
    return ": ".join(str(part) for part in (file if named else "", field, body) if part)


def _rules(_: Say) -> dict[str, str]:
    return {
        "cannot_be_read": _("cannot be read ({why})"),
        "cannot_be_written": _("cannot be written ({why})"),
        "must_be_json": _("is not JSON ({why})"),
        "must_be_csv": _("is not a CSV file in UTF-8 ({why})"),
        "must_have_a_cell_a_column": _("must have one cell for each column"),
        "must_be_points": _("must be points with at most three decimals, such as 84.25"),
        "must_be_an_object": _("must be an object"),
        "must_be_a_list": _("must be a list"),
        "must_be_text": _("must be text that is not empty"),
        "must_be_a_whole_number": _("must be a whole number"),
        "must_be_true_or_false": _("must be true or false"),
        "must_be_a_month": _("must be a month written YYYY-MM"),
        "must_be_a_date": _("must be a date written YYYY-MM-DD"),
        "must_be_a_pair": _("must be a list of two"),
        "must_be_above_zero": _("must be above zero"),
        "must_not_be_below_zero": _("must not be below zero"),
        "must_lie_between": _("must lie between {low} and {high}"),
        "must_be_unique": _("is already taken; it must be unique"),
        "must_not_be_empty": _("must not be empty"),
        "word_is_not_known": _("is not one of {known}"),
        "is_missing": _("is missing"),
        "is_not_known": _("is not a member that this format knows"),
    }


def canonical(value: object) -> bytes:
    """The one way of writing a JSON value that is hashed: members sorted, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
