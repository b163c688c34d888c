"""`madang allocate`: solves, checks, explains, compares and replays allocations from files, without the portal."""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn

from madang.allocation.check import Fault, check
from madang.allocation.child import solved
from madang.allocation.conflicts import contradiction
from madang.allocation.plan import INVALID as PLAN_INVALID
from madang.allocation.plan import KEPT, Plan
from madang.allocation.policies import INVALID as POLICY_INVALID
from madang.allocation.policies import Fair, Policy, Portfolio, Rank, Scaled, policy_from_json
from madang.allocation.problem import Problem
from madang.allocation.refusals import fault, refusal
from madang.allocation.replay import Replayed, replay
from madang.allocation.solve import Progress, solve
from madang.cli import allocate_answers as answers
from madang.cli.language import N_, language, say, translate
from madang.errors import Refused
from madang.lots import commitment
from madang.reading import NOWHERE, read_json

FINE, WRONG, REFUSED = 0, 1, 2
PAUSE = 2.0  # seconds between lines of progress
SOLVING = "policy overflow rules seed commitment work_limit time_limit out language"
EVERY = f"{SOLVING} changes draws pool rate risk json".split()
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
    "madang allocate conflicts PROBLEM [--policy …]: the smallest set of rules that cannot hold together\n"
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
    parser.add_argument("--draws", type=int, help=translate(N_("sensitivity: how often scores are drawn (200)")))
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
    parser.add_argument(
        "--work-limit",
        type=int,
        help=translate(N_("portfolio, fair: most nodes of each search, of a solve or of explain --changes")),
    )
    parser.add_argument(
        "--time-limit",
        type=float,
        help=translate(N_("portfolio, fair: seconds; the best plan found until then is taken")),
    )
    parser.add_argument("--out", metavar="PLAN", type=Path, help=translate(N_("where the plan is written")))


class Form(NamedTuple):
    """One form of the command: what it does, the options it reads, whether a problem comes first, how many plans."""

    run: Run
    options: str
    problem: bool = False
    plans: tuple[int, int] = (0, 0)


def _form(given: argparse.Namespace) -> Form:
    """The form that the words ask for; sorts the files after its word into those of the problem and of plans."""
    forms = {
        "check": Form(_check, "rules language json", True, (1, 1)),
        "explain": Form(answers.explained, "changes work_limit language json", plans=(1, 1)),
        "compare": Form(answers.compared, "json", plans=(2, 6)),
        "costs": Form(answers.costed, "json", plans=(1, 1)),
        "sensitivity": Form(answers.redrawn, "draws seed json", plans=(1, 1)),
        "months": Form(answers.monthly, "json", plans=(1, 1)),
        "conflicts": Form(_conflicts, "policy overflow rules language json", True),
        "overbook": Form(_overbook, "policy overflow rules pool rate risk seed language json", True),
        "commit": Form(_commit, "seed json"),
    }
    first, *rest = given.words
    form = forms.get(first)
    if given.replay:
        form = Form(_replay, "json", plans=(1, 1))
    elif form is None:
        form = Form(_solve, SOLVING, True)
    files = rest if first in forms and not given.replay else given.words
    count = _tables(files) if form.problem else 0
    given.problem, given.plans = files[:count], files[count:]
    return form


def _tables(files: list[str]) -> int:
    """How many files a problem is: one, or two where the first is a table."""
    return 2 if files and files[0].lower().endswith(".csv") else 1


def run(given: argparse.Namespace, misused: Callable[[str], object]) -> int:
    """Carries out one form of the command. `misused` ends it with status 2 when the words make no form."""
    form = _form(given)
    least, most = form.plans
    if not least <= len(given.plans) <= most or len(given.problem) != (_tables(given.problem) if form.problem else 0):
        misused(translate(N_("wrong number of files; see madang allocate --help")))
    if given.rules and len(given.problem) != 2:
        misused(translate(N_("--rules goes with two tables; a problem in JSON holds its own rules")))
    idle = [name for name in EVERY if vars(given)[name] not in (None, False) and name not in form.options.split()]
    if idle:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in idle)
        misused(translate(N_("without effect here: {options}; see madang allocate --help"), options=options))
    if form.run is _solve and not (given.policy and given.out):
        misused(translate(N_("solving needs --policy and --out")))
    if form.run is _overbook and None in (given.policy, given.pool, given.rate, given.risk):
        misused(translate(N_("overbook needs --policy, --pool, --rate and --risk")))
    try:
        return form.run(given)
    except Refused as refused:
        say(refusal(refused, given.language or language()), error=True)
        return REFUSED


