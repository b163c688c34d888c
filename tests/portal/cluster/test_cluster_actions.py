"""Unix users, terms and changes: who may set them, all of a list or nothing of it, one change at a time."""

from datetime import timedelta

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
from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor, Role, Via
from madang.portal.awards.models import AwardLine
from madang.portal.awards.queries import owner_of
from madang.portal.cluster import actions, queries
from madang.portal.cluster.models import ClusterChange
from madang.portal.cluster.rules import ChangeState, Hold
from madang.portal.jobs import places as jobs
from madang.portal.journal.models import JournalEntry
from madang.portal.ledger import actions as ledger
from madang.portal.people.actions import _empty
from madang.portal.people.models import UnixUser
from madang.portal.people.queries import unix_user_of

pytestmark = pytest.mark.django_db
PARTITIONS = {"H100": "h100", "": "cpu"}


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
    wanted = queries.wanted(NOW, PARTITIONS)
    assert wanted.without_partition == [elsewhere.code] and wanted.without_user == 2
    by_code = {one.code: one for one in wanted.awards}
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
    (found,) = queries.wanted(NOW, PARTITIONS).awards
    assert (found.hold, found.thresholds.stop) == (OnClusterHold.TARGET, 150)
    assert jobs.limits() == [(award.pk, MANY, MANY, True)]
    actions.set_terms(by=operator, now=NOW, award=award, hold=Hold.CAP, stop_percent=100)
    assert jobs.limits()[0][1] < MANY


def test_a_top_up_raises_the_budget():
    award, _ = running_award(seconds=600)
    grant(award, award.lines.get().product.pool_id, 300, "more")
    (found,) = queries.wanted(NOW, PARTITIONS).awards
    assert found.reaches[0].budget_seconds == 900


def test_a_constant_number_of_queries(django_assert_num_queries):
    running_award(seconds=1)
    with django_assert_num_queries(5):
        queries.wanted(NOW, PARTITIONS)
    running_award(seconds=1)
    running_award(seconds=1)
    with django_assert_num_queries(5):
        queries.wanted(NOW, PARTITIONS)


def test_an_erased_person_has_no_unix_user():
    person = make_person()
    make_unix_user(person)
    _empty(person, NOW)
    assert not UnixUser.objects.exists()
