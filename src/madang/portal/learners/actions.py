"""Takes applications to a cohort, keeps points, selects by places with a reserve list, and lets learners leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import Case, F, Value, When

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.courses import actions as courses
from madang.portal.courses.models import Cohort, SelectionStage
from madang.portal.courses.rules import CohortState, refuse_track, refuse_unless_keeper
from madang.portal.journal.actions import record
from madang.portal.learners import queries, rules, seats
from madang.portal.learners.models import GuardianConsent, Learner, StagePoints
from madang.portal.learners.rules import ConsentMeans, LearnerState
from madang.portal.people.rules import clean_name
from madang.portal.transactions import action

KIND = "learner"
BATCH = 500


@action
def record_consent(*, by: Actor, now: datetime, email: str, guardian: str, given_on: date, means: ConsentMeans
                   ) -> GuardianConsent:  # fmt: skip
    """Records that a child's guardian agreed, as whoever saw it says; before it nothing is stored of the learner.

    Refused: ``not_allowed_for_role``, ``learner_account_unknown``, ``learner_day_ahead``, and as for names.
    """
    keeper = refuse_unless_keeper(by)
    person = queries.person_with(email)
    if person is None:
        raise Refused("learner_account_unknown", field="email")
    if given_on > queries.today(now):
        raise Refused("learner_day_ahead", field="given_on")
    row = GuardianConsent.objects.create(
        person=person, guardian=clean_name(guardian, rules.NAME_LIMIT), given_on=given_on, means=means,
        recorded_by_id=keeper, recorded_at=now,
    )  # fmt: skip
    record(by=by, now=now, did="learners.record_consent", kind="person", subject=person.pk, consent=row.pk)
    return row


@action
def apply(*, by: Actor, now: datetime, cohort: int, born_on: date, track: str = "", statement: str = "",
          shown_name: str = "") -> Learner:  # fmt: skip
    """Applies to a cohort; the date of birth is only looked at.

    Refused: ``log_in_needed``, ``learners_not_open_yet``, ``learners_closed``, ``learner_applied``,
    ``guardian_consent_needed``, ``learner_birth_wrong``, ``learner_statement_long`` (most), ``cohort_track_unknown``.
    """
    if by.person is None:
        raise Refused("log_in_needed")
    row = Cohort.objects.filter(pk=cohort, state=CohortState.OPEN).first()
    if row is None:
        raise Refused("learners_closed")
    rules.refuse_outside(row.opens_at, row.closes_at, now)
    refuse_track(track, row.tracks)
    if len(statement) > rules.STATEMENT_LIMIT:
        raise Refused("learner_statement_long", field="statement", most=rules.STATEMENT_LIMIT)
    child = rules.is_child(born_on, queries.today(now))
    consent = queries.consents(by.person).first() if child else None
    if child and consent is None:
        raise Refused("guardian_consent_needed", field="born_on")
    if Learner.objects.filter(cohort=cohort, person=by.person).exists():
        raise Refused("learner_applied")
    name = clean_name(shown_name, rules.NAME_LIMIT) if shown_name.strip() else ""
    learner = Learner.objects.create(
        cohort=row, person_id=by.person, child=child, consent=consent, track=track, statement=statement.strip(),
        shown_name=name, applied_at=now,
    )  # fmt: skip
    record(by=by, now=now, did="learners.apply", kind=KIND, subject=learner.pk, cohort=cohort)
    return learner


def _own(by: Actor, learner: int) -> Learner:
    row = queries.own(by).filter(pk=learner).first()
    if row is None:
        raise Refused("not_found")
    return row


@action
def change_name(*, by: Actor, now: datetime, learner: int, shown_name: str) -> None:
    """The name that a certificate will show; empty for the account's. Refused: ``not_found``, and as for names."""
    row = _own(by, learner)
    name = clean_name(shown_name, rules.NAME_LIMIT) if shown_name.strip() else ""
    if not Learner.objects.filter(pk=row.pk, state__in=sorted(rules.OPEN_STATES)).update(shown_name=name):
        raise Stale("learner")
    record(by=by, now=now, did="learners.change_name", kind=KIND, subject=row.pk)


# --- points ---


def _stage(cohort: int, stage: int) -> SelectionStage:
    row = SelectionStage.objects.filter(pk=stage, cohort=cohort, cohort__state=CohortState.OPEN).first()
    if row is None:
        raise Refused("stage_over")
    return row


