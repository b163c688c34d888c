"""The worker's part of outcome reports: notes what is owed when an award has ended, reminds of it, looks papers up."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings

from madang.portal.outcomes import actions, queries
from madang.portal.outcomes.lookups import NoAnswer, look_up

log = logging.getLogger("madang.outcomes")


def owe(now: datetime) -> int:
    """Notes the reports of awards that ended."""
    return sum(actions.owe(now=now, award=award) for award in queries.without_duties())


def owe_interim(now: datetime) -> int:
    """Notes the interim reports of awards that come in two instalments."""
    return sum(actions.owe_interim(now=now, award=award) for award in queries.without_interim())


def remind(now: datetime) -> int:
    """Writes to owners once a report's time is over, a week before it is due, and when it is late."""
    return sum(actions.remind(now=now, duty=duty) for duty in queries.to_remind(queries.today(now)))


def look_up_paper(now: datetime) -> int:
    """Asks the registry of DOIs for one paper, so that nothing else waits long; nothing where the centre names none."""
    if not settings.MADANG_DOI_RESOLVER or not (doi := queries.to_look_up(now)):
        return 0
    try:
        found = look_up(settings.MADANG_DOI_RESOLVER, doi)
    except NoAnswer as error:
        log.warning("the registry of DOIs gave no answer for %s: %s", doi, error)
        found = None
    actions.note_paper(now=now, doi=doi, found=found)
    return int(found is not None)


EVERY = {owe: 600.0, owe_interim: 600.0, remind: 600.0, look_up_paper: 20.0}
