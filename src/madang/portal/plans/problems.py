"""Builds the allocation problem of an intake from what stands in the tables now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet

from madang.allocation.problem import Problem
from madang.errors import Refused
from madang.portal.applications.models import Application, Ask
from madang.portal.applications.rules import ApplicationState
from madang.portal.awards.models import AwardLine
from madang.portal.calls.models import EligibilityRule, Intake, Track
from madang.portal.eligibility import queries as eligibility
from madang.portal.journal.actions import digest
from madang.portal.people.models import Verdict
from madang.portal.plans.rules import (
    ORGANISATION_MARK,
    REQUEST_MARK,
    Candidate,
    Offered,
    Stock,
    TrackRule,
    Wish,
    pool_units,
    problem_of,
)
from madang.portal.resources.models import PoolMonth, Product
from madang.portal.reviews import queries as reviews
from madang.portal.reviews.rules import Scored
from madang.values import Month, months_from

# An award in one of these states holds capacity; those of STANDING are promised to somebody and stay as they are.
HOLDING = ("held", "offered", "accepted", "in_force")
STANDING = ("offered", "accepted", "in_force")
GONE = ("declined", "lapsed", "ended")


@dataclass(frozen=True)
class Input:
    """A problem with the way back from its request ids to application ids."""

    problem: Problem
    applications: dict[str, int]


def request_id(intake: int, application: int) -> str:
    """The same application has the same pseudonym in every plan of its intake, and no other centre could make it."""
    return REQUEST_MARK + digest(f"request:{intake}:{application}")[:12]


def problem_now(intake: int, now: datetime) -> Input:
    """The intake's problem as the tables stand.

    Refused: "applications_unscreened", "applications_without_score", "nobody_to_award".
    """
    row = Intake.objects.select_related("call").get(pk=intake)
    files = _files(row, now)
    scores = reviews.scores_in(intake)
    unscored = [file.pk for file in files if scores[file.pk].score.total_milli is None]
    if unscored:
        raise Refused("applications_without_score", applications=len(unscored))
    products, given = _products(files), _given(files)
    youth = _young(files, row.closes_at.astimezone(settings.MADANG_ZONE).date())
    candidates = [_candidate(row, file, scores[file.pk], given.get(file.pk), file.pk in youth) for file in files]
    stocks = _stocks(row, products, files)
    problem = problem_of(candidates, products.values(), stocks, _tracks(row))
    return Input(problem, {request_id(intake, file.pk): file.pk for file in files})


def _files(intake: Intake, now: datetime) -> list[Application]:
    """Eligible applications, today too, whose award was not declined or ended; with their wishes."""
    rows = Application.objects.filter(intake=intake, in_force__isnull=False)
    open_ones = rows.filter(state__in=[ApplicationState.SUBMITTED, ApplicationState.REOPENED]).count()
    if open_ones:
        raise Refused("applications_unscreened", applications=open_ones)
    rows = rows.filter(state=ApplicationState.ELIGIBLE).exclude(award__state__in=GONE)
    rows = rows.select_related("track", "organisation__region").prefetch_related("asks__product__pool").order_by("pk")
    barred = no_longer_eligible(intake, now)
    return [row for row in rows if row.pk not in barred]


def no_longer_eligible(intake: Intake, now: datetime) -> set[int]:
    """Applications that were found eligible and fail a rule of their track if it is judged now."""
    ruled = set(EligibilityRule.objects.filter(track__call=intake.call_id).values_list("track", flat=True))
    rows = Application.objects.filter(intake=intake, state=ApplicationState.ELIGIBLE, track__in=ruled)
    rows = rows.exclude(award__state__in=STANDING + GONE).select_related("track")
    return {
        row.pk
        for row in rows
        if not all(
            finding.passed
            for finding in eligibility.findings(
                row.track, intake, row.organisation_id, decided_at=now, application=row.pk
            )
        )
    }


def wishes(file: Application) -> list[Ask]:
    """An application's lines in the order in which problems and awards keep them."""
    return sorted(file.asks.all(), key=lambda ask: ask.product.code)


