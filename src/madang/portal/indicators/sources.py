"""Works each table of public figures out from the centre's own tables."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.db.models.functions import ExtractMonth, ExtractYear

from madang.portal.applications.models import Application, Ask
from madang.portal.awards.models import Award, AwardLine
from madang.portal.calls.models import Intake
from madang.portal.companies import progress
from madang.portal.companies.queries import ways
from madang.portal.companies.rules import CompanyStage
from madang.portal.decisions.models import Decision
from madang.portal.indicators.models import DayUse, IntakeFigures, ReportedFigure
from madang.portal.indicators.rules import (
    DIVISIONS,
    OF_COMPANIES,
    REGION,
    TRACK,
    Counts,
    Line,
    Row,
    asked_for,
    funded_seconds,
    gini_milli,
)
from madang.portal.jobs.models import Job
from madang.portal.learners import queries as learners
from madang.portal.outcomes import queries as reports
from madang.portal.outcomes.rules import OutcomeKind, released, shown
from madang.portal.people.models import Region
from madang.portal.plans import problems
from madang.portal.plans.models import Plan
from madang.portal.plans.rules import gone_by
from madang.portal.resources.models import Pool, PoolMonth
from madang.portal.reviews.models import ReviewAssignment
from madang.portal.reviews.rules import AssignmentState
from madang.portal.takebacks import queries as idle
from madang.values import Month, Period

_SELECTED = Q(decision__published_at__isnull=False, decision__outcome="awarded")
_UNITS = Sum(F("quantity") * F("product__units"))
_GPUS = Q(product__pool__unit="gpu")
# how an application is divided, and what else its row says
_BY = (
    "intake", "track__code",
    *(f"organisation__{name}" for name in ("kind", "size_class", "sector", "region")),
)  # fmt: skip
WAITS_MONTHS = 12
TOP = 10
# the column of each kind of outcome
OUTCOMES = {
    OutcomeKind.HIRES: "hires",
    OutcomeKind.REVENUE: "revenue_won",
    OutcomeKind.INVESTMENT: "investment_won",
    OutcomeKind.PATENT_FILED: "patents_filed",
    OutcomeKind.PATENT_GRANTED: "patents_granted",
    OutcomeKind.PAPER_DOMESTIC: "papers_domestic",
    OutcomeKind.PAPER_SCI: "papers_sci",
    OutcomeKind.PAPER_INTERNATIONAL: "papers_international",
    OutcomeKind.MODEL: "models_published",
    OutcomeKind.OFFICE: "offices_reported",
}


def to_release() -> list[tuple[int, datetime]]:
    """The intakes with published decisions whose demand is not released yet, and when they were decided."""
    rows = Decision.objects.filter(published_at__isnull=False)
    rows = rows.exclude(application__intake__in=IntakeFigures.objects.values("intake")).order_by()
    found = rows.values("application__intake").annotate(first=Min("published_at"))
    return sorted((row["application__intake"], row["first"]) for row in found)


def lines(intake: int) -> list[Line]:
    """An intake's applications that were submitted and not withdrawn, with what each asks for; five queries."""
    rows = Application.objects.filter(intake=intake, in_force__isnull=False).exclude(state="withdrawn").order_by("pk")
    asks = Ask.objects.filter(_GPUS, application__in=rows).values("application").order_by().annotate(n=_UNITS)
    gpus = {row["application"]: row["n"] for row in asks}
    selected = set(rows.filter(_SELECTED).values_list("pk", flat=True))
    regions = _regions()
    of = Intake.objects.select_related("call").get(pk=intake)
    young = problems.young(rows, of.closes_at.astimezone(settings.MADANG_ZONE).date())
    return [
        Line(
            organisation=row["organisation"],
            track=row["track__code"],
            kind=row["organisation__kind"],
            size=row["organisation__size_class"],
            sector=row["organisation__sector"],
            region=_on_the_day(regions, row["organisation__region"], of.call.published_at).code,
            outside_capital=not regions[row["organisation__region"]].capital_area,
            young=row["pk"] in young,
            gpus=gpus.get(row["pk"], 0),
            selected=row["pk"] in selected,
        )
        for row in rows.values("pk", "organisation", *_BY)
    ]


