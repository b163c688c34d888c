"""The officials' pages on applications: lists, export, demand, screening one; and the applicant's answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from madang.portal import charts, sheets
from madang.portal.actors import READING_ROLES, Role
from madang.portal.applications import queries as applications
from madang.portal.applications import showing
from madang.portal.calls import queries as calls
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.files import faces as files
from madang.portal.files.actions import store
from madang.portal.files.rules import ATTACHMENTS, clean_name
from madang.portal.journal import actions as journal
from madang.portal.resources.sentences import UNITS
from madang.portal.screening import actions, exports, queries
from madang.portal.screening.forms import (
    AnswerForm,
    ExportForm,
    FilterForm,
    PurposeForm,
    QuestionForm,
    ReceivedForm,
    ReportForm,
    VerdictForm,
)
from madang.portal.screening.rules import DemandLine
from madang.portal.templatetags.madang import in_language, month

PAGE = 50
reader = with_role(*READING_ROLES)
officer = with_role(Role.SCREENING_OFFICER, Role.PROGRAMME_MANAGER)


@reader
@require_GET
def intakes_page(request: HttpRequest) -> HttpResponse:
    """All intakes with how many applications came in and how many wait."""
    page = Paginator(queries.intakes(request.actor), PAGE).get_page(request.GET.get("page"))
    rows = [(intake, calls.shown_state(intake, request.now)) for intake in page]
    return render(request, "screening/intakes.html", {"page": page, "rows": rows})


@reader
@require_GET
def list_page(request: HttpRequest, pk: int) -> HttpResponse:
    """An intake's applications, filtered."""
    intake = one(queries.intakes(request.actor), pk=pk)
    form = FilterForm(request.GET, choices=queries.filters(intake))
    form.is_valid()
    rows = queries.applications(request.actor, pk, form.cleaned_data)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    journal.read(by=request.actor, now=request.now, what="search", kind="intake", subject=pk)
    late = queries.late_attempts(request.actor, pk)[:PAGE]
    context = {"intake": intake, "form": form, "page": page, "late": late}
    return render(request, "screening/applications.html", context)


@reader
def export_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks why, keeps that, and gives the list as a file."""
    intake = one(queries.intakes(request.actor), pk=pk)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        purpose = form.cleaned_data["purpose"]
        journal.read(by=request.actor, now=request.now, what="export", kind="intake", subject=pk, purpose=purpose)
        rows = queries.applications(request.actor, pk, {})
        excel = form.cleaned_data["format"] == "xlsx"
        body = exports.as_xlsx(rows) if excel else exports.as_csv(rows)
        response = HttpResponse(body, content_type=sheets.XLSX if excel else sheets.CSV)
        name = f"{intake.call.code}-{intake.number}.{form.cleaned_data['format']}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    back = reverse("intake-applications", args=[pk])
    return form_page(request, form, title=gettext("Export the list"), label=gettext("Export"), back=back)


@reader
@require_GET
def demand_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What the intake asks for by pool and month, against funded capacity that is still free."""
    intake = one(queries.intakes(request.actor), pk=pk)
    demand = queries.demand(request.actor, pk)
    context = {
        "intake": intake,
        "demand": demand,
        "pools": [
            _asked_of(row, [line for line in demand.lines if line.pool == code])
            for code, row in sorted(demand.pools.items())
        ],
    }
    return render(request, "screening/demand.html", context)


def _asked_of(pool: Any, lines: list[DemandLine]) -> dict[str, Any]:
    """One pool's months with their chart: the least that is useful, and more, under what is free."""
    unit = gettext(UNITS[f"{pool.unit}_{pool.grain}"])
    chart = charts.stacked(
        title=gettext("{pool}: asked for by month").format(pool=in_language(pool, "name")),
        description=gettext("The line shows what is funded and promised to nobody yet."),
        category=gettext("Month"),
        measure=unit,
        series=[gettext("Least that is useful"), gettext("Asked for beyond it")],
        rows=[(month(line.month), [line.least, max(0, line.asked - line.least)]) for line in lines],
        limit=[line.free or 0 for line in lines],
        limit_name=gettext("Free and funded"),
    )
    return {"pool": pool, "unit": unit, "lines": lines, "chart": chart}


@reader
def application_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One application as submitted, with its checks and questions, for those who screen and those who read."""
    row = one(applications.whole(request.actor).filter(in_force__isnull=False).select_related("decision"), pk=pk)
    if request.method == "GET":
        given = {"kind": "application", "subject": pk, "whose": row.created_by_id, "organisation": row.organisation_id}
        journal.read(by=request.actor, now=request.now, what="view", **given)
    verdict = VerdictForm(initial={"version": row.version})
    return render(request, "screening/application.html", _context(request, row, _question(request), verdict))


def _question(request: HttpRequest) -> QuestionForm:
    """An empty question with the time to answer that the centre gives."""
    until = request.now + timedelta(hours=settings.MADANG_QUESTION_HOURS)
    return QuestionForm(initial={"answer_by": timezone.localtime(until)})


def _context(request: HttpRequest, row: Any, question: QuestionForm, verdict: VerdictForm) -> dict[str, Any]:
    by = request.actor
    may = by.has(Role.SCREENING_OFFICER, Role.PROGRAMME_MANAGER) and not by.member_of(row.organisation_id)
    screening = row.intake.state == "screening" and request.now >= row.intake.closes_at
    sections = sorted(row.track.sections.all(), key=lambda part: (part.position, part.pk))
    products = {offer.product.code: offer.product for offer in row.track.products.all()}
    content = row.in_force.content
    return {
        "application": row,
        "content": content,
        "sections": [(part, content.get("sections", {}).get(part.code, "")) for part in sections],
        "asks": [(products.get(line["product"]), line) for line in content.get("asks", [])],
        "files": applications.submitted_files(by).filter(submission=row.in_force),
        "checks": showing.checks(row),
        "question": question,
        "verdict": verdict,
        "may_screen": may and screening and row.state in {"submitted", "reopened"},
        "may_reconsider": may and screening and row.state in {"eligible", "ineligible"},
    }


@officer
@require_POST
def ask_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Sends a question to the applicant."""
    row = one(applications.whole(request.actor).filter(in_force__isnull=False), pk=pk)
    form = QuestionForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        tried(form, lambda: actions.ask(by=request.actor, now=request.now, application=pk, **given))
        if not form.errors:
            messages.success(request, gettext("The question is sent."))
            return redirect("screening", pk=pk)
    verdict = VerdictForm(initial={"version": row.version})
    return render(request, "screening/application.html", _context(request, row, form, verdict), status=422)


