"""Which records of each kind are due for destruction, whose account nobody uses, and who is erased already."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from madang.portal.actors import MemberRole
from madang.portal.agreements.models import Agreement
from madang.portal.applications.models import Application
from madang.portal.approvals.models import Approval
from madang.portal.awards.models import Award
from madang.portal.awards.rules import AwardState
from madang.portal.bookings.models import Booking
from madang.portal.camp.models import TenantBid
from madang.portal.companies.models import Company, CompanyNote
from madang.portal.forecasts.models import Trial
from madang.portal.honoraria.models import FeeStatement
from madang.portal.jobs.models import Job
from madang.portal.outbox.models import Message
from madang.portal.outcomes.models import OutcomeItem
from madang.portal.people.models import ApiToken, Membership, Person, StaffRole, Verdict
from madang.portal.reviews.models import ReviewAssignment, Reviewer
from madang.portal.tenancies.models import Resident, UpkeepRequest, Visitor

_GIVEN_UP = frozenset({AwardState.DECLINED, AwardState.LAPSED})
EMPTIED_NAME = "–"


def due_tokens(before: datetime) -> QuerySet[ApiToken]:
    """Tokens revoked or expired before an instant."""
    return ApiToken.objects.filter(Q(revoked_at__lt=before) | Q(expires_at__lt=before))


def due_memberships(before: datetime) -> QuerySet[Membership]:
    """Memberships that ended before an instant."""
    return Membership.objects.filter(left_at__lt=before)


def due_roles(before: datetime) -> QuerySet[StaffRole]:
    """Roles in the body that ended before an instant."""
    return StaffRole.objects.filter(ended_at__lt=before)


def due_verdicts(before: datetime) -> QuerySet[Verdict]:
    """Findings whose validity ended before an instant and that still say what they rest on."""
    return Verdict.objects.filter(valid_until__lt=before.date()).exclude(evidence="")


def _submitted() -> QuerySet[Application]:
    """Applications that were ever submitted and still hold their texts, with when their intake was decided.

    Where an intake was never decided, the day counts on which it should have been.
    """
    rows = Application.objects.filter(number__isnull=False, emptied_at__isnull=True)
    return rows.annotate(decided=Coalesce("intake__decided_at", "intake__decision_due_at"))


def due_unawarded(before: datetime) -> QuerySet[Application]:
    """Applications decided before an instant that no award came of, or one that was given up."""
    awarded = Award.objects.filter(application=OuterRef("pk")).exclude(state__in=_GIVEN_UP)
    return _submitted().filter(~Exists(awarded), decided__lt=before)


def due_awarded(before: datetime) -> QuerySet[Application]:
    """Applications whose award ended before an instant."""
    return _submitted().filter(award__state=AwardState.ENDED, award__ended_at__lt=before)


def due_reviews(before: datetime) -> QuerySet[ReviewAssignment]:
    """Sheets with words on them, of intakes that were decided before an instant."""
    rows = ReviewAssignment.objects.annotate(
        decided=Coalesce("application__intake__decided_at", "application__intake__decision_due_at")
    )
    worded = ~Q(comment="") | ~Q(ended_reason="") | Q(points__comment__gt="")
    return rows.filter(worded, decided__lt=before).distinct()


def due_reviewers(before: datetime) -> QuerySet[Reviewer]:
    """Reviewers who are out of the pool and whose last sheet was given out before an instant."""
    rows = Reviewer.objects.filter(active=False, added_at__lt=before)
    later = ReviewAssignment.objects.filter(reviewer=OuterRef("pk"), assigned_at__gte=before)
    held = ~Q(affiliation="") | Q(affiliations__isnull=False) | Q(interests__isnull=False)
    return rows.filter(~Exists(later), held).distinct()


def due_fees(before: datetime) -> QuerySet[FeeStatement]:
    """Statements of reviewers' fees that were fixed before an instant."""
    return FeeStatement.objects.filter(fees__fixed_at__lt=before)


def due_approvals(before: datetime) -> QuerySet[Approval]:
    """Approvals with comments that were decided, or drafted and taken back, before an instant."""
    over = Q(decided_at__lt=before) | Q(state="withdrawn", drafted_at__lt=before)
    return Approval.objects.filter(over).exclude(draft_comment="", decision_comment="")


def due_agreements(before: datetime) -> QuerySet[Agreement]:
    """Agreements that still have their text, of awards that ended or were given up before an instant."""
    over = Q(award__state=AwardState.ENDED, award__ended_at__lt=before)
    given_up = Q(award__state__in=_GIVEN_UP, created_at__lt=before)
    return Agreement.objects.filter(over | given_up).exclude(text_ko="", text_en="")


