"""The public figures as JSON, under /api/v1/figures, for anyone; and the draft of freezing a year, for staff."""

import json
from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Path, Router, Schema, Status

from madang.portal.actors import READING_ROLES
from madang.portal.faces import known_to, one
from madang.portal.indicators import actions, dictionary, queries
from madang.portal.indicators.rules import FIRST_YEAR, LAST_YEAR
from madang.portal.indicators.sentences import TABLES
from madang.portal.schemas import Comment

router = Router(tags=["figures"])
Year = Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR)]


class FigureOut(Schema):
    """One table of figures: what it is, when it was worked out, its columns and its rows; null where withheld."""

    code: str
    title: str
    definition: str
    worked_out_at: datetime
    columns: list[str]
    rows: list[dict[str, Any]]


class DefinitionOut(Schema):
    """One figure; `protected`: small cells are withheld, else `open_because`; `over`: the columns of a quotient."""

    code: str
    title: str
    definition: str
    unit: str
    source: str
    protected: bool
    open_because: str
    over: list[str]


class FrozenYearOut(Schema):
    """A year whose figures are frozen, with the SHA-256 of their text."""

    year: int
    sha256: str
    frozen_at: datetime


class FrozenFiguresOut(FrozenYearOut):
    """The frozen rows by table, as the file under /figures/YEAR.json has them."""

    figures: dict[str, list[dict[str, Any]]]


class DifferenceOut(Schema):
    """A number that the tables say otherwise by now; `named`: what names its row; null where there is no number."""

    table: str
    named: dict[str, str]
    figure: str
    frozen: int | None
    now: int | None


class FigureDifferencesOut(Schema):
    """A frozen year beside the tables as they were last worked out."""

    year: int
    sha256: str
    worked_out_at: datetime | None
    differences: list[DifferenceOut]


class FreezeDraftIn(Schema):
    """A word for the approver."""

    comment: Comment = ""


class FreezeDraftOut(Schema):
    """The approval that now waits for a second person."""

    approval: int


@router.get("/figures", response=list[FigureOut], auth=None, operation_id="list_figures")
def list_figures(request: HttpRequest) -> list[FigureOut]:
    """All tables of public figures with their definitions; an empty list before they were first worked out."""
    row = queries.latest()
    return [_out(code, row) for code in TABLES] if row else []


@router.get("/figures/definitions", response=list[DefinitionOut], auth=None, operation_id="list_figure_definitions")
def list_figure_definitions(request: HttpRequest) -> Any:
    """The registry: every figure with its definition, unit and source."""
    return dictionary.figures(get_language() or "ko")


@router.get("/figures/years", response=list[FrozenYearOut], auth=None, operation_id="list_figure_years")
def list_figure_years(request: HttpRequest) -> Any:
    """The years whose figures are frozen, the last first."""
    return queries.frozen_years()


@router.get("/figures/years/{int:year}", response=FrozenFiguresOut, auth=None, operation_id="get_figure_year")
def get_figure_year(request: HttpRequest, year: Year) -> Any:
    """The figures of a year as they were frozen."""
    row = one(queries.frozen_years(), year=year)
    facts = {"year": row.year, "sha256": row.sha256, "frozen_at": row.frozen_at}
    return facts | {"figures": json.loads(row.content)["figures"]}


@router.get(
    "/figures/years/{int:year}/differences",
    response=FigureDifferencesOut,
    auth=None,
    operation_id="get_figure_year_differences",
)
def get_figure_year_differences(request: HttpRequest, year: Year) -> Any:
    """Where the tables say something else by now than what was frozen of a year; empty where they say the same."""
    row = one(queries.frozen_years(), year=year)
    found = {"year": row.year, "sha256": row.sha256, "worked_out_at": queries.latest_at()}
    return found | {"differences": queries.changes(row.content)}


@router.post("/figures/years/{int:year}/draft", response={201: FreezeDraftOut}, operation_id="draft_figure_year")
@known_to(*READING_ROLES)
def draft_figure_year(request: HttpRequest, year: Year, given: FreezeDraftIn) -> Any:
    """Lays the figures of a year, as the tables say now, before a second person."""
    drafted = actions.draft(by=request.actor, now=request.now, year=year, comment=given.comment)
    return Status(201, {"approval": drafted.pk})


@router.get("/figures/{code}", response=FigureOut, auth=None, operation_id="get_figure")
def get_figure(request: HttpRequest, code: str) -> FigureOut:
    """One table of public figures."""
    row = queries.latest()
    if row is None or code not in TABLES:
        raise Http404
    return _out(code, row)


def _out(code: str, row: Any) -> FigureOut:
    table = TABLES[code]
    words = {"title": _(table.title), "definition": _(table.definition), "columns": dictionary.columns(code)}
    return FigureOut(code=code, worked_out_at=row.worked_out_at, rows=row.figures[code], **words)
