"""What a committee's people script: policies as files, plans proposed, stopped, moved by a number, and questioned."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from madang.cli.client import client
from madang.cli.language import N_, say, translate
from madang.cli.output import instant, plain, progress, show, table
from madang.client.transport import Transport
from madang.errors import Refused

Add = Callable[..., argparse.ArgumentParser]
SECONDS_BETWEEN = 1.0
STANDARD = ("rank_skip", "rank_stop", "portfolio")
STUDIES = ("costs", "noise", "changes", "overbooking")


def register(commands: Any, add: Add) -> None:
    """Adds the commands."""
    policies = add(commands, "policies", N_("List a round's allocation policies, or write one."), _policies, json=True)
    policies.add_argument("intake", type=int, metavar="ROUND", help=translate(N_("a round's number here")))
    policies.add_argument("--write", type=Path, metavar="FILE", help=translate(N_("a policy as a JSON document")))
    policies.add_argument("--over", type=int, metavar="POLICY", help=translate(N_("as a further version of this one")))
    policies.add_argument("--withdraw", type=int, metavar="POLICY", help=translate(N_("take one off the list")))
    policies.add_argument(
        "--commit-seed", action="store_true", help=translate(N_("draw the lottery's seed and publish its digest"))
    )
    propose = add(commands, "propose", N_("Have a round solved; prints what the plan gives."), _propose, json=True)
    propose.add_argument("intake", type=int, metavar="ROUND", help=translate(N_("a round's number here")))
    propose.add_argument(
        "--policy", required=True, action="append", metavar="POLICY",
        help=translate(N_("rank_skip, rank_stop, portfolio, or a policy's number; up to six times")),
    )  # fmt: skip
    propose.add_argument("--seed", type=int, default=0, help=translate(N_("of the lottery between equals")))
    propose.add_argument("--hand-over", metavar="COMMENT", help=translate(N_("then lay it before an approver")))
    propose.set_defaults(misused=propose.error)
    stop = add(commands, "stop", N_("Stop the solving of a plan, or questions about it."), _stop, json=True)
    stop.add_argument("plan", type=int, metavar="PLAN")
    stop.add_argument("kinds", nargs="*", metavar="QUESTION", help=", ".join(STUDIES))
    stop.set_defaults(misused=stop.error)
    move = add(commands, "move", N_("Solve a plan again with another number, and compare."), _move, json=True)
    move.add_argument("plan", type=int, metavar="PLAN")
    move.add_argument("changes", nargs="+", metavar="RULE.NUMBER=VALUE", help=translate(N_("such as budget.units=96")))
    move.set_defaults(misused=move.error)
    ask = add(
        commands, "ask", N_("Ask what a committee asks of a plan; prints the answers that are there."), _ask, json=True
    )
    ask.add_argument("plan", type=int, metavar="PLAN")
    ask.add_argument("kinds", nargs="*", metavar="QUESTION", help=", ".join(STUDIES))
    ask.set_defaults(misused=ask.error)


def _policies(given: argparse.Namespace) -> int:
    with client() as api:
        if given.commit_seed:
            made = api.post(f"intakes/{given.intake}/seed")
            show(given, made, translate(N_("Publish before the lottery: {digest}"), digest=made["commitment"]))
            return 0
        if given.withdraw is not None:
            made = api.post(f"policies/{given.withdraw}/withdrawal")
            show(given, made, translate(N_("The policy is off the list. Plans that used it keep it.")))
            return 0
        if given.write is not None:
            place = f"intakes/{given.intake}/policies" if given.over is None else f"policies/{given.over}/versions"
            made = api.post(place, _document(given.write))
            text = N_("Policy {number}, version {version}, is written; propose plans with --policy {id}.")
            show(given, made, translate(text, number=made["number"], version=made["version"], id=made["id"]))
            return 0
        rows = list(api.items(f"intakes/{given.intake}/policies"))
    heads = [N_("Policy"), N_("Name"), N_("Kind"), N_("Rules"), N_("Written")]
    lines = [
        [row["id"], row["name_en"], row["policy"]["policy"], len(row["rules"]), instant(row["made_at"])] for row in rows
    ]
    show(given, rows, table([translate(head) for head in heads], lines) if rows else translate(N_("No policies.")))
    return 0


def _document(path: Path) -> Any:
    """The file's content. Refused: ``file_not_there``, ``policy_not_json``."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Refused("file_not_there", file=str(path)) from error
    except (OSError, ValueError) as error:
        raise Refused("policy_not_json", file=str(path), why=str(error)) from error


