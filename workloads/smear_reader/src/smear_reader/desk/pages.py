"""The technician's pages: the worksheet of the day, a slide with its grade card, and the gallery that is confirmed."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from smear_reader.confirming import latest
from smear_reader.desk import keys, showing
from smear_reader.desk.api import take
from smear_reader.desk.asking import Desk, body_of, desk_of, now_of, number_of, run
from smear_reader.desk.store import DeskError, instant
from smear_reader.images import UnreadableError, read
from smear_reader.reading import Place, picture
from smear_reader.record import Record, from_json
from smear_reader.report import report
from smear_reader.words import LANGUAGES

MOST_FORM = 64 * 1024
COOKIE = "desk"
WIDE = 3  # how much more of the field the wide picture shows


async def form_of(request: Request) -> dict[str, str]:
    """A form's fields; the last of each name."""
    content = await body_of(request, MOST_FORM)
    return dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=400))


async def worksheet(request: Request) -> Response:
    """GET /: the slides of a day, today by default."""
    desk = desk_of(request)
    zone = timezone(timedelta(hours=desk.zone_hours))
    today = now_of(request).astimezone(zone).date()
    try:
        day = date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        day = today
    day = min(max(day, date(2000, 1, 2)), date(2999, 1, 1))
    begin = datetime(day.year, day.month, day.day, tzinfo=zone)
    rows = await run(
        desk.store.all,
        "SELECT * FROM slides WHERE made_at >= ? AND made_at < ? ORDER BY id",
        instant(begin), instant(begin + timedelta(days=1)),
    )  # fmt: skip
    lines = [(row, _record(row["record"]), latest(await run(desk.store.answers, row["id"]))) for row in rows]
    return showing.worksheet(request, day, today, lines)


async def enter(request: Request) -> Response:
    """GET and POST /enter: a technician's key begins a session."""
    desk = desk_of(request)
    if request.method == "GET":
        return showing.enter(request, wrong=False)
    try:
        key = await run(keys.of_secret, desk.store, (await form_of(request)).get("key", "").strip())
        token = await run(keys.begin_session, desk.store, key, now_of(request))
    except DeskError:
        return showing.enter(request, wrong=True)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        COOKIE, token, max_age=keys.SESSION_HOURS * 3600, httponly=True, samesite="strict", secure=desk.https
    )
    return answer


async def leave(request: Request) -> Response:
    """POST /leave ends the session."""
    await run(keys.end_session, desk_of(request).store, request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/enter", 303)
    answer.delete_cookie(COOKIE)
    return answer


async def language(request: Request) -> Response:
    """POST /language: pages speak Korean or English from now on."""
    chosen = (await form_of(request)).get("language", "")
    answer = RedirectResponse("/", 303)
    if chosen in LANGUAGES:
        answer.set_cookie("language", chosen, max_age=365 * 86400, httponly=True, samesite="lax")
    return answer


async def new_slide(request: Request) -> Response:
    """POST /slides: opens a slide, whose page then takes the fields."""
    sample = (await form_of(request)).get("sample", "").strip().upper()
    slide = await run(desk_of(request).store.new_slide, request.state.key, sample, now_of(request))
    return RedirectResponse(f"/slides/{slide}", 303)


async def slide(request: Request) -> Response:
    """GET /slides/N: fields sent so far, then the grade card and the gallery."""
    desk, number = desk_of(request), number_of(request, "slide")
    row = await run(desk.store.slide, number, request.state.key)
    fields = await run(desk.store.all, "SELECT * FROM fields WHERE slide_id = ? ORDER BY number", number)
    answers = await run(desk.store.answers, number)
    return showing.slide(request, row, fields, _record(row["record"]), answers)


async def close(request: Request) -> Response:
    """POST /slides/N/close: all fields were sent."""
    number = number_of(request, "slide")
    await run(desk_of(request).store.close, number)
    return RedirectResponse(f"/slides/{number}", 303)


async def answers(request: Request) -> Response:
    """POST /slides/N/answers: the pictures that were answered, each `place` = yes or no; the others stay open."""
    number, form = number_of(request, "slide"), await form_of(request)
    verdicts = {place: word == "yes" for place, word in form.items() if word in ("yes", "no")}
    if verdicts:
        await run(take, desk_of(request), number, request.state.key, verdicts, now_of(request))
    return RedirectResponse(f"/slides/{number}", 303)


async def show_picture(request: Request) -> Response:
    """GET /slides/N/pictures/PLACE, or with ?wide=1 more of its surroundings, from the image while that is kept."""
    desk, number = desk_of(request), number_of(request, "slide")
    row = await run(desk.store.slide, number, request.state.key)
    record = _record(row["record"])
    place = next((p for p in record.places if p.key == request.path_params["place"]), None) if record else None
    if place is None or row["wiped_at"] is not None:
        raise DeskError("unknown", 404, {})
    wide = await run(_wide, desk, number, place) if request.query_params.get("wide") else None
    content = wide or place.picture
    return Response(content, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


def _wide(desk: Desk, slide: int, place: Place) -> bytes | None:
    shrink = desk.room.settings.shrink
    try:
        image, before = read(desk.store.image(slide, place.field), shrink=shrink)
    except (UnreadableError, OSError):
        return None
    return picture(image, (place.x / before, place.y / before), shrink / before, wider=WIDE)


async def show_report(request: Request) -> Response:
    """GET /slides/N/report: the report as a file."""
    desk, number = desk_of(request), number_of(request, "slide")
    row = await run(desk.store.slide, number, request.state.key)
    record = _record(row["record"])
    if record is None:
        raise DeskError("not_read", 409, {})
    said = await run(desk.store.answers, number)
    name = f'attachment; filename="{row["sample"]}.html"'
    return Response(report(record, said), media_type="text/html", headers={"Content-Disposition": name})


def _record(kept: str | None) -> Record | None:
    return from_json(json.loads(kept)) if kept is not None else None
