"""What the demonstration centre offers: pools with their months, products, prices and discounts, consent texts."""

from __future__ import annotations

import os
from datetime import date, datetime
from typing import Any

from django.conf import settings

from madang.demonstration import press
from madang.demonstration.cast import Cast
from madang.portal.calls import actions as calls
from madang.portal.entitlements import actions as entitlements
from madang.portal.entitlements.rules import EntitlementKind
from madang.portal.prices import actions as prices
from madang.portal.prices.rules import LimitKind, Vat
from madang.portal.resources import actions as resources
from madang.portal.resources.models import Pool, Product
from madang.portal.resources.rules import Capacity, Grain, PoolUnit
from madang.values import Month, months_from

H100_GPU_MONTH_WON = 400_000
B200_GPU_MONTH_WON = 800_000
# What a supplier was paid at most in the spring 2026 tender, won for one GPU and month: the dated market anchor.
H100_MARKET_WON, B200_MARKET_WON = 2_800_000, 6_200_000
# A second on one core costs one won: jobs of seconds would otherwise round to nothing on every statement.
CORE_HOUR_WON, CORE_HOUR_MARKET_WON = 3_600, 14_400


# product, its names, grain, won an hour or a day, and what the market asks
FACILITY_PRICES = (
    ("simulator", "주행 시뮬레이터 이용", "Use of a driving simulator", Grain.HOUR, 60_000, 300_000),
    ("bench", "시험 장비 이용", "Use of test equipment", Grain.HOUR, 8_000, 40_000),
    ("loan", "장비 대여", "Loan of equipment", Grain.DAY, 30_000, 120_000),
)
SIMULATOR_NOW_WON = 66_000


def reserved_pools(cast: Cast, now: datetime) -> None:
    """The national round's two pools of servers, with what was bought and what has money, April 2026 to March 2027."""
    manager = cast.actor("manager")
    months = months_from(Month(2026, 4), 12)
    for code, name in (("h200", "H200"), ("b200", "B200")):
        pool = _pool(cast, now, code, f"{name} 서버", f"{name} servers")
        bought, funded = press.SERVERS_BOUGHT[code], press.SERVERS_FUNDED[code]
        gpus = Capacity(physical=bought * press.GPUS_PER_SERVER, funded=funded * press.GPUS_PER_SERVER)
        resources.set_capacity(by=manager, now=now, pool=pool.pk, months={str(month): gpus for month in months})
        product = _product(cast, now, f"{code}x8", pool, f"{name}×8 서버", f"{name}×8 server", press.GPUS_PER_SERVER)
        _price(
            cast,
            now,
            product,
            press.SERVER_MONTH_WON[code],
            press.MARKET_SERVER_MONTH_WON[code],
            (
                "2025년 12월 언론 보도: 이용자는 시장 가격의 5~10% 부담",
                "Press, December 2025: users pay 5 to 10% of the market price",
            ),
            date(2026, 4, 1),
        )


def present_pools(cast: Cast, now: datetime, today: datetime) -> None:
    """The pools of the two open calls, from next month on for a year."""
    manager, first = cast.actor("manager"), Month(today.year, today.month)
    sizes = {"h100": ("H100", 368, 296, (1, 2, 4, 8)), "b200-centre": ("B200", 64, 48, (8,))}
    costs = {"h100": (H100_GPU_MONTH_WON, H100_MARKET_WON), "b200-centre": (B200_GPU_MONTH_WON, B200_MARKET_WON)}
    for code, (name, physical, funded, counts) in sizes.items():
        pool = _pool(cast, now, code, f"{name} (센터)", f"{name} (centre)")
        months = {str(month): Capacity(physical=physical, funded=funded) for month in months_from(first, 13)}
        resources.set_capacity(by=manager, now=now, pool=pool.pk, months=months)
        price, market = costs[code]
        for count in counts:
            product = _product(cast, now, f"{code}x{count}", pool, f"{name}×{count}", f"{name}×{count}", count)
            source = ("2026년 3월 공급기업 공모의 상한 단가", "Supplier tender of March 2026, upper band")
            _price(cast, now, product, price * count, market * count, source, date(first.year, first.number, 1))


