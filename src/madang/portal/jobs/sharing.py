"""What each person's jobs hold and have used of an award that several share, and whether that is within their part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from madang.errors import Refused
from madang.portal.awards.models import AwardPart
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import subject_of
from madang.portal.ledger import queries as ledger

Spent = dict[tuple[int, int], int]


def spent(award: int, people: Iterable[int] | None = None) -> Spent:
    """Seconds by (person, pool) that jobs of an award hold or have used; of everybody where nobody is named.

    A job that is not settled counts with all that it set aside. Three queries.
    """
    jobs = Job.objects.filter(award=award)
    jobs = jobs if people is None else jobs.filter(submitted_by__in=list(people))
    rows = list(jobs.values_list("pk", "submitted_by", "pool", "held", "settled_at"))
    used = ledger.used_by(subject_of(pk) for pk, _, _, _, settled in rows if settled)
    found: Spent = defaultdict(int)
    for pk, person, pool, held, settled in rows:
        found[person, pool] += used.get(subject_of(pk), 0) if settled else held
    return dict(found)


def refuse_beyond_part(award: int, person: int, pool: int) -> None:
    """Once a job has set its amount aside: it stays within the person's part of the award, if they have one.

    Whoever sets something aside of one award waits for the other, so that two jobs at once see each other. Refused:
    ``part_used_up`` (hours, spent).
    """
    part = AwardPart.objects.filter(award=award, person=person, ended_at__isnull=True).first()
    if part is None:
        return
    now = spent(award, [person]).get((person, pool), 0)
    if now > part.seconds:
        raise Refused("part_used_up", hours=part.seconds // 3600, spent=-(-now // 3600))
