"""Where a round stands, from what is counted in it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.portal.actors import Role
from madang.portal.calls.rules import IntakeState
from madang.portal.rounds.rules import WHO, Act, Standing, Step, next_act, step_of, steps

REVIEW = Standing(IntakeState.IN_REVIEW, handed_in=3, eligible=3, sheets_wanted=9, sheets_given=9, sheets_back=9)
DECIDED = Standing(IntakeState.DECIDED, handed_in=3, eligible=3, adopted=1, published=3)
COUNT = st.integers(0, 3)
ANY = st.builds(
    Standing,
    state=st.sampled_from(IntakeState),
    **{name: COUNT for name in Standing.__dataclass_fields__ if name != "state"},
)


@pytest.mark.parametrize(
    ("standing", "act"),
    [
        (Standing(IntakeState.PLANNED), Act.WAIT_FOR_OPENING),
        (Standing(IntakeState.OPEN, handed_in=2, to_screen=2), Act.WAIT_FOR_DEADLINE),
        (Standing(IntakeState.SCREENING, handed_in=2, to_screen=1), Act.SCREEN),
        (Standing(IntakeState.SCREENING, handed_in=2), Act.MOVE_TO_REVIEW),
        (replace(REVIEW, sheets_given=8, sheets_back=8), Act.ASSIGN),
        (replace(REVIEW, sheets_back=8), Act.WAIT_FOR_REVIEWS),
        (REVIEW, Act.PROPOSE),
        (replace(REVIEW, solving=1, checked=1), Act.WAIT_FOR_SOLVER),
        (replace(REVIEW, checked=2), Act.ADOPT),
        (replace(REVIEW, adopted=1, held_back=3), Act.PUBLISH),
        (replace(DECIDED, offered=2, accepted=1), Act.WAIT_FOR_ANSWERS),
        (replace(DECIDED, offered=2, came_back=1, reserve=1), Act.SOLVE_AGAIN),
        (replace(DECIDED, held_back=1, came_back=1, reserve=1), Act.PUBLISH),
        (replace(DECIDED, accepted=1, came_back=1), Act.SIGN),
        (replace(DECIDED, in_force=3), Act.FOLLOW),
        (Standing(IntakeState.CLOSED), Act.FOLLOW),
    ],
)
def test_what_comes_next(standing, act):
    assert next_act(standing) is act


@given(ANY)
def test_steps_are_done_up_to_the_one_that_is_now(standing):
    found = steps(standing)
    assert [step for step, _ in found] == list(Step)
    words = [where for _, where in found]
    assert words == sorted(words, key=["done", "now", "later"].index)
    assert words.count("now") == (0 if set(words) == {"done"} else 1)
    if "now" in words:
        assert found[words.index("now")][0] is step_of(next_act(standing))


def test_an_auditor_may_do_nothing_and_what_waits_is_nobodys():
    assert not any(Role.AUDITOR in roles for roles in WHO.values())
    assert not [act for act in WHO if act.startswith("wait")]
    assert set(Act) == {*WHO} | {act for act in Act if act.startswith("wait")} | {Act.FOLLOW}
