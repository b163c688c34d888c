"""Draws a committee from a pool of experts as an ordered list that anyone can draw again, and says whom to invite next.

First a secret's digest is published, then the pool is frozen by its digest, then a value that nobody controls comes
about; the secret is revealed with the results. Neither whoever keeps the secret nor whoever fills the pool can choose
who stands where. Invitations follow the list; whoever is absent or refuses is followed by the next, which is no new
draw. Only when a list is used up is there another numbered round.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from madang.errors import Refused
from madang.lots import combined, commitment, ticket


class Answer(StrEnum):
    """Where an invitation stands; whoever is on the list without one has not been asked."""

    WAITING = "waiting"
    ABSENT = "absent"
    REFUSED = "refused"
    ACCEPTED = "accepted"
    RECUSED = "recused"


SEATED = frozenset({Answer.WAITING, Answer.ACCEPTED})


@dataclass(frozen=True, slots=True)
class Expert:
    """One in the pool, by an id that tells nothing to strangers; `traits` are fields and regions, as codes."""

    id: str
    organisation: str = ""
    traits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Quota:
    """How many of a committee's seats go to experts with a trait: at least, and at most (None: all)."""

    trait: str
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Committee:
    """What is drawn: how many seats, how many times as many names (3 or more), and what seats and list must keep.

    `per_organisation` is the most from one organisation; experts without one do not count. `number` is the round.
    """

    name: str
    seats: int
    times: int = 3
    per_organisation: int = 1
    quotas: tuple[Quota, ...] = ()
    number: int = 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw with all that is needed to draw it again; `names` are ids, first to be invited first."""

    committee: Committee
    pool: tuple[Expert, ...]
    digest: str
    commitment: str
    secret: int
    outside: str
    names: tuple[str, ...]


def frozen(committee: Committee, pool: Iterable[Expert]) -> str:
    """The digest by which committee and pool are frozen; the order of the pool, quotas apart, does not matter."""
    experts = [
        {"id": one.id, "organisation": one.organisation, "traits": sorted(one.traits)}
        for one in sorted(pool, key=lambda one: one.id)
    ]
    text = json.dumps([asdict(committee), experts], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def draw(committee: Committee, pool: Iterable[Expert], secret: int, outside: str) -> Drawn:
    """The ordered list of a committee: `times` as many names as seats.

    Quotas are met one after another as they are stated: whoever has the trait and the smallest lot, until the list
    holds `times` as many as the least number. What is left is filled by lot. Then the list stands in the order of lots.

    Refused: ``draw_invalid`` (rule, named) and ``draw_pool_too_small`` (trait, or empty for the whole list; needed,
    found).
    """
    experts = tuple(sorted(pool, key=lambda one: one.id))
    _check(committee, experts)
    digest = frozen(committee, experts)
    seed = combined(secret, outside)
    by_lot = sorted(experts, key=lambda one: (ticket(digest, seed, one.id), one.id))
    taken = _List(committee)
    for quota in committee.quotas:
        taken.fill([one for one in by_lot if quota.trait in one.traits], quota.trait, committee.times * quota.least)
    taken.fill(by_lot, "", committee.times * committee.seats)
    names = tuple(one.id for one in by_lot if one.id in taken.names)
    return Drawn(committee, experts, digest, commitment(secret), secret, outside, names)


def _check(committee: Committee, experts: tuple[Expert, ...]) -> None:
    twice = [name for name, count in Counter(one.id for one in experts).items() if count > 1]
    wrong = {
        "id_twice": min(twice, default=None),
        "seats_too_few": committee.name if committee.seats < 1 else None,
        "list_too_short": committee.name if committee.times < 3 else None,
        "organisation_needs_a_seat": committee.name if committee.per_organisation < 1 else None,
        "quota_cannot_be_kept": next((one.trait for one in committee.quotas if not _possible(one, committee)), None),
    }
    for rule, named in wrong.items():
        if named is not None:
            raise Refused("draw_invalid", rule=rule, named=named)


def _possible(quota: Quota, committee: Committee) -> bool:
    most = committee.seats if quota.most is None else quota.most
    return 0 <= quota.least <= min(most, committee.seats)


class _List:
    """A list in the making: `times` what a committee may hold of each organisation's and each trait's experts."""

    def __init__(self, committee: Committee) -> None:
        self.committee = committee
        self.names: set[str] = set()
        self.organisations: Counter[str] = Counter()
        self.traits: Counter[str] = Counter()

    def fill(self, experts: list[Expert], trait: str, needed: int) -> None:
        """Takes the first of these until the list holds `needed` with the trait (or of all)."""
        for one in experts:
            if self._held(trait) >= needed:
                return
            if one.id not in self.names and self._fits(one):
                self.names.add(one.id)
                self.organisations[one.organisation] += 1
                self.traits.update(one.traits)
        if self._held(trait) < needed:
            raise Refused("draw_pool_too_small", trait=trait, needed=needed, found=self._held(trait))

    def _held(self, trait: str) -> int:
        return self.traits[trait] if trait else len(self.names)

    def _fits(self, one: Expert) -> bool:
        if one.organisation and self.organisations[one.organisation] >= self.committee.per_organisation:
            return False
        times = self.committee.times
        return all(
            quota.most is None or quota.trait not in one.traits or self.traits[quota.trait] < times * quota.most
            for quota in self.committee.quotas
        )


def to_invite(drawn: Drawn, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """Whom to invite now, in the order of the list, so that every seat is taken or waits for an answer.

    Passed over is whoever would leave too few seats for a quota or take one too many; so the committee that accepts
    keeps every quota. Empty where all seats are taken, or where the list holds nobody who fits: then another round is
    drawn, with the next number and without those on this list.
    """
    expert = {one.id: one for one in drawn.pool}
    seated = [expert[name] for name in drawn.names if answers.get(name) in SEATED]
    invited = []
    for name in drawn.names:
        if name not in answers and _seatable(drawn.committee, [*seated, expert[name]]):
            seated.append(expert[name])
            invited.append(name)
    return tuple(invited)


def _seatable(committee: Committee, seated: list[Expert]) -> bool:
    """Whether so many seats can be taken and the quotas still be kept with those that are left."""
    left = committee.seats - len(seated)
    organisations = Counter(one.organisation for one in seated if one.organisation)
    if left < 0 or any(count > committee.per_organisation for count in organisations.values()):
        return False
    held = Counter(trait for one in seated for trait in one.traits)
    if any(quota.most is not None and held[quota.trait] > quota.most for quota in committee.quotas):
        return False
    # one expert may serve two quotas; counted as two he can only be passed over too early, never seated wrongly
    return sum(max(0, quota.least - held[quota.trait]) for quota in committee.quotas) <= left


def replayed(drawn: Drawn, published: str) -> tuple[str, ...]:
    """What does not hold of a stored draw, as codes; `published` is the commitment that was made public before.

    ``commitment_broken``: the secret is not the one committed to; ``pool_changed``: not the pool that was frozen;
    ``list_differs``: other names, or in another order. Refused as in `draw`.
    """
    again = draw(drawn.committee, drawn.pool, drawn.secret, drawn.outside)
    wrong = {
        "commitment_broken": published != commitment(drawn.secret) or published != drawn.commitment,
        "pool_changed": again.digest != drawn.digest,
        "list_differs": again.names != drawn.names,
    }
    return tuple(code for code, broken in wrong.items() if broken)
