"""Arranges review by the applicants themselves so that no one's scores can move his own rank, and judges who took part.

Applications are put into pools, each with a ranking and a budget of its own. Whoever owns an application of one pool
reviews only applications of others. So what he writes moves neither his own score nor any score that his own is
compared with. As in the distributed peer review of UK AI Open Access, a missing review costs one's own application, and
scoring without substance is flagged.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from madang.errors import Refused
from madang.lots import ticket
from madang.review.assignment import Application, Problem, Reviewer


@dataclass(frozen=True, slots=True)
class Entry:
    """An application with the organisation that stands behind it, its reviewer, and the pool it must be in, if any.

    `reviewer` is who reviews for it: one person for each application, who may answer for several.
    """

    application: str
    reviewer: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The pool of each application, and who reviews it: application -> reviewers in order of ids."""

    pools: Mapping[str, int]
    chosen: Mapping[str, tuple[str, ...]]


def arrange(
    entries: Sequence[Entry],
    each: int,
    seed: int,
    *,
    pools: int = 2,
    conflicts: Collection[tuple[str, str]] = (),
) -> Arrangement:
    """Puts applications into `pools` by lot and gives each `each` reviewers (1 to 5) from other pools.

    Whatever one person or one organisation has a hand in stays in one pool. `conflicts` are (application, reviewer);
    nobody reviews an application of his own organisation. A reviewer gets as many reviews as his applications get, and
    one more where that cannot be. Refused: ``distribution_invalid`` (rule, named), and as `assign`.
    """
    # only here, so that whoever judges an arrangement does not load what finds one
    from madang.review.assign import assign

    _check(entries, each, pools)
    of = _pools(entries, pools, seed)
    owned = Counter(one.reviewer for one in entries)
    home = {one.reviewer: of[one.application] for one in entries}
    organisations: dict[str, set[str]] = {}
    for one in entries:
        organisations.setdefault(one.reviewer, set()).add(one.organisation)
    barred = {
        (one.application, reviewer)
        for one in entries
        for reviewer in owned
        if home[reviewer] == of[one.application] or (one.organisation and one.organisation in organisations[reviewer])
    }
    found = assign(
        Problem(
            tuple(Application(one.application, each) for one in entries),
            tuple(Reviewer(name, count * (each + 1)) for name, count in owned.items()),
            frozenset(barred | set(conflicts)),
        )
    )
    return Arrangement(of, found.chosen)


def _check(entries: Sequence[Entry], each: int, pools: int) -> None:
    twice = [name for name, count in Counter(one.application for one in entries).items() if count > 1]
    if twice:
        raise Refused("distribution_invalid", rule="id_twice", named=min(twice))
    if not 1 <= each <= 5:
        raise Refused("distribution_invalid", rule="reviews_out_of_range", named=str(each))
    if pools < 2:
        raise Refused("distribution_invalid", rule="pools_too_few", named=str(pools))


def _pools(entries: Sequence[Entry], pools: int, seed: int) -> dict[str, int]:
    """The largest groups first, equals by lot, each into the pool that is smallest so far."""
    digest = hashlib.sha256("\n".join(sorted(one.application for one in entries)).encode()).hexdigest()
    groups = sorted(_together(entries), key=lambda group: (-len(group), ticket(digest, seed, group[0])))
    sizes = [0] * pools
    found: dict[str, int] = {}
    for group in groups:
        smallest = sizes.index(min(sizes))
        sizes[smallest] += len(group)
        found |= dict.fromkeys(group, smallest)
    return dict(sorted(found.items()))


def _together(entries: Sequence[Entry]) -> list[list[str]]:
    """Applications that share a reviewer or an organisation, directly or through others."""
    groups: list[tuple[set[str], list[str]]] = []
    for one in sorted(entries, key=lambda one: one.application):
        ties = {f"reviewer {one.reviewer}"} | ({f"organisation {one.organisation}"} if one.organisation else set())
        names = [one.application]
        for group in [group for group in groups if group[0] & ties]:
            groups.remove(group)
            ties |= group[0]
            names += group[1]
        groups.append((ties, sorted(names)))
    return [names for _, names in groups]


@dataclass(frozen=True, slots=True)
class Influence:
    """A reviewer whose scores could move the rank of his `own` application, as they move one it is compared with."""

    reviewer: str
    own: str
    moves: str


