"""Trains the detector: seeded, shown as it goes, and continued from its last checkpoint after any end."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from smear_reader.detector import peaks
from smear_reader.network import STRIDE, Detector, loss
from smear_reader.optics import densities
from smear_reader.samples import Lesson, sample, somewhere
from smear_reader.words import SaidError, text

Report = Callable[[int, float], None]
Stop = Callable[[], bool]
KEPT_EVERY = 100
SEARCHED = 250  # about so many synthetic lessons are searched for false alarms, and every real one


@dataclass(frozen=True)
class Plan:
    """How long and how: steps of `batch` samples; the rate of learning rises for a tenth of them and then falls.

    After `mine_after` of the steps (a proportion), a quarter of the samples are cut around false alarms found in the
    lessons by the averaged network; the search is done again `mining` times in all. `real`: the part of the samples
    that comes from real fields where there are synthetic ones too.
    """

    steps: int = 2000
    batch: int = 12
    rate: float = 3e-3
    average: float = 0.995
    mine_after: float = 0.4
    mining: int = 3
    real: float = 0.6
    seed: int = 1


class Interrupted(Exception):  # noqa: N818 - not an error: the run goes on from the checkpoint
    """The run was asked to stop; its checkpoint is on disk."""


class Run:
    """One training run, at a step; everything that a checkpoint keeps."""

    def __init__(self, plan: Plan) -> None:
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network = Detector().to(self.device)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.averaged = copy.deepcopy(self.network).eval()
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=plan.rate, weight_decay=1e-4)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(self.optimiser, plan.rate, plan.steps, pct_start=0.1)
        self.step = 0
        self.traps: list[tuple[int, float, float]] = []

    def save(self, path: Path) -> None:
        """Written beside and renamed, so that a kill leaves the last whole checkpoint."""
        beside = path.with_name(path.name + ".new")
        parts: dict[str, Any] = {
            "network": self.network,
            "averaged": self.averaged,
            "optimiser": self.optimiser,
            "schedule": self.schedule,
        }
        kept: dict[str, object] = {name: part.state_dict() for name, part in parts.items()}
        torch.save({**kept, "step": self.step, "traps": self.traps, "plan": asdict(self.plan)}, beside)
        beside.replace(path)

    def begin_from(self, path: Path) -> None:
        """Takes the averaged weights of another run's checkpoint as the first ones."""
        kept = torch.load(path, map_location=self.device, weights_only=True)
        self.network.load_state_dict(kept["averaged"])
        self.averaged.load_state_dict(kept["averaged"])

    def load(self, path: Path) -> None:
        """Continues from `path`; ``ValueError`` where it was made under another plan."""
        kept = torch.load(path, map_location=self.device, weights_only=True)
        if kept["plan"] != asdict(self.plan):
            raise SaidError(
                text("{file} was made under another plan; remove it or train with the same options"), file=path
            )
        self.network.load_state_dict(kept["network"])
        self.averaged.load_state_dict(kept["averaged"])
        self.optimiser.load_state_dict(kept["optimiser"])
        self.schedule.load_state_dict(kept["schedule"])
        self.step, self.traps = kept["step"], [tuple(trap) for trap in kept["traps"]]


def train(
    lessons: Sequence[Lesson],
    plan: Plan,
    checkpoint: Path,
    *,
    report: Report | None = None,
    stop: Stop | None = None,
    start: Path | None = None,
) -> Detector:
    """The averaged network after `plan.steps` steps over `lessons`, in evaluation mode, on the CPU.

    `report(step, loss)` every 20 steps; `stop()` is asked after each step, and where it says so the run is kept and
    `Interrupted` raised. Where `checkpoint` exists the run goes on from it, with the same samples as an unbroken one;
    otherwise it begins with the weights of the checkpoint `start`, where that is given.
    """
    run = Run(plan)
    if checkpoint.exists():
        run.load(checkpoint)
    elif start is not None:
        run.begin_from(start)
    total, seen = 0.0, 0
    while run.step < plan.steps:
        if run.step in _searches(plan):
            run.traps = traps(run.averaged, lessons, run.device)
        total, seen = total + _learn(run, lessons), seen + 1
        if report is not None and run.step % 20 == 0:
            report(run.step, total / seen)
            total, seen = 0.0, 0
        stopped = stop is not None and stop()
        if stopped or run.step % KEPT_EVERY == 0:
            run.save(checkpoint)
        if stopped:
            raise Interrupted
    run.save(checkpoint)
    averaged: Detector = run.averaged.cpu()
    return averaged


