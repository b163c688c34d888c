"""What staff do through the API: documents of calls, approvals of every kind, lists within bounds, tokens for plans."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from factories import (
    NOW,
    make_application,
    make_award,
    make_call,
    make_intake,
    make_member,
    make_organisation,
    make_pool,
    make_pool_month,
    make_product,
    make_staff,
    make_submitted,
    make_track,
)
from rounds import adopt, make_round, propose

from madang.portal.actors import Role
from madang.portal.approvals.models import Approval
from madang.portal.awards.models import Award
from madang.portal.calls.models import Call, ConsentText
from madang.portal.decisions import actions as decisions
from madang.portal.decisions.models import Decision
from madang.portal.journal.models import JournalEntry, Reading
from madang.portal.people.models import ApiToken, Person
from madang.portal.people.queries import secret_hash
from madang.portal.prices.models import Tariff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def ask(client):
    """One call of the API by a person, in English; gives status and content."""

    def call(person: Person | None, method: str, path: str, content=None, **headers):
        if person is not None:
            secret = f"secret-{person.pk}"
            expires = {"created_at": NOW, "expires_at": NOW + timedelta(days=1)}
            given = {"name": "t", "shown_start": "s", **expires}
            ApiToken.objects.get_or_create(person=person, secret_hash=secret_hash(secret), defaults=given)
            headers = {"Authorization": f"Bearer {secret}", **headers}
        headers = {"Accept-Language": "en", **headers}
        body = "" if content is None else json.dumps(content)
        answer = client.generic(method, f"/api/v1/{path}", body, "application/json", headers=headers)
        return answer.status_code, answer.json() if answer.content else None

    return call


@pytest.fixture
def manager():
    return make_staff(Role.PROGRAMME_MANAGER)


@pytest.fixture
def approver():
    return make_staff(Role.APPROVER)


def document(code: str = "spring", **given) -> dict:
    """A whole call with one of every part."""
    product = make_product(make_pool())
    text = {"version": 1, "title_ko": "동의", "title_en": "Consent", "body_ko": "본문", "body_en": "Body"}
    ConsentText.objects.get_or_create(code="data", version=1, defaults={**text, "created_at": NOW})
    days = [NOW + timedelta(days=count) for count in (1, 10, 20, 30)]
    names = ("opens_at", "closes_at", "review_due_at", "decision_due_at")
    titles = {"title_ko": "제목", "title_en": "Title"}
    track = {
        "code": "main", **titles, "first_month": "2026-07", "last_month": "2026-09",
        "products": [{"product": product.code, "minimum": 1, "maximum": 4}],
        "criteria": [{"code": "merit", **titles, "points": 60, "minimum_points": 10}],
        "sections": [{"code": "plan", **titles, "max_characters": 900}],
        "rules": [{"kind": "age_at_most", "reference_date": "deadline", "parameters": {"years": 7}}],
        "papers": [{"code": "tax", **titles, "issuer_ko": "국세청", "issuer_en": "Tax Service", "max_age_days": 90}],
        "consents": [{"code": "data", "version": 1, "required": True}],
    }  # fmt: skip
    whole = {"code": code, "kind": "regular", **titles, "summary_ko": "요약", "summary_en": "Summary"}
    dates = {name: day.isoformat() for name, day in zip(names, days, strict=True)}
    return {**whole, "intakes": [dates], "tracks": [track], **given}


def covers(found: object, wanted: object) -> bool:
    """Everything that was wanted is there; what was left out may have come with its default."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(name in found and covers(found[name], wanted[name]) for name in wanted)
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(covers, found, wanted))
    return found == wanted or str(found).replace("Z", "+00:00") == wanted


def test_a_document_comes_back_as_it_went_in_and_replaces_what_stands(ask, manager):
    wanted = document()
    status, made = ask(manager, "POST", "drafts", wanted)
    assert (status, made["state"], made["open_points"]) == (201, "draft", [])
    assert covers(made["document"], wanted)
    fewer = wanted | {"title_en": "Other", "tracks": []}
    content = {"version": made["version"], "document": fewer}
    status, changed = ask(manager, "PUT", "calls/spring/document", content)
    assert (status, changed["document"]["tracks"], len(changed["open_points"])) == (200, [], 1)
    assert covers(changed["document"], fewer)
    assert ask(manager, "PUT", "calls/spring/document", content)[1]["title"] == "stale"
    assert JournalEntry.objects.filter(action="drafts.rewrite").count() == 1
    assert ask(manager, "POST", "drafts", wanted)[1]["title"] == "call_code_taken"


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("intakes", [{"opens_at": "2026-05-01T00:00:00", "closes_at": "2026-05-02T00:00:00Z"}]),
        ("tracks", [{"code": "x"}]),
        ("code", "no spaces here"),
        ("kind", "unknown"),
        ("title_ko", "가" * 161),
    ],
)
def test_what_is_no_call_is_said_and_nothing_is_stored(ask, manager, part, wrong):
    status, said = ask(manager, "POST", "drafts", document(**{part: wrong}))
    assert (status, said["title"]) == (422, "invalid")
    assert any(part in error["where"] for error in said["errors"])
    assert not Call.objects.filter(code="spring").exists()


