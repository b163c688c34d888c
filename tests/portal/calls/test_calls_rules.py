"""How intakes follow the clock, what corrections may do, what keeps a call from being published."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.actors import PUBLIC, WORKER, Actor, Role
from madang.portal.calls import rules
from madang.portal.calls.rules import Dates, IntakeState
from madang.portal.drafts import rules as drafts
from madang.portal.drafts.rules import (
    CallDraft,
    CriterionDraft,
    IntakeDraft,
    ProductOffer,
    RuleDraft,
    TrackDraft,
    faults,
    moved_up,
    with_entry,
    without_entry,
)

NOW = datetime(2026, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DATES = Dates(NOW, NOW + 10 * DAY, NOW + 20 * DAY, NOW + 30 * DAY)
MANAGER = Actor(person=1, roles=frozenset({Role.PROGRAMME_MANAGER}))
instants = st.integers(-40 * 86_400_000_000, 60 * 86_400_000_000).map(
    lambda micros: NOW + timedelta(microseconds=micros)
)


def refused(code: str):
    return pytest.raises(Refused, match=f"^{code}\\(")


@pytest.mark.parametrize(
    ("at", "accepted"),
    [
        (NOW - timedelta(microseconds=1), False),
        (NOW, True),
        (NOW + 10 * DAY - timedelta(microseconds=1), True),
        (NOW + 10 * DAY, False),
    ],
)
@pytest.mark.parametrize("state", ["planned", "open"])
def test_an_intake_accepts_half_open_whether_moved_or_not(at, accepted, state):
    assert rules.accepts(state, DATES, at) is accepted
    assert not rules.accepts(state, DATES, at, published=False)


@given(instants, st.sampled_from(list(IntakeState)))
def test_what_is_shown_as_open_is_what_accepts(instant, state):
    shown = rules.state_at(state, DATES, instant)
    assert (shown is IntakeState.OPEN) == rules.accepts(state, DATES, instant)


@given(instants)
def test_the_next_intake_joins_the_last_and_is_as_long(instant):
    following = rules.next_dates(DATES)
    assert following.opens_at == DATES.closes_at
    assert following.closes_at - following.opens_at == DATES.closes_at - DATES.opens_at
    assert following.in_order
    assert not (rules.accepts("open", DATES, instant) and rules.accepts("open", following, instant))


def test_moves_follow_order_date_and_role():
    rules.check_move(MANAGER, "open", "screening", DATES, DATES.closes_at)
    rules.check_move(WORKER, "planned", "open", DATES, DATES.opens_at)
    with refused("intake_still_open"):
        rules.check_move(MANAGER, "open", "screening", DATES, DATES.closes_at - timedelta(seconds=1))
    with refused("intake_not_yet_open"):
        rules.check_move(WORKER, "planned", "open", DATES, DATES.opens_at - timedelta(seconds=1))
    for to in ("in_review", "open", "closed", "nonsense"):
        with refused("intake_move_out_of_order"):
            rules.check_move(MANAGER, "open", to, DATES, DATES.closes_at)
    for by in (PUBLIC, Actor(person=2, roles=frozenset({Role.AUDITOR})), Actor(person=3)):
        with refused("not_allowed_for_role"):
            rules.check_move(by, "open", "screening", DATES, DATES.closes_at)


def test_a_target_is_read_and_written():
    changed = rules.target("product.gpu.h100x8.maximum")
    assert (changed.thing, changed.keys, changed.field) == ("product", ("gpu", "h100x8"), "maximum")
    assert changed.written == "product.gpu.h100x8.maximum"
    for wrong in ("call.code", "call.state", "intake.1.state", "nothing", "", "person.1.email"):
        with refused("not_correctable"):
            rules.target(wrong)


def correction(field: str, old: object, new: object, *states: str):
    rules.check_correction(rules.target(field), old, new, frozenset(states), NOW)


def test_a_deadline_is_only_extended():
    correction("intake.1.closes_at", NOW + DAY, NOW + 2 * DAY, "open")
    correction("intake.1.closes_at", NOW - DAY, NOW + 2 * DAY, "screening")  # an outage at the deadline
    with refused("correction_shortens_deadline"):
        correction("intake.1.closes_at", NOW + 2 * DAY, NOW + DAY, "open")
    with refused("correction_deadline_past"):
        correction("intake.1.closes_at", NOW - 2 * DAY, NOW, "screening")
    with refused("correction_intake_has_opened"):
        correction("intake.1.opens_at", NOW, NOW + DAY, "open")


def test_what_reviewers_judge_by_stands_once_they_began():
    correction("criterion.gpu.merit.points", 60, 50, "open", "planned")
    for field in ("criterion.gpu.merit.points", "product.gpu.x.maximum", "intake.1.review_due_at"):
        with refused("correction_after_review_began"):
            correction(field, 60, 50, "open", "in_review")
    correction("call.title_en", "a", "b", "in_review")
    with refused("correction_changes_nothing"):
        correction("call.title_en", "a", "a", "open")


# --- drafts ---

TRACK = TrackDraft(
    code="gpu",
    title_ko="분야",
    title_en="Track",
    first_month="2026-06",
    last_month="2026-09",
    minimum_total_milli=60_000,
    products=(ProductOffer("h100x8", 1, 4),),
    criteria=(CriterionDraft("merit", "가", "Merit", 60), CriterionDraft("plan", "나", "Plan", 40)),
)
INTAKE = IntakeDraft(NOW + DAY, NOW + 10 * DAY, NOW + 20 * DAY, NOW + 30 * DAY)
CALL = CallDraft("c", "regular", "가", "A", "나", "B", (INTAKE,), (TRACK,))


def test_a_whole_call_has_no_faults():
    assert faults(CALL, NOW) == []
    assert TRACK.points == 100


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (replace(CALL, title_en=" "), "call_title_missing"),
        (replace(CALL, summary_ko=""), "call_summary_missing"),
        (replace(CALL, intakes=()), "call_without_intake"),
        (replace(CALL, tracks=()), "call_without_track"),
        (replace(CALL, intakes=(replace(INTAKE, review_due_at=NOW),)), "intake_dates_out_of_order"),
        (replace(CALL, intakes=(replace(INTAKE, opens_at=NOW - DAY, closes_at=NOW),)), "intake_already_over"),
        (replace(CALL, intakes=(INTAKE, INTAKE)), "intakes_overlap"),
        (replace(CALL, tracks=(replace(TRACK, title_ko=""),)), "track_title_missing"),
        (replace(CALL, tracks=(replace(TRACK, last_month="2026-05"),)), "track_months_out_of_order"),
        (replace(CALL, tracks=(replace(TRACK, products=()),)), "track_without_product"),
        (replace(CALL, tracks=(replace(TRACK, criteria=()),)), "track_without_criterion"),
        (replace(CALL, tracks=(replace(TRACK, minimum_total_milli=100_001),)), "track_minimum_above_points"),
        (
            replace(CALL, tracks=(with_entry(TRACK, "criteria", CriterionDraft("x", "", "X", 1)),)),
            "entry_title_missing",
        ),
        (
            replace(CALL, tracks=(replace(TRACK, rules=(RuleDraft("region", "deadline", {"regions": []}),)),)),
            "rule_without_parameter",
        ),
    ],
)
def test_each_fault_is_named(call, code):
    assert [fault.code for fault in faults(call, NOW)] == [code]


def test_every_fault_has_its_sentence():
    from madang.portal.drafts.sentences import REFUSALS

    broken = CallDraft("c", "regular", "", "", "", "", (), (replace(TRACK, title_ko="", products=(), criteria=()),))
    assert {fault.code for fault in faults(broken, NOW)} <= set(REFUSALS)


def test_entries_are_replaced_in_place_and_never_doubled():
    changed = with_entry(TRACK, "criteria", CriterionDraft("merit", "다", "New", 10), instead_of="merit")
    assert [entry.title_en for entry in changed.criteria] == ["New", "Plan"]
    with refused("entry_twice"):
        with_entry(TRACK, "criteria", CriterionDraft("plan", "다", "New", 10), instead_of="merit")
    with refused("entry_gone"):
        with_entry(TRACK, "criteria", CriterionDraft("x", "다", "New", 10), instead_of="gone")


codes = st.lists(st.text("abcdef", min_size=1, max_size=3), unique=True, max_size=6)


@given(codes, st.data())
def test_moving_up_keeps_all_and_taking_out_takes_one(names, data):
    track = replace(TRACK, criteria=tuple(CriterionDraft(name, "가", "A", 1) for name in names))
    key = data.draw(st.sampled_from([*names, "missing"]))
    up = [entry.code for entry in moved_up(track, "criteria", key).criteria]
    assert sorted(up) == sorted(names)
    if key in names[1:]:
        assert up.index(key) == names.index(key) - 1
    assert [entry.code for entry in without_entry(track, "criteria", key).criteria] == [
        name for name in names if name != key
    ]
    assert drafts.key_of("criteria", CriterionDraft("a", "", "", 1)) == "a"
