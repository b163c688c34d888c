"""What is told of a start, kept of it, and how it is judged."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.forecasts import rules
from madang.portal.forecasts.rules import Basis, BenchQuestion, Machine, PolicyKind, Told, Unknown

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())


def told(early=60, middle=120, late=240, basis=Basis.HISTORY, made=0):
    return rules.told(NOW + timedelta(seconds=made), [SECONDS + one for one in (early, middle, late)], basis)


def after(**given):
    return NOW + timedelta(**given)


def test_a_range_is_told_in_whole_minutes_rounded_outwards():
    found = told(early=61, middle=130, late=181)
    assert (found.early, found.middle, found.late) == (after(minutes=1), after(minutes=2), after(minutes=4))


@given(st.lists(st.integers(0, 10**6), min_size=3, max_size=3).map(sorted))
def test_a_told_range_is_in_order_and_never_narrower(seconds):
    found = rules.told(NOW, [SECONDS + one for one in seconds], Basis.HISTORY)
    assert found.early <= found.middle <= found.late
    assert found.early <= after(seconds=seconds[0]) and after(seconds=seconds[2]) <= found.late


def test_what_is_kept_comes_back():
    assert rules.told_of(told().to_json()) == told()


@pytest.mark.parametrize(
    ("reason", "cancelled", "why"),
    [
        ("waits_behind", False, None),
        ("account_at_limit", False, None),
        ("waits_behind", True, Unknown.CANCELLING),
        ("account_closed", False, Unknown.CLOSED),
        ("larger_than_machine", False, Unknown.TOO_LARGE),
        ("backend_stopped", False, Unknown.STOPPED),
        ("held", False, Unknown.HELD),
    ],
)
def test_where_a_person_or_a_fault_decides_nothing_is_told(reason, cancelled, why):
    assert rules.barred(reason, cancel_asked=cancelled) == why


def test_the_first_estimate_is_kept_and_later_ones_ever_more_rarely():
    kept, minutes = [], []
    for minute in range(120):
        if rules.worth_keeping(kept, after(minutes=minute)):
            kept.append(told(made=60 * minute).to_json())
            minutes.append(minute)
    assert minutes == [0, 5, 10, 20, 40, 80]


@pytest.mark.parametrize(
    ("seconds", "within", "error"),
    [(59, False, -61), (60, True, -60), (120, True, 0), (299, True, 179), (300, False, 180)],
)
def test_a_start_is_within_up_to_the_end_of_the_last_minute_told(seconds, within, error):
    found = rules.judged(told(), after(seconds=seconds))
    assert (found.within, found.error_seconds) == (within, error)


def test_by_limits_any_earlier_start_is_within():
    latest = told(240, 240, 240, Basis.LIMITS)
    assert rules.judged(latest, after(seconds=1)).within
    assert not rules.judged(latest, after(seconds=300)).within


def test_the_quality_of_a_month_adds_up():
    found = rules.quality([(True, 5, 100), (False, -40, 200), (False, 90, 50)])
    assert (found.jobs, found.within, found.before, found.after) == (3, 1, 1, 1)
    assert (found.median_error, found.median_wait) == (40, 100)
    assert rules.quality([]) == rules.Quality(0, 0, 0, 0, 0, 0)


@given(st.lists(st.tuples(st.booleans(), st.integers(-999, 999), st.integers(0, 999))))
def test_every_judged_job_is_counted_once(found):
    seen = rules.quality(found)
    assert seen.jobs == len(found) == seen.within + seen.before + seen.after


def test_what_jobs_took_of_their_limits():
    ended = [(NOW, after(seconds=30), 60), (NOW, after(seconds=90), 60), (NOW, NOW, 60), (NOW, after(seconds=5), 0)]
    assert rules.parts_of_limit(ended) == [0, 500, 1000]


def test_an_account_without_a_past_takes_the_centres_and_a_centre_without_one_goes_by_limits():
    much, little = list(range(10)), [7]
    assert rules.pasts({"a": much, "b": little}, [1] * 10) == ({"a": much, "b": [1] * 10}, Basis.HISTORY)
    assert rules.pasts({"a": much[:9]}, much[:9]) == ({}, Basis.LIMITS)


def test_the_last_quarters_are_whole_and_latest_first():
    zone = ZoneInfo("Asia/Seoul")
    found = rules.quarters(datetime(2026, 4, 1, 0, 0, tzinfo=zone), 3)
    assert [name for name, _, _ in found] == ["2026-Q1", "2025-Q4", "2025-Q3"]
    assert found[0][1:] == (datetime(2026, 1, 1, tzinfo=zone), datetime(2026, 4, 1, tzinfo=zone))


def question(**given):
    values = {"pool": "a", "quarter": "2026-Q1", "first": NOW, "until": NOW, "present": Machine(1, 8)}
    return BenchQuestion(**{**values, "asked": Machine(2, 8), "policy": PolicyKind.EASY, **given})


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, None),
        ({"asked": Machine(0, 8)}, "trial_machine"),
        ({"present": Machine(1 << 20, 8)}, "trial_machine"),
        ({"half_life_days": 0}, "trial_policy"),
        ({"age": 1_000_001}, "trial_policy"),
    ],
)
def test_a_bench_question_must_make_sense(given, code):
    if code is None:
        rules.check_bench(question(**given))
        return
    with pytest.raises(Refused) as refused:
        rules.check_bench(question(**given))
    assert refused.value.code == code


def test_a_told_value_is_a_value():
    assert isinstance(told(), Told)
