"""Invented traces have the figures that they are invented from, resampled ones what each account did, whole."""

import json
import math
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.errors import Refused
from madang.simulation.figures import Figures, Shape, figures_of, fit
from madang.simulation.inventing import WEEK, Draws, invent, resample
from madang.simulation.local_time import hour_of_week
from madang.simulation.reading import read
from madang.simulation.trace import COLUMNS, trace_of

SEOUL = ZoneInfo("Asia/Seoul")
HOURS = tuple(3.0 if 9 <= hour % 24 < 18 and hour < 120 else 1.0 if hour < 120 else 0.0 for hour in range(168))
FIGURES = Figures(
    per_week=5000,
    shapes=(
        Shape(8, 1, 6, math.log(3600), 1.0, "h200", 1000),
        Shape(64, 8, 3, math.log(36000), 0.5),
        Shape(4, 0, 1, 5, 0),
    ),
    hours=HOURS,
    used_of_limit=tuple(0.1 + 0.045 * part for part in range(21)),
    limits=(3600, 14_400, 86_400, 604_800),
    accounts=("a", "b", "c"),
    account_weights=(1, 0, 3),
    account_classes=("start-up", "start-up", "research"),
)  # fmt: skip


def same(one, other) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in COLUMNS)


def test_a_seed_gives_one_trace():
    assert same(invent(FIGURES, days=7, seed=3), invent(FIGURES, days=7, seed=3))
    assert not same(invent(FIGURES, days=7, seed=3), invent(FIGURES, days=7, seed=4))


def test_the_draws_are_those_of_the_published_generator():
    raw = np.random.PCG64(np.random.SeedSequence(11)).random_raw(4)
    assert Draws(11).uniform(4).tolist() == [int(one >> np.uint64(11)) / 2**53 for one in raw]


def test_an_invented_trace_has_its_figures():
    trace = invent(FIGURES, days=140, seed=1, origin=1_772_323_200, zone=SEOUL)
    assert len(trace) / 20 == pytest.approx(5000, rel=0.01)
    sizes = Counter(zip(trace.processors.tolist(), trace.gpus.tolist(), strict=True))
    assert {size: pytest.approx(count / len(trace), abs=0.01) for size, count in sizes.items()} == {
        (8, 1): 0.6, (64, 8): 0.3, (4, 0): 0.1,
    }  # fmt: skip
    logs = np.log(trace.run[trace.gpus == 1])
    assert (logs.mean(), logs.std()) == (pytest.approx(math.log(3600), abs=0.02), pytest.approx(1.0, abs=0.02))
    assert np.bincount(trace.account, minlength=3)[1] == 0
    assert np.bincount(trace.account)[2] / len(trace) == pytest.approx(0.75, abs=0.01)
    assert {trace.classes[one] for one in trace.share_class[trace.account == 2]} == {"research"}
    assert {trace.gpu_types[one] if one >= 0 else "" for one in trace.gpu_type[trace.gpus == 1]} == {"h200"}
    assert set(trace.memory_mb[trace.gpus == 1].tolist()) == {1000}
    assert set(trace.estimate.tolist()) <= set(FIGURES.limits)
    assert (trace.run <= 604_800).all() or (trace.run > trace.estimate).any()


