"""The series of nodes is to the second what slurmdbd's own table of events says, whatever is away meanwhile."""

from datetime import timedelta

import pytest
from slurm.portal_site import now

from madang.errors import Unavailable
from madang.portal.nodes import chores
from madang.portal.nodes.models import NodeDay, NodeEvent, NodeReading

pytestmark = [pytest.mark.slurm, pytest.mark.django_db]


def second(instant):
    return int(instant.timestamp()) if instant else 0


def rows():
    found = NodeEvent.objects.exclude(node="").values_list("node", "starts_at", "ends_at", "reason")
    return sorted((node, second(start), second(end), reason) for node, start, end, reason in found)


def table(cluster, since):
    """slurmdbd's own rows of nodes, but for those that ended in the second in which they began."""
    asked = f"SELECT node_name, time_start, time_end, reason FROM {cluster.name}_event_table"
    found = cluster.sql(f"{asked} WHERE node_name <> '' AND (time_end = 0 OR time_end > GREATEST({since}, time_start))")
    return sorted((node, int(start), int(end), reason) for node, start, end, reason in found)


def update(cluster, *words):
    cluster.run("scontrol", "update", "nodename=b200", *words)


def ended_since(cluster, start):
    """Waits until the clock has gone on, so that no stretch is of no length."""
    cluster.until(lambda: second(now()) > start, "next second")


def look(site):
    """Reads once the controller's records have all arrived; the instant of the reading."""
    at = now()
    site.cluster.until(lambda: "DBD Agent queue size: 0" in site.cluster.run("sdiag"), "records sent")
    chores.look(at)
    return at


def test_drained_down_and_back_are_the_databases_own_to_the_second(site):
    cluster, since = site.cluster, second(site.backend.born)
    site.cluster.until(lambda: _looks(site), "registration")
    known = NodeEvent.objects.get(node="")
    assert known.gpus == {"H100": 6, "b200": 2} and known.cores == 16
    try:
        update(cluster, "state=drain", "reason=fan | $(id) 'x'")
        ended_since(cluster, second(now()))
        first = look(site)
        (still,) = rows()
        assert still[2] == 0 and still[3] == "fan | $(id) 'x'"
        update(cluster, "state=down", "reason=burnt")
        ended_since(cluster, second(now()))
        cluster.stop("slurmdbd", hard=True)
        update(cluster, "state=resume")  # the controller keeps this until its database is back
        with pytest.raises(Unavailable):
            chores.look(now())
        # the same once nothing of a controller answers
        assert NodeReading.objects.get().until == first.replace(microsecond=0)
    finally:
        cluster.start("slurmdbd")
        cluster.until(lambda: "idle" in cluster.run("sinfo", "-h", "-n", "b200", "-o", "%T"), "node is back")
    # what the controller kept comes to the database some seconds after that is back
    site.cluster.until(lambda: look(site) and [row[2] > 0 for row in rows()] == [True, True], "the node's return")
    assert rows() == table(cluster, since)
    (drained, down), at = rows(), look(site)
    day = NodeDay.objects.filter(kind="b200")
    assert sum(row.drained for row in day) == 2 * (drained[2] - drained[1])
    assert sum(row.down for row in day) == 2 * (down[2] - down[1])
    assert sum(row.installed for row in day) == 2 * (second(at) - max(since, second(known.starts_at)))
    # what the database mends afterwards is followed
    cluster.sql(
        f"UPDATE {cluster.name}_event_table SET time_start = time_start - 3600, time_end = time_end - 3590"
        f" WHERE node_name = 'b200' AND time_start = {down[1]}"
    )
    look(site)
    assert rows() == table(cluster, since)
    chores.look(now() + timedelta(days=2))
    assert rows() == table(cluster, since)


def _looks(site):
    """Whether the cluster's registration is in its database, which comes seconds after its first start."""
    try:
        return look(site)
    except Unavailable:
        return False
