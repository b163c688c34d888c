"""What the table of access needs of money: statements, receipts, prices, limits, settlements and frozen figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from factories import NOW, actor, make_award, make_closed, make_pool, make_product, make_submitted
from portal.access_transfers import body_of_transfers, given_of_transfers, make_transfers

from madang.portal.actors import WORKER
from madang.portal.approvals.models import Approval
from madang.portal.billing.models import CreditNote, Statement
from madang.portal.entitlements.models import Entitlement
from madang.portal.expenses.models import ExpenseLine, ExpenseSheet
from madang.portal.files import tables
from madang.portal.funding import actions as funding
from madang.portal.indicators.models import YearFigures
from madang.portal.ledger import actions as ledger
from madang.portal.ledger.rules import Usage
from madang.portal.months import actions as months
from madang.portal.months.models import CheckLine, MonthCheck, UsageDifference
from madang.portal.prices import actions as prices
from madang.portal.prices.models import Discount, SubsidyLimit
from madang.portal.receipts import actions as receipts
from madang.portal.receipts import reading
from madang.portal.receipts.models import Receipt
from madang.portal.resources.models import Pool, Product
from madang.portal.settlements import actions as settlements
from madang.portal.supplements.models import Supplement
from madang.portal.suppliers.models import Supplier, SupplierStatement, SupplyContract
from madang.portal.takebacks import actions as takebacks
from madang.portal.takebacks.models import IdleRule


def make_money(world, a) -> None:
    """A statement of A that was paid too much from a bank's file, and a receipt with something left."""
    manager = actor(world.people["manager"])
    issued = Statement.objects.create(
        organisation=a, month="2026-02", number="2026-02-0001", state="issued", issued_at=NOW, due_on=date(2026, 3, 31),
        worked_out_at=NOW, list_price=100, due=100, subsidy=-100, supply=100, payable=100,
    )  # fmt: skip
    columns = {"paid_on": "date", "came_in": "in"}
    bank = receipts.set_bank(by=manager, now=NOW, code="main", name="Main", columns=columns)
    kept = tables.keep(now=NOW, name="f.csv", chunks=[b"date,in\n2026-03-02,150\n"])
    content = reading.content_of(bank, kept, date(2026, 4, 1))
    receipts.bring_in(by=manager, now=NOW, bank=bank.pk, stored=kept.pk, name="f", content=content)
    receipt = Receipt.objects.get()
    note = CreditNote.objects.create(
        statement=issued, reason="changed", text="x", before=0, reference=0, list_price=10, discount=0, credit=0,
        due=10, subsidy=-10, supply=10, vat=0, payable=10, drafted_by=world.people["manager"], drafted_at=NOW,
    )  # fmt: skip
    match = receipts.match(by=manager, now=NOW, receipt=receipt.pk, statement=issued.pk, amount=120)
    supplier = Supplier.objects.create(code="cloud", name="Cloud", created_at=NOW)
    rented = {"supplier": "cloud", "pool": make_pool().code, "kind": "used", "document": "x"}
    terms = rented | {"supplier": supplier, "pool": Pool.objects.get(code=rented["pool"])}
    SupplyContract.objects.create(
        first_month="2026-01", price=5, units=0, set_by=world.people["manager"], set_at=NOW, **terms
    )
    owed = SupplierStatement.objects.create(supplier=supplier, month="2026-02", worked_out_at=NOW)
    spent = ExpenseSheet.objects.create(
        first_month="2026-02", length=1, entered_by=world.people["manager"], entered_at=NOW
    )
    line = ExpenseLine.objects.create(sheet=spent, kind="staff", amount=5, document="closing 2")
    world.places |= {
        "expense-sheet": {"pk": spent.pk},
        "expense-line-remove": {"pk": spent.pk, "line": line.pk},
        "receipt": {"pk": receipt.pk},
        "match-undo": {"pk": match.pk},
        "receipts-look": {"code": "main", "sha256": kept.sha256},
        "bank": {"code": "main"},
        "receivables-file": {"kind": "csv"},
        "statement-payment": {"pk": issued.pk},
        "chase-stop": {"organisation": a.pk},
        "credit-note": {"pk": note.pk},
        "credit-note-file": {"pk": note.pk, "kind": "csv"},
        "credit-note-new": {"pk": issued.pk},
        "tax-invoices-file": {"which": "tax", "kind": "csv"},
        "tax-party": {"organisation": a.pk},
        "supply-contract": rented,
        "supplier-statement": {"pk": owed.pk},
        "supplier-statement-file": {"pk": owed.pk, "kind": "csv"},
    }
    source = funding.add_source(by=manager, now=NOW, code="city", name_ko="c", name_en="c", kind="local")
    given = {"source": source.pk, "year": 2025, "item": "granted", "amount": 5, "document": "letter"}
    entry = settlements.enter(by=manager, now=NOW, **given)
    for name in ("settlement", "settlement-entry-new"):
        world.places[name] = {"year": 2025}
    world.places["settlement-entry-undo"] = {"year": 2025, "pk": entry.pk}
    world.places["settlement-file"] = {"year": 2025, "kind": "csv"}
    _frozen(world, manager)
    _idle(world, a)
    _supplements(world, a)
    make_transfers(world, a, idle_award)
    _months(world)


