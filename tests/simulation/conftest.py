"""Finds the real traces that the project develops against; tests that need them are skipped where they are absent."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[3] / "shared" / "data" / "traces"


@pytest.fixture(scope="session")
def traces() -> Path:
    """The folder of real traces: the one that MADANG_TEST_TRACES names, else the one beside the checkout."""
    folder = Path(os.environ.get("MADANG_TEST_TRACES") or BESIDE)
    if not folder.is_dir():
        pytest.skip(f"no traces in {folder}")
    return folder
