"""Arrays: many jobs of one submission, numbered, seen together and cancelled together."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q, QuerySet

from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import FINAL_STATES, JobState


def numbers(key: uuid.UUID, count: int) -> list[dict[str, Any]]:
    """The columns that tell the jobs of a submission apart; the key of each follows from the submission's."""
    if count == 1:
        return [{"key": key}]
    return [{"key": uuid.uuid5(key, f"{n}"), "array": key, "array_index": n} for n in range(count)]


def environment(job: Job) -> dict[str, str]:
    """What a job of an array finds in its environment."""
    if job.array_index is None:
        return {}
    return {"MADANG_ARRAY_INDEX": f"{job.array_index}", "MADANG_ARRAY_COUNT": f"{job.array_count}"}


def shown_once(rows: QuerySet[Job]) -> QuerySet[Job]:
    """A list in which each array stands once, by its first job."""
    return rows.filter(Q(array__isnull=True) | Q(array_index=0))


def unended() -> Q:
    """Jobs that have not ended, and all those of an array of which one has not."""
    ended = Q(state__in=FINAL_STATES)
    going = Job.objects.filter(~ended, array__isnull=False).values("array")
    return ~ended | Q(array__in=going)


def counts(arrays: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[JobState, int]]:
    """How many jobs of each array are in which state, in one query; states in the order in which a job goes."""
    rows = Job.objects.filter(array__in=list(arrays)).values("array", "state").annotate(n=Count("pk")).order_by()
    found: dict[uuid.UUID, dict[str, int]] = defaultdict(dict)
    for row in rows:
        found[row["array"]][row["state"]] = row["n"]
    return {array: {state: states[state] for state in JobState if state in states} for array, states in found.items()}
