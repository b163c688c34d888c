"""How a draw of a committee goes on, which answers an invitation takes, and who of a drawn list is asked next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from madang.errors import Refused
from madang.review import draw as library


class DrawState(StrEnum):
    """A draw is committed to, then its pool is frozen, then it is drawn; or it is given up with a reason."""

    COMMITTED = "committed"
    FROZEN = "frozen"
    DRAWN = "drawn"
    ABANDONED = "abandoned"


class CandidateState(StrEnum):
    """Where somebody of a frozen pool stands: not asked, or as the library's answers."""

    POOLED = "pooled"
    WAITING = "waiting"
    ABSENT = "absent"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    RECUSED = "recused"


# what somebody who is asked can answer, and what staff can note for them
ANSWERS = (CandidateState.ACCEPTED, CandidateState.REFUSED, CandidateState.RECUSED)
NOTED = (*ANSWERS, CandidateState.ABSENT)
FIELD, REGION, LANGUAGE = "field", "region", "language"
KINDS = (FIELD, REGION, LANGUAGE)


@dataclass(frozen=True)
class InPool:
    """One of a frozen pool: row, alias, organisation's alias, traits, place on the list (None: not drawn), state."""

    row: int
    alias: str
    organisation: str
    traits: tuple[str, ...]
    place: int | None
    state: CandidateState


def traits(fields: Iterable[str], region: str, languages: Iterable[str]) -> tuple[str, ...]:
    """What a draw knows of an expert: `field:…`, `region:…`, `language:…`."""
    found = {f"{FIELD}:{word}" for word in fields} | {f"{LANGUAGE}:{word}" for word in languages}
    return tuple(sorted(found | ({f"{REGION}:{region}"} if region else set())))


def committee(name: str, number: int, seats: int, times: int, most: int, quotas: Sequence[Any]) -> library.Committee:
    """What is drawn, as the library takes it; `quotas` are [trait, least, most or None]."""
    kept = tuple(library.Quota(trait, least, top) for trait, least, top in quotas)
    return library.Committee(name, seats, times, most, kept, number)


def check_terms(seats: int, times: int, most: int, quotas: Sequence[Any]) -> None:
    """Refused "draw_terms_impossible" (named) for what no committee of this size can keep."""
    wrong = {"seats": seats < 1, "times": times < 3, "per_organisation": most < 1}
    named = next((name for name, broken in wrong.items() if broken), None)
    for trait, least, top in quotas:
        if not 0 <= least <= min(seats, seats if top is None else top) or trait.partition(":")[0] not in KINDS:
            named = named or "quotas"
    if sum(least for _trait, least, _top in quotas) > seats * len(KINDS):
        named = named or "quotas"
    if named:
        raise Refused("draw_terms_impossible", field=named)


def _experts(pool: Iterable[InPool]) -> tuple[library.Expert, ...]:
    found = (library.Expert(one.alias, one.organisation, frozenset(one.traits)) for one in pool)
    return tuple(sorted(found, key=lambda one: one.id))


def digest(terms: library.Committee, pool: Iterable[InPool]) -> str:
    """By what committee and pool are frozen."""
    return library.frozen(terms, _experts(pool))


def drawn(terms: library.Committee, pool: Iterable[InPool], secret: int, outside: str) -> library.Drawn:
    """The list; Refused "draw_pool_too_small" (trait, needed, found)."""
    return library.draw(terms, _experts(pool), secret, outside)


def next_ones(terms: library.Committee, pool: Collection[InPool]) -> list[int]:
    """The rows of those who are to be asked now, in the order of the list."""
    listed = sorted((one for one in pool if one.place is not None), key=lambda one: one.place or 0)
    names = tuple(one.alias for one in listed)
    answers = {one.alias: library.Answer(one.state) for one in listed if one.state != CandidateState.POOLED}
    made = library.Drawn(terms, _experts(pool), "", "", 0, "", names)
    rows = {one.alias: one.row for one in listed}
    return [rows[name] for name in library.to_invite(made, answers)]


def record(made: library.Drawn) -> dict[str, Any]:
    """A draw as a document that `madang review draw --replay` draws again; the secret is text."""
    experts = [{**asdict(one), "traits": sorted(one.traits)} for one in made.pool]
    return {**asdict(made), "pool": experts, "secret": str(made.secret)}


def check_said(said: CandidateState, allowed: Collection[CandidateState]) -> None:
    """Refused "invalid" for a state that is no answer."""
    if said not in allowed:
        raise Refused("invalid", field="said")


def check_open(state: str, answer_by: datetime | None, now: datetime) -> None:
    """An invitation is answered while it waits; Refused "invitation_over" afterwards."""
    if state != CandidateState.WAITING or answer_by is None or now >= answer_by:
        raise Refused("committee_invitation_over")
