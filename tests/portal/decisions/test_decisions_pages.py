"""Pages of plans, decisions, awards and agreements: who sees them, how many queries they take, the way through them."""

from __future__ import annotations

import pytest
from django.urls import reverse
from factories import NOW, actor, make_member, make_person, make_staff
from rounds import adopt, make_round, propose, publish

from madang.allocation.check import check
from madang.allocation.plan import Plan as AllocationPlan
from madang.portal.actors import Role
from madang.portal.agreements import actions as agreements
from madang.portal.awards.models import Award
from madang.portal.calls.models import Intake
from madang.portal.decisions import actions
from madang.portal.journal.models import Reading
from madang.portal.people.models import Person
from madang.portal.plans.models import Plan
from madang.portal.plans.rules import PolicyChoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def person(by) -> Person:
    return Person.objects.get(pk=by.person)


def published(count=2, funded=16):
    found = make_round([60 - i for i in range(count)], funded=funded)
    plan = propose(found)
    adopt(found, plan)
    publish(found)
    return found, plan


def staff_pages(found, plan):
    intake = found.intake.pk
    return [
        reverse("plans", args=[intake]),
        reverse("plan", args=[plan.pk]),
        reverse("plan-document", args=[plan.pk]),
        reverse("plan-progress", args=[plan.pk]),
        reverse("intake-decisions", args=[intake]),
    ]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_staff_and_auditors_read_everything(client, clock, language):
    found, plan = published()
    other = propose(found, PolicyChoice.PORTFOLIO)
    client.cookies["madang_language"] = language
    pages = staff_pages(found, plan)
    pages.append(reverse("plan-compare", args=[found.intake.pk]) + f"?plan={plan.pk}&plan={other.pk}")
    for role in (Role.PROGRAMME_MANAGER, Role.APPROVER, Role.AUDITOR):
        client.force_login(make_staff(role))
        for url in pages:
            assert client.get(url).status_code == 200, url


def test_others_do_not_find_the_staffs_pages(client, clock):
    found = make_round([60])
    plan = propose(found)
    for who in (make_person(), found.owners[0], make_member()):
        client.force_login(who)
        for url in staff_pages(found, plan):
            assert client.get(url).status_code == 404, url


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_a_fixed_number_of_queries(client, clock, django_assert_num_queries, count):
    found, plan = published(count, funded=16 * count)
    client.force_login(person(found.manager))
    owner = found.owners[0]
    wanted = {
        reverse("plans", args=[found.intake.pk]): 11,
        reverse("plan", args=[plan.pk]): 20,
        reverse("intake-decisions", args=[found.intake.pk]): 19,
        reverse("awards"): 9,
    }
    for url, number in wanted.items():
        with django_assert_num_queries(number):
            assert client.get(url).status_code == 200
    client.logout()
    with django_assert_num_queries(13):
        client.get(reverse("call-results", args=[found.intake.call.code]))
    client.force_login(owner)
    for url, number in {
        reverse("awards"): 8,
        reverse("award-decision", args=[found.files[0].pk]): 16,
        reverse("award", args=[Award.objects.get(application=found.files[0]).number]): 13,
    }.items():
        with django_assert_num_queries(number):
            assert client.get(url).status_code == 200


def test_a_plan_is_adopted_and_published_on_the_pages(client, clock):
    found = make_round([60, 50])
    plan = propose(found)
    page, decisions = reverse("plan", args=[plan.pk]), reverse("intake-decisions", args=[found.intake.pk])
    manager, approver = person(found.manager), person(found.approver)
    for url, draft in ((page, "best"), (decisions, "")):
        client.force_login(manager)
        assert client.post(url, {"half": "draft", "comment": draft}).status_code == 302
        client.force_login(approver)
        assert client.post(url, {"half": "approve", "document_number": ""}).status_code == 200
        assert client.post(url, {"half": "approve", "document_number": "A-1"}).status_code == 302
    assert Plan.objects.get(pk=plan.pk).state == "adopted"
    assert Intake.objects.get(pk=found.intake.pk).state == "decided"
    assert set(Award.objects.values_list("state", flat=True)) == {"offered"}


def test_an_approver_rejects_a_plan_with_a_comment(client, clock):
    found = make_round([60])
    plan = propose(found)
    actions.draft_adoption(by=found.manager, now=NOW, plan=plan.pk)
    client.force_login(person(found.approver))
    url = reverse("plan", args=[plan.pk])
    assert client.post(url, {"half": "reject", "comment": ""}).status_code == 200
    assert client.post(url, {"half": "reject", "comment": "no"}).status_code == 302
    assert Plan.objects.get(pk=plan.pk).state == "checked"


def test_a_plan_is_proposed_on_the_page(client, clock):
    found = make_round([60])
    client.force_login(person(found.manager))
    url = reverse("plans", args=[found.intake.pk])
    assert client.post(url, {"policies": ["portfolio"], "seed": 7}).status_code == 302
    plan = Plan.objects.get()
    assert (plan.policy["policy"], plan.seed) == ("portfolio", 7)
    assert b"hx-get" in client.get(reverse("plan", args=[plan.pk])).content
    client.force_login(person(found.approver))
    assert client.post(url, {"policies": ["portfolio"], "seed": 7}).status_code == 422


