"""Outcome reports: the organisation writes and hands in, staff look at them; the list as files; a call's schedule."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES, Role
from madang.portal.calls import queries as calls
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.files.faces import answer, attached
from madang.portal.journal.actions import read
from madang.portal.outcomes import actions, exports, queries
from madang.portal.outcomes.forms import CheckForm, EntryForm, HandInForm, ScheduleForm
from madang.portal.outcomes.rules import KEEPERS, OutcomeState
from madang.portal.outcomes.sentences import KINDS, STATES
from madang.portal.screening import queries as screening

A_PAGE = 50


def _noted(request: HttpRequest, row: Any) -> None:
    """That staff read it stands where the organisation's owners see it."""
    organisation = row.owed.organisation_id
    if not request.actor.member_of(organisation):
        read(by=request.actor, now=request.now, what="view", kind="outcome_report", subject=row.pk,
             organisation=organisation)  # fmt: skip


def _back(pk: int) -> str:
    return reverse("outcome-report", args=[pk])


@signed_in
def reports(request: HttpRequest) -> HttpResponse:
    """The reports of one's organisations with what is to be done next; all of them for staff and auditors."""
    state = request.GET.get("state", "")
    rows = queries.reports(request.actor, state if state in STATES else "")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "states": [(value, _(word)) for value, word in STATES.items()],
        "chosen": state,
        "today": queries.today(request.now),
        "staff": request.actor.reads_everything,
        "others": [] if request.actor.reads_everything else screening.owed_reports(request.actor).filter(duty=None),
    }
    return render(request, "outcomes/reports.html", context)


@signed_in
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One report with its versions; staff give their verdict on what was handed in."""
    row = one(queries.reports(request.actor), pk=pk)
    _noted(request, row)
    versions = queries.versions(pk)
    mine = request.actor.member_of(row.owed.organisation_id)
    may_check = request.actor.has(*KEEPERS) and not mine and row.state == OutcomeState.HANDED_IN
    form = CheckForm(request.POST or None, initial={"version": versions[0].version}) if may_check else None
    if request.method == "POST" and form is not None and form.is_valid():
        given = {"duty": pk, "accept": "accept" in request.POST, **form.cleaned_data}
        tried(form, partial(actions.check, by=request.actor, now=request.now, **given))
        if not form.errors:
            messages.success(request, _("Saved. The organisation is told."))
            return redirect("outcome-report", pk)
    papers = queries.registered(versions)
    context = {
        "report": row,
        "versions": [(one_of, _shown(one_of, papers)) for one_of in versions],
        "form": form,
        "looks_up": bool(settings.MADANG_DOI_RESOLVER),
        "elsewhere": queries.named_elsewhere(versions[0]) if may_check else set(),
        "may_write": mine and row.state == OutcomeState.DRAFT,
        "may_correct": mine and row.state == OutcomeState.ACCEPTED,
        "to_mend": next((one_of.reason for one_of in versions[:2] if one_of.state == OutcomeState.MEND), ""),
        "over": queries.today(request.now) >= row.until_on,
        "today": queries.today(request.now),
        "crumbs": [(_("Outcome reports"), reverse("outcome-reports")), (row.award.number, "")],
    }
    return render(request, "outcomes/report.html", context, status=422 if form and form.errors else 200)


def _shown(version: Any, papers: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """What a version says: the kind in words, the entry, and what the registry answered of its paper."""
    return [(_(KINDS[item.kind]), item, papers.get(item.doi)) for item in version.items.all()]


def _own(request: HttpRequest, pk: int) -> Any:
    """The report, for a member of its organisation; for anybody else its forms do not exist."""
    return one(queries.reports(request.actor), pk=pk, owed__organisation__in=list(request.actor.memberships))


@signed_in
def item_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Adds an outcome with its evidence."""
    row = _own(request, pk)
    form = EntryForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        tried(form, partial(_add, request, form, pk))
        if not form.errors:
            messages.success(request, _("Added."))
            return redirect("outcome-report", pk)
    return form_page(request, form, title=_("Add an outcome"), label=_("Add"), lead=row.award.title, back=_back(pk))


def _add(request: HttpRequest, form: EntryForm, pk: int) -> object:
    evidence = attached(request, form)
    return actions.add(by=request.actor, now=request.now, duty=pk, entry=form.entry(), **evidence)


