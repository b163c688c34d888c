"""The book balances whatever happens in it, and nothing goes below zero but the source."""

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.ledger import (
    ROUTES,
    TRANSFERS,
    Balances,
    Bucket,
    Kind,
    Leg,
    Movement,
    after,
    fold,
    fold_by_book,
    identity,
    movements_for,
    refuse_if_changed,
    refuse_if_wrong,
    reverse,
    settle,
)
from madang.accounting.metering import Charge, Unit
from madang.errors import Refused
from madang.values import Month

APRIL = Month(2026, 4)
STEPS = sorted((kind, start, to) for kind, routes in ROUTES.items() for start, to in routes)
OWN = ("left", "held", "used", "returned", "expired")
amounts = st.integers(0, 10**6)


def move(kind, start, to, amount, key="k", **other):
    row = Movement("madang", key, "award:3", kind, start, to, Unit.GPU_SECOND, amount, APRIL)
    return replace(row, **other)


def grant(amount, key="grant", **other):
    return move(Kind.GRANT, Bucket.SOURCE, Bucket.LEFT, amount, key, **other)


def accepted(steps):
    """Those of `steps` that the rules let into the book, one after the other."""
    book, balances = [], Balances()
    for place, ((kind, start, to), amount) in enumerate(steps):
        movement = move(kind, start, to, amount, key=str(place))
        try:
            refuse_if_wrong(movement, balances)
        except Refused:
            continue
        book.append(movement)
        balances = after(balances, movement)
    return book, balances


histories = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(-2, 50)), max_size=40)


@given(histories)
def test_any_history_that_the_rules_allow_balances_and_overdraws_nothing(steps):
    book, balances = accepted(steps)
    assert fold(book) == balances
    for length in range(len(book) + 1):
        then = fold(book[:length])
        assert identity(then)
        assert all(getattr(then, name) >= 0 for name in OWN)


@given(histories, st.data())
def test_a_reversal_restores_what_its_movement_changed(steps, data):
    _book, balances = accepted(steps)
    kind, start, to = data.draw(st.sampled_from([step for step in STEPS if step[0] not in {Kind.REVERSAL, *TRANSFERS}]))
    there = 50 if start == Bucket.SOURCE else getattr(balances, start.value)
    movement = move(kind, start, to, max(there, 1), key="new")
    undone = reverse(movement)
    then = after(balances, movement)
    refuse_if_wrong(undone, then)
    assert after(then, undone) == balances
    assert (undone.key, undone.reverses) == ("new/reversal", "new")


def test_an_account_keeps_its_figures_apart():
    book = [
        grant(100),
        move(Kind.HOLD, Bucket.LEFT, Bucket.HELD, 40, "hold"),
        move(Kind.USE, Bucket.HELD, Bucket.USED, 25, "use"),
        move(Kind.RELEASE, Bucket.HELD, Bucket.LEFT, 15, "release"),
        move(Kind.GIVE_BACK, Bucket.LEFT, Bucket.RETURNED, 30, "back"),
        move(Kind.OVERRUN, Bucket.SOURCE, Bucket.USED, 7, "over"),
        move(Kind.EXPIRE, Bucket.LEFT, Bucket.EXPIRED, 45, "end"),
    ]
    assert fold(book) == Balances(granted=107, left=0, held=0, used=32, returned=30, expired=45, overrun=7)
    assert fold([*book, reverse(book[5])]).overrun == 0


def test_the_identity_can_fail():
    assert identity(Balances(granted=5, left=5))
    for column in fields(Balances):
        if column.name not in {"overrun"}:
            assert not identity(replace(Balances(), **{column.name: 1}))


@pytest.mark.parametrize(
    ("movement", "code", "facts"),
    [
        (grant(0), "amount_not_above_zero", {"amount": 0}),
        (
            move(Kind.GRANT, Bucket.LEFT, Bucket.USED, 1),
            "movement_not_allowed",
            {"kind": "grant", "from_bucket": "left", "to_bucket": "used"},
        ),
        (
            move(Kind.HOLD, Bucket.LEFT, Bucket.HELD, 11),
            "not_enough_left",
            {"asked": 11, "there": 10, "unit": "gpu_second"},
        ),
        (
            move(Kind.USE, Bucket.HELD, Bucket.USED, 6),
            "not_enough_held",
            {"asked": 6, "there": 5, "unit": "gpu_second"},
        ),
        (
            reverse(move(Kind.EXPIRE, Bucket.LEFT, Bucket.EXPIRED, 1)),
            "not_enough_expired",
            {"asked": 1, "there": 0, "unit": "gpu_second"},
        ),
    ],
)
def test_a_movement_against_the_rules_is_refused_with_figures(movement, code, facts):
    with pytest.raises(Refused) as refused:
        refuse_if_wrong(movement, Balances(granted=15, left=10, held=5))
    assert (refused.value.code, refused.value.facts) == (code, facts)


