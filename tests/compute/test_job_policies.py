"""Tests of the choice of the next jobs, on made-up queues and on drawn ones."""

import dataclasses
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.compute import policies
from madang.compute.policies import Limit, Policy, Running, Snapshot, Standing, Waiting, decide
from madang.compute.protocol import Reason

POLICY = Policy(half_life=3600, entry_seconds=300, cores_per_gpu=16)
MACHINE = {"cores": 8, "memory_mb": 1000, "gpu:H100": 4}
OPEN = Limit(gpus=100, cores=100)


def make_waiting(sequence, account="a", *, wall_seconds=100, share_class="academia", **needs):
    needs = {"cores": 1, "memory_mb": 1} | {("gpu:H100" if name == "gpus" else name): n for name, n in needs.items()}
    return Waiting(f"job-{sequence}", account, share_class, needs, wall_seconds, sequence)


def make_running(name, account="z", *, started=0, ends_by=500, **needs):
    needs = {"cores": 1, "memory_mb": 1} | {("gpu:H100" if key == "gpus" else key): n for key, n in needs.items()}
    return Running(name, account, needs, started, ends_by)


def make_snapshot(waiting, running=(), *, now=100, machine=MACHINE, limits=None, standings=None):
    accounts = {job.account for job in (*waiting, *running)}
    limits = dict.fromkeys(accounts, OPEN) | (limits or {})
    return Snapshot(now, machine, tuple(running), tuple(waiting), standings or {}, limits)


def test_what_fits_starts_in_the_order_of_submission():
    decision = decide(make_snapshot([make_waiting(2), make_waiting(1)]), POLICY)
    assert decision == policies.Decision(("job-1", "job-2"), {})


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ({"gpus": 2}, Reason("waits_for_gpus", {"needs": 2, "free": 1, "by": 500, "type": "H100"})),
        ({"cores": 8}, Reason("waits_for_cores", {"needs": 8, "free": 7, "by": 500})),
        ({"memory_mb": 600}, Reason("waits_for_memory", {"needs": 600, "free": 500, "by": 500})),
    ],
)
def test_the_head_of_the_queue_says_what_it_waits_for_and_until_when(needs, expected):
    running = make_running("r", gpus=3, memory_mb=500)
    assert decide(make_snapshot([make_waiting(1, **needs)], [running]), POLICY).reasons == {"job-1": expected}


def test_only_what_keeps_the_reservation_overtakes():
    running = make_running("r", cores=6, ends_by=500)
    waiting = [
        make_waiting(1, cores=7),
        make_waiting(2, cores=1, wall_seconds=400),  # over by 500, when the head starts
        make_waiting(3, cores=1, wall_seconds=401),  # runs on beside the head: one core is spare then
        make_waiting(4, cores=1, wall_seconds=401),  # no core is left now
    ]
    decision = decide(make_snapshot(waiting, [running]), POLICY)
    assert decision.starts == ("job-2", "job-3")
    assert decision.reasons["job-4"] == Reason("waits_behind", {"ahead": 1})


def test_a_job_that_would_delay_the_head_waits_though_it_fits():
    running = make_running("r", cores=6, ends_by=500)
    waiting = [make_waiting(1, cores=8), make_waiting(2, cores=1, wall_seconds=401)]
    decision = decide(make_snapshot(waiting, [running]), POLICY)
    assert decision.starts == () and decision.reasons["job-2"] == Reason("waits_behind", {"ahead": 1})


def test_a_burst_does_not_slip_in_before_its_use_shows():
    burst = [make_waiting(number, "burst", cores=2) for number in range(1, 9)]
    late = [make_waiting(100, "late", cores=2), make_waiting(101, "late", cores=2)]
    decision = decide(make_snapshot([*burst, *late]), POLICY)
    assert decision.starts == ("job-1", "job-100", "job-2", "job-101")


