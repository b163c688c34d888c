"""`madang allocate`: solves, checks, explains, compares and replays allocations from files, without the portal."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from madang.allocation.check import Fault, check
from madang.allocation.compare import Comparison, Totals, compare
from madang.allocation.explain import explain
from madang.allocation.plan import INVALID as PLAN_INVALID
from madang.allocation.plan import Plan
from madang.allocation.policies import INVALID as POLICY_INVALID
from madang.allocation.policies import Policy, Portfolio, Rank, policy_from_json
from madang.allocation.problem import INVALID as PROBLEM_INVALID
from madang.allocation.problem import Problem
from madang.allocation.reading import read_json
from madang.allocation.refusals import fault, refusal
from madang.allocation.replay import Replayed, replay
from madang.allocation.sentences import sentence
from madang.allocation.solve import Progress, solve
from madang.cli.language import N_, language, say, translate
from madang.errors import Refused

FINE, WRONG, REFUSED = 0, 1, 2
EVERY = 2.0  # seconds between lines of progress
HELP = N_("solve, check, explain, compare and replay an allocation, from files")
FORMS = N_(
    "madang allocate PROBLEM --policy rank|portfolio|FILE --out PLAN: solve\n"
    "madang allocate check PROBLEM PLAN: find every fault of a plan\n"
    "madang allocate explain PLAN: the reason of every request\n"
    "madang allocate compare PLAN PLAN…: two to six plans side by side\n"
    "madang allocate --replay PLAN: solve a stored plan again and compare\n"
    "A problem in a file named check, explain or compare is written ./check and so on."
)
Run = Callable[[argparse.Namespace], int]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command; its `run` gives 0 when all is well, 1 for a fault or a difference, 2 for a refusal."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = subparsers.add_parser(
        "allocate", help=translate(HELP), description=translate(FORMS), formatter_class=formatter
    )
    parser.add_argument("words", nargs="+", metavar="FILE", help=translate(N_("problem or plan, as above")))
    parser.add_argument("--policy", metavar="NAME|FILE", help=translate(N_("rank, portfolio, or a policy's JSON file")))
    parser.add_argument(
        "--overflow",
        choices=("skip", "stop"),
        help=translate(N_("rank: what does not fit is skipped or ends the list")),
    )
    parser.add_argument("--seed", type=int, default=0, help=translate(N_("seed of the lottery that breaks last ties")))
    parser.add_argument("--work-limit", type=int, help=translate(N_("portfolio: most nodes of the search tree")))
    parser.add_argument("--out", metavar="PLAN", type=Path, help=translate(N_("where the plan is written")))
    parser.add_argument(
        "--replay",
        action="store_true",
        help=translate(N_("solve the plan again from its own problem, policy and seed")),
    )
    parser.add_argument("--language", choices=("en", "ko"), help=translate(N_("language of the reasons")))
    parser.add_argument("--json", action="store_true", help=translate(N_("print JSON instead of sentences")))
    parser.set_defaults(run=lambda given: run(given, parser.error))


def run(given: argparse.Namespace, misused: Callable[[str], object]) -> int:
    """Carries out one form of the command. `misused` ends it with status 2 when the words make no form."""
    first, rest = given.words[0], given.words[1:]
    forms: dict[str, tuple[int, int, Run]] = {
        "check": (2, 2, _check),
        "explain": (1, 1, _explain),
        "compare": (2, 6, _compare),
    }
    least, most, form = forms.get(first, (0, 0, _solve))
    if given.replay:
        least, most, form = 0, 0, _replay
    if not least <= len(rest) <= most:
        misused(translate(N_("wrong number of files; see madang allocate --help")))
    if form is _solve and not (given.policy and given.out):
        misused(translate(N_("solving needs --policy and --out")))
    try:
        return form(given)
    except Refused as refused:
        say(refusal(refused, given.language or language()), error=True)
        return REFUSED


def _solve(given: argparse.Namespace) -> int:
    problem = _problem(given.words[0])
    policy = _policy(given)
    try:
        plan = solve(problem, policy, seed=given.seed, work_limit=given.work_limit, progress=_progress())
    except Refused as refused:
        raise Refused(refused.code, **{**refused.facts, "file": given.words[0]}) from None
    _write(plan, given.out)
    say(
        translate(
            N_("{granted} of {requests} requests are given something; worth {objective}. Written to {file}."),
            granted=len(plan.grants),
            requests=len(problem.requests),
            objective=f"{plan.objective:,}",
            file=given.out,
        )
    )
    if plan.bound is not None:
        say(_proof(plan))
    return _tell(check(problem, plan), given)


def _proof(plan: Plan) -> str:
    if plan.gap == 0:
        return translate(N_("Proven: no plan is worth more."))
    gap, bound = f"{(plan.gap or 0) / 10_000:.4f}", f"{plan.bound or 0:,}"
    if plan.proven:
        return translate(N_("Proven: no plan is worth more than {bound} ({gap} % more)."), bound=bound, gap=gap)
    return translate(
        N_("Not proven to the stated gap: a plan could be worth up to {bound} ({gap} % more)."), bound=bound, gap=gap
    )


def _check(given: argparse.Namespace) -> int:
    found = check(_problem(given.words[1]), _plan(given.words[2]))
    if not found and not given.json:
        say(translate(N_("No fault.")))
    return _tell(found, given, always=True)


def _tell(found: list[Fault], given: argparse.Namespace, *, always: bool = False) -> int:
    if given.json and always:
        _print([{"code": one.code, "facts": dict(one.facts)} for one in found])
    else:
        for one in found:
            say(fault(one, given.language or language()), error=not always)
    return WRONG if found else FINE


def _explain(given: argparse.Namespace) -> int:
    plan = _plan(given.words[1])
    reasons, spoken = explain(plan.problem, plan), given.language or language()
    if given.json:
        both = {
            name: {**reason.to_json(), "sentences": {tongue: sentence(reason, tongue) for tongue in ("en", "ko")}}
            for name, reason in reasons.items()
        }
        _print(both)
        return FINE
    for name, reason in reasons.items():
        say(f"{name}: {sentence(reason, spoken)}")
    return FINE


def _compare(given: argparse.Namespace) -> int:
    found = compare([_plan(word) for word in given.words[1:]])
    if given.json:
        _print(_compared(found))
        return FINE
    say(translate(N_("{n} requests fare differently."), n=len(found.differing)))
    for word, totals in zip(given.words[1:], found.totals, strict=True):
        say(_totals(word, totals))
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


def _replay(given: argparse.Namespace) -> int:
    again = replay(_plan(given.words[0]))
    if given.json:
        _print({"same": again.same, "differences": [vars(one) for one in again.differences]})
        return FINE if again.same else WRONG
    _say_replayed(again)
    return FINE if again.same else WRONG


def _say_replayed(again: Replayed) -> None:
    if again.solver_differs:
        before, now = (f"{solver.name} {solver.version}" for solver in (again.recorded, again.installed))
        say(translate(N_("The plan was solved with {before}; this is {now}."), before=before, now=now), error=True)
    if again.same:
        say(translate(N_("The same plan comes out.")))
        return
    say(translate(N_("Another plan comes out ({n} differences):"), n=len(again.differences)))
    for one in again.differences:
        say(f"{one.what}: {one.before} → {one.now}")


def _problem(name: str) -> Problem:
    return Problem.from_json(read_json(Path(name), PROBLEM_INVALID), name)


def _plan(name: str) -> Plan:
    return Plan.from_json(read_json(Path(name), PLAN_INVALID), name)


def _policy(given: argparse.Namespace) -> Policy:
    if given.policy == "rank":
        return Rank(overflow=given.overflow or "skip")
    if given.policy == "portfolio":
        return Portfolio()
    return policy_from_json(read_json(Path(given.policy), POLICY_INVALID), given.policy)


def _write(plan: Plan, path: Path) -> None:
    text = json.dumps(plan.to_json(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(PLAN_INVALID, file=str(path), rule="cannot_be_written", why=error.strerror or "") from error


def _print(value: object) -> None:
    say(json.dumps(value, ensure_ascii=False, indent=1))


def _progress() -> Callable[[Progress], None]:
    """Says how far a long solve has come, at most every other second."""
    said = time.monotonic()

    def report(seen: Progress) -> None:
        nonlocal said
        if time.monotonic() - said < EVERY:
            return
        said = time.monotonic()
        gap = max(0, seen.bound - seen.incumbent) / seen.bound * 100 if seen.bound else 0.0
        text = N_("best {best}, bound {bound}, gap {gap} %, {nodes} nodes")
        figures = {"best": f"{seen.incumbent:,}", "bound": f"{seen.bound:,}", "gap": f"{gap:.4f}", "nodes": seen.nodes}
        print(translate(text, **figures), file=sys.stderr, flush=True)

    return report
