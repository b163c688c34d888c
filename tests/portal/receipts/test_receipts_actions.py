"""Money in from a bank's file to books that balance, with two people for what goes back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from factories import actor, issue_closed, make_actor, make_member, make_organisation, make_staff
from hypothesis import given, settings
from hypothesis import strategies as st
from portal.races import at_once, errors

from madang.errors import Refused, Stale
from madang.portal.actors import Role
from madang.portal.approvals.models import Approval
from madang.portal.billing.models import Statement
from madang.portal.billing.rules import StatementState
from madang.portal.files import tables
from madang.portal.outbox.models import Message
from madang.portal.receipts import actions, chores, queries, reading
from madang.portal.receipts.models import Bank, Chase, Posting, Receipt, ReceiptFile, Received
from madang.portal.receipts.rules import Balance

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
TODAY = date(2026, 6, 1)
pytestmark = pytest.mark.django_db
COLUMNS = {"paid_on": "date", "came_in": "in", "payer": "who", "text": "text"}


def issued(payable=100, organisation=None, place=1, month="2026-04", due_on=date(2026, 5, 31)) -> Statement:
    return Statement.objects.create(
        organisation=organisation or make_organisation(), month=month, number=f"{month}-{place:04d}",
        state=StatementState.ISSUED, issued_at=NOW, due_on=due_on, worked_out_at=NOW, list_price=payable, due=payable,
        subsidy=-payable, supply=payable, payable=payable,
    )  # fmt: skip


def bank() -> Bank:
    found = Bank.objects.filter(code="main").first()
    given = {"code": "main", "name": "Main account", "columns": COLUMNS}
    return found or actions.set_bank(by=cashier(), now=NOW, **given)


def cashier():
    return make_actor(Role.PROGRAMME_MANAGER)


def brought(*rows: str, name="june.csv") -> ReceiptFile:
    text = "\n".join(["date,in,who,text", *rows])
    stored = tables.keep(now=NOW, name=name, chunks=[text.encode()])
    content = reading.content_of(bank(), stored, TODAY)
    return actions.bring_in(by=cashier(), now=NOW, bank=bank().pk, stored=stored.pk, name=name, content=content)


def receipt(amount=100) -> Receipt:
    brought(f"2026-05-20,{amount},somebody,{Receipt.objects.count()}")
    return Receipt.objects.latest("pk")


def balance(statement) -> Balance:
    return queries.balance(queries.issued(make_actor(Role.AUDITOR)).get(pk=statement.pk))


def put(row, statement, amount):
    return actions.match(by=cashier(), now=NOW, receipt=row.pk, statement=statement.pk, amount=amount)


def test_a_file_is_stored_once_and_finds_its_statements():
    named, same = issued(100, place=1), issued(70, make_organisation(name="한빛 주식회사"), place=2)
    done = brought("2026-05-20,100,anybody,2026-04-0001", "2026-05-21,70,㈜한빛,", "2026-05-22,5,who,")

    assert (done.stored, done.repeated) == (3, 0)
    assert balance(named).received == 100
    assert balance(same).received == 70
    assert [row.left for row in Receipt.objects.order_by("place")] == [0, 0, 5]
    assert queries.check_books() == []


def test_the_same_file_is_refused_and_an_overlapping_one_stores_what_is_new():
    brought("2026-05-20,1,a,x", "2026-05-20,1,a,x")
    with pytest.raises(Refused, match="receipt_file_known"):
        brought("2026-05-20,1,a,x", "2026-05-20,1,a,x")
    done = brought("2026-05-20,1,a,x", "2026-05-20,1,a,x", "2026-05-21,1,a,x")

    assert (done.stored, done.repeated, Receipt.objects.count()) == (1, 2, 3)


def test_a_file_with_a_row_that_cannot_be_read_stores_nothing():
    with pytest.raises(Refused, match="receipts_have_faults"):
        brought("2026-05-20,1,a,x", "tomorrow,1,a,x")
    assert not Receipt.objects.exists()
    assert not ReceiptFile.objects.exists()


def test_a_workbook_is_read_as_text_is():
    from madang.portal.sheets import xlsx

    made = xlsx("June", [["date", "in", "who", "text"], ["2026-05-20", 1200, "한빛", "=1"]])
    stored = tables.keep(now=NOW, name="june.xlsx", chunks=[made])
    (line,) = reading.content_of(bank(), stored, TODAY).lines
    assert (line.paid_on, line.amount, line.payer, line.text) == (date(2026, 5, 20), 1200, "한빛", "=1")


def test_part_and_over_payment_by_a_person():
    statement, row = issued(100), receipt(130)
    put(row, statement, 30)
    assert balance(statement).owed == 70
    put(row, statement, 100)
    assert balance(statement).excess == 30
    with pytest.raises(Refused, match="receipt_left_too_little"):
        put(row, statement, 1)


def test_a_match_is_undone_by_a_row_of_its_own_and_once():
    statement, row = issued(100), receipt(100)
    posting = put(row, statement, 100)
    undo = {"by": cashier(), "now": NOW, "posting": posting.pk}
    with pytest.raises(Refused, match="match_reason_needed"):
        actions.undo_match(**undo, reason=" ")
    actions.undo_match(**undo, reason="of another organisation")

    assert balance(statement).received == 0
    assert Receipt.objects.get().left == 100
    assert list(Posting.objects.values_list("amount", flat=True)) == [100, -100]
    with pytest.raises(Refused, match="match_undone_already"):
        actions.undo_match(**undo, reason="again")
    assert chores.match_untouched(NOW) == 0


def test_what_is_written_stays_as_it_is():
    row = receipt(100)
    put(row, issued(100), 40)
    for change in (
        lambda: Receipt.objects.update(amount=200),
        lambda: Receipt.objects.update(payer="another"),
        lambda: Posting.objects.update(amount=1),
        lambda: Posting.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert queries.check_books() == []


def test_an_over_payment_is_credited_to_the_statement_that_is_due_first():
    firm = make_organisation()
    paid, second = issued(100, firm, 1), issued(80, firm, 2, "2026-05", date(2026, 7, 1))
    put(receipt(130), paid, 130)

    assert actions.credit(by=cashier(), now=NOW, statement=paid.pk) == 30
    assert (balance(paid).excess, balance(second).owed) == (0, 50)
    with pytest.raises(Refused, match="nothing_paid_too_much"):
        actions.credit(by=cashier(), now=NOW, statement=paid.pk)
    assert queries.check_books() == []


def test_nothing_is_credited_to_another_organisation():
    paid = issued(100)
    issued(80, place=2)
    put(receipt(130), paid, 130)
    with pytest.raises(Refused, match="nothing_to_credit"):
        actions.credit(by=cashier(), now=NOW, statement=paid.pk)


def approved(statement, by=None):
    given = {"comment": "", "document_number": "D-1"}
    return actions.refund(by=by or make_actor(Role.APPROVER), now=NOW, statement=statement.pk, **given)


def test_a_refund_needs_two_people():
    statement = issued(100)
    put(receipt(130), statement, 130)
    both = make_staff(Role.PROGRAMME_MANAGER, Role.APPROVER)
    actions.draft_refund(by=actor(both), now=NOW, statement=statement.pk, comment="")
    with pytest.raises(Refused, match="approval_same_person"):
        approved(statement, actor(both))
    assert approved(statement).amount == -30
    assert (balance(statement).state(TODAY), Approval.objects.get().facts["amount_won"]) == ("paid", 30)
    with pytest.raises(Refused, match="approval_none_waiting"):
        approved(statement)


def test_what_was_credited_meanwhile_is_not_refunded_and_the_draft_goes_on_waiting():
    firm = make_organisation()
    statement = issued(100, firm)
    put(receipt(130), statement, 130)
    actions.draft_refund(by=cashier(), now=NOW, statement=statement.pk, comment="")
    issued(80, firm, 2, "2026-05")
    actions.credit(by=cashier(), now=NOW, statement=statement.pk)
    with pytest.raises(Refused, match="received_too_little"):
        approved(statement)
    assert Approval.objects.get().state == "waiting"
    assert queries.check_books() == []


def test_money_that_went_back_cannot_be_taken_off():
    statement = issued(100)
    posting = put(receipt(130), statement, 130)
    actions.draft_refund(by=cashier(), now=NOW, statement=statement.pk, comment="")
    approved(statement)
    with pytest.raises(Refused, match="received_too_little"):
        actions.undo_match(by=cashier(), now=NOW, posting=posting.pk, reason="wrong")


def test_who_may_not_touch_money():
    statement, row = issued(100), receipt(100)
    for by in (make_actor(), make_actor(Role.AUDITOR), make_actor(Role.SCREENING_OFFICER), make_actor(Role.APPROVER)):
        for act in (
            lambda by=by: actions.match(by=by, now=NOW, receipt=row.pk, statement=statement.pk, amount=1),
            lambda by=by: actions.credit(by=by, now=NOW, statement=statement.pk),
            lambda by=by: actions.set_bank(by=by, now=NOW, code="b", name="b", columns=COLUMNS),
            lambda by=by: actions.stop_chasing(by=by, now=NOW, organisation=statement.organisation_id, reason="r"),
        ):
            with pytest.raises(Refused, match="not_allowed_for_role"):
                act()


def test_a_receipt_that_came_before_its_statement_finds_it_when_it_is_issued():
    brought("2026-05-20,100,who,2026-04-0001")
    assert chores.match_untouched(NOW) == 0
    statement = issued(100)
    assert chores.match_untouched(NOW) == 1
    assert balance(statement).owed == 0


def test_issuing_sets_the_last_day_to_pay(settings):
    settings.MADANG_PAYMENT_DAYS = 10
    draft = issued(0)
    Statement.objects.filter(pk=draft.pk).update(state="draft", number=None, issued_at=None, due_on=None)
    issue_closed(by=cashier(), now=NOW, month="2026-04")
    assert Statement.objects.get().due_on == date(2026, 6, 11)


def test_who_owes_is_reminded_once_a_stage_in_their_language_and_not_when_stopped():
    firm = make_organisation()
    owner = make_member(firm, language="en")
    statement = issued(1_000, firm)
    put(receipt(400), statement, 400)
    settled = issued(0, place=2)

    assert (chores.chase(NOW), chores.chase(NOW)) == (1, 0)
    mail = Message.objects.get(code="payment_overdue")
    assert (mail.person_id, "₩600" in mail.body, "2026-05-31" in mail.body) == (owner.pk, True, True)
    actions.stop_chasing(by=cashier(), now=NOW, organisation=firm.pk, reason="agreed to pay by instalments")
    with pytest.raises(Refused, match="chase_stopped_already"):
        actions.stop_chasing(by=cashier(), now=NOW, organisation=firm.pk, reason="again")
    later = NOW + timedelta(days=40)
    assert chores.chase(later) == 0
    actions.resume_chasing(by=cashier(), now=later, organisation=firm.pk)
    with pytest.raises(Stale):
        actions.resume_chasing(by=cashier(), now=later, organisation=firm.pk)
    assert chores.chase(later) == 1
    assert list(Chase.objects.order_by("pk").values_list("statement", "stage", "owed")) == [
        (statement.pk, 1, 600),
        (statement.pk, 30, 600),
    ]
    assert not settled.chases.exists()


STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "undo", "credit", "refund"]), st.integers(0, 3), st.integers(0, 2),
              st.integers(1, 150)),
    max_size=12,
)  # fmt: skip


def carried_out(step, rows, statements):
    what, first, second, amount = step
    row, statement = rows[first], statements[second]
    if what == "put":
        put(row, statement, amount)
    elif what == "undo":
        posting = Posting.objects.filter(kind="match", amount__gt=0).order_by("pk")[first : first + 1]
        for one in posting:
            actions.undo_match(by=cashier(), now=NOW, posting=one.pk, reason="r")
    elif what == "credit":
        actions.credit(by=cashier(), now=NOW, statement=statement.pk)
    else:
        actions.draft_refund(by=cashier(), now=NOW, statement=statement.pk, comment="")
        approved(statement)


@given(STEPS)
@settings(max_examples=12)
def test_the_books_balance_whatever_is_done_in_whatever_order(steps):
    with transaction.atomic():
        firm = make_organisation()
        statements = [issued(100, firm, place, f"2026-0{place}") for place in (1, 2, 3)]
        rows = [receipt(amount) for amount in (60, 100, 130, 250)]
        for step in steps:
            try:
                with transaction.atomic():
                    carried_out(step, rows, statements)
            except Refused:
                pass
        assert queries.check_books() == []
        left = sum(Receipt.objects.values_list("left", flat=True))
        held = sum(Received.objects.values_list("amount", flat=True))
        back = -sum(Posting.objects.filter(kind="refund").values_list("amount", flat=True))
        assert left + held + back == 540
        assert all(0 <= row.left <= row.amount for row in Receipt.objects.all())
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_two_who_place_the_same_money_place_it_once():
    row, first, second = receipt(100), issued(100), issued(100, place=2)
    by = cashier()

    def placed(statement):
        return lambda: actions.match(by=by, now=NOW, receipt=row.pk, statement=statement.pk, amount=100)

    answers = at_once(placed(first), placed(second))
    assert [error.code for error in errors(answers)] == ["receipt_left_too_little"]
    assert queries.check_books() == []
    assert Posting.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_bring_in_overlapping_files_at_once_store_each_receipt_once():
    by, main = cashier(), bank()
    acts = []
    for rows in (["2026-05-20,1,a,x", "2026-05-21,2,b,y"], ["2026-05-21,2,b,y", "2026-05-22,3,c,z"]):
        stored = tables.keep(now=NOW, name="f.csv", chunks=["\n".join(["date,in,who,text", *rows]).encode()])
        given = {"bank": main.pk, "stored": stored.pk, "name": "f", "content": reading.content_of(main, stored, TODAY)}
        acts.append(lambda given=given: actions.bring_in(by=by, now=NOW, **given))
    assert errors(at_once(*acts)) == []
    assert sorted(Receipt.objects.values_list("amount", flat=True)) == [1, 2, 3]
    assert sum(file.stored for file in ReceiptFile.objects.all()) == 3
