"""Cuts one run of a job into slices of use at the centre's midnights, or says why it cannot be charged.

What is charged is what was allocated, from the start of a run for as long as it ran: time in suspension is not charged,
and since Slurm tells only its sum, it counts as if it had come at the end. A run that goes on is cut at the centre's
midnights and its whole days are given out; once it ends, all of it is given out again under the same keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from madang.accounting.metering import UsageSlice, by_day
from madang.accounting.settlement import apportioned
from madang.compute.protocol import Oddity
from madang.compute.slurm.sacct import Held, Run
from madang.values import Period

# part of a GPU as NVIDIA names it: 1g.5gb and, with what the site puts before it, a100_1g.5gb; and Slurm's shards
_PART = re.compile(r"(?:.*_)?\d+g\.\d+gb.*|shard.*")


@dataclass(frozen=True)
class Share:
    """What one piece of Slurm's type counts as: `parts` of a GPU of `kind` that has `of` of them."""

    kind: str
    parts: int = 1
    of: int = 1


@dataclass(frozen=True)
class Meter:
    """How a cluster's records are read.

    Runs that started before `since` are not metered. `shares` says what parts of GPUs count as, by Slurm's name of the
    type (``a100_1g.5gb``, ``shard``); a whole GPU needs no line. `partitions` gives the type of GPUs that Slurm tells
    no type of. `owner` gives the account that pays for one of Slurm's, None for accounts that are not ours; of those,
    `joined` gives payer and source for a run that began at an instant (epoch seconds), None where nobody pays.
    `cluster` is asked for by name where slurmdbd keeps several. `live` is False where no controller can be asked any
    more, so that only the records count. `energy`: what Slurm measured of a run is its own, as nodes are given whole.
    """

    zone: ZoneInfo
    since: datetime
    shares: Mapping[str, Share] = field(default_factory=dict)
    partitions: Mapping[str, str] = field(default_factory=dict)
    owner: Callable[[str], str | None] = lambda account: account
    joined: Callable[[str, int], tuple[str, str] | None] = lambda account, begin: None
    cluster: str = ""
    live: bool = True
    energy: bool = False


def slices_of(run: Run, meter: Meter, owner: str, *, whole_days: bool = False) -> list[UsageSlice] | Oddity:
    """The slices of one run, oldest first, or why there are none; only those up to its last midnight if `whole_days`.

    The key is of Slurm's own id, of the instants of submission (which a requeue sets anew) and start, and of the
    slice's own start; of the type besides where a run held several.
    """
    begin = max(run.start, run.submit)
    # A resized job's new record begins, as Slurm has it, with the job; it holds what it tells only from its resizing.
    seconds = run.elapsed - (begin - run.start)
    wrong = _wrong(run, seconds)
    if wrong or seconds <= 0:
        return wrong or []
    widths = _widths(run.held, run.partition, meter)
    if isinstance(widths, str):
        return Oddity(run.raw, "usage_share_missing", {"type": widths})
    made = []
    days = by_day(begin, begin + seconds, meter.zone)
    # of a run that goes on, or that held several types, nobody knows what each slice consumed
    measured = run.joules if meter.energy and not whole_days and len(widths) == 1 else None
    shares = measured and apportioned(measured, [end - start for _, start, end in days])
    for place, (_, start, end) in enumerate(days[:-1] if whole_days else days):
        period = Period(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC))
        for ending, kind, gpus, per, cores in widths:
            key = f"{run.raw}.{run.submit}.{run.start}.{start}{ending}"
            joules = shares[place] if shares else None
            made.append(UsageSlice(run.cluster, key, owner, run.job, period, gpus, cores, kind, per, joules))
    return made


def _wrong(run: Run, seconds: int) -> Oddity | None:
    if run.end and run.end < run.start:
        return Oddity(run.raw, "usage_ends_before_start", {"seconds": run.start - run.end})
    if run.end and run.elapsed > run.end - run.start:
        return Oddity(run.raw, "usage_too_long", {"seconds": run.elapsed, "most": run.end - run.start})
    if seconds > 0 and run.held == (0, ()):
        return Oddity(run.raw, "usage_no_allocation", {"seconds": seconds})
    return None


def _widths(held: Held, partition: str, meter: Meter) -> list[tuple[str, str, int, int, int]] | str:
    """(end of the key, kind, parts, parts of a GPU, cores) by type, the cores with the first; or one without share."""
    made: list[tuple[str, str, int, int, int]] = []
    for name, count in held.gpus or (("", 0),):
        share = meter.shares.get(name)
        if share is None and _PART.fullmatch(name):
            return name
        share = share or Share(name or meter.partitions.get(partition, ""))
        ending = f":{name}" if len(held.gpus) > 1 else ""
        made.append((ending, share.kind if count else "", count * share.parts, share.of, 0 if made else held.cores))
    return made
