"""The policies an allocation can follow, as values: how awards are chosen and how ties are broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from madang.allocation.reading import Node

SKIP: Literal["skip"] = "skip"
STOP: Literal["stop"] = "stop"

SCORE = "score"
CRITERIA = "criteria"
SMALLER_ASK = "smaller_ask"
LOTTERY = "lottery"
CRITERION = "criterion:"
TIES = (SCORE, CRITERIA, SMALLER_ASK, LOTTERY)
DEFAULT_GAP = 0
DEFAULT_WORK = 20_000
INVALID = "allocation_policy_invalid"


@dataclass(frozen=True)
class Rank:
    """Best first, all or nothing at the asked amounts.

    `overflow`: what does not fit is skipped, or ends the list ("stop"): a pool (or track budget) in which a request did
    not find its room is closed for everyone below. A request that only its organisation's share refuses is skipped in
    both. `ties`: the published keys, first one first (docs/allocation.md); a lottery always comes last.
    """

    overflow: Literal["skip", "stop"] = SKIP
    ties: tuple[str, ...] = TIES
    name: Literal["rank"] = "rank"


@dataclass(frozen=True)
class Portfolio:
    """The awards together that give the largest sum of score x pool units x months within every rule.

    Each request gets nothing, or of each item a whole quantity from its least to what was asked. `gap`: the solve ends
    once no plan can be better by more than this many millionths of the proven bound.
    """

    ties: tuple[str, ...] = TIES
    gap: int = DEFAULT_GAP
    name: Literal["portfolio"] = "portfolio"


Policy = Rank | Portfolio


def policy_from_json(obj: object, source: str = "-", *, path: str = "", code: str = INVALID) -> Policy:
    """Reads {"policy": "rank", "overflow": "skip", "ties": […]} or {"policy": "portfolio", "gap": 0, "ties": […]}.

    `Refused(code, file, field, rule)` for anything else.
    """
    node = Node(obj, path, source, code)
    name = node.at("policy")
    ties = node.maybe("ties")
    keys = _ties(ties) if ties else TIES
    if name.text() == "rank":
        node.only("policy", "overflow", "ties")
        return Rank(overflow=_overflow(node.maybe("overflow")), ties=keys)
    if name.text() == "portfolio":
        node.only("policy", "gap", "ties")
        gap = node.maybe("gap")
        if gap is None:
            return Portfolio(ties=keys)
        if not 0 <= gap.number() <= 1_000_000:
            gap.refuse("must_be_millionths")
        return Portfolio(ties=keys, gap=gap.number())
    return name.refuse("policy_is_not_known", known="rank, portfolio")


def policy_json(policy: Policy) -> dict[str, object]:
    """The inverse of `policy_from_json`."""
    if isinstance(policy, Rank):
        return {"policy": "rank", "overflow": policy.overflow, "ties": list(policy.ties)}
    return {"policy": "portfolio", "gap": policy.gap, "ties": list(policy.ties)}


def _overflow(node: Node | None) -> Literal["skip", "stop"]:
    if node is None or node.text() == SKIP:
        return SKIP
    if node.text() == STOP:
        return STOP
    return node.refuse("overflow_is_not_known", known="skip, stop")


def _ties(node: Node) -> tuple[str, ...]:
    keys = []
    for element in node.elements():
        key = element.text()
        if key not in TIES and not (key.startswith(CRITERION) and len(key) > len(CRITERION)):
            element.refuse("tie_break_is_not_known", known=", ".join((*TIES, f"{CRITERION}NAME")))
        keys.append(key)
    return tuple(keys)
