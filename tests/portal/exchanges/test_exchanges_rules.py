"""Who stands together, when missing reviews cost an application, and budgets by which nobody moves their own award."""

from dataclasses import replace
from datetime import timedelta

import pytest
from factories import NOW
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.allocation.parts import Alternative, Item, MonthCapacity, Pool, Product, Request
from madang.allocation.policies import Rank
from madang.allocation.problem import Problem
from madang.allocation.solve import solve
from madang.errors import Refused
from madang.portal.drafts.rules import TrackDraft, check_peers
from madang.portal.exchanges import rules
from madang.portal.exchanges.rules import Given
from madang.portal.plans.budgets import REVIEW_GROUP, group_code, with_budgets
from madang.review.distributed import Duty
from madang.values import Month

DAY = timedelta(days=1)
TITLES = {"gpu": {"en": "GPU", "ko": "GPU 분야"}}
MAY = Month(2026, 5)
SCORES = st.integers(0, 99_000)


@given(st.lists(st.sets(st.integers(1, 9), min_size=1, max_size=4), max_size=6))
def test_whatever_is_tied_stands_in_one_house_and_nothing_else_does(ties):
    found = rules.houses(range(1, 10), ties)
    assert all(len({found[one] for one in tie}) == 1 for tie in ties)
    untied = set(range(1, 10)) - set().union(*ties)
    assert all(found[one] == str(one) for one in untied)
    # as few houses as ties: each tie joins at most as many as it has members
    assert len(set(found.values())) >= 9 - sum(len(tie) - 1 for tie in ties)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"peer_groups": 1}, "peer_groups_too_few"),
        ({"reviews_wanted": 6}, "peer_reviews_too_many"),
        ({"presentation_weight": 1}, "peers_beside_committee"),
        ({"bonus_most": 1}, "peers_beside_committee"),
        ({"peer_groups": 0}, "grace_without_peers"),
    ],
)
def test_a_track_says_how_its_applicants_review_each_other(changes, code):
    track = TrackDraft("gpu", "가", "a", "2026-05", "2026-06", reviews_wanted=5, peer_groups=2, grace_days=3)
    check_peers(track)
    with pytest.raises(Refused, match=code):
        check_peers(replace(track, **changes))


def test_only_what_can_be_written_is_owed():
    sheets = [Given(state) for state in ("submitted", "assigned", "recused", "declined", "withdrawn")]
    found = rules.duty("r", [*sheets, Given("assigned", gone=True), Given("submitted", gone=True)], 1)
    assert found == Duty("r", given=6, handed_in=2, released=2, reminders=1)
    assert rules.owed(found) == 2  # the open one, and the one that was declined


def test_the_worker_reminds_a_week_and_two_days_before_and_nobody_who_is_done():
    due, begun = NOW + 20 * DAY, NOW
    for reminders, last, at, right in (
        (0, begun, due - 8 * DAY, False),
        (0, begun, due - 7 * DAY, True),
        (1, due - 7 * DAY, due - 3 * DAY, False),
        (1, due - 7 * DAY, due - 2 * DAY, True),
        (1, due - 2 * DAY, due - DAY - timedelta(hours=1), False),
        (2, due - 2 * DAY, due - timedelta(hours=1), False),
        (0, begun, due, False),
    ):
        assert rules.reminder_due(Duty("r", 3, 2, 0, reminders), due, last, at) is right
    assert not rules.reminder_due(Duty("r", 3, 2, 1), due, begun, due - DAY)


def test_an_application_is_lost_after_grace_and_reminders_alone():
    ends, owing = NOW + 3 * DAY, Duty("r", 3, 1, 1, reminders=2)
    rules.check_forfeit(owing, "eligible", ends, ends)
    for duty, state, now, code in (
        (owing, "withdrawn", ends, "forfeit_not_eligible"),
        (owing, "eligible", ends - timedelta(microseconds=1), "forfeit_not_due"),
        (Duty("r", 3, 1, 1, reminders=1), "eligible", ends, "forfeit_before_reminders"),
        (Duty("r", 3, 2, 1, reminders=2), "eligible", ends, "forfeit_nothing_owed"),
    ):
        with pytest.raises(Refused, match=code):
            rules.check_forfeit(duty, state, ends, now)


def test_an_arrangement_waits_for_the_review_and_stands_once_confirmed():
    rules.check_asking("in_review", 2, False)
    for given_, code in (
        (("in_review", 0, False), "exchange_not_of_track"),
        (("screening", 2, False), "exchange_not_now"),
        (("in_review", 2, True), "exchange_confirmed_already"),
    ):
        with pytest.raises(Refused, match=code):
            rules.check_asking(*given_)


# --- budgets ---


def request(name, group, score, asked, months):
    items = (Item("box", asked, 1, MAY, months),)
    attributes = {"track": "gpu", REVIEW_GROUP: group_code("gpu", group)}
    return Request(name, f"o{name}", score, {}, (Alternative(items),), attributes)


@st.composite
def problems(draw):
    months = draw(st.integers(1, 2))
    funded = draw(st.integers(0, 40))
    capacity = {MAY.plus(n): MonthCapacity(funded, funded) for n in range(months)}
    requests = tuple(
        request(f"r{n}", draw(st.integers(1, 2)), draw(SCORES), draw(st.integers(1, 6)), draw(st.integers(1, months)))
        for n in range(draw(st.integers(1, 8)))
    )
    return Problem((Pool("h100", "gpu", capacity),), (Product("box", "h100", 2),), requests)


@settings(max_examples=60)
@given(problems(), st.sampled_from(["skip", "stop"]), st.randoms(use_true_random=False))
def test_what_a_group_gets_does_not_depend_on_the_scores_of_another(bare, overflow, rng):
    problem = with_budgets(bare, TITLES)
    budgets = [rule.number("units") for rule in problem.rules]
    assert sum(budgets) <= min(month.available for month in problem.pools[0].months.values())
    before = solve(problem, Rank(overflow))
    mine = {one.id for one in problem.requests if one.attributes[REVIEW_GROUP] == "gpu-group-1"}
    moved = tuple(one if one.id in mine else replace(one, score=rng.randint(0, 99_000)) for one in problem.requests)
    after = solve(with_budgets(replace(bare, requests=moved), TITLES), Rank(overflow))
    assert {name: before.grant.get(name) and before.grant[name].award for name in mine} == {
        name: after.grant.get(name) and after.grant[name].award for name in mine
    }


def test_where_months_differ_the_budget_is_one_for_the_window_and_without_groups_there_is_none():
    pool = Pool("h100", "gpu", {MAY: MonthCapacity(30, 30), MAY.plus(1): MonthCapacity(10, 10)})
    requests = (request("a", 1, 5, 3, 2), request("b", 2, 5, 1, 2))
    found = with_budgets(Problem((pool,), (Product("box", "h100", 2),), requests), TITLES)
    assert [(rule.number("units"), rule.by_month) for rule in found.rules] == [(30, False), (10, False)]
    assert "GPU 분야" in found.rules[0].sentence["ko"]
    plain = tuple(replace(one, attributes={"track": "gpu"}) for one in requests)
    assert with_budgets(replace(found, requests=plain, rules=()), TITLES).rules == ()
