"""Works out what a suggestion of reviewers stands on: applications, reviewers, sheets, bids and conflicts as they are.

Ten or so queries, however many rows. A sheet stays where it is once something is written on it, where a committee
judges, and everywhere unless sheets may move; it goes where a conflict bars its reviewer, or who has it rests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Q

from madang.portal.applications.models import Application
from madang.portal.applications.rules import content_hash
from madang.portal.calls.rules import ReviewStep
from madang.portal.committees.models import Candidate
from madang.portal.committees.rules import CandidateState
from madang.portal.counts import count_of
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.models import ReviewAssignment, Reviewer, ReviewersApart
from madang.portal.reviews.rules import LIVE_STATES, AssignmentState
from madang.portal.reviews.scoring import REVIEWED_STATES
from madang.portal.suggestions import rules
from madang.portal.suggestions.models import Bid
from madang.portal.suggestions.rules import WEIGHTS, Changes, Pair, Wish, key
from madang.review import assignment as library
from madang.review.assignment import Expertise, Problem


@dataclass(frozen=True)
class Standing:
    """The problem of an intake with the rows behind it, by number; `sheets` are the live ones of the documents."""

    problem: Problem
    files: dict[int, Application]
    people: dict[int, Reviewer]
    sheets: dict[Pair, ReviewAssignment]
    wishes: dict[Pair, str]
    apart: tuple[ReviewersApart, ...]

    @cached_property
    def sha256(self) -> str:
        """The digest of all that a suggestion stands on."""
        return content_hash(rules.written(self.problem))

    def changes(self, chosen: dict[str, list[str]]) -> Changes:
        """What an assignment changes of what stands."""
        resting = {pk for pk, row in self.people.items() if not row.active}
        begun = {pair for pair, sheet in self.sheets.items() if _is_open(sheet) and _written_on(sheet)}
        return rules.changes(self.problem, chosen, resting=resting, begun=begun)

    def expertise(self, application: int) -> dict[int, Expertise]:
        """How well each reviewer knows an application, by number; only those who know it at all."""
        known = self.problem.expertise(self._applications[key(application)])
        return {int(name): level for name, level in known.items()}

    @cached_property
    def _applications(self) -> dict[str, library.Application]:
        return {one.id: one for one in self.problem.applications}


def standing(intake: int, now: datetime, *, moves: bool) -> Standing:
    """Reads an intake as it is now; `moves`: sheets that nobody has begun may be given to somebody else."""
    files = _files(intake)
    every = ReviewAssignment.objects.filter(application__in=files, step=ReviewStep.DOCUMENT)
    every = every.select_related("reviewer__person").order_by("pk")
    live = {(row.application_id, row.reviewer_id): row for row in every if row.state in LIVE_STATES}
    people = _people(live.values())
    barred = circle(files.values(), people.values(), now).barred()
    ended = {(row.application_id, row.reviewer_id) for row in every if row.state not in LIVE_STATES}
    fixed, loose = _fixed(live, people, barred, set() if moves else set(live), _seated(intake, files))
    apart = tuple(ReviewersApart.objects.filter(ended_at__isnull=True, one__in=people, other__in=people).order_by("pk"))
    said = Bid.objects.filter(application__in=files, reviewer__in=people)
    wishes = {(row.application_id, row.reviewer_id): row.wish for row in said}
    problem = Problem(
        _applications(files, fixed),
        _reviewers(people, live, fixed, _known(intake, people)),
        conflicts=frozenset(_keys((barred | ended) - fixed)),
        bids={_key(pair): WEIGHTS[Wish(wish)] for pair, wish in wishes.items()},
        apart=frozenset((key(row.one_id), key(row.other_id)) for row in apart),
        begun=frozenset(_keys(fixed)),
        given=frozenset(_keys(loose)),
    )
    return Standing(problem, files, people, live, wishes, apart)


def _files(intake: int) -> dict[int, Application]:
    rows = Application.objects.filter(intake=intake, state__in=REVIEWED_STATES, in_force__isnull=False)
    rows = rows.filter(track__peer_groups=0)
    return {row.pk: row for row in rows.select_related("track").order_by("pk")}


def _people(sheets: Collection[ReviewAssignment]) -> dict[int, Reviewer]:
    """Everybody who takes part, and whoever holds a sheet all the same."""
    waiting = count_of(ReviewAssignment, "reviewer", Q(state=AssignmentState.ASSIGNED))
    rows = Reviewer.objects.filter(Q(active=True, expert=True) | Q(pk__in={sheet.reviewer_id for sheet in sheets}))
    return {row.pk: row for row in rows.select_related("person").annotate(open_sheets=waiting).order_by("pk")}


def _seated(intake: int, files: dict[int, Application]) -> set[Pair]:
    """Members of committees with the applications that these judge."""
    seats = Candidate.objects.filter(draw__committee__intake=intake, state=CandidateState.ACCEPTED)
    rows = seats.values_list("reviewer", "draw__committee__track")
    return {(pk, member) for member, track in rows for pk, file in files.items() if track in (None, file.track_id)}


def _is_open(sheet: ReviewAssignment) -> bool:
    return bool(sheet.state == AssignmentState.ASSIGNED)


def _written_on(sheet: ReviewAssignment) -> bool:
    return bool(sheet.version > 1)


def _fixed(
    live: dict[Pair, ReviewAssignment],
    people: dict[int, Reviewer],
    barred: set[Pair],
    stays: set[Pair],
    seated: set[Pair],
) -> tuple[set[Pair], set[Pair]]:
    """Pairs that stay, and those that may go or must, as their reviewer is barred or takes no part."""
    fixed, loose = set(), set()
    for pair, sheet in live.items():
        must_go = pair in barred or not people[pair[1]].active
        if not _is_open(sheet) or (not must_go and (pair in stays or pair in seated or _written_on(sheet))):
            fixed.add(pair)
        else:
            loose.add(pair)
    return fixed, loose


def _known(intake: int, people: dict[int, Reviewer]) -> dict[int, set[str]]:
    """Codes of tracks in which each handed in a sheet before: who did knows the field, without being an expert."""
    rows = ReviewAssignment.objects.filter(reviewer__in=people, state=AssignmentState.SUBMITTED)
    rows = rows.exclude(application__intake=intake)
    found: dict[int, set[str]] = {}
    for reviewer, code in rows.order_by().values_list("reviewer", "application__track__code").distinct():
        found.setdefault(reviewer, set()).add(code)
    return found


def _applications(files: dict[int, Application], fixed: set[Pair]) -> tuple[library.Application, ...]:
    stay = Counter(application for application, _ in fixed)
    return tuple(
        library.Application(key(pk), max(row.track.reviews_wanted, stay[pk]), frozenset({row.track.code}))
        for pk, row in files.items()
    )


def _reviewers(
    people: dict[int, Reviewer], live: dict[Pair, ReviewAssignment], fixed: set[Pair], known: dict[int, set[str]]
) -> tuple[library.Reviewer, ...]:
    """A code in an expert's list says that he is one in it. What was handed in here weighs, but takes up no room."""
    here = Counter(reviewer for (_, reviewer), sheet in live.items() if _is_open(sheet))
    back = Counter(reviewer for (_, reviewer), sheet in live.items() if not _is_open(sheet))
    stay = Counter(reviewer for _, reviewer in fixed)
    found = []
    for pk, row in people.items():
        load = row.open_sheets - here[pk]
        limit = row.load_limit + back[pk] if row.active else stay[pk] + load
        fields = dict.fromkeys(known.get(pk, ()), Expertise.KNOWLEDGEABLE) | dict.fromkeys(row.fields, Expertise.EXPERT)
        found.append(library.Reviewer(key(pk), limit, fields, load))
    return tuple(found)


def _key(pair: Pair) -> tuple[str, str]:
    return key(pair[0]), key(pair[1])


def _keys(pairs: Collection[Pair]) -> set[tuple[str, str]]:
    return {_key(pair) for pair in pairs}
