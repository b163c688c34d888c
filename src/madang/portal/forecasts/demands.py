"""What a trial's child process is given: a plan's awards and capacity, or a quarter's jobs, and what users did before.

No name leaves the database: awards go by number in the plan's order, users by the kind of their organisation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from madang.allocation.plan import Plan as AllocationPlan
from madang.compute.protocol import MANY, Foreseeable
from madang.errors import Refused
from madang.portal import backends
from madang.portal.awards.models import Award
from madang.portal.forecasts import assumed
from madang.portal.forecasts.models import Trial
from madang.portal.forecasts.rules import TrialKind
from madang.portal.jobs.models import Job
from madang.portal.jobs.places import limits
from madang.portal.jobs.rules import JobState, owner_of
from madang.portal.ledger import queries as ledger
from madang.portal.plans import queries as plans
from madang.portal.resources.models import Pool
from madang.values import Month

# so many ended jobs of so many awards within a year speak for a kind of user
FEWEST_JOBS, FEWEST_AWARDS = 200, 3
MOST_JOBS = 20_000
A_YEAR = timedelta(days=365)
HOUR = 3600


def work(trial: int) -> dict[str, Any]:
    """The document of a trial. Refused: ``trial_nothing`` for a plan that gives nothing."""
    row = Trial.objects.select_related("plan").get(pk=trial)
    if row.kind == TrialKind.BENCH:
        found = _quarter(row.question)
        found["served_by"] = _served_by(found["unit"])
        return {**row.question, "kind": row.kind, "zone": str(settings.MADANG_ZONE), **found}
    assert row.plan is not None
    found = of_plan(plans.value(row.plan), row.asked_at)
    return {**row.question, "kind": row.kind, "zone": str(settings.MADANG_ZONE), **found}


# --- a plan: its awards, what there is for them, and their kinds of users ---


def of_plan(plan: AllocationPlan, now: datetime) -> dict[str, Any]:
    """Awards, pools by month and users of a plan."""
    awards = list(_awards(plan))
    if not awards:
        raise Refused("trial_nothing")
    given = {award["pool"] for award in awards}
    pools = [_pool(pool) for pool in plan.problem.pools if pool.code in given]
    units = {pool["code"]: pool["unit"] for pool in pools}
    wanted = {(award["kind"], units[award["pool"]]) for award in awards}
    return {"awards": awards, "pools": pools, "users": users(wanted, now)}


def _awards(plan: AllocationPlan) -> Iterable[dict[str, Any]]:
    """Each grant's holding of each pool: units at once (0: as many as there are), unit-seconds by month."""
    hourly = {pool.code for pool in plan.problem.pools if pool.unit.endswith("_hour")}
    for place, grant in enumerate(plan.grants):
        request = plan.problem.request[grant.request]
        held: dict[str, dict[Month, int]] = defaultdict(dict)
        for (pool, month), units in plan.problem.drawn(request, grant.award).items():
            held[pool][month] = units
        for pool, months in held.items():
            seconds = {month: units * (HOUR if pool in hourly else _seconds(month)) for month, units in months.items()}
            yield {
                "id": f"{place}/{pool}",
                "kind": request.attributes.get("kind", ""),
                "pool": pool,
                "at_once": 0 if pool in hourly else max(months.values()),
                "seconds": {str(month): amount for month, amount in sorted(seconds.items())},
                "begin": _begin(min(months)),
                "end": _begin(max(months).plus(1)),
            }