def test_a_hundred_submissions_at_once_wait_behind_who_used_little_before():
    """A second after the first eight started they count as if they had run for the entry's length, not for a second."""
    burst = [make_waiting(number, "burst") for number in range(1, 101)]
    assert decide(make_snapshot(burst), POLICY).starts == tuple(f"job-{number}" for number in range(1, 9))
    running = [make_running(f"job-{number}", "burst", started=100) for number in range(2, 9)]
    waiting = [*burst[8:], make_waiting(101, "other"), make_waiting(102, "other")]
    now = make_snapshot(waiting, running, now=101, standings={"other": Standing(200 << policies.FIXED, 101)})
    assert decide(now, POLICY).starts == ("job-101",)
    assert decide(now, dataclasses.replace(POLICY, entry_seconds=0)).starts == ("job-9",)


def test_less_use_goes_first_and_old_use_fades():
    waiting = [make_waiting(1, "much", cores=8), make_waiting(2, "little", cores=8)]
    standings = {"much": Standing(2_000_000 << policies.FIXED, 100), "little": Standing(1_000 << policies.FIXED, 100)}
    assert decide(make_snapshot(waiting, standings=standings), POLICY).starts == ("job-2",)
    faded = {"much": Standing(2_000_000 << policies.FIXED, -100 * 3600), "little": standings["little"]}
    assert decide(make_snapshot(waiting, standings=faded), POLICY).starts == ("job-1",)


def test_a_class_with_twice_the_weight_stands_as_well_with_twice_the_use():
    waiting = [make_waiting(1, "a", cores=8, share_class="industry"), make_waiting(2, "b", cores=8)]
    standings = {"a": Standing(1001 << policies.FIXED, 100), "b": Standing(2000 << policies.FIXED, 100)}
    weighted = dataclasses.replace(POLICY, weights={"academia": 2})
    assert decide(make_snapshot(waiting, standings=standings), weighted).starts == ("job-2",)
    assert decide(make_snapshot(waiting, standings=standings), POLICY).starts == ("job-1",)


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        (None, "account_closed"),
        (Limit(4, 8, open=False), "account_closed"),
        (Limit(gpus=0, cores=8), "larger_than_account_limit"),
        (Limit(gpus=1, cores=1), "account_at_limit"),
    ],
)
def test_an_account_that_may_not_start_holds_nobody_up(limit, code):
    running = [make_running("r", "barred", cores=1)]
    waiting = [make_waiting(1, "barred", gpus=1), make_waiting(2, "free", cores=7)]
    snapshot = make_snapshot(waiting, running)
    limits = {account: kept for account, kept in snapshot.limits.items() if account != "barred"}
    limits |= {"barred": limit} if limit else {}
    decision = decide(dataclasses.replace(snapshot, limits=limits), POLICY)
    assert decision.starts == ("job-2",) and decision.reasons["job-1"].code == code


def test_what_is_larger_than_the_machine_never_becomes_the_head():
    decision = decide(make_snapshot([make_waiting(1, gpus=5), make_waiting(2, cores=8)]), POLICY)
    assert decision.starts == ("job-2",)
    facts = {"resource": "gpus", "type": "H100", "needs": 5, "offered": 4}
    assert decision.reasons == {"job-1": Reason("larger_than_machine", facts)}


def test_a_job_that_has_outrun_its_limit_delays_nothing_for_ever():
    overdue = make_running("r", cores=8, started=0, ends_by=50)
    decision = decide(make_snapshot([make_waiting(1)], [overdue], now=100), POLICY)
    assert decision.reasons["job-1"].facts["by"] == 101


def test_use_halves_exactly_and_falls_smoothly_in_between():
    assert [policies.decayed(1 << 40, half * 3600, 3600) for half in range(4)] == [1 << 40, 1 << 39, 1 << 38, 1 << 37]
    assert policies.decayed(1 << 40, 10**12, 3600) == 0
    for seconds in range(0, 7200, 97):
        assert policies.decayed(1 << 60, seconds, 3600) / 2 ** (60 - seconds / 3600) == pytest.approx(1, abs=2**-15)


