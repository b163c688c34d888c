"""The API of rounds: every intake with where it stands and what comes next, and the step that moves it on."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from ninja import Field, Router, Schema
from ninja.pagination import LimitOffsetPagination, paginate

from madang.portal import states
from madang.portal.actors import READING_ROLES, Role
from madang.portal.calls import actions as calls
from madang.portal.calls.rules import IntakeState
from madang.portal.faces import known_to, one
from madang.portal.rounds import queries
from madang.portal.rounds.rules import WHO, Act, next_act
from madang.portal.rounds.sentences import ACTS

router = Router(tags=["rounds"])


class RoundLineOut(Schema):
    """An intake of a published call; `state` is what was set, which the clock may have overtaken."""

    id: int
    call: str = Field(alias="call.code")
    number: int
    state: IntakeState
    opens_at: datetime
    closes_at: datetime
    review_due_at: datetime
    decision_due_at: datetime
    state_in_words: str

    @staticmethod
    def resolve_state_in_words(row: Any) -> str:
        return states.word(row.state)


class StandingOut(Schema):
    """A round in numbers, as they are at this moment."""

    handed_in: int
    to_screen: int
    eligible: int
    sheets_wanted: int
    sheets_given: int
    sheets_back: int
    solving: int
    checked: int
    adopted: int
    held_back: int
    published: int
    reserve: int
    offered: int
    accepted: int
    in_force: int
    came_back: int
    freed_hours: int


class RoundOut(RoundLineOut):
    """A round with its figures, what comes next and who of the centre may do it (nobody: it waits for others)."""

    standing: StandingOut
    shown_state: IntakeState
    shown_state_in_words: str
    next_act: Act
    next_text: str
    may: list[Role]


class MoveIn(Schema):
    """The state that comes next."""

    to: IntakeState


@router.get("/intakes", response=list[RoundLineOut], operation_id="list_intakes")
@paginate(LimitOffsetPagination)
@known_to(*READING_ROLES)
def list_intakes(request: HttpRequest) -> Any:
    """All intakes of published calls, latest deadline first; for staff and auditors."""
    return queries.intakes(request.actor)


@router.get("/intakes/{int:intake}", response=RoundOut, operation_id="get_intake")
@known_to(*READING_ROLES)
def get_intake(request: HttpRequest, intake: int) -> Any:
    """One round: its figures, what comes next and who may do it."""
    row = one(queries.intakes(request.actor), pk=intake)
    row.standing = queries.standings(request.actor, [row], request.now)[row.pk]
    row.shown_state, row.next_act = row.standing.state, next_act(row.standing)
    row.shown_state_in_words = states.word(row.shown_state)
    row.next_text = gettext(ACTS[row.next_act][0])
    row.may = sorted(WHO.get(row.next_act, frozenset()))
    return row


@router.post("/intakes/{int:intake}/moves", response=RoundOut, operation_id="move_intake")
@known_to(*READING_ROLES)
def move(request: HttpRequest, intake: int, given: MoveIn) -> Any:
    """Moves an intake one step on once its date has come: to screening, to review, to closed."""
    one(queries.intakes(request.actor), pk=intake)
    calls.move_intake(by=request.actor, now=request.now, intake=intake, to=given.to)
    return get_intake(request, intake)
