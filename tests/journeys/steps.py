"""What the body does unseen in the journeys, each step by the portal's own actions; desk.py carries them out."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings

from madang.demonstration import cast as casting
from madang.demonstration import catalogue, rounds
from madang.demonstration.cast import PASSWORD, Cast
from madang.portal.agreements import actions as agreements
from madang.portal.agreements.rules import Side, SigningMethod
from madang.portal.applications.models import Application
from madang.portal.awards.models import Award
from madang.portal.calls import actions as calls
from madang.portal.calls.models import Call, Intake
from madang.portal.decisions import actions as decisions
from madang.portal.drafts import actions as drafts
from madang.portal.drafts.rules import (
    CallDraft,
    ConsentAsked,
    CriterionDraft,
    IntakeDraft,
    ProductOffer,
    SectionDraft,
    TrackDraft,
)
from madang.portal.forecasts.rules import quarters
from madang.portal.jobs.models import Job
from madang.portal.people.models import Person
from madang.portal.plans import actions as plans
from madang.portal.plans.models import Plan
from madang.portal.plans.rules import PolicyChoice
from madang.portal.prices import actions as prices
from madang.portal.resources import actions as resources
from madang.portal.resources.rules import Capacity, Grain, PoolUnit
from madang.portal.reviews import actions as reviews
from madang.portal.reviews.models import ReviewAssignment, Reviewer
from madang.portal.screening import actions as screening
from madang.portal.transactions import together
from madang.values import Month, months_from

FUNDED_HOURS = 700


def _now() -> datetime:
    return datetime.now(UTC)


def _cast() -> Cast:
    rows = Person.objects.filter(email__endswith=f"@{casting.DOMAIN}")
    return Cast({row.email.partition("@")[0]: row.pk for row in rows})


def prepare(people_of_the_journey: dict[str, str]) -> None:
    """The first operator, staff with their roles, a pool of core-hours with its price, discounts, consent texts."""
    now = _now()
    with together():
        cast = casting.staff(now)
        for name, shown in people_of_the_journey.items():
            casting.register(now=now, name=shown, email=f"{name}@{casting.DOMAIN}", password=PASSWORD)
        catalogue.discounts(cast, now)
        catalogue.consent_texts(cast, now)
        _pool_of_hours(cast, now)


def _pool_of_hours(cast: Cast, now: datetime) -> None:
    manager, first = cast.actor("manager"), Month.of(now, settings.MADANG_ZONE)
    pool = resources.create_pool(
        by=manager,
        now=now,
        code="cores",
        name_ko="공용 코어",
        name_en="Shared cores",
        unit=PoolUnit.CORE,
        grain=Grain.HOUR,
        backend_type="",
        runs_jobs=True,
    )
    months = {str(month): Capacity(physical=1440, funded=FUNDED_HOURS) for month in months_from(first, 4)}
    resources.set_capacity(by=manager, now=now, pool=pool.pk, months=months)
    product = resources.create_product(
        by=manager,
        now=now,
        code="core-hour",
        pool=pool.pk,
        name_ko="코어 시간",
        name_en="Core-hour",
        units=1,
        grain=Grain.HOUR,
    )
    # Ten won a core-second, so that a job of a second costs something to see.
    drafted = prices.draft_tariff(
        by=manager,
        now=now,
        product=product.pk,
        price=36_000,
        reference_price=144_000,
        reference_source="Tender 2026-03",
        starts_on=date(now.year, now.month, 1),
    )
    prices.approve_tariff(
        by=cast.actor("approver"), now=now, tariff=drafted.pk, comment="", document_number="DOC-2026-001"
    )


def add_reviewers(reviewers: dict[str, str]) -> None:
    """People of the journey into the expert pool: their names, and where they work."""
    for name, affiliation in reviewers.items():
        email = f"{name}@{casting.DOMAIN}"
        reviews.add_reviewer(by=_cast().actor("manager"), now=_now(), email=email, affiliation=affiliation)


def rest_reviewer(name: str) -> None:
    """A reviewer of the pool gets nothing new."""
    row = Reviewer.objects.get(person=_cast().persons[name])
    reviews.set_active(by=_cast().actor("manager"), now=_now(), reviewer=row.pk, active=False)


def publish_call(code: str, seconds_open: int) -> None:
    """A small call that is open from now on for so many seconds; drafted by one and published by another."""
    now, cast = _now(), _cast()
    month = str(Month.of(now, settings.MADANG_ZONE))
    dates = IntakeDraft(
        now - timedelta(seconds=1),
        now + timedelta(seconds=seconds_open),
        now + timedelta(days=2),
        now + timedelta(days=3),
    )
    track = TrackDraft(
        code="hours",
        title_ko="코어 시간 분야",
        title_en="Core-hours",
        first_month=month,
        last_month=month,
        reviews_wanted=1,
        products=(ProductOffer("core-hour", 1, 100),),
        criteria=(CriterionDraft("merit", "우수성", "Merit", 100, 0),),
        sections=(SectionDraft("purpose", "과제의 목적", "Purpose", 500),),
        consents=(ConsentAsked("personal-data", 1), ConsentAsked("integrity", 1)),
    )
    draft = CallDraft(
        code=code,
        kind="beta",
        title_ko="명령줄 시범 공고",
        title_en="Trial call at the command line",
        summary_ko="명령줄에서 신청하는 시범 공고입니다.",
        summary_en="A trial call to apply for at the command line.",
        intakes=(dates,),
        tracks=(track,),
    )
    call = drafts.create_call(by=cast.actor("manager"), now=now, call=draft)
    drafts.draft_publication(by=cast.actor("manager"), now=now, call=call.pk, version=call.version)
    drafts.publish(by=cast.actor("approver"), now=now, call=call.pk, document_number="DOC-2026-100")


def _intake(code: str) -> Intake:
    return Intake.objects.select_related("call").get(call__code=code)


def seconds_left(code: str) -> float:
    """How long the call still takes applications."""
    return (_intake(code).closes_at - _now()).total_seconds()


def keep_open(code: str, seconds: int) -> float:
    """Extends the deadline by a correction notice, where it is nearer than so many seconds."""
    row, wanted = _intake(code), _now() + timedelta(seconds=seconds)
    if row.closes_at < wanted:
        calls.correct(
            by=_cast().actor("manager"),
            now=_now(),
            call=row.call_id,
            version=Call.objects.get(pk=row.call_id).version,
            field="intake.1.closes_at",
            new=wanted.isoformat(),
            reason_ko="서버 점검으로 마감을 늦춥니다.",
            reason_en="The deadline is extended for maintenance of the server.",
        )
    return seconds_left(code)


def intake_of(code: str) -> dict[str, Any]:
    """The call's one intake."""
    row = _intake(code)
    return {"id": row.pk, "state": row.state}


