"""Finds who could review what is still short of reviewers, in a process of its own; nothing is stored."""

from __future__ import annotations

import json
from datetime import datetime

from madang.errors import Refused
from madang.portal import apart
from madang.portal.actors import Actor, Role
from madang.portal.reviews import queries
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.models import ReviewAssignment

ASSIGNING = "madang.portal.reviews.assigning"


def suggest(*, by: Actor, now: datetime, intake: int) -> dict[int, tuple[int, ...]]:
    """Who could review what is still short of reviewers, as application -> reviewers, found apart; nothing is stored.

    Sheets given already count towards what is wanted and towards each reviewer's load. Refused: "not_allowed_for_role",
    "nothing_to_assign", "reviewers_too_few_for_application", "review_places_too_few".
    """
    if not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    files = [row for row in queries.reviewed(by, intake) if queries.coverage(row).missing]
    if not files:
        raise Refused("nothing_to_assign")
    pool = list(queries.reviewers(by).filter(active=True))
    taken = set(ReviewAssignment.objects.filter(application__in=files).values_list("application", "reviewer"))
    barred = circle(files, pool, now).barred() | taken
    # zero-padded ids keep their numeric order as text, so that the result does not depend on how many digits an id has
    found = apart.made(
        ASSIGNING,
        {
            "applications": [(f"{row.pk:012d}", queries.coverage(row).missing, [row.track.code]) for row in files],
            "reviewers": [(f"{row.pk:012d}", row.load_limit, row.open_sheets, row.fields) for row in pool],
            "conflicts": [(f"{application:012d}", f"{reviewer:012d}") for application, reviewer in sorted(barred)],
        },
    )
    return {int(application): tuple(map(int, people)) for application, people in json.loads(found).items()}
