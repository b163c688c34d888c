"""The table of a meeting: every application with its members' totals, what is missing, where members disagree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from madang.portal.applications.rules import content_hash
from madang.portal.calls.rules import ReviewStep
from madang.portal.committees import pool
from madang.portal.masks import queries as masks
from madang.portal.meetings import queries
from madang.portal.meetings.models import CommitteePoints, Meeting
from madang.portal.reviews import scoring
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.models import CriterionPoints, ReviewAssignment
from madang.portal.reviews.queries import kept_versions
from madang.portal.reviews.rules import LIVE_STATES, AssignmentState, Scored, Table
from madang.review import order, scores

HIGHEST, LOWEST = "highest", "lowest"


@dataclass(frozen=True)
class Cell:
    """One member's sheet: its state, its total in thousandths of a point, and whether the rule leaves it out.

    `kept` is how many earlier versions there are of the sheet.
    """

    reviewer: int
    state: str
    total_milli: int | None
    left_out: str = ""
    sheet: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Line:
    """One application in a meeting. `step_milli` is this step's score, the rest is over all steps up to now.

    `points` are what this meeting adds or takes off, before any cap; `outside` are members who must leave the room.
    """

    application: int
    number: str
    title: str
    cells: tuple[Cell, ...]
    missing: int
    step_milli: int | None
    spread_milli: int
    deviation_milli: int
    points: int
    reason: str
    most: tuple[int, int]
    outside: tuple[int, ...]
    scored: Scored


@dataclass(frozen=True)
class Room:
    """A meeting's table in order of numbers, the members with their names, and how many sheets are out and in."""

    lines: tuple[Line, ...]
    names: Mapping[int, str]
    sheets: int
    back: int

    @property
    def missing(self) -> int:
        return sum(line.missing for line in self.lines)

    def disputed(self) -> list[Line]:
        """Where members disagree most comes first: by standard deviation, then by range, then by number."""
        return sorted(self.lines, key=lambda line: (-line.deviation_milli, -line.spread_milli, line.number))

    def discussion(self) -> tuple[list[Line], int]:
        """The order that moves the fewest people in and out of the room, and how often somebody crosses the door."""
        by = {str(line.application): line for line in self.lines}
        outside = {pk: list(map(str, line.outside)) for pk, line in by.items()}
        found = order.discussion(list(by), outside)
        return [by[pk] for pk in found], order.moves(found, outside)


def room(row: Meeting, now: datetime) -> Room:
    """Works a meeting's table out from what is stored; constant in queries."""
    files = sorted(pool.section(row.committee), key=lambda one: one.number or "")
    intake = row.committee.intake_id
    tables, scored = scoring.tables(intake), scoring.scores_in(intake, meeting=row.pk)
    sheets = _sheets(row, [file.pk for file in files])
    points = {one.application_id: one for one in CommitteePoints.objects.filter(meeting=row)}
    members = queries.seated(row)
    outside, titles = circle(files, members, now).barred(), masks.covered(files)
    lines = [
        _line(file, tables[file.track_id], sheets[file.pk], points.get(file.pk), scored[file.pk], ReviewStep(row.step))
        | {"title": titles[file.pk], "outside": tuple(one.pk for one in members if (file.pk, one.pk) in outside)}
        for file in files
    ]
    every = [sheet for given in sheets.values() for sheet in given if sheet.state in LIVE_STATES]
    names = queries.people({one.pk for one in members} | {sheet.reviewer_id for sheet in every})
    return Room(tuple(Line(**line) for line in lines), names, len(every), sum(map(_is_in, every)))


def _sheets(row: Meeting, files: list[int]) -> dict[int, list[ReviewAssignment]]:
    """The sheets of the meeting's step by application, in order of reviewers."""
    given = Prefetch("points", CriterionPoints.objects.select_related("criterion"))
    rows = ReviewAssignment.objects.filter(application__in=files, step=row.step).annotate(kept=kept_versions())
    found: dict[int, list[ReviewAssignment]] = defaultdict(list)
    for sheet in rows.prefetch_related(given).order_by("reviewer"):
        found[sheet.application_id].append(sheet)
    return found


