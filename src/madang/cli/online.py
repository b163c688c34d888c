"""The commands that need a centre's server: log in and out, calls, and what an award has left."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from madang.cli import (
    apply,
    credentials,
    environments,
    figures,
    forecasts,
    jobs,
    money,
    office,
    plans,
    sheets,
    submit,
    training,
)
from madang.cli.client import centre, public
from madang.cli.language import N_, language, say, translate
from madang.cli.output import amount, instant, plain, show, table
from madang.cli.sentences import explain
from madang.client.transport import Transport, checked, in_the_open
from madang.errors import Refused

TOKEN_DAYS = 90
Commands = Any
Run = Callable[[argparse.Namespace], int]


def register(commands: Commands) -> None:
    """Adds the online commands."""
    login = add(commands, "login", N_("Log in to a centre; keeps a token on this machine."), _login)
    login.add_argument("--server", metavar="URL", help=translate(N_("the centre's address")))
    login.add_argument("--email", metavar="ADDRESS", help=translate(N_("your address there")))
    add(commands, "logout", N_("Revoke the token and forget it."), _logout)
    listed = add(commands, "calls", N_("List the published calls."), _calls, json=True)
    listed.add_argument("--all", action="store_true", help=translate(N_("closed ones too")))
    apply.register(commands, add)
    submit.register(commands, add)
    jobs.register(commands, add)
    environments.register(commands, add)
    office.register(commands, add)
    money.register(commands, add)
    training.register(commands, add)
    sheets.register(commands, add)
    forecasts.register(commands, add)
    plans.register(commands, add)
    figures.register(commands, add)
    usage = add(commands, "usage", N_("Show what awards were granted, have used and have left."), _usage, json=True)
    usage.add_argument("award", nargs="?", metavar="AWARD", help=translate(N_("an award's number; all without one")))


def add(commands: Commands, name: str, text: str, run: Run, *, json: bool = False) -> argparse.ArgumentParser:
    """One command; with `json` it can print JSON instead of a table."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=translate(text), description=translate(text))
    parser.set_defaults(run=run, explain_refusal=explain)
    if json:
        # kept from the command before its own command (`jobs --json outputs 7`), whose default would take it back
        parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=translate(N_("print JSON")))
    return parser


def _login(given: argparse.Namespace) -> int:
    server = checked(given.server or credentials.present()[0])
    if in_the_open(server):
        say(
            translate(N_("Careful: {server} is not encrypted; others may read your password."), server=server),
            error=True,
        )
    email = given.email or _asked_for_email()
    wanted = {"email": email, "password": _password(), "name": "madang", "days": TOKEN_DAYS}
    with Transport(server, language=language()) as api:
        made = api.post("log-in", wanted)
    credentials.keep(server=server, token=made["token"], token_id=made["id"], email=email)
    text = N_("Logged in at {server} until {until}.")
    say(translate(text, server=server, until=instant(made["expires_at"])))
    return 0


def _asked_for_email() -> str:
    if not sys.stdin.isatty():
        raise Refused("no_email")
    print(translate(N_("E-mail address: ")), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _password() -> str:
    given = os.environ.get("MADANG_PASSWORD")
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise Refused("no_password")
    return getpass.getpass(translate(N_("Password: ")))


def _logout(given: argparse.Namespace) -> int:
    """The token is forgotten here even where the centre no longer knows it."""
    kept = credentials.stored()
    if kept:
        try:
            with Transport(str(kept["server"]), str(kept["token"]), language=language()) as api:
                api.delete(f"me/tokens/{kept['token_id']}")
        except Refused as refused:
            if refused.facts.get("status") not in {401, 404, 409}:
                raise
        finally:
            credentials.forget()
    say(translate(N_("Logged out.")))
    return 0


def _calls(given: argparse.Namespace) -> int:
    with public() as api:
        found = list(api.items("calls"))
    open_ones = [call for call in found if given.all or call["state"] != "closed"]
    show(given, open_ones, _calls_table(open_ones))
    return 0


def _calls_table(calls: list[dict[str, Any]]) -> str:
    if not calls:
        return translate(N_("No call is published at present."))
    heads = [translate(head) for head in (N_("Call"), N_("Title"), N_("Opens at"), N_("Closes at"), N_("At present"))]
    return table(heads, [_call_row(call) for call in calls])


def _call_row(call: dict[str, Any]) -> list[str]:
    title = call["title_ko"] if language() == "ko" else call["title_en"] or call["title_ko"]
    open_ones = [intake for intake in call["intakes"] if intake["accepting"]]
    intake = (open_ones or call["intakes"] or [{}])[-1]
    now = translate(N_("takes applications") if open_ones else N_("takes none"))
    return [call["code"], title, instant(intake.get("opens_at")), instant(intake.get("closes_at")), now]


def _usage(given: argparse.Namespace) -> int:
    with centre() as api:
        numbers = [given.award] if given.award else [award.number for award in api.awards()]
        found = [{"award": number, **asdict(row)} for number in numbers for row in api.balances(number)]
    show(given, found, _usage_table(found))
    return 0


def _usage_table(found: list[dict[str, Any]]) -> str:
    if not found:
        return translate(N_("No award has anything in the book yet."))
    heads = [
        N_("Award"),
        N_("Pool"),
        N_("Granted"),
        N_("Used"),
        N_("Set aside"),
        N_("Returned"),
        N_("Expired"),
        N_("Left"),
    ]
    parts = ("granted", "used", "held", "returned", "expired", "left")
    rows = [
        [plain(row["award"]), row["pool"], *(amount(row[f"{part}_seconds"], row["unit"]) for part in parts)]
        for row in found
    ]
    return table([translate(head) for head in heads], rows, right=range(2, 8))
