"""Unix users, terms and changes: who may set them, all of a list or nothing of it, one change at a time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from factories import (
    NOW,
    actor,
    make_actor,
    make_application,
    make_award,
    make_member,
    make_organisation,
    make_person,
    make_pool,
    make_product,
    make_track,
    make_unix_user,
)  # fmt: skip

from madang.compute.protocol import MANY
from madang.compute.slurm.commands import Ran
from madang.compute.slurm.desired import Hold as OnClusterHold
from madang.compute.slurm.desired import qos_of
from madang.compute.slurm.live import Live
from madang.compute.slurm.names import Site
from madang.compute.slurm.standing import Look
from madang.compute.slurm.tree import Tree
from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor, Role, Via
from madang.portal.awards.models import AwardLine
from madang.portal.awards.queries import owner_of
from madang.portal.cluster import actions, queries
from madang.portal.cluster.models import ClusterChange, JoinedAccount
from madang.portal.cluster.rules import ChangeState, Hold
from madang.portal.cluster.wanted import stands, wanted
from madang.portal.jobs import places as jobs
from madang.portal.journal.actions import digest
from madang.portal.journal.models import JournalEntry
from madang.portal.ledger import actions as ledger
from madang.portal.ledger.rules import Usage
from madang.portal.people.actions import _empty
from madang.portal.people.models import UnixUser
from madang.portal.people.queries import unix_user_of
from madang.portal.shares.actions import set_shares
from madang.portal.shares.rules import Borrowing

pytestmark = pytest.mark.django_db
PARTITIONS = {"H100": "h100", "": "cpu"}
SITE = Site("court")


@pytest.fixture
def operator():
    return make_actor(Role.OPERATOR)


def refusal(call, **given):
    with pytest.raises(Refused) as caught:
        call(now=NOW, **given)
    return caught.value.code


def running_award(product=None, *, seconds=0, **given):
    organisation = make_organisation()
    owner = make_member(organisation)
    product = product or make_product(make_pool(backend_type="H100"), units=2)
    application = make_application(make_track(products=[product]), organisation=organisation, created_by=owner)
    award = make_award(application, **given)
    if seconds:
        grant(award, product.pool_id, seconds, str(award.pk))
    return award, owner


def grant(award, pool, seconds, key):
    ledger.grant(
        by=WORKER, now=NOW, owner=owner_of(award.pk), pool=pool, amount=seconds, source="award", key=key,
        month="2026-04", day=NOW.date(),
    )  # fmt: skip


def test_a_list_is_saved_whole_or_not_at_all(operator):
    kim, lee = make_person(email="kim@test.example"), make_person(email="lee@test.example")
    lines = [("kim@test.example", "kim01"), ("lee@test.example", "root")]
    assert refusal(actions.set_unix_users, by=operator, lines=lines) == "unix_users_faulty"
    assert not UnixUser.objects.exists()
    actions.set_unix_users(by=operator, now=NOW, lines=[lines[0], ("lee@test.example", "lee")])
    assert (unix_user_of(kim.pk), unix_user_of(lee.pk)) == ("kim01", "lee")
    entry = JournalEntry.objects.get(action="cluster.set_unix_users")
    assert entry.facts == {"people": sorted([kim.pk, lee.pk]), "count": 2}
    actions.set_unix_users(by=operator, now=NOW, lines=[lines[0]])
    assert JournalEntry.objects.filter(action="cluster.set_unix_users").count() == 1
    actions.remove_unix_user(by=operator, now=NOW, name="kim01")
    assert unix_user_of(kim.pk) == ""
    assert refusal(actions.remove_unix_user, by=operator, name="kim01") == "not_found"


def test_nobody_but_the_operator_sets_anything(operator):
    award, owner = running_award()
    make_unix_user(owner, "owner")
    for by in (Actor(), actor(owner), make_actor(Role.AUDITOR), make_actor(Role.PROGRAMME_MANAGER)):
        assert refusal(actions.set_unix_users, by=by, lines=[(owner.email, "x1")]) == "not_allowed_for_role"
        assert refusal(actions.remove_unix_user, by=by, name="owner") == "not_allowed_for_role"
        given = {"award": award, "hold": Hold.TARGET, "stop_percent": 100}
        assert refusal(actions.set_terms, by=by, **given) == "not_allowed_for_role"
        assert refusal(actions.ask_change, by=by, digest="a" * 64, planned=1) == "not_allowed_for_role"
    assert queries.unix_users(actor(owner)).count() == 0
    assert queries.unix_users(make_actor(Role.AUDITOR)).count() == 1


def test_one_change_goes_on_at_a_time_and_one_worker_has_it(operator):
    given = {"digest": "a" * 64, "planned": 3}
    assert refusal(actions.ask_change, by=operator, digest="", planned=0) == "cluster_nothing_to_do"
    change = actions.ask_change(by=operator, now=NOW, **given)
    assert refusal(actions.ask_change, by=operator, **given) == "cluster_change_goes_on"
    actions.claim(now=NOW, change=change)
    with pytest.raises(Stale):
        actions.claim(now=NOW, change=change)
    assert queries.going_on(NOW) is None
    # the worker that had it was killed: its claim runs out
    later = NOW + actions.CLAIM
    assert queries.going_on(later) == change
    actions.ran(by=WORKER, now=NOW, change=change.pk, commands=[Ran(("sacctmgr", "x"), 0, "d" * 64, "o" * 9000, 5)])
    facts = JournalEntry.objects.get(action="cluster.run").facts
    assert (facts["output_sha256"], len(facts["output"]), facts["command"]) == ("d" * 64, 4096, "sacctmgr x")
    actions.ended(now=later, change=change.pk, state=ChangeState.ENDED)
    with pytest.raises(Stale):
        actions.ended(now=later, change=change.pk, state=ChangeState.FAILED)
    assert ClusterChange.objects.get().steps == 1
    actions.ask_change(by=Actor(via=Via.COMMAND), now=later, claim=True, **given)
    assert queries.going_on(later) is None


def test_what_awards_should_have_on_the_cluster():
    pool = make_pool(backend_type="H100")
    by_hour = make_pool(backend_type="H100", grain="hour")
    elsewhere = make_pool(backend_type="B300")
    cores = make_pool(unit="core")
    award, owner = running_award(make_product(pool, units=4), seconds=1000)
    line = {"asked": 1, "quantity": 1, "first_month": "2026-04", "months": 4, "seconds": 1}
    AwardLine.objects.create(award=award, product=make_product(cores, units=64), **line)
    grant(award, cores.pk, 1000, "cores")
    make_unix_user(owner, "own1")
    hourly, _ = running_award(make_product(by_hour, units=1, grain="hour"), seconds=50)
    running_award(make_product(elsewhere))
    running_award(state="offered")
    running_award(starts_on=(NOW + timedelta(days=30)).date())
    every = wanted(NOW, PARTITIONS)
    assert every.without_partition == [elsewhere.code] and every.without_user == 2
    by_code = {one.code: one for one in every.awards}
    found, hours = by_code[str(award.pk)], by_code[str(hourly.pk)]
    assert len(by_code) == 3 and found.users == ("own1",) and hours.users == ()
    widths = {reach.kind: (reach.partition, reach.width, reach.budget_seconds) for reach in found.reaches}
    assert widths == {"h100": ("h100", 8, 1000), "cpu": ("cpu", 64, 1000)}
    assert [reach.width for reach in hours.reaches] == [None]


def test_terms_reach_the_plan_and_the_limits(operator):
    award, _ = running_award(seconds=600)
    given = {"award": award, "hold": Hold.TARGET}
    for percent in (99, 201):
        assert refusal(actions.set_terms, by=operator, stop_percent=percent, **given) == "cluster_stop"
    actions.set_terms(by=operator, now=NOW, stop_percent=150, **given)
    (found,) = wanted(NOW, PARTITIONS).awards
    assert (found.hold, found.thresholds.stop) == (OnClusterHold.TARGET, 150)
    assert jobs.limits() == [(award.pk, MANY, MANY, True)]
    actions.set_terms(by=operator, now=NOW, award=award, hold=Hold.CAP, stop_percent=100)
    assert jobs.limits()[0][1] < MANY


def test_an_award_by_month_opens_month_after_month(operator):
    """Thirty hours over three months: the rest of one goes on once, and a tenth of the next may be used ahead."""
    product = make_product(make_pool(backend_type="H100", grain="hour"), grain="hour")
    award, _ = running_award(product, starts_on=date(2026, 4, 1), ends_on=date(2026, 7, 1))
    award.lines.update(first_month="2026-04", months=3, seconds=30 * 3600)
    grant(award, product.pool_id, 30 * 3600, "lines")
    given = {"by": operator, "now": NOW, "award": award, "hold": Hold.CAP, "stop_percent": 100, "monthly": True}
    with pytest.raises(Refused, match="cluster_borrow"):
        actions.set_terms(**given, borrow_percent=101)
    actions.set_terms(**given, borrow_percent=10)

    def window(month, day=15):
        (found,) = wanted(datetime(2026, month, day, tzinfo=UTC), PARTITIONS).awards
        return found.reaches[0].window_seconds // 360 / 10

    assert window(4) == 11
    use(award, product.pool_id, 4 * 3600, "2026-04")
    assert [window(4), window(5), window(6)] == [11, 4 + 6 + 10 + 1, 4 + 10 + 10]
    (stand,) = stands(award, datetime(2026, 5, 15, tzinfo=UTC), PARTITIONS)
    assert (stand.used, stand.window, stand.stage) == (4 * 3600, 21 * 3600, "open")
    grant(award, product.pool_id, 5 * 3600, "top-up")
    assert window(6) == 4 + 10 + 10 + 5
    actions.set_terms(**given, carry=False)
    assert window(5) == 4 + 10 + 5


def use(award, pool, seconds, month):
    usage = Usage("test", month, owner_of(award.pk), pool, "job:1", month, date.fromisoformat(f"{month}-10"), seconds)
    ledger.use(by=WORKER, now=NOW, usage=usage)


def test_nodes_are_kept_for_one_award_at_a_time_and_for_its_days(operator):
    award, _ = running_award(seconds=600)
    other, _ = running_award(seconds=600)
    given = {"by": operator, "hold": Hold.NODES, "stop_percent": 100}
    for nodes, code in (("", "cluster_nodes_needed"), ("n[1-3]", "slurm_node"), ("n1;reboot", "slurm_node")):
        assert refusal(actions.set_terms, award=award, nodes=nodes, **given) == code
    actions.set_terms(now=NOW, award=award, nodes="n2, n1\nn1", **given)
    assert refusal(actions.set_terms, award=other, nodes="n3 n2", **given) == "cluster_node_taken"
    type(other).objects.filter(pk=other.pk).update(starts_on=award.ends_on, ends_on=award.ends_on + timedelta(days=9))
    other.refresh_from_db()
    actions.set_terms(now=NOW, award=other, nodes="n3 n2", **given)
    (found,) = wanted(NOW, PARTITIONS).awards
    assert (found.hold, found.nodes) == (OnClusterHold.NODES, ("n1", "n2"))
    ends = datetime.combine(award.ends_on, time.min, tzinfo=ZoneInfo("Asia/Seoul")) + timedelta(hours=24)
    assert found.until == ends.timestamp()
    actions.set_terms(by=operator, now=NOW, award=award, hold=Hold.CAP, stop_percent=100, nodes="n1")
    award.refresh_from_db()
    assert award.cluster_terms.nodes == ""


def test_a_class_weighs_in_fair_share_and_shares_a_pool(operator):
    award, _ = running_award(seconds=600)
    set_shares(by=operator, now=NOW, weights={"company": 3}, parts={}, borrowing=Borrowing.BORROW)
    actions.set_terms(by=operator, now=NOW, award=award, hold=Hold.POOL, stop_percent=100)
    (found,) = wanted(NOW, PARTITIONS).awards
    units = sum(line.quantity * 2 for line in award.lines.all())
    assert (found.shares, found.pool, found.hold) == (3 * units, "company", OnClusterHold.POOL)
    assert jobs.limits() == [(award.pk, MANY, MANY, True)]


def test_no_unix_user_stands_in_the_journal(operator):
    make_unix_user(running_award()[1], "gildong")
    argv = ("sacctmgr", "-iQ", "modify", "user", "where", "name=gildong,gone", "account=court-a-1", "set", "QOS=x")
    ran = Ran(argv, 0, "d" * 64, " U = gildong A = court-a-1\n U = gone", 5)
    assert actions.followed(now=NOW, commands=[ran]) == 1
    facts = JournalEntry.objects.get(action="cluster.run").facts
    assert "gildong" not in str(facts) and "gone" not in str(facts)
    hidden = f"user:{digest('gildong')[:12]}"
    assert facts["command"].split()[5].startswith(f"name={hidden},user:") and hidden in facts["output"]
    assert facts["command"].endswith("account=court-a-1 set QOS=x") and "A = court-a-1" in facts["output"]


def test_a_top_up_raises_the_budget():
    award, _ = running_award(seconds=600)
    grant(award, award.lines.get().product.pool_id, 300, "more")
    (found,) = wanted(NOW, PARTITIONS).awards
    assert found.reaches[0].budget_seconds == 900


def test_accounts_of_others_are_joined_all_or_none_and_pass_on(operator):
    one, two = running_award()[0], running_award()[0]
    given = [("kimlab", one.number), ("lab.2", two.number)]
    for fault in (("kimlab", "2020-0001"), ("ROOT", one.number), ("a b", one.number)):
        assert refusal(actions.join_accounts, by=operator, lines=[*given, fault]) == "cluster_accounts_faulty"
    assert not JoinedAccount.objects.exists()
    actions.join_accounts(by=operator, now=NOW, lines=given)
    later = NOW + timedelta(days=1)
    judged = actions.join_accounts(by=operator, now=later, lines=[("kimlab", two.number), ("lab.2", two.number)])
    assert [row.fate for row in judged] == ["changed", "same"]
    rows = jobs.joined()
    assert [(row.account, row.owner, row.since, row.until) for row in rows] == [
        ("kimlab", owner_of(one.pk), NOW, later),
        ("lab.2", owner_of(two.pk), NOW, None),
        ("kimlab", owner_of(two.pk), later, None),
    ]
    assert len({row.source for row in rows}) == 3
    actions.leave_account(by=operator, now=later, name="lab.2")
    assert list(queries.joined_accounts(operator).values_list("name", flat=True)) == ["kimlab"]
    with pytest.raises(Refused):
        actions.leave_account(by=operator, now=later, name="lab.2")


def test_a_budget_that_begins_holds_no_more_than_is_left():
    """What was used before the cluster counts, or in accounts of others, is taken off at the midnight after."""
    award, _ = running_award(seconds=36_000)
    pool = award.lines.get().product.pool_id
    account = JoinedAccount.objects.create(award=award, name="kimlab", since=NOW)
    today = NOW.astimezone(ZoneInfo("Asia/Seoul")).date()

    def use(day, seconds, source="test"):
        key = f"{source}/{day}/{seconds}"
        usage = Usage(source, key, owner_of(award.pk), pool, "x:1", f"{day:%Y-%m}", day, seconds)
        ledger.use(by=WORKER, now=NOW, usage=usage)

    def minutes(at, seen=None):
        (one,) = wanted(at, PARTITIONS, seen=seen).awards
        return dict(qos_of(SITE, one, one.reaches[0]).minutes)["gres/gpu"]

    nothing_there = Look(SITE, "c", Live(Tree()))
    use(today - timedelta(days=1), 600)
    use(today, 300)
    assert (minutes(NOW), minutes(NOW, nothing_there)) == (600, 590)
    found = wanted(NOW, PARTITIONS, seen=nothing_there)
    assert found.fresh == [(award.pk, "h100", 600)]
    actions.note_counts(now=NOW, fresh=found.fresh)
    there = Look(SITE, "c", Live(Tree(qos={SITE.qos(str(award.pk), "h100"): None})))
    use(today, 1200, f"joined:{account.pk}")
    assert minutes(NOW) == minutes(NOW, there) == 590
    assert minutes(NOW + timedelta(days=1)) == 570
    # somebody takes the QOS away: it begins again with all that was used until then
    assert minutes(NOW + timedelta(days=1), nothing_there) == 600 - (600 + 300 + 1200) // 60


def test_a_constant_number_of_queries(operator, django_assert_num_queries):
    award, _ = running_award(seconds=1)
    given = {"hold": Hold.CAP, "stop_percent": 100, "monthly": True}
    actions.set_terms(by=operator, now=NOW, award=award, **given)
    with django_assert_num_queries(9):
        wanted(NOW, PARTITIONS)
    running_award(seconds=1)
    running_award(seconds=1)
    with django_assert_num_queries(9):
        wanted(NOW, PARTITIONS)


def test_an_erased_person_has_no_unix_user():
    person = make_person()
    make_unix_user(person)
    _empty(person, NOW)
    assert not UnixUser.objects.exists()
