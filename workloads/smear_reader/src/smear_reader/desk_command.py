"""The verbs `serve` and `keys` of the command."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from smear_reader.detector import SHIPPED
from smear_reader.words import SaidError, text


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the verbs to the command's own."""
    serve = verbs.add_parser("serve", help="serve devices and the technician's page")
    serve.add_argument("--home", type=Path, required=True, help="the folder in which everything is kept")
    serve.add_argument("--calibration", type=Path, help="the site's calibration; without one no result is released")
    serve.add_argument("--model", type=Path, default=SHIPPED)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8100)
    serve.add_argument("--https", action="store_true", help="browsers come by HTTPS, through a proxy before the desk")
    serve.add_argument("--keep-hours", type=int, default=72, help="after how many hours images are deleted")
    serve.add_argument("--most-gigabytes", type=int, default=20, help="how much may be kept of images")
    serve.add_argument("--pixel-size", help="micrometres that one pixel shows, where there is no calibration")
    serve.add_argument("--shrink", type=float, default=2.6, help="the scale of images, where there is no calibration")
    serve.add_argument("--zone-hours", type=int, default=9, help="hours by which the laboratory's clock is before UTC")
    serve.set_defaults(run=_serve)
    keys = verbs.add_parser("keys", help="make, list or revoke the keys of devices and technicians")
    keys.add_argument("act", choices=("make", "list", "revoke"))
    keys.add_argument("name", nargs="?", default="")
    keys.add_argument("--home", type=Path, required=True)
    keys.add_argument("--role", choices=("device", "technician"), default="device")
    keys.add_argument("--fields-a-day", type=int, default=30_000)
    keys.set_defaults(run=_keys)


def _serve(given: argparse.Namespace) -> int:
    import uvicorn  # the desk is an extra: reading needs no web server

    from smear_reader.calibration import digest, load
    from smear_reader.desk.app import desk_app
    from smear_reader.desk.asking import Desk
    from smear_reader.desk.keys import Pace
    from smear_reader.desk.reading_room import ReadingRoom, keep_working
    from smear_reader.desk.store import Store
    from smear_reader.detector import Detector
    from smear_reader.reading import Settings
    from smear_reader.reading_command import pixel_nm

    detector = Detector(given.model, threads=1)
    calibration = load(given.calibration, given.model) if given.calibration else None
    plain = Settings(given.shrink, detector.facts.threshold, pixel_nm(given.pixel_size))
    store = Store(given.home, most_bytes=given.most_gigabytes * 2**30)
    settings = calibration.settings if calibration else plain
    room = ReadingRoom(store, detector, digest(given.model), settings, calibration)
    stop = threading.Event()
    keep = timedelta(hours=given.keep_hours)
    reader = threading.Thread(target=keep_working, args=(room, keep, stop, lambda said: print(said, file=sys.stderr)))
    reader.start()
    try:
        desk = Desk(store, room, Pace(), https=given.https, zone_hours=given.zone_hours)
        uvicorn.run(desk_app(desk), host=given.host, port=given.port, log_level="warning", server_header=False,
                    timeout_keep_alive=15, limit_concurrency=200, proxy_headers=False)  # fmt: skip
    finally:
        stop.set()
        reader.join()
    return 0


def _keys(given: argparse.Namespace) -> int:
    from smear_reader.desk import keys
    from smear_reader.desk.store import Store

    store, now = Store(given.home), datetime.now(UTC)
    if given.act == "make":
        secret = keys.make(store, given.name, given.role, now, given.fields_a_day)
        print(json.dumps({"name": given.name, "role": given.role, "key": secret}))
    elif given.act == "revoke":
        if not keys.revoke(store, given.name, now):
            raise SaidError(text("there is no key named {name}"), name=given.name)
        print(json.dumps({"name": given.name, "revoked": True}))
    else:
        for row in store.all("SELECT name, role, made_at, revoked_at, fields_a_day FROM keys ORDER BY id"):
            print(json.dumps(dict(row)))
    return 0
