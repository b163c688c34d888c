"""Reads consensuses: all for staff, one's own for a moderator, and for the reviewers what was sent to them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, Role
from madang.portal.applications.models import Application
from madang.portal.calls.models import Intake
from madang.portal.calls.rules import ReviewStep
from madang.portal.committees.queries import RESULTS_OUT
from madang.portal.consensus import rules
from madang.portal.consensus.models import AgreedSheet, Assent, Consensus
from madang.portal.consensus.rules import Answers, ConsensusState
from madang.portal.experts.terms import owing_terms
from madang.portal.masks import queries as masks
from madang.portal.reviews import desk
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.models import CriterionPoints, ReviewAssignment, Reviewer
from madang.portal.reviews.rules import LIVE_STATES, AssignmentState
from madang.portal.reviews.scoring import REVIEWED_STATES
from madang.portal.tasks import Task


@dataclass(frozen=True)
class Panel:
    """The sheets that count towards a consensus, those handed in, and how many are still waited for."""

    sheets: list[ReviewAssignment]
    waiting: int

    @property
    def reviewers(self) -> set[int]:
        return {row.reviewer_id for row in self.sheets}


def intakes(by: Actor) -> QuerySet[Intake]:
    """Intakes for the staff's page of consensuses."""
    rows = Intake.objects.select_related("call").exclude(call__state="draft")
    return rows if by.reads_everything else rows.none()


def files(by: Actor, intake: int | None = None) -> QuerySet[Application]:
    """The applications in review of tracks that decide by consensus, for staff and auditors."""
    rows = Application.objects.filter(state__in=REVIEWED_STATES, in_force__isnull=False, track__consensus=True)
    rows = (rows.filter(intake=intake) if intake else rows).select_related("track", "intake__call", "organisation")
    rows = rows.select_related("consensus__moderator__person")
    return rows.order_by("number") if by.reads_everything else rows.none()


def panel(application: int, now: datetime) -> Panel:
    """The independent sheets on an application's documents; whoever is barred or left is not among them."""
    return panels([application], now)[application]


def panels(applications: Iterable[int], now: datetime) -> dict[int, Panel]:
    """The panels of some applications, in a fixed number of queries."""
    wanted = list(applications)
    given = Prefetch("points", CriterionPoints.objects.select_related("criterion").order_by("criterion__position"))
    rows = ReviewAssignment.objects.filter(
        application__in=wanted, step=ReviewStep.DOCUMENT, state__in=LIVE_STATES
    ).select_related("reviewer__person", "application__track")
    sheets = list(rows.prefetch_related(given).order_by("pk"))
    barred = circle(
        {row.application_id: row.application for row in sheets}.values(),
        {row.reviewer_id: row.reviewer for row in sheets}.values(),
        now,
    ).barred()
    found: dict[int, list[ReviewAssignment]] = defaultdict(list)
    for row in sheets:
        if (row.application_id, row.reviewer_id) not in barred:
            found[row.application_id].append(row)
    return {
        pk: Panel(
            [row for row in found[pk] if row.state == AssignmentState.SUBMITTED],
            sum(row.state == AssignmentState.ASSIGNED for row in found[pk]),
        )
        for pk in wanted
    }


def _whole(rows: QuerySet[Consensus]) -> QuerySet[Consensus]:
    said = Prefetch("assents", Assent.objects.select_related("reviewer__person").order_by("pk"))
    sent = AgreedSheet.objects.select_related("sent_by__person").prefetch_related(said).order_by("-number")
    rows = rows.select_related("application__track", "application__intake__call", "moderator__person")
    return rows.prefetch_related(Prefetch("sheets", sent))


def open_to(by: Actor, application: int, now: datetime) -> Consensus | None:
    """A consensus for staff and auditors, for its moderator, and once sent for the reviewers of its panel.

    Whoever is barred from the application, or owes agreement to the call's terms, finds nothing.
    """
    rows = Consensus.objects.filter(application=application, application__state__in=REVIEWED_STATES)
    row = next(iter(_titled(by, _whole(rows))), None)
    if row is None or by.reads_everything:
        return row
    return row if moderates(by, row, now) or asked(by, row, now) else None


def _titled(by: Actor, rows: Iterable[Consensus]) -> list[Consensus]:
    """Each with its application's title as this person may see it."""
    found = {row.application_id: row for row in rows}
    for pk, title in masks.titles(by, [row.application for row in found.values()]).items():
        found[pk].title = title
    return list(found.values())


