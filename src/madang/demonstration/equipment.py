"""The demonstration's catalogue of 77 pieces of equipment and simulators, two rooms, and three organisations' bookings.

The number and the three fields are what the city announced for 2024; the list itself was never published, so that names and
terms here are ours, marked as generated.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import count

from django.conf import settings

from madang.demonstration import catalogue as offers
from madang.demonstration import draw, rounds
from madang.demonstration.cast import Cast
from madang.portal.actors import Actor, MemberRole
from madang.portal.bookings import actions as bookings
from madang.portal.bookings import chores as bookings_chores
from madang.portal.bookings.rules import BookingState
from madang.portal.facilities import actions as facilities
from madang.portal.facilities.models import Facility
from madang.portal.facilities.rules import (
    Accessory,
    FacilityField,
    FacilityKind,
    Particulars,
    SafetyClass,
    SlotGrain,
    Terms,
)
from madang.portal.fees import actions as fees
from madang.portal.people.models import Membership
from madang.values import Period

# Two of each of these 37 and three simulators are 77.
KINDS = {
    FacilityField.MOBILITY: [
        ("라이다 센서 시험대", "Lidar test bench"), ("차량용 레이더 시험기", "Vehicle radar tester"),
        ("차량 카메라 보정대", "Vehicle camera calibration stand"), ("차량 통신 시험기", "Vehicle communication tester"),
        ("차량 제어기 시험기", "Vehicle controller tester"), ("조향 성능 시험기", "Steering tester"),
        ("관성 항법 장치", "Inertial navigation unit"), ("3차원 도로 스캐너", "3D road scanner"),
        ("주행 데이터 수집 차량", "Driving data collection car"), ("소형 자율주행 플랫폼", "Small self-driving platform"),
    ],
    FacilityField.ENERGY: [
        ("배터리 충방전 시험기", "Battery cycler"), ("태양광 모의 전원", "Solar array simulator"),
        ("전력 품질 분석기", "Power quality analyser"), ("에너지 저장장치 시험대", "Energy storage test bench"),
        ("열화상 카메라", "Thermal camera"), ("연료전지 시험기", "Fuel cell tester"),
        ("인버터 효율 시험기", "Inverter efficiency tester"), ("전력망 실시간 모의기", "Real-time grid emulator"),
        ("스마트 계량기 시험대", "Smart meter test bench"),
    ],
    FacilityField.HEALTHCARE: [
        ("안저 카메라", "Fundus camera"), ("초음파 진단기", "Ultrasound scanner"), ("심전도 측정기", "Electrocardiograph"),
        ("디지털 병리 스캐너", "Digital pathology scanner"), ("현미경 자동 촬영기", "Automated microscope"),
        ("뇌파 측정기", "Electroencephalograph"), ("보행 분석 장치", "Gait analyser"),
        ("수면 다원 검사기", "Polysomnograph"), ("생체 신호 모의기", "Biosignal simulator"),
        ("체성분 분석기", "Body composition analyser"),
    ],
    FacilityField.OTHER: [
        ("동작 포착 시스템", "Motion capture system"), ("음성 녹음 부스", "Voice recording booth"),
        ("마이크 배열 무향실", "Anechoic room with microphone array"), ("다관절 로봇 팔", "Articulated robot arm"),
        ("협동 로봇", "Collaborative robot"), ("환경 시험 챔버", "Environmental chamber"), ("진동 시험기", "Vibration tester"),
        ("3차원 프린터", "3D printer"),
    ],
}  # fmt: skip
PREFIX = {
    FacilityField.MOBILITY: "MOB",
    FacilityField.ENERGY: "ENE",
    FacilityField.HEALTHCARE: "HEA",
    FacilityField.OTHER: "ETC",
}
SIMULATORS = [
    ("SIM-DIL", "운전자 참여형 주행 시뮬레이터", "Driver-in-the-loop driving simulator"),
    ("SIM-VIL", "실차 연동형 주행 시뮬레이터", "Vehicle-in-the-loop driving simulator"),
    ("SIM-SIL", "소프트웨어 주행 시뮬레이터", "Software-in-the-loop driving simulator"),
]
ROOMS = [("ROOM-A", "실증동 회의실", "Meeting room of the test building"), ("ROOM-B", "교육실", "Training room")]
MAKER = "Demo Instruments"  # a maker is written as on its plate, in one language for both
LENT_BY_DAY = {"주행 데이터 수집 차량", "소형 자율주행 플랫폼", "열화상 카메라"}
PURPOSES = ["센서 자료 수집", "모델 성능 실증", "시제품 시험", "시연 준비"]
BACK, AHEAD = 35, 14  # days of bookings behind and ahead; the organisations came 39 days ago


def build(cast: Cast, organisations: Iterable[int], now: datetime) -> None:
    """The catalogue, and what the owners of these organisations booked: used, missed, asked for and still ahead."""
    keeper, draws = cast.actor("manager"), random.Random(draw.SEED + 2)
    begun = now - timedelta(days=BACK + 5)
    rows = [facilities.add(by=keeper, now=begun, given=one, generated=True) for one in catalogue(begun.date())]
    _price(cast, begun, now, rows)
    owners = Membership.objects.filter(organisation__in=organisations, role=MemberRole.OWNER, left_at__isnull=True)
    tenants = [(rounds.actor(row.person_id), row.organisation_id) for row in owners.order_by("organisation")]
    quarters = [row for row in rows if row.grain == SlotGrain.QUARTER]
    for day in range(-BACK, AHEAD):
        at = (now.astimezone(settings.MADANG_ZONE) + timedelta(days=day)).replace(minute=0, second=0, microsecond=0)
        if at.weekday() < 5 and day:
            for row in draws.sample(quarters, draws.choice([1, 1, 2, 3])):
                start = at.replace(hour=draws.randint(9, 14))
                _book(keeper, *draws.choice(tenants), row, start, draws, now)
    while bookings_chores.release_missed(now):
        pass


def _price(cast: Cast, begun: datetime, now: datetime, rows: Iterable[Facility]) -> None:
    """Simulators and equipment of mobility cost something, by the hour or by the day; the rest is free of charge."""
    offers.facilities(cast, begun, now)
    for row in rows:
        by_day = "loan" if row.grain == SlotGrain.DAY else "bench"
        kind = "simulator" if row.kind == FacilityKind.SIMULATOR else by_day
        if row.field == FacilityField.MOBILITY:
            fees.set_fee(by=cast.actor("manager"), now=begun, facility=row.pk, product=kind)


def catalogue(today: date) -> list[Particulars]:
    """All facilities; calibration is due within half a year to a year of `today`."""
    found = []
    for field, kinds in KINDS.items():
        serial = count(1)
        for korean, english in kinds:
            for unit in (1, 2):
                found.append(_equipment(field, korean, english, unit, next(serial), today))
    return found + [_simulator(*one) for one in SIMULATORS] + [_room(*one) for one in ROOMS]


def _equipment(field: FacilityField, korean: str, english: str, unit: int, serial: int, today: date) -> Particulars:
    supervised, by_day = serial % 5 == 0, korean in LENT_BY_DAY
    terms = Terms(
        needs_approval=supervised,
        before=0 if by_day else 1,
        after=0 if by_day else 1,
        calibrated_until=today + timedelta(days=200 + 7 * serial) if serial % 3 == 0 else None,
    )
    return Particulars(
        code=f"{PREFIX[field]}-{serial:02d}",
        name_ko=f"{korean} {unit}호기",
        name_en=f"{english} no. {unit}",
        field=field,
        maker=MAKER,
        model=f"M{serial:02d}-{unit}",
        specification_ko="시연용으로 만든 장비입니다.",
        specification_en="Made up for the demonstration.",
        place_ko=f"실증동 {1 + serial % 3}층",
        place_en=f"Test building, floor {1 + serial % 3}",
        safety=SafetyClass.SUPERVISED if supervised else SafetyClass.INSTRUCTED if serial % 2 else SafetyClass.OPEN,
        terms=dataclasses.replace(terms, grain=SlotGrain.DAY, longest=10) if by_day else terms,
        accessories=(Accessory("전원 케이블", "Power cable", 1), Accessory("사용 설명서", "Manual", 1)),
    )


def _simulator(code: str, korean: str, english: str) -> Particulars:
    return Particulars(
        code=code,
        name_ko=korean,
        name_en=english,
        kind=FacilityKind.SIMULATOR,
        field=FacilityField.MOBILITY,
        maker=MAKER,
        model=f"{code}-1",
        specification_ko="시연용으로 만든 시뮬레이터입니다.",
        specification_en="A simulator made up for the demonstration.",
        place_ko="실증동 1층 시뮬레이터실",
        place_en="Test building, simulator hall",
        safety=SafetyClass.OPEN if code == "SIM-SIL" else SafetyClass.SUPERVISED,
        terms=Terms(needs_approval=code != "SIM-SIL", before=2, after=2, notice_hours=24, longest=16),
    )


def _room(code: str, korean: str, english: str) -> Particulars:
    return Particulars(code=code, name_ko=korean, name_en=english, kind=FacilityKind.ROOM, place_ko="실증동 2층",
                       place_en="Test building, floor 2", terms=Terms(closes=21 * 60))  # fmt: skip


def _book(
    keeper: Actor, tenant: Actor, organisation: int, row: Facility, start: datetime, draws: random.Random, now: datetime
) -> None:
    """Booked two days before by one who may, approved the day before, and used, unless nobody came (one in twelve)."""
    period = Period(start, start + timedelta(hours=draws.randint(1, 3)))
    given = {"organisation": organisation, "facilities": [row.pk], "period": period, "purpose": draws.choice(PURPOSES)}
    booking = bookings.book(by=tenant, now=min(start - timedelta(days=2), now), **given)
    came = draws.random() > 1 / 12
    if booking.state == BookingState.ASKED and start - timedelta(days=1) < now:
        bookings.decide(by=keeper, now=start - timedelta(days=1), booking=booking.pk, approve=True, reason="")
    if came and start + timedelta(minutes=5) < now:
        bookings.check_in(by=tenant, now=start + timedelta(minutes=5), booking=booking.pk, code=row.door_code)
