"""What a class has of an award for its term: whose part how much of is used, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from madang.errors import Stale
from madang.portal.actors import WORKER
from madang.portal.awards import parts
from madang.portal.awards.models import AwardPart
from madang.portal.courses.models import Cohort, Seat
from madang.portal.jobs import places, sharing
from madang.portal.journal.actions import record
from madang.portal.learners import queries
from madang.portal.resources.models import Pool
from madang.portal.transactions import action


@dataclass(frozen=True)
class PartUse:
    """What one person's jobs hold and have used of a pool, of the part that they have, in the pool unit's seconds."""

    person: int
    pool: Pool
    part: int
    spent: int


def uses(cohort: Cohort, people: list[int]) -> list[PartUse]:
    """Of each of these people and each pool that jobs run in, what is used of their part; six queries at most."""
    if cohort.award_id is None:
        return []
    rows = AwardPart.objects.filter(award=cohort.award_id, person__in=people).order_by("person", "-pk")
    latest: dict[int, int] = {}
    for person, seconds in rows.values_list("person", "seconds"):
        latest.setdefault(person, seconds)
    found = sharing.spent(cohort.award_id, latest)
    return [
        PartUse(person, pool, seconds, found.get((person, pool.pk), 0))
        for pool in places.pools_of(cohort.award_id)
        for person, seconds in latest.items()
    ]


def over(now: datetime) -> list[int]:
    """Cohorts whose last day is over, with parts that have not ended."""
    seated = Seat.objects.filter(cohort=OuterRef(OuterRef("pk")), person__isnull=False).values("person")
    going = AwardPart.objects.filter(award=OuterRef("award"), ended_at__isnull=True, person__in=seated)
    rows = Cohort.objects.filter(Exists(going), ends_on__lte=queries.today(now))
    return list(rows.order_by("pk").values_list("pk", flat=True)[:20])


@action
def end(*, now: datetime, cohort: int) -> int:
    """Ends the parts of a class, and the memberships that came with them; gives how many. Stale where none is left."""
    row = Cohort.objects.get(pk=cohort)
    people = list(row.seats.filter(person__isnull=False).values_list("person", flat=True))
    ended = parts.end(now=now, award=row.award_id, people=people) if row.award_id else 0
    if not ended:
        raise Stale("parts")
    record(by=WORKER, now=now, did="learners.end_term", kind="cohort", subject=cohort, parts=ended)
    return ended
