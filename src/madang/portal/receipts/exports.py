"""Who owes how much for how long, as a spreadsheet and as comma-separated text, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from madang.portal import charts, sheets, states
from madang.portal.receipts import queries
from madang.portal.receipts.rules import age
from madang.portal.receipts.sentences import AGES


def table(rows: Iterable[Any], today: date) -> list[list[sheets.Cell]]:
    """Headings and one row a statement that is not evenly paid; money is whole won."""
    headings = [
        _("Statement"), _("Organisation"), _("Business registration number"), _("To be paid by"), _("To pay (won)"),
        _("Received (won)"), _("Still to pay (won)"), _("Paid too much (won)"), _("Days late"), _("State"), _("Age"),
    ]  # fmt: skip
    return [headings, *(_row(row, today) for row in rows)]


def _row(row: Any, today: date) -> list[sheets.Cell]:
    balance = queries.balance(row)
    late = max(0, balance.days_late(today)) if balance.owed else 0
    return [
        row.number,
        row.organisation.name,
        row.organisation.registration_number,
        row.due_on.isoformat(),
        balance.payable,
        balance.received,
        balance.owed,
        balance.excess,
        late,
        states.word(balance.state(today), "payment"),
        _(AGES[age(late)]) if balance.owed else "",
    ]


def as_csv(rows: Iterable[Any], today: date) -> bytes:
    """UTF-8 with a byte order mark, as Korean spreadsheets need one."""
    return sheets.comma_separated(table(rows, today))


def as_xlsx(rows: Iterable[Any], today: date) -> bytes:
    """One sheet of the same rows."""
    return sheets.xlsx(today.isoformat(), table(rows, today))


def chart(ages: Iterable[int]) -> charts.Chart:
    """What is owed by age, in thousands of won."""
    return charts.bars(
        title=_("What is owed, by how late it is"),
        description=_("Thousands of won, rounded down. The table beside it has every won."),
        category=_("Age"),
        measure=_("Thousands of won"),
        rows=[(_(word), won // 1000) for word, won in zip(AGES, ages, strict=True)],
    )