def local_pool(cast: Cast, now: datetime, today: datetime) -> None:
    """This machine's own cores, sold by the hour; as many hours as one core has a month have money."""
    first, cores = Month(today.year, today.month), os.cpu_count() or 1
    pool = _pool(
        cast,
        now,
        "local-cores",
        "이 컴퓨터의 CPU 코어",
        "This machine's CPU cores",
        unit=PoolUnit.CORE,
        grain=Grain.HOUR,
        runs_jobs=True,
    )
    hours = Capacity(physical=cores * 720, funded=720)
    months = {str(month): hours for month in months_from(first, 4)}
    resources.set_capacity(by=cast.actor("manager"), now=now, pool=pool.pk, months=months)
    product = _product(cast, now, "core-hour", pool, "코어 시간", "Core-hour", 1, Grain.HOUR)
    source = ("시연을 위하여 정한 값: 코어 1초에 4원", "Chosen for the demonstration: four won a core-second")
    _price(cast, now, product, CORE_HOUR_WON, CORE_HOUR_MARKET_WON, source, date(first.year, first.number, 1))


def facilities(cast: Cast, begun: datetime, now: datetime) -> None:
    """As what facilities are charged, with VAT on top; simulators cost more since the first of this month."""
    since, turn = (Month.of(at, settings.MADANG_ZONE) for at in (begun, now))
    pools = {
        Grain.HOUR: ("facility-hours", "시설·장비 (시간)", "Facilities by the hour"),
        Grain.DAY: ("facility-days", "시설·장비 (일)", "Facilities by the day"),
    }
    made = {grain: _pool(cast, begun, *words, unit=PoolUnit.ITEM, grain=grain) for grain, words in pools.items()}
    source, vat = ("시연을 위하여 정한 값", "Chosen for the demonstration"), {"vat": Vat.ADDED, "vat_permille": 100}
    for code, korean, english, grain, won, market in FACILITY_PRICES:
        product = _product(cast, begun, code, made[grain], korean, english, 1, grain)
        _price(cast, begun, product, won, market, source, date(since.year, since.number, 1), **vat)
        if code == "simulator" and since != turn:
            _price(cast, begun, product, SIMULATOR_NOW_WON, market, source, date(turn.year, turn.number, 1), **vat)


def discounts(cast: Cast, now: datetime) -> None:
    """Young firms and local firms pay half, universities and institutes nothing."""
    rows = [
        (
            "young-firm",
            "청년기업 감면",
            "Young firm",
            "청년기업은 단가의 50%를 감면합니다.",
            "Young firms pay half.",
            "young_firm",
            500,
        ),
        (
            "local-firm",
            "지역기업 감면",
            "Local firm",
            "지역기업은 단가의 50%를 감면합니다.",
            "Local firms pay half.",
            "local_firm",
            500,
        ),
        (
            "university",
            "대학 무상",
            "University",
            "대학은 무상으로 이용합니다.",
            "Universities pay nothing.",
            "kind:university",
            1000,
        ),
        (
            "institute",
            "연구기관 무상",
            "Research institute",
            "연구기관은 무상으로 이용합니다.",
            "Research institutes pay nothing.",
            "kind:research_institute",
            1000,
        ),
    ]
    for code, name_ko, name_en, sentence_ko, sentence_en, applies_to, permille in rows:
        prices.create_discount(
            by=cast.actor("manager"),
            now=now,
            code=code,
            name_ko=name_ko,
            name_en=name_en,
            sentence_ko=sentence_ko,
            sentence_en=sentence_en,
            applies_to=applies_to,
            permille=permille,
            starts_on=date(2026, 1, 1),
        )


def limits(cast: Cast, now: datetime) -> None:
    """The one ceiling of the demonstration, which no organisation reaches."""
    prices.create_limit(
        by=cast.actor("manager"),
        now=now,
        code="three-years",
        kind=LimitKind.CEILING,
        name_ko="3년 지원환산액 한도",
        name_en="Ceiling over three years",
        sentence_ko="한 기관의 지원환산액은 3개 연도를 합하여 20억원을 넘지 않습니다.",
        sentence_en="The support of one organisation does not exceed 2 billion won in three calendar years.",
        figure=2_000_000_000,
        years=3,
        starts_on=date(2026, 1, 1),
    )


