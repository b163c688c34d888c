"""Reads reviewers, their sheets and what these come to, as far as the actor may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, Role
from madang.portal.applications.models import Application
from madang.portal.calls.models import Criterion, Intake, Section
from madang.portal.calls.queries import titled
from madang.portal.calls.rules import ReviewStep
from madang.portal.counts import count_of
from madang.portal.people.models import Organisation
from madang.portal.resources.models import Product
from madang.portal.reviews import desk, scoring
from madang.portal.reviews.models import CriterionPoints, ReviewAssignment, Reviewer
from madang.portal.reviews.rules import LIVE_STATES, AssignmentState, Coverage, Scored
from madang.portal.reviews.scoring import REVIEWED_STATES
from madang.portal.revisions.models import SheetVersion
from madang.portal.tasks import Task
from madang.review.conflicts import excluded


def reviewers(by: Actor) -> QuerySet[Reviewer]:
    """The expert pool with everyone's open sheets, for staff and auditors."""
    return everybody(by).filter(expert=True)


def everybody(by: Actor) -> QuerySet[Reviewer]:
    """The same with the applicants who review each other."""
    waiting = count_of(ReviewAssignment, "reviewer", Q(state=AssignmentState.ASSIGNED))
    rows = Reviewer.objects.select_related("person").annotate(open_sheets=waiting).order_by("person__name", "pk")
    return rows if by.reads_everything else rows.none()


def intakes(by: Actor) -> QuerySet[Intake]:
    """Intakes for the staff's pages of reviews."""
    rows = Intake.objects.select_related("call").order_by("-closes_at")
    return rows if by.reads_everything else rows.none()


def reviewed(by: Actor, intake: int) -> QuerySet[Application]:
    """The applications of an intake that are to be reviewed, with the coverage of their documents, for staff."""
    live = count_of(ReviewAssignment, "application", Q(state__in=LIVE_STATES, step=ReviewStep.DOCUMENT))
    back = count_of(ReviewAssignment, "application", Q(state=AssignmentState.SUBMITTED, step=ReviewStep.DOCUMENT))
    rows = Application.objects.filter(intake=intake, state__in=REVIEWED_STATES, in_force__isnull=False)
    rows = rows.select_related("track", "organisation").annotate(assigned=live, returned=back).order_by("number")
    return rows if by.reads_everything else rows.none()


def coverage(row: Application) -> Coverage:
    """The coverage of a row of `reviewed`."""
    return Coverage(row.track.reviews_wanted, row.assigned, row.returned)


def criteria(track: int) -> list[Criterion]:
    """A track's scoring table in its order."""
    return list(Criterion.objects.filter(track=track).order_by("position", "pk"))


def points(assignment: int) -> dict[str, CriterionPoints]:
    """What a sheet holds, by criterion code."""
    rows = CriterionPoints.objects.filter(assignment=assignment).select_related("criterion")
    return {row.criterion.code: row for row in rows}


def sheets(by: Actor, application: int) -> QuerySet[ReviewAssignment]:
    """All sheets on one application with their points, for staff and auditors."""
    given = Prefetch("points", CriterionPoints.objects.select_related("criterion").order_by("criterion__position"))
    rows = ReviewAssignment.objects.filter(application=application)
    rows = rows.select_related("reviewer__person", "application__track").annotate(kept=kept_versions())
    return rows.prefetch_related(given).order_by("pk") if by.reads_everything else rows.none()


def kept_versions() -> Coalesce:
    """An annotation of sheets: how many earlier versions are kept, as they were opened again."""
    return count_of(SheetVersion, "assignment", Q())


def scores(by: Actor, intake: int) -> dict[int, Scored]:
    """Scores and ranks by application, best first, for staff and auditors; nothing for others."""
    return scoring.scores_in(intake) if by.reads_everything else {}


