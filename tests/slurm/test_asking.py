"""What squeue, sacct and sinfo print, read into values."""

from datetime import UTC, datetime

import pytest

from madang.compute.protocol import JobSpec
from madang.compute.slurm import asking, room
from madang.compute.slurm.commands import Output
from madang.compute.slurm.settings import Settings
from madang.errors import Refused

# as sinfo 22.05 prints nodes of two partitions, one of them in both, one that answers no more
LINES = """\
gpu1|h100*|mixed|16/48/0/64|512000|128000|gpu:h100:8(S:0-1)|gpu:h100:3(IDX:0,2-3)|
gpu2|h100*|down*|0/0/64/64|512000|0|gpu:h100:8(S:0-1)|gpu:h100:0(IDX:N/A)|
gpu3|h100*|idle|0/32/0/32|256000|0|gpu:h100:4,gpu:a100_1g.5gb:7|gpu:h100:0(IDX:N/A),gpu:a100_1g.5gb:2(IDX:0-1)|
gpu3|mig|idle|0/32/0/32|256000|0|gpu:h100:4,gpu:a100_1g.5gb:7|gpu:h100:0(IDX:N/A),gpu:a100_1g.5gb:2(IDX:0-1)|
""".splitlines()
PARTITIONS = {"H100": "h100", "MIG": "mig", "": "h100"}


@pytest.fixture
def site_settings():
    return Settings("test", "/w", PARTITIONS, gres={"MIG": "a100_1g.5gb"})


def test_nodes_are_counted_once_though_in_two_partitions():
    nodes = {node.name: node for node in asking.nodes_of(LINES)}
    assert list(nodes) == ["gpu1", "gpu2", "gpu3"]
    assert nodes["gpu3"].partitions == {"h100", "mig"}
    assert (nodes["gpu1"].gpus, nodes["gpu1"].gpus_free) == ({"h100": 8}, {"h100": 5})
    assert (nodes["gpu1"].cores_free, nodes["gpu1"].memory_free_mb) == (48, 384_000)
    assert (nodes["gpu2"].usable, nodes["gpu2"].cores_free, nodes["gpu2"].gpus_free) == (False, 0, {"h100": 0})


@pytest.mark.parametrize("state", ["down", "drained", "draining", "idle*", "fail", "maint", "reboot", "unknown"])
def test_a_node_that_starts_no_jobs_has_nothing_free(state):
    (node,) = asking.nodes_of([f"n|p|{state}|0/8/0/8|1000|0|gpu:t:2|gpu:t:0(IDX:N/A)|"])
    assert (node.usable, node.cores_free, node.memory_free_mb, node.gpus_free) == (False, 0, 0, {"t": 0})


@pytest.mark.parametrize(
    ("gres", "found"),
    [
        ("(null)", {}),
        ("N/A", {}),
        ("gpu:4", {"": 4}),
        ("gpu:t4:2(S:0),fpga:1", {"t4": 2}),
        ("shard:8,gpu:a:1", {"a": 1}),
    ],
)
def test_gpus_are_read_off_any_list(gres, found):
    assert asking.gpus_of(gres) == found


def test_capacity_counts_what_is_ours_by_the_pools_names(site_settings):
    capacity = room.capacity(site_settings, asking.nodes_of(LINES))
    assert (capacity.gpus, capacity.cores, capacity.memory_mb) == ({"H100": 20, "MIG": 7}, 160, 1_280_000)
    assert capacity.sandboxed


@pytest.mark.parametrize(
    ("asked", "code", "facts"),
    [
        ({"gpus": 6, "gpu_type": "H100", "cores": 1}, "waits_for_gpus", {"type": "H100", "needs": 6, "free": 5}),
        ({"gpus": 0, "gpu_type": "", "cores": 60}, "waits_for_cores", {"needs": 60, "free": 48}),
        ({"gpus": 0, "gpu_type": "", "memory_mb": 400_000}, "waits_for_memory", {"needs": 400_000, "free": 384_000}),
        ({"gpus": 1, "gpu_type": "H100"}, "slurm_resources", {}),
        ({"gpus": 10, "gpu_type": "H100", "nodes": 2}, "waits_for_nodes", {"needs": 2, "free": 1}),
        ({"gpus": 8, "gpu_type": "H100", "nodes": 2}, "slurm_resources", {}),
    ],
)
def test_what_the_next_job_waits_for(site_settings, asked, code, facts):
    reason = room.lacking(site_settings, {"cores": 1, "memory_mb": 100, **asked}, asking.nodes_of(LINES))
    assert (reason.code, reason.facts) == (code, facts)


def test_a_job_that_fits_no_node_is_refused_though_the_cluster_is_large(site_settings):
    nodes = asking.nodes_of(LINES)
    usual = {"key": "k", "account": "a", "fair_share_class": "", "name": "n", "argv": ("true",)}
    room.admit(site_settings, JobSpec(**usual, gpus=8, gpu_type="H100", cores=64), nodes)
    room.admit(site_settings, JobSpec(**usual, gpus=16, gpu_type="H100", cores=128, nodes=2), nodes)
    for change in (
        {"gpus": 9, "gpu_type": "H100"},
        {"cores": 65},
        {"memory_mb": 512_001},
        {"gpus": 1, "gpu_type": "T4"},
        {"gpus": 18, "gpu_type": "H100", "nodes": 2},
        {"gpus": 15, "gpu_type": "H100", "nodes": 3},
        {"cores": 4, "nodes": 4},
    ):
        with pytest.raises(Refused, match="larger_than_machine"):
            room.admit(site_settings, JobSpec(**{**usual, **change}), nodes)


def test_a_line_of_the_queue():
    seen = asking.queued("7|RUNNING|1700000000|1700000060|1700003660|gpu1|2|test-ab|None|")
    assert (seen.number, seen.state, seen.placed, seen.name, seen.detail) == ("7", "RUNNING", True, "test-ab", "None")
    assert seen.restarts == 2
    assert seen.started == datetime(2023, 11, 14, 22, 14, 20, tzinfo=UTC)
    waiting = asking.queued("8|PENDING|1700000000|N/A|N/A||0|test-cd|ReqNodeNotAvail, UnavailableNodes:gpu2|")
    assert (waiting.started, waiting.placed, waiting.detail) == (None, False, "ReqNodeNotAvail, UnavailableNodes:gpu2")
    assert asking.queued("slurm_load_jobs error: something") is None


def test_a_line_of_the_records_though_its_name_holds_bars():
    seen = asking.recorded("9|CANCELLED by 1001|1700000000|Unknown|1700000009||a|b|0:0")
    assert (seen.number, seen.state, seen.started, seen.placed) == ("9", "CANCELLED", None, False)
    assert (seen.name, seen.detail) == ("a|b", "0:0")


def test_the_records_of_a_job_that_ran_again_are_one_job_as_it_ran_last():
    class Records:
        def run(self, *argv):
            rows = "9|NODE_FAIL|100|110|120|cpu=1|a|0:0\n9|COMPLETED|120|130|140|cpu=1|a|0:0\n"
            return Output(0, rows + "8|COMPLETED|90|91|92|cpu=1|gone|0:0\n8|RUNNING|200|201|Unknown|cpu=1|b|0:0\n", "")

    found = asking.records(Records(), ["8", "9"])
    assert (found["9"].state, found["9"].restarts) == ("COMPLETED", 1)
    # a number that a crashed controller gave out again is no second run
    assert (found["8"].name, found["8"].restarts) == ("b", 0)
