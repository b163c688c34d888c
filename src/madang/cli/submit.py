"""The command that submits a job from anywhere: sends its files, prints its log, fetches what it left."""

from __future__ import annotations

import argparse
import functools
import re
import signal
import sys
import uuid
from pathlib import Path
from types import FrameType
from typing import Any, Self

from madang.cli import scripts
from madang.cli.client import centre
from madang.cli.language import N_, say, translate
from madang.cli.output import amount, counting, plain, progress, show
from madang.cli.sentences import explain
from madang.client import Client, Job, JobRequest, LocalFile, Template, gathered
from madang.client.folders import OUTPUTS
from madang.errors import Refused, Stale
from madang.portal import formats

_MEMORY = re.compile(r"(\d{1,9})\s*([MG])i?B?", re.IGNORECASE)
_TIME = re.compile(r"(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,9})s)?", re.IGNORECASE)


def register(commands: Any, add: Any) -> None:
    """Adds the command."""
    text = N_("Submit a job within an award, print its log, fetch what it left, and end as it ends.")
    parser = add(commands, "submit", text, _submit, json=True)
    _options(parser)
    parser.usage = f"{parser.prog} [--award AWARD] [--gpus N] [--folder FOLDER] … [SCRIPT] [-- COMMAND …]"
    # argparse cannot tell a command's words from ours; two hyphens part them before it looks.
    parser.parse_known_args = functools.partial(_parted, parser.parse_known_args)


def _options(parser: argparse.ArgumentParser) -> None:
    said = {
        "--award": ("AWARD", N_("the award's number; not needed where one award is in force")),
        "--env": ("CODE", N_("the environment to run in; the centre's own Python without one")),
        "--pool": ("POOL", N_("where the award has several pools")),
        "--name": ("NAME", N_("the job's name; the command's own without one")),
        "--memory": ("SIZE", N_("512M, 4G (1G)")),
        "--time": ("TIME", N_("longest running time: 30m, 1h30m (1h)")),
    }
    defaults = {"--award": "", "--env": "", "--pool": "", "--name": "", "--memory": "1G", "--time": "1h"}
    for option, (metavar, text) in said.items():
        parser.add_argument(option, default=defaults[option], metavar=metavar, help=translate(text))
    parser.add_argument("--gpus", type=int, default=0, metavar="N")
    parser.add_argument("--cores", type=int, default=1, metavar="N")
    more = {
        "--nodes": (
            1,
            N_("on a cluster: spread it over so many nodes, each of which gives the same part of all amounts"),
        ),
        "--array": (1, N_("an array of so many jobs, each with its number in its environment; it is not waited for")),
        "--priority": (0, N_("within the award the higher goes first")),
        "--checkpoint": (0, N_("SIGUSR1 so many seconds before its end")),
    }
    for option, (default, text) in more.items():
        parser.add_argument(option, type=int, default=default, metavar="N", help=translate(text))
    text = N_("it may be run again, in its folder as it was left, where the machine ended it")
    parser.add_argument("--requeue", action="store_true", help=translate(text))
    text = N_("a job template of your organisation; what else is given counts before it")
    parser.add_argument("--template", default="", metavar="NAME", help=translate(text))
    lists = {
        "--file": ("FILE[=PATH]", N_("send a file along")),
        "--folder": ("FOLDER", N_("send a folder's content along, less what its .madangignore names")),
    }
    for option, (metavar, text) in lists.items():
        parser.add_argument(option, action="append", default=[], metavar=metavar, help=translate(text))
    parser.add_argument("--key", type=uuid.UUID, help=translate(N_("a UUID: the same one again is the same job")))
    parser.add_argument("--detach", action="store_true", help=translate(N_("submit and do not wait for its end")))
    outputs_arguments(parser)
    parser.add_argument("--no-fetch", action="store_true", help=translate(N_("leave there what the job leaves")))
    text = N_("a script to run; its #MADANG lines, and #SBATCH lines with an equal here, are options")
    parser.add_argument("script", nargs="?", type=Path, metavar="SCRIPT", help=translate(text))


