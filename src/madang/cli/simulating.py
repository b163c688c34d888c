"""Carries out `madang simulate`: reads or invents the trace, runs the policies, and tells what came out."""

from __future__ import annotations

import argparse
import csv
import dataclasses
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from madang.catalogues import translation
from madang.cli.language import N_, language, say, translate
from madang.cli.output import table
from madang.errors import Refused
from madang.simulation.answers import Answers, answers, waits_by
from madang.simulation.cluster import Cluster, of_processors, read_cluster
from madang.simulation.comparing import Compared, Interval, compare
from madang.simulation.engine import Result, Simulation
from madang.simulation.figures import Figures, figures_of, fit
from madang.simulation.formats.checks import Choices
from madang.simulation.inventing import invent, resample
from madang.simulation.pictures import Run
from madang.simulation.policy import NAMED, Policy, named, strangers
from madang.simulation.policy_file import read_policy
from madang.simulation.reading import Reading, read
from madang.simulation.report import UNLIKE, About, labels, report, shown, unlike
from madang.simulation.sentences import duration, notes
from madang.simulation.trace import Trace
from madang.simulation.writing import write_starts, write_trace

EVERY = 2.0  # seconds between lines of progress
PLENTY = 1 << 20  # cores of a cluster of which only the GPUs are counted


@dataclass(frozen=True)
class Source:
    """Where traces come from: what was read, or the figures that they are invented from."""

    trace: Trace
    notes: tuple[str, ...]
    figures: Figures | None = None


def misuse(given: argparse.Namespace) -> str:
    """What is wrong with the words of the command, in words; empty where they make a form."""
    if _layout(given) is None:
        return translate(N_("please say --format; this name does not tell it"))
    if given.cluster is None and given.processors is None and given.gpus is None:
        return translate(N_("please give --cluster, --processors or --gpus"))
    if given.cluster is not None and given.gpus is not None:
        return translate(N_("--gpus goes with --processors, not with --cluster"))
    if given.replications == 1 or given.replications < 0:
        return translate(N_("--replications needs at least 2"))
    if len(set(given.policy)) < len(given.policy):
        return translate(N_("a policy is named twice"))
    if _targets(given.targets) is None:
        return translate(N_("--targets reads as class=percent,class=percent"))
    return ""


def simulate(given: argparse.Namespace) -> int:
    """The whole command; 0. Raises `Refused` with the codes of `madang.simulation`."""
    spoken = _language(given)
    cluster = _cluster(given)
    policies = [_policy(name) for name in given.policy]
    source = _source(given, cluster, spoken)
    source = dataclasses.replace(source, notes=(*source.notes, *_unmet(given, policies, source.trace)))
    if given.fit:
        _write(given.fit, json.dumps((source.figures or fit(source.trace, zone=_zone(given))).to_json(), indent=1))
    if given.write_trace:
        write_trace(source.trace, given.write_trace)
    named_policies = zip(given.policy, policies, strict=True)
    runs = [_run(given, cluster, name, policy, source.trace) for name, policy in named_policies]
    compared = _compared(given, cluster, policies, source) if given.replications else []
    if given.out:
        for run in runs:
            write_starts(run.trace, run.schedule, _beside(given.out, run.name, len(runs)))
    if given.report:
        _write(given.report, report(runs, _about(given, source, spoken), spoken, compared))
    _tell(given, runs, compared, source, spoken)
    return 0


def _layout(given: argparse.Namespace) -> str | None:
    if given.format:
        return str(given.format)
    names = given.trace.name.lower().removesuffix(".gz")
    return "swf" if names.endswith(".swf") else None


