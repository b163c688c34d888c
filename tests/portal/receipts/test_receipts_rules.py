"""What is owed, what a bank's file says, and which receipt finds which statement: pure, without a database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.files.tables import rows_of_text
from madang.portal.receipts.bankfile import Fault, Line, digests, read
from madang.portal.receipts.matching import Money, Owed, numbers_in, plain_name, proposals
from madang.portal.receipts.rules import Balance, age, aged, stage_reached

SHORT = {"paid_on": "거래일자", "came_in": "입금액"}
DUE = date(2026, 6, 30)
WON = st.integers(min_value=0, max_value=10**9)
COLUMNS = {"paid_on": "거래일자", "came_in": "입금액", "payer": "의뢰인", "text": "적요"}


@pytest.mark.parametrize(
    ("received", "today", "state"),
    [
        (0, DUE, "open"),
        (0, DUE + timedelta(days=1), "overdue"),
        (40, DUE, "part_paid"),
        (40, DUE + timedelta(days=1), "overdue"),
        (100, DUE + timedelta(days=99), "paid"),
        (101, DUE, "over_paid"),
    ],
)
def test_where_a_payment_stands(received, today, state):
    assert Balance(100, received, DUE).state(today) == state


def test_a_statement_over_nothing_asks_for_nothing():
    assert Balance(0, 0, DUE).state(DUE + timedelta(days=99)) == "nothing_owed"


@pytest.mark.parametrize(("late", "expected"), [(-5, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (90, 3), (91, 4)])
def test_ages(late, expected):
    assert age(late) == expected


@given(st.lists(st.builds(Balance, WON, WON, st.dates(date(2025, 1, 1), date(2027, 1, 1)))))
def test_the_ages_add_up_to_what_is_owed(balances):
    assert sum(aged(balances, DUE)) == sum(one.owed for one in balances)


@given(WON, WON)
def test_nobody_owes_and_has_paid_too_much_at_once(payable, received):
    balance = Balance(payable, received, DUE)
    assert balance.owed - balance.excess == payable - received
    assert not (balance.owed and balance.excess)


@pytest.mark.parametrize(("late", "stage"), [(0, None), (1, 1), (13, 1), (14, 14), (400, 60)])
def test_of_stages_only_the_last_that_has_come_counts(late, stage):
    assert stage_reached(late, (1, 14, 30, 60)) == stage


def test_a_file_of_a_korean_bank_is_read_below_its_particulars():
    text = (
        "예금주,마당 센터\n계좌번호,123-456\n\n거래일자,출금액,입금액,의뢰인,적요\n"
        '2026.06.02 09:10:11,0,"1,200,000",㈜한빛AI,2026-05-0001\n20260603,5000,0,수수료,\n2026-06-04,,₩300원,대학,\n'
    )
    content = read(rows_of_text(text.encode("utf-8-sig")), COLUMNS, DUE)

    assert content.lines == (
        Line(5, date(2026, 6, 2), 1_200_000, "㈜한빛AI", "2026-05-0001", ""),
        Line(7, date(2026, 6, 4), 300, "대학", "", ""),
    )
    assert (content.faults, content.left_out, content.total) == ((), 1, 1_200_300)


def test_text_in_the_banks_own_encoding_is_read():
    content = read(
        rows_of_text("거래일자\t입금액\n2026-06-01\t7\n".encode("cp949")),
        {"paid_on": "거래일자", "came_in": "입금액"},
        DUE,
    )
    assert [line.amount for line in content.lines] == [7]


@pytest.mark.parametrize(
    ("cells", "code", "value"),
    [
        ("2026-06-01,12.5", "receipt_amount_unreadable", "12.5"),
        ("2026-06-01,-300", "receipt_amount_unreadable", "-300"),
        ("2026-06-01,1" + "0" * 13, "receipt_amount_unreadable", "1" + "0" * 13),
        ("2026-02-30,300", "receipt_day_unreadable", "2026-02-30"),
        ("yesterday,300", "receipt_day_unreadable", "yesterday"),
        ("2026-07-01,300", "receipt_day_ahead", "2026-07-01"),
    ],
)
def test_what_cannot_be_read_names_its_row(cells, code, value):
    content = read(rows_of_text(f"거래일자,입금액\n{cells}\n".encode()), SHORT, DUE)
    assert content.faults == (Fault(2, code, value),)


def test_a_file_without_the_banks_headings_is_refused():
    with pytest.raises(Refused, match="receipts_heading_missing"):
        read(rows_of_text(b"a,b\n1,2\n"), COLUMNS, DUE)


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(Refused, match="table_not_readable"):
        rows_of_text(b"\xff\xff\x81")


LINES = st.lists(
    st.builds(
        Line, st.integers(1, 99), st.dates(date(2026, 6, 1), date(2026, 6, 3)), st.integers(1, 3),
        st.sampled_from("ab"), st.just(""), st.just(""),
    ),
    max_size=12,
)  # fmt: skip


@given(LINES)
def test_every_row_of_a_file_is_another_receipt_and_a_file_that_goes_on_shares_its_beginning(lines):
    found = [digest for _line, digest in digests("bank", lines)]
    assert len(set(found)) == len(lines)
    assert [digest for _line, digest in digests("bank", lines[:5])] == found[:5]
    assert not set(found) & {digest for _line, digest in digests("other", lines)}


@pytest.mark.parametrize("written", ["㈜한빛AI", "(주) 한빛 ai", "주식회사 한빛AI", "한빛AI"])
def test_legal_forms_do_not_part_a_name(written):
    assert plain_name(written) == "한빛ai"


def test_numbers_are_found_in_a_banks_text_and_not_in_longer_ones():
    assert numbers_in("사용료2026-05-0001 납부") == {"2026-05-0001"}
    assert numbers_in("12026-05-0001") == numbers_in("2026-13-0001") == frozenset()


def money(receipt, left, payer="", text="") -> Money:
    return Money(receipt, DUE, left, payer, text)


def owed(statement, amount, organisation=1, name="한빛", days=0) -> Owed:
    return Owed(statement, f"2026-05-{statement:04d}", organisation, (name, ""), amount, DUE + timedelta(days=days))


def paired(receipts, statements):
    return [(one.receipt, one.statement, one.amount, one.found) for one in proposals(receipts, statements)]


def test_a_number_in_the_text_decides_also_beyond_what_is_owed():
    statements = [owed(1, 100), owed(2, 130)]
    assert paired([money(7, 130, "한빛", "2026-05-0001")], statements) == [(7, 1, 130, "number")]


def test_two_numbers_leave_it_to_a_person():
    assert paired([money(7, 230, "한빛", "2026-05-0001, 2026-05-0002")], [owed(1, 100), owed(2, 130)]) == []


def test_payer_and_exact_amount_decide_and_the_first_due_comes_first():
    statements = [owed(1, 100, days=9), owed(2, 100)]
    assert paired([money(7, 100, "㈜한빛"), money(8, 100, "한빛")], statements) == [
        (7, 2, 100, "exact"),
        (8, 1, 100, "exact"),
    ]


@pytest.mark.parametrize(
    "statements", [[owed(1, 100), owed(2, 100, organisation=2)], [owed(1, 99)], [owed(1, 100, name="두빛")]]
)
def test_what_is_not_certain_waits_for_a_person(statements):
    assert paired([money(7, 100, "한빛")], statements) == []


@given(
    st.lists(st.builds(money, st.integers(1, 50), st.integers(1, 4), st.sampled_from(["한빛", "두빛", ""])),
             unique_by=lambda one: one.receipt),
    st.lists(st.builds(owed, st.integers(1, 50), st.integers(0, 4), st.integers(1, 2), st.sampled_from(["한빛", "두"])),
             unique_by=lambda one: one.statement),
)  # fmt: skip
def test_a_receipt_is_spent_once_and_by_name_nothing_is_paid_beyond_what_is_owed(receipts, statements):
    found = proposals(receipts, statements)
    left, asked = {one.receipt: one.left for one in receipts}, {one.statement: one.owed for one in statements}
    assert len({one.receipt for one in found}) == len(found)
    assert all(one.amount == left[one.receipt] for one in found)
    for statement in asked:
        assert sum(one.amount for one in found if one.statement == statement) <= asked[statement]
    assert proposals(reversed(receipts), reversed(statements)) == found
