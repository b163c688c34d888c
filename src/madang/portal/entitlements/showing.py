"""Says in a line what a rule gives, in the reader's language; its published sentence stands beside it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madang.portal import formats
from madang.portal.entitlements.rules import EntitlementKind
from madang.portal.entitlements.sentences import KINDS
from madang.values import SECONDS_PER_HOUR


def _share(permille: int) -> str:
    return formats.percent(permille, 1000, 1 if permille % 10 else 0)


def figure(row: Any) -> str:
    """The figures of a rule in words."""
    if row.kind == EntitlementKind.SUPPLEMENT:
        text = _("Up to {share} of what was granted, once, from {percent}% of use on")
        return text.format(share=_share(row.permille), percent=row.from_percent)
    if row.kind == EntitlementKind.BACK_CHARGE:
        text = _("{share} of the discounts of the months concerned is to be paid, after a hearing")
        return text.format(share=_share(row.permille))
    worth = formats.won(row.won, get_language() or "ko") if row.won else _share(row.permille)
    text = _("Start within {hours} hours; {worth} for each hour beyond, at most {cap} of a month")
    return text.format(hours=row.promise_seconds // SECONDS_PER_HOUR, worth=worth, cap=_share(row.cap_permille))


def shown(row: Any) -> dict[str, Any]:
    """A rule as the pages list it."""
    return {"row": row, "kind": _(KINDS[row.kind]), "figure": figure(row)}
