"""Awards as a cluster sees them, for tests."""

from madang.compute.slurm.desired import OnCluster, Reach


def reach(kind="h100", **changes):
    fields = {"partition": kind, "width": 4, "budget_seconds": 60_000}
    return Reach(kind, **(fields | changes))


def award(code="a1", **changes):
    fields = {"organisation": "org", "users": ("games",), "reaches": (reach(),), "wall_minutes": 2880}
    return OnCluster(code, **(fields | changes))
