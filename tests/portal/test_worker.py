"""The worker runs each chore at its own pace, goes on when one fails, and stops when told."""

from __future__ import annotations

import logging

import pytest

from madang.errors import Stale, Unavailable
from madang.portal import schedule
from madang.portal.worker import Turn, Worker


def test_a_chore_that_did_something_comes_back_at_once_and_one_that_did_nothing_waits():
    left = [2, 1, 0]
    turn = Turn(lambda now: left.pop(0), every=30.0)
    assert [turn.run(100.0), turn.due] == [2, 100.0]
    assert [turn.run(101.0), turn.due] == [1, 101.0]
    assert [turn.run(102.0), turn.due] == [0, 132.0]


@pytest.mark.parametrize("error", [Unavailable("down"), Stale("taken")])
def test_what_is_down_or_taken_is_left_for_the_next_turn(error, caplog):
    def chore(now):
        raise error

    with caplog.at_level(logging.WARNING):
        assert Turn(chore, 5.0).run(0.0) == 0
    assert not caplog.records


def test_a_broken_chore_is_logged_with_its_name_and_the_others_go_on(caplog):
    def broken(now):
        raise ValueError("a bug")

    done = []
    worker = Worker([Turn(broken, 5.0), Turn(lambda now: done.append(1) or 0, 5.0)])
    worker.step(10.0)
    assert done == [1]
    assert "broken failed" in caplog.text


def test_only_what_is_due_runs():
    seen = []
    worker = Worker(
        [
            Turn(lambda now: seen.append("early") or 0, 5.0, due=1.0),
            Turn(lambda now: seen.append("late") or 0, 5.0, due=99.0),
        ]
    )
    worker.step(2.0)
    assert seen == ["early"]


def test_every_chore_of_every_domain_is_scheduled():
    turns = schedule.turns()
    assert len({(turn.chore.__module__, turn.chore.__name__) for turn in turns}) == len(turns)
    assert {"seal_entries", "hand_over", "follow", "roll_up", "move_intakes"} <= {turn.chore.__name__ for turn in turns}
    assert all(turn.every > 0 for turn in turns)