def test_use_is_charged_in_core_seconds_with_gpus_counted_as_cores():
    amounts = policies.needs(gpus=2, gpu_type="H100", cores=3, memory_mb=10)
    first = policies.charged(None, amounts, 10, 1000, POLICY)
    assert first == Standing((3 + 2 * 16) * 10 << policies.FIXED, 1000)
    assert policies.charged(first, amounts, 0, 1000 + 3600, POLICY).used == first.used // 2


def test_within_an_account_the_higher_priority_goes_first():
    waiting = [make_waiting(1, cores=8), dataclasses.replace(make_waiting(2, cores=8), priority=1)]
    assert decide(make_snapshot(waiting), POLICY).starts == ("job-2",)
    other = make_waiting(3, "b", cores=8)  # of another account: its priority counts for nothing there
    assert decide(make_snapshot([*waiting[:1], dataclasses.replace(other, priority=9)]), POLICY).starts == ("job-1",)


def test_a_blocked_job_says_why_and_holds_nobody_up():
    why = Reason("waits_for_job", {"job": "x"})
    waiting = [dataclasses.replace(make_waiting(1, cores=8), blocked=why), make_waiting(2, cores=8)]
    decision = decide(make_snapshot(waiting), POLICY)
    assert (decision.starts, decision.reasons) == (("job-2",), {"job-1": why})


PARTS = {"academia": {"cores": 4}, "industry": {"cores": 4}}


def with_parts(borrowing):
    return dataclasses.replace(POLICY, parts=PARTS, borrowing=borrowing)


def lent(name, *, share_class="industry", started=0, stoppable=True, **needs):
    return dataclasses.replace(
        make_running(name, "lender", started=started, **needs), share_class=share_class, stoppable=stoppable
    )


def test_what_a_class_leaves_idle_others_borrow_after_those_within_their_parts():
    much = [make_waiting(number, "much", cores=3, share_class="industry") for number in (1, 2)]
    own = make_waiting(3, "own", cores=4)
    assert decide(make_snapshot(much), with_parts("borrow")).starts == ("job-1", "job-2")
    assert decide(make_snapshot([*much, own]), with_parts("borrow")).starts == ("job-1", "job-3")
    third = make_waiting(3, "own", cores=3, share_class="industry")
    assert decide(make_snapshot([*much, third]), with_parts("borrow")).starts == ("job-1", "job-3")  # taking turns


def test_without_borrowing_a_class_keeps_to_its_part():
    much = [make_waiting(number, "much", cores=3, share_class="industry") for number in (1, 2)]
    decision = decide(make_snapshot(much), with_parts("none"))
    assert decision.starts == ("job-1",)
    assert decision.reasons["job-2"] == Reason("class_at_part", {"resource": "cores", "needs": 3, "held": 3, "part": 4})


def test_a_class_takes_back_its_part_from_the_latest_that_borrowed():
    running = [lent("old", cores=4, started=1), lent("new", cores=2, started=50), lent("newest", cores=2, started=90)]
    decision = decide(make_snapshot([make_waiting(1, cores=4)], running), with_parts("reclaim"))
    assert decision.stops == ("newest", "new") and decision.starts == ()
    assert decision.reasons["job-1"] == Reason("waits_for_reclaimed", {"jobs": 2, "by": 101})
    spared = decide(make_snapshot([make_waiting(1, cores=2)], running), with_parts("reclaim"))
    assert spared.stops == ("newest",)


@pytest.mark.parametrize(
    ("borrowing", "asked", "running"),
    [
        ("borrow", 4, [lent("a", cores=8)]),
        ("reclaim", 5, [lent("a", cores=8)]),  # more than its own part
        ("reclaim", 4, [lent("a", cores=8, stoppable=False)]),
        ("reclaim", 4, [lent("a", cores=4), lent("b", cores=4, share_class="academia")]),  # the part is in use
    ],
)
def test_nobody_is_stopped_who_need_not_give_way(borrowing, asked, running):
    decision = decide(make_snapshot([make_waiting(1, cores=asked)], running), with_parts(borrowing))
    assert decision.stops == () and decision.reasons["job-1"].code == "waits_for_cores"


