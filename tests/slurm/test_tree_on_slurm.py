"""The tree of accounts on real daemons: applied, cut off, changed by hand, taken away; others are left alone."""

from dataclasses import replace
from itertools import islice

import pytest
from slurm.cluster import NotUp
from slurm.makers import award, reach

from madang.compute.slurm.applying import apply
from madang.compute.slurm.commands import OnThisMachine
from madang.compute.slurm.desired import Hold, tree_of
from madang.compute.slurm.difference import Difference, difference
from madang.compute.slurm.live import cluster_name, read
from madang.compute.slurm.names import Site
from madang.compute.slurm.tree import Place, Tree
from madang.errors import Refused, Unavailable

SITE = Site("md")
FIRST = [
    award("a1", organisation="o1", users=("games", "news"), shares=3),
    award("a2", organisation="o1", users=("news",), reaches=(reach(), reach("b200", width=2, budget_seconds=None))),
    award("a3", organisation="o2", users=("mail",), shares=5),
]


class Hands:
    """What the tests do to one cluster, as one centre or as somebody else."""

    def __init__(self, cluster, commands, site=SITE):
        self.cluster, self.commands, self.site = cluster, commands, site

    def live(self):
        return read(self.commands, self.site, self.cluster.name, removing=True)

    def difference(self, awards, remove=False):
        return difference(self.site, self.cluster.name, tree_of(self.site, awards), self.live(), remove)

    def settled(self, awards):
        """Nothing is left to do; another centre's accounts may be there, which are none of this one's business."""
        return replace(self.difference(awards), others=()) == Difference(())

    def bring(self, awards, remove=False):
        apply(self.commands, self.difference(awards, remove))
        return self.live()

    def by_hand(self, *words):
        return self.cluster.run("sacctmgr", "-i", *words)

    def job(self, user, account, *words, script="#!/bin/sh\nsleep 60\n"):
        command = ("sbatch", f"--uid={user}", f"--account={account}", "--parsable", "--output=/dev/null", *words)
        done = self.commands.run(*command, stdin=script)
        return done.text.strip() if done.status == 0 else done.errors

    def taken(self, user, account, *words):
        """The number of a job that Slurm takes; its controller may learn of a member after the database has him."""
        said = []

        def submitted():
            said.append(self.job(user, account, *words))
            return said[-1].isdigit()

        self.until(submitted, lambda: said[-1])
        return said[-1]

    def refused(self, user, account, *words):
        """Whether Slurm refuses a job at once; its controller may learn of a limit after the database has it."""
        said = []

        def submitted():
            said.append(self.job(user, account, *words))
            if said[-1].isdigit():
                self.cluster.run("scancel", said[-1])
            return "error" in said[-1]

        self.until(submitted, lambda: (words, said[-1]))
        return True

    def state(self, job):
        return self.cluster.run("squeue", "-h", "-j", job, "-o", "%T %r").strip()

    def runs(self, job):
        """Waits until a job runs."""
        self.until(lambda: self.state(job).startswith("RUNNING"), lambda: self.cluster.run("squeue", "-o", "%i %T %R"))

    def waits(self, job):
        """Waits until Slurm has looked at a job and said why it does not start; it has several words for one reason."""
        self.until(
            lambda: self.state(job).startswith("PENDING ") and "None" not in self.state(job), lambda: self.state(job)
        )

    def until(self, true, seen):
        """Waits until `true()` holds; what `seen()` says instead stands in the failure."""
        try:
            self.cluster.until(true, "it")
        except NotUp as error:
            raise NotUp(f"{seen()}\n{error}") from error

    def dump(self):
        """Everything on the cluster that is not the centre's."""
        shown = ("assoc format=account,user,partition,share,qos", "qos format=name,flags,grptres", "user", "account")
        rows = [row for what in shown for row in self.cluster.run("sacctmgr", "-nP", "show", *what.split()).split("\n")]
        return sorted(row for row in rows if "mine" in row or self.site.mark not in row)


@pytest.fixture
def hands(cluster, commands):
    """A cluster on which the centre has nothing, before and after."""
    made = Hands(cluster, commands)
    yield made
    if jobs := _all_jobs(cluster):
        cluster.run("scancel", *jobs)
        cluster.until(lambda: not _all_jobs(cluster), "end of all jobs")
    for site in (SITE, Site("other")):
        last = Hands(cluster, commands, site)
        apply(commands, difference(site, cluster.name, Tree(), last.live(), remove=True))
        assert last.live().tree == Tree()


