"""Reads JSON values strictly: whole numbers stay whole, and whatever is wrong is refused by file, field and rule."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from madang.errors import Refused
from madang.values import Month


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
        raise Refused(self.code, file=self.source, field=self.path or "$", rule=rule, **facts)

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
    """The JSON value in a file; `Refused(code, file, field, rule)` where it cannot be read or is not JSON."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(code, file=str(path), field="$", rule="cannot_be_read", why=error.strerror or "") from error
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Refused(code, file=str(path), field="$", rule="must_be_json", why=str(error)) from error


def canonical(value: object) -> bytes:
    """The one way of writing a JSON value that is hashed: members sorted, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
