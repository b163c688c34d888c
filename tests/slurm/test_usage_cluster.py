"""Given out is to the second what slurmdbd keeps and sreport reports, whatever daemon is away meanwhile."""

import os
import shutil
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from slurm.cluster import Cluster, missing

from madang.accounting.metering import clock_second, seconds_charged
from madang.compute.slurm import sacct
from madang.compute.slurm.commands import OnThisMachine
from madang.compute.slurm.slicing import Meter
from madang.compute.slurm.usage import usage_since
from madang.errors import Unavailable

pytestmark = pytest.mark.slurm
HOUR = 3600
# what ran, as the table has it: a resized job's second row holds what it tells only from its resizing
RAN = "(time_end - GREATEST(time_start, time_submit) - time_suspended)"


@pytest.fixture(scope="module")
def own():
    """A cluster of this module's own, whose records may be shifted and whose daemons may be killed."""
    if lacking := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(f"no Slurm here ({', '.join(lacking)})")
        pytest.skip(f"no Slurm here ({', '.join(lacking)})")
    made = Cluster.made(Path(tempfile.mkdtemp(prefix="madang-slurm-")), "metered")
    try:
        made.up()
        made.run("sacctmgr", "-i", "add", "account", "lab")
        made.run("sacctmgr", "-i", "add", "user", "root", "account=lab", "defaultaccount=lab")
        made.run("scontrol", "create", "PartitionName=both", "Nodes=h100,b200", "MaxTime=60")
        yield made
    finally:
        made.down()
        shutil.rmtree(made.folder)


@pytest.fixture
def commands(own):
    return OnThisMachine(own.environment, timeout=30, tries=1)


def submit(own, *argv):
    return (
        own.run("sbatch", "--parsable", "--account=lab", "-n1", "--mem=100", "-o", "/dev/null", *argv)
        .split(";")[0]
        .strip()
    )


def states(own):
    return Counter(own.run("squeue", "-h", "-r", "-t", "PD,CF,R,S,CG", "-o", "%T").split())


def settled(own, *ids):
    """Waits until these jobs ended and the database has all of it: the controller tells of starts seconds later."""
    own.until(lambda: not states(own), "jobs ended")
    own.until(lambda: "DBD Agent queue size: 0" in own.run("sdiag"), "records sent")
    own.until(lambda: set(ids) <= _ended(own), "records kept")


def _ended(own):
    """The jobs of which the table has rows, none of them open, and each with what came with its start."""
    rows = own.sql("SELECT id_job, MIN(time_end AND time_eligible) FROM metered_job_table GROUP BY id_job")
    return {job for job, whole in rows if whole == "1"}


def meter(hours=20):
    return Meter(ZoneInfo("Asia/Seoul"), datetime.now(UTC) - timedelta(hours=hours))


def read(commands, cursor="", hours=20):
    """All slices after a cursor, and the cursor at their end."""
    at, found = meter(hours), []
    while True:
        batch = usage_since(commands, cursor, at, now=datetime.now(UTC))
        found += batch.slices
        cursor = batch.cursor
        if not batch.more:
            return found, cursor


def totals(slices):
    """GPU-seconds by type and core-seconds."""
    found = Counter()
    for piece in {piece.key: piece for piece in slices}.values():
        seconds = seconds_charged(piece.period)
        found["cpu"] += seconds * piece.cores
        if piece.gpus:
            found[f"gres/gpu:{piece.gpu_type}"] += seconds * piece.gpus
    return +found


def kept(own):
    """The same from slurmdbd's own table, whose resources have numbers."""
    names = dict(own.sql("SELECT id, IF(name = '', type, CONCAT(type, '/', name)) FROM tres_table"))
    found = Counter()
    for seconds, held in own.sql(
        f"SELECT {RAN}, tres_alloc FROM metered_job_table WHERE time_start AND time_end AND tres_alloc <> ''"
    ):
        for number, _, count in (part.partition("=") for part in held.split(",")):
            name = names[number]
            if name == "cpu" or name.startswith("gres/gpu:"):
                found[name] += int(seconds) * int(count)
    return +found


