"""Public figures for whoever checks them: a frozen year counted anew, and where the tables say otherwise by now."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from madang.cli.client import public
from madang.cli.language import N_, translate
from madang.cli.output import instant, plain, show, table

Add = Callable[..., argparse.ArgumentParser]


def register(commands: Any, add: Add) -> None:
    """Adds the command."""
    figures = add(commands, "figures", N_("Compare a frozen year's figures with the tables."), _figures, json=True)
    figures.add_argument("--year", type=int, required=True, metavar="YEAR", help=translate(N_("the calendar year")))


def _figures(given: argparse.Namespace) -> int:
    """0 where the rows have the published digest and the tables say the same; else 1."""
    with public() as api:
        frozen = api.get(f"figures/years/{given.year}")
        found = api.get(f"figures/years/{given.year}/differences")
    found["sha256_of_rows"] = _digest(given.year, frozen["figures"])
    show(given, found, _text(found))
    return 1 if found["differences"] or found["sha256_of_rows"] != found["sha256"] else 0


def _digest(year: int, figures: dict[str, Any]) -> str:
    """SHA-256 of the rows written as the frozen text is: members sorted, one space of indent, UTF-8."""
    text = json.dumps({"year": year, "figures": figures}, ensure_ascii=False, sort_keys=True, indent=1)
    return sha256(text.encode()).hexdigest()


def _text(found: dict[str, Any]) -> str:
    said = [translate(N_("SHA-256 of the frozen figures: {sha256}"), sha256=found["sha256"])]
    if found["sha256_of_rows"] != found["sha256"]:
        said.append(translate(N_("But its rows give {sha256}."), sha256=found["sha256_of_rows"]))
    at = instant(found["worked_out_at"])
    if not found["differences"]:
        return "\n".join([*said, translate(N_("The tables, worked out {at}, say the same."), at=at)])
    text = N_("The tables, worked out {at}, say otherwise in {count} places:")
    heads = [N_("Table"), N_("Row"), N_("Figure"), N_("Frozen"), N_("Now")]
    rows = [
        [
            one["table"],
            plain(" ".join(filter(None, one["named"].values()))),
            one["figure"],
            *("–" if one[side] is None else f"{one[side]:,}" for side in ("frozen", "now")),
        ]
        for one in found["differences"]
    ]
    lines = table([translate(head) for head in heads], rows, right=(3, 4))
    return "\n".join([*said, translate(text, at=at, count=len(rows)), lines])