def screen_all(code: str) -> int:
    """Every submitted application is found eligible, and the intake goes to review."""
    cast, intake = _cast(), _intake(code)
    rows = list(Application.objects.filter(intake=intake, state="submitted").values_list("pk", "version"))
    for application, version in rows:
        screening.screen(
            by=cast.actor("screening"), now=_now(), application=application, version=version, eligible=True
        )
    calls.move_intake(by=cast.actor("manager"), now=_now(), intake=intake.pk, to="in_review")
    return len(rows)


def assign_all(code: str) -> list[int]:
    """The suggested reviewers are given their sheets."""
    intake = _intake(code)
    rounds.assign_all(_cast(), intake, _now())
    return list(ReviewAssignment.objects.filter(application__intake=intake).values_list("pk", flat=True))


def reviewer_of(assignment: int) -> str:
    """The address of whom a sheet was given to."""
    return str(ReviewAssignment.objects.select_related("reviewer__person").get(pk=assignment).reviewer.person.email)


def propose(code: str, policy: str) -> int:
    """A plan under a policy; the worker solves it."""
    manager = _cast().actor("manager")
    return plans.propose(by=manager, now=_now(), intake=_intake(code).pk, policy=PolicyChoice(policy), seed=7).pk


def plan_state(plan: int) -> str:
    """Where a plan stands."""
    return str(Plan.objects.get(pk=plan).state)


def decide(code: str, plan: int) -> None:
    """The plan is adopted and all decisions are published, each by two people."""
    manager, approver, intake = _cast().actor("manager"), _cast().actor("approver"), _intake(code).pk
    decisions.draft_adoption(by=manager, now=_now(), plan=plan)
    decisions.adopt(by=approver, now=_now(), plan=plan, document_number="DOC-2026-101")
    decisions.draft_publication(by=manager, now=_now(), intake=intake)
    decisions.publish(by=approver, now=_now(), intake=intake, document_number="DOC-2026-102")


def sign_for_the_body(award: str) -> None:
    """The approver's signature on the newest version of an award's agreement."""
    row = Award.objects.get(number=award).agreements.latest("version")
    agreements.sign(
        by=_cast().actor("approver"),
        now=_now(),
        agreement=row.pk,
        side=Side.BODY,
        method=SigningMethod.CLICK,
        evidence={"password": PASSWORD},
    )


def a_quarter_that_is_over(award: str) -> None:
    """Jobs of an award in the last whole quarter, as if the centre had been there: a long one, then short ones."""
    row = Award.objects.get(number=award)
    pool = row.lines.get().product.pool
    ((name, first, _until),) = quarters(_now().astimezone(settings.MADANG_ZONE), 1)
    months = months_from(Month.of(first, settings.MADANG_ZONE), 3)
    capacity = {str(month): Capacity(physical=2200, funded=FUNDED_HOURS) for month in months}
    resources.set_capacity(by=_cast().actor("manager"), now=_now(), pool=pool.pk, months=capacity)
    for place in range(6):
        start, hours = first + timedelta(minutes=place), 1 if place else 4
        end = start + timedelta(hours=hours)
        Job.objects.create(
            award=row,
            pool=pool,
            submitted_by=row.application.created_by,
            key=uuid.uuid4(),
            name=f"{name} {place}",
            argv=["true"],
            cores=1 if place else 2,
            memory_mb=512,
            wall_seconds=hours * 3600,
            held=hours * 3600,
            share_class=row.organisation.kind,
            state="succeeded",
            submitted_at=start,
            started_at=start,
            ended_at=end,
            settled_at=end,
            cleared_at=end,
        )


STEPS = {
    step.__name__: step
    for step in (
        prepare, add_reviewers, rest_reviewer, publish_call, seconds_left, keep_open, intake_of, screen_all, assign_all,
        reviewer_of, propose, plan_state, decide, sign_for_the_body, a_quarter_that_is_over,
    )
}  # fmt: skip
