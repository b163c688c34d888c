"""Works out what an award could exchange now, by which rate or back, and what so many hours would come to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from madang.accounting.ledger import Balances
from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.awards.models import Award, AwardLine
from madang.portal.awards.queries import owner_of
from madang.portal.awards.rules import AwardState, Line, seconds_of
from madang.portal.ledger import queries as ledger
from madang.portal.resources.models import Pool, Product
from madang.portal.resources.rules import Grain
from madang.portal.supplements.queries import MonthRoom, rooms_of
from madang.portal.takebacks.models import TakeBack
from madang.portal.takebacks.rules import TakeBackState
from madang.portal.transfers import rules
from madang.portal.transfers.models import Transfer, TransferRate
from madang.portal.transfers.queries import open_on
from madang.portal.transfers.rules import Exchange, Rate, Share, TransferState
from madang.values import SECONDS_PER_HOUR, Month


@dataclass(frozen=True)
class Offer:
    """What an award could exchange now by a rate, or back: between `least` and `most` seconds, for whole `step`s."""

    rate: TransferRate
    back_of: Transfer | None
    pool: Pool
    product: Product
    terms: Rate
    left: int
    share: Share
    first_month: str
    months: int
    step: int

    @property
    def most(self) -> int:
        """The most that can go out: of what is left, and within the share; whole hours."""
        return min(self.left // SECONDS_PER_HOUR * SECONDS_PER_HOUR, self.share.most)

    def exchange(self, hours: int) -> Exchange:
        """What so many hours come to. Refused: "transfer_too_little", "transfer_least", "transfer_most"."""
        found = rules.exchange(self.terms, hours * SECONDS_PER_HOUR, self.step)
        rules.check_share(found.given, self.share)
        if found.given > self.left:
            raise Refused("transfer_most", hours=self.most // SECONDS_PER_HOUR, field="hours")
        return found

    def line(self, found: Exchange) -> Line:
        """The line of the award that it becomes."""
        span = {"first_month": self.first_month, "months": self.months}
        return Line(self.product.pk, found.quantity, found.quantity, **span, seconds=found.got)

    @property
    def waits(self) -> bool:
        """Whether a programme manager decides on it; what goes back goes at once."""
        return self.rate.needs_approval and self.back_of is None

    @property
    def key(self) -> str:
        """Names it on a form."""
        return f"back-{self.back_of.pk}" if self.back_of else self.rate.code


def offers(award: Award, now: datetime, asked_by: TransferRate | None = None) -> list[Offer]:
    """Everything that an award in force could exchange now, rates first, then ways back; without what comes to nothing.

    With `asked_by` that rate counts and no other, whether it is still open. The caller may see the award. Six queries,
    two where there is nothing.
    """
    if award.state != AwardState.IN_FORCE:
        return []
    today, done = now.astimezone(settings.MADANG_ZONE).date(), _done(award)
    open_rates = [asked_by] if asked_by else list(open_on(today))
    if not open_rates and not done:
        return []
    sums, out = ledger.balances(owner_of(award.pk)), _out(done)
    own, products = _own(award)
    noticed = set(TakeBack.objects.filter(award=award, state=TakeBackState.NOTICED).values_list("pool", flat=True))
    ways: list[_Way] = [
        _Way(row, None, row.pool, row.product, Share(own[row.pool_id], out[row.pool_id], *_bounds(row)))
        for row in open_rates
    ]
    ways += _ways_back(done, products)
    found = [_offer(award, way, sums, now) for way in ways]
    return [one for one in found if one.months and one.most and one.pool.pk not in noticed]


class _Way(NamedTuple):
    rate: TransferRate
    back_of: Transfer | None
    pool: Pool
    product: Product
    share: Share


def _bounds(row: TransferRate) -> tuple[int, int]:
    return row.least_permille, row.most_permille


def _offer(award: Award, way: _Way, sums: dict[int, Balances], now: datetime) -> Offer:
    product, pool = way.product, way.pool
    first, months = _span(award, product, now)
    by_hour, zone = product.grain == Grain.HOUR, settings.MADANG_ZONE
    step = seconds_of(by_hour=by_hour, quantity=1, units=product.units, first_month=first, months=months, zone=zone)
    terms = Rate(way.rate.gives, way.rate.gets)
    left = sums.get(pool.pk, Balances()).left
    return Offer(*way[:4], terms.back if way.back_of else terms, left, way.share, first, months, step)


def _span(award: Award, product: Product, now: datetime) -> tuple[str, int]:
    """From when it counts to the award's end: hours from this month on, what is held by the month from the next on."""
    this = Month.of(now, settings.MADANG_ZONE)
    begins = Month(award.starts_on.year, award.starts_on.month)
    begins = max(begins, this if product.grain == Grain.HOUR else this.plus(1))
    last = award.ends_on - timedelta(days=1)
    return str(begins), max(0, begins.until(Month(last.year, last.month)) + 1)


