"""One make_<thing>() a table, each with sensible values that a test overrides by keyword."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, date, datetime, timedelta

from madang.portal.actors import Actor, MemberRole, Role
from madang.portal.applications import contents
from madang.portal.applications.models import Application, Ask, Submission
from madang.portal.awards.models import Award, AwardLine
from madang.portal.billing import actions as billing
from madang.portal.calls.models import BonusRule, Call, Criterion, EvidenceKind, Intake, Section, Track, TrackProduct
from madang.portal.companies.models import Company, StageEntry
from madang.portal.companies.rules import STAGES, name_key
from madang.portal.facilities.models import Facility
from madang.portal.jobs.models import Job, JobTemplate
from madang.portal.leases import claim
from madang.portal.ledger.models import AccountingMonth
from madang.portal.people.models import Membership, Organisation, Person, Region, StaffRole, UnixUser
from madang.portal.people.queries import actor_of
from madang.portal.plans.models import Plan
from madang.portal.policies.models import AllocationPolicy
from madang.portal.resources.models import Pool, PoolMonth, Product
from madang.portal.reviews.models import ReviewAssignment, Reviewer
from madang.portal.suggestions import actions as suggestions
from madang.portal.suggestions import queries as suggestion_queries
from madang.portal.suggestions import working
from madang.portal.suggestions.models import AssignmentSuggestion

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
_serial = itertools.count(1)


def _next() -> int:
    return next(_serial)


def registration_number(serial: int, middle: str = "81") -> str:
    """A well-formed ten-digit number with the unused prefix 000, and the next ones from the ten thousandth on."""
    digits = [int(digit) for digit in f"{serial // 10_000:03d}{middle}{serial % 10_000:04d}"]
    total = sum(weight * digit for weight, digit in zip([1, 3, 7, 1, 3, 7, 1, 3, 5], digits, strict=True))
    return "".join(map(str, digits)) + str(-(total + 5 * digits[8] // 10) % 10)


def make_person(**given) -> Person:
    n = _next()
    values = {"email": f"person{n}@test.example", "name": f"Person {n}", "created_at": NOW} | given
    password = values.pop("password", None)
    person = Person(**values)
    person.set_password(password)
    person.save(force_insert=True)
    return person


def make_staff(*roles: Role, **given) -> Person:
    person = make_person(**given)
    for role in roles:
        StaffRole.objects.create(person=person, role=role, granted_at=NOW)
    return person


def make_actor(*roles: Role, **given) -> Actor:
    """A person of the body as an actor."""
    return actor(make_staff(*roles, **given))


def actor(person: Person) -> Actor:
    return actor_of(person.pk, address="192.0.2.1", via="page")


def make_region(**given) -> Region:
    n = _next()
    values = {"code": f"region-{n}", "name_ko": f"지역 {n}", "name_en": f"Region {n}", "short_ko": f"지역{n}"}
    return Region.objects.create(**(values | {"starts_on": date(2000, 1, 1)} | given))


def make_organisation(**given) -> Organisation:
    n = _next()
    values = {
        "name": f"(주)너슬비전 {n:03d}",
        "name_en": f"Neoseul Vision {n:03d} Co., Ltd.",
        "kind": "company",
        "size_class": "small",
        "registration_number": registration_number(n),
        "founded_on": date(2023, 5, 1),
        "created_at": NOW,
    } | given
    values.setdefault("region", None)
    values["region"] = values["region"] or Region.objects.first() or make_region()
    return Organisation.objects.create(**values)


def make_member(organisation: Organisation | None = None, *, role: MemberRole = MemberRole.OWNER, **given) -> Person:
    """A person in an organisation (a new one if none is given)."""
    person = make_person(**given)
    Membership.objects.create(organisation=organisation or make_organisation(), person=person, role=role, joined_at=NOW)
    return person


def make_pool(**given) -> Pool:
    n = _next()
    values = {"code": f"h100-{n}", "name_ko": "H100", "name_en": "H100", "unit": "gpu", "created_at": NOW}
    return Pool.objects.create(**(values | given))


def make_pool_month(pool: Pool, month: str = "2026-05", **given) -> PoolMonth:
    return PoolMonth.objects.create(pool=pool, month=month, **({"physical": 100, "funded": 80} | given))


def make_product(pool: Pool | None = None, **given) -> Product:
    n = _next()
    values = {"code": f"h100x8-{n}", "name_ko": "H100×8", "name_en": "H100×8", "units": 8, "grain": "month"}
    return Product.objects.create(pool=pool or make_pool(), **(values | given))


def make_facility(**given) -> Facility:
    """A facility that is open day and night and booked by the quarter of an hour."""
    n = _next()
    values = {
        "code": f"facility-{n}", "name_ko": f"장비 {n}", "name_en": f"Facility {n}", "kind": "equipment",
        "field": "mobility", "safety": "open", "grain": "quarter", "opens": 0, "closes": 1440, "weekdays": 127,
        "ahead_days": 365, "longest": 96, "grace_minutes": 30, "door_code": f"DOOR{n:04d}"[-8:], "added_at": NOW,
    }  # fmt: skip
    return Facility.objects.create(**(values | given))


def make_company(**ways) -> Company:
    """A company with stages by name and day, at least a first contact; other keywords are its columns."""
    n = _next()
    stages = {stage: ways.pop(stage) for stage in STAGES if stage in ways} or {"contact": date(2025, 1, 1)}
    stage, on = list(stages.items())[-1]
    values = {"name": f"기업 {n}", "stage": stage, "stage_on": on, "added_at": NOW} | ways
    row = Company.objects.create(**({"name_key": name_key(values["name"])} | values))
    by = make_staff(Role.PROGRAMME_MANAGER)
    for stage, on in stages.items():
        more = {"office": {"number": registration_number(_next()), "premises": "Gwangju"}}.get(stage, {})
        more |= {"staff": 3, "staff_on": on} if stage in ("office", "grown") else {}
        StageEntry.objects.create(company=row, stage=stage, on=on, evidence="x", entered_by=by, entered_at=NOW, **more)
    return row


def make_call(**given) -> Call:
    n = _next()
    values = {
        "code": f"call-{n}",
        "kind": "regular",
        "title_ko": f"공고 {n}",
        "title_en": f"Call {n}",
        "summary_ko": "요약",
        "summary_en": "Summary",
        "state": "published",
        "published_at": NOW - timedelta(days=10),
        "created_at": NOW - timedelta(days=20),
    } | given
    values.setdefault("drafted_by", None)
    values["drafted_by"] = values["drafted_by"] or make_staff(Role.PROGRAMME_MANAGER)
    if values["state"] == "draft":
        values["published_at"] = None
    return Call.objects.create(**values)


def make_intake(call: Call | None = None, **given) -> Intake:
    """An intake that is open at NOW."""
    values = {
        "number": 1,
        "opens_at": NOW - timedelta(days=5),
        "closes_at": NOW + timedelta(days=10),
        "review_due_at": NOW + timedelta(days=30),
        "decision_due_at": NOW + timedelta(days=40),
        "state": "open",
    } | given
    return Intake.objects.create(call=call or make_call(), **values)


def make_track(call: Call | None = None, *, products: list[Product] | None = None, **given) -> Track:
    """A track with one section, two criteria (60 and 40 points) and one product (or those given)."""
    n = _next()
    values = {
        "code": f"track-{n}",
        "title_ko": "분야",
        "title_en": "Track",
        "first_month": "2026-05",
        "last_month": "2026-08",
    }
    track = Track.objects.create(call=call or make_call(), **(values | given))
    for product in products if products is not None else [make_product()]:
        TrackProduct.objects.create(track=track, product=product, minimum=1, maximum=16)
    for position, (code, points) in enumerate([("merit", 60), ("plan", 40)], start=1):
        Criterion.objects.create(
            track=track, code=code, title_ko=code, title_en=code.title(), points=points, position=position
        )
    Section.objects.create(track=track, code="why", title_ko="필요성", title_en="Why", max_characters=2000, position=1)
    return track


def make_evidence_kind(track: Track, **given) -> EvidenceKind:
    n = _next()
    values = {
        "code": f"paper-{n}",
        "title_ko": "등기",
        "title_en": "Register",
        "issuer_ko": "법원",
        "issuer_en": "Court",
    }
    return EvidenceKind.objects.create(track=track, **(values | {"max_age_days": 90, "position": 1} | given))


def make_bonus(track: Track, **given) -> BonusRule:
    """A bonus of 3 points for a paper that need not be handed in; the track counts at most 4 of all of them."""
    Track.objects.filter(pk=track.pk, claims_most=0).update(claims_most=4)
    paper = given.pop("evidence", None) or make_evidence_kind(track, required=False)
    values = {
        "code": f"bonus-{_next()}",
        "title_ko": "가점",
        "title_en": "Bonus",
        "text_ko": "증빙",
        "text_en": "Proof",
    }
    return BonusRule.objects.create(track=track, evidence=paper, **(values | {"points": 3, "position": 1} | given))


def make_application(track: Track | None = None, intake: Intake | None = None, **given) -> Application:
    """A draft with one ask for the track's first product."""
    if track is None:
        track = make_track(intake.call if intake else None)
    intake = intake or track.call.intakes.first() or make_intake(track.call)
    organisation = given.pop("organisation", None) or make_organisation()
    created_by = given.pop("created_by", None) or make_member(organisation)
    values = {"title": "과제", "sections": {"why": "까닭"}, "created_at": NOW, "saved_at": NOW} | given
    application = Application.objects.create(
        track=track, intake=intake, organisation=organisation, created_by=created_by, **values
    )
    product = track.products.first().product
    Ask.objects.create(application=application, product=product, quantity=2, least=1, first_month="2026-05", months=3)
    return application