def test_an_intake_out_of_order_and_an_unknown_product_are_refused_in_words(ask, manager):
    late = document()
    late["intakes"][0]["closes_at"] = (NOW - timedelta(days=9)).isoformat()
    assert ask(manager, "POST", "drafts", late)[1]["title"] == "intake_dates_out_of_order"
    unknown = document()
    unknown["tracks"][0]["products"][0]["product"] = "nothing"
    assert ask(manager, "POST", "drafts", unknown)[1]["title"] == "unknown_product"
    assert not Call.objects.exists()


def test_a_call_is_published_by_a_second_person_and_may_come_back_twice_before(ask, manager, approver):
    version = ask(manager, "POST", "drafts", document())[1]["version"]
    for answer, by, content in (("withdrawal", manager, None), ("rejection", approver, {"comment": "Not yet."})):
        waiting = ask(manager, "POST", "calls/spring/publication", {"version": version})[1]
        version, approval = waiting["version"], waiting["approval"]
        assert ask(by, "POST", f"approvals/{approval}/{answer}", content)[0] == 200
        assert ask(by, "POST", f"approvals/{approval}/{answer}", content)[1]["title"] == "approval_none_waiting"
        assert ask(manager, "GET", "calls/spring/document")[1]["approval"] is None
    approval = ask(manager, "POST", "calls/spring/publication", {"version": version})[1]["approval"]
    given = {"document_number": "D-1"}
    assert ask(manager, "POST", f"approvals/{approval}/approval", given)[1]["title"] == "not_allowed_for_role"
    assert ask(approver, "POST", f"approvals/{approval}/approval", given)[1]["decided_by"] == approver.name
    assert ask(None, "GET", "calls/spring")[0] == 200
    assert {"drafts.reject", "drafts.take_back"} <= set(JournalEntry.objects.values_list("action", flat=True))


def test_nobody_approves_their_own_draft_whatever_their_roles(ask):
    both = make_staff(Role.PROGRAMME_MANAGER, Role.APPROVER)
    version = ask(both, "POST", "drafts", document())[1]["version"]
    approval = ask(both, "POST", "calls/spring/publication", {"version": version})[1]["approval"]
    said = ask(both, "POST", f"approvals/{approval}/approval", {"document_number": "D-1"})[1]
    assert said["title"] == "approval_same_person"
    assert Call.objects.get(code="spring").state == "draft"


def test_every_kind_of_act_is_approved_at_the_same_address(ask, approver):
    found = make_round([60, 50])
    plan = propose(found)
    manager = Person.objects.get(pk=found.manager.person)
    running = make_award(make_submitted())
    for month in ("2026-05", "2026-06", "2026-07", "2026-08"):
        make_pool_month(running.lines.get().product.pool, month, physical=90, funded=90, committed=90)
    acts = {
        "adopt_plan": ask(manager, "POST", f"plans/{plan.pk}/adoption", {"comment": "best"}),
        "end_award": ask(manager, "POST", f"awards/{running.number}/end", {"reason": "Over."}),
        "change_tariff": ask(manager, "POST", "tariffs", {
            "product": found.product.code, "price_won": 10, "reference_price_won": 20, "reference_source": "list",
            "starts_on": "2026-12-01",
        }),
    }  # fmt: skip
    for kind, (status, made) in acts.items():
        assert status == 201, made
        said = ask(approver, "POST", f"approvals/{made['approval']}/approval", {"document_number": kind})
        assert (said[0], said[1].get("kind"), said[1].get("state")) == (200, kind, "approved"), said
    approval = ask(manager, "POST", f"intakes/{found.intake.pk}/decisions/publication", {})[1]["approval"]
    assert ask(approver, "POST", f"approvals/{approval}/approval", {"document_number": "D"})[0] == 200
    assert Award.objects.get(pk=running.pk).state == "ended"
    assert Tariff.objects.get(starts_on="2026-12-01").approved_at == NOW
    assert Decision.objects.filter(published_at=NOW).count() == 2
    assert Approval.objects.filter(state="waiting").count() == 0


def test_a_plan_is_read_with_a_token_before_it_is_public_and_a_wrong_token_is_said(ask):
    found = make_round([60, 50])
    plan = propose(found)
    path = f"plans/{plan.pk}"
    assert ask(None, "GET", path)[0] == 404
    assert ask(found.owners[0], "GET", path)[0] == 404
    assert ask(make_staff(Role.AUDITOR), "GET", path)[1]["problem"] == plan.problem
    assert ask(None, "GET", path, Authorization="Bearer nothing")[0] == 401
    adopt(found, plan)
    decisions.draft_publication(by=found.manager, now=NOW, intake=found.intake.pk)
    decisions.publish(by=found.approver, now=NOW, intake=found.intake.pk, document_number="D-2")
    assert ask(None, "GET", path)[0] == 200