@officer
@require_POST
def verdict_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives the verdict, or takes it back."""
    row = one(applications.whole(request.actor).filter(in_force__isnull=False), pk=pk)
    form = VerdictForm(request.POST)
    if form.is_valid():
        tried(form, lambda: _judge(request, pk, form.cleaned_data))
        if not form.errors:
            messages.success(request, gettext("Saved."))
            return redirect("screening", pk=pk)
    return render(request, "screening/application.html", _context(request, row, _question(request), form), status=422)


def _judge(request: HttpRequest, pk: int, given: dict[str, Any]) -> None:
    who = {"by": request.actor, "now": request.now, "application": pk, "version": given["version"]}
    if "reconsider" in request.POST:
        actions.reconsider(**who)
    else:
        actions.screen(**who, eligible="eligible" in request.POST, comment=given["comment"])


@signed_in
@require_POST
def answer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The applicant's answer to a question, perhaps with a file; what was typed comes back where it cannot be sent."""
    question = one(queries.own_questions(request.actor), pk=pk)
    form = AnswerForm(request.POST, request.FILES)
    back = reverse("application", args=[question.application_id])
    if form.is_valid():
        tried(form, lambda: _answer(request, pk, form.cleaned_data))
    if not form.errors:
        messages.success(request, gettext("The answer is sent."))
        return redirect(back)
    given = {"title": gettext("Your answer"), "label": gettext("Send the answer"), "lead": question.text}
    return form_page(request, form, back=back, **given)


def _answer(request: HttpRequest, question: int, given: dict[str, Any]) -> None:
    upload, file, name = given["file"], None, ""
    if upload:
        stored = store(now=request.now, name=upload.name, allowed=ATTACHMENTS, upload_chunks=upload.chunks())
        file, name = stored.pk, clean_name(upload.name)
    actions.answer(by=request.actor, now=request.now, question=question, text=given["answer"], file=file, name=name)


@signed_in
def answer_file_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of an answer. Whoever is not of the organisation says why first, and that is kept."""
    question = one(queries.answer_files(request.actor), pk=pk)
    row = question.application
    if request.actor.member_of(row.organisation_id):
        return files.answer(question.answer_file, question.answer_file_name)
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {"kind": "application", "subject": row.pk, "whose": row.created_by_id, **form.cleaned_data}
        journal.read(by=request.actor, now=request.now, what="download", organisation=row.organisation_id, **given)
        return files.answer(question.answer_file, question.answer_file_name)
    title = gettext("Download “{name}”").format(name=question.answer_file_name)
    back = reverse("screening", args=[row.pk])
    return form_page(request, form, title=title, label=gettext("Download"), back=back)


@reader
def reports_page(request: HttpRequest) -> HttpResponse:
    """The reports that organisations owe; overdue ones count in eligibility rules."""
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {"organisation": form.cleaned_data["number"], "title": form.cleaned_data["title"]}
        due_on = form.cleaned_data["due_on"]
        tried(form, lambda: actions.note_report(by=request.actor, now=request.now, due_on=due_on, **given))
        if not form.errors:
            messages.success(request, gettext("Saved."))
            return redirect("owed-reports")
    page = Paginator(queries.owed_reports(request.actor), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "today": request.now.date()}
    return render(request, "screening/reports.html", context, status=422 if form.errors else 200)


@officer
def received_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that a report came in."""
    report = one(queries.owed_reports(request.actor), pk=pk)
    form = ReceivedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {"report": pk, "received_on": form.cleaned_data["received_on"]}
        tried(form, lambda: actions.receive_report(by=request.actor, now=request.now, **given))
        if not form.errors:
            return redirect("owed-reports")
    title = gettext("Report received: {title}").format(title=report.title)
    return form_page(request, form, title=title, label=gettext("Save"), back=reverse("owed-reports"))


urlpatterns = [
    path("staff/intakes/", intakes_page, name="staff-intakes"),
    path("staff/intakes/<int:pk>/", demand_page, name="intake-demand"),
    path("staff/intakes/<int:pk>/applications/", list_page, name="intake-applications"),
    path("staff/intakes/<int:pk>/export/", export_page, name="intake-export"),
    path("staff/applications/<int:pk>/", application_page, name="screening"),
    path("staff/applications/<int:pk>/ask/", ask_page, name="screening-ask"),
    path("staff/applications/<int:pk>/verdict/", verdict_page, name="screening-verdict"),
    path("applications/questions/<int:pk>/answer/", answer_page, name="question-answer"),
    path("applications/questions/<int:pk>/file/", answer_file_page, name="question-file"),
    path("staff/reports/", reports_page, name="owed-reports"),
    path("staff/reports/<int:pk>/received/", received_page, name="owed-report-received"),
]
