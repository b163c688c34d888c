"""The series is what the cluster's records say, however often they are read, and whatever they mend."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from factories import NOW, make_actor, make_award, make_pool
from portal.nodes.conftest import START, installed, note, out

from madang.compute.availability import Seconds
from madang.errors import Stale
from madang.portal.actors import PUBLIC, Role
from madang.portal.indicators.models import DayUse
from madang.portal.journal.models import JournalEntry
from madang.portal.nodes import queries, rules
from madang.portal.nodes.models import NodeDay, NodeEvent, NodeReading
from madang.portal.nodes.rules import Use
from madang.portal.resources.models import Pool
from madang.values import Month, Period

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 1)
HOUR = 3600


def gpus(day=TODAY):
    row = NodeDay.objects.get(day=day, unit="gpu")
    return Seconds(row.installed, row.down, row.drained)


def test_reading_again_changes_nothing_and_leaves_no_line(a_month):
    before = list(NodeEvent.objects.values()), list(NodeDay.objects.values())
    assert note(out("n1", "drained", 0, 30, reason="new firmware"), out("n2", "down", 60)) == 0
    assert (list(NodeEvent.objects.values()), list(NodeDay.objects.values())) == before
    entries = JournalEntry.objects.filter(action="nodes.note")
    assert [entry.facts["events"] for entry in entries] == [3]
    assert gpus() == Seconds(16 * 2 * HOUR, 8 * HOUR, 8 * HOUR // 2)
    assert NodeDay.objects.get(unit="core").installed == 128 * 2 * HOUR


def test_an_open_stretch_is_closed_later_and_time_goes_on(a_month):
    later = NOW + timedelta(hours=1)
    note(out("n1", "drained", 0, 30, reason="new firmware"), out("n2", "down", 60, 90), until=later, now=later)
    row = NodeEvent.objects.get(node="n2")
    assert (row.starts_at, row.ends_at) == (START + timedelta(hours=1), START + timedelta(minutes=90))
    assert gpus() == Seconds(16 * 3 * HOUR, 8 * HOUR // 2, 8 * HOUR // 2)
    assert not queries.out_now(make_actor(Role.OPERATOR)).exists()


def test_what_the_database_mends_is_followed(a_month):
    """Another reason and condition, one that is gone, one that is new, and one told to have ended otherwise."""
    note(out("n2", "drained", 60, None, reason="taken over"), out("n1", "down", 10, 20))
    rows = {(row.node, row.condition, row.reason) for row in queries.events(make_actor(Role.AUDITOR))}
    assert rows == {("n2", "drained", "taken over"), ("n1", "down", "broken fan")}
    assert gpus() == Seconds(16 * 2 * HOUR, 8 * 600, 8 * HOUR)


def test_a_stretch_that_ended_before_the_period_is_left_alone(a_month):
    since = START + timedelta(minutes=45)
    assert note(out("n1", "drained", 0, 30, reason="new firmware"), out("n2", "down", 60), since=since) == 0
    assert note(out("n2", "down", 60), since=since) == 0
    assert NodeEvent.objects.filter(node="n1").exists() and gpus().drained == 8 * HOUR // 2
    # reopened with the same beginning, as slurmdbd does within one second
    assert note(out("n1", "drained", 0, None, reason="new firmware"), out("n2", "down", 60), since=since) == 1
    assert gpus() == Seconds(16 * 2 * HOUR, 8 * HOUR, 8 * 2 * HOUR)


def test_one_that_was_ended_before_the_period_is_asked_for_from_its_beginning(a_month):
    period = Period(START + timedelta(minutes=100), NOW)
    assert queries.earliest_untold("c", period, [out("n2", "down", 60)]) == START  # the registration itself
    assert queries.earliest_untold("c", period, [installed(), out("n2", "down", 60)]) is None
    assert queries.earliest_untold("c", period, [installed()]) == START + timedelta(hours=1)


def test_days_are_cut_at_the_centres_midnight_and_begin_where_reading_did():
    evening = NOW.replace(hour=14)  # 23:00 in Seoul
    note(out("n1", "down", 0), since=evening, until=evening + timedelta(hours=2))
    first, second = gpus(TODAY), gpus(date(2026, 4, 2))
    assert (first, second) == (Seconds(16 * HOUR, 8 * HOUR, 0), Seconds(16 * HOUR, 8 * HOUR, 0))
    # a change of something from before touches no day on which nothing was read
    note(out("n1", "drained", 0), since=evening, until=evening + timedelta(hours=2))
    assert gpus(TODAY) == Seconds(16 * HOUR, 0, 8 * HOUR) and NodeDay.objects.count() == 4


def test_only_settled_records_move_the_reading_and_only_one_worker_does(a_month):
    row = NodeReading.objects.get()
    assert (row.since, row.until) == (START, NOW)
    later = NOW + timedelta(minutes=1)
    given = (out("n1", "drained", 0, 30, reason="new firmware"), out("n2", "down", 60))
    note(*given, until=later, settled=False)
    row.refresh_from_db()
    assert row.until == NOW and gpus().installed == 16 * (2 * HOUR + 60)
    note(*given, until=later, before=NOW)
    with pytest.raises(Stale):
        note(*given, until=later + timedelta(minutes=1), before=NOW)
    row.refresh_from_db()
    assert row.until == later and gpus().installed == 16 * (2 * HOUR + 60)


def test_the_stretch_that_is_read():
    born, until = NOW - timedelta(days=9), NOW - timedelta(minutes=1)
    assert rules.window(born, None, None, NOW) == (born, NOW)
    assert rules.window(born, born, until, NOW) == (until - timedelta(days=1), NOW)
    assert rules.window(born, born, born + timedelta(hours=1), NOW)[0] == born
    # a clock that was set back asks for a second at least
    assert rules.window(NOW, None, None, NOW - timedelta(hours=1)) == (NOW, NOW + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("text", "month"), [("2026-04", Month(2026, 4)), ("9999-12", None), ("1999-12", None), ("x", None)]
)
def test_a_month_of_an_address(text, month):
    assert rules.month_of(text) == month


def test_use_stands_beside_what_was_there_of_the_same_type(a_month, django_assert_num_queries):
    by, award = make_actor(Role.PROGRAMME_MANAGER), make_award()
    for kind, seconds in (("H100", 7200), ("H100", 800), ("A100", 999)):
        pool = make_pool(backend_type=kind)
        DayUse.objects.create(day=TODAY, pool=pool, award=award, seconds=seconds)
    DayUse.objects.create(day=TODAY, pool=make_pool(unit="core"), award=award, seconds=5)
    with django_assert_num_queries(2):
        found = queries.by_resource(queries.days(by, *rules.days_of(Month(2026, 4))))
    there = Seconds(16 * 2 * HOUR, 8 * HOUR, 8 * HOUR // 2)
    assert found[0] == Use("gpu", "H100", there, 8000) and (found[1].unit, found[1].used) == ("core", 5)
    (row,) = queries.months()
    assert row == {
        "resource": "H100", "unit": "gpu", "month": "2026-04", "installed_seconds": there.installed,
        "available_seconds": there.available, "used_seconds": 8000,
    }  # fmt: skip
    Pool.objects.filter(unit="core").update(runs_jobs=True)
    _, cores = queries.months()
    assert (cores["resource"], cores["used_seconds"]) == ("core", 5)


def test_the_public_is_shown_nothing_and_the_operator_a_task(a_month):
    assert not queries.events(PUBLIC) and queries.days(PUBLIC, TODAY, TODAY) == [] and queries.years(PUBLIC) == []
    assert queries.last_reading(PUBLIC) is None
    (task,) = queries.staff_tasks(make_actor(Role.OPERATOR), NOW)
    assert task.count == 1 and queries.staff_tasks(make_actor(Role.PROGRAMME_MANAGER), NOW) == []
