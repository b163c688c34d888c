"""What the body's people script: a call as a file, rounds, the second person's answer, the journal."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from madang.cli.client import client
from madang.cli.language import N_, say, translate
from madang.cli.output import instant, plain, show, table
from madang.client.transport import Transport, segment
from madang.errors import Refused

Add = Callable[..., argparse.ArgumentParser]
# The same words as on the pages.
KINDS = {
    "publish_call": N_("Publish a call"),
    "adopt_plan": N_("Adopt an allocation plan"),
    "publish_decisions": N_("Publish decisions"),
    "end_award": N_("End an award"),
    "change_tariff": N_("Change a tariff"),
    "refund": N_("Pay back what was paid too much"),
}

FIGURES = {
    "handed_in": N_("Applications"),
    "to_screen": N_("Still to screen"),
    "eligible": N_("Eligible"),
    "sheets_wanted": N_("Sheets wanted"),
    "sheets_given": N_("Sheets given out"),
    "sheets_back": N_("Sheets back"),
    "checked": N_("Plans to choose from"),
    "held_back": N_("Decisions held back"),
    "published": N_("Decisions published"),
    "offered": N_("Offers without an answer"),
    "accepted": N_("Accepted, agreement to be signed"),
    "in_force": N_("Awards in force"),
    "came_back": N_("Declined, lapsed or ended"),
}


def register(commands: Any, add: Add) -> None:
    """Adds the commands."""
    draft = add(commands, "draft", N_("Write a call's draft from a file, over what stands there."), _draft, json=True)
    draft.add_argument("file", nargs="?", type=Path, metavar="FILE", help=translate(N_("a call as a JSON document")))
    draft.add_argument("--from", dest="source", metavar="CALL", help=translate(N_("print this call as a document")))
    draft.add_argument("--hand-over", metavar="COMMENT", help=translate(N_("then lay it before an approver")))
    draft.set_defaults(misused=draft.error)
    rounds = add(commands, "rounds", N_("List the rounds, or show where one stands."), _rounds, json=True)
    rounds.add_argument("intake", nargs="?", type=int, metavar="ROUND", help=translate(N_("a round's number here")))
    approvals = add(commands, "approvals", N_("List what waits for a second person."), _approvals, json=True)
    approvals.add_argument("--all", action="store_true", help=translate(N_("what was decided too")))
    approve = _one(add(commands, "approve", N_("Approve an act and carry it out."), _approve, json=True))
    approve.add_argument(
        "--document", required=True, metavar="NUMBER", help=translate(N_("the number of the approval document"))
    )
    approve.add_argument("--comment", default="", metavar="COMMENT")
    reject = _one(add(commands, "reject", N_("Turn an act down."), _reject, json=True))
    reject.add_argument("--comment", required=True, metavar="COMMENT", help=translate(N_("why")))
    _journal_arguments(add(commands, "journal", N_("Search the journal."), _journal, json=True))


def _one(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("approval", type=int, metavar="NUMBER", help=translate(N_("its number in “madang approvals”")))
    return parser


def _journal_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--action", metavar="CODE", help=translate(N_("calls.close, or calls. for all of a part")))
    parser.add_argument("--actor", type=int, metavar="PERSON", help=translate(N_("a person's number")))
    parser.add_argument("--subject", metavar="SUBJECT", help=translate(N_("call, or call:12")))
    parser.add_argument("--since", metavar="INSTANT", help=translate(N_("from then on: 2026-04-01T00:00+09:00")))
    parser.add_argument("--until", metavar="INSTANT", help=translate(N_("before then")))
    parser.add_argument("--most", type=int, default=100, help=translate(N_("at most so many (100)")))


def _draft(given: argparse.Namespace) -> int:
    if given.source:
        with client() as api:
            found = api.get(f"calls/{segment(given.source)}/document")
        say(json.dumps(found["document"], ensure_ascii=False, indent=2))
        return 0
    if given.file is None:
        given.misused(translate(N_("give a FILE, or --from CALL for one to start with")))
    with client() as api:
        found = _written(api, _document(given.file))
        if given.hand_over is not None:
            place = f"calls/{segment(found['document']['code'])}/publication"
            found = api.post(place, {"version": found["version"], "comment": given.hand_over})
    show(given, found, _draft_text(found))
    return 0


def _document(path: Path) -> dict[str, Any]:
    """The file's content. Refused: ``file_not_there``, ``call_not_json``."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Refused("file_not_there", file=str(path)) from error
    except (OSError, ValueError) as error:
        raise Refused("call_not_json", file=str(path), why=str(error)) from error
    if not isinstance(found, dict) or not isinstance(found.get("code"), str):
        raise Refused("call_not_json", file=str(path), why=translate(N_("it lacks the call's code")))
    return found


