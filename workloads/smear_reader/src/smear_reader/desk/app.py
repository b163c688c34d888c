"""The desk as an ASGI application: addresses, who may ask, refusals in words, and headers that shut pages in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from smear_reader.desk import api, keys, pages, showing
from smear_reader.desk.asking import Desk, desk_of, language_of, now_of, run
from smear_reader.desk.store import SENTENCES, DeskError, Key
from smear_reader.words import say

Answering = Callable[[Request], Awaitable[Response]]
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OPEN = {"/enter", "/language", "/api/calibration"}


def desk_app(desk: Desk) -> Starlette:
    """The application for one desk."""
    slide = "/slides/{slide:int}"
    routes = [
        Route("/", pages.worksheet),
        Route("/enter", pages.enter, methods=["GET", "POST"]),
        Route("/leave", pages.leave, methods=["POST"]),
        Route("/language", pages.language, methods=["POST"]),
        Route("/slides", pages.new_slide, methods=["POST"]),
        Route(slide, pages.slide),
        Route(f"{slide}/close", pages.close, methods=["POST"]),
        Route(f"{slide}/answers", pages.answers, methods=["POST"]),
        Route(f"{slide}/pictures/{{place}}", pages.show_picture),
        Route(f"{slide}/report", pages.show_report),
        Route("/api/slides", api.new_slide, methods=["POST"]),
        Route(f"/api{slide}", api.show),
        Route(f"/api{slide}/fields/{{number:int}}", api.put_field, methods=["PUT"]),
        Route(f"/api{slide}/close", api.close, methods=["POST"]),
        Route(f"/api{slide}/answers", api.confirm, methods=["POST"]),
        Route(f"/api{slide}/pictures/{{place}}", pages.show_picture),
        Route("/api/calibration", api.calibration),
        Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={DeskError: _refused, HTTPException: _unknown},
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=_guarded)],
    )
    app.state.desk = desk
    return app


async def _guarded(request: Request, answer: Answering) -> Response:
    """Finds out who asks, refuses what came from another page, and puts the headers on every answer."""
    path = request.url.path
    try:
        if request.method not in ("GET", "HEAD") and not _from_here(request):
            raise DeskError("elsewhere", 403, {})
        if not path.startswith("/static/"):
            key = await _key(request)
            if key is not None:
                desk_of(request).pace.asked(key, now_of(request))
                request.state.key = key
                if key.role != "technician" and not path.startswith("/api/") and path not in OPEN:
                    raise DeskError("not_for_devices", 403, {})
            elif path not in OPEN:
                raise DeskError("no_key", 401, {})
        found = await answer(request)
    except DeskError as wrong:
        found = await _refused(request, wrong)
    found.headers.update(HEADERS)
    if not path.startswith("/static/"):
        found.headers.setdefault("Cache-Control", "no-store")
    return found


def _from_here(request: Request) -> bool:
    """Browsers name the page that a request comes from; devices name none."""
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host", "")


async def _key(request: Request) -> Key | None:
    """Devices show their key with each request, browsers their session; pages are for technicians."""
    store = desk_of(request).store
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and secret:
        return await run(keys.of_secret, store, secret.strip())
    token = request.cookies.get(pages.COOKIE)
    return await run(keys.of_session, store, token, now_of(request)) if token else None


async def _refused(request: Request, wrong: Exception) -> Response:
    assert isinstance(wrong, DeskError)
    language = language_of(request)
    if request.url.path.startswith("/api/"):
        told = {"code": wrong.code, "detail": say(language, SENTENCES[wrong.code], **wrong.facts)}
        headers = {"Retry-After": "60"} if wrong.status in (429, 507) else {}
        headers |= {"WWW-Authenticate": "Bearer"} if wrong.status == 401 else {}
        return JSONResponse(told, wrong.status, headers)
    if wrong.status == 401:
        return RedirectResponse("/enter", 303)
    return showing.refused(request, SENTENCES[wrong.code], wrong.status, **wrong.facts)


async def _unknown(request: Request, wrong: Exception) -> Response:
    assert isinstance(wrong, HTTPException)
    if wrong.status_code == 405:
        return Response(status_code=405, headers=wrong.headers)
    return await _refused(request, DeskError("unknown", 404, {}))
