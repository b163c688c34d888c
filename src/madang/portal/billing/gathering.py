"""Gathers what a month's statements are worked out from, for many organisations in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from django.conf import settings
from django.db.models import Prefetch

from madang.accounting.credits import Wait, WaitCredit
from madang.accounting.limits import Limit, LimitKind
from madang.accounting.pricing import Stacking, Tariff
from madang.portal.awards.models import Award, AwardLine
from madang.portal.awards.rules import AwardState
from madang.portal.billing import aid, bookings, withdrawals
from madang.portal.billing.rules import (
    Holding,
    Terms,
    WorkedLine,
    counts_as_used,
    held_days,
    late_amounts,
    months_span,
)
from madang.portal.entitlements import queries as entitlements
from madang.portal.jobs import waits
from madang.portal.ledger import monthly
from madang.portal.ledger import queries as books
from madang.portal.people.models import Organisation
from madang.portal.prices import limits as stored_limits
from madang.portal.prices import queries as prices
from madang.portal.prices.rules import kind_for
from madang.portal.resources.models import Product
from madang.portal.resources.rules import Grain
from madang.values import Month

Days = dict[date, int]


@dataclass(frozen=True)
class Gathered:
    """What one organisation's statement rests on: terms, limits, what it held or used, and its support by year.

    `waits` are those of its jobs by award and pool, where a rule gives something for them; `withdrawn` are the lines of
    discounts that acts withdrew or gave back.
    """

    terms: Terms
    limits: Sequence[Limit]
    holdings: list[Holding] = field(default_factory=list)
    supported: dict[int, int] = field(default_factory=dict)
    credits: Sequence[WaitCredit] = ()
    waits: dict[waits.Place, list[Wait]] = field(default_factory=dict)
    withdrawn: list[WorkedLine] = field(default_factory=list)


def gathered(organisations: Sequence[int], month: Month) -> dict[int, Gathered]:
    """All that the statements of these organisations rest on, in a dozen queries however many they are."""
    booked = list(bookings.charged(organisations, month))
    products = [holding.product for _, holding in booked]
    tariffs, discounts, limits = _tariffs(organisations, products), prices.discount_values(), stored_limits.values()
    held, supported = aid.verdicts_of(organisations), {}
    if any(one.kind == LimitKind.CEILING for one in limits):
        supported = aid.supported_before(organisations, str(month))
    rules = entitlements.wait_credits()
    found = {
        pk: Gathered(
            Terms(kind, held.get(pk, ()), tariffs, discounts), limits, supported=supported.get(pk, {}), credits=rules
        )
        for pk, kind in Organisation.objects.filter(pk__in=organisations).values_list("pk", "kind")
    }
    for organisation, holding in chain(_holdings(organisations, month), booked):
        found[organisation].holdings.append(holding)
    for organisation, lines in withdrawals.booked_in(organisations, month).items():
        found[organisation].withdrawn.extend(lines)
    if rules:
        _add_waits(found, month)
    return found


def _add_waits(found: dict[int, Gathered], month: Month) -> None:
    owners = {one.award: own.waits for own in found.values() for one in own.holdings if one.award}
    after = month.plus(1)
    days = date(month.year, month.number, 1), date(after.year, after.number, 1)
    for place, waited in waits.by_place(owners, *days).items():
        owners[place[0]][place] = waited


def _tariffs(organisations: Sequence[int], booked: Iterable[int]) -> dict[int, dict[int, Tariff]]:
    products = AwardLine.objects.filter(award__organisation__in=organisations).values_list("product", flat=True)
    tariffs: dict[int, dict[int, Tariff]] = defaultdict(dict)
    for row in prices.approved({*products.distinct(), *booked}):
        if row.kind == kind_for(row.product.grain):
            tariffs[row.product_id][row.pk] = prices.as_value(row)
    return dict(tariffs)


def _holdings(organisations: Sequence[int], month: Month) -> Iterable[tuple[int, Holding]]:
    """What each award of these organisations held or used in a month, by product and day."""
    in_force = (AwardState.IN_FORCE, AwardState.ENDED)
    # Use is billed whenever it came, also after the end of its award; days are held only while it is in force.
    awards = Award.objects.filter(organisation__in=organisations, state__in=in_force, in_force_at__isnull=False)
    lines = AwardLine.objects.select_related("product").order_by("product__code")
    rows = list(awards.select_related("application__track").prefetch_related(Prefetch("lines", lines)).order_by("pk"))
    owners = [_owner(award.pk) for award in rows]
    used: dict[int, dict[int, Days]] = defaultdict(dict)
    for (owner, pool), days in books.used_by_day(owners, str(month)).items():
        used[_award(owner)][pool] = days
    late = _late(owners, month)
    for award in rows:
        stacking = Stacking(award.application.track.stacking)
        for product, own in _amounts(award, month, used.get(award.pk, {})):
            if amounts := own | late.get((award.pk, product.pk), {}):
                place = (award.pk, product.pk, product.code, product.pool_id)
                yield award.organisation_id, Holding(*place, amounts, stacking)


def _late(owners: list[str], month: Month) -> dict[tuple[int, int], Days]:
    """Use of closed months that is booked in this one, by award and product, dated at the end of its own month."""
    booked = monthly.adjusted(owners, booked=str(month))
    awards = [_award(owner) for owner, _ in booked]
    lines = (
        AwardLine.objects.filter(award__in=awards, product__grain=Grain.HOUR) if awards else AwardLine.objects.none()
    )
    found: dict[tuple[int, int], Days] = {}
    for award, product, pool in lines.order_by("product__code").values_list("award", "product", "product__pool"):
        if days := booked.pop((_owner(award), pool), None):
            found[award, product] = late_amounts(days)
    return found


def _owner(award: int) -> str:
    """The award's name in the ledger."""
    return f"award:{award}"


def _award(owner: str) -> int:
    return int(owner.partition(":")[2])


def _amounts(award: Award, month: Month, used: dict[int, Days]) -> list[tuple[Product, Days]]:
    """Each product's amounts by day, over all its lines; a pool's use goes to its first product by the hour, once."""
    left = dict(used)
    found: dict[int, tuple[Product, Days]] = {}
    for line in award.lines.all():
        days = left.pop(line.product.pool_id, {}) if counts_as_used(line.product.grain) else _held(award, line, month)
        _, so_far = found.setdefault(line.product_id, (line.product, {}))
        for day, amount in days.items():
            so_far[day] = so_far.get(day, 0) + amount
    return list(found.values())


def _held(award: Award, line: AwardLine, month: Month) -> Days:
    spans = [_in_force(award), (award.starts_on, award.ends_on), months_span(line.first_month, line.months)]
    return held_days(month=month, quantity=line.quantity, spans=spans)


def _in_force(award: Award) -> tuple[date, date | None]:
    zone = settings.MADANG_ZONE
    ended = award.ended_at.astimezone(zone).date() if award.ended_at else None
    return award.in_force_at.astimezone(zone).date(), ended
