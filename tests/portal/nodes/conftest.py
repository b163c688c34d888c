"""A cluster's events as its database tells them, without a cluster."""

from datetime import timedelta

import pytest
from factories import NOW

from madang.compute.availability import Condition, Event, Resource
from madang.portal.nodes import actions
from madang.values import Period

H100, CORES = Resource("gpu", "H100"), Resource("core")
START = NOW - timedelta(hours=2)


def out(node, condition, start, end=None, **given):
    """A node of eight H100 out of service from so many minutes after two hours ago on."""
    begins, ends = (None if minute is None else START + timedelta(minutes=minute) for minute in (start, end))
    words = {"state": condition.upper(), "reason": "broken fan"} | given
    return Event(node, Condition(condition), has={H100: 8, CORES: 64}, start=begins, end=ends, **words)


def installed(start=0, end=None, nodes=2):
    begins, ends = (None if minute is None else START + timedelta(minutes=minute) for minute in (start, end))
    has = {H100: 8 * nodes, CORES: 64 * nodes}
    return Event("", Condition.INSTALLED, "", "Cluster Registered TRES", has, begins, ends)


def note(*events, until=NOW, since=START, before=None, settled=True, now=NOW):
    """One reading of [since, until); `before` as the row says where none is given."""
    return actions.note(
        now=now, cluster="c", read=Period(since, until), events=[installed(), *events], before=before, settled=settled
    )


@pytest.fixture
def a_month(db):
    """Two nodes for two hours; one was drained for half an hour and one is down since an hour."""
    note(out("n1", "drained", 0, 30, reason="new firmware"), out("n2", "down", 60))
