"""When awards run out by their own pace, with a chart, and which have crossed a set share of use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from madang.accounting.ledger import Balances
from madang.accounting.pace import WEEK, WEEKS, RunOut, run_out, share_crossed
from madang.portal import charts
from madang.portal.awards import queries
from madang.portal.awards.models import Award, BudgetAlert
from madang.portal.awards.rules import AwardState
from madang.portal.ledger import queries as ledger
from madang.portal.resources.models import Pool
from madang.portal.templatetags.madang import in_language
from madang.values import SECONDS_PER_HOUR, Month


@dataclass(frozen=True)
class Outlook:
    """When one pool of an award runs out, against the award's end; `rest` is what is left and set aside, in seconds."""

    pool: Pool
    rest: int
    run_out: RunOut
    ends_on: date

    @property
    def before_end(self) -> bool:
        """Whether it is expected to be gone before the award's last day."""
        return self.run_out.expected is not None and self.run_out.expected < self.last_day

    @property
    def last_day(self) -> date:
        """The last day on which the award can be used."""
        return self.ends_on - timedelta(days=1)

    @property
    def chart(self) -> charts.Chart:
        """What was used in each of the weeks that count, in whole hours."""
        weeks = [sum_ // SECONDS_PER_HOUR for sum_ in self.run_out.weeks]
        words = [_("{n} weeks ago").format(n=back) for back in range(len(weeks), 1, -1)] + [_("Last week")]
        return charts.bars(
            title=_("{pool}: used by week").format(pool=in_language(self.pool, "name")),
            description=_("Whole weeks of seven days up to yesterday, in whole hours."),
            category=_("Week"),
            measure=_("GPU-hours") if self.pool.unit == "gpu" else _("core-hours"),
            rows=list(zip(words, weeks, strict=True)),
        )


def outlooks(award: Award, figures: Iterable[tuple[Pool, Balances]], now: datetime) -> list[Outlook]:
    """When each pool of an award in force runs out, in four queries; those without a whole week of use are left out."""
    if award.state != AwardState.IN_FORCE or award.in_force_at is None:
        return []
    zone = settings.MADANG_ZONE
    today = now.astimezone(zone).date()
    since = max(award.starts_on, award.in_force_at.astimezone(zone).date())
    owner = queries.owner_of(award.pk)
    months = {Month(one.year, one.month) for one in (today, today - timedelta(days=WEEK * WEEKS))}
    used: dict[int, dict[date, int]] = defaultdict(dict)
    for month in sorted(months, key=str):
        for (_owner, pool), days in ledger.used_by_day([owner], str(month)).items():
            used[pool] |= days
    found = []
    for pool, sums in figures:
        rest = sums.left + sums.held
        outlook = run_out(used=used[pool.pk], since=since, today=today, rest=rest)
        if outlook is not None:
            found.append(Outlook(pool, rest, outlook, award.ends_on))
    return found


def crossed(now: datetime) -> list[tuple[Award, Pool, int, Balances]]:
    """(award, pool, share, balances) of awards in force that crossed a set share this month and were not told."""
    month = str(Month.of(now, settings.MADANG_ZONE))
    awards = {row.pk: row for row in Award.objects.filter(state=AwardState.IN_FORCE).order_by("pk")}
    owners = {queries.owner_of(pk): pk for pk in awards}
    moved = ledger.used_by_month([owner for owner in ledger.owners_with_use(month) if owner in owners], [month])
    balances = ledger.balances_of({owner for owner, _pool in moved})
    told = {(one.award_id, one.pool_id): one.share for one in BudgetAlert.objects.filter(month=month).order_by("share")}
    pools = Pool.objects.in_bulk()
    found = []
    for (owner, pool), by_month in sorted(moved.items()):
        sums, award = balances[owner][pool], awards[owners[owner]]
        before = {"used_before": sums.used - by_month[month], "used_now": sums.used}
        share = share_crossed(**before, granted=sums.granted - sums.overrun, shares=settings.MADANG_BUDGET_SHARES)
        if share is not None and share > told.get((award.pk, pool), 0):
            found.append((award, pools[pool], share, sums))
    return found
