"""A throw-away Slurm cluster on loopback, two nodes with eight stand-in GPUs: python tests/slurm/cluster.py up FOLDER.

Everything lies in one folder: keys, sockets, database, state and logs. Ports are free ones. A Slurm that the machine
has already is neither asked nor touched, because every program is told where this cluster's configuration is.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

PROGRAMS = ("munged", "mariadbd", "mariadb-install-db", "slurmdbd", "slurmctld", "slurmd", "sacctmgr", "sbatch")
PACKAGES = "slurm-wlm slurmdbd slurmrestd munge mariadb-server"
SEARCHED = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
# Each type of GPU has a node and a partition of its own, as centres have them.
GPU_TYPES, CORES, MEMORY_MB = {"h100": range(6), "b200": range(6, 8)}, 8, 16_000
# The daemons in the order in which they start; they end in the opposite one.
DAEMONS = ("munged", "mariadbd", "slurmdbd", "slurmctld", *(f"slurmd-{kind}" for kind in GPU_TYPES))
PATIENCE = 60.0
# Loopback addresses of the cluster's own, where they can be had: Slurm writes each message in two parts and so waits
# 40 ms for an acknowledgement that the system puts off; here it is sent at once, and a command takes a tenth as long.
QUICK = "127.83.0.0/16"

SLURM_CONF = """\
ClusterName={name}
SlurmctldHost={host}({address})
SlurmctldPort={slurmctld}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/slurmctld
SlurmdSpoolDir={folder}/slurmd-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost={address}
AccountingStoragePort={slurmdbd}
AccountingStoragePass={folder}/munge.socket
AccountingStorageEnforce=associations,limits,qos,safe
AccountingStorageTRES=gres/gpu,gres/gpu:h100,gres/gpu:b200
JobAcctGatherType=jobacct_gather/none
GresTypes=gpu
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=sched_min_interval=100000,bf_interval=1
PriorityType=priority/multifactor
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=2
MinJobAge=300
SlurmdTimeout=30
InactiveLimit=0
RebootProgram=/bin/false
{nodes}PartitionName=cpu Nodes=h100 MaxTime=30-00:00:00 DefMemPerCPU=500 State=UP
"""
NODE = """\
NodeName={kind} NodeHostname={host} NodeAddr={address} Port={port} CPUs={cores} RealMemory={memory} \\
  Gres=gpu:{kind}:{gpus}
