"""How well detections agree with marks: precision, recall, F1, average precision, FROC, with intervals by field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from smear_reader.marks import BACILLI, Mark
from smear_reader.matching import Matched

Array = np.ndarray
FALSE_ALARMS = (0.01, 0.1, 0.5, 1.0, 2.0)  # a field, at which recall is stated


@dataclass(frozen=True)
class Scored:
    """One field: its detections with what became of them, and how many bacilli are marked in it."""

    name: str
    matched: tuple[Matched, ...]
    bacilli: int


def scored(name: str, matched: Sequence[Matched], marks: Sequence[Mark]) -> Scored:
    return Scored(name, tuple(matched), sum(mark.label in BACILLI for mark in marks))


@dataclass(frozen=True)
class Curve:
    """All fields' detections, the surest first: scores, whether each was right, and the number of bacilli marked."""

    scores: Array
    right: Array
    bacilli: int
    fields: int


def curve(fields: Sequence[Scored]) -> Curve:
    pairs = [(m.detection.score, m.mark is not None) for field in fields for m in field.matched]
    scores = np.array([score for score, _ in pairs], dtype=float)
    right = np.array([hit for _, hit in pairs], dtype=bool)
    order = np.argsort(-scores, kind="stable")
    return Curve(scores[order], right[order], sum(field.bacilli for field in fields), len(fields))


def at(threshold: float, fields: Sequence[Scored]) -> dict[str, float]:
    """precision, recall and f1 of what scores at least `threshold`; 0 where nothing was found or marked."""
    kept = [m for field in fields for m in field.matched if m.detection.score >= threshold]
    hits, bacilli = sum(m.mark is not None for m in kept), sum(field.bacilli for field in fields)
    return {
        "precision": hits / len(kept) if kept else 0.0,
        "recall": hits / bacilli if bacilli else 0.0,
        "f1": 2 * hits / (len(kept) + bacilli) if kept or bacilli else 0.0,
        "false_alarms_per_field": (len(kept) - hits) / len(fields) if fields else 0.0,
    }


def average_precision(fields: Sequence[Scored]) -> float:
    """The area under precision over recall, precision made monotone (every detection counts)."""
    seen = curve(fields)
    if not seen.bacilli or not len(seen.scores):
        return 0.0
    hits = np.cumsum(seen.right)
    precision = np.maximum.accumulate((hits / np.arange(1, len(hits) + 1))[::-1])[::-1]
    return float(np.sum(precision[seen.right]) / seen.bacilli)


def froc(fields: Sequence[Scored]) -> dict[str, float]:
    """Recall at so many false alarms a field (free-response operating characteristic), for each of `FALSE_ALARMS`."""
    seen = curve(fields)
    hits, false = np.cumsum(seen.right), np.cumsum(~seen.right)
    found = {}
    for allowed in FALSE_ALARMS:
        within = np.nonzero(false <= allowed * seen.fields)[0]
        found[f"{allowed:g}"] = float(hits[within[-1]] / seen.bacilli) if len(within) and seen.bacilli else 0.0
    return found


def interval(
    fields: Sequence[Scored], figure: Callable[[Sequence[Scored]], float], *, draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """The 95 % interval of a figure when fields are drawn again with replacement (percentile bootstrap, seeded)."""
    rng = np.random.default_rng(seed)
    values = [figure([fields[k] for k in rng.integers(0, len(fields), len(fields))]) for _ in range(draws)]
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def precise_threshold(fields: Sequence[Scored], precision: float) -> float:
    """The lowest score down to which at least so large a part of what was found is right; 1 where there is none."""
    seen = curve(fields)
    part = np.cumsum(seen.right) / np.arange(1, len(seen.right) + 1)
    within = np.nonzero(part >= precision)[0]
    return float(seen.scores[within[-1]]) if len(within) else 1.0


def best_threshold(fields: Sequence[Scored]) -> float:
    """The score at which F1 is largest on these fields; for choosing on training data, never on the data reported."""
    seen = curve(fields)
    if not len(seen.scores):
        return 0.5
    f1 = 2 * np.cumsum(seen.right) / (np.arange(1, len(seen.scores) + 1) + max(seen.bacilli, 1))
    return float(seen.scores[int(f1.argmax())])
