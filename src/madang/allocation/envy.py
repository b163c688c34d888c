"""Who could justly envy whom: a higher-placed request refused while one that asks at least as much is granted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from madang.allocation.parts import Award, Request, Rule, asked_award
from madang.allocation.problem import Problem
from madang.values import Month

Amounts = dict[tuple[str, Month], int]


def pairs(problem: Problem, rule: Rule, requests: Sequence[Request]) -> Iterator[tuple[str, str]]:
    """(better, other): the second may be granted only where the first is. Pairs that follow from others are left out.

    Two requests are compared where the first alternatives of both ask for the same pools in the same months, where both
    may start as much later, and, if the rule names an attribute, where they share its value.
    """
    groups: dict[tuple[object, ...], list[tuple[int, Amounts, str]]] = {}
    for request in requests:
        amounts = _asked(problem, request)
        own = request.holder(rule.text("attribute")) if "attribute" in rule.params else None
        key = own, request.options[0].later, frozenset(amounts)
        groups.setdefault(key, []).append((problem.points[request.id], amounts, request.id))
    for group in groups.values():
        for one in sorted(group, key=lambda entry: entry[2]):
            yield from ((better, one[2]) for better in _nearest(one, group))


def _asked(problem: Problem, request: Request) -> Amounts:
    """What the first alternative asks for by month; a total counts as if all of it were asked for in each month."""
    items = request.options[0].items
    quantities = asked_award(request)
    spread = tuple((i.asked,) * i.months if i.total else () for i in items) if any(i.total for i in items) else ()
    return dict(problem.drawn(request, Award(quantities, 0, 0, spread)))


def _nearest(one: tuple[int, Amounts, str], group: Sequence[tuple[int, Amounts, str]]) -> list[str]:
    """Those better placed that ask no more, without the ones that stand above another of them in the same way."""
    above = [entry for entry in group if entry[0] > one[0] and _no_more(entry[1], one[1])]
    above.sort(key=lambda entry: (entry[0], -sum(entry[1].values()), entry[2]))
    kept: list[tuple[int, Amounts, str]] = []
    for entry in above:
        if not any(entry[0] > other[0] and _no_more(entry[1], other[1]) for other in kept):
            kept.append(entry)
    return [entry[2] for entry in kept]


def _no_more(one: Amounts, other: Amounts) -> bool:
    return all(units <= other[key] for key, units in one.items())