PartitionName={kind} Nodes={kind} Default={default} MaxTime=30-00:00:00 DefMemPerCPU=500 State=UP
"""

SLURMDBD_CONF = """\
DbdHost=localhost
DbdAddr={address}
DbdPort={slurmdbd}
SlurmUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
PidFile={folder}/slurmdbd.pid
LogFile={folder}/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort={mariadb}
StorageUser=slurm
StoragePass={password}
StorageLoc=slurm_acct
"""


class NotUp(RuntimeError):
    """A daemon that did not start or answer, with the end of its log."""


def missing() -> list[str]:
    """The programs that this machine lacks."""
    return [name for name in PROGRAMS if not shutil.which(name, path=SEARCHED)]


@dataclass
class Cluster:
    """One cluster: its folder, its name and its ports."""

    folder: Path
    name: str
    ports: dict[str, int]
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @classmethod
    def made(cls, folder: Path, name: str = "rehearsal") -> Cluster:
        """Lays the files of a new cluster into an empty or absent folder."""
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        folder.chmod(0o755)
        cluster = cls(folder.resolve(), name, _free_ports("mariadb", *DAEMONS[2:]))
        cluster._lay()
        return cluster

    @classmethod
    def there(cls, folder: Path) -> Cluster:
        """The cluster that was made in a folder."""
        written = json.loads((folder / "cluster.json").read_text())
        return cls(folder.resolve(), written["name"], written["ports"])

    @property
    def environment(self) -> dict[str, str]:
        """What Slurm's commands need in order to speak with this cluster and no other."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SLURM", "SBATCH", "SACCT"))}
        return kept | {"SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": SEARCHED}

    def up(self) -> None:
        """Starts what does not run yet and waits until the node is idle; NotUp with the log where it does not come."""
        for daemon in DAEMONS:
            self.start(daemon)
        # a controller that knew no database at its first start learns the cluster's name when it is registered
        self.until(lambda: self.name in self.run("sacctmgr", "-nP", "show", "cluster", "format=cluster"), "cluster")
        self.until(lambda: set(self.run("sinfo", "-h", "-o", "%T").split()) <= {"idle", "mixed", "allocated"}, "nodes")

    def down(self) -> None:
        """Ends every daemon; the folder stays."""
        for daemon in reversed(DAEMONS):
            self.stop(daemon, hard=daemon != "mariadbd")

    def run(self, *argv: str, check: bool = True) -> str:
        """What one of Slurm's commands prints."""
        done = subprocess.run(argv, env=self.environment, capture_output=True, text=True, timeout=60)
        if check and done.returncode:
            raise NotUp(f"{' '.join(argv)}: {done.stderr or done.stdout}")
        return done.stdout

    def start(self, daemon: str) -> None:
        """Starts one daemon and waits until it answers; one that runs is left alone."""
        if self.pid(daemon):
            return
        command = {
            "munged": [
                *("munged", "--foreground", "--num-threads=2", f"--socket={self.folder}/munge.socket"),
                *(f"--key-file={self.folder}/munge/munge.key", f"--log-file={self.folder}/munge/munged.log"),
                *(f"--pid-file={self.folder}/munge/munged.pid", f"--seed-file={self.folder}/munge/munged.seed"),
            ],
            "mariadbd": ["mariadbd", f"--defaults-file={self.folder}/mariadb.cnf", *_as_root("--user=root")],
            "slurmdbd": ["slurmdbd", "-D"],
            "slurmctld": ["slurmctld", "-D"],
        }.get(daemon) or ["slurmd", "-D", "-N", daemon.partition("-")[2]]
        program = shutil.which(command[0], path=SEARCHED) or command[0]
        with (self.folder / f"{daemon}.out").open("ab") as out:
            process = subprocess.Popen(
                [program, *command[1:]],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.children[daemon] = process
        (self.folder / f"{daemon}.started").write_text(str(process.pid))
        port = self.ports.get("mariadb" if daemon == "mariadbd" else daemon)
        answers = (lambda: _answers(port)) if port else (self.folder / "munge.socket").exists
        self.until(lambda: process.poll() is not None or answers(), daemon)
        if process.poll() is not None:
            raise NotUp(f"{daemon} ended: {self._log(daemon)}")
        if daemon == "mariadbd":
            self._make_database()

    def stop(self, daemon: str, hard: bool = False) -> None:
        """Ends one daemon, at once where `hard`, and waits until it has gone."""
        pid = self.pid(daemon)
        if not pid:
            return
        os.kill(pid, signal.SIGKILL if hard else signal.SIGTERM)
        self.until(lambda: not self.pid(daemon), f"end of {daemon}")
        if daemon in self.children:
            self.children.pop(daemon).wait()
        if daemon == "munged":
            (self.folder / "munge.socket").unlink(missing_ok=True)

    def pid(self, daemon: str) -> int:
        """The process of a daemon of this cluster, 0 where none runs."""
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.folder / f"{daemon}.started").read_text())
            if daemon in self.children:
                self.children[daemon].poll()
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            if state != "Z" and daemon.partition("-")[0] in Path(f"/proc/{pid}/cmdline").read_text():
                return pid
        return 0

    def sql(self, statement: str) -> list[list[str]]:
        """What the daemon's own database answers, row by row."""
        asked = ["mariadb", "--no-defaults", f"--socket={self.folder}/mariadb.socket", "-uroot", "-NB", "slurm_acct"]
        done = subprocess.run([*asked, "-e", statement], capture_output=True, text=True, check=True, timeout=60)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def until(self, true: object, what: str, patience: float = PATIENCE) -> None:
        """Waits until `true()` holds; NotUp after `patience` seconds."""
        end = time.monotonic() + patience
        while True:
            with contextlib.suppress(NotUp):
                if true():  # type: ignore[operator]
                    return
            if time.monotonic() > end:
                raise NotUp(f"{what} did not come within {patience:.0f} s: {self._log(what)}")
            time.sleep(0.05)

    def _lay(self) -> None:
        user = pwd.getpwuid(os.geteuid()).pw_name
        password = secrets.token_hex(16)
        for below in ("munge", "slurmctld", "mariadb", "mariadb-tmp"):
            (self.folder / below).mkdir(mode=0o700, exist_ok=True)
        (self.folder / "munge").chmod(0o711)
        facts = dict(self.ports, folder=self.folder, name=self.name, user=user, password=password)
        facts["address"] = _address()
        facts["host"] = socket.gethostname().partition(".")[0]
        facts["nodes"] = "".join(
            self._node(kind, len(places), facts["host"], facts["address"]) for kind, places in GPU_TYPES.items()
        )
        _secret(self.folder / "munge/munge.key", secrets.token_bytes(128))
        _secret(self.folder / "slurmdbd.conf", SLURMDBD_CONF.format(**facts).encode())
        (self.folder / "slurm.conf").write_text(SLURM_CONF.format(**facts))
        (self.folder / "gres.conf").write_text("".join(self._gpu(kind, places) for kind, places in GPU_TYPES.items()))
        (self.folder / "mariadb.cnf").write_text(
            f"[mariadbd]\ndatadir={self.folder}/mariadb\nsocket={self.folder}/mariadb.socket\n"
            f"pid-file={self.folder}/mariadbd.pid\nport={self.ports['mariadb']}\nbind-address=127.0.0.1\n"
            # MariaDB deletes every "#sql" file in this folder when it starts, another server's in /tmp too
            f"tmpdir={self.folder}/mariadb-tmp\n"
            # 2: what is committed outlives a killed server; 0 lost a second of it that slurmdbd still believed in
            "innodb_buffer_pool_size=64M\ninnodb_log_file_size=16M\ninnodb_lock_wait_timeout=900\n"
            "innodb_flush_log_at_trx_commit=2\nmax_allowed_packet=16M\nskip-log-bin\n"
        )
        (self.folder / "cluster.json").write_text(json.dumps({"name": self.name, "ports": self.ports}))
        install = ["mariadb-install-db", f"--datadir={self.folder}/mariadb", "--skip-test-db", "--no-defaults"]
        install += [f"--tmpdir={self.folder}/mariadb-tmp", "--auth-root-authentication-method=normal"]
        install += _as_root("--user=root")
        done = subprocess.run(install, env=self.environment, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise NotUp(f"mariadb-install-db: {done.stdout}{done.stderr}")

    def _node(self, kind: str, gpus: int, host: str, address: str) -> str:
        facts = {"kind": kind, "gpus": gpus, "host": host, "address": address, "port": self.ports[f"slurmd-{kind}"]}
        default = "YES" if kind == next(iter(GPU_TYPES)) else "NO"
        return NODE.format(**facts, cores=CORES, memory=MEMORY_MB, default=default)

    def _gpu(self, kind: str, places: range) -> str:
        """The line of gres.conf for one type; device nodes where we may make them, else only their number."""
        names = [self.folder / f"gpu{place}" for place in places]
        try:
            for place, name in zip(places, names, strict=True):
                if not name.exists():
                    os.mknod(name, 0o666 | stat.S_IFCHR, os.makedev(195, place))
        except PermissionError:
            return f"NodeName={kind} Name=gpu Type={kind} Count={len(names)}\n"
        return f"NodeName={kind} Name=gpu Type={kind} File={self.folder}/gpu[{places.start}-{places.stop - 1}]\n"

    def _make_database(self) -> None:
        password = next(
            line.partition("=")[2]
            for line in (self.folder / "slurmdbd.conf").read_text().splitlines()
            if line.startswith("StoragePass=")
        )
        sql = (
            "CREATE DATABASE IF NOT EXISTS slurm_acct;"
            f"CREATE USER IF NOT EXISTS 'slurm'@'127.0.0.1' IDENTIFIED BY '{password}';"
            f"CREATE USER IF NOT EXISTS 'slurm'@'localhost' IDENTIFIED BY '{password}';"
            "GRANT ALL ON slurm_acct.* TO 'slurm'@'127.0.0.1'; GRANT ALL ON slurm_acct.* TO 'slurm'@'localhost';"
        )
        command = ["mariadb", "--no-defaults", f"--socket={self.folder}/mariadb.socket", "-uroot", "-e", sql]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise NotUp(f"mariadb: {done.stderr}")

    def _log(self, daemon: str) -> str:
        """The end of a daemon's logs; of the controller's where something else than a daemon did not come."""
        name = daemon if daemon in DAEMONS else "slurmctld"
        found = [self.folder / f"{name}.log", self.folder / f"{name}.out", self.folder / "munge/munged.log"]
        return "\n".join(path.read_text(errors="replace")[-1500:] for path in found if path.exists())


def _address() -> str:
    """The first of the cluster's own addresses, or the usual one where this machine's routes cannot be added to."""
    words = ("ip", "route", "replace", "local", QUICK, "dev", "lo", "table", "local", "quickack", "1")
    program = shutil.which(words[0], path=SEARCHED)
    done = program and subprocess.run([program, *words[1:]], capture_output=True).returncode == 0
    return QUICK.replace("0.0/16", "0.1") if done else "127.0.0.1"


def _free_ports(*names: str) -> dict[str, int]:
    """Ports that nobody holds, below those that the system hands to outgoing connections: a daemon that comes back
    finds its own still free."""
    with contextlib.ExitStack() as held:
        ports: dict[str, int] = {}
        while len(ports) < len(names):
            port = 20_000 + secrets.randbelow(12_000)
            with contextlib.suppress(OSError):
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
                ports[names[len(ports)]] = port
        return ports


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _as_root(option: str) -> list[str]:
    return [option] if os.geteuid() == 0 else []


def _secret(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(content)


def main(act: str, folder: str) -> int:
    """Brings a developer's cluster up, or takes it down and its folder away."""
    place = Path(folder)
    if act == "up":
        if lacking := missing():
            print(f"Slurm is not whole here ({', '.join(lacking)}). Install it: apt install {PACKAGES}")
            return 1
        cluster = Cluster.there(place) if (place / "cluster.json").exists() else Cluster.made(place)
        cluster.up()
        print(f"Slurm runs. For its commands: export SLURM_CONF={cluster.folder / 'slurm.conf'}")
    elif act == "down" and (place / "cluster.json").exists():
        Cluster.there(place).down()
        shutil.rmtree(place)
        print("Slurm has ended and its folder is gone.")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
