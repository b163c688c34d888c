"""A year's settlement as a spreadsheet and as comma-separated text, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madang.portal import sheets
from madang.portal.aids.sentences import KINDS
from madang.portal.settlements.sentences import ITEMS


def name_of(source: Mapping[str, Any]) -> str:
    """A source's name in the reader's language."""
    return str(source["name_ko" if get_language() == "ko" else "name_en"])


def items(source: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The lines of one source's account in their order: each word with its won; what is left comes last."""
    before, after = ("granted", "carried_in", "interest"), ("disallowed", "returned", "carried_out")
    return [
        *((_(ITEMS[item]), source[f"{item}_won"]) for item in before),
        (_("Recovered"), source["recovered_won"]),
        (_("Surcharges received"), source["surcharged_won"]),
        (_("Support given"), source["support_won"]),
        (_("Living aid paid"), source["aid_won"]),
        (_("Wage aid paid"), source["wage_aid_won"]),
        *((_(ITEMS[item]), source[f"{item}_won"]) for item in after),
        (_("Still to be settled"), source["left_won"]),
    ]


def table(found: Mapping[str, Any]) -> list[list[sheets.Cell]]:
    """Every source's account, then every award with its support by source; money is whole won."""
    sources = found["sources"]
    names = [name_of(source) for source in sources]
    accounts = [[lines[0][0], *(won for _word, won in lines)] for lines in zip(*map(items, sources), strict=True)]
    heading: list[sheets.Cell] = [
        _("Award"), _("Organisation"), _("At market reference price (won)"), _("Asked of the organisation (won)"),
        _("Service credit (won)"), _("VAT (won)"),
        *(_("Support: {source} (won)").format(source=name) for name in names), _("Disallowed (won)"),
    ]  # fmt: skip
    awards: list[list[sheets.Cell]] = [
        [
            one["award"] or _("Bookings"),
            one["organisation"],
            *(one[f"{name}_won"] for name in ("reference", "due", "credit", "vat")),
            *(one["support_won"].get(source["code"], 0) for source in sources),
            one["disallowed_won"],
        ]
        for one in found["awards"]
    ]
    told = {source["code"]: name for source, name in zip(sources, names, strict=True)}
    aid = [[one["cohort"], _(KINDS[one["kind"]]), told[one["source"]], one["paid_won"]] for one in found["aid"]]
    more = [[], [_("Cohort"), _("Kind of aid"), _("Funding source"), _("Aid paid (won)")], *aid] if aid else []
    return [[_("Item"), *names], *accounts, [], heading, *awards, *more]


def as_csv(found: Mapping[str, Any]) -> bytes:
    """UTF-8 with a byte order mark, as Korean spreadsheets need one."""
    return sheets.comma_separated(table(found))


def as_xlsx(found: Mapping[str, Any]) -> bytes:
    """One sheet of the same rows."""
    return sheets.xlsx(str(found["year"]), table(found))
