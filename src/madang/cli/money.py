"""Money for whoever scripts it: a bank's file brought in, who still owes, and a year's settlement."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from madang.cli.client import client
from madang.cli.language import N_, translate
from madang.cli.output import plain, show, table
from madang.errors import Refused

Add = Callable[..., argparse.ArgumentParser]


def register(commands: Any, add: Add) -> None:
    """Adds the commands."""
    receipts = add(commands, "receipts", N_("Bring in a bank's file of receipts, once."), _receipts, json=True)
    receipts.add_argument("file", type=Path, metavar="FILE", help=translate(N_("the bank's file, CSV or XLSX")))
    receipts.add_argument("--bank", required=True, metavar="CODE", help=translate(N_("short name of the account")))
    receipts.add_argument("--dry-run", action="store_true", help=translate(N_("only look at it, store nothing")))
    owed = add(commands, "owed", N_("List the statements that are not evenly paid."), _owed, json=True)
    settle = add(commands, "settle", N_("Show what a year comes to by who funded it, to the won."), _settle, json=True)
    settle.add_argument("--year", type=int, required=True, metavar="YEAR", help=translate(N_("the fiscal year")))
    owed.add_argument("--most", type=int, default=100, help=translate(N_("at most so many (100)")))


def _receipts(given: argparse.Namespace) -> int:
    if not given.file.is_file():
        raise Refused("file_not_there", file=str(given.file))
    fields = {"bank": given.bank, "dry_run": "true" if given.dry_run else "false"}
    with client() as api:
        found = api.upload("receipt-files", fields, [("file", given.file)])
    show(given, found, _file_text(found))
    return 1 if found["faults"] else 0


def _file_text(found: dict[str, Any]) -> str:
    text = N_("Stored: {stored} new, {repeated} here already, {left_out} rows left out; ₩{total} in all.")
    if found["dry_run"]:
        text = N_("To store: {stored} new, {repeated} here already, {left_out} rows left out; ₩{total} in all.")
    faults = [plain(f"{one['row']}: {one['code']} {one['value']}") for one in found["faults"]]
    figures = {name: found[name] for name in ("stored", "repeated", "left_out")}
    return "\n".join([translate(text, **figures, total=f"{found['total_won']:,}"), *faults])


def _owed(given: argparse.Namespace) -> int:
    with client() as api:
        found = list(api.items("payments", given.most))
    heads = [N_("Statement"), N_("To be paid by"), N_("Still to pay"), N_("Paid too much"), N_("Days late")]
    rows = [
        [one["number"], one["due_on"], f"{one['owed_won']:,}", f"{one['excess_won']:,}", str(one["days_late"])]
        for one in found
    ]
    nothing = translate(N_("Every issued statement is evenly paid."))
    show(given, found, table([translate(head) for head in heads], rows, right=(2, 3, 4)) if rows else nothing)
    return 0


def _settle(given: argparse.Namespace) -> int:
    with client() as api:
        found = api.get(f"settlements/{given.year}")
    show(given, found, "\n".join([_by_source(found["sources"]), "", _by_award(found), "", _ties(found)]))
    return 1 if found["differences"] else 0


def _by_source(sources: list[dict[str, Any]]) -> str:
    words = {
        "granted": N_("Granted by the funder"),
        "carried_in": N_("Carried on from the year before"),
        "interest": N_("Interest"),
        "recovered": N_("Recovered"),
        "surcharged": N_("Surcharges received"),
        "support": N_("Support given"),
        "aid": N_("Living aid paid"),
        "wage_aid": N_("Wage aid paid"),
        "disallowed": N_("Disallowed by the funder"),
        "returned": N_("Returned to the funder"),
        "carried_out": N_("Carried on into the next year"),
        "left": N_("Still to be settled"),
    }
    rows = [[translate(word), *(f"{one[f'{item}_won']:,}" for one in sources)] for item, word in words.items()]
    codes = [plain(one["code"]) for one in sources]
    return table([translate(N_("Won")), *codes], rows, right=tuple(range(1, len(codes) + 1)))


def _by_award(found: dict[str, Any]) -> str:
    codes = [one["code"] for one in found["sources"]]
    rows = [
        [
            one["award"],
            plain(one["organisation"]),
            *(f"{won:,}" for won in (one["due_won"], *(one["support_won"].get(code, 0) for code in codes))),
        ]
        for one in found["awards"]
    ]
    heads = [translate(N_("Award")), translate(N_("Organisation")), translate(N_("Asked of it")), *map(plain, codes)]
    return table(heads, rows, right=tuple(range(2, len(heads))))


def _ties(found: dict[str, Any]) -> str:
    """Whether it ties to the statements, and whether the year is settled."""
    text = N_("{count} issued statements support ₩{won} in all; every won is divided by who funded it.")
    if found["differences"]:
        text = N_("{count} issued statements support ₩{won} in all, but these awards are divided otherwise: {wrong}")
    wrong = ", ".join(map(plain, found["differences"]))
    counted = {"count": found["statements"]["count"], "won": f"{found['statements']['support_won']:,}"}
    said = [translate(text, **counted, wrong=wrong)]
    if found["sha256"]:
        said.append(translate(N_("Settled; SHA-256 of the settled text: {sha256}"), sha256=found["sha256"]))
    return "\n".join(said)
