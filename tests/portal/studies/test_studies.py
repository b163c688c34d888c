"""What a committee asks: answered in child processes, kept, shown, and used in the decisions' reasons."""

from __future__ import annotations

import pytest
from django.urls import reverse
from factories import NOW, make_actor, make_assignment, make_person, make_reviewer
from rounds import adopt, make_round, propose, solve

from madang.allocation import committee
from madang.errors import Refused, Stale
from madang.portal import leases
from madang.portal.actors import PUBLIC, Actor, Role
from madang.portal.decisions.models import Decision
from madang.portal.people.models import Person
from madang.portal.plans import actions as plans
from madang.portal.plans import queries as plan_queries
from madang.portal.plans.rules import PolicyChoice
from madang.portal.policies import actions as policies
from madang.portal.policies import rates
from madang.portal.policies.rules import Draft
from madang.portal.reviews.models import CriterionPoints
from madang.portal.studies import actions, chores, queries, rules, working
from madang.portal.studies.keeping import Kept
from madang.portal.studies.models import PlanStudy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_children_left():
    yield
    for study in list(chores.STUDIES.running):
        chores.STUDIES.forget(study)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def overbooked(found):
    """A checked portfolio with a rule of overbooking."""
    params = {"pool": found.pool.code, "thousandths": 1500, "rate": 500, "risk": 600}
    rule = {"name": "over", "kind": "overbooking", "params": params, "sentence": {"en": "Over.", "ko": "초과."}}
    draft = Draft("초과", "Over", {"policy": "portfolio"}, [rule], rates={"over": rates.own_ground("As in 2025.")})
    own = policies.create_policy(by=found.manager, now=NOW, intake=found.intake.pk, draft=draft)
    return solve(plans.propose(by=found.manager, now=NOW, intake=found.intake.pk, policy=own.pk))


def answered(study, now=NOW):
    """The study answered here in this process, as the child does."""
    until = leases.claim(rows=queries.to_answer(), pk=study.pk, now=now)
    actions.finish(now=now, study=study.pk, until=until, result=working.answer(queries.work(study.pk)))
    return PlanStudy.objects.get(pk=study.pk)


def code(call):
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def test_changes_of_a_list_are_looked_for_without_asking_in_a_child_process():
    found = make_round([60, 50])
    plan = propose(found)
    chores.answer_studies(NOW)
    (study,) = PlanStudy.objects.all()
    assert (study.kind, study.asked_by) == ("changes", None)
    chores.STUDIES.running[study.pk].child.process.wait(60)
    assert chores.answer_studies(NOW) == 1
    assert PlanStudy.objects.get().state == "done"
    refused = next(name for name, outcome in plan.result["outcomes"].items() if outcome == "refused")
    assert {one["change"] for one in queries.changes(plan.pk)[refused]} == {"score"}
    assert chores.answer_studies(NOW) == 0


def test_a_killed_worker_leaves_the_study_to_another():
    plan = propose(make_round([60]))
    chores.answer_studies(NOW)
    study = PlanStudy.objects.get(plan=plan)
    run = chores.STUDIES.running.pop(study.pk)
    run.child.stop()
    chores.answer_studies(NOW)
    assert not chores.STUDIES.running
    chores.answer_studies(NOW + leases.LEASE)
    assert study.pk in chores.STUDIES.running
    with pytest.raises(Stale):
        actions.finish(now=NOW, study=study.pk, until=run.until, result={})


