"""A Slurm backend on the throw-away cluster: people, accounts, a shared folder, and the hand where all may run it."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from backends.local_site import LOG_BYTES

from madang.compute.slurm import hand
from madang.compute.slurm.applying import apply
from madang.compute.slurm.backend import SlurmBackend
from madang.compute.slurm.commands import OnThisMachine
from madang.compute.slurm.desired import Hold, OnCluster, Reach, tree_of
from madang.compute.slurm.difference import difference
from madang.compute.slurm.live import read
from madang.compute.slurm.names import Site

# Users that every Debian machine has; jobs never run as root.
PEOPLE = ("games", "nobody")
ACCOUNTS = ("award-1", "award-2", "award-3", "award-4", "award-5")
MARK = "test"


class SlurmSite:
    """The backend and what it needs on a cluster that runs; GPUs of type T4 are the cluster's h100 ones."""

    def __init__(self, cluster, accounts=ACCOUNTS, **settings):
        self.cluster = cluster
        # not below pytest's own folder, which other users may not enter
        self.folder = Path(tempfile.mkdtemp(prefix="madang-slurm-site-"))
        self.folder.chmod(0o755)
        self.work = self.folder / "work"
        self.work.mkdir()
        self.work.chmod(0o1777)
        shutil.copy(hand.__file__, self.folder / "hand.py")
        (self.folder / "hand.py").chmod(0o644)
        self.settings = {
            "mark": MARK,
            "work": str(self.work),
            "partitions": {"": "cpu", "T4": "h100"},
            "gres": {"T4": "h100"},
            "slurm_conf": str(cluster.folder / "slurm.conf"),
            "become": ("runuser", "-u", "{user}", "--"),
            "hand": (python(), "-I", str(self.folder / "hand.py")),
            "node_python": python(),
            "log_bytes": LOG_BYTES,
            "grace_seconds": 1,
            **settings,
        }
        self.root = self.folder / "portal"
        self.backend = self.again()
        self._add_accounts(accounts)

    def again(self):
        """A backend as another process of the portal has it."""
        return SlurmBackend(self.root, **self.settings)

    def _add_accounts(self, accounts):
        """The tree, with no limit but those that a test gives."""
        reaches = (Reach("t4", "h100", width=6), Reach("cpu", self.settings["partitions"][""], width=8))
        awards = [
            OnCluster(code, "site", PEOPLE, reaches, wall_minutes=1440, hold=Hold.TARGET, closed=True)
            for code in accounts
        ]
        site, commands = Site(self.settings["mark"]), OnThisMachine(self.cluster.environment)
        if not accounts:
            return
        live = read(commands, site, self.cluster.name)
        apply(commands, difference(site, self.cluster.name, tree_of(site, awards), live))

    def close(self):
        """Ends what still runs and takes the folder away."""
        self.cluster.run("scancel", "--quiet", "--state=pending,running", "--user", ",".join(PEOPLE), check=False)
        shutil.rmtree(self.folder)


def python():
    """A Python that users other than ours may run."""
    found = [Path(sys.executable).resolve(), Path(shutil.which("python3", path="/usr/local/bin:/usr/bin") or "/")]
    return str(next(path for path in found if not str(path).startswith("/root") and os.access(path, os.X_OK)))