def offered(product: Product) -> Offered:
    return Offered(product.code, product.pool.code, product.units, product.grain == "hour")


def _products(files: list[Application]) -> dict[str, Offered]:
    return {ask.product.code: offered(ask.product) for file in files for ask in file.asks.all()}


def _given(files: list[Application]) -> dict[int, dict[str, int]]:
    """What standing awards give, by application and product."""
    rows = AwardLine.objects.filter(award__application__in=files, award__state__in=STANDING)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for application, product, quantity in rows.values_list("award__application", "product__code", "quantity"):
        found[application][product] = quantity
    return found


def _young(files: list[Application], day: date) -> set[int]:
    """Applications whose organisation had a finding of a youth firm in force on the day of the deadline."""
    rows = Verdict.objects.filter(attribute="young_firm", holds=True, valid_from__lte=day, valid_until__gt=day)
    held = set(rows.filter(organisation__applications__in=files).values_list("organisation", flat=True))
    return {file.pk for file in files if file.organisation_id in held}


def _candidate(
    intake: Intake, file: Application, scored: Scored, given: dict[str, int] | None, young: bool
) -> Candidate:
    lines = wishes(file)
    return Candidate(
        id=request_id(intake.pk, file.pk),
        organisation=ORGANISATION_MARK + digest(f"organisation:{intake.pk}:{file.organisation_id}")[:12],
        track=file.track.code,
        score=scored.score.total_milli or 0,
        criteria={code: points or 0 for code, points in scored.score.per_criterion_milli.items()},
        wishes=tuple(Wish(a.product.code, a.quantity, a.least, a.first_month, a.months) for a in lines),
        attributes={
            "kind": file.organisation.kind,
            "region": file.organisation.region.code,
            "youth": "yes" if young else "no",
        },
        given=tuple(given.get(ask.product.code, 0) for ask in lines) if given is not None else None,
    )


def _stocks(intake: Intake, products: dict[str, Offered], files: list[Application]) -> list[Stock]:
    """The pools' months; what this intake's own awards hold is not counted as promised elsewhere."""
    own = holdings(AwardLine.objects.filter(award__application__intake=intake, award__state__in=HOLDING))
    months = {str(m) for f in files for a in f.asks.all() for m in months_from(Month.parse(a.first_month), a.months)}
    codes = {product.pool for product in products.values()}
    rows = PoolMonth.objects.filter(pool__code__in=codes, month__in=months).select_related("pool").order_by("month")
    found: dict[str, Stock] = {}
    for row in rows:
        stock = found.setdefault(row.pool.code, Stock(row.pool.code, row.pool.unit, {}))
        held = max(0, row.committed - own.get((row.pool_id, row.month), 0))
        stock.months[row.month] = (row.physical, row.funded, held)
    units = {ask.product.pool.code: ask.product.pool.unit for file in files for ask in file.asks.all()}
    return [found.get(code) or Stock(code, units[code], {}) for code in sorted(codes)]


def holdings(lines: QuerySet[AwardLine] | Iterable[AwardLine], from_month: str = "") -> dict[tuple[int, str], int]:
    """Units that award lines hold, by pool and month, from a month on."""
    rows = lines.select_related("product__pool") if isinstance(lines, QuerySet) else lines
    found: dict[tuple[int, str], int] = defaultdict(int)
    for line in rows:
        units = pool_units(offered(line.product), line.quantity)
        for month in months_from(Month.parse(line.first_month), line.months):
            if str(month) >= from_month:
                found[line.product.pool_id, str(month)] += units
    return dict(found)


def _tracks(intake: Intake) -> list[TrackRule]:
    rows = Track.objects.filter(call=intake.call_id).prefetch_related("criteria").order_by("position", "pk")
    return [
        TrackRule(
            code=track.code,
            title={"en": track.title_en, "ko": track.title_ko},
            minimum_total=track.minimum_total_milli,
            criteria=tuple(
                (row.code, {"en": row.title_en, "ko": row.title_ko}, row.minimum_points)
                for row in sorted(track.criteria.all(), key=lambda row: (row.position, row.pk))
                if row.minimum_points
            ),
        )
        for track in rows
    ]
