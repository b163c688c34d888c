"""A problem as pure choices: each way of serving a request is an option, each limit and rule a row of whole numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from madang.allocation.envy import pairs
from madang.allocation.lines import Room
from madang.allocation.parts import NO_ENVY, SHARE_AT_LEAST, SUCCESS_BAND, Award, Request, Rule
from madang.allocation.placing import ways
from madang.allocation.problem import Problem
from madang.allocation.selection.choices import Choices, Option, Part
from madang.allocation.settling import Held

Worth = Callable[[Request, str], int]  # what one weighted unit-month of a pool is worth, given to this request
SHARE_ROW, ABOVE_ROW, BELOW_ROW, ENVY_ROW, OWN_ROW = "share", "above", "below", "envy", "own"
RowName = tuple[str, ...]


@dataclass(frozen=True)
class Value:
    """What awards are worth: `each` per weighted unit-month, or `once` for the award whatever its amount."""

    each: Worth
    once: Callable[[Request], int]


@dataclass
class Columns:
    """Choices together with the way back: `requests` in the published order, `names` of the rows after the lines."""

    problem: Problem
    requests: Sequence[Request]
    room: Room
    choices: Choices
    names: list[RowName] = field(default_factory=list)

    def award(self, place: int, held: Held) -> Award | None:
        """The award that an option with the quantities of its parts stands for; None where it gives nothing."""
        request = self.requests[place]
        option, later = _key(self.choices.requests[place][held[0]])
        quantities, spread, parts = [], [], iter(held[1])
        totals = any(item.total for item in request.options[option].items)
        for item in request.options[option].items:
            if item.total:
                amounts = tuple(next(parts) for _ in range(item.months))
                quantities.append(sum(amounts))
                spread.append(amounts)
            else:
                quantities.append(item.least + (next(parts) if item.asked > item.least else 0))
                spread.append(())
        if not any(quantities):
            return None
        return Award(tuple(quantities), option, later, tuple(spread) if totals else ())

    def held(self, place: int, award: Award) -> Held | None:
        """The inverse of `award`; None where no option stands for it."""
        request = self.requests[place]
        items = request.options[award.option].items
        for index, option in enumerate(self.choices.requests[place]):
            if option.key != (award.option, award.later):
                continue
            parts: list[int] = []
            for n, item in enumerate(items):
                if item.total:
                    parts.extend(award.spread[n])
                elif item.asked > item.least:
                    parts.append(award.quantities[n] - item.least)
            return index, tuple(parts)
        return None


def _key(option: Option) -> tuple[int, int]:
    option_index, later = option.key
    assert isinstance(option_index, int)
    assert isinstance(later, int)
    return option_index, later


class _Builder:
    """Numbers the rows as it meets them: the lines of the room first, then those of rules and of single requests."""

    def __init__(self, problem: Problem, room: Room, value: Value) -> None:
        self.problem = problem
        self.room = room
        self.value = value
        self.limits = list(room.left)
        self.names: list[RowName] = []
        self.counted: list[tuple[Rule, list[int]]] = []  # share rules with their rows
        self.banded: dict[str, dict[int, int]] = {}  # request → what its award adds to rows, whatever its amount
        self.own: dict[RowName, int] = {}

    def row(self, name: RowName, limit: int) -> int:
        self.names.append(name)
        self.limits.append(limit)
        return len(self.limits) - 1

    def rules(self, requests: Sequence[Request]) -> None:
        fixed = [r for r in self.problem.requests if r.fixed is not None]
        for rule in self.problem.rules:
            if rule.kind == SHARE_AT_LEAST:
                self.counted.append((rule, [self.row((SHARE_ROW, rule.name), _shared(self.problem, rule, fixed))]))
            elif rule.kind == SUCCESS_BAND:
                self._band(rule, [*requests, *fixed])
            elif rule.kind == NO_ENVY:
                for better, other in pairs(self.problem, rule, requests):
                    row = self.row((ENVY_ROW, rule.name, better, other), 0)
                    self._add(other, row, 1)
                    self._add(better, row, -1)

    def _add(self, request: str, row: int, units: int) -> None:
        uses = self.banded.setdefault(request, {})
        uses[row] = uses.get(row, 0) + units

    def _band(self, rule: Rule, counted: Sequence[Request]) -> None:
        """|granted of a class x all − class x granted of all| ≤ all, or the band's thousandths of class x all."""
        members = [r for r in counted if r.matches(rule.where())]
        classes: dict[str, list[Request]] = {}
        for request in members:
            holder = request.holder(rule.text("attribute"))
            if holder is not None:
                classes.setdefault(holder, []).append(request)
        everyone = [r for found in classes.values() for r in found]
        for name, found in sorted(classes.items()):
            most, size = len(everyone), len(found)
            limit = max(1000 * most, rule.number("thousandths") * size * most)
            own = {r.id for r in found}
            kept = sum(1000 * ((most if r.id in own else 0) - size) for r in everyone if r.fixed is not None)
            above = self.row((ABOVE_ROW, rule.name, name), limit - kept)
            below = self.row((BELOW_ROW, rule.name, name), limit + kept)
            for request in everyone:
                units = 1000 * ((most if request.id in own else 0) - size)
                self._add(request.id, above, units)
                self._add(request.id, below, -units)

    def options(self, request: Request) -> Iterator[Option]:
        for option, later in ways(request):
            made = self._option(request, option, later)
            if made is not None:
                yield made

    def _option(self, request: Request, option: int, later: int) -> Option | None:
        items = request.options[option].items
        level = tuple(0 if item.total else item.least for item in items)
        nothing = tuple((0,) * i.months if i.total else () for i in items) if any(i.total for i in items) else ()
        base = Award(level, option, later, nothing)
        drawn = self.room.need(request, base)
        if self.room.lacking(drawn):
            return None
        uses = dict(drawn)
        self._shares(request, base, uses)
        for row, units in self.banded.get(request.id, {}).items():
            uses[row] = uses.get(row, 0) + units
        parts, own = self._parts(request, base, drawn), self._own(request, option)
        for index, item in enumerate(items):
            if item.total:
                uses[own[index, "least"]], uses[own[index, "asked"]] = item.least, -item.asked
        if not any(item.least for item in items):
            row = own[-1, "something"]
            uses[row] = 1
            parts = [Part(p.worth, p.more, {**p.uses, row: -1}) for p in parts]
        gained = self._worth(request, base) + self.value.once(request)
        return Option((option, later), gained, uses, tuple(parts))

    def _own(self, request: Request, option: int) -> dict[tuple[int, str], int]:
        """The rows of this request alone: a total between its least and what was asked; something of anything."""
        name, found = (OWN_ROW, request.id, str(option)), {}
        for index, item in enumerate(request.options[option].items):
            for which in ("least", "asked") if item.total else ():
                found[index, which] = self._once((*name, str(index), which))
        if not any(item.least for item in request.options[option].items):
            found[-1, "something"] = self._once((*name, "something"))
        return found

    def _once(self, name: RowName) -> int:
        if name not in self.own:
            self.own[name] = self.row(name, 0)
        return self.own[name]

    def _parts(self, request: Request, base: Award, drawn: Mapping[int, int]) -> list[Part]:
        found, items = [], request.options[base.option].items
        for index, item in enumerate(items):
            if item.total:
                for offset in range(item.months):
                    found.append(self._part(request, base, drawn, (index, offset), item.asked))
            elif item.asked > item.least:
                found.append(self._part(request, base, drawn, (index, None), item.asked - item.least))
        return found

    def _part(
        self, request: Request, base: Award, drawn: Mapping[int, int], which: tuple[int, int | None], most: int
    ) -> Part:
        """One more of an item in every month, or of a total in one month; as many as fit beside what is drawn."""
        index, offset = which
        single = tuple(int(n == index) for n in range(len(base.quantities)))
        spread = tuple(
            tuple(int(n == index and m == offset) for m in range(len(amounts))) for n, amounts in enumerate(base.spread)
        )
        one = Award(single, base.option, base.later, spread)
        uses = dict(self.room.need(request, one))
        more = min([most, *((self.room.left[line] - drawn.get(line, 0)) // units for line, units in uses.items())])
        self._shares(request, one, uses)
        if offset is not None:
            own = self._own(request, base.option)
            uses[own[index, "least"]], uses[own[index, "asked"]] = -1, 1
        return Part(self._worth(request, one), max(0, more), uses)

    def _shares(self, request: Request, award: Award, uses: dict[int, int]) -> None:
        for rule, (row,) in self.counted:
            units = share_units(self.problem, rule, request, award)
            if units:
                uses[row] = units

    def _worth(self, request: Request, award: Award) -> int:
        return sum(
            units * self.problem.weight(pool) * self.value.each(request, pool)
            for (pool, _), units in self.problem.drawn(request, award).items()
        )


def share_units(problem: Problem, rule: Rule, request: Request, award: Award) -> int:
    """What an award adds to the row of a share at least: below zero for the class, above zero for all others."""
    amount = sum(
        units * (1 if rule.pool else problem.weight(pool))
        for (pool, _), units in problem.drawn(request, award).items()
        if rule.pool in (None, pool)
    )
    share = rule.number("thousandths")
    return amount * (share - 1000 if request.matches(rule.where()) else share)


def _shared(problem: Problem, rule: Rule, fixed: Sequence[Request]) -> int:
    return -sum(share_units(problem, rule, r, r.fixed) for r in fixed if r.fixed is not None)


def columns(problem: Problem, requests: Sequence[Request], room: Room, value: Value) -> Columns:
    """The choices that `requests`, in the published order, leave beside the fixed awards that `room` holds."""
    builder = _Builder(problem, room, value)
    builder.rules(requests)
    options = tuple(tuple(builder.options(request)) for request in requests)
    return Columns(problem, requests, room, reduced(Choices(options, tuple(builder.limits))), builder.names)


def reduced(choices: Choices) -> Choices:
    """The same choices with each row divided by what its coefficients share, its limit rounded down."""
    shared: dict[int, int] = {}
    for options in choices.requests:
        for option in options:
            for uses in (option.uses, *(part.uses for part in option.parts if part.more)):
                for row, units in uses.items():
                    shared[row] = math.gcd(shared.get(row, 0), units)

    def divided(uses: Mapping[int, int]) -> dict[int, int]:
        return {row: units // (shared.get(row) or 1) for row, units in uses.items() if units}

    requests = tuple(
        tuple(
            Option(o.key, o.worth, divided(o.uses), tuple(Part(p.worth, p.more, divided(p.uses)) for p in o.parts))
            for o in options
        )
        for options in choices.requests
    )
    limits = tuple(limit // (shared.get(row) or 1) for row, limit in enumerate(choices.limits))
    return Choices(requests, limits)
