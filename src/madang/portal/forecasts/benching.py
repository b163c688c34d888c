"""What another policy, or other nodes, would have made of a quarter's jobs: the same trace run through both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from madang.catalogues import translation
from madang.compute.policies import Policy as FairShare
from madang.simulation.answers import Answers, answers, waits_by
from madang.simulation.cluster import Cluster, Partition
from madang.simulation.engine import Simulation
from madang.simulation.pictures import Run
from madang.simulation.policy import Limit, Multifactor, Policy, Shares
from madang.simulation.report import About, report
from madang.simulation.sentences import N_
from madang.simulation.trace import Trace, trace_of

WEEK = 7 * 86_400
# waits up to so many seconds are counted together
STEPS = (60, 600, 3600, 6 * 3600, 86_400)
Given = dict[str, Any]


def answer(given: Given, tell: Callable[[Given], None]) -> tuple[Given, list[Run]]:
    """Figures of the quarter as it would have gone at present and as asked, for pages; and the runs themselves."""
    trace = trace_of_jobs(given)
    limits = {name: Limit(processors=most) for name, most in given["limits"].items()}
    fair = FairShare(**given["served_by"].get("fair_share", {}))
    present = Policy(order="madang", limits=limits, fair_share=fair, shares=_shares(given, "present"))
    asked = (("present", present, given["present"]), ("asked", _policy(given, limits), given["asked"]))
    runs, found = [], []
    for place, (name, policy, machine) in enumerate(asked):
        tell({"done": place, "of": len(asked)})
        made = Simulation(_cluster(given, machine), policy, oversized="skip").run(trace)
        told = answers(trace, made.schedule, made.capacity, in_use=made.in_use)
        runs.append(Run(name, trace, made.schedule, told))
        found.append({"name": name, "skipped": int(made.skipped.sum()), **_figures(runs[-1])})
    return {"jobs": len(trace), "left_out": given["left_out"], "runs": found}, runs


def trace_of_jobs(given: Given) -> Trace:
    """The quarter's jobs, GPUs and cores alike as processors; a job that was stopped at its limit is one again."""
    accounts = sorted({job[1] for job in given["jobs"]})
    kinds = sorted({job[2] for job in given["jobs"]})
    ids = np.array([job[0] for job in given["jobs"]], np.int64)
    submit, start, end, limit, units = np.array([job[3:] for job in given["jobs"]], np.int64).T
    begin = int(submit.min())
    return trace_of(
        job=ids,
        submit=submit - begin,
        run=np.maximum(end - start, 1),
        estimate=limit,
        processors=units,
        account=[accounts.index(job[1]) for job in given["jobs"]],
        share_class=[kinds.index(job[2]) for job in given["jobs"]],
        accounts=accounts,
        classes=kinds,
        origin=begin,
    )


def _policy(given: Given, limits: dict[str, Limit]) -> Policy:
    kind, half_life = given["policy"], given["half_life"]
    shares = _shares(given, given["parts"])
    if kind == "madang":
        weights = given["served_by"].get("fair_share", {}).get("weights", {})
        fair = FairShare(half_life, given["entry"], weights=weights)
        return Policy(order="madang", limits=limits, fair_share=fair, shares=shares)
    if kind == "multifactor":
        factors = {name: given[name] for name in ("age", "size", "fair_share")}
        many = Multifactor(half_life=half_life, **factors)
        return Policy(order="multifactor", limits=limits, multifactor=many, shares=shares)
    order = "shortest" if kind == "sjf-easy" else "submission"
    return Policy(order=order, backfill="none" if kind == "fcfs" else "easy", limits=limits, shares=shares)


def _shares(given: Given, parts: str) -> Shares | None:
    """The classes' parts that the machine has now, with this use of what is idle; None where it has none."""
    served = given["served_by"]
    if not served.get("parts") or parts == "without":
        return None
    return Shares(served["parts"], served["borrowing"] if parts == "present" else parts)


def _cluster(given: Given, machine: list[int]) -> Cluster:
    nodes, units = machine
    return Cluster((Partition(given["pool"], nodes, units),))


def _figures(run: Run) -> Given:
    told: Answers = run.answers
    return {
        "started": told.waits.jobs,
        "never": told.waits.never,
        "mean": round(told.waits.mean),
        **{name: getattr(told.waits, name) for name in ("median", "p90", "p99", "longest")},
        "slowdown_milli": round(told.waits.slowdown * 1000),
        "utilisation_permille": round(told.utilisation * 1000),
        "used": told.used,
        "unused_wanted": told.unused_wanted,
        "queue": told.queue.peak(told.begin, max(told.end, told.begin + 1)),
        "gini_milli": round(told.gini_wait * 1000),
        "steps": _steps(run),
        "weeks": _weeks(run),
        "kinds": [
            {"kind": kind, "jobs": one.jobs, "median": one.median, "p90": one.p90}
            for kind, one in waits_by(run.trace, run.schedule, "class").items()
        ],
    }


def _waited(run: Run) -> tuple[Any, Any]:
    ran = np.flatnonzero(run.schedule.started())
    return run.schedule.start[ran] - run.schedule.submit[ran], run.schedule.submit[ran] // WEEK


def _steps(run: Run) -> list[int]:
    """How many jobs waited up to each of `STEPS` and longer than the one before, and how many longer than all."""
    waited, _ = _waited(run)
    return np.bincount(np.searchsorted(STEPS, waited), minlength=len(STEPS) + 1).tolist()


def _weeks(run: Run) -> list[Given]:
    """The wait that nine in ten jobs did not exceed, by week of submission."""
    waited, week = _waited(run)
    found = []
    for one in np.unique(week).tolist():
        ordered = np.sort(waited[week == one])
        p90 = int(ordered[-(-len(ordered) * 90 // 100) - 1])
        found.append({"begin": run.trace.origin + one * WEEK, "jobs": len(ordered), "p90": p90})
    return found


PRESENT, ASKED = N_("As it is"), N_("As asked")
TITLE = N_("{pool}, jobs of {quarter} under another policy or other nodes")
NODES = N_("{nodes} nodes of {units}")


def page(given: Given, runs: list[Run], language: str) -> str:
    """The library's own page of both runs."""
    _ = translation(language).gettext
    names = {"present": _(PRESENT), "asked": _(ASKED)}
    told = [Run(names[run.name], run.trace, run.schedule, run.answers) for run in runs]
    machines = {names[one]: _(NODES).format(nodes=given[one][0], units=given[one][1]) for one in names}
    title = _(TITLE).format(pool=given["pool"], quarter=given["quarter"])
    return report(told, About(title, list(machines.items())), language)