def _is_in(sheet: ReviewAssignment) -> bool:
    return bool(sheet.state == AssignmentState.SUBMITTED)


def _line(
    file: Any, table: Table, sheets: list[ReviewAssignment], points: CommitteePoints | None, scored: Scored,
    step: ReviewStep,
) -> dict[str, Any]:  # fmt: skip
    # zero-padded, so that whose total is shown as left out does not depend on how many digits a number has
    given = [
        scores.Sheet(f"{sheet.reviewer_id:012d}", {one.criterion.code: one.points for one in sheet.points.all()})
        for sheet in sheets
        if _is_in(sheet)
    ]
    out = scores.dropped(table.criteria, given, table.rule)
    left_out = dict(zip(out, (HIGHEST, LOWEST), strict=True)) if out else {}
    totals = {one.reviewer: scores.sheet_total(table.criteria, one) for one in given}
    score = scored.by_step.get(step)
    return {
        "application": file.pk,
        "number": file.number or "",
        "cells": tuple(_cell(sheet, totals, left_out) for sheet in sheets if sheet.state in LIVE_STATES),
        "missing": sum(sheet.state == AssignmentState.ASSIGNED for sheet in sheets),
        "step_milli": score.total_milli if score else None,
        "spread_milli": score.spread_milli if score else 0,
        "deviation_milli": scores.deviation(table.criteria, given),
        "points": points.points if points else 0,
        "reason": points.reason if points else "",
        "most": (table.bonus_most, table.penalty_most),
        "scored": scored,
    }


def _cell(sheet: ReviewAssignment, totals: Mapping[str, Any], left_out: Mapping[str, str]) -> Cell:
    name = f"{sheet.reviewer_id:012d}"
    total = totals.get(name)
    milli = None if total is None else scores.round_milli(total)
    return Cell(sheet.reviewer_id, sheet.state, milli, left_out.get(name, ""), sheet.pk, sheet.kept)


# --- minutes ---


def minutes(row: Meeting, found: Room) -> dict[str, Any]:
    """The content of minutes: everything that the meeting came to, with people by number."""
    committee = row.committee
    return {
        "call": committee.intake.call.code,
        "intake": committee.intake.number,
        "section_ko": committee.name_ko,
        "section_en": committee.name_en,
        "step": row.step,
        "met_at": row.meets_at.isoformat(),
        "began_at": row.began_at.isoformat() if row.began_at else "",
        "place": row.place,
        "seats": committee.seats,
        "needed": queries.needed(row),
        "chair": row.chair_id,
        "members": [{"reviewer": one.reviewer_id, "here": one.here} for one in queries.attendance(row.pk)],
        "applications": [_minuted(line) for line in found.lines],
        "opinion": row.opinion,
        "reopened": row.reason,
    }


def _minuted(line: Line) -> dict[str, Any]:
    made = line.scored
    return {
        "number": line.number,
        "title": line.title,
        "sheets": [
            {"reviewer": one.reviewer, "total_milli": one.total_milli, "left_out": one.left_out} for one in line.cells
        ],
        "outside": list(line.outside),
        "steps_milli": {str(step): score.total_milli for step, score in made.by_step.items()},
        "points": line.points,
        "reason": line.reason,
        "bonus_milli": made.bonus_milli,
        "penalty_milli": made.penalty_milli,
        "total_milli": made.score.total_milli,
        "place": made.rank,
        "missed": [one.code for one in made.shortfalls],
    }


def differs(row: Meeting, now: datetime) -> bool:
    """Whether the scores came to be others since the last minutes, as sheets were set aside for a conflict."""
    last = max(row.minutes.all(), key=lambda one: one.number, default=None)
    if last is None:
        return False
    return content_hash({"a": minutes(row, room(row, now))["applications"]}) != content_hash(
        {"a": last.content["applications"]}
    )
