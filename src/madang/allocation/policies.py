"""The policies an allocation can follow, as values: how awards are chosen and how ties are broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from madang.allocation.parts import INVALID as PROBLEM_INVALID
from madang.allocation.parts import TOGETHER
from madang.allocation.problem import Problem
from madang.errors import Refused
from madang.reading import Node

Overflow = Literal["skip", "stop"]
SKIP: Overflow = "skip"
STOP: Overflow = "stop"
ECDF, LINEAR, BRACKETS = "ecdf", "linear", "brackets"
FUNCTIONS = (ECDF, LINEAR, BRACKETS)
ZERO, LEAST = "zero", "least"
COMPUTE, AWARDS = "compute", "awards"
MAX_MIN, NASH = "max_min", "nash"

SCORE = "score"
CRITERIA = "criteria"
SMALLER_ASK = "smaller_ask"
LOTTERY = "lottery"
CRITERION = "criterion:"
TIES = (SCORE, CRITERIA, SMALLER_ASK, LOTTERY)
DEFAULT_GAP = 0
DEFAULT_WORK = 20_000
INVALID = "allocation_policy_invalid"
LARGEST = 10**12


@dataclass(frozen=True)
class Rank:
    """Best first, all or nothing at the asked amounts, the first alternative and the earliest start that fit.

    `overflow`: what does not fit is skipped, or ends the list ("stop"): a pool (or budget) in which a request did not
    find its room is closed for everyone below. A request that only a share refuses is skipped in both. `ties`: the
    published keys, first one first (docs/allocation.md); a lottery always comes last.
    """

    overflow: Overflow = SKIP
    ties: tuple[str, ...] = TIES
    name: Literal["rank"] = "rank"


class Bracket(NamedTuple):
    """Of what is asked for up to `upto` (None: without end), beyond the bracket before, this many thousandths stay."""

    upto: int | None
    keep: int


@dataclass(frozen=True)
class Scaled:
    """Everyone's ask is cut by one published function of score and ask, then by pools until it fits.

    `function`: "ecdf" (Canada's: the share of the others who score less, `floor` + `slope` x that share in thousandths,
    x a decay in the ask, `decay` thousandths of A ÷ (`turn` + A), the first `free` of the ask never cut), "linear"
    (nothing at `low` points, everything at `high`) or "brackets" (of the ask, as an income tax). Asks and `turn`,
    `free` and the brackets' ends are in weighted units x months. `below`: who would fall under the least useful amount
    gets nothing ("zero") or the least ("least").
    """

    function: str = ECDF
    below: str = ZERO
    floor: int = 0
    slope: int = 1000
    turn: int = 1
    decay: int = 0
    free: int = 0
    low: int = 0
    high: int = 100_000
    brackets: tuple[Bracket, ...] = ()
    ties: tuple[str, ...] = TIES
    name: Literal["scaled"] = "scaled"


@dataclass(frozen=True)
class Tiers:
    """From `whole` points everyone in full, from `lottery` points by lot until a pool is used, below nobody.

    In both tiers what does not fit is skipped, or ends the list of its pool (`overflow`), as in `Rank`.
    """

    whole: int
    lottery: int
    overflow: Overflow = SKIP
    ties: tuple[str, ...] = TIES
    name: Literal["tiers"] = "tiers"


@dataclass(frozen=True)
class Portfolio:
    """The awards together that are worth most within every rule.

    Each request gets nothing, or one of its alternatives with of each item a whole quantity from its least to what was
    asked. An award is worth (points − `above`) to the `power`, and nothing below zero, times its weighted units x
    months (`measure` "compute") or once (`measure` "awards"). `gap`: the solve ends once no plan can be better by more
    than this many millionths of the proven bound.
    """

    ties: tuple[str, ...] = TIES
    gap: int = DEFAULT_GAP
    measure: str = COMPUTE
    above: int = 0
    power: int = 1
    name: Literal["portfolio"] = "portfolio"


@dataclass(frozen=True)
class Fair:
    """The granted share of what each class of `attribute` asks for, made as equal as it can be.

    `aim` "max_min": the smallest share as large as possible, then the next smallest, to a thousandth (leximin), and
    within that the portfolio worth most; "nash": the largest product of what the classes are given.
    """

    attribute: str = "kind"
    aim: str = MAX_MIN
    ties: tuple[str, ...] = TIES
    gap: int = DEFAULT_GAP
    name: Literal["fair"] = "fair"


Policy = Rank | Scaled | Tiers | Portfolio | Fair
NAMES = ("rank", "scaled", "tiers", "portfolio", "fair")
# The members of each policy's document that are whole numbers, with their ranges.
_NUMBERS: dict[str, dict[str, tuple[int, int]]] = {
    "rank": {},
    "scaled": {
        "floor": (0, 1000),
        "slope": (0, 10_000),
        "turn": (1, LARGEST),
        "decay": (0, 1000),
        "free": (0, LARGEST),
        "low": (0, LARGEST),
        "high": (1, LARGEST),
    },
    "tiers": {"whole": (0, LARGEST), "lottery": (0, LARGEST)},
    "portfolio": {"gap": (0, 1_000_000), "above": (0, LARGEST), "power": (1, 3)},
    "fair": {"gap": (0, 1_000_000)},
}
_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "rank": {"overflow": (SKIP, STOP)},
    "scaled": {"function": FUNCTIONS, "below": (ZERO, LEAST)},
    "tiers": {"overflow": (SKIP, STOP)},
    "portfolio": {"measure": (COMPUTE, AWARDS)},
    "fair": {"aim": (MAX_MIN, NASH)},
}


def policy_from_json(obj: object, source: str = "-", *, path: str = "", code: str = INVALID) -> Policy:
    """Reads a policy's document (docs/allocation.md), such as {"policy": "rank", "overflow": "skip", "ties": […]}.

    `Refused(code, file, field, rule)` for anything else.
    """
    node = Node(obj, path, source, code)
    name = node.at("policy").text()
    if name not in NAMES:
        node.at("policy").refuse("policy_is_not_known", known=", ".join(NAMES))
    more = {"scaled": ("brackets",), "fair": ("attribute",)}.get(name, ())
    node.only("policy", "ties", *_NUMBERS[name], *_WORDS[name], *more)
    given: dict[str, object] = {}
    ties, brackets, attribute = (node.maybe(key) for key in ("ties", "brackets", "attribute"))
    if ties:
        given["ties"] = _ties(ties)
    if brackets:
        given["brackets"] = _brackets(brackets)
    if attribute:
        given["attribute"] = attribute.text()
    given |= {key: _ranged(member, *_NUMBERS[name][key]) for key in _NUMBERS[name] if (member := node.maybe(key))}
    given |= {key: _word(member, _WORDS[name][key]) for key in _WORDS[name] if (member := node.maybe(key))}
    return _made(node, name, given)


def _made(node: Node, name: str, given: dict[str, object]) -> Policy:
    if name == "tiers":
        node.at("whole"), node.at("lottery")
    kinds = {"rank": Rank, "scaled": Scaled, "tiers": Tiers, "portfolio": Portfolio, "fair": Fair}
    policy: Policy = kinds[name](**given)
    if isinstance(policy, Scaled):
        if policy.function == BRACKETS and not policy.brackets:
            node.at("brackets").refuse("must_not_be_empty")
        if policy.low >= policy.high:
            node.refuse("low_must_lie_below_high")
    if isinstance(policy, Tiers) and policy.lottery > policy.whole:
        node.at("lottery").refuse("lottery_must_not_exceed_whole")
    return policy


def policy_json(policy: Policy) -> dict[str, object]:
    """The inverse of `policy_from_json`, every member written out."""
    found: dict[str, object] = {"policy": policy.name}
    for key, value in vars(policy).items():
        if key == "brackets":
            found[key] = [{"upto": one.upto, "keep": one.keep} for one in value]
        elif key != "name":
            found[key] = list(value) if isinstance(value, tuple) else value
    return found


def _ranged(node: Node, low: int, high: int) -> int:
    if not low <= node.number() <= high:
        node.refuse("must_lie_between", low=low, high=high)
    return node.number()


def _word(node: Node, known: tuple[str, ...]) -> str:
    if node.text() not in known:
        node.refuse("word_is_not_known", known=", ".join(known))
    return node.text()


def _brackets(node: Node) -> tuple[Bracket, ...]:
    """Brackets from the smallest end up; only the last may be without end, and beyond a last end nothing stays."""
    found: list[Bracket] = []
    for element in node.elements():
        element.only("upto", "keep")
        upto = element.maybe("upto")
        before = found[-1].upto if found else 0
        if before is None or (upto and upto.number() <= before):
            element.refuse("brackets_must_rise")
        found.append(Bracket(upto.number() if upto else None, _ranged(element.at("keep"), 0, 1000)))
    return tuple(found)


def _ties(node: Node) -> tuple[str, ...]:
    keys = []
    for element in node.elements():
        key = element.text()
        if key not in TIES and not (key.startswith(CRITERION) and len(key) > len(CRITERION)):
            element.refuse("tie_break_is_not_known", known=", ".join((*TIES, f"{CRITERION}NAME")))
        keys.append(key)
    return tuple(keys)


def refuse_what_needs_a_portfolio(problem: Problem, policy: Policy) -> None:
    """A list that is walked in turn, or a function of one ask, cannot keep a rule about all awards together."""
    if isinstance(policy, Portfolio | Fair):
        return
    for index, rule in enumerate(problem.rules):
        if rule.kind in TOGETHER:
            where = f"rules[{index}].kind"
            raise Refused(PROBLEM_INVALID, file=None, field=where, rule="needs_a_portfolio", named=rule.name)