def _propose(given: argparse.Namespace) -> int:
    policies = [one if one in STANDARD else _number(given, one) for one in given.policy]
    with client() as api:
        plans = api.post(f"intakes/{given.intake}/plans/several", {"policies": policies, "seed": given.seed})
        plans = [_solved(api, plan) for plan in plans]
        if len(plans) > 1:
            return _several(given, api, plans)
        (plan,) = plans
        if plan["state"] != "checked":
            return _nothing(plan)
        outcomes = list(api.items(f"plans/{plan['id']}/outcomes"))
        if given.hand_over is not None:
            plan["approval"] = api.post(f"plans/{plan['id']}/adoption", {"comment": given.hand_over})["approval"]
    show(given, plan | {"outcomes": outcomes}, _outcomes_text(plan, outcomes))
    return 0


def _number(given: argparse.Namespace, text: str) -> int:
    if not text.isdecimal():
        given.misused(translate(N_("{text} is neither a standard policy nor a policy's number"), text=text))
    return int(text)


def _solved(api: Transport, plan: dict[str, Any]) -> dict[str, Any]:
    """The plan once it is no longer being solved."""
    progress(translate(N_("Plan {number} is being solved …"), number=plan["number"]))
    while plan["state"] == "solving":
        time.sleep(SECONDS_BETWEEN)
        plan = api.get(f"plans/{plan['id']}/status")
    return plan


def _nothing(plan: dict[str, Any]) -> int:
    say(plain("\n".join([translate(N_("There is no plan to adopt.")), plan["failure"], *plan["faults"]])))
    return 1


def _several(given: argparse.Namespace, api: Transport, plans: list[dict[str, Any]]) -> int:
    """Prints plans side by side; those that failed by why they did. Status 1 where any did."""
    solved = [plan for plan in plans if plan["state"] == "checked"]
    found = api.get(f"intakes/{given.intake}/comparison", plan=[p["id"] for p in solved]) if len(solved) > 1 else None
    show(given, {"plans": plans, "comparison": found}, _compared_text(plans, found))
    return 0 if len(solved) == len(plans) else 1


def _compared_text(plans: Iterable[dict[str, Any]], found: dict[str, Any] | None) -> str:
    known = {one["plan"]: one for one in found["plans"]} if found else {}
    heads = [N_("Plan"), N_("State"), N_("Selected"), N_("Score × units × months"), N_("Why")]
    lines = []
    for plan in plans:
        figures = known.get(plan["id"], {})
        worth = f"{figures['worth'] // 1000:,}" if figures else "–"
        lines.append([plan["id"], plan["state"], figures.get("granted", "–"), worth, plan["failure"]])
    parts = [table([translate(head) for head in heads], lines)]
    if found:
        parts.append(translate(N_("Applications that fare differently: {count}."), count=found["differing"]))
    return "\n".join(parts)


def _outcomes_text(plan: dict[str, Any], outcomes: list[dict[str, Any]]) -> str:
    head = translate(N_("Plan {number} is solved, and the checker found no fault."), number=plan["number"])
    heads = [N_("Application"), N_("Outcome"), N_("Given"), N_("Reason")]
    lines = [
        [row["application"] or row["request"], row["outcome_in_words"], _given(row), row["reason"]] for row in outcomes
    ]
    parts = [head, table([translate(one) for one in heads], lines)]
    if plan.get("approval"):
        text = N_("It waits for an approver: madang approve {number} --document …")
        parts.append(translate(text, number=plan["approval"]))
    return "\n".join(parts)


def _given(row: dict[str, Any]) -> str:
    return ", ".join(f"{part['given']}/{part['asked']} {part['product']}" for part in row["parts"])


