"""How long sheets take: pauses are left out, few reviewers are not told apart, the middle stands between the rest."""

from datetime import timedelta

from factories import NOW
from hypothesis import given
from hypothesis import strategies as st

from madang.portal.reviews.pace import PAUSE, REVIEWERS, Pace, pace, worked

SECONDS = st.integers(1, 100_000)


def test_a_gap_counts_unless_it_is_a_pause():
    assert worked(None, NOW) == 0
    assert worked(NOW - timedelta(minutes=10), NOW) == 600
    assert worked(NOW - PAUSE, NOW) == 1800
    assert worked(NOW - PAUSE - timedelta(seconds=1), NOW) == 0
    assert worked(NOW + timedelta(seconds=5), NOW) == 0


def test_the_middle_of_others_times_in_whole_minutes():
    assert pace([(one, 60 * minutes) for one, minutes in enumerate((10, 20, 30, 40, 500))]) == Pace(30, 20, 40)
    assert pace([(one, 60 * minutes) for one, minutes in enumerate((10, 20, 31, 40, 50, 60))]) == Pace(36, 20, 50)
    assert pace([(one, 20) for one in range(5)]) == Pace(1, 1, 1)


@given(st.lists(st.tuples(st.integers(0, 8), SECONDS), max_size=30))
def test_nothing_is_told_of_fewer_than_five_and_the_order_does_not_matter(times):
    found = pace(times)
    assert (found is None) == (len({reviewer for reviewer, _ in times}) < REVIEWERS)
    assert pace(times[::-1]) == found
    assert found is None or 1 <= found.least <= found.minutes <= found.most
