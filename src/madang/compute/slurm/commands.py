"""How Slurm's commands are reached: on this machine or over SSH, with time-outs, new tries and a record of each."""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from madang.errors import Refused, Unavailable

# What SSH itself needs of this machine's environment.
FOR_SSH = ("PATH", "HOME", "SSH_AUTH_SOCK")
SSH_FAILED = 255  # the exit status by which SSH says that it came to no answer
KEPT_OUTPUT = 4096  # characters of a command's output that its record keeps
_BLOCK = 1 << 16

# What Slurm's commands print when a daemon behind them is away, so that asking again may help.
AWAY = (
    "Unable to contact slurm controller",
    "Unable to connect to database",
    "Connection refused",
    "Connection timed out",
    "Connection reset by peer",
    "Socket timed out",
    "Zero Bytes were transmitted",
    "Slurm controller not responding",
    "Slurm backup controller in standby mode",
    "Resource temporarily unavailable",
    "Sending PersistInit msg",
    "slurm_persist_conn_open",
    "Munge encode failed",
    "Problem talking to the database",
    "Database is busy",
)


@dataclass(frozen=True)
class Output:
    """What one command left: its exit status and both of its streams as text."""

    status: int
    text: str
    errors: str


@dataclass(frozen=True)
class Ran:
    """One command as the journal keeps it: arguments, exit status, digest and beginning of what it printed."""

    argv: tuple[str, ...]
    status: int
    sha256: str
    beginning: str
    milliseconds: int


class Commands(Protocol):
    """A place from which Slurm's commands reach the cluster."""

    def run(self, *argv: str, stdin: str = "", timeout: float = 0) -> Output:
        """What a command printed; Unavailable where it did not answer in time or a daemon behind it is away."""
        ...

    def stream(self, *argv: str) -> Iterator[str]:
        """The lines of a command that prints much, as they come; Unavailable as for `run`, also at the end."""
        ...


@dataclass(frozen=True)
class OnThisMachine:
    """Commands on the machine where Madang runs, or through `prefix` on another (see `over_ssh`).

    `environment` is the whole environment of the commands; on another machine, what is added to theirs. `tries` counts
    how often a command is tried whose daemon is away, with a pause that doubles from `pause` seconds; only what may be
    repeated is run through here, and a command that was cut off is not tried again. `record` is told of every command
    that ran.
    """

    environment: Mapping[str, str]
    timeout: float = 60.0
    tries: int = 3
    pause: float = 0.5
    prefix: tuple[str, ...] = ()
    record: Callable[[Ran], None] | None = None
    wait: Callable[[float], None] = field(default=time.sleep)

    def run(self, *argv: str, stdin: str = "", timeout: float = 0) -> Output:
        """What a command printed, whatever its exit status; it runs without a shell on this machine.

        Unavailable when the daemon stays away or the time is over; Refused ``slurm_command_missing`` where the
        program is not installed.
        """
        for attempt in range(self.tries):
            done = self._once(argv, stdin, timeout or self.timeout)
            far = self.prefix and done.status == SSH_FAILED
            if done.status == 0 or not (far or is_away(done.errors + done.text)):
                return done
            if attempt + 1 < self.tries:
                self.wait(self.pause * 2**attempt)
        raise Unavailable(f"{argv[0]}: {_said(done)}")

    def stream(self, *argv: str) -> Iterator[str]:
        """The lines of a command without their ends, while it runs; not tried again once it has printed."""
        try:
            process = subprocess.Popen(
                self.whole(argv),
                env=self._own,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except FileNotFoundError:
            raise Refused("slurm_command_missing", command=argv[0]) from None
        began, digest, kept, rest = time.monotonic(), hashlib.sha256(), b"", b""
        with process:
            assert process.stdout is not None and process.stderr is not None
            try:
                # by blocks: a million lines one by one cost seconds
                while block := process.stdout.read1(_BLOCK):  # type: ignore[attr-defined]
                    digest.update(block)
                    kept = (kept + block)[:KEPT_OUTPUT] if len(kept) < KEPT_OUTPUT else kept
                    whole, ended, block = block.rpartition(b"\n")
                    if ended:
                        yield from (rest + whole).decode("utf-8", "replace").split("\n")
                        rest = b""
                    rest += block
                if rest:
                    yield rest.decode("utf-8", "replace")
                errors = process.stderr.read().decode("utf-8", "replace")
            except GeneratorExit:
                process.kill()
                raise
        self._record(argv, process.returncode, digest.hexdigest(), kept.decode("utf-8", "replace"), began)
        if process.returncode:
            raise Unavailable(f"{argv[0]}: {errors.strip()[-500:]}")

    def _once(self, argv: Sequence[str], stdin: str, timeout: float) -> Output:
        began = time.monotonic()
        try:
            done = subprocess.run(
                self.whole(argv),
                env=self._own,
                input=stdin,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=timeout,
            )
        except FileNotFoundError:
            raise Refused("slurm_command_missing", command=argv[0]) from None
        except subprocess.TimeoutExpired:
            raise Unavailable(f"{argv[0]}: no answer within {timeout:.0f} s") from None
        text = done.stdout + done.stderr
        self._record(argv, done.returncode, hashlib.sha256(text.encode()).hexdigest(), text, began)
        return Output(done.returncode, done.stdout, done.stderr)

    def whole(self, argv: Sequence[str], environment: Mapping[str, str] | None = None) -> list[str]:
        """The words that are run on this machine.

        SSH hands no variable over and makes one text of all words, which a far shell splits again: so the variables
        (`environment`, else its own) go along as words of `env`, and every word is quoted.
        """
        if not self.prefix:
            return list(argv)
        told = self.environment if environment is None else environment
        return [*self.prefix, shlex.join(["env", *(f"{name}={value}" for name, value in told.items()), *argv])]

    @property
    def _own(self) -> dict[str, str]:
        """The environment on this machine; SSH finds its own configuration and keys by it."""
        kept = {name: os.environ[name] for name in FOR_SSH if name in os.environ}
        return {"PATH": os.defpath} | kept if self.prefix else dict(self.environment)

    def _record(self, argv: Sequence[str], status: int, digest: str, text: str, began: float) -> None:
        if self.record:
            spent = round((time.monotonic() - began) * 1000)
            self.record(Ran(tuple(argv), status, digest, text[:KEPT_OUTPUT], spent))


def over_ssh(host: str, environment: Mapping[str, str], **given: object) -> OnThisMachine:
    """Commands on a head node over SSH, without a question and without forwarding anything.

    `host` is a name of the SSH configuration, which also names key and user. The host's key must be known already:
    nobody is asked. Unavailable whenever SSH itself fails. Refused ``slurm_host`` for a name that SSH would take for an
    option.
    """
    if not host or host.startswith("-") or any(character.isspace() for character in host):
        raise Refused("slurm_host", host=host)
    options = ("BatchMode=yes", "ConnectTimeout=10", "ServerAliveInterval=15", "ServerAliveCountMax=3")
    prefix = ("ssh", *(word for option in options for word in ("-o", option)), "-a", "-x", "-T", "--", host)
    return OnThisMachine(environment, prefix=prefix, **given)  # type: ignore[arg-type]


def is_away(said: str) -> bool:
    """Whether what a command printed means that a daemon is away, not that the command was wrong."""
    return any(sign in said for sign in AWAY)


def _said(done: Output) -> str:
    return (done.errors or done.text).strip()[-500:]
