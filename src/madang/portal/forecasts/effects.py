"""What a plan would do: the jobs of its awards drawn again and again and run through the pools, each beside itself.

Every draw is run twice: on the pool as it will stand, and with room for everybody at once. What an award could use in
the second run and not in the first is what others took from it: that is what overbooking costs.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from madang.simulation import compiled
from madang.simulation.cluster import Cluster, Partition
from madang.simulation.comparing import interval
from madang.simulation.engine import Engine, Result, Simulation
from madang.simulation.figures import Figures, figures_of, fit
from madang.simulation.inventing import Draws, invent
from madang.simulation.policy import Limit, Policy
from madang.simulation.trace import COLUMNS, Trace, trace_of

DAY, WEEK = 86_400, 7 * 86_400
# draws go on for so long, and there is always one; of the processor, so that a busy machine answers later, not less
MOST_SECONDS = 1800.0
# more than one in a hundred of the hours lost to others is what a risk of overbooking counts
LOST_PERMILLE = 10
MANY_JOBS = 50_000
# a draw of a pool has about so many jobs at most, or else only the first months are run: compiled (measured: a million
# take a minute of a core and 0.9 GB), and in plain Python
MOST_JOBS, MOST_JOBS_PLAIN = 1_200_000, 20_000
Tell = Callable[[dict[str, Any]], None]
Given = dict[str, Any]


def answer(given: Given, tell: Tell) -> Given:
    """Pool by pool: hours given, used, unused and lost to others, waits by kind and week, use by month."""
    zone, give_up = ZoneInfo(given["zone"]), time.process_time() + MOST_SECONDS
    users = {name: _figures(one, zone) for name, one in given["users"].items()}
    given = given | {"awards": _bounded(given)}
    given = given | dict(zip(("pools", "awards"), _cut(given, users), strict=True))
    draws: list[dict[str, Given]] = []
    while len(draws) < given["replays"] and (not draws or time.process_time() < give_up):
        drawn = {}
        for place, pool in enumerate(given["pools"]):
            tell({"done": len(draws) * len(given["pools"]) + place, "of": given["replays"] * len(given["pools"])})
            drawn[pool["code"]] = _draw(given, pool, users, zone, seed=given["seed"] * 1000 + len(draws))
        draws.append(drawn)
    return {
        "replays": len(draws),
        "users": {name: _basis(one) for name, one in given["users"].items()},
        "pools": [_summed(pool, [one[pool["code"]] for one in draws]) for pool in given["pools"]],
    }


def _bounded(given: Given) -> list[Given]:
    """The awards, each with what it may hold at once: where it has hours, whatever its pool ever has."""
    most = {pool["code"]: max(month["units"] for month in pool["months"]) for pool in given["pools"]}
    return [{**award, "at_once": award["at_once"] or most[award["pool"]]} for award in given["awards"]]


def _basis(user: Given) -> Given:
    """What a kind of user's jobs were drawn from, for people to read."""
    jobs = len(user.get("jobs", ()))
    return {"basis": user["basis"], "jobs": jobs, "awards": user.get("awards", 0), "appetite": user["appetite"]}


def _figures(user: Given, zone: ZoneInfo) -> tuple[Figures, list[int]]:
    """What a kind of user's jobs look like, and what parts of their awards they use, in thousandths."""
    if user["basis"] == "assumed":
        return figures_of(user["figures"]), user["appetite"]
    submit, run, limit, units = np.array(user["jobs"], np.int64).T
    order = np.argsort(submit, kind="stable")
    origin = int(submit[order[0]])
    trace = trace_of(
        submit=(submit - origin)[order], run=run[order], estimate=limit[order], processors=units[order], origin=origin
    )
    return fit(trace, zone=zone), user["appetite"] or [1000]


# --- one draw: the jobs of every award ---


