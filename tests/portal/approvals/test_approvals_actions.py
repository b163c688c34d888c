"""Two people: one drafts, another decides, and never both halves by one."""

import pytest
from factories import NOW, actor, make_actor, make_call, make_person, make_staff
from portal.races import at_once, errors

from madang.errors import Refused
from madang.portal.actors import PUBLIC, Role
from madang.portal.approvals import actions, pages, queries
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.journal.models import JournalEntry
from madang.portal.outbox.models import Message

KIND = ApprovalKind.PUBLISH_CALL


def refused(code, act, **given):
    with pytest.raises(Refused) as caught:
        act(now=NOW, kind=KIND, **given)
    assert caught.value.code == code


def draft(by, subject=1):
    return actions.draft(by=by, now=NOW, kind=KIND, subject=subject, comment="봄 공고", code="spring")


def approve(by, subject=1, number="AI-2026-17"):
    return actions.approve(by=by, now=NOW, kind=KIND, subject=subject, comment="좋음", document_number=number)


@pytest.mark.django_db
def test_one_drafts_and_another_approves_under_a_document_number():
    drafter, approver = make_actor(Role.PROGRAMME_MANAGER), make_actor(Role.APPROVER)
    draft(drafter)
    row = approve(approver)
    assert (row.state, row.decided_by_id, row.document_number) == ("approved", approver.person, "AI-2026-17")
    assert row.facts == {"code": "spring"}
    done = list(JournalEntry.objects.order_by("pk").values_list("action", flat=True))
    assert done == ["approvals.draft", "approvals.approve"]
    codes = dict(Message.objects.values_list("code", "person"))
    assert codes == {"approval_waiting": approver.person, "approval_approved": drafter.person}
    refused("approval_none_waiting", actions.approve, by=approver, subject=1, comment="", document_number="x")


@pytest.mark.django_db
def test_the_same_person_never_does_both_halves():
    both = make_actor(Role.PROGRAMME_MANAGER, Role.APPROVER)
    draft(both)
    refused("approval_same_person", actions.approve, by=both, subject=1, comment="", document_number="x")
    refused("approval_same_person", actions.reject, by=both, subject=1, comment="no")
    assert not Message.objects.filter(person=both.person).exists()
    assert Approval.objects.get().state == "waiting"


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.APPROVER])
def test_no_other_role_decides(role):
    draft(make_actor(Role.PROGRAMME_MANAGER))
    by = make_actor(role)
    refused("not_allowed_for_role", actions.approve, by=by, subject=1, comment="", document_number="x")
    refused("not_allowed_for_role", actions.reject, by=by, subject=1, comment="no")


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PROGRAMME_MANAGER])
def test_no_other_role_drafts(role):
    refused("not_allowed_for_role", actions.draft, by=make_actor(role), subject=1, comment="")


@pytest.mark.django_db
def test_strangers_neither_draft_nor_decide_nor_see():
    draft(make_actor(Role.PROGRAMME_MANAGER))
    for by in (PUBLIC, actor(make_person())):
        refused("not_allowed_for_role", actions.draft, by=by, subject=2, comment="")
        refused("not_allowed_for_role", actions.approve, by=by, subject=1, comment="", document_number="x")
        assert not queries.waiting(by).exists()
        assert not queries.approvals(by).exists()
        assert queries.staff_tasks(by, NOW) == []
    assert queries.waiting(make_actor(Role.AUDITOR)).count() == 1


@pytest.mark.django_db
def test_a_subject_has_one_waiting_draft_and_can_be_drafted_again_after_a_decision():
    drafter, approver = make_actor(Role.PROGRAMME_MANAGER), make_actor(Role.APPROVER)
    draft(drafter)
    refused("approval_already_waiting", actions.draft, by=drafter, subject=1, comment="")
    refused("approval_reason_needed", actions.reject, by=approver, subject=1, comment=" ")
    refused("approval_document_needed", actions.approve, by=approver, subject=1, comment="", document_number=" ")
    actions.reject(by=approver, now=NOW, kind=KIND, subject=1, comment="배점이 틀림")
    draft(drafter)
    assert [row.state for row in queries.history(approver, KIND, 1)] == ["waiting", "rejected"]


