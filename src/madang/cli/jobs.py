"""The commands of jobs: submit and follow, list, read the log, fetch outputs, cancel."""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import re
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from madang.cli.client import Client, client, segment
from madang.cli.folders import gathered
from madang.cli.language import N_, say, translate
from madang.cli.output import amount, confirmed, instant, plain, progress, show, table
from madang.errors import Refused, Unavailable
from madang.portal import formats

LOOKS_EVERY = 1.0
# How long the command goes on asking a centre that does not answer, before it leaves the job to itself.
PATIENCE = 300.0
_MEMORY = re.compile(r"(\d{1,9})\s*([MG])i?B?", re.IGNORECASE)
_TIME = re.compile(r"(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,9})s)?", re.IGNORECASE)
Add = Callable[..., argparse.ArgumentParser]


def register(commands: Any, add: Add) -> None:
    """Adds the commands of jobs."""
    _submit_arguments(add(commands, "submit", N_("Submit a job within an award."), _submit, json=True))
    listed = add(commands, "jobs", N_("List jobs, newest first."), _jobs, json=True)
    listed.add_argument("--state", metavar="STATE", help=translate(N_("waiting, running, succeeded, failed, …")))
    listed.add_argument("--award", metavar="AWARD", help=translate(N_("an award's number")))
    listed.add_argument("--most", type=int, default=50, help=translate(N_("at most so many (50)")))
    _one(add(commands, "job", N_("Show one job, and when it is likely to start."), _job, json=True))
    logs = _one(add(commands, "logs", N_("Print what a job printed."), _logs))
    logs.add_argument("-f", "--follow", action="store_true", help=translate(N_("go on until the job has ended")))
    _one(add(commands, "outputs", N_("List the files that a job left."), _outputs, json=True))
    fetch = _one(add(commands, "fetch", N_("Fetch files that a job left; all of them without a path."), _fetch))
    fetch.add_argument("path", nargs="*", metavar="PATH")
    fetch.add_argument(
        "--to", type=Path, default=Path(), metavar="FOLDER", help=translate(N_("the folder to put them in"))
    )
    _one(add(commands, "cancel", N_("Cancel a job."), _cancel, json=True))