@action
def give_points(*, by: Actor, now: datetime, cohort: int, stage: int, points: Mapping[int, int]) -> int:
    """Keeps the points of a stage by learner, in place of those given before; gives how many.

    Of an online stage `points` are whole hours. Refused: ``not_allowed_for_role``, ``stage_over``,
    ``learner_points_wrong`` (most), ``learner_not_applied``.
    """
    keeper, row = refuse_unless_keeper(by), _stage(cohort, stage)
    standing = Learner.objects.filter(pk__in=list(points), cohort=cohort, state=LearnerState.APPLIED)
    if standing.count() != len(points):
        raise Refused("learner_not_applied")
    rows = []
    for learner, number in sorted(points.items()):
        rules.refuse_points(number, row.hours or row.most)
        worth = rules.online_points(number, row.hours, row.most) if row.hours else number
        hours = number if row.hours else None
        given = {"points": worth, "hours": hours, "given_by_id": keeper, "given_at": now}
        rows.append(StagePoints(learner_id=learner, stage=row, **given))
    StagePoints.objects.filter(stage=row, learner__in=list(points)).delete()
    StagePoints.objects.bulk_create(rows, batch_size=BATCH)
    record(by=by, now=now, did="learners.give_points", kind="cohort", subject=cohort, stage=stage, learners=len(rows))
    return len(rows)


# --- selection ---


@action
def select(*, by: Actor, now: datetime, cohort: int, version: int, telling: bool = True) -> tuple[int, int, int]:
    """Gives the places to the best, puts who passed beside on the reserve list, and writes to everybody.

    Gives how many got a seat, a place on the reserve list, and neither. Who has a seat elsewhere at the same time
    stands on the reserve list. Refused: ``not_allowed_for_role``, ``learners_still_open``; Stale.
    """
    refuse_unless_keeper(by)
    row = Cohort.objects.get(pk=cohort)
    if now < row.closes_at:
        raise Refused("learners_still_open")
    courses.turn(cohort, version, CohortState.OPEN, state=CohortState.SELECTED, selected_at=now)
    found = queries.candidates(cohort)
    passed, failed = rules.ranked(found, queries.needed(row))
    people = dict(Learner.objects.filter(pk__in=passed).values_list("pk", "person"))
    elsewhere = queries.sitting_elsewhere(row)
    seated = [pk for pk in passed if people[pk] not in elsewhere][: row.places]
    reserve = [pk for pk in passed if pk not in set(seated)]
    _note_totals({one.learner: rules.total(one) for one in found})
    Learner.objects.filter(pk__in=seated).update(state=LearnerState.SEATED)
    Learner.objects.filter(pk__in=failed).update(state=LearnerState.REFUSED)
    _note_reserve(reserve)
    seats.take(row, [people[pk] for pk in seated], now)
    if telling:
        for learners, code in ((seated, "learner_seated"), (reserve, "learner_reserve"), (failed, "learner_refused")):
            seats.tell(learners, now, code)
    counts = len(seated), len(reserve), len(failed)
    facts = dict(zip(("seated", "reserve", "refused"), counts, strict=True))
    record(by=by, now=now, did="learners.select", kind="cohort", subject=cohort, **facts)
    return counts


def _note_totals(totals: Mapping[int, int]) -> None:
    by_total: dict[int, list[int]] = {}
    for learner, number in totals.items():
        by_total.setdefault(number, []).append(learner)
    for number, learners in by_total.items():
        Learner.objects.filter(pk__in=learners).update(total=number)


def _note_reserve(reserve: list[int]) -> None:
    for start in range(0, len(reserve), BATCH):
        some = reserve[start : start + BATCH]
        places = [When(pk=pk, then=Value(place)) for place, pk in enumerate(some, start=start + 1)]
        Learner.objects.filter(pk__in=some).update(state=LearnerState.RESERVE, reserve=Case(*places))


# --- leaving ---


@action
def leave(*, by: Actor, now: datetime, learner: int, why: str = "") -> LearnerState:
    """Takes an application back, or gives a seat up, which the first of the reserve list gets at once.

    By the learner, or with a reason by who keeps the courses. Refused: ``not_found``, ``not_allowed_for_role``,
    ``learner_why_needed``, ``learner_over``; Stale.
    """
    row = queries.learners(by).filter(pk=learner).first()
    if row is None:
        raise Refused("not_found")
    if by.person != row.person_id:
        refuse_unless_keeper(by)
        if not why.strip():
            raise Refused("learner_why_needed", field="why")
    if row.state not in rules.OPEN_STATES:
        raise Refused("learner_over")
    had_seat = row.state == LearnerState.SEATED
    state = LearnerState.LEFT if had_seat else LearnerState.WITHDRAWN
    fields = {"ended_at": now, "ended_why": why.strip()[: rules.WHY_LIMIT], "reserve": None}
    if not Learner.objects.filter(pk=learner, state=row.state).update(state=state, **fields):
        raise Stale("learner")
    # one who frees a seat comes after another who did, so that both find who stands first on the list
    Cohort.objects.filter(pk=row.cohort_id).update(version=F("version") + 1)
    record(by=by, now=now, did="learners.leave", kind=KIND, subject=learner, state=state)
    if had_seat:
        seats.free(row.cohort, row.person_id, now)
        if row.cohort.ends_on > queries.today(now):
            seats.move_up(row.cohort, now)
    if by.person != row.person_id:
        seats.tell([learner], now, "learner_let_go")
    return state