def _zone(given: argparse.Namespace) -> ZoneInfo:
    try:
        return ZoneInfo(given.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Refused("zone_unknown", zone=given.time_zone) from error


def _cluster(given: argparse.Namespace) -> Cluster:
    if given.cluster is not None:
        return read_cluster(given.cluster)
    return of_processors(given.processors if given.processors is not None else PLENTY, gpus=given.gpus or 0)


def _policy(name: str) -> Policy:
    path = Path(name)
    return read_policy(path) if name not in NAMED and path.suffix == ".toml" else named(name)


def _source(given: argparse.Namespace, cluster: Cluster, spoken: str) -> Source:
    if _layout(given) == "figures":
        figures = _figures(given.trace)
        invented = invent(figures, days=given.days, seed=given.seed, zone=_zone(given))
        return Source(_as_counted(given, invented), (), figures)
    reading = _reading(given, cluster)
    return Source(_as_counted(given, reading.trace), tuple(notes(reading, spoken)))


def _as_counted(given: argparse.Namespace, trace: Trace) -> Trace:
    """The trace with no types of GPU where GPUs are only counted."""
    none = np.full(len(trace), -1, np.int64)
    return trace if given.cluster else dataclasses.replace(trace, gpu_type=none, gpu_types=())


def _unmet(given: argparse.Namespace, policies: Sequence[Policy], trace: Trace) -> list[str]:
    """A sentence for each policy that names accounts or classes which the trace has not."""
    text = N_("{policy} names accounts or classes that the trace has no job of: {names}.")
    found = [
        (Path(name).name, strangers(one, trace.accounts, trace.classes))
        for name, one in zip(given.policy, policies, strict=True)
    ]
    return [_say(given, text, policy=name, names=", ".join(names)) for name, names in found if names]


def _reading(given: argparse.Namespace, cluster: Cluster) -> Reading:
    choices = Choices(
        skip_bad=given.skip_bad,
        one_second=given.variant == "pyss",
        account_field=given.account_field,
        class_field=given.class_field,
        zone=_zone(given),
        limit=given.limit,
        cluster=cluster,
        class_of=_classes(given.classes) if given.classes else None,
        fields=tuple(given.fields.split("|")) if given.fields else (),
        gpu_tres=tuple(given.gpu_tres.split(",")),
    )
    return read(given.trace, _layout(given) or "", choices)


def _figures(path: Path) -> Figures:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused("trace_unreadable", file=str(path), why=str(error)) from error
    return figures_of(found if isinstance(found, dict) else {})


def _classes(path: Path) -> dict[str, str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused("trace_unreadable", file=str(path), why=str(error)) from error
    found: dict[str, str] = {}
    for line, row in enumerate(rows, start=1):
        if line == 1 and row == ["account", "class"]:
            continue
        if len(row) != 2:
            raise Refused("trace_row", file=str(path), line=line, rule="columns", column="", value=len(row))
        found[row[0]] = row[1]
    return found


def _targets(text: str) -> dict[str, float] | None:
    """Class → part of the whole; None where the text reads otherwise."""
    found = {}
    for pair in filter(None, text.split(",")):
        name, _, percent = pair.rpartition("=")
        try:
            found[name] = float(percent) / 100
        except ValueError:
            return None
        if not (_ and 0 <= found[name] <= 1):
            return None
    return found


def _run(given: argparse.Namespace, cluster: Cluster, name: str, policy: Policy, trace: Trace) -> Run:
    label = Path(name).name
    result = _simulation(given, cluster, policy).run(trace, _progress(given, label))
    return Run(label, trace, result.schedule, _answers(given, trace, result), _facts(given, result), result.exhausted)


def _simulation(given: argparse.Namespace, cluster: Cluster, policy: Policy) -> Simulation:
    oversized = "skip" if given.skip_bad else "refuse"
    return Simulation(cluster, policy, given.variant, given.engine, oversized, given.seed)  # type: ignore[arg-type]


def _answers(given: argparse.Namespace, trace: Trace, result: Result) -> Answers:
    targets = _targets(given.targets)
    return answers(trace, result.schedule, result.capacity, targets=targets, in_use=result.in_use)


def _facts(given: argparse.Namespace, result: Result) -> tuple[tuple[str, str], ...]:
    """Further rows of the table: fragmentation, budgets that ran out, jobs that were too large."""
    found = []
    if result.fragmented is not None:
        schedule = result.schedule
        begin, end = int(schedule.submit[0]), max(int(schedule.end.max()), 0)
        hours = result.fragmented.total(begin, end) / 3600
        found.append((_say(given, N_("Hours free on nodes partly in use")), f"{hours:,.0f}"))
    if result.exhausted:
        first = min(result.exhausted.values()) - int(result.schedule.submit[0])
        found.append((_say(given, N_("Accounts whose budget ran out")), f"{len(result.exhausted):,}"))
        found.append((_say(given, N_("First budget ran out after")), duration(first, _language(given))))
    if result.skipped.any():
        found.append((_say(given, N_("Jobs larger than the cluster, skipped")), f"{int(result.skipped.sum()):,}"))
    return tuple(found)


def _compared(
    given: argparse.Namespace, cluster: Cluster, policies: Sequence[Policy], source: Source
) -> list[Compared]:
    """Every policy on the same drawn traces."""
    found: list[list[Answers]] = [[] for _ in policies]
    said = _progress(given, _say(given, N_("replications")))
    for number in range(given.replications):
        trace = _drawn(given, source, given.seed + 1 + number)
        for place, policy in enumerate(policies):
            found[place].append(_answers(given, trace, _simulation(given, cluster, policy).run(trace)))
        said(number + 1, given.replications)
    return compare(found)


def _drawn(given: argparse.Namespace, source: Source, seed: int) -> Trace:
    if source.figures:
        return _as_counted(given, invent(source.figures, days=given.days, seed=seed, zone=_zone(given)))
    return resample(source.trace, seed=seed)


def _beside(path: Path, name: str, runs: int) -> Path:
    """The file of one policy of several: its name before the ending."""
    return path if runs == 1 else path.with_name(f"{path.stem}.{Path(name).stem}{path.suffix}")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused("trace_unwritable", file=str(path), why=error.strerror or str(error)) from error


def _about(given: argparse.Namespace, source: Source, spoken: str) -> About:
    trace = source.trace
    span = int(trace.submit[-1] - trace.submit[0])
    on = given.cluster.name if given.cluster else _counted(given)
    facts = [
        (_say(given, N_("Trace")), given.trace.name),
        (_say(given, N_("Jobs")), f"{len(trace):,}"),
        (_say(given, N_("Time from first to last submission")), duration(span, spoken)),
        (_say(given, N_("Cluster")), on),
        (_say(given, N_("Variant")), given.variant),
        (_say(given, N_("Seed")), str(given.seed)),
    ]
    title = _say(given, N_("Simulation of {trace}"), trace=given.trace.name)
    return About(title, facts, source.notes)


def _counted(given: argparse.Namespace) -> str:
    amounts = ((given.processors, N_("{n} processors")), (given.gpus, N_("{n} GPUs")))
    return ", ".join(_say(given, text, n=f"{amount:,}") for amount, text in amounts if amount is not None)


def _tell(
    given: argparse.Namespace, runs: Sequence[Run], compared: Sequence[Compared], source: Source, spoken: str
) -> None:
    for note in source.notes:
        say(note, error=True)
    if given.json:
        say(json.dumps([_plain(run, one) for run, one in _paired(runs, compared)], ensure_ascii=False, indent=1))
        return
    columns = [shown(run.answers, spoken) for run in runs]
    rows = [[label, *(column[name] for column in columns)] for name, label in labels(partial(_say, given)).items()]
    further = dict.fromkeys(label for run in runs for label, _value in run.facts)
    rows += [[label, *(dict(run.facts).get(label, "-") for run in runs)] for label in further]
    say(table(["", *(run.name for run in runs)], rows, right=range(1, len(runs) + 1)))
    if unlike(runs):
        say(_say(given, UNLIKE), error=True)
    for run, one in zip(runs, compared, strict=False):
        say(_mean(given, run.name, one) if run is runs[0] else _difference(given, run.name, runs[0].name, one))


def _paired(runs: Sequence[Run], compared: Sequence[Compared]) -> list[tuple[Run, Compared | None]]:
    ones: Sequence[Compared | None] = compared or [None] * len(runs)
    return list(zip(runs, ones, strict=True))


def _mean(given: argparse.Namespace, name: str, one: Compared) -> str:
    text = N_("{name}: mean wait {mean} ({low} to {high}) over {n} drawn traces.")
    return _say(given, text, name=name, **_in_words(given, one.measures["mean_wait"]))


def _difference(given: argparse.Namespace, name: str, first: str, one: Compared) -> str:
    text = N_("{name} against {first}: mean wait {mean} ({low} to {high}) over {n} drawn traces.")
    return _say(given, text, name=name, first=first, **_in_words(given, one.differences["mean_wait"]))


def _in_words(given: argparse.Namespace, found: Interval) -> dict[str, object]:
    edges = (found.mean if edge is None else edge for edge in (found.low, found.high))
    mean, low, high = (duration(value, _language(given)) for value in (found.mean, *edges))
    return {"mean": mean, "low": low, "high": high, "n": found.of}


def _plain(run: Run, one: Compared | None) -> dict[str, Any]:
    """One run as plain values; times in seconds, amounts in unit-seconds."""
    found = run.answers
    plain = {name: value for name, value in vars(found).items() if isinstance(value, int | float | str)}
    told = {"policy": run.name, **plain, "waits": asdict(found.waits)}
    told["shares"] = {name: asdict(share) for name, share in found.shares.items()}
    told["by_class"] = {name: asdict(one) for name, one in waits_by(run.trace, run.schedule, "class").items()}
    told["exhausted"] = dict(run.exhausted)
    if one is not None:
        told["replications"] = {name: asdict(interval) for name, interval in one.measures.items()}
        told["differences"] = {name: asdict(interval) for name, interval in one.differences.items()}
    return told


def _progress(given: argparse.Namespace, name: str) -> Callable[[int, int], None]:
    """Says how far a long run has come, at most every other second."""
    said = time.monotonic()

    def told(done: int, of: int) -> None:
        nonlocal said
        if time.monotonic() - said >= EVERY:
            said = time.monotonic()
            text = N_("{name}: {done} of {of}")
            say(_say(given, text, name=name, done=f"{done:,}", of=f"{of:,}"), error=True)

    return told


def _language(given: argparse.Namespace) -> str:
    return str(given.language or language())


def _say(given: argparse.Namespace, text: str, **facts: object) -> str:
    """The text in the language of the answers, with its facts put in."""
    return translation(_language(given)).gettext(text).format(**facts)
