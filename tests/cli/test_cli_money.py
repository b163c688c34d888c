"""A bank's file brought in from a script, who still owes, and what a year comes to."""

from __future__ import annotations

from datetime import date

from cli.test_cli_office import staff  # noqa: F401 - a fixture
from factories import NOW, make_actor, make_organisation

from madang.portal.actors import Role
from madang.portal.billing.models import Statement
from madang.portal.funding import actions as funding
from madang.portal.receipts import actions
from madang.portal.receipts.models import Receipt
from madang.portal.settlements import actions as settlements

MANAGER = Role.PROGRAMME_MANAGER


def test_receipts_are_looked_at_then_stored_once_and_what_is_owed_is_listed(staff, here):  # noqa: F811
    Statement.objects.create(
        organisation=make_organisation(), month="2026-02", number="2026-02-0001", state="issued", issued_at=NOW,
        due_on=date(2026, 3, 31), worked_out_at=NOW, list_price=100, due=100, subsidy=-100, supply=100, payable=100,
    )  # fmt: skip
    columns = {"paid_on": "date", "came_in": "in", "text": "text"}
    actions.set_bank(by=make_actor(MANAGER), now=NOW, code="main", name="Main", columns=columns)
    (here / "bank.csv").write_text("date,in,text\n2026-03-02,40,2026-02-0001\n2026-03-03,x,\n")
    faulty = staff(MANAGER, "receipts", "bank.csv", "--bank", "main", "--dry-run")
    assert (faulty.status, "3: receipt_amount_unreadable x" in faulty.out) == (1, True)
    (here / "bank.csv").write_text("date,in,text\n2026-03-02,40,2026-02-0001\n")
    looked = staff(MANAGER, "receipts", "bank.csv", "--bank", "main", "--dry-run")
    assert (looked.out.splitlines()[0], Receipt.objects.count()) == (
        "To store: 1 new, 0 here already, 0 rows left out; ₩40 in all.",
        0,
    )
    assert "저장" in staff(MANAGER, "receipts", "bank.csv", "--bank", "main", language="ko").out
    again = staff(MANAGER, "receipts", "bank.csv", "--bank", "main")
    assert (again.status, "brought in before" in again.err, Receipt.objects.count()) == (2, True, 1)
    listed = staff(Role.AUDITOR, "owed")
    assert [line.split() for line in listed.out.splitlines()][1][:3] == ["2026-02-0001", "2026-03-31", "60"]
    assert staff(MANAGER, "receipts", "nothing.csv", "--bank", "main").status == 2


def test_a_year_is_settled_by_source_and_says_that_it_ties(staff):  # noqa: F811
    manager = make_actor(MANAGER)
    source = funding.add_source(by=manager, now=NOW, code="city", name_ko="시", name_en="City", kind="local")
    given = {"source": source.pk, "year": 2025, "item": "granted", "amount": 1_500_000, "document": "letter"}
    settlements.enter(by=manager, now=NOW, **given)
    told = staff(Role.AUDITOR, "settle", "--year", "2025")
    rows = {line.rsplit(None, 1)[0].strip(): line.split()[-1] for line in told.out.splitlines() if line.strip()}
    assert (told.status, rows["Won"], rows["Granted by the funder"], rows["Still to be settled"]) == (
        0, "city", "1,500,000", "1,500,000",
    )  # fmt: skip
    assert "0 issued statements support ₩0 in all" in told.out
    assert "정산 잔액" in staff(Role.AUDITOR, "settle", "--year", "2025", language="ko").out