def _written(api: Transport, document: dict[str, Any]) -> dict[str, Any]:
    """The draft as it then stands: a new one, or the one of this code replaced."""
    place = f"calls/{segment(document['code'])}/document"
    try:
        present = api.get(place)
    except Refused as refused:
        if refused.facts.get("status") != 404:
            raise
        return dict(api.post("drafts", document))
    return dict(api.put(place, {"version": present["version"], "document": document}))


def _draft_text(found: dict[str, Any]) -> str:
    code = found["document"]["code"]
    if found["approval"]:
        text = N_("{code} waits for an approver: madang approve {number} --document …")
        return translate(text, code=plain(code), number=found["approval"])
    head = translate(N_("The draft {code} is saved."), code=plain(code))
    return plain("\n  ".join([head, *found["open_points"]]))


def _rounds(given: argparse.Namespace) -> int:
    with client() as api:
        if given.intake is not None:
            found = api.get(f"intakes/{given.intake}")
            show(given, found, _round_text(found))
            return 0
        rows = list(api.items("intakes"))
    heads = [N_("Round"), N_("Call"), N_("Intake"), N_("State"), N_("Closes at")]
    lines = [[row["id"], row["call"], row["number"], row["state_in_words"], instant(row["closes_at"])] for row in rows]
    show(given, rows, table([translate(head) for head in heads], lines) if rows else translate(N_("No rounds.")))
    return 0


def _round_text(found: dict[str, Any]) -> str:
    head = plain(f"{found['call']} / {found['number']}: {found['shown_state_in_words']}")
    figures = [(translate(word), found["standing"][name]) for name, word in FIGURES.items()]
    return "\n".join([head, plain(found["next_text"]), *(f"  {word}: {count}" for word, count in figures if count)])


def _approvals(given: argparse.Namespace) -> int:
    with client() as api:
        rows = list(api.items("approvals", state=None if given.all else "waiting"))
    heads = [N_("Number"), N_("Act"), N_("Drafted by"), N_("At"), N_("State"), N_("Comment")]
    lines = [_approval_row(row) for row in rows]
    nothing = translate(N_("Nothing waits for a second person."))
    show(given, rows, table([translate(head) for head in heads], lines) if rows else nothing)
    return 0


def _approval_row(row: dict[str, Any]) -> list[object]:
    what = translate(KINDS[row["kind"]]) if row["kind"] in KINDS else row["kind"]
    named = row["facts"].get("code") or row["facts"].get("number") or row["subject"]
    return [row["id"], f"{what}: {named}", row["drafted_by"], instant(row["drafted_at"]), row["state_in_words"],
            row["draft_comment"]]  # fmt: skip


def _approve(given: argparse.Namespace) -> int:
    content = {"document_number": given.document, "comment": given.comment}
    return _answer(given, "approval", content, N_("Approved and carried out."))


def _reject(given: argparse.Namespace) -> int:
    return _answer(given, "rejection", {"comment": given.comment}, N_("The draft was rejected."))


def _answer(given: argparse.Namespace, what: str, content: dict[str, str], text: str) -> int:
    with client() as api:
        found = api.post(f"approvals/{given.approval}/{what}", content)
    show(given, found, translate(text))
    return 0


def _journal(given: argparse.Namespace) -> int:
    wanted = {name: getattr(given, name) for name in ("action", "actor", "subject", "since", "until")}
    with client() as api:
        rows = list(api.items("journal/entries", given.most, **wanted))
    heads = [N_("Number"), N_("At"), N_("By"), N_("Action"), N_("On what")]
    lines = [
        [row["number"] or "–", instant(row["happened_at"]), row["actor"] or row["via"], row["text"],
         f"{row['subject_kind']}:{row['subject']}"]
        for row in rows
    ]  # fmt: skip
    show(given, rows, table([translate(head) for head in heads], lines) if rows else translate(N_("No entries.")))
    return 0
