"""The commands of the body's people against a served centre: a call as a file, rounds, plans, approvals, journal."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from factories import NOW, make_call, make_intake, make_staff, make_track
from rounds import make_round, solve

from madang.portal import leases
from madang.portal.access import actions as access
from madang.portal.actors import Role
from madang.portal.approvals.models import Approval
from madang.portal.calls.models import Call
from madang.portal.people import queries as people
from madang.portal.plans.models import Plan
from madang.portal.studies import queries as studies
from madang.portal.studies import working
from madang.portal.studies.actions import finish


@pytest.fixture
def staff(transactional_db, run, live_server, monkeypatch):
    """The command as typed by somebody who holds these roles; each role is one person."""
    found = {}
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)

    def typed(role: Role, *words: str, language: str = "en"):
        if role not in found:
            by = people.actor_of(make_staff(role).pk, address="", via="api")
            found[role] = access.create_token(by=by, now=NOW, name="t", days=30)[1]
        monkeypatch.setenv("MADANG_SERVER", live_server.url)
        monkeypatch.setenv("MADANG_TOKEN", found[role])
        monkeypatch.setenv("MADANG_CLI_LANGUAGE", language)
        return run(*words)

    return typed


def test_a_call_goes_out_as_a_file_and_comes_back_as_a_draft(staff, here):
    source = make_call(code="last-year")
    make_intake(source, opens_at=NOW + timedelta(days=1), closes_at=NOW + timedelta(days=9))
    make_track(source)
    printed = staff(Role.PROGRAMME_MANAGER, "draft", "--from", "last-year")
    document = printed.json() | {"code": "this-year"}
    (here / "call.json").write_text(json.dumps(document))
    saved = staff(Role.PROGRAMME_MANAGER, "draft", "call.json")
    assert (saved.status, saved.out.splitlines()[0]) == (0, "The draft this-year is saved.")
    (here / "call.json").write_text(json.dumps(document | {"title_en": "Another title"}))
    handed = staff(Role.PROGRAMME_MANAGER, "draft", "call.json", "--hand-over", "Please.", language="ko")
    number = Approval.objects.get().pk
    assert f"madang approve {number}" in handed.out
    assert "기다립니다" in handed.out
    assert Call.objects.get(code="this-year").title_en == "Another title"
    assert staff(Role.PROGRAMME_MANAGER, "draft", "call.json").status == 2


@pytest.mark.parametrize(
    ("content", "said"), [("{", "is not a call in JSON"), ("[]", "lacks the call's code"), (None, "There is no file")]
)
def test_a_file_that_is_no_call_is_said(staff, here, content, said):
    if content is not None:
        (here / "call.json").write_text(content)
    told = staff(Role.PROGRAMME_MANAGER, "draft", "call.json")
    assert told.status == 2
    assert said in told.err
    assert staff(Role.PROGRAMME_MANAGER, "draft").status == 2


def test_rounds_say_what_comes_next_in_both_languages(staff):
    assert staff(Role.AUDITOR, "rounds").out == "No rounds.\n"
    found = make_round([60, 50])
    listed = staff(Role.AUDITOR, "rounds").out
    assert found.intake.call.code in listed
    assert "In review" in listed
    shown = staff(Role.AUDITOR, "rounds", str(found.intake.pk))
    assert "Applications lack reviewers." in shown.out
    assert "Applications: 2" in shown.out
    assert "평가" in staff(Role.AUDITOR, "rounds", str(found.intake.pk), language="ko").out
    assert staff(Role.AUDITOR, "rounds", "999").status == 2


def test_a_plan_is_solved_while_one_waits_then_adopted_by_a_second_person(staff, monkeypatch):
    found = make_round([60, 50], funded=16)
    monkeypatch.setattr("madang.cli.plans.time.sleep", lambda _seconds: solve(Plan.objects.get(state="solving")))
    place = ("propose", str(found.intake.pk), "--policy", "rank_skip")
    told = staff(Role.PROGRAMME_MANAGER, *place, "--hand-over", "Best first.")
    assert told.status == 0, told.err
    assert "the checker found no fault" in told.out
    assert f"2/2 {found.product.code}" in told.out
    number = Approval.objects.get().pk
    listed = staff(Role.APPROVER, "approvals")
    assert "Adopt an allocation plan" in listed.out
    assert "Best first." in listed.out
    assert "배분안 채택" in staff(Role.APPROVER, "approvals", language="ko").out
    refused = staff(Role.PROGRAMME_MANAGER, "approve", str(number), "--document", "D-1")
    assert (refused.status, refused.out) == (2, "")
    assert staff(Role.APPROVER, "approve", str(number), "--document", "D-1").out == "Approved and carried out.\n"
    assert Plan.objects.get().state == "adopted"
    assert staff(Role.APPROVER, "approvals").out == "Nothing waits for a second person.\n"
    assert staff(Role.APPROVER, "approvals", "--all", "--json").json()[0]["document_number"] == "D-1"


def test_a_rejection_needs_its_reason_and_an_auditor_changes_nothing(staff, monkeypatch):
    found = make_round([60])
    monkeypatch.setattr("madang.cli.plans.time.sleep", lambda _seconds: solve(Plan.objects.get(state="solving")))
    place = ("propose", str(found.intake.pk), "--policy", "portfolio", "--hand-over", "")
    assert staff(Role.AUDITOR, *place).status == 2
    assert staff(Role.PROGRAMME_MANAGER, *place).status == 0
    number = str(Approval.objects.get().pk)
    assert staff(Role.APPROVER, "reject", number, "--comment", " ").err == "Please say why you reject it.\n"
    assert staff(Role.APPROVER, "reject", number, "--comment", "Too early.").out == "The draft was rejected.\n"
    assert Plan.objects.get().state == "checked"


def test_the_journal_is_searched_by_the_auditor_only(staff):
    make_round([60])
    told = staff(Role.AUDITOR, "journal", "--action", "access.create_token")
    assert "API token created" in told.out
    assert staff(Role.AUDITOR, "journal", "--action", "nothing.at_all").out == "No entries.\n"
    assert staff(Role.AUDITOR, "journal", "--since", "yesterday").status == 2
    assert staff(Role.PROGRAMME_MANAGER, "journal").status == 2


def test_policies_are_files_and_several_plans_are_compared_moved_and_questioned(staff, here, monkeypatch):
    found = make_round([60, 50], funded=32)
    waiting = Plan.objects.filter(state="solving").order_by("pk")
    monkeypatch.setattr("madang.cli.plans.time.sleep", lambda _seconds: solve(waiting.first()))
    place = str(found.intake.pk)
    assert staff(Role.AUDITOR, "policies", place).out == "No policies.\n"
    budget = {"name": "budget", "kind": "budget", "params": {"pool": found.pool.code, "units": 16}}
    document = {"name_ko": "상한", "name_en": "Capped", "policy": {"policy": "rank"}, "rules": [budget]}
    (here / "policy.json").write_text(json.dumps(document))
    wrong = document | {"rules": [budget | {"params": {"pool": "nowhere", "units": 16}}]}
    (here / "wrong.json").write_text(json.dumps(wrong))
    assert (
        "rules[0].params.pool: names a pool"
        in staff(Role.PROGRAMME_MANAGER, "policies", place, "--write", "wrong.json").err
    )
    assert staff(Role.PROGRAMME_MANAGER, "policies", place, "--write", "nowhere.json").status == 2
    assert "Policy 1, version 1" in staff(Role.PROGRAMME_MANAGER, "policies", place, "--write", "policy.json").out
    (own,) = staff(Role.AUDITOR, "policies", place, "--json").json()
    assert own["rules"][0]["sentence"]["en"].startswith("All applications: at most 16 GPUs")
    committed = staff(Role.PROGRAMME_MANAGER, "policies", place, "--commit-seed")
    assert "Publish before the lottery" in committed.out
    choice = ("--policy", str(own["id"]), "--policy", "rank_skip")
    told = staff(Role.PROGRAMME_MANAGER, "propose", place, *choice)
    assert told.status == 0, told.err
    assert "Applications that fare differently: 1." in told.out
    first = Plan.objects.order_by("number").first()
    moved = staff(Role.PROGRAMME_MANAGER, "move", str(first.pk), "budget.units=32")
    assert "Gain by the move: 1. Lose by it: 0." in moved.out
    assert staff(Role.PROGRAMME_MANAGER, "move", str(first.pk), "budget").status == 2
    assert staff(Role.PROGRAMME_MANAGER, "propose", place, "--policy", "nonsense").status == 2
    asked = staff(Role.PROGRAMME_MANAGER, "ask", str(first.pk), "costs", "noise")
    assert asked.out.count("waiting") == 2
    assert "goes on" in staff(Role.PROGRAMME_MANAGER, "stop", str(first.pk), "noise").out
    assert staff(Role.PROGRAMME_MANAGER, "stop", str(first.pk), "noise").status == 2
    assert staff(Role.PROGRAMME_MANAGER, "stop", str(first.pk), "nonsense").status == 2
    study = first.studies.get(kind="costs")
    until = leases.claim(rows=studies.to_answer(), pk=study.pk, now=NOW)
    finish(now=NOW, study=study.pk, until=until, result=working.answer(studies.work(study.pk)))
    answers = staff(Role.AUDITOR, "ask", str(first.pk)).out
    assert "noise     stopped" in answers and "Gain without it" in answers
    assert staff(Role.PROGRAMME_MANAGER, "ask", str(first.pk), "nonsense").status == 2
    assert staff(Role.PROGRAMME_MANAGER, "stop", str(first.pk)).status == 2
    assert "off the list" in staff(Role.PROGRAMME_MANAGER, "policies", place, "--withdraw", str(own["id"])).out
