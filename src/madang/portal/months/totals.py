"""What the backend itself says was used in a month, summed apart from the way in which use is posted."""

from __future__ import annotations

from collections import defaultdict

from madang.accounting.metering import Unit, clock_second
from madang.compute.protocol import Backend
from madang.compute.sharing import Joining
from madang.compute.totals import Totalling
from madang.portal.jobs import places
from madang.portal.months.rules import UNITS, Where
from madang.values import Period


def reported(backend: Backend, period: Period) -> dict[Where, int]:
    """Seconds by source, owner and unit: by the backend's own totals, else by all that it ever told, added up."""
    if isinstance(backend, Joining):
        backend.join(places.joined())
    if isinstance(backend, Totalling):
        found = backend.totals(period)
        return {(one.source, one.account, UNITS[one.unit]): one.seconds for one in found if one.seconds}
    return _added_up(backend, period)


def _added_up(backend: Backend, period: Period) -> dict[Where, int]:
    """For a backend without totals: each slice as it was told last, cut to the period."""
    slices, cursor, more = {}, "", True
    while more:
        batch = backend.usage(cursor)
        slices |= {(one.source, one.key): one for one in batch.slices}
        more, cursor = batch.more and batch.cursor != cursor, batch.cursor
    first, end = clock_second(period.start), clock_second(period.end)
    sums: dict[Where, int] = defaultdict(int)
    for one in slices.values():
        unit = Unit.GPU_SECOND if one.gpus else Unit.CORE_SECOND
        width, per = one.width(unit), one.gpus_per if one.gpus else 1
        begins, ends = max(first, clock_second(one.period.start)), min(end, clock_second(one.period.end))
        if begins < ends:
            sums[one.source, one.account, UNITS[unit]] += ends * width // per - begins * width // per
    return {place: seconds for place, seconds in sums.items() if seconds}
