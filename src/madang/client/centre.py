"""A centre's jobs and awards as typed calls; what breaks on the way is tried again, and no job is submitted twice."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Self, TypeVar

from madang.client.folders import LocalFile, check_limits, gathered
from madang.client.transport import Transport, nothing, segment
from madang.client.values import (
    Award,
    Balance,
    Environment,
    Figures,
    Job,
    JobRequest,
    Limits,
    LogPiece,
    Look,
    Output,
    Template,
    made,
)
from madang.errors import Refused, Unavailable

T = TypeVar("T")
LOOKS_EVERY = 1.0
# Seconds between tries of a call whose connection broke.
WAITS = (1.0, 2.0, 4.0, 8.0, 15.0)
# How many seconds a centre that does not answer is asked on while a job is watched.
PATIENCE = 300.0


class Client:
    """The centre at `server` for the holder of `token`; sentences come in `language`, "en" or "ko".

    Every call may raise `madang.errors.Unavailable` (it cannot be reached, or is busy) and `RefusedThere` with the
    portal's code; `words(refused)` is the sentence. `pause` waits between two looks.
    """

    def __init__(
        self, server: str, token: str, *, language: str = "en", pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.api = Transport(server, token, language=language)
        self._pause = pause

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.api.close()

    # what may be sent, and what it would cost

    def limits(self) -> Limits:
        """What may be sent along with one job."""
        return made(Limits, self._tried(lambda: self.api.get("jobs/limits")))

    def figures(self, wanted: JobRequest) -> Figures:
        """What a job would set aside and cost at most, without submitting it; its command does not matter."""
        return made(Figures, self._tried(lambda: self.api.post("jobs/figures", _asked(wanted))))

    def awards(self, *, in_force: bool = False) -> list[Award]:
        """The awards that the caller may see, or those in force; newest first."""
        found = [made(Award, row) for row in self.api.items("awards")]
        return [award for award in found if award.state == "in_force" or not in_force]

    def award(self) -> str:
        """The number of the one award in force. Refused: ``award_unclear`` where there are several, or none."""
        found = self.awards(in_force=True)
        if len(found) != 1:
            raise Refused("award_unclear", awards=", ".join(award.number for award in found) or "–")
        return found[0].number

    def balances(self, award: str) -> list[Balance]:
        """What an award was granted, has used, set aside and left, by pool."""
        return [made(Balance, row) for row in self.api.get(f"awards/{segment(award)}/usage")]

    # submitting

    def submit(
        self,
        wanted: JobRequest,
        *,
        files: Sequence[LocalFile] = (),
        folder: Path | None = None,
        key: uuid.UUID | None = None,
        told: Callable[[int], None] = nothing,
    ) -> Job:
        """Submits a job with files and a folder's content; the same `key` again is the same job.

        The limits are asked for before anything is sent; what arrives is compared with what was read here. A broken
        connection is tried again under the same key. `told`: the bytes of each piece that is sent. Refused besides the
        portal's codes: those of `gathered` and `check_limits`.
        """
        found = [*files, *(gathered([], [folder]) if folder else [])]
        if found:
            check_limits(found, self.limits())
        fields = {
            "job": json.dumps({**_asked(wanted), "key": str(key or uuid.uuid4())}),
            "paths": [file.place for file in found],
            "sha256": [file.sha256() for file in found],
        }
        parts = [("files", file.path) for file in found]
        return made(Job, self._tried(lambda: self._sent(fields, parts, found, told)))

    def _sent(self, fields: dict[str, Any], parts: Any, found: list[LocalFile], told: Callable[[int], None]) -> Any:
        try:
            return self.api.upload("jobs", fields, parts, told)
        except (Unavailable, Refused):
            for file in found:
                file.check(file.path.stat())
            raise

    def repeat(self, job: int, *, key: uuid.UUID | None = None) -> Job:
        """Submits the same job again: command, amounts and files as they were."""
        content = {"key": str(key or uuid.uuid4())}
        return made(Job, self._tried(lambda: self.api.post(f"jobs/{job}/repeat", content)))

    def templates(self) -> list[Template]:
        """The templates of the caller's organisations, by name."""
        return [made(Template, row) for row in self.api.items("job-templates")]

    def template(self, name: str) -> Template:
        """The one with this name. Refused: ``template_unclear`` where there is none, or in several organisations."""
        found = [one for one in self.templates() if one.name == name]
        if len(found) != 1:
            raise Refused("template_unclear", name=name, count=len(found))
        return found[0]

    def environments(self) -> list[Environment]:
        """The centre's environments and the caller's organisations' own, newest first."""
        return [made(Environment, row) for row in self.api.items("environments")]

    def build(self, wanted: JobRequest, *, name: str, lock: str, key: uuid.UUID | None = None) -> Job:
        """Submits the job that builds an environment on `wanted.environment` from a lock file's text.

        Of `wanted` its award, pool and amounts count. What was built from the same lock before is not built again.
        """
        given = _asked(wanted)
        content = {name: given[name] for name in ("award", "pool", "gpus", "cores", "memory_mb", "wall_seconds")}
        content |= {"name": name, "lock": lock, "base": wanted.environment, "key": str(key or uuid.uuid4())}
        return made(Job, self._tried(lambda: self.api.post("environments/builds", content)))

    def withdraw(self, environment: int) -> None:
        """Takes an environment out of use, by its number."""
        self.api.post(f"environments/{environment}/withdrawal")

    # following

    def job(self, id: int) -> Job:
        """One job as it stands."""
        return made(Job, self._tried(lambda: self.api.get(f"jobs/{id}")))

    def jobs(
        self,
        *,
        state: str | None = None,
        award: str | None = None,
        array: str | None = None,
        most: int | None = None,
    ) -> list[Job]:
        """Jobs, newest first; of one state, of one award, at most so many."""
        return [made(Job, row) for row in self.api.items("jobs", most=most, state=state, award=award, array=array)]

    def cancel(self, job: int) -> Job:
        """Asks for a job to end. Refused: ``stale`` where it has ended or was asked already."""
        return made(Job, self.api.post(f"jobs/{job}/cancel"))

    def keep(self, job: int, need: str) -> datetime:
        """Puts the end of an idle job off, once; gives until when. `need`: ``waits``, ``unseen`` or ``soon``.

        Refused: ``job_not_idle``, ``job_kept_already``, ``stale``.
        """
        return datetime.fromisoformat(self.api.post(f"jobs/{job}/keep", {"need": need})["idle_until"])

    def log(self, job: int, offset: int = 0) -> LogPiece:
        """A piece of what the job printed, from a byte on; control characters are made visible."""
        return made(LogPiece, self.api.get(f"jobs/{job}/log", offset=offset))

    def printed(self, job: int) -> str:
        """All that the job has printed so far."""
        pieces, offset = [], 0
        while True:
            piece = self._tried(lambda offset=offset: self.log(job, offset))  # type: ignore[misc]
            pieces.append(piece.text)
            if piece.complete or piece.next_offset == offset:
                return "".join(pieces)
            offset = piece.next_offset

    def watch(self, job: int) -> Iterator[Look]:
        """Looks at a job again and again until it has ended and all that it printed was given; then stops.

        A centre that does not answer is asked on for some minutes before Unavailable is raised.
        """
        offset, missed = 0, 0.0
        while True:
            try:
                found = made(Job, self.api.get(f"jobs/{job}"))
                piece = self.log(job, offset)
            except Unavailable:
                missed += LOOKS_EVERY
                if missed > PATIENCE:
                    raise
                self._pause(LOOKS_EVERY)
                continue
            missed = 0.0
            yield Look(found, piece.text)
            if found.over and piece.complete:
                return
            if piece.next_offset == offset:
                self._pause(LOOKS_EVERY)
            offset = piece.next_offset

    def stream(self, job: int) -> Iterator[str]:
        """What the job prints, as it comes, until it has ended."""
        return (look.text for look in self.watch(job) if look.text)

    def wait(self, job: int, timeout: float | None = None) -> Job:
        """The job once it has ended; TimeoutError where it has not within so many seconds."""
        until = None if timeout is None else time.monotonic() + timeout
        while not (found := self.job(job)).over:
            if until is not None and time.monotonic() >= until:
                raise TimeoutError(f"job {job} has not ended")
            self._pause(LOOKS_EVERY)
        return found

    # what it left

    def outputs(self, job: int) -> list[Output]:
        """The files that an ended job left, by path."""
        return [made(Output, row) for row in self.api.items(f"jobs/{job}/outputs")]

    def fetch(
        self,
        job: int,
        folder: Path,
        paths: Sequence[str] = (),
        *,
        overwrite: bool = False,
        told: Callable[[Output], None] = lambda _: None,
    ) -> list[Path]:
        """Fetches files that a job left, all without `paths`, into a folder; gives where they lie.

        Nothing is written outside the folder, nor over a file with another content unless `overwrite`; what is there
        already with the same content is not fetched again. Refused: ``no_such_output``, ``output_unsafe``,
        ``output_exists`` before anything is fetched, ``output_differs``.
        """
        left = {output.path: output for output in self.outputs(job)}
        for path in paths:
            if path not in left:
                raise Refused("no_such_output", path=path)
        chosen = [left[path] for path in paths or left]
        wanted = [(output, *_target(output, folder, overwrite=overwrite)) for output in chosen]
        for output, target, there in wanted:
            if not there:
                told(output)
                target.parent.mkdir(parents=True, exist_ok=True)
                self._fetch(job, output, target)
        return [target for _, target, _ in wanted]

    def _fetch(self, job: int, output: Output, target: Path) -> None:
        place = "/".join(map(segment, PurePosixPath(output.path).parts))
        self._tried(lambda: self.api.fetch(f"jobs/{job}/outputs/{place}", target, sha256=output.sha256))

    def _tried(self, call: Callable[[], T]) -> T:
        """The call's answer, tried again after a while where the centre was not there; for calls that may be twice."""
        for wait in WAITS:
            try:
                return call()
            except Unavailable:
                self._pause(wait)
        return call()


def _asked(wanted: JobRequest) -> dict[str, Any]:
    name = wanted.name or PurePosixPath(wanted.argv[0]).name[:100] if wanted.argv else wanted.name
    return {**asdict(wanted), "argv": list(wanted.argv), "name": name or "job"}


def _target(output: Output, folder: Path, *, overwrite: bool) -> tuple[Path, bool]:
    """Where an output shall lie, and whether its content is there already."""
    path = PurePosixPath(output.path)
    target = folder / path
    if path.is_absolute() or ".." in path.parts or "\\" in output.path:
        raise Refused("output_unsafe", path=output.path)
    if not target.parent.resolve().is_relative_to(folder.resolve()) or target.is_symlink():
        raise Refused("output_unsafe", path=output.path)
    # a file where a folder is needed, or the other way round, is never removed
    in_the_way = target.is_dir() or any(above.is_file() for above in target.parents if above.is_relative_to(folder))
    if in_the_way or not target.exists():
        if in_the_way:
            raise Refused("output_exists", path=str(target))
        return target, False
    with target.open("rb") as file:
        same = hashlib.file_digest(file, "sha256").hexdigest() == output.sha256
    if not same and not overwrite:
        raise Refused("output_exists", path=str(target))
    return target, same
