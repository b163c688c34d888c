"""An official writes a policy on forms, adds rules from the menu, proposes several plans, compares and moves one."""

from __future__ import annotations

import pytest
from django.urls import reverse
from factories import NOW, make_staff
from rounds import make_round, solve

from madang.portal import sheets
from madang.portal.actors import Role
from madang.portal.people.models import Person
from madang.portal.plans.models import Plan
from madang.portal.policies.forms import RULE_FIELDS
from madang.portal.policies.models import AllocationPolicy
from madang.portal.policies.rules import DEFAULTS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def found(client):
    found = make_round([60, 50, 40], funded=32)
    client.force_login(Person.objects.get(pk=found.manager.person))
    return found


def fields_of(answer):
    """What a form shows, to be sent back as it is."""
    form = answer.context["form"]
    return {one.html_name: "" if one.value() is None else one.value() for one in form}


def new_policy(client, found, kind="portfolio", **given):
    url = reverse("policy-new", args=[found.intake.pk, kind])
    answer = client.post(url, fields_of(client.get(url)) | given)
    assert answer.status_code == 302, answer.context["form"].errors
    return AllocationPolicy.objects.order_by("-pk").first()


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("kind", sorted(DEFAULTS))
def test_every_kind_is_written_with_what_stands_in_its_form(client, found, kind, language):
    client.cookies["madang_language"] = language
    bracket = {"function": "brackets", "upto_0": 100, "keep_0": "90"} if kind == "scaled" else {}
    own = new_policy(client, found, kind, **bracket)
    assert own.policy["policy"] == kind
    assert own.policy["ties"] == ["score", "criteria", "smaller_ask", "lottery"]
    assert client.get(reverse("policy", args=[own.pk])).status_code == 200
    edit = reverse("policy-edit", args=[own.pk])
    assert client.post(edit, fields_of(client.get(edit)) | {"name_en": "Other"}).status_code == 302
    assert AllocationPolicy.objects.get(version=2).policy == own.policy


def test_every_kind_of_rule_is_added_changed_and_worded(client, found):
    own = new_policy(client, found)
    for kind in RULE_FIELDS:
        url = reverse("policy-rule", args=[own.pk, kind])
        answer = client.get(url)
        first = {one.html_name: choice for one in answer.context["form"] if (choice := _first(one))}
        first |= {"rate": "70", "reason": "As other centres see."} if kind == "overbooking" else {}
        assert client.post(url, fields_of(answer) | first).status_code == 302, kind
        own = AllocationPolicy.objects.order_by("-pk").first()
    assert [rule["kind"] for rule in own.rules] == list(RULE_FIELDS)
    assert all(rule["sentence"]["en"] and rule["sentence"]["ko"] for rule in own.rules)
    for rule in list(own.rules):
        url = reverse("policy-rule", args=[own.pk, rule["kind"]]) + f"?change={rule['name']}"
        sent = fields_of(client.get(url)) | {"sentence_en": "By hand."}
        assert client.post(url, sent).status_code == 302, rule
        own = AllocationPolicy.objects.order_by("-pk").first()
        changed = next(one for one in own.rules if one["name"] == rule["name"])
        assert (changed["params"], changed["sentence"]["en"]) == (rule["params"], "By hand.")
    act = reverse("policy-rule-act", args=[own.pk])
    assert client.post(act, {"remove": "reserve"}).status_code == 302
    newest = AllocationPolicy.objects.order_by("-pk").first()
    assert "reserve" not in {rule["name"] for rule in newest.rules}
    assert client.get(reverse("policy", args=[own.pk])).context["may_restore"]
    assert client.post(reverse("policy-restore", args=[own.pk])).status_code == 302
    again = AllocationPolicy.objects.order_by("-pk").first()
    assert (again.version, again.rules, again.made_from) == (newest.version + 1, own.rules, own)


FILLED = ("where_track", "where_youth", "pool", "criterion", "holder", "attribute")


def _first(bound):
    choices = [value for value, _ in getattr(bound.field, "choices", []) if value]
    return choices[0] if choices and bound.html_name in FILLED else None


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_rule_asks_several_things_of_an_applicant_and_one_is_taken_back(client, found, language):
    client.cookies["madang_language"] = language
    own = new_policy(client, found)
    url = reverse("policy-rule", args=[own.pk, "share_at_least"])
    sent = fields_of(client.get(url))
    answer = client.post(url, sent)
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"where_track"})
    chosen = {"where_track": found.track.code, "where_outside_capital": "yes", "where_youth": "yes"}
    assert client.post(url, sent | chosen).status_code == 302
    own = AllocationPolicy.objects.get(version=2)
    where = {"track": found.track.code, "outside_capital": "yes", "youth": "yes"}
    assert own.rules[0]["params"]["where"] == where
    assert "of these outside the capital region, of these young firms" in own.rules[0]["sentence"]["en"]
    assert "중 비수도권 중" in own.rules[0]["sentence"]["ko"]
    url = reverse("policy-rule", args=[own.pk, "share_at_least"]) + f"?change={own.rules[0]['name']}"
    sent = fields_of(client.get(url))
    assert {name: value for name, value in sent.items() if name.startswith("where_") and value} == chosen
    assert client.post(url, sent | {"where_youth": ""}).status_code == 302
    assert "youth" not in AllocationPolicy.objects.get(version=3).rules[0]["params"]["where"]


