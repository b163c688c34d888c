"""Which categories of one division are withheld where the divided list itself is public, line by line, without it.

A published allocation problem shows each application with its track and what it asks for, but not from which region.
A table by region beside it is then a division of known lines. Withheld categories stay open because every way of
sharing their lines out among them agrees with all that is shown; no other division crosses this one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from madang.disclosure.protection import Protection
from madang.disclosure.tables import Entry

Lines = Mapping[str, Sequence[int]]  # category: the amount of each of its lines


def withheld(lines: Lines, protection: Protection) -> frozenset[str] | None:
    """The categories to withhold: the small ones, and the next smallest until all of them are open.

    `lines` has for each category the whole amounts of its contributors, one each, none below zero; an empty category is
    a zero and is shown. Every withheld category could hold 1 line or `threshold` and more, and, where lines have
    amounts, amounts that lie the protected percentage apart. None where even withholding all of them does not do that:
    then the division must not be published at all, its zeros neither. Of categories of one size the first by name is
    taken. Primary and secondary suppression (Willenborg and de Waal, *Elements of Statistical Disclosure Control*,
    2001), here against a reader who holds every line.
    """
    filled = sorted((one for one in lines if lines[one]), key=lambda one: (len(lines[one]), one))
    small = [one for one in filled if protection.small(_entry(lines[one]))]
    chosen, others = list(small), [one for one in filled if one not in small]
    while chosen and not _open(lines, chosen, protection):
        if not others:
            return None
        chosen.append(others.pop(0))
    return frozenset(chosen)


def bounds(lines: Lines, chosen: Collection[str]) -> tuple[Entry, Entry]:
    """The least and the most that any one of the chosen categories can hold, to a reader who knows all their lines.

    Each of the others keeps at least one line, since a zero would be shown.
    """
    amounts = sorted(amount for one in chosen for amount in lines[one])
    most = len(amounts) - len(chosen) + 1
    return Entry(1, amounts[0]), Entry(most, sum(amounts[-most:]))


def _open(lines: Lines, chosen: Collection[str], protection: Protection) -> bool:
    low, high = bounds(lines, chosen)
    if high.contributors < protection.threshold:
        return False
    widths = [protection.width(_entry(lines[one])) for one in chosen]
    told = any(high.contributors - low.contributors < width.contributors for width in widths)
    # where no line has an amount, there is none to tell
    return not told and (not high.amount or all(high.amount - low.amount >= width.amount for width in widths))


def _entry(amounts: Sequence[int]) -> Entry:
    return Entry(len(amounts), sum(amounts))
