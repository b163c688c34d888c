"""Carries out the steps of a difference on a live cluster, many at once, and can be cut off anywhere."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from madang.compute.slurm.commands import Commands
from madang.compute.slurm.difference import BESIDE_EACH_OTHER, Difference, Step
from madang.errors import Refused

AT_ONCE = 8
TIMEOUT = 300.0  # seconds for one step: a file of thousands of lines takes a while
# Answers with exit status 1 that mean: it was so already.
ALREADY = ("Nothing new added", "Nothing deleted", "already exists", "Requested reservation is invalid")
# and what a file to load may be told besides
WRONG = ("You need to add this parent", "Problem with", "Unknown option")


def apply(
    commands: Commands, found: Difference, done: Callable[[Step], None] | None = None, at_once: int = AT_ONCE
) -> int:
    """Runs the steps phase by phase, up to `at_once` beside each other; `done` hears of each. Returns how many ran.

    A step that was carried out already counts as done, so that after any interruption a new difference, worked out
    from the cluster as it is then, goes on where this one ended. A command waits mostly for the database daemon's
    answers, which is why several run at once where Slurm allows it. Unavailable when a daemon stays away; Refused
    ``slurm_step_refused`` with Slurm's own words.
    """
    ran = 0
    for phase, steps in groupby(found.steps, key=lambda step: step.phase):
        with ThreadPoolExecutor(at_once if phase in BESIDE_EACH_OTHER else 1) as pool:
            for step in pool.map(lambda step: _take(commands, step), steps):
                ran += 1
                if done:
                    done(step)
    return ran


def _take(commands: Commands, step: Step) -> Step:
    output = commands.run(*step.program, *step.argv, stdin=step.stdin, timeout=TIMEOUT)
    said = output.text + output.errors
    fine = output.status == 0 or any(sign in said for sign in ALREADY)
    if not fine or any(sign in said for sign in WRONG):
        raise Refused("slurm_step_refused", step=f"{step.sign} {step.lines[0]}"[:300], said=said.strip()[-500:])
    return step
