"""Replays of a queue: they follow the policy, know what has run so far, and their ranges hold what they promise."""

import dataclasses
import json
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.compute.policies import Limit, Policy, Running, Snapshot, Standing, Waiting, decide
from madang.compute.protocol import Reason
from madang.simulation import policy as policy_module
from madang.simulation.cluster import of_processors
from madang.simulation.engine import Simulation
from madang.simulation.replaying import FEWEST, WHOLE, Range, drawn, from_json, ranges, replay, replays, to_json
from madang.simulation.trace import trace_of

OPEN = Limit(1000, 1000)


def waits(id, cores=1, wall=100, account="a", sequence=None):
    return Waiting(id, account, "", {"cores": cores}, wall, int(id) if sequence is None else sequence)


def runs(id, cores=1, started=0, ends_by=100, account="a"):
    return Running(id, account, {"cores": cores}, started, ends_by)


def queue(*, now=50, cores=2, running=(), waiting=(), accounts="ab", **given):
    limits = dict.fromkeys(accounts, OPEN) | given.pop("limits", {})
    return Snapshot(now, {"cores": cores}, tuple(running), tuple(waiting), limits=limits, **given)


def test_a_job_starts_when_what_runs_has_made_room():
    seen = queue(running=[runs("r", cores=2)], waiting=[waits("1", cores=2), waits("2")])
    assert replay(seen, Policy(), {"r": 80, "1": 10, "2": 5}) == {"1": 80, "2": 90}


def test_what_is_overdue_ends_in_a_second():
    seen = queue(now=500, running=[runs("r", cores=2)], waiting=[waits("1")])
    assert replay(seen, Policy(), {"r": 80, "1": 10}) == {"1": 501}


def test_a_job_that_may_never_start_is_left_out():
    closed = {"b": Limit(0, 9, open=False)}
    waiting = [waits("1", cores=9), waits("2", account="b"), waits("3")]
    assert replay(queue(waiting=waiting, limits=closed), Policy(), dict.fromkeys("123", 5)) == {"3": 50}


def test_fair_share_decides_as_it_does_on_the_machine():
    """The account that has used less goes first, and what runs in the replay counts for the next choice."""
    waiting = [waits(str(n), cores=2, wall=400, account="abb"[n - 1]) for n in (1, 2, 3)]
    seen = queue(now=0, waiting=waiting, standings={"a": Standing(400 << 16, 0)})
    found = replay(seen, Policy(entry_seconds=0), dict.fromkeys("123", 100))
    assert found == {"2": 0, "3": 100, "1": 200}
    assert replay(seen, Policy(entry_seconds=300), dict.fromkeys("123", 350)) == {"2": 0, "1": 350, "3": 700}


def test_a_job_starts_after_those_that_it_waits_for():
    """Assumed to end well; one that has ended since the queue was looked at keeps nobody waiting."""
    asked = Reason("waits_for_success", {"job": "1"})
    waiting = [
        waits("1"),
        dataclasses.replace(waits("2"), blocked=asked, after=("1", "r")),
        dataclasses.replace(waits("3"), blocked=asked, after=("2",)),
        dataclasses.replace(waits("4"), blocked=asked, after=("gone",)),
    ]
    seen = queue(now=50, cores=9, running=[runs("r")], waiting=waiting)
    assert replay(seen, Policy(), dict.fromkeys("1234", 10) | {"r": 90}) == {"1": 50, "2": 90, "3": 100, "4": 50}


def test_a_held_job_and_who_waits_for_it_do_not_start():
    held = Reason("held")
    waiting = [
        dataclasses.replace(waits("1"), blocked=held),
        dataclasses.replace(waits("2"), blocked=Reason("waits_for_job", {"job": "1"}), after=("1",)),
        dataclasses.replace(waits("3"), blocked=held, after=("4",)),
        waits("4"),
    ]
    assert replay(queue(waiting=waiting), Policy(), dict.fromkeys("1234", 10)) == {"4": 50}


CLASSES = Policy(parts={"own": {"cores": 2}}, borrowing="reclaim", stop_seconds=20)


def borrowed(id, *, stoppable=True, wall=500):
    job = dataclasses.replace(waits(id, cores=2, wall=wall), share_class="other", stoppable=stoppable)
    return dataclasses.replace(
        runs(id, cores=2, ends_by=wall), share_class="other", stoppable=stoppable, again=job if stoppable else None
    )


