"""Companies all together, for staff: the list, the board, how they get on, files, and a list before it is stored."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from madang.errors import Refused
from madang.portal import charts, refusals
from madang.portal.actors import READING_ROLES
from madang.portal.companies import bringing, company_pages, exports, progress, queries, sheet
from madang.portal.companies.forms import CompanySearchForm
from madang.portal.companies.list_forms import CompanyListForm, SameForm
from madang.portal.companies.rules import KEEPERS, STAGES, following
from madang.portal.companies.sentences import STAGES as WORDS
from madang.portal.companies.sentences import VERDICTS
from madang.portal.companies.sheet import CompanyVerdict
from madang.portal.faces import form_page, tried, with_role
from madang.portal.files import tables
from madang.portal.files.faces import taken

A_PAGE, ON_BOARD, SHOWN = 50, 8, 500
TONES = {
    CompanyVerdict.NEW: "success",
    CompanyVerdict.CHANGED: "information",
    CompanyVerdict.UNCHANGED: "neutral",
    CompanyVerdict.POSSIBLE: "warning",
    CompanyVerdict.SKIPPED: "neutral",
}


def _searched(request: HttpRequest) -> tuple[CompanySearchForm, Any]:
    form = CompanySearchForm(request.GET or None, by=request.actor)
    return form, queries.listed(request.actor, **form.chosen(), day=queries.today(request.now))


def _together(request: HttpRequest, form: CompanySearchForm) -> dict[str, Any]:
    """What the list, the board and the charts share: search, tabs, and what the person may do."""
    return {
        "form": form,
        "searched": any(request.GET.get(name) for name in form.fields),
        "may_change": request.actor.has(*KEEPERS),
        "today": queries.today(request.now),
        "crumbs": [(_("Work of the centre"), reverse("staff")), (_("Companies"), "")],
    }


@with_role(*READING_ROLES)
def companies(request: HttpRequest) -> HttpResponse:
    """The companies as a list, searched and filtered."""
    form, rows = _searched(request)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "companies/companies.html", {**_together(request, form), "page": page, "tab": "list"})


@with_role(*READING_ROLES)
def board(request: HttpRequest) -> HttpResponse:
    """The companies by stage: how many stand at each, and those with the next actions that are due first."""
    form, rows = _searched(request)
    counts, cards = queries.board(rows, ON_BOARD)
    columns = [
        {
            "stage": stage,
            "word": _(WORDS[stage]),
            "count": counts.get(stage, 0),
            "cards": [card for card in cards if card.stage == stage],
            "next": following(stage),
            "all": _kept(request, stage),
        }
        for stage in STAGES
    ]
    return render(request, "companies/board.html", {**_together(request, form), "columns": columns, "tab": "board"})


def _kept(request: HttpRequest, stage: str) -> str:
    """The same search for one stage."""
    kept = request.GET.copy()
    kept["stage"] = stage
    return kept.urlencode()


@with_role(*READING_ROLES)
def companies_progress(request: HttpRequest) -> HttpResponse:
    """How the companies that fit get on: counts, passages between stages, cohorts by year of the memorandum."""
    form, rows = _searched(request)
    ways, day = queries.ways(rows), queries.today(request.now)
    passages = [(one, _(WORDS[one.start]), _(WORDS[one.end])) for one in progress.passages(ways)]
    cohorts = progress.cohorts(ways, day)
    context = {
        **_together(request, form),
        "tab": "progress",
        "figures": progress.figures(ways),
        "passages": passages,
        "cohorts": cohorts,
        "charts": _charts(passages, cohorts),
    }
    return render(request, "companies/progress.html", context)


def _charts(passages: list[Any], cohorts: list[progress.Cohort]) -> list[charts.Chart]:
    found = []
    rows = [(f"{start} → {end}", [one.started, one.arrived]) for one, start, end in passages if one.started]
    if rows:
        found.append(
            charts.grouped(
                title=_("From stage to stage"),
                description=_("Companies that reached the first stage, and of these those that reached the second."),
                category=_("Stages"),
                measure=_("Companies"),
                rows=rows,
                series=[_("reached the first"), _("reached the second")],
            )
        )
    if cohorts:
        within = [ngettext("within {n} year", "within {n} years", years).format(n=years)
                  for years, _days in progress.WITHIN]  # fmt: skip
        found.append(
            charts.lines(
                title=_("Offices by year of the memorandum"),
                description=_("A year that is not over for all of them has no number yet."),
                category=_("Year of the memorandum"),
                measure=_("Companies"),
                series=[_("memoranda"), *within, _("offices so far")],
                rows=[(str(one.year), [one.memoranda, *one.within, one.so_far]) for one in cohorts],
            )
        )
    return found


@with_role(*READING_ROLES)
def companies_file(request: HttpRequest, kind: str) -> HttpResponse:
    """The list as a file, as it was searched for; it can be brought in again."""
    if kind not in exports.FORMATS:
        raise Http404
    make, mime = exports.FORMATS[kind]
    _form, rows = _searched(request)
    response = HttpResponse(make(rows), content_type=mime)
    name = f"companies-{queries.today(request.now)}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- a list that is brought in ---


@with_role(*KEEPERS)
def bring_in(request: HttpRequest) -> HttpResponse:
    """Takes a list for a look; nothing is stored before the next page's button."""
    form = CompanyListForm(request.POST or None, request.FILES or None)
    kept = taken(request, form)
    if kept is not None:
        request.session[f"companies-{kept.sha256}"] = form.cleaned_data["source"]
        return redirect("companies-look", kept.sha256)
    title, back = _("Bring in a list of companies"), reverse("companies")
    links = [(_("The companies that are here, as an XLSX file"), reverse("companies-file", args=["xlsx"]))]
    return form_page(request, form, title=title, label=_("Look at it"), back=back, links=links)


