"""Withheld categories of a division stay open to somebody who holds every line and all that is shown, by search."""

from __future__ import annotations

import random

import pytest
from disclosure.attack import Unknowns
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.disclosure.divisions import bounds, withheld
from madang.disclosure.protection import Protection

THREE = Protection(threshold=3, percent=20)


def attack(lines, hidden):
    """Bounds on count and amount of each hidden category, by mixed-integer programming.

    The attacker knows the amount of every line, what shown categories hold in lines and amount, that shown zeros are
    zeros and hidden ones are not, and that a line lies in one category whole. x[line, category] is 0 or 1.
    """
    names, amounts = sorted(lines), [amount for name in sorted(lines) for amount in lines[name]]
    place = {(n, name): n * len(names) + at for n in range(len(amounts)) for at, name in enumerate(names)}
    unknowns = Unknowns(len(place), 1)
    for n in range(len(amounts)):
        unknowns.row(1, 1, {place[n, name]: 1 for name in names})
    for name in names:
        each = {place[n, name]: 1 for n in range(len(amounts))}
        if name in hidden:
            unknowns.row(1, len(amounts), each)
            continue
        unknowns.row(len(lines[name]), len(lines[name]), each)
        held = sum(lines[name])
        unknowns.row(held, held, {place[n, name]: amount for n, amount in enumerate(amounts)})
    return {
        (name, measure): unknowns.bounds({place[n, name]: weight for n, weight in enumerate(weights)})
        for name in hidden
        for measure, weights in (("count", [1] * len(amounts)), ("amount", amounts))
    }


def faults(lines, hidden, protection):
    """What the attacker pinned down further than is promised."""
    found = attack(lines, hidden)
    return [
        (name, measure, low, high)
        for (name, measure), (low, high) in found.items()
        if high - low < (protection.threshold - 1 if measure == "count" else max(1, -(-sum(lines[name]) // 5)))
        or (measure == "count" and high < protection.threshold)
    ]


def test_a_lone_small_category_takes_another_with_it():
    lines = {"a": [8], "b": [8, 16, 8, 8], "c": [8] * 9, "d": []}
    assert withheld(lines, THREE) == {"a", "b"}
    assert faults(lines, {"a", "b"}, THREE) == []


def test_the_attack_sees_what_a_subtraction_gives_back():
    assert faults({"a": [8], "b": [8, 16, 8, 8], "c": [8] * 9}, {"a"}, THREE)


def test_nothing_small_withholds_nothing():
    assert withheld({"a": [8] * 3, "b": [0] * 4, "c": []}, THREE) == frozenset()


def test_too_few_lines_are_not_divided_at_all():
    assert withheld({"a": [8], "b": [16]}, THREE) is None


def test_where_nothing_was_asked_for_only_the_number_is_protected():
    assert withheld({"a": [0], "b": [0] * 6, "c": [0] * 7}, THREE) == {"a", "b"}


worlds = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.integers(0, 64), max_size=9), min_size=1)
small_worlds = st.dictionaries(st.sampled_from("abcd"), st.lists(st.integers(1, 9), max_size=4), min_size=2)


@settings(max_examples=60)
@given(worlds, st.integers(2, 6))
def test_withheld_categories_are_open_by_what_is_promised(lines, threshold):
    protection = Protection(threshold=threshold)
    chosen = withheld(lines, protection)
    shown = {name for name in lines if chosen is not None and name not in chosen}
    assert all(not lines[name] or len(lines[name]) >= threshold for name in shown)
    if chosen:
        low, high = bounds(lines, chosen)
        assert all(low.contributors <= len(lines[name]) <= high.contributors for name in chosen)
        assert all(low.amount <= sum(lines[name]) <= high.amount for name in chosen)
        assert high.contributors - low.contributors >= threshold - 1


@settings(max_examples=12, deadline=None)
@given(small_worlds)
def test_an_attacker_with_every_line_pins_no_withheld_category(lines):
    chosen = withheld(lines, THREE)
    if chosen:
        assert faults(lines, chosen, THREE) == []


@pytest.mark.soak
def test_an_attacker_pins_nothing_of_a_call_of_five_hundred():
    draw = random.Random(5)
    lines = {str(n): [8 * draw.randint(1, 32) for _ in range(round(110 / (n + 1) ** 1.3))] for n in range(17)}
    chosen = withheld(lines, Protection())
    assert chosen
    assert faults({name: lines[name] for name in chosen}, chosen, Protection()) == []
