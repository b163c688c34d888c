"""`madang simulate`: runs a trace of jobs through a cluster under one or more policies, without the portal."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from madang.cli import simulating
from madang.cli.language import N_, language, say, translate
from madang.errors import Refused
from madang.simulation.reading import FORMATS
from madang.simulation.sentences import refusal

REFUSED = 2
HELP = N_("simulate what a trace of jobs would meet on a cluster, under one or more policies")
FORMS = N_(
    "madang simulate TRACE --processors N --policy easy: one policy, its answers\n"
    "madang simulate TRACE --cluster FILE --policy easy multifactor FILE: several, side by side\n"
    "madang simulate FIGURES.json --format figures --days 90 --cluster FILE --policy easy: an invented trace\n"
    "--replications N draws N more traces and says how sure the differences are.\n"
    "Policies: {policies}, or a TOML file. With several policies --out writes one file each."
)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command; its `run` gives 0 when all is well and 2 for a refusal."""
    parser = subparsers.add_parser(
        "simulate",
        help=translate(HELP),
        description=translate(FORMS, policies=", ".join(simulating.NAMED)),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "trace", type=Path, metavar="TRACE", help=translate(N_("the trace, or the figures to invent one"))
    )
    _about_the_trace(parser)
    _about_the_run(parser)
    _about_the_answers(parser)
    parser.set_defaults(run=lambda given: run(given, parser.error))


def _about_the_trace(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    formats = (*FORMATS, "figures")
    add("--format", choices=formats, help=translate(N_("layout of the trace; .swf is known by its name")))
    add("--account-field", default="", metavar="NAME", help=translate(N_("column that accounts are taken from")))
    add("--class-field", default="", metavar="NAME", help=translate(N_("column that classes are taken from")))
    add("--classes", type=Path, metavar="CSV", help=translate(N_("table account,class; other accounts are bad rows")))
    add("--fields", default="", metavar="A|B|…", help=translate(N_("columns of a sacct dump without a heading")))
    tres = translate(N_("numbers that slurmdbd gave to gres/gpu and its types (1001,1002)"))
    add("--gpu-tres", default="1001,1002", metavar="N,…", help=tres)
    add("--time-zone", default="UTC", metavar="ZONE", help=translate(N_("zone of times written without one (UTC)")))
    add("--limit", type=int, default=0, metavar="SECONDS", help=translate(N_("wall limit of jobs that state none")))
    add("--skip-bad", action="store_true", help=translate(N_("count bad rows and go on instead of refusing the first")))
    add("--days", type=int, default=90, help=translate(N_("length of an invented trace (90)")))
    add("--fit", type=Path, metavar="JSON", help=translate(N_("write the figures of the trace here")))
    add("--write-trace", type=Path, metavar="FILE", help=translate(N_("write the trace here, as CSV or .parquet")))


def _about_the_run(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--cluster", type=Path, metavar="TOML", help=translate(N_("the cluster's file")))
    where.add_argument("--processors", type=int, metavar="N", help=translate(N_("N processors, only counted")))
    add("--gpus", type=int, metavar="N", help=translate(N_("N GPUs, only counted")))
    add("--policy", nargs="+", default=["easy"], metavar="NAME|TOML", help=translate(N_("policies (easy)")))
    add("--variant", choices=("madang", "pyss"), default="madang", help=translate(N_("order of events at one instant")))
    add("--engine", choices=("auto", "plain", "compiled", "reference"), default="auto",
        help=translate(N_("which engine computes it; all give the same schedule")))  # fmt: skip
    add("--seed", type=int, default=0, help=translate(N_("seed of all that is drawn (0)")))
    add("--replications", type=int, default=0, metavar="N", help=translate(N_("drawn traces to compare policies on")))


def _about_the_answers(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--targets",
        default="",
        metavar="CLASS=PERCENT,…",
        help=translate(N_("shares that classes should have")),
    )
    add("--out", type=Path, metavar="CSV", help=translate(N_("write job,submit,start,end here")))
    add("--report", type=Path, metavar="HTML", help=translate(N_("write the report here, one page with its charts")))
    add("--language", choices=("en", "ko"), help=translate(N_("language of the answers")))
    add("--json", action="store_true", help=translate(N_("print JSON instead of a table")))


def run(given: argparse.Namespace, misused: Callable[[str], object]) -> int:
    """Carries the command out. `misused` ends it with status 2 when the words make no form."""
    wrong = simulating.misuse(given)
    if wrong:
        misused(wrong)
    try:
        return simulating.simulate(given)
    except Refused as refused:
        say(refusal(refused, given.language or language()), error=True)
        return REFUSED
