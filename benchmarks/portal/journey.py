"""The pages of the journey from call to public figure, each opened by the person whose page it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from madang.portal.applications.models import Application
from madang.portal.awards.models import Award
from madang.portal.billing.models import Statement
from madang.portal.calls.models import Call, Intake
from madang.portal.decisions.models import Decision
from madang.portal.jobs.models import Job
from madang.portal.people.models import Membership, StaffRole
from madang.portal.plans.models import Plan
from madang.portal.policies.models import AllocationPolicy
from madang.portal.reviews.models import ReviewAssignment
from madang.portal.studies.models import PlanStudy

Person = int | None


@dataclass(frozen=True)
class Page:
    """One page: who opens it (None: the public), its name in the table, its address."""

    person: Person
    name: str
    address: str


def _busiest() -> Membership:
    """The owner whose organisation has the most awards."""
    first = Award.objects.values("organisation").annotate(n=Count("pk")).order_by("-n", "organisation").first()
    return Membership.objects.filter(organisation=first["organisation"], role="owner").order_by("pk")[0]


def _at(name: str, *args: object, **query: str) -> str:
    address = reverse(name, args=args)
    return f"{address}?{'&'.join(f'{key}={value}' for key, value in query.items())}" if query else address


def public() -> list[Page]:
    """What anybody sees."""
    largest = Call.objects.filter(intakes__applications__decision__published_at__isnull=False)
    largest = largest.annotate(n=Count("pk")).order_by("-n")[0]
    call = Call.objects.annotate(n=Count("intakes")).order_by("-n", "pk")[0]
    pages = [
        ("first page", _at("front")),
        ("calls", _at("calls")),
        ("a call with the most intakes", _at("call", call.code)),
        ("results of the largest call", _at("call-results", largest.code)),
        ("public figures", _at("figures")),
        ("capacity", _at("capacity")),
        ("prices", _at("prices")),
        ("journal heads", _at("journal-heads")),
    ]
    return [Page(None, *page) for page in pages]


def applicant() -> list[Page]:
    """What the busiest organisation's owner sees."""
    member = _busiest()
    who, organisation = member.person_id, member.organisation_id
    award = (
        Award.objects.filter(organisation=organisation, state="in_force")
        .annotate(n=Count("jobs"))
        .order_by("-n", "pk")[0]
    )
    application = award.application_id
    draft = Application.objects.filter(organisation=organisation, state="draft").first()
    refused = Decision.objects.filter(application__organisation=organisation, outcome="refused").order_by("pk").first()
    statement = Statement.objects.filter(organisation=organisation).annotate(n=Count("lines")).order_by("-n", "pk")[0]
    job = Job.objects.filter(award__organisation=organisation).order_by("pk")[0]
    pages = [
        ("home", _at("home")),
        ("applications", _at("applications")),
        ("applications, page 3", _at("applications", page="3")),
        ("an application, submitted", _at("application", application)),
        ("an application, draft", _at("application", draft.pk)) if draft else None,
        ("receipt", _at("application-receipt", application)),
        ("a decision, refused", _at("award-decision", refused.application_id)) if refused else None,
        ("awards", _at("awards")),
        ("an award with the most jobs", _at("award", award.number)),
        ("agreement", _at("agreement", award.number)),
        ("jobs", _at("jobs")),
        ("jobs, those that failed", _at("jobs", state="failed")),
        ("a job", _at("job", job.pk)),
        ("new job", _at("job-new")),
        ("statements", _at("statements")),
        ("a statement with the most lines", _at("statement", statement.pk)),
        ("own page", _at("me")),
        ("own mails", _at("own-messages")),
        ("own readings", _at("own-readings")),
        ("organisations", _at("organisations")),
        ("own organisation", _at("organisation", organisation)),
        ("tokens", _at("tokens")),
    ]
    return [Page(who, *page) for page in pages if page]


def documents() -> list[Page]:
    """What the busiest organisation's owner downloads: made in processes of their own, and not pages."""
    member = _busiest()
    award = Award.objects.filter(organisation=member.organisation_id, state="in_force").order_by("pk")[0]
    statement = Statement.objects.filter(organisation=member.organisation_id).order_by("pk")[0]
    pages = [
        ("a statement as XLSX", _at("statement-xlsx", statement.pk)),
        ("a statement as CSV", _at("statement-csv", statement.pk)),
        ("an agreement as PDF", _at("agreement-pdf-ko", award.number)),
        ("public figures as JSON", _at("figures-json")),
    ]
    return [Page(member.person_id, *page) for page in pages]


def reviewer() -> list[Page]:
    """What the reviewer with the most sheets that are still out sees."""
    out = ReviewAssignment.objects.filter(state="assigned")
    first = (out if out.exists() else ReviewAssignment.objects.all()).values("reviewer__person")
    who = first.annotate(n=Count("pk")).order_by("-n", "reviewer__person")[0]["reviewer__person"]
    sheet = ReviewAssignment.objects.filter(reviewer__person=who).order_by("state", "-pk")[0]
    pages = [("desk", _at("reviews")), ("a review", _at("review", sheet.pk)), ("home", _at("home"))]
    return [Page(who, *page) for page in pages]


