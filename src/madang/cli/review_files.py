"""Reads what `madang review` works on: JSON documents and CSV tables (docs/review.md), each fault by file and field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from madang.reading import Node, read_csv, read_json
from madang.review import assignment as work
from madang.review import conflicts as law
from madang.review.assignment import Assignment, Expertise, Problem, Weights
from madang.review.distributed import Entry
from madang.review.draw import Committee, Drawn, Expert, Quota
from madang.review.presets import PRESETS, Ground, Preset
from madang.review.scores import Criterion, Sheet

INVALID = "review_file_invalid"
LEVELS = {"knows": Expertise.KNOWLEDGEABLE, "expert": Expertise.EXPERT}
NUMBER = re.compile(r"(\d+)(?:\.(\d{1,3}))?")
Value = TypeVar("Value")


def document(path: Path) -> Node:
    """The whole of a JSON file."""
    return Node(read_json(path, INVALID), "", str(path), INVALID)


def _list(node: Node, key: str, one: Callable[[Node], Value]) -> tuple[Value, ...]:
    found = node.maybe(key)
    return () if found is None else tuple(one(element) for element in found.elements())


def _words(node: Node, key: str) -> frozenset[str]:
    return frozenset(_list(node, key, Node.text))


def _word(node: Node, key: str) -> str:
    found = node.maybe(key)
    return "" if found is None else found.word()


def _number(node: Node, key: str, default: int) -> int:
    found = node.maybe(key)
    return default if found is None else found.number()


def _date(node: Node) -> date:
    try:
        return date.fromisoformat(node.text())
    except ValueError:
        node.refuse("must_be_a_date")


def _day(node: Node, key: str) -> date | None:
    found = node.maybe(key)
    return None if found is None else _date(found)


def _pair(node: Node) -> tuple[str, str]:
    found = [element.text() for element in node.elements()]
    if len(found) != 2:
        node.refuse("must_be_a_pair")
    return found[0], found[1]


def _chosen(node: Node, known: Mapping[str, Value]) -> Value:
    if node.text() not in known:
        node.refuse("word_is_not_known", known=", ".join(known))
    return known[node.text()]


Facts = tuple[tuple[law.Reviewer, ...], tuple[law.Subject, ...], law.Records, Preset, date]


def facts(path: Path) -> Facts:
    """Reviewers, applications, records, rules and day of a document on conflicts."""
    top = document(path)
    top.only("preset", "rules", "on", "reviewers", "applications", "declarations", "challenges", "resolutions")
    preset = _chosen(top.at("preset"), PRESETS)
    rules = top.maybe("rules")
    return (
        _list(top, "reviewers", _reviewer),
        _list(top, "applications", _subject),
        law.Records(
            _list(top, "declarations", _declaration),
            _list(top, "challenges", _challenge),
            _list(top, "resolutions", _resolution),
        ),
        preset if rules is None else preset.changed(rules.mapping()),
        _date(top.at("on")),
    )


def _reviewer(node: Node) -> law.Reviewer:
    node.only("id", "memberships", "domains", "sanctioned_on", "names", "addresses")
    return law.Reviewer(
        node.at("id").text(),
        _list(node, "memberships", _membership),
        _words(node, "domains"),
        _list(node, "sanctioned_on", _date),
        _words(node, "names"),
        _words(node, "addresses"),
    )


def _membership(node: Node) -> law.Membership:
    node.only("organisation", "start", "end", "department", "group")
    organisation, start = node.at("organisation").text(), _date(node.at("start"))
    return law.Membership(organisation, start, _day(node, "end"), _word(node, "department"), _word(node, "group"))


def _subject(node: Node) -> law.Subject:
    node.only("id", "organisations", "members", "domains", "departments", "groups", "names", "addresses")
    return law.Subject(
        node.at("id").text(),
        _words(node, "organisations"),
        _words(node, "members"),
        _words(node, "domains"),
        frozenset(_list(node, "departments", _pair)),
        _words(node, "groups"),
        _words(node, "names"),
        _words(node, "addresses"),
    )


def _declaration(node: Node) -> law.Declaration:
    touched = ("application", "organisation", "person")
    node.only("reviewer", "ground", *touched, "ended", "learnt", "reported")
    return law.Declaration(
        node.at("reviewer").text(),
        _chosen(node.at("ground"), {ground.value: ground for ground in Ground}),
        *(_word(node, name) for name in touched),
        *(_day(node, name) for name in ("ended", "learnt", "reported")),
    )


def _challenge(node: Node) -> law.Challenge:
    node.only("reviewer", "application", "upheld")
    upheld = node.maybe("upheld")
    named = node.at("reviewer").text(), node.at("application").text()
    return law.Challenge(*named, None if upheld is None else upheld.boolean())


def _resolution(node: Node) -> law.Resolution:
    node.only("reviewer", "application", "same")
    return law.Resolution(node.at("reviewer").text(), node.at("application").text(), node.at("same").boolean())


def problem(path: Path) -> Problem:
    """The problem of an assignment."""
    top = document(path)
    top.only("applications", "reviewers", "conflicts", "bids", "apart", "begun", "given", "weights")
    bids = {(one.at("application").text(), one.at("reviewer").text()): one.at("bid").number() for one in _bids(top)}
    weights = top.maybe("weights")
    if weights is not None:
        weights.only(*Weights.__dataclass_fields__)
    return Problem(
        _list(top, "applications", _application),
        _list(top, "reviewers", _assigned),
        frozenset(_list(top, "conflicts", _pair)),
        bids,
        frozenset(_list(top, "apart", _pair)),
        frozenset(_list(top, "begun", _pair)),
        frozenset(_list(top, "given", _pair)),
        Weights() if weights is None else Weights(**weights.numbers()),
    )


def _bids(top: Node) -> tuple[Node, ...]:
    found = _list(top, "bids", lambda node: node)
    for one in found:
        one.only("application", "reviewer", "bid")
    return found


def _application(node: Node) -> work.Application:
    node.only("id", "needed", "fields")
    return work.Application(node.at("id").text(), node.at("needed").number(), _words(node, "fields"))


def _assigned(node: Node) -> work.Reviewer:
    node.only("id", "limit", "fields", "load")
    fields = node.maybe("fields")
    known = {} if fields is None else {name: _chosen(level, LEVELS) for name, level in fields.members()}
    return work.Reviewer(node.at("id").text(), node.at("limit").number(), known, _number(node, "load", 0))


def assignment(path: Path) -> Assignment:
    """A stored assignment."""
    top = document(path)
    top.only("chosen", "cost", "bound", "prices")
    chosen = {name: tuple(one.text() for one in people.elements()) for name, people in top.at("chosen").members()}
    return Assignment(chosen, top.at("cost").number(), top.at("bound").number(), top.at("prices").numbers())


def pool(path: Path) -> tuple[Committee, tuple[Expert, ...]]:
    """A committee to be drawn and the pool it is drawn from."""
    top = document(path)
    top.only("committee", "pool")
    return _committee(top.at("committee")), _list(top, "pool", _expert)


def _committee(node: Node) -> Committee:
    node.only("name", "seats", "times", "per_organisation", "quotas", "number")
    name, seats = node.at("name").text(), node.at("seats").number()
    times, most = _number(node, "times", 3), _number(node, "per_organisation", 1)
    return Committee(name, seats, times, most, _list(node, "quotas", _quota), _number(node, "number", 1))


def _quota(node: Node) -> Quota:
    node.only("trait", "least", "most")
    most = node.maybe("most")
    return Quota(node.at("trait").text(), _number(node, "least", 0), None if most is None else most.number())


def _expert(node: Node) -> Expert:
    node.only("id", "organisation", "traits")
    return Expert(node.at("id").text(), _word(node, "organisation"), _words(node, "traits"))


def drawn(path: Path) -> Drawn:
    """A stored draw. The secret is text, as it is longer than other programs' whole numbers."""
    top = document(path)
    top.only("committee", "pool", "digest", "commitment", "secret", "outside", "names")
    return Drawn(
        _committee(top.at("committee")),
        _list(top, "pool", _expert),
        top.at("digest").text(),
        top.at("commitment").text(),
        whole(top.at("secret")),
        top.at("outside").text(),
        _list(top, "names", Node.text),
    )


