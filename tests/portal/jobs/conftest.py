"""A real machine for the portal's jobs: the local backend with its runner process, and awards that can pay."""

import os
import uuid
from types import SimpleNamespace

import pytest
from backends.local_site import LocalSite, until
from factories import NOW, actor, make_application, make_award, make_member, make_organisation, make_pool, make_product
from factories import make_track as _make_track

from madang.compute.local import sandbox
from madang.portal.actors import WORKER
from madang.portal.jobs import actions, chores, queries
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import FINAL_STATES, Shape, Terms, owner_of
from madang.portal.ledger import actions as ledger
from madang.portal.ledger import queries as book


@pytest.fixture(scope="session")
def machine_home(tmp_path_factory):
    """The home of a centre whose runner runs; skipped where jobs cannot be shut in, a failure where CI promises it."""
    code, facts = sandbox.trial()
    if code != "sandbox_works":
        why = f"jobs cannot be shut in here ({code}: {facts}); apt install bubblewrap"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    home = tmp_path_factory.mktemp("home")
    site = LocalSite(home / "jobs", gpus=())
    site.start_runner()
    yield home
    site.close()


@pytest.fixture
def machine(machine_home, settings):
    """The portal's jobs run on the real machine."""
    settings.MADANG_HOME = machine_home
    return machine_home


@pytest.fixture
def paid(db):
    return make_paid()


def make_paid(seconds=10_000, **given):
    """An award in force with one owner and `seconds` of a core pool in its book."""
    organisation = given.pop("organisation", None) or make_organisation()
    owner = make_member(organisation)
    pool = make_pool(unit="core", runs_jobs=True, code=f"cores-{uuid.uuid4().hex[:8]}")
    product = make_product(pool, units=64, grain=given.pop("grain", "month"))
    application = make_application(_make_track(products=[product]), organisation=organisation, created_by=owner)
    award = make_award(application, **given)
    ledger.grant(
        by=WORKER, now=NOW, owner=owner_of(award.pk), pool=pool.pk, amount=seconds, source="award",
        key=str(award.pk), month="2026-04", day=NOW.date(),
    )  # fmt: skip
    return SimpleNamespace(award=award, pool=pool, owner=owner, by=actor(owner))


def submit(paid, command="true", *, now=NOW, by=None, key=None, files=(), cores=1, seconds=60, **terms):
    return actions.submit(
        by=by or paid.by, now=now, award=paid.award, pool=paid.pool, name="job", argv=["sh", "-c", command],
        files=files, shape=Shape(0, cores, 256, seconds), key=key or uuid.uuid4(), terms=Terms(**terms),
    )  # fmt: skip


def balances(paid):
    """The award's balances, after finding the whole book in order."""
    assert book.check_identity() == []
    return book.balances(owner_of(paid.award.pk))[paid.pool.pk]


def work(now=NOW):
    """One round of the worker."""
    chores.hand_over(now)
    chores.steer(now)
    chores.cancel(now)
    chores.follow(now)


def work_until(job, condition):
    """Rounds of the worker until the job's row fulfils the condition."""

    def reached():
        work()
        row = queries.Job.objects.get(pk=job.pk)
        return row if condition(row) else None

    return until(reached)


def settled(job):
    return work_until(job, lambda row: row.settled_at is not None)


def fresh(job):
    return Job.objects.get(pk=job.pk)


def over(row):
    return row.state in FINAL_STATES
