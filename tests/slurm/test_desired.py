"""What awards become on a cluster: names, shares, QOS and their limits, stages, and windows by month."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slurm.makers import award, reach

from madang.compute.slurm.desired import (
    LOW,
    USUAL,
    Hold,
    Reach,
    Stage,
    Thresholds,
    stage_of,
    tree_of,
)
from madang.compute.slurm.names import Site, check_user
from madang.compute.slurm.tree import Account, Place, Qos, Reservation
from madang.compute.slurm.windows import Windows, granted_by_month, released
from madang.errors import Refused

SITE = Site("md")


def test_an_award_becomes_account_qos_and_members():
    tree = tree_of(SITE, [award("a1", organisation="o7", users=("kim", "lee"), shares=3)])
    assert tree.accounts == {
        "md": Account("md", "root"),
        "md-o-o7": Account("md-o-o7", "md", 3),
        "md-a-a1": Account("md-a-a1", "md-o-o7", 3),
    }
    assert tree.qos == {
        "md-a-a1-h100": Qos(
            "md-a-a1-h100",
            priority=USUAL,
            held=(("cpu", 64), ("gres/gpu", 4)),
            minutes=(("gres/gpu", 1000),),
            least=(("gres/gpu", 1),),
            wall_minutes=2880,
        )
    }
    assert tree.members == {Place("md-a-a1", user, "h100"): "md-a-a1-h100" for user in ("kim", "lee")}


def test_an_organisation_weighs_as_much_as_all_its_awards():
    made = [award("a1", shares=3), award("a2", shares=4), award("a3", organisation="other", shares=5)]
    shares = {name: account.shares for name, account in tree_of(SITE, made).accounts.items()}
    assert (shares["md-o-org"], shares["md-o-other"]) == (7, 5)


def test_cores_are_limited_as_cores_and_a_target_has_no_cap():
    cores = Reach("cpu", "cpu", width=32, budget_seconds=3600)
    (capped,) = tree_of(SITE, [award(reaches=(cores,))]).qos.values()
    assert (capped.held, capped.minutes, capped.least) == ((("cpu", 32),), (("cpu", 60),), ())
    (open_one,) = tree_of(SITE, [award(reaches=(cores,), hold=Hold.TARGET)]).qos.values()
    assert (open_one.held, open_one.minutes) == ((), (("cpu", 60),))


def test_awards_of_a_class_share_a_pool():
    wide = reach("b200", width=2, budget_seconds=None)
    of = {"hold": Hold.POOL, "pool": "company"}
    made = [award("a1", shares=3, **of), award("a2", organisation="o2", shares=4, reaches=(reach(), wide), **of)]
    tree = tree_of(SITE, [*made, award("a3", organisation="o2")])
    assert tree.accounts["md-p-company"] == Account("md-p-company", "md", 7, (("cpu", 160), ("gres/gpu", 10)))
    assert {tree.accounts[f"md-a-{code}"].parent for code in ("a1", "a2")} == {"md-p-company"}
    assert "md-o-org" not in tree.accounts and tree.accounts["md-o-o2"].shares == 1
    assert tree.qos["md-a-a1-h100"].held == () and tree.qos["md-a-a1-h100"].minutes == (("gres/gpu", 1000),)
    # what one of them may hold without a limit, they hold together without one
    endless = award("a4", hold=Hold.POOL, pool="company", reaches=(reach(width=None),))
    assert tree_of(SITE, [*made, endless]).accounts["md-p-company"].held == ()


def test_nodes_are_kept_for_an_award_and_its_cap_stays():
    tree = tree_of(SITE, [award(hold=Hold.NODES, nodes=("n2", "n1"), until=99)])
    assert tree.reservations == {"md-a-a1": Reservation("md-a-a1", ("md-a-a1",), ("n1", "n2"), 99)}
    assert dict(tree.qos["md-a-a1-h100"].held)["gres/gpu"] == 4
    assert tree_of(SITE, [award(nodes=("n1",))]).reservations == {}


def test_a_month_opens_its_part_only():
    one = reach(budget_seconds=6000, used_seconds=3600, window_seconds=3600)
    (qos,) = tree_of(SITE, [award(reaches=(one,))]).qos.values()
    assert (qos.minutes, qos.priority, stage_of(one, Thresholds())) == ((("gres/gpu", 60),), LOW, Stage.CLOSED)
    beyond = reach(budget_seconds=6000, window_seconds=60_000)
    assert tree_of(SITE, [award(reaches=(beyond,))]).qos["md-a-a1-h100"].minutes == (("gres/gpu", 100),)


def test_a_closed_award_lets_nobody_in():
    (qos,) = tree_of(SITE, [award(closed=True)]).qos.values()
    assert qos.submitted == 0


@pytest.mark.parametrize(
    ("used", "stage", "priority"),
    [
        (0, Stage.OPEN, USUAL),
        (799, Stage.OPEN, USUAL),
        (800, Stage.NOTICED, USUAL),
        (1000, Stage.LOW, LOW),
        (1200, Stage.CLOSED, LOW),
    ],
)
def test_stages_follow_from_what_is_used(used, stage, priority):
    thresholds = Thresholds(notice=80, low=100, stop=120)
    one = reach(budget_seconds=1000 * 60, used_seconds=used * 60)
    assert stage_of(one, thresholds) == stage
    (qos,) = tree_of(SITE, [award(reaches=(one,), thresholds=thresholds)]).qos.values()
    assert qos.priority == priority
    assert qos.minutes == (("gres/gpu", 1200),)


def test_after_a_top_up_an_award_is_open_again():
    assert stage_of(reach(budget_seconds=2000, used_seconds=1500), Thresholds()) == Stage.OPEN
    assert stage_of(reach(budget_seconds=None, used_seconds=10**9), Thresholds()) == Stage.OPEN


@given(st.integers(0, 10**12), st.integers(1, 200))
def test_a_budget_is_never_rounded_up(seconds, stop):
    thresholds = Thresholds(notice=1, low=1, stop=stop)
    (qos,) = tree_of(SITE, [award(reaches=(reach(budget_seconds=seconds),), thresholds=thresholds)]).qos.values()
    ((_, minutes),) = qos.minutes
    assert minutes * 60 * 100 <= seconds * stop < (minutes + 1) * 60 * 100 + 100


@pytest.mark.parametrize("name", ["", "Upper", "a b", "a'b", "한글", "a|b", "-a", "a\nb", "a,b", "x" * 41])
def test_strange_names_are_refused_rather_than_bent(name):
    with pytest.raises(Refused, match="slurm_name"):
        tree_of(SITE, [award(name)])
    with pytest.raises(Refused, match="slurm_name"):
        tree_of(SITE, [award(organisation=name)])


@pytest.mark.parametrize("user", ["root", "slurm", "", "Kim", "kim lee", "-kim", "kim;reboot", "홍길동", "0"])
def test_nobody_runs_as_the_systems_own_users(user):
    with pytest.raises(Refused, match="slurm_user"):
        check_user(user)
    with pytest.raises(Refused, match="slurm_user"):
        tree_of(SITE, [award(users=(user,))])


def test_what_is_named_twice_is_refused():
    with pytest.raises(Refused, match="slurm_award_twice"):
        tree_of(SITE, [award(), award()])
    with pytest.raises(Refused, match="slurm_kind_twice"):
        tree_of(SITE, [award(reaches=(reach(), reach()))])
    for mark in ("", "m", "Md", "m-d", "2md", "x" * 13):
        with pytest.raises(Refused, match="slurm_mark"):
            Site(mark)
    with pytest.raises(Refused, match="slurm_thresholds"):
        Thresholds(notice=90, low=80)


def test_two_centres_never_share_a_name():
    one, other = (tree_of(Site(mark), [award()]) for mark in ("md", "md2"))
    assert not one.accounts.keys() & other.accounts.keys() and not one.qos.keys() & other.qos.keys()
    assert not any(Site("md").claims(name) for name in other.accounts)


MONTHLY = Windows((100, 100, 100, 100))


@pytest.mark.parametrize(
    ("windows", "used", "expected"),
    [
        (MONTHLY, [0], 100),
        (MONTHLY, [40, 0], 40 + 60 + 100),
        # of the first month's rest, what the second did not use either has expired
        (MONTHLY, [40, 0, 0], 40 + 0 + 100 + 100),
        (MONTHLY, [40, 70, 0], 40 + 70 + 90 + 100),
        (MONTHLY, [40, 150, 0], 40 + 150 + 10 + 100),
        (Windows((100, 100), carry=False), [40, 0], 40 + 100),
        (Windows((100, 100, 100), borrow=30), [0], 130),
        (Windows((100, 100, 100), borrow=30), [120, 0], 120 + 80 + 30),
        (Windows((100, 100), borrow=30), [100, 0], 100 + 100),
    ],
)
def test_windows_release_by_month(windows, used, expected):
    assert released(windows, used) == expected


@given(st.data(), st.lists(st.integers(0, 1000), min_size=1, max_size=12), st.booleans(), st.integers(0, 300))
def test_whoever_stays_within_each_month_stays_within_the_whole(data, granted, carry, borrow):
    windows, used = Windows(tuple(granted), carry, borrow), []
    for month in range(len(granted)):
        limit = released(windows, [*used, 0])
        assert limit >= sum(used)
        used.append(data.draw(st.integers(0, limit - sum(used))))
        # what is released never exceeds what was granted up to the next month
        assert limit <= sum(granted[: month + 2])
    assert sum(used) <= sum(granted)


def test_windows_need_a_month_and_no_debts():
    for windows, used in ((MONTHLY, []), (MONTHLY, [0] * 5), (MONTHLY, [-1]), (Windows((1,), borrow=-1), [0])):
        with pytest.raises(Refused, match="slurm_window"):
            released(windows, used)


@pytest.mark.parametrize(
    ("budget", "granted"),
    [(300, [100, 100, 100]), (350, [100, 150, 100]), (250, [100, 100, 50]), (90, [90, 0, 0]), (0, [0, 0, 0])],
)
def test_what_was_added_counts_now_and_what_was_returned_comes_off_the_end(budget, granted):
    assert granted_by_month([100, 100, 100], budget, 1) == granted