def comments(application: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """Reviewers' opinions on one application without their names, each with its comments by title of criterion."""
    rows = ReviewAssignment.objects.filter(application=application, state=AssignmentState.SUBMITTED)
    given = CriterionPoints.objects.exclude(comment="").select_related("criterion").order_by("criterion__position")
    return [
        (row.comment, [(titled(given.criterion), given.comment) for given in row.points.all()])
        # ordered by content, so that the order says nothing of who was assigned first
        for row in rows.prefetch_related(Prefetch("points", given)).order_by("comment", "pk")
    ]


def all_sheets(by: Actor) -> QuerySet[ReviewAssignment]:
    """Every sheet with reviewer and application, for staff and auditors."""
    rows = ReviewAssignment.objects.select_related("reviewer__person", "application")
    return rows if by.reads_everything else rows.none()


def every_sheet(by: Actor, intake: int) -> QuerySet[ReviewAssignment]:
    """Every sheet of an intake with its points, by application and reviewer, for staff and auditors."""
    rows = all_sheets(by).filter(application__intake=intake).select_related("application__track")
    return rows.prefetch_related("points").order_by("application__number", "step", "reviewer__person__name", "pk")


def files(by: Actor) -> QuerySet[Application]:
    """Submitted applications for the staff's pages of reviews."""
    rows = Application.objects.filter(in_force__isnull=False)
    rows = rows.select_related("intake__call", "track", "organisation")
    return rows if by.reads_everything else rows.none()


def totals(by: Actor, intake: int) -> Coverage:
    """The coverage of a whole intake."""
    rows = reviewed(by, intake).values_list("track__reviews_wanted", "assigned", "returned")
    wanted, assigned, back = zip(*rows, strict=True) if rows else ((), (), ())
    return Coverage(sum(wanted), sum(assigned), sum(back))


def organisation_numbered(number: str) -> int | None:
    """The organisation with a business registration number, written with or without hyphens."""
    digits = "".join(letter for letter in number if letter.isdigit())
    return Organisation.objects.filter(registration_number=digits).values_list("pk", flat=True).first()


def sections(track: int, content: Mapping[str, Any]) -> list[tuple[Section, str]]:
    """The written plan as it was submitted and is shown, in the track's order."""
    texts = content.get("sections", {})
    rows = Section.objects.filter(track=track).order_by("position", "pk")
    return [(section, texts.get(section.code, "")) for section in rows]


def asks(content: Mapping[str, Any]) -> list[tuple[Product | None, dict[str, Any]]]:
    """What was asked for, as it was submitted, with the products."""
    lines = content.get("asks", [])
    rows = Product.objects.filter(code__in=[line["product"] for line in lines]).select_related("pool")
    products = {product.code: product for product in rows}
    return [(products.get(line["product"]), line) for line in lines]


def overdue_or_open(intake: int, now: datetime) -> list[ReviewAssignment]:
    """Experts' sheets of an intake that are not back yet and that no conflict bars; for reminders."""
    rows = ReviewAssignment.objects.filter(application__intake=intake, state=AssignmentState.ASSIGNED)
    rows = rows.filter(application__track__peer_groups=0)
    rows = rows.select_related("reviewer__person", "application__track").order_by("reviewer", "due_at")
    found = desk.conflicts_of(list(rows), now)
    return [row for row in rows if not excluded(found[row.pk])]


def undecided(rows: QuerySet[ReviewAssignment]) -> QuerySet[ReviewAssignment]:
    """Sheets that can still be set aside: open ones, and those handed in while their intake is in review."""
    handed_in = Q(state=AssignmentState.SUBMITTED, application__intake__state="in_review")
    kept = rows.filter(Q(state=AssignmentState.ASSIGNED) | handed_in).values("pk")
    return ReviewAssignment.objects.filter(pk__in=kept)


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For a reviewer: how many sheets wait, and until when the next."""
    if not by.reviews:
        return []
    waiting = desk.mine(by, now).filter(state=AssignmentState.ASSIGNED)
    waiting = [row for row in waiting if now < desk.open_until(row)]
    due = [row.due_at for row in waiting]
    return [Task(gettext("Applications to review"), reverse("reviews"), len(due), min(due))] if due else []


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: intakes whose applications lack reviewers."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    going = Intake.objects.filter(state="in_review")
    rows = Application.objects.filter(intake__in=going, state__in=REVIEWED_STATES)
    live = count_of(ReviewAssignment, "application", Q(state__in=LIVE_STATES, step=ReviewStep.DOCUMENT))
    lacking = rows.annotate(live=live).filter(live__lt=F("track__reviews_wanted")).values_list("intake", flat=True)
    found: dict[int, int] = defaultdict(int)
    for intake in lacking:
        found[intake] += 1
    text = gettext("Applications without enough reviewers")
    return [Task(text, reverse("intake-reviews", args=[intake]), count) for intake, count in sorted(found.items())]
