"""What a cluster recorded of a job becomes charges in the pools of the types that it held."""

from datetime import timedelta

import pytest
from factories import NOW, make_application, make_award, make_pool, make_product, make_track

from madang.compute.slurm import SlurmBackend, sacct
from madang.portal import backends
from madang.portal.actors import WORKER
from madang.portal.awards.queries import owner_of
from madang.portal.energy.models import MeasuredUse
from madang.portal.jobs import posting
from madang.portal.ledger import actions as ledger
from madang.portal.ledger.models import Movement
from madang.portal.ledger.queries import balances, check_identity

# in place of Slurm's commands: no more than the records below
SAYS = {"sdiag": "echo DBD Agent queue size: 0", "squeue": "", "sacctmgr": "echo pair", "sacct": "cat {0}/records"}


@pytest.mark.django_db
def test_a_job_that_held_two_types_of_gpus_is_charged_in_the_pool_of_each(tmp_path, monkeypatch):
    pools = {kind: make_pool(backend_type=kind, code=kind.lower(), runs_jobs=True) for kind in ("H100", "B200")}
    products = [make_product(pool) for pool in pools.values()]
    award = make_award(make_application(make_track(products=products)))
    line = award.lines.get()
    line.pk, line.product = None, next(one for one in products if one.pk != line.product_id)
    line.save()
    for pool in pools.values():
        ledger.grant(
            by=WORKER, now=NOW, owner=owner_of(award.pk), pool=pool.pk, amount=10_000, source="award",
            key=f"{award.pk}/{pool.pk}", month="2026-04", day=NOW.date(),
        )  # fmt: skip
    second = int(NOW.timestamp())
    held = "billing=8,cpu=8,gres/gpu:b200=1,gres/gpu:h100=2,gres/gpu=3,mem=64000M,node=2"
    row = (
        7,
        7,
        "pair",
        f"court-a-{award.pk}",
        "h100",
        "COMPLETED",
        second,
        second,
        second + 600,
        600,
        "00:00:00",
        held,
        4_000,
    )
    single = (8, 8, *row[2:9], 600, row[10], "cpu=8,gres/gpu:h100=1,gres/gpu=1,node=1", 54_321)
    lines = ["|".join(sacct.FIELDS), *("|".join(map(str, one)) for one in (row, single))]
    (tmp_path / "records").write_text("\n".join([*lines, ""]))
    for name, says in SAYS.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{says.format(tmp_path)}\n")
        (tmp_path / name).chmod(0o755)
    clock = [NOW - timedelta(minutes=1)]
    given = {"mark": "court", "work": str(tmp_path), "slurm_bin": str(tmp_path)}
    partitions = {kind: kind.lower() for kind in pools}
    backend = SlurmBackend(tmp_path / "jobs", clock=lambda: clock[0], partitions=partitions, energy=True, **given)
    clock[0] = NOW + timedelta(hours=1)
    monkeypatch.setattr(backends, "backend", lambda: backend)
    assert posting.post_usage(clock[0]) == 3 and posting.post_usage(clock[0]) == 0
    used = {kind: balances(owner_of(award.pk))[pool.pk].used for kind, pool in pools.items()}
    assert used == {"H100": 1800, "B200": 600}
    assert set(Movement.objects.filter(source="pair").values_list("subject", flat=True)) == {"pair:7", "pair:8"}
    # of a job that held two types nobody knows which consumed what
    assert list(MeasuredUse.objects.values_list("pool", "seconds", "joules")) == [(pools["H100"].pk, 600, 54_321)]
    assert check_identity() == []
