"""Destroys records whose retention is over, tells people whose account lies idle, and erases a person wholly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db.models import Q, QuerySet

from madang.portal.actors import WORKER, Actor
from madang.portal.agreements.models import Agreement, Signature, SignedPaper
from madang.portal.applications.models import (
    Application,
    Attachment,
    Consent,
    LateAttempt,
    ScreeningQuestion,
    Submission,
    SubmittedFile,
)
from madang.portal.approvals.models import Approval
from madang.portal.bookedjobs.models import BookedJob
from madang.portal.bookings.models import Booking, CalendarFeed, FacilityOperator
from madang.portal.camp.models import TenantBid
from madang.portal.challenges.models import Challenge
from madang.portal.committees.models import Candidate
from madang.portal.companies.models import Company, CompanyNote
from madang.portal.consensus.models import AgreedSheet, Assent, Consensus
from madang.portal.experts.models import ExpertAgreement, ExpertProfile
from madang.portal.findings.models import MatchAnswer
from madang.portal.forecasts.models import Trial
from madang.portal.holdings import learning, places, queries, rules
from madang.portal.honoraria.models import FeeDeclined, FeeStatement
from madang.portal.idempotency.models import AnsweredRequest
from madang.portal.jobs.models import Job
from madang.portal.journal import actions as journal
from madang.portal.misconduct.models import Misconduct
from madang.portal.outcomes.models import OutcomeItem
from madang.portal.people import actions as people
from madang.portal.people.models import ApiToken, LoginFailure, Membership, Person, StaffRole, Verdict
from madang.portal.people.rules import clean_email
from madang.portal.qualifications.models import QualificationGrant
from madang.portal.replies.models import Reply
from madang.portal.reviews.models import (
    Affiliation,
    CriterionPoints,
    DeclaredInterest,
    ReviewAssignment,
    Reviewer,
    ReviewersApart,
)
from madang.portal.revisions.models import SheetVersion
from madang.portal.suggestions.models import Bid
from madang.portal.taxinvoices import queries as taxinvoices
from madang.portal.taxinvoices.models import TaxParty
from madang.portal.tenancies.models import Resident, UpkeepRequest, UpkeepStep, Visitor
from madang.portal.transactions import action

AT_ONCE = 50


def _due(rows: QuerySet, limit: int) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])


# --- what is due, kind by kind: deletes rows that say nothing any more, empties those that others rest on ---


@action
def destroy(*, now: datetime, kind: str, before: datetime, limit: int = AT_ONCE) -> int:
    """Destroys up to `limit` records of a kind whose time began before an instant, and enters that in the register."""
    find, remove = DESTROYERS[kind]
    ids = _due(find(before), limit)
    if ids:
        remove(ids, now)
        journal.destroyed(now=now, kind=kind, subjects=ids, due_before=before)
    return len(ids)


def _tokens(ids: list[int], now: datetime) -> None:
    ApiToken.objects.filter(pk__in=ids).delete()


def _memberships(ids: list[int], now: datetime) -> None:
    Membership.objects.filter(pk__in=ids).delete()


def _roles(ids: list[int], now: datetime) -> None:
    StaffRole.objects.filter(pk__in=ids).delete()


def _verdicts(ids: list[int], now: datetime) -> None:
    Verdict.objects.filter(pk__in=ids).update(evidence="")


def _applications(ids: list[int], now: datetime) -> None:
    """Texts, files, papers, consents and answers go; number, title, asks and what was decided stay."""
    for row in Submission.objects.filter(application__in=ids).order_by("pk"):
        Submission.objects.filter(pk=row.pk).update(content=rules.emptied(row.content, now))
    SubmittedFile.objects.filter(submission__application__in=ids).delete()
    for table in (Attachment, Consent, LateAttempt):
        table.objects.filter(application__in=ids).delete()
    Challenge.objects.filter(application__in=ids).update(name="", organisation="", reason="", decision="")
    Reply.objects.filter(application__in=ids).update(text="")
    questions = ScreeningQuestion.objects.filter(application__in=ids)
    questions.update(text="", answer_file=None, answer_file_name="")
    questions.filter(answer__isnull=False).update(answer="")
    Application.objects.filter(pk__in=ids).update(sections={}, screening_comment="", emptied_at=now)


def _reviews(ids: list[int], now: datetime) -> None:
    """Words go, points stay."""
    CriterionPoints.objects.filter(assignment__in=ids).update(comment="")
    ReviewAssignment.objects.filter(pk__in=ids).update(comment="", ended_reason="")
    SheetVersion.objects.filter(assignment__in=ids).update(comments={}, comment="", reason="")
    files = ReviewAssignment.objects.filter(pk__in=ids).values("application")
    Consensus.objects.filter(application__in=files).update(reasons={}, comment="", reason="")
    AgreedSheet.objects.filter(consensus__application__in=files).update(reasons={}, comment="")
    objections = Assent.objects.filter(sheet__consensus__application__in=files).exclude(reason="")
    objections.update(reason="–")


def _reviewers(ids: list[int], now: datetime) -> None:
    Affiliation.objects.filter(reviewer__in=ids).delete()
    DeclaredInterest.objects.filter(reviewer__in=ids).delete()
    ExpertProfile.objects.filter(reviewer__in=ids).delete()
    ExpertAgreement.objects.filter(reviewer__in=ids).delete()
    MatchAnswer.objects.filter(reviewer__in=ids).delete()
    FeeDeclined.objects.filter(reviewer__in=ids).delete()
    Candidate.objects.filter(reviewer__in=ids).update(note="", learnt_on=None)
    Bid.objects.filter(reviewer__in=ids).delete()
    Misconduct.objects.filter(reviewer__in=ids).delete()
    ReviewersApart.objects.filter(Q(one__in=ids) | Q(other__in=ids)).delete()
    Reviewer.objects.filter(pk__in=ids).update(affiliation="", fields=[])


def _fees(ids: list[int], now: datetime) -> None:
    """Who got what goes; that a list was fixed, and its sums in the approval, stay."""
    FeeStatement.objects.filter(pk__in=ids).delete()


def _approvals(ids: list[int], now: datetime) -> None:
    Approval.objects.filter(pk__in=ids).update(draft_comment="", decision_comment="")


def _agreements(ids: list[int], now: datetime) -> None:
    """Texts and signed papers go; that it was signed, by whose number, when, and the hashes stay."""
    SignedPaper.objects.filter(agreement__in=ids).delete()
    Signature.objects.filter(agreement__in=ids, file__isnull=False).update(file=None)
    Agreement.objects.filter(pk__in=ids).update(text_ko="", text_en="")


def _jobs(ids: list[int], now: datetime) -> None:
    Job.objects.filter(pk__in=ids).update(name=queries.EMPTIED_NAME, argv=[], reason_facts={})


def _trials(ids: list[int], now: datetime) -> None:
    """Their reports are cleared away with what no row points to."""
    Trial.objects.filter(pk__in=ids).delete()


def _bookings(ids: list[int], now: datetime) -> None:
    """What for, and why it was ended, go; who had what when stays as the ground of quotas and utilisation."""
    Booking.objects.filter(pk__in=ids).update(purpose="", reason="")
    BookedJob.objects.filter(booking__in=ids).update(name=queries.EMPTIED_NAME, argv=[], reason_facts={})


def _companies(ids: list[int], now: datetime) -> None:
    """Who was spoken to, and what was said; that it was here, its stages and its support stay."""
    Company.objects.filter(pk__in=ids).update(contact="")
    CompanyNote.objects.filter(company__in=ids).delete()


def _outcomes(ids: list[int], now: datetime) -> None:
    """Words and files go; what there was of which kind stays, and the DOI, which is public."""
    OutcomeItem.objects.filter(pk__in=ids).update(what="", file=None, file_name="", emptied=True)


def _bids(ids: list[int], now: datetime) -> None:
    """What an organisation wanted to do goes; that it asked, and what was decided, stay."""
    TenantBid.objects.filter(pk__in=ids).update(text="")


def _residents(ids: list[int], now: datetime) -> None:
    """Who lived there and when goes."""
    Resident.objects.filter(pk__in=ids).delete()


def _visitors(ids: list[int], now: datetime) -> None:
    Visitor.objects.filter(pk__in=ids).delete()


def _upkeep(ids: list[int], now: datetime) -> None:
    """What people wrote goes; when something was asked for and mended stays."""
    UpkeepRequest.objects.filter(pk__in=ids).update(what="")
    UpkeepStep.objects.filter(request__in=ids).update(words="")


Destroyer = tuple[Callable[[datetime], QuerySet], Callable[[list[int], datetime], None]]


def _tax_parties(ids: list[int], now: datetime) -> None:
    TaxParty.objects.filter(pk__in=ids).delete()


DESTROYERS: Mapping[str, Destroyer] = {
    "api_token": (queries.due_tokens, _tokens),
    "membership": (queries.due_memberships, _memberships),
    "staff_role": (queries.due_roles, _roles),
    "verdict": (queries.due_verdicts, _verdicts),
    "application_not_awarded": (queries.due_unawarded, _applications),
    "application_awarded": (queries.due_awarded, _applications),
    "review": (queries.due_reviews, _reviews),
    "reviewer": (queries.due_reviewers, _reviewers),
    "honorarium": (queries.due_fees, _fees),
    "approval": (queries.due_approvals, _approvals),
    "agreement": (queries.due_agreements, _agreements),
    "job": (queries.due_jobs, _jobs),
    "trial": (queries.due_trials, _trials),
    "booking": (queries.due_bookings, _bookings),
    "tax_party": (taxinvoices.due, _tax_parties),
    "company_contact": (queries.due_companies, _companies),
    "outcome_evidence": (queries.due_outcomes, _outcomes),
    "guardian_consent": (learning.due_consents, learning.empty_consents),
    "learner_without_place": (learning.due_without_place, learning.empty_learners),
    "learner": (learning.due_learners, learning.empty_learners),
    "training_aid": (learning.due_aid, learning.empty_aid),
    "wage_claim": (learning.due_wage_claims, learning.empty_wage_claims),
    "certificate": (learning.due_certificates, learning.empty_certificates),
    "tenant_bid": (queries.due_bids, _bids),
    "resident": (queries.due_residents, _residents),
    "visitor": (queries.due_visitors, _visitors),
    "upkeep": (queries.due_upkeep, _upkeep),
    "qualification_grant": (places.due_grants, places.remove_grants),
    "incident": (places.due_incidents, places.empty_incidents),
}


# --- accounts that nobody uses ---


@action
def tell_idle(*, now: datetime, before: datetime, limit: int = AT_ONCE) -> int:
    """Mails people who used their account last before an instant that it will be erased; once after each use."""
    told = list(queries.idle_untold(before, now)[:limit])
    for person in told:
        _write_idle(person, now)
    if told:
        journal.record(by=WORKER, now=now, did="holdings.tell_idle", kind="person", subject="all", people=len(told))
    return len(told)


def _write_idle(person: Person, now: datetime) -> None:
    people.write_mail(
        person,
        now=now,
        code="account_idle",
        key=f"account-idle-{person.pk}-{now.timestamp():.0f}",
        link="/log-in/",
        days=rules.IDLE_NOTICE.days,
    )


@action
def erase_idle(*, now: datetime, before: datetime, limit: int = 10) -> int:
    """Erases people who used their account last before an instant and did not come back after they were told."""
    due = _due(queries.idle_told(before, now - rules.IDLE_NOTICE), limit)
    for person in due:
        erase(by=WORKER, now=now, person=person)
    if due:
        journal.destroyed(now=now, kind="account", subjects=due, due_before=before)
    return len(due)


# --- erasing ---


@action
def erase(*, by: Actor, now: datetime, person: int) -> None:
    """Erases a person with what is theirs alone: particulars, messages, tokens, answers kept for a day, attempts.

    A reviewer's affiliation, fields, particulars and notes go too, and the reviewer leaves the pool; which
    organisations were closed to them stays while the reviews do, as a ground of the decisions. What was written for an
    organisation or for the body stays with its record and its retention (`showing.kept`). Refused as
    `people.actions.erase_person`.
    """
    row = Person.objects.filter(pk=person).first()
    address = clean_email(row.email or "") if row else ""
    people.erase_person(by=by, now=now, person=person)
    AnsweredRequest.objects.filter(person=person).delete()
    CalendarFeed.objects.filter(person=person).delete()
    QualificationGrant.objects.filter(person=person).delete()
    FacilityOperator.objects.filter(person=person).delete()
    LoginFailure.objects.filter(digest=journal.digest(f"e-mail:{address}")).delete()
    DeclaredInterest.objects.filter(reviewer__person=person).update(note="")
    MatchAnswer.objects.filter(reviewer__person=person).update(reason="")
    ExpertProfile.objects.filter(reviewer__person=person).delete()
    Candidate.objects.filter(reviewer__person=person).update(note="")
    learning.forget(person)
    ReviewersApart.objects.filter(Q(one__person=person) | Q(other__person=person)).delete()
    Reviewer.objects.filter(person=person).update(affiliation="", fields=[], active=False)


@action
def erase_again(*, now: datetime, person: int, created_at: datetime) -> bool:
    """After a restore: erases somebody whom the list of erased people names, if it is they and they are back."""
    found = Person.objects.filter(pk=person, created_at=created_at, erased_at__isnull=True)
    if not found.exists():
        return False
    erase(by=WORKER, now=now, person=person)
    return True