def make_submitted(track: Track | None = None, intake: Intake | None = None, **given) -> Application:
    """A submitted application with one submission in force."""
    state = given.pop("state", "submitted")
    application = make_application(track, intake, **given)
    submission = Submission.objects.create(
        application=application,
        number=1,
        content=contents.written(application),
        content_sha256="0" * 64,
        submitted_by=application.created_by,
        submitted_at=NOW,
    )
    screened = (
        {"screened_by": make_staff(Role.SCREENING_OFFICER), "screened_at": NOW}
        if state in {"eligible", "ineligible"}
        else {}
    )
    Application.objects.filter(pk=application.pk).update(
        state=state, number=f"T-{_next():05d}", submitted_at=NOW, in_force=submission, **screened
    )
    application.refresh_from_db()
    return application


def make_reviewer(**given) -> Reviewer:
    person = given.pop("person", None) or make_person()
    return Reviewer.objects.create(person=person, **({"affiliation": "한너울대학교(가상)", "added_at": NOW} | given))


def make_assignment(application: Application, reviewer: Reviewer | None = None, **given) -> ReviewAssignment:
    values = {"assigned_at": NOW, "due_at": NOW + timedelta(days=20)} | given
    values.setdefault("assigned_by", None)
    values["assigned_by"] = values["assigned_by"] or make_staff(Role.PROGRAMME_MANAGER)
    return ReviewAssignment.objects.create(application=application, reviewer=reviewer or make_reviewer(), **values)


