"""Builds the allocation problem of an intake from what stands in the tables now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from madang.allocation.policies import policy_from_json
from madang.allocation.problem import Problem
from madang.errors import Refused
from madang.portal.applications.models import Application
from madang.portal.applications.rules import ApplicationState
from madang.portal.awards.models import AwardLine, FreedPromise
from madang.portal.calls.models import EligibilityRule, Intake, Track
from madang.portal.eligibility import queries as eligibility
from madang.portal.journal.actions import digest
from madang.portal.meetings import queries as meetings
from madang.portal.people.models import Verdict
from madang.portal.plans.budgets import REVIEW_GROUP, group_code, with_budgets
from madang.portal.plans.freed import holds, kept_of
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
from madang.portal.policies.models import AllocationPolicy
from madang.portal.policies.rules import ruled
from madang.portal.replies.models import ReplyPeriod
from madang.portal.resources.models import Pool, PoolMonth, Product
from madang.portal.reviews import scoring
from madang.portal.reviews.rules import Scored
from madang.values import Month, months_from

# Awards in these states are promised to somebody and stay as they are; those that are gone are not decided again.
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


def under(found: Input, own: AllocationPolicy | None) -> Input:
    """The same input with the rules of one of the intake's own policies, and pools compared in its unit."""
    if own is None:
        return found
    policy = policy_from_json(own.policy)
    return replace(found, problem=ruled(found.problem, own.rules, own.reference, policy))


def problem_now(intake: int, now: datetime) -> Input:
    """The intake's problem as the tables stand, with the rules of its call.

    Refused: "applications_unscreened", "minutes_missing", "replies_going_on",
    "applications_without_score", "nobody_to_award".
    """
    row = Intake.objects.select_related("call").get(pk=intake)
    files = _files(row, now)
    without_minutes = meetings.without_minutes(intake)
    if without_minutes:
        raise Refused("minutes_missing", meetings=without_minutes)
    replies = ReplyPeriod.objects.filter(intake=intake, until__gt=now).first()
    if replies is not None:
        raise Refused("replies_going_on", until=replies.until)
    scores = scoring.scores_in(intake)
    unscored = [file.pk for file in files if scores[file.pk].score.total_milli is None]
    if unscored:
        raise Refused("applications_without_score", applications=len(unscored))
    products, given = products_of(files), _given(files)
    kept = _kept(files, given, products)
    files = [file for file in files if file.pk not in kept or kept[file.pk]]
    youth = young(files, row.closes_at.astimezone(settings.MADANG_ZONE).date())
    errors = scoring.errors_in(intake)
    groups = {file.pk: group_code(file.track.code, scores[file.pk].group or 0) for file in files
              if scores[file.pk].group}  # fmt: skip
    candidates = [
        replace(
            _candidate(row, file, scores[file.pk], given.get(file.pk), file.pk in youth, groups.get(file.pk)),
            error=errors.get(file.pk, 0),
            kept=kept.get(file.pk, ()),
        )
        for file in files
    ]
    stocks = _stocks(row, products.values(), files)
    tracks = _tracks(row)
    problem = problem_of(candidates, map(offered, products.values()), stocks, tracks)
    problem = with_budgets(problem, {track.code: track.title for track in tracks})
    return Input(problem, {request_id(intake, file.pk): file.pk for file in files})


def _files(intake: Intake, now: datetime) -> list[Application]:
    """Eligible applications, today too, whose award was not declined or ended; with their wishes."""
    rows = Application.objects.filter(intake=intake, in_force__isnull=False)
    open_ones = rows.filter(state__in=[ApplicationState.SUBMITTED, ApplicationState.REOPENED]).count()
    if open_ones:
        raise Refused("applications_unscreened", applications=open_ones)
    rows = rows.filter(state=ApplicationState.ELIGIBLE).exclude(award__state__in=GONE)
    rows = rows.select_related("track", "organisation__region", "in_force").order_by("pk")
    barred = no_longer_eligible(intake, now)
    return [row for row in rows if row.pk not in barred]


def no_longer_eligible(intake: Intake, now: datetime) -> set[int]:
    """Applications that were found eligible and fail a rule of their track if it is judged now."""
    ruled = set(EligibilityRule.objects.filter(track__call=intake.call_id).values_list("track", flat=True))
    stopped = eligibility.banned(eligibility.local_day(now)).values("organisation")
    looked_at = Q(track__in=ruled) | Q(organisation__in=stopped)
    rows = Application.objects.filter(looked_at, intake=intake, state=ApplicationState.ELIGIBLE)
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


def wishes(file: Application) -> tuple[Wish, ...]:
    """What the submission in force asks for, in the order in which problems and awards keep it."""
    lines = sorted(file.in_force.content["asks"], key=lambda line: line["product"])
    return tuple(Wish(**line) for line in lines)


def unit_of(pool: Pool) -> str:
    """What a problem counts a pool in: its unit, or unit-hours a month where it is sold by the hour."""
    return f"{pool.unit}_hour" if pool.grain == "hour" else str(pool.unit)


def offered(product: Product) -> Offered:
    return Offered(product.code, product.pool.code, product.units, product.grain == "hour")


