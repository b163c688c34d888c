"""What devices and scripts call: open a slide, send its fields, close it, ask how it stands, confirm."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from smear_reader.confirming import answered, latest
from smear_reader.desk.asking import Desk, body_of, desk_of, now_of, number_of, run
from smear_reader.desk.store import DeskError, Key
from smear_reader.images import MOST_BYTES
from smear_reader.record import from_json, summary
from smear_reader.words import NOT_A_DEVICE

MOST_JSON = 256 * 1024


async def new_slide(request: Request) -> Response:
    """POST /api/slides {"sample": CODE}: 201 and the slide's number."""
    desk, key = desk_of(request), request.state.key
    asked = _json(await body_of(request, MOST_JSON))
    slide = await run(desk.store.new_slide, key, str(asked.get("sample", "")), now_of(request))
    return JSONResponse({"slide": slide}, 201, {"Location": f"/api/slides/{slide}"})


async def put_field(request: Request) -> Response:
    """PUT /api/slides/N/fields/M with the image as it is: 201, or 200 where the very same was sent before."""
    desk, key, now = desk_of(request), request.state.key, now_of(request)
    content = await body_of(request, MOST_BYTES)
    if not content:
        raise DeskError("empty", 422, {})
    slide, number = number_of(request, "slide"), number_of(request, "number")
    new = await run(desk.store.add_field, key, slide, number, content, now)
    row = await run(desk.store.slide, slide, key)
    return JSONResponse({"field": number, "enough": bool(row["enough"])}, 201 if new else 200)


async def close(request: Request) -> Response:
    """POST /api/slides/N/close: no more fields; the slide is read to its end."""
    desk, slide = desk_of(request), number_of(request, "slide")
    await run(desk.store.slide, slide, request.state.key)
    await run(desk.store.close, slide)
    return JSONResponse(await run(standing, desk, slide, request.state.key), 202)


async def show(request: Request) -> Response:
    """GET /api/slides/N: how far it is, and once it is read what may be said of it."""
    return JSONResponse(await run(standing, desk_of(request), number_of(request, "slide"), request.state.key))


async def confirm(request: Request) -> Response:
    """POST /api/slides/N/answers {"answers": {PLACE: true or false}} with a technician's key."""
    desk, slide, key = desk_of(request), number_of(request, "slide"), request.state.key
    asked = _json(await body_of(request, MOST_JSON)).get("answers")
    if not isinstance(asked, dict) or not all(isinstance(word, bool) for word in asked.values()):
        raise DeskError("bad_request", 422, {})
    await run(take, desk, slide, key, {str(place): word for place, word in asked.items()}, now_of(request))
    return JSONResponse(await run(standing, desk, slide, key))


async def calibration(request: Request) -> Response:
    """GET /api/calibration, without a key: false alarms a field of this site, as it must publish them."""
    found = desk_of(request).room.calibration
    if found is None:
        return JSONResponse({"calibrated": False, "notice": NOT_A_DEVICE})
    told = {"site": found.site, "made": found.made, "slides": len(found.slides), "found": found.found}
    rate = round(found.false_alarms, 5)
    return JSONResponse(
        {"calibrated": True, "false_alarms_per_field": rate, **told, "bacilli": found.bacilli, "notice": NOT_A_DEVICE}
    )


def standing(desk: Desk, slide: int, key: Key) -> dict[str, object]:
    """How a slide stands, as plain values."""
    row = desk.store.slide(slide, key)
    count = desk.store.one("SELECT COUNT(*) AS n, SUM(seen) AS seen FROM fields WHERE slide_id = ?", slide)
    sent, seen = (count["n"], count["seen"] or 0) if count is not None else (0, 0)
    found: dict[str, object] = {
        "slide": slide, "sample": row["sample"], "state": row["state"], "fields_sent": sent, "fields_seen": seen,
        "enough": bool(row["enough"]), "images_deleted": row["wiped_at"] is not None, "result": None,
    }  # fmt: skip
    if row["record"] is not None:
        found["result"] = summary(from_json(json.loads(row["record"])), latest(desk.store.answers(slide)))
    return found


def take(desk: Desk, slide: int, key: Key, verdicts: dict[str, bool], now: Any) -> None:
    """Keeps a technician's word on pictures of a slide that was read."""
    if key.role != "technician":
        raise DeskError("not_for_devices", 403, {})
    row = desk.store.slide(slide, key)
    if row["record"] is None:
        raise DeskError("not_read", 409, {})
    if row["wiped_at"] is not None:
        raise DeskError("wiped", 410, {})
    known = {place.key for place in from_json(json.loads(row["record"])).places}
    if not verdicts or not set(verdicts) <= known:
        raise DeskError("bad_request", 422, {})
    desk.store.answer(slide, answered(now, key.name, str(slide), verdicts.items()))


def _json(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as wrong:
        raise DeskError("bad_request", 400, {}) from wrong
    if not isinstance(found, dict):
        raise DeskError("bad_request", 422, {})
    return found
