"""The eight verbs on a Slurm cluster: jobs run as their person's own Unix user, through a hand that acts as them."""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from madang.accounting.metering import UsageSlice, clock_second
from madang.compute import specs
from madang.compute.protocol import (
    AccountLimit,
    Capacity,
    JobReport,
    JobSpec,
    JobState,
    LogChunk,
    Reason,
    UsageBatch,
)
from madang.compute.sharing import Joined
from madang.compute.slurm import asking, batch, limiting, reasons, room, sacct, settings, totals
from madang.compute.slurm.asking import Node, Seen
from madang.compute.slurm.difference import Difference
from madang.compute.slurm.endings import concluded, has_ended, never_ran, submitted, the_last, waits, whole
from madang.compute.slurm.events import Events, events_in
from madang.compute.slurm.fetching import fetched
from madang.compute.slurm.live import cluster_name
from madang.compute.slurm.names import Site, check_user
from madang.compute.slurm.register import Register, report_of
from madang.compute.slurm.slicing import Meter, Share
from madang.compute.slurm.staging import Hand, signs
from madang.compute.slurm.standing import Standing
from madang.compute.slurm.usage import usage_since
from madang.compute.totals import Total
from madang.errors import Refused, Unavailable
from madang.values import Period

_CLOCKS_APART = 60  # seconds by which the clocks of portal and cluster may differ
_LIMITED = {"cores": "cpu", "gpus": "gres/gpu"}