def _one(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("job", type=int, metavar="JOB", help=translate(N_("the job's number")))
    return parser


def _submit_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("award", metavar="AWARD", help=translate(N_("the award's number")))
    parser.add_argument("--pool", default="", metavar="POOL", help=translate(N_("where the award has several pools")))
    parser.add_argument("--name", metavar="NAME", help=translate(N_("the job's name; the command's own without one")))
    parser.add_argument("--gpus", type=int, default=0, metavar="N")
    parser.add_argument("--cores", type=int, default=1, metavar="N")
    parser.add_argument("--memory", default="1G", metavar="SIZE", help=translate(N_("512M, 4G (1G)")))
    parser.add_argument(
        "--time", default="1h", metavar="TIME", help=translate(N_("longest running time: 30m, 1h30m (1h)"))
    )
    parser.add_argument(
        "--file", action="append", default=[], metavar="FILE[=PATH]", help=translate(N_("send a file along"))
    )
    parser.add_argument(
        "--folder", action="append", default=[], metavar="FOLDER",
        help=translate(N_("send a folder's content along, less what its .madangignore names")),
    )  # fmt: skip
    parser.add_argument("--key", type=uuid.UUID, help=translate(N_("a UUID: the same one again is the same job")))
    parser.add_argument("--wait", action="store_true", help=translate(N_("print the log and end as the job ends")))
    parser.usage = (
        f"{parser.prog} AWARD [--cores N] [--gpus N] [--memory SIZE] [--time TIME] [--file FILE] [--wait] -- COMMAND …"
    )
    # argparse cannot tell a command's words from ours; two hyphens part them before it looks.
    parser.parse_known_args = functools.partial(_parted, parser.parse_known_args)  # type: ignore[method-assign]


def _parted(parse: Any, words: Any = None, namespace: Any = None) -> Any:
    given = list(sys.argv[1:] if words is None else words)
    at = given.index("--") if "--" in given else len(given)
    found, rest = parse(given[:at], namespace)
    found.argv = given[at + 1 :]
    return found, rest


def memory_mb(text: str) -> int:
    """512M or 4G as MiB. Refused: ``memory_malformed``."""
    match = _MEMORY.fullmatch(text.strip())
    if not match:
        raise Refused("memory_malformed", given=text)
    return int(match[1]) * (1024 if match[2].upper() == "G" else 1)


def seconds(text: str) -> int:
    """90s, 30m, 2h, 1h30m or 1d as seconds. Refused: ``time_malformed``."""
    match = _TIME.fullmatch(text.strip())
    if not match or not any(match.groups()):
        raise Refused("time_malformed", given=text)
    days, hours, minutes, rest = (int(part or 0) for part in match.groups())
    return days * 86_400 + hours * 3_600 + minutes * 60 + rest


def _submit(given: argparse.Namespace) -> int:
    if not given.argv:
        raise Refused("command_missing")
    files = gathered(given.file, given.folder)
    wanted = _wanted(given)
    with client() as api:
        made = _sent(api, wanted, files)
        held = amount(made["held_seconds"], made["unit"])
        text = translate(N_("Job {job} is received; {held} are set aside for it."), job=made["id"], held=held)
        if given.wait:
            say(text, error=True)
            return _wait(api, made["id"], given)
    show(given, made, text)
    return 0


def _wanted(given: argparse.Namespace) -> dict[str, Any]:
    return {
        "award": given.award,
        "pool": given.pool,
        "name": given.name or PurePosixPath(given.argv[0]).name[:100] or "job",
        "argv": given.argv,
        "gpus": given.gpus,
        "cores": given.cores,
        "memory_mb": memory_mb(given.memory),
        "wall_seconds": seconds(given.time),
        # Named here, so that sending it again after a broken connection is the same job.
        "key": str(given.key or uuid.uuid4()),
    }


def _sent(api: Client, wanted: dict[str, Any], files: list[tuple[str, Path]]) -> Any:
    if files:
        size = formats.file_size(sum(path.stat().st_size for _, path in files))
        progress(translate(N_("Sending {count} files ({size}) …"), count=len(files), size=size))
    fields = {"job": json.dumps(wanted), "paths": [place for place, _ in files]}
    parts = [("files", path) for _, path in files]
    try:
        return api.upload("jobs", fields, parts)
    except Unavailable:
        progress(translate(N_("No answer; trying once more.")))
        return api.upload("jobs", fields, parts)


def _wait(api: Client, job: int, given: argparse.Namespace) -> int:
    """Prints the log as it comes; the exit status is the job's own, 1 for one that ended without."""
    try:
        ended = _follow(api, job)
    except KeyboardInterrupt:
        return _interrupted(api, job)
    if given.json:
        show(given, ended, "")
    else:
        say(_last_line(ended), error=True)
    code = ended["exit_code"]
    return code if code is not None and (code or ended["state"] == "succeeded") else 1


def _interrupted(api: Client, job: int) -> int:
    say("", error=True)
    if confirmed(translate(N_("Cancel job {job}? Otherwise it goes on."), job=job)):
        api.post(f"jobs/{job}/cancel")
        say(translate(N_("Job {job} is being cancelled."), job=job), error=True)
    else:
        text = N_("Job {job} goes on. Its log: madang logs -f {job}. To end it: madang cancel {job}")
        say(translate(text, job=job), error=True)
    return 130


def _follow(api: Client, job: int) -> dict[str, Any]:
    """The job once it has ended, after its log has been printed to the end."""
    offset, why, give_up = 0, "", time.monotonic() + PATIENCE
    while True:
        try:
            found = api.get(f"jobs/{job}")
            offset, complete = _print_log(api, job, offset)
        except Unavailable:
            if time.monotonic() > give_up:
                raise
            time.sleep(LOOKS_EVERY)
            continue
        give_up = time.monotonic() + PATIENCE
        if found["over"] and complete:
            return dict(found)
        if found["reason"] != why:
            why = found["reason"]
            progress(" · ".join(part for part in (found["state_in_words"], why) if part))
        time.sleep(LOOKS_EVERY)


def _print_log(api: Client, job: int, offset: int) -> tuple[int, bool]:
    """Prints what is there from `offset` on; where to go on, and whether the log is whole."""
    while True:
        piece = api.get(f"jobs/{job}/log", offset=offset)
        print(plain(piece["text"]), end="", flush=True)
        if piece["complete"] or piece["next_offset"] == offset:
            return piece["next_offset"], piece["complete"]
        offset = piece["next_offset"]


def _last_line(job: dict[str, Any]) -> str:
    used = amount(job["used_seconds"], job["unit"])
    text = N_("Job {job}: {state}. {why} Used: {used}.")
    return plain(translate(text, job=job["id"], state=job["state_in_words"], why=job["reason"], used=used))


def _jobs(given: argparse.Namespace) -> int:
    with client() as api:
        found = list(api.items("jobs", most=max(given.most, 1), state=given.state, award=given.award))
    heads = [N_("Job"), N_("Name"), N_("State"), N_("Award"), N_("Submitted"), N_("Start"), N_("Ended")]
    rows = [
        [
            job["id"],
            job["name"],
            job["state_in_words"],
            job["award"],
            instant(job["submitted_at"]),
            _start(job),
            instant(job["ended_at"]),
        ]
        for job in found
    ]
    text = table([translate(head) for head in heads], rows, right=[0]) if found else translate(N_("No jobs."))
    show(given, found, text)
    return 0


def _start(job: dict[str, Any]) -> str:
    """When a job started or, while it waits, what is told of that, in short."""
    told = job["estimated_start"]
    return str(told["in_short"]) if told else instant(job["started_at"])


def _job(given: argparse.Namespace) -> int:
    with client() as api:
        found = api.get(f"jobs/{given.job}")
    told, unit = found["estimated_start"], found["unit"]
    rows = [
        (N_("Name"), found["name"]),
        (N_("Award"), found["award"]),
        (N_("State"), " · ".join(part for part in (found["state_in_words"], found["reason"]) if part)),
        (N_("Submitted"), instant(found["submitted_at"])),
        (N_("Start"), told["sentence"] if told else instant(found["started_at"])),
        (N_("Ended"), instant(found["ended_at"])),
        (N_("Set aside now"), amount(found["held_now_seconds"], unit)),
        (N_("Used"), amount(found["used_seconds"], unit)),
    ]
    show(given, found, table([translate(N_("Job")), found["id"]], [[translate(label), value] for label, value in rows]))
    return 0


def _logs(given: argparse.Namespace) -> int:
    with client() as api:
        if not given.follow:
            _print_log(api, given.job, 0)
            return 0
        try:
            say(_last_line(_follow(api, given.job)), error=True)
        except KeyboardInterrupt:
            return 130
    return 0


def _outputs(given: argparse.Namespace) -> int:
    with client() as api:
        found = list(api.items(f"jobs/{given.job}/outputs"))
    rows = [[one["path"], formats.file_size(one["size_bytes"]), one["sha256"]] for one in found]
    heads = [translate(N_("File")), translate(N_("Size")), "SHA-256"]
    show(given, found, table(heads, rows, right=[1]) if found else translate(N_("The job has left no files.")))
    return 0


def _fetch(given: argparse.Namespace) -> int:
    with client() as api:
        left = {one["path"]: one for one in api.items(f"jobs/{given.job}/outputs")}
        missing = [path for path in given.path if path not in left]
        if missing:
            raise Refused("no_such_output", path=missing[0])
        for path in given.path or left:
            _fetch_one(api, given.job, left[path], given.to)
    say(translate(N_("{count} files were fetched."), count=len(given.path or left)))
    return 0


def _fetch_one(api: Client, job: int, output: dict[str, Any], folder: Path) -> None:
    path = PurePosixPath(output["path"])
    if path.is_absolute() or ".." in path.parts or "\\" in output["path"]:
        raise Refused("output_unsafe", path=output["path"])
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.parent.resolve().is_relative_to(folder.resolve()) or target.is_symlink():
        raise Refused("output_unsafe", path=output["path"])
    progress(f"{path} ({formats.file_size(output['size_bytes'])})")
    api.fetch(f"jobs/{job}/outputs/{'/'.join(map(segment, path.parts))}", target)
    with target.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != output["sha256"]:
            raise Refused("output_differs", path=output["path"])


def _cancel(given: argparse.Namespace) -> int:
    with client() as api:
        found = api.post(f"jobs/{given.job}/cancel")
    show(given, found, translate(N_("Job {job} is being cancelled."), job=given.job))
    return 0
