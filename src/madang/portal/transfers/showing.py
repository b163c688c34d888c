"""Says in a line what a rate is and what an exchange comes to, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from madang.portal import formats
from madang.portal.templatetags.madang import amount, in_language
from madang.portal.transfers.rules import Exchange


def share(permille: int) -> str:
    """Thousandths as a percentage."""
    return formats.percent(permille, 1000, 1 if permille % 10 else 0)


def shown(row: Any) -> dict[str, Any]:
    """A rate as the pages list it."""
    text = _("{gives} hours of {pool} for {gets} hours of {product}")
    names = {"pool": in_language(row.pool, "name"), "product": in_language(row.product, "name")}
    figure = text.format(gives=f"{row.gives:,}", gets=f"{row.gets:,}", **names)
    bounds = _("{least} to {most} of the award").format(least=share(row.least_permille), most=share(row.most_permille))
    return {"row": row, "figure": figure, "bounds": bounds}


def said(pool: Any, product: Any, found: Exchange, months: int) -> str:
    """“You give …, you get ….”"""
    given = {"given": amount(found.given, pool.unit), "pool": in_language(pool, "name")}
    given |= {"got": amount(found.got, product.pool.unit), "product": in_language(product, "name")}
    if product.grain == "hour":
        return _("You give {given} of {pool}, and you get {got} of {product}.").format(**given)
    text = _("You give {given} of {pool}, and you get {quantity} × {product} for {months} months, {got} in all.")
    return text.format(**given, quantity=f"{found.quantity:,}", months=months)
