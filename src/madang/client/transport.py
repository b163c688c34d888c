"""Talks to a centre's API: one address, one token, answers as Python values, problems as refusals in words."""

from __future__ import annotations

import hashlib
import ipaddress
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Self
from urllib.parse import quote, urlsplit

import httpx

from madang import __version__
from madang.client.sentences import STATUS, UNREACHABLE, said
from madang.errors import Refused, Unavailable

PAGE = 100
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
Files = list[tuple[str, Path]]
Told = Callable[[int], None]


def nothing(_: int) -> None:
    """For those who do not want to know how far it is."""


class RefusedThere(Refused):
    """A refusal of the centre: `code` as in the portal, `detail` its sentence, `given` its figures, the HTTP status."""

    def __init__(self, code: str, *, detail: str, status: int, given: dict[str, Any]) -> None:
        super().__init__(code, detail=detail, status=status)
        self.detail, self.status, self.given = detail, status, given

    def __str__(self) -> str:
        return self.detail


class Transport:
    """The API under `server`; `token` is sent with every request where there is one; sentences come in `language`.

    An answer that says no is raised as RefusedThere; a server that cannot be reached, or says 503, as Unavailable.
    """

    def __init__(self, server: str, token: str = "", *, language: str = "en") -> None:
        self.server, self.language = checked(server), language
        headers = {"Accept-Language": language, "User-Agent": f"madang/{__version__}"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = httpx.Client(base_url=f"{self.server}/api/v1/", headers=headers, timeout=TIMEOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets its connections go."""
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

    def delete(self, path: str) -> Any:
        return self._asked("DELETE", path)

    def upload(self, path: str, fields: dict[str, Any], files: Files, told: Told = nothing) -> Any:
        """Posts fields and files as a form; each file is read while it is sent, and `told` the bytes of each piece."""
        with ExitStack() as opened:
            parts: Any = [
                (name, (file.name, _Counted(opened.enter_context(file.open("rb")), told))) for name, file in files
            ]
            return self._asked("POST", path, data=fields, files=parts or None)

    def fetch(self, path: str, target: Path, *, sha256: str = "") -> None:
        """Writes an answer's body to a file, whole or not at all. Refused: ``output_differs`` from a given digest."""
        part = target.with_name(f".{target.name[:80]}.{os.getpid()}.part")
        read = hashlib.sha256()
        try:
            with self._sent(path) as answer, part.open("wb") as file:
                for piece in answer.iter_bytes():
                    read.update(piece)
                    file.write(piece)
            if sha256 and read.hexdigest() != sha256:
                raise Refused("output_differs", path=str(target))
            part.replace(target)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        finally:
            part.unlink(missing_ok=True)

    def _sent(self, path: str) -> Any:
        answer = self._http.send(self._http.build_request("GET", path), stream=True)
        if answer.is_error:
            answer.read()
            raise refusal(answer, self.language)
        return _Closing(answer)

    def _asked(self, method: str, path: str, **given: Any) -> Any:
        try:
            answer = self._http.request(method, path, **given)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if not answer.is_success:
            raise refusal(answer, self.language)
        try:
            return answer.json() if answer.content else None
        except ValueError as error:
            raise Refused("not_a_centre", server=self.server) from error

    def _unreachable(self, error: Exception) -> Unavailable:
        why = error or type(error).__name__
        return Unavailable(said(UNREACHABLE, self.language, server=self.server, why=why))


class _Counted:
    """A file that says of each piece that is read how long it is; no more is read than it had when it was opened."""

    def __init__(self, file: BinaryIO, told: Told) -> None:
        self._file, self._told = file, told
        self._left = os.fstat(file.fileno()).st_size

    def read(self, size: int) -> bytes:
        piece = self._file.read(min(size, self._left))
        self._left -= len(piece)
        self._told(len(piece))
        return piece

    def fileno(self) -> int:
        return self._file.fileno()


class _Closing:
    """An answer that is being read, closed whatever happens."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    def __enter__(self) -> httpx.Response:
        return self._answer

    def __exit__(self, *_: object) -> None:
        self._answer.close()


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


def refusal(answer: httpx.Response, language: str) -> Exception:
    """What an answer that is no success means: the centre's own sentence where it sent one."""
    try:
        problem = answer.json()
        code, detail, given = str(problem["title"]), str(problem["detail"]), dict(problem.get("facts") or {})
    except (ValueError, KeyError, TypeError):
        code, detail = "http_status", said(STATUS, language, status=answer.status_code)
        problem, given = {}, {}
    if answer.status_code == 503:
        return Unavailable(detail)
    return RefusedThere(code, detail=detail + _wrong_parts(problem), status=answer.status_code, given=given)


def _wrong_parts(problem: dict[str, Any]) -> str:
    """What exactly was malformed, where the centre says so."""
    lines = [f"\n  {'.'.join(one['where'])}: {one['what']}" for one in problem.get("errors") or []]
    return "".join(lines[:20])
