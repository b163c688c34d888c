"""From an application to a certificate and a job; seats, the reserve list, attendance, and two at the same moment."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from factories import NOW, actor, make_actor, make_company, make_facility, make_person
from portal.learners.academy import (
    BORN,
    ENDS,
    OVER,
    SELECTED,
    STARTS,
    applied,
    graduated,
    hours,
    keeper,
    make_cohort,
    mark,
    selected,
    states,
)
from portal.races import at_once, errors

from madang.errors import Refused, Stale
from madang.portal.actors import PUBLIC, Role
from madang.portal.bookings import actions as bookings
from madang.portal.bookings.models import Booking
from madang.portal.certificates import actions as certificates
from madang.portal.certificates import queries as certificates_queries
from madang.portal.certificates.models import Certificate
from madang.portal.courses import actions as courses
from madang.portal.courses.models import Cohort, Seat, SeatWeek
from madang.portal.courses.rules import Band, StageGiven, StageKind
from madang.portal.files import tables
from madang.portal.holdings import actions as holdings
from madang.portal.holdings import showing
from madang.portal.journal.models import JournalEntry
from madang.portal.learners import actions, placing, progress, queries
from madang.portal.learners.models import GuardianConsent, Learner
from madang.portal.learners.rules import ConsentMeans
from madang.portal.lessons import actions as lessons
from madang.portal.lessons.models import Presence
from madang.portal.outbox.models import Message

pytestmark = pytest.mark.django_db


def refused(code, act):
    with pytest.raises(Refused) as found:
        act()
    assert found.value.code == code


def test_a_draft_is_nobodys_and_a_cohort_that_is_announced_has_a_seat_for_every_place():
    by = keeper()
    draft = make_cohort(by, draft=True)
    refused("learners_closed", lambda: applied(draft))
    refused(
        "not_allowed_for_role", partial(courses.publish, by=make_actor(Role.OPERATOR), now=NOW, cohort=1, version=1)
    )
    courses.publish(by=by, now=NOW, cohort=draft.pk, version=1)
    assert list(Seat.objects.filter(cohort=draft).values_list("number", "person")) == [(1, None), (2, None)]
    with pytest.raises(Stale):
        courses.drop(by=by, now=NOW, cohort=draft.pk, version=2)
    seat = Seat.objects.filter(cohort=draft)
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.create(cohort=draft, number=1)
    person = make_person()
    seat.filter(number=1).update(person=person)
    with pytest.raises(IntegrityError), transaction.atomic():
        seat.filter(number=2).update(person=person)


def test_nothing_is_kept_of_a_child_before_a_guardian_has_agreed():
    by, cohort, child = keeper(), make_cohort(), make_person()
    act = partial(actions.apply, by=actor(child), now=NOW, cohort=cohort.pk, born_on=date(2014, 1, 1), statement="me")
    before = JournalEntry.objects.count()
    refused("guardian_consent_needed", act)
    assert (Learner.objects.count(), JournalEntry.objects.count()) == (0, before)
    given = {"guardian": "Kim", "given_on": date(2026, 3, 30), "means": ConsentMeans.PAPER, "email": child.email}
    refused("not_allowed_for_role", partial(actions.record_consent, by=actor(child), now=NOW, **given))
    refused("learner_day_ahead", partial(actions.record_consent, by=by, now=NOW, **given | {"given_on": STARTS}))
    refused("learner_account_unknown", partial(actions.record_consent, by=by, now=NOW, **given | {"email": "x@y.zz"}))
    consent = actions.record_consent(by=by, now=NOW, **given)
    row = act()
    assert (row.child, row.consent_id) == (True, consent.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Learner.objects.filter(pk=row.pk).update(consent=None)
    refused("learner_applied", act)


def test_an_application_has_its_time_and_its_track():
    cohort = make_cohort(tracks=("model", "data"))
    by = actor(make_person())
    act = partial(actions.apply, by=by, cohort=cohort.pk, born_on=BORN)
    refused("learners_closed", partial(act, now=cohort.closes_at, track="data"))
    refused("learners_not_open_yet", partial(act, now=NOW - timedelta(seconds=1), track="data"))
    refused("cohort_track_unknown", partial(act, now=NOW, track=""))
    refused("log_in_needed", partial(act, by=PUBLIC, now=NOW, track="data"))
    assert act(now=NOW, track="data").track == "data"


def test_places_go_to_the_best_and_the_reserve_list_moves_up():
    by = keeper()
    cohort = make_cohort(by)
    rows = selected(by, cohort, 50, 90, 70, 60, 30, None)
    assert states(rows) == ["reserve", "seated", "seated", "reserve", "refused", "refused"]
    assert [row.reserve for row in rows] == [2, None, None, 1, None, None]
    assert sorted(Seat.objects.filter(cohort=cohort).values_list("person", flat=True)) == sorted(
        row.person_id for row in rows[1:3]
    )
    assert set(Message.objects.values_list("code", flat=True)) == {
        "learner_seated", "learner_reserve", "learner_refused",
    }  # fmt: skip
    refused("learner_not_applied", lambda: mark(by, make_cohort(by), {rows[0].pk: 1}))
    leave = partial(actions.leave, now=SELECTED)
    refused("learner_why_needed", partial(leave, by=by, learner=rows[1].pk))
    refused("not_found", partial(leave, by=actor(rows[0].person), learner=rows[1].pk))
    leave(by=actor(rows[1].person), learner=rows[1].pk)
    assert states(rows) == ["reserve", "left", "seated", "seated", "refused", "refused"]
    leave(by=by, learner=rows[2].pk, why="moved away")
    leave(by=actor(rows[3].person), learner=rows[3].pk)
    assert states(rows) == ["seated", "left", "left", "left", "refused", "refused"]
    assert set(SeatWeek.objects.values_list("person", flat=True)) == {rows[0].person_id}
    refused("learner_over", partial(leave, by=actor(rows[1].person), learner=rows[1].pk))
    assert queries.learners(actor(make_person())).count() == 0


def test_points_and_selection_are_the_keepers_and_have_their_time():
    by = keeper()
    cohort = make_cohort(by)
    row = applied(cohort)
    refused("learner_points_wrong", lambda: mark(by, cohort, {row.pk: 101}))
    refused("not_allowed_for_role", lambda: mark(make_actor(Role.AUDITOR), cohort, {row.pk: 1}))
    refused("learners_still_open", partial(actions.select, by=by, now=NOW, cohort=cohort.pk, version=cohort.version))
    mark(by, cohort, {row.pk: 50})
    mark(by, cohort, {row.pk: 60})
    assert queries.candidates(cohort.pk)[0].points == {cohort.stages.get().pk: 60}
    actions.select(by=by, now=SELECTED, cohort=cohort.pk, version=cohort.version)
    refused("stage_over", lambda: mark(by, cohort, {row.pk: 70}))
    with pytest.raises(Stale):
        actions.select(by=by, now=SELECTED, cohort=cohort.pk, version=cohort.version)


def test_online_hours_come_from_a_file_all_or_none(stored):
    by = keeper()
    cohort = make_cohort(by, stages=(StageGiven(StageKind.ONLINE, 100, 50, 320),))
    rows = [applied(cohort) for _ in range(2)]
    act = {"by": by, "cohort": cohort.pk}
    bad = stored(f"email,hours\n{rows[0].person.email},160\nnobody@test.example,1\n")
    assert [one.code for one in progress.look(**act, stored=bad).faults] == ["progress_unknown"]
    refused("progress_has_faults", partial(progress.bring_in, **act, now=NOW, stored=bad))
    good = stored(f"email,hours\n{rows[0].person.email.upper()},160\n{rows[1].person.email},999\n")
    assert progress.bring_in(**act, now=NOW, stored=good) == 2
    assert [row.points.get().points for row in rows] == [50, 100]
    assert progress.look(**act, stored=good).rows[1].before == 320
    refused("stage_over", partial(progress.look, by=by, cohort=make_cohort(by).pk, stored=good))


@pytest.fixture
def stored():
    """Keeps a list of hours, by its text."""
    return lambda text: tables.keep(now=NOW, name="hours.csv", chunks=[text.encode()])


# --- two cohorts, two at once ---


def test_nobody_sits_in_two_cohorts_at_the_same_time():
    by, person = keeper(), make_person()
    first, second = make_cohort(by), make_cohort(by)
    evening = make_cohort(by, band=Band.EVENING)
    for cohort in (first, second, evening):
        row = applied(cohort, person)
        mark(by, cohort, {row.pk: 90})
        actions.select(by=by, now=SELECTED, cohort=cohort.pk, version=Cohort.objects.get(pk=cohort.pk).version)
    found = {row.cohort_id: row for row in Learner.objects.all()}
    assert [found[one.pk].state for one in (first, second, evening)] == ["seated", "reserve", "seated"]
    seat = Seat.objects.filter(cohort=second).first()
    week = SeatWeek.objects.filter(seat__cohort=first).first()
    with pytest.raises(IntegrityError), transaction.atomic():
        SeatWeek.objects.create(seat=seat, person=person, week=week.week, band=week.band)
    # the one behind gets the place that the first cannot take
    other = make_person()
    Learner.objects.create(cohort=second, person=other, child=False, state="reserve", reserve=2, applied_at=NOW)
    Learner.objects.create(cohort=second, person=make_person(), child=False, state="seated", applied_at=NOW)
    gone = Learner.objects.get(cohort=second, state="seated")
    seat.__class__.objects.filter(pk=seat.pk).update(person=gone.person_id)
    actions.leave(by=actor(gone.person), now=SELECTED, learner=gone.pk)
    assert Learner.objects.get(cohort=second, person=other).state == "seated"
    assert Learner.objects.get(pk=found[second.pk].pk).state == "reserve"


@pytest.mark.django_db(transaction=True)
def test_two_cohorts_that_choose_the_same_person_at_once_do_not_both_seat_them():
    by, person = keeper(), make_person()
    cohorts = [make_cohort(by), make_cohort(by)]
    for cohort in cohorts:
        mark(by, cohort, {applied(cohort, person).pk: 90})
    answers = at_once(*(
        partial(actions.select, by=by, now=SELECTED, cohort=cohort.pk, version=Cohort.objects.get(pk=cohort.pk).version)
        for cohort in cohorts
    ))  # fmt: skip
    seats = list(Seat.objects.filter(person=person))
    assert len(seats) == 1
    assert SeatWeek.objects.filter(person=person).count() == 4
    # who came second saw the seat, or was told to look again and gives it to nobody then
    if errors(answers):
        again = Cohort.objects.get(state="open")
        assert actions.select(by=by, now=SELECTED, cohort=again.pk, version=again.version) == (0, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_two_who_leave_at_once_free_two_places_for_the_two_who_wait():
    by = keeper()
    cohort = make_cohort(by)
    rows = selected(by, cohort, 90, 80, 70, 60, 50)
    acts = [partial(actions.leave, by=actor(row.person), now=SELECTED, learner=row.pk) for row in rows[:2]]
    assert errors(at_once(*acts)) == []
    assert states(rows) == ["left", "left", "seated", "seated", "reserve"]
    assert Seat.objects.filter(cohort=cohort, person__isnull=False).count() == 2


# --- lessons ---


def test_a_lesson_books_its_room_and_no_other_can_have_it():
    by = keeper()
    room = make_facility(kind="room")
    cohort, other = make_cohort(by), make_cohort(by)
    plan = partial(lessons.plan, by=by, now=NOW, room=room.pk, title="Tensors", period=hours(1, 3))
    found = plan(cohort=cohort.pk, weeks=2)
    assert [one.booking.organisation_id for one in found] == [cohort.organisation_id] * 2
    refused("booking_taken", partial(plan, cohort=other.pk))
    refused("lesson_at_once", partial(plan, cohort=cohort.pk, room=None))
    refused("lesson_outside_cohort", partial(plan, cohort=cohort.pk, weeks=6, period=hours(4, 5)))
    refused("not_allowed_for_role", partial(plan, by=actor(make_person()), cohort=cohort.pk))
    refused("lesson_why_needed", partial(lessons.cancel, by=by, now=NOW, lesson=found[0].pk, why=" "))
    lessons.cancel(by=by, now=NOW, lesson=found[0].pk, why="ill")
    assert Booking.objects.get(pk=found[0].booking_id).state == "cancelled"
    # a screening officer has the room for others too, and gives back what somebody else booked for a lesson only
    officer = make_actor(Role.SCREENING_OFFICER)
    (theirs,) = plan(by=officer, cohort=other.pk)
    refused("not_allowed_for_role", partial(bookings.cancel, by=officer, now=NOW, booking=found[1].booking_id))
    lessons.cancel(by=by, now=NOW, lesson=theirs.pk, why="ill")
    plan(cohort=other.pk)
    late = found[1].starts_at + timedelta(minutes=45)
    lessons.open_code(by=by, now=late, lesson=found[1].pk)
    assert Booking.objects.get(pk=found[1].booking_id).state == "used"


def test_who_came_is_noted_by_code_and_corrected_with_a_reason():
    by, teacher = keeper(), make_person()
    cohort = make_cohort(by)
    one, two = selected(by, cohort, 90, 80)
    courses.name_teacher(by=by, now=NOW, cohort=cohort.pk, email=teacher.email)
    (lesson,) = lessons.plan(by=by, now=NOW, cohort=cohort.pk, title="Tensors", period=hours(1, 3))
    start, end = lesson.starts_at, lesson.ends_at
    opened = partial(lessons.open_code, by=actor(teacher), lesson=lesson.pk)
    refused("lesson_too_early", partial(opened, now=start - timedelta(minutes=16)))
    refused("not_found", partial(opened, by=actor(one.person), now=start))
    refused("not_allowed_for_role", partial(opened, by=make_actor(Role.AUDITOR), now=start))
    old = opened(now=start - timedelta(minutes=15))
    code = opened(now=start)
    enter = partial(lessons.enter_code, by=actor(one.person), learner=one.pk)
    refused("lesson_code_wrong", partial(enter, now=start, code="nothing"))
    if old != code:
        refused("lesson_code_wrong", partial(enter, now=start, code=old))
    refused("lesson_code_wrong", partial(enter, now=end, code=code))
    refused("not_found", partial(enter, now=start, code=code, learner=two.pk))
    enter(now=start, code=code.lower())
    enter(now=start, code=code)
    assert list(Presence.objects.values_list("learner", "came")) == [(one.pk, True)]
    correct = partial(lessons.correct, by=actor(teacher), now=end, lesson=lesson.pk)
    refused("lesson_why_needed", partial(correct, learner=two.pk, came=True, why=""))
    refused("not_found", partial(correct, by=actor(two.person), learner=two.pk, came=True, why="x"))
    correct(learner=two.pk, came=True, why="telephone broken")
    correct(learner=one.pk, came=False, why="left at once")
    assert dict(Presence.objects.values_list("learner", "came")) == {one.pk: False, two.pk: True}
    # a code does not undo what a teacher said
    enter(now=start, code=code)
    assert Presence.objects.get(learner=one).came is False


# --- certificates, placements, figures, what is kept ---


def test_a_certificate_shows_what_its_holder_chose_and_a_revoked_one_says_so():
    by = keeper()
    cohort = make_cohort(by)
    one, two = selected(by, cohort, 90, 80)
    actions.change_name(by=actor(one.person), now=NOW, learner=one.pk, shown_name="K. Madang")
    refused("cohort_not_over", partial(certificates.issue, by=by, now=SELECTED, cohort=cohort.pk, version=1))
    graduated(by, cohort, one)
    assert states([one, two]) == ["graduated", "unfinished"]
    row = Certificate.objects.get()
    assert (row.name, row.number) == ("K. Madang", f"{cohort.course.code}-1-0001")
    assert certificates_queries.of_code(row.code.lower()) == row
    assert certificates_queries.of_code(row.code[:-1]) is None
    refused("certificate_why_needed", partial(certificates.revoke, by=by, now=OVER, certificate=row.pk, why=""))
    refused(
        "not_allowed_for_role", partial(certificates.revoke, by=actor(one.person), now=OVER, certificate=1, why="x")
    )
    certificates.revoke(by=by, now=OVER, certificate=row.pk, why="wrong person")
    with pytest.raises(Stale):
        certificates.revoke(by=by, now=OVER, certificate=row.pk, why="again")


def test_a_placement_counts_once_it_is_accepted_and_figures_follow():
    by = keeper()
    cohort = make_cohort(by)
    one, two = selected(by, cohort, 90, 80)
    graduated(by, cohort, one)
    company = make_company(registration_number="0008199990")
    given = {"employer": "Maru", "hired_on": ENDS, "evidence": "contract 7"}
    tell = partial(placing.tell, by=actor(one.person), now=OVER, learner=one.pk)
    refused("learner_not_graduated", partial(tell, by=actor(two.person), learner=two.pk, **given))
    refused("learner_day_ahead", partial(tell, **given | {"hired_on": date(2027, 1, 1)}))
    refused("placement_incomplete", partial(tell, **given | {"evidence": " "}))
    row = tell(**given, number="000-81-99990")
    assert row.company_id == company.pk
    assert queries.by_year()[2026].hired == 0
    refused("learner_why_needed", partial(placing.decide, by=by, now=OVER, placement=row.pk, accept=False))
    placing.decide(by=by, now=OVER, placement=row.pk, accept=True)
    with pytest.raises(Stale):
        placing.decide(by=by, now=OVER, placement=row.pk, accept=False, why="late")
    year = queries.by_year()[2026]
    assert (year.places, year.applicants, year.graduates, year.hired) == (2, 2, 1, 1)


def test_what_is_kept_of_learners_goes_when_its_time_is_over():
    by, child = keeper(), make_person()
    cohort = make_cohort(by)
    given = {"guardian": "Kim", "given_on": date(2026, 3, 30), "means": ConsentMeans.PHONE, "email": child.email}
    actions.record_consent(by=by, now=NOW, **given)
    young = actions.apply(by=actor(child), now=NOW, cohort=cohort.pk, born_on=date(2014, 1, 1), statement="I like it")
    one, two = selected(by, cohort, 90, 30)
    graduated(by, cohort, one)
    kinds = ("learner_without_place", "learner", "certificate", "guardian_consent")
    shown = {kept.kind for kept in showing.kept(child)}
    assert {"learner_without_place", "guardian_consent"} <= shown
    later = OVER + timedelta(days=1)
    done = [holdings.destroy(now=later, kind=kind, before=later) for kind in kinds]
    assert done == [2, 1, 1, 1]
    assert [holdings.destroy(now=later, kind=kind, before=later) for kind in kinds] == [0] * 4
    assert Learner.objects.get(pk=young.pk).statement == "" and not Presence.objects.exists()
    assert GuardianConsent.objects.get().guardian == "" and Certificate.objects.get().name == ""
    assert states([one, two, young]) == ["graduated", "refused", "refused"]
