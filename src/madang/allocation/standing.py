"""How a set of awards stands to every limit and rule: what is left, and what would break with one more."""

from __future__ import annotations

from collections.abc import Sequence

from madang.allocation.columns import Columns, Value, columns
from madang.allocation.lines import Room, with_fixed
from madang.allocation.parts import Award, Request
from madang.allocation.placing import Short
from madang.allocation.plan import Plan
from madang.allocation.problem import Problem


class Standing:
    """`room` holds every award of the plan; `left` is what each row of the choices still allows."""

    def __init__(self, problem: Problem, plan: Plan, candidates: Sequence[Request]) -> None:
        before, _ = with_fixed(problem)
        self.made: Columns = columns(problem, candidates, before, Value(lambda _r, _p: 0, lambda _r: 0))
        self.place = {request.id: n for n, request in enumerate(candidates)}
        self.room: Room
        self.room, _ = with_fixed(problem)
        self.left = list(self.made.choices.limits)
        for request in candidates:
            grant = plan.grant.get(request.id)
            if grant is None:
                continue
            self.room.take(self.room.need(request, grant.award))
            held = self.made.held(self.place[request.id], grant.award)
            assert held is not None
            option = self.made.choices.requests[self.place[request.id]][held[0]]
            for uses, times in ((option.uses, 1), *((p.uses, q) for p, q in zip(option.parts, held[1], strict=True))):
                for row, units in uses.items():
                    self.left[row] -= units * times

    def _rule(self, row: int) -> str | None:
        """The rule that a row after the lines comes from; None for a row of one request alone."""
        if row < len(self.room.lines):
            return None
        name = self.made.names[row - len(self.room.lines)]
        return name[1] if name[0] != "own" else None

    def against(self, request: Request) -> str | None:
        """The first rule about all awards together that an award to this request would break, on the way that breaks
        fewest; None where none does."""
        broken = []
        for option in self.made.choices.requests[self.place[request.id]]:
            rows = [row for row, units in sorted(option.uses.items()) if units > 0 and units > self.left[row]]
            broken.append([rule for row in rows if (rule := self._rule(row)) is not None])
        return min((rules for rules in broken if rules), key=len, default=[None])[0]

    def one_more(self, request: Request, award: Award) -> Short | str | None:
        """What keeps one more of an item out: a line, the name of a rule, or nothing that alone would."""
        for index, item in enumerate(request.options[award.option].items):
            if award.quantities[index] >= item.asked:
                continue
            for extra in _one_more(request, award, index):
                need = self.room.need(request, extra)
                short = self.room.lacking(need)
                if short:
                    line = min(short)
                    return Short(line, need[line], self.room.left[line])
        place = self.place[request.id]
        held = self.made.held(place, award)
        assert held is not None
        option = self.made.choices.requests[place][held[0]]
        for part, quantity in zip(option.parts, held[1], strict=True):
            for row, units in sorted(part.uses.items()) if quantity < part.more else ():
                if units > 0 and units > self.left[row] and self._rule(row) is not None:
                    return self._rule(row)
        return None


def _one_more(request: Request, award: Award, index: int) -> list[Award]:
    """One of an item alone, in its months; of a total, one in each month by itself."""
    items = request.options[award.option].items
    single = tuple(int(n == index) for n in range(len(items)))
    if not any(item.total for item in items):
        return [Award(single, award.option, award.later)]
    months = range(items[index].months) if items[index].total else [-1]
    return [
        Award(
            single,
            award.option,
            award.later,
            tuple(
                tuple(int(n == index and m == month) for m in range(item.months)) if item.total else ()
                for n, item in enumerate(items)
            ),
        )
        for month in months
    ]
