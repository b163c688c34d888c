"""Adds up in the spool's own database what each account used in a period, apart from how slices are handed out."""

from __future__ import annotations

from madang.accounting.metering import Unit, clock_second
from madang.compute.local.spool import Spool
from madang.compute.totals import Total
from madang.values import Period

_SUMS = (
    "SELECT account, gpus > 0 AS by_gpu, SUM(width * (ends - starts)) AS seconds FROM"
    " (SELECT j.account, j.gpus, CASE WHEN j.gpus > 0 THEN j.gpus ELSE j.cores END AS width,"
    " MAX(s.starts / 1000000, ?) AS starts, MIN(s.ends / 1000000, ?) AS ends"
    " FROM usage_slice s JOIN job j ON j.id = s.job)"
    " WHERE ends > starts GROUP BY account, by_gpu ORDER BY account, by_gpu"
)
_UNITS = (Unit.CORE_SECOND, Unit.GPU_SECOND)


def totals(spool: Spool, source: str, period: Period) -> list[Total]:
    """Seconds by account and unit; each slice counts with the seconds of the clock that begin in it and the period."""
    rows = spool.rows(_SUMS, clock_second(period.start), clock_second(period.end))
    return [Total(source, row["account"], _UNITS[row["by_gpu"]], row["seconds"]) for row in rows]