def attributes_shown(intake: int) -> frozenset[str]:
    """The words of the rules and policies of an intake's published plans: attributes that its problem shows to all."""
    published = Plan.objects.filter(intake=intake, decisions__published_at__isnull=False).distinct()
    found = published.values_list("policy", "problem__rules")
    return frozenset(
        gone_by(*(part for policy, rules in found for part in (policy, *(r["params"] for r in rules or ()))))
    )


def _regions() -> dict[int, Region]:
    return {region.pk: region for region in Region.objects.all()}


def _today(regions: dict[int, Region], region: Region) -> Region:
    while region.successor_id:
        region = regions[region.successor_id]
    return region


def _on_the_day(regions: dict[int, Region], region: int, published_at: datetime | None) -> Region:
    """A region as it was named on the day that the call was published."""
    row = regions[region]
    if published_at and row.ends_on and published_at.astimezone(settings.MADANG_ZONE).date() >= row.ends_on:
        return _today(regions, row)
    return row


def demand() -> list[Row]:
    """Asked for and given by year, call and division, of the released intakes. Five queries, however many there are.

    A row whose category is empty stands for a division that is not published for its call.
    """
    regions = _regions()
    successors = {region.code: _today(regions, region).code for region in regions.values()}
    sums: dict[tuple[int, str, str, str], Counts] = defaultdict(Counts)
    places = {}
    for row in IntakeFigures.objects.select_related("intake__call"):
        call, year = row.intake.call, row.decided_at.astimezone(settings.MADANG_ZONE).year
        places[row.intake_id] = year, call
        for division in ("", *DIVISIONS):
            cells = row.demand.get(division)
            for category, pair in (cells if cells is not None else {"": None}).items():
                for by, name in _named(division, category, call.code, successors):
                    sums[year, call.code, by, name] += asked_for(pair)
    for (intake, *where), counts in _given().items():
        if intake in places:
            year, call = places[intake]
            region = _on_the_day(regions, where[4], call.published_at).code
            for division, category in zip(("", *DIVISIONS), ("", *where[:4], region), strict=True):
                if division not in OF_COMPANIES or where[1] == "company":
                    for by, name in _named(division, category, call.code, successors):
                        sums[year, call.code, by, name] += counts
    # beside a division that is not published for an intake, no row of its call's is whole
    for (year, of, by, name), counts in [*sums.items()]:
        mark = sums.get((year, of, by, "")) if by and name else None
        if mark:
            sums[year, of, by, name] = counts + mark
    return [
        {"year": year, "call": call, "by": by, "category": category, **counts.to_json()}
        for (year, call, by, category), counts in sorted(sums.items())
    ]


def _named(division: str, category: str, call: str, successors: dict[str, str]) -> list[tuple[str, str]]:
    """Under what a cell is published: a track with its call's code, a region as named then and as named today."""
    if division == TRACK:
        return [(TRACK, f"{call}/{category}")]
    if division == REGION:
        return [(REGION, category), ("region_today", successors.get(category, ""))]
    return [(division, category)]


def _given() -> dict[tuple[Any, ...], Counts]:
    """Awards and GPUs given by published decisions, by intake and every division; without what came as a supplement."""
    awards = Application.objects.filter(_SELECTED).values(*_BY).order_by().annotate(n=Count("pk"))
    found: dict[tuple[Any, ...], Counts] = defaultdict(Counts)
    for row in awards:
        found[tuple(row[name] for name in _BY)] += Counts(awards=row["n"])
    rows: QuerySet[Any] = AwardLine.objects.filter(
        _GPUS, award__application__decision__published_at__isnull=False, added_on__isnull=True
    )
    for row in rows.values(*(f"award__application__{name}" for name in _BY)).order_by().annotate(n=_UNITS):
        found[tuple(row[f"award__application__{name}"] for name in _BY)] += Counts(gpus_given=row["n"])
    return found


def supported() -> list[Row]:
    """Projects whose agreement came into force, and their organisations, by year and (year 0) in all."""
    rows = Award.objects.filter(in_force_at__isnull=False)
    counts = {"projects": Count("pk"), "organisations": Count("organisation", distinct=True)}
    years = rows.values(year=ExtractYear("in_force_at")).order_by("year").annotate(**counts)
    return [{"year": 0, **rows.aggregate(**counts)}, *(dict(row) for row in years)]