def test_a_study_that_was_broken_off_goes_on_where_it_was(tmp_path):
    found = make_round([60, 50, 40], funded=24)
    plan = overbooked(found)
    for kind in ("costs", "noise", "changes"):
        actions.ask(by=found.manager, now=NOW, plan=plan.pk, kinds=[kind])
        document = queries.work(PlanStudy.objects.get(kind=kind).pk)
        whole = working.answer(document)
        path = tmp_path / f"{kind}.jsonl"

        def killed(told):
            if told["done"] == 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            working.answer(document, killed, Kept(path))
        (first,) = (line for line in path.read_text().splitlines() if line)
        # the next line was being written when the process was killed
        path.write_text(path.read_text() + first[: len(first) // 2])
        done = []
        assert working.answer(document, lambda told, done=done: done.append(told["done"]), Kept(path)) == whole
        assert done == list(range(1, done[-1] + 1))
        lines = [line for line in path.read_text().splitlines() if line.endswith("]")]
        assert len(lines) == len(set(lines)) == done[-1]


def test_what_is_kept_is_not_worked_out_again(tmp_path):
    path = tmp_path / "kept.jsonl"
    assert Kept(path).of("a", lambda: [1]) == [1]
    assert Kept(path).of("a", lambda: pytest.fail("worked out again")) == [1]


def test_the_answers_are_those_of_the_library():
    found = make_round([60, 50, 40], funded=24)
    for place, file in enumerate(found.files):
        sheet = make_assignment(file, make_reviewer(), state="submitted", ended_at=NOW, comment="Other.")
        for criterion, points in zip(found.track.criteria.order_by("position"), (30 + place * 9, 10), strict=True):
            CriterionPoints.objects.create(assignment=sheet, criterion=criterion, points=points)
    plan = overbooked(found)
    actions.ask(by=found.manager, now=NOW, plan=plan.pk, kinds=["costs", "noise"])
    value = plan_queries.value(plan)
    noise = answered(PlanStudy.objects.get(kind="noise")).result
    draws = [committee.sensitivity(value, draws=1, seed=value.seed + n) for n in range(noise["draws"])]
    assert noise["times"] == {name: sum(draw[name] for draw in draws) for name in noise["times"]}
    assert len(set(noise["times"].values())) > 1
    for mine, its in zip(
        answered(PlanStudy.objects.get(kind="costs")).result["costs"],
        committee.costs(value.problem, value),
        strict=True,
    ):
        assert (mine["rule"], mine["without"], mine["objective"]) == (its.rule, its.without, its.objective)
        assert {*mine["gain"], *mine["lose"], *mine["other"]} == {change.request for change in its.changes}


def test_a_question_is_stopped_and_asked_again(client):
    found = make_round([60, 50])
    plan = overbooked(found)
    actions.ask(by=found.manager, now=NOW, plan=plan.pk, kinds=["noise"])
    study = PlanStudy.objects.get()
    chores.answer_studies(NOW)
    child = chores.STUDIES.running[study.pk].child
    with pytest.raises(Refused):
        actions.stop(by=make_actor(Role.AUDITOR), now=NOW, plan=plan.pk, kind="noise")
    client.force_login(Person.objects.get(pk=found.manager.person))
    page = reverse("plan-committee", args=[plan.pk])
    assert b'name="stop" value="noise"' in client.get(page).content
    assert client.post(page, {"stop": "noise"}).status_code == 302
    assert client.post(page, {"stop": "noise"}).status_code == 409
    assert chores.answer_studies(NOW) == 1
    assert child.ended and not child.folder.exists()
    assert PlanStudy.objects.get().state == "stopped"
    assert b'name="kind" value="noise"' in client.get(page).content
    assert client.post(page, {"kind": "noise"}).status_code == 302
    assert (PlanStudy.objects.get().pk, PlanStudy.objects.get().state) == (study.pk, "waiting")


def test_nearest_changes_stand_in_the_decisions():
    found = make_round([60, 50])
    plan = propose(found)
    actions.begin(now=NOW, plan=plan.pk)
    answered(PlanStudy.objects.get())
    adopt(found, plan)
    facts = Decision.objects.get(outcome="reserve").reason_facts
    assert facts["nearest"][0]["change"] == "score"


def test_only_managers_ask_and_only_what_fits():
    found = make_round([60])
    plan = propose(found, PolicyChoice.PORTFOLIO)
    ask = {"now": NOW, "plan": plan.pk, "kinds": ["noise"]}
    for by in [
        PUBLIC,
        Actor(person=make_person().pk),
        *(make_actor(r) for r in Role if r is not Role.PROGRAMME_MANAGER),
    ]:
        assert code(lambda by=by: actions.ask(by=by, **ask)) == "not_allowed_for_role"
    assert not queries.studies(PUBLIC, plan.pk).exists()
    assert code(lambda: actions.ask(by=found.manager, **ask | {"kinds": ["overbooking"]})) == "study_does_not_fit"
    assert actions.ask(by=found.manager, **ask) == 1
    assert actions.ask(by=found.manager, **ask) == 0
    waiting = plans.propose(by=found.manager, now=NOW, intake=found.intake.pk, policy=PolicyChoice.RANK_SKIP)
    assert code(lambda: actions.ask(by=found.manager, **ask | {"plan": waiting.pk})) == "study_of_unsolved_plan"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_committees_page_shows_every_answer(client, language):
    found = make_round([60, 50, 40], funded=24)
    for place, file in enumerate(found.files):
        sheet = make_assignment(file, make_reviewer(), state="submitted", ended_at=NOW, comment="Other.")
        for criterion, points in zip(found.track.criteria.order_by("position"), (30 + place * 9, 10), strict=True):
            CriterionPoints.objects.create(assignment=sheet, criterion=criterion, points=points)
    plan = overbooked(found)
    assert any(request["error"] for request in plan.problem["requests"])
    client.force_login(Person.objects.get(pk=found.manager.person))
    client.cookies["madang_language"] = language
    page = reverse("plan-committee", args=[plan.pk])
    assert client.get(page).status_code == 200
    assert client.post(page).status_code == 302
    progress = reverse("plan-committee-progress", args=[plan.pk])
    assert "HX-Refresh" not in client.get(f"{progress}?waiting=4")
    for study in PlanStudy.objects.all():
        answered(study)
    assert client.get(f"{progress}?waiting=4")["HX-Refresh"] == "true"
    shown = client.get(page)
    assert shown.context["costs"][0]["sentence"] in ("Over.", "초과.")
    told = {
        "en": "Without it the plan is worth 24.90 % less. Newly selected: 0, no longer selected: 0, other amounts: 1.",
        "ko": "이 규칙이 없으면 배분안의 가치가 24.90 % 줄어듭니다.",
    }
    assert told[language] in shown.context["costs"][0]["told"]
    assert shown.context["draws"] == rules.DRAWS["portfolio"]
    assert len(shown.context["overbooking"][0]["months"]) == 3
    assert shown.context["changed"] >= 1
    assert client.get(reverse("plan", args=[plan.pk])).status_code == 200


def test_sentences_of_rules_stand_in_for_their_names():
    reason = {"code": "left_out", "facts": {"score": 1}}
    change = {"change": "rule", "named": "over", "then": "selected"}
    known = [{"name": "over", "sentence": {"en": "Over.", "ko": "초과."}}]
    found = rules.with_changes({"R": reason, "S": reason}, {"R": [change]}, known)
    assert found["R"]["facts"]["nearest"] == [change | {"sentence": {"en": "Over.", "ko": "초과."}}]
    assert (found["S"], reason["facts"]) == (reason, {"score": 1})
    assert rules.with_changes({"R": reason}, None, known) == {"R": reason}
