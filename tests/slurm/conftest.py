"""The throw-away cluster that tests of Slurm share, and what each of them may use of it."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from slurm.cluster import PACKAGES, Cluster, missing
from slurm.portal_site import close, make_running, make_site

from madang.compute.slurm.commands import OnThisMachine
from madang.portal import backends


@pytest.fixture(scope="session")
def cluster():
    """A running cluster; skipped where Slurm is not installed, a failure where CI=true promises it."""
    if lacking := missing():
        why = f"no Slurm here ({', '.join(lacking)}); apt install {PACKAGES}"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    # not below pytest's own folder, which other users may not enter: jobs run as them
    folder = Path(tempfile.mkdtemp(prefix="madang-slurm-"))
    made = Cluster.made(folder)
    try:
        made.up()
        yield made
    finally:
        made.down()
        shutil.rmtree(folder)


@pytest.fixture
def commands(cluster):
    """Slurm's commands, pointed at the cluster."""
    return OnThisMachine(cluster.environment, timeout=30)


@pytest.fixture
def site(cluster, settings, monkeypatch):
    """The portal with the cluster as its backend; the centre has nothing there before and after."""
    made = make_site(cluster)
    monkeypatch.setattr(backends, "backend", lambda: made.backend)
    settings.MADANG_HOME = made.folder
    yield made
    close(made)


@pytest.fixture
def award(site):
    """An award of two H100 for a member whose Unix user is `games`, with ten GPU-hours."""
    return make_running("games")
