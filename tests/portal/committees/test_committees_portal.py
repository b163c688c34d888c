"""A committee from commitment to sheets: who may, in which order, who is asked next, and what everybody may know."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import (
    NOW,
    actor,
    make_actor,
    make_assignment,
    make_intake,
    make_organisation,
    make_person,
    make_reviewer,
    make_staff,
    make_submitted,
    make_track,
)
from portal.races import at_once

from madang.cli.review_files import drawn as read_drawn
from madang.errors import Refused, Stale
from madang.portal import home
from madang.portal.actors import Role
from madang.portal.calls.models import Intake
from madang.portal.committees import actions, chores, queries
from madang.portal.committees.models import Candidate, CommitteeDraw
from madang.portal.committees.rules import CandidateState
from madang.portal.experts import actions as experts
from madang.portal.experts.models import ExpertAgreement
from madang.portal.journal.models import JournalEntry
from madang.portal.outbox.models import Message
from madang.portal.people.models import Person
from madang.portal.reviews import desk
from madang.portal.reviews.models import Affiliation, ReviewAssignment
from madang.review.draw import replayed

pytestmark = pytest.mark.django_db
VALUE_AT, MEETS = NOW + timedelta(days=2), NOW + timedelta(days=20)
AFTER = VALUE_AT + timedelta(hours=1)


@pytest.fixture
def manager():
    return make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def intake():
    return make_intake(state="in_review", opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))


def pool(count, **more):
    return [make_reviewer(affiliation=f"기관 {n}", fields=["의료"], **more) for n in range(count)]


def section(by, intake, seats=2):
    given = {"name_ko": "의료 분과", "name_en": "Medical section", "seats": seats, "meets_at": MEETS}
    return actions.create(by=by, now=NOW, intake=intake.pk, **given)


def committed(by, committee, **more):
    given = {"outside_source": "Lottery of 3 April", "outside_from": VALUE_AT} | more
    return actions.commit(by=by, now=given.pop("now", NOW), committee=committee.pk, **given)


def drawn(by, intake, seats=2, **more):
    draw = committed(by, section(by, intake, seats), **more)
    actions.freeze(by=by, now=NOW, draw=draw.pk)
    with CaptureQueriesContext(connection) as asked:
        row = actions.draw_list(by=by, now=AFTER, draw=draw.pk, outside="3  8 17")
    # however long the list
    assert sum(one["sql"].startswith('UPDATE "portal_candidate"') for one in asked) == 1
    return row


def states(draw):
    rows = Candidate.objects.filter(draw=draw, place__isnull=False).order_by("place")
    return list(rows.values_list("state", flat=True))


def at(draw, place):
    return Candidate.objects.select_related("reviewer__person").get(draw=draw, place=place)


def says(row, said, now=AFTER, **more):
    by = actor(row.reviewer.person)
    actions.answer(by=by, now=now, candidate=row.pk, said=CandidateState(said), **more)


def test_a_list_of_three_times_the_seats_is_drawn_and_asked_in_its_order(manager, intake):
    pool(9)
    draw = drawn(manager, intake)
    assert states(draw) == ["pooled"] * 6
    assert actions.invite(by=manager, now=AFTER, draw=draw.pk) == 2
    assert states(draw) == ["waiting", "waiting", *["pooled"] * 4]
    says(at(draw, 1), "refused")
    assert states(draw) == ["refused", "waiting", "waiting", *["pooled"] * 3]
    says(at(draw, 2), "accepted")
    says(at(draw, 3), "recused", learnt_on=date(2026, 4, 1), note="adviser")
    assert states(draw) == ["refused", "accepted", "recused", "waiting", *["pooled"] * 2]
    later = AFTER + timedelta(days=3)
    assert chores.lapse(later) == 1
    assert states(draw) == ["refused", "accepted", "recused", "absent", "waiting", "pooled"]
    assert chores.lapse(later) == 0
    assert Message.objects.filter(code="committee_invited").count() == 5
    lines = JournalEntry.objects.filter(action__startswith="committees.").order_by("pk")
    done = list(lines.values_list("action", flat=True))
    assert done[:4] == ["committees.create", "committees.commit", "committees.freeze", "committees.draw_list"]


def test_another_round_begins_when_a_list_is_used_up_and_leaves_out_who_was_on_it(manager, intake):
    pool(9)
    draw = drawn(manager, intake, seats=1)
    committee = draw.committee
    with pytest.raises(Refused, match="draw_list_not_used_up"):
        committed(manager, committee, now=AFTER, outside_from=AFTER + timedelta(days=1))
    actions.invite(by=manager, now=AFTER, draw=draw.pk)
    for place in (1, 2, 3):
        says(at(draw, place), "refused")
    second = committed(manager, committee, now=AFTER, outside_from=AFTER + timedelta(days=1))
    assert (second.number, second.seats) == (2, 1)
    actions.freeze(by=manager, now=AFTER, draw=second.pk)
    first = set(Candidate.objects.filter(draw=draw, place__isnull=False).values_list("reviewer", flat=True))
    assert not first & set(Candidate.objects.filter(draw=second).values_list("reviewer", flat=True))
    with pytest.raises(Refused, match="draw_going"):
        committed(manager, committee, now=AFTER, outside_from=AFTER + timedelta(days=1))


def test_nobody_with_a_conflict_or_without_time_is_in_the_pool(manager, intake):
    firm = make_organisation()
    file = make_submitted(make_track(intake.call), intake, state="eligible", organisation=firm)
    barred, busy, resting, *rest = pool(9)
    Affiliation.objects.create(reviewer=barred, organisation=firm, since=date(2025, 1, 1))
    type(busy).objects.filter(pk=busy.pk).update(load_limit=1)
    make_assignment(make_submitted(make_track(), state="eligible"), busy)
    type(resting).objects.filter(pk=resting.pk).update(active=False)
    draw = drawn(manager, intake)
    found = set(Candidate.objects.filter(draw=draw).values_list("reviewer", flat=True))
    assert found == {row.pk for row in rest}
    assert file.number


def test_everything_has_its_time(manager, intake):
    pool(9)
    committee = section(manager, intake)
    with pytest.raises(Refused, match="draw_value_in_the_past"):
        committed(manager, committee, outside_from=NOW)
    draw = committed(manager, committee)
    Intake.objects.filter(pk=intake.pk).update(closes_at=NOW + timedelta(hours=1))
    with pytest.raises(Refused, match="draw_before_deadline"):
        actions.freeze(by=manager, now=NOW, draw=draw.pk)
    with pytest.raises(Refused, match="draw_frozen_too_late"):
        actions.freeze(by=manager, now=VALUE_AT, draw=draw.pk)
    with pytest.raises(Stale):
        actions.draw_list(by=manager, now=AFTER, draw=draw.pk, outside="1")
    actions.freeze(by=manager, now=NOW + timedelta(hours=2), draw=draw.pk)
    with pytest.raises(Refused, match="draw_value_not_yet"):
        actions.draw_list(by=manager, now=NOW + timedelta(hours=3), draw=draw.pk, outside="1")
    with pytest.raises(Refused, match="draw_value_empty"):
        actions.draw_list(by=manager, now=AFTER, draw=draw.pk, outside=" ")
    actions.draw_list(by=manager, now=AFTER, draw=draw.pk, outside="1")
    for again in (
        lambda: actions.draw_list(by=manager, now=AFTER, draw=draw.pk, outside="2"),
        lambda: actions.abandon(by=manager, now=AFTER, draw=draw.pk, reason="I dislike it"),
    ):
        with pytest.raises(Stale):
            again()
    with pytest.raises(Refused, match="committee_met"):
        actions.invite(by=manager, now=MEETS, draw=draw.pk)


def test_a_pool_too_small_is_said_when_it_is_frozen_and_nothing_is_kept(manager, intake):
    pool(5)
    draw = committed(manager, section(manager, intake))
    with pytest.raises(Refused, match="draw_pool_too_small"):
        actions.freeze(by=manager, now=NOW, draw=draw.pk)
    assert not Candidate.objects.exists()
    actions.abandon(by=manager, now=NOW, draw=draw.pk, reason="too few experts")
    assert committed(manager, draw.committee).number == 2


def test_a_draw_is_public_step_by_step_and_drawn_again_after_the_results(client, manager, intake, tmp_path):
    pool(9)
    draw = drawn(manager, intake)
    url = reverse("draw-record", args=[draw.pk])
    before = json.loads(client.get(url).content)
    assert before == {"commitment": draw.commitment, "digest": draw.digest, "outside": "3 8 17"}
    assert json.loads(client.get(f"/api/v1/draws/{draw.pk}/record").content) == before
    Intake.objects.filter(pk=intake.pk).update(state="decided", decided_at=NOW)
    after = client.get(url)
    path = tmp_path / "draw.json"
    path.write_bytes(after.content)
    assert replayed(read_drawn(path), draw.commitment) == ()
    shown = after.content.decode() + client.get(reverse("call-draws", args=[intake.call.code])).content.decode()
    assert draw.commitment in shown
    for row in Candidate.objects.filter(draw=draw).select_related("reviewer__person"):
        assert row.reviewer.person.name not in shown
        assert row.reviewer.affiliation not in shown


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PROGRAMME_MANAGER}))
def test_only_a_programme_manager_draws(manager, intake, role):
    pool(9)
    by, draw = make_actor(role), drawn(manager, intake)
    given = {"by": by, "now": AFTER}
    for act in (
        lambda: section(by, intake),
        lambda: committed(by, draw.committee),
        lambda: actions.freeze(**given, draw=draw.pk),
        lambda: actions.draw_list(**given, draw=draw.pk, outside="1"),
        lambda: actions.abandon(**given, draw=draw.pk, reason="x"),
        lambda: actions.invite(**given, draw=draw.pk),
        lambda: actions.give_sheets(**given, committee=draw.committee_id, due_at=MEETS),
        lambda: actions.note_answer(**given, candidate=at(draw, 1).pk, said=CandidateState.ABSENT),
    ):
        with pytest.raises(Refused, match="not_allowed_for_role"):
            act()


def test_an_invitation_is_answered_by_its_link_without_logging_in(client, manager, intake, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AFTER)
    pool(9)
    experts.set_terms(by=manager, now=NOW, call=intake.call_id, body_ko="지킵니다.", body_en="I keep it.")
    draw = drawn(manager, intake)
    actions.invite(by=manager, now=AFTER, draw=draw.pk)
    row = at(draw, 1)
    link = Message.objects.get(key=f"committee-invited-{row.pk}").link
    assert "지킵니다." in client.get(link).content.decode()
    assert client.post(link, {"said": "accepted"}).status_code == 422
    assert client.post(link, {"said": "accepted", "agreed": "on"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "accepted"
    assert ExpertAgreement.objects.get().reviewer_id == row.reviewer_id
    assert JournalEntry.objects.filter(action="committees.answer").get().actor == row.reviewer.person_id
    assert 'name="said"' not in client.get(link).content.decode()
    assert client.post(link, {"said": "refused"}).status_code in (409, 422)
    assert client.get("/committees/invitations/nothing/").status_code in (409, 422)


def test_others_do_not_answer_and_nobody_answers_too_late(manager, intake):
    pool(9)
    draw = drawn(manager, intake)
    actions.invite(by=manager, now=AFTER, draw=draw.pk)
    row = at(draw, 1)
    for by in (actor(at(draw, 2).reviewer.person), actor(make_person()), manager):
        with pytest.raises(Refused, match="not_found"):
            actions.answer(by=by, now=AFTER, candidate=row.pk, said=CandidateState.ACCEPTED)
    with pytest.raises(Refused, match="committee_invitation_over"):
        says(row, "accepted", now=row.answer_by)
    for wrong in ("absent", "waiting", "pooled"):
        with pytest.raises(Refused, match="invalid"):
            says(row, wrong)
    with pytest.raises(Refused, match="interest_learnt_ahead"):
        says(row, "recused", learnt_on=date(2026, 12, 1))
    assert home._gather("tasks", actor(row.reviewer.person), AFTER)[0].due == row.answer_by
    assert not home._gather("tasks", actor(at(draw, 3).reviewer.person), AFTER)


def test_members_get_the_sections_sheets_and_who_steps_back_loses_them_at_once(manager, intake):
    pool(9)
    track = make_track(intake.call)
    files = [make_submitted(track, intake, state="eligible") for _ in range(2)]
    draw = drawn(manager, intake)
    actions.invite(by=manager, now=AFTER, draw=draw.pk)
    for place in (1, 2):
        says(at(draw, place), "accepted")
    given = {"by": manager, "now": AFTER, "committee": draw.committee_id, "due_at": MEETS}
    assert actions.give_sheets(**given) == 4
    with pytest.raises(Refused, match="nothing_to_assign"):
        actions.give_sheets(**given)
    row = at(draw, 1)
    by = actor(row.reviewer.person)
    assert desk.mine(by, AFTER).count() == 2
    done = ReviewAssignment.objects.filter(reviewer=row.reviewer, application=files[0])
    done.update(state="submitted", ended_at=AFTER)
    with pytest.raises(Refused, match="committee_reason_needed"):
        actions.withdraw(by=by, now=AFTER, candidate=row.pk, note=" ", learnt_on=None)
    actions.withdraw(by=by, now=AFTER, candidate=row.pk, note="자문", learnt_on=date(2026, 4, 2))
    assert not desk.mine(by, AFTER).exists()
    sheets = ReviewAssignment.objects.filter(reviewer=row.reviewer)
    assert set(sheets.values_list("state", flat=True)) == {"recused"}
    assert states(draw)[:3] == ["recused", "accepted", "waiting"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_draw_at_once_only_one_draws(manager, intake):
    pool(9)
    draw = committed(manager, section(manager, intake))
    actions.freeze(by=manager, now=NOW, draw=draw.pk)
    answers = at_once(
        *(lambda value=value: actions.draw_list(by=manager, now=AFTER, draw=draw.pk, outside=value) for value in "12")
    )
    assert sorted(type(one).__name__ for one in answers) == ["CommitteeDraw", "Stale"]
    assert len(states(draw)) == 6


@pytest.mark.parametrize("count", [1, 2])
def test_a_manager_does_it_all_by_pages(client, intake, monkeypatch, count):
    now = [NOW]
    monkeypatch.setattr("django.utils.timezone.now", lambda: now[0])
    pool(3 * count)
    staff = make_staff(Role.PROGRAMME_MANAGER)
    client.force_login(staff)
    given = {"name_ko": "가", "name_en": "A", "seats": count, "meets_at": "2026-04-25T10:00"}
    url = client.post(reverse("committee-new", args=[intake.pk]), given).headers["Location"]
    value = {"outside_source": "Lottery", "outside_from": "2026-04-10T21:00", "times": 3, "per_organisation": 1}
    more = {"answer_days": 3, "trait_1": "field:의료", "least_1": 1}
    assert client.post(f"{url}draws/new/", value | more).status_code == 302
    draw = CommitteeDraw.objects.get()
    assert draw.quotas == [["field:의료", 1, None]]
    assert client.post(url, {"what": "freeze", "draw": draw.pk}).status_code == 302
    now[0] = draw.outside_from
    client.force_login(staff)
    assert client.post(reverse("draw-value", args=[draw.pk]), {"outside": "3 8 17"}).status_code == 302
    assert client.post(url, {"what": "invite", "draw": draw.pk}).status_code == 302
    noted = {"said": "accepted", "note": "by telephone"}
    assert client.post(reverse("candidate-answer", args=[at(draw, 1).pk]), noted).status_code == 302
    page = client.get(url).content.decode()
    assert "by telephone" in page
    assert at(draw, 1).reviewer.person.name in page
    assert str(CommitteeDraw.objects.get().secret) not in page
    assert Person.objects.filter(reviewer__isnull=False).count() == 3 * count


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_take_a_fixed_number_of_queries(client, manager, intake, django_assert_num_queries, count):
    pool(3 * count)
    draw = drawn(manager, intake, seats=count)
    actions.invite(by=manager, now=AFTER, draw=draw.pk)
    client.force_login(Person.objects.get(pk=manager.person))
    for url, number in {
        reverse("intake-committees", args=[intake.pk]): 8,
        reverse("committee", args=[draw.committee_id]): 11,
        reverse("call-draws", args=[intake.call.code]): 7,
    }.items():
        with django_assert_num_queries(number):
            assert client.get(url).status_code == 200
    assert queries.committees(actor(make_reviewer().person)).count() == 0