def test_what_a_class_takes_back_is_free_after_the_time_to_stop_and_who_gave_way_runs_again_from_the_beginning():
    owner = dataclasses.replace(waits("1", cores=2, wall=100, account="b"), share_class="own")
    last = dataclasses.replace(waits("2", cores=2, wall=100), share_class="other", stoppable=True)
    seen = queue(now=50, running=[borrowed("0")], waiting=[owner, last])
    took = {"0": 300, "1": 100, "2": 100}
    # stopped at 70, runs again from 170 for all its 300 seconds, which its limit leaves it
    assert replay(seen, CLASSES, took) == {"1": 70, "2": 470}
    assert replay(seen, dataclasses.replace(CLASSES, borrowing="borrow"), took) == {"1": 300, "2": 400}
    assert replay(dataclasses.replace(seen, running=(borrowed("0", stoppable=False),)), CLASSES, took)["1"] == 300


def test_all_runs_of_a_job_keep_to_its_one_limit():
    owner = dataclasses.replace(waits("1", cores=2, account="b"), share_class="own")
    last = dataclasses.replace(waits("2", cores=2), share_class="other")
    seen = queue(now=50, running=[borrowed("0", wall=310)], waiting=[owner, last])
    # of 310 seconds it had 70, so that its second run ends after 240 and not after 300
    assert replay(seen, CLASSES, {"0": 300, "1": 100, "2": 100}) == {"1": 70, "2": 170 + 240}


def test_one_that_is_being_stopped_already_gives_way_when_its_time_is_up():
    stopping = dataclasses.replace(borrowed("0"), stopping=True, ends_by=60)
    owner = dataclasses.replace(waits("1", cores=2, account="b"), share_class="own")
    seen = queue(now=50, running=[stopping], waiting=[owner])
    assert replay(seen, CLASSES, {"0": 300, "1": 10}) == {"1": 60}
    assert replay(seen, CLASSES, {"0": 55, "1": 10}) == {"1": 55}


@given(st.data())
def test_a_queue_is_replayed_as_the_simulator_runs_it(data):
    """All jobs there at the beginning, shares of classes too: the reference engine starts them at the same second."""
    count = data.draw(st.integers(1, 9))
    columns = {
        "run": data.draw(st.lists(st.integers(1, 60), min_size=count, max_size=count)),
        "processors": data.draw(st.lists(st.integers(1, 4), min_size=count, max_size=count)),
        "share_class": data.draw(st.lists(st.integers(0, 1), min_size=count, max_size=count)),
    }
    estimate = [run + data.draw(st.integers(0, 30)) for run in columns["run"]]
    parts = {"x": data.draw(st.integers(0, 4)), "y": data.draw(st.integers(0, 4))}
    borrowing = data.draw(st.sampled_from(["none", "borrow"]))
    # accounts are of one class each
    trace = trace_of(
        submit=[0] * count, estimate=estimate, account=columns["share_class"], accounts="ab", classes="xy", **columns
    )
    policy = policy_module.Policy(order="madang", shares=policy_module.Shares(parts, borrowing))
    found = Simulation(of_processors(4), policy, engine="reference").run(trace).schedule.start.tolist()
    waiting = [
        Waiting(str(at), "ab"[of], "xy"[of], {"cores": columns["processors"][at]}, estimate[at], at)
        for at, of in enumerate(columns["share_class"])
    ]
    rules = Policy(parts={name: {"cores": part} for name, part in parts.items()}, borrowing=borrowing)
    took = {str(at): run for at, run in enumerate(columns["run"])}
    starts = replay(queue(now=0, cores=4, waiting=waiting), rules, took)
    assert [starts.get(str(at), -1) for at in range(count)] == found


@given(st.data())
def test_a_replay_that_runs_to_the_limits_keeps_the_machine_whole(data):
    """At no instant more than the machine has, and the first starts are those of the policy itself."""
    count = data.draw(st.integers(0, 12))
    waiting = [
        waits(
            str(place),
            cores=data.draw(st.integers(1, 4)),
            wall=data.draw(st.integers(1, 50)),
            account=data.draw(st.sampled_from("ab")),
        )
        for place in range(count)
    ]
    running = [runs("r", cores=data.draw(st.integers(1, 4)), started=10, ends_by=data.draw(st.integers(20, 90)))]
    seen = queue(cores=4, running=running, waiting=waiting)
    took = {job.id: job.wall_seconds for job in waiting} | {"r": running[0].ends_by - 10}
    found = replay(seen, Policy(), took)
    assert set(found) == {job.id for job in waiting}
    assert {id for id, start in found.items() if start == 50} == set(decide(seen, Policy()).starts)
    held = [(start, start + took[job.id], job.needs["cores"]) for job in waiting for start in [found[job.id]]]
    held.append((50, max(running[0].ends_by, 51), running[0].needs["cores"]))
    for instant, _, _ in held:
        assert sum(cores for begin, end, cores in held if begin <= instant < end) <= 4


