"""A cohort's year through its pages: officer, learner, teacher, and somebody who checks a certificate."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from factories import NOW, actor, make_facility, make_organisation, make_person, make_staff
from portal.learners.academy import CLOSES, OVER, SELECTED, make_cohort, selected

from madang.portal.actors import Role
from madang.portal.certificates.models import Certificate
from madang.portal.courses import actions as courses
from madang.portal.courses.models import Cohort, Course
from madang.portal.learners.models import Learner, Placement
from madang.portal.lessons import actions as lessons
from madang.portal.lessons.models import Lesson, Presence
from madang.values import Period

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """The instant at which requests arrive, which a test moves on."""
    at = [NOW]
    monkeypatch.setattr("django.utils.timezone.now", lambda: at[0])
    return at


def sent(client, person, name, *args, **fields):
    """What a form answers; where it stored something, the person is sent on."""
    client.force_login(person)
    client.cookies["madang_language"] = "en"
    answer = client.post(reverse(name, args=args), fields)
    assert answer.status_code == 302, answer.content.decode()
    return answer


def shown(client, person, name, *args, **query) -> str:
    client.logout()
    if person:
        client.force_login(person)
    client.cookies["madang_language"] = "en"
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


COHORT = {
    "number": 1, "places": 1,
    "opens_at": "2026-04-01T09:00", "closes_at": "2026-04-10T09:00", "starts_on": "2026-04-13",
    "last_on": "2026-05-10", "band": "day", "hours": 100, "attendance_least": 50, "coursework_least": 0,
    "tracks": "model\r\ndata\r\n",
    "online_most": 30, "online_least": 10, "online_hours": 320, "test_most": 70, "test_least": 20,
}  # fmt: skip


def test_a_cohorts_year(client, clock):
    officer, teacher = make_staff(Role.PROGRAMME_MANAGER), make_person()
    one, two = make_person(), make_person()
    a, room = make_organisation(), make_facility(kind="room")
    course = {"code": "ai", "kind": "academy", "name_ko": "인공지능", "name_en": "AI course"}
    sent(client, officer, "course-new", **course)
    pk = Course.objects.get().pk
    sent(client, officer, "cohort-new", pk, **COHORT, organisation=a.pk)
    cohort = Cohort.objects.get()
    assert (cohort.ends_on, cohort.tracks) == (date(2026, 5, 11), ["model", "data"])
    assert "Announce the cohort" in shown(client, officer, "staff-cohort", cohort.pk)
    sent(client, officer, "cohort-act", cohort.pk, "publish")
    sent(client, officer, "cohort-act", cohort.pk, "teacher", email=teacher.email)
    assert "AI course 1" in shown(client, None, "courses")
    for person in (one, two):
        sent(client, person, "learner-apply", cohort.pk, born_on="2000-01-01", track="data", statement="I want to")
    first, second = Learner.objects.order_by("pk")
    file = f"email,hours\n{one.email},320\n{two.email},160\n"
    look = sent(client, officer, "progress-new", cohort.pk, file=SimpleUploadedFile("h.csv", file.encode())).url
    assert "160" in client.get(look).content.decode()
    assert client.post(look).status_code == 302
    stage = cohort.stages.get(kind="test").pk
    for learner, points in ((first, 60), (second, 50)):
        sent(client, officer, "learner-points", learner.pk, **{f"stage_{stage}": points})
    clock[0] = CLOSES + timedelta(hours=1)
    sent(client, officer, "cohort-select", cohort.pk)
    assert "On the reserve list" in shown(client, two, "learner", second.pk)
    assert "90" in shown(client, officer, "cohort-learners", cohort.pk, state="seated")
    lesson = {"title": "Tensors", "starts_at": "2026-04-13T10:00", "ends_at": "2026-04-13T12:00", "weeks": 1}
    sent(client, officer, "lesson-new", cohort.pk, **lesson, room=room.pk)
    assert room.name_en in shown(client, one, "learner", first.pk)
    row = Lesson.objects.get()
    clock[0] = row.starts_at
    sent(client, teacher, "lesson-open", row.pk)
    code = Lesson.objects.get().code
    assert code in shown(client, teacher, "lesson", row.pk)
    sent(client, one, "learner-code", first.pk, code=code.lower())
    assert Presence.objects.get().learner_id == first.pk
    sent(client, teacher, "presence", row.pk, first.pk, came="no", why="left")
    sent(client, teacher, "presence", row.pk, first.pk, came="yes", why="came back")
    assert "came back" in shown(client, teacher, "lesson", row.pk)
    sent(client, one, "learner-name", first.pk, shown_name="K. Madang")
    clock[0] = OVER
    assert "100" in shown(client, teacher, "class", cohort.pk)
    sent(client, officer, "certificates-issue", cohort.pk)
    certificate = Certificate.objects.get()
    page = shown(client, None, "certificate", code=certificate.code)
    assert "K. Madang" in page and "AI course" in page and "valid" in page
    assert one.email not in page and one.name not in page and certificate.number not in page
    sent(client, one, "placement-new", first.pk, employer="Maru", hired_on="2026-05-11", evidence="contract")
    placement = Placement.objects.get()
    sent(client, officer, "placement-decide", cohort.pk, placement.pk, "accept")
    assert "Maru" in shown(client, one, "learner", first.pk)
    sent(client, officer, "certificate-revoke", certificate.pk, why="mistaken")
    page = shown(client, None, "certificate", code=certificate.code)
    assert "revoked" in page and "mistaken" not in page
    assert "no such certificate" in shown(client, None, "certificate", code="2" * 16)


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_take_a_fixed_number_of_queries(client, clock, rows, django_assert_num_queries):
    officer = make_staff(Role.PROGRAMME_MANAGER)
    by = actor(officer)
    cohort = make_cohort(by, places=rows)
    learners = selected(by, cohort, *[90] * rows)
    for number in range(rows):
        start = SELECTED + timedelta(days=5 + number)
        (lesson,) = lessons.plan(by=by, now=SELECTED, cohort=cohort.pk, title="x",
                                 period=Period(start, start + timedelta(hours=1)))  # fmt: skip
        for learner in learners:
            given = {"came": True, "noted_at": start, "corrected_by": officer, "why": "x"}
            Presence.objects.create(lesson=lesson, learner=learner, **given)
    courses.name_teacher(by=by, now=NOW, cohort=cohort.pk, email=officer.email)
    client.force_login(officer)
    wanted = {
        reverse("courses"): 8, reverse("staff-courses"): 9, reverse("staff-cohort", args=[cohort.pk]): 10,
        reverse("cohort-learners", args=[cohort.pk]): 11, reverse("class", args=[cohort.pk]): 18,
        reverse("coursework", args=[cohort.pk]): 12, reverse("cohort-aid", args=[cohort.pk]): 10,
        reverse("lesson", args=[lesson.pk]): 11,
    }  # fmt: skip
    for url, count in wanted.items():
        with django_assert_num_queries(count):
            assert client.get(url).status_code == 200