def concentration() -> list[Row]:
    """How GPU time granted by awards in force spreads over organisations, by the year they came into force."""
    rows = AwardLine.objects.filter(_GPUS, award__in_force_at__isnull=False, by_transfer=False).order_by()
    spread: dict[int, list[int]] = defaultdict(list)
    year = ExtractYear("award__in_force_at")
    for row in rows.values("award__organisation", year=year).annotate(n=Sum("seconds")):
        spread[row["year"]].append(row["n"])
    return [
        {
            "year": year,
            "holders": len(amounts),
            "top_seconds": sum(sorted(amounts, reverse=True)[:TOP]),
            "granted_seconds": sum(amounts),
            "gini_milli": gini_milli(amounts),
        }
        for year, amounts in sorted(spread.items())
    ]


def ended() -> list[Row]:
    """Awards that came back by year: declined or lapsed before they began, and ended before their last day."""
    counts: dict[int, dict[str, int]] = defaultdict(lambda: {"declined": 0, "lapsed": 0, "ended_early": 0})
    for state, column in (("declined", "answered_at"), ("lapsed", "accept_by")):
        rows = Award.objects.filter(state=state, **{f"{column}__isnull": False}).order_by()
        for row in rows.values(year=ExtractYear(column)).annotate(n=Count("pk")):
            counts[row["year"]][state] = row["n"]
    early = Award.objects.filter(state="ended", ended_at__date__lt=F("ends_on")).order_by()
    for row in early.values(year=ExtractYear("ended_at")).annotate(n=Count("pk")):
        counts[row["year"]]["ended_early"] = row["n"]
    return [{"year": year, **found} for year, found in sorted(counts.items())]


def take_backs(now: datetime, earlier: list[Row]) -> list[Row]:
    """Idle hours taken back by year and unit, of years that are over; what is known of one is kept. One query."""
    known, this_year = {(row["year"], row["unit"]): row for row in earlier}, now.astimezone(settings.MADANG_ZONE).year
    for (year, unit), (counts, taken) in idle.of_years().items():
        if year < this_year and (year, unit) not in known:
            seconds = shown([*taken.values()], len(taken), settings.MADANG_SMALL_CELL) if taken else 0
            known[year, unit] = {"year": year, "unit": unit, **counts, "taken_seconds": seconds}
    return [known[place] for place in sorted(known)]


def conflicts() -> list[Row]:
    """Sheets that reviewers gave back for a conflict of interest, by call and year of decision."""
    released = {row.intake_id: row for row in IntakeFigures.objects.select_related("intake__call")}
    rows = ReviewAssignment.objects.filter(application__intake__in=released).order_by()
    counts = {"sheets": Count("pk"), "recused": Count("pk", filter=Q(state=AssignmentState.RECUSED))}
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows.values("application__intake").annotate(**counts):
        one = released[row["application__intake"]]
        place = sums[one.decided_at.astimezone(settings.MADANG_ZONE).year, one.intake.call.code]
        place[0] += row["sheets"]
        place[1] += row["recused"]
    return [{"year": y, "call": call, "sheets": n, "recused": r} for (y, call), (n, r) in sorted(sums.items())]


def waits(now: datetime, earlier: list[Row]) -> list[Row]:
    """How long jobs waited, by the month they started in, of months that are over; what is known of one is kept.

    A month in which fewer organisations than the threshold started jobs shows none of its numbers.
    """
    this_month = Month.of(now, settings.MADANG_ZONE)
    months = {str(this_month.plus(-n)) for n in range(1, WAITS_MONTHS + 1)}
    known = [row for row in earlier if row["month"] in months]
    since = max((row["month"] for row in earlier), default=min(months))
    first = Month.parse(since).plus(1 if earlier else 0)
    if first >= this_month:
        return known
    start, end = first.period(settings.MADANG_ZONE).start, this_month.period(settings.MADANG_ZONE).start
    rows = Job.objects.filter(started_at__gte=start, started_at__lt=end).order_by()
    found = rows.values(year=ExtractYear("started_at"), number=ExtractMonth("started_at")).annotate(
        started=Count("pk"),
        within_hour=Count("pk", filter=Q(started_at__lte=F("submitted_at") + timedelta(hours=1))),
        within_eight=Count("pk", filter=Q(started_at__lte=F("submitted_at") + timedelta(hours=8))),
        organisations=Count("award__organisation", distinct=True),
    )
    return [*known, *(_wait(row) for row in found.order_by("year", "number"))]