def test_run_times_are_parts_of_the_limit():
    seen = queue(waiting=[waits("1", wall=1000), waits("2", wall=1000, account="b")])
    found = {drawn(seen, {"a": [100, 500]}, random.Random(seed))["1"] for seed in range(50)}
    assert found == {100, 500}
    assert drawn(seen, {"a": [100, 500]}, random.Random(1))["2"] == 1000


def test_a_part_above_the_limit_is_the_limit_and_none_is_shorter_than_a_second():
    seen = queue(waiting=[waits("1", wall=10), waits("2", wall=10, account="b")])
    assert drawn(seen, {"a": [1500], "b": [0]}, random.Random(1)) == {"1": 10, "2": 1}


@given(st.integers(0, 120), st.lists(st.integers(0, WHOLE), max_size=8), st.integers(0, 99))
def test_a_job_that_runs_is_not_drawn_to_have_ended(elapsed, parts, seed):
    seen = queue(now=elapsed, running=[runs("r", started=0, ends_by=100)])
    found = drawn(seen, {"a": sorted(parts)}, random.Random(seed))["r"]
    assert min(elapsed, 100) <= found <= 100


def test_ranges_are_order_statistics_of_the_starts():
    starts = [{"1": 10 * place, "2": 7} for place in range(39)]
    assert ranges(starts) == {"1": Range(30, 190, 350), "2": Range(7, 7, 7)}


def test_no_range_of_a_job_that_did_not_always_start_nor_from_too_few_replays():
    assert ranges([{"1": 5}] * (FEWEST - 1)) == {}
    assert ranges([{"1": 5, "2": 9}] + [{"1": 5}] * FEWEST) == {"1": Range(5, 5, 5)}
    assert ranges([]) == {}


def test_the_same_seed_gives_the_same_replays_and_enough_ends_them():
    seen = queue(running=[runs("r", cores=2)], waiting=[waits("1")])
    past = {"a": list(range(0, WHOLE, 7))}
    assert replays(seen, Policy(), past, most=19, seed=4) == replays(seen, Policy(), past, most=19, seed=4)
    assert replays(seen, Policy(), past, most=19, seed=4) != replays(seen, Policy(), past, most=19, seed=5)
    assert len(replays(seen, Policy(), past, most=99, seed=1, enough=lambda done: done >= 25)) == 29
    assert len(replays(seen, Policy(), past, most=99, seed=1, enough=lambda done: True)) == FEWEST


def test_queue_and_policy_survive_being_written_down():
    blocked = dataclasses.replace(waits("1"), blocked=Reason("waits_for_job", {"job": "r"}), after=("r",))
    seen = queue(running=[runs("r"), borrowed("2")], waiting=[blocked], standings={"a": Standing(1 << 70, 3)})
    policy = Policy(half_life=5, weights={"x": 2}, parts={"own": {"gpus": 2}})
    assert from_json(json.loads(json.dumps(to_json(seen, policy)))) == (seen, policy)


@pytest.mark.parametrize("law", [(50, 1000), (900, 1000), (10, 60)])
def test_eight_in_ten_starts_fall_into_their_range(law):
    """A simulated centre whose run times follow a known law: the ranges hold the real starts about as often as said."""
    draws, within, told = random.Random(20260401), 0, 0
    low, high = law
    for _ in range(120):
        past = {name: sorted(draws.randint(low, high) for _ in range(300)) for name in "ab"}
        running = [runs(f"r{n}", cores=1, started=0, ends_by=1000, account="a") for n in range(4)]
        waiting = [waits(str(n), wall=draws.randint(200, 2000), account="ab"[n % 2]) for n in range(6)]
        seen = queue(now=0, cores=4, running=running, waiting=waiting)
        law_of = {name: [draws.randint(low, high) for _ in range(300)] for name in "ab"}
        real = replay(seen, Policy(), drawn(seen, {name: sorted(one) for name, one in law_of.items()}, draws))
        found = ranges(replays(seen, Policy(), past, most=39, seed=draws.randrange(1 << 30)))
        last = max(found, key=lambda id: found[id].late)
        told += 1
        within += found[last].early <= real[last] <= found[last].late
    assert 0.70 <= within / told <= 0.90


def test_replays_need_no_numpy():
    code = "import sys, madang.simulation.replaying; print('numpy' in sys.modules)"
    environment = {"PYTHONPATH": ":".join(filter(None, sys.path))}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