def test_what_is_exactly_there_may_move():
    refuse_if_wrong(move(Kind.HOLD, Bucket.LEFT, Bucket.HELD, 10), Balances(granted=10, left=10))


def test_nothing_returns_to_an_account_from_what_was_used_but_by_reversal():
    assert {kind for kind, routes in ROUTES.items() for start, _ in routes if start == Bucket.USED} == {Kind.REVERSAL}


def test_a_reversal_is_not_reversed():
    with pytest.raises(Refused) as refused:
        reverse(reverse(grant(5)))
    assert refused.value.code == "reversal_of_reversal"


@pytest.mark.parametrize("kind", sorted(TRANSFERS))
def test_one_side_of_a_transfer_is_not_reversed(kind):
    ((start, to),) = ROUTES[kind]
    with pytest.raises(Refused, match="reversal_of_transfer"):
        reverse(move(kind, start, to, 5))


@pytest.mark.parametrize(
    ("hold_left", "left", "amount", "final", "legs"),
    [
        (100, 50, 30, False, [(Kind.USE, Bucket.HELD, Bucket.USED, 30)]),
        (100, 50, 30, True, [(Kind.USE, Bucket.HELD, Bucket.USED, 30), (Kind.RELEASE, Bucket.HELD, Bucket.LEFT, 70)]),
        (100, 50, 0, True, [(Kind.RELEASE, Bucket.HELD, Bucket.LEFT, 100)]),
        (
            100,
            50,
            175,
            True,
            [
                (Kind.USE, Bucket.HELD, Bucket.USED, 100),
                (Kind.USE, Bucket.LEFT, Bucket.USED, 50),
                (Kind.OVERRUN, Bucket.SOURCE, Bucket.USED, 25),
            ],
        ),
        (0, 0, 0, True, []),
    ],
)
def test_usage_draws_the_hold_then_what_is_left_then_the_source(hold_left, left, amount, final, legs):
    assert settle(hold_left=hold_left, left=left, amount=amount, final=final) == [Leg(*leg) for leg in legs]


@given(amounts, amounts, amounts, st.booleans())
def test_settling_records_all_usage_in_movements_that_the_book_takes(hold_left, left, amount, final):
    balances = Balances(granted=hold_left + left, left=left, held=hold_left)
    for leg in settle(hold_left=hold_left, left=left, amount=amount, final=final):
        movement = move(leg.kind, leg.from_bucket, leg.to_bucket, leg.amount)
        refuse_if_wrong(movement, balances)
        balances = after(balances, movement)
    assert balances.used == amount
    assert balances.overrun == max(0, amount - hold_left - left)
    assert balances.held == (0 if final else max(0, hold_left - amount))


def test_settling_refuses_what_cannot_be():
    with pytest.raises(Refused):
        settle(hold_left=0, left=0, amount=-1)


def charge(amount=100, key="7/0/1@2026-04-30:gpu_second"):
    return Charge("madang", key, "award:3", APRIL, date(2026, 4, 30), Unit.GPU_SECOND, amount)


@given(amounts, amounts, amounts, amounts)
def test_a_charge_posted_again_meets_its_first_row_whatever_the_balances(hold, left, later_hold, later_left):
    first = movements_for(charge(), hold_left=hold, left=left)
    again = movements_for(charge(), hold_left=later_hold, left=later_left)
    assert first[0].key == again[0].key == charge().key
    assert len({movement.key for movement in first}) == len(first)
    assert sum(movement.amount for movement in first) == 100
    assert {(row.account, row.month, row.unit) for row in first} == {("award:3", APRIL, Unit.GPU_SECOND)}


def test_the_same_charge_again_is_no_matter_and_another_under_its_key_is():
    posted = movements_for(charge(), hold_left=60, left=10)
    refuse_if_changed(charge(), posted)
    others = [charge(99), charge(101), charge()._replace(account="award:4"), charge()._replace(month=APRIL.plus(1))]
    for other in others:
        with pytest.raises(Refused) as refused:
            refuse_if_changed(other, posted)
        facts = {"source": "madang", "key": charge().key, "posted": 100, "reported": other.amount}
        assert (refused.value.code, refused.value.facts) == ("posted_differently", facts)


def test_units_are_not_added_and_books_are_kept_apart():
    rows = [grant(5), grant(6, unit=Unit.CORE_SECOND), grant(7, month=APRIL.plus(1)), grant(8, account="award:4")]
    with pytest.raises(ValueError, match="core_second, gpu_second"):
        fold(rows)
    assert {book: balances.left for book, balances in fold_by_book(rows).items()} == {
        ("award:3", Unit.GPU_SECOND, APRIL): 5,
        ("award:3", Unit.CORE_SECOND, APRIL): 6,
        ("award:3", Unit.GPU_SECOND, APRIL.plus(1)): 7,
        ("award:4", Unit.GPU_SECOND, APRIL): 8,
    }