def _all_jobs(cluster):
    return cluster.run("squeue", "-h", "-o", "%A").split()


def test_the_cluster_knows_its_name(cluster, commands):
    assert cluster_name(commands) == cluster.name


def test_what_was_applied_is_what_is_there_and_nothing_is_left_to_do(hands):
    before = hands.dump()
    found = hands.difference(FIRST)
    assert {step.sign for step in found.steps} == {"+"} and found.leftover == 0
    assert hands.live().tree == Tree()  # a difference touches nothing
    live = hands.bring(FIRST)
    assert live.tree == tree_of(SITE, FIRST)
    assert hands.settled(FIRST)
    assert [row for row in hands.dump() if not row.startswith(("games", "news", "mail"))] == before


def test_changes_reach_the_cluster(hands):
    hands.bring(FIRST)
    changed = [
        award("a1", organisation="o1", users=("games",), shares=9, reaches=(reach(width=2, budget_seconds=None),)),
        award("a2", organisation="o2", users=("news", "mail"), closed=True, wall_minutes=60),
        FIRST[2],
    ]
    live = hands.bring(changed)
    wanted = tree_of(SITE, changed)
    assert {name: live.tree.accounts[name] for name in wanted.accounts} == wanted.accounts
    assert {name: live.tree.qos[name] for name in wanted.qos} == wanted.qos
    left = hands.difference(changed)
    assert left.steps == () and left.leftover > 0
    # who left an award cannot submit any more although his association is still there
    assert Place("md-a-a1", "news", "h100") in live.shut
    assert "Submitted" not in hands.job("news", "md-a-a1", "--gres=gpu:1") and "error" in hands.job("news", "md-a-a1")
    assert hands.bring(changed, remove=True).tree == wanted
    # and back again
    assert hands.bring(FIRST, remove=True).tree == tree_of(SITE, FIRST)


BY_HAND = {
    "qos md-a-a1-h100 Flags+=NoDecay": "modify qos md-a-a1-h100 set Flags-=NoDecay",
    "qos md-a-a2-h100 GrpTRESMins=cpu=-1,gres/gpu=1000": "modify qos md-a-a2-h100 set GrpTRESMins=gres/gpu=99999,cpu=7",
    "qos md-a-a3-h100 Priority=1000 GrpSubmitJobs=-1 GrpJobs=-1": (
        "modify qos md-a-a3-h100 set GrpSubmitJobs=1 GrpJobs=0 Priority=5"
    ),
    "account md-a-a3 parent=md-o-o2 Fairshare=5": "modify account md-a-a3 set Fairshare=99 parent=md-o-o1",
    "member games of md-a-a1 in h100 QOS=md-a-a1-h100 DefaultQOS=md-a-a1-h100": (
        "modify user where name=games account=md-a-a1 set QOS=normal DefaultQOS=normal"
    ),
    "member news of md-a-a1 in h100 MaxSubmitJobs=-1": (
        "modify user where name=news account=md-a-a1 set MaxSubmitJobs=0"
    ),
    "member mail of md-a-a3 in all partitions MaxSubmitJobs=0": "add user mail account=md-a-a3",
    "member news of md-a-a2 in b200 with md-a-a2-b200": ("delete user where name=news account=md-a-a2 partition=b200"),
}


def test_what_hands_changed_is_seen_and_mended(hands):
    hands.bring(FIRST)
    for words in BY_HAND.values():
        hands.by_hand(*words.split())
    assert {line[2:] for line in hands.difference(FIRST).lines} == set(BY_HAND)
    hands.bring(FIRST)
    assert hands.difference(FIRST).steps == ()
    live = hands.bring(FIRST, remove=True)
    assert (live.tree, live.fading, live.shut) == (tree_of(SITE, FIRST), frozenset(), frozenset())


