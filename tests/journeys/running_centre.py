"""A real centre for the journeys: set up by `madang init`, served by `madang up`, with a desk for the unseen."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import httpx

SECONDS_TO_START = 120.0
SECONDS_TO_STOP = 20.0


def until(found: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """Asks again and again for something real that happens in another process; gives it, or fails in words."""
    deadline = time.monotonic() + seconds
    while True:
        value = found()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds:.0f} s there was no {what}")
        threading.Event().wait(0.1)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Desk:
    """The centre's own actions, carried out in a process of the centre; one line asks, one line answers."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("desk.py"))],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
            )

    def __call__(self, step: str, **given: Any) -> Any:
        """Carries out one of steps.py's steps and gives its answer."""
        self._process.stdin.write(json.dumps({"step": step, "given": given}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"fault": "the desk has gone"}')
        assert "fault" not in answer, f"{step}: {answer['fault']}"
        return answer["value"]

    def close(self) -> None:
        """Lets the process end by itself."""
        self._process.stdin.close()
        self._process.wait(SECONDS_TO_STOP)
        self._process.stdout.close()


class Centre:
    """A centre in a folder of its own with its processes; `url` is where it is served."""

    def __init__(self, folder: Path) -> None:
        self.home, self.log = folder / "home", folder / "log.txt"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MADANG_", "DJANGO_"))}
        # The centre's sandbox looks for what it may show to jobs; a test run's own settings are none of its business.
        self.environment = kept | {
            "MADANG_HOME": str(self.home),
            "MADANG_BASE_URL": self.url,
            "MADANG_CLI_LANGUAGE": "en",
            "PYTHONIOENCODING": "utf-8",
        }
        self._served: subprocess.Popen[bytes] | None = None
        self.desk: Desk | None = None

    def madang(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs the command as a person at a shell would."""
        return subprocess.run(
            [sys.executable, "-m", "madang.cli.main", *words],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
        )

    def start(self) -> None:
        """Sets up and serves; gives back once the portal answers."""
        told = self.madang("init")
        assert told.returncode == 0, told.stderr
        self.first_link = re.search(r"https?://\S+", told.stdout)[0]
        self.desk = Desk(self.environment, self.log)
        self.serve()

    def serve(self) -> None:
        """Runs `madang up`; gives back once the portal answers."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "madang.cli.main", "up", "--port", str(self.port)]
            self._served = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        until(self._answers, "answer from the portal", SECONDS_TO_START)

    def killed(self) -> None:
        """`madang up` dies without a word; its parts end by themselves."""
        self._served.kill()
        self._served.wait()

    @property
    def process(self) -> int:
        """The number of the process that is `madang up`."""
        return self._served.pid

    def _answers(self) -> bool:
        assert self._served.poll() is None, self.log.read_text(errors="replace")
        try:
            return httpx.get(f"{self.url}/health/", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        """Ends everything that was started."""
        if self.desk:
            self.desk.close()
        if self._served:
            self._served.terminate()
            self._served.wait(SECONDS_TO_STOP)

    def api(self, email: str, password: str) -> httpx.Client:
        """A person's client of the API, with a token from the API's own log-in."""
        wanted = {"email": email, "password": password, "name": "journey", "days": 1}
        made = httpx.post(f"{self.url}/api/v1/log-in", json=wanted, timeout=30)
        assert made.status_code == 201, made.text
        headers = {"Authorization": f"Bearer {made.json()['token']}", "Accept-Language": "en"}
        return httpx.Client(base_url=f"{self.url}/api/v1/", headers=headers, timeout=30)

    def mailed_link(self, address: str, has: str) -> str:
        """The path of the link in the newest mail to `address` whose link has `has` in it; waits for the worker."""
        return until(lambda: self._link(address, has), f"mail to {address} with a link to {has}")

    def _link(self, address: str, has: str) -> str:
        mails = sorted((self.home / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in mails:
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            links = re.findall(rf"{re.escape(self.url)}(/\S*)", mail.get_content())
            fitting = [link for link in links if has in link]
            if mail["To"] == address and fitting:
                return fitting[0]
        return ""