def influences(entries: Iterable[Entry], arrangement: Arrangement) -> list[Influence]:
    """Every way in which someone's scores could move his own rank; empty is the proof that there is none.

    A rank in a pool depends on the scores of that pool's applications alone, and a score on its own reviewers' sheets
    alone (so there must be no calibration over pools). It is therefore enough that nobody who owns an application of a
    pool reviews one of that pool, his own among them. An organisation's reviewers count as one.
    """
    entries = list(entries)
    behind: dict[str, set[str]] = {}  # organisation or person -> everyone who reviews for it
    for one in entries:
        behind.setdefault(one.organisation or f"person {one.reviewer}", set()).add(one.reviewer)
        behind.setdefault(f"person {one.reviewer}", set()).add(one.reviewer)
    found = set()
    for own in entries:
        allies = behind[own.organisation or f"person {own.reviewer}"] | {own.reviewer}
        for other, reviewers in arrangement.chosen.items():
            if arrangement.pools[other] == arrangement.pools[own.application]:
                found |= {Influence(name, own.application, other) for name in allies & set(reviewers)}
    return sorted(found, key=lambda one: (one.reviewer, one.own, one.moves))


class Standing(StrEnum):
    """What one's duty to review comes to: done, still open, owed after reminders, or forfeited."""

    DONE = "done"
    OPEN = "open"
    OWED = "owed"
    FORFEITED = "forfeited"


@dataclass(frozen=True, slots=True)
class Duty:
    """Someone's reviews: given out, handed in, released by staff (a declared conflict not replaced), reminders sent."""

    reviewer: str
    given: int
    handed_in: int
    released: int = 0
    reminders: int = 0


def standing(duty: Duty, *, past_due: bool, reminders_needed: int = 2) -> Standing:
    """Whether missing reviews reject one's own application: only past the due date and after enough reminders."""
    if duty.handed_in + duty.released >= duty.given:
        return Standing.DONE
    if not past_due:
        return Standing.OPEN
    return Standing.FORFEITED if duty.reminders >= reminders_needed else Standing.OWED


def forfeited(entries: Iterable[Entry], duties: Iterable[Duty], *, reminders_needed: int = 2) -> tuple[str, ...]:
    """The applications that are rejected for missing reviews once the time is over, in order of ids."""
    lost = {
        one.reviewer
        for one in duties
        if standing(one, past_due=True, reminders_needed=reminders_needed) == Standing.FORFEITED
    }
    return tuple(sorted(one.application for one in entries if one.reviewer in lost))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One review as the test of substance sees it: its total in thousandths and the letters of its reasons."""

    application: str
    reviewer: str
    total_milli: int
    letters: int


class Flag(StrEnum):
    """Why scoring looks unsubstantiated: the same points for all, no reasons, or far from everyone else's."""

    SAME_POINTS = "same_points"
    NO_REASONS = "no_reasons"
    FAR_OFF = "far_off"


def unsubstantiated(sheets: Iterable[Sheet], *, letters: int = 100, least: int = 3) -> dict[str, tuple[Flag, ...]]:
    """Reviewers whose scoring a person should look at, with why; nothing follows from a flag by itself.

    Of those with at least `least` sheets: ``same_points``, all his totals are equal while the others' means on the same
    applications are not; ``no_reasons``, more than half of his sheets hold fewer than `letters` letters; ``far_off``,
    his totals lie from the means of the others' by more, taken together, than four standard errors, with the variance
    within applications pooled over all (a z-test; were all alike and normal, one in 16,000 would be flagged).
    """
    every = list(sheets)
    on: dict[str, list[Sheet]] = {}
    mine: dict[str, list[Sheet]] = {}
    for sheet in every:
        on.setdefault(sheet.application, []).append(sheet)
        mine.setdefault(sheet.reviewer, []).append(sheet)
    variance = _variance(on.values())
    found = {}
    for reviewer, own in sorted(mine.items()):
        if len(own) >= least:
            others = [[one.total_milli for one in on[sheet.application] if one is not sheet] for sheet in own]
            flags = _flags(own, others, letters, variance)
            if flags:
                found[reviewer] = flags
    return found


def _variance(groups: Iterable[Sequence[Sheet]]) -> Fraction:
    """Of a single total within its application, pooled over all."""
    squares, freedom = Fraction(0), 0
    for group in groups:
        totals = [sheet.total_milli for sheet in group]
        squares += sum(total * total for total in totals) - Fraction(sum(totals) ** 2, len(totals))
        freedom += len(totals) - 1
    return squares / freedom if freedom else Fraction(0)


def _flags(own: Sequence[Sheet], others: Sequence[list[int]], letters: int, variance: Fraction) -> tuple[Flag, ...]:
    compared = [(sheet.total_milli, group) for sheet, group in zip(own, others, strict=True) if group]
    pairs = [(total, Fraction(sum(group), len(group))) for total, group in compared]
    off = sum((total - mean for total, mean in pairs), Fraction(0))
    expected = variance * sum((1 + Fraction(1, len(group)) for group in others if group), Fraction(0))
    raised = {
        Flag.SAME_POINTS: len({sheet.total_milli for sheet in own}) == 1 and len({mean for _, mean in pairs}) > 1,
        Flag.NO_REASONS: 2 * sum(sheet.letters < letters for sheet in own) > len(own),
        Flag.FAR_OFF: off * off > 16 * expected,
    }
    return tuple(flag for flag, up in raised.items() if up)