def make_suggestion(intake: Intake, by: Actor | None = None, **given) -> AssignmentSuggestion:
    """A suggestion who reviews what, asked for and worked out in this process."""
    by = by or actor(make_staff(Role.PROGRAMME_MANAGER))
    row = suggestions.ask(by=by, now=NOW, intake=intake.pk, **given)
    until = claim(rows=suggestion_queries.to_find(), pk=row.pk, now=NOW)
    found = working.answer(suggestion_queries.work(row.pk))
    suggestions.finish(now=NOW, suggestion=row.pk, until=until, result=found)
    row.refresh_from_db()
    return row


def make_policy(intake: Intake | None = None, **given) -> AllocationPolicy:
    values = {
        "intake": intake or make_intake(make_call()),
        "number": _next(),
        "name_ko": "정책",
        "name_en": "Policy",
        "policy": {"policy": "portfolio", "ties": ["score"], "gap": 0, "measure": "compute", "above": 0, "power": 1},
        "made_at": NOW,
    }
    if "made_by" not in given:
        values["made_by"] = make_staff(Role.PROGRAMME_MANAGER)
    return AllocationPolicy.objects.create(**(values | given))


def make_plan(intake: Intake, **given) -> Plan:
    """A checked plan with an empty result."""
    values = {
        "number": _next(),
        "policy": {"kind": "rank"},
        "state": "checked",
        "problem": {},
        "problem_hash": "0" * 64,
        "pseudonyms": {},
        "result": {},
        "faults": [],
        "outline": {},
        "proposed_at": NOW,
        "solved_at": NOW,
    } | given
    values.setdefault("proposed_by", None)
    values["proposed_by"] = values["proposed_by"] or make_staff(Role.PROGRAMME_MANAGER)
    return Plan.objects.create(intake=intake, **values)


def make_award(application: Application | None = None, *, seconds: int = 3600 * 1000, **given) -> Award:
    """An award in force from April to August 2026 with one line; the ledger is not touched."""
    application = application or make_submitted(state="eligible")
    values = {
        "number": f"A-{_next():05d}",
        "title": application.title,
        "state": "in_force",
        "accept_by": NOW,
        "starts_on": date(2026, 4, 1),
        "ends_on": date(2026, 8, 1),
        "in_force_at": NOW,
        "created_at": NOW,
    } | given
    award = Award.objects.create(
        application=application,
        organisation=application.organisation,
        plan=Plan.objects.filter(intake=application.intake).first() or make_plan(application.intake),
        **values,
    )
    ask = application.asks.first()
    AwardLine.objects.create(
        award=award,
        product=ask.product,
        asked=ask.quantity,
        quantity=ask.quantity,
        first_month="2026-04",
        months=4,
        seconds=seconds,
    )
    return award


def make_job(award: Award, **given) -> Job:
    values = {
        "pool": award.lines.first().product.pool,
        "submitted_by": award.application.created_by,
        "key": uuid.uuid4(),
        "name": "train",
        "argv": ["true"],
        "memory_mb": 512,
        "wall_seconds": 60,
        "held": 60,
        "submitted_at": NOW,
    } | given
    return Job.objects.create(award=award, **values)


def make_job_template(organisation: Organisation, person: Person, **given) -> JobTemplate:
    values = {"name": "nightly", "argv": ["true"], "memory_mb": 512, "wall_seconds": 60, "saved_at": NOW} | given
    return JobTemplate.objects.create(organisation=organisation, saved_by=person, **values)


def make_unix_user(person: Person, name: str = "", **given) -> UnixUser:
    return UnixUser.objects.create(person=person, name=name or f"user{_next()}", set_at=NOW, **given)


def make_closed(month: str) -> None:
    """Closes a month of the books where it is open, as if two people had."""
    AccountingMonth.objects.get_or_create(month=month)
    AccountingMonth.objects.filter(month=month, closed_at=None).update(closed_at=NOW)


def issue_closed(*, by: Actor, now: datetime, month: str) -> int:
    """Closes a month and issues its statements."""
    make_closed(month)
    return billing.issue(by=by, now=now, month=month)
