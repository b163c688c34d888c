"""What is kept of a person, kind by kind: how many records, why, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from madang.portal.agreements.models import Agreement
from madang.portal.applications.models import Application
from madang.portal.approvals.models import Approval
from madang.portal.awards.models import Award
from madang.portal.awards.rules import AwardState
from madang.portal.bookings.models import Booking
from madang.portal.forecasts.models import Trial
from madang.portal.holdings import learning
from madang.portal.holdings.queries import EMPTIED_NAME
from madang.portal.honoraria.models import FeeStatement
from madang.portal.idempotency.models import AnsweredRequest
from madang.portal.incidents.models import IncidentReport
from madang.portal.jobs.models import Job
from madang.portal.journal.actions import digest
from madang.portal.journal.models import Reading, RetentionRule
from madang.portal.journal.sentences import RECORDS
from madang.portal.outbox.models import Message
from madang.portal.people.models import ApiToken, Invitation, LoginFailure, Membership, Person, StaffRole, Verdict
from madang.portal.people.rules import clean_email
from madang.portal.qualifications.models import QualificationGrant
from madang.portal.reviews.models import ReviewAssignment, Reviewer

# What goes at once when a person is erased; everything else stays with its record for its own time.
GONE_AT_ONCE = frozenset({"account", "login_failure", "answered_request", "api_token", "invitation", "message"})


@dataclass(frozen=True)
class Kept:
    """Records of one kind: how many, by which rule, what the time counts from in words, and the last day where known.

    `until` is empty while one of them is still in use, so that its time has not begun.
    """

    kind: str
    name: str
    count: int
    rule: RetentionRule | None
    since: str
    until: datetime | None


def kept(person: Person, *, erased: bool = False) -> list[Kept]:
    """Every kind that holds something of the person, in the order of the rules; `erased`: what stays after erasing."""
    rules = {rule.kind: rule for rule in RetentionRule.objects.all()}
    found = []
    for kind, rows in _records(person).items():
        count, latest = _counted(rows)
        if count and not (erased and kind in GONE_AT_ONCE):
            rule = rules.get(kind)
            until = latest + timedelta(days=rule.days) if latest and rule else None
            name, since = RECORDS[kind]
            found.append(Kept(kind, gettext(name), count, rule, gettext(since), until))
    return found


def _counted(rows: QuerySet) -> tuple[int, datetime | None]:
    """How many rows, and when the time of the last began; None while the time of one has not."""
    totals = rows.aggregate(
        count=Count("pk", distinct=True), begun=Count("pk", distinct=True, filter=_BEGUN), last=Max("began")
    )
    latest = totals["last"] if totals["count"] == totals["begun"] else None
    if isinstance(latest, date) and not isinstance(latest, datetime):
        latest = datetime.combine(latest, time(), settings.MADANG_ZONE)
    return totals["count"], latest


_AWARDED = frozenset({AwardState.OFFERED, AwardState.ACCEPTED, AwardState.IN_FORCE, AwardState.ENDED})
_BEGUN = Q(began__isnull=False)


def _records(person: Person) -> Mapping[str, QuerySet]:
    """The rows of each kind that are of the person, with when the time of each began."""
    mine = {"person": person.pk}
    return {
        "account": Person.objects.filter(pk=person.pk).annotate(began=Coalesce("last_login", "created_at")),
        "membership": Membership.objects.filter(**mine).annotate(began=F("left_at")),
        "staff_role": StaffRole.objects.filter(**mine).annotate(began=F("ended_at")),
        "api_token": ApiToken.objects.filter(**mine).annotate(began=Coalesce("revoked_at", "expires_at")),
        "answered_request": AnsweredRequest.objects.filter(**mine).annotate(began=F("begun_at")),
        "login_failure": _attempts(person).annotate(began=F("failed_at")),
        "invitation": Invitation.objects.filter(email__iexact=person.email or "").annotate(began=F("expires_at")),
        "message": Message.objects.filter(**mine).exclude(body="").annotate(began=F("sent_at")),
        "reading": Reading.objects.filter(Q(reader=person.pk) | Q(whose=person.pk)).annotate(began=F("read_at")),
        **_applying(person.pk),
        **_working(person.pk),
        **learning.records(person.pk),
    }


def _attempts(person: Person) -> QuerySet[LoginFailure]:
    return LoginFailure.objects.filter(digest=digest(f"e-mail:{clean_email(person.email or '')}"))


def _applying(person: int) -> dict[str, QuerySet]:
    began = Q(created_by=person) | Q(submissions__submitted_by=person) | Q(consents__accepted_by=person)
    rows = Application.objects.filter(pk__in=Application.objects.filter(began).values("pk"), emptied_at__isnull=True)
    submitted = rows.filter(number__isnull=False)
    # an award that is held back shows nowhere
    awarded = Exists(Award.objects.filter(application=OuterRef("pk"), state__in=_AWARDED))
    decided = Coalesce("intake__decided_at", "intake__decision_due_at")
    signed = Q(signatures__person=person) | Q(signatures__checked_by=person) | Q(papers__uploaded_by=person)
    jobs = Job.objects.filter(submitted_by=person).annotate(began=F("ended_at"))
    reported = IncidentReport.objects.filter(reported_by=person)
    return {
        "unsubmitted_draft": rows.filter(number__isnull=True).annotate(began=F("intake__closes_at")),
        "application_not_awarded": submitted.filter(~awarded).annotate(began=decided),
        "application_awarded": submitted.filter(awarded).annotate(began=F("award__ended_at")),
        "agreement": Agreement.objects.filter(signed).exclude(text_ko="").annotate(began=F("award__ended_at")),
        "job_files": jobs.filter(cleared_at__isnull=True),
        "job": jobs.exclude(name=EMPTIED_NAME),
        "booking": Booking.objects.filter(person=person).exclude(purpose="").annotate(began=F("ends_at")),
        "trial": Trial.objects.filter(asked_by=person).annotate(began=F("ended_at")),
        "qualification_grant": QualificationGrant.objects.filter(person=person).annotate(began=F("expires_on")),
        "incident": reported.exclude(what="").annotate(began=F("settled_at")),
    }


def _working(person: int) -> dict[str, QuerySet]:
    decided = Coalesce("application__intake__decided_at", "application__intake__decision_due_at")
    over = Case(When(state="waiting", then=None), default=Coalesce("decided_at", "drafted_at"))
    last = Case(When(active=True, then=None), default=Coalesce(Max("assignments__assigned_at"), "added_at"))
    acted = Q(drafted_by=person) | Q(decided_by=person)
    words = Q(comment="") & ~Q(points__comment__gt="")
    return {
        "review": ReviewAssignment.objects.filter(reviewer__person=person).exclude(words).annotate(began=decided),
        "reviewer": Reviewer.objects.filter(person=person).exclude(affiliation="").annotate(began=last),
        "honorarium": FeeStatement.objects.filter(reviewer__person=person).annotate(began=F("fees__fixed_at")),
        "approval": Approval.objects.filter(acted).annotate(began=over),
        "verdict": Verdict.objects.filter(checked_by=person).exclude(evidence="").annotate(began=F("valid_until")),
    }