@with_role(*KEEPERS)
def look(request: HttpRequest, sha256: str) -> HttpResponse:
    """The rows of a kept list and what each comes to; what may be here already is told apart, then all is stored."""
    stored = tables.kept(sha256)
    if stored is None:
        raise Http404
    source = request.session.get(f"companies-{sha256}") or _("List {name}").format(name=sha256[:12])
    crumbs = [(_("Companies"), reverse("companies")), (_("A list of companies"), "")]
    try:
        listed = sheet.read(tables.rows(stored, sheet.ROWS_AT_MOST + 1), source, queries.today(request.now))
        act = {"by": request.actor, "now": request.now, "listed": listed}
        first, _faults = bringing.look(**act, decided={})
        asked = [row for row in first if row.verdict is CompanyVerdict.POSSIBLE]
        form = SameForm(request.POST if request.method == "POST" else None, found=asked)
        decided = form.decided() if request.method == "POST" else {}
        if request.method == "POST" and form.is_valid():
            done = tried(form, partial(bringing.bring_in, **act, sha256=sha256, decided=decided))
            if done is not None:
                text = _("{new} companies are new, {changed} have something added; {rest} rows changed nothing.")
                rest = done.unchanged + done.skipped
                messages.success(request, text.format(new=done.new, changed=done.changed, rest=rest))
                return redirect("companies")
        context = _looked(*bringing.look(**act, decided=decided)) | {"form": form, "asked": asked}
    except Refused as refused:
        context = {"refused": refusals.sentence(refused), "form": None}
    wrong = context.get("refused") or (context["form"] and context["form"].errors)
    return render(request, "companies/look.html", context | {"crumbs": crumbs}, status=422 if wrong else 200)


def _looked(found: list[Any], faults: list[Any]) -> dict[str, Any]:
    return {
        "faults": [(one.place, "", refusals.sentence(Refused(one.code, **one.facts))) for one in faults[:SHOWN]],
        "rows": [(row, TONES[row.verdict], _(VERDICTS[row.verdict]), _days(row)) for row in found[:SHOWN]],
        "more": max(0, len(found) - SHOWN),
        "count": len(found),
        "changing": any(row.verdict in ("new", "changed", "possible") for row in found),
    }


def _days(one: Any) -> list[tuple[str, Any]]:
    return [(_(WORDS[step.stage]), step.on) for step in one.row.steps]


urlpatterns = [
    path("staff/companies/", companies, name="companies"),
    path("staff/companies/board/", board, name="companies-board"),
    path("staff/companies/progress/", companies_progress, name="companies-progress"),
    path("staff/companies/files/<slug:kind>/", companies_file, name="companies-file"),
    path("staff/companies/lists/new/", bring_in, name="companies-bring-in"),
    path("staff/companies/lists/<slug:sha256>/", look, name="companies-look"),
    *company_pages.urlpatterns,
]