def table(path: Path, *needed: str) -> list[Node]:
    """The lines of a CSV file as objects of text, what is empty left out; other columns than these are allowed."""
    return [Node(cells, f"line {number}", str(path), INVALID) for number, cells in read_csv(path, INVALID, needed)]


def whole(node: Node) -> int:
    """A whole number written as text."""
    if not re.fullmatch(r"\d{1,80}", node.text()):
        node.refuse("must_be_a_whole_number")
    return int(node.text())


def points(node: Node) -> Fraction:
    """Points as people write them (84.25)."""
    if not NUMBER.fullmatch(node.text()):
        node.refuse("must_be_points")
    return Fraction(node.text())


def scoring(path: Path) -> list[Criterion]:
    """A scoring table: code,points,minimum."""
    return [
        Criterion(line.at("code").text(), whole(line.at("points")), None if least is None else whole(least))
        for line in table(path, "code", "points")
        for least in [line.maybe("minimum")]
    ]


def sheets(path: Path, criteria: list[Criterion]) -> dict[str, list[Sheet]]:
    """Sheets by application: application,reviewer and a column for each criterion; an empty cell is skipped."""
    codes = [criterion.code for criterion in criteria]
    found: dict[str, list[Sheet]] = {}
    for line in table(path, "application", "reviewer", *codes):
        given = {code: points(cell) for code in codes if (cell := line.maybe(code)) is not None}
        found.setdefault(line.at("application").text(), []).append(Sheet(line.at("reviewer").text(), given))
    return found


def totals(path: Path) -> dict[tuple[str, str], int]:
    """Totals in thousandths: application,reviewer,total."""
    found: dict[tuple[str, str], int] = {}
    for line in table(path, "application", "reviewer", "total"):
        pair = line.at("application").text(), line.at("reviewer").text()
        if pair in found:
            line.refuse("must_be_unique")
        found[pair] = int(points(line.at("total")) * 1000)
    return found


def entries(path: Path) -> list[Entry]:
    """Who reviews for which application: application,reviewer,organisation."""
    return [
        Entry(line.at("application").text(), line.at("reviewer").text(), _word(line, "organisation"))
        for line in table(path, "application", "reviewer")
    ]