def test_a_wrong_number_is_shown_at_its_field(client, found):
    own = new_policy(client, found)
    url = reverse("policy-rule", args=[own.pk, "reserve"])
    answer = client.post(url, fields_of(client.get(url)) | {"thousandths": "140", "name": "Not fit"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"pool", "thousandths", "name"}
    tiers = reverse("policy-new", args=[found.intake.pk, "tiers"])
    answer = client.post(tiers, fields_of(client.get(tiers)) | {"whole": "50", "lottery": "60"})
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"lottery"})


def test_a_list_does_not_offer_what_it_cannot_keep(client, found):
    own = new_policy(client, found, "rank")
    page = client.get(reverse("policy", args=[own.pk]))
    assert "share_at_least" not in {code for code, _, _ in page.context["menu"]}
    url = reverse("policy-rule", args=[own.pk, "share_at_least"])
    answer = client.post(url, fields_of(client.get(url)) | {"where_youth": "yes"})
    assert answer.status_code == 422
    assert "share-at-least" in str(answer.context["form"].errors)


def test_resources_are_compared_in_a_unit(client, found):
    own = new_policy(client, found)
    url = reverse("policy-unit", args=[own.pk])
    assert client.post(url, {"unit": "H100", "weight_0": "0.25"}).status_code == 302
    own = AllocationPolicy.objects.get(version=2)
    assert own.reference == {"name": "H100", "thousandths": {found.pool.code: 250}}
    assert "H100" in client.get(reverse("policy", args=[own.pk])).content.decode()


def test_several_are_proposed_compared_moved_and_taken_away(client, found, tmp_path):
    own = new_policy(client, found)
    rule = reverse("policy-rule", args=[own.pk, "budget"])
    sent = fields_of(client.get(rule)) | {"pool": found.pool.code, "units": 16}
    assert client.post(rule, sent).status_code == 302
    own = AllocationPolicy.objects.get(version=2)
    plans = reverse("plans", args=[found.intake.pk])
    sent = {"policies": [f"own-{own.pk}", "rank_skip", "rank_stop"], "seed": 3}
    assert client.post(plans, sent).status_code == 302
    assert b"hx-get" in client.get(plans).content
    assert client.get(reverse("plans-progress", args=[found.intake.pk]) + "?solving=3").status_code == 200
    made = [solve(plan) for plan in Plan.objects.order_by("number")]
    refreshed = client.get(reverse("plans-progress", args=[found.intake.pk]) + "?solving=3")
    assert refreshed["HX-Refresh"] == "true"
    query = "&".join(f"plan={plan.pk}" for plan in made)
    compare = reverse("plan-compare", args=[found.intake.pk]) + f"?{query}"
    for show in ("", "differing", "gains", "losses", "nowhere", "everywhere", "nonsense"):
        assert client.get(f"{compare}&show={show}").status_code == 200
    taken = client.get(reverse("plan-compare-csv", args=[found.intake.pk]) + f"?{query}").content.decode("utf-8-sig")
    assert len(taken.splitlines()) == 4
    assert found.files[0].number in taken
    book = client.get(reverse("plan-compare-xlsx", args=[found.intake.pk]) + f"?{query}").content
    (tmp_path / "plans.xlsx").write_bytes(book)
    assert [",".join(row) for row in sheets.cells(tmp_path / "plans.xlsx", 9)] == taken.splitlines()
    move = reverse("plan-move", args=[made[0].pk])
    sent = fields_of(client.get(move))
    assert client.post(move, sent).status_code == 422
    field = next(name for name, lever in client.get(move).context["form"].levers.items() if lever.param == "units")
    assert client.post(move, sent | {field: 32}).status_code == 302
    moved = solve(Plan.objects.order_by("-number").first())
    followed = client.get(reverse("plan-progress", args=[moved.pk]))
    beside = reverse("plan-compare", args=[found.intake.pk]) + f"?plan={made[0].pk}&plan={moved.pk}"
    assert followed["HX-Redirect"] == beside
    assert client.get(beside).context["gains"] == 1


def test_a_solve_is_stopped_and_says_so(client, found):
    client.post(reverse("plans", args=[found.intake.pk]), {"policies": ["portfolio"], "seed": 0})
    plan = Plan.objects.get()
    assert client.post(reverse("plan-cancel", args=[plan.pk])).status_code == 302
    assert Plan.objects.get().state == "cancelled"
    assert client.get(reverse("plan", args=[plan.pk])).status_code == 200
    assert client.post(reverse("plan-cancel", args=[plan.pk])).status_code == 409


def test_a_commitment_stands_on_the_calls_page_and_replaces_the_seed(client, found):
    assert client.post(reverse("seed-commit", args=[found.intake.pk])).status_code == 302
    commitment = found.intake.lottery_seed.commitment
    assert "seed" not in client.get(reverse("plans", args=[found.intake.pk])).context["form"].fields
    client.logout()
    assert commitment in client.get(reverse("call", args=[found.intake.call.code])).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_a_fixed_number_of_queries(client, django_assert_num_queries, count):
    found = make_round([60, 50])
    client.force_login(make_staff(*Role))
    for _ in range(count):
        own = new_policy(client, found)
    for name, place, number in (("policies", found.intake.pk, 9), ("policy", own.pk, 12)):
        client.get(reverse(name, args=[place]))
        with django_assert_num_queries(number):
            assert client.get(reverse(name, args=[place])).status_code == 200
