"""Fees from a reviewer's work to the file for whoever pays: fixed once by two people, seen by whom they belong to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from factories import (
    NOW,
    actor,
    make_actor,
    make_assignment,
    make_call,
    make_intake,
    make_reviewer,
    make_staff,
    make_submitted,
    make_track,
)

from madang.errors import Refused
from madang.portal.actors import Role
from madang.portal.committees.models import Committee
from madang.portal.holdings import actions as holdings
from madang.portal.honoraria import actions, exports, queries, working
from madang.portal.honoraria.models import FeeDeclined, FeeList, FeeRate, FeeStatement, WithholdingRule
from madang.portal.honoraria.rules import FeeWork, IncomeKind, Rate
from madang.portal.journal.models import JournalEntry, Reading
from madang.portal.meetings.models import Attendance, Meeting
from madang.portal.outbox.models import Message
from madang.portal.reviews.models import Affiliation, ReviewAssignment

pytestmark = pytest.mark.django_db
RATE = Rate(date(2026, 1, 1), 50_000, 300_000)


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def manager():
    return make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def approver():
    return make_actor(Role.APPROVER)


@pytest.fixture
def intake(manager):
    """A decided intake of a call with rates."""
    row = make_intake(
        state="decided", decided_at=NOW, opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=2)
    )
    actions.seed_withholding(by=manager, now=NOW)
    actions.set_rate(by=manager, now=NOW, call=row.call_id, rate=RATE)
    return row


def sheets(intake, reviewer, count=1, **given):
    track = intake.call.tracks.first() or make_track(intake.call)
    for _ in range(count):
        file = make_submitted(track, intake, state="eligible")
        make_assignment(file, reviewer, **({"state": "submitted", "ended_at": NOW} | given))


def meeting(intake, people, at=NOW, state="closed", **given):
    """A committee's meeting with who was there."""
    by = make_staff(Role.PROGRAMME_MANAGER)
    number = Committee.objects.count()
    made = Committee.objects.create(
        intake=intake, name_ko=f"분과 {number}", name_en="S", seats=3, meets_at=NOW, created_by=by, created_at=NOW,
        **given,
    )  # fmt: skip
    row = Meeting.objects.create(
        committee=made, step="presentation", state=state, meets_at=at, arranged_by=by, arranged_at=NOW,
        chair=next(iter(people)), began_at=at,
    )  # fmt: skip
    for one, here in people.items():
        Attendance.objects.create(meeting=row, reviewer=one, here=here)
    return row


def fixed(intake, manager, approver):
    actions.draft(by=manager, now=NOW, intake=intake.pk, comment="")
    return actions.fix(by=approver, now=NOW, intake=intake.pk, comment="", document_number="D-1")


def test_only_sheets_that_are_in_and_days_that_were_attended_count(intake):
    one, two = make_reviewer(), make_reviewer()
    sheets(intake, one, 2)
    sheets(intake, one, state="assigned", ended_at=None)
    sheets(intake, one, state="recused")
    meeting(intake, {two: True, one: False})
    meeting(intake, {two: True}, at=NOW + timedelta(hours=1))  # the same day
    meeting(intake, {two: True}, at=NOW + timedelta(days=1))
    meeting(intake, {one: True}, state="sitting")  # no minutes
    sheets(intake, two, step="presentation")  # covered by the day
    sheets(intake, two, step="on_site")
    work = working.work_of(intake.pk)
    assert [kind for kind, _day in work[one.pk]] == [FeeWork.SHEET] * 2
    assert [kind for kind, _day in work[two.pk]] == [FeeWork.DAY, FeeWork.DAY, FeeWork.SHEET]


def test_a_day_with_a_section_covers_only_that_sections_sheets(intake):
    one, tracks = make_reviewer(), [make_track(intake.call) for _ in range(2)]
    meeting(intake, {one: True}, track=tracks[0])
    for track in tracks:
        file = make_submitted(track, intake, state="eligible")
        make_assignment(file, one, state="submitted", ended_at=NOW, step="presentation")
    assert [kind for kind, _day in working.work_of(intake.pk)[one.pk]] == [FeeWork.DAY, FeeWork.SHEET]


