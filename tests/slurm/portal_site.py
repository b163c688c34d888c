"""The portal with the throw-away cluster behind it: awards that reach it, and people on it who call sbatch."""

import pwd
from datetime import UTC, datetime, timedelta

from backends.slurm_site import SlurmSite
from factories import (
    make_actor,
    make_application,
    make_award,
    make_member,
    make_organisation,
    make_pool,
    make_product,
    make_track,
    make_unix_user,
)

from madang.portal.actors import WORKER, Role
from madang.portal.awards.queries import owner_of
from madang.portal.cluster import actions, chores, queries
from madang.portal.cluster.models import ClusterChange, ClusterLook
from madang.portal.ledger import actions as ledger

HOUR = 3600
# what an organisation may be called without any of it becoming a word of a command
NASTY = "(주)너슬 '\"; scontrol shutdown #\n마당 | $(id)"


def now():
    return datetime.now(UTC)


def make_site(cluster, **settings):
    """A backend on the cluster where the centre has nothing yet."""
    return SlurmSite(cluster, accounts=(), mark="portal", partitions={"": "cpu", "H100": "h100"}, gres={}, **settings)


def close(site):
    """Ends all jobs and takes everything of the centre's off the cluster, so that the next one finds nothing."""
    cluster = site.cluster
    running = cluster.run("squeue", "-h", "-o", "%A").split()
    if running:
        cluster.run("scancel", *running)
        cluster.until(lambda: not cluster.run("squeue", "-h", "-o", "%A").split(), "end of all jobs")
    found = site.backend.standing.plan([], remove=True)
    assert site.backend.standing.bring([], found, len(found.steps))
    site.close()


def make_running(user, units=1, hours=10, **given):
    """An award in force of two H100 a unit, for a member with this Unix user, with so many GPU-hours."""
    organisation = make_organisation(name=NASTY)
    owner = make_member(organisation)
    make_unix_user(owner, user)
    pool = make_pool(backend_type="H100", runs_jobs=True)
    track = make_track(products=[make_product(pool, units=units)])
    today = now().date()
    dates = {"starts_on": today - timedelta(days=3), "ends_on": today + timedelta(days=90)}
    award = make_award(make_application(track, organisation=organisation, created_by=owner), **{**dates, **given})
    grant(award, pool, hours)
    award.pool, award.name, award.owner = pool, f"portal-a-{award.pk}", owner
    return award


def grant(award, pool, hours):
    ledger.grant(
        by=WORKER, now=now(), owner=owner_of(award.pk), pool=pool.pk, amount=int(hours * HOUR), source="award",
        key=f"{award.pk}/{hours}/{now()}", month=f"{now():%Y-%m}", day=now().date(),
    )  # fmt: skip


def apply(by=None):
    """Looks, asks for what was seen, and lets the worker carry it out."""
    change = ask(by)
    while queries.going_on(now()):
        chores.carry_on(now())
    return ClusterChange.objects.get(pk=change.pk)


def ask(by=None):
    """Looks at the cluster, and asks for exactly the changes that were seen."""
    chores.look(now())
    look = ClusterLook.objects.get()
    assert look.fault == {}
    return actions.ask_change(by=by or make_actor(Role.OPERATOR), now=now(), digest=look.digest, planned=look.count)


def sbatch(site, user, award, *words, script="#!/bin/sh\nsleep 60\n"):
    """A person on the cluster who never saw the portal; the number of the job, or what Slurm said."""
    argv = ["sbatch", f"--uid={user}", f"--gid={pwd.getpwnam(user).pw_gid}", f"--account={award.name}", "--parsable"]
    done = site.backend._commands.run(*argv, "--output=/dev/null", "--chdir=/tmp", *words, stdin=script)
    return done.text.strip() if done.status == 0 else done.errors


def state(site, job):
    return site.cluster.run("squeue", "-h", "-j", job, "-o", "%T %r", check=False).strip()