def _own(award: Award) -> tuple[dict[int, int], dict[int, Product]]:
    """By pool the seconds that the award's lines gave, without what came by transfer, and the first product."""
    seconds: dict[int, int] = defaultdict(int)
    products: dict[int, Product] = {}
    rows = AwardLine.objects.filter(award=award, by_transfer=False).select_related("product__pool").order_by("pk")
    for line in rows:
        seconds[line.product.pool_id] += line.seconds
        products.setdefault(line.product.pool_id, line.product)
    return seconds, products


def _done(award: Award) -> list[Transfer]:
    rows = Transfer.objects.filter(award=award, state=TransferState.DONE).order_by("pk")
    return list(rows.select_related("rate", "pool", "product__pool"))


def _out(done: Iterable[Transfer]) -> dict[int, int]:
    """Seconds that went out of each pool by a rate, less what went back into it."""
    found: dict[int, int] = defaultdict(int)
    for row in done:
        if row.back_of_id is None:
            found[row.pool_id] += row.given
        else:
            found[row.product.pool_id] -= row.got
    return found


def _ways_back(done: Sequence[Transfer], products: Mapping[int, Product]) -> list[_Way]:
    """What may go back, each with as much of it as has not gone back yet."""
    gone: dict[int | None, int] = defaultdict(int)
    for row in done:
        gone[row.back_of_id] += row.given
    return [
        _Way(row.rate, row, row.product.pool, products[row.pool_id], Share(row.got, gone[row.pk], 0, 1000))
        for row in done
        if row.back_of_id is None and row.rate.back
    ]


def offer(award: Award, key: str, now: datetime) -> Offer | None:
    """One of `offers`."""
    return next((one for one in offers(award, now) if one.key == key), None)


def again(row: Transfer, now: datetime) -> Offer | None:
    """What a transfer that waits was asked for by, as it stands now; its rate may have ended since."""
    return next((one for one in offers(row.award, now, row.rate) if one.key == row.rate.code), None)


def rooms(row: Transfer, now: datetime) -> list[MonthRoom]:
    """The receiving pool's free capacity in each month of a transfer that waits; for staff who decide."""
    first, months = _span(row.award, row.product, now)
    given = {"award_id": row.award_id, "asked": row.quantity, "quantity": row.quantity, "seconds": row.got}
    return rooms_of(AwardLine(product=row.product, first_month=first, months=months, **given))


def preview(by: Actor, award: int, way: str, hours: int, now: datetime) -> tuple[Offer, Exchange]:
    """What an owner would get now for so many hours; nothing is kept.

    `way` names a rate by its code, or "back-17" for what transfer 17 brought. Refused: "not_found",
    "not_allowed_for_role", "transfer_not_running", "transfer_none", "transfer_too_little" (hours), "transfer_least"
    (hours), "transfer_most" (hours).
    """
    row = Award.objects.filter(pk=award, organisation__in=by.memberships).first()
    if row is None:
        raise Refused("not_found")
    if not by.owner_of(row.organisation_id):
        raise Refused("not_allowed_for_role")
    if row.state != AwardState.IN_FORCE:
        raise Refused("transfer_not_running")
    found = offer(row, way, now)
    if found is None:
        raise Refused("transfer_none", field="way")
    return found, found.exchange(hours)