def test_two_people_fix_the_fees_once_and_everybody_paid_is_told(intake, manager, approver):
    one, two = make_reviewer(), make_reviewer()
    assert queries.staff_tasks(manager, NOW) == []  # nobody has worked yet
    sheets(intake, one, 4)
    sheets(intake, two)
    assert [task.url for task in queries.staff_tasks(manager, NOW)] == [f"/staff/intakes/{intake.pk}/fees/"]
    actions.decline(by=actor(two.person), now=NOW, call=intake.call_id, declined=True)
    actions.draft(by=manager, now=NOW, intake=intake.pk, comment="")
    with pytest.raises(Refused, match="approval_already_waiting"):
        actions.draft(by=manager, now=NOW, intake=intake.pk, comment="")
    both = make_actor(Role.PROGRAMME_MANAGER, Role.APPROVER)
    kept = actions.fix(by=both, now=NOW, intake=intake.pk, comment="", document_number="D-1")
    rows = {row.reviewer_id: row for row in FeeStatement.objects.filter(fees=kept)}
    paid, declined = rows[one.pk], rows[two.pk]
    assert (paid.gross_won, paid.tax_won, paid.local_won, paid.net_won) == (200_000, 16_000, 1_600, 182_400)
    assert (declined.gross_won, declined.net_won, declined.declined) == (0, 0, True)
    assert list(Message.objects.filter(code="fee_fixed").values_list("person", flat=True)) == [one.person_id]
    assert JournalEntry.objects.filter(action="honoraria.fix").count() == 1
    assert queries.staff_tasks(manager, NOW) == []
    with pytest.raises(Refused, match="fees_fixed"):
        actions.draft(by=manager, now=NOW, intake=intake.pk, comment="")
    actions.set_rate(by=manager, now=NOW, call=intake.call_id, rate=Rate(date(2026, 1, 1), 1, 1))
    assert queries.statements(manager, intake.pk)[0]["gross_won"] in (0, 200_000)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        FeeList.objects.filter(pk=kept.pk).update(sha256="0" * 64)


def test_who_drafted_does_not_approve_and_what_changed_is_drafted_anew(intake, manager):
    both = make_actor(Role.PROGRAMME_MANAGER, Role.APPROVER)
    one = make_reviewer()
    sheets(intake, one)
    actions.draft(by=both, now=NOW, intake=intake.pk, comment="")
    given = {"now": NOW, "intake": intake.pk, "comment": "", "document_number": "D-1"}
    with pytest.raises(Refused, match="approval_same_person"):
        actions.fix(by=both, **given)
    actions.decline(by=actor(one.person), now=NOW, call=intake.call_id, declined=True)
    other = make_actor(Role.APPROVER)
    with pytest.raises(Refused, match="fees_changed"):
        actions.fix(by=other, **given)
    assert not FeeList.objects.exists()
    actions.decline(by=actor(one.person), now=NOW, call=intake.call_id, declined=False)
    assert not FeeDeclined.objects.exists() and actions.fix(by=other, **given).statements.get().gross_won == 50_000


def test_nothing_is_fixed_before_the_decisions_or_without_work_rates_or_a_rule(intake, manager):
    def refused(code, row=intake):
        with pytest.raises(Refused) as found:
            actions.draft(by=manager, now=NOW, intake=row.pk, comment="")
        assert found.value.code == code

    refused("fees_nothing")
    sheets(intake, make_reviewer(), ended_at=NOW - timedelta(days=200))
    refused("fee_rate_missing")
    going = make_intake(intake.call, number=2, state="in_review")
    refused("fees_before_decision", going)
    refused("fee_rates_missing", make_intake(make_call(), state="decided", decided_at=NOW))
    business = Rate(date(2026, 1, 2), 1, 1, IncomeKind.BUSINESS)
    actions.set_rate(by=manager, now=NOW, call=intake.call_id, rate=business)
    other = Rate(date(2020, 1, 1), 1, 1)
    actions.set_rate(by=manager, now=NOW, call=intake.call_id, rate=other)
    assert working.content(intake, NOW.date())["withholding"]["tax_permille"] == 30


def test_without_a_rule_of_withholding_nothing_is_worked_out(manager):
    row = make_intake(state="decided", decided_at=NOW)
    actions.set_rate(by=manager, now=NOW, call=row.call_id, rate=RATE)
    with pytest.raises(Refused, match="withholding_missing"):
        working.content(row, NOW.date())
    assert actions.seed_withholding(by=manager, now=NOW) == 2 and actions.seed_withholding(by=manager, now=NOW) == 0
    given = {"by": manager, "now": NOW, "rule": working.withholdings(IncomeKind.OTHER)[0]}
    with pytest.raises(Refused, match="withholding_source_needed"):
        actions.set_withholding(**given, source=" ")
    assert actions.set_withholding(**given, source="Act").pk and WithholdingRule.objects.count() == 3