@pytest.mark.django_db
def test_only_the_drafter_takes_a_draft_back():
    drafter, other = make_actor(Role.PROGRAMME_MANAGER), make_actor(Role.PROGRAMME_MANAGER)
    draft(drafter)
    refused("approval_not_yours", actions.withdraw, by=other, subject=1)
    assert actions.withdraw(by=drafter, now=NOW, kind=KIND, subject=1).state == "withdrawn"
    refused("approval_none_waiting", actions.withdraw, by=drafter, subject=1)


@pytest.mark.django_db
def test_a_task_waits_for_those_who_can_decide():
    drafter, approver = make_actor(Role.PROGRAMME_MANAGER), make_actor(Role.APPROVER)
    draft(drafter, 1)
    draft(drafter, 2)
    assert [task.count for task in queries.staff_tasks(approver, NOW)] == [2]
    assert queries.staff_tasks(drafter, NOW) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_does():
    draft(make_actor(Role.PROGRAMME_MANAGER))
    first, second = make_actor(Role.APPROVER), make_actor(Role.APPROVER)
    answers = at_once(
        lambda: approve(first),
        lambda: actions.reject(by=second, now=NOW, kind=KIND, subject=1, comment="아니요"),
    )
    assert len(errors(answers)) == 1
    assert JournalEntry.objects.filter(action__in=["approvals.approve", "approvals.reject"]).count() == 1


@pytest.mark.django_db(transaction=True)
def test_approving_twice_at_once_approves_once():
    draft(make_actor(Role.PROGRAMME_MANAGER))
    by = make_actor(Role.APPROVER)
    assert len(errors(at_once(lambda: approve(by), lambda: approve(by)))) == 1


@pytest.mark.django_db
def test_the_page_shows_what_waits_with_a_link_and_the_history(client, django_assert_num_queries):
    drafter, approver = make_staff(Role.PROGRAMME_MANAGER, language="en"), make_staff(Role.APPROVER, language="en")
    draft(actor(drafter), make_call().pk)
    client.force_login(approver)
    page = client.get("/staff/approvals/", headers={"accept-language": "en"}).content.decode()
    assert "Waits for your decision" in page
    assert "Publish a call" in page
    approve(actor(approver), Approval.objects.get().subject)
    page = client.get("/staff/approvals/", headers={"accept-language": "en"}).content.decode()
    assert "AI-2026-17" in page
    assert "Nothing waits for approval" in page


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_whatever_waits(client, django_assert_num_queries, rows):
    drafter, approver = make_actor(Role.PROGRAMME_MANAGER), make_staff(Role.APPROVER)
    for n in range(rows):
        draft(drafter, n)
        draft(drafter, 100 + n)
        approve(actor(approver), 100 + n)
    client.force_login(approver)
    with django_assert_num_queries(8):
        assert client.get("/staff/approvals/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "subject", "facts", "url"),
    [
        (ApprovalKind.PUBLISH_CALL, 5, {"code": "spring"}, "/staff/calls/spring/approval/"),
        (ApprovalKind.ADOPT_PLAN, 5, {}, "/staff/plans/5/"),
        (ApprovalKind.PUBLISH_DECISIONS, 5, {}, "/staff/intakes/5/decisions/"),
        (ApprovalKind.END_AWARD, 5, {"number": "A-00001"}, "/awards/A-00001/"),
        (ApprovalKind.CHANGE_TARIFF, 5, {}, "/staff/tariffs/5/"),
    ],
)
def test_each_kind_of_draft_leads_to_where_it_is_decided(kind, subject, facts, url):
    row = actions.draft(by=make_actor(Role.PROGRAMME_MANAGER), now=NOW, kind=kind, subject=subject, comment="", **facts)
    assert pages.where(row) == url
