"""The transfers as a spreadsheet and as comma-separated text, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from madang.portal import sheets, states
from madang.portal.templatetags.madang import in_language
from madang.values import SECONDS_PER_HOUR


def table(rows: Iterable[Any]) -> list[list[sheets.Cell]]:
    """Headings and one row a transfer; amounts are whole hours of what the pools count."""
    headings = [
        _("Award"), _("Organisation"), _("State"), _("Asked on"), _("Decided on"), _("Rate of transfers"),
        _("From the pool"), _("Hours that go out"), _("To the product"), _("Hours that come in for them"),
        _("Reasons"), _("Decision"),
    ]  # fmt: skip
    return [headings, *(_row(row) for row in rows)]


def _row(row: Any) -> list[sheets.Cell]:
    days = [
        one.astimezone(settings.MADANG_ZONE).date().isoformat() if one else "" for one in (row.asked_at, row.decided_at)
    ]
    return [
        row.award.number,
        row.award.organisation.name,
        states.word(row.state, "transfer"),
        *days,
        row.rate.code,
        in_language(row.pool, "name"),
        row.given // SECONDS_PER_HOUR,
        in_language(row.product, "name"),
        row.got // SECONDS_PER_HOUR,
        row.reasons,
        row.decision,
    ]


def as_csv(rows: Iterable[Any]) -> bytes:
    """UTF-8 with a byte order mark, as Korean spreadsheets need one."""
    return sheets.comma_separated(table(rows))


def as_xlsx(rows: Iterable[Any]) -> bytes:
    """One sheet of the same rows."""
    return sheets.xlsx(_("Transfers"), table(rows))