def _sure(request: HttpRequest, pk: int, form: Form, act: Callable[..., object], **words: Any) -> HttpResponse:
    """A page with one button, and back to the report when it is done."""
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name == "nothing"}
        tried(form, partial(act, by=request.actor, now=request.now, duty=pk, **given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("outcome-report", pk)
    return form_page(request, form, back=_back(pk), **words)


def _posted(request: HttpRequest, kind: type[Form]) -> Form:
    return kind(request.POST if request.method == "POST" else None)


@signed_in
def item_remove(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """Takes an outcome out, after a question."""
    _own(request, pk)
    found = queries.item(request.actor, item)
    if found is None or found.report.duty_id != pk:
        raise Http404
    words = {"title": _("Take this outcome out?"), "label": _("Yes, take it out"), "lead": found.what, "danger": True}
    return _sure(request, pk, _posted(request, Form), partial(actions.remove, item=item), **words)


@signed_in
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Hands the report in, with all that was added, or says that there is nothing."""
    row = _own(request, pk)
    form = _posted(request, HandInForm)
    if queries.versions(pk)[0].items.all():
        del form.fields["nothing"]
    lead = _("{title}: once handed in, this version is not changed any more. The centre looks at it and answers.")
    words = {"title": _("Hand the report in"), "label": _("Hand in"), "lead": lead.format(title=row.award.title)}
    return _sure(request, pk, form, actions.hand_in, **words)


@signed_in
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Begins a new version of an accepted report."""
    _own(request, pk)
    lead = _("A copy becomes the next version. The accepted one counts until the next one is accepted.")
    words = {"title": _("Correct the report"), "label": _("Begin a new version"), "lead": lead}
    return _sure(request, pk, _posted(request, Form), actions.correct, **words)


@signed_in
def item_file(request: HttpRequest, item: int) -> HttpResponse:
    """The file that shows an outcome; that staff opened it is noted."""
    found = queries.item(request.actor, item)
    if found is None or found.file is None:
        raise Http404
    _noted(request, found.report.duty)
    return answer(found.file, found.file_name)


@with_role(*READING_ROLES)
def outcomes_file(request: HttpRequest, kind: str) -> HttpResponse:
    """What the accepted reports say, as a file."""
    if kind not in exports.FORMATS:
        raise Http404
    make, mime = exports.FORMATS[kind]
    response = HttpResponse(make(queries.accepted_items(request.actor)), content_type=mime)
    response["Content-Disposition"] = f'attachment; filename="outcomes-{queries.today(request.now)}.{kind}"'
    return response


@with_role(Role.PROGRAMME_MANAGER)
def schedule(request: HttpRequest, code: str) -> HttpResponse:
    """After how many months from the end of an award a call's award holders report."""
    call = one(calls.calls(request.actor), code=code)
    initial = {"months": ", ".join(str(one_of) for one_of in call.report_months)}
    form = ScheduleForm(request.POST if request.method == "POST" else None, initial=initial)
    back = reverse("call-edit" if call.state == "draft" else "call-manage", args=[code])
    if request.method == "POST" and form.is_valid():
        given = {"call": call.pk, "months": form.given()}
        tried(form, partial(actions.set_schedule, by=request.actor, now=request.now, **given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect(back)
    lead = _("It stands on the call's page, and cannot be changed once an award of the call is in force.")
    return form_page(request, form, title=_("When award holders report"), label=_("Save"), lead=lead, back=back)


urlpatterns = [
    path("reports/", reports, name="outcome-reports"),
    path("reports/<int:pk>/", report, name="outcome-report"),
    path("reports/<int:pk>/outcomes/new/", item_new, name="outcome-new"),
    path("reports/<int:pk>/outcomes/<int:item>/remove/", item_remove, name="outcome-remove"),
    path("reports/<int:pk>/hand-in/", hand_in, name="outcome-hand-in"),
    path("reports/<int:pk>/correct/", correct, name="outcome-correct"),
    path("reports/outcomes/<int:item>/file/", item_file, name="outcome-file"),
    path("staff/reports/files/<slug:kind>/", outcomes_file, name="outcomes-file"),
    path("staff/calls/<slug:code>/reports/", schedule, name="call-reports"),
]
