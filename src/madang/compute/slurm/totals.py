"""Adds up from sacct what each account used in a period, read anew and summed apart from the slices of the import.

A run counts from its start for as long as it ran, without its suspensions, which count as if they had come at its end;
so it is metered (see `slicing`), and so this sum is taken over whole runs, with no days, keys or cursor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from madang.accounting.metering import Unit, clock_second
from madang.compute.slurm.sacct import Run, Unreadable
from madang.compute.slurm.slicing import Meter
from madang.compute.totals import Total
from madang.values import Period


def totals(runs: Iterable[Run | Unreadable], meter: Meter, period: Period) -> list[Total]:
    """Seconds by account and unit of the accounts that are the centre's; a row that cannot be read counts nothing."""
    first, end, since = (clock_second(at) for at in (period.start, period.end, meter.since))
    sums: dict[tuple[str, str, Unit], int] = defaultdict(int)
    for run in runs:
        if isinstance(run, Unreadable):
            continue
        begin = max(run.start, run.submit)
        owner, source = meter.owner(run.account), run.cluster
        if owner is None:
            owner, source = meter.joined(run.account, begin) or (None, "")
        if owner is None or begin < since:
            continue
        begins, ends = max(begin, first), min(run.start + run.elapsed, end)
        if begins < ends:
            for unit, seconds in _used(run, meter, begins, ends):
                sums[source, owner, unit] += seconds
    return [Total(*place, seconds) for place, seconds in sorted(sums.items()) if seconds]


def _used(run: Run, meter: Meter, begins: int, ends: int) -> Iterable[tuple[Unit, int]]:
    """What a run used between two seconds: its GPUs, parts of one as the meter counts them, or else its cores."""
    if not run.held.gpus:
        yield Unit.CORE_SECOND, run.held.cores * (ends - begins)
    for name, count in run.held.gpus:
        share = meter.shares.get(name)
        parts, of = (count * share.parts, share.of) if share else (count, 1)
        yield Unit.GPU_SECOND, ends * parts // of - begins * parts // of
