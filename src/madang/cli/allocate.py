"""`madang allocate`: solves, checks, explains, compares and replays allocations from files, without the portal."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path

from madang.allocation.check import Fault, check
from madang.allocation.child import solved
from madang.allocation.conflicts import contradiction
from madang.allocation.plan import INVALID as PLAN_INVALID
from madang.allocation.plan import KEPT, Plan
from madang.allocation.policies import INVALID as POLICY_INVALID
from madang.allocation.policies import Fair, Policy, Portfolio, Rank, Scaled, policy_from_json
from madang.allocation.problem import INVALID as PROBLEM_INVALID
from madang.allocation.problem import Problem
from madang.allocation.reading import read_json
from madang.allocation.refusals import fault, refusal
from madang.allocation.replay import Replayed, replay
from madang.allocation.solve import Progress, solve
from madang.allocation.tables import read_tables
from madang.cli import allocate_answers as answers
from madang.cli.language import N_, language, say, translate
from madang.errors import Refused
from madang.lots import commitment

FINE, WRONG, REFUSED = 0, 1, 2
EVERY = 2.0  # seconds between lines of progress
SECRET_BITS = 128
HELP = N_("solve, check, explain, compare and replay an allocation, from files")
FORMS = N_(
    "madang allocate PROBLEM --policy NAME|FILE --out PLAN: solve\n"
    "madang allocate POOLS.csv REQUESTS.csv --rules RULES …: the same from two tables\n"
    "madang allocate check PROBLEM PLAN: find every fault of a plan\n"
    "madang allocate explain PLAN: the reason of every request\n"
    "madang allocate compare PLAN PLAN…: two to six plans side by side\n"
    "madang allocate costs PLAN: what each rule costs, and who fares differently without it\n"
    "madang allocate sensitivity PLAN: who would be selected if scores were drawn anew within their errors\n"
    "madang allocate months PLAN: demand and awards against capacity, month by month\n"
    "madang allocate conflicts PROBLEM: the smallest set of rules that cannot hold together\n"
    "madang allocate overbook PROBLEM --policy … --pool P --rate N --risk N: how far beyond what is funded\n"
    "madang allocate commit: a secret seed, and what is published of it before a lottery\n"
    "madang allocate --replay PLAN: solve a stored plan again and compare\n"
    "A problem in a file named like one of these words is written ./check and so on."
)
Run = Callable[[argparse.Namespace], int]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command; its `run` gives 0 when all is well, 1 for a fault or a difference, 2 for a refusal."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = subparsers.add_parser(
        "allocate", help=translate(HELP), description=translate(FORMS), formatter_class=formatter
    )
    parser.add_argument("words", nargs="+", metavar="FILE", help=translate(N_("problem or plan, as above")))
    _solving_options(parser)
    parser.add_argument(
        "--replay",
        action="store_true",
        help=translate(N_("solve the plan again from its own problem, policy and seed")),
    )
    parser.add_argument(
        "--changes",
        action="store_true",
        help=translate(N_("explain: also say which nearest change would have altered the answer")),
    )
    parser.add_argument("--draws", type=int, default=200, help=translate(N_("sensitivity: how often scores are drawn")))
    parser.add_argument("--pool", help=translate(N_("overbook: the pool")))
    parser.add_argument("--rate", type=int, help=translate(N_("overbook: thousandths of what is awarded that is used")))
    parser.add_argument("--risk", type=int, help=translate(N_("overbook: thousandths of risk that are accepted")))
    parser.add_argument("--language", choices=("en", "ko"), help=translate(N_("language of the reasons")))
    parser.add_argument("--json", action="store_true", help=translate(N_("print JSON instead of sentences")))
    parser.set_defaults(run=lambda given: run(given, parser.error))


def _solving_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--policy", metavar="NAME|FILE", help=translate(N_("rank, scaled, portfolio, fair, or a policy's JSON file"))
    )
    parser.add_argument(
        "--overflow",
        choices=("skip", "stop"),
        help=translate(N_("rank: what does not fit is skipped or ends the list")),
    )
    parser.add_argument("--rules", type=Path, help=translate(N_("a JSON list of rules, beside two tables")))
    parser.add_argument("--seed", type=int, help=translate(N_("seed of the lottery that breaks last ties")))
    parser.add_argument("--commitment", help=translate(N_("what was published of the seed before the lottery")))
    parser.add_argument("--work-limit", type=int, help=translate(N_("portfolio, fair: most work of the search")))
    parser.add_argument(
        "--time-limit",
        type=float,
        help=translate(N_("portfolio, fair: seconds; the best plan found until then is taken")),
    )
    parser.add_argument("--out", metavar="PLAN", type=Path, help=translate(N_("where the plan is written")))


def run(given: argparse.Namespace, misused: Callable[[str], object]) -> int:
    """Carries out one form of the command. `misused` ends it with status 2 when the words make no form."""
    first, rest = given.words[0], given.words[1:]
    forms: dict[str, tuple[int, int, Run]] = {
        "check": (2, 2, _check),
        "explain": (1, 1, answers.explained),
        "compare": (2, 6, answers.compared),
        "costs": (1, 1, answers.costed),
        "sensitivity": (1, 1, answers.redrawn),
        "months": (1, 1, answers.monthly),
        "conflicts": (1, 1, _conflicts),
        "overbook": (1, 1, _overbook),
        "commit": (0, 0, _commit),
    }
    least, most, form = forms.get(first, (0, 1, _solve))
    if given.replay:
        least, most, form = 0, 0, _replay
    if not least <= len(rest) <= most or (form is _solve and len(rest) != first.lower().endswith(".csv")):
        misused(translate(N_("wrong number of files; see madang allocate --help")))
    if form is _solve and not (given.policy and given.out):
        misused(translate(N_("solving needs --policy and --out")))
    if form is _overbook and None in (given.policy, given.pool, given.rate, given.risk):
        misused(translate(N_("overbook needs --policy, --pool, --rate and --risk")))
    try:
        return form(given)
    except Refused as refused:
        say(refusal(refused, given.language or language()), error=True)
        return REFUSED


def _solve(given: argparse.Namespace) -> int:
    problem, policy, seed = _problem(given.words, given.rules), _policy(given), given.seed or 0
    if given.commitment and commitment(seed) != given.commitment:
        raise Refused(POLICY_INVALID, file="-", field="seed", rule="seed_breaks_commitment", known=given.commitment)
    more = {"seed": seed, "commitment": given.commitment}
    try:
        if isinstance(policy, Portfolio | Fair):
            limits = {"work_limit": given.work_limit, "time_limit": given.time_limit}
            plan = solved(problem, policy, progress=_progress(), **more, **limits)
        else:
            plan = solve(problem, policy, **more)
    except Refused as refused:
        raise Refused(refused.code, **{**refused.facts, "file": given.words[0]}) from None
    _write(plan, given.out)
    figures = {"granted": len(plan.grants), "requests": len(problem.requests), "objective": f"{plan.objective:,}"}
    text = N_("{granted} of {requests} requests are given something; worth {objective}. Written to {file}.")
    say(translate(text, file=given.out, **figures))
    if isinstance(policy, Portfolio | Fair):
        say(_proof(plan))
    if not any(outcome != KEPT for name, outcome in plan.outcomes.items() if name in plan.grant):
        _tell_conflict(problem)
    return _tell(check(problem, plan), given)


def _proof(plan: Plan) -> str:
    if plan.gap is None:
        return translate(N_("Not proven: nothing is known of how much more a plan could be worth."))
    if plan.gap == 0:
        return translate(N_("Proven: no plan is worth more."))
    gap, bound = f"{plan.gap / 10_000:.4f}", f"{plan.bound or 0:,}"
    if plan.proven:
        return translate(N_("Proven: no plan is worth more than {bound} ({gap} % more)."), bound=bound, gap=gap)
    return translate(
        N_("Not proven to the stated gap: a plan could be worth up to {bound} ({gap} % more)."), bound=bound, gap=gap
    )


def _tell_conflict(problem: Problem) -> bool:
    names = contradiction(problem)
    if names:
        text = N_("These rules cannot hold together, so that nobody can be given anything: {names}")
        say(translate(text, names=", ".join(names)), error=True)
    return bool(names)


def _conflicts(given: argparse.Namespace) -> int:
    if _tell_conflict(_problem(given.words[1:], given.rules)):
        return WRONG
    say(translate(N_("The rules can hold together.")))
    return FINE


def _overbook(given: argparse.Namespace) -> int:
    problem = _problem(given.words[1:], given.rules)
    return answers.overbooked(given, problem, _policy(given))


def _commit(given: argparse.Namespace) -> int:
    """Prints the seed, which stays secret until the lottery, and its digest, which is published before."""
    seed = given.seed if given.seed is not None else secrets.randbits(SECRET_BITS)
    if given.json:
        answers.as_json({"seed": seed, "commitment": commitment(seed)})
        return FINE
    say(translate(N_("Seed, secret until the lottery: {seed}"), seed=seed))
    say(translate(N_("Publish before the lottery: {digest}"), digest=commitment(seed)))
    return FINE


def _check(given: argparse.Namespace) -> int:
    found = check(_problem(given.words[1:2], None), answers.plan_in(given.words[2]))
    if not found and not given.json:
        say(translate(N_("No fault.")))
    return _tell(found, given, always=True)


def _tell(found: list[Fault], given: argparse.Namespace, *, always: bool = False) -> int:
    if given.json and always:
        answers.as_json([{"code": one.code, "facts": dict(one.facts)} for one in found])
    else:
        for one in found:
            say(fault(one, given.language or language()), error=not always)
    return WRONG if found else FINE


def _replay(given: argparse.Namespace) -> int:
    again = replay(answers.plan_in(given.words[0]))
    if given.json:
        answers.as_json({"same": again.same, "differences": [vars(one) for one in again.differences]})
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


def _problem(words: list[str], rules: Path | None) -> Problem:
    """The problem in one JSON file, or in a table of pools and one of requests."""
    if len(words) == 2:
        return read_tables(Path(words[0]), Path(words[1]), rules)
    return Problem.from_json(read_json(Path(words[0]), PROBLEM_INVALID), words[0])


def _policy(given: argparse.Namespace) -> Policy:
    named: dict[str, Policy] = {
        "rank": Rank(overflow=given.overflow or "skip"),
        "scaled": Scaled(),
        "portfolio": Portfolio(),
        "fair": Fair(),
    }
    if given.policy in named:
        return named[given.policy]
    return policy_from_json(read_json(Path(given.policy), POLICY_INVALID), given.policy)


def _write(plan: Plan, path: Path) -> None:
    text = json.dumps(plan.to_json(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(PLAN_INVALID, file=str(path), rule="cannot_be_written", why=error.strerror or "") from error


def _progress() -> Callable[[Progress], None]:
    """Says how far a long solve has come, at most every other second."""
    said = time.monotonic()

    def report(seen: Progress) -> None:
        nonlocal said
        if time.monotonic() - said < EVERY:
            return
        said = time.monotonic()
        gap = max(0, seen.bound - seen.incumbent) / seen.bound * 100 if seen.bound else 0.0
        figures = {"best": f"{seen.incumbent:,}", "bound": f"{seen.bound:,}", "gap": f"{gap:.4f}"}
        print(translate(N_("best {best}, bound {bound}, gap {gap} %"), **figures), file=sys.stderr, flush=True)

    return report
