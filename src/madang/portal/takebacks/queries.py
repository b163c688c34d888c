"""Reads idle awards, the rules that say so, and take-backs, as far as the actor may see them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.accounting.ledger import Balances
from madang.portal.actors import Actor, MemberRole, Role
from madang.portal.awards import queries as awards
from madang.portal.awards.models import Award
from madang.portal.awards.rules import AwardState
from madang.portal.calls.models import Call
from madang.portal.ledger import queries as ledger
from madang.portal.resources.models import Pool
from madang.portal.resources.rules import Grain
from madang.portal.takebacks import rules
from madang.portal.takebacks.models import IdleRule, TakeBack
from madang.portal.takebacks.rules import Finding, Part, TakeBackState
from madang.portal.tasks import Task
from madang.values import Month


@dataclass(frozen=True)
class Looked:
    """One pool of an award in force as it stands on a day, under the rule that counts for it (None: no rule)."""

    award: Award
    pool: Pool
    finding: Finding
    days: int
    rule: IdleRule | None

    @property
    def whole(self) -> bool:
        """Whether it can only be taken whole: the award holds units of some pool by the month."""
        return any(line.product.grain == Grain.MONTH for line in self.award.lines.all())

    @property
    def idle(self) -> bool:
        """Whether the rule looks at it and finds too little used."""
        rule = self.rule
        return rule is not None and rules.is_idle(self.finding, rule.percent, self.days, rule.after_days)


def idle_rules(by: Actor) -> QuerySet[IdleRule]:
    """The rules, the latest first; for staff and auditors."""
    rows = IdleRule.objects.select_related("call", "set_by").order_by("-starts_on", "-pk")
    return rows if by.reads_everything else rows.none()


def calls(by: Actor) -> QuerySet[Call]:
    """The published calls that a rule of their own can be set for."""
    rows = Call.objects.exclude(state="draft").order_by("-pk")
    return rows if by.reads_everything else rows.none()


def in_force(day: date) -> dict[int | None, IdleRule]:
    """The rule of each call that counts on a day; under None the centre's."""
    rows = IdleRule.objects.filter(starts_on__lte=day).order_by("starts_on", "pk")
    return {row.call_id: row for row in rows}


def looked_at(row: Award, pool: Pool, sums: Balances, today: date, rule: IdleRule | None) -> Looked:
    """One pool of an award as of `today`, from its balances; the plan is even use from the day it came into force."""
    since = _since(row)
    parts = [
        Part(
            line.seconds,
            max(since, line.added_on or since, _first(line.first_month)),
            _first(line.first_month, line.months),
        )
        for line in row.lines.all()
        if line.product.pool_id == pool.pk
    ]
    used = sums.used + sums.held
    # of an award in two instalments no more is planned than was granted
    planned = min(rules.planned(parts, today, sums.returned), sums.granted - sums.overrun - sums.returned)
    found = Finding(planned, used, sums.left)
    return Looked(row, pool, found, (today - since).days, rule)


def _since(row: Award) -> date:
    if row.in_force_at is None:
        return row.starts_on
    return max(row.starts_on, row.in_force_at.astimezone(settings.MADANG_ZONE).date())


def _first(month: str, months: int = 0) -> date:
    found = Month.parse(month).plus(months)
    return date(found.year, found.number, 1)


def idle(by: Actor, now: datetime) -> list[Looked]:
    """What lies idle on this day, the largest missing part first; without what has notice or is exempt. Six queries."""
    if not by.reads_everything:
        return []
    today = now.astimezone(settings.MADANG_ZONE).date()
    known = in_force(today)
    if not known:
        return []
    rows = {awards.owner_of(row.pk): row for row in awards.awards(by).filter(state=AwardState.IN_FORCE)}
    spared = _spared(today)
    found = []
    for owner, by_pool in ledger.balances_of(rows).items():
        row = rows[owner]
        rule = known.get(row.application.intake.call_id) or known.get(None)
        pools = {line.product.pool_id: line.product.pool for line in row.lines.all()}
        found += [
            looked_at(row, pools[pool], sums, today, rule)
            for pool, sums in by_pool.items()
            if pool in pools and (row.pk, pool) not in spared
        ]
    return sorted((one for one in found if one.idle), key=lambda one: (-one.finding.missing, one.award.pk))


def _spared(today: date) -> set[tuple[int, int]]:
    """(award, pool) with a notice that is not decided, or an exemption that goes on."""
    waiting = TakeBack.objects.filter(state=TakeBackState.NOTICED)
    exempt = TakeBack.objects.filter(exempt_until__gte=today)
    return set((waiting | exempt).values_list("award", "pool"))


def look(by: Actor, number: str, pool: str, now: datetime) -> Looked | None:
    """One pool of an award in force as it stands now; for staff and auditors."""
    row = awards.awards(by).filter(number=number, state=AwardState.IN_FORCE).first() if by.reads_everything else None
    if row is None:
        return None
    today = now.astimezone(settings.MADANG_ZONE).date()
    known = in_force(today)
    rule = known.get(row.application.intake.call_id) or known.get(None)
    found = [looked_at(row, of, sums, today, rule) for of, sums in awards.figures(row) if of.code == pool]
    return found[0] if found else None


def take_backs(by: Actor) -> QuerySet[TakeBack]:
    """Take-backs, those that go on first: all for staff and auditors, one's own organisation's for its members."""
    rows = TakeBack.objects.select_related(
        "award__organisation", "award__application__intake__call", "pool", "noticed_by", "decided_by"
    ).order_by("decided_at", "answer_by", "pk")
    return rows if by.reads_everything else rows.filter(award__organisation__in=by.memberships)


def sums_now(row: TakeBack) -> Balances:
    """What lies where of its award and pool at this moment."""
    return ledger.balances(awards.owner_of(row.award_id)).get(row.pool_id, Balances())


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For an owner: notices that can still be answered, each with its deadline."""
    owned = [organisation for organisation, role in by.memberships.items() if role is MemberRole.OWNER]
    rows = TakeBack.objects.filter(
        award__organisation__in=owned, state=TakeBackState.NOTICED, answer_by__gt=now, answered_at__isnull=True
    )
    text = gettext("The centre means to take back what award {number} has not used: answer the notice")
    return [
        Task(text.format(number=row.award.number), reverse("take-back", args=[row.pk]), 1, row.answer_by)
        for row in rows.select_related("award").order_by("answer_by")
    ]


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: take-backs whose time to answer is over."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    count = TakeBack.objects.filter(state=TakeBackState.NOTICED, answer_by__lte=now).count()
    return [Task(gettext("Take-backs to decide"), reverse("take-backs"), count)] if count else []


def of_years() -> dict[tuple[int, str], tuple[dict[str, int], dict[int, int]]]:
    """By calendar year and unit: notices, those dropped and those carried out, and seconds taken by organisation."""
    found: dict[tuple[int, str], tuple[dict[str, int], dict[int, int]]] = defaultdict(
        lambda: ({"notices": 0, "dropped": 0, "taken_back": 0}, defaultdict(int))
    )
    rows = TakeBack.objects.order_by("pk")
    columns = ("pool__unit", "state", "noticed_at", "decided_at", "award__organisation", "taken")
    for unit, state, noticed_at, decided_at, organisation, taken in rows.values_list(*columns):
        found[noticed_at.astimezone(settings.MADANG_ZONE).year, unit][0]["notices"] += 1
        if decided_at:
            counts, seconds = found[decided_at.astimezone(settings.MADANG_ZONE).year, unit]
            counts[state] += 1
            if taken:
                seconds[organisation] += taken
    return found