def test_every_kind_of_job_is_metered_as_slurmdbd_and_sreport_have_it(own, commands):
    plain = submit(own, "--gres=gpu:h100:2", "--wrap", "sleep 2")
    array = submit(own, "--gres=gpu:1", "-a", "1-3%2", "--wrap", "sleep 1")
    submit(own, "--mem=100", "--wrap", "sleep 1", ":", "-p", "b200", "-n1", "--mem=100", "--gres=gpu:b200:1")
    requeued, halted = submit(own, "--requeue", "--wrap", "sleep 90"), submit(own, "--wrap", "sleep 6")
    resized = submit(own, "-p", "both", "-N2", "-n2", "--wrap", "sleep 90")
    own.until(lambda: "R" in own.run("squeue", "-h", "-j", resized, "-o", "%t"), "resized job runs")
    own.run("scontrol", "suspend", halted)
    own.until(lambda: _held(commands, resized, 2), "two seconds")
    own.run("scontrol", "requeue", requeued)
    own.run("scontrol", "update", f"jobid={resized}", "NumNodes=1")
    own.run("scontrol", "resume", halted)
    own.until(lambda: _held(commands, resized, 4, rows=2), "two more seconds")
    own.run("scancel", requeued, resized)
    settled(own, plain, array, requeued, halted, resized)

    found, cursor = read(commands)
    assert totals(found) == kept(own) and totals(found)["gres/gpu:h100"] >= 7
    assert len({piece.key for piece in found}) == len(found)
    assert read(commands, cursor) == ([], cursor)
    suspended = int(own.sql(f"SELECT time_suspended FROM metered_job_table WHERE id_job = {halted}")[0][0])
    assert suspended > 0
    _compare_with_sreport(own, commands)


def _held(commands, job, seconds, rows=1):
    found = list(sacct.runs(commands.stream(*sacct.command(clock_second(datetime.now(UTC)) - HOUR))))
    own = [one for one in found if one.raw == job]
    return len(own) == rows and own[-1].elapsed >= seconds


def _compare_with_sreport(own, commands):
    """sreport knows whole hours that were rolled up: so all is moved some hours back, and rolled up."""
    # a resized job's rows overlap in the table, and so in sreport; they are left out of what is compared
    own.sql("DELETE FROM metered_job_table WHERE state = 8192 OR time_start < time_submit AND time_start")
    this_hour = clock_second(datetime.now(UTC)) // HOUR * HOUR
    first = this_hour - 6 * HOUR
    back = "{0} = IF({0}, {0} - 10800, 0)"
    columns = ", ".join(back.format(name) for name in ("time_submit", "time_eligible", "time_start", "time_end"))
    own.sql(f"UPDATE metered_job_table SET {columns}")
    own.sql(f"UPDATE metered_suspend_table SET {back.format('time_start')}, {back.format('time_end')}")
    own.sql(f"UPDATE metered_event_table SET time_start = {first - 100} WHERE node_name = ''")
    since = datetime.fromtimestamp(first, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    until = datetime.fromtimestamp(this_hour, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    own.sql(f"UPDATE metered_last_ran_table SET hourly_rollup={first}, daily_rollup={first}, monthly_rollup={first}")
    own.run(*sacct.asking("sacctmgr", "-i", "roll", since))
    asked = ["sreport", "-nP", "-t", "seconds", "-T", "cpu,gres/gpu:h100,gres/gpu:b200", "cluster"]
    asked += ["AccountUtilizationByUser", f"start={since}", f"end={until}", "accounts=lab", "users=root"]
    reported = Counter()
    for line in own.run("env", "TZ=UTC", *asked).splitlines():
        cells = line.split("|")
        if cells[2]:
            reported[cells[4]] += int(cells[5])
    found, _ = read(commands)
    assert totals(found) == +reported == kept(own)


@pytest.mark.parametrize("daemon", ["slurmdbd", "mariadbd"])
def test_what_ends_while_the_database_is_away_is_metered_once_afterwards(own, commands, daemon):
    settled(own, submit(own, "--gres=gpu:1", "--wrap", "sleep 0.2"))
    before, cursor = read(commands)
    own.stop(daemon, hard=daemon != "mariadbd")
    ids = [submit(own, "--gres=gpu:1", "--wrap", "sleep 1.2") for _ in range(3)]
    own.until(lambda: not states(own), "jobs ended")
    with pytest.raises(Unavailable):
        usage_since(commands, cursor, meter(), now=datetime.now(UTC))
    own.start(daemon)
    own.until(lambda: "DBD Agent queue size: 0" not in own.run("sdiag") or daemon == "mariadbd", "backlog")
    settled(own, *ids)
    own.until(lambda: set(ids) <= {piece.job for piece in read(commands, cursor)[0]}, "late rows")
    after, end = read(commands, cursor)
    assert totals(before + after) == kept(own)
    assert read(commands, end) == ([], end)


def test_a_controller_that_is_away_holds_the_cursor_and_nothing_else(own, commands):
    _, cursor = read(commands)
    id = submit(own, "--gres=gpu:1", "--wrap", "sleep 1.2")
    settled(own, id)
    own.stop("slurmctld", hard=True)
    try:
        batch = usage_since(commands, cursor, meter(), now=datetime.now(UTC))
    finally:
        own.start("slurmctld")
    assert batch.cursor == cursor and id in {piece.job for piece in batch.slices}
    own.until(lambda: read(commands, cursor)[1] != cursor, "controller answers")
