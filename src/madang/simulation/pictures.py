"""The charts of a report: the queue and the use over time, how many jobs waited how long, and differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from madang.catalogues import translation
from madang.simulation.answers import Answers
from madang.simulation.charts import Axis, Bar, Series, axis, intervals, lines
from madang.simulation.comparing import Compared
from madang.simulation.sentences import round_duration
from madang.simulation.step_functions import Steps, sampled
from madang.simulation.trace import Schedule, Trace

POINTS = 300
STRETCHES = 60  # of the use over time, which as a mean reads better the longer a stretch is
DAY = 86_400
Say = Callable[[str], str]
# The marks of an axis of waits: seconds that read well in both languages.
WAITS = (1, 10, 60, 600, 3600, 6 * 3600, DAY, 7 * DAY, 30 * DAY, 365 * DAY)


@dataclass(frozen=True)
class Run:
    """One policy's run: its name, the trace, the schedule and the answers; `facts` are further rows for the table.

    A fact is a label and a value, both already in words. `exhausted` are the accounts whose budgets ran out, with the
    second of the trace at which they did.
    """

    name: str
    trace: Trace
    schedule: Schedule
    answers: Answers
    facts: tuple[tuple[str, str], ...] = ()
    exhausted: Mapping[str, int] = field(default_factory=dict)


def drawn(runs: Sequence[Run], compared: Sequence[Compared], language: str) -> list[tuple[str, str]]:
    """(title, SVG) of every chart that these runs allow."""
    _ = translation(language).gettext
    found = [_queue(runs, _), _use(runs, _)]
    if any(run.answers.waits.jobs for run in runs):
        found.append(_waited(runs, language, _))
    if len(compared) > 1 and compared[0].measures["mean_wait"].of > 1:
        found.append(_differences(runs, compared, _))
    return found


def _queue(runs: Sequence[Run], _: Say) -> tuple[str, str]:
    title = _("Jobs in the queue")
    tops = [_sampled(run, run.answers.queue, POINTS) for run in runs]
    highest = max((max(peaks, default=0) for _starts, _means, peaks in tops), default=0)
    series = [Series(run.name, starts, peaks) for run, (starts, _means, peaks) in zip(runs, tops, strict=True)]
    up = axis(_("jobs"), 0, max(highest, 1))
    description = _("The most jobs that waited at once, over time; days are counted from the first submission.")
    return title, lines(title, description, series, _days(runs, _), up, stepped=True)


def _use(runs: Sequence[Run], _: Say) -> tuple[str, str]:
    title = _("Use of the capacity")
    series = [Series(run.name, *used(run, STRETCHES)) for run in runs]
    description = _("Percent of what there was, on average over each stretch of time.")
    return title, lines(title, description, series, _days(runs, _), axis("%", 0, 100), stepped=True)


def used(run: Run, points: int, end: int = 0) -> tuple[list[float], list[float]]:
    """(days since the first submission, percent of the capacity that was in use) over so many stretches of time.

    They reach to the run's end, or to `end` if that is later.
    """
    starts, mine, _peaks = _sampled(run, run.answers.in_use, points, end)
    _starts, there, _peaks = _sampled(run, run.answers.capacity, points, end)
    return starts, [100 * part / whole if whole else 0.0 for part, whole in zip(mine, there, strict=True)]


def queued(run: Run, points: int, end: int = 0) -> list[int]:
    """The most jobs in the queue at once, over the same stretches."""
    return _sampled(run, run.answers.queue, points, end)[2]


def _sampled(run: Run, steps: Steps, points: int, end: int = 0) -> tuple[list[float], list[int], list[int]]:
    """Days since the first submission, means and peaks."""
    begin, last = run.answers.begin, max(run.answers.end, end, run.answers.begin + 1)
    starts, means, peaks = sampled(steps, begin, last, points)
    return ((starts - begin) / DAY).tolist(), means.tolist(), peaks.tolist()


def _days(runs: Sequence[Run], _: Say) -> Axis:
    longest = max(run.answers.end - run.answers.begin for run in runs) / DAY
    return axis(_("days"), 0, max(longest, 1 / 24), marks=8)


def _waited(runs: Sequence[Run], language: str, _: Say) -> tuple[str, str]:
    title = _("How long jobs waited")
    shares = np.linspace(0, 1, POINTS + 1)
    series, longest = [], 1
    for run in runs:
        ran = run.schedule.started()
        waited = np.sort(run.schedule.start[ran] - run.schedule.submit[ran])
        if len(waited):
            at = np.quantile(waited, shares, method="inverted_cdf")
            series.append(Series(run.name, np.maximum(at, 1).tolist(), (shares * 100).tolist()))
            longest = max(longest, int(waited[-1]))
    marks = [second for second in WAITS if second <= longest] or [1]
    following = [second for second in WAITS if second > longest][:1]
    shown = [(float(second), round_duration(second, language)) for second in [*marks, *following]]
    across = Axis(_("wait"), 1, float(max(shown[-1][0], longest)), shown, logarithmic=True)
    up = axis(_("% of the jobs that started"), 0, 100)
    description = _("The part of the jobs that waited no longer than this; below a second counts as one second.")
    return title, lines(title, description, series, across, up)


def _differences(runs: Sequence[Run], compared: Sequence[Compared], _: Say) -> tuple[str, str]:
    title = _("Mean wait against {name}, in hours").format(name=runs[0].name)
    bars = []
    for run, one in zip(runs[1:], compared[1:], strict=True):
        found = one.differences["mean_wait"]
        low, high = (found.mean if edge is None else edge for edge in (found.low, found.high))
        bars.append(Bar(run.name, found.mean / 3600, low / 3600, high / 3600))
    lowest, highest = min(0.0, *(bar.low for bar in bars)), max(0.0, *(bar.high for bar in bars))
    description = _("Each difference with its 95 % confidence interval; left of 0 is the shorter wait.")
    return title, intervals(title, description, bars, axis(_("hours"), lowest, highest), first=1)
