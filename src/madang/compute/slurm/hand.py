"""The one program that acts as a person on the cluster: lays a job's files, gives it to Slurm, reads what it left.

It runs on the head node as that person's Unix user (never as root), with the standard library alone, so that a rule of
sudo can name this one file. One order comes in as a line of JSON, with the contents of files after it; one answer goes
out as a line of JSON, with the contents asked for after it. It knows seven verbs and no other command.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

Order = Mapping[str, Any]

PIECE = 1 << 20
LOCK_SECONDS = 30.0
DAY = 86_400


class Refusal(Exception):
    """What the portal is told as a refusal: a code and its facts."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.answer = {"refused": code, "facts": facts}


class Away(Exception):
    """Slurm or the shared folder is away, or the outcome is not known; asking again is safe."""


def main(source: BinaryIO, sink: BinaryIO) -> None:
    """Carries out one order; everything that goes wrong outside is an answer too."""
    os.umask(0o077)
    order = json.loads(source.readline())
    try:
        if os.getuid() == 0 or os.geteuid() == 0:
            raise Refusal("slurm_root")
        verb = VERBS[order["verb"]]
        verb(order, _folder(order), source, sink)
    except Refusal as refusal:
        _say(sink, refusal.answer)
    except Away as away:
        _say(sink, {"away": str(away)})
    except OSError as fault:
        _say(sink, {"away": f"{fault.filename or ''}: {fault.strerror}"})


def _say(sink: BinaryIO, answer: Mapping[str, object]) -> None:
    sink.write(json.dumps(answer).encode() + b"\n")
    sink.flush()


def _folder(order: Order) -> Path:
    """The job's folder below the person's own, which no other user can have laid in its place."""
    own = Path(order["root"]) / str(os.getuid())
    with contextlib.suppress(FileExistsError):
        own.mkdir(mode=0o700)
    found = own.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise Refusal("slurm_folder_unsafe", path=str(own))
    if not order["job"].replace("-", "").isalnum():
        raise Refusal("slurm_folder_unsafe", path=order["job"])
    return own / str(order["job"])


def submit(order: Order, folder: Path, source: BinaryIO, sink: BinaryIO) -> None:
    """Gives the job to Slurm once, however often and wherever an earlier attempt was cut off.

    A lock is held that a killed attempt's sbatch keeps too. Before Slurm is asked, that is written down; so an attempt
    whose answer was lost is looked for in the queue and in the records before anything is asked again.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = _lock(folder)
    number = _read(folder, "number")
    if not number and (folder / "asked").exists():
        number = _found(order)
        if number:
            _write(folder, "number", number)
    if not number:
        if not (folder / "staged").exists():
            _stage(order, folder, source)
        number = _ask(order, folder, lock)
    _say(sink, {"number": number})


def _lock(folder: Path) -> int:
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    give_up = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            if time.monotonic() > give_up:
                raise Away("another attempt to submit this job goes on") from None
            time.sleep(0.05)


def _stage(order: Order, folder: Path, source: BinaryIO) -> None:
    work = folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(0o700)
    for path, size, sha256 in order["files"]:
        target = work / path
        target.parent.mkdir(parents=True, exist_ok=True)
        read = hashlib.sha256()
        with target.open("xb") as file:
            left = size
            while left:
                piece = source.read(min(left, PIECE))
                if not piece:
                    raise Away("the order ended in the middle of a file")
                read.update(piece)
                file.write(piece)
                left -= len(piece)
            file.flush()
            os.fsync(file.fileno())
        if read.hexdigest() != sha256:
            raise Refusal("input_differs", path=path)
    _write(folder, "order.json", json.dumps(order["command"]))
    _write(folder, "staged", "")


def _ask(order: Order, folder: Path, lock: int) -> str:
    """Slurm's number for the job. What Slurm refused was not taken; after anything else, nobody knows."""
    _write(folder, "asked", str(int(time.time())))
    argv = ["sbatch", *order["sbatch"], f"--chdir={folder}/work", f"--output={folder}/slurm.out"]
    done = _slurm(order, argv, order["script"], keep=(lock,))
    said = done.stderr.strip()
    if done.returncode == 0:
        number = done.stdout.strip().partition(";")[0]
        _write(folder, "number", number)
        return number
    if done.returncode < 0 or any(sign in said for sign in order["signs"]):
        raise Away(said[-500:] or f"sbatch ended by signal {-done.returncode}")
    (folder / "asked").unlink()
    raise Refusal("slurm_refused", detail=said.replace("sbatch: error: ", "")[-500:])


def _found(order: Order) -> str:
    """The number of a job that Slurm took though its answer was lost; empty where it took none."""
    name, user = f"--name={order['job']}", f"--user={os.getuid()}"
    queued = _answer(order, ["squeue", "--noheader", "--states=all", name, user, "--format=%A"])
    if not queued:
        since = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - 30 * DAY))
        asked = ["sacct", "-X", "--noheader", "--parsable2", name, user, f"--starttime={since}", "--format=JobIDRaw"]
        queued = _answer(order, asked)
    return min(queued, key=int, default="")


def _answer(order: Order, argv: Sequence[str]) -> list[str]:
    done = _slurm(order, argv)
    if done.returncode:
        raise Away(done.stderr.strip()[-500:])
    return [line.strip() for line in done.stdout.splitlines() if line.strip().isdigit()]


def _slurm(
    order: Order, argv: Sequence[str], stdin: str = "", keep: Sequence[int] = ()
) -> subprocess.CompletedProcess[str]:
    environment = {"LANG": "C.UTF-8", **order["environment"]}
    try:
        program = shutil.which(argv[0], path=environment["PATH"])
        if program is None:
            raise FileNotFoundError(argv[0])
        return subprocess.run(
            [program, *argv[1:]],
            input=stdin,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=90,
            pass_fds=keep,
        )
    except subprocess.TimeoutExpired:
        raise Away(f"{argv[0]}: no answer") from None
    except FileNotFoundError:
        raise Refusal("slurm_command_missing", command=argv[0]) from None


