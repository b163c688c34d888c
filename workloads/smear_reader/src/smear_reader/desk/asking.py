"""What every request of the desk needs: who asks, in which language, when, and no more bytes than may be sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from smear_reader.desk.keys import Pace
from smear_reader.desk.reading_room import ReadingRoom
from smear_reader.desk.store import DeskError, Store
from smear_reader.words import LANGUAGES

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Desk:
    """The running desk; `clock` gives the present instant, `https` says whether browsers reach it only by HTTPS."""

    store: Store
    room: ReadingRoom
    pace: Pace
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    https: bool = False
    zone_hours: int = 9  # the laboratory's day begins at its own midnight; Korea's by default


def desk_of(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found


def now_of(request: Request) -> datetime:
    return desk_of(request).clock()


async def run(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Database and disk, beside the loop that answers requests."""
    return await run_in_threadpool(work, *args, **kwargs)


async def body_of(request: Request, most: int) -> bytes:
    """The request's content; refused as soon as it is known to be larger than `most` bytes."""
    said = request.headers.get("content-length", "0")
    if not said.isdigit() or int(said) > most:
        raise DeskError("too_large", 413, {"most": most})
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > most:
            raise DeskError("too_large", 413, {"most": most})
    return bytes(content)


def number_of(request: Request, name: str) -> int:
    """A number of the address; anything too long to be one of ours is not there."""
    found = int(request.path_params[name])
    if found >= 2**31:
        raise DeskError("unknown", 404, {})
    return found


def language_of(request: Request) -> str:
    """The language chosen on a page before, else the first that the browser asks for and we speak, else Korean."""
    chosen = request.cookies.get("language", "")
    if chosen in LANGUAGES:
        return chosen
    asked = [part.split(";")[0].strip()[:2] for part in request.headers.get("accept-language", "").split(",")]
    return next((name for name in asked if name in LANGUAGES), "ko")
