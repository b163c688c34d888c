"""Clusters from files: what one may hold, and what is refused with its file and field."""

import pytest

from madang.errors import Refused
from madang.simulation.cluster import Cluster, Failures, Maintenance, Partition, of_processors, read_cluster

WHOLE = """
placed = true
[[partition]]
name = "h100"
nodes = 16
cores = 128
memory_mb = 2097152
gpus = 8
gpu_type = "H100"
[[partition]]
name = "cpu"
nodes = 4
cores = 64
opens = 86400
closes = 172800
[[maintenance]]
start = 1000
end = 2000
partition = "h100"
[failures]
mean_seconds = 8640000
repair_seconds = 7200
"""


def test_a_file_describes_a_cluster(tmp_path):
    path = tmp_path / "cluster.toml"
    path.write_text(WHOLE, encoding="utf-8")
    found = read_cluster(path)
    assert found == Cluster(
        (
            Partition("h100", 16, 128, 2097152, 8, "H100"),
            Partition("cpu", 4, 64, opens=86400, closes=172800),
        ),
        (Maintenance(1000, 2000, "h100"),),
        Failures(8640000, 7200),
    )
    assert (found.processors, found.gpus) == (16 * 128 + 4 * 64, 128)


@pytest.mark.parametrize(
    ("old", "new", "field", "rule"),
    [
        ("nodes = 16", "nodes = -1", "partition.nodes", "out_of_range"),
        ("nodes = 16", "nodes = 0", "partition", "nothing_in_it"),
        ("nodes = 16", 'nodes = "16"', "partition.nodes", "wrong_type"),
        ("nodes = 16", "nodes = true", "partition.nodes", "wrong_type"),
        ("nodes = 16", "", "partition", "missing"),
        ("nodes = 16", "knots = 16", "partition.knots", "unknown"),
        ('name = "cpu"', 'name = "h100"', "partition.name", "twice"),
        ("closes = 172800", "closes = 86400", "partition", "not_a_period"),
        ("end = 2000", "end = 1000", "maintenance", "not_a_period"),
        ('partition = "h100"', 'partition = "a100"', "maintenance.partition", "unknown"),
        ("repair_seconds = 7200", "repair_seconds = 0", "failures", "not_positive"),
        ("placed = true", 'placed = "yes"', "placed", "not_true_or_false"),
        ("placed = true", "places = 3", "places", "unknown"),
        ("[failures]", "[failures", "", "cannot_be_read"),
    ],
)
def test_what_no_cluster_can_be_is_refused_with_its_field(tmp_path, old, new, field, rule):
    path = tmp_path / "cluster.toml"
    path.write_text(WHOLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_cluster(path)
    facts = refused.value.facts
    assert (refused.value.code, facts["file"], facts["field"], facts["rule"]) == (
        "cluster_file", str(path), field, rule,
    )  # fmt: skip


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused, match="cannot_be_read"):
        read_cluster(tmp_path / "none.toml")


def test_a_cluster_needs_a_partition(tmp_path):
    path = tmp_path / "cluster.toml"
    path.write_text("placed = false", encoding="utf-8")
    with pytest.raises(Refused, match="missing"):
        read_cluster(path)


def test_processors_alone_make_a_cluster_that_only_counts():
    found = of_processors(100, gpus=8)
    assert (found.processors, found.gpus, found.placed) == (100, 8, False)
