"""Writes the report of one or more runs as one HTML page that needs nothing beside it, in English or Korean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from madang import __version__
from madang.catalogues import translation
from madang.simulation.answers import Answers, By, Waits, waits_by
from madang.simulation.comparing import Compared, Interval
from madang.simulation.local_time import LAST
from madang.simulation.pictures import Run, drawn, queued, used
from madang.simulation.sentences import N_, duration

Say = Callable[[str], str]
STRETCHES = 20  # of time, in the table over time
UNLIKE = N_("Not every policy started as many jobs, so the waits of these runs are not those of the same jobs.")
MOST_ROWS = 20  # accounts in the table of a run, those with most jobs
_STYLE = """
:root{color-scheme:light dark;--text:light-dark(#1e2124,#e6e8ea);--line:light-dark(#cdd1d5,#464c53);
--c1:light-dark(#256ef4,#86aff9);--c2:light-dark(#c78500,#ffb114);--c3:light-dark(#228738,#7ec88e);
--c4:light-dark(#d63d4a,#e0858c);--c5:light-dark(#063a74,#b1cefb);--c6:light-dark(#6d7882,#b1b8be)}
body{font:16px/1.6 system-ui,"Noto Sans CJK KR","Noto Sans KR",sans-serif;color:var(--text);
background:light-dark(#fff,#131416);max-width:60rem;margin:0 auto;padding:1rem}
h1,h2,h3{line-height:1.3}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:top}
th:first-child,td:first-child{text-align:left}caption{text-align:left;font-weight:600;padding:.5rem 0}
.scroll{overflow-x:auto}svg{width:100%;height:auto}figure{margin:1.5rem 0}figcaption{font-weight:600}
.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}.s4{stroke:var(--c4)}.s5{stroke:var(--c5)}
.s6{stroke:var(--c6)}dt{font-weight:600}dd{margin:0 0 .5rem}@media print{details>*{display:block}}
"""


@dataclass(frozen=True)
class About:
    """What was simulated, in words: (label, value) pairs, and sentences on what was not taken as it stood."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()


def report(runs: Sequence[Run], about: About, language: str, compared: Sequence[Compared] = ()) -> str:
    """The page. `compared`, one entry a run as `comparing.compare` gives them, adds intervals and differences."""
    _ = translation(language).gettext
    parts = [
        _facts(about, _),
        _answers(runs, language, _),
        *(_figure(title, picture) for title, picture in drawn(runs, compared, language)),
        _over_time(runs, _),
        _compared(runs, compared, language, _) if compared and compared[0].measures["mean_wait"].of > 1 else "",
        *(_of_run(run, language, _) for run in runs),
        _meanings(_),
    ]
    return _page(about.title, language, "".join(parts))


def _page(title: str, language: str, body: str) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>\n"
    )


def _facts(about: About, _: Say) -> str:
    rows = [*about.facts, (_("Version of Madang"), __version__)]
    told = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in rows)
    notes = "".join(f"<li>{escape(note)}</li>" for note in about.notes)
    return f"<dl>{told}</dl>" + (f"<ul>{notes}</ul>" if notes else "")


def table(caption: str, heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in HTML, its first column the names of the rows; everything is escaped."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in heading)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _figure(title: str, picture: str) -> str:
    return f"<figure><figcaption>{escape(title)}</figcaption>{picture}</figure>"


def labels(_: Say) -> dict[str, str]:
    """What each measure is called."""
    return {
        "jobs": _("Jobs that started"),
        "never": _("Jobs that never started"),
        "mean_wait": _("Mean wait"),
        "median_wait": _("Median wait"),
        "p90_wait": _("Wait that 90 % did not exceed"),
        "p99_wait": _("Wait that 99 % did not exceed"),
        "longest": _("Longest wait"),
        "slowdown": _("Mean bounded slowdown"),
        "utilisation": _("Utilisation"),
        "utilisation_while_arriving": _("Utilisation until the last submission"),
        "used": _("Hours used"),
        "unused_wanted": _("Hours unused though wanted"),
        "peak": _("Most jobs in the queue"),
        "killed": _("Jobs ended at their limit"),
        "restarts": _("Attempts lost"),
        "gini_wait": _("Gini of the accounts' mean waits"),
        "gini_given": _("Gini of what accounts were given"),
    }


def shown(found: Answers, language: str) -> dict[str, str]:
    """The figures of one run in words, by the names of `labels`, in their order."""
    return {
        "jobs": f"{found.waits.jobs:,}",
        "never": f"{found.waits.never:,}",
        **_waits(found.waits, language),
        "utilisation": f"{found.utilisation:.1%}",
        "utilisation_while_arriving": f"{found.utilisation_while_arriving:.1%}",
        "used": _hours(found.used),
        "unused_wanted": _hours(found.unused_wanted),
        "peak": f"{found.queue.peak(found.begin, max(found.end, found.begin + 1)):,}",
        "killed": f"{found.killed:,}",
        "restarts": f"{found.restarts:,}",
        "gini_wait": f"{found.gini_wait:.3f}",
        "gini_given": f"{found.gini_given:.3f}",
    }


def _waits(found: Waits, language: str) -> dict[str, str]:
    none = "–" if not found.jobs else None
    return {
        "mean_wait": none or duration(found.mean, language),
        "median_wait": none or duration(found.median, language),
        "p90_wait": none or duration(found.p90, language),
        "p99_wait": none or duration(found.p99, language),
        "longest": none or duration(found.longest, language),
        "slowdown": none or f"{found.slowdown:,.2f}",
    }


def _hours(unit_seconds: float) -> str:
    return f"{unit_seconds / 3600:,.0f}"


def _answers(runs: Sequence[Run], language: str, _: Say) -> str:
    columns = [shown(run.answers, language) for run in runs]
    rows = [[label, *(column[name] for column in columns)] for name, label in labels(_).items()]
    further = list(dict.fromkeys(label for run in runs for label, _value in run.facts))
    rows += [[label, *(dict(run.facts).get(label, "–") for run in runs)] for label in further]
    unit = _("GPUs") if runs[0].answers.unit == "gpus" else _("processors")
    caption = _("What came out (counted in {unit})").format(unit=unit)
    made = f"<h2>{escape(_('Answers'))}</h2>" + table(caption, ["", *(run.name for run in runs)], rows)
    return made + (f"<p><strong>{escape(_(UNLIKE))}</strong></p>" if unlike(runs) else "")


def unlike(runs: Sequence[Run]) -> bool:
    """Whether the runs' waits are waits of different jobs, since some left more of them unstarted than others."""
    return len({run.answers.waits.never for run in runs}) > 1


def _over_time(runs: Sequence[Run], _: Say) -> str:
    """What the charts over time show, as a table over the time of the longest run."""
    caption = _("Use and queue over time")
    end = max(run.answers.end for run in runs)
    heading, columns = [_("From day")], [[f"{day:,.1f}" for day in used(runs[0], STRETCHES, end)[0]]]
    for run in runs:
        heading += [_("{name}: use").format(name=run.name), _("{name}: most in the queue").format(name=run.name)]
        columns.append([f"{percent:.1f} %" for percent in used(run, STRETCHES, end)[1]])
        columns.append([f"{most:,}" for most in queued(run, STRETCHES, end)])
    rows = list(zip(*columns, strict=True))
    return f"<details><summary>{escape(caption)}</summary>{table(caption, heading, rows)}</details>"


def _compared(runs: Sequence[Run], compared: Sequence[Compared], language: str, _: Say) -> str:
    names = labels(_)
    parts = [f"<h2>{escape(_('How sure the differences are'))}</h2>"]
    of = compared[0].measures["mean_wait"].of
    told = _(
        "{of} drawn traces, the same for every policy; intervals at 95 %. A star marks a difference that chance alone "
        "would hardly make."
    )
    parts.append(f"<p>{escape(told.format(of=of))}</p>")
    heading = ["", *(run.name for run in runs)]
    against = _("Differences from {name}").format(name=runs[0].name)
    for caption, every in (
        (_("Means"), [one.measures for one in compared]),
        (against, [one.differences for one in compared]),
    ):
        starred = caption == against
        rows = [
            [names[name], *(_interval(name, found[name], language, starred=starred) for found in every)]
            for name in compared[0].measures
        ]
        parts.append(table(caption, heading, rows))
    return "".join(parts)


def _interval(name: str, found: Interval, language: str, *, starred: bool) -> str:
    edges = (found.mean if edge is None else edge for edge in (found.low, found.high))
    mean, low, high = (_amount(name, value, language) for value in (found.mean, *edges))
    return f"{mean} ({low} … {high})" + (" *" if starred and found.certain else "")


def _amount(name: str, value: float, language: str) -> str:
    if name.endswith("_wait") and name != "gini_wait":
        return duration(value, language)
    if name == "utilisation":
        return f"{value:.2%}"
    return _hours(value) if name == "unused_wanted" else f"{value:,.3f}"


def _of_run(run: Run, language: str, _: Say) -> str:
    parts = [f"<h2>{escape(run.name)}</h2>"]
    if len(run.answers.shares) > 1 or any(one.target is not None for one in run.answers.shares.values()):
        parts.append(_shares(run.answers, _))
    if run.exhausted:
        parts.append(_exhausted(run, language, _))
    captions: tuple[tuple[By, str], ...] = (
        ("class", _("Waits by class")),
        ("size", _("Waits by size")),
        ("account", _("Waits by account")),
    )
    for by, caption in captions:
        groups = waits_by(run.trace, run.schedule, by)
        if len(groups) > 1:
            parts.append(_grouped(caption, groups, by, language, _))
    return "".join(parts)


def _exhausted(run: Run, language: str, _: Say) -> str:
    order = sorted(run.exhausted.items(), key=lambda one: (one[1], one[0]))
    rows = [
        [account or "–", duration(second - run.answers.begin, language), _date(run, second)]
        for account, second in order
    ]
    return table(_("Budgets that ran out"), [_("Account"), _("Time until then"), _("Date (UTC)")], rows)


def _date(run: Run, second: int) -> str:
    """The day of a second of the trace, where the trace says when it began."""
    if not run.trace.origin:
        return "–"
    return f"{datetime.fromtimestamp(min(run.trace.origin + second, LAST), UTC):%Y-%m-%d}"


def _shares(found: Answers, _: Say) -> str:
    heading = [_("Class"), _("Share given"), _("Share asked for"), _("Target")]
    rows = [
        [name or "–", f"{one.given:.1%}", f"{one.asked:.1%}", "–" if one.target is None else f"{one.target:.1%}"]
        for name, one in found.shares.items()
    ]
    return table(_("Shares of the classes"), heading, rows)


def _grouped(caption: str, groups: dict[str, Waits], by: By, language: str, _: Say) -> str:
    names = labels(_)
    columns = ("jobs", "never", "mean_wait", "median_wait", "p90_wait", "p99_wait", "slowdown")
    order = sorted(groups.items(), key=lambda one: -one[1].jobs) if by == "account" else list(groups.items())
    rows = []
    for name, found in order[:MOST_ROWS]:
        cells = {"jobs": f"{found.jobs:,}", "never": f"{found.never:,}", **_waits(found, language)}
        label = _("up to {n}").format(n=name) if by == "size" else name or "–"
        rows.append([label, *(cells[column] for column in columns)])
    made = table(caption, ["", *(names[column] for column in columns)], rows)
    if len(order) > MOST_ROWS:
        rest = _("The {n} accounts with most jobs, of {of}.").format(n=MOST_ROWS, of=len(order))
        made += f"<p>{escape(rest)}</p>"
    return f"<details open><summary>{escape(caption)}</summary>{made}</details>"


def _meanings(_: Say) -> str:
    sentences = (
        _("A wait runs from submission to the start of the last attempt; jobs that never started are counted apart."),
        _("Bounded slowdown: wait and run time over run time, at least 1; a job below ten seconds counts as ten."),
        _("Hours unused though wanted: what lay free while jobs that asked for at least as much waited."),
        _("Gini is 0 where all accounts fare alike and near 1 where one has all."),
        _("Size is the number of GPUs or processors a job asks for, by powers of two."),
    )
    items = "".join(f"<li>{escape(one)}</li>" for one in sentences)
    return f"<h2>{escape(_('What the figures mean'))}</h2><ul>{items}</ul>"
