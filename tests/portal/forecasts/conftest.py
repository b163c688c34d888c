"""The real machine of the portal's jobs, and no child process left behind."""

import pytest
from portal.jobs.conftest import machine, machine_home, paid  # noqa: F401

from madang.portal.forecasts import answering, folders, foreseeing


@pytest.fixture(autouse=True)
def _no_children_left():
    yield
    while foreseeing.REPLAYING:
        replay = foreseeing.REPLAYING.pop()
        replay.child.stop()
        folders.clear(replay.child)
    for trial in list(answering.ANSWERING):
        answering.forget_trial(trial)