def _stop(given: argparse.Namespace) -> int:
    _known_questions(given)
    with client() as api:
        if given.kinds:
            rows = [api.post(f"plans/{given.plan}/studies/{kind}/stop") for kind in given.kinds]
            show(given, rows, translate(N_("Stopped. Asked again, a question goes on from what was found.")))
            return 0
        plan = api.post(f"plans/{given.plan}/cancellation")
    show(given, plan, translate(N_("Solving of plan {number} was stopped."), number=plan["number"]))
    return 0


def _move(given: argparse.Namespace) -> int:
    changes = {}
    for text in given.changes:
        key, equals, value = text.rpartition("=")
        if not equals or not value.lstrip("-").isdecimal():
            given.misused(translate(N_("{text} is not RULE.NUMBER=VALUE with a whole number"), text=text))
        changes[key] = int(value)
    with client() as api:
        before = api.get(f"plans/{given.plan}/status")
        plan = _solved(api, api.post(f"plans/{given.plan}/moves", {"changes": changes}))
        if plan["state"] != "checked":
            return _nothing(plan)
        found = api.get(f"intakes/{plan['intake']}/comparison", plan=[before["id"], plan["id"]])
    gains = sum(line["change"] > 0 for line in found["applications"])
    losses = sum(line["change"] < 0 for line in found["applications"])
    text = translate(N_("Gain by the move: {gains}. Lose by it: {losses}."), gains=gains, losses=losses)
    show(given, {"plan": plan, "comparison": found}, f"{_compared_text([before, plan], found)}\n{text}")
    return 0


def _known_questions(given: argparse.Namespace) -> None:
    for kind in given.kinds:
        if kind not in STUDIES:
            given.misused(translate(N_("there is no question {kind}"), kind=kind))


def _ask(given: argparse.Namespace) -> int:
    _known_questions(given)
    with client() as api:
        if given.kinds:
            api.post(f"plans/{given.plan}/studies", {"kinds": given.kinds})
        known = api.get(f"plans/{given.plan}/studies")
        rows = [api.get(f"plans/{given.plan}/studies/{row['kind']}") for row in known]
    heads = [N_("Question"), N_("State"), N_("Done"), N_("Why")]
    lines = [[row["kind"], row["state"], _done(row), row["failure"]] for row in rows]
    if not rows:
        show(given, rows, translate(N_("Nothing was asked about this plan yet.")))
        return 0
    parts = [table([translate(head) for head in heads], lines)]
    parts += [_answer(row["result"]) for row in rows if row["result"] is not None]
    show(given, rows, "\n\n".join(parts))
    return 0


def _answer(result: dict[str, Any]) -> str:
    """An answer's main figures; --json has all of it."""
    if "costs" in result:
        heads = [N_("Rule"), N_("What it costs"), N_("Gain without it"), N_("Lose without it")]
        lines = [[one["rule"], _cost(one), len(one["gain"]), len(one["lose"])] for one in result["costs"]]
        return table([translate(head) for head in heads], lines)
    if "times" in result:
        unsure = sum(0 < times < result["draws"] for times in result["times"].values())
        text = N_("Selected in some of the {draws} draws but not in all: {count}.")
        return translate(text, draws=result["draws"], count=unsure)
    if "changes" in result:
        return translate(N_("Applicants whose nearest change is known: {count}."), count=len(result["changes"]))
    heads = [N_("Rule"), N_("Month"), N_("Chance, millionths")]
    lines = [[one["rule"], month, chance] for one in result["overbooking"] for month, chance in one["months"]]
    return table([translate(head) for head in heads], lines)


def _cost(one: dict[str, Any]) -> str:
    """Thousandths of the objective's unit, shown in whole units; a dash where nothing could be solved without it."""
    return "–" if one["without"] is None else f"{(one['without'] - one['objective']) // 1000:,}"


def _done(row: dict[str, Any]) -> str:
    if row["done_at"]:
        return instant(row["done_at"])
    seen = row["progress"]
    return f"{seen['done']} / {seen['of']}" if seen else "–"
