"""Adopting a plan holds awards and decisions; publishing lets everybody know at once."""

from __future__ import annotations

import pytest
from factories import NOW
from rounds import DAY, adopt, make_round, propose, publish

from madang.errors import Refused, Stale
from madang.portal.applications.models import EligibilityCheck
from madang.portal.awards import actions as awards
from madang.portal.awards.models import Award
from madang.portal.calls.models import EligibilityRule
from madang.portal.decisions import actions
from madang.portal.decisions.models import Decision
from madang.portal.outbox.models import Message
from madang.portal.plans.models import Plan
from madang.portal.plans.rules import PolicyChoice
from madang.portal.resources.models import PoolMonth

pytestmark = pytest.mark.django_db


def outcomes(found) -> list[str]:
    rows = dict(Decision.objects.values_list("application", "outcome"))
    return [rows[file.pk] for file in found.files]


def committed(found) -> set[int]:
    return set(PoolMonth.objects.filter(pool=found.pool).values_list("committed", flat=True))


def test_adopting_holds_awards_decisions_and_capacity():
    found = make_round([60, 50, 40], funded=32)
    plan = propose(found)
    adopt(found, plan)
    assert outcomes(found) == ["awarded", "awarded", "reserve"]
    assert committed(found) == {32}
    assert set(Award.objects.values_list("state", flat=True)) == {"held"}
    award = Award.objects.get(application=found.files[0])
    line = award.lines.get()
    assert (line.quantity, line.months, line.seconds) == (2, 3, 2 * 8 * 92 * 86_400)
    assert (str(award.starts_on), str(award.ends_on)) == ("2026-05-01", "2026-08-01")
    assert Plan.objects.get(pk=plan.pk).state == "adopted"
    decision = Decision.objects.get(application=found.files[2])
    assert (decision.rank, decision.among, decision.reserve_place, decision.score_milli) == (3, 3, 1, 60_000)
    assert decision.criteria_milli == {"merit": 40_000, "plan": 20_000}
    assert not Message.objects.filter(code__startswith="decision").exists()


def test_the_portfolio_gives_parts():
    found = make_round([60, 50], funded=24)
    adopt(found, propose(found, PolicyChoice.PORTFOLIO))
    assert outcomes(found) == ["awarded", "awarded"]
    assert sorted(Award.objects.values_list("lines__quantity", flat=True)) == [1, 2]


def test_one_person_cannot_adopt_alone():
    found = make_round([60])
    plan = propose(found)
    with pytest.raises(Refused) as refused:
        actions.adopt(by=found.approver, now=NOW, plan=plan.pk, document_number="D")
    assert refused.value.code == "approval_none_waiting"
    actions.draft_adoption(by=found.manager, now=NOW, plan=plan.pk)
    with pytest.raises(Refused) as refused:
        actions.adopt(by=found.manager, now=NOW, plan=plan.pk, document_number="D")
    assert refused.value.code == "not_allowed_for_role"
    assert not Award.objects.exists()


def test_a_plan_of_yesterdays_capacity_is_refused():
    found = make_round([60])
    plan = propose(found)
    PoolMonth.objects.filter(pool=found.pool).update(funded=8)
    with pytest.raises(Refused) as refused:
        adopt(found, plan)
    assert refused.value.code == "plan_outdated"
    assert not Decision.objects.exists()


def test_a_faulty_plan_is_refused():
    found = make_round([60])
    plan = propose(found)
    Plan.objects.filter(pk=plan.pk).update(state="faulty")
    with pytest.raises(Refused) as refused:
        actions.draft_adoption(by=found.manager, now=NOW, plan=plan.pk)
    assert refused.value.code == "plan_faulty"


def test_another_plan_supersedes_before_publication():
    found = make_round([60, 50], funded=24)
    first = propose(found)
    second = propose(found, PolicyChoice.PORTFOLIO)
    adopt(found, first)
    adopt(found, second)
    assert Plan.objects.get(pk=first.pk).state == "superseded"
    assert outcomes(found) == ["awarded", "awarded"]
    assert committed(found) == {24}
    assert set(Decision.objects.values_list("plan", flat=True)) == {second.pk}


