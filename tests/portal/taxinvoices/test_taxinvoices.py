"""Electronic tax invoices: kinds told apart, corrections by reason, all or nothing, and sums that are the books'."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from factories import issue_closed, make_actor, make_organisation, make_staff
from portal.billing.test_billing_actions import awarded, priced
from portal.creditnotes.test_creditnotes import NOW, issued

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Role
from madang.portal.billing import actions as billing
from madang.portal.billing.models import Statement
from madang.portal.creditnotes.rules import NoteReason
from madang.portal.holdings import actions as holdings
from madang.portal.prices.models import Tariff
from madang.portal.taxinvoices import actions, exports, queries, rules
from madang.portal.taxinvoices.rules import Invoice, Party, Sums, TaxKind

WHOLE = Party("1234567891", "한빛", "김하나", "서울시", "", "", "a@example.org")
SUPPLIER = {"number": "1234567891", "name": "Centre", "representative": "R", "address": "A", "business_type": "",
            "business_item": "", "email": "c@example.org"}  # fmt: skip
DAYS = (date(2026, 6, 1), date(2026, 6, 30))


def note(reason, before, off) -> list[Invoice]:
    kinds = {"before": {TaxKind.TAXABLE: before}, "off": {TaxKind.TAXABLE: off}}
    days = {"written_on": date(2026, 7, 3), "original_on": date(2026, 5, 31)}
    return rules.of_note(
        number="C-2026-0001", statement="2026-05-0001", month="2026-05", reason=reason, buyer=WHOLE, **days, **kinds
    )


def test_a_correction_is_one_invoice_or_two_and_bears_the_day_of_its_reason():
    before, off = Sums(1000, 100), Sums(300, 30)
    (changed,) = note(NoteReason.CHANGED, before, off)
    assert (changed.code, changed.reason, changed.sums) == ("0201", "02", Sums(-300, -30))
    assert (changed.written_on, changed.issue_by) == (date(2026, 7, 3), date(2026, 8, 10))
    wrong, right = note(NoteReason.ERROR, before, off)
    assert (wrong.sums, right.sums, wrong.reason) == (Sums(-1000, -100), Sums(700, 70), "01")
    assert (wrong.written_on, wrong.issue_by) == (date(2026, 5, 31), None)
    assert [one.sums for one in note(NoteReason.TWICE, before, before)] == [Sums(-1000, -100)]
    assert rules.total([wrong, right]) == changed.sums


def test_kinds_are_told_apart_and_december_is_issued_in_january():
    kinds = {TaxKind.EXEMPT: Sums(5, 0), TaxKind.ZERO_RATED: Sums(7, 0), TaxKind.TAXABLE: Sums(0, 0)}
    found = rules.of_statement(number="n", month="2026-12", written_on=date(2026, 12, 31), buyer=WHOLE, kinds=kinds)
    assert [(one.code, one.sums.supply) for one in found] == [("0102", 7), ("0301", 5)]
    assert found[0].issue_by == date(2027, 1, 10)
    assert [rules.kind_of(vat) for vat in ("none", "zero", "added", "included")] == [
        TaxKind.EXEMPT, TaxKind.ZERO_RATED, TaxKind.TAXABLE, TaxKind.TAXABLE,
    ]  # fmt: skip


@pytest.mark.parametrize("lacking", ["representative", "address", "email", "name"])
def test_nothing_is_exported_while_a_row_lacks_something(lacking):
    good = Invoice("n", "2026-05", TaxKind.TAXABLE, date(2026, 5, 31), WHOLE, Sums(1, 0))
    bad = replace(good, buyer=replace(WHOLE, **{lacking: " "}))
    rules.refuse_faulty(WHOLE, [good])
    with pytest.raises(Refused, match="tax_buyers_incomplete"):
        rules.refuse_faulty(WHOLE, [good, bad])
    with pytest.raises(Refused, match="tax_supplier_incomplete"):
        rules.refuse_faulty(replace(WHOLE, number="1234567890"), [good])


@pytest.mark.django_db
def test_a_months_papers_add_up_to_the_books_and_are_exported_once_they_are_whole(client, settings):
    settings.MADANG_SUPPLIER = SUPPLIER
    manager, approver, organisation = make_actor(Role.PROGRAMME_MANAGER), make_actor(Role.APPROVER), make_organisation()
    taxed, free = awarded(organisation=organisation, price=False), awarded(organisation=organisation)
    priced(taxed.lines.get().product, vat="added", vat_permille=100)
    assert Tariff.objects.get(product=free.lines.get().product).vat == "none"
    billing.work_out(by=WORKER, now=NOW, organisation=organisation.pk, month="2026-05")
    issue_closed(by=manager, now=NOW, month="2026-05")
    statement = Statement.objects.get()
    issued(manager, approver, statement, reason=NoteReason.CANCELLED)

    found = queries.invoices(manager, *DAYS)
    assert [(one.code, one.sums.supply, one.sums.vat) for one in found] == [
        ("0101", 6_400_000, 640_000), ("0301", 6_400_000, 0), ("0201", -6_400_000, -640_000), ("0401", -6_400_000, 0),
    ]  # fmt: skip
    assert statement.payable == 13_440_000 and not rules.total(found)
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    page = client.get("/staff/tax-invoices/?first=2026-06-01&last=2026-06-30")
    assert page.status_code == 200 and "tax-invoices/tax/xlsx" not in page.content.decode()
    address = "/staff/tax-invoices/tax/csv/?first=2026-06-01&last=2026-06-30&purpose=entry"
    assert client.get(address).status_code == 409

    given = {"representative": "김하나", "address": "서울", "email": "a@example.org"}
    actions.set_party(by=manager, now=NOW, organisation=organisation.pk, **given)
    with pytest.raises(Stale):
        actions.set_party(by=manager, now=NOW, organisation=organisation.pk, **given)
    rows = client.get(address).content.decode("utf-8-sig").splitlines()
    assert len(rows) == 3 and rows[1].startswith("0101,") and "-6400000" in rows[2]
    assert exports.table(queries.supplier(), queries.invoices(manager, *DAYS))[2][0] == "0301"


@pytest.mark.django_db
def test_particulars_are_destroyed_once_no_statement_needs_them():
    award = awarded()
    given = {"representative": "R", "address": "A", "email": "a@example.org", "organisation": award.organisation_id}
    actions.set_party(by=make_actor(Role.PROGRAMME_MANAGER), now=NOW, **given)
    after = NOW + timedelta(days=1)
    draft = billing.work_out(by=WORKER, now=NOW, organisation=award.organisation_id, month="2026-05")
    assert holdings.destroy(now=after, kind="tax_party", before=after) == 0
    Statement.objects.filter(pk=draft.pk).delete()
    assert holdings.destroy(now=after, kind="tax_party", before=after) == 1


@pytest.mark.django_db
def test_strangers_see_no_invoices_and_days_are_in_order():
    assert queries.invoices(make_actor(), *DAYS) == []
    with pytest.raises(Refused, match="tax_days_wrong"):
        queries.invoices(make_actor(Role.AUDITOR), DAYS[1], DAYS[0])
