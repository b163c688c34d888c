"""Confirms who reviews whom among applicants, gives out one more, reminds, and rejects for missing reviews or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.applications.models import Application
from madang.portal.applications.rules import ApplicationState
from madang.portal.calls.models import Intake
from madang.portal.exchanges import queries, rules
from madang.portal.exchanges.models import PeerEntry, PeerExchange
from madang.portal.exchanges.queries import Member
from madang.portal.exchanges.standing import Standing, neutrality, standing
from madang.portal.journal import actions as journal
from madang.portal.people import actions as people
from madang.portal.people import queries as persons
from madang.portal.reviews import actions as reviews
from madang.portal.reviews.models import Reviewer
from madang.portal.reviews.rules import check_due, manager_of
from madang.portal.screening.rules import check_own
from madang.portal.transactions import action


@action
def propose(
    *, by: Actor, now: datetime, intake: int, track: str, content: Mapping[str, Any], basis_sha256: str
) -> PeerExchange:
    """Keeps what was worked out as a proposal, in place of an earlier one; see `proposing.propose`.

    Refused: "not_allowed_for_role", "not_found". Stale when it was confirmed in the meantime.
    """
    manager = manager_of(by)
    row = queries.exchange(by, intake, track)
    if row is None:
        raise Refused("not_found")
    given = {"content": dict(content), "basis_sha256": basis_sha256, "proposed_by_id": manager, "proposed_at": now}
    if row.pk is None:
        row = PeerExchange.objects.create(intake=row.intake, track=row.track, **given)
    elif not PeerExchange.objects.filter(pk=row.pk, confirmed_at__isnull=True).update(**given):
        raise Stale("exchange")
    facts = {"track": track, "applications": len(content["groups"]), "basis": basis_sha256}
    journal.record(by=by, now=now, did="exchanges.propose", kind="intake", subject=intake, **facts)
    row.refresh_from_db()
    return row


@action
def confirm(*, by: Actor, now: datetime, exchange: int, basis: str, due_at: datetime) -> int:
    """Gives out all sheets as proposed, and tells everyone; `basis` is the proposal that was looked at.

    Whoever had no place among the reviewers gets one, for these sheets alone. Returns how many sheets. Refused:
    "not_allowed_for_role", "not_found", "review_due_in_the_past", "exchange_not_neutral", and as `reviews.assign`.
    Stale when another was proposed, or when anything that it stands on has changed.
    """
    manager = manager_of(by)
    check_due(due_at, now)
    row = PeerExchange.objects.select_related("intake", "track").filter(pk=exchange).first()
    if row is None:
        raise Refused("not_found")
    rules.check_asking(row.intake.state, row.track.peer_groups, row.confirmed_at is not None)
    looked_at = PeerExchange.objects.filter(pk=exchange, confirmed_at__isnull=True, basis_sha256=basis)
    if not looked_at.update(due_at=due_at, confirmed_by_id=manager, confirmed_at=now):
        raise Stale("exchange")
    found = standing(row, now)
    if found.sha256 != basis:
        raise Stale("exchange")
    reviewers = _reviewers(found, now)
    PeerEntry.objects.bulk_create(
        PeerEntry(
            exchange=row,
            application_id=pk,
            reviewer_id=reviewers[found.people[pk].pk],
            group=row.content["groups"][str(pk)],
        )
        for pk in found.files
    )
    chosen = {int(file): [reviewers[int(one)] for one in whom] for file, whom in row.content["chosen"].items()}
    given = {"intake": row.intake_id, "chosen": chosen, "due_at": due_at, "peers": True}
    sheets = reviews.assign(by=by, now=now, **given)
    _check_neutral(row)
    for person in {one.pk: one for one in found.people.values()}.values():
        many = sum(reviewers[person.pk] in whom for whom in chosen.values())
        _tell(person, "exchange_begun", f"{exchange}", now, sheets=many, due=due_at)
    facts = {"track": row.track.code, "sheets": sheets, "basis": basis}
    journal.record(by=by, now=now, did="exchanges.confirm", kind="intake", subject=row.intake_id, **facts)
    return sheets


def _reviewers(found: Standing, now: datetime) -> dict[int, int]:
    """The place among the reviewers of everybody who takes part, by person."""
    wanted = {person.pk for person in found.people.values()}
    known = dict(Reviewer.objects.filter(person__in=wanted).values_list("person", "pk"))
    new = [Reviewer(person_id=pk, expert=False, added_at=now) for pk in sorted(wanted - known.keys())]
    Reviewer.objects.bulk_create(new)
    return dict(Reviewer.objects.filter(person__in=wanted).values_list("person", "pk"))


def _check_neutral(exchange: PeerExchange) -> None:
    faults = neutrality(exchange)
    if faults:
        number = Application.objects.values_list("number", flat=True).get(pk=int(faults[0].own))
        raise Refused("exchange_not_neutral", faults=len(faults), number=number)


def _tell(person: Any, code: str, key: str, now: datetime, link: str = "/reviews/", **facts: object) -> None:
    if person.email:
        people.write_mail(person, now=now, code=code, key=f"{code}-{key}-{person.pk}", link=link, **facts)


@action
def give(*, by: Actor, now: datetime, application: int, reviewer: int, due_at: datetime) -> None:
    """Gives one application to one more of the applicants, for a review that fell away.

    Refused: "not_allowed_for_role", "not_found", "exchange_not_neutral", and as `reviews.assign`.
    """
    manager_of(by)
    entry = queries.entries(by).filter(application=application).first()
    taking = queries.entries(by).filter(exchange=entry.exchange_id, reviewer=reviewer).first() if entry else None
    if entry is None or taking is None:
        raise Refused("not_found")
    given = {"intake": entry.exchange.intake_id, "chosen": {application: [reviewer]}, "due_at": due_at, "peers": True}
    reviews.assign(by=by, now=now, **given)
    _check_neutral(entry.exchange)
    _tell(taking.reviewer.person, "exchange_begun", f"{application}", now, sheets=1, due=due_at)
    facts = {"reviewer": reviewer}
    journal.record(by=by, now=now, did="exchanges.give", kind="application", subject=application, **facts)


@action
def remind(*, by: Actor, now: datetime, exchange: int) -> int:
    """Writes to every applicant of an exchange whose reviews are not all in, at most once a day; returns to how many.

    Refused: "not_allowed_for_role", "not_found".
    """
    manager_of(by)
    row = queries.confirmed(by).filter(pk=exchange).first()
    if row is None:
        raise Refused("not_found")
    due = [one for one in queries.members(row, now) if rules.owed(one.duty) and rules.may_remind(one.since, now)]
    return _remind(by, now, row, due)


@action
def remind_late(*, now: datetime, exchange: int) -> int:
    """The worker's reminders, a week and two days before the reviews are due."""
    row = queries.going(now).get(pk=exchange)
    members = queries.members(row, now)
    due = [one for one in members if rules.reminder_due(one.duty, row.due_at, one.since, now)]
    return _remind(WORKER, now, row, due)