def test_jobs_come_to_the_last_hour_and_not_beyond():
    trace = invent(Figures(50_000, FIGURES.shapes), days=3, seed=4)
    assert np.unique(trace.submit // 3600).tolist() == list(range(72))


def test_jobs_come_by_the_clock_of_the_zone():
    trace = invent(FIGURES, days=140, seed=2, origin=1_772_323_200, zone=SEOUL)
    local = [datetime.fromtimestamp(int(second) + trace.origin, SEOUL) for second in trace.submit[:20_000]]
    jobs = Counter("office" if 9 <= at.hour < 18 else "night" for at in local if at.weekday() < 5)
    assert not [at for at in local if at.weekday() >= 5]
    assert jobs["office"] / jobs["night"] == pytest.approx(3 * 9 / 15, rel=0.05)


def test_used_parts_of_limits_are_kept_where_any_limit_may_be_asked():
    shapes = (Shape(1, 0, 1, math.log(50_000), 1.0),)
    trace = invent(Figures(5000, shapes, used_of_limit=FIGURES.used_of_limit), days=70, seed=5)
    parts = np.quantile(trace.run / trace.estimate, [0.0, 0.25, 0.5, 0.75, 1.0])
    assert parts.tolist() == pytest.approx([0.1, 0.325, 0.55, 0.775, 1.0], abs=0.01)


def test_some_jobs_outrun_their_limits_where_they_did_so():
    figures = Figures(5000, FIGURES.shapes, used_of_limit=(*(0.5,) * 19, 1.5, 1.5), limits=(1000, 100_000))
    trace = invent(figures, days=14, seed=5)
    assert (trace.run > trace.estimate).mean() == pytest.approx(0.075, abs=0.02)


def test_what_is_fitted_to_an_invented_trace_is_what_it_was_invented_from():
    trace = invent(FIGURES, days=280, seed=8, origin=1_772_400_000, zone=SEOUL)
    found = fit(trace, zone=SEOUL)
    assert found.per_week == pytest.approx(5000, rel=0.02)
    assert found.limits == FIGURES.limits
    assert dict(zip(found.accounts, found.account_classes, strict=True)) == {"a": "start-up", "c": "research"}
    wanted = {(one.processors, one.gpus): one for one in FIGURES.shapes}
    for shape in found.shapes:
        known = wanted[shape.processors, shape.gpus]
        assert shape.mean_log == pytest.approx(known.mean_log, abs=0.02)
        assert shape.sd_log == pytest.approx(known.sd_log, abs=0.02)
        assert (shape.gpu_type, shape.memory_mb) == (known.gpu_type, known.memory_mb)
    share = np.array(found.hours) / sum(found.hours) * sum(HOURS)
    assert share.tolist() == pytest.approx(list(HOURS), abs=0.35)


def test_who_uses_all_of_a_limit_still_asks_for_a_usual_one():
    figures = Figures(500, FIGURES.shapes, used_of_limit=(1.0,) * 21, limits=(100_000_000,))
    trace = invent(figures, days=7, seed=5)
    assert set(trace.estimate.tolist()) == {100_000_000}


def test_the_least_that_figures_need_is_enough():
    found = figures_of(
        {"per_week": 50, "shapes": [{"processors": 1, "gpus": 0, "weight": 1, "mean_log": 5, "sd_log": 0}]}
    )
    trace = invent(found, days=7, seed=1)
    assert set(trace.run.tolist()) == {148}
    assert (trace.accounts, trace.classes, trace.gpu_types) == (("",), ("",), ())
    assert (trace.estimate >= trace.run).all()
    assert invent(found, days=1, seed=2).submit.max(initial=0) < 86_400


def test_figures_survive_json():
    assert figures_of(json.loads(json.dumps(FIGURES.to_json()))) == FIGURES


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"per_week": 0}, "per_week"),
        ({"per_week": "many"}, "per_week"),
        ({"shapes": []}, "shapes"),
        ({"shapes": [{"processors": 1}]}, "shapes"),
        ({"shapes": [{"processors": 0, "gpus": 0, "weight": 1, "mean_log": 1, "sd_log": 1}]}, "shapes"),
        ({"shapes": [{"processors": 1, "gpus": 0, "weight": -1, "mean_log": 1, "sd_log": 1}]}, "shapes"),
        ({"shapes": None}, "shapes"),
        ({"hours": [1, 2]}, "hours"),
        ({"hours": [0]}, "hours"),
        ({"used_of_limit": [1]}, "used_of_limit"),
        ({"used_of_limit": [1.0] + [0.5] * 20}, "used_of_limit"),
        ({"limits": [0]}, "limits"),
        ({"limits": [5, 3]}, "limits"),
        ({"accounts": ["a", "b"]}, "accounts"),
        ({"account_weights": [float("nan"), 1, 1]}, "account_weights"),
        ({"longest": 0}, "longest"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_figures_are_refused_by_name(change, field):
    with pytest.raises(Refused) as caught:
        figures_of({**FIGURES.to_json(), **change})
    assert (caught.value.code, caught.value.facts["field"]) == ("figures_invalid", field)


def test_no_days_and_no_span_are_refused():
    with pytest.raises(Refused, match="days_invalid"):
        invent(FIGURES, days=0, seed=1)
    with pytest.raises(Refused, match="trace_too_short"):
        fit(trace_of(submit=[5, 5], run=1))
    with pytest.raises(Refused, match="trace_too_short"):
        resample(trace_of(submit=[0, 2 * WEEK - 2], run=1), seed=1)


@given(st.integers(0, 2**37), st.sampled_from(["UTC", "Asia/Seoul", "America/New_York", "Asia/Kathmandu"]))
def test_the_hour_of_the_week_is_the_calendars(instant, zone):
    noon = instant // 86_400 * 86_400 + 43_200
    ahead = datetime.fromtimestamp(noon, ZoneInfo(zone)).utcoffset()
    local = datetime.fromtimestamp(instant, UTC) + ahead
    assert hour_of_week(np.array([instant]), ZoneInfo(zone)).tolist() == [local.weekday() * 24 + local.hour]


@given(
    st.lists(st.tuples(st.integers(0, 4 * WEEK), st.integers(0, 2), st.integers(1, 50)), min_size=1, max_size=40),
    st.integers(0, 99),
)
@settings(max_examples=60)
def test_every_week_of_an_account_is_one_of_its_own(jobs, seed):
    jobs = [*jobs, (0, 0, 1), (3 * WEEK + 5, 0, 1)]
    trace = trace_of(
        submit=[job[0] for job in jobs], run=[job[2] for job in jobs], account=[job[1] for job in jobs], accounts="abc"
    )
    drawn = resample(trace, seed=seed)

    def weeks(one, account: int, before: int = WEEK) -> list[tuple[tuple[int, int], ...]]:
        rows = [(int(s), int(r)) for s, r, a in zip(one.submit, one.run, one.account, strict=True) if a == account]
        return [
            tuple(sorted((s % WEEK, r) for s, r in rows if s // WEEK == week and s % WEEK < before))
            for week in range(5)
        ]

    last = int(trace.submit[-1])
    whole = (last + 1) // WEEK
    for account in range(3):
        own = set(weeks(trace, account)[:whole])
        assert all(found in own for found in weeks(drawn, account)[:whole])
        cut = last % WEEK + 1
        assert (last + 1) % WEEK == 0 or weeks(drawn, account)[whole] in set(weeks(trace, account, cut)[:whole])
    assert drawn.submit.max(initial=0) <= last
    assert same(drawn, resample(trace, seed=seed))


def test_a_real_log_is_fitted_and_invented_again(traces):
    trace = read(traces / "KTH-SP2.swf.gz", "swf").trace
    found = fit(trace)
    again = invent(found, days=330, seed=1)
    assert len(again) == pytest.approx(len(trace), rel=0.05)
    assert np.log(again.run).mean() == pytest.approx(np.log(trace.run).mean(), abs=0.1)
    assert np.log(again.run).std() == pytest.approx(np.log(trace.run).std(), rel=0.1)
    assert set(again.processors.tolist()) <= set(trace.processors.tolist())
    assert len(resample(trace, seed=1)) == pytest.approx(len(trace), rel=0.2)
