"""`madang apply`: prints a template for a call, and carries a filled one through to its receipt."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from madang.cli.client import client, public
from madang.cli.language import N_, language, say, translate
from madang.cli.output import plain, progress, show, table
from madang.client.transport import Transport, segment
from madang.errors import Refused

Add = Callable[..., argparse.ArgumentParser]
LISTS = ("asks", "attachments", "consents")


def register(commands: Any, add: Add) -> None:
    """Adds the command."""
    parser = add(commands, "apply", N_("Apply to a call from a file; prints the receipt."), _apply, json=True)
    parser.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help=translate(N_("a filled template; its attachments lie beside it")),
    )
    parser.add_argument("--template", metavar="CALL", help=translate(N_("print a template for this call instead")))
    parser.add_argument(
        "--track", metavar="TRACK", help=translate(N_("the template's track, where the call has several"))
    )
    parser.add_argument("--draft", action="store_true", help=translate(N_("save everything, but do not submit")))
    parser.set_defaults(misused=parser.error)


def _apply(given: argparse.Namespace) -> int:
    if given.template:
        with public() as api:
            say(json.dumps(template(api, given.template, given.track), ensure_ascii=False, indent=2))
        return 0
    if given.file is None:
        given.misused(translate(N_("give a FILE, or --template CALL for a new one")))
    wanted = _read(given.file)
    with client() as api:
        return _carry(api, given, wanted)


def _carry(api: Transport, given: argparse.Namespace, wanted: dict[str, Any]) -> int:
    call, track = _call_and_track(api, wanted["call"], wanted.get("track"))
    texts = _accepted(track, wanted["consents"])
    draft = _filled(api, _draft(api, call, track, wanted), wanted, given.file.parent, texts)
    if given.draft:
        show(given, draft, _open_points(draft))
        return 0
    progress(translate(N_("Submitting …")))
    receipt = api.post(f"applications/{draft['id']}/submit", {"version": draft["version"]})
    show(given, receipt, _receipt(receipt))
    return 0


def template(api: Transport, code: str, track_code: str | None) -> dict[str, Any]:
    """What an application to a call holds, with nothing accepted and every part still empty."""
    call, track = _call_and_track(api, code, track_code)
    return {
        "call": call["code"],
        "track": track["code"],
        "organisation": translate(N_("number of your organisation; leave out where you have one")),
        "title": "",
        "sections": {section["code"]: "" for section in track["sections"]},
        "asks": [_ask(track, offer) for offer in track["products"]],
        "attachments": [
            {"file": "", "paper": paper["code"], "issued_on": "", "what": _named(paper, "title")}
            for paper in track["papers"]
        ],
        "consents": [],
        "consents_to_read": [
            {
                "code": text["code"],
                "title": _named(text, "title"),
                "text": _named(text, "body"),
                "required": text["required"],
            }
            for text in track["consents"]
        ],
        "limits": {section["code"]: section["max_characters"] for section in track["sections"]},
    }


def _ask(track: dict[str, Any], offer: dict[str, Any]) -> dict[str, Any]:
    least = offer["minimum"]
    when = {"first_month": track["first_month"], "months": track["minimum_months"]}
    return {"product": offer["product"], "quantity": least, "least": least, **when}


def _named(thing: dict[str, Any], field: str) -> str:
    korean, english = thing[f"{field}_ko"], thing[f"{field}_en"]
    return str((korean or english) if language() == "ko" else (english or korean))


def _read(path: Path) -> dict[str, Any]:
    """The file's content, its form checked as far as this command rests on it. Refused: ``file_not_json``."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Refused("file_not_there", file=str(path)) from error
    except (OSError, ValueError) as error:
        raise Refused("file_not_json", file=str(path), why=str(error)) from error
    wanted = {**{name: [] for name in LISTS}, "sections": {}, "title": "", **found} if isinstance(found, dict) else {}
    lists_fit = all(isinstance(wanted.get(name), list) for name in LISTS)
    papers_fit = lists_fit and all(isinstance(one, dict) for one in wanted["attachments"])
    if not papers_fit or not isinstance(wanted.get("call"), str):
        raise Refused("file_not_json", file=str(path), why=translate(N_("it lacks the call, or a list is none")))
    return wanted


