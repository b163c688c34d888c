"""`madang disclose`: tables from rows, without the small cells and without what would give them away."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from madang.cli.language import N_, language, say, translate
from madang.disclosure.check import check
from madang.disclosure.protection import Protection
from madang.disclosure.rows import read_cube, write_release
from madang.disclosure.sentences import refusal
from madang.disclosure.withholding import withhold

HELP = N_("write tables of counts from rows, with small cells withheld so that nobody can work them out")
DESCRIPTION = N_(
    "madang disclose ROWS.csv --by region,kind --amount gpus --out TABLES.csv\n"
    "Small cells are withheld, and others beside them, until no withheld number follows from the sums. The result is\n"
    "checked by whole numbers before it is written."
)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command; its `run` gives 0 when the tables were written, 1 if the check found a fault in them."""
    parser = subparsers.add_parser(
        "disclose",
        help=translate(HELP),
        description=translate(DESCRIPTION),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("rows", type=Path, metavar="ROWS.csv", help=translate(N_("a CSV file with a heading")))
    add("--by", required=True, metavar="COLUMN,…", help=translate(N_("the columns that tables divide by")))
    add(
        "--table",
        action="append",
        default=[],
        metavar="COLUMN,…",
        help=translate(
            N_("one table, by these of the columns, '' for the total; all sets of columns if none is named")
        ),
    )
    add("--contributors", default="", metavar="COLUMN", help=translate(N_("how many a row counts (1)")))
    add("--amount", default="", metavar="COLUMN", help=translate(N_("what they contributed, added up")))
    add("--threshold", type=int, default=5, help=translate(N_("fewer contributors than this are a small cell (5)")))
    add("--percent", type=int, default=20, help=translate(N_("how far a withheld amount stays open, in per cent (20)")))
    add("--out", type=Path, required=True, metavar="TABLES.csv", help=translate(N_("where the tables go")))
    parser.set_defaults(run=run, explain_refusal=lambda refused: refusal(refused, language()))


def run(given: argparse.Namespace) -> int:
    """Reads, withholds, checks, writes, and says how much was withheld."""
    protection = Protection(given.threshold, given.percent)
    dimensions = [name.strip() for name in given.by.split(",") if name.strip()]
    cube = read_cube(given.rows, dimensions, given.contributors, given.amount, given.table)
    release = withhold(cube, protection)
    faults = check(cube, protection, release)
    if faults:
        say("\n".join(faults), error=True)
        return 1
    text = io.StringIO()
    write_release(text, dimensions, release)
    given.out.write_text(text.getvalue(), encoding="utf-8", newline="")
    said = N_("{cells} cells, {withheld} withheld: {small} small ones, {beside} that would have given them away.")
    withheld, small = len(release.withheld), len(release.small)
    say(translate(said, cells=len(release.cells), withheld=withheld, small=small, beside=withheld - small))
    return 0