def _solve(given: argparse.Namespace) -> int:
    policy, seed = _policy(given), given.seed or 0
    _limited(given, policy)
    problem = answers.problem_in(given)
    if given.commitment and commitment(seed) != given.commitment:
        _refuse("--seed", "seed_breaks_commitment", known=given.commitment)
    more = {"seed": seed, "commitment": given.commitment}
    try:
        if isinstance(policy, Portfolio | Fair):
            limits = {"work_limit": given.work_limit, "time_limit": given.time_limit}
            plan = solved(problem, policy, progress=_progress(), **more, **limits)
        else:
            plan = solve(problem, policy, **more)
    except Refused as refused:
        raise Refused(refused.code, **{**refused.facts, "file": given.problem[0]}) from None
    _write(plan, given.out)
    figures = {"granted": len(plan.grants), "requests": len(problem.requests), "objective": f"{plan.objective:,}"}
    text = N_("{granted} of {requests} requests are given something; worth {objective}. Written to {file}.")
    say(translate(text, file=given.out, **figures))
    if isinstance(policy, Portfolio | Fair):
        say(_proof(plan))
    if not any(outcome != KEPT for name, outcome in plan.outcomes.items() if name in plan.grant):
        _tell_conflict(problem, contradiction(problem, policy))
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


def _tell_conflict(problem: Problem, names: tuple[str, ...]) -> None:
    text = N_("These rules cannot hold together, so that nobody can be given anything: {names}")
    if any(request.fixed for request in problem.requests):
        text = N_("These rules and the accepted awards cannot hold together, or leave nobody else anything: {names}")
    if names:
        say(translate(text, names=", ".join(names)), error=True)


def _conflicts(given: argparse.Namespace) -> int:
    problem = answers.problem_in(given)
    names = contradiction(problem, _policy(given) if given.policy else None)
    if given.json:
        answers.as_json(names)
    elif names:
        _tell_conflict(problem, names)
    else:
        say(translate(N_("The rules can hold together.")))
    return WRONG if names else FINE


def _overbook(given: argparse.Namespace) -> int:
    return answers.overbooked(given, _policy(given))


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
    found = check(answers.problem_in(given), answers.plan_in(given.plans[0]))
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
    again = replay(answers.plan_in(given.plans[0]))
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


def _policy(given: argparse.Namespace) -> Policy:
    """The policy that is named, or stands in a file; `--overflow` is for a `rank` by name alone."""
    named: dict[str, Policy] = {
        "rank": Rank(overflow=given.overflow or "skip"),
        "scaled": Scaled(),
        "portfolio": Portfolio(),
        "fair": Fair(),
    }
    if given.overflow and given.policy != "rank":
        _refuse("--overflow", "goes_with_rank")
    if given.policy in named:
        return named[given.policy]
    if given.policy == "tiers":
        _refuse("--policy tiers", "needs_a_file", known='{"policy": "tiers", "whole": 90000, "lottery": 60000}')
    if not Path(given.policy).exists() and not Path(given.policy).suffix:
        _refuse(f"--policy {given.policy}", "policy_is_not_known", known=", ".join((*named, "FILE")))
    return policy_from_json(read_json(Path(given.policy), POLICY_INVALID), given.policy)


def _limited(given: argparse.Namespace, policy: Policy) -> None:
    """Limits that nothing could be done within, or that limit nothing, are refused before anything is solved."""
    for name, least, rule in (("work_limit", 0, "must_not_be_below_zero"), ("time_limit", 1e-9, "must_be_above_zero")):
        limit, option = vars(given)[name], f"--{name.replace('_', '-')}"
        if limit is not None and not isinstance(policy, Portfolio | Fair):
            _refuse(option, "limits_no_list", policy=policy.name)
        if limit is not None and limit < least:
            _refuse(option, rule)


def _refuse(option: str, rule: str, **facts: object) -> NoReturn:
    raise Refused(POLICY_INVALID, file=NOWHERE, field=option, rule=rule, **facts)


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
        if time.monotonic() - said < PAUSE:
            return
        said = time.monotonic()
        gap = max(0, seen.bound - seen.incumbent) / seen.bound * 100 if seen.bound else 0.0
        figures = {"best": f"{seen.incumbent:,}", "bound": f"{seen.bound:,}", "gap": f"{gap:.4f}"}
        print(translate(N_("best {best}, bound {bound}, gap {gap} %"), **figures), file=sys.stderr, flush=True)

    return report
