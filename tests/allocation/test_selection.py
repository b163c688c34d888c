"""The best selection, its bound and its verdicts, against all selections of tiny choices."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from allocation.brute import counted, proven, selections, tiny, worth
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from madang.allocation.selection import IN, MARGINAL, OUT, Choices, Option, Part, best
from madang.allocation.selection.arrays import arrays
from madang.allocation.selection.holding import held, mend
from madang.errors import Refused

FEW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
MANY = settings(FEW, max_examples=250)


def one(worth, uses, *parts):
    return (Option((), worth, uses, parts),)


def fits(choices, chosen):
    return all(used <= limit for used, limit in zip(counted(choices, chosen), choices.limits, strict=True))


@MANY
@given(tiny())
def test_the_best_of_all_selections_is_found_and_proven(choices):
    found = best(choices)
    every = list(selections(choices))
    most = max(value for value, _ in every)
    assert found.objective == most == worth(choices, found.chosen)
    assert fits(choices, found.chosen)
    assert most == found.bound <= found.proven
    as_good = [chosen for value, chosen in every if value >= found.objective]
    for place, verdict in enumerate(found.verdicts):
        served = {chosen[place] is not None for chosen in as_good}
        assert verdict == MARGINAL or served == {verdict == IN}
    prices_hold(choices, found)


def prices_hold(choices, found):
    """The prices prove, by the published formula, the bound and each verdict, and decide whoever they can."""
    rows, values = proven(choices, found.prices)
    total, scale = rows + sum(gain for gain, _ in values), found.prices.denominator
    assert min(found.prices.multipliers, default=0) >= 0
    assert found.proven == total // scale
    for verdict, (gain, options) in zip(found.verdicts, values, strict=True):
        without, with_it = total - gain, [total - gain + value for value in options]
        if without < found.objective * scale:
            assert verdict == IN
        elif all(value < found.objective * scale for value in with_it):
            assert verdict == OUT
        else:
            assert verdict == MARGINAL


@FEW
@given(tiny(), st.randoms())
def test_order_and_numbers_of_requests_and_rows_do_not_matter(choices, random):
    places, rows = list(range(len(choices.requests))), list(range(len(choices.limits)))
    random.shuffle(places)
    random.shuffle(rows)

    def moved(uses):
        return {rows[row]: units for row, units in reversed(uses.items())}

    def renamed(option):
        return Option(
            ("other",), option.worth, moved(option.uses), tuple(replace(p, uses=moved(p.uses)) for p in option.parts)
        )

    limits = [0] * len(rows)
    for row, limit in enumerate(choices.limits):
        limits[rows[row]] = limit
    other = best(Choices(tuple(tuple(map(renamed, choices.requests[p])) for p in places), tuple(limits)))
    found = best(choices)
    assert (other.objective, other.bound, other.proven) == (found.objective, found.bound, found.proven)
    assert [other.verdicts[n] for n in range(len(places))] == [found.verdicts[p] for p in places]


@FEW
@given(tiny(), st.integers(0, 2), st.integers(1, 5))
def test_more_room_never_lowers_what_is_proven_best(choices, row, more):
    row %= len(choices.limits)
    wider = tuple(limit + more * (n == row) for n, limit in enumerate(choices.limits))
    assert best(replace(choices, limits=wider)).objective >= best(choices).objective


@FEW
@given(tiny(limits=(-6, 10)))
def test_limits_below_zero_are_kept_or_refused(choices):
    assume(min(choices.limits) < 0)
    every = [value for value, _ in selections(choices)]
    if every:
        found = best(choices)
        assert found.objective == max(every)
        assert fits(choices, found.chosen)
    else:
        with pytest.raises(Refused) as refused:
            best(choices)
        assert refused.value.code == "allocation_limits_contradict"


def test_limits_that_only_whole_numbers_cannot_keep_contradict():
    one, two = Option((), 0, {0: -1, 2: -1}), Option((), 0, {0: -1, 2: -2})
    choices = Choices(((one,), (two,), (Option((), 0, {0: -2, 1: 0, 2: 3}),)), (-3, 0, -1))
    assert list(selections(choices)) == []
    with pytest.raises(Refused) as refused:
        best(choices)
    assert refused.value.code == "allocation_limits_contradict"


def test_a_refusal_names_rows_that_cannot_hold_together():
    choices = Choices((one(5, {0: -2, 1: 3}), one(5, {2: 1})), (-3, 9, 4))
    with pytest.raises(Refused) as refused:
        best(choices)
    assert refused.value.facts["rows"] == (0,)


@FEW
@given(tiny())
def test_a_selection_known_before_is_never_made_worse(choices):
    found = best(choices)
    again = best(choices, start=found.chosen, work=1)
    assert again.objective == found.objective


def test_a_start_that_does_not_fit_is_passed_over():
    choices = Choices((one(5, {0: 3}), one(4, {0: 3})), (5,))
    assert best(choices, start=[(0, ()), (0, ())]).objective == 5
    assert best(choices, start=[(7, ()), None]).objective == 5


@pytest.mark.parametrize(
    ("choices", "objective"),
    [
        (Choices((), ()), 0),
        (Choices((), (3, 4)), 0),
        (Choices(((), ()), (1,)), 0),
        (Choices((one(7, {}),), ()), 7),
        (Choices((one(-7, {}),), ()), 0),
        (Choices((one(0, {}, Part(2, 3, {0: 2})),), (5,)), 4),
        (Choices((one(9, {0: 6}),), (5,)), 0),
    ],
)
def test_edges(choices, objective):
    found = best(choices)
    assert (found.objective, found.bound, len(found.chosen)) == (objective, objective, len(choices.requests))


def test_numbers_beyond_64_bits_are_counted_exactly():
    large = 10**25
    choices = Choices(
        (one(3 * large + 1, {0: large}), one(2 * large, {0: large}), one(2, {0: large + 1})), (large + 1,)
    )
    found = best(choices)
    assert found.objective == 3 * large + 1
    assert found.chosen == ((0, ()), None, None)
    prices_hold(choices, found)


def test_who_is_in_or_out_or_marginal():
    choices = Choices((one(100, {0: 5}), one(30, {0: 5}), one(30, {0: 5}), one(1, {0: 5})), (10,))
    assert best(choices).verdicts == (IN, MARGINAL, MARGINAL, OUT)


def test_progress_is_told_and_comes_closer():
    seen = []
    choices = Choices(tuple(one(10 + n, {0: 3 + n % 4}) for n in range(9)), (14,))
    found = best(choices, report=lambda objective, bound: seen.append((objective, bound)))
    assert seen[-1] == (found.objective, found.bound)
    assert all(objective <= bound for objective, bound in seen)


def round_of(random, requests):
    """Requests of very unequal size over three months of two pools: start months, alternatives and a share rule."""
    made = []
    for _ in range(requests):
        size, score, outside = min(24, int(2 * random.paretovariate(1))), random.randint(50, 99), random.random() < 0.4
        ways = [(pool, month) for pool in random.sample(range(2), random.randint(1, 2)) for month in range(3)]
        share = 300 - (1000 if outside else 0)
        least = (size + 1) // 2
        made.append(tuple(Option((pool, month), score * least, {3 * pool + month: least, 6: share * least},
                                 (Part(score, size - least, {3 * pool + month: 1, 6: share}),))
                          for pool, month in ways))  # fmt: skip
    return Choices(tuple(made), (requests // 2,) * 6 + (0,))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_round_of_many_requests_comes_close_to_its_bound(seed):
    choices = round_of(Random(seed), 160)
    found = best(choices, gap_millionths=4_000, work=50)
    assert found.objective == worth(choices, found.chosen)
    assert fits(choices, found.chosen)
    assert (found.bound - found.objective) * 1_000 <= 4 * found.bound
    prices_hold(choices, found)
    closer = best(choices, gap_millionths=100, work=50, start=found.chosen)
    assert found.objective <= closer.objective <= closer.bound <= found.proven


def test_the_same_choices_give_the_same_selection():
    choices = round_of(Random(3), 120)
    assert best(choices, gap_millionths=4_000, work=20) == best(choices, gap_millionths=4_000, work=20)


def spread(worth, asked, least, months, row):
    """A total over months, from its least to what is asked, its two rows numbered from `row`."""
    parts = (Part(worth, asked, {month: 1, row: -1, row + 1: 1}) for month in months)
    return one(0, {row: least, row + 1: -asked}, *parts)


@pytest.mark.parametrize("gap", [0, 2_000])
@pytest.mark.parametrize("odd", range(3))
def test_wide_quantities_come_out_whole_and_best(gap, odd):
    """Tens of thousands over months of odd sizes."""
    wanted = (
        spread(3, 60_000 + odd, 60_000 + odd, (0, 1, 2), 3),
        spread(2, 50_001, 20_001, (0, 1), 5),
        spread(7, 101, 0, (2,), 7),
    )
    choices = Choices(wanted, (33_333, 33_334, 33_335 - odd, *(0,) * 6))
    found = best(choices, gap_millionths=gap)
    assert fits(choices, found.chosen)
    most = 3 * (60_000 + odd) + 7 * 101 + 2 * (33_333 + 33_334 + 33_335 - odd - 60_000 - odd - 101)
    assert most == worth(choices, found.chosen) == found.objective


def test_what_was_rounded_down_below_a_least_is_raised_where_there_is_room():
    laid = arrays(Choices((spread(3, 60_000, 60_000, (0, 1), 2), one(5, {0: 1})), (30_000, 40_000, 0, 0)))
    short = held(laid, np.array([0, 1]), np.array([29_999, 29_999]))
    assert short.left.tolist() == [0, 10_001, -2, 2]
    mend(short)
    assert short.quantity.tolist() == [29_999, 30_001]
    assert short.left.tolist() == held(laid, short.option, short.quantity).left.tolist() == [0, 9_999, 0, 0]


def test_nothing_is_raised_for_who_is_not_served_or_where_there_is_no_room():
    laid = arrays(Choices((spread(3, 60_000, 60_000, (0, 1), 2), one(5, {0: 1})), (29_999, 29_999, 0, 0)))
    for option in (0, -1):
        short = held(laid, np.array([option, -1]), np.array([29_999, 29_999]) * (option + 1))
        before = short.quantity.tolist()
        mend(short)
        assert short.quantity.tolist() == before
