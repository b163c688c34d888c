"""Reads how applicants review each other: all of it for staff and auditors, one's own duty for an applicant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, Role
from madang.portal.applications.models import Application
from madang.portal.calls.models import Intake, Track
from madang.portal.counts import count_of
from madang.portal.exchanges import rules
from madang.portal.exchanges.models import PeerEntry, PeerExchange
from madang.portal.exchanges.rules import Given
from madang.portal.reviews import desk, scoring
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.models import ReviewAssignment, Reviewer
from madang.portal.reviews.rules import LIVE_STATES, AssignmentState
from madang.portal.reviews.scoring import REVIEWED_STATES
from madang.portal.tasks import Task
from madang.review import distributed
from madang.review.conflicts import excluded
from madang.review.distributed import Duty, Flag, Sheet, Standing


def exchange(by: Actor, intake: int, track: str) -> PeerExchange | None:
    """The exchange of a track whose applicants review each other, unsaved where none was proposed; for staff."""
    if not by.reads_everything:
        return None
    row = Intake.objects.filter(pk=intake).select_related("call").first()
    of = Track.objects.filter(call=row.call_id, code=track, peer_groups__gt=0).first() if row else None
    if row is None or of is None:
        return None
    rows = PeerExchange.objects.filter(intake=row, track=of).select_related("proposed_by", "confirmed_by")
    return rows.select_related("intake__call", "track").first() or PeerExchange(intake=row, track=of)


def tracks(by: Actor, intake: int) -> list[Track]:
    """The tracks of an intake whose applicants review each other, for staff and auditors."""
    rows = Track.objects.filter(call__intakes=intake, peer_groups__gt=0).order_by("position", "pk")
    return list(rows) if by.reads_everything else []


def confirmed(by: Actor) -> QuerySet[PeerExchange]:
    """Exchanges whose sheets are given out, for staff and auditors."""
    rows = PeerExchange.objects.filter(confirmed_at__isnull=False).select_related("intake__call", "track")
    return rows if by.reads_everything else rows.none()


def going(now: datetime) -> QuerySet[PeerExchange]:
    """Exchanges whose reviews are not yet due; for the worker."""
    rows = PeerExchange.objects.filter(confirmed_at__isnull=False, due_at__gt=now, intake__state="in_review")
    return rows.select_related("intake", "track").order_by("pk")


def entries(by: Actor) -> QuerySet[PeerEntry]:
    """The applications that take part, for staff and auditors."""
    rows = PeerEntry.objects.select_related("exchange__intake__call", "exchange__track", "application__track")
    rows = rows.select_related("application__organisation", "reviewer__person").order_by("application__number")
    return rows if by.reads_everything else rows.none()


def ends_at(row: PeerExchange) -> datetime:
    """Until when reviews can be handed in, the days of grace with them; the exchange is confirmed."""
    assert row.due_at is not None
    return row.due_at + timedelta(days=row.track.grace_days)


@dataclass(frozen=True)
class Member:
    """An applicant who reviews: their applications, what they owe, and what looks unsubstantiated."""

    reviewer: Reviewer
    entries: Sequence[PeerEntry]
    duty: Duty
    standing: Standing
    since: datetime
    flags: tuple[Flag, ...] = field(default=())

    @property
    def missing(self) -> int:
        return rules.owed(self.duty)


def members(row: PeerExchange, now: datetime) -> list[Member]:
    """Everybody who reviews in an exchange, by name; constant in queries. The actor may see the exchange."""
    sheets = _sheets(row)
    found = desk.conflicts_of([one for one in sheets if one.state == AssignmentState.ASSIGNED], now)
    by_reviewer: dict[int, list[Given]] = defaultdict(list)
    for one in sheets:
        unread = one.application.state not in REVIEWED_STATES or excluded(found.get(one.pk, []))
        by_reviewer[one.reviewer_id].append(Given(one.state, unread))
    theirs: dict[int, list[PeerEntry]] = defaultdict(list)
    every = PeerEntry.objects.filter(exchange=row).select_related("application__organisation", "reviewer__person")
    for entry in every.order_by("reviewer__person__name", "application__number"):
        theirs[entry.reviewer_id].append(entry)
    flags = distributed.unsubstantiated(_written(sheets))
    past, given_at = now >= ends_at(row), row.confirmed_at or now
    result = []
    for pk, own in theirs.items():
        duty = rules.duty(str(pk), by_reviewer[pk], own[0].reminders)
        stands = distributed.standing(duty, past_due=past, reminders_needed=rules.REMINDERS_NEEDED)
        since = own[0].reminded_at or given_at
        result.append(Member(own[0].reviewer, own, duty, stands, since, flags.get(str(pk), ())))
    return result


def _sheets(row: PeerExchange) -> list[ReviewAssignment]:
    rows = ReviewAssignment.objects.filter(application__peer_entry__exchange=row)
    rows = rows.select_related("application__track", "reviewer__person").prefetch_related("points__criterion")
    return list(rows.order_by("pk"))


def _written(sheets: list[ReviewAssignment]) -> list[Sheet]:
    """The sheets that are in, with their totals in thousandths of 100 points and the letters of their reasons."""
    found = []
    for one in sheets:
        given = [point for point in one.points.all() if point.points is not None]
        if one.state == AssignmentState.SUBMITTED and given:
            total = 100_000 * sum(p.points for p in given) // sum(p.criterion.points for p in given)
            letters = len(one.comment) + sum(len(point.comment) for point in one.points.all())
            found.append(Sheet(str(one.application_id), str(one.reviewer_id), total, letters))
    return found


def short(row: PeerExchange) -> list[Application]:
    """Applications that have fewer sheets than the track says, as a review fell away."""
    live = count_of(ReviewAssignment, "application", Q(state__in=LIVE_STATES))
    rows = Application.objects.filter(peer_entry__exchange=row, state__in=REVIEWED_STATES).annotate(live=live)
    rows = rows.filter(live__lt=F("track__reviews_wanted")).select_related("track", "peer_entry")
    return list(rows.order_by("number"))


def takers(row: PeerExchange, file: Application, now: datetime) -> list[Reviewer]:
    """Who could review one more application: of another group, never asked to before, barred by nothing."""
    every = PeerEntry.objects.filter(exchange=row).exclude(group=file.peer_entry.group)
    asked = ReviewAssignment.objects.filter(application=file).values("reviewer")
    people = list(
        Reviewer.objects.filter(peer_entries__in=every, active=True)
        .exclude(pk__in=asked)
        .exclude(peer_entries__exchange=row, peer_entries__group=file.peer_entry.group)
        .select_related("person")
        .annotate(open_sheets=count_of(ReviewAssignment, "reviewer", Q(state=AssignmentState.ASSIGNED)))
        .order_by("open_sheets", "person__name")
        .distinct()
    )
    barred = circle([file], people, now).barred()
    return [one for one in people if (file.pk, one.pk) not in barred]


def forfeited(intake: int) -> set[int]:
    """Applications of an intake that were rejected for missing reviews."""
    rows = PeerEntry.objects.filter(application__intake=intake, forfeited_at__isnull=False)
    return set(rows.values_list("application", flat=True))


def groups(intake: int) -> dict[int, int]:
    """The review group of each application of an intake that is in one."""
    return scoring.groups(intake)


def own(by: Actor, application: int) -> PeerEntry | None:
    """What the applicant's organisation may know: who reviews for it, until when, whether it is forfeited."""
    rows = PeerEntry.objects.filter(application=application)
    rows = rows if by.reads_everything else rows.filter(application__organisation__in=by.memberships)
    return rows.select_related("exchange__track", "reviewer__person").first()


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: tracks in review whose applicants were not told yet whom they review."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    done = PeerExchange.objects.filter(confirmed_at__isnull=False).values_list("intake", "track")
    known = set(done)
    rows = Track.objects.filter(peer_groups__gt=0, call__intakes__state="in_review")
    text = gettext("Arrange which applicants review whom")
    return [
        Task(text, reverse("intake-exchange", args=[intake, code]))
        for intake, track, code in rows.values_list("call__intakes", "pk", "code").order_by("call__intakes", "pk")
        if (intake, track) not in known
    ]
