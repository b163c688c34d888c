"""A centre of its own for each soak, with jobs shut in; how often it kills is MADANG_TEST_SOAK_KILLS (300)."""

from __future__ import annotations

import os

import pytest
from journeys.running_centre import Centre

from madang.compute.local import sandbox


@pytest.fixture
def centre(tmp_path):
    """A centre that is really served, with nobody in it."""
    found = Centre(tmp_path)
    try:
        found.start()
        yield found
    finally:
        found.stop()


@pytest.fixture
def shut_in():
    """Skips where jobs cannot be shut in; where CI=true promises it, that is a failure."""
    code, facts = sandbox.trial()
    if code != "sandbox_works":
        why = f"jobs cannot be shut in here ({code}: {facts}); apt-get install bubblewrap"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)


@pytest.fixture(scope="session")
def kills() -> int:
    return int(os.environ.get("MADANG_TEST_SOAK_KILLS", "300"))
