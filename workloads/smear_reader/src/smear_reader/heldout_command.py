"""The verb `hold-out` of the command: what a model is worth where it never learnt, by blocks of a set or by sets."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path
from typing import Any

from smear_reader.words import STOPPED, SaidError, say, shell_language, text


def add(verbs: Any) -> None:
    """Adds the verb to the command's parser."""
    held = verbs.add_parser(
        "hold-out", help="train on a part, judge on the rest: blocks of one folder, or whole folders"
    )
    held.add_argument("--data", type=Path, action="append", required=True, help="a folder of fields with marks")
    held.add_argument(
        "--first", action="append", default=[], help="with one folder: the field with which the next block begins"
    )
    held.add_argument("--out", type=Path, required=True, help="a folder for the models and their checkpoints")
    held.add_argument("--synthetic", type=int, default=0, help="so many synthetic fields are learnt too")
    held.add_argument("--steps", type=int, default=2000)
    held.add_argument("--seed", type=int, default=1)
    held.add_argument("--start", type=Path, help="weights of an earlier run to begin from (its .checkpoint)")
    held.add_argument("--baseline", action="store_true", help="the classical baseline instead of the network")
    held.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Prints the figures as JSON; 3 where it was stopped, and the same command goes on."""
    from smear_reader.heldout import blocks, hold_out, sets, with_baseline  # PyTorch is an extra
    from smear_reader.practice import Wanted, material
    from smear_reader.training import Interrupted

    if (len(given.data) == 1) != bool(given.first):
        raise SaidError(text("give one folder with --first for its blocks, or several folders without"))
    materials = [material(folder) for folder in given.data]
    folds = blocks(materials[0], given.first) if given.first else sets(materials)
    if given.baseline:
        print(json.dumps(with_baseline(folds)))
        return 0
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: asked.append(received))
    wanted = Wanted((), given.synthetic, given.out, given.steps, given.seed, given.start)
    try:
        found = hold_out(folds, wanted, _told, lambda: bool(asked))
    except Interrupted:
        print(say(shell_language(), STOPPED), file=sys.stderr)
        return 3
    print(json.dumps(found))
    return 0


def _told(name: str, step: int, cost: float) -> None:
    if step % 100 == 0:
        print(f"{name}: {step} steps, loss {cost:.3f}", file=sys.stderr, flush=True)
