"""The data dictionary of the public figures: what every figure and every column of the files means."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from madang.portal.indicators import listing
from madang.portal.indicators.openness import OPEN
from madang.portal.indicators.registry import FIGURES
from madang.portal.indicators.sentences import AWARDS, COLUMNS, TABLES


def columns(table: str) -> list[str]:
    """The columns of a table's file, those that name a row first; of the list of awards too."""
    if table == "awards":
        return ["year", *listing.COLUMNS, "award_won", "title"]
    one = TABLES[table]
    return [*one.by, *one.columns, *(["complete"] if table == "demand" else [])]


def figures(language: str) -> list[dict[str, Any]]:
    """Every figure with title, definition, unit and source in a language, and whether small cells are withheld."""
    with override(language):
        return [
            {
                "code": code,
                "title": _(one.title),
                "definition": _(one.definition),
                "unit": _(one.unit),
                "source": _(one.source),
                "protected": one.protected,
                "open_because": "" if one.protected else _(OPEN[code]),
                "over": list(one.over or ()),
            }
            for code, one in FIGURES.items()
        ]


def tables(language: str) -> list[dict[str, Any]]:
    """Every table with its columns and what each says; the list of awards is one."""
    with override(language):
        every = [(code, _(one.title), _(one.definition), columns(code)) for code, one in TABLES.items()]
        every.append(("awards", _(AWARDS.title), _(AWARDS.definition), columns("awards")))
        return [
            {
                "code": code,
                "title": title,
                "definition": text,
                "columns": [{"name": name, "meaning": _meaning(name)} for name in found],
            }
            for code, title, text, found in every
        ]


def _meaning(column: str) -> str:
    return _(FIGURES[column].definition if column in FIGURES else COLUMNS[column])


def both() -> dict[str, Any]:
    """The whole dictionary in Korean and in English."""
    return {language: {"figures": figures(language), "tables": tables(language)} for language in ("ko", "en")}