def test_an_applicant_reads_the_decision_once_it_is_published(client, clock):
    found = make_round([60, 50])
    adopt(found, propose(found))
    url = reverse("award-decision", args=[found.files[1].pk])
    client.force_login(found.owners[1])
    assert client.get(url).status_code == 404
    publish(found)
    page = client.get(url).content.decode()
    for shown in ("70.00", "Sound.", "Clear."):
        assert shown in page
    reviewer = found.files[1].assignments.get().reviewer.person
    assert reviewer.name not in page
    client.force_login(found.owners[0])
    assert client.get(url).status_code == 404
    assert not Reading.objects.exists()
    client.force_login(make_staff(Role.AUDITOR))
    assert client.get(url).status_code == 200
    assert Reading.objects.get().subject == str(found.files[1].pk)


def test_results_are_public_and_name_only_the_selected(client, clock):
    found, plan = published()
    client.cookies["madang_language"] = "en"
    page = client.get(reverse("call-results", args=[found.intake.call.code])).content.decode()
    assert found.files[0].organisation.name in page
    assert found.files[1].organisation.name not in page
    assert found.files[1].number in page
    document = client.get(reverse("plan-document", args=[plan.pk]))
    assert document.status_code == 200
    shown = AllocationPlan.from_json(document.json())
    assert {name for request in shown.problem.requests for name in request.attributes} == {"track"}
    assert check(shown.problem, shown) == []
    assert shown.problem_hash != plan.problem_hash


def test_nothing_is_public_before_publication(client, clock):
    found = make_round([60])
    plan = propose(found)
    adopt(found, plan)
    page = client.get(reverse("call-results", args=[found.intake.call.code])).content.decode()
    assert found.files[0].organisation.name not in page
    assert client.get(reverse("plan-document", args=[plan.pk])).status_code == 404


def test_from_offer_to_signature_on_the_pages(client, clock):
    found, _plan = published()
    award = Award.objects.get()
    owner = found.owners[0]
    owner.set_password("correct horse")
    Person.objects.filter(pk=owner.pk).update(password=owner.password)
    client.force_login(owner)
    accept = reverse("award-accept", args=[award.number])
    assert client.post(accept, {}).status_code == 422
    assert client.post(accept, {"confirm": "on"}).status_code == 302
    page = reverse("agreement", args=[award.number])
    assert award.title in client.get(page).content.decode()
    signed = {"what": "click", "confirm": "on", "password": "wrong"}
    seen = award.agreements.get().sha256
    assert client.post(page, signed | {"seen": seen}).status_code == 200
    assert not award.agreements.get().signatures.exists()
    assert client.post(page, signed | {"seen": seen, "password": "correct horse"}).status_code == 302
    assert award.agreements.get().signatures.get().person_id == owner.pk
    assert client.get(reverse("agreement-pdf-ko", args=[award.number])).content.startswith(b"%PDF-")


def test_an_offer_is_declined_on_the_page_only_when_confirmed(client, clock):
    found, _plan = published()
    award = Award.objects.get()
    client.force_login(found.owners[0])
    url = reverse("award-decline", args=[award.number])
    assert client.post(url, {"reason": "x"}).status_code == 422
    assert client.post(url, {"reason": "x", "confirm": "on"}).status_code == 302
    assert Award.objects.get().state == "declined"
    client.force_login(person(found.manager))
    again = client.post(reverse("intake-decisions", args=[found.intake.pk]), {"what": "again"})
    assert again.status_code == 302
    assert Plan.objects.filter(state="solving").count() == 1


def test_strangers_find_no_award_and_no_agreement(client, clock):
    found, _plan = published()
    award = Award.objects.get()
    agreements.accept(by=actor(found.owners[0]), now=NOW, award=award.pk)
    client.force_login(make_member())
    for name in ("award", "agreement", "award-accept", "award-decline", "agreement-pdf-en"):
        assert client.get(reverse(name, args=[award.number])).status_code == 404
    assert client.get(reverse("award-decision", args=[found.files[0].pk])).status_code == 404


def test_lists_that_are_empty_say_what_to_do(client, clock):
    found = make_round([])
    client.force_login(person(found.manager))
    for url in (reverse("plans", args=[found.intake.pk]), reverse("intake-decisions", args=[found.intake.pk])):
        assert b'class="empty"' in client.get(url).content
    client.force_login(make_member())
    assert b'class="empty"' in client.get(reverse("awards")).content


@pytest.mark.parametrize(
    ("language", "said"), [("en", "within 14 days of this notice"), ("ko", "통보일부터 14일 안에")]
)
def test_who_was_not_selected_reads_how_long_an_objection_takes(client, clock, language, said):
    found = make_round([60, 10], minimum=50_000)
    adopt(found, propose(found))
    publish(found)
    Intake.objects.filter(pk=found.intake.pk).update(objection_days=14)
    client.force_login(found.owners[1])
    client.cookies["madang_language"] = language
    assert said in client.get(reverse("award-decision", args=[found.files[1].pk])).content.decode()
    client.force_login(found.owners[0])
    assert said not in client.get(reverse("award-decision", args=[found.files[0].pk])).content.decode()
