"""Half of an award's hours when it enters into force, the rest once its interim report is accepted."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from factories import (
    NOW,
    actor,
    make_actor,
    make_award,
    make_member,
    make_organisation,
    make_plan,
    make_pool,
    make_pool_month,
    make_product,
    make_submitted,
    make_track,
)  # fmt: skip
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.actors import WORKER, Role
from madang.portal.agreements.queries import figures
from madang.portal.agreements.rules import text_of
from madang.portal.awards import actions, instalments, queries, rules
from madang.portal.awards.models import Award
from madang.portal.cluster import wanted
from madang.portal.ledger import queries as ledger
from madang.portal.outbox.models import Message
from madang.portal.outcomes import actions as outcomes
from madang.portal.outcomes import chores
from madang.portal.outcomes.models import OutcomeDuty

REPORT = date(2026, 6, 1)
JULY = datetime(2026, 7, 1, 3, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def awarded(state="offered", grain="hour", seconds=3601):
    product = make_product(make_pool(grain=grain), grain=grain)
    organisation = make_organisation()
    person = make_member(organisation)
    file = make_submitted(make_track(products=[product]), state="eligible", organisation=organisation)
    given = {"state": state, "in_force_at": None, "seconds": seconds}
    return make_award(file, **given | ({"accept_by": None} if state == "held" else {})), actor(person)


def granted(award) -> list[int]:
    return [sums.granted for sums in ledger.balances(queries.owner_of(award.pk)).values()]


def budget(award) -> list[int]:
    kinds = {line.product.pool.backend_type: "main" for line in award.lines.all()}
    row = Award.objects.get(pk=award.pk)
    return [one.granted for one in wanted.stands(row, NOW, kinds)]


@given(st.integers(1, 10**12))
def test_the_halves_are_the_whole_and_differ_by_a_second_at_most(seconds):
    first = rules.first_half(seconds)
    assert 0 <= first - (seconds - first) <= 1


def test_the_second_half_comes_with_the_accepted_report_once_and_the_budget_follows():
    award, owner = awarded()
    manager, officer = make_actor(Role.PROGRAMME_MANAGER), make_actor(Role.SCREENING_OFFICER)
    instalments.split(by=manager, now=NOW, award=award.pk, report_on=REPORT)
    for language, words in (("en", "days before 2026-06-01."), ("ko", "2026. 6. 1. 전까지의 중간보고서")):
        assert words in text_of(figures(owner, award.pk, 1), language)
    Award.objects.update(state="accepted")
    actions.enter_force(by=WORKER, now=NOW, award=award.pk)
    assert (granted(award), budget(award)) == ([1801], [1801])
    assert (chores.owe_interim(NOW), chores.owe_interim(NOW)) == (1, 0)
    duty = OutcomeDuty.objects.get()
    assert (duty.months, duty.from_on, duty.until_on, duty.owed.due_on) == (
        0, date(2026, 4, 1), REPORT, date(2026, 7, 1),
    )  # fmt: skip
    outcomes.hand_in(by=owner, now=JULY, duty=duty.pk, nothing=True)
    what = {"by": officer, "now": JULY, "duty": duty.pk}
    outcomes.check(version=1, accept=False, reason="More", **what)
    assert granted(award) == [1801]
    outcomes.hand_in(by=owner, now=JULY, duty=duty.pk, nothing=True)
    outcomes.check(version=2, accept=True, **what)
    assert (granted(award), budget(award)) == ([3601], [3601])
    assert not instalments.release(by=officer, now=JULY, award=award.pk)
    assert Message.objects.filter(code="award_rest_granted", person=owner.person).count() == 1
    Award.objects.update(state="ended", ended_at=JULY, ends_on=date(2026, 7, 1))
    type(award.application.intake.call).objects.update(report_months=[6])
    assert chores.owe(JULY) == 1
    assert OutcomeDuty.objects.get(months=6).from_on == REPORT


def test_an_award_that_ended_gets_no_second_half_though_its_report_is_accepted():
    award, owner = awarded()
    instalments.split(by=make_actor(Role.PROGRAMME_MANAGER), now=NOW, award=award.pk, report_on=REPORT)
    Award.objects.update(state="accepted")
    actions.enter_force(by=WORKER, now=NOW, award=award.pk)
    chores.owe_interim(NOW)
    Award.objects.update(state="ended", ended_at=datetime(2026, 5, 10, 3, tzinfo=UTC))
    type(award.application.intake.call).objects.update(report_months=[6])
    assert chores.owe(JULY) == 1
    duties = OutcomeDuty.objects.order_by("months").values_list("from_on", "until_on")
    assert list(duties) == [(date(2026, 4, 1), date(2026, 5, 10)), (date(2026, 5, 10), date(2026, 11, 10))]
    duty = OutcomeDuty.objects.get(months=0)
    outcomes.hand_in(by=owner, now=JULY, duty=duty.pk, nothing=True)
    outcomes.check(by=make_actor(Role.SCREENING_OFFICER), now=JULY, duty=duty.pk, version=1, accept=True)
    assert granted(award) == [1801]


def test_a_track_says_that_its_hours_come_in_halves_and_staff_change_an_award():
    organisation = make_organisation()
    products = [make_product(make_pool(grain=grain), grain=grain, units=1) for grain in ("hour", "month")]
    files = [
        make_submitted(make_track(products=[product], halves=halves), state="eligible", organisation=organisation)
        for product, halves in ((products[0], True), (products[0], False), (products[1], True))
    ]
    for product in products:
        make_pool_month(product.pool, "2026-05", physical=10**6, funded=10**6)
    rows = []
    for file in files:
        line = rules.Line(file.track.products.get().product_id, 2, 2, "2026-05", 1, 7200)
        grant = rules.Grant(file.pk, organisation.pk, "x", (line,))
        rows += actions.hold(by=WORKER, now=NOW, plan=make_plan(file.intake), grants=[grant])
    found = [queries.second_instalment(row.pk) for row in rows]
    assert [one and (one.report_on, one.set_by_id) for one in found] == [(date(2026, 5, 16), None), None, None]
    manager = make_actor(Role.PROGRAMME_MANAGER)
    for day in (date(2026, 5, 20), None):
        instalments.split(by=manager, now=NOW, award=rows[0].pk, report_on=day)
        one = queries.second_instalment(rows[0].pk)
        assert (one and (one.report_on, one.set_by_id)) == (day and (day, manager.person))


@pytest.mark.parametrize(
    ("state", "grain", "day", "code"),
    [
        ("accepted", "hour", REPORT, "instalments_late"),
        ("offered", "month", REPORT, "instalments_nothing"),
        ("held", "hour", date(2026, 4, 1), "instalments_day"),
        ("held", "hour", date(2026, 8, 1), "instalments_day"),
    ],
)
def test_instalments_are_set_before_acceptance_for_hours_and_within_the_award(state, grain, day, code):
    award, _ = awarded(state, grain)
    with pytest.raises(Refused, match=code):
        instalments.split(by=make_actor(Role.PROGRAMME_MANAGER), now=NOW, award=award.pk, report_on=day)
