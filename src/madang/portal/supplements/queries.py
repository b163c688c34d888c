"""Reads what may be asked for and the supplements that were, as far as the actor may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.accounting.ledger import Balances
from madang.portal.actors import Actor, Role
from madang.portal.awards.models import Award, AwardLine
from madang.portal.awards.queries import owner_of
from madang.portal.awards.rules import AwardState
from madang.portal.entitlements import queries as entitlements
from madang.portal.entitlements.models import Entitlement
from madang.portal.funding import queries as funding
from madang.portal.funding.models import FundingSource
from madang.portal.ledger import queries as ledger
from madang.portal.plans.problems import promised
from madang.portal.resources.models import PoolMonth
from madang.portal.resources.rules import Grain
from madang.portal.supplements import rules
from madang.portal.supplements.models import Supplement
from madang.portal.supplements.rules import STANDING, Given, SupplementState
from madang.portal.tasks import Task
from madang.values import Month


@dataclass(frozen=True)
class Offer:
    """What of one product an award's organisation could ask for today: at most so many, from a month on, by a rule."""

    line: AwardLine
    rule: Entitlement
    most: int
    first_month: str
    months: int


def supplements(by: Actor) -> QuerySet[Supplement]:
    """Those that wait first: all for staff and auditors, one's own organisation's for its members."""
    rows = Supplement.objects.select_related(
        "award__organisation", "line__product__pool", "added", "rule", "decided_by"
    ).order_by("decided_at", "asked_at", "pk")
    return rows if by.reads_everything else rows.filter(award__organisation__in=by.memberships)


def current(now: datetime) -> Month:
    """The centre's month."""
    return Month.of(now, settings.MADANG_ZONE)


def given_by(line: AwardLine) -> Given:
    """What a line gives, as the rules take it."""
    return Given(line.product.grain == Grain.HOUR, line.quantity, line.first_month, line.months)


def offer_of(line: AwardLine, rule: Entitlement, now: datetime) -> Offer:
    """What could be granted of a line now."""
    given, month = given_by(line), current(now)
    start = str(rules.first_month(given, month))
    return Offer(line, rule, rules.most(given, rule.permille, month), start, rules.months_left(given, month))


def offers(by: Actor, award: Award, now: datetime) -> list[Offer]:
    """What an owner could ask for today, product by product; nothing once something is asked for or was granted."""
    if award.state != AwardState.IN_FORCE or not by.owner_of(award.organisation_id):
        return []
    rule = entitlements.supplement_on(now.astimezone(settings.MADANG_ZONE).date())
    if rule is None:
        return []
    if Supplement.objects.filter(award=award, state__in=STANDING).exists():
        return []
    balances = ledger.balances(owner_of(award.pk))
    found = [offer_of(line, rule, now) for line in award.lines.all() if line.added_on is None]
    return [one for one in found if one.most and _used_enough(one, balances.get(one.line.product.pool_id))]


def _used_enough(one: Offer, sums: Balances | None) -> bool:
    sums = sums or Balances()
    return rules.used_enough(sums.used + sums.held, sums.granted, one.rule.from_percent)


@dataclass(frozen=True)
class MonthRoom:
    """A month of the pool: units that it would hold, that are free, and who funds it, as (source, permille)."""

    month: str
    wanted: int
    free: int
    funders: tuple[tuple[FundingSource, int], ...]

    @property
    def fits(self) -> bool:
        """Whether it can be promised."""
        return self.wanted <= self.free


def line_of(row: Supplement, now: datetime) -> AwardLine:
    """The line that it would become now, not stored."""
    one = offer_of(row.line, row.rule, now)
    return AwardLine(
        award_id=row.award_id,
        product=row.line.product,
        asked=row.asked,
        quantity=row.quantity,
        first_month=one.first_month,
        months=one.months,
        seconds=1,
    )


def rooms(row: Supplement, now: datetime) -> list[MonthRoom]:
    """The pool's free capacity in each month of a supplement that waits; for staff who decide."""
    return rooms_of(line_of(row, now))


def rooms_of(line: AwardLine) -> list[MonthRoom]:
    """The pool's free capacity in each month of a line that is not stored; for staff who decide."""
    wanted = promised(line) if line.months else {}
    stored = {one.month: one for one in PoolMonth.objects.filter(pool=line.product.pool_id)}
    sources = FundingSource.objects.in_bulk()
    found = []
    for (pool, month), units in sorted(wanted.items()):
        parts = tuple((sources[source], permille) for source, permille in funding.parts_in(month).get(pool, []))
        has = stored.get(month)
        found.append(MonthRoom(month, units, has.funded - has.committed if has else 0, parts))
    return found


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: supplements that wait."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    count = Supplement.objects.filter(state=SupplementState.ASKED).count()
    return [Task(gettext("Supplements to decide"), reverse("supplements"), count)] if count else []
