"""Takes the columns that a reader found, applies the rules that every trace must keep, and makes the trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from zoneinfo import ZoneInfo

import numpy as np

from madang.simulation.cluster import Cluster
from madang.simulation.formats.bad_rows import Tally
from madang.simulation.general.layout import layout_of, too_large
from madang.simulation.trace import MOST, Flags, Ints, Trace, trace_of

UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Choices:
    """How a file is read.

    `skip_bad`: bad rows are counted and left out instead of refused. `one_second`: a row that never ran or had no
    processors becomes a job of one second and at least one processor, as pyss has it. `account_field` and
    `class_field` name the file's column that account and class are taken from, empty for the format's own. `zone` is
    that of times written without one. `limit`: seconds of wall limit for jobs that state none; 0 gives them their run
    time. `cluster`: a job that it could not run with all its nodes free is a bad row. `class_of`: account → class; an
    account that is not in it is a bad row. `fields`: the columns of a file without a heading. `gpu_tres`: the
    numbers that slurmdbd gave to ``gres/gpu`` and its types.
    """

    skip_bad: bool = False
    one_second: bool = False
    account_field: str = ""
    class_field: str = ""
    zone: tzinfo = UTC_ZONE
    limit: int = 0
    cluster: Cluster | None = None
    class_of: Mapping[str, str] | None = None
    fields: tuple[str, ...] = ()
    gpu_tres: tuple[str, ...] = ("1001", "1002")

    @property
    def chosen(self) -> tuple[str, ...]:
        """The columns that are named here and that the file therefore must have."""
        return tuple(name for name in (self.account_field, self.class_field) if name)


@dataclass
class Draft:
    """Columns as a file states them: -1 for an estimate or memory that it does not state, `line` where each stands."""

    columns: dict[str, Ints]
    line: Ints
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    origin: int = 0
    ascending: bool = False

    def rows(self, kept: Flags) -> None:
        """Keeps these rows only."""
        if not kept.all():
            self.columns = {name: column[kept] for name, column in self.columns.items()}
            self.line = self.line[kept]


def settle(draft: Draft, choices: Choices, tally: Tally) -> Trace:
    """The trace of a draft; each rule's bad rows are refused or counted in `tally`, file and line with the first."""
    trace = _settled(draft, choices, tally)
    if choices.cluster is None:
        return trace
    over = too_large(layout_of(trace, choices.cluster), trace)
    line = draft.line[np.argsort(draft.columns["submit"], kind="stable")]  # the order that `trace_of` gives the jobs
    for row in np.flatnonzero(over)[np.argsort(line[over])].tolist():
        tally.bad("fits_no_node", int(line[row]), "job", trace.name(row))
    return trace.take(~over) if over.any() else trace


def _settled(draft: Draft, choices: Choices, tally: Tally) -> Trace:
    _put_in_one_second(draft, choices, tally)
    _drop_bad(draft, choices, tally)
    _classes_from(draft, choices, tally)
    _put_in(draft, choices, tally)
    _count_repeated(draft, tally)
    columns = draft.columns
    return trace_of(
        submit=columns["submit"],
        run=columns["run"],
        processors=columns["processors"],
        estimate=columns["estimate"],
        gpus=columns.get("gpus", 0),
        memory_mb=columns.get("memory_mb", 0),
        job=columns["job"],
        account=columns.get("account", 0),
        share_class=columns.get("share_class", 0),
        qos=columns.get("qos", 0),
        gpu_type=columns.get("gpu_type", -1),
        accounts=draft.labels.get("accounts", ("",)),
        classes=draft.labels.get("classes", ("",)),
        qoses=draft.labels.get("qoses", ("",)),
        gpu_types=draft.labels.get("gpu_types", ()),
        names=draft.names,
        origin=draft.origin,
    )


def _put_in_one_second(draft: Draft, choices: Choices, tally: Tally) -> None:
    if not choices.one_second:
        return
    run, processors = draft.columns["run"], draft.columns["processors"]
    never = (run <= 0) | (processors <= 0)
    if never.any():
        tally.adjust("one_second", int(draft.line[never][0]), int(never.sum()))
        draft.columns["run"] = np.where(never, 1, run)
        draft.columns["estimate"] = np.where(never, 1, draft.columns["estimate"])
        draft.columns["processors"] = np.maximum(processors, 1)


