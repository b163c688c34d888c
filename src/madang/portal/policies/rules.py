"""Allocation policies as values: drafts that are checked, edited rule by rule, and moved by one number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from madang.allocation.document import read_rules
from madang.allocation.parts import INVALID, MonthCapacity, Pool, Reference, Rule
from madang.allocation.policies import (
    ECDF,
    Fair,
    Policy,
    Portfolio,
    Rank,
    Scaled,
    Tiers,
    policy_from_json,
    policy_json,
    refuse_what_needs_a_portfolio,
)
from madang.allocation.problem import Problem
from madang.errors import Refused
from madang.portal.policies.rates import Source, kept_grounds
from madang.reading import Node
from madang.values import Month

Document = Mapping[str, Any]
# How whole numbers are written for people: so many of what is stored make one of what is shown.
SCALES = {
    "score": 1000, "points": 1000, "thousandths": 10, "rate": 10, "risk": 10, "units": 1,
    "whole": 1000, "lottery": 1000, "low": 1000, "high": 1000, "above": 1000, "gap": 10_000,
    "floor": 10, "slope": 10, "decay": 10, "free": 1, "turn": 1, "power": 1,
}  # fmt: skip
LARGEST = 10**9
RANGES = {
    "score": (0, LARGEST), "points": (-LARGEST, LARGEST), "thousandths": (0, 1000), "rate": (0, 1000),
    "risk": (0, 1000), "units": (0, LARGEST), "whole": (0, LARGEST), "lottery": (0, LARGEST), "low": (0, LARGEST),
    "high": (1, LARGEST), "above": (0, LARGEST), "gap": (0, 1_000_000), "floor": (0, 1000), "slope": (0, 10_000),
    "decay": (0, 1000), "free": (0, LARGEST), "turn": (1, LARGEST), "power": (1, 3),
}  # fmt: skip
OVERBOOKED = (1000, 3000)
# The numbers of each kind of policy, in the order in which they are asked for.
NUMBERS: Mapping[str, tuple[str, ...]] = {
    "rank": (),
    "tiers": ("whole", "lottery"),
    "scaled": ("floor", "slope", "turn", "decay", "free", "low", "high"),
    "portfolio": ("above", "power", "gap"),
    "fair": ("gap",),
}
# Which of them a function of scaling uses.
NUMBERS_OF = {"ecdf": ("floor", "slope", "turn", "decay", "free"), "linear": ("low", "high"), "brackets": ()}
DEFAULTS: Mapping[str, Policy] = {
    "rank": Rank(),
    "tiers": Tiers(whole=80_000, lottery=60_000),
    # floor and slope: whoever is placed best keeps all, whoever is placed last a third
    "scaled": Scaled(ECDF, floor=333, slope=667, turn=1000, decay=500, low=60_000, high=90_000),
    "portfolio": Portfolio(gap=2_000),
    "fair": Fair(gap=2_000),
}
# What a name may hold: it stands in the plan's document and in lists of names.
NAME = re.compile(r"^[a-z0-9][-a-z0-9_]{0,39}$")
MOST_RULES = 40
MOST_POLICIES = 40


@dataclass(frozen=True)
class Draft:
    """One version of a policy: names, the library's policy and rules as JSON, and the unit that pools are compared in.

    `reference` is {"name": …, "thousandths": {pool: …}} or None, where every unit counts alike. `rates` says of each
    rule of overbooking, by its name, what its rate of use rests on.
    """

    name_ko: str
    name_en: str
    policy: Document
    rules: Sequence[Document] = ()
    reference: Document | None = None
    rates: Document = field(default_factory=dict)


def checked(draft: Draft, pools: Iterable[str]) -> Draft:
    """The draft with every default written out. `pools`: the codes that rules may name.

    Refused: "policy_nameless", "rule_name_unfit", "too_many_rules", "rate_without_reason", "allocation_policy_invalid"
    and "allocation_problem_invalid", which name field and rule.
    """
    if not (draft.name_ko.strip() and draft.name_en.strip()):
        raise Refused("policy_nameless")
    if len(draft.rules) > MOST_RULES:
        raise Refused("too_many_rules", most=MOST_RULES)
    policy = policy_from_json(dict(draft.policy))
    rules = read_rules(Node(list(draft.rules), "rules", "-", INVALID))
    for index, rule in enumerate(rules):
        if not NAME.match(rule.name):
            raise Refused("rule_name_unfit", field=f"rules[{index}].name", name=rule.name[:60])
    reference = _reference(draft.reference)
    codes = sorted({*pools, *(reference.thousandths if reference else ())})
    empty = {Month(2000, 1): MonthCapacity(0, 0)}
    stand_in = Problem(tuple(Pool(code, "gpu", empty) for code in codes), (), (), rules, _over(reference, codes))
    refuse_what_needs_a_portfolio(stand_in, policy)
    return replace(
        draft,
        name_ko=draft.name_ko.strip(),
        name_en=draft.name_en.strip(),
        policy=policy_json(policy),
        rules=[rule_json(rule) for rule in rules],
        reference=reference_json(reference),
        rates=kept_grounds([rule_json(rule) for rule in rules], draft.rates),
    )


def _reference(given: Document | None) -> Reference | None:
    if given is None:
        return None
    node = Node(dict(given), "reference", "-", INVALID)
    node.only("name", "thousandths")
    return Reference(node.at("name").text(), node.at("thousandths").numbers())


def _over(reference: Reference | None, pools: Iterable[str]) -> Reference | None:
    """The reference unit over exactly these pools; a pool that it does not name counts like the unit itself."""
    if reference is None:
        return None
    return Reference(reference.name, {code: reference.thousandths.get(code, 1000) for code in pools})


def reference_json(reference: Reference | None) -> dict[str, Any] | None:
    return {"name": reference.name, "thousandths": dict(reference.thousandths)} if reference else None


def rule_json(rule: Rule) -> dict[str, Any]:
    """The library's rule as it is kept."""
    params = {name: dict(value) if isinstance(value, Mapping) else value for name, value in rule.params.items()}
    return {"name": rule.name, "kind": rule.kind, "sentence": dict(rule.sentence), "params": params}


