"""A committee's meeting from its day to its minutes: quorum, sheets, points, who may see it, who comes second."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from factories import (
    NOW,
    actor,
    make_actor,
    make_intake,
    make_member,
    make_person,
    make_reviewer,
    make_staff,
    make_submitted,
    make_track,
)
from portal.races import at_once

from madang.errors import Refused, Stale
from madang.portal import home
from madang.portal.actors import Role
from madang.portal.applications.rules import content_hash
from madang.portal.calls.models import Intake
from madang.portal.calls.rules import ReviewStep
from madang.portal.committees.models import Candidate, Committee, CommitteeDraw
from madang.portal.experts import actions as experts
from madang.portal.journal.models import JournalEntry, Reading
from madang.portal.meetings import actions, queries, room
from madang.portal.meetings.models import CommitteePoints, Meeting, Minutes
from madang.portal.people.models import Person
from madang.portal.plans.problems import problem_now
from madang.portal.reviews import actions as reviews
from madang.portal.reviews import scoring
from madang.portal.reviews.models import Affiliation, DeclaredInterest, ReviewAssignment

pytestmark = pytest.mark.django_db
MEETS = NOW + timedelta(days=10)
DUE = MEETS + timedelta(hours=8)
PRESENTATION = ReviewStep.PRESENTATION


@pytest.fixture
def manager():
    return make_actor(Role.PROGRAMME_MANAGER)


def make_committee(members=5, files=2, seats=None, **track):
    """A committee with its members for a track where presentations count half."""
    intake = make_intake(state="in_review", opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))
    given = {"presentation_weight": 1, "score_rule": "trimmed", "bonus_most": 5, "penalty_most": 3} | track
    rows = [make_submitted(make_track(intake.call, **given), intake, state="eligible")]
    rows += [make_submitted(rows[0].track, intake, state="eligible") for _ in range(files - 1)]
    staff = make_staff(Role.PROGRAMME_MANAGER)
    committee = Committee.objects.create(
        intake=intake, track=rows[0].track, name_ko="분과", name_en="Section", seats=seats or members, meets_at=MEETS,
        created_by=staff, created_at=NOW,
    )  # fmt: skip
    draw = CommitteeDraw.objects.create(
        committee=committee, number=1, seats=committee.seats, secret=7, commitment="c" * 64, outside_source="Lottery",
        outside_from=NOW, committed_by=staff, committed_at=NOW - timedelta(days=3), state="drawn", digest="d" * 64,
        frozen_by=staff, frozen_at=NOW - timedelta(days=2), outside="1", drawn_by=staff, drawn_at=NOW,
    )  # fmt: skip
    people = [make_reviewer(affiliation=f"기관 {n}") for n in range(members)]
    for place, one in enumerate(people, start=1):
        Candidate.objects.create(
            draw=draw, reviewer=one, alias=f"a{place}", place=place, state="accepted", asked_at=NOW, answered_at=NOW,
            answer_by=NOW,
        )  # fmt: skip
    return committee, people, rows


def arranged(by, committee, step=PRESENTATION):
    return actions.arrange(by=by, now=NOW, committee=committee.pk, step=step, meets_at=MEETS)


def version(meeting):
    return Meeting.objects.get(pk=meeting.pk).version


def convened(by, meeting, here, **more):
    given = {"here": [one.pk for one in here], "chair": here[0].pk, "due_at": DUE, "version": version(meeting)} | more
    return actions.convene(by=by, now=given.pop("now", MEETS), meeting=meeting.pk, **given)


def scored(people, given, step=PRESENTATION):
    """Everybody hands the sheets in: the same points for all applications, as (merit, plan)."""
    for one, (merit, plan) in zip(people, given, strict=True):
        for row in ReviewAssignment.objects.filter(reviewer=one, step=step, state="assigned"):
            table = {"merit": merit, "plan": plan}
            reviews.submit(by=actor(one.person), now=MEETS, assignment=row.pk, version=row.version, points=table)


def sitting(by, **more):
    committee, people, files = make_committee(**more)
    meeting = arranged(by, committee)
    convened(by, meeting, people)
    return meeting, people, files


def whole(by, meeting, people, points=((60, 30), (50, 30), (40, 30), (30, 30), (0, 0))):
    """The meeting with all its sheets and an opinion, so that its minutes can be approved."""
    scored(people, points[: len(people)])
    given = {"meeting": meeting.pk, "version": version(meeting), "opinion": "Sound."}
    actions.write_opinion(by=by, now=MEETS, **given)


def approved(meeting, people):
    chair = actor(people[0].person)
    return actions.approve(by=chair, now=MEETS, meeting=meeting.pk, version=version(meeting))


def test_a_meeting_from_its_day_to_its_minutes(manager):
    meeting, people, files = sitting(manager)
    chair = actor(people[0].person)
    whole(manager, meeting, people)
    with pytest.raises(Refused, match="minutes_missing"):
        problem_now(meeting.committee.intake_id, MEETS)
    given = {"meeting": meeting.pk, "application": files[0].pk, "points": 4, "reason": "plan to hire"}
    actions.note_points(by=chair, now=MEETS, version=version(meeting), **given)
    assert scoring.scores_in(meeting.committee.intake_id)[files[0].pk].bonus_milli == 0
    made = approved(meeting, people)
    assert made.sha256 == content_hash(made.content)
    one, other = made.content["applications"]
    # highest 90 and lowest 0 are left out; documents were not scored, so there is no total yet
    assert one["steps_milli"] == {"presentation": 70_000}
    left_out = {sheet["reviewer"]: sheet["left_out"] for sheet in one["sheets"]}
    assert left_out == dict(zip((p.pk for p in people), ("highest", "", "", "", "lowest"), strict=True))
    assert (one["points"], other["points"], one["total_milli"]) == (4, 0, None)
    assert made.content["opinion"] == "Sound."
    assert [member["here"] for member in made.content["members"]] == [True] * 5
    assert people[0].person.name not in json.dumps(made.content, ensure_ascii=False)
    done = list(JournalEntry.objects.filter(action__startswith="meetings.").order_by("pk").values_list("action"))
    assert [name.removeprefix("meetings.") for (name,) in done] == [
        "arrange", "convene", "write_opinion", "note_points", "approve",
    ]  # fmt: skip


def test_points_count_once_the_minutes_are_approved_and_are_capped(manager):
    meeting, people, files = sitting(manager, document_weight=0, minimum_total_milli=71_000)
    whole(manager, meeting, people)
    given = {"by": manager, "now": MEETS, "meeting": meeting.pk, "application": files[0].pk}
    for points, reason, code in ((6, "x", "out_of_range"), (-4, "x", "out_of_range"), (2, " ", "need_reason")):
        with pytest.raises(Refused, match=code):
            actions.note_points(**given, version=version(meeting), points=points, reason=reason)
    actions.note_points(**given, version=version(meeting), points=2, reason="x")
    actions.note_points(**given, version=version(meeting), points=0, reason="")
    assert not CommitteePoints.objects.exists()
    actions.note_points(**given, version=version(meeting), points=2, reason="x")
    approved(meeting, people)
    best, other = scoring.scores_in(meeting.committee.intake_id).values()
    assert (best.application, best.score.total_milli, best.bonus_milli, best.rank) == (files[0].pk, 72_000, 2_000, 1)
    assert ([one.code for one in best.shortfalls], [one.code for one in other.shortfalls]) == ([], ["total"])


def test_nothing_is_scored_below_the_quorum(manager):
    committee, people, _files = make_committee(members=4, seats=7)
    meeting = arranged(manager, committee)
    with pytest.raises(Refused, match="meeting_without_quorum"):
        convened(manager, meeting, people[:3])
    assert not ReviewAssignment.objects.exists()
    assert convened(manager, meeting, people) == 8
    scored(people, [(40, 20)] * 4)
    actions.write_opinion(by=manager, now=MEETS, meeting=meeting.pk, version=version(meeting), opinion="x")
    meeting.attendance.filter(reviewer=people[3]).update(here=False)
    with pytest.raises(Refused, match="meeting_without_quorum"):
        approved(meeting, people)


def test_who_leaves_loses_the_sheets_that_are_not_in_and_who_comes_gets_theirs(manager):
    committee, people, files = make_committee(files=1)
    meeting = arranged(manager, committee)
    assert convened(manager, meeting, people[:4]) == 4
    scored(people[:3], [(40, 20)] * 3)
    assert convened(manager, meeting, [*people[:3], people[4]]) == 1
    states = ReviewAssignment.objects.filter(application=files[0]).order_by("reviewer").values_list("state", flat=True)
    assert list(states) == ["submitted", "submitted", "submitted", "withdrawn", "assigned"]


def test_everything_has_its_time(manager):
    committee, people, _files = make_committee()
    with pytest.raises(Refused, match="meeting_in_the_past"):
        actions.arrange(by=manager, now=MEETS, committee=committee.pk, step=PRESENTATION, meets_at=MEETS)
    meeting = arranged(manager, committee)
    with pytest.raises(Refused, match="meeting_of_a_step_once"):
        arranged(manager, committee)
    for code, more in {
        "meeting_not_yet": {"now": MEETS - timedelta(days=1)},
        "meeting_due_in_the_past": {"due_at": MEETS},
        "meeting_chair_not_there": {"chair": people[4].pk},
    }.items():
        with pytest.raises(Refused, match=code):
            convened(manager, meeting, people[:4], **more)
    with pytest.raises(Stale):
        actions.write_opinion(by=manager, now=MEETS, meeting=meeting.pk, version=1, opinion="x")
    convened(manager, meeting, people)
    for code, prepare in (("sheets_missing", lambda: None), ("opinion_needed", lambda: scored(people, [(9, 9)] * 5))):
        prepare()
        with pytest.raises(Refused, match=code):
            approved(meeting, people)
    with pytest.raises(Stale):
        actions.cancel(by=manager, now=MEETS, meeting=meeting.pk, version=version(meeting), reason="x")
    Intake.objects.filter(pk=committee.intake_id).update(state="decided", decided_at=NOW)
    with pytest.raises(Refused, match="committee_after_decision"):
        approved(meeting, people)


def test_a_cancelled_meeting_holds_nothing_up_and_may_be_arranged_again(manager):
    committee, _people, _files = make_committee()
    meeting = arranged(manager, committee)
    given = {"by": manager, "now": NOW, "meeting": meeting.pk, "version": 1}
    with pytest.raises(Refused, match="meeting_reason_needed"):
        actions.cancel(**given, reason=" ")
    actions.cancel(**given, reason="Too few")
    assert queries.without_minutes(committee.intake_id) == 0
    arranged(manager, committee)
    assert queries.without_minutes(committee.intake_id) == 1


def test_minutes_are_frozen_and_the_next_ones_say_why(manager):
    meeting, people, _files = sitting(manager)
    whole(manager, meeting, people)
    first = approved(meeting, people)
    with pytest.raises(DatabaseError), transaction.atomic():
        Minutes.objects.filter(pk=first.pk).update(sha256="0" * 64)
    for act in (
        lambda: actions.write_opinion(
            by=manager, now=MEETS, meeting=meeting.pk, version=version(meeting), opinion="other"
        ),
        lambda: approved(meeting, people),
    ):
        with pytest.raises(Stale):
            act()
    given = {"by": manager, "now": MEETS, "meeting": meeting.pk}
    actions.reopen(**given, version=version(meeting), reason="A sheet was set aside")
    second = approved(meeting, people)
    assert (second.number, second.content["reopened"], first.content["reopened"]) == (2, "A sheet was set aside", "")


def test_it_is_said_that_scores_changed_after_the_minutes(manager):
    meeting, people, files = sitting(manager)
    whole(manager, meeting, people)
    approved(meeting, people)
    row = queries.open_to(manager, meeting.pk, MEETS)
    assert not room.differs(row, MEETS)
    by, organisation = actor(people[1].person), files[0].organisation_id
    reviews.declare_interest(by=by, now=MEETS, organisation=organisation, kind="advice")
    assert room.differs(row, MEETS)


def test_of_two_who_edit_at_once_the_second_is_told(manager):
    meeting, people, _files = sitting(manager)
    read = version(meeting)
    chair = actor(people[0].person)
    actions.write_opinion(by=chair, now=MEETS, meeting=meeting.pk, version=read, opinion="mine")
    with pytest.raises(Stale):
        actions.write_opinion(by=manager, now=MEETS, meeting=meeting.pk, version=read, opinion="ours")
    assert Meeting.objects.get(pk=meeting.pk).opinion == "mine"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_very_same_moment_one_is_told(manager):
    meeting, _people, _files = sitting(manager)
    given = {"by": manager, "now": MEETS, "meeting": meeting.pk, "version": version(meeting)}
    answers = at_once(*(lambda text=text: actions.write_opinion(**given, opinion=text) for text in "ab"))
    assert sorted(type(one).__name__ for one in answers) == ["NoneType", "Stale"]


def test_who_leads_must_be_free_of_conflicts_and_loses_the_room_with_one(client, manager, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: MEETS)
    committee, people, files = make_committee()
    meeting = arranged(manager, committee)
    Affiliation.objects.create(reviewer=people[1], organisation=files[1].organisation, since=date(2025, 1, 1))
    with pytest.raises(Refused, match="meeting_chair_in_conflict"):
        convened(manager, meeting, people, chair=people[1].pk)
    assert convened(manager, meeting, people) == 9  # the other nine of ten
    found = room.room(queries.open_to(manager, meeting.pk, MEETS), MEETS)
    assert [line.outside for line in found.lines] == [(), (people[1].pk,)]
    chair = people[0].person
    client.force_login(chair)
    url = reverse("meeting", args=[meeting.pk])
    assert files[1].title in client.get(url).content.decode()
    assert home._gather("tasks", actor(chair), MEETS)[0].url == url
    DeclaredInterest.objects.create(
        reviewer=people[0], organisation=files[1].organisation, kind="advice", declared_at=MEETS
    )
    for name in ("meeting", "meeting-room", "meeting-opinion", "meeting-approve"):
        assert client.get(reverse(name, args=[meeting.pk])).status_code == 404
    desk = client.get(reverse("reviews")).content.decode()
    assert url not in desk
    assert files[1].number not in desk
    with pytest.raises(Refused, match="not_found"):
        approved(meeting, people)


def test_who_owes_agreement_to_the_terms_does_not_lead(manager):
    committee, people, _files = make_committee()
    meeting = arranged(manager, committee)
    terms = {"call": committee.intake.call_id, "body_ko": "서약", "body_en": "Terms"}
    experts.set_terms(by=manager, now=NOW, **terms)
    with pytest.raises(Refused, match="meeting_chair_owes_terms"):
        convened(manager, meeting, people)


def test_only_who_leads_approves_and_only_staff_arrange(manager):
    meeting, people, files = sitting(manager)
    whole(manager, meeting, people)
    given = {"now": MEETS, "meeting": meeting.pk, "version": version(meeting)}
    strangers = [actor(people[1].person), actor(make_person()), actor(make_member(files[0].organisation))]
    for by in strangers:
        for act in (
            lambda by=by: actions.approve(by=by, **given),
            lambda by=by: actions.write_opinion(by=by, **given, opinion="x"),
            lambda by=by: actions.note_points(by=by, **given, application=files[0].pk, points=1, reason="x"),
        ):
            with pytest.raises(Refused, match="not_found"):
                act()
    for role in sorted(set(Role) - {Role.PROGRAMME_MANAGER}):
        by = make_actor(role)
        for act in (
            lambda by=by: actions.approve(by=by, **given),
            lambda by=by: actions.write_opinion(by=by, **given, opinion="x"),
            lambda by=by: convened(by, meeting, people),
            lambda by=by: actions.cancel(by=by, **given, reason="x"),
            lambda by=by: actions.reopen(by=by, **given, reason="x"),
            lambda by=by: arranged(by, meeting.committee),
        ):
            with pytest.raises(Refused, match="not_allowed_for_role"):
                act()
    with pytest.raises(Refused, match="not_allowed_for_role"):
        actions.approve(by=manager, **given)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_staff_and_the_chair_do_it_all_by_pages(client, monkeypatch, language):
    now = [NOW]
    monkeypatch.setattr("django.utils.timezone.now", lambda: now[0])
    committee, people, files = make_committee(members=3)
    client.cookies["madang_language"] = language
    staff = make_staff(Role.PROGRAMME_MANAGER)
    client.force_login(staff)
    new = {"step": "presentation", "meets_at": "2026-04-11T10:00", "place": "3층"}
    url = client.post(reverse("meeting-new", args=[committee.pk]), new).headers["Location"]
    assert url in client.get(reverse("committee", args=[committee.pk])).content.decode()
    now[0] = MEETS
    client.force_login(staff)
    assert url in [task.url for task in home._gather("staff_tasks", actor(staff), MEETS)]
    there = {"version": 1, "here": [one.pk for one in people], "chair": people[0].pk, "due_at": "2026-04-12T10:00"}
    assert client.post(f"{url}attendance/", there | {"here": [people[0].pk]}).status_code == 422
    assert client.post(f"{url}attendance/", there).status_code == 302
    scored(people, [(60, 30), (40, 20), (20, 10)])
    client.force_login(people[0].person)
    assert url in client.get(reverse("reviews")).content.decode()
    page = client.get(f"{url}room/").content.decode()
    assert "30.00" in page  # the standard deviation of 90, 60 and 30
    late = ReviewAssignment.objects.filter(application=files[0], reviewer=people[2], step="presentation")
    late.update(state="assigned", ended_at=None)
    rows = list(csv.reader(client.get(f"{url}table/csv/").content.decode("utf-8-sig").splitlines()))
    assert rows[1][-3:] == [people[2].person.name, "1", ""]
    late.update(state="submitted", ended_at=MEETS)
    number = files[0].pk
    assert client.post(f"{url}points/{number}/", {"version": 2, "points": 2, "reason": "고용 계획"}).status_code == 302
    assert client.post(f"{url}points/{number}/", {"version": 2, "points": 3, "reason": "x"}).status_code == 422
    assert client.post(f"{url}opinion/", {"version": 3, "opinion": "타당함"}).status_code == 302
    assert client.post(f"{url}approve/", {"version": 4}).status_code == 302
    for page in (client.get(url), client.get(f"{url}minutes/1/")):
        text = page.content.decode()
        assert "타당함" in text and "고용 계획" in text and people[2].person.name in text
    rows = client.get(f"{url}table/csv/").content.decode()
    assert files[0].number in rows and "고용 계획" in rows
    assert client.get(f"{url}minutes/2/").status_code == 404
    assert client.get(f"{url}table/pdf/").status_code == 404
    assert Reading.objects.filter(subject_kind="meeting", reader=people[0].person_id).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_take_a_fixed_number_of_queries(client, manager, django_assert_num_queries, count):
    meeting, people, _files = sitting(manager, members=count, files=count)
    whole(manager, meeting, people)
    client.force_login(Person.objects.get(pk=manager.person))
    for name, number in {"meeting": 32, "meeting-room": 32}.items():
        with django_assert_num_queries(number):
            assert client.get(reverse(name, args=[meeting.pk])).status_code == 200
    approved(meeting, people)
    with django_assert_num_queries(9):
        client.get(reverse("meeting-minutes", args=[meeting.pk, 1]))