def _frozen(world, manager) -> None:
    """The figures of a year that two people froze, and one that nobody did."""
    given = {"kind": "freeze_figures", "subject": 2024, "state": "approved", "document_number": "D"}
    halves = {"drafted_by_id": manager.person, "drafted_at": NOW, "decided_at": NOW}
    approval = Approval.objects.create(decided_by=world.people["approver"], **given, **halves)
    given = {
        "content": '{"year": 2024, "figures": {"supported": [{"year": 2024, "organisations": 1, "projects": 1}]}}',
        "sha256": "0" * 64,
        "approval": approval,
        "frozen_at": NOW,
    }
    YearFigures.objects.create(year=2024, **given)
    for name in ("figures-year", "figures-year-json", "figures-year-sums"):
        world.places[name] = {"year": 2024}
    for name in ("figures-year-csv", "figures-year-parquet"):
        world.places[name] = {"year": 2024, "code": "supported"}
    world.places["staff-figures-year"] = {"year": 2025}
    world.places["figures-chart"] = {"name": "kinds"}


def _idle(world, a) -> None:
    """Awards of A that lie idle: one that nobody looked at yet, one under notice, one whose time to answer is over."""
    manager = actor(world.people["manager"])
    pool = make_pool(grain="hour")
    product = make_product(pool, units=1, grain="hour")
    given = {"percent": 50, "after_days": 30, "grace_days": 10, "set_by": world.people["manager"], "set_at": NOW}
    IdleRule.objects.create(starts_on=date(2026, 1, 1), **given)
    rows = [idle_award(a, world.people["owner"], product, NOW) for _ in range(3)]
    what = {"by": manager, "pool": pool.code, "reason": "x"}
    noticed = takebacks.propose(now=NOW, number=rows[1].number, **what)
    over = takebacks.propose(now=NOW - timedelta(days=20), number=rows[2].number, **what)
    world.places |= {
        "take-back-new": {"number": rows[0].number, "pool": pool.code},
        "take-back": {"take_back": noticed.pk},
        "take-back-over": {"take_back": over.pk},
    }


def _months(world) -> None:
    """A check of February that found a difference, and a charge of it that came again otherwise."""
    make_closed("2026-03")
    check = MonthCheck.objects.create(month="2026-02", state="done", asked_at=NOW, checked_at=NOW, differing=1)
    line = CheckLine.objects.create(check_of=check, source="site", owner="award:0", unit="gpu", booked=1, reported=2)
    usage = Usage("site", "k", "award:0", make_pool().pk, "", "2026-02", date(2026, 2, 3), 5)
    months.note_changed(by=WORKER, now=NOW, usages=[usage])
    world.places |= {
        "accounting-month": {"month": "2026-02"},
        "check-line": {"month": "2026-02", "pk": line.pk},
        "usage-difference": {"pk": UsageDifference.objects.get().pk},
    }


def given_of_months(places) -> dict[str, dict[str, object]]:
    """What stands in the paths of the operations that have to do with months of the books."""
    names = ("list_month_checks", "want_month_check", "draft_month_close", "draft_reopening")
    line = places["check-line"]["pk"]
    found = dict.fromkeys(names, places["accounting-month"])
    found |= {key: {"difference": places["usage-difference"]["pk"]} for key in ("settle_usage", "dismiss_usage")}
    check = CheckLine.objects.get(pk=line).check_of_id
    return found | {"list_check_lines": {"check": check}, "accept_check_line": {"line": line}}


def body_of_months() -> dict[str, dict[str, object]]:
    """What is sent to them."""
    names = ("accept_check_line", "settle_usage", "dismiss_usage")
    return {key: {"reason": "x"} for key in names} | {key: {} for key in ("draft_month_close", "draft_reopening")}