def _remind(by: Actor, now: datetime, row: PeerExchange, due: Iterable[Member]) -> int:
    told = 0
    for one in due:
        same = PeerEntry.objects.filter(exchange=row, reviewer=one.reviewer.pk, reminders=one.duty.reminders)
        if not same.update(reminders=F("reminders") + 1, reminded_at=now):
            raise Stale("exchange")
        key = f"{row.pk}-{one.duty.reminders + 1}"
        facts = {"sheets": rules.owed(one.duty), "due": row.due_at, "until": queries.ends_at(row)}
        _tell(one.reviewer.person, "exchange_reminder", key, now, **facts)
        told += 1
    if told:
        facts = {"track": row.track.code, "reviewers": told}
        journal.record(by=by, now=now, did="exchanges.remind", kind="intake", subject=row.intake_id, **facts)
    return told


@action
def forfeit(*, by: Actor, now: datetime, application: int) -> None:
    """Rejects an application as the reviews that were to be written for it are missing, after grace and reminders.

    Refused: "not_allowed_for_role", "not_found", "screening_own_organisation", "forfeit_not_eligible",
    "forfeit_nothing_owed", "forfeit_not_due", "forfeit_before_reminders", "exchange_not_now". Stale when it moved on.
    """
    manager = manager_of(by)
    entry = _entry(by, application)
    row, file = queries.confirmed(by).get(pk=entry.exchange_id), entry.application
    member = next(one for one in queries.members(row, now) if one.reviewer.pk == entry.reviewer_id)
    rules.check_forfeit(member.duty, file.state, queries.ends_at(row), now)
    _move(entry, ApplicationState.ELIGIBLE, ApplicationState.INELIGIBLE)
    if not PeerEntry.objects.filter(pk=entry.pk, forfeited_at__isnull=True).update(
        forfeited_by_id=manager, forfeited_at=now
    ):
        raise Stale("exchange")
    for person in persons.owners(file.organisation_id):
        facts = {"number": file.number, "missing": rules.owed(member.duty)}
        key = f"{file.pk}-{file.version}"
        _tell(person, "exchange_forfeited", key, now, link=f"/applications/{file.pk}/", **facts)
    facts = {"missing": rules.owed(member.duty), "reminders": member.duty.reminders}
    journal.record(by=by, now=now, did="exchanges.forfeit", kind="application", subject=application, **facts)


@action
def reinstate(*, by: Actor, now: datetime, application: int) -> None:
    """Takes the rejection for missing reviews back, as long as nothing was published.

    Refused: "not_allowed_for_role", "not_found", "screening_own_organisation", "exchange_not_now". Stale when it is not
    rejected.
    """
    manager_of(by)
    entry = _entry(by, application)
    if not PeerEntry.objects.filter(pk=entry.pk, forfeited_at__isnull=False).update(
        forfeited_by=None, forfeited_at=None
    ):
        raise Stale("exchange")
    _move(entry, ApplicationState.INELIGIBLE, ApplicationState.ELIGIBLE)
    for person in persons.owners(entry.application.organisation_id):
        key, link = f"{application}-{entry.application.version}", f"/applications/{application}/"
        _tell(person, "exchange_reinstated", key, now, link=link, number=entry.application.number)
    journal.record(by=by, now=now, did="exchanges.reinstate", kind="application", subject=application)


def _entry(by: Actor, application: int) -> PeerEntry:
    entry = queries.entries(by).filter(application=application).first()
    if entry is None:
        raise Refused("not_found")
    check_own(by, entry.application.organisation_id)
    return entry


def _move(entry: PeerEntry, was: ApplicationState, to: ApplicationState) -> None:
    """Moves the application; the intake's row is bumped, so that nothing is published at the same moment."""
    going = Intake.objects.filter(pk=entry.exchange.intake_id, state="in_review")
    if not going.update(version=F("version") + 1):
        raise Refused("exchange_not_now")
    same = Application.objects.filter(pk=entry.application_id, state=was, version=entry.application.version)
    if not same.update(state=to, version=F("version") + 1):
        raise Stale("application")
