"""The head node is reached over a real SSH server whose key must be known, and which may be cut off at any step."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from slurm.cluster import SEARCHED
from slurm.portal_site import ask, close, make_running, make_site, now, sbatch

from madang.compute.slurm.commands import over_ssh
from madang.errors import Unavailable
from madang.portal import backends
from madang.portal.awards.queries import owner_of
from madang.portal.cluster import bringing, chores, queries
from madang.portal.cluster.models import ClusterChange
from madang.portal.jobs import posting
from madang.portal.ledger.queries import balances

pytestmark = [pytest.mark.slurm, pytest.mark.django_db]
SSHD = shutil.which("sshd", path=SEARCHED)
SERVER = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/own.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
"""
CLIENT = """\
Host head
  HostName 127.0.0.1
  Port {port}
  User {user}
  IdentityFile {folder}/own
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known
  GlobalKnownHostsFile /dev/null
"""
# One connection for many commands, as docs/operating/slurm.md has it.
SHARED = """\
  ControlMaster auto
  ControlPath {folder}/%C
  ControlPersist 60
"""
# In place of sacctmgr on the head node: of a command that changes something, where a file says so, the connection dies
# before or after the real one.
CUT = """\
#!/bin/sh
cut() {{
  case " $* " in *" -iQ "*) mv {folder}/$1 {folder}/$1.done 2>/dev/null || return 0 ;; *) return 0 ;; esac
  process=$PPID
  while [ "$(cat /proc/$process/comm)" != sshd ]; do
    process=$(ps -o ppid= -p $process | tr -d ' ')
    [ "${{process:-0}}" -gt 1 ] || exit 1  # the connection is cut already
  done
  kill -9 $process
}}
cut before "$@"
/usr/bin/sacctmgr "$@"
status=$?
cut after "$@"
exit $status
"""


class HeadNode:
    """An SSH server of the test's own on loopback, and a client that knows no other configuration."""

    def __init__(self, folder):
        self.folder, self.process = folder, None
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        for name in ("host", "own"):
            key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
            subprocess.run(key, check=True, stdin=subprocess.DEVNULL)
        facts = {"port": self.port, "folder": folder, "user": getpass.getuser()}
        (folder / "sshd_config").write_text(SERVER.format(**facts))
        (folder / "ssh_config").write_text(CLIENT.format(**facts))
        for name, content in (
            ("ssh", f'#!/bin/sh\nexec /usr/bin/ssh -F {folder}/ssh_config "$@"\n'),
            ("sacctmgr", CUT.format(folder=folder)),
        ):
            (folder / "bin" / name).parent.mkdir(exist_ok=True)
            (folder / "bin" / name).write_text(content)
            (folder / "bin" / name).chmod(0o755)

    def start(self):
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where the server shuts itself in
        words = [SSHD, "-D", "-e", "-f", str(self.folder / "sshd_config")]
        with (self.folder / "sshd.log").open("ab") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 20
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < end, (self.folder / "sshd.log").read_text()
            time.sleep(0.05)

    def _answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self):
        """Kills the server, and with it every connection that it has."""
        if self.process is not None:
            known = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            for pid in (self.process.pid, *map(int, known)):
                os.kill(pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def know(self):
        """What an administrator does once by hand: takes the host's key into the list of known ones."""
        kind, key, *_ = (self.folder / "host.pub").read_text().split()
        (self.folder / "known").write_text(f"[127.0.0.1]:{self.port} {kind} {key}\n")


@pytest.fixture
def head(monkeypatch):
    """A head node whose key is known; skipped without an SSH server, which where CI=true is a failure."""
    if SSHD is None or shutil.which("ssh-keygen") is None:
        why = "no SSH server here; apt-get install openssh-server"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(why)
    found = HeadNode(Path(tempfile.mkdtemp(prefix="madang-ssh-")))
    monkeypatch.setenv("PATH", f"{found.folder / 'bin'}{os.pathsep}{os.environ['PATH']}")
    try:
        found.start()
        found.know()
        yield found
    finally:
        found.stop()
        shutil.rmtree(found.folder)


@pytest.fixture
def far(cluster, head, settings, monkeypatch):
    """The portal with the cluster as its backend, all of whose commands run on the head node."""
    with (head.folder / "ssh_config").open("a") as config:
        config.write(SHARED.format(folder=head.folder))
    made = make_site(cluster, ssh_host="head", slurm_bin=str(head.folder / "bin"))
    monkeypatch.setattr(backends, "backend", lambda: made.backend)
    settings.MADANG_HOME = made.folder
    yield made
    close(make_site(cluster))
    made.close()


def test_a_head_node_whose_key_is_not_known_is_not_spoken_to(head, cluster):
    once = over_ssh("head", cluster.environment, tries=1)
    assert once.run("scontrol", "ping").status == 0
    (head.folder / "known").write_text("")
    with pytest.raises(Unavailable, match="Host key verification failed"):
        once.run("scontrol", "ping")
    head.know()
    (head.folder / "own.pub").write_text("")
    with pytest.raises(Unavailable, match="Permission denied"):
        once.run("scontrol", "ping")
    head.stop()
    with pytest.raises(Unavailable, match="Connection refused"):
        once.run("scontrol", "ping")


def test_awards_are_brought_and_use_comes_back_though_the_connection_is_cut(far, head, monkeypatch):
    award = make_running("games")
    monkeypatch.setattr(bringing, "AT_ONCE", 1)
    change = ask()
    (head.folder / "before").touch()
    (head.folder / "after").touch()
    chores.carry_on(now())
    assert (head.folder / "before.done").exists() and (head.folder / "after.done").exists()
    head.stop()
    with pytest.raises(Unavailable, match=r"Connection refused|closed by remote host"):
        chores.carry_on(now())
    head.start()
    while queries.change_goes_on():
        chores.carry_on(now())
    assert ClusterChange.objects.get(pk=change.pk).state == "ended"
    assert bringing.plan(now())[0].lines == []
    posting.post_usage(now())
    job = sbatch(far, "games", award, "--partition=h100", "--gres=gpu:2", "--time=5", script="#!/bin/sh\nsleep 1\n")
    far.cluster.until(lambda: posting.post_usage(now()), "use")
    rows = far.cluster.run("sacct", "-X", "-nP", "-j", job, "--format=ElapsedRaw").split()
    assert balances(owner_of(award.pk))[award.pool.pk].used == 2 * int(rows[0]) > 0
