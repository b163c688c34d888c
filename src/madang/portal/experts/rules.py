"""Which rows of a file are new experts, known ones, or perhaps known ones whom a person must tell apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from madang.errors import Refused
from madang.review.names import possibly_same, spellings

# a decision on a possible match, beside the number of the expert who it is
ANOTHER, SKIP = "another", "skip"
# since when, where a file does not say: always, so that nothing that stands between two is overlooked
LONG_AGO = date(1900, 1, 1)


@dataclass(frozen=True)
class Post:
    """Where an expert works or worked, [since, until); `number` is ten digits or empty."""

    name: str
    number: str
    since: date
    until: date | None = None
    department: str = ""

    @property
    def key(self) -> tuple[str, date]:
        """By what the same post is known again: the number, else the name, and its first day."""
        return self.number or compact(self.name), self.since


@dataclass(frozen=True)
class Listed:
    """One expert of a file, from one row or several: the first row, and what the file says (empty: nothing)."""

    place: int
    name: str
    email: str
    fields: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    region: str = ""
    load_limit: int | None = None
    other_names: tuple[str, ...] = ()
    posts: tuple[Post, ...] = ()


@dataclass(frozen=True)
class Known:
    """A person with an account here: `expert` is the place in the pool (None: none), `proven` that they logged in."""

    person: int
    name: str
    addresses: frozenset[str]
    expert: int | None = None
    names: frozenset[str] = frozenset()
    proven: bool = True
    staff: bool = False
    fields: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    region: str = ""
    load_limit: int = 0
    posts: frozenset[tuple[str, date, date | None]] = frozenset()
    departments: frozenset[tuple[str, date, str]] = frozenset()

    @property
    def spelt(self) -> frozenset[str]:
        return self.names | {self.name}


class Verdict(StrEnum):
    """What a row comes to."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    POSSIBLE = "possible"
    SKIPPED = "skipped"
    STAFF = "staff"


@dataclass(frozen=True)
class Judged:
    """A row with its verdict, whom it is (or, where possible, who it may be), and the earlier rows it may be."""

    row: Listed
    verdict: Verdict
    known: Known | None = None
    perhaps: tuple[Known, ...] = ()
    rows: tuple[int, ...] = ()


def compact(name: str) -> str:
    """A name of an organisation as two writings of it compare: without spaces, in lower case."""
    return "".join(name.split()).casefold()


def judged(rows: Sequence[Listed], known: Sequence[Known], decided: Mapping[int, str]) -> list[Judged]:
    """Every row with its verdict, under the decisions made so far (row -> `ANOTHER`, `SKIP`, or whose expert's number).

    The same address and a name that may be the same is the same person. Anything less is a possible match: the name of
    somebody in the pool with another address, an address under another name, two rows of the file under one name.
    Refused: ``expert_decision_unknown`` (row), for a decision that names nobody who was asked about.
    """
    by_address = {address: one for one in known for address in one.addresses}
    by_name = _by_spelling(known)
    earlier: dict[str, list[int]] = {}
    found = []
    for row in rows:
        found.append(_judged(row, by_address.get(row.email), by_name, earlier, decided.get(row.place, "")))
        for spelling in _spellings((row.name, *row.other_names)):
            earlier.setdefault(spelling, []).append(row.place)
    return found


def _spellings(names: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(spellings(name) for name in names))


def _by_spelling(known: Collection[Known]) -> dict[str, list[Known]]:
    """Those of the pool by every way to write their names; who is in no pool is met by the address alone."""
    found: dict[str, list[Known]] = {}
    for one in known:
        if one.expert is not None:
            for spelling in _spellings(one.spelt):
                found.setdefault(spelling, []).append(one)
    return found


def _judged(
    row: Listed, same: Known | None, by_name: Mapping[str, list[Known]], earlier: Mapping[str, list[int]], said: str
) -> Judged:
    names = (row.name, *row.other_names)
    if same and same.staff:
        return Judged(row, Verdict.STAFF, same)
    if same and any(possibly_same(mine, theirs) for mine in names for theirs in same.spelt):
        return Judged(row, _difference(row, same), same)
    spelt = _spellings(names)
    perhaps = {one.person: one for spelling in sorted(spelt) for one in by_name.get(spelling, [])}
    if same:
        perhaps[same.person] = same
    before = sorted({place for spelling in spelt for place in earlier.get(spelling, [])})
    if not perhaps and not before:
        return Judged(row, Verdict.NEW)
    return _resolved(row, tuple(perhaps.values()), tuple(before), same, said)


def _resolved(
    row: Listed, perhaps: tuple[Known, ...], before: tuple[int, ...], same: Known | None, said: str
) -> Judged:
    if not said:
        return Judged(row, Verdict.POSSIBLE, None, perhaps, before)
    if said == SKIP:
        return Judged(row, Verdict.SKIPPED, None, perhaps, before)
    if said == ANOTHER and same is None:
        return Judged(row, Verdict.NEW, None, perhaps, before)
    chosen = next((one for one in perhaps if said == str(one.person)), None)
    if chosen is None:
        raise Refused("expert_decision_unknown", row=row.place)
    return Judged(row, _difference(row, chosen), chosen, perhaps, before)


def _difference(row: Listed, known: Known) -> Verdict:
    """Whether a file says anything of a known expert that is not here yet; what it leaves empty says nothing."""
    posts = {(*post.key, post.until) for post in row.posts}
    departments = {(*post.key, post.department) for post in row.posts if post.department}
    new = (
        known.expert is None
        or row.email not in known.addresses
        or not {row.name, *row.other_names} <= known.spelt
        or bool(row.fields and row.fields != known.fields)
        or bool(row.languages and row.languages != known.languages)
        or bool(row.region and row.region != known.region)
        or bool(row.load_limit and row.load_limit != known.load_limit)
        or not posts <= known.posts
        or not departments <= known.departments
    )
    return Verdict.CHANGED if new else Verdict.UNCHANGED