def test_outcomes_say_who_got_what_and_why_and_are_cut_before_names_are_looked_up(ask):
    found = make_round([60, 50, 40], funded=16)
    plan = propose(found)
    person = Person.objects.get(pk=found.manager.person)
    status, said = ask(person, "GET", f"plans/{plan.pk}/outcomes?limit=1")
    assert (status, said["count"]) == (200, 3)
    (row,) = said["items"]
    assert (row["application"], row["outcome"], row["reserve_place"]) == (found.files[0].number, "whole", None)
    assert row["parts"] == [{"product": found.product.code, "given": 2, "asked": 2}]
    assert row["reason"] and row["outcome_in_words"] == "Selected, whole"


@pytest.mark.parametrize(("limit", "status"), [(1000, 200), (1001, 422), (0, 422)])
def test_lists_have_a_greatest_length(ask, manager, limit, status):
    assert ask(manager, "GET", f"intakes?limit={limit}")[0] == status


def test_a_list_reads_only_the_page_that_was_asked_for(ask, django_assert_num_queries):
    organisation = make_organisation()
    person = make_member(organisation)
    track = make_track()
    place = {"track": track, "intake": make_intake(track.call), "organisation": organisation, "created_by": person}
    for _number in range(2):
        make_application(**place)
    ask(person, "GET", "applications?limit=1")
    with django_assert_num_queries(8) as few:
        assert len(ask(person, "GET", "applications?limit=1")[1]["items"]) == 1
    for _number in range(6):
        make_application(**place)
    with django_assert_num_queries(len(few)):
        assert ask(person, "GET", "applications?limit=1")[1]["count"] == 8
    with django_assert_num_queries(len(few)):
        assert len(ask(person, "GET", "applications")[1]["items"]) == 8


def test_capacity_is_set_all_or_nothing_over_the_version_that_was_read(ask, manager):
    pool = make_pool(code="h")
    make_pool_month(pool, "2026-05", physical=10, funded=5)
    months = [{"month": "2026-05", "physical_units": 10, "funded_units": 6, "version": 1}]
    status, said = ask(manager, "PUT", "pools/h/capacity", months)
    assert (status, said[0]["funded_units"], said[0]["version"]) == (200, 6, 2)
    more = [{"month": "2026-06", "physical_units": 1, "funded_units": 1}, *months]
    assert ask(manager, "PUT", "pools/h/capacity", more)[1]["title"] == "stale"
    assert [ask(who, "GET", "pools/h/capacity")[1]["items"][0]["version"] for who in (None, manager)] == [None, 2]
    wrong = [{"month": "2026-06", "physical_units": 1, "funded_units": 2}]
    assert ask(manager, "PUT", "pools/h/capacity", wrong)[1]["title"] == "funded_above_physical"


def test_what_belongs_to_another_is_given_with_a_purpose_that_is_kept(ask):
    file = make_submitted(state="submitted")
    officer, owner = make_staff(Role.SCREENING_OFFICER), make_member(file.organisation)
    assert ask(officer, "GET", f"applications/{file.pk}/screening")[0] == 200
    assert Reading.objects.filter(reader=officer.pk, subject_kind="application", what="view").exists()
    assert ask(owner, "GET", f"applications/{file.pk}/screening")[0] == 404
    assert ask(officer, "GET", "submitted-files/999999")[0] == 404


def test_the_journal_is_searched_by_words_of_time_and_thing(ask, manager):
    ask(manager, "POST", "drafts", document())
    auditor = make_staff(Role.AUDITOR)
    said = ask(auditor, "GET", f"journal/entries?action=drafts.&actor={manager.pk}")[1]
    assert [row["action"] for row in said["items"]] == ["drafts.create_call"]
    assert said["items"][0]["text"] == "Draft of a call created"
    assert ask(auditor, "GET", "journal/entries?since=2026-04-01T00:00:00%2B09:00&until=2026-04-01T00:00:01Z")[0] == 200
    assert ask(auditor, "GET", "journal/entries?since=2026-04-01T00:00:00")[0] == 422
    assert ask(manager, "GET", "journal/entries")[0] == 404


def test_a_rolling_call_plans_its_next_intake_and_a_text_gets_its_next_version(ask, manager):
    call = make_call(kind="rolling")
    make_intake(call)
    make_track(call)
    status, made = ask(manager, "POST", f"calls/{call.code}/intakes")
    assert status == 201, made
    assert (made["number"], made["accepting"]) == (2, False)
    parts = {f"{part}_{language}": "x" for part in ("title", "body", "refusal") for language in ("ko", "en")}
    versions = [ask(manager, "POST", "consent-texts", {"code": "pledge", **parts})[1]["version"] for _ in range(2)]
    assert versions == [1, 2]
    assert ask(make_member(), "GET", "consent-texts")[0] == 404
