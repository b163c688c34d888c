"""Says what holds on this installation: home, database, books, journal, sandbox, fonts, disk."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext

from madang.portal.bookings import queries as bookings
from madang.portal.centre import setup
from madang.portal.creditnotes import queries as creditnotes
from madang.portal.jobs import machine
from madang.portal.journal import queries as journal
from madang.portal.ledger import queries as ledger
from madang.portal.receipts import queries as receipts
from madang.portal.sanctions import queries as sanctions
from madang.portal.settlements import queries as settlements
from madang.portal.suppliers import queries as suppliers

LEAST_FREE = 2 * 1024**3


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it holds, and a sentence that says what and how to mend it.

    What is not `grave` weakens a bound without making anything wrong.
    """

    holds: bool
    text: str
    grave: bool = True


def findings() -> list[Finding]:
    """Everything that can be said without changing anything."""
    found = [*_home(), *_database()]
    if all(finding.holds for finding in found):
        found += [*_books(), *_sandbox()]
    return [*found, *_fonts()]


def _home() -> Iterator[Finding]:
    home: Path = settings.MADANG_HOME
    mode = stat.S_IMODE(home.stat().st_mode) if home.exists() else None
    yield Finding(
        mode == 0o700, gettext("The home {home} exists and is for its owner only (mode 700).").format(home=home)
    )
    free = shutil.disk_usage(home if home.exists() else home.parent).free
    text = gettext("At least 2 GiB are free for it ({free} MiB).").format(free=free // 2**20)
    yield Finding(free >= LEAST_FREE, text)


def _database() -> Iterator[Finding]:
    fits = not setup.missing_migrations() and not setup.foreign_migrations()
    yield Finding(fits, gettext("The database fits this version (otherwise: madang upgrade)."))


def _books() -> Iterator[Finding]:
    wrong = ledger.check_identity()
    yield Finding(not wrong, gettext("The book balances: granted = used + held + returned + expired + left."))
    paid = gettext("Payments received, matches and statements agree with each other.")
    yield Finding(not receipts.check_books() and not sanctions.check_books(), paid)
    noted = gettext("Credit notes agree with their statements, and take off no more than was billed.")
    yield Finding(not creditnotes.check_books(), noted)
    supplied = gettext("What was agreed to be owed to suppliers is what contracts and book say.")
    yield Finding(not suppliers.check_books(), supplied)
    divided = gettext("The support of every issued statement is divided among those who fund it, to the won.")
    yield Finding(not settlements.check_books(), divided)
    held = gettext("Bookings hold the times of their facilities, and nothing that ended holds any.")
    yield Finding(not bookings.slots_that_differ(), held)
    yield Finding(journal.verify() is None, gettext("The journal's chain holds (otherwise: madang audit verify)."))


def _sandbox() -> Iterator[Finding]:
    why = machine.why_off()
    text = gettext("Jobs run in a sandbox here.") if not why else gettext("Jobs are off: {why}").format(why=why)
    yield Finding(not why, text)
    for holds, text in machine.guards() if not why else []:
        yield Finding(holds, text, grave=False)


def _fonts() -> Iterator[Finding]:
    program = shutil.which("fc-list")
    listed = (
        subprocess.run([program, ":lang=ko"], capture_output=True, text=True, check=False).stdout if program else ""
    )
    yield Finding(
        bool(listed.strip()), gettext("A Korean font is installed for documents (otherwise: apt install fonts-nanum).")
    )