def _drop_bad(draft: Draft, choices: Choices, tally: Tally) -> None:
    """All rules over all rows; a refusal names the first bad line of the file, a count the first rule it breaks."""
    columns = draft.columns
    gpus = columns.get("gpus", np.zeros_like(columns["run"]))
    rules: list[tuple[str, str, Flags]] = [
        ("negative_time", "submit", columns["submit"] < 0),
        ("negative_time", "run", columns["run"] < 0),
        ("negative_time", "estimate", columns["estimate"] < -1),
        *(("too_large", name, columns[name] > MOST) for name in ("submit", "run", "estimate", "processors")),
        ("no_processors", "processors", (columns["processors"] <= 0) & (gpus <= 0)),
        ("negative_amount", "processors", columns["processors"] < 0),
        ("negative_amount", "gpus", gpus < 0),
        ("negative_amount", "memory_mb", columns.get("memory_mb", gpus) < -1),
    ]
    if draft.ascending:
        rules.append(("out_of_order", "submit", columns["submit"] < _highest_before(columns["submit"])))
    if choices.cluster is not None:
        rules.append(("larger_than_cluster", "processors", columns["processors"] > choices.cluster.processors))
        rules.append(("larger_than_cluster", "gpus", gpus > choices.cluster.gpus))
    _report(draft, rules, tally)


def _highest_before(submit: Ints) -> Ints:
    before = np.maximum.accumulate(submit)
    return np.concatenate((before[:1], before[:-1]))


def _report(draft: Draft, rules: list[tuple[str, str, Flags]], tally: Tally) -> None:
    wrong = np.zeros(len(draft.line), dtype=bool)
    for _, _, found in rules:
        wrong |= found
    for row in np.flatnonzero(wrong).tolist():
        rule, column = next((rule, column) for rule, column, found in rules if found[row])
        tally.bad(rule, int(draft.line[row]), column, int(draft.columns[column][row]))
    draft.rows(~wrong)


def _classes_from(draft: Draft, choices: Choices, tally: Tally) -> None:
    if choices.class_of is None:
        return
    names = tuple(sorted(set(choices.class_of.values())))
    place = {name: index for index, name in enumerate(names)}
    accounts = draft.labels["accounts"]
    table = np.array([place[choices.class_of[one]] if one in choices.class_of else -1 for one in accounts], np.int64)
    account = draft.columns["account"]
    known = table[account] >= 0
    for row in np.flatnonzero(~known).tolist():
        tally.bad("account_unknown", int(draft.line[row]), "account", accounts[int(account[row])])
    draft.rows(known)
    draft.columns["share_class"] = table[draft.columns["account"]]
    draft.labels["classes"] = names


def _put_in(draft: Draft, choices: Choices, tally: Tally) -> None:
    """A second for a job that took less, a limit where none is stated, nothing for memory that is not."""
    columns, line = draft.columns, draft.line
    short = columns["run"] == 0
    if short.any():
        tally.adjust("under_a_second", int(line[short][0]), int(short.sum()))
        columns["run"] = np.maximum(columns["run"], 1)
    unlimited = columns["estimate"] <= 0
    if unlimited.any():
        tally.adjust("no_limit", int(line[unlimited][0]), int(unlimited.sum()))
        columns["estimate"] = np.where(unlimited, choices.limit or columns["run"], columns["estimate"])
    if "memory_mb" in columns:
        columns["memory_mb"] = np.clip(columns["memory_mb"], 0, MOST)


def _count_repeated(draft: Draft, tally: Tally) -> None:
    job = draft.columns["job"]
    if len(job) > 1 and not (job[1:] > job[:-1]).all():
        order = np.argsort(job, kind="stable")
        again = order[1:][job[order[1:]] == job[order[:-1]]]
        if len(again):
            tally.adjust("id_again", int(draft.line[again].min()), len(again))


def numbered(values: Ints) -> tuple[Ints, tuple[str, ...]]:
    """An index for each of the numbers, and the numbers written out, ascending."""
    if not len(values):
        return values, ("",)
    least, most = int(values.min()), int(values.max())
    if most - least > 4_000_000:
        found, index = np.unique(values, return_inverse=True)
        return index.astype(np.int64), tuple(map(str, found.tolist()))
    present = np.bincount(values - least) > 0
    place = np.cumsum(present) - 1
    return place[values - least].astype(np.int64), tuple(str(one + least) for one in np.flatnonzero(present).tolist())
