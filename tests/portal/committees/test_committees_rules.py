"""Draws of committees as the portal keeps them: the list is the library's, quotas hold, the next moves up."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.cli.review_files import drawn as read_drawn
from madang.errors import Refused
from madang.portal.committees import rules
from madang.portal.committees.rules import CandidateState, InPool
from madang.review.draw import replayed

POOL = [InPool(n, f"a{n:02}", f"o{n % 9}", (f"field:{'가나'[n % 2]}",), None, CandidateState.POOLED) for n in range(30)]
TERMS = rules.committee("분과", 1, 3, 3, 1, [["field:가", 1, 2]])


def on_the_list(made, states):
    return [
        InPool(one.row, one.alias, one.organisation, one.traits, place, states.get(one.alias, CandidateState.POOLED))
        for one in POOL
        for place in [made.names.index(one.alias) + 1 if one.alias in made.names else None]
    ]


@given(st.integers(0, 2**63 - 1), st.text(min_size=1, max_size=20), st.integers(0, 9), st.integers(0, 9))
def test_seats_and_conditions_are_kept_whoever_refuses(secret, outside, first, second):
    made = rules.drawn(TERMS, POOL, secret, outside)
    states: dict[str, CandidateState] = {}
    refuse = {made.names[first % len(made.names)], made.names[second % len(made.names)]}
    for _round in range(len(made.names)):
        asked = rules.next_ones(TERMS, on_the_list(made, states))
        alias = {one.row: one.alias for one in POOL}
        for row in asked:
            taken = CandidateState.REFUSED if alias[row] in refuse else CandidateState.ACCEPTED
            states[alias[row]] = taken
        if not asked:
            break
    seated = [one for one in POOL if states.get(one.alias) == CandidateState.ACCEPTED]
    assert len(seated) <= 3
    assert len({one.organisation for one in seated}) == len(seated)
    assert sum("field:가" in one.traits for one in seated) <= 2
    assert len(seated) == 3 or not rules.next_ones(TERMS, on_the_list(made, states))


def test_the_record_is_drawn_again_by_the_command(tmp_path):
    made = rules.drawn(TERMS, POOL, 42, "3 8 17")
    path = tmp_path / "draw.json"
    path.write_text(json.dumps(rules.record(made), ensure_ascii=False), encoding="utf-8")
    assert replayed(read_drawn(path), made.commitment) == ()
    assert made.digest == rules.digest(TERMS, POOL)
    assert rules.digest(TERMS, POOL[1:]) != made.digest


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ((0, 3, 1, []), "seats"),
        ((3, 2, 1, []), "times"),
        ((3, 3, 0, []), "per_organisation"),
        ((3, 3, 1, [["field:x", 4, None]]), "quotas"),
        ((3, 3, 1, [["field:x", 2, 1]]), "quotas"),
        ((3, 3, 1, [["weight:x", 1, None]]), "quotas"),
    ],
)
def test_conditions_that_no_committee_can_keep_are_refused(terms, field):
    with pytest.raises(Refused, match="draw_terms_impossible") as refused:
        rules.check_terms(*terms)
    assert refused.value.facts["field"] == field


def test_traits_say_what_they_are():
    assert rules.traits(["의료"], "29", ["ko"]) == ("field:의료", "language:ko", "region:29")
    assert rules.traits([], "", []) == ()
