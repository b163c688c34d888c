"""`madang review`: conflicts, assignments, draws, scores and review by applicants from files, without the portal."""

from __future__ import annotations

import argparse
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from madang.cli import output
from madang.cli import review_files as files
from madang.cli.language import N_, language, say, translate
from madang.errors import Refused
from madang.lots import commitment
from madang.reading import refusal as refusal_of_file
from madang.review import sentences
from madang.review.assign import assign
from madang.review.assignment import changes
from madang.review.calibration import calibrate, would_change
from madang.review.conflicts import Found, difference, every_conflict
from madang.review.distributed import arrange, influences
from madang.review.draw import draw, frozen, replayed
from madang.review.proof import faults
from madang.review.scores import Rule, application_score, shortfalls

FINE, WRONG, REFUSED = 0, 1, 2
SECRET_BITS = 128
HELP = N_("find conflicts, assign reviewers, draw committees, work out and calibrate scores, from files")
Run = Callable[[argparse.Namespace], int]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command; its `run` gives 0 when all is well, 1 for a fault or a difference, 2 for a refusal."""
    parser = subparsers.add_parser("review", help=translate(HELP), description=translate(HELP))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    one = _verb(verbs, "conflicts", _conflicts, N_("who must not review what, and why"), "FACTS")
    one.add_argument("--before", type=Path, metavar="FACTS", help=translate(N_("show what changed since these facts")))
    one = _verb(verbs, "assign", _assign, N_("who reviews what, at the lowest cost, with its proof"), "PROBLEM")
    one.add_argument("--out", type=Path, metavar="JSON", help=translate(N_("where the result is written")))
    one = _verb(verbs, "check", _check, N_("find every fault of an assignment"), "PROBLEM")
    one.add_argument("assignment", type=Path, metavar="ASSIGNMENT")
    _verb(verbs, "commit", _commit, N_("a secret, and what is published of it before a pool is frozen"))
    _draw_options(_verb(verbs, "draw", _draw, N_("draw a committee, or draw a stored one again"), "POOL"))
    one = _verb(verbs, "scores", _scores, N_("scores under a scoring table, best first"), "CRITERIA", "SHEETS")
    one.add_argument("--rule", choices=list(Rule), default=Rule.MEAN, help=translate(N_("mean, or the trimmed mean")))
    one = _verb(verbs, "calibrate", _calibrate, N_("scores as if all reviewers were equally lenient"), "TOTALS")
    one.add_argument("--places", type=int, default=0, help=translate(N_("say who would come in and go out")))
    one = _verb(verbs, "distribute", _distribute, N_("let applicants review each other"), "ENTRIES")
    one.add_argument("--each", type=int, default=5, help=translate(N_("reviews for each application (5)")))
    one.add_argument("--pools", type=int, default=2, help=translate(N_("pools ranked each for itself (2)")))
    one.add_argument("--seed", type=int, default=0, help=translate(N_("seed of the pools (0)")))


def _verb(verbs: Any, name: str, run: Run, text: str, *needed: str) -> argparse.ArgumentParser:
    one: argparse.ArgumentParser = verbs.add_parser(name, help=translate(text), description=translate(text))
    for word in needed:
        one.add_argument(word.lower(), type=Path, metavar=word)
    one.add_argument("--language", choices=("en", "ko"), help=translate(N_("language of the answers")))
    one.add_argument("--json", action="store_true", help=translate(N_("print JSON instead of a table")))
    one.set_defaults(run=lambda given: _told(run, given))
    return one


def _draw_options(one: argparse.ArgumentParser) -> None:
    one.add_argument("--secret", type=int, help=translate(N_("the secret that was committed to")))
    one.add_argument("--outside", metavar="TEXT", help=translate(N_("the value that nobody controls, as published")))
    one.add_argument("--out", type=Path, metavar="JSON", help=translate(N_("where the result is written")))
    one.add_argument("--replay", action="store_true", help=translate(N_("POOL is a stored draw: draw it again")))
    one.add_argument("--commitment", help=translate(N_("what was published of the secret before")))


def _told(run: Run, given: argparse.Namespace) -> int:
    try:
        return run(given)
    except Refused as refused:
        tongue = given.language or language()
        say(sentences.refusal(refused, tongue) or refusal_of_file(refused, tongue), error=True)
        return REFUSED


def _found(path: Path) -> Found:
    return every_conflict(*files.facts(path))


def _conflicts(given: argparse.Namespace) -> int:
    found = _found(given.facts)
    rows = [("+", *pair, one) for pair, every in found.items() for one in every]
    if given.before:
        changed = difference(_found(given.before), found).items()
        rows = [("+", *pair, one) for pair, change in changed for one in change.appeared]
        rows += [("-", *pair, one) for pair, change in changed for one in change.gone]
    as_json = [
        {"change": sign, "application": application, "reviewer": reviewer, **asdict(one)}
        for sign, application, reviewer, one in rows
    ]
    heads = [N_("application"), N_("reviewer"), N_("ground"), N_("severity"), N_("until")]
    table = [
        (f"{sign}{application}" if given.before else application, reviewer, one.ground, one.severity, one.until or "-")
        for sign, application, reviewer, one in rows
    ]
    output.show(given, as_json, output.table([translate(head) for head in heads], table))
    return FINE


def _assign(given: argparse.Namespace) -> int:
    problem = files.problem(given.problem)
    found = assign(problem)
    made, whole = changes(problem, found.chosen), asdict(found)
    if given.out:
        _write(given.out, whole)
    figures = {"cost": found.cost, "added": len(made.added), "removed": len(made.removed), "kept": len(made.kept)}
    text = translate(N_("{added} reviews are given out, {removed} taken back, {kept} stay. Cost {cost}."), **figures)
    proof = N_("Proven: nothing costs less.") if found.proven else N_("Proven: nothing costs less than {bound}.")
    rows = [(application, ", ".join(people)) for application, people in found.chosen.items()]
    table = output.table([translate(N_("application")), translate(N_("reviewers"))], rows)
    output.show(given, whole, "\n".join((table, text, translate(proof, bound=found.bound))))
    return WRONG if faults(problem, found) else FINE


def _check(given: argparse.Namespace) -> int:
    found = faults(files.problem(given.problem), files.assignment(given.assignment))
    lines = [sentences.fault(one, given.language or language()) for one in found]
    output.show(given, [asdict(one) for one in found], "\n".join(lines) or translate(N_("No fault.")))
    return WRONG if found else FINE


def _commit(given: argparse.Namespace) -> int:
    secret = secrets.randbits(SECRET_BITS)
    lines = [
        translate(N_("Secret until the results: {secret}"), secret=secret),
        translate(N_("Publish before the pool is frozen: {digest}"), digest=commitment(secret)),
    ]
    output.show(given, {"secret": str(secret), "commitment": commitment(secret)}, "\n".join(lines))
    return FINE


def _draw(given: argparse.Namespace) -> int:
    if given.replay:
        return _replay(given)
    committee, pool = files.pool(given.pool)
    if given.secret is None or given.outside is None:
        digest = frozen(committee, pool)
        output.show(given, {"digest": digest}, translate(N_("The pool is frozen by {digest}."), digest=digest))
        return FINE
    if given.commitment and commitment(given.secret) != given.commitment:
        say(sentences.found_of("commitment_broken", given.language or language()), error=True)
        return WRONG
    found = draw(committee, pool, given.secret, given.outside)
    experts = [{**asdict(one), "traits": sorted(one.traits)} for one in found.pool]
    whole = {**asdict(found), "pool": experts, "secret": str(found.secret)}
    if given.out:
        _write(given.out, whole)
    output.show(given, whole, "\n".join(f"{place}. {name}" for place, name in enumerate(found.names, start=1)))
    return FINE


def _replay(given: argparse.Namespace) -> int:
    stored = files.drawn(given.pool)
    found = replayed(stored, given.commitment or stored.commitment)
    lines = [sentences.found_of(code, given.language or language()) for code in found]
    output.show(given, list(found), "\n".join(lines) or translate(N_("The same list comes out.")))
    return WRONG if found else FINE


def _scores(given: argparse.Namespace) -> int:
    criteria = files.scoring(given.criteria)
    every = files.sheets(given.sheets, criteria)
    found = {name: application_score(criteria, given_sheets, given.rule) for name, given_sheets in every.items()}
    order = sorted(found, key=lambda name: (-(found[name].total_milli or -1), name))
    rows = [
        (
            name,
            _points(found[name].total_milli),
            found[name].answered,
            _points(found[name].spread_milli),
            ", ".join(one.code for one in shortfalls(criteria, found[name])) or "-",
        )
        for name in order
    ]
    heads = [N_("application"), N_("score"), N_("sheets"), N_("spread"), N_("below the minimum")]
    table = output.table([translate(head) for head in heads], rows, right=[1, 2, 3])
    output.show(given, {name: asdict(found[name]) for name in order}, table)
    return FINE


def _calibrate(given: argparse.Namespace) -> int:
    found = calibrate(files.totals(given.totals))
    scores = sorted(found.applications.items(), key=lambda item: (-item[1].score_milli, item[0]))
    rows = [(name, _points(one.score_milli), _points(one.error_milli), _points(one.raw_milli)) for name, one in scores]
    heads = [translate(head) for head in (N_("application"), N_("calibrated"), N_("error"), N_("mean"))]
    leaning = [
        (name, one.sheets, _points(one.offset_milli), _points(one.offset_error_milli), _points(one.scale_permille))
        for name, one in found.reviewers.items()
    ]
    more = [translate(head) for head in (N_("reviewer"), N_("sheets"), N_("offset"), N_("error"), N_("scale"))]
    lines = [output.table(heads, rows, right=[1, 2, 3]), "", output.table(more, leaning, right=[1, 2, 3, 4])]
    whole: dict[str, object] = asdict(found)
    if given.places:
        come, go = would_change(found.applications, given.places)
        whole |= {"in": come, "out": go}
        names = {"come": ", ".join(come) or "-", "go": ", ".join(go) or "-"}
        lines += ["", translate(N_("In by calibrated scores: {come}. Out: {go}."), **names)]
    output.show(given, whole, "\n".join(lines))
    return FINE


def _points(milli: int | None) -> str:
    if milli is None:
        return "-"
    return f"{'-' if milli < 0 else ''}{abs(milli) // 1000}.{abs(milli) % 1000:03}"


def _distribute(given: argparse.Namespace) -> int:
    everyone = files.entries(given.entries)
    found = arrange(everyone, given.each, given.seed, pools=given.pools)
    rows = [(name, found.pools[name] + 1, ", ".join(people)) for name, people in found.chosen.items()]
    heads = [translate(N_("application")), translate(N_("pool")), translate(N_("reviewers"))]
    proof = influences(everyone, found)
    text = N_("Checked: nobody's scores can move the rank of an application of his own.")
    output.show(given, asdict(found), "\n".join((output.table(heads, rows), "" if proof else translate(text))))
    return WRONG if proof else FINE


def _write(path: Path, content: object) -> None:
    try:
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        why = error.strerror or ""
        raise Refused(files.INVALID, file=str(path), rule="cannot_be_written", why=why) from error
