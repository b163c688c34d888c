"""Installed, down and drained seconds: each second of a node counts once, in any cut the same, days at midnight."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from madang.compute.availability import Condition, Event, Resource, Seconds, by_days
from madang.values import Period

SEOUL = ZoneInfo("Asia/Seoul")
H100, CORES = Resource("gpu", "H100"), Resource("core")
# a quarter of an hour before midnight in Seoul
BASE = datetime(2026, 11, 23, 14, 45, tzinfo=UTC)
INSTALLED, DOWN, DRAINED = Condition


def event(node, condition, start, end, has=None):
    begins, ends = (None if second is None else BASE + timedelta(seconds=second) for second in (start, end))
    return Event(node, condition, "", "", has or {H100: 8, CORES: 64}, begins, ends)


def whole(start=0, end=None, nodes=2):
    return event("", INSTALLED, start, end, {H100: 8 * nodes, CORES: 64 * nodes})


def worked_out(*events, first=0, last=1800, zone=SEOUL):
    period = Period(BASE + timedelta(seconds=first), BASE + timedelta(seconds=last))
    return by_days(events, zone, period)


def total(found, resource=H100):
    return sum((seconds for (_day, one), seconds in found.items() if one == resource), Seconds())


def test_days_are_the_centres_and_what_goes_on_counts_up_to_the_end_of_the_period():
    found = worked_out(whole(), event("n1", DOWN, 600, None), event("n2", DRAINED, 0, 60))
    assert found == {
        (date(2026, 11, 23), H100): Seconds(16 * 900, 8 * 300, 8 * 60),
        (date(2026, 11, 24), H100): Seconds(16 * 900, 8 * 900, 0),
        (date(2026, 11, 23), CORES): Seconds(128 * 900, 64 * 300, 64 * 60),
        (date(2026, 11, 24), CORES): Seconds(128 * 900, 64 * 900, 0),
    }
    assert total(found).available == 16 * 1800 - 8 * 1200 - 8 * 60


def test_events_that_overlap_count_once_and_down_before_drained():
    events = [event("n1", DRAINED, 0, 100), event("n1", DOWN, 50, 150), event("n1", DRAINED, 120, 200)]
    assert total(worked_out(whole(), *events)) == Seconds(16 * 1800, 8 * 100, 8 * 100)
    twice = [event("n1", DOWN, 0, 100), event("n1", DOWN, 0, 100)]
    assert total(worked_out(whole(), *twice)) == Seconds(16 * 1800, 8 * 100, 0)


def test_a_node_that_left_the_cluster_while_down_is_not_missing_for_ever():
    """Its row stays open in the records for ever; what is installed then is less."""
    found = worked_out(whole(0, 900), whole(900, None, nodes=1), event("n1", DOWN, 0, None), event("n2", DOWN, 0, None))
    assert total(found) == Seconds(16 * 900 + 8 * 900, 16 * 900 + 8 * 900, 0)


def test_of_two_registrations_at_once_the_later_one_counts():
    assert total(worked_out(whole(0, None), whole(900, None, nodes=3))).installed == 16 * 900 + 24 * 900


def test_nothing_installed_is_no_day():
    assert worked_out(event("n1", DOWN, 0, None)) == {} == worked_out()


def test_an_event_from_before_the_period_keeps_its_place_among_the_others():
    """n1's second stretch began last, before the period as well: it counts."""
    events = [event("n1", DRAINED, -900, None, {H100: 8}), event("n1", DRAINED, -600, None, {H100: 4})]
    assert total(worked_out(whole(-900), *events)) == Seconds(16 * 1800, 0, 4 * 1800)


spans = st.tuples(st.integers(0, 1500), st.none() | st.integers(1, 900))
stretches = st.lists(
    st.builds(
        lambda node, condition, span: event(node, condition, span[0], span[1] and span[0] + span[1]),
        st.sampled_from(["n1", "n2", "n3"]),
        st.sampled_from([DOWN, DRAINED]),
        spans,
    ),
    max_size=8,
)
registrations = st.lists(st.builds(lambda at, nodes: whole(at, None, nodes), st.integers(0, 1700), st.integers(1, 4)))
zones = st.sampled_from([SEOUL, ZoneInfo("UTC"), ZoneInfo("America/St_Johns")])


def by_the_second(events, second):
    """What holds in one second, found by looking at every event."""
    now = BASE + timedelta(seconds=second)
    there = [one for one in events if one.start <= now and (one.end is None or one.end > now)]
    installed = max((one for one in there if not one.node), key=lambda one: one.start, default=None)
    if installed is None:
        return Seconds()
    nodes = {one.node: one.condition for one in there if one.node and one.condition is DRAINED}
    nodes |= {one.node: one.condition for one in there if one.node and one.condition is DOWN}
    counts, most = Counter(nodes.values()), installed.has[H100]
    down = min(8 * counts[DOWN], most)
    return Seconds(most, down, min(8 * counts[DRAINED], most - down))


@given(stretches, registrations.filter(lambda rows: len({row.start for row in rows}) == len(rows)), zones)
def test_it_is_what_each_second_says(events, registered, zone):
    every = [*events, *registered]
    seconds = (by_the_second(every, second) for second in range(1800))
    assert total(worked_out(*every, zone=zone)) == sum(seconds, Seconds())


@given(stretches, st.integers(1, 1799), zones)
def test_the_period_may_be_cut_anywhere(events, cut, zone):
    every = [whole(), *events]
    parts = [worked_out(*every, last=cut, zone=zone), worked_out(*every, first=cut, zone=zone)]
    found = worked_out(*every, zone=zone)
    assert found.keys() == parts[0].keys() | parts[1].keys()
    assert all(found[place] == parts[0].get(place, Seconds()) + parts[1].get(place, Seconds()) for place in found)
    assert all(one.down + one.drained <= one.installed and one.available >= 0 for one in found.values())
