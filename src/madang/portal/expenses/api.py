"""What the centre spends, as JSON for staff."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.pagination import paginate

from madang.portal.actors import READING_ROLES
from madang.portal.expenses import queries
from madang.portal.expenses.rules import ExpenseKind, SheetState
from madang.portal.faces import known_to

router = Router(tags=["expenses"])


class ExpenseLineOut(Schema):
    """Won spent on one thing, for one pool or (null) for all pools of GPUs."""

    kind: ExpenseKind
    pool: str | None
    amount_won: int
    document: str

    @staticmethod
    def resolve_pool(row: Any) -> str | None:
        return row.pool.code if row.pool else None

    @staticmethod
    def resolve_amount_won(row: Any) -> int:
        return int(row.amount)


class ExpenseSheetOut(Schema):
    """All that was spent in some months, rent apart; a replaced one is kept."""

    id: int
    first_month: str
    months: int
    state: SheetState
    agreed_at: datetime | None
    lines: list[ExpenseLineOut]

    @staticmethod
    def resolve_months(row: Any) -> int:
        return int(row.length)

    @staticmethod
    def resolve_lines(row: Any) -> Any:
        return list(row.lines.all())


@router.get("/expense-sheets", response=list[ExpenseSheetOut], operation_id="list_expense_sheets")
@paginate
@known_to(*READING_ROLES)
def list_expense_sheets(request: HttpRequest) -> Any:
    """What the centre spent by period, the last first."""
    return queries.sheets(request.actor)