def moderates(by: Actor, row: Consensus, now: datetime) -> bool:
    """Whether the actor is the moderator and may see the application."""
    return row.moderator.person_id == by.person and bool(led([row], now))


def led(rows: list[Consensus], now: datetime) -> list[Consensus]:
    """Those of one moderator's that nothing bars, neither a conflict nor owed terms; a fixed number of queries."""
    one, files = (rows[0].moderator if rows else None), [row.application for row in rows]
    if one is None or not one.active:
        return []
    barred = circle(files, [one], now).barred()
    owing = owing_terms({file.intake.call_id for file in files}, {one.pk})
    free = {f.pk for f in files if (f.pk, one.pk) not in barred and (f.intake.call_id, one.pk) not in owing}
    return [row for row in rows if row.application_id in free]


def asked(by: Actor, row: Consensus, now: datetime) -> ReviewAssignment | None:
    """The actor's own sheet of the panel, where something was sent to it."""
    if not row.sheets.all() or by.person is None:
        return None
    own = [one for one in panel(row.application_id, now).sheets if one.reviewer.person_id == by.person]
    return own[0] if own and own[0].reviewer.active and desk.open_to_reviewer(by, own[0].pk, now) else None


def last_sheet(row: Consensus) -> AgreedSheet | None:
    """The version that was sent last."""
    return next(iter(row.sheets.all()), None)


def answers(row: Consensus, found: Panel) -> Answers:
    """What the panel says to the version sent last."""
    sheet = last_sheet(row)
    given = {one.reviewer_id: one.agrees for one in sheet.assents.all()} if sheet else {}
    return rules.answers(found.reviewers, given)


def moderators(file: Application, now: datetime) -> list[Reviewer]:
    """Who may moderate an application's consensus: active in the pool and not barred, those with a sheet first."""
    every = Reviewer.objects.filter(active=True, expert=True).select_related("person")
    rows = list(every.order_by("person__name", "pk"))
    barred = circle([file], rows, now).barred()
    sheets = ReviewAssignment.objects.filter(application=file, state__in=LIVE_STATES)
    with_sheet = set(sheets.values_list("reviewer", flat=True))
    return sorted((row for row in rows if (file.pk, row.pk) not in barred), key=lambda row: row.pk not in with_sheet)


def own(by: Actor, now: datetime) -> tuple[list[Consensus], list[Consensus]]:
    """The consensuses that somebody moderates, and those whose sheet was sent to them; what is barred is not there."""
    if not by.reviewer:
        return [], []
    alive = Q(application__state__in=REVIEWED_STATES)
    rows = _whole(Consensus.objects.filter(alive, moderator__person=by.person).order_by("application__number"))
    mine = _titled(by, led(list(rows), now))
    sheets = desk.mine(by, now).filter(state=AssignmentState.SUBMITTED, step=ReviewStep.DOCUMENT, owes_terms=False)
    sent = Consensus.objects.filter(alive, application__in=sheets.values("application"), sheets__isnull=False)
    return mine, _titled(by, _whole(sent.distinct().order_by("application__number")))


def waits_for(by: Actor, row: Consensus) -> bool:
    """Whether the sheet that was sent last waits for the actor's answer."""
    sheet = last_sheet(row)
    if row.state != ConsensusState.SENT or sheet is None:
        return False
    return all(one.reviewer.person_id != by.person for one in sheet.assents.all())


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For a moderator: sheets to write; for a reviewer: sheets to agree to. Only where all sheets are in."""
    mine, sent = own(by, now) if by.reviewer and Consensus.objects.exclude(state="closed").exists() else ([], [])
    writing = [row for row in mine if row.state == ConsensusState.WRITING]
    ready = panels([row.application_id for row in writing], now) if writing else {}
    text, other = gettext("A consensus waits for its sheet"), gettext("A sheet waits for you to agree or object")
    link = [reverse("consensus", args=[row.application_id]) for row in writing if not ready[row.application_id].waiting]
    found = [Task(text, one) for one in link]
    return found + [Task(other, reverse("consensus", args=[r.application_id])) for r in sent if waits_for(by, r)]


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: applications that decide by consensus and have no moderator yet, by intake."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    rows = files(by).filter(consensus__isnull=True, intake__state="in_review").exclude(intake__state__in=RESULTS_OUT)
    counts = Counter(rows.values_list("intake", flat=True))
    text = gettext("Applications without a moderator")
    return [Task(text, reverse("intake-consensus", args=[pk]), count) for pk, count in counts.items()]