def entitlements_of(cast: Cast, now: datetime) -> None:
    """Half as much again once an award, and money off where a job waits more than eight hours in the queue."""
    given = {"by": cast.actor("manager"), "now": now, "starts_on": date(2026, 1, 1)}
    entitlements.create(
        code="supplement",
        kind=EntitlementKind.SUPPLEMENT,
        name_ko="추가배정",
        name_en="Supplement",
        sentence_ko="배정 기간에 한 번, 배정량의 절반까지 추가배정을 요청할 수 있습니다.",
        sentence_en="Once in its time, the holder of an award can ask for up to half as much again.",
        permille=500,
        **given,
    )
    entitlements.create(
        code="eight-hours",
        kind=EntitlementKind.WAIT_CREDIT,
        name_ko="8시간 시작 약속",
        name_en="Start within eight hours",
        sentence_ko="작업이 대기열에서 8시간을 넘겨 기다리면 초과 1시간마다 그 달 부담금의 1%를 빼며, 월 20%를 넘지 않습니다.",
        sentence_en="For each hour that a job waits in the queue beyond eight, 1% comes off the month's bill, 20% at most.",
        promise_hours=8,
        permille=10,
        cap_permille=200,
        **given,
    )


def consent_texts(cast: Cast, now: datetime) -> None:
    """The two texts that every track of the demonstration asks for."""
    manager = cast.actor("manager")
    calls.add_consent_text(
        by=manager,
        now=now,
        code="personal-data",
        title_ko="개인정보 수집·이용 동의",
        title_en="Consent to the use of personal data",
        body_ko="신청 접수, 평가, 협약과 정산을 위하여 성명, 전자우편, 소속을 수집하며 협약이 끝난 뒤 5년 동안 보유합니다.",
        body_en="Name, e-mail and organisation are used to receive and review the application, to conclude the agreement "
        "and to settle accounts, and are kept for five years after its end.",
        refusal_ko="동의하지 않을 권리가 있으며, 동의하지 않으면 신청을 접수할 수 없습니다.",
        refusal_en="You may refuse; the application cannot then be received.",
    )
    calls.add_consent_text(
        by=manager,
        now=now,
        code="integrity",
        title_ko="청렴 서약",
        title_en="Pledge of integrity",
        body_ko="신청 내용이 사실이며, 배정받은 자원을 목적 외로 사용하지 않겠습니다.",
        body_en="What the application says is true, and what is awarded will not be used for another purpose.",
        refusal_ko="서약하지 않으면 신청을 접수할 수 없습니다.",
        refusal_en="Without the pledge the application cannot be received.",
    )


def _pool(
    cast: Cast,
    now: datetime,
    code: str,
    name_ko: str,
    name_en: str,
    *,
    unit: PoolUnit = PoolUnit.GPU,
    grain: Grain = Grain.MONTH,
    runs_jobs: bool = False,
) -> Pool:
    return resources.create_pool(
        by=cast.actor("manager"),
        now=now,
        code=code,
        name_ko=name_ko + " (시연용)",
        name_en=name_en + " (demonstration)",
        unit=unit,
        grain=grain,
        backend_type="",
        runs_jobs=runs_jobs,
    )


def _product(
    cast: Cast, now: datetime, code: str, pool: Pool, name_ko: str, name_en: str, units: int, grain: Grain = Grain.MONTH
) -> Product:
    return resources.create_product(
        by=cast.actor("manager"),
        now=now,
        code=code,
        pool=pool.pk,
        name_ko=name_ko,
        name_en=name_en,
        units=units,
        grain=grain,
    )


def _price(
    cast: Cast,
    now: datetime,
    product: Product,
    price: int,
    reference: int,
    source: tuple[str, str],
    starts_on: date,
    **vat: Any,
) -> None:
    tariff = prices.draft_tariff(
        by=cast.actor("manager"),
        now=now,
        product=product.pk,
        price=price,
        reference_price=reference,
        reference_source=source[0],
        reference_source_en=source[1],
        starts_on=starts_on,
        **vat,
    )
    prices.approve_tariff(
        by=cast.actor("approver"),
        now=now,
        tariff=tariff.pk,
        comment="",
        document_number=f"AI컴퓨팅-2026-{tariff.pk:03d}",
    )