def idle_award(organisation, owner, product, now):
    """An award of 600 hours from January to June, in force, of which nothing was used."""
    file = make_submitted(organisation=organisation, created_by=owner, state="eligible")
    award = make_award(
        file, starts_on=date(2026, 1, 1), ends_on=date(2026, 7, 1), in_force_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    award.lines.update(product=product, first_month="2026-01", months=6, asked=600, quantity=600, seconds=600 * 3600)
    ledger.grant(
        by=WORKER, now=now, owner=f"award:{award.pk}", pool=product.pool_id, amount=600 * 3600, source="award",
        key=f"{award.pk}/line", month="2026-01", day=date(2026, 1, 1),
    )  # fmt: skip
    return award


def _supplements(world, a) -> None:
    """Two awards of A: one of which more is asked for, and one of which more could be."""
    product = make_product(make_pool(grain="hour"), units=1, grain="hour")
    words = {"name_ko": "추가배정", "name_en": "Supplement", "sentence_ko": "절반까지", "sentence_en": "Up to half."}
    given = {"kind": "supplement", "permille": 500, "starts_on": date(2026, 1, 1)}
    rule = Entitlement.objects.create(code="half", **words, **given)
    rows = [idle_award(a, world.people["owner"], product, NOW) for _ in range(2)]
    what = {"line": rows[0].lines.get(), "rule": rule, "asked": 10, "quantity": 10, "reasons": "x"}
    made = Supplement.objects.create(award=rows[0], **what, asked_by=world.people["owner"], asked_at=NOW)
    world.places |= {
        "supplement": {"supplement": made.pk},
        "supplement-new": {"number": rows[1].number},
        "supplement-product": {"product": product.code},
        "entitlement-end": {"code": rule.code},
    }


def given_of_take_backs(places) -> dict[str, dict[str, object]]:
    """What stands in the paths of the operations that have to do with take-backs."""
    names = ("get_take_back", "answer_take_back", "reduce_take_back", "drop_take_back")
    found = dict.fromkeys(names, places["take-back"]) | {"draft_take_back": places["take-back-over"]}
    note = {"note": places["credit-note"]["pk"]}
    found |= dict.fromkeys(("get_credit_note", "drop_credit_note", "lay_credit_note_before"), note)
    found["lay_supplier_statement_before"] = {"statement": places["supplier-statement"]["pk"]}
    found["set_tax_party"] = places["tax-party"]
    found["draft_credit_note"] = {"statement": places["statement-payment"]["pk"]}
    verbs = ("get", "lower", "refuse", "draft", "withdraw")
    names = tuple(f"{verb}_supplement" for verb in verbs)
    found |= dict.fromkeys(names, places["supplement"]) | given_of_transfers(places)
    return found | {"ask_supplement": places["supplement-new"], "end_entitlement": places["entitlement-end"]}


def body_of_take_back(places) -> dict[str, dict[str, object]]:
    """What is sent to them."""
    idle = {"award": places["take-back-new"]["number"], "pool": places["take-back-new"]["pool"]}
    return body_of_transfers(places) | {
        "ask_supplement": {**places["supplement-product"], "quantity": 1, "reasons": "x"},
        "lower_supplement": {"quantity": 5, "reason": "x"},
        "refuse_supplement": {"reason": "x"},
        "draft_supplement": {"reason": "x"},
        "create_entitlement": {
            "code": "more",
            "kind": "supplement",
            "name_ko": "x",
            "name_en": "x",
            "sentence_ko": "x",
            "sentence_en": "x",
            "permille": 1,
            "starts_on": "2026-09-01",
        },
        "end_entitlement": {"ends_on": "2026-09-01"},
        "set_idle_rule": {"starts_on": "2026-04-01", "percent": 20, "after_days": 60, "grace_days": 14},
        "propose_take_back": {**idle, "reason": "x"},
        "answer_take_back": {"kind": "exemption", "text": "x"},
        "reduce_take_back": {"amount_seconds": 3600, "reason": "x"},
        "drop_take_back": {"reason": "x"},
        "draft_take_back": {"reason": "x"},
    }


def make_prices(world, found) -> None:
    product = Product.objects.get(pk=found.product.pk)
    tariff = prices.draft_tariff(
        by=actor(world.people["manager"]), now=NOW, product=product.pk, price=100, reference_price=200,
        reference_source="list", starts_on=date(2026, 6, 1),
    )  # fmt: skip
    discount = Discount.objects.create(
        code="young", name_ko="청년", name_en="Young", sentence_ko="청년", sentence_en="Young", applies_to="young_firm",
        permille=100, starts_on=date(2026, 1, 1),
    )  # fmt: skip
    SubsidyLimit.objects.create(
        code="own-part", kind="self_pay", name_ko="자부담", name_en="Own part", sentence_ko="자부담",
        sentence_en="Own part", figure=100, starts_on=date(2026, 1, 1),
    )  # fmt: skip
    world.places |= {
        "limit-end": {"code": "own-part"},
        "pool": {"code": found.pool.code},
        "product-retire": {"code": product.code},
        "tariff": {"pk": tariff.pk},
        "discount-end": {"code": discount.code},
        "figure-csv": {"code": "demand"},
        # the library that writes it is in no lock
        "figure-parquet": {"code": "demand"},
    }
