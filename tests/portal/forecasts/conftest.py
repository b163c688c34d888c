"""The real machine of the portal's jobs, and no child process left behind."""

import pytest
from portal.jobs.conftest import machine, machine_home, paid  # noqa: F401

from madang.portal.forecasts import chores


@pytest.fixture(autouse=True)
def _no_children_left():
    yield
    while chores.REPLAYING:
        replay = chores.REPLAYING.pop()
        replay.child.stop()
        chores.clear(replay.child)
