"""The backends that the contract suite runs on, each with everything that it needs to run jobs."""

import itertools
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from backends.local_site import LocalSite
from backends.makers import make_input
from backends.slurm_site import PEOPLE, SlurmSite
from slurm.cluster import PACKAGES, Cluster, missing

from madang.compute.local import sandbox
from madang.compute.protocol import JobSpec

INSTALL = "apt install bubblewrap"


@pytest.fixture(scope="session")
def working_sandbox():
    """Skips where no sandbox can be opened; where CI=true promises one, that is a failure."""
    code, facts = sandbox.trial()
    if code != "sandbox_works":
        why = f"jobs cannot be shut in here ({code}: {facts}); {INSTALL}"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)


@pytest.fixture(scope="session")
def _local(working_sandbox, tmp_path_factory):
    site = LocalSite(tmp_path_factory.mktemp("local") / "spool")
    site.start_runner()
    yield site
    site.close()


@pytest.fixture(scope="session")
def working_slurm():
    """A running throw-away cluster; skipped without Slurm or root, which where CI=true is a failure."""
    why = f"no Slurm here ({', '.join(missing())}); apt install {PACKAGES}" if missing() else ""
    if os.geteuid():
        why = "only root can run jobs as other users, as these tests do"
    if why:
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="madang-slurm-"))
    cluster = Cluster.made(folder)
    try:
        cluster.up()
        yield cluster
    finally:
        cluster.down()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def _slurm(working_slurm):
    site = SlurmSite(working_slurm)
    yield site
    site.close()


@pytest.fixture(params=["local", pytest.param("slurm", marks=pytest.mark.slurm)])
def backend(request):
    """A backend with running machinery and no open account; other backends join by name here."""
    found = request.getfixturevalue(f"_{request.param}").backend
    found.enforce([])
    return found


@pytest.fixture
def local(working_sandbox, tmp_path):
    """A local backend of the test's own, whose runner the test starts and kills."""
    site = LocalSite(tmp_path / "spool")
    yield site
    site.close()


_numbers = itertools.count(1)


@pytest.fixture
def make_spec(tmp_path):
    """Makes a job that runs a shell script; each has a key of its own unless one is given."""

    def make(script="true", *, inputs=None, **changes):
        number = next(_numbers)
        fields = {"key": f"key-{number}", "account": "award-1", "fair_share_class": "academia", "name": f"job {number}"}
        fields |= {
            "argv": ("sh", "-c", script),
            "user": PEOPLE[0],
            "cores": 1,
            "memory_mb": 256,
            "wall_seconds": 60,
        }
        files = tuple(make_input(tmp_path, path, content) for path, content in (inputs or {}).items())
        return JobSpec(**{**fields, "files": files, **changes})

    return make
