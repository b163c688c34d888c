"""The runner's end of the nursery: asks for supervisors and knows which of them live."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

_MOST = 1 << 16


class Launcher:
    """Starts supervisors; `children` gives the process id of each that lives, by its job's id, 0 until it is known."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.children: dict[str, int] = {}
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self, folder: Path, restarts: int) -> None:
        """Asks for a supervisor for the job in `folder`; OSError where no nursery can be had."""
        self.children[folder.name] = 0
        asked = f"{restarts} {folder}".encode()
        try:
            self._open().send(asked)
        except (BrokenPipeError, ConnectionResetError):
            self.close()
            self.children[folder.name] = 0
            self._open().send(asked)

    def reap(self) -> None:
        """Learns which supervisors have come to live and which have ended, without waiting.

        Where the nursery is gone, nothing is known of its children any more: their locks say whether they live.
        """
        while self._line is not None:
            try:
                said = self._line.recv(_MOST)
            except BlockingIOError:
                return
            except ConnectionResetError:
                said = b""
            if not said:
                self.close()
                return
            folder, _, pid = said.decode().rpartition(" ")
            id = Path(folder).name
            if int(pid) > 0:
                self.children[id] = int(pid)
            elif self.children.get(id) == -int(pid):  # else it has been launched again
                del self.children[id]

    def _open(self) -> socket.socket:
        if self._line is None:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            number = theirs.fileno()
            words = [sys.executable, "-I", "-m", "madang.compute.local.nursery", str(self.root), str(number)]
            with theirs:
                self._process = subprocess.Popen(
                    words,
                    env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[number],
                    start_new_session=True,
                )
            ours.setblocking(False)
            self._line = ours
        return self._line

    def close(self) -> None:
        """Lets the nursery end; its supervisors go on."""
        if self._line is not None and self._process is not None:
            self._line.close()
            self._process.wait()
        self._line = self._process = None
        self.children.clear()