def _intake(*states: str) -> int:
    """The intake with the most applications in the first of the states that any is in."""
    rows = Intake.objects.annotate(n=Count("applications")).order_by("-n", "pk")
    found = [rows.filter(state=state).values_list("pk", flat=True).first() for state in states]
    return next(pk for pk in found if pk)


def _questioned(intake: int) -> tuple[int, int]:
    """The plan of an intake that was asked about, and the policy that was written for it."""
    study = PlanStudy.objects.filter(plan__intake=intake).order_by("pk")[0]
    return study.plan_id, AllocationPolicy.objects.filter(intake=intake).order_by("pk")[0].pk


def staff() -> list[Page]:
    """What the people of the body see, each their own pages."""
    held = dict(StaffRole.objects.filter(ended_at=None).order_by("-pk").values_list("role", "person"))
    manager, officer = held["programme_manager"], held["screening_officer"]
    deciding, approver, operator = _intake("decided"), held["approver"], held["operator"]
    screening = _intake("screening", "in_review", "decided")
    reviewing = _intake("in_review", "decided")
    waiting = Application.objects.filter(intake=screening, number__isnull=False).order_by("pk")[0]
    sheet = ReviewAssignment.objects.filter(application__intake=reviewing).order_by("pk")[0]
    made = Plan.objects.filter(intake=reviewing, result__isnull=False).order_by("pk")
    plans = list(made.values_list("pk", flat=True))
    compared = "&".join(f"plan={plan}" for plan in plans)
    asked, own = _questioned(reviewing)
    pages = [
        (officer, "staff: work, screening officer", _at("staff")),
        (officer, "intakes to screen", _at("staff-intakes")),
        (officer, "applications of an intake", _at("intake-applications", screening)),
        (officer, "the same, searched", _at("intake-applications", screening, q="%EA%B3%BC%EC%A0%9C")),
        (officer, "demand of an intake", _at("intake-demand", screening)),
        (officer, "reports owed", _at("owed-reports")),
        (officer, "screening an application", _at("screening", waiting.pk)),
        (manager, "staff: work, programme manager", _at("staff")),
        (manager, "an intake at a glance", _at("intake-round", reviewing)),
        (manager, "a call, staff", _at("call-manage", "rolling-8")),
        (manager, "reviewers", _at("reviewers")),
        (manager, "coverage of an intake", _at("intake-reviews", reviewing)),
        (manager, "ranking of an intake", _at("intake-ranking", reviewing)),
        (manager, "reviews of an application", _at("application-reviews", sheet.application_id)),
        (manager, "plans of an intake", _at("plans", reviewing)),
        (manager, "a plan", _at("plan", plans[0])),
        (manager, "a plan, page 12", _at("plan", plans[0], page="12")),
        (manager, "plans compared", f"{_at('plan-compare', reviewing)}?{compared}") if len(plans) > 1 else None,
        (manager, "a plan, for the committee", _at("plan-committee", asked)),
        (manager, "moving a plan's numbers", _at("plan-move", plans[0])),
        (manager, "policies of an intake", _at("policies", reviewing)),
        (manager, "a policy", _at("policy", own)),
        (manager, "a policy's rule: a share", _at("policy-rule", own, "share_at_least")),
        (manager, "a policy's rule: overbooking", _at("policy-rule", own, "overbooking", change="over")),
        (manager, "decisions of an intake", _at("intake-decisions", deciding)),
        (manager, "awards, all", _at("awards")),
        (manager, "calls, staff", _at("staff-calls")),
        (manager, "tariffs", _at("tariffs")),
        (manager, "a tariff", _at("tariff", 1)),
        (manager, "statements by month", _at("statements-staff")),
        (manager, "statements, all", _at("statements")),
        (approver, "staff: work, approver", _at("staff")),
        (approver, "approvals", _at("approvals")),
        (operator, "staff: work, operator", _at("staff")),
        (operator, "pools", _at("pools")),
        (operator, "a pool", _at("pool", "h100-hours")),
        (operator, "jobs, all", _at("jobs")),
        (operator, "people", _at("people")),
        (operator, "people, searched", _at("people", q="person11")),
        (operator, "organisations, all", _at("organisations")),
        (operator, "organisations, searched", _at("organisations", q="11")),
        (operator, "outbox", _at("outbox")),
        (held["auditor"], "applications of an intake, auditor", _at("intake-applications", deciding)),
    ]
    return [Page(*page) for page in pages if page]


def auditor() -> list[Page]:
    """What the auditor sees; searches of every kind."""
    who = StaffRole.objects.filter(role="auditor", ended_at=None).order_by("pk")[0].person_id
    busy = _busiest().person_id
    pages = [
        ("journal", _at("journal")),
        ("journal by action", _at("journal", did="agreements.sign")),
        ("journal by person", _at("journal", actor=str(busy))),
        ("journal by subject", _at("journal", subject="award:17")),
        ("journal by kind of subject", _at("journal", subject="person")),
        ("journal by time", _at("journal", since="2026-01-01", until="2026-02-01")),
        ("journal, page 1000", _at("journal", page="1000")),
        ("journal, an action that never was", _at("journal", did="nothing.at_all")),
        ("readings", _at("journal-readings")),
        ("retention", _at("journal-retention")),
    ]
    return [Page(who, *page) for page in pages]


def pages() -> list[Page]:
    """All of them, by whose they are."""
    return [*public(), *applicant(), *reviewer(), *staff(), *auditor()]
