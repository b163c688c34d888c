"""What the machine behind the jobs says: whether jobs are on, its capacity, a job's log, and the files that it left."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import get_language, gettext

from madang.compute import sentences as compute
from madang.compute.protocol import MANY, Backend, Building, Capacity, Facts, Guarding, JobSpec, LogChunk, Telling
from madang.errors import Refused, Unavailable
from madang.portal import backends
from madang.portal.environments import shelf
from madang.portal.environments.rules import Kind, layer_of
from madang.portal.jobs import arrays, places, queries, waiting
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import FINAL_STATES, MOST_PRIORITY, owner_of
from madang.portal.jobs.sentences import REASONS
from madang.portal.people import queries as people

CAPACITY_SECONDS = 30.0
WHOLE_LOOK = timedelta(seconds=15)
# The most of a log that a page shows or one answer carries.
LOG_SHOWN = 64 * 1024
_asked: tuple[Backend, float, Capacity] | None = None


class Look(NamedTuple):
    """How far the backend's changes were read, and when all open jobs were last looked at."""

    cursor: str
    whole_at: datetime


_last: dict[Path, Look] = {}


def capacity() -> Capacity:
    """What the backend can give, asked at most twice a minute; while it is away, what it last said."""
    global _asked
    backend, now = backends.backend(), time.monotonic()
    known = _asked if _asked and _asked[0] is backend else None
    if known is None or now - known[1] > CAPACITY_SECONDS:
        try:
            known = (backend, now, backend.capacity())
        except Unavailable:
            if known is None:
                raise
            known = (backend, now, known[2])
    _asked = known
    return known[2]


def to_look_at(now: datetime) -> tuple[list[Job], Look]:
    """The open jobs whose report may have changed; give the second value to `looked` once they have been followed.

    All of them now and then, since whether the runner lives concerns every one; in between those that the backend says
    have changed, where it can say so, so that a long queue is not read as a whole every second.
    """
    backend = backends.backend()
    last = _last.get(backends.spool())
    if not isinstance(backend, Telling):
        return queries.to_follow(MANY), Look("", now)
    if last is None or not timedelta(0) <= now - last.whole_at < WHOLE_LOOK:
        return queries.to_follow(MANY), Look(backend.changed("").cursor, now)
    batch = backend.changed(last.cursor)
    return queries.to_follow_of(batch.ids), Look(batch.cursor, last.whole_at)


def looked(look: Look) -> None:
    """Notes that the jobs of `to_look_at` have been followed, so that the next look goes on from there."""
    _last[backends.spool()] = look


def why_off() -> str:
    """Why no job can be submitted here, as a sentence in the active language; empty where jobs are on."""
    if settings.MADANG_TENANT_JOBS == "off":
        return gettext(REASONS["switched_off"])
    given = capacity()
    return "" if given.sandboxed else sentence(given.sandbox.code, given.sandbox.facts)


def guards() -> list[tuple[bool, str]]:
    """What keeps jobs to their bounds here, as sentences, each with whether it holds as firmly as it can."""
    backend = backends.backend()
    found = backend.guards() if isinstance(backend, Guarding) else {}
    return [(holds, sentence(code, {})) for code, holds in found.items()]


def require_on(*, environments: bool, nodes: int = 1, priority: int = 0) -> None:
    """Refused: ``jobs_off`` with the reason; ``environment_not_here`` where jobs cannot have `environments`.

    ``job_one_node`` or ``job_nodes`` where it cannot be spread over so many `nodes`, ``job_priority``. Asked of the
    backend, so call it outside a transaction.
    """
    why = why_off()
    if why:
        raise Refused("jobs_off", why=why)
    if environments and not isinstance(backends.backend(), Building):
        raise Refused("environment_not_here")
    most = capacity().nodes
    if nodes > most:
        facts = {"field": "nodes", "given": nodes, "low": 1, "high": most}
        raise Refused("job_one_node" if most == 1 else "job_nodes", **facts)
    require_priority(priority)


def require_priority(priority: int) -> None:
    """Refused: ``job_priority`` where people cannot give one so high. Asked of the backend as well."""
    most = capacity().most_priority
    if not -MOST_PRIORITY <= priority <= most:
        raise Refused("job_priority", field="priority", given=priority, low=-MOST_PRIORITY, high=most)


def sentence(code: str, facts: Facts) -> str:
    """The sentence for a reason code of ours or of the backend, in the active language; an unknown one as it is."""
    if code in REASONS:
        return gettext(REASONS[code]).format(**facts)
    try:
        return compute.sentence(code, facts, get_language() or settings.LANGUAGE_CODE)
    except KeyError:
        return code


def shuts_in() -> bool:
    """Whether jobs run shut in, so that the network is theirs only where their award allows it."""
    return capacity().sandbox.code == "sandbox_works"


def log(job: Job, offset: int) -> LogChunk:
    """The next part of a job's output; empty while the backend does not have the job. Refused: ``job_log_gone``."""
    if job.backend_id is None:
        return LogChunk(b"", 0, job.state in FINAL_STATES)
    try:
        return backends.backend().log(job.backend_id, offset, LOG_SHOWN)
    except Refused as refused:
        raise Refused("job_log_gone") from refused


def log_end(job: Job) -> tuple[LogChunk, bool]:
    """The last part of a job's output, and whether there is more before it."""
    if job.backend_id is None:
        return log(job, 0), False
    reports = backends.backend().reports([job.backend_id])
    start = max(0, reports[0].log_size - LOG_SHOWN) if reports else 0
    return log(job, start), start > 0


def output_file(job: Job, path: str) -> Path:
    """An output as a file on this machine. Refused: ``job_output_gone`` with the backend's reason."""
    try:
        return backends.backend().fetch(str(job.backend_id), path)
    except Refused as refused:
        facts = {name: value for name, value in refused.facts.items() if isinstance(value, str | int)}
        raise Refused("job_output_gone", path=path, why=sentence(refused.code, facts)) from refused


def spec(job: Job) -> JobSpec:
    """A job as the backend takes it."""
    return JobSpec(
        key=str(job.key),
        account=owner_of(job.award_id),
        fair_share_class=job.share_class,
        name=job.title,
        argv=tuple(job.argv),
        files=queries.input_list(job.pk),
        gpus=job.gpus,
        gpu_type=job.pool.backend_type if job.gpus else "",
        cores=job.cores,
        memory_mb=job.memory_mb,
        wall_seconds=job.wall_seconds,
        nodes=job.nodes,
        user=people.unix_user_of(job.submitted_by_id),
        environment=arrays.environment(job),
        priority=job.priority,
        held=job.on_hold,
        after=waiting.after(job),
        requeue=job.requeue,
        checkpoint_seconds=job.checkpoint_seconds,
        network=places.network_allowed(job.award_id),
        **_software(job),
    )


def _software(job: Job) -> dict[str, Any]:
    """What a job sees of software, in the fields of `JobSpec`. Refused: ``environment_folder``, …"""
    used, made = job.environment, job.builds
    if used and used.kind == Kind.IMAGE:
        return {"image": shelf.image(used.folder, used.digest)}
    built = used if used and used.kind == Kind.BUILT else None
    base = built.base if built else used
    folders = shelf.software(base.folder) if base else ()
    if built or made:
        # what was built on the centre's own Python rests on it, whatever else jobs see by themselves
        folders = folders or tuple(map(str, backends.software()))
    if made:
        return {"software": (*folders, str(shelf.packages())), "builds": layer_of(made.pk, made.code)}
    return {"software": folders, "layer": layer_of(built.pk, built.code) if built else ""}
