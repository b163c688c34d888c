"""What the centre spends: sheets agreed on by two, rent read from suppliers, and a GPU-hour's cost to the won."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction
from factories import make_actor, make_staff
from hypothesis import given
from hypothesis import strategies as st
from portal.billing.test_billing_actions import awarded, used

from madang.errors import Refused
from madang.portal.actors import Role
from madang.portal.expenses import actions, figures, queries, rules
from madang.portal.expenses.models import ExpenseLine, ExpenseMonth, ExpenseSheet
from madang.portal.expenses.rules import ExpenseKind
from madang.portal.indicators import actions as indicators
from madang.portal.resources.models import PoolMonth
from madang.portal.suppliers import actions as suppliers
from madang.portal.suppliers.models import SupplierStatement, SupplyContract
from madang.portal.suppliers.rules import SupplyKind

NOW = datetime(2027, 2, 1, 3, 0, tzinfo=UTC)
POOLS = st.sampled_from([None, 1, 2, 3, 9])


@given(
    st.lists(st.tuples(POOLS, st.integers(0, 10**12))),
    st.fixed_dictionaries({pool: st.integers(0, 10**9) for pool in (1, 2, 3)}),
    st.dictionaries(st.sampled_from([1, 2, 3]), st.integers(0, 10**9)),
)
def test_no_won_is_lost_over_pools_and_each_hour_is_rounded_once(spent, funded, used):
    whole, *parts = rules.hours(spent, funded, used)
    assert whole.won == sum(won for pool, won in spent if pool != 9)
    stranded = sum(won for pool, won in spent if pool in funded and not funded[pool])
    if any(funded.values()):
        assert sum(one.won for one in parts) == whole.won - stranded
    for one in (whole, *parts):
        for seconds, won in ((one.funded, one.provided_won), (one.used, one.used_won)):
            assert (won is None) == (not seconds)
            assert not seconds or abs(won * seconds - one.won * 3600) * 2 <= seconds


@pytest.mark.parametrize("first, length", [("2026-02", 3), ("2026-04", 12), ("2026-03", 6), ("2026-01", 2)])
def test_a_period_is_one_of_the_calendars(first, length):
    assert rules.period("2026-07", 6)[-1] == "2026-12"
    with pytest.raises(Refused, match="expense_period_wrong"):
        rules.period(first, length)


@pytest.mark.django_db
def test_a_year_shows_once_all_its_costs_and_rent_are_agreed_on_and_is_put_right_by_a_new_sheet():
    manager, approver = make_actor(Role.PROGRAMME_MANAGER), make_actor(Role.APPROVER)
    by = {"by": manager, "now": NOW}
    award = awarded(grain="hour")
    pool = award.lines.get().product.pool
    used(award, 36_000)
    while indicators.roll_up(now=NOW):
        pass
    PoolMonth.objects.filter(pool=pool).delete()
    PoolMonth.objects.create(pool=pool, month="2026-05", physical=100, funded=20)  # 20 GPU-hours
    with pytest.raises(Refused, match="expense_period_runs"):
        actions.start(**by, first_month="2027-01", length=12)

    def agree(sheet):
        actions.lay_before(**by, sheet=sheet, comment="")
        actions.agree(by=approver, now=NOW, sheet=sheet, comment="", document_number="doc-1")

    line = {"kind": ExpenseKind.ELECTRICITY, "document": "closing 2026"}
    first, second = (actions.start(**by, first_month=month, length=6).pk for month in ("2026-01", "2026-07"))
    with pytest.raises(Refused, match="expense_draft_stands"):
        actions.start(**by, first_month="2026-01", length=6)
    actions.add_line(**by, sheet=first, pool=None, amount=4_000, **line)
    gone = actions.add_line(**by, sheet=first, pool=pool.pk, amount=1, **line)
    actions.remove_line(**by, sheet=first, line=gone.pk)
    actions.add_line(**by, sheet=second, pool=pool.pk, amount=2_000, **line)
    agree(first)
    assert figures.by_year(NOW) == []  # half a year is not a year
    actions.lay_before(**by, sheet=second, comment="")
    with pytest.raises(Refused, match="expense_draft_waits"):
        actions.add_line(**by, sheet=second, pool=None, amount=1, **line)
    actions.agree(by=approver, now=NOW, sheet=second, comment="", document_number="doc-2")
    row = {"year": 2026, "pool": "", "spent_won": 6_000, "funded_seconds": 72_000, "used_seconds": 36_000}
    hour = {"provided_hour_won": 300, "used_hour_won": 600}
    assert figures.by_year(NOW) == [row | hour, row | hour | {"pool": pool.code}]

    cloud = suppliers.add_supplier(**by, code="cloud", name="Cloud").pk
    terms = {"pool_id": pool.pk, "price": 7, "document": "c", "set_by_id": manager.person, "set_at": NOW}
    made = SupplyContract.objects.create(
        supplier_id=cloud, kind=SupplyKind.KEPT, units=1, first_month="2026-12", **terms
    )
    assert figures.by_year(NOW) == []  # nobody has agreed on December's rent
    owed = SupplierStatement.objects.create(
        supplier_id=cloud, month="2026-12", worked_out_at=NOW, amount=200, state="agreed", agreed_at=NOW
    )
    owed.lines.create(contract=made, quantity=1, amount=200)
    assert figures.by_year(NOW)[0]["spent_won"] == 6_200

    with pytest.raises(Refused, match="expense_overlaps"):
        actions.start(**by, first_month="2026-01", length=12)
    better = actions.start(**by, first_month="2026-07", length=6).pk
    assert queries.spent([better]) == [(pool.pk, 2_000)]
    actions.add_line(**by, sheet=better, pool=None, amount=20, **line)
    agree(better)
    assert figures.by_year(NOW)[0]["spent_won"] == 6_220
    assert ExpenseSheet.objects.get(pk=second).state == "replaced"
    assert ExpenseMonth.objects.filter(sheet=better).count() == 6
    with pytest.raises(Refused, match="expense_agreed"):
        actions.add_line(**by, sheet=better, pool=None, amount=20, **line)
    with pytest.raises(DatabaseError, match="expensesheet"), transaction.atomic():
        ExpenseSheet.objects.filter(pk=better).update(first_month="2026-01")


@pytest.mark.django_db
def test_a_manager_enters_a_cost_on_the_page_and_takes_it_off_again(client):
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    url = client.post("/staff/expenses/new/", {"length": 6, "first_month": "2025-01"}).url
    line = {"what": "line", "kind": "electricity", "pool": "", "amount": "4000", "document": "closing 2025"}
    for wrong in ({"document": ""}, {"amount": "-1"}, {"amount": "4.5"}, {"kind": "x"}):
        assert client.post(url, line | wrong).status_code == 422 and not ExpenseLine.objects.exists(), wrong
    assert client.post(url, line).status_code == 302
    kept = ExpenseLine.objects.get()
    assert (kept.kind, kept.pool_id, kept.amount) == (ExpenseKind.ELECTRICITY, None, 4_000)
    assert "closing 2025" in client.get(url).content.decode()
    assert client.post(f"{url}lines/{kept.pk}/remove/").status_code == 302 and not ExpenseLine.objects.exists()
