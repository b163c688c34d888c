"""Draws companies on their way to an office: 299 memoranda, 150 opened offices, and some that are only in touch."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from django.conf import settings

from madang.demonstration import draw, names
from madang.demonstration.cast import Cast
from madang.portal.awards.models import Award
from madang.portal.companies import actions, bringing
from madang.portal.companies.models import Company
from madang.portal.companies.rules import CompanyParticulars, CompanyStage, CompanySupportKind, Step, checked, cleaned
from madang.portal.companies.sheet import CompanyList, CompanyRow
from madang.portal.people.models import Person

MEMORANDA, OFFICES, WITHOUT_MEMORANDUM, IN_TOUCH, LEFT = 299, 150, 12, 40, 14
# companies of the pipeline have serials of their own, above those of the rounds' applicants
FIRST_SERIAL = 4001
SOURCE = "시연용으로 그린 가상 자료"
# a memorandum with an office is at least so old, so that no day of its way lies ahead
OLD = 1000
FIELDS = ("모빌리티", "에너지", "헬스케어", "AI 반도체", "콘텐츠", "로봇")
PLACES = ("광주광역시 북구 첨단과기로", "광주광역시 동구 금남로", "광주광역시 광산구 하남산단로")
NEXT = ("임대차계약 일정 확인", "투자계획서 접수", "현장 방문 일정 협의", "근무 인원 확인")


def rows(today: date, seed: int = draw.SEED + 2) -> list[CompanyRow]:
    """The companies with their stages; the counts hold whatever the seed."""
    drawn = random.Random(seed)
    found = [(True, place < OFFICES - WITHOUT_MEMORANDUM) for place in range(MEMORANDA)]
    found += [(False, True)] * WITHOUT_MEMORANDUM + [(False, False)] * IN_TOUCH
    ways = [_way(today, drawn, signed, opened) for signed, opened in found]
    for way in [way for way in ways if CompanyStage.OFFICE in way][:LEFT]:
        way[CompanyStage.LEFT] = min(today, way[CompanyStage.OFFICE] + timedelta(days=drawn.randint(150, 800)))
    drawn.shuffle(ways)
    return [_row(place, way, today, drawn) for place, way in enumerate(ways, start=1)]


def _way(today: date, drawn: random.Random, signed: bool, opened: bool) -> dict[CompanyStage, date]:
    """A way whose days are in order and over."""
    met = today - timedelta(days=drawn.randint(OLD + 250, 2300) if opened else drawn.randint(250, 2300))
    days = {CompanyStage.CONTACT: met}
    if drawn.random() < 0.7:
        days[CompanyStage.VISIT] = met + timedelta(days=drawn.randint(5, 40))
    agreed = met + timedelta(days=drawn.randint(41, 240))
    if signed:
        days[CompanyStage.MEMORANDUM] = agreed
    if opened:
        office = agreed + timedelta(days=drawn.randint(90, 950))
        if drawn.random() < 0.6:
            days[CompanyStage.PLAN] = office - timedelta(days=drawn.randint(45, 85))
        days[CompanyStage.LEASE] = office - timedelta(days=drawn.randint(5, 44))
        days[CompanyStage.OFFICE] = office
    return days


def _row(place: int, way: dict[CompanyStage, date], today: date, drawn: random.Random) -> CompanyRow:
    named = names.organisation("company", FIRST_SERIAL + place, drawn)
    number = named.registration_number if CompanyStage.OFFICE in way or drawn.random() < 0.6 else ""
    given = cleaned(CompanyParticulars(named.korean, named.english, number, drawn.choice(FIELDS)))
    steps: list[Step] = []
    for stage, day in sorted(way.items(), key=lambda item: list(CompanyStage).index(item[0])):
        office = stage is CompanyStage.OFFICE
        address = f"{drawn.choice(PLACES)} {place}" if office else ""
        staff = drawn.randint(1, 40) if office else None
        step = Step(stage, day, SOURCE, False, number if office else "", address, staff, day if office else None)
        steps.append(checked(step, {one.stage: one.on for one in steps}, today))
    return CompanyRow(place, given, tuple(steps))


def build(cast: Cast, now: datetime, awards: list[Award]) -> None:
    """The pipeline, next actions for a few, and the first award's company with support from before the portal."""
    manager, today = cast.actor("manager"), now.astimezone(settings.MADANG_ZONE).date()
    act = {"by": manager, "now": now}
    bringing.bring_in(**act, listed=CompanyList(tuple(rows(today)), ()), decided={}, generated=True)
    owner = Person.objects.get(pk=manager.person).pk
    for days, row in enumerate(Company.objects.filter(stage__in=("memorandum", "lease")).order_by("pk")[:8], start=-2):
        due = max(today, today + timedelta(days=3 * days))
        step = {"what": NEXT[days % len(NEXT)], "owner": owner, "due": due}
        actions.plan(**act, company=row.pk, version=row.version, **step)
    _supported(cast, now, today, awards)


def _supported(cast: Cast, now: datetime, today: date, awards: list[Award]) -> None:
    act = {"by": cast.actor("manager"), "now": now}
    organisation = awards[0].organisation
    number = organisation.registration_number
    given = CompanyParticulars(organisation.name, organisation.name_en, number, FIELDS[0])
    met = Step(CompanyStage.CONTACT, today - timedelta(days=400), SOURCE)
    row = actions.add(**act, given=given, contact=met, generated=True)
    actions.link(**act, company=row.pk, version=row.version, organisation=organisation.pk)
    before = [
        (9, CompanySupportKind.MONEY, "시제품 제작 지원", 20_000_000),
        (6, CompanySupportKind.PROGRAMME, "창업 교육 과정", 3_000_000),
        (3, CompanySupportKind.LEARNERS, "수료생 2명 채용 인건비 지원", 28_800_000),
    ]
    for years, kind, what, won in before:
        on = today - timedelta(days=365 * years)
        actions.give(**act, company=row.pk, kind=kind, on=on, what=what, won=won, source=SOURCE)
