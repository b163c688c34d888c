"""What the check of conflicts finds after sheets were given out, and possible matches that a person resolves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from factories import (
    NOW,
    actor,
    make_actor,
    make_assignment,
    make_intake,
    make_member,
    make_organisation,
    make_reviewer,
    make_staff,
    make_submitted,
    make_track,
)

from madang.errors import Refused, Stale
from madang.portal.actors import MemberRole, Role
from madang.portal.conflicts import rules
from madang.portal.conflicts.models import ConflictRuleSet
from madang.portal.experts.models import ExpertProfile
from madang.portal.findings import actions, queries
from madang.portal.findings.models import MatchAnswer
from madang.portal.journal.models import JournalEntry, Reading
from madang.portal.organisations import actions as organisations
from madang.portal.people.models import Membership, Organisation, Person
from madang.portal.reviews import actions as reviews
from madang.portal.reviews import desk, scoring
from madang.portal.reviews.models import Affiliation, ReviewAssignment
from madang.portal.reviews.rules import Interest

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def sheet():
    """A sheet that is in, of a reviewer whom nothing bars; the applicant has an owner."""
    intake = make_intake(state="in_review", opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))
    owner = make_member(name="Kim Cheol-su")
    (held,) = owner.memberships.all()
    given = {"organisation": held.organisation, "created_by": owner, "state": "eligible"}
    file = make_submitted(make_track(intake.call), intake, **given)
    return make_assignment(file, make_reviewer(), state="submitted", ended_at=NOW)


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


# --- whatever changes, it is judged anew ---


def a_membership(row, manager):
    Membership.objects.create(
        organisation=row.application.organisation, person=row.reviewer.person, role=MemberRole.MEMBER, joined_at=NOW
    )


def an_invitation_accepted(row, manager):
    owner = actor(row.application.created_by)
    given = {"organisation": row.application.organisation_id, "role": MemberRole.MEMBER}
    organisations.invite(by=owner, now=NOW, email=row.reviewer.person.email, **given)


def an_employment(row, manager):
    Affiliation.objects.create(reviewer=row.reviewer, organisation=row.application.organisation, since=date(2026, 1, 1))


def an_employment_by_number(row, manager):
    number = row.application.organisation.registration_number
    Affiliation.objects.create(reviewer=row.reviewer, name="?", registration_number=number, since=date(2026, 1, 1))


def a_group_of_firms(row, manager):
    theirs, other = row.application.organisation, make_organisation()
    Affiliation.objects.create(reviewer=row.reviewer, organisation=other, since=date(2026, 1, 1))
    for one, name in ((theirs, "Neoseul Group"), (other, "neoseul  group")):
        given = {"organisation": one.pk, "version": one.version, "firm_group": name}
        organisations.set_firm_group(by=manager, now=NOW, **given)


def a_name(row, manager):
    Person.objects.filter(pk=row.reviewer.person_id).update(name="KIM Cheolsu")


def a_spelling(row, manager):
    given = {"other_names": ["Cheol Su, Kim"], "changed_at": NOW}
    ExpertProfile.objects.create(reviewer=row.reviewer, **given)


def an_unconfirmed_address(row, manager):
    given = {"other_addresses": [row.application.created_by.email.upper()], "changed_at": NOW}
    ExpertProfile.objects.create(reviewer=row.reviewer, **given)


def another_organisation_of_the_application(row, manager):
    other = make_organisation()
    Affiliation.objects.create(reviewer=row.reviewer, organisation=other, since=date(2026, 1, 1))
    type(row.application).objects.filter(pk=row.application_id).update(organisation=other)


def another_in_charge(row, manager):
    type(row.application).objects.filter(pk=row.application_id).update(created_by=row.reviewer.person)


CHANGES = [
    a_membership, an_invitation_accepted, an_employment, an_employment_by_number, a_group_of_firms, a_name, a_spelling,
    an_unconfirmed_address, another_organisation_of_the_application, another_in_charge,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_turns_up_later_bars_at_once_and_is_a_task(sheet, manager, change):
    by = actor(sheet.reviewer.person)
    assert desk.open_to_reviewer(by, sheet.pk, NOW) is not None
    assert queries.barred_sheets(manager, NOW) == [] == queries.staff_tasks(manager, NOW)
    change(sheet, manager)
    later = NOW + timedelta(minutes=1)
    assert desk.open_to_reviewer(by, sheet.pk, later) is None
    assert not desk.mine(by, later).exists()
    (found,) = queries.barred_sheets(manager, later, application__intake=sheet.application.intake_id)
    assert found == sheet
    url = reverse("intake-conflicts", args=[sheet.application.intake_id])
    assert (url, 1) in [(task.url, task.count) for task in queries.staff_tasks(manager, later)]


def test_a_barred_sheet_is_set_aside_and_no_longer_counts(client, sheet, manager):
    intake = sheet.application.intake_id
    assert code(lambda: actions.set_aside(by=manager, now=NOW, assignment=sheet.pk, reason="x")) == "not_found"
    a_membership(sheet, manager)
    for by in (make_actor(Role.SCREENING_OFFICER), make_actor(Role.AUDITOR), actor(sheet.reviewer.person)):
        given = {"by": by, "now": NOW, "assignment": sheet.pk}
        assert code(lambda given=given: actions.set_aside(**given, reason="x")) == "not_allowed_for_role"
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    url = reverse("review-set-aside", args=[sheet.pk])
    assert url in client.get(reverse("intake-conflicts", args=[intake])).content.decode()
    assert client.post(url, {"reason": "Joined the applicant"}).status_code == 302
    assert client.get(url).status_code == 404
    assert ReviewAssignment.objects.get().state == "withdrawn"
    assert scoring.scores_in(intake)[sheet.application_id].score.answered == 0


# --- possible matches ---


def resolve(by, row, same, **more):
    found = queries.match(by, row.application.intake_id, row.application.organisation_id, row.reviewer_id, NOW)
    given = {"organisation": row.application.organisation_id, "reviewer": row.reviewer_id, "same": same}
    given |= {"intake": row.application.intake_id, "reason": "Telephoned", "rests_on": found.rests_on if found else ""}
    return actions.resolve(by=by, now=NOW, **(given | more))


def test_an_answer_counts_until_the_names_or_addresses_change(sheet, manager):
    a_name(sheet, manager)
    by, officer = actor(sheet.reviewer.person), make_actor(Role.SCREENING_OFFICER)
    url = reverse("intake-matches", args=[sheet.application.intake_id])
    assert [(task.url, task.count) for task in queries.staff_tasks(officer, NOW)] == [(url, 1)]
    resolve(officer, sheet, same=False)
    assert desk.mine(by, NOW).exists() and queries.staff_tasks(officer, NOW) == []
    an_unconfirmed_address(sheet, manager)
    assert not desk.mine(by, NOW).exists()
    (found,) = queries.matches(officer, sheet.application.intake_id, NOW)
    assert found.answer is None and found.earlier and len(found.facts) == 2
    resolve(officer, sheet, same=True)
    assert not desk.mine(by, NOW).exists() and queries.staff_tasks(officer, NOW) == []
    resolve(manager, sheet, same=False)  # somebody looked again
    assert desk.mine(by, NOW).exists()
    ExpertProfile.objects.all().delete()
    assert desk.mine(by, NOW).exists()  # back to what the first answer rests on
    assert MatchAnswer.objects.count() == 3
    assert JournalEntry.objects.filter(action="findings.resolve").count() == 3


def test_an_answer_about_an_organisation_counts_for_all_its_applications(sheet, manager):
    a_name(sheet, manager)
    file = sheet.application
    given = {"organisation": file.organisation, "created_by": file.created_by, "state": "eligible"}
    second = make_submitted(file.track, file.intake, **given)
    make_assignment(second, sheet.reviewer)
    (found,) = queries.matches(manager, file.intake_id, NOW)
    assert {one.pk for one in found.files} == {file.pk, second.pk}
    resolve(manager, sheet, same=False)
    assert desk.mine(actor(sheet.reviewer.person), NOW).count() == 2


def test_who_may_answer_and_what_is_refused(sheet, manager):
    assert code(lambda: resolve(manager, sheet, same=True)) == "not_found"
    a_name(sheet, manager)
    for by in (make_actor(Role.AUDITOR), make_actor(Role.OPERATOR), actor(sheet.reviewer.person), actor(make_member())):
        assert code(lambda by=by: resolve(by, sheet, same=True)) == "not_allowed_for_role"
    assert code(lambda: resolve(manager, sheet, same=True, reason=" ")) == "possible_match_reason_needed"
    with pytest.raises(Stale):
        resolve(manager, sheet, same=True, rests_on="0" * 64)
    assert not MatchAnswer.objects.exists()


def test_a_call_may_say_that_a_possible_match_bars_nobody(sheet, manager):
    a_name(sheet, manager)
    table = rules.check({"possible_match": {"severity": "warns"}}, rules.tradition("korean"))
    given = {"reason": "x", "set_by_id": manager.person, "set_at": NOW}
    ConflictRuleSet.objects.create(call=sheet.application.intake.call, number=1, rules=table, **given)
    assert desk.mine(actor(sheet.reviewer.person), NOW).exists()
    assert [task.count for task in queries.staff_tasks(manager, NOW)] == [1]  # it is still to be looked at


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_officer_resolves_a_match_on_its_page(client, sheet, manager, language):
    a_name(sheet, manager)
    intake = sheet.application.intake_id
    client.cookies["madang_language"] = language
    client.force_login(make_staff(Role.SCREENING_OFFICER))
    url = reverse("intake-match", args=[intake, sheet.application.organisation_id, sheet.reviewer_id])
    page = client.get(reverse("intake-matches", args=[intake])).content.decode()
    assert url in page and "KIM Cheolsu / Kim Cheol-su" in page
    form = client.get(url).context["form"]
    posted = {**form.initial, "same": "no", "reason": "Two dates of birth seen"}
    assert client.post(url, posted | {"reason": ""}).status_code == 422
    assert client.post(url, posted).status_code == 302
    page = client.get(reverse("intake-matches", args=[intake])).content.decode()
    assert {"ko": "다른 사람", "en": "Two people"}[language] in page and "Two dates of birth seen" in page
    assert Reading.objects.filter(subject_kind="reviewer").exists()


@pytest.mark.parametrize("count", [1, 3])
def test_pages_and_tasks_take_a_fixed_number_of_queries(client, sheet, manager, django_assert_num_queries, count):
    a_name(sheet, manager)
    for _ in range(count):
        row = make_assignment(make_submitted(sheet.application.track, sheet.application.intake, state="eligible"))
        make_member(row.application.organisation, name="Lee Mina")
        Person.objects.filter(pk=row.reviewer.person_id).update(name="Mina Lee")
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    for name, number in {"intake-matches": 20, "intake-conflicts": 30}.items():
        with django_assert_num_queries(number):
            assert client.get(reverse(name, args=[sheet.application.intake_id])).status_code == 200
    with django_assert_num_queries(14):
        assert len(queries.staff_tasks(manager, NOW)) == 2


def test_staff_write_the_group_of_firms_down(client, manager):
    row = make_organisation()
    owner = make_member(row)
    url = reverse("organisation-firm-group", args=[row.pk])
    client.force_login(make_staff(Role.SCREENING_OFFICER))
    posted = {"group-version": 1, "group-firm_group": "Neoseul Group"}
    assert client.post(url, posted).status_code == 302
    assert client.post(url, posted).status_code in (409, 422)
    assert Organisation.objects.get(pk=row.pk).firm_group == "Neoseul Group"
    client.force_login(owner)
    assert client.post(url, posted).status_code == 404
    assert "Neoseul Group" not in client.get(reverse("organisation", args=[row.pk])).content.decode()
    asked = {"by": actor(owner), "now": NOW, "organisation": row.pk, "version": 2, "firm_group": ""}
    assert code(lambda: organisations.set_firm_group(**asked)) == "not_allowed_for_role"


def test_a_declared_relation_of_every_kind_has_words_and_bars(sheet):
    by = actor(sheet.reviewer.person)
    for kind in Interest:
        reviews.declare_interest(by=by, now=NOW, organisation=make_organisation().pk, kind=kind)
    assert desk.mine(by, NOW).exists()  # all of them towards others
