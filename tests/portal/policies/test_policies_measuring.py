"""The rate of use that overbooking rests on: measured on the book by pool, or a figure of one's own with its reason."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from factories import NOW, make_award, make_product
from rounds import make_round

from madang.errors import Refused
from madang.portal.access import actions as access
from madang.portal.actors import WORKER
from madang.portal.awards.models import Award, AwardLine
from madang.portal.ledger import actions as ledger
from madang.portal.ledger.importer import post
from madang.portal.ledger.rules import Usage
from madang.portal.people.models import Person
from madang.portal.plans import actions as plans
from madang.portal.policies import actions, measuring, rates
from madang.portal.policies.models import AllocationPolicy
from madang.portal.policies.rules import Draft

pytestmark = pytest.mark.django_db
HOUR = 3600


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def over(pool, granted, used, *, months=("2025-10", 3), ended=date(2026, 1, 1), early=False):
    """An award of a pool that had so many hours and used some of them in its first month, and ended."""
    award = make_award(
        starts_on=date.fromisoformat(f"{months[0]}-01"), ends_on=date(2026, 1, 1) if ended else date(2026, 6, 1)
    )
    AwardLine.objects.filter(award=award).update(
        product=make_product(pool), first_month=months[0], months=months[1], seconds=granted * HOUR
    )
    owner, first = f"award:{award.pk}", date.fromisoformat(f"{months[0]}-01")
    given = {"by": WORKER, "now": NOW, "owner": owner, "pool": pool.pk, "month": months[0], "day": first}
    ledger.grant(amount=granted * HOUR, source="award", key=str(award.pk), **given)
    if used:
        usage = Usage("job", str(award.pk), owner, pool.pk, f"job:{award.pk}", months[0], first, used * HOUR)
        post(by=WORKER, now=NOW, usages=[usage])
    if ended:
        when = datetime(2025, 12, 1, tzinfo=UTC) if early else datetime(2026, 1, 1, tzinfo=UTC)
        Award.objects.filter(pk=award.pk).update(state="ended", ended_at=when)
    return award


def test_awards_that_ran_to_their_end_say_how_much_is_used():
    pool = make_product().pool
    over(pool, 1000, 700)
    over(pool, 1000, 643)
    over(pool, 1000, 10, early=True)
    over(pool, 1000, 10, ended=None)
    found = measuring.ended_awards(NOW)
    assert found == {pool.code: rates.Measured(1343 * HOUR, 2000 * HOUR, 2, "2026-01", "2026-01")}
    # 671.5 thousandths: never taken for smaller than it was
    assert (found[pool.code].rate, found[pool.code].few) == (672, True)
    assert measuring.ended_awards(NOW.replace(year=2030)) == {}


def test_the_last_quarters_count_what_every_award_held_in_them():
    pool = make_product().pool
    over(pool, 920, 460)
    # of April and May 2026, and of what lies before the four quarters, nothing counts: 31 days of 92 in March
    over(pool, 920, 0, months=("2026-03", 3), ended=None)
    over(pool, 500, 0, months=("2024-01", 3), ended=None)
    found = measuring.last_quarters(NOW)[pool.code]
    assert (found.used, found.granted, found.awards) == (460 * HOUR, (920 + 310) * HOUR, 2)
    assert (found.first, found.last) == ("2025-04", "2026-03")


def test_without_any_award_nothing_is_measured():
    make_product()
    assert measuring.measured(NOW) == {"ended": {}, "quarters": {}}


def rule(pool, **given):
    params = {"pool": pool.code, "thousandths": 1200, "rate": 700, "risk": 50}
    return {"name": "over", "kind": "overbooking", "params": params, "sentence": {"en": "Over.", "ko": "초과."}} | given


def test_a_rate_without_ground_is_refused_and_a_moved_one_says_so():
    found = make_round([60])
    write = {"by": found.manager, "now": NOW, "intake": found.intake.pk}
    with pytest.raises(Refused) as refused:
        actions.create_policy(**write, draft=Draft("가", "a", {"policy": "rank"}, [rule(found.pool)]))
    assert refused.value.code == "rate_without_reason"
    ground = {"over": rates.own_ground("As seen elsewhere."), "gone": rates.own_ground("Of no rule.")}
    own = actions.create_policy(**write, draft=Draft("가", "a", {"policy": "rank"}, [rule(found.pool)], rates=ground))
    assert own.rates == {"over": {"source": "own", "reason": "As seen elsewhere."}}
    plan = plans.propose(by=found.manager, now=NOW, intake=found.intake.pk, policy=own.pk)
    moved = plans.move(by=found.manager, now=NOW, plan=plan.pk, changes={"over.rate": 650}).own
    assert (moved.rules[0]["params"]["rate"], moved.rates) == (650, {"over": {"source": "moved"}})
    kept = plans.move(by=found.manager, now=NOW, plan=plan.pk, changes={"over.risk": 60}).own
    assert kept.rates == own.rates


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_form_offers_what_was_measured_and_keeps_both_figures(client, language):
    found = make_round([60])
    client.force_login(Person.objects.get(pk=found.manager.person))
    client.cookies["madang_language"] = language
    write = {"by": found.manager, "now": NOW, "intake": found.intake.pk}
    own = actions.create_policy(**write, draft=Draft("가", "a", {"policy": "rank"}))
    url = reverse("policy-rule", args=[own.pk, "overbooking"])
    given = {"pool": found.pool.code, "thousandths": "120", "risk": "5", "name": "over", "rate_from": "ended"}
    refused = client.post(url, given)
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"rate_from"})
    without = client.post(url, given | {"rate_from": "own", "rate": "70"})
    assert (without.status_code, set(without.context["form"].errors)) == (422, {"reason"})
    over(found.pool, 1000, 643)
    page = client.get(url)
    assert page.context["form"]["rate_from"].value() == "ended"
    assert "64.3 %" in page.content.decode()
    assert client.post(url, given).status_code == 302
    made = AllocationPolicy.objects.get(version=2)
    assert made.rules[0]["params"]["rate"] == 643
    ground = made.rates["over"]
    assert (ground["used"], ground["granted"], ground["measured_on"]) == (643 * HOUR, 1000 * HOUR, "2026-04-01")
    shown = client.get(reverse("policy", args=[made.pk])).content.decode()
    assert "643" in shown and "1,000" in shown
    # renamed, it keeps its ground under its new name; taken out, the ground goes
    changed = reverse("policy-rule", args=[made.pk, "overbooking"]) + "?change=over"
    assert client.post(changed, given | {"name": "beyond"}).status_code == 302
    made = AllocationPolicy.objects.get(version=3)
    assert list(made.rates) == ["beyond"]
    assert client.post(reverse("policy-rule-act", args=[made.pk]), {"remove": "beyond"}).status_code == 302
    assert AllocationPolicy.objects.get(version=4).rates == {}


def test_a_scripts_rule_has_its_rate_measured_too(client):
    found = make_round([60])
    over(found.pool, 1000, 643)
    _, secret = access.create_token(by=found.manager, now=NOW, name="t", days=9)
    headers = {"Authorization": f"Bearer {secret}"}
    url = f"/api/v1/intakes/{found.intake.pk}/policies"
    params = {"pool": found.pool.code, "thousandths": 1200, "risk": 50}
    one = {"name": "over", "kind": "overbooking", "params": params}
    document = {"name_ko": "가", "name_en": "a", "policy": {"policy": "rank"}}
    refused = client.post(url, document | {"rules": [one]}, content_type="application/json", headers=headers)
    assert (refused.status_code, refused.json()["title"]) == (422, "rate_without_reason")
    made = client.post(
        url, document | {"rules": [one | {"measured": "quarters"}]}, content_type="application/json", headers=headers
    )
    assert made.status_code == 201, made.content
    assert made.json()["rates"]["over"]["source"] == "quarters"
    assert made.json()["rules"][0]["params"]["rate"] == 643