def _draw(given: Given, pool: Given, users: Given, zone: ZoneInfo, seed: int) -> Given:
    awards = [award for award in given["awards"] if award["pool"] == pool["code"]]
    begin = pool["months"][0]["begin"]
    luck = Draws(seed)
    traces = []
    for place, award in enumerate(awards):
        figures, appetite = users[f"{award['kind']}/{pool['unit']}"]
        part = appetite[int(luck.uniform(1)[0] * len(appetite))]
        traces.append(_jobs(award, figures, part, begin, zone, seed * 100_003 + place))
    trace = _together(awards, traces, begin)
    granted = {award["id"]: sum(award["seconds"].values()) for award in awards}
    policy = Policy(
        order="madang",
        budgets=granted,
        limits={award["id"]: Limit(processors=award["at_once"]) for award in awards},
    )
    there = _cluster(pool, given["units"].get(pool["code"], 8), begin)
    engine = _engine(len(trace) * given["replays"])
    found = Simulation(there, policy, engine=engine, oversized="skip").run(trace)
    room = sum(award["at_once"] for award in awards)
    alone = Simulation(_roomy(room, trace), policy, engine=engine).run(trace)
    ends = np.array([award["end"] - begin for award in awards], np.int64)
    used, could = _used(found, ends), _used(alone, ends)
    return {
        "granted": sum(granted.values()),
        "wanted": int((np.minimum(trace.run, trace.estimate) * trace.processors).sum()),
        "used": int(used.sum()),
        "lost": int(np.maximum(could - used, 0).sum()),
        "jobs": len(trace),
        "never": int((~found.schedule.started()).sum()),
        "skipped": int(found.skipped.sum()),
        "waits": list(_waits(found)),
        "months": [found.in_use.total(month["begin"] - begin, month["end"] - begin) for month in pool["months"]],
        "given": [sum(a["seconds"].get(month["month"], 0) for a in awards) for month in pool["months"]],
    }


def _engine(jobs: int) -> Engine:
    """The compiled engine where it is installed and all draws together make it worth a minute of compiling."""
    return "compiled" if jobs >= MANY_JOBS and compiled.available() else "auto"


