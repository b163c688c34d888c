"""What the owners of an award are written about it: that it is in force, has lapsed or has ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from madang.portal.awards import queries, rules
from madang.portal.awards.models import Award
from madang.portal.outbox import actions as outbox
from madang.portal.people.models import Person


def tell_end(award: int, code: str, now: datetime) -> None:
    """One mail to every owner and to whoever has jobs there, with the instant at which what still runs is cancelled."""
    until = rules.jobs_until(now, settings.MADANG_JOB_NOTICE_HOURS)
    tell(Award.objects.get(pk=award), code, now, also=queries.with_open_jobs(award), until=until)


def tell(award: Award, code: str, now: datetime, also: Iterable[Person] = (), **facts: object) -> None:
    """One mail to every owner of the organisation, and to others where there are any."""
    told = {person.pk: person for person in [*queries.owners_of({award.organisation_id})[award.organisation_id], *also]}
    for person in told.values():
        if person.email:
            outbox.write(
                now=now,
                key=f"{code}-{award.pk}-{person.pk}",
                code=code,
                person=person.pk,
                address=person.email,
                language=person.language,
                link=f"/awards/{award.number}/",
                number=award.number,
                title=award.title,
                centre=settings.MADANG_CENTRE_NAME[person.language],
                **facts,
            )