def _pool(pool: Any) -> dict[str, Any]:
    """A pool's months with the units that the plan could give; of hours, as many as give them running all month."""
    by_hour = pool.unit.endswith("_hour")
    months = [
        {
            "month": str(month),
            "begin": _begin(month),
            "end": _begin(month.plus(1)),
            "units": -(-capacity.available * HOUR // _seconds(month)) if by_hour else capacity.available,
        }
        for month, capacity in sorted(pool.months.items())
    ]
    return {"code": pool.code, "unit": "gpu" if pool.unit.startswith("gpu") else "core", "months": months}


def _begin(month: Month) -> int:
    return int(month.period(settings.MADANG_ZONE).start.timestamp())


def _seconds(month: Month) -> int:
    return month.period(settings.MADANG_ZONE).seconds


def users(wanted: Iterable[tuple[str, str]], now: datetime) -> dict[str, Any]:
    """What each kind of user, (kind, unit), did here within a year; everybody's jobs, or assumptions, where too few."""
    found = {}
    everybody = {unit: _past(unit, "", now) for unit in {unit for _, unit in wanted}}
    for kind, unit in sorted(wanted):
        own = _past(unit, kind, now)
        chosen = next((past for past in (own, everybody[unit]) if _enough(past)), None)
        if chosen is None:
            found[f"{kind}/{unit}"] = {
                "basis": "assumed", "figures": assumed.figures(unit), "appetite": list(assumed.APPETITE)
            }  # fmt: skip
            continue
        basis = "kind" if chosen is own else "centre"
        found[f"{kind}/{unit}"] = {"basis": basis, **chosen}
    return found


def _enough(past: dict[str, Any]) -> bool:
    return len(past["jobs"]) >= FEWEST_JOBS and past["awards"] >= FEWEST_AWARDS


def _past(unit: str, kind: str, now: datetime) -> dict[str, Any]:
    """Ended jobs in pools of a unit as (submitted, run, limit, units), and what awards used of what they were given."""
    rows = Job.objects.filter(pool__unit=unit, submitted_at__gte=now - A_YEAR, started_at__isnull=False)
    rows = rows.filter(ended_at__isnull=False).exclude(state=JobState.LOST)
    rows = rows.filter(award__organisation__kind=kind) if kind else rows
    awards = sorted(set(rows.order_by().values_list("award", flat=True)))
    columns = ("submitted_at", "started_at", "ended_at", "wall_seconds", "gpus" if unit == "gpu" else "cores")
    jobs = [
        [int(submitted.timestamp()), max(int((ended - started).total_seconds()), 1), limit, units]
        for submitted, started, ended, limit, units in rows.order_by("-submitted_at").values_list(*columns)[:MOST_JOBS]
    ]
    return {"jobs": jobs[::-1], "awards": len(awards), "appetite": _appetite(awards, unit, now)}


def _appetite(awards: list[int], unit: str, now: datetime) -> list[int]:
    """Thousandths of what awards were given that they used, of each award that is over or has half of its time behind.

    What an award could not use because nothing was left for it is not in it.
    """
    pools = set(Pool.objects.filter(unit=unit).values_list("pk", flat=True))
    today = now.astimezone(settings.MADANG_ZONE).date()
    rows = Award.objects.filter(pk__in=awards).values_list("pk", "starts_on", "ends_on")
    over = {pk: (start, end) for pk, start, end in rows if today >= start + (end - start) / 2}
    balances = ledger.balances_of({owner_of(pk) for pk in over})
    found = []
    for pk, (start, end) in over.items():
        held = [one for pool, one in balances.get(owner_of(pk), {}).items() if pool in pools]
        granted, used = sum(one.granted for one in held), sum(one.used for one in held)
        days, whole = min((today - start).days, (end - start).days), (end - start).days
        if granted and days:
            found.append(min(used * 1000 * whole // (granted * days), 2000))
    return sorted(found)


# --- the bench: a quarter's jobs as they were ---


def _served_by(unit: str) -> dict[str, Any]:
    """The fair share by which the machine serves its queue now, and of the unit classes' own parts; nothing where it
    does not show them.
    """
    backend = backends.backend()
    if not isinstance(backend, Foreseeable):
        return {}
    _, policy = backend.queue()
    kind = "gpus" if unit == "gpu" else "cores"
    return {
        "fair_share": {
            "half_life": policy.half_life,
            "entry_seconds": policy.entry_seconds,
            "weights": dict(policy.weights),
        },
        "parts": {name: part[kind] for name, part in policy.parts.items() if part.get(kind)},
        "borrowing": policy.borrowing,
    }


def _quarter(question: dict[str, Any]) -> dict[str, Any]:
    """The jobs of a pool within the question's time as columns, how many were left out, and the awards' limits."""
    pool = Pool.objects.get(code=question["pool"])
    first, until = (datetime.fromtimestamp(question[name], settings.MADANG_ZONE) for name in ("first", "until"))
    rows = Job.objects.filter(pool=pool, submitted_at__gte=first, submitted_at__lt=until)
    ran = rows.filter(started_at__isnull=False, ended_at__isnull=False).order_by("submitted_at", "pk")
    columns = (
        *("pk", "award__number", "award", "award__organisation__kind", "submitted_at", "started_at", "ended_at"),
        *("wall_seconds", "gpus" if pool.unit == "gpu" else "cores"),
    )
    jobs = [
        [pk, number, kind, int(submitted.timestamp()), int(started.timestamp()), int(ended.timestamp()), limit, units]
        for pk, number, _, kind, submitted, started, ended, limit, units in ran.values_list(*columns)
    ]
    return {"unit": pool.unit, "jobs": jobs, "left_out": rows.count() - len(jobs), "limits": _limits(pool.unit, ran)}


def _limits(unit: str, rows: Any) -> dict[str, int]:
    """What each of the jobs' awards may hold at once, by number; an award of hours has none."""
    wanted = dict(rows.order_by().values_list("award", "award__number").distinct())
    return {
        wanted[award]: most
        for award, gpus, cores, _open in limits()
        if award in wanted and (most := gpus if unit == "gpu" else cores) < MANY
    }