def test_names_that_others_have_are_left_to_them(hands):
    # names that this centre never had: Slurm gives an account that is added anew its old description back
    wanted = [*FIRST, award("b1", organisation="o1", users=("games",)), award("b2", organisation="o9")]
    hands.by_hand("add", "account", "md-a-b1", "Description=mine", "Organization=else")
    hands.by_hand("add", "qos", "md-a-b2-h100", "Description=mine", "GrpTRES=cpu=1")
    before = hands.dump()
    assert hands.difference(wanted).taken == ("md-a-b1", "md-a-b2-h100")
    live = hands.bring(wanted, remove=True)
    assert live.tree.accounts.keys() - tree_of(SITE, FIRST).accounts.keys() == {"md-o-o9", "md-a-b2"}
    assert not any(place.account in ("md-a-b1", "md-a-b2") for place in live.tree.members)
    hands.bring([], remove=True)
    assert [row for row in hands.dump() if "mine" in row] == [row for row in before if "mine" in row] != []
    hands.by_hand("delete", "account", "where", "name=md-a-b1")
    hands.by_hand("delete", "qos", "where", "name=md-a-b2-h100")


def test_two_centres_on_one_cluster_do_not_disturb_each_other(hands, cluster, commands):
    other = Hands(cluster, commands, Site("other"))
    theirs = other.bring(FIRST)
    hands.bring(FIRST)
    hands.bring([], remove=True)
    assert (other.live().tree, other.live().shut) == (theirs.tree, theirs.shut)
    assert other.difference(FIRST).steps == ()


def test_removing_drains_first_and_moves_default_accounts_away(hands):
    hands.by_hand("add", "account", "theirs", "Description=x", "Organization=y")
    hands.bring(FIRST)
    hands.by_hand("add", "user", "games", "account=theirs")
    job = hands.job("games", "md-a-a1", "--partition=h100", "--gres=gpu:h100:1")
    hands.cluster.until(lambda: hands.state(job).startswith("RUNNING"), "job")
    without = FIRST[1:]
    found = hands.difference(without, remove=True)
    assert found.busy == ("md-a-a1",)
    live = hands.bring(without, remove=True)
    assert "md-a-a1" in live.tree.accounts and live.tree.qos["md-a-a1-h100"].submitted == 0
    assert hands.state(job).startswith("RUNNING")
    assert hands.refused("games", "md-a-a1", "--partition=h100", "--gres=gpu:1")
    hands.cluster.run("scancel", job)
    hands.cluster.until(lambda: not hands.live().busy, "end of the job")
    assert hands.bring(without, remove=True).tree == tree_of(SITE, without)
    assert "games|theirs" in hands.cluster.run("sacctmgr", "-nP", "show", "user", "format=User,DefaultAccount")
    hands.by_hand("delete", "account", "where", "name=theirs")


def test_cut_off_anywhere_it_goes_on_from_there(hands):
    whole = hands.difference(FIRST).steps
    for cut in range(1, len(whole)):
        apply(hands.commands, Difference(tuple(islice(whole, cut))))
        assert hands.bring(FIRST).tree == tree_of(SITE, FIRST)
        assert hands.difference(FIRST).steps == ()
        hands.bring([], remove=True)


def test_a_step_that_was_done_already_is_done(hands):
    found = hands.difference(FIRST)
    assert apply(hands.commands, found) == apply(hands.commands, found) == len(found.steps)
    assert hands.live().tree == tree_of(SITE, FIRST)


@pytest.mark.parametrize("daemon", ["slurmctld", "slurmdbd", "mariadbd"])
def test_a_daemon_that_dies_in_the_middle_costs_a_second_attempt_only(hands, cluster, daemon):
    once = OnThisMachine(cluster.environment, timeout=20, tries=1)
    seen = []

    def after(step):
        seen.append(step)
        if len(seen) == 3:
            cluster.stop(daemon, hard=True)

    try:
        # without its controller the database takes everything; without the database nothing goes on
        apply(once, hands.difference(FIRST), after, at_once=1)
    except Unavailable:
        assert daemon != "slurmctld"
    finally:
        cluster.up()
    cluster.until(lambda: hands.bring(FIRST).tree == tree_of(SITE, FIRST), "the tree")
    assert hands.difference(FIRST).steps == ()
    # the controller has learnt it too: a member may submit
    job = hands.job("mail", "md-a-a3", "--partition=h100", "--gres=gpu:1")
    assert job.isdigit(), job


