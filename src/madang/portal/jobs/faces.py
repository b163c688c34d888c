"""A job as both faces show it: its state in words, its log made harmless, and the files that it left."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from datetime import timedelta

from django.http import FileResponse

from madang.compute.protocol import LogChunk
from madang.errors import Refused, Unavailable
from madang.portal import states
from madang.portal.jobs import machine
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import FINAL_STATES, JobState, readable, whole_characters

# Who follows a job asks again and again: one line in the access log for as long.
READ_AGAIN = timedelta(hours=1)


@dataclass(frozen=True)
class Shown:
    """A job's state as a person reads it."""

    word: str
    tone: str
    why: str
    over: bool


@dataclass(frozen=True)
class Log:
    """A piece of a log as text; `cut`: there is more before it; `complete`: nothing will follow."""

    text: str
    next_offset: int
    complete: bool
    cut: bool = False
    readable: bool = True


def shown(job: Job) -> Shown:
    """State and reason in the active language; a job that runs needs no reason."""
    state = JobState(job.state)
    why = "" if state is JobState.RUNNING else machine.sentence(job.reason_code, job.reason_facts)
    told = job.told_state
    return Shown(states.word(told, "job"), states.tone(told, "job"), why, state in FINAL_STATES)


def log_piece(job: Job, offset: int) -> Log:
    """The log from a byte on, at most 64 KiB, cut at a whole character."""
    return _log(machine.log(job, offset), cut=offset > 0)


def log_end(job: Job) -> Log:
    """The end of the log for the page; where the backend cannot give it, the page stands without it."""
    try:
        chunk, cut = machine.log_end(job)
    except (Refused, Unavailable):
        return Log("", 0, complete=False, readable=False)
    return _log(chunk, cut=cut)


def _log(chunk: LogChunk, *, cut: bool) -> Log:
    kept = len(chunk.data) if chunk.complete else whole_characters(chunk.data)
    return Log(readable(chunk.data[:kept]), chunk.next_offset - len(chunk.data) + kept, chunk.complete, cut)


def output_answer(job: Job, path: str) -> FileResponse:
    """An attachment that the browser neither opens nor guesses at."""
    name = path.rsplit("/", 1)[-1]
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    content = machine.output_file(job, path).open("rb")
    response = FileResponse(content, as_attachment=True, filename=name, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