def _searches(plan: Plan) -> set[int]:
    """The steps before which false alarms are looked for."""
    rest = 1 - plan.mine_after
    return {int(plan.steps * (plan.mine_after + rest * k / plan.mining)) for k in range(plan.mining)}


def _learn(run: Run, lessons: Sequence[Lesson]) -> float:
    """One step. Samples depend on the seed and the step alone, so a resumed run draws what an unbroken one would."""
    rng = np.random.default_rng([run.plan.seed, run.step])
    drawn = [_drawn(rng, run, lessons) for _ in range(run.plan.batch)]
    seen, target, weight = (torch.stack(part).to(run.device) for part in zip(*drawn, strict=True))
    run.network.train()
    with torch.autocast(run.device.type, dtype=torch.bfloat16, enabled=_short(run.device)):
        logits = run.network(seen.contiguous(memory_format=torch.channels_last))
    cost = loss(logits.float(), target, weight)
    run.optimiser.zero_grad()
    cost.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(run.network.parameters(), 5.0)
    run.optimiser.step()
    run.schedule.step()
    run.step += 1
    _average(run)
    return float(cost.item())


def _drawn(rng: np.random.Generator, run: Run, lessons: Sequence[Lesson]) -> tuple[Tensor, Tensor, Tensor]:
    if run.traps and rng.random() < 0.25:
        place, x, y = run.traps[int(rng.integers(len(run.traps)))]
        return sample(rng, lessons[place], somewhere(rng, lessons[place], (x, y)))
    real = [place for place, lesson in enumerate(lessons) if lesson.real]
    chosen: Sequence[int] = range(len(lessons))
    if 0 < len(real) < len(lessons):
        others = [place for place, lesson in enumerate(lessons) if not lesson.real]
        chosen = real if rng.random() < run.plan.real else others
    lesson = lessons[chosen[int(rng.integers(len(chosen)))]]
    return sample(rng, lesson, somewhere(rng, lesson))


def _short(device: torch.device) -> bool:
    """Whether this machine multiplies 16-bit floats (bfloat16) itself, which halves the time of a step."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    asked: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # older releases of PyTorch do not say
    return bool(asked.get("avx512_bf16") or asked.get("amx_bf16"))


def _average(run: Run) -> None:
    """Exponential averaging of the weights, faster at first."""
    keep = min(run.plan.average, run.step / (run.step + 20))
    with torch.no_grad():
        for slow, fast in zip(run.averaged.state_dict().values(), run.network.state_dict().values(), strict=True):
            if slow.dtype.is_floating_point:
                slow.mul_(keep).add_(fast, alpha=1 - keep)
            else:
                slow.copy_(fast)


def traps(
    network: Detector, lessons: Sequence[Lesson], device: torch.device, *, least: float = 0.25
) -> list[tuple[int, float, float]]:
    """(place of the lesson, x, y) of what the network takes for a bacillus and nobody marked as anything near it."""
    found = []
    every = max(1, sum(not lesson.real for lesson in lessons) // SEARCHED)
    for place, lesson in enumerate(lessons):
        if not lesson.real and place % every:
            continue
        high, wide = (side // 8 * 8 for side in lesson.image.shape[:2])
        seen = torch.from_numpy(np.ascontiguousarray(densities(lesson.image)[:high, :wide].transpose(2, 0, 1)))
        with torch.no_grad():
            chances = torch.sigmoid(network(seen[None].to(device)))[0, 0].cpu().numpy()
        for row, column, _ in peaks(chances, least):
            x, y = (column + 0.5) * STRIDE, (row + 0.5) * STRIDE
            if all(
                max(abs(x - m.centre[0]) - m.width, abs(y - m.centre[1]) - m.height) > 8
                for m in lesson.marks
                if m.label != "artifact"
            ):
                found.append((place, x, y))
    return found
