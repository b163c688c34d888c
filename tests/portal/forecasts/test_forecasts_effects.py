"""What a plan would do: draws fit the awards, capacity by month, and what others take is told apart."""

import json

import numpy as np
import pytest

from madang.portal.forecasts import assumed, effects

MONTH, HOUR = 30 * 86_400, 3600
FIGURES = {
    "per_week": 1.0,
    "shapes": [{"processors": 4, "gpus": 0, "weight": 1.0, "mean_log": 9.6, "sd_log": 0.5}],
    "used_of_limit": [1.0] * 21,
}


def award(place=0, *, units=8, months=(0, 1), kind="company", pool="h100"):
    return {
        "id": f"{place}/{pool}",
        "kind": kind,
        "pool": pool,
        "at_once": units,
        "seconds": {f"2026-0{5 + month}": units * MONTH for month in months},
        "begin": months[0] * MONTH,
        "end": (months[-1] + 1) * MONTH,
    }


def document(awards, capacity=(8, 8), **given):
    months = [
        {"month": f"2026-0{5 + place}", "begin": place * MONTH, "end": (place + 1) * MONTH, "units": units}
        for place, units in enumerate(capacity)
    ]
    pools = [{"code": "h100", "unit": "gpu", "months": months}]
    user = {"basis": "assumed", "figures": FIGURES, "appetite": [500]}
    users = {f"{one['kind']}/gpu": user for one in awards}
    usual = {"kind": "plan", "zone": "Asia/Seoul", "units": {"h100": 8}, "replays": 3, "seed": 1}
    return {**usual, "awards": awards, "pools": pools, "users": users, **given}


def answered(*given, **more):
    return effects.answer(document(*given, **more), lambda told: None)


def test_an_award_alone_loses_nothing_to_others_and_uses_about_its_part():
    found = answered([award()])
    (pool,) = found["pools"]
    assert (found["replays"], pool["granted"], pool["risk_permille"]) == (3, 8 * 2 * MONTH, 0)
    assert pool["lost"] == [0, 0, 0]
    assert 0.35 < pool["used"][0] / pool["granted"] < 0.6
    assert pool["used"][0] + pool["unused"][0] == pytest.approx(pool["granted"], abs=2)
    assert sum(month["used"] for month in pool["months"]) <= pool["used"][0]
    assert [month["granted"] for month in pool["months"]] == [8 * MONTH] * 2


def test_awards_that_share_too_little_lose_hours_to_each_other():
    awards = [award(place) for place in range(4)]
    wide, narrow = (answered(awards, capacity)["pools"][0] for capacity in ((32, 32), (8, 8)))
    assert wide["lost"][0] < narrow["lost"][0] and wide["risk_permille"] == 0
    assert narrow["risk_permille"] == 1000
    assert narrow["waits"][0]["median"] > wide["waits"][0]["median"]
    assert narrow["used"][0] <= 8 * 2 * MONTH


def test_waits_stand_by_kind_and_week():
    (pool,) = answered([award(0), award(1, kind="university")], (16, 16))["pools"]
    assert [one["kind"] for one in pool["waits"]] == ["company", "university"]
    weeks = pool["waits"][0]["weeks"]
    assert len(weeks) == 9 and weeks[1]["begin"] - weeks[0]["begin"] == effects.WEEK
    assert sum(week["jobs"] for week in weeks) == pool["waits"][0]["jobs"]


def test_an_answer_is_the_same_for_a_seed_and_is_plain():
    assert answered([award()]) == answered([award()]) == json.loads(json.dumps(answered([award()])))
    assert answered([award()], seed=2) != answered([award()])


def test_progress_is_told_draw_by_draw():
    told = []
    effects.answer(document([award()]), told.append)
    assert told == [{"done": place, "of": 3} for place in range(3)]


def test_capacity_that_changes_by_month_is_layers_of_nodes():
    pool = document([award()], (12, 0, 20, 20))["pools"][0]
    there = effects._cluster(pool, 8, 0)
    month = MONTH

    def units(at):
        return sum(
            part.nodes * part.cores
            for part in there.partitions
            if part.opens <= at and (part.closes is None or at < part.closes)
        )

    assert [units(place * month) for place in range(4)] == [12, 0, 20, 20]
    assert {part.cores for part in there.partitions} == {8, 4}


def test_a_pool_that_has_nothing_starts_nothing():
    (pool,) = answered([award()], (0, 0))["pools"]
    assert pool["used"] == [0, 0, 0] and pool["waits"] == [] and pool["risk_permille"] == 1000


def test_of_too_many_jobs_only_the_first_months_are_run(monkeypatch):
    monkeypatch.setattr(effects, "MOST_JOBS", 150)
    monkeypatch.setattr(effects, "MOST_JOBS_PLAIN", 150)
    (pool,) = answered([award(), award(1, months=(1,))], (8, 8))["pools"]
    assert (len(pool["months"]), pool["of_months"], pool["granted"]) == (1, 2, 8 * MONTH)


def test_an_award_of_hours_may_use_the_whole_pool():
    hours = award() | {"at_once": 0}
    (pool,) = answered([hours], (32, 32))["pools"]
    assert pool["used"][0] > 0


@pytest.mark.parametrize("unit", ["gpu", "core"])
def test_the_assumed_figures_make_jobs_of_about_the_hours_asked_for(unit):
    given = document([award(units=64)])
    pool = given["pools"][0] | {"unit": unit}
    user = {"basis": "assumed", "figures": assumed.figures(unit), "appetite": list(assumed.APPETITE)}
    figures, appetite = effects._figures(user, None)
    one = award(units=64)
    trace = effects._jobs(one, figures, 500, 0, effects.ZoneInfo("Asia/Seoul"), 3)
    units = np.minimum(np.maximum(trace.gpus, trace.processors), 64)
    wanted = int((np.minimum(trace.run, trace.estimate) * units).sum())
    assert pool["unit"] == unit and appetite == [200, 500, 700, 900, 1200]
    assert 0.3 < wanted / sum(one["seconds"].values()) < 0.75


def test_users_of_the_centres_own_are_fitted():
    jobs = [[place * 3000, 1000 + place % 7, 2000, 4] for place in range(300)]
    user = {"basis": "kind", "jobs": jobs, "awards": 4, "appetite": [900]}
    found = answered([award()], users={"company/gpu": user})
    assert found["users"]["company/gpu"] == {"basis": "kind", "jobs": 300, "awards": 4, "appetite": [900]}
    assert found["pools"][0]["used"][0] > 0


@pytest.mark.parametrize(("mean", "spread", "longest"), [(6.0, 1.0, 10**9), (8.0, 2.0, 86_400), (3.0, 0.0, 100)])
def test_the_mean_of_a_cut_law_is_that_of_its_draws(mean, spread, longest):
    drawn = np.minimum(np.exp(mean + spread * effects.Draws(5).normal(200_000)), longest)
    assert effects._mean(mean, spread, longest) == pytest.approx(drawn.mean(), rel=0.03)