def following_arguments(parser: argparse.ArgumentParser) -> None:
    """How a job is submitted once, and whether it is followed to its end."""
    parser.add_argument("--key", type=uuid.UUID, help=translate(N_("a UUID: the same one again is the same job")))
    parser.add_argument("--detach", action="store_true", help=translate(N_("submit and do not wait for its end")))
    parser.add_argument("--no-fetch", action="store_true", help=translate(N_("leave there what the job leaves")))
    outputs_arguments(parser)


def outputs_arguments(parser: argparse.ArgumentParser) -> None:
    """Where files that a job left are put."""
    text = N_("the folder for what the job left (madang-job- and its number)")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help=translate(text))
    parser.add_argument("--force", action="store_true", help=translate(N_("overwrite files that are there already")))


def _parted(parse: Any, words: Any = None, namespace: Any = None) -> Any:
    given = list(sys.argv[1:] if words is None else words)
    at = given.index("--") if "--" in given else len(given)
    found, rest = parse(given[:at], namespace)
    found.argv, found.first, found.words, found.parse = given[at + 1 :], [], given[:at], parse
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
    template: list[str] = []
    if given.template:
        with centre() as api:
            given, template = _with_template(given, api.template(given.template))
    given, argv = _with_script(given)
    argv = argv or template
    if not argv:
        raise Refused("command_missing")
    files = gathered([*given.file, *([given.script] if given.script else [])], given.folder)
    with centre() as api:
        wanted = JobRequest(
            award=given.award or api.award(),
            argv=tuple(argv),
            name=given.name or (given.script.name[:100] if given.script else ""),
            pool=given.pool,
            environment=given.env,
            gpus=given.gpus,
            cores=given.cores,
            nodes=given.nodes,
            memory_mb=memory_mb(given.memory),
            wall_seconds=seconds(given.time),
            priority=given.priority,
            requeue=given.requeue,
            checkpoint_seconds=given.checkpoint,
            elements=given.array,
        )
        return received(api, _sent(api, wanted, files, given.key), given)


def _with_template(given: argparse.Namespace, template: Template) -> tuple[argparse.Namespace, list[str]]:
    """What is wanted where a template says what the command does not, and the template's own command."""
    words = ["--name", template.name, "--env", template.environment, "--gpus", f"{template.gpus}"]
    words += [
        "--cores",
        f"{template.cores}",
        "--memory",
        f"{template.memory_mb}M",
        "--time",
        f"{template.wall_seconds}s",
    ]
    words += ["--nodes", f"{template.nodes}", "--array", f"{template.elements}", f"--priority={template.priority}"]
    words += ["--checkpoint", f"{template.checkpoint_seconds}", *(["--requeue"] if template.requeue else [])]
    whole, _ = given.parse([*words, *given.words], argparse.Namespace(json=given.json))
    whole.argv, whole.first, whole.words, whole.parse = given.argv, words, given.words, given.parse
    return whole, list(template.argv)


def _with_script(given: argparse.Namespace) -> tuple[argparse.Namespace, list[str]]:
    """What is wanted in all, and the command: where a script is named, its lines count unless the command says else."""
    if not given.script:
        return given, given.argv
    script = scripts.read(given.script)
    whole, rest = given.parse([*given.first, *script.words, *given.words], argparse.Namespace(json=given.json))
    if rest:
        raise Refused("script_lines", file=str(given.script), line=" ".join(rest))
    for option in script.left_out:
        say(
            plain(translate(N_("{option} of the script means nothing here and is left out."), option=option)),
            error=True,
        )
    return whole, [*script.argv, *given.argv]