def test_only_a_manager_sets_and_drafts(intake, approver):
    auditor, reviewer = make_actor(Role.AUDITOR), make_reviewer()
    for by in (approver, auditor, actor(reviewer.person)):
        for act in (
            lambda by=by: actions.set_rate(by=by, now=NOW, call=intake.call_id, rate=RATE),
            lambda by=by: actions.draft(by=by, now=NOW, intake=intake.pk, comment=""),
        ):
            with pytest.raises(Refused, match="not_allowed_for_role"):
                act()
    assert FeeRate.objects.count() == 1


def test_a_reviewer_whom_a_conflict_bars_is_offered_nothing(intake):
    one = make_reviewer()
    sheets(intake, one)
    by = actor(one.person)
    assert [call.pk for call, _rate, _declined in queries.offers(by, NOW)] == [intake.call_id]
    organisation = ReviewAssignment.objects.get().application.organisation
    Affiliation.objects.create(reviewer=one, organisation=organisation, since=date(2025, 1, 1))
    assert queries.offers(by, NOW) == []
    with pytest.raises(Refused, match="not_found"):
        actions.decline(by=by, now=NOW, call=intake.call_id, declined=True)


def test_the_file_has_no_resident_registration_number_and_nobody_who_declined(intake, manager, approver):
    one, two = make_reviewer(), make_reviewer()
    sheets(intake, one, 3)
    sheets(intake, two)
    FeeDeclined.objects.create(call=intake.call, reviewer=two, declined_at=NOW)
    fixed(intake, manager, approver)
    rows = queries.statements(manager, intake.pk)
    heading, *lines = exports.table(rows, queries.people({row["reviewer"] for row in rows}))
    assert heading[1] == "주민등록번호" or heading[1] == "Resident registration number"
    assert [line[0] for line in lines] == [one.person.name] and lines[0][1:3] == ["", ""]
    assert lines[0][6:] == [3, 0, 150_000, 12_000, 1_200, 136_800]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_in_both_languages_cost_the_same_for_one_and_for_three(
    client, intake, manager, approver, rows, django_assert_num_queries
):
    people = [make_reviewer() for _ in range(rows)]
    for one in people:
        sheets(intake, one, 2)
    staff = make_staff(Role.PROGRAMME_MANAGER)
    client.force_login(staff)
    url = reverse("intake-honoraria", args=[intake.pk])
    with django_assert_num_queries(16):
        assert client.get(url).status_code == 200
    client.post(url, {"half": "draft", "comment": ""})
    client.force_login(make_staff(Role.APPROVER))
    client.post(url, {"half": "approve", "comment": "", "document_number": "D-1"})
    assert FeeStatement.objects.count() == rows
    with django_assert_num_queries(11):
        page = client.get(url).content.decode()
    assert people[0].person.name in page
    file = reverse("honoraria-file", args=[intake.pk, "csv"])
    answer = client.post(file, {"purpose": "pay run"})
    assert people[0].person.name in answer.content.decode()
    assert Reading.objects.filter(what="download", purpose="pay run").count() == 1
    client.force_login(people[0].person)
    for language, word in (("ko", "소득세"), ("en", "Income tax")):
        client.cookies["madang_language"] = language
        assert word in client.get(reverse("honorarium", args=[intake.pk])).content.decode()
    assert client.get(reverse("honoraria")).status_code == 200
    if rows > 1:
        client.force_login(make_reviewer().person)
        assert client.get(reverse("honorarium", args=[intake.pk])).status_code == 404


def test_a_reviewer_declines_on_the_page_and_takes_it_back(client, intake):
    one = make_reviewer()
    sheets(intake, one)
    client.force_login(one.person)
    for said, count in (("yes", 1), ("no", 0)):
        client.post(reverse("honoraria"), {"call": intake.call_id, "declined": said})
        assert FeeDeclined.objects.count() == count
    assert client.post(reverse("honoraria"), {"call": make_call().pk, "declined": "yes"}).status_code == 404


def test_statements_are_destroyed_when_their_time_is_over(intake, manager, approver):
    sheets(intake, make_reviewer())
    kept = fixed(intake, manager, approver)
    assert holdings.destroy(now=NOW, kind="honorarium", before=NOW) == 0
    assert holdings.destroy(now=NOW, kind="honorarium", before=NOW + timedelta(seconds=1)) == 1
    assert not FeeStatement.objects.exists() and FeeList.objects.filter(pk=kept.pk).exists()
