"""Reads what stands between the expert pool and the applications of an intake, for staff and auditors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, Role
from madang.portal.applications.models import Application
from madang.portal.applications.rules import SCREENING
from madang.portal.findings.models import MatchAnswer
from madang.portal.people.models import Organisation
from madang.portal.reviews import desk
from madang.portal.reviews import queries as reviews
from madang.portal.reviews.conflicts import Circle, circle
from madang.portal.reviews.models import ReviewAssignment, Reviewer
from madang.portal.reviews.rules import LIVE_STATES
from madang.portal.reviews.scoring import REVIEWED_STATES
from madang.portal.tasks import Task
from madang.review.conflicts import Conflict, excluded, matched
from madang.review.presets import Ground

GOING = ("screening", "in_review")


@dataclass(frozen=True)
class Finding:
    """One application and one reviewer who have a conflict, with everything it rests on."""

    file: Application
    reviewer: Reviewer
    conflicts: tuple[Conflict, ...]

    @property
    def barred(self) -> bool:
        return excluded(self.conflicts)


def findings(by: Actor, intake: int, now: datetime) -> list[Finding]:
    """Worked out anew from what is known now, by application and name; constant in queries."""
    files = {row.pk: row for row in reviews.reviewed(by, intake)}
    pool = {row.pk: row for row in reviews.reviewers(by).filter(active=True)}
    found = circle(files.values(), pool.values(), now).every()
    rows = [Finding(files[application], pool[reviewer], every) for (application, reviewer), every in found.items()]
    return sorted(rows, key=lambda row: (row.file.number, row.reviewer.person.name, row.reviewer.pk))


# --- sheets that were given out before the conflict was known ---


def barred_sheets(by: Actor, now: datetime, **which: int) -> list[ReviewAssignment]:
    """Sheets given out, of intakes that are going on, whose reviewers are barred by what is known now."""
    rows = reviews.all_sheets(by).filter(state__in=LIVE_STATES, application__intake__state__in=GOING, **which)
    rows = rows.select_related("reviewer__person", "application__track").order_by("application__number", "pk")
    found = desk.conflicts_of(list(rows), now)
    return [row for row in rows if excluded(found[row.pk])]


# --- possible matches ---


@dataclass(frozen=True)
class Match:
    """A reviewer who may be one of an organisation's people, what that rests on, and what was found of it."""

    organisation: Organisation
    reviewer: Reviewer
    files: tuple[Application, ...]
    facts: tuple[Mapping[str, str], ...]
    answer: MatchAnswer | None
    earlier: bool

    @property
    def rests_on(self) -> str:
        return matched(self.facts)


def matches(by: Actor, intake: int, now: datetime) -> list[Match]:
    """The possible matches of an intake: those nobody has answered first; constant in queries."""
    files = list(reviews.reviewed(by, intake))
    pool = list(reviews.reviewers(by).filter(active=True))
    return _matches(files, pool, circle(files, pool, now))


def _matches(files: Iterable[Application], pool: Iterable[Reviewer], known: Circle) -> list[Match]:
    by_file, by_reviewer = {row.pk: row for row in files}, {row.pk: row for row in pool if row.active}
    found = {pair: every for pair, every in known.unanswered().items() if pair[1] in by_reviewer}
    about: dict[tuple[int, int], dict[int, tuple[Conflict, ...]]] = defaultdict(dict)
    for (file, reviewer), every in found.items():
        kept = tuple(one for one in every if one.ground == Ground.POSSIBLE_MATCH)
        if kept:
            about[by_file[file].organisation_id, reviewer][file] = kept
    answers = _answers({reviewer for _organisation, reviewer in about})
    rows = []
    for (organisation, reviewer), by in about.items():
        given, theirs = answers.get((organisation, reviewer), {}), tuple(by_file[pk] for pk in sorted(by))
        # they rest on the organisation's people, and so are the same for each of its applications
        facts = tuple(one.facts for one in next(iter(by.values())))
        answer = given.get(matched(facts))
        earlier = bool(given) and answer is None
        rows.append(Match(theirs[0].organisation, by_reviewer[reviewer], theirs, facts, answer, earlier))
    return sorted(rows, key=lambda row: (row.answer is not None, row.reviewer.person.name, row.organisation.pk))


def _answers(reviewers: set[int]) -> dict[tuple[int, int], dict[str, MatchAnswer]]:
    """The answers that were not given anew, by organisation and reviewer, and by what they rest on."""
    rows = MatchAnswer.objects.filter(reviewer__in=reviewers, replaced_at__isnull=True).select_related("answered_by")
    found: dict[tuple[int, int], dict[str, MatchAnswer]] = defaultdict(dict)
    for row in rows:
        found[row.organisation_id, row.reviewer_id][row.rests_on] = row
    return found


def match(by: Actor, intake: int, organisation: int, reviewer: int, now: datetime) -> Match | None:
    """One possible match, as it stands now."""
    files = list(reviews.reviewed(by, intake).filter(organisation=organisation))
    pool = list(reviews.reviewers(by).filter(pk=reviewer, active=True))
    found = _matches(files, pool, circle(files, pool, now))
    return found[0] if found else None


# --- what waits ---


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """Sheets to be set aside for a programme manager; possible matches to be resolved for an officer too."""
    if not by.has(*SCREENING):
        return []
    files = Application.objects.filter(intake__state__in=GOING, state__in=REVIEWED_STATES, in_force__isnull=False)
    going = {row.pk: row for row in files.select_related("track", "organisation")}
    given = ReviewAssignment.objects.filter(application__in=going, state__in=LIVE_STATES)
    sheets = list(given.values_list("application", "reviewer"))
    pool = list(reviews.reviewers(by).filter(Q(active=True) | Q(pk__in={reviewer for _file, reviewer in sheets})))
    known = circle(going.values(), pool, now)
    barred, tasks = known.barred(), []
    if by.has(Role.PROGRAMME_MANAGER):
        text = gettext("Sheets given out to reviewers who are barred now")
        tasks += _counted(
            text, "intake-conflicts", [going[file].intake_id for file, one in sheets if (file, one) in barred]
        )
    waiting = [row for row in _matches(going.values(), pool, known) if row.answer is None]
    text = gettext("Possible matches between reviewers and applicants")
    intakes = [intake for row in waiting for intake in {file.intake_id for file in row.files}]
    return tasks + _counted(text, "intake-matches", intakes)


def _counted(text: str, page: str, intakes: Iterable[int]) -> list[Task]:
    return [Task(text, reverse(page, args=[pk]), count) for pk, count in sorted(Counter(intakes).items())]