def test_what_is_being_stopped_is_waited_for_and_no_more_is_stopped():
    running = [lent("old", cores=4), dataclasses.replace(lent("new", cores=4), ends_by=110, stopping=True)]
    policy = dataclasses.replace(with_parts("reclaim"), stop_seconds=30)
    decision = decide(make_snapshot([make_waiting(1, cores=4)], running), policy)
    assert (decision.stops, decision.reasons["job-1"]) == ((), Reason("waits_for_reclaimed", {"jobs": 1, "by": 110}))


jobs = st.builds(
    make_waiting,
    st.integers(1, 10_000),
    st.sampled_from("abc"),
    wall_seconds=st.integers(1, 1000),
    share_class=st.sampled_from(["academia", "industry"]),
    cores=st.integers(1, 9),
    memory_mb=st.integers(1, 1100),
    gpus=st.integers(0, 5),
)
limits = st.dictionaries(st.sampled_from("abc"), st.builds(Limit, st.integers(0, 6), st.integers(0, 9), st.booleans()))


@st.composite
def snapshots(draw):
    """A machine on which some jobs run that fit together, and a queue with some accounts closed or limited."""
    free, running = dict(MACHINE), []
    for number in range(draw(st.integers(0, 6))):
        needs = {name: draw(st.integers(0, left)) for name, left in free.items()}
        free = {name: left - needs[name] for name, left in free.items()}
        started = draw(st.integers(0, 100))
        running.append(Running(f"r{number}", draw(st.sampled_from("abcz")), needs, started, draw(st.integers(0, 900))))
    waiting = draw(st.lists(jobs, max_size=12, unique_by=lambda job: job.sequence))
    standings = draw(st.dictionaries(st.sampled_from("abc"), st.builds(Standing, st.integers(0, 2**50), st.just(50))))
    snapshot = make_snapshot(waiting, running, standings=standings)
    return dataclasses.replace(snapshot, limits={**snapshot.limits, **draw(limits)})


def free_at(snapshot, jobs, instant):
    """What is free at an instant if every job takes exactly as long as it may."""
    free = dict(snapshot.machine)
    for job in jobs:
        if max(job.ends_by, snapshot.now + 1) > instant:
            for name, amount in job.needs.items():
                free[name] -= amount
    return free


def started_as_running(snapshot, decision):
    chosen = {job.id: job for job in snapshot.waiting}
    return [
        Running(id, chosen[id].account, chosen[id].needs, snapshot.now, snapshot.now + chosen[id].wall_seconds)
        for id in decision.starts
    ]


@given(snapshots())
def test_what_starts_fits_the_machine_and_the_limits(snapshot):
    started = started_as_running(snapshot, decide(snapshot, POLICY))
    assert min(free_at(snapshot, [*snapshot.running, *started], snapshot.now).values()) >= 0
    for account in {job.account for job in started}:
        limit = snapshot.limits[account]
        held = [policies.kinds(job.needs) for job in (*snapshot.running, *started) if job.account == account]
        assert limit.open
        assert sum(kinds["cores"] for kinds in held) <= limit.cores
        if any(policies.kinds(job.needs)["gpus"] for job in started if job.account == account):
            assert sum(kinds["gpus"] for kinds in held) <= limit.gpus


@given(snapshots())
def test_the_same_jobs_start_without_an_explanation(snapshot):
    short = decide(snapshot, POLICY, explain=False)
    whole = decide(snapshot, POLICY)
    assert short.starts == whole.starts and short.reasons.items() <= whole.reasons.items()


@given(snapshots())
def test_every_waiting_job_starts_or_has_a_reason(snapshot):
    decision = decide(snapshot, POLICY)
    assert set(decision.starts) | set(decision.reasons) == {job.id for job in snapshot.waiting}
    assert not set(decision.starts) & set(decision.reasons) and len(set(decision.starts)) == len(decision.starts)


