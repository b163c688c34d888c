"""The commands of forecasts: what a plan would do to the queues, and a quarter under another policy."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from madang.cli.client import client
from madang.cli.language import N_, language, say, translate
from madang.cli.output import amount, plain, progress, show, table
from madang.client.transport import Transport
from madang.portal import formats

Add = Callable[..., argparse.ArgumentParser]
SECONDS_BETWEEN = 1.0
PARTS = ("present", "without", "none", "borrow", "reclaim")
POLICIES = ("madang", "easy", "fcfs", "sjf-easy", "multifactor")


def register(commands: Any, add: Add) -> None:
    """Adds the commands."""
    effects = add(commands, "effects", N_("Simulate what a plan would do to the queues."), _effects, json=True)
    effects.add_argument("plan", type=int, metavar="PLAN", help=translate(N_("the plan's id")))
    effects.add_argument("--replays", type=int, default=10, help=translate(N_("how often to draw the jobs (10)")))
    effects.add_argument("--seed", type=int, default=0, help=translate(N_("of the draws (0)")))
    bench = add(commands, "bench", N_("Play a quarter's jobs through under another policy."), _bench, json=True)
    bench.add_argument("pool", metavar="POOL", help=translate(N_("the pool's code")))
    bench.add_argument("quarter", metavar="QUARTER", help=translate(N_("such as 2026-Q1")))
    bench.add_argument("--policy", required=True, choices=POLICIES)
    bench.add_argument("--nodes", type=int, metavar="N", help=translate(N_("other nodes than stood there")))
    bench.add_argument("--units", type=int, default=8, metavar="N", help=translate(N_("units to a node (8)")))
    bench.add_argument(
        "--parts", choices=PARTS, default="present", help=translate(N_("what becomes of classes' own parts (present)"))
    )
    bench.add_argument("--report", type=Path, metavar="FILE", help=translate(N_("write the whole report here")))


def _answered(api: Transport, trial: dict[str, Any]) -> dict[str, Any]:
    """The trial once it has ended; Ctrl-C leaves it running at the centre."""
    told: dict[str, Any] = {}
    while trial["state"] == "waiting":
        if trial["progress"] != told:
            told = trial["progress"]
            text = translate(N_("{done} of {of} runs are done."), done=told.get("done", 0), of=told.get("of", "–"))
            progress(text)
        time.sleep(SECONDS_BETWEEN)
        trial = api.get(f"trials/{trial['id']}")
    return trial


def _failed(given: argparse.Namespace, trial: dict[str, Any]) -> int:
    show(given, trial, plain(trial["failure"] or translate(N_("The simulation was stopped."))))
    return 1


def _effects(given: argparse.Namespace) -> int:
    with client() as api:
        trial = api.post(f"plans/{given.plan}/trials", {"replays": given.replays, "seed": given.seed})
        trial = _answered(api, trial)
    if trial["state"] != "done":
        return _failed(given, trial)
    heads = [
        *(N_("Pool"), N_("Given by the plan"), N_("Would be used"), N_("Would go unused"), N_("Lost to others")),
        N_("Risk of overbooking"),
    ]
    rows = [
        [
            pool["pool"],
            amount(pool["granted"], pool["unit"]),
            *(amount(pool[name][0], pool["unit"]) for name in ("used", "unused", "lost")),
            formats.percent(pool["risk_permille"], 1000, 0),
        ]
        for pool in trial["result"]["pools"]
    ]
    show(given, trial, table([translate(head) for head in heads], rows, right=range(1, 6)))
    return 0


def _bench(given: argparse.Namespace) -> int:
    wanted = {"pool": given.pool, "quarter": given.quarter, "policy": given.policy, "units": given.units}
    wanted |= {"parts": given.parts, "nodes": given.nodes}
    with client() as api:
        trial = _answered(api, api.post("bench/trials", wanted))
        if trial["state"] != "done":
            return _failed(given, trial)
        if given.report:
            api.fetch(f"trials/{trial['id']}/report/{language()}", given.report)
            say(translate(N_("The report is in {file}."), file=given.report), error=True)
    heads = [
        *(N_("Run"), N_("Jobs that started"), N_("Median wait"), N_("Wait that 90 % did not exceed")),
        N_("Longest wait"),
    ]
    names = {"present": N_("As it is"), "asked": N_("As asked")}
    rows = [
        [
            translate(names[run["name"]]),
            run["started"],
            *(formats.duration(run[name], language()) for name in ("median", "p90", "longest")),
        ]
        for run in trial["result"]["runs"]
    ]
    show(given, trial, table([translate(head) for head in heads], rows, right=range(1, 5)))
    return 0
