"""Credit notes: exact over any split, never more than was billed, tied to the book, the receipts and the settlement."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import translation
from factories import issue_closed, make_actor, make_member
from hypothesis import given
from hypothesis import strategies as st
from portal.billing.test_billing_actions import awarded, used
from portal.races import at_once, errors
from portal.receipts.test_receipts_actions import put, receipt

from madang.errors import Refused
from madang.portal.actors import WORKER, Role
from madang.portal.billing import actions as billing
from madang.portal.billing import aid
from madang.portal.billing.models import CreditNote, Statement, StatementLine, Support
from madang.portal.creditnotes import actions, exports, queries, rules
from madang.portal.creditnotes.rules import Figures, NoteReason, Wish
from madang.portal.ledger import actions as ledger
from madang.portal.ledger.models import Movement
from madang.portal.outbox.models import Message
from madang.portal.receipts import actions as receipts
from madang.portal.receipts import queries as money
from madang.portal.settlements import queries as settlements

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)


def line(quantity, due, list_price, reference, vat, included, credit=0) -> Figures:
    payable = due if included else due + vat
    return Figures(quantity, reference, list_price, list_price - due - credit, credit, due,
                   reference - due - credit, payable - vat, vat, payable)  # fmt: skip


@st.composite
def billed(draw):
    due = draw(st.integers(1, 10**7))
    return line(
        draw(st.integers(1, 10**7)), due, due + draw(st.integers(0, 10**7)), draw(st.integers(0, 10**8)),
        draw(st.integers(0, due // 11)), draw(st.booleans()), draw(st.integers(0, 1000)),
    )  # fmt: skip


@given(billed(), st.lists(st.tuples(st.booleans(), st.integers(1, 10**7)), max_size=6))
def test_no_won_is_lost_over_any_split_and_nothing_falls_below_nought(whole, parts):
    left, taken = whole, []
    for by_quantity, wanted in parts:
        most = left.quantity if by_quantity else left.payable
        if most:
            wish = Wish(quantity=min(wanted, most)) if by_quantity else Wish(won=min(wanted, most))
            taken.append(rules.taken_off(left, wish))
            left = left - taken[-1]
        one = asdict(left)
        assert all(one[name] >= 0 for name in ("quantity", "due", "supply", "vat", "payable", "list_price"))
        assert one["due"] == one["list_price"] - one["discount"] - one["credit"]
        assert (one["payable"], one["subsidy"]) == (
            one["supply"] + one["vat"],
            one["reference"] - one["due"] - one["credit"],
        )
    if left.quantity:
        taken.append(rules.taken_off(left, Wish(quantity=left.quantity)))
        assert left - taken[-1] == Figures()
        assert rules.total(taken) == whole


@pytest.mark.parametrize("wish", [Wish(), Wish(1, 1), Wish(11), Wish(0, 111), Wish(-1), Wish(0, -1)])
def test_a_wish_that_is_none_or_too_much_is_refused(wish):
    with pytest.raises(Refused):
        rules.taken_off(line(10, 100, 100, 0, 10, included=False), wish)


def test_a_mistake_bears_the_day_of_what_it_corrects():
    today = date(2026, 8, 3)
    assert rules.written_on(NoteReason.ERROR, "2026-02", today) == date(2026, 2, 28)
    assert rules.written_on(NoteReason.CHANGED, "2026-02", today) == today


@pytest.fixture
def manager(db):
    return make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def approver(db):
    return make_actor(Role.APPROVER)


@pytest.fixture
def statement(manager) -> Statement:
    """Two products for all of May: list price, due and payable 6,400,000 won; reference price 80,000,000."""
    award = awarded()
    billing.work_out(by=WORKER, now=NOW, organisation=award.organisation_id, month="2026-05")
    issue_closed(by=manager, now=NOW, month="2026-05")
    return Statement.objects.get()


def drafted(manager, statement, *, quantity=0, won=0, reason=NoteReason.CHANGED) -> CreditNote:
    wishes = {StatementLine.objects.get(statement=statement).pk: Wish(quantity, won)} if quantity or won else {}
    return actions.draft(by=manager, now=NOW, statement=statement.pk, reason=reason, text="Corrected", wishes=wishes)


def issued(manager, approver, statement, **what) -> CreditNote:
    note = drafted(manager, statement, **what)
    actions.lay_before(by=manager, now=NOW, note=note.pk, comment="")
    return actions.issue(by=approver, now=NOW, note=note.pk, comment="", document_number="doc-1")


def owed(manager, statement) -> tuple[int, int]:
    balance = money.balance(money.issued(manager).get(pk=statement.pk))
    return balance.owed, balance.excess


def books() -> list[object]:
    found = settlements.differences(settlements.content(2026))
    return [*queries.check_books(), *money.check_books(), *settlements.check_books(), *found]


def test_a_note_lowers_what_is_due_its_support_and_the_year_and_is_written_to_the_owners(manager, approver, statement):
    owner = make_member(statement.organisation)
    note = issued(manager, approver, statement, quantity=31)

    assert (note.number, note.payable, note.reference, note.subsidy) == (
        "C-2026-0001",
        3_200_000,
        40_000_000,
        36_800_000,
    )
    assert owed(manager, statement) == (3_200_000, 0)
    assert books() == []
    found = settlements.content(2026)
    assert (found["credit_notes"]["payable_won"], found["awards"][0]["due_won"]) == (3_200_000, 3_200_000)
    assert aid.declared([statement.organisation], date(2026, 6, 1))[0].total == 36_800_000
    assert Message.objects.filter(code="credit_note_issued", person=owner).exists()

    rest = issued(manager, approver, statement, reason=NoteReason.CANCELLED)
    assert (rest.number, owed(manager, statement), books()) == ("C-2026-0002", (0, 0), [])
    assert sum(Support.objects.values_list("amount", flat=True)) == 0
    with pytest.raises(Refused, match="credit_note_nothing"):
        drafted(manager, statement, reason=NoteReason.TWICE)


def test_what_was_paid_already_becomes_a_refund_and_a_lower_price_is_support(manager, approver, statement):
    put(receipt(6_400_000), statement, 6_400_000)
    note = issued(manager, approver, statement, won=400_000)

    assert (note.payable, note.reference, note.subsidy) == (400_000, 0, -400_000)
    assert owed(manager, statement) == (0, 400_000)
    receipts.draft_refund(by=manager, now=NOW, statement=statement.pk, comment="")
    receipts.refund(by=approver, now=NOW, statement=statement.pk, comment="", document_number="doc-2")
    assert owed(manager, statement) == (0, 0)
    assert books() == []


def test_a_draft_that_another_note_overtook_is_refused_and_one_waits_at_a_time(manager, approver, statement):
    note = drafted(manager, statement, won=1)
    with pytest.raises(Refused, match="credit_note_draft_waits"):
        drafted(manager, statement, won=1)
    actions.lay_before(by=manager, now=NOW, note=note.pk, comment="")
    with pytest.raises(Refused, match="credit_note_laid_before"):
        actions.drop(by=manager, now=NOW, note=note.pk)
    Statement.objects.filter(pk=statement.pk).update(credited=5)
    with pytest.raises(Refused, match="credit_note_outdated"):
        actions.issue(by=approver, now=NOW, note=note.pk, comment="", document_number="doc")
    with pytest.raises(IntegrityError), transaction.atomic():
        Statement.objects.filter(pk=statement.pk).update(credited=6_400_001)
    assert queries.check_books() == [f"statement {statement.pk}"]


def test_a_dropped_draft_takes_no_number_and_an_issued_note_never_changes(manager, approver, statement):
    dropped = drafted(manager, statement, won=1)
    actions.drop(by=manager, now=NOW, note=dropped.pk)
    note = issued(manager, approver, statement, won=1)

    assert note.number == "C-2026-0001"
    with pytest.raises(DatabaseError, match="creditnote"), transaction.atomic():
        CreditNote.objects.filter(pk=note.pk).update(text="other")
    with pytest.raises(Refused, match="credit_note_decided"):
        actions.drop(by=manager, now=NOW, note=note.pk)


def test_use_undone_after_its_month_was_billed_is_found_and_asked_for(manager, approver):
    award = awarded(grain="hour")
    used(award, 7200)
    used(award, 3600, key="more")
    billing.work_out(by=WORKER, now=NOW, organisation=award.organisation_id, month="2026-05")
    issue_closed(by=manager, now=NOW, month="2026-05")
    assert queries.beyond_the_book() == []
    undone = Movement.objects.get(amount=3600, kind__in=["use", "overrun"])
    ledger.reverse(by=manager, now=NOW, movement=undone.pk)

    found = queries.beyond_the_book()
    assert [one.beyond for one in queries.left_of(found[0])] == [3600]
    note = issued(manager, approver, found[0], quantity=3600)
    assert note.payable == 550 and (queries.beyond_the_book(), books()) == ([], [])


def test_the_papers_say_what_is_taken_off(manager, approver, statement):
    note = issued(manager, approver, statement, quantity=31)
    row = queries.notes(manager).get(pk=note.pk)

    assert exports.table(row, queries.items(row))[-1][-1] == 3_200_000
    with translation.override("ko"):
        written = exports.written(row, queries.items(row))
    assert written["title"] == "감액통지서 C-2026-0001"
    assert statement.number in str(written["facts"]) and written["totals"][-1] == "3,200,000"


@pytest.mark.django_db(transaction=True)
def test_two_notes_at_once_never_take_off_more_than_was_billed():
    manager = make_actor(Role.PROGRAMME_MANAGER)
    approvers = [make_actor(Role.APPROVER), make_actor(Role.APPROVER)]
    award = awarded()
    billing.work_out(by=WORKER, now=NOW, organisation=award.organisation_id, month="2026-05")
    issue_closed(by=manager, now=NOW, month="2026-05")
    row = Statement.objects.get()
    note = drafted(manager, row, reason=NoteReason.CANCELLED)
    actions.lay_before(by=manager, now=NOW, note=note.pk, comment="")
    given = {"now": NOW, "note": note.pk, "comment": "", "document_number": "d"}
    answers = at_once(*[lambda by=by: actions.issue(by=by, **given) for by in approvers])

    assert len(errors(answers)) == 1
    assert (Statement.objects.get().credited, CreditNote.objects.get().place) == (row.payable, 1)
    assert queries.check_books() == []