def test_nodes_are_kept_and_a_pool_is_shared_as_slurm_has_it(hands):
    until = 1_900_000_000
    keeps = award("a1", organisation="o1", users=("games",), hold=Hold.NODES, nodes=("h100",), until=until)
    pooled = {"hold": Hold.POOL, "pool": "company"}
    kind = (reach("b200", width=1),)
    shares = [award(code, users=("news",), reaches=kind, **pooled) for code in ("a2", "a3")]
    live = hands.bring([keeps, *shares])
    assert live.tree == tree_of(SITE, [keeps, *shares]) and hands.settled([keeps, *shares])
    here = ("--partition=h100", "--gres=gpu:1", "--time=5")
    # the award's job finds its node without naming it; a job of somebody else's finds it taken
    own = hands.taken("games", "md-a-a1", *here)
    hands.runs(own)
    hands.by_hand("add", "account", "others", "Description=x", "Organization=y")
    hands.by_hand("add", "user", "mail", "account=others")
    theirs = hands.taken("mail", "others", *here)
    hands.waits(theirs)
    # both awards of the pool together hold two B200: a third is one too many, whichever asks for it
    wide = ("--partition=b200", "--gres=gpu:2", "--time=5")
    first = hands.taken("news", "md-a-a2", *wide)
    hands.runs(first)
    assert hands.refused("news", "md-a-a3", "--partition=b200", "--gres=gpu:3")
    # changed by hand: seen and mended; another's reservation with our kind of name is left alone
    hands.cluster.run("scontrol", "update", "ReservationName=md-a-a1", "Flags-=MAGNETIC")
    (line,) = hands.difference([keeps, *shares]).lines
    assert line == "~ nodes h100 kept for md-a-a1 until 2030-03-17 17:46 UTC"
    hands.bring([keeps, *shares])
    assert hands.settled([keeps, *shares]) and "others" in hands.difference([keeps, *shares]).others
    # no longer kept: only once its jobs have ended, since Slurm ends what runs in a reservation with it
    without = award("a1", organisation="o1", users=("games",))
    found = hands.difference([without, *shares])
    assert (found.steps, found.busy) == ((), ("md-a-a1",))
    hands.cluster.run("scancel", own, first)
    hands.cluster.until(lambda: _all_jobs(hands.cluster) == [theirs], "end of the award's jobs")
    hands.bring([without, *shares])
    assert hands.live().tree.reservations == {} and not hands.difference([without, *shares]).steps
    # nothing else held the other's job back
    hands.runs(theirs)
    hands.cluster.run("scancel", theirs)
    hands.cluster.until(lambda: not _all_jobs(hands.cluster), "end of the other's job")
    hands.by_hand("delete", "account", "where", "name=others")


def test_slurms_own_words_are_kept_when_it_refuses(hands):
    (step, *_) = hands.difference(FIRST).steps
    nonsense = type(step)(step.phase, "+", ("nonsense",), ("add", "nonsense"))
    with pytest.raises(Refused, match="slurm_step_refused"):
        apply(hands.commands, Difference((nonsense,)))


def test_what_was_awarded_is_what_slurm_enforces(hands):
    limited = award("a1", users=("games",), reaches=(reach(width=2, budget_seconds=1800),), wall_minutes=20)
    hands.bring([limited])
    here = ("--partition=h100", "--time=10")
    # more at once than awarded, longer than awarded, without a GPU, through another partition: refused at once
    for words in (
        (*here, "--gres=gpu:3"),
        ("--partition=h100", "--time=21", "--gres=gpu:1"),
        here,
        ("--partition=b200", "--time=10", "--gres=gpu:1"),
        (*here, "--gres=gpu:1", "--qos=normal"),
    ):
        assert hands.refused("games", "md-a-a1", *words)
    # somebody who is no member, and a member under another account
    assert hands.refused("news", "md-a-a1", *here, "--gres=gpu:1")
    assert hands.refused("games", "root", *here, "--gres=gpu:1")
    first = hands.job("games", "md-a-a1", *here, "--gres=gpu:h100:2")
    # without naming the type a job counts as well: two GPUs are held already, and 20 of 30 GPU-minutes promised
    second = hands.job("games", "md-a-a1", *here, "--gres=gpu:1")
    hands.cluster.until(lambda: hands.state(first).startswith("RUNNING"), "first job")
    hands.cluster.until(lambda: hands.state(second).startswith("PENDING QOSGrp"), "second job waits for the award")
    # an award that is lowered below what its running jobs need starts nothing more and kills nothing
    lowered = award("a1", users=("games",), reaches=(reach(width=2, budget_seconds=60),), wall_minutes=20)
    hands.bring([lowered])
    assert hands.state(first).startswith("RUNNING")
    hands.cluster.run("scancel", first)
    hands.cluster.until(lambda: not hands.state(first), "end of the first job")
    hands.cluster.until(lambda: "QOSGrp" in hands.state(second), "second job still waits")
