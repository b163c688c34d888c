"""Who stands together among applicants who review each other, when they are reminded, and what missing reviews cost."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from madang.errors import Refused
from madang.portal.reviews.rules import AssignmentState
from madang.review.distributed import Duty, Standing, standing

REMINDERS_NEEDED = 2
# how long before the due date the worker reminds whoever has sheets that are not in: the first time, the second
LEADS = (timedelta(days=7), timedelta(days=2))
A_DAY = timedelta(days=1)


def houses(organisations: Iterable[int], ties: Iterable[Collection[int]]) -> dict[int, str]:
    """The house of each organisation: those that are tied, directly or through others, are one.

    A tie is a group of firms, or a person who reviews for one organisation and belongs to others too. A house is named
    by its lowest number.
    """
    found = {one: {one} for one in organisations}
    for tie in ties:
        joined = set().union(*(found[one] for one in tie if one in found))
        found |= dict.fromkeys(joined, joined)
    return {one: str(min(house)) for one, house in found.items()}


def check_asking(state: str, peer_groups: int, confirmed: bool) -> None:
    """Arranged once an intake is in review, in a track that says so, and never anew after sheets were given out."""
    if not peer_groups:
        raise Refused("exchange_not_of_track")
    if state != "in_review":
        raise Refused("exchange_not_now")
    if confirmed:
        raise Refused("exchange_confirmed_already")


@dataclass(frozen=True)
class Given:
    """One sheet of an applicant as far as it is owed: its state; `gone`: nobody needs it any more, or they may not."""

    state: str
    gone: bool = False


def duty(reviewer: str, sheets: Iterable[Given], reminders: int) -> Duty:
    """What an applicant owes. Sheets taken back never count, those that they may not write are released."""
    counted = [one for one in sheets if one.state != AssignmentState.WITHDRAWN]
    handed_in = sum(one.state == AssignmentState.SUBMITTED for one in counted)
    released = sum(
        one.state == AssignmentState.RECUSED or (one.gone and one.state == AssignmentState.ASSIGNED) for one in counted
    )
    return Duty(reviewer, len(counted), handed_in, released, reminders)


def owed(of: Duty) -> int:
    """How many reviews are still missing."""
    return max(0, of.given - of.handed_in - of.released)


def may_remind(since: datetime, now: datetime) -> bool:
    """At most once a day; `since` the last reminder, or the day on which the sheets were given out."""
    return now - since >= A_DAY


def reminder_due(of: Duty, due_at: datetime, since: datetime, now: datetime) -> bool:
    """Whether the worker reminds now: a week before the due date and two days before it."""
    left = of.reminders < len(LEADS) and owed(of) > 0
    return left and due_at - LEADS[of.reminders] <= now < due_at and may_remind(since, now)


def check_forfeit(of: Duty, state: str, ends_at: datetime, now: datetime) -> None:
    """An eligible application is lost once the days of grace are over, after reminders, while reviews are missing."""
    if state != "eligible":
        raise Refused("forfeit_not_eligible")
    found = standing(of, past_due=now >= ends_at, reminders_needed=REMINDERS_NEEDED)
    if found is Standing.DONE:
        raise Refused("forfeit_nothing_owed")
    if found is Standing.OPEN:
        raise Refused("forfeit_not_due", until=ends_at)
    if found is Standing.OWED:
        raise Refused("forfeit_before_reminders", needed=REMINDERS_NEEDED, sent=of.reminders)
