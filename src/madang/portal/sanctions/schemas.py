"""What the API of sanctions takes and gives."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Field, Schema

from madang.portal.sanctions import queries
from madang.portal.sanctions.rules import SanctionAct, SanctionGround, SanctionState
from madang.portal.schemas import Code, Comment, Day, Id, Month
from madang.portal.settlements.rules import FIRST_YEAR, LAST_YEAR

Days = Annotated[int, Field(ge=0, le=366)]
Permille = Annotated[int, Field(ge=0, le=10_000, description="Of the gain: 5000 is five times.")]
Amount = Annotated[int, Field(ge=1, le=10**15)]
Said = Annotated[str, Field(max_length=4000)]


class SanctionTermsIn(Schema):
    """What counts from a day on, and the law or rule that it rests on."""

    starts_on: Day
    answer_days: Days
    appeal_days: Days
    pay_days: Days
    false_permille: Permille
    excess_permille: Permille
    other_permille: Permille
    ban_months: Annotated[int, Field(ge=0, le=120)]
    document: Annotated[str, Field(max_length=200)]


class SanctionTermsOut(SanctionTermsIn):
    """The same with its id."""

    id: int


class SanctionFindingIn(Schema):
    """What was found: of money with award, funding source, fiscal year and won; of a ban with its months.

    A back charge names the award, the code of its rule (`/entitlements`) and the first and last month of use.
    """

    act: SanctionAct
    organisation: Id
    ground: SanctionGround
    done_on: Day
    finding: Said
    evidence: Annotated[str, Field(max_length=300)]
    award: Id | None = None
    source: Id | None = None
    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)] | None = None
    base_won: Amount | None = None
    months: Annotated[int, Field(ge=1, le=120)] | None = None
    rule: Code | None = None
    first_month: Month | None = None
    last_month: Month | None = None


class SanctionOut(Schema):
    """An act with finding, notice, answer, decision, appeal and money; `state_now` tells of what is over as well."""

    id: int
    number: str
    act: SanctionAct
    organisation: str = Field(alias="organisation.name")
    award: str | None
    state: SanctionState
    state_now: str
    ground: SanctionGround
    done_on: date
    finding: str
    evidence: str
    source: str | None
    year: int | None
    rule: str | None
    first_month: str | None
    last_month: str | None
    base_won: int | None = Field(alias="base")
    permille: int | None
    amount_won: int | None = Field(alias="amount")
    received_won: int = Field(alias="received")
    months: int | None
    noticed_at: datetime | None
    answer_by: datetime | None
    answer: str
    answered_at: datetime | None
    reduced_reason: str
    decision: str
    decided_at: datetime | None
    document_number: str
    appeal_by: datetime | None
    due_on: date | None
    starts_on: date | None
    ends_on: date | None
    appeal: str
    appealed_at: datetime | None
    outcome: str
    outcome_at: datetime | None

    @staticmethod
    def resolve_number(row: Any) -> str:
        return queries.number(row)

    @staticmethod
    def resolve_award(row: Any) -> str | None:
        return row.award.number if row.award else None

    @staticmethod
    def resolve_source(row: Any) -> str | None:
        return row.source.code if row.source else None

    @staticmethod
    def resolve_rule(row: Any) -> str | None:
        return row.rule.code if row.rule else None

    @staticmethod
    def resolve_state_now(row: Any, context: Any) -> str:
        return queries.state(row, context["request"].now)


class SanctionAnswerIn(Schema):
    """What an organisation says, once."""

    text: Said


class SanctionLessIn(Schema):
    """The won or the months that are asked for now, and why."""

    figure: Amount
    reason: Comment


class SanctionReasonIn(Schema):
    """The reasons, which the organisation reads."""

    reason: Comment


class SanctionOutcomeIn(Schema):
    """Whether the decision is to be annulled, and the reasons, which the organisation reads."""

    annul: bool
    reason: Comment


class SanctionDraftOut(Schema):
    """The approval that now waits for a second person."""

    approval: int


class DemandMatchIn(Schema):
    """Which receipt, and how much of it."""

    receipt: Id
    amount_won: Amount


class DemandMoneyOut(Schema):
    """Won put onto a demand, or taken off it (below nought), and the fiscal year in which that counts."""

    id: int
    kind: str
    amount_won: int = Field(alias="amount")
    year: int
    receipt: int | None = Field(alias="receipt_id")
    reverses: int | None = Field(alias="reverses_id")
    reason: str
    document_number: str
    posted_at: datetime
