"""The public figures as JSON, under /api/v1/figures, for anyone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from madang.portal.indicators import queries
from madang.portal.indicators.sentences import FIGURES

router = Router(tags=["figures"])


class FigureOut(Schema):
    """One figure: what it counts, when it was worked out, and its rows."""

    code: str
    title: str
    definition: str
    worked_out_at: datetime
    rows: list[dict[str, Any]]


@router.get("/figures", response=list[FigureOut], auth=None, operation_id="list_figures")
def list_figures(request: HttpRequest) -> list[FigureOut]:
    """All public figures with their definitions; an empty list before they were first worked out."""
    row = queries.latest()
    return [_out(code, row) for code in FIGURES] if row else []


@router.get("/figures/{code}", response=FigureOut, auth=None, operation_id="get_figure")
def get_figure(request: HttpRequest, code: str) -> FigureOut:
    """One public figure."""
    row = queries.latest()
    if row is None or code not in FIGURES:
        raise Http404
    return _out(code, row)


def _out(code: str, row: Any) -> FigureOut:
    title, text = FIGURES[code]
    body = row.figures[code]
    rows = body if isinstance(body, list) else [body]
    return FigureOut(code=code, title=_(title), definition=_(text), worked_out_at=row.worked_out_at, rows=rows)