def _sent(api: Client, wanted: JobRequest, files: list[LocalFile], key: uuid.UUID | None) -> Job:
    total = sum(file.size for file in files)
    if files:
        text = N_("Sending {count} files ({size}) …")
        progress(translate(text, count=len(files), size=formats.file_size(total)))
    return api.submit(wanted, files=files, key=key, told=counting(total))


def received(api: Client, job: Job, given: argparse.Namespace) -> int:
    """Says that a job was received and, unless it is left to itself, follows it to its end and fetches what it left."""
    held = amount(job.held_seconds, job.unit)
    text = translate(N_("Job {job} is received; {held} are set aside for it."), job=job.id, held=held)
    if job.array:
        text = N_("{count} jobs are received as array {array}. To list them: madang jobs --array {array}")
        show(given, job, translate(text, count=job.array_count, array=job.array))
        return 0
    if given.detach:
        show(given, job, text)
        return 0
    say(text, error=True)
    try:
        ended = followed(api, job.id, may_cancel=True, quiet=given.json)
    except KeyboardInterrupt:
        return 130
    show(given, ended, "") if given.json else say(last_line(ended), error=True)
    return ended.exit_status or (0 if given.no_fetch else _fetched(api, ended, given))


def _fetched(api: Client, job: Job, given: argparse.Namespace) -> int:
    """Fetches at the end; what cannot be fetched is said, and only then is the status not the job's."""
    folder = given.to or Path(f"{OUTPUTS}{job.id}")
    try:
        found = api.fetch(job.id, folder, overwrite=given.force, told=lambda one: progress(one.path))
    except Refused as refused:
        say(explain(refused), error=True)
        say(translate(N_("To fetch it later: madang jobs fetch {job}"), job=job.id), error=True)
        return 2
    if found:
        say(translate(N_("{count} files are in {folder}."), count=len(found), folder=folder), error=True)
    return 0


class Interrupts:
    """Counts Ctrl-C while a job is watched: the first is noted, the second leaves the command."""

    def __init__(self) -> None:
        self.heard = 0

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.heard += 1
        if self.heard > 1:
            raise KeyboardInterrupt


def followed(api: Client, job: int, *, may_cancel: bool, quiet: bool = False) -> Job:
    """The job once it has ended, after its log was printed (on standard error if `quiet`).

    Where it `may_cancel`, the first Ctrl-C asks for the job's end and goes on to it; the next one leaves the command
    (KeyboardInterrupt), after saying how to come back.
    """
    why, cancelled = "", not may_cancel
    try:
        with Interrupts() as interrupts:
            interrupts.heard = 0 if may_cancel else 1
            for look in api.watch(job):
                print(plain(look.text), end="", flush=True, file=sys.stderr if quiet else sys.stdout)
                if look.job.reason != why and not look.job.over:
                    why = look.job.reason
                    progress(" · ".join(part for part in (look.job.state_in_words, why) if part))
                if interrupts.heard and not cancelled:
                    cancelled = True
                    _cancel(api, job)
            return look.job
    except KeyboardInterrupt:
        again = N_("Job {job} goes on. Its log: madang jobs logs -f {job}. To end it: madang jobs cancel {job}")
        gone = N_("Job {job} is being cancelled. What it left: madang jobs fetch {job}")
        say(translate(gone if may_cancel and cancelled else again, job=job), error=True)
        raise


def _cancel(api: Client, job: int) -> None:
    try:
        api.cancel(job)
    except (Refused, Stale) as refused:  # it has just ended, or somebody was first
        if getattr(refused, "code", "stale") != "stale":
            raise
    text = N_("Job {job} is being cancelled. Press Ctrl-C again not to wait for its end.")
    say(translate(text, job=job), error=True)


def last_line(job: Job) -> str:
    """How a job ended and what it used, in one line."""
    used = amount(job.used_seconds or 0, job.unit)
    text = N_("Job {job}: {state}. {why} Used: {used}.")
    return plain(translate(text, job=job.id, state=job.state_in_words, why=job.reason, used=used))
