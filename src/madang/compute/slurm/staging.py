"""How the portal reaches a person's files on the cluster: through the hand, run as that person, one order at a time."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import IO, Any

from madang.compute.protocol import InputFile
from madang.compute.slurm.commands import AWAY
from madang.compute.slurm.names import check_user
from madang.compute.slurm.settings import SEARCHED, Settings
from madang.errors import Refused, Unavailable

_PIECE = 1 << 20
_ANSWER = 64 << 20
# What sudo and runuser say of a user whom the head node does not know.
_NOBODY = ("unknown user", "does not exist")


class Hand:
    """The program `hand`, run for one order as a Unix user, on this machine or over SSH."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._commands = settings.commands()

    def ask(
        self,
        user: str,
        verb: str,
        job: str,
        order: Mapping[str, object] = MappingProxyType({}),
        *,
        files: Sequence[InputFile] = (),
        sink: IO[bytes] | None = None,
    ) -> Mapping[str, Any]:
        """The answer to an order; what follows it goes to `sink`.

        Refused with the hand's own code, ``input_missing`` or ``input_differs``; Unavailable where it gave no answer,
        which leaves open whether it did what was asked: asking the same again is safe.
        """
        first = {"verb": verb, "job": job, "root": self._settings.work, "environment": self._settings.told}
        with self._running(user) as (process, said):
            assert process.stdin is not None and process.stdout is not None
            with contextlib.suppress(BrokenPipeError):  # it has answered already, or it has died: the answer tells
                process.stdin.write(json.dumps({**order, **first}).encode() + b"\n")
                for file in files:
                    _send(file, process.stdin)
                process.stdin.close()
            line = process.stdout.readline(_ANSWER)
            if sink is not None:
                while piece := process.stdout.read(_PIECE):
                    sink.write(piece)
            process.wait()
            said.seek(0)
            return _answer(line, said.read().decode(errors="replace"), user)

    @contextlib.contextmanager
    def _running(self, user: str) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
        become = [word.replace("{user}", check_user(user)) for word in self._settings.become]
        # what the hand must know of Slurm stands in its order
        argv = self._commands.whole([*become, *self._settings.hand], {})
        environment = {"PATH": SEARCHED, "LANG": "C.UTF-8", **{n: v for n, v in os.environ.items() if n == "HOME"}}
        with (
            tempfile.TemporaryFile() as said,
            subprocess.Popen(
                argv, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, cwd="/"
            ) as process,
        ):
            # a file may take long, an answer may not: the clock is that of the whole order, generously
            clock = threading.Timer(self._settings.timeout_seconds * 10, process.kill)
            clock.start()
            try:
                yield process, said
            except BaseException:
                process.kill()
                raise
            finally:
                clock.cancel()
                with contextlib.suppress(BrokenPipeError):
                    process.stdin.close()  # type: ignore[union-attr]


def _send(file: InputFile, sink: Any) -> None:
    """The content of one file, exactly as long as announced; the hand compares the digest."""
    try:
        with file.source.open("rb") as source:
            if os.fstat(source.fileno()).st_size != file.size:
                raise Refused("input_differs", path=file.path)
            left = file.size
            while left and (piece := source.read(min(left, _PIECE))):
                sink.write(piece)
                left -= len(piece)
    except FileNotFoundError:
        raise Refused("input_missing", path=file.path) from None


def _answer(line: bytes, said: str, user: str) -> Mapping[str, Any]:
    """The answer as far as it is one: it comes from a process of the person's own, so nothing in it is relied on."""
    try:
        answer = json.loads(line)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        if any(sign in said for sign in _NOBODY):
            raise Refused("slurm_user", user=user)
        raise Unavailable(f"the hand on the cluster gave no answer: {said.strip()[-500:]}")
    if "refused" in answer:
        raise Refused(str(answer["refused"]), **answer.get("facts", {}))
    if "away" in answer:
        raise Unavailable(str(answer["away"]))
    return answer


def signs() -> list[str]:
    """What the hand takes for a daemon that is away."""
    return list(AWAY)
