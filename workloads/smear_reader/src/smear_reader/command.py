"""The command `smear-reader`: train, evaluate, draw, read, confirm, calibrate, simulate, serve."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from smear_reader import desk_command, heldout_command, reading_command
from smear_reader.calibration import CalibrationError
from smear_reader.folders import MarksError
from smear_reader.images import UnreadableError
from smear_reader.words import LEARNT, NOT_A_DEVICE, STOPPED, in_words, say, shell_language


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; 0 all is well, 2 refused (in a sentence on standard error), 3 stopped and kept."""
    given = _parser().parse_args(arguments)
    try:
        answer: int = given.run(given)
    except (MarksError, UnreadableError, CalibrationError, ValueError, OSError, ImportError) as wrong:
        print(f"smear-reader: {in_words(wrong, shell_language())}", file=sys.stderr)
        return 2
    return answer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="smear-reader", description=f"{__doc__} {NOT_A_DEVICE}")
    verbs = parser.add_subparsers(required=True)
    train = verbs.add_parser("train", help="train a model on marked fields, on synthetic ones, or on both")
    train.add_argument(
        "--data", type=Path, action="append", default=[], help="a folder of fields with marks; may be given again"
    )
    train.add_argument("--synthetic", type=int, default=0, help="so many synthetic fields")
    train.add_argument("--out", type=Path, required=True, help="the model, as ONNX")
    train.add_argument("--steps", type=int, default=2000)
    train.add_argument("--seed", type=int, default=1)
    train.add_argument("--start", type=Path, help="weights of an earlier run to begin from (its .checkpoint)")
    train.set_defaults(run=_train)
    check = verbs.add_parser("evaluate", help="compare a model's finds with the marks of a folder")
    check.add_argument("--data", type=Path, required=True)
    check.add_argument("--model", type=Path, help="an ONNX model; the shipped weights by default")
    check.add_argument("--shrink", type=float, help="by how much the images are larger than the working scale")
    check.add_argument("--gallery", type=Path, help="write the errors as one picture")
    check.add_argument("--json", action="store_true")
    check.set_defaults(run=_evaluate)
    heldout_command.add(verbs)
    draw = verbs.add_parser("draw", help="draw synthetic fields with their marks into a folder")
    draw.add_argument("folder", type=Path)
    draw.add_argument("--count", type=int, default=20)
    draw.add_argument("--seed", type=int, default=1)
    draw.set_defaults(run=_draw)
    reading_command.add(verbs)
    desk_command.add(verbs)
    return parser


def _shown(done: int, of: int, said: str = "") -> None:
    end = "\n" if done >= of else ""
    if sys.stderr.isatty() or done >= of or done % max(1, of // 20) == 0:
        print(f"\r{done} of {of} {said}   ", end=end if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)


def _train(given: argparse.Namespace) -> int:
    from smear_reader.practice import Wanted, practise  # PyTorch is an extra: only training needs it
    from smear_reader.training import Interrupted

    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: asked.append(received))
    wanted = Wanted(tuple(given.data), given.synthetic, given.out, given.steps, given.seed, given.start)
    try:
        said = practise(
            wanted, lambda step, cost: _shown(step, given.steps, f"steps, loss {cost:.3f}"), lambda: bool(asked)
        )
    except Interrupted:
        print(say(shell_language(), STOPPED), file=sys.stderr)
        return 3
    print(json.dumps(said))
    return 0


def _evaluate(given: argparse.Namespace) -> int:
    from smear_reader.detector import SHIPPED, Detector
    from smear_reader.evaluation import evaluate
    from smear_reader.gallery import gallery

    detector = Detector(given.model or SHIPPED)
    report = None if given.json and not sys.stderr.isatty() else lambda done, of: _shown(done, of, "fields")
    found = evaluate(given.data, detector, shrink=given.shrink, report=report)
    if given.gallery:
        gallery(found, given.gallery)
    if found.figures["fields_that_the_model_learnt"]:
        print(say(shell_language(), LEARNT), file=sys.stderr)
    if given.json:
        print(json.dumps(found.figures))
        return 0
    for name, value in found.figures.items():
        print(f"{name:28} {value}")
    print(say(shell_language(), NOT_A_DEVICE))
    return 0


def _draw(given: argparse.Namespace) -> int:
    from smear_reader.practice import draw

    draw(given.folder, given.count, given.seed)
    print(f"{given.count} fields in {given.folder}")
    return 0
