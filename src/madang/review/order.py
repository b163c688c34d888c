"""Puts the applications of a meeting into the order in which the fewest people walk in and out of the room.

Whoever has a conflict with an application is outside while it is discussed. Everybody is inside before the first one
and after the last, so what an order costs is the number of times that somebody crosses the door. Applications with the
same people outside stand together. Of what remains, up to `PROVEN` different groups are ordered exactly (Held and Karp,
"A dynamic programming approach to sequencing problems", 1962); more of them greedily: always next the group that moves
the fewest people, from every possible first group, and the best of these orders is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

PROVEN = 10
Group = frozenset[str]


def moves(order: Sequence[str], outside: Mapping[str, Collection[str]]) -> int:
    """How often somebody crosses the door if applications are discussed in this order."""
    return _moves([frozenset(outside.get(one, ())) for one in order])


def _moves(groups: Sequence[Group]) -> int:
    nobody: Group = frozenset()
    return sum(len(before ^ after) for before, after in zip([nobody, *groups], [*groups, nobody], strict=True))


def discussion(applications: Sequence[str], outside: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """An order with few moves; `outside` holds who must leave for an application, who is not in it need not.

    With at most `PROVEN` different groups of people outside no order has fewer moves. Within a group applications stay
    in the order they are given in, and so does everything else where it makes no difference.
    """
    together: dict[Group, list[str]] = {}
    for one in applications:
        together.setdefault(frozenset(outside.get(one, ())), []).append(one)
    groups = list(together)
    best = _exact(groups) if len(groups) <= PROVEN else _greedy(groups)
    return tuple(one for group in best for one in together[group])


def _exact(groups: Sequence[Group]) -> list[Group]:
    """By dynamic programming over sets of groups: the fewest moves that end with each of them."""
    if not groups:
        return []
    places = range(len(groups))
    found: dict[tuple[int, int], tuple[int, tuple[int, ...]]]
    found = {(1 << place, place): (len(groups[place]), (place,)) for place in places}
    for chosen in range(1, 1 << len(groups)):
        for last in places:
            if (chosen, last) not in found:
                continue
            cost, path = found[chosen, last]
            for place in places:
                if not chosen >> place & 1:
                    key = chosen | 1 << place, place
                    new = cost + len(groups[last] ^ groups[place]), (*path, place)
                    found[key] = min(found.get(key, new), new)
    whole = (1 << len(groups)) - 1
    ends = [(cost + len(groups[last]), path) for (chosen, last), (cost, path) in found.items() if chosen == whole]
    return [groups[place] for place in min(ends)[1]]


def _greedy(groups: Sequence[Group]) -> list[Group]:
    orders = [list(groups)]
    for first in groups:
        order, left = [first], [group for group in groups if group != first]
        while left:
            nearest = min(left, key=lambda group: len(order[-1] ^ group))
            order.append(nearest)
            left.remove(nearest)
        orders.append(order)
    return min(orders, key=_moves)
