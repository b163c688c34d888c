"""The reviewer's desk and the staff's pages of reviews: who sees what, at a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from factories import (
    NOW,
    actor,
    make_assignment,
    make_intake,
    make_member,
    make_organisation,
    make_person,
    make_reviewer,
    make_staff,
    make_submitted,
    make_track,
)

from madang.errors import Refused
from madang.portal import home
from madang.portal.actors import Role
from madang.portal.applications.models import Application, SubmittedFile
from madang.portal.calls.models import Track
from madang.portal.files.models import StoredFile
from madang.portal.files.queries import path_of
from madang.portal.findings.queries import findings
from madang.portal.journal.models import Reading
from madang.portal.outbox.models import Message
from madang.portal.people.models import Person
from madang.portal.reviews import actions, queries, scoring
from madang.portal.reviews.models import (
    Affiliation,
    Calibration,
    CriterionPoints,
    DeclaredInterest,
    ReviewAssignment,
    Reviewer,
)
from madang.portal.reviews.rules import Interest

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def intake():
    return make_intake(state="in_review", opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))


def files(intake, count, wanted=1):
    track = make_track(intake.call, reviews_wanted=wanted)
    return [make_submitted(track, intake, state="eligible", title=f"Project {n}") for n in range(count)]


def sheet(intake):
    row = make_assignment(files(intake, 1)[0])
    return row, row.reviewer.person, reverse("review", args=[row.pk])


WHOLE = {"points_merit": 50, "points_plan": 30, "comment_merit": "clear", "comment": "good", "version": 1}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_reviewer_reads_saves_and_submits(client, intake, language):
    row, person, url = sheet(intake)
    client.cookies["madang_language"] = language
    client.force_login(person)
    assert row.application.title in client.get(reverse("reviews")).content.decode()
    assert "까닭" in client.get(url).content.decode()
    assert Reading.objects.get().what == "view"
    assert client.post(url, WHOLE | {"what": "save", "points_plan": ""}).status_code == 302
    assert client.post(url, WHOLE | {"what": "submit", "version": 2, "points_plan": ""}).status_code == 422
    assert client.post(url, WHOLE | {"what": "submit", "version": 1}).status_code == 422
    assert client.post(url, WHOLE | {"what": "submit", "version": 2}).status_code == 302
    assert ReviewAssignment.objects.get().state == "submitted"
    assert "clear" in client.get(url).content.decode()


@pytest.mark.parametrize("points", ["61", "-1", "many"])
def test_impossible_points_come_back_as_errors(client, intake, points):
    _row, person, url = sheet(intake)
    client.force_login(person)
    page = client.post(url, WHOLE | {"what": "save", "points_merit": points})
    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()


def test_nobody_else_finds_a_sheet(client, intake):
    row, _person, url = sheet(intake)
    for who in (make_reviewer().person, row.application.created_by, make_staff(*Role), make_person()):
        client.force_login(who)
        assert client.get(url).status_code == 404
    client.logout()
    assert client.get(url).status_code == 302


def test_a_conflict_hides_the_file(client, intake):
    row, person, url = sheet(intake)
    person.memberships.create(organisation=row.application.organisation, role="member", joined_at=NOW)
    client.force_login(person)
    assert client.get(url).status_code == 404
    desk = client.get(reverse("reviews")).content.decode()
    assert row.application.title not in desk
    assert row.application.number not in desk
    assert "0 of 2" not in desk
    assert not home._gather("tasks", actor(person), NOW)


def test_an_attachment_asks_its_purpose_first(client, intake):
    row, person, _url = sheet(intake)
    stored = StoredFile.objects.create(sha256="b" * 64, size=4, media_type="application/pdf", stored_at=NOW)
    path_of(stored).parent.mkdir(parents=True)
    path_of(stored).write_bytes(b"%PDF")
    file = SubmittedFile.objects.create(submission=row.application.in_force, file=stored, name="계획서.pdf")
    url = reverse("review-file", args=[row.pk, file.pk])
    client.force_login(person)
    assert client.get(url)["Content-Type"].startswith("text/html")
    assert client.post(url, {"purpose": ""}).status_code == 422
    answer = client.post(url, {"purpose": "to judge the budget"})
    assert b"".join(answer.streaming_content) == b"%PDF"
    assert Reading.objects.get(what="download").purpose == "to judge the budget"
    other = make_assignment(files(intake, 1)[0])
    client.force_login(other.reviewer.person)
    assert client.post(url, {"purpose": "x"}).status_code == 404


def test_a_sheet_is_handed_back(client, intake):
    row, person, _url = sheet(intake)
    client.force_login(person)
    url = reverse("review-hand-back", args=[row.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"kind": "advice", "note": "advised them"}).status_code == 302
    assert ReviewAssignment.objects.get().state == "recused"
    assert client.get(url).status_code == 404


def test_an_interest_is_declared_by_registration_number(client, intake):
    reviewer, organisation = make_reviewer(), make_organisation()
    client.force_login(reviewer.person)
    url = reverse("review-interests")
    assert client.post(url, {"registration_number": "0000000000", "kind": "advice"}).status_code == 422
    number = organisation.registration_number
    written = f"{number[:3]}-{number[3:5]}-{number[5:]}"
    assert client.post(url, {"registration_number": written, "kind": "advice"}).status_code == 302
    assert reviewer.interests.get().organisation == organisation


def test_a_reviewer_is_added_and_rests(client, intake):
    person = make_person()
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    url = reverse("reviewers")
    given = {"email": person.email, "affiliation": "KAIST", "load_limit": 5, "fields_of_work": "ai, bio"}
    assert client.post(url, given).status_code == 302
    row = Reviewer.objects.get()
    assert row.fields == ["ai", "bio"]
    assert client.post(url, {"what": "active", "reviewer": row.pk, "active": "no"}).status_code == 302
    row.refresh_from_db()
    assert not row.active


def test_reminders_and_single_assignments(client, intake):
    (file,) = files(intake, 1, wanted=2)
    first, second = make_reviewer(), make_reviewer()
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    url = reverse("application-reviews", args=[file.pk])
    due = {"due_at": "2026-04-20T18:00"}
    assert client.post(url, due | {"reviewer": first.pk}).status_code == 302
    assert client.post(url, due | {"reviewer": first.pk}).status_code == 200
    assert client.post(url, due | {"reviewer": second.pk}).status_code == 302
    assert client.post(reverse("intake-reviews", args=[intake.pk])).status_code == 302
    assert Message.objects.filter(code="review_reminder").count() == 2
    row = file.assignments.first()
    withdraw = reverse("review-withdraw", args=[row.pk])
    assert client.post(withdraw, {"reason": ""}).status_code == 422
    assert client.post(withdraw, {"reason": "ill"}).status_code == 302
    assert file.assignments.filter(state="withdrawn").count() == 1


def test_all_sheets_of_an_intake_are_handed_out_as_a_file(client, intake):
    (file,) = files(intake, 1)
    sheet = make_assignment(file, state="submitted", ended_at=NOW, comment="=1+1")
    for criterion in file.track.criteria.all():
        CriterionPoints.objects.create(assignment=sheet, criterion=criterion, points=30)
    make_assignment(file)
    client.cookies["madang_language"] = "en"
    client.force_login(make_staff(Role.AUDITOR))
    url = reverse("intake-sheets-file", args=[intake.pk, "csv"])
    assert client.post(url, {"purpose": ""}).status_code == 422
    text = client.post(url, {"purpose": "for the committee"}).content.decode("utf-8-sig")
    head, *lines = text.splitlines()
    assert head.startswith("Application,Title,Track,Reviewer,Step,State,Due,Points")
    assert len(lines) == 2
    assert any(line.startswith(file.number) and ",Submitted," in line and ",60,2,'=1+1" in line for line in lines)
    assert Reading.objects.get(what="download").purpose == "for the committee"
    assert client.get(reverse("intake-sheets-file", args=[intake.pk, "pdf"])).status_code == 404


def test_auditors_read_and_others_do_not(client, intake):
    (file,) = files(intake, 1)
    make_assignment(file)
    pages = [
        reverse("reviewers"),
        reverse("intake-reviews", args=[intake.pk]),
        reverse("intake-ranking", args=[intake.pk]),
        reverse("intake-calibration", args=[intake.pk]),
        reverse("intake-conflicts", args=[intake.pk]),
        reverse("application-reviews", args=[file.pk]),
    ]
    client.force_login(make_staff(Role.AUDITOR))
    for url in pages:
        assert client.get(url).status_code == 200
    for who in (make_member(), make_reviewer().person):
        client.force_login(who)
        for url in pages:
            assert client.get(url).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_a_fixed_number_of_queries(client, intake, django_assert_num_queries, count):
    rows = files(intake, count)
    reviewer = make_reviewer()
    for file in rows:
        make_assignment(file, reviewer)
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    for url, number in {
        reverse("reviewers"): QUERIES["reviewers"],
        reverse("intake-reviews", args=[intake.pk]): QUERIES["intake"],
        reverse("intake-ranking", args=[intake.pk]): QUERIES["ranking"],
    }.items():
        with django_assert_num_queries(number):
            client.get(url)
    client.force_login(Person.objects.get(pk=reviewer.person_id))
    with django_assert_num_queries(QUERIES["reviews"]):
        client.get(reverse("reviews"))


QUERIES = {"reviewers": 11, "intake": 12, "ranking": 12, "reviews": 20}


@pytest.mark.parametrize("count", [1, 3])
def test_the_sheet_takes_a_fixed_number_of_queries(client, intake, django_assert_num_queries, count):
    row, person, url = sheet(intake)
    for n in range(count):
        stored = StoredFile.objects.create(sha256=f"{n:064d}", size=4, media_type="application/pdf", stored_at=NOW)
        SubmittedFile.objects.create(submission=row.application.in_force, file=stored, name="x.pdf")
    client.force_login(person)
    with django_assert_num_queries(37):
        client.get(url)


def test_the_desk_has_pages_with_what_waits_on_the_first(client, monkeypatch):
    monkeypatch.setattr("madang.portal.reviews.pages.A_PAGE", 2)
    reviewer = make_reviewer()
    done = make_assignment(make_submitted(), reviewer, state="submitted", ended_at=NOW)
    waiting = [make_assignment(make_submitted(), reviewer) for _ in range(2)]
    client.force_login(reviewer.person)
    first = client.get("/reviews/").content.decode()
    assert all(f"/reviews/{row.pk}/" in first for row in waiting)
    assert f"/reviews/{done.pk}/" not in first
    second = client.get("/reviews/?page=2").content.decode()
    assert f"/reviews/{done.pk}/" in second
    assert 'class="empty"' not in second


def judged(intake, count, given):
    """Applications that four reviewers have each given `given(application, reviewer)` points out of 60."""
    people = [make_reviewer() for _ in range(4)]
    for place, file in enumerate(files(intake, count)):
        table = queries.criteria(file.track_id)
        for who, reviewer in enumerate(people):
            row = make_assignment(file, reviewer, state="submitted", ended_at=NOW)
            points = {table[0]: given(place, who), table[1]: 20}
            CriterionPoints.objects.bulk_create(
                CriterionPoints(assignment=row, criterion=criterion, points=one) for criterion, one in points.items()
            )
    return people


@pytest.mark.parametrize("language", ["ko", "en"])
def test_calibrated_scores_stand_beside_raw_ones_and_say_who_is_lenient(client, intake, language):
    people = judged(intake, 12, lambda place, who: 20 + 2 * place + 5 * (who == 3) + (place * who) % 3)
    client.cookies["madang_language"] = language
    url = reverse("intake-calibration", args=[intake.pk])
    client.force_login(make_staff(Role.AUDITOR))
    assert client.post(url, {"places": "5"}).status_code in (409, 422)
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    assert client.post(url, {"places": "5"}).status_code == 302
    client.force_login(make_staff(Role.AUDITOR))
    page = client.get(url).content.decode()
    assert page.index(people[3].person.name) < min(page.index(one.person.name) for one in people[:3])
    assert "notice warning" not in page
    stored = Calibration.objects.get().content["applications"]
    ReviewAssignment.objects.filter(reviewer=people[3]).update(state="recused")
    assert "notice warning" in client.get(url).content.decode()
    assert Calibration.objects.get().content["applications"] == stored
    with pytest.raises(DatabaseError), transaction.atomic():
        Calibration.objects.update(places=9)


def test_a_track_with_the_korean_mean_ranks_by_it(intake):
    judged(intake, 1, lambda place, who: (10, 30, 40, 60)[who])
    (file,) = Application.objects.all()
    assert scoring.scores_in(intake.pk)[file.pk].score.total_milli == 55_000  # 35 and 20
    row = make_assignment(file, make_reviewer(), state="submitted", ended_at=NOW)
    for criterion, points in zip(queries.criteria(file.track_id), (35, 20), strict=True):
        CriterionPoints.objects.create(assignment=row, criterion=criterion, points=points)
    Track.objects.filter(pk=file.track_id).update(score_rule="trimmed")
    assert scoring.scores_in(intake.pk)[file.pk].score.total_milli == 55_000  # 30, 35 and 40, and 20
    CriterionPoints.objects.filter(assignment=row, points=35).update(points=59)
    assert scoring.scores_in(intake.pk)[file.pk].score.total_milli == 63_000  # 30, 40 and 59, and 20


def test_a_panel_too_small_to_tell_is_said_so(client, intake):
    judged(intake, 3, lambda place, who: 30)
    client.cookies["madang_language"] = "en"
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    page = client.post(reverse("intake-calibration", args=[intake.pk])).content.decode()
    assert "3 applications and 4 reviewers are too few" in page
    assert "<table" not in page


@pytest.mark.parametrize("count", [10, 14])
def test_calibration_takes_a_fixed_number_of_queries(client, intake, django_assert_num_queries, count):
    judged(intake, count, lambda place, who: 20 + place + who)
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    client.post(reverse("intake-calibration", args=[intake.pk]))
    with django_assert_num_queries(12):
        client.get(reverse("intake-calibration", args=[intake.pk]))


def conflicted(intake, rules="korean"):
    """An application whose organisation a reviewer has left two years ago, and that another reviewer's firm sent in."""
    (file,) = files(intake, 1)
    Track.objects.filter(pk=file.track_id).update(conflict_rules=rules)
    gone, there = make_reviewer(), make_reviewer()
    day = NOW.date()
    for reviewer, until in ((gone, day - timedelta(days=730)), (there, None)):
        Affiliation.objects.create(
            reviewer=reviewer, organisation=file.organisation, since=day - timedelta(days=999), until=until
        )
    return file, gone, there