@given(snapshots())
def test_the_head_of_the_queue_is_not_delayed_by_what_overtakes_it(snapshot):
    decision = decide(snapshot, POLICY)
    heads = [id for id, reason in decision.reasons.items() if reason.code.startswith("waits_for_")]
    assert len(heads) <= 1
    for id in heads:
        (head,) = [job for job in snapshot.waiting if job.id == id]
        free = free_at(
            snapshot, [*snapshot.running, *started_as_running(snapshot, decision)], decision.reasons[id].facts["by"]
        )
        assert all(free[name] >= amount for name, amount in head.needs.items())


@given(snapshots())
def test_a_head_is_promised_the_first_moment_at_which_it_fits(snapshot):
    decision = decide(snapshot, POLICY)
    for id, reason in decision.reasons.items():
        if reason.code.startswith("waits_for_"):
            (head,) = [job for job in snapshot.waiting if job.id == id]
            jobs = [*snapshot.running, *started_as_running(snapshot, decision)]
            free = free_at(snapshot, jobs, reason.facts["by"] - 1)
            assert any(free[name] < amount for name, amount in head.needs.items())


@given(snapshots(), st.randoms(use_true_random=False))
def test_the_order_of_handing_in_changes_nothing(snapshot, drawn: random.Random):
    waiting, running = list(snapshot.waiting), list(snapshot.running)
    drawn.shuffle(waiting)
    drawn.shuffle(running)
    shuffled = dataclasses.replace(snapshot, waiting=tuple(waiting), running=tuple(running))
    assert decide(shuffled, POLICY) == decide(snapshot, POLICY)


@given(st.integers(0, 2**70), st.integers(0, 10**7), st.integers(1, 10**6))
def test_decay_is_whole_never_negative_and_never_rises(used, seconds, half_life):
    later = policies.decayed(used, seconds, half_life)
    assert isinstance(later, int) and 0 <= later <= used
    assert policies.decayed(used, seconds + 1, half_life) <= later
    assert math.isclose(later, used * 2.0 ** -(seconds / half_life), rel_tol=2**-14, abs_tol=20)


@given(snapshots(), st.sampled_from(["none", "borrow", "reclaim"]), st.integers(0, 40))
def test_parts_keep_their_promises_on_any_queue(snapshot, borrowing, seconds):
    parts = {"academia": {"cores": 5, "gpus": 1}, "industry": {"cores": 3}}
    policy = dataclasses.replace(POLICY, parts=parts, borrowing=borrowing, stop_seconds=seconds)
    classes = ["academia", "industry", "unnamed"]
    running = tuple(
        dataclasses.replace(job, share_class=classes[number % 3], stoppable=number % 2 == 0)
        for number, job in enumerate(snapshot.running)
    )
    snapshot = dataclasses.replace(snapshot, running=running)
    decision = decide(snapshot, policy)
    started = started_as_running(snapshot, decision)
    assert min(free_at(snapshot, [*running, *started], snapshot.now).values()) >= 0
    assert set(decision.starts) | set(decision.reasons) == {job.id for job in snapshot.waiting}
    assert set(decision.stops) <= {job.id for job in running if job.stoppable}
    assert not decision.stops or borrowing == "reclaim"
    if borrowing == "none":
        held = {name: sum(job.needs["cores"] for job in running if job.share_class == name) for name in classes}
        share_class = {job.id: job.share_class for job in snapshot.waiting}
        for job in started:
            held[share_class[job.id]] += job.needs["cores"]
            assert held[share_class[job.id]] <= parts[share_class[job.id]]["cores"]
    for waits in decision.reasons.values():
        if waits.code == "waits_for_reclaimed":
            kept = [job for job in running if job.id not in decision.stops]
            assert waits.facts["jobs"] == len(decision.stops) > 0 and len(kept) < len(running)
