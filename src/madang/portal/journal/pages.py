"""The pages of the journal: entries, readings, retention for the auditor, and the published heads for everybody."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madang.portal.actors import Role
from madang.portal.faces import with_role
from madang.portal.journal import actions, exports, faces, forms, queries, sentences
from madang.portal.people import queries as people

PER_PAGE = 50


def _names(request: HttpRequest, ids: set[int]) -> dict[int, str]:
    """Today's names for the numbers on a page; the journal itself holds numbers only."""
    return dict(people.persons(request.actor).filter(pk__in=ids).values_list("pk", "name"))


@with_role(Role.AUDITOR, Role.OPERATOR)
def journal(request: HttpRequest) -> HttpResponse:
    """The entries that fit the search, newest first, each with its number and hash. The search is logged."""
    form = forms.Search(request.GET or None)
    wanted = form.wanted() if form.is_valid() else {}
    page = Paginator(queries.entries_found(request.actor, **wanted), PER_PAGE).get_page(request.GET.get("page"))
    names = _names(request, {row.actor for row in page if row.actor})
    actions.read(by=request.actor, now=request.now, what="search", kind="journal", subject="all")
    rows = [(row, names.get(row.actor, ""), getattr(row, "seal", None)) for row in page]
    context = {"form": form, "page": page, "rows": rows, "head": queries.last_seal()}
    return render(request, "journal/journal.html", context)


@with_role(Role.AUDITOR, Role.OPERATOR)
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The entries that fit the search as CSV, the newest where there are very many; asks first what for."""
    search = forms.Search(request.GET)
    form = forms.Purpose(request.GET if "purpose" in request.GET else None)
    if not search.is_valid() or not form.is_valid():
        asked = {name: value for name, value in request.GET.items() if name in search.fields}
        return render(request, "journal/export.html", {"form": form, "search": search, "asked": asked})
    purpose = form.cleaned_data["purpose"]
    actions.read(by=request.actor, now=request.now, what="export", kind="journal", subject="all", purpose=purpose)
    rows = queries.entries_found(request.actor, **search.wanted())[: exports.MOST]
    lines = exports.as_csv(rows.iterator(chunk_size=1000), get_language() or "ko")
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="journal-{request.now:%Y%m%d-%H%M%S}.csv"'
    return response


@with_role(Role.AUDITOR)
def readings(request: HttpRequest) -> HttpResponse:
    """Who opened whose data, newest first."""
    page = Paginator(queries.readings(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    names = _names(request, {row.reader for row in page})
    actions.read(by=request.actor, now=request.now, what="search", kind="reading", subject="all")
    rows = [(row, names.get(row.reader, ""), _(sentences.READINGS[row.what])) for row in page]
    return render(request, "journal/readings.html", {"page": page, "rows": rows})


@with_role(Role.AUDITOR, Role.OPERATOR)
def retention(request: HttpRequest) -> HttpResponse:
    """How long each kind of record is kept and why, and the register of what was destroyed."""
    page = Paginator(queries.destructions(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    rules = [(rule, *faces.record(rule.kind)) for rule in queries.retention(request.actor)]
    return render(request, "journal/retention.html", {"rules": rules, "page": page})


def heads(request: HttpRequest) -> HttpResponse:
    """The chain's head of each day, for everybody: whoever keeps one can later show that nothing before it changed."""
    page = Paginator(queries.heads(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "journal/heads.html", {"page": page})


def heads_as_json(request: HttpRequest) -> JsonResponse:
    """The same for a program, the last ten years of them."""
    rows = queries.heads()[:3660]
    return JsonResponse(
        {"heads": [{"day": row.day.isoformat(), "number": row.number, "hash": row.hash} for row in rows]}
    )


urlpatterns = [
    path("journal/", journal, name="journal"),
    path("journal/export/", export, name="journal-export"),
    path("journal/readings/", readings, name="journal-readings"),
    path("journal/retention/", retention, name="journal-retention"),
    path("journal/heads/", heads, name="journal-heads"),
    path("journal/heads.json", heads_as_json, name="journal-heads-json"),
]