@pytest.mark.parametrize(("rules", "barred"), [("korean", 2), ("international", 0)])
def test_conflicts_follow_the_rules_of_the_track(client, intake, rules, barred):
    file, gone, there = conflicted(intake, rules)
    client.cookies["madang_language"] = "en"
    client.force_login(make_staff(Role.AUDITOR))
    page = client.get(reverse("intake-conflicts", args=[intake.pk])).content.decode()
    assert page.count(">Barred<") == barred
    assert (gone.person.name in page) is (rules == "korean")
    assert there.person.name in page
    by = actor(make_staff(Role.PROGRAMME_MANAGER))
    for reviewer in (gone, there):
        give = partial(
            actions.assign, by=by, now=NOW, intake=intake.pk, chosen={file.pk: [reviewer.pk]}, due_at=NOW + timedelta(9)
        )
        if barred:
            with pytest.raises(Refused, match="reviewer_has_conflict"):
                give()
        else:
            assert give() == 1


def test_a_declared_interest_bars_also_where_the_rules_only_warn(intake):
    file, _gone, there = conflicted(intake, "international")
    by = actor(make_staff(Role.PROGRAMME_MANAGER))
    assert [row.barred for row in findings(by, intake.pk, NOW)] == [False]
    declared = {"organisation": file.organisation, "kind": Interest.ADVICE, "declared_at": NOW}
    DeclaredInterest.objects.create(reviewer=there, **declared)
    assert [row.barred for row in findings(by, intake.pk, NOW)] == [True]


@pytest.mark.parametrize("count", [1, 3])
def test_conflicts_take_a_fixed_number_of_queries(client, intake, django_assert_num_queries, count):
    for _ in range(count):
        conflicted(intake)
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    with django_assert_num_queries(21):
        client.get(reverse("intake-conflicts", args=[intake.pk]))