def ruled(problem: Problem, rules: Sequence[Document], reference: Document | None, policy: Policy) -> Problem:
    """A problem with a policy's own rules after those of its call, and pools compared in its unit.

    A rule about a pool that nobody asks for binds nobody and is left out. Refused as `checked`.
    """
    pools = [pool.code for pool in problem.pools]
    own = read_rules(Node(list(rules), "rules", "-", INVALID))
    fitting = tuple(rule for rule in own if rule.pool is None or rule.pool in pools)
    found = replace(problem, rules=(*problem.rules, *fitting), reference=_over(_reference(reference), pools))
    refuse_what_needs_a_portfolio(found, policy)
    return found


def with_rule(draft: Draft, rule: Document, instead_of: str | None = None, ground: Document | None = None) -> Draft:
    """The draft with a rule more, or with another in the place of the one of this name; `ground`: of its rate of use.

    Refused "rule_name_taken" where another rule has the name, "rule_not_there".
    """
    names = [one["name"] for one in draft.rules]
    if instead_of is not None and instead_of not in names:
        raise Refused("rule_not_there", name=instead_of)
    if rule["name"] in names and rule["name"] != instead_of:
        raise Refused("rule_name_taken", field="name", name=rule["name"])
    rules = [rule if one["name"] == instead_of else one for one in draft.rules]
    rates = {**draft.rates, rule["name"]: ground} if ground else draft.rates
    return replace(draft, rules=rules if instead_of is not None else [*rules, rule], rates=rates)


def without_rule(draft: Draft, name: str) -> Draft:
    """The draft without one of its rules."""
    return replace(draft, rules=[one for one in draft.rules if one["name"] != name])


def rule_up(draft: Draft, name: str) -> Draft:
    """The draft with a rule one place further up: of a contradiction, the rules that stand first are named."""
    rules = list(draft.rules)
    place = next((n for n, one in enumerate(rules) if one["name"] == name), 0)
    if place:
        rules[place - 1], rules[place] = rules[place], rules[place - 1]
    return replace(draft, rules=rules)


def free_name(kind: str, taken: Iterable[str]) -> str:
    """A name that no rule has yet: "budget", then "budget-2"."""
    stem, names = kind.replace("_", "-"), set(taken)
    number = 1
    while (name := stem if number == 1 else f"{stem}-{number}") in names:
        number += 1
    return name


@dataclass(frozen=True)
class Lever:
    """One number that can be moved: of a rule by its name, or of the policy itself where `rule` is empty."""

    rule: str
    param: str
    value: int
    low: int
    high: int
    kind: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        return f"{self.rule}.{self.param}"

    @property
    def scale(self) -> int:
        return SCALES[self.param]


def levers(policy: Document, rules: Sequence[Document]) -> list[Lever]:
    """Every number of a policy and of its rules that can be moved, in their order."""
    kind = str(policy["policy"])
    used = NUMBERS_OF[policy["function"]] if kind == "scaled" else NUMBERS[kind]
    found = [Lever("", name, int(policy[name]), *RANGES[name], kind=kind) for name in used]
    for rule in rules:
        for name, value in rule["params"].items():
            if name in SCALES:
                low, high = OVERBOOKED if (rule["kind"], name) == ("overbooking", "thousandths") else RANGES[name]
                found.append(Lever(rule["name"], name, int(value), low, high, kind=rule["kind"]))
    return found


def moved(draft: Draft, changes: Mapping[str, int]) -> Draft:
    """The draft with other numbers, by the levers' keys; sentences are the caller's to word anew.

    Refused: "lever_unknown" for a key that is none, "nothing_moved" where no number changes.
    """
    known = {lever.key: lever for lever in levers(draft.policy, draft.rules)}
    for key in changes:
        if key not in known:
            raise Refused("lever_unknown", name=key[:80])
    different = {key: value for key, value in changes.items() if known[key].value != value}
    if not different:
        raise Refused("nothing_moved")
    policy, rates = dict(draft.policy), dict(draft.rates)
    rules = [{**rule, "params": dict(rule["params"])} for rule in draft.rules]
    for key, value in different.items():
        lever = known[key]
        if lever.rule:
            next(rule for rule in rules if rule["name"] == lever.rule)["params"][lever.param] = value
            rates |= {lever.rule: {"source": str(Source.MOVED)}} if lever.param == "rate" else {}
        else:
            policy[lever.param] = value
    return replace(draft, policy=policy, rules=rules, rates=rates)
