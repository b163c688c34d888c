"""The forms of `madang allocate` that answer questions about plans: reasons, comparison, costs, noise, months."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from madang.allocation.committee import costs, sensitivity
from madang.allocation.compare import Comparison, Totals, compare
from madang.allocation.demand import by_month
from madang.allocation.explain import explain
from madang.allocation.overbooking import chances, furthest
from madang.allocation.parts import INVALID as PROBLEM_INVALID
from madang.allocation.parts import Award
from madang.allocation.plan import INVALID, Plan
from madang.allocation.policies import Fair, Policy, Portfolio
from madang.allocation.problem import Problem
from madang.allocation.sentences import sentence
from madang.allocation.tables import read_tables
from madang.cli.language import N_, language, say, translate
from madang.errors import Refused
from madang.reading import NOWHERE, read_json

FINE = 0
DRAWS = 200


def plan_in(name: str) -> Plan:
    """The plan in a file."""
    return Plan.from_json(read_json(Path(name), INVALID), name)


def problem_in(given: argparse.Namespace) -> Problem:
    """The problem in one JSON file, or in a table of pools and one of requests."""
    first = Path(given.problem[0])
    if len(given.problem) == 2:
        return read_tables(first, Path(given.problem[1]), given.rules)
    return Problem.from_json(read_json(first, PROBLEM_INVALID), given.problem[0])


def as_json(value: object) -> None:
    """Prints a value as JSON."""
    say(json.dumps(value, ensure_ascii=False, indent=1))


def explained(given: argparse.Namespace) -> int:
    """The reason of every request, with the nearest changes where they are asked for."""
    plan = plan_in(given.plans[0])
    _searching(given, plan)
    reasons = explain(plan.problem, plan, changes=given.changes, progress=_counted(), work=given.work_limit)
    if given.json:
        both = {
            name: {**reason.to_json(), "sentences": {tongue: sentence(reason, tongue) for tongue in ("en", "ko")}}
            for name, reason in reasons.items()
        }
        as_json(both)
        return FINE
    for name, reason in reasons.items():
        say(f"{name}: {sentence(reason, given.language or language())}")
    return FINE


def _searching(given: argparse.Namespace, plan: Plan) -> None:
    """A limit on searches is refused where nothing is searched for."""
    if given.work_limit is None:
        return
    rule = "must_not_be_below_zero" if given.work_limit < 0 else "goes_with_changes"
    if not given.changes or given.work_limit < 0:
        raise Refused(INVALID, file=NOWHERE, field="--work-limit", rule=rule)
    if not isinstance(plan.policy, Portfolio | Fair):
        facts = {"rule": "limits_no_list", "policy": plan.policy.name}
        raise Refused(INVALID, file=NOWHERE, field="--work-limit", **facts)


def _counted() -> Callable[[int, int], None]:
    """Progress on a terminal, on one line; nothing elsewhere."""

    def seen(done: int, of: int) -> None:
        if sys.stderr.isatty() and (done == of or done % 10 == 0):
            end = "\n" if done == of else "\r"
            print(f"{done:,}/{of:,}", end=end, file=sys.stderr, flush=True)

    return seen


def compared(given: argparse.Namespace) -> int:
    """Two to six plans side by side; requests that fare differently come first."""
    found = compare([plan_in(word) for word in given.plans])
    if given.json:
        as_json(_compared(found))
        return FINE
    say(translate(N_("{n} requests fare differently."), n=len(found.differing)))
    for word, totals in zip(given.plans, found.totals, strict=True):
        say(_totals(word, totals))
    if any(None in row.quantities for row in found.differing):
        say(translate(N_("“-” stands for a request that is not in that plan's problem.")))
    for row in found.differing:
        cells = (", ".join(map(str, got)) if got is not None else "-" for got in row.quantities)
        say(f"{row.request}: " + " | ".join(cells))
    return FINE


def _totals(name: str, totals: Totals) -> str:
    given = ", ".join(f"{pool} {units:,}/{totals.available[pool]:,}" for pool, units in totals.given.items())
    return translate(
        N_("{plan}: {granted} awards, worth {objective}; unit-months given of available: {given}"),
        plan=name,
        granted=totals.granted,
        objective=f"{totals.objective:,}",
        given=given,
    )


def _compared(found: Comparison) -> dict[str, object]:
    totals = [
        {
            "granted": one.granted,
            "objective": one.objective,
            "bound": one.bound,
            "given": dict(one.given),
            "available": dict(one.available),
            "attributes": {
                name: {value: vars(share) for value, share in shares.items()} for name, shares in one.attributes.items()
            },
        }
        for one in found.totals
    ]
    rows = [
        {"request": row.request, "differs": row.differs, "outcomes": row.outcomes, "quantities": row.quantities}
        for row in found.rows
    ]
    return {"totals": totals, "requests": rows}


def costed(given: argparse.Namespace) -> int:
    """What each rule costs, and who fares differently without it."""
    plan = plan_in(given.plans[0])
    found = costs(plan.problem, plan, _counted())
    if given.json:
        as_json(
            [
                {
                    "rule": one.rule,
                    "objective": one.objective,
                    "without": one.without,
                    "changes": [
                        {"request": c.request, "before": _plain(c.before), "after": _plain(c.after)}
                        for c in one.changes
                    ],
                }
                for one in found
            ]
        )
        return FINE
    for one in found:
        if one.without is None:
            say(translate(N_("{rule}: without it, this problem cannot be solved under this policy."), rule=one.rule))
            continue
        figures = {"rule": one.rule, "with_": f"{one.objective:,}", "without": f"{one.without:,}"}
        more = f"{one.without - one.objective:+,}"
        text = N_("{rule}: worth {with_} with it, {without} without it ({more}); {n} requests fare differently.")
        say(translate(text, more=more, n=len(one.changes), **figures))
        for change in one.changes:
            say(f"  {change.request}: {_short(change.before)} → {_short(change.after)}")
    return FINE


def _plain(award: Award | None) -> list[int] | None:
    return list(award.quantities) if award else None


def _short(award: Award | None) -> str:
    return ", ".join(map(str, award.quantities)) if award else "-"


def redrawn(given: argparse.Namespace) -> int:
    """How often each request is selected when scores are drawn anew within their standard errors."""
    draws = DRAWS if given.draws is None else given.draws
    if draws < 1:
        raise Refused(INVALID, file=NOWHERE, field="--draws", rule="must_be_above_zero")
    plan = plan_in(given.plans[0])
    found = sensitivity(plan, draws=draws, seed=given.seed or 0, progress=_counted())
    if given.json:
        as_json({"draws": draws, "granted": found})
        return FINE
    points = plan.problem.points
    for name in sorted(found, key=lambda name: (-found[name], -points[name], name)):
        text = N_("{request}: selected in {granted} of {draws} draws; in the plan: {now}")
        now = translate(N_("selected")) if name in plan.grant else translate(N_("not selected"))
        say(translate(text, request=name, granted=found[name], draws=draws, now=now))
    return FINE


def monthly(given: argparse.Namespace) -> int:
    """Demand and awards against capacity, month by month."""
    use = by_month(plan_in(given.plans[0]))
    if given.json:
        as_json([{**vars(one), "month": str(one.month)} for one in use])
        return FINE
    for one in use:
        text = N_("{pool} {month}: {asked} asked for, {given} given, {funded} funded of {physical}, {held} held before")
        figures = {name: f"{value:,}" if isinstance(value, int) else str(value) for name, value in vars(one).items()}
        say(translate(text, **figures))
    return FINE


def overbooked(given: argparse.Namespace, policy: Policy) -> int:
    """How far beyond what is funded awards of a pool may go at a stated risk, and the risk by month."""
    problem = problem_in(given)
    if given.pool not in problem.pool:
        raise Refused(INVALID, file=NOWHERE, field="--pool", rule="pool_is_not_known")
    for name in ("rate", "risk"):
        if not 0 <= vars(given)[name] <= 1000:
            raise Refused(INVALID, file=NOWHERE, field=f"--{name}", rule="must_lie_between", low=0, high=1000)
    asked = {"pool": given.pool, "rate": given.rate, "risk": given.risk, "seed": given.seed or 0}
    rule, plan = furthest(problem, policy, **asked)
    found = chances(plan, given.pool, given.rate)
    if given.json:
        written = {"name": rule.name, "kind": rule.kind, "sentence": dict(rule.sentence), "params": dict(rule.params)}
        as_json({"rule": written, "risk": {str(month): str(chance) for month, chance in found.items()}})
        return FINE
    say(rule.sentence[given.language or language()])
    for month, chance in found.items():
        say(translate(N_("{month}: risk {chance} %"), month=month, chance=_per_cent(chance)))
    return FINE


def _per_cent(chance: Fraction) -> str:
    """A probability in per cent with four digits, rounded up: it is a risk."""
    millionths = -(-chance.numerator * 1_000_000 // chance.denominator)
    return f"{millionths // 10_000}.{millionths % 10_000:04d}"
