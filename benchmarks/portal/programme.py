"""The people, pools, prices and calls of the benchmark's centre."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from storing import write

from madang.portal.approvals.models import Approval
from madang.portal.calls import models as calls
from madang.portal.people import models as people
from madang.portal.prices.models import Discount, Tariff
from madang.portal.resources.models import Pool, Product
from madang.portal.reviews.models import Affiliation, DeclaredInterest, Reviewer
from madang.portal.screening.models import OwedReport
from madang.values import Month

ORGANISATIONS, MEMBERS, REVIEWERS = 1_200, 1_800, 400
KINDS = ("company", "university", "research_institute", "public_body")
STAFF = ("screening_officer", "programme_manager", "approver", "operator", "auditor")
FIELDS = ("language", "vision", "speech", "robotics", "medicine", "materials", "climate", "security")
CRITERIA = (
    ("impact", "파급효과", "Impact", 40),
    ("ecosystem", "생태계 기여", "Ecosystem", 30),
    ("plan", "계획", "Plan", 30),
)
# code, unit, grain
POOLS = (("h100", "gpu", "month"), ("b200", "gpu", "month"), ("h100-hours", "gpu", "hour"), ("cores", "core", "hour"))
# code, pool, units, grain, won, reference won
PRODUCTS = (
    ("h100x1", 1, 1, "month", 400_000, 2_800_000),
    ("h100x2", 1, 2, "month", 800_000, 5_600_000),
    ("h100x8", 1, 8, "month", 3_200_000, 22_400_000),
    ("b200x8", 2, 8, "month", 6_400_000, 49_600_000),
    ("h100-hour", 3, 1, "hour", 900, 4_200),
    ("core-hour", 4, 1, "hour", 40, 160),
)
# What a kind of call offers: product and the range of quantities that one application asks for.
OFFERS = {
    "regular": (("h100x8", 1, 4), ("b200x8", 1, 4)),
    "rolling": (("h100x1", 1, 4), ("h100x2", 1, 2)),
    "hours": (("h100-hour", 100, 4_000), ("core-hour", 500, 20_000)),
}


@dataclass(frozen=True)
class IntakePlan:
    """One intake to come: its row, dates, how many apply, how far it is."""

    pk: int
    call: int
    code: str
    number: int
    track: int
    offers: str
    opens: datetime
    closes: datetime
    decided: datetime
    first_month: Month
    applications: int
    state: str


@dataclass
class Centre:
    """What later steps need of earlier ones."""

    now: datetime
    rng: random.Random
    zone: ZoneInfo = field(default_factory=lambda: settings.MADANG_ZONE)
    staff: dict[str, int] = field(default_factory=dict)
    owners: list[int] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    young: set[int] = field(default_factory=set)
    reviewers: list[int] = field(default_factory=list)
    intakes: list[IntakePlan] = field(default_factory=list)

    @property
    def month(self) -> Month:
        return Month.of(self.now, self.zone)

    def at(self, month: Month, day: int, hour: int = 10) -> datetime:
        return datetime.combine(date(month.year, month.number, day), time(hour), tzinfo=self.zone)


def persons(centre: Centre) -> None:
    """Staff, owners (of organisation n: person n), further members and reviewers, with their roles."""
    rng, begun = centre.rng, centre.at(centre.month.plus(-15), 1)
    total = ORGANISATIONS + MEMBERS + REVIEWERS + len(STAFF)
    # A third of the names differ in a letter only, as names do.
    names = (
        f"{rng.choice('김이박최정강조윤장임')}{rng.choice('민서지수현영준하')}{rng.choice('우연준아윤호진')}"
        for _ in range(total)
    )
    rows = ((n, f"person{n}@bench.example", name, "!", begun) for n, name in enumerate(names, start=1))
    write(people.Person, "id email name password created_at", rows)
    centre.owners = list(range(1, ORGANISATIONS + 1))
    experts = range(ORGANISATIONS + MEMBERS + 1, ORGANISATIONS + MEMBERS + REVIEWERS + 1)
    for n, role in enumerate(STAFF, start=ORGANISATIONS + MEMBERS + REVIEWERS + 1):
        centre.staff[role] = n
    write(people.StaffRole, "person role granted_at", ((pk, role, begun) for role, pk in centre.staff.items()))
    rows = ((n, pk, "Bench University", rng.sample(FIELDS, 3), 200, begun) for n, pk in enumerate(experts, start=1))
    centre.reviewers = list(range(1, REVIEWERS + 1))
    write(Reviewer, "id person affiliation fields load_limit added_at", list(rows))


def organisations(centre: Centre) -> None:
    """1,200 organisations with owners, members, verdicts, reports owed, and the interests of reviewers in them."""
    rng, begun, since = centre.rng, centre.at(centre.month.plus(-15), 1), date(2020, 1, 1)
    regions = list(people.Region.objects.filter(ends_on=None).values_list("pk", flat=True))
    centre.kinds = [rng.choices(KINDS, (70, 20, 8, 2))[0] for _ in range(ORGANISATIONS)]
    columns = "id name name_en kind size_class registration_number founded_on region created_at generated"
    rows = [
        (
            n,
            f"{rng.choice(('한빛', '새롬', '가온', '누리', '다온'))}{n}",
            f"Organisation {n}",
            kind,
            "small" if kind == "company" else "none",
            f"{1_000_000_000 + n * 7_919}",
            date(rng.randint(2005, 2024), rng.randint(1, 12), 1),
            rng.choice(regions),
            begun,
            True,
        )
        for n, kind in enumerate(centre.kinds, start=1)
    ]
    write(people.Organisation, columns, rows)
    members = [(n, n, "owner", begun) for n in centre.owners]
    members += [(rng.randint(1, ORGANISATIONS), ORGANISATIONS + n, "member", begun) for n in range(1, MEMBERS + 1)]
    write(people.Membership, "organisation person role joined_at", members)
    centre.young = set(rng.sample(centre.owners, 300))
    officer, until = centre.staff["screening_officer"], date(2035, 1, 1)
    rows = [(n, "young_firm", True, "certificate", officer, begun, since, until) for n in sorted(centre.young)]
    write(people.Verdict, "organisation attribute holds evidence checked_by checked_at valid_from valid_until", rows)
    owed = [
        (n % ORGANISATIONS + 1, f"Report {n}", since + timedelta(days=n), officer, begun, since, officer)
        for n in range(2_000)
    ]
    write(OwedReport, "organisation title due_on noted_by noted_at received_on received_by", owed)
    places = [(n, rng.randint(1, ORGANISATIONS), since) for n in centre.reviewers]
    write(Affiliation, "reviewer organisation since", places)
    interests = [(n, rng.randint(1, ORGANISATIONS), "advice", begun) for n in centre.reviewers[::2]]
    write(DeclaredInterest, "reviewer organisation kind declared_at", interests)


def shop(centre: Centre) -> None:
    """Pools and products; what the pools hold is written once awards are known."""
    begun = centre.at(centre.month.plus(-15), 1)
    rows = [
        (n, code, f"{code} 풀", f"{code} pool", unit, grain, True, begun)
        for n, (code, unit, grain) in enumerate(POOLS, 1)
    ]
    write(Pool, "id code name_ko name_en unit grain runs_jobs created_at", rows)
    rows = [
        (n, code, pool, f"{code} 자원", code, units, grain)
        for n, (code, pool, units, grain, _, _) in enumerate(PRODUCTS, 1)
    ]
    write(Product, "id code pool name_ko name_en units grain", rows)


def prices(centre: Centre) -> None:
    """Approved tariffs, each with the act that approved it, and discounts."""
    begun, since = centre.at(centre.month.plus(-15), 1), date(2024, 1, 1)
    manager, approver = centre.staff["programme_manager"], centre.staff["approver"]
    rows = [
        (
            n,
            n,
            "reserved" if grain == "month" else "used",
            price,
            reference,
            "Benchmark",
            since,
            manager,
            begun,
            approver,
            begun,
        )
        for n, (_, _, _, grain, price, reference) in enumerate(PRODUCTS, 1)
    ]
    columns = (
        "id product kind price reference_price reference_source starts_on drafted_by drafted_at approved_by approved_at"
    )
    write(Tariff, columns, rows)
    rows = [
        (
            "young-firm",
            "청년기업",
            "Young firm",
            "절반을 감면합니다.",
            "Young firms pay half.",
            "young_firm",
            500,
            since,
        ),
        (
            "university",
            "대학",
            "University",
            "무상입니다.",
            "Universities pay nothing.",
            "kind:university",
            1000,
            since,
        ),
    ]
    write(Discount, "code name_ko name_en sentence_ko sentence_en applies_to permille starts_on", rows)
    columns = "kind subject state drafted_by drafted_at decided_by decided_at document_number"
    rows = [
        ("change_tariff", n, "approved", manager, begun, approver, begun, f"B-{n}") for n in range(1, len(PRODUCTS) + 1)
    ]
    write(Approval, columns, rows)


def programme(centre: Centre) -> None:
    """20 calls: five regular, an additional and a trial one, thirteen rolling with an intake a month."""
    write(
        calls.ConsentText,
        "id code version title_ko title_en body_ko body_en refusal_ko refusal_en created_at",
        [
            (
                n,
                code,
                1,
                "동의",
                "Consent",
                "동의합니다." * 30,
                "I agree. " * 30,
                "거부할 수 있습니다.",
                "You may refuse.",
                centre.at(centre.month.plus(-15), 1),
            )
            for n, code in enumerate(("personal-data", "integrity"), start=1)
        ],
    )
    for number in range(20):
        _call(centre, number + 1)


def _call(centre: Centre, pk: int) -> None:
    month, rolling = centre.month, pk > 7
    kind = (
        "rolling" if rolling else ("regular", "regular", "regular", "regular", "regular", "additional", "beta")[pk - 1]
    )
    code = f"{kind}-{pk}"
    since = month.plus(-14) if rolling else month.plus((-13, -10, -7, -4, -2, -1, -2)[pk - 1])
    begun = centre.at(since, 1)
    row = (
        pk,
        code,
        kind,
        f"{code} 공고",
        f"Call {code}",
        "요약입니다. " * 40,
        "A summary. " * 40,
        "published",
        True,
        centre.staff["programme_manager"],
        begun,
        begun,
    )
    write(
        calls.Call,
        "id code kind title_ko title_en summary_ko summary_en state generated drafted_by created_at published_at",
        [row],
    )
    offers = "regular" if not rolling else "rolling" if pk < 13 else "hours"
    _tracks(centre, pk, offers, since)
    found = _rolling(centre, pk, code, offers) if rolling else [_single(centre, pk, code, since)]
    columns = "id call number opens_at closes_at review_due_at decision_due_at state decided_at last_receipt"
    write(
        calls.Intake,
        columns,
        [
            (
                one.pk,
                pk,
                one.number,
                one.opens,
                one.closes,
                one.closes + timedelta(days=30),
                one.closes + timedelta(days=40),
                one.state,
                one.decided if one.state == "decided" else None,
                one.applications,
            )
            for one in found
        ],
    )
    centre.intakes += found


def _single(centre: Centre, pk: int, code: str, since: Month) -> IntakePlan:
    """Calls 1 to 4 are decided, 5 is in review, 6 is being screened, 7 is decided and waits for the applicants."""
    state = ("decided", "decided", "decided", "decided", "in_review", "screening", "decided")[pk - 1]
    opens = centre.at(since, 2)
    closes = {5: centre.now - timedelta(days=10), 6: centre.now - timedelta(days=1)}.get(pk, centre.at(since, 23))
    count = {6: 400, 7: 300}.get(pk, 600)
    first = centre.month.plus(1) if pk >= 5 else since.plus(1)
    decided = centre.now - timedelta(days=2) if pk == 7 else centre.at(since, 27)
    return IntakePlan(1_000 + pk, pk, code, 1, pk, "regular", opens, closes, decided, first, count, state)


def _rolling(centre: Centre, pk: int, code: str, offers: str) -> list[IntakePlan]:
    found = []
    for number in range(1, 13):
        since = centre.month.plus(number - 14)
        dates = centre.at(since, 1), centre.at(since, 21), centre.at(since, 27)
        count = 110 if (pk, number) == (20, 12) else 114
        found.append(
            IntakePlan(pk * 20 + number, pk, code, number, pk, offers, *dates, since.plus(1), count, "decided")
        )
    opens, closes = centre.now - timedelta(days=10), centre.now + timedelta(days=20)
    last = IntakePlan(pk * 20 + 13, pk, code, 13, pk, offers, opens, closes, closes, centre.month.plus(2), 40, "open")
    return [*found, last]


def _tracks(centre: Centre, pk: int, offers: str, since: Month) -> None:
    """One track a call, with its products, scoring table, sections, rule, paper and consents."""
    last = centre.month.plus(12)
    row = (pk, pk, "main", "기본 분야", "Main track", str(since), str(last), 60_000, 3 if offers == "regular" else 2)
    columns = "id call code title_ko title_en first_month last_month minimum_total_milli reviews_wanted"
    write(calls.Track, columns, [row])
    codes = [product[0] for product in PRODUCTS]
    rows = [(pk, codes.index(code) + 1, low, high) for code, low, high in OFFERS[offers]]
    write(calls.TrackProduct, "track product minimum maximum", rows)
    table = [
        (pk * 10 + n, pk, code, ko, en, points, points // 3, n) for n, (code, ko, en, points) in enumerate(CRITERIA)
    ]
    write(calls.Criterion, "id track code title_ko title_en points minimum_points position", table)
    sections = [(pk, code, "내용", "Content", 3_000, n) for n, code in enumerate(("purpose", "use"))]
    write(calls.Section, "track code title_ko title_en max_characters position", sections)
    rule = (pk, pk, "organisation_kind", {"kinds": list(KINDS)}, "announcement", 0)
    write(calls.EligibilityRule, "id track kind parameters reference_date position", [rule])
    paper = (pk, pk, "certificate", "사업자등록증명", "Certificate", "국세청", "Tax service", 90, 0)
    write(calls.EvidenceKind, "id track code title_ko title_en issuer_ko issuer_en max_age_days position", [paper])
    write(calls.TrackConsent, "track text position", [(pk, 1, 0), (pk, 2, 1)])