def products_of(files: Iterable[Application]) -> dict[str, Product]:
    """The products that applications ask for, with their pools, by code."""
    codes = {wish.product for file in files for wish in wishes(file)}
    return {row.code: row for row in Product.objects.filter(code__in=codes).select_related("pool").order_by("code")}


def _given(files: list[Application]) -> dict[int, dict[str, int]]:
    """What standing awards give, by application and product."""
    rows = AwardLine.objects.filter(award__application__in=files, award__state__in=STANDING, added_on__isnull=True)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for application, product, quantity in rows.values_list("award__application", "product__code", "quantity"):
        found[application][product] = quantity
    return found


def _kept(
    files: list[Application], given: Mapping[int, Mapping[str, int]], products: Mapping[str, Product]
) -> dict[int, tuple[tuple[int, ...], ...]]:
    """What standing awards still hold of their hours by wish and month, of those of which some came free.

    Nothing of those that hold nothing any more: they are no part of what is decided again.
    """
    freed: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    rows = FreedPromise.objects.filter(award__application__in=given)
    for file, pool, month, units in rows.values_list("award__application", "pool__code", "month", "units"):
        freed[file][pool, month] = units
    sold = {code: offered(product) for code, product in products.items()}
    lines = {file.pk: wishes(file) for file in files if file.pk in freed}
    found = {}
    for pk, own in lines.items():
        quantities = [given[pk].get(wish.product, 0) for wish in own]
        kept = kept_of(own, quantities, sold, freed[pk])
        if kept:
            found[pk] = kept if holds(quantities, kept) else ()
    return found


def young(files: Iterable[Application] | QuerySet[Application], day: date) -> set[int]:
    """Applications whose organisation had a finding of a youth firm in force on the day of the deadline."""
    rows = Verdict.objects.filter(attribute="young_firm", holds=True, valid_from__lte=day, valid_until__gt=day)
    held = set(rows.filter(organisation__applications__in=files).values_list("organisation", flat=True))
    return {file.pk for file in files if file.organisation_id in held}


def _candidate(
    intake: Intake, file: Application, scored: Scored, given: dict[str, int] | None, young: bool, group: str | None
) -> Candidate:
    lines = wishes(file)
    return Candidate(
        id=request_id(intake.pk, file.pk),
        organisation=ORGANISATION_MARK + digest(f"organisation:{intake.pk}:{file.organisation_id}")[:12],
        track=file.track.code,
        score=scored.score.total_milli or 0,
        criteria={code: points or 0 for code, points in scored.score.per_criterion_milli.items()},
        wishes=lines,
        attributes={
            "kind": file.organisation.kind,
            "region": file.organisation.region.code,
            "outside_capital": "no" if file.organisation.region.capital_area else "yes",
            "youth": "yes" if young else "no",
            **({REVIEW_GROUP: group} if group else {}),
        },
        given=tuple(given.get(wish.product, 0) for wish in lines) if given is not None else None,
    )


def _stocks(intake: Intake, products: Iterable[Product], files: list[Application]) -> list[Stock]:
    """The pools' months. Not promised elsewhere: standing awards of this problem, and held ones, which it replaces.

    Supplements are no part of the problem, so that what they hold is promised elsewhere.
    """
    own_awards = Q(award__state="held") | Q(award__state__in=STANDING, award__application__in=files)
    own = holdings(AwardLine.objects.filter(own_awards, award__application__intake=intake, added_on__isnull=True))
    lines = [wish for file in files for wish in wishes(file)]
    months = {str(month) for line in lines for month in months_from(Month.parse(line.first_month), line.months)}
    pools = {product.pool_id: product.pool for product in products}
    found = {pk: Stock(pool.code, unit_of(pool), {}) for pk, pool in pools.items()}
    for row in PoolMonth.objects.filter(pool__in=pools, month__in=months).order_by("month"):
        held = max(0, row.committed - own.get((row.pool_id, row.month), 0))
        found[row.pool_id].months[row.month] = (row.physical, row.funded, held)
    return list(found.values())


def promised(line: AwardLine) -> dict[tuple[int, str], int]:
    """Units that one line holds, by pool and month."""
    units = pool_units(offered(line.product), line.quantity, line.months)
    months = months_from(Month.parse(line.first_month), line.months)
    return {(line.product.pool_id, str(month)): units for month in months}


def holdings(lines: QuerySet[AwardLine] | Iterable[AwardLine], from_month: str = "") -> dict[tuple[int, str], int]:
    """Units that award lines hold, by pool and month, from a month on; without what was freed of their awards.

    Of lines that are not all of an award's no more counts as freed than they hold.
    """
    rows = list(lines.select_related("product__pool") if isinstance(lines, QuerySet) else lines)
    own: dict[tuple[int, int, str], int] = defaultdict(int)
    for line in rows:
        for (pool, month), units in promised(line).items():
            if month >= from_month:
                own[line.award_id, pool, month] += units
    freed = FreedPromise.objects.filter(award__in={row.award_id for row in rows}, month__gte=from_month)
    for award, pool, month, units in freed.values_list("award", "pool", "month", "units"):
        own[award, pool, month] = max(0, own[award, pool, month] - units)
    found: dict[tuple[int, str], int] = defaultdict(int)
    for (_, pool, month), units in own.items():
        found[pool, month] += units
    return {place: units for place, units in found.items() if units}


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
