"""Measures the smear reader on real fields: shipped weights, weights trained on a part of them, and the baseline.

    python benchmarks/smear_reader/accuracy.py --fields DIR --models DIR [--train] [--json FILE]

DIR of `--fields` holds microscope2-set2, microscope2-set1 and microscope1-set6 of ZNSM-iDB. `--train` trains what is
not yet in the folder `--models` (about 20 minutes of one core, begun from `--start`); without it only what is there is
judged. Blocks of one set are judged at the scale that its marks give; whole sets at the scale that the model finds in
the images, as `smear-reader evaluate` does, and the baseline, which can find none, at what the shipped weights found.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from smear_reader.detector import SHIPPED, Detector
from smear_reader.evaluation import evaluate
from smear_reader.folders import marked
from smear_reader.heldout import Fold, blocks, judged, with_baseline
from smear_reader.practice import Wanted, learn, material
from smear_reader.samples import drawn

LEARNT = "microscope2-set2"
SETS = (LEARNT, "microscope2-set1", "microscope1-set6")
FIRSTS = ("10", "20", "30")  # what shows ground on both sides of an edge is not learnt there: see `blocks`
STEPS, SYNTHETIC, SEED = 500, 60, 1
WHOLE_STEPS, WHOLE_SYNTHETIC = 800, 150  # for the model that learns the whole set and is judged on the others
SHOWN = ("precision", "recall", "f1", "average_precision", "threshold")


def main() -> int:
    given = _arguments()
    whole = material(given.fields / LEARNT)
    folds = blocks(whole, FIRSTS)
    if given.train:
        _train([*folds, Fold("all", (whole,), (), whole.shrink)], given.models, given.start)
    shipped: dict[str, Any] = {name: evaluate(given.fields / name, Detector(SHIPPED)).figures for name in SETS}
    found: dict[str, Any] = {"shipped": shipped}
    found["real, held-out blocks"] = judged(folds, [Detector(given.models / f"{fold.name}.onnx") for fold in folds])
    learnt_all = Detector(given.models / "all.onnx")
    found["real, other sets"] = {name: evaluate(given.fields / name, learnt_all).figures for name in SETS[1:]}
    found["baseline, held-out blocks"] = with_baseline(folds)
    others = [Fold(name, (whole,), tuple(marked(given.fields / name)), shipped[name]["shrink"]) for name in SETS[1:]]
    found["baseline, other sets"] = with_baseline(others)["folds"]
    _show(found)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fields", type=Path, required=True)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--start", type=Path, help="the checkpoint of the shipped weights")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _train(folds: list[Fold], models: Path, start: Path | None) -> None:
    models.mkdir(parents=True, exist_ok=True)
    for fold in folds:
        out = models / f"{fold.name}.onnx"
        steps, synthetic = (STEPS, SYNTHETIC) if fold.judged else (WHOLE_STEPS, WHOLE_SYNTHETIC)
        if not out.exists():
            learn(Wanted((), synthetic, out, steps, SEED, start), fold.learnt, drawn(synthetic, SEED), _told)


def _told(step: int, cost: float) -> None:
    if step % 120 == 0:
        print(f"{step} steps, loss {cost:.3f}", file=sys.stderr, flush=True)


def _show(found: dict[str, Any]) -> None:
    print("python " + " ".join(sys.argv))
    for name, part in found.items():
        sets: dict[str, Any] = {**part["folds"], "together": part["together"]} if "together" in part else part
        for where, figures in sets.items():
            low, high = figures["intervals_95"]["f1"]
            said = ", ".join(f"{key.replace('_', ' ')} {figures[key]:.3f}" for key in SHOWN)
            print(f"{name} | {where}: {said}; F1 95 % {low:.3f} to {high:.3f}; FROC {figures['froc']}")


if __name__ == "__main__":
    raise SystemExit(main())
