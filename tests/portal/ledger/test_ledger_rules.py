"""The pure part of the portal's book."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.ledger import Bucket, identity
from madang.accounting.metering import Charge, Unit
from madang.portal.actors import Actor, Role
from madang.portal.ledger.rules import Fault, Imported, balances_from, differing, may_correct, usage_of
from madang.values import Month

AMOUNTS = st.integers(min_value=0, max_value=10**12)


def test_a_charge_becomes_usage_of_its_pool_and_job():
    charge = Charge("c1", "7@2026-05-31", "award:3", Month(2026, 5), date(2026, 5, 31), Unit.GPU_SECOND, 90)

    usage = usage_of(charge, pool=4, subject="job:7")

    assert usage == ("c1", "7@2026-05-31", "award:3", 4, "job:7", "2026-05", date(2026, 5, 31), 90)


@given(st.dictionaries(st.sampled_from([bucket for bucket in Bucket if bucket is not Bucket.SOURCE]), AMOUNTS))
def test_what_left_the_source_is_what_was_granted(amounts):
    balances = balances_from({**amounts, Bucket.SOURCE: -sum(amounts.values())})

    assert identity(balances)
    assert balances.granted == sum(amounts.values())


def test_a_book_that_lost_something_is_seen():
    assert not identity(balances_from({Bucket.SOURCE: -100, Bucket.LEFT: 60, Bucket.USED: 30}))


def test_counts_of_imports_add_up():
    both = Imported(3, 1, (("c", "a"),)).plus(Imported(2, 0, (("c", "b"),)))

    assert both == Imported(5, 1, (("c", "a"), ("c", "b")))


def test_two_countings_are_compared_place_by_place():
    assert differing("x", {"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}) == [Fault("x", "b", 2, 3), Fault("x", "c", 0, 4)]
    assert differing("x", {"a": 0}, {}) == []


def test_only_those_who_answer_for_the_book_correct_it():
    assert may_correct(Actor(person=1, roles=frozenset({Role.OPERATOR})))
    assert not may_correct(Actor(person=1, roles=frozenset({Role.AUDITOR})))
    assert not may_correct(Actor(person=1))
