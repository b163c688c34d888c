"""A cluster of two nodes, one of them down since yesterday, in the world of the tests of access."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from factories import NOW

from madang.compute.availability import Condition, Event, Resource
from madang.portal.nodes import actions
from madang.values import Period


def make_nodes(world: Any) -> None:
    """What the cluster noted of its nodes in the last two days."""
    since = NOW - timedelta(days=2)
    gpus, cores = Resource("gpu", "H100"), Resource("core")
    told = [
        Event("", Condition.INSTALLED, "", "", {gpus: 16, cores: 128}, since),
        Event("n1", Condition.DOWN, "DOWN", "broken fan", {gpus: 8, cores: 64}, NOW - timedelta(days=1)),
    ]
    actions.note(now=NOW, cluster="c", read=Period(since, NOW), events=told, before=None, settled=True)
    world.places["nodes-file"] = {"year": NOW.year}