def _wait(row: Row) -> Row:
    shown = row["organisations"] >= settings.MADANG_SMALL_CELL
    names = ("started", "within_hour", "within_eight")
    month = f"{row['year']:04d}-{row['number']:02d}"
    return {"month": month, **{name: row[name] if shown else None for name in names}}


def use(now: datetime) -> list[Row]:
    """Seconds used and funded by pool and month, for pools with use; three queries."""
    used: dict[tuple[int, str], int] = defaultdict(int)
    for row in DayUse.objects.values("pool", "day__year", "day__month").order_by().annotate(n=Sum("seconds")):
        used[row["pool"], f"{row['day__year']:04d}-{row['day__month']:02d}"] += row["n"]
    pools = {pool.pk: pool for pool in Pool.objects.all()}
    this_month = str(Month.of(now, settings.MADANG_ZONE))
    capacity = PoolMonth.objects.filter(pool__in={pool for pool, _ in used}, month__lte=this_month)
    return [
        {
            "pool": pools[row.pool_id].code,
            "unit": pools[row.pool_id].unit,
            "month": row.month,
            "used_seconds": used[row.pool_id, row.month],
            "funded_seconds": _funded(row, pools[row.pool_id].grain, now),
        }
        for row in capacity.order_by("month", "pool")
    ]


def _funded(row: PoolMonth, grain: str, now: datetime) -> int:
    month = Month.parse(row.month).period(settings.MADANG_ZONE)
    passed = min(month.seconds, Period(month.start, max(now, month.start)).seconds)
    return funded_seconds(row.funded, grain, passed, month.seconds)


def companies() -> list[Row]:
    """Memoranda, offices and those of them that are still there, by the year of each and (year 0) in all; one query."""
    found, dated = ways(), (CompanyStage.MEMORANDUM, CompanyStage.OFFICE)
    years = sorted({day.year for way in found for stage, day in way.items() if stage in dated})
    return [
        {
            "year": year,
            **asdict(progress.figures(_of_year(way, year) for way in found)),
        }
        for year in ([0, *years] if years else [])
    ]


def _of_year(way: progress.Way, year: int) -> progress.Way:
    return {stage: day for stage, day in way.items() if not year or day.year == year or stage == CompanyStage.LEFT}


def training(earlier: list[Row]) -> list[Row]:
    """Places, applicants, graduates and those hired, by the year of the cohorts' last day; three queries.

    Of cohorts that have ended, each number of people withheld where it, or what it leaves of the one before, is small;
    what was told of a year (`earlier`) stays until enough people have been added to it.
    """
    known, least = {row["year"]: row for row in earlier}, settings.MADANG_SMALL_CELL
    return [{"year": year, **counts.told(known.get(year), least)} for year, counts in learners.by_year().items()]


def outcomes(now: datetime, earlier: list[Row]) -> list[Row]:
    """What came of awards, by year, of years that are published; what is known of one is kept, so no day tells more.

    Of accepted reports only. Two queries more than whether there is one, where a year is new.
    """
    known, first, today = {row["year"]: row for row in earlier}, reports.first_year(), reports.today(now)
    years = range(first, today.year) if first is not None else ()
    new = [year for year in years if year not in known and released(year, today)]
    least = settings.MADANG_SMALL_CELL
    for year, (count, organisations, amounts) in (reports.of_years(new) if new else {}).items():
        if count:
            cells = {column: shown([*amounts[k].values()], organisations, least) for k, column in OUTCOMES.items()}
            known[year] = {"year": year, "reports_accepted": count, **cells}
    return [known[year] for year in sorted(known)]


def reported() -> list[Row]:
    """What others reported, by call."""
    rows = ReportedFigure.objects.select_related("call").order_by("call__code", "measure", "kind")
    return [
        {
            "call": row.call.code,
            "measure": row.measure,
            "kind": row.kind,
            "number": row.number,
            "source": row.source,
            "reported_on": row.reported_on.isoformat(),
        }
        for row in rows
    ]