def cancel(order: Order, folder: Path, source: BinaryIO, sink: BinaryIO) -> None:
    """Asks Slurm to end the job; one that has ended already stays as it is."""
    done = _slurm(order, ["scancel", "--quiet", order["number"]])
    gone = "Invalid job id" in done.stderr or "already completing or completed" in done.stderr
    if done.returncode and not gone:
        raise Away(done.stderr.strip()[-500:])
    _say(sink, {})


def steer(order: Order, folder: Path, source: BinaryIO, sink: BinaryIO) -> None:
    """Holds a waiting job back, releases one that the person held, or says how far it goes behind others.

    A job that waits no more stays as it is: Slurm would note a hold on a running one for its next run.
    """
    number = order["number"]
    known = _slurm(order, ["squeue", "--noheader", "--states=pending", f"--jobs={number}", "--format=%Q"])
    if known.returncode and "Invalid job id" not in known.stderr:
        raise Away(known.stderr.strip()[-500:])
    place = known.stdout.strip()  # empty where it waits no more, 0 where it is held
    acts = {
        "hold": ["hold", number] if place != "0" else [],
        "release": ["release", number] if place == "0" else [],
        "nice": ["update", f"JobId={number}", f"Nice={int(order.get('nice', 0))}"],
    }
    if place and (words := acts[order["act"]]):
        done = _slurm(order, ["scontrol", *words])
        if any(sign in done.stderr for sign in order["signs"]):
            raise Away(done.stderr.strip()[-500:])
    _say(sink, {})


def look(order: Order, folder: Path, source: BinaryIO, sink: BinaryIO) -> None:
    """How the command ended by its own record, how long its log is, and (where asked) what files it left."""
    result: object = {}
    with contextlib.suppress(ValueError):  # the folder is the person's own: whatever else lies there is nothing
        result = json.loads(_read(folder, "result.json") or "{}")
    answer: dict[str, object] = {"result": result, "log_size": _size(folder / "log")}
    if order["outputs"]:
        inputs = {path: sha256 for path, _, sha256 in order["files"]}
        answer["outputs"], answer["left_out"] = _listing(folder / "work", inputs, order["most"])
    _say(sink, answer)


def log(order: Order, folder: Path, source: BinaryIO, sink: BinaryIO) -> None:
    """Part of the job's log."""
    data = b""
    size = _size(folder / "log")
    if size:
        with (folder / "log").open("rb") as file:
            file.seek(order["offset"])
            data = file.read(order["limit"])
    _say(sink, {"size": size, "length": len(data)})
    sink.write(data)


def fetch(order: Order, folder: Path, source: BinaryIO, sink: BinaryIO) -> None:
    """One file that the job left."""
    try:
        descriptor = _open_within(folder / "work", order["path"])
    except (OSError, ValueError):
        raise Refusal("no_such_output", path=order["path"]) from None
    with os.fdopen(descriptor, "rb") as file:
        _say(sink, {"size": os.fstat(descriptor).st_size})
        shutil.copyfileobj(file, sink, PIECE)


def forget(order: Order, folder: Path, source: BinaryIO, sink: BinaryIO) -> None:
    """Destroys everything of the job but its number, by which it stays the same job when it is submitted again."""
    for path in list(folder.iterdir()) if folder.is_dir() else []:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name not in ("number", "lock", "asked", "staged"):
            path.unlink()
    _say(sink, {})


def _listing(work: Path, inputs: Mapping[str, str], most: int) -> tuple[list[tuple[str, int, str]], int]:
    """The files made or changed, by path, with size and SHA-256, and how many others cannot be offered."""
    found: list[tuple[str, int, str]] = []
    left_out = 0
    for name, folders, files in os.walk(work, followlinks=False):
        linked = [inner for inner in folders if (Path(name) / inner).is_symlink()]
        for file in files + linked:
            path = str((Path(name) / file).relative_to(work))
            listed = _listed(work, path) if len(found) < most else None
            if listed is None:
                left_out += 1
            elif inputs.get(path) != listed[2]:
                found.append(listed)
    return sorted(found), left_out


def _listed(work: Path, path: str) -> tuple[str, int, str] | None:
    try:
        path.encode()
        descriptor = _open_within(work, path)
    except (OSError, ValueError):
        return None
    with os.fdopen(descriptor, "rb") as file:
        read = hashlib.sha256()
        while piece := file.read(PIECE):
            read.update(piece)
        return path, os.fstat(descriptor).st_size, read.hexdigest()


def _open_within(work: Path, path: str) -> int:
    """Opens a plain file with one name below `work`, without following a link at any step."""
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise ValueError(path)
    folder = os.open(work, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        descriptor = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        os.close(descriptor)
        raise ValueError(path)
    return descriptor


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _read(folder: Path, name: str) -> str:
    try:
        with (folder / name).open(encoding="utf-8", errors="replace") as file:
            return file.read(1 << 16)
    except FileNotFoundError:
        return ""


def _write(folder: Path, name: str, content: str) -> None:
    """Puts a small file in place whole or not at all, and durably."""
    part = folder / f".{name}"
    with part.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(folder / name)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


VERBS: dict[str, Callable[[Order, Path, BinaryIO, BinaryIO], None]] = {
    "submit": submit,
    "cancel": cancel,
    "steer": steer,
    "look": look,
    "log": log,
    "fetch": fetch,
    "forget": forget,
}

if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
