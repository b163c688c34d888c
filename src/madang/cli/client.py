"""Talks to a centre's API: one address, one token, answers as Python values, problems as refusals in words."""

from __future__ import annotations

import ipaddress
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx

from madang import __version__
from madang.cli import credentials
from madang.cli.language import N_, language, translate
from madang.errors import Refused, Unavailable

PAGE = 100
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
Files = list[tuple[str, Path]]


class Client:
    """The API under `server`; `token` is sent with every request where there is one.

    An answer that says no is raised as Refused with the server's sentence as the fact `detail`; a server that cannot
    be reached, or says 503, as Unavailable.
    """

    def __init__(self, server: str, token: str = "") -> None:
        self.server = checked(server)
        headers = {"Accept-Language": language(), "User-Agent": f"madang/{__version__}"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.Client(base_url=f"{self.server}/api/v1/", headers=headers, timeout=TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        return self._asked("GET", path, params={name: value for name, value in query.items() if value is not None})

    def items(self, path: str, most: int | None = None, **query: Any) -> Iterator[dict[str, Any]]:
        """Every item of a paged list, or the first `most`."""
        given = 0
        while True:
            page = self.get(path, limit=PAGE if most is None else min(PAGE, most - given), offset=given, **query)
            yield from page["items"]
            given += len(page["items"])
            if not page["items"] or given >= page["count"] or given == most:
                return

    def post(self, path: str, content: Any = None, **headers: str) -> Any:
        return self._asked("POST", path, json=content, headers=headers)

    def put(self, path: str, content: Any) -> Any:
        return self._asked("PUT", path, json=content)

    def patch(self, path: str, content: Any) -> Any:
        return self._asked("PATCH", path, json=content)

    def delete(self, path: str) -> Any:
        return self._asked("DELETE", path)

    def upload(self, path: str, fields: dict[str, Any], files: Files) -> Any:
        """Posts fields and files as a form; each file is read while it is sent."""
        with ExitStack() as opened:
            parts = [(name, (file.name, opened.enter_context(file.open("rb")))) for name, file in files]
            return self._asked("POST", path, data=fields, files=parts or None)

    def fetch(self, path: str, target: Path) -> None:
        """Writes an answer's body to a file, whole or not at all."""
        part = target.with_name(f".{target.name[:80]}.{os.getpid()}.part")
        try:
            with self._sent(path) as answer, part.open("wb") as file:
                for piece in answer.iter_bytes():
                    file.write(piece)
            part.replace(target)
        except httpx.HTTPError as error:
            raise unreachable(self.server, error) from error
        finally:
            part.unlink(missing_ok=True)

    def _sent(self, path: str) -> Any:
        answer = self._http.send(self._http.build_request("GET", path), stream=True)
        if answer.is_error:
            answer.read()
            raise refusal(answer)
        return _Closing(answer)

    def _asked(self, method: str, path: str, **given: Any) -> Any:
        try:
            answer = self._http.request(method, path, **given)
        except httpx.HTTPError as error:
            raise unreachable(self.server, error) from error
        if not answer.is_success:
            raise refusal(answer)
        try:
            return answer.json() if answer.content else None
        except ValueError as error:
            raise Refused("not_a_centre", server=self.server) from error


class _Closing:
    """An answer that is being read, closed whatever happens."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    def __enter__(self) -> httpx.Response:
        return self._answer

    def __exit__(self, *_: object) -> None:
        self._answer.close()


def client() -> Client:
    """For the server and token that the environment names, else those of the last log-in. Refused: ``log_in_first``."""
    server, token = credentials.present()
    if not token:
        raise Refused("log_in_first")
    return Client(server, token)


def public() -> Client:
    """For what needs no log-in; the token goes along where there is one."""
    return Client(*credentials.present())


def segment(text: str) -> str:
    """A name as one segment of an address."""
    return quote(text, safe="")


def checked(server: str) -> str:
    """The server's address without its last slash. Refused: ``server_malformed``."""
    parts = urlsplit(server)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
        raise Refused("server_malformed", server=server)
    return server.rstrip("/")


def in_the_open(server: str) -> bool:
    """Whether what is sent there can be read on the way: plain http to another machine."""
    parts = urlsplit(server)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return False
    try:
        return not ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return True


def unreachable(server: str, error: Exception) -> Unavailable:
    """In words, with what the network said."""
    text = N_("{server} cannot be reached: {why}")
    return Unavailable(translate(text, server=server, why=error or type(error).__name__))


def refusal(answer: httpx.Response) -> Exception:
    """What an answer that is no success means: the centre's own sentence where it sent one."""
    try:
        problem = answer.json()
        code, detail = str(problem["title"]), str(problem["detail"])
    except (ValueError, KeyError, TypeError):
        code, detail = (
            "http_status",
            translate(N_("The server answered with status {status}."), status=answer.status_code),
        )
        problem = {}
    if answer.status_code == 503:
        return Unavailable(detail)
    return Refused(code, detail=detail + _wrong_parts(problem), status=answer.status_code, facts=_facts(problem))


def _wrong_parts(problem: Any) -> str:
    """What exactly was malformed, where the centre says so."""
    errors = problem.get("errors") if isinstance(problem, dict) else None
    lines = [f"\n  {'.'.join(one['where'])}: {one['what']}" for one in errors or []]
    return "".join(lines[:20])


def _facts(problem: Any) -> str:
    return json.dumps(problem.get("facts", {}), ensure_ascii=False) if isinstance(problem, dict) else "{}"
