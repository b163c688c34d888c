"""Reads what stands between the expert pool and the applications of an intake, for staff and auditors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from madang.portal.actors import Actor
from madang.portal.applications.models import Application
from madang.portal.reviews import queries
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.models import Reviewer
from madang.review.conflicts import Conflict, excluded


@dataclass(frozen=True)
class Finding:
    """One application and one reviewer who have a conflict, with everything it rests on."""

    file: Application
    reviewer: Reviewer
    conflicts: tuple[Conflict, ...]

    @property
    def barred(self) -> bool:
        return excluded(self.conflicts)


def findings(by: Actor, intake: int, now: datetime) -> list[Finding]:
    """Worked out anew from what is known now, by application and name; constant in queries."""
    files = {row.pk: row for row in queries.reviewed(by, intake)}
    pool = {row.pk: row for row in queries.reviewers(by).filter(active=True)}
    found = circle(files.values(), pool.values(), now).every()
    rows = [Finding(files[application], pool[reviewer], every) for (application, reviewer), every in found.items()]
    return sorted(rows, key=lambda row: (row.file.number, row.reviewer.person.name, row.reviewer.pk))