class SlurmBackend:
    """Jobs on a cluster; `given` are the fields of `settings.Settings`, and the register lies below `root`.

    `clock` gives the present instant. TypeError or ValueError where the settings are wrong.
    """

    def __init__(self, root: Path, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC), **given: Any) -> None:
        self._settings, self._clock = settings.made_from(given), clock
        self._root = Path(root) / "slurm"
        self._register = Register(self._root / "register.sqlite3", clock())
        self._commands, self._hand = self._settings.commands(), Hand(self._settings)
        self._joined: dict[str, list[Joined]] = {}

    @property
    def standing(self) -> Standing:
        """The tree of accounts that this centre has on the cluster."""
        own = self._settings
        return Standing(Site(own.mark), self._commands, self._root / "applied.json", own.partitions)

    def owns(self, account: str) -> bool:
        """Whether an account's name is of the form that the centre gives its own."""
        return Site(self._settings.mark).claims(account)

    def drift(self) -> Difference:
        """What others changed by hand, as the steps that would undo it (see `Standing.drift`)."""
        return self.standing.drift(self._register.limits())

    def capacity(self) -> Capacity:
        """The nodes of the centre's partitions; jobs are kept apart by being different users' of the cluster."""
        return room.capacity(self._settings, self._nodes())

    def _nodes(self) -> list[Node]:
        return asking.nodes(self._commands)

    def submit(self, spec: JobSpec) -> str:
        """Notes the job, lays its files as its person, and gives it to Slurm; each step may be done again.

        The id is the job's name on the cluster. Refused besides: ``no_unix_user``, ``slurm_user``, ``slurm_refused``,
        ``job_option_not_here`` for a priority above zero, which people cannot give on a cluster, ``job_before_failed``.
        """
        specs.check(spec)
        row = self._register.by_key(spec.key)
        if row is not None and row["digest"] != specs.digest(spec):
            raise Refused("key_reused", key=spec.key)
        if row is not None and row["number"]:
            return str(row["name"])
        if row is None:
            self._admit(spec)
            if not spec.user:
                raise Refused("no_unix_user")
            name, user = batch.name_of(self._settings, spec.key), check_user(spec.user)
            self._register.enter(spec, name=name, digest=specs.digest(spec), user=user, now=self._clock())
        return self._give(spec, self._register.by_key(spec.key))

    def _admit(self, spec: JobSpec) -> None:
        if spec.priority > room.MOST_PRIORITY:
            raise Refused("job_option_not_here", field="priority")
        limiting.admit(spec, self._register.limit(spec.account))
        room.admit(self._settings, spec, self._nodes())

    def _give(self, spec: JobSpec, row: sqlite3.Row | None) -> str:
        assert row is not None
        try:
            order = {
                "files": [[file.path, file.size, file.sha256] for file in spec.files],
                "command": batch.command(self._settings, spec),
                "sbatch": [*batch.options(self._settings, spec), *self._waiting_for(spec)],
                "script": batch.script(self._settings),
                "signs": signs(),
            }
            answer = self._hand.ask(row["user"], "submit", row["name"], order, files=spec.files)
        except Refused:
            self._register.withdraw(spec.key)
            raise
        number = str(answer.get("number"))
        if not number.isdigit():
            raise Unavailable(f"no number of a job: {number[:100]!r}")
        self._register.number(spec.key, number)
        return str(row["name"])

    def _waiting_for(self, spec: JobSpec) -> list[str]:
        """The option that makes a job wait for others; Slurm forgets jobs, so those that have ended are judged here."""
        wanted = []
        for job, ok in spec.after:
            row = self._row(job)
            (report,) = self.reports([job])
            if row["account"] != spec.account:
                raise Refused("no_such_job", job=job)
            if not report.state.final:
                wanted.append(f"{'afterok' if ok else 'afterany'}:{row['number']}")
            elif ok and report.state is not JobState.SUCCEEDED:
                raise Refused("job_before_failed", job=job)
        return [f"--dependency={','.join(wanted)}", "--kill-on-invalid-dep=yes"] if wanted else []

    def reports(self, ids: Iterable[str]) -> list[JobReport]:
        """The reports, in the order asked for. A job is reported as ended once Slurm's records have it as ended.

        While only the database of records is away, jobs that ended meanwhile are reported as running.
        """
        wanted = list(ids)
        rows = self._register.by_names(wanted)
        open_ = {name: row["number"] for name, row in rows.items() if row["report"] is None}
        queue = asking.queue(self._commands, list(open_.values())) if open_ else {}
        seen = {name: queue[number] for name, number in open_.items() if number in queue and queue[number].name == name}
        gone = [n for name, n in open_.items() if name not in seen or _is_over(seen[name])]
        records: dict[str, Seen] | None = {}
        if gone:
            with contextlib.suppress(Unavailable):
                records = None
                records = asking.records(self._commands, gone)
        nodes: list[Node] = []
        alone = len(wanted) == 1
        found = {name: self._report(row, seen.get(name), records, nodes, alone=alone) for name, row in rows.items()}
        return [found[id] for id in wanted if id in found]

    def _report(
        self, row: sqlite3.Row, seen: Seen | None, records: dict[str, Seen] | None, nodes: list[Node], *, alone: bool
    ) -> JobReport:
        if row["report"] is not None:
            return report_of(row["report"])
        found = (records or {}).get(row["number"])
        final, recorded = the_last(seen, found, row["name"], lambda: asking.backlog(self._commands) == 0)
        if final is seen is recorded is None and records is not None and self._forgotten(row):
            final = Seen(row["number"], "REVOKED", None, None, None, False, row["name"], "")
        report = self._conclude(row, final) if final is not None else None
        return report or self._going_on(row, seen or recorded, nodes, alone)

    def _forgotten(self, row: sqlite3.Row) -> bool:
        return self._clock().timestamp() - int(row["given"]) > self._settings.forgotten_seconds

    def _conclude(self, row: sqlite3.Row, seen: Seen) -> JobReport | None:
        """The final report, once the job's folder has been looked at; None while that fails.

        A person's folder that stays out of reach ends with a report that lists no files, so that one person's fault
        does not keep a job open for ever.
        """
        spec = json.loads(row["spec"])
        order = {"outputs": True, "files": spec["files"], "most": self._settings.output_files}
        left: Mapping[str, Any] = {}
        try:
            left = self._hand.ask(row["user"], "look", row["name"], order)
        except (Refused, Unavailable):
            if seen.ended and (self._clock() - seen.ended).total_seconds() < self._settings.forgotten_seconds:
                return None
        report = concluded(dict(row), seen, left, spec["wall_seconds"], self._clock())
        self._register.conclude(report)
        return report

    def _going_on(self, row: sqlite3.Row, seen: Seen | None, nodes: list[Node], alone: bool) -> JobReport:
        state = JobState.WAITING if seen is None or waits(seen) else JobState.RUNNING
        report = JobReport(row["name"], row["key"], row["account"], state, submitted(dict(row), seen))
        report = replace(report, restarts=seen.restarts if seen else 0)
        if state is JobState.WAITING:
            return replace(report, reason=self._why(row, seen, nodes))
        assert seen is not None
        # one job that is looked at has its log's length told; of many, nobody reads it
        left: Mapping[str, Any] = {}
        with contextlib.suppress(Refused, Unavailable):
            left = self._hand.ask(row["user"], "look", row["name"], {"outputs": False}) if alone else {}
        return replace(report, started_at=seen.started, log_size=whole(left.get("log_size")))

    def _why(self, row: sqlite3.Row, seen: Seen | None, nodes: list[Node]) -> Reason:
        limit = self._register.limit(row["account"])
        if limit is None or not limit["open"]:
            return Reason("account_closed")
        if seen is None:
            return Reason("not_yet_considered")
        if seen.state == "CONFIGURING":
            return Reason("starting")
        reason, spec = reasons.waiting(seen.detail), json.loads(row["spec"])
        if reason.code == "slurm_resources":
            nodes[:] = nodes or self._nodes()
            return room.lacking(self._settings, spec, nodes)
        resource = str(reason.facts.get("resource", ""))
        if reason.code == "slurm_group_at_limit" and resource in _LIMITED:
            account = self._settings.account(row["account"])
            held = asking.running_tres(self._commands, account)
            facts = {"resource": resource, "limit": limit[resource], "held": held.get(_LIMITED[resource], 0)}
            return Reason("account_at_limit", facts | {"needs": spec[resource]})
        return reason

    def _row(self, id: str) -> sqlite3.Row:
        row = self._register.by_name(id)
        if row is None:
            raise Refused("no_such_job", job=id)
        return row

    def cancel(self, id: str) -> None:
        """Asks Slurm, as the person, to end the job."""
        row = self._row(id)
        if row["report"] is None:
            self._register.ask_cancel(id)
            self._hand.ask(row["user"], "cancel", row["name"], {"number": row["number"]})

    def hold(self, id: str) -> None:
        """Puts a waiting job on hold, as its person."""
        self._steer(id, {"act": "hold"})

    def release(self, id: str) -> None:
        """Lets a job start that its person held; what the centre's staff put on hold stays so."""
        self._steer(id, {"act": "release"})

    def prioritise(self, id: str, priority: int) -> None:
        """How far behind others a waiting job goes, by a priority up to zero (see `batch.nice`)."""
        self._steer(id, {"act": "nice", "nice": batch.nice(priority)})

    def _steer(self, id: str, order: Mapping[str, object]) -> None:
        row = self._row(id)
        if row["report"] is None:
            self._hand.ask(row["user"], "steer", row["name"], {"number": row["number"], "signs": signs(), **order})

    def log(self, id: str, offset: int, limit: int = 65536) -> LogChunk:
        """Part of what the command wrote, both streams together, as far as the shared folder shows it."""
        row = self._row(id)
        data = BytesIO()
        order = {"offset": max(offset, 0), "limit": max(limit, 0)}
        answer = self._hand.ask(row["user"], "log", row["name"], order, sink=data)
        after = max(offset, 0) + len(data.getvalue())
        return LogChunk(data.getvalue(), after, row["report"] is not None and after >= whole(answer.get("size")))

    def fetch(self, id: str, path: str) -> Path:
        """The file, copied to this machine once and compared with the digest of the report."""
        return fetched(self._hand, self._row(id), path, self._kept(id))

    def _kept(self, id: str) -> Path:
        return self._root / "fetched" / id

    def forget(self, id: str) -> None:
        """Destroys the job's folder on the cluster and what was fetched of it; its number and report stay."""
        row = self._row(id)
        if row["report"] is None:
            raise Refused("job_not_ended", job=id)
        self._hand.ask(row["user"], "forget", row["name"])
        shutil.rmtree(self._kept(id), ignore_errors=True)
        self._register.strip(replace(report_of(row["report"]), outputs=(), log_size=0))

    def usage(self, since: str = "") -> UsageBatch:
        """What Slurm's records tell of the centre's accounts after a cursor (see `usage.usage_since`).

        Jobs that were given here have their id; those of people who call sbatch themselves have Slurm's number. Types
        of GPUs have the names that pools give them; a part of a GPU (MIG) in a pool of its own counts as one there.
        """
        batch = usage_since(self._commands, since, self._meter(), now=self._clock())
        ids = self._register.ids({piece.job for piece in batch.slices})
        slices = [replace(piece, job=_id(ids, piece)) if piece.job in ids else piece for piece in batch.slices]
        return replace(batch, slices=slices)

    def totals(self, period: Period) -> list[Total]:
        """What each account used in a period, by sacct's records of it, read anew. Unavailable as `usage`."""
        asked = sacct.command(clock_second(period.start), clock_second(period.end), self._meter().cluster)
        with closing(line for line in self._commands.stream(*asked)) as lines:
            return totals.totals(sacct.runs(lines), self._meter(), period)

    def _meter(self) -> Meter:
        return Meter(
            shares={name: Share(kind) for name, kind in self._kinds.items()},
            zone=ZoneInfo(self._settings.time_zone),
            since=self._register.born,
            partitions={partition: kind for kind, partition in self._settings.partitions.items() if kind},
            owner=cache(self._settings.owner),
            joined=self._payer,
            energy=self._settings.energy,
        )

    def join(self, accounts: Iterable[Joined]) -> None:
        """Replaces the accounts of others whose runs `usage` tells of besides, under the source of each."""
        joined: dict[str, list[Joined]] = defaultdict(list)
        for one in accounts:
            joined[one.account].append(one)
        self._joined = dict(joined)

    def _payer(self, account: str, begin: int) -> tuple[str, str] | None:
        for one in self._joined.get(account, ()):
            if clock_second(one.since) <= begin and (one.until is None or begin < clock_second(one.until)):
                return one.owner, one.source
        return None

    @property
    def _kinds(self) -> dict[str, str]:
        """What pools call each of Slurm's types of GPUs."""
        return {self._settings.gres.get(kind, kind.lower()): kind for kind in self._settings.partitions if kind}

    @property
    def born(self) -> datetime:
        """When the centre joined the cluster."""
        return self._register.born

    @property
    def cluster(self) -> str:
        """The cluster's name, as its controller tells it; Unavailable where that is away."""
        return cluster_name(self._commands)

    def events(self, cluster: str, period: Period) -> Events:
        """What slurmdbd noted of the cluster's nodes that touches a period (see `events.events_in`)."""
        return events_in(self._commands, cluster, period, self._kinds)

    def outside(self, job: str) -> bool:
        """Whether a slice's job has but a number of Slurm's; one that was given here is known by its name."""
        return not job.startswith(f"{self._settings.mark}-")

    def enforce(self, limits: Sequence[AccountLimit]) -> None:
        """Puts the limits in place of those before; the QOS of the tree are told what differs (see `limiting`)."""
        self._register.set_limits(limits)
        limiting.enforce(self._settings, self._commands, limits)


def _is_over(seen: Seen) -> bool:
    return has_ended(seen) and not never_ran(seen)


def _id(ids: Mapping[str, list[tuple[int, str]]], piece: UsageSlice) -> str:
    """The id of the job that had a number when a slice began; a crashed controller may have given it out again."""
    begins = piece.period.start.timestamp() + _CLOCKS_APART
    return max((found for found in ids.get(piece.job, ()) if found[0] <= begins), default=(0, piece.job))[1]
