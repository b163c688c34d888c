"""The real machine of the portal's jobs, and no child process left behind."""

import pytest
from portal.jobs.conftest import machine, machine_home, paid  # noqa: F401

from madang.portal import folders
from madang.portal.forecasts import answering, foreseeing


@pytest.fixture(autouse=True)
def _no_children_left():
    yield
    while foreseeing.REPLAYING:
        replay = foreseeing.REPLAYING.pop()
        replay.child.stop()
        folders.clear(replay.child)
    for trial in list(answering.TRIALS.running):
        answering.TRIALS.forget(trial)