def test_publishing_tells_everybody_at_once():
    found = make_round([60, 50], funded=16)
    adopt(found, propose(found))
    assert publish(found) == 2
    award = Award.objects.get()
    assert award.state == "offered"
    # 1 April noon in Seoul, seven days: until the end of 8 April there
    assert award.accept_by.isoformat() == "2026-04-08T15:00:00+00:00"
    found.intake.refresh_from_db()
    assert found.intake.state == "decided"
    mails = dict(Message.objects.filter(code__startswith="decision").values_list("person", "code"))
    assert mails == {found.owners[0].pk: "decision_awarded", found.owners[1].pk: "decision_reserve"}
    assert not Decision.objects.filter(published_at__isnull=True).exists()
    with pytest.raises(Refused) as refused:
        actions.draft_publication(by=found.manager, now=NOW, intake=found.intake.pk)
    assert refused.value.code == "nothing_to_publish"


def test_nothing_is_published_without_a_plan():
    found = make_round([60])
    with pytest.raises(Refused) as refused:
        actions.draft_publication(by=found.manager, now=NOW, intake=found.intake.pk)
    assert refused.value.code == "no_plan_adopted"


def test_what_comes_back_goes_to_the_reserve_list():
    found = make_round([60, 50, 40], funded=32)
    adopt(found, propose(found))
    publish(found)
    first, second = Award.objects.order_by("pk")
    awards.accept(by=_owner(found, 0), now=NOW, award=first.pk)
    awards.decline(by=_owner(found, 1), now=NOW, award=second.pk)
    assert committed(found) == {16}
    again = propose(found, now=NOW + DAY)
    adopt(found, again, NOW + DAY)
    assert outcomes(found) == ["awarded", "awarded", "reserve"]
    assert publish(found, NOW + DAY) == 1
    assert outcomes(found) == ["awarded", "awarded", "awarded"]
    assert committed(found) == {32}
    assert Award.objects.get(application=found.files[2]).state == "offered"
    assert Award.objects.get(pk=first.pk).state == "accepted"
    told = Message.objects.filter(person=found.owners[2]).order_by("pk").values_list("code", flat=True)
    assert list(told) == ["decision_reserve", "decision_awarded"]


def test_those_found_ineligible_get_a_reason_too():
    found = make_round([60, 50])
    file = found.files[1]
    type(file).objects.filter(pk=file.pk).update(state="ineligible")
    adopt(found, propose(found))
    decision = Decision.objects.get(application=file)
    assert (decision.outcome, decision.reason_code, decision.score_milli) == ("refused", "ineligible", None)


def test_who_fails_on_the_day_of_the_award_is_refused_with_that_reason():
    found = make_round([60, 50], funded=32)
    EligibilityRule.objects.create(
        track=found.track, kind="age_at_most", parameters={"years": 4}, reference_date="award", position=1
    )
    old = found.files[0].organisation
    type(old).objects.filter(pk=old.pk).update(founded_on="2020-01-01")
    adopt(found, propose(found))
    decision = Decision.objects.get(application=found.files[0])
    assert (decision.outcome, decision.reason_code) == ("refused", "ineligible_at_award")
    check = EligibilityCheck.objects.get(stage="award")
    assert (check.application_id, check.passed) == (found.files[1].pk, True)


def test_a_plan_drafted_before_another_was_adopted_is_refused():
    found = make_round([60, 50], funded=24)
    first, second = propose(found), propose(found, PolicyChoice.PORTFOLIO)
    actions.draft_adoption(by=found.manager, now=NOW, plan=second.pk)
    adopt(found, first)
    with pytest.raises(Refused) as refused:
        actions.adopt(by=found.approver, now=NOW, plan=second.pk, document_number="D")
    assert refused.value.code == "plan_other_adopted"
    assert Plan.objects.get(pk=first.pk).state == "adopted"


def test_below_the_minimum_nobody_is_reserved():
    found = make_round([60, 10], funded=16, minimum=40_000)
    adopt(found, propose(found))
    decision = Decision.objects.get(application=found.files[1])
    assert (decision.outcome, decision.reason_code) == ("refused", "below_minimum_score")


def test_the_last_units_go_to_one_of_two_intakes():
    found = make_round([60], funded=16)
    plan = propose(found)
    PoolMonth.objects.filter(pool=found.pool, month="2026-06").update(committed=8)
    with pytest.raises((Refused, Stale)):
        adopt(found, plan)
    assert not Award.objects.exists()


def _owner(found, index):
    from factories import actor

    return actor(found.owners[index])
