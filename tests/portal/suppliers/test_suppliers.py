"""What is owed to suppliers: by seconds of the book and units kept, agreed on by two, and the same months later."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, transaction
from django.utils.translation import override
from factories import issue_closed, make_actor
from hypothesis import given
from hypothesis import strategies as st
from portal.billing.test_billing_actions import awarded, used

from madang.errors import Refused
from madang.portal.actors import WORKER, Role
from madang.portal.billing import actions as billing
from madang.portal.ledger import actions as ledger
from madang.portal.ledger.models import Movement
from madang.portal.suppliers import actions, exports, queries, rules
from madang.portal.suppliers.models import SupplierStatement
from madang.portal.suppliers.rules import SupplyKind, Terms

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)


@given(st.integers(0, 10**7), st.integers(-(10**9), 10**9))
def test_an_hours_price_is_rounded_once_to_the_nearest_won(price, seconds):
    line = rules.owed(Terms(1, SupplyKind.USED, 1, price, 0), seconds)
    assert abs(line.amount * 3600 - price * seconds) * 2 <= 3600
    assert rules.owed(Terms(1, SupplyKind.KEPT, 1, price, 7), seconds).amount == 7 * price


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ((SupplyKind.USED, -1, 0, "d"), "supply_price_negative"),
        ((SupplyKind.USED, 1, 3, "d"), "supply_units_wrong"),
        ((SupplyKind.KEPT, 1, 0, "d"), "supply_units_wrong"),
        ((SupplyKind.KEPT, 1, 1, " "), "supply_document_needed"),
    ],
)
def test_a_contract_that_is_not_whole_is_refused(given, code):
    with pytest.raises(Refused, match=code):
        rules.refuse_unless_whole(*given)


@pytest.mark.django_db
def test_a_month_is_owed_by_the_book_agreed_by_two_and_what_is_undone_later_counts_later():
    manager, approver = make_actor(Role.PROGRAMME_MANAGER), make_actor(Role.APPROVER)
    award = awarded(grain="hour")
    pool = award.lines.get().product.pool_id
    used(award, 7201)
    used(award, 3600, key="more")
    by = {"by": manager, "now": NOW}
    cloud = actions.add_supplier(**by, code="cloud", name="Cloud").pk
    other = actions.add_supplier(**by, code="other", name="Other").pk
    terms = {"pool": pool, "document": "contract 7"}
    actions.set_contract(**by, **terms, supplier=cloud, kind=SupplyKind.USED, first_month="2026-01", price=1000)
    actions.set_contract(**by, **terms, supplier=cloud, kind=SupplyKind.KEPT, first_month="2026-05", price=9, units=4)
    with pytest.raises(Refused, match="supply_month_open"):
        actions.work_out(**by, supplier=cloud, month="2026-05")
    billing.work_out(by=WORKER, now=NOW, organisation=award.organisation_id, month="2026-05")
    issue_closed(by=manager, now=NOW, month="2026-05")

    row = actions.work_out(**by, supplier=cloud, month="2026-05")
    assert row.amount == 3000 + 36  # 10,801 s x 1,000 / 3,600 = 3,000.28
    actions.set_contract(**by, **terms, supplier=cloud, kind=SupplyKind.KEPT, first_month="2026-05", price=10, units=4)
    with pytest.raises(Refused, match="supply_changed"):
        actions.lay_before(**by, statement=row.pk, comment="")
    row = actions.work_out(**by, supplier=cloud, month="2026-05")
    actions.lay_before(**by, statement=row.pk, comment="")
    actions.agree(by=approver, now=NOW, statement=row.pk, comment="", document_number="doc-1")
    assert (SupplierStatement.objects.get().state, queries.check_books()) == ("agreed", [])
    shown = queries.statements(manager).get()
    assert exports.table(shown)[-1][-2] == 3040
    with override("ko"):
        paper = exports.written(shown)
    assert (paper["totals"][-1], paper["facts"][3][1]) == ("3,040", "2026. 6. 1.")
    with pytest.raises(Refused, match="supply_month_agreed"):
        actions.set_contract(**by, **terms, supplier=cloud, kind=SupplyKind.USED, first_month="2026-05", price=1)
    with pytest.raises(DatabaseError, match="supplierstatement"), transaction.atomic():
        SupplierStatement.objects.update(amount=1)

    undone = Movement.objects.get(amount=3600, kind__in=["use", "overrun"])
    ledger.reverse(by=manager, now=NOW, movement=undone.pk)
    used(award, 60, day=date(2026, 6, 2), key="june")
    assert queries.check_books() == []
    assert (queries.booked_seconds([pool], "2026-05"), queries.booked_seconds([pool], "2026-06")) == (
        {pool: 10_801}, {pool: 60 - 3600},
    )  # fmt: skip
    actions.set_contract(**by, **terms, supplier=other, kind=SupplyKind.USED, first_month="2026-06", price=500)
    assert [line.amount for line in queries.owed(other, "2026-06")] == [-492]
    assert [line.amount for line in queries.owed(cloud, "2026-06")] == [40]
