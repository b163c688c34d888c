"""Reads challenges: an applicant's own, and for staff those of an intake with whom each may mean."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, Role
from madang.portal.applications.models import Application
from madang.portal.calls.models import Intake
from madang.portal.challenges import rules
from madang.portal.challenges.models import Challenge
from madang.portal.challenges.rules import ChallengeState
from madang.portal.committees.models import Committee
from madang.portal.reviews.models import Reviewer
from madang.portal.reviews.scoring import REVIEWED_STATES
from madang.portal.tasks import Task


def applications(by: Actor) -> QuerySet[Application]:
    """The submitted applications of the actor's organisations, on which they may challenge somebody."""
    rows = Application.objects.filter(organisation__in=by.memberships, state__in=REVIEWED_STATES, number__isnull=False)
    return rows.select_related("intake__call", "track", "organisation")


def own(by: Actor, application: int) -> QuerySet[Challenge]:
    """The challenges on an application of the actor's organisations, newest first."""
    rows = Challenge.objects.filter(application=application, application__organisation__in=by.memberships)
    return rows.order_by("-filed_at", "-pk")


def intakes(by: Actor) -> QuerySet[Intake]:
    """Intakes for the staff's page of challenges."""
    rows = Intake.objects.select_related("call").exclude(call__state="draft")
    return rows if by.reads_everything else rows.none()


def challenges(by: Actor, intake: int | None = None) -> QuerySet[Challenge]:
    """Challenges, those that wait first, for staff and auditors."""
    rows = Challenge.objects.select_related(
        "application__organisation", "application__track", "application__intake__call", "reviewer__person"
    ).order_by("decided_at", "filed_at", "pk")
    rows = rows.filter(application__intake=intake) if intake else rows
    return rows if by.reads_everything else rows.none()


def session(application: Application) -> datetime:
    """Before which instant challenges on an application are filed and decided."""
    meetings = Committee.objects.filter(intake=application.intake_id).values_list("track", "meets_at")
    return rules.session_of(application.track_id, meetings, application.intake.review_due_at)


def namesakes(name: str) -> list[Reviewer]:
    """Everybody in the pool whom a written name may mean."""
    pool = {row.pk: row for row in Reviewer.objects.select_related("person", "profile")}
    found = rules.meant(name, {pk: spellings(row) for pk, row in pool.items()})
    return [pool[pk] for pk in found]


def spellings(row: Reviewer) -> Iterable[str]:
    """Every spelling of a reviewer's name that is known; reviewers come with person and profile."""
    profile = getattr(row, "profile", None)
    return [row.person.name, *(profile.other_names if profile else ())]


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: challenges to be decided."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    rows = Challenge.objects.filter(state=ChallengeState.WAITING).order_by("application__intake")
    waiting: dict[int, int] = {}
    for intake in rows.values_list("application__intake", flat=True):
        waiting[intake] = waiting.get(intake, 0) + 1
    text = gettext("Challenges to decide")
    return [Task(text, reverse("intake-challenges", args=[pk]), count) for pk, count in waiting.items()]