def _jobs(award: Given, figures: Figures, part: int, begin: int, zone: ZoneInfo, seed: int) -> Trace | None:
    """The jobs of one award: as many as would use its part of what it is given, none larger than it may hold."""
    span, count = award["end"] - award["begin"], _count(award, figures, part)
    if count <= 0:
        return None
    given = figures.to_json() | {
        "per_week": count * WEEK / span,
        "longest": min(figures.longest, span),
        "accounts": [award["id"]],
        "account_weights": [1.0],
        "account_classes": [award["kind"]],
    }
    days = -(-span // DAY)
    trace = invent(figures_of(given), days=days, seed=seed, origin=award["begin"], zone=zone)
    return trace.take(trace.submit < span)


def _count(award: Given, figures: Figures, part: int) -> float:
    """How many jobs use this part, in thousandths, of what the award is given."""
    seconds, span = sum(award["seconds"].values()), award["end"] - award["begin"]
    mean = sum(
        shape.weight * _size(shape, award) * _mean(shape.mean_log, shape.sd_log, min(figures.longest, span))
        for shape in figures.shapes
    ) / sum(shape.weight for shape in figures.shapes)
    return seconds * part / 1000 / mean


def _cut(given: Given, users: Given) -> tuple[list[Given], list[Given]]:
    """Pools and awards, of each pool only the first months where all of them would be too many jobs."""
    most = MOST_JOBS if compiled.available() else MOST_JOBS_PLAIN
    pools, awards = [], []
    for pool in given["pools"]:
        own, months = [award for award in given["awards"] if award["pool"] == pool["code"]], pool["months"]
        jobs = 0.0
        for award in own:
            figures, appetite = users[f"{award['kind']}/{pool['unit']}"]
            jobs += _count(award, figures, sum(appetite) // len(appetite))
        kept = months[: max(min(int(len(months) * most / max(jobs, 1)), len(months)), 1)]
        pools.append({**pool, "months": kept, "of_months": len(months)})
        awards += [shorter for award in own if (shorter := _shorter(award, kept))]
    return pools, awards


def _shorter(award: Given, months: list[Given]) -> Given | None:
    """The award within these months; None where it has nothing in them."""
    names = {month["month"] for month in months}
    seconds = {month: amount for month, amount in award["seconds"].items() if month in names}
    return {**award, "seconds": seconds, "end": min(award["end"], months[-1]["end"])} if seconds else None


def _size(shape: Any, award: Given) -> int:
    units = int(shape.processors or shape.gpus)
    return min(units, max(award["at_once"], 1))


def _mean(mean_log: float, sd_log: float, longest: int) -> float:
    """The mean of a log-normal law cut at `longest`: values beyond it count as it."""
    top = math.log(longest)
    if sd_log == 0:
        return math.exp(min(mean_log, top))
    below = _normal((top - mean_log - sd_log**2) / sd_log)
    return math.exp(mean_log + sd_log**2 / 2) * below + longest * (1 - _normal((top - mean_log) / sd_log))


def _normal(value: float) -> float:
    return (1 + math.erf(value / math.sqrt(2))) / 2


def _together(awards: list[Given], traces: list[Trace | None], begin: int) -> Trace:
    """All awards' jobs as one trace from the first month on; GPUs and cores alike are counted as processors."""
    kinds = sorted({award["kind"] for award in awards})
    columns: dict[str, list[Any]] = {name: [] for name in (*COLUMNS, "most")}
    for place, (award, trace) in enumerate(zip(awards, traces, strict=True)):
        if trace is None:
            continue
        units = np.maximum(trace.gpus, trace.processors)
        columns["submit"].append(trace.submit + award["begin"] - begin)
        columns["run"].append(trace.run)
        columns["estimate"].append(trace.estimate)
        columns["processors"].append(np.minimum(units, max(award["at_once"], 1)))
        columns["account"].append(np.full(len(trace), place))
        columns["share_class"].append(np.full(len(trace), kinds.index(award["kind"])))
    filled = {name: np.concatenate(parts).astype(np.int64) for name, parts in columns.items() if parts}
    if not filled:
        filled = {name: np.zeros(0, np.int64) for name in ("submit", "run", "estimate", "processors")}
    return trace_of(**filled, accounts=[award["id"] for award in awards], classes=kinds, origin=begin)


# --- what there is ---


def _cluster(pool: Given, per_node: int, begin: int) -> Cluster:
    """The pool month by month: a layer of nodes for every height that the capacity reaches, open while it does."""
    months, partitions = pool["months"], []
    floor = 0
    for height in sorted({month["units"] for month in months} - {0}):
        for first, last in _stretches([month["units"] >= height for month in months]):
            opens = months[first]["begin"] - begin
            closes = None if last == len(months) - 1 else months[last]["end"] - begin
            partitions += _layer(f"{height}-{first}", height - floor, per_node, opens, closes)
        floor = height
    # a pool with nothing at all is one unit that never opens in time: no job starts there
    return Cluster(tuple(partitions) or (Partition("none", 1, 1, opens=1 << 31),))


def _layer(name: str, units: int, per_node: int, opens: int, closes: int | None) -> Iterable[Partition]:
    nodes, rest = divmod(units, per_node)
    if nodes:
        yield Partition(name, nodes, per_node, opens=opens, closes=closes)
    if rest:
        yield Partition(f"{name}-rest", 1, rest, opens=opens, closes=closes)


def _stretches(flags: list[bool]) -> Iterable[tuple[int, int]]:
    """(first, last) of each run of true ones."""
    first = None
    for place, flag in enumerate([*flags, False]):
        if flag and first is None:
            first = place
        if not flag and first is not None:
            yield first, place - 1
            first = None


def _roomy(units: int, trace: Trace) -> Cluster:
    """Room for every award at once, and for the largest job."""
    most = max(units, int(trace.processors.max(initial=1)), 1)
    return Cluster((Partition("room", 1, most),), placed=False)


# --- what came of it ---


def _used(found: Result, ends: Any) -> Any:
    """Unit-seconds that each award used before its end."""
    trace, schedule = found.trace, found.schedule
    ran = schedule.started()
    until = np.minimum(schedule.end[ran], ends[trace.account[ran]])
    held = np.maximum(until - schedule.start[ran], 0) * trace.processors[ran]
    return np.bincount(trace.account[ran], weights=held, minlength=len(ends)).astype(np.int64)


def _waits(found: Result) -> Iterable[tuple[str, int, Any]]:
    """(kind, week from the first month, waits in seconds) of the jobs that started."""
    trace, schedule = found.trace, found.schedule
    ran = np.flatnonzero(schedule.started())
    waited, week = schedule.start[ran] - schedule.submit[ran], schedule.submit[ran] // WEEK
    keys = trace.share_class[ran] * 100_000 + week
    order = np.argsort(keys, kind="stable")
    edges = np.flatnonzero(np.diff(keys[order], prepend=-1))
    for rows in np.split(order, edges[1:]) if len(order) else ():
        yield trace.classes[trace.share_class[ran[rows[0]]]], int(week[rows[0]]), waited[rows].astype(np.int32)


def _summed(pool: Given, draws: list[Given]) -> Given:
    """Means with their intervals over all draws; waits of all draws together."""
    granted = draws[0]["granted"]
    unused = [granted - one["used"] for one in draws]
    risky = sum(one["lost"] * 1000 > LOST_PERMILLE * granted for one in draws)
    months = zip(pool["months"], *(one["months"] for one in draws), strict=True)
    return {
        "pool": pool["code"],
        "unit": pool["unit"],
        "granted": granted,
        "of_months": pool["of_months"],
        **{name: _mean_of([one[name] for one in draws]) for name in ("wanted", "jobs", "never", "skipped")},
        "used": _interval([one["used"] for one in draws]),
        "unused": _interval(unused),
        "lost": _interval([one["lost"] for one in draws]),
        "risk_permille": risky * 1000 // len(draws),
        "months": [
            {
                "month": month["month"],
                "used": _mean_of(list(used)),
                "granted": given,
                "available": month["units"] * (month["end"] - month["begin"]),
            }
            for (month, *used), given in zip(months, draws[0]["given"], strict=True)
        ],
        "waits": _waits_by_kind([wait for one in draws for wait in one["waits"]], pool["months"][0]["begin"]),
    }


def _waits_by_kind(waits: list[tuple[str, int, Any]], begin: int) -> list[Given]:
    by_kind: dict[str, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for kind, week, seconds in waits:
        by_kind[kind][week].append(seconds)
    return [
        {
            "kind": kind,
            **_quantiles([one for several in weeks.values() for one in several]),
            "weeks": [{"begin": begin + week * WEEK, **_quantiles(weeks[week])} for week in sorted(weeks)],
        }
        for kind, weeks in sorted(by_kind.items())
    ]


def _quantiles(seconds: list[Any]) -> Given:
    """Waits that occurred, of several arrays together: the least that half, nine in ten and all did not exceed."""
    ordered = np.sort(np.concatenate(seconds))
    median, p90 = (int(ordered[-(-len(ordered) * share // 100) - 1]) for share in (50, 90))
    return {"jobs": len(ordered), "median": median, "p90": p90, "longest": int(ordered[-1])}


def _mean_of(values: list[int]) -> int:
    return sum(values) // len(values)


def _interval(values: list[int]) -> list[int]:
    """Mean, and the edges of Student's 95 % interval; of one draw the mean three times."""
    found = interval([float(one) for one in values])
    low, high = (found.mean if edge is None else edge for edge in (found.low, found.high))
    return [round(found.mean), max(round(low), 0), round(high)]
