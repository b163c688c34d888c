"""The chain: what it is made of, and that every kind of damage to it is found at its first place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from madang.portal.journal.rules import FIRST_HASH, Entry, Seal, canonical, chain_hash, first_fault

NOON = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


def chain(count: int) -> list[tuple[Seal, Entry]]:
    pairs, previous = [], FIRST_HASH
    for number in range(1, count + 1):
        at = NOON + timedelta(seconds=number)
        entry = Entry(number * 10, "calls.publish", 7, "page", "call", str(number), {"n": number}, "", at, at)
        own = chain_hash(number, previous, entry)
        pairs.append((Seal(number, entry.id, previous, own), entry))
        previous = own
    return pairs


LENGTHS = st.integers(2, 12)


def test_an_entry_is_written_in_one_way_whatever_the_zone_and_order():
    entry = chain(1)[0][1]
    elsewhere = replace(entry, happened_at=entry.happened_at.astimezone(), facts={"b": 1, "a": "가"})
    same = replace(entry, facts={"a": "가", "b": 1})
    assert canonical(elsewhere) == canonical(same)
    assert "가".encode() in canonical(same)


@given(st.integers(0, 12))
def test_a_whole_chain_holds(count):
    pairs = chain(count)
    heads = {pairs[-1][0].number: pairs[-1][0].hash} if pairs else {}
    assert first_fault(pairs, heads) is None


@given(LENGTHS, st.data())
def test_an_altered_entry_is_found_where_it_stands(count, data):
    pairs = chain(count)
    place = data.draw(st.integers(0, count - 1))
    seal, entry = pairs[place]
    change = data.draw(st.sampled_from([{"facts": {"n": -1}}, {"actor": 8}, {"subject": "x"}, {"happened_at": NOON}]))
    pairs[place] = seal, replace(entry, **change)
    fault = first_fault(pairs, {})
    assert (fault.number, fault.code, fault.entry) == (place + 1, "entry_altered", entry.id)


@given(LENGTHS, st.data())
def test_a_deleted_entry_or_seal_is_found(count, data):
    pairs = chain(count)
    place = data.draw(st.integers(0, count - 2))
    without_entry = [*pairs[:place], (pairs[place][0], None), *pairs[place + 1 :]]
    assert first_fault(without_entry, {}).code == "entry_missing"
    fault = first_fault(pairs[:place] + pairs[place + 1 :], {})
    assert (fault.number, fault.code) == (place + 1, "seal_missing")


@given(LENGTHS, st.data())
def test_swapped_entries_are_found(count, data):
    pairs = chain(count)
    place = data.draw(st.integers(0, count - 2))
    first, second = pairs[place], pairs[place + 1]
    pairs[place], pairs[place + 1] = (first[0], second[1]), (second[0], first[1])
    assert first_fault(pairs, {}).number == place + 1


@given(LENGTHS, st.data())
def test_a_chain_that_was_sealed_anew_shows_against_a_published_head(count, data):
    pairs = chain(count)
    head = {count: pairs[-1][0].hash}
    place = data.draw(st.integers(0, count - 1))
    forged, previous = [], FIRST_HASH
    for number, (seal, entry) in enumerate(pairs, start=1):
        told = replace(entry, subject="forged") if number == place + 1 else entry
        own = chain_hash(number, previous, told)
        forged.append((replace(seal, previous_hash=previous, hash=own), told))
        previous = own
    assert first_fault(forged, {}) is None
    assert first_fault(forged, head).code == "head_differs"


@given(LENGTHS, st.data())
def test_a_cut_off_tail_shows_against_a_published_head(count, data):
    pairs = chain(count)
    left = data.draw(st.integers(0, count - 1))
    assert first_fault(pairs[:left], {}) is None
    fault = first_fault(pairs[:left], {count: pairs[-1][0].hash})
    assert (fault.number, fault.code) == (left + 1, "tail_missing")


@given(LENGTHS, st.data())
def test_a_moved_seal_breaks_the_order(count, data):
    pairs = chain(count)
    place = data.draw(st.integers(1, count - 1))
    seal, entry = pairs[place]
    pairs[place] = replace(seal, previous_hash=FIRST_HASH[::-1].replace("0", "1", 1)), entry
    assert first_fault(pairs, {}).code == "order_changed"
