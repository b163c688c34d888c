"""What sacctmgr prints of events, read into values."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from madang.compute.availability import Condition, Resource
from madang.compute.slurm import events
from madang.compute.slurm.commands import Output
from madang.errors import Refused, Unavailable
from madang.values import Period

RECORDED = (Path(__file__).parent / "recorded/events-22.05.txt").read_text(encoding="utf-8")
KINDS = {"h100": "H100"}
DAY = Period(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC))


def at(second):
    return datetime.fromtimestamp(second, UTC)


def test_what_slurm_22_05_printed_is_read():
    whole, drained, down, still = events.events_of(RECORDED.splitlines(), KINDS)
    assert (whole.node, whole.condition, whole.end) == ("", Condition.INSTALLED, None)
    assert whole.has == {Resource("core"): 16, Resource("gpu", "H100"): 6, Resource("gpu", "b200"): 2}
    assert (drained.condition, drained.reason) == (Condition.DRAINED, "fan | ?? $(x)")
    assert (drained.start, drained.end) == (at(1795437073), at(1795437075))
    # set down while it was drained: Slurm's word stays DRAIN, its number tells
    assert (down.node, down.condition, down.state) == ("b200", Condition.DOWN, "DRAIN")
    # the one that ended in the second in which it began is left out
    assert (still.node, still.condition, still.start, still.end) == ("h100", Condition.DOWN, at(1795437083), None)
    assert still.has == {Resource("core"): 8, Resource("gpu", "H100"): 6}


@pytest.mark.parametrize("line", ["h100|1|2", "h100|yesterday|Unknown|1|DOWN|cpu=8|b", "h100|1|Unknown|1|DOWN|cpu=x|b"])
def test_a_line_that_cannot_be_read_is_refused(line):
    with pytest.raises(Refused, match="slurm_answer"):
        list(events.events_of([line], KINDS))


def test_gpus_without_a_type_are_counted():
    assert events.has_of("cpu=4,gres/gpu=3,gres/gpu:h100=2,gres/gpumem=9", KINDS) == {
        Resource("core"): 4,
        Resource("gpu", "H100"): 2,
        Resource("gpu"): 1,
    }


class Answering:
    """A cluster that answers what it is given."""

    def __init__(self, text, waiting=0):
        self.answers, self.asked = {"sdiag": f"DBD Agent queue size: {waiting}", "env": text}, []

    def run(self, *argv, stdin="", timeout=0):
        self.asked.append(argv)
        return Output(0, self.answers[argv[0]], "")


def test_the_window_is_asked_for_in_utc_and_a_backlog_is_told():
    commands = Answering(RECORDED, waiting=3)
    found = events.events_in(commands, "looked", DAY, KINDS)
    assert not found.settled and len(found.events) == 4
    assert {"TZ=UTC", "cluster=looked", "start=2026-11-23T00:00:00", "end=2026-11-24T00:00:00"} <= set(
        commands.asked[1]
    )


def test_an_answer_that_knows_of_nothing_installed_is_not_believed():
    lines = RECORDED.splitlines()
    for text in ("", "\n".join(lines[1:])):
        with pytest.raises(Unavailable):
            events.events_in(Answering(text), "looked", DAY, KINDS)
    assert events.events_in(Answering(lines[0]), "looked", DAY, KINDS).settled
