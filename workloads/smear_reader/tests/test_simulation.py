"""What the docs say of stopping early and of specificity comes from here, and agrees with what can be worked out."""

from math import exp

import pytest

from smear_reader.simulation import specificity, stopping


@pytest.mark.parametrize("rate", [0.4, 0.01, 0.0005])
def test_specificity_is_the_chance_of_no_false_alarm(rate):
    assert specificity(rate).specificity == pytest.approx(exp(-100 * rate), abs=0.005)


def test_stopping_at_twenty_changes_many_grades_near_a_limit_and_ours_few():
    hurried, ours = (stopping(9.5, rule, slides=600) for rule in ("at_the_counts", "ours"))
    assert hurried.changed > 0.15
    assert ours.changed < 0.06
    assert ours.fields > hurried.fields


def test_clear_slides_are_read_as_shortly_as_the_table_allows():
    assert stopping(20, "ours", slides=200).fields == 20
    assert stopping(3, "ours", slides=200).fields == 50
    assert stopping(0.5, "ours", slides=200).fields == 100


def test_slides_read_to_the_end_are_never_changed():
    assert stopping(0.5, "ours", slides=300).changed == 0
    assert stopping(0.07, "at_twenty_fields", slides=300).changed > 0.4
