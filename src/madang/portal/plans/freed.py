"""What a standing award still holds of its hours, month by month, once some of what it was promised is free again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from madang.portal.plans.rules import Offered, Wish, in_units
from madang.values import Month, months_from


def kept_of(
    wishes: Sequence[Wish], given: Sequence[int], products: Mapping[str, Offered], freed: Mapping[tuple[str, str], int]
) -> tuple[tuple[int, ...], ...]:
    """What a standing award still holds by wish and month once `freed` units, by pool and month, are the pool's again.

    Nothing for what is held by the month, and nothing at all where no hour of these is freed.
    """
    rest, found = dict(freed), []
    for wish, quantity in zip(wishes, given, strict=True):
        product = products[wish.product]
        if not product.by_hour:
            found.append(())
            continue
        units = in_units(product, quantity, wish.months)
        months = []
        for month in months_from(Month.parse(wish.first_month), wish.months):
            off = min(units, rest.get((product.pool, str(month)), 0))
            rest[product.pool, str(month)] = rest.get((product.pool, str(month)), 0) - off
            months.append(units - off)
        found.append(tuple(months))
    return tuple(found) if any(freed.get(place, 0) > units for place, units in rest.items()) else ()


def holds(given: Sequence[int], kept: Sequence[Sequence[int]]) -> bool:
    """Whether a standing award still holds anything: without, it is no part of what is decided again."""
    return not kept or any(any(months) if months else quantity for quantity, months in zip(given, kept, strict=True))
