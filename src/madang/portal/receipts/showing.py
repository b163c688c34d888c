"""How a statement's payment reads on a page: its state, what is owed, what moved, and where to pay."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madang.portal.receipts import queries
from madang.portal.receipts.rules import PostingKind
from madang.portal.receipts.sentences import KINDS


def payment(statement: Any, today: date) -> dict[str, Any]:
    """Of an issued statement with `received_won`: state, won owed and too much, days late."""
    balance = queries.balance(statement)
    return {"balance": balance, "state": balance.state(today).value, "late": max(0, balance.days_late(today))}


def in_full(statement: Any, today: date) -> dict[str, Any]:
    """The same with what moved, when it was chased, and where to pay; three queries."""
    return payment(statement, today) | {
        "postings": [(row, _(KINDS[_kind(row)])) for row in queries.postings(statement.pk)],
        "chases": queries.chases(statement.pk),
        "pay_to": settings.MADANG_PAY_TO[get_language() or "ko"] or settings.MADANG_PAY_TO["ko"],
    }


def _kind(row: Any) -> str:
    if row.kind == PostingKind.CREDIT:
        return "credit_in" if row.amount > 0 else "credit_out"
    return "undone" if row.reverses_id else str(row.kind)