def due_jobs(before: datetime) -> QuerySet[Job]:
    """Jobs that ended before an instant, whose files are gone and whose command still stands."""
    return Job.objects.filter(ended_at__lt=before, cleared_at__isnull=False).exclude(name=EMPTIED_NAME)


def due_trials(before: datetime) -> QuerySet[Trial]:
    """Simulations that ended before an instant, however they ended."""
    return Trial.objects.filter(ended_at__lt=before)


def due_bookings(before: datetime) -> QuerySet[Booking]:
    """Bookings that ended before an instant and still say what for."""
    return Booking.objects.filter(ends_at__lt=before).exclude(purpose="", reason="")


def due_outcomes(before: datetime) -> QuerySet[OutcomeItem]:
    """Outcomes of a time that was over before an instant, which still have words or a file."""
    day = before.astimezone(settings.MADANG_ZONE).date()
    return OutcomeItem.objects.filter(report__duty__until_on__lt=day, emptied=False)


def due_companies(before: datetime) -> QuerySet[Company]:
    """Companies that departed before an instant, whose contact person or notes of meetings are still there."""
    day = before.astimezone(settings.MADANG_ZONE).date()
    held = Exists(CompanyNote.objects.filter(company=OuterRef("pk")))
    gone = Q(stage="left", stage_on__lt=day) | Q(lead__stage="left", lead__stage_on__lt=day)
    return Company.objects.filter(gone).filter(~Q(contact="") | held)


def due_bids(before: datetime) -> QuerySet[TenantBid]:
    """Bids that led to no tenancy and were decided or taken back before an instant, and those whose tenancy ended."""
    alone = Q(tenancy=None) & (Q(decided_at__lt=before) | Q(decided_at=None, call__closes_at__lt=before))
    return TenantBid.objects.filter(alone | Q(tenancy__ended_at__lt=before)).exclude(text="").exclude(state="handed_in")


def due_residents(before: datetime) -> QuerySet[Resident]:
    """Residents who moved out before an instant."""
    return Resident.objects.filter(until_on__lt=before.astimezone(settings.MADANG_ZONE).date())


def due_visitors(before: datetime) -> QuerySet[Visitor]:
    """Visitors announced for a day before an instant."""
    return Visitor.objects.filter(on__lt=before.astimezone(settings.MADANG_ZONE).date())


def due_upkeep(before: datetime) -> QuerySet[UpkeepRequest]:
    """Requests that ended before an instant and still have words."""
    rows = UpkeepRequest.objects.filter(state__in=("confirmed", "withdrawn"), moved_at__lt=before)
    return rows.exclude(what="")


def idle(before: datetime) -> QuerySet[Person]:
    """People who used their account last before an instant and whom nobody needs.

    Not the last owner of an organisation, not the last operator, nobody with a role in the body or a sheet to fill in:
    those are told to leave first.
    """
    used = Greatest(F("created_at"), Coalesce("last_login", "created_at"))
    rows = Person.objects.filter(erased_at__isnull=True).annotate(used_at=used)
    others = Membership.objects.filter(
        organisation=OuterRef("organisation"), role=MemberRole.OWNER, left_at__isnull=True, person__is_active=True
    ).exclude(person=OuterRef("person"))
    sole_owner = Membership.objects.filter(
        ~Exists(others), person=OuterRef("pk"), role=MemberRole.OWNER, left_at__isnull=True
    )
    role = StaffRole.objects.filter(person=OuterRef("pk"), ended_at__isnull=True)
    sheets = ReviewAssignment.objects.filter(reviewer__person=OuterRef("pk"), state="assigned")
    by_token = ApiToken.objects.filter(person=OuterRef("pk"), last_used_on__gte=before.date())
    needed = Exists(sole_owner) | Exists(role) | Exists(sheets) | Exists(by_token)
    return rows.filter(~needed, used_at__lt=before).order_by("pk")


def _told(until: datetime) -> Exists:
    """A notice that was written since the account was used last, and at the latest at an instant."""
    rows = Message.objects.filter(person=OuterRef("pk"), code="account_idle", written_at__lte=until)
    return Exists(rows.filter(written_at__gt=OuterRef("used_at")))


def idle_untold(before: datetime, now: datetime) -> QuerySet[Person]:
    """Idle people who were not told yet that their account will be erased."""
    return idle(before).filter(~_told(now))


def idle_told(before: datetime, told_before: datetime) -> QuerySet[Person]:
    """Idle people who were told so before another instant and did not come back."""
    return idle(before).filter(_told(told_before))


def erased() -> QuerySet[Person]:
    """Everybody who was erased, by number."""
    return Person.objects.filter(erased_at__isnull=False).order_by("pk")
