"""The drawn round keeps the published totals whatever the seed, and names nobody real."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.demonstration import draw, equipment, names, pipeline, press
from madang.portal.facilities import rules

POINTS = (40, 30, 30)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=10, deadline=None)
def test_published_totals_hold_for_any_seed(seed):
    firms, drawn = draw.round_of_spring_2026(POINTS, 3, seed)
    assert len(drawn) == press.APPLICATIONS
    assert sum(one.servers for one in drawn) == press.SERVERS_ASKED
    asked = Counter()
    for one in drawn:
        asked[firms[one.applicant].kind] += one.servers
    assert asked["university"] * press.GPUS_PER_SERVER == press.ACADEMIA_GPUS_ASKED
    assert sum(press.SERVERS_FUNDED.values()) == press.SERVERS_GIVEN


def test_same_seed_same_round():
    assert draw.round_of_spring_2026(POINTS, 3) == draw.round_of_spring_2026(POINTS, 3)


def test_every_application_keeps_its_limits():
    firms, drawn = draw.round_of_spring_2026(POINTS, 3)
    for one in drawn:
        low, high = press.LIMITS[one.product]
        assert low <= one.least <= one.servers <= high
        assert all(0 <= mark <= most for row in one.marks for mark, most in zip(row, POINTS, strict=True))
    assert len({firm.named.registration_number for firm in firms}) == len(firms)
    assert len({firm.named.korean for firm in firms}) == len(firms)
    assert all(firm.named.registration_number.startswith("000") for firm in firms)


def test_companies_apply_once_each():
    firms, drawn = draw.round_of_spring_2026(POINTS, 3)
    times = Counter(one.applicant for one in drawn if firms[one.applicant].kind == "company")
    assert set(times.values()) == {1}


def test_spread_refuses_what_cannot_be():
    with pytest.raises(ValueError, match="cannot be spread"):
        draw.spread(5, [(2, 3), (4, 9)], random.Random(1))
    with pytest.raises(ValueError, match="cannot be spread"):
        draw.spread(13, [(2, 3), (4, 9)], random.Random(1))


def test_awards_reported_are_the_capacity_given():
    assert sum(press.GPUS_AWARDED.values()) == press.SERVERS_GIVEN * press.GPUS_PER_SERVER
    assert sum(press.SERVERS_ASKED_BY_KIND.values()) == press.SERVERS_ASKED


def test_first_generated_number_is_the_documented_one():
    assert names.registration_number("company", 1) == "0008100014"
    assert names.registration_number("company", 9) == "0008100090"


def test_the_catalogue_has_the_number_that_was_announced_and_every_item_can_stand_in_it():
    items = equipment.catalogue(date(2026, 11, 23))
    kinds = Counter(one.kind for one in items)
    assert kinds["equipment"] + kinds["simulator"] == press.EQUIPMENT
    assert len({one.code for one in items}) == len(items)
    for one in items:
        rules.check(one)


@pytest.mark.parametrize("today", [date(2026, 4, 1), date(2030, 2, 28)])
def test_the_pipeline_has_its_memoranda_and_offices_whatever_the_day(today):
    drawn = pipeline.rows(today)
    counts = Counter(step.stage for row in drawn for step in row.steps)
    assert (counts["memorandum"], counts["office"], counts["left"]) == (299, 150, 14)
    assert all(step.on <= today for row in drawn for step in row.steps)
    numbers = [number for row in drawn for number in row.numbers]
    assert len(set(numbers)) == len(numbers) and all(number.startswith("000") for number in numbers)
    assert pipeline.rows(today) == drawn
