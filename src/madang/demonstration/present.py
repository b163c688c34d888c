"""What goes on today: a trial call whose awards are in force and whose jobs ran, and two open calls."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.conf import settings

from madang.cli.language import N_
from madang.demonstration import (
    academy,
    camp,
    committee,
    draw,
    equipment,
    names,
    panels,
    pipeline,
    published,
    rounds,
    work,
    workshop,
)
from madang.demonstration import cast as casting
from madang.demonstration.cast import Cast
from madang.demonstration.progress import Progress
from madang.portal.actors import WORKER, MemberRole
from madang.portal.agreements import actions as agreements
from madang.portal.agreements.rules import Side, SigningMethod
from madang.portal.applications.rules import AskLine
from madang.portal.awards import instalments
from madang.portal.awards.models import Award
from madang.portal.billing import actions as billing
from madang.portal.calls import chores as calls_chores
from madang.portal.calls.models import Call
from madang.portal.drafts.rules import IntakeDraft
from madang.portal.indicators import actions as figures
from madang.portal.indicators import chores as indicators
from madang.portal.indicators import queries as figure_queries
from madang.portal.jobs import machine
from madang.portal.journal import actions as journal
from madang.portal.journal import chores as journal_chores
from madang.portal.organisations import actions as organisations
from madang.portal.outbox.models import Message
from madang.portal.people.models import Organisation, Region
from madang.portal.people.rules import Attribute, OrganisationKind, SizeClass
from madang.portal.plans.rules import PolicyChoice
from madang.portal.resources.models import Pool
from madang.portal.supplements import actions as supplements
from madang.portal.transactions import together
from madang.values import Month

# (kind, hours asked for, least useful, marks of each of three reviewers): in all more than the 720 funded a month.
TRIAL = [
    ("company", 900, 300, ((36, 26, 27), (34, 27, 25), (37, 25, 26))),
    ("company", 750, 240, ((30, 24, 22), (29, 22, 24), (31, 23, 23))),
    ("university", 660, 300, ((33, 25, 25), (35, 24, 26), (32, 26, 24))),
]
OPEN_APPLICATIONS = 12
HOURS_MORE = 12


def build(cast: Cast, now: datetime, progress: Progress) -> None:
    """The trial call with its awards and jobs, then the open calls, then what else the centre does."""
    draws = random.Random(draw.SEED + 1)
    with progress.step(N_("A trial call for this machine's cores, from notice to agreement")):
        awards = _trial(cast, now, draws)
    why = machine.why_off()
    if why:
        progress.say(N_("No jobs were run: {why} Then build anew with: make demo-fresh"), why=why)
    else:
        _run_jobs(awards, now, progress)
    with together():
        _supplement(awards[0], now)
    with progress.step(N_("Open calls with a few applications")), together():
        _open_calls(cast, now, draws)
    with progress.step(N_("A catalogue of equipment and simulators, with bookings")), together():
        equipment.build(cast, sorted({award.organisation_id for award in awards}), now)
        workshop.build(cast, now)
    with progress.step(N_("Companies on their way to an office")), together():
        pipeline.build(cast, now, awards)
    with progress.step(N_("A cohort of an academy, from applications to placements")), together():
        academy.build(cast, now)
    with progress.step(N_("A start-up camp with its tenants")), together():
        camp.build(cast, now)
    with progress.step(N_("Two small calls in review: by consensus, and by the applicants themselves")):
        panels.build(cast, now)


def _run_jobs(awards: list[Award], now: datetime, progress: Progress) -> None:
    owners = {award.organisation_id for award in awards}
    with progress.step(N_("Running jobs of {count} organisations on this machine"), count=len(owners)):
        with together():
            jobs = work.submit(awards, Pool.objects.get(code="local-cores"), now)
        work.see_through(jobs, progress)


def _supplement(award: Award, now: datetime) -> None:
    """The first organisation asks for a few hours more; whoever looks around can decide on it."""
    owner = rounds.actor(award.application.created_by_id)
    reasons = "첫 학습에서 기대한 정확도를 얻어 더 큰 모델로 이어 가려 합니다. · The first runs reached their goal."
    given = {"product": award.lines.get().product.code, "quantity": HOURS_MORE, "reasons": reasons}
    supplements.ask(by=owner, now=now, award=award.pk, **given)


def _trial(cast: Cast, now: datetime, draws: random.Random) -> list[Award]:
    month = Month.of(now, settings.MADANG_ZONE)
    dates = IntakeDraft(
        rounds.day(now, -40, 9), rounds.day(now, -25, 18), rounds.day(now, -12, 18), rounds.day(now, -6, 18)
    )
    with together():
        call = published.publish(
            cast,
            published.own_cores(dates, month),
            drafted=rounds.day(now, -42, 10),
            now=rounds.day(now, -41, 10),
            document="AI컴퓨팅-2026-201",
        )
        calls_chores.move_intakes(dates.opens_at)
        owners = _tenants(cast, rounds.day(now, -39, 10), draws)
        marks = _hand_in(call, owners, month, dates.opens_at + timedelta(days=3))
        intake = call.intakes.get()
        rounds.screen_all(cast, intake, rounds.day(now, -24, 10))
        committee.review(cast, intake, marks, rounds.day(now, -22, 10), rounds.day(now, -15, 14))
    (plan,) = rounds.solve(cast, intake, (PolicyChoice.PORTFOLIO,), rounds.day(now, -8, 10))
    with together():
        rounds.decide(cast, intake, plan, rounds.day(now, -6, 10), "AI컴퓨팅-2026-214")
    return _sign(cast, call, owners, rounds.day(now, -5, 10))


def _tenants(cast: Cast, now: datetime, draws: random.Random) -> list[tuple[int, str, Organisation]]:
    """Three organisations and their owners; the first is the one whose log-ins are printed."""
    found = []
    for place, (kind, *_) in enumerate(TRIAL):
        # Signing needs a password; those that nobody is told are drawn, used once and forgotten.
        password = casting.PASSWORD if place == 0 else secrets.token_urlsafe(24)
        person = (
            cast.persons["owner"]
            if place == 0
            else casting.register(
                now=now,
                name=names.person("이용", place, draws),
                email=f"generated-tenant-{place}@{casting.DOMAIN}",
                password=password,
            )
        )
        named = names.organisation(kind, 901 + place, draws)
        row = organisations.create_organisation(
            by=rounds.actor(person),
            now=now,
            name=named.korean,
            name_en=named.english,
            kind=OrganisationKind(kind),
            registration_number=named.registration_number,
            founded_on=date(2023, 3, 2) if kind == "company" else date(1975, 3, 2),
            region=Region.objects.get(code="jeonnam-gwangju").pk,
            size_class=SizeClass.SMALL if kind == "company" else SizeClass.NONE,
        )
        found.append((person, password, row))
    _invite_engineer(cast, found[0][2], now)
    organisations.record_verdict(
        by=cast.actor("screening"),
        now=now,
        organisation=found[0][2].pk,
        attribute=Attribute.YOUNG_FIRM,
        holds=True,
        evidence="시연용으로 만든 확인 (generated)",
        valid_from=date(now.year, 1, 1),
        valid_until=date(now.year + 1, 1, 1),
    )
    return found


def _invite_engineer(cast: Cast, organisation: Organisation, now: datetime) -> None:
    organisations.invite(
        by=cast.actor("owner"),
        now=now,
        organisation=organisation.pk,
        email=f"engineer@{casting.DOMAIN}",
        role=MemberRole.MEMBER,
    )
    mail = Message.objects.filter(address=f"engineer@{casting.DOMAIN}").latest("pk")
    secret = mail.link.rstrip("/").rsplit("/", 1)[-1]
    organisations.accept_invitation(by=cast.actor("engineer"), now=now, secret=secret)


def _hand_in(
    call: Call, owners: list[tuple[int, str, Organisation]], month: Month, at: datetime
) -> dict[int, tuple[tuple[int, ...], ...]]:
    intake, track = call.intakes.get(), call.tracks.get()
    texts = list(track.consents.values_list("text", flat=True))
    titles = ["객담 도말 판독 보조 모델 개발", "공장 영상 결함 판독 모델 개발", "필기 숫자 인식 교육용 모델 연구"]
    marks = {}
    for (person, _, organisation), (_, hours, least, given), title in zip(owners, TRIAL, titles, strict=True):
        sections = {
            "purpose": f"{title}을 위한 시연용 과제입니다.",
            "plan": f"석 달 동안 {hours}코어 시간을 사용합니다.",
        }
        ask = AskLine("core-hour", hours, least, str(month), 3)
        entry = rounds.Entry(person, organisation.pk, at, title, sections, ask, given)
        marks[rounds.apply(track, intake, entry, texts)] = given
    return marks


def _sign(cast: Cast, call: Call, owners: list[tuple[int, str, Organisation]], now: datetime) -> list[Award]:
    """Each owner accepts and signs with their password, the approver signs for the centre: the award is in force.

    The university's comes in two instalments.
    """
    for person, password, organisation in owners:
        award = Award.objects.get(application__intake__call=call, organisation=organisation)
        if organisation.kind == OrganisationKind.UNIVERSITY:
            halfway = award.starts_on + (award.ends_on - award.starts_on) // 2
            instalments.split(by=cast.actor("manager"), now=now, award=award.pk, report_on=halfway)
        row = agreements.accept(by=rounds.actor(person), now=now, award=award.pk)
        for by, side, given in (
            (rounds.actor(person), Side.USER, password),
            (cast.actor("approver"), Side.BODY, casting.PASSWORD),
        ):
            agreements.sign(
                by=by,
                now=now + timedelta(hours=1),
                agreement=row.pk,
                side=side,
                method=SigningMethod.CLICK,
                evidence={"password": given},
            )
    rows = Award.objects.filter(application__intake__call=call, state="in_force")
    return list(rows.select_related("application").order_by("application"))


def _open_calls(cast: Cast, now: datetime, draws: random.Random) -> None:
    nearest = Month.of(now, settings.MADANG_ZONE).plus(2)
    makers: list[tuple[Callable[[IntakeDraft, Month], object], int, int, str]] = [
        (published.open_regular, -10, 20, "AI컴퓨팅-2026-230"),
        (published.open_rolling, -5, 25, "AI컴퓨팅-2026-231"),
    ]
    calls = []
    for make, opens, closes, document in makers:
        dates = IntakeDraft(
            rounds.day(now, opens, 9),
            rounds.day(now, closes, 18),
            rounds.day(now, closes + 14, 18),
            rounds.day(now, closes + 21, 18),
        )
        drafted, at = rounds.day(now, opens - 2, 10), rounds.day(now, opens - 1, 10)
        calls.append(published.publish(cast, make(dates, nearest), drafted=drafted, now=at, document=document))  # type: ignore[arg-type]
    calls_chores.move_intakes(now)
    _apply_to_open(calls[0], nearest, now, draws)


def _apply_to_open(call: Call, month: Month, now: datetime, draws: random.Random) -> None:
    """A few of the spring round's companies apply again, so that demand stands against capacity today."""
    intake = call.intakes.get()
    tracks = list(call.tracks.order_by("position").prefetch_related("products__product"))
    firms = list(Organisation.objects.filter(kind="company", applications__isnull=False).distinct().order_by("pk"))
    for firm in draws.sample(firms, OPEN_APPLICATIONS):
        track = draws.choice(tracks)
        offer = draws.choice(list(track.products.all()))
        quantity = draws.randint(offer.minimum, offer.maximum)
        title, field = names.project(draws)
        person = firm.memberships.get(role=MemberRole.OWNER, left_at__isnull=True).person_id
        entry = rounds.Entry(
            person=person,
            organisation=firm.pk,
            at=now - timedelta(hours=draws.randint(2, 200)),
            title=title,
            texts={
                "purpose": f"{field} 분야의 시연용 과제입니다.",
                "plan": "달마다 고르게 사용합니다. 시연용 글입니다.",
            },
            ask=AskLine(offer.product.code, quantity, offer.minimum, str(month), draws.randint(2, 5)),
            marks=(),
        )
        rounds.apply(track, intake, entry, list(track.consents.values_list("text", flat=True)))


def close_books(cast: Cast, now: datetime) -> None:
    billing.work_out_month(by=WORKER, now=datetime.now(UTC), month=str(Month.of(now, settings.MADANG_ZONE)))
    while indicators.roll_up(datetime.now(UTC)):
        pass
    indicators.work_out(datetime.now(UTC))
    _freeze_last_year(cast, now)
    while journal.seal(now=datetime.now(UTC)):
        pass
    journal_chores.publish_head(datetime.now(UTC))


def _freeze_last_year(cast: Cast, now: datetime) -> None:
    """Two people freeze the last year that is over and has figures, so that its page and its file stand there."""
    latest = figure_queries.latest()
    over = (
        [year for year in figure_queries.years(latest.figures) if year < figure_queries.this_year(now)]
        if latest
        else []
    )
    if over:
        comment = "시연용으로 만든 자료의 확정입니다. · Frozen for the demonstration; what it counts is drawn."
        given = {"now": now, "year": over[0], "comment": comment}
        figures.draft(by=cast.actor("manager"), **given)
        figures.freeze(by=cast.actor("approver"), document_number=f"AI컴퓨팅-{over[0]}-통계", **given)