def _call_and_track(api: Transport, code: str, track_code: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    call = api.get(f"calls/{segment(code)}")
    fitting = [track for track in call["tracks"] if track_code in (None, track["code"])]
    if len(fitting) != 1:
        raise Refused("track_unknown", call=code, tracks=", ".join(track["code"] for track in call["tracks"]))
    return call, fitting[0]


def _accepted(track: dict[str, Any], codes: list[str]) -> list[int]:
    """The ids of the texts that the file accepts; one that is required and missing is shown, never assumed."""
    missing = [text for text in track["consents"] if text["required"] and text["code"] not in codes]
    if missing:
        shown = "".join(f"\n\n{text['code']}: {_named(text, 'title')}\n{_named(text, 'body')}" for text in missing)
        raise Refused("consents_open", texts=shown)
    return [text["text_id"] for text in track["consents"] if text["code"] in codes]


def _draft(api: Transport, call: dict[str, Any], track: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The draft that an earlier try left, else a new one."""
    organisation = _organisation(api, wanted.get("organisation"))
    intake = _intake(call, wanted.get("intake"))
    place = (call["code"], intake["number"], track["code"], organisation)
    for row in api.items("applications"):
        same = (row["call"], row["intake"], row["track"], row["organisation"]) == place
        if same and row["state"] in {"draft", "reopened"}:
            progress(translate(N_("Going on with draft {id}."), id=row["id"]))
            return dict(api.get(f"applications/{row['id']}"))
    progress(translate(N_("Beginning a draft …")))
    new = {"intake": intake["id"], "track": track["id"], "organisation": organisation, "title": wanted["title"]}
    return dict(api.post("applications", new))


def _organisation(api: Transport, asked: Any) -> int:
    mine = api.get("me")["organisations"]
    fitting = [one["organisation"] for one in mine if asked in (None, "", one["organisation"], one["name"])]
    if len(fitting) != 1:
        listed = "".join(f"\n  {one['organisation']}: {one['name']}" for one in mine)
        raise Refused("organisation_unclear", organisations=listed)
    return int(fitting[0])


def _intake(call: dict[str, Any], number: Any) -> dict[str, Any]:
    for intake in call["intakes"]:
        if intake["number"] == number or (number is None and intake["accepting"]):
            return dict(intake)
    raise Refused("no_intake_open", call=call["code"])


def _filled(
    api: Transport, draft: dict[str, Any], wanted: dict[str, Any], folder: Path, texts: list[int]
) -> dict[str, Any]:
    """Saves texts, asks, attachments and consents into the draft, and gives it as it then stands."""
    place = f"applications/{draft['id']}"
    progress(translate(N_("Saving texts and amounts …")))
    content = {"version": draft["version"], "title": wanted["title"], "sections": wanted["sections"]}
    saved = api.put(f"{place}/texts", content)
    saved = api.put(f"{place}/asks", {"version": saved["version"], "asks": wanted["asks"]})
    _attach_all(api, place, saved["attachments"], wanted["attachments"], folder)
    for text in set(texts) - set(saved["accepted_texts"]):
        api.put(f"{place}/consents/{text}", None)
    return dict(api.get(place))


def _attach_all(
    api: Transport, place: str, there: list[dict[str, Any]], wanted: list[dict[str, Any]], folder: Path
) -> None:
    """Sends the files that are not there yet; one of the same content for the same paper is."""
    present = {(one["paper"] or "", one["sha256"]) for one in there}
    for number, one in enumerate(wanted, start=1):
        path = folder / str(one.get("file", ""))
        if not path.is_file():
            raise Refused("file_not_there", file=str(path))
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if (one.get("paper") or "", digest) in present:
            continue
        progress(
            translate(N_("Sending {file} ({number} of {count}) …"), file=path.name, number=number, count=len(wanted))
        )
        fields = {name: one[name] for name in ("paper", "issued_on", "valid_until") if one.get(name)}
        api.upload(f"{place}/attachments", fields, [("file", path)])


def _open_points(draft: dict[str, Any]) -> str:
    head = translate(N_("Draft {id} is saved."), id=draft["id"])
    return plain("\n  ".join([head, *draft["open_points"]]))


def _receipt(receipt: dict[str, Any]) -> str:
    number = translate(N_("Receipt {number}, version {version}"), number=receipt["number"], version=receipt["version"])
    at = translate(N_("Submitted at {instant}"), instant=receipt["submitted_at"])
    lines = [number, at, f"SHA-256 {receipt['content_sha256']}"]
    files = [[file.get("name", ""), file.get("sha256", "")] for file in receipt["files"]]
    return "\n".join([*lines, *([table([translate(N_("File")), "SHA-256"], files)] if files else [])])
