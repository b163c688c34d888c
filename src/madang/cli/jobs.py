"""The commands of jobs that are there: list, show, read the log, list and fetch outputs, cancel, repeat."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from madang.cli.client import centre
from madang.cli.language import N_, say, translate
from madang.cli.output import amount, instant, plain, progress, show, table
from madang.cli.submit import followed, following_arguments, last_line, outputs_arguments, received
from madang.client import Job, Output
from madang.client.folders import OUTPUTS
from madang.portal import formats

Add = Callable[..., argparse.ArgumentParser]


def register(commands: Any, add: Add) -> None:
    """Adds `jobs`, which alone lists them, with one command for each thing to do with one."""
    jobs = add(commands, "jobs", N_("List jobs, newest first; or look after one."), _list, json=True)
    jobs.add_argument("--state", metavar="STATE", help=translate(N_("waiting, running, succeeded, failed, …")))
    jobs.add_argument("--award", metavar="AWARD", help=translate(N_("an award's number")))
    jobs.add_argument("--array", metavar="KEY", help=translate(N_("the jobs of one array, by its key")))
    jobs.add_argument("--most", type=int, default=50, help=translate(N_("at most so many (50)")))
    of_one = jobs.add_subparsers(metavar="COMMAND")
    _one(add(of_one, "show", N_("Show one job, and when it is likely to start."), _show, json=True))
    logs = _one(add(of_one, "logs", N_("Print what a job printed."), _logs))
    logs.add_argument("-f", "--follow", action="store_true", help=translate(N_("go on until the job has ended")))
    _one(add(of_one, "outputs", N_("List the files that a job left."), _outputs, json=True))
    fetch = _one(add(of_one, "fetch", N_("Fetch files that a job left; all of them without a path."), _fetch))
    fetch.add_argument("path", nargs="*", metavar="PATH")
    outputs_arguments(fetch)
    _one(add(of_one, "cancel", N_("Cancel a job."), _cancel, json=True))
    keep = _one(add(of_one, "keep", N_("Put the end of a job that does next to nothing off, once."), _keep))
    text = N_("waits: for data, another job or somebody; unseen: its work is not measured; soon: I am about to use it")
    keep.add_argument("--need", choices=("waits", "unseen", "soon"), required=True, help=translate(text))
    repeat = _one(add(of_one, "repeat", N_("Submit a job again as it was."), _repeat, json=True))
    following_arguments(repeat)


def _one(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("job", type=int, metavar="JOB", help=translate(N_("the job's number")))
    return parser


def _list(given: argparse.Namespace) -> int:
    with centre() as api:
        found = api.jobs(most=max(given.most, 1), state=given.state, award=given.award, array=given.array)
    heads = [N_("Job"), N_("Name"), N_("State"), N_("Award"), N_("Submitted"), N_("Start"), N_("Ended")]
    rows = [
        [
            job.id,
            job.name,
            job.state_in_words,
            job.award,
            instant(job.submitted_at),
            job.estimated_start.in_short if job.estimated_start else instant(job.started_at),
            instant(job.ended_at),
        ]
        for job in found
    ]
    text = table([translate(head) for head in heads], rows, right=[0]) if found else translate(N_("No jobs."))
    show(given, [asdict(job) for job in found], text)
    return 0


def _show(given: argparse.Namespace) -> int:
    with centre() as api:
        found = api.job(given.job)
    show(given, found, _facts(found))
    return 0


def _facts(job: Job) -> str:
    told = job.estimated_start
    rows = [
        (N_("Name"), job.name),
        (N_("Award"), job.award),
        (N_("State"), " · ".join(part for part in (job.state_in_words, job.reason) if part)),
        (N_("Submitted"), instant(job.submitted_at)),
        (N_("Start"), told.sentence if told else instant(job.started_at)),
        (N_("Ended"), instant(job.ended_at)),
        *([(N_("Idle since"), instant(job.idle_since))] if job.idle_since and not job.over else []),
        *([(N_("Will be stopped"), instant(job.idle_until))] if job.idle_until and not job.over else []),
        (N_("Set aside now"), amount(job.held_now_seconds or 0, job.unit)),
        (N_("Used"), amount(job.used_seconds or 0, job.unit)),
    ]
    return table([translate(N_("Job")), job.id], [[translate(label), value] for label, value in rows])


def _logs(given: argparse.Namespace) -> int:
    with centre() as api:
        if not given.follow:
            print(plain(api.printed(given.job)), end="", flush=True)
            return 0
        try:
            say(last_line(followed(api, given.job, may_cancel=False)), error=True)
        except KeyboardInterrupt:
            return 130
    return 0


def _outputs(given: argparse.Namespace) -> int:
    with centre() as api:
        found = api.outputs(given.job)
    rows = [[one.path, formats.file_size(one.size_bytes), one.sha256] for one in found]
    heads = [translate(N_("File")), translate(N_("Size")), "SHA-256"]
    text = table(heads, rows, right=[1]) if found else translate(N_("The job has left no files."))
    show(given, [asdict(one) for one in found], text)
    return 0


def _fetch(given: argparse.Namespace) -> int:
    folder = given.to or Path(f"{OUTPUTS}{given.job}")
    with centre() as api:
        found = api.fetch(given.job, folder, given.path, overwrite=given.force, told=_told)
    say(translate(N_("{count} files are in {folder}."), count=len(found), folder=folder))
    return 0


def _told(output: Output) -> None:
    progress(f"{output.path} ({formats.file_size(output.size_bytes)})")


def _cancel(given: argparse.Namespace) -> int:
    with centre() as api:
        found = api.cancel(given.job)
    show(given, found, translate(N_("Job {job} is being cancelled."), job=given.job))
    return 0


def _keep(given: argparse.Namespace) -> int:
    with centre() as api:
        until = api.keep(given.job, given.need)
    say(translate(N_("Job {job} goes on until {until} at least."), job=given.job, until=instant(until)))
    return 0


def _repeat(given: argparse.Namespace) -> int:
    with centre() as api:
        return received(api, api.repeat(given.job, key=given.key), given)
