"""Reads applications: members see their own organisations', staff and auditors what was submitted, nobody else any."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, Role
from madang.portal.applications.models import (
    Application,
    Ask,
    Attachment,
    Consent,
    EligibilityCheck,
    ScreeningQuestion,
    Submission,
    SubmittedFile,
)
from madang.portal.applications.rules import (
    AskLine,
    Content,
    Paper,
)
from madang.portal.calls.models import Intake, Track, TrackConsent
from madang.portal.journal.models import RetentionRule
from madang.portal.people.models import Person
from madang.portal.tasks import Task

# A kind of record in the table of retention rules; days count from the intake's deadline.
DRAFT_RECORDS = "unsubmitted_draft"


def visible(by: Actor, also: Iterable[int] = ()) -> QuerySet[Application]:
    """The applications that an actor may see; `also` are ids that another domain vouches for (a reviewer's, say).

    Members see all of their organisations', staff those that were ever submitted, an auditor every one.
    """
    rows = Application.objects.select_related(
        "intake__call", "intake__reply_period", "track", "organisation", "in_force"
    )
    if by.has(Role.AUDITOR):
        return rows
    allowed = Q(organisation__in=list(by.memberships)) | Q(pk__in=list(also))
    if by.is_staff:
        allowed |= Q(number__isnull=False)
    return rows.filter(allowed)


def mine(by: Actor) -> QuerySet[Application]:
    """The applications of the actor's own organisations with what was decided on them, newest first."""
    rows = Application.objects.select_related("intake__call", "track", "organisation", "decision")
    return rows.filter(organisation__in=list(by.memberships)).order_by("-saved_at", "-pk")


def whole(by: Actor, also: Iterable[int] = ()) -> QuerySet[Application]:
    """Visible applications with all their parts, in a constant number of queries."""
    return visible(by, also).prefetch_related(
        Prefetch("asks", queryset=Ask.objects.select_related("product__pool").order_by("pk")),
        Prefetch(
            "attachments", queryset=attachments_in_use().select_related("file", "cleaned", "evidence").order_by("pk")
        ),
        Prefetch("consents", queryset=Consent.objects.filter(withdrawn_at__isnull=True).select_related("text")),
        Prefetch("submissions", queryset=Submission.objects.order_by("-number")),
        Prefetch("questions", queryset=_questions()),
        Prefetch("checks", queryset=EligibilityCheck.objects.select_related("rule").order_by("pk")),
        "track__sections",
        "track__products__product__pool",
        "track__evidence_kinds",
        Prefetch("track__consents", queryset=TrackConsent.objects.select_related("text").order_by("position")),
    )


def _questions() -> QuerySet[ScreeningQuestion]:
    return ScreeningQuestion.objects.select_related("asked_by", "answered_by", "answer_file").order_by("pk")


def attachments_in_use() -> QuerySet[Attachment]:
    return Attachment.objects.filter(removed_at__isnull=True)


def draft_files(by: Actor) -> QuerySet[Attachment]:
    """Files of drafts, for the members of their organisations only."""
    rows = attachments_in_use().select_related("file", "cleaned", "application")
    return rows.filter(application__organisation__in=list(by.memberships))


def submitted_files(by: Actor) -> QuerySet[SubmittedFile]:
    """Files as submitted, for members and for staff and auditors; a reviewer opens them from the own sheet only."""
    rows = SubmittedFile.objects.select_related("file", "cleaned", "submission__application")
    return rows if by.reads_everything else rows.filter(submission__application__organisation__in=list(by.memberships))


def track_and_intake(track: int, intake: int) -> tuple[Track | None, Intake | None]:
    """The rows of a track and an intake of a published call."""
    found = Track.objects.select_related("call").exclude(call__state="draft").filter(pk=track).first()
    return found, Intake.objects.select_related("call").exclude(call__state="draft").filter(pk=intake).first()


def content_of(application: Application) -> Content:
    """What a draft holds, as values; its parts come prefetched from `whole`."""
    return Content(
        title=application.title,
        sections=application.sections,
        asks=[ask_line(ask) for ask in application.asks.all()],
        papers=[
            Paper(row.evidence.code, row.issued_on, row.valid_until)
            for row in application.attachments.all()
            if row.evidence
        ],
        accepted=frozenset(row.text.code for row in application.consents.all()),
        claims=application.claims,
    )


def ask_line(ask: Ask) -> AskLine:
    return AskLine(ask.product.code, ask.quantity, ask.least, ask.first_month, ask.months)


def deadline_day(intake: Intake) -> date:
    """The centre's calendar day of an intake's last instant."""
    return (intake.closes_at.astimezone(settings.MADANG_ZONE) - timedelta(microseconds=1)).date()


def waiting_for_verdict(intake: int) -> int:
    """How many applications of an intake wait for the screening officer."""
    return Application.objects.filter(intake=intake, state__in=["submitted", "reopened"]).count()


def people_who_began(call: int) -> QuerySet[Person]:
    """Active members of every organisation that began an application in a call."""
    organisations = Application.objects.filter(intake__call=call).values("organisation")
    rows = Person.objects.filter(
        is_active=True, memberships__organisation__in=organisations, memberships__left_at__isnull=True
    )
    return rows.distinct().order_by("pk")


def people_of(organisation: int) -> QuerySet[Person]:
    """Active members of an organisation, for mails."""
    rows = Person.objects.filter(
        is_active=True, memberships__organisation=organisation, memberships__left_at__isnull=True
    )
    return rows.distinct().order_by("pk")


def old_drafts(now: datetime) -> QuerySet[Application]:
    """Drafts never submitted whose retention after the deadline is over; none where no rule says how long."""
    rule = RetentionRule.objects.filter(kind=DRAFT_RECORDS).first()
    rows = Application.objects.filter(number__isnull=True, state__in=["draft", "withdrawn"])
    if rule is None:
        return rows.none()
    return rows.filter(intake__closes_at__lte=now - timedelta(days=rule.days)).order_by("pk")


def tasks(by: Actor, now: datetime) -> list[Task]:
    """What waits for an applicant: questions to answer, drafts that can still be submitted."""
    if not by.memberships:
        return []
    found = []
    questions = ScreeningQuestion.objects.select_related("application").filter(
        application__organisation__in=list(by.memberships), answered_at__isnull=True, answer_by__gt=now
    )
    for row in questions.order_by("answer_by")[:10]:
        text = gettext("The screening officer asks about “{title}”").format(title=row.application.title)
        found.append(Task(text, reverse("application", args=[row.application_id]), due=row.answer_by))
    drafts = mine(by).filter(state__in=["draft", "reopened"], intake__closes_at__gt=now).order_by("intake__closes_at")
    for draft in drafts[:10]:
        text = gettext("Not submitted yet: {title}").format(title=draft.title or gettext("Application without a title"))
        found.append(Task(text, reverse("application", args=[draft.pk]), due=draft.intake.closes_at))
    return found
