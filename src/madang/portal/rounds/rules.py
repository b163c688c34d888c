"""Where a round stands: which of its steps are done, what comes next and by whom, as functions of what is counted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from madang.portal.actors import Role
from madang.portal.calls.rules import DRAFTING, MOVING, IntakeState


class Step(StrEnum):
    """The steps of a round in their order."""

    APPLICATIONS = "applications"
    SCREENING = "screening"
    REVIEWS = "reviews"
    PLAN = "plan"
    DECISIONS = "decisions"
    AGREEMENTS = "agreements"


class Act(StrEnum):
    """What can be done next in a round, or what it waits for."""

    WAIT_FOR_OPENING = "wait_for_opening"
    WAIT_FOR_DEADLINE = "wait_for_deadline"
    SCREEN = "screen"
    MOVE_TO_REVIEW = "move_to_review"
    ASSIGN = "assign"
    WAIT_FOR_REVIEWS = "wait_for_reviews"
    PROPOSE = "propose"
    WAIT_FOR_SOLVER = "wait_for_solver"
    ADOPT = "adopt"
    PUBLISH = "publish"
    WAIT_FOR_ANSWERS = "wait_for_answers"
    SOLVE_AGAIN = "solve_again"
    SIGN = "sign"
    FOLLOW = "follow"


# Who may do it; what only waits for a date, for applicants or for the worker names nobody of the centre.
WHO: dict[Act, frozenset[Role]] = {
    Act.SCREEN: frozenset({Role.SCREENING_OFFICER, Role.PROGRAMME_MANAGER}),
    Act.MOVE_TO_REVIEW: MOVING,
    Act.ASSIGN: DRAFTING,
    Act.PROPOSE: DRAFTING,
    Act.ADOPT: frozenset({Role.PROGRAMME_MANAGER, Role.APPROVER}),
    Act.PUBLISH: frozenset({Role.PROGRAMME_MANAGER, Role.APPROVER}),
    Act.SOLVE_AGAIN: DRAFTING,
    Act.SIGN: frozenset({Role.APPROVER}),
}


@dataclass(frozen=True)
class Standing:
    """A round in numbers. `state` is the intake's as people are shown it; sheets are those of reviewers."""

    state: IntakeState
    handed_in: int = 0
    to_screen: int = 0
    eligible: int = 0
    sheets_wanted: int = 0
    sheets_given: int = 0
    sheets_back: int = 0
    solving: int = 0
    checked: int = 0
    adopted: int = 0
    held_back: int = 0
    published: int = 0
    reserve: int = 0
    offered: int = 0
    accepted: int = 0
    in_force: int = 0
    came_back: int = 0
    freed_hours: int = 0


_STEP = {
    Act.WAIT_FOR_OPENING: Step.APPLICATIONS,
    Act.WAIT_FOR_DEADLINE: Step.APPLICATIONS,
    Act.SCREEN: Step.SCREENING,
    Act.MOVE_TO_REVIEW: Step.SCREENING,
    Act.ASSIGN: Step.REVIEWS,
    Act.WAIT_FOR_REVIEWS: Step.REVIEWS,
    Act.PROPOSE: Step.PLAN,
    Act.WAIT_FOR_SOLVER: Step.PLAN,
    Act.ADOPT: Step.PLAN,
    Act.PUBLISH: Step.DECISIONS,
    Act.WAIT_FOR_ANSWERS: Step.AGREEMENTS,
    Act.SOLVE_AGAIN: Step.AGREEMENTS,
    Act.SIGN: Step.AGREEMENTS,
    Act.FOLLOW: Step.AGREEMENTS,
}


def next_act(round: Standing) -> Act:
    """What comes next: what the centre can do before what it can only wait for."""
    early = {
        IntakeState.PLANNED: Act.WAIT_FOR_OPENING,
        IntakeState.OPEN: Act.WAIT_FOR_DEADLINE,
        IntakeState.SCREENING: Act.SCREEN if round.to_screen else Act.MOVE_TO_REVIEW,
    }
    if round.state in early:
        return early[round.state]
    if round.held_back:
        return Act.PUBLISH
    if round.state is IntakeState.IN_REVIEW:
        return _in_review(round)
    if (round.came_back or round.freed_hours) and round.reserve:
        return Act.SOLVE_AGAIN
    if round.offered:
        return Act.WAIT_FOR_ANSWERS
    return Act.SIGN if round.accepted else Act.FOLLOW


def _in_review(round: Standing) -> Act:
    if round.sheets_given < round.sheets_wanted:
        return Act.ASSIGN
    if round.sheets_back < round.sheets_given:
        return Act.WAIT_FOR_REVIEWS
    if round.solving:
        return Act.WAIT_FOR_SOLVER
    return Act.ADOPT if round.checked else Act.PROPOSE


def step_of(act: Act) -> Step:
    """The step that an act belongs to."""
    return _STEP[act]


def steps(round: Standing) -> list[tuple[Step, str]]:
    """All steps, each "done", "now" or "later"."""
    order = list(Step)
    act = next_act(round)
    at = order.index(step_of(act))
    over = round.state is IntakeState.CLOSED or (act is Act.FOLLOW and bool(round.in_force))
    return [
        (step, "done" if place < at or over else "now" if place == at else "later") for place, step in enumerate(order)
    ]
