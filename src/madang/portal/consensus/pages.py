"""The pages of consensuses: the staff's list, the sheets side by side, the moderator's sheet, the reviewers' answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES, Role
from madang.portal.consensus import actions, queries
from madang.portal.consensus.forms import AnswerForm, ModeratorForm, WhyForm
from madang.portal.consensus.rules import OPEN, ConsensusState
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.journal.actions import read
from madang.portal.reviews import queries as reviews
from madang.portal.reviews.forms import SheetForm
from madang.portal.templatetags.madang import in_language

MANAGER = Role.PROGRAMME_MANAGER
A_PAGE = 50


@with_role(*READING_ROLES)
def intake_consensus(request: HttpRequest, intake: int) -> HttpResponse:
    """The applications of an intake that decide by consensus: sheets, moderator, and how far each is."""
    row = one(queries.intakes(request.actor), pk=intake)
    read(by=request.actor, now=request.now, what="search", kind="application", subject="all")
    page = Paginator(queries.files(request.actor, intake), A_PAGE).get_page(request.GET.get("page"))
    panels = queries.panels([file.pk for file in page], request.now)
    call = _("{call}, intake {number}").format(call=in_language(row.call, "title"), number=row.number)
    crumbs = [(_("Work of the centre"), reverse("staff")), (call, reverse("intake-round", args=[intake]))]
    context = {
        "intake": row,
        "page": page,
        "lines": [(file, panels[file.pk]) for file in page],
        "may_appoint": request.actor.has(MANAGER) and row.state not in queries.RESULTS_OUT,
        "crumbs": [*crumbs, (_("Consensus"), "")],
    }
    return render(request, "consensus/intake.html", context)


@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """The consensuses that one moderates, and those whose sheet was sent to one."""
    if not request.actor.reviewer:
        raise Http404
    led, sent = queries.own(request.actor, request.now)
    context = {
        "led": led,
        "sent": [(row, queries.waits_for(request.actor, row)) for row in sent],
        "crumbs": [(_("Reviews"), reverse("reviews")), (_("Consensus"), "")],
    }
    return render(request, "consensus/mine.html", context)


def _found(request: HttpRequest, application: int) -> Any:
    row = queries.open_to(request.actor, application, request.now)
    if row is None:
        raise Http404
    return row


def _crumbs(request: HttpRequest, row: Any, *more: tuple[str, str]) -> list[tuple[str, str]]:
    file = row.application
    here = (file.number, reverse("consensus", args=[file.pk]) if more else "")
    if request.actor.reads_everything:
        above = (_("Consensus"), reverse("intake-consensus", args=[file.intake_id]))
        return [(_("Work of the centre"), reverse("staff")), above, here, *more]
    return [(_("Reviews"), reverse("reviews")), (_("Consensus"), reverse("my-consensus")), here, *more]


def _may(request: HttpRequest, row: Any) -> dict[str, bool]:
    """What this person can do with the consensus now."""
    by, open_now = request.actor, row.application.intake.state not in queries.RESULTS_OUT
    leads = queries.moderates(by, row, request.now)
    asked = row.state == ConsensusState.SENT and queries.waits_for(by, row)
    return {
        "write": open_now and leads and row.state in OPEN,
        "close": open_now and leads and row.state == ConsensusState.SENT,
        "answer": open_now and asked and queries.asked(by, row, request.now) is not None,
        "appoint": open_now and by.has(MANAGER) and row.state in OPEN,
        "reopen": open_now and by.has(MANAGER) and row.state == ConsensusState.CLOSED,
    }


@signed_in
def consensus(request: HttpRequest, application: int) -> HttpResponse:
    """The independent sheets beside each other, the sheets that were sent, and what each reviewer said to them."""
    row = _found(request, application)
    actions.note_reading(by=request.actor, now=request.now, row=row)
    panel, table = queries.panel(application, request.now), reviews.criteria(row.application.track_id)
    names = {sheet.reviewer_id: _name(request, place, sheet) for place, sheet in enumerate(panel.sheets, start=1)}
    # nobody but staff sees another's sheet before all are in
    hidden = bool(panel.waiting) and not request.actor.reads_everything
    sheets = [] if hidden else panel.sheets
    given = [{line.criterion.code: line for line in sheet.points.all()} for sheet in sheets]
    context = {
        "row": row,
        "panel": panel,
        "hidden": hidden,
        "names": [names[sheet.reviewer_id] for sheet in sheets],
        "lines": [(criterion, [lines.get(criterion.code) for lines in given]) for criterion in table],
        "comments": [(names[sheet.reviewer_id], sheet.comment) for sheet in sheets],
        "sent": [_sent(sheet, table, names) for sheet in row.sheets.all()],
        "answers": queries.answers(row, panel),
        "may": _may(request, row),
        "crumbs": _crumbs(request, row),
    }
    return render(request, "consensus/consensus.html", context)


def _name(request: HttpRequest, place: int, sheet: Any) -> str:
    """Reviewers stay unnamed to one another and to their moderator."""
    if request.actor.reads_everything:
        return str(sheet.reviewer.person.name)
    own = sheet.reviewer.person_id == request.actor.person
    return _("You") if own else _("Reviewer {number}").format(number=place)


def _sent(sheet: Any, table: Any, names: dict[int, str]) -> Any:
    lines = [(criterion, sheet.points.get(criterion.code), sheet.reasons.get(criterion.code)) for criterion in table]
    total = sum(points for points in sheet.points.values())
    said = [(names.get(one.reviewer_id, _("A reviewer who left")), one) for one in sheet.assents.all()]
    return sheet, lines, total, said


def _filled(request: HttpRequest, row: Any, form: Any, act: Any, done: str, **page: Any) -> HttpResponse:
    """Carries a form out for the consensus and goes back to it, or shows the form."""
    application = row.application_id
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "application": application, **form.cleaned_data}
        tried(form, partial(act, **given))
        if not form.errors:
            messages.success(request, done)
            return redirect("consensus", application)
    back = reverse("consensus", args=[application])
    return form_page(request, form, back=back, crumbs=_crumbs(request, row, (page["title"], "")), **page)


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _allowed(request: HttpRequest, application: int, what: str) -> Any:
    row = _found(request, application)
    if not _may(request, row)[what]:
        raise Http404
    return row


@signed_in
def sheet(request: HttpRequest, application: int) -> HttpResponse:
    """The moderator writes the sheet to agree on, beside the independent ones: kept as a draft, or sent."""
    row = _allowed(request, application, "write")
    panel, table = queries.panel(application, request.now), reviews.criteria(row.application.track_id)
    if panel.waiting:
        return redirect("consensus", application)
    actions.note_reading(by=request.actor, now=request.now, row=row)
    initial: dict[str, Any] = {"version": row.version, "comment": row.comment}
    initial |= {f"points_{code}": points for code, points in row.points.items()}
    initial |= {f"comment_{code}": text for code, text in row.reasons.items()}
    form = SheetForm(_posted(request), table=table, initial=initial)
    form.fields["comment"].help_text = _("The reviewers read it beside the points.")
    if request.method == "POST" and form.is_valid():
        sending = request.POST.get("what") == "send"
        given = {"by": request.actor, "now": request.now, "application": application, **form.sheet()}
        tried(form, partial(actions.send if sending else actions.write, **given))
        if not form.errors:
            done = _("The sheet was sent to the reviewers.") if sending else _("The draft was saved.")
            messages.success(request, done)
            return redirect("consensus", application)
    given_points = [{line.criterion.code: line for line in one.points.all()} for one in panel.sheets]
    context = {
        "row": row,
        "form": form,
        "lines": [
            (c, form[f"points_{c.code}"], form[f"comment_{c.code}"], [lines.get(c.code) for lines in given_points])
            for c in table
        ],
        "crumbs": _crumbs(request, row, (_("The sheet to agree on"), "")),
    }
    return render(request, "consensus/sheet.html", context, status=422 if form.is_bound and form.errors else 200)


@signed_in
def answer(request: HttpRequest, application: int) -> HttpResponse:
    """A reviewer agrees to the sheet that was sent last, or objects."""
    row = _allowed(request, application, "answer")
    last = queries.last_sheet(row)
    form = AnswerForm(_posted(request), initial={"number": last.number if last else 0})
    page = {"title": _("Agree or object"), "label": _("Send the answer"), "lead": _("The sheet is on the page before.")}
    return _filled(request, row, form, actions.answer, _("Your answer was noted."), **page)


@signed_in
def close(request: HttpRequest, application: int) -> HttpResponse:
    """The moderator closes, over an objection with a reason."""
    row = _allowed(request, application, "close")
    form = WhyForm(_posted(request), initial={"version": row.version})
    lead = _("The sheet that was sent last becomes the score. Over an objection say why; it stays beside.")
    page = {"title": _("Close the consensus"), "label": _("Close the consensus"), "lead": lead, "danger": True}
    return _filled(request, row, form, actions.close, _("The consensus is closed."), **page)


@with_role(MANAGER)
def reopen(request: HttpRequest, application: int) -> HttpResponse:
    """A manager takes a closed consensus up again."""
    row = _allowed(request, application, "reopen")
    form = WhyForm(_posted(request), initial={"version": row.version})
    lead = _("The application has no score until the consensus is closed again. What was sent stays stored.")
    page = {"title": _("Take the consensus up again"), "label": _("Take it up again"), "lead": lead, "danger": True}
    return _filled(request, row, form, actions.reopen, _("The consensus is open again."), **page)


@with_role(MANAGER)
def appoint(request: HttpRequest, application: int) -> HttpResponse:
    """A manager appoints the moderator of an application, or another."""
    file = one(queries.files(request.actor), pk=application)
    form = ModeratorForm(_posted(request), people=queries.moderators(file, request.now))
    back = reverse("intake-consensus", args=[file.intake_id])
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "application": application, **form.cleaned_data}
        tried(form, partial(actions.appoint, **given))
        if not form.errors:
            messages.success(request, _("The moderator was appointed and told."))
            return redirect(back)
    title = _("Moderator of {number}").format(number=file.number)
    lead = _("Once all sheets are in, the moderator sees them side by side and writes the sheet to agree on.")
    crumbs = [(_("Work of the centre"), reverse("staff")), (_("Consensus"), back), (title, "")]
    return form_page(request, form, title=title, label=_("Appoint"), lead=lead, back=back, crumbs=crumbs)


urlpatterns = [
    path("staff/intakes/<int:intake>/consensus/", intake_consensus, name="intake-consensus"),
    path("staff/applications/<int:application>/moderator/", appoint, name="consensus-appoint"),
    path("reviews/consensus/", mine, name="my-consensus"),
    path("consensus/<int:application>/", consensus, name="consensus"),
    path("consensus/<int:application>/sheet/", sheet, name="consensus-sheet"),
    path("consensus/<int:application>/answer/", answer, name="consensus-answer"),
    path("consensus/<int:application>/close/", close, name="consensus-close"),
    path("consensus/<int:application>/reopen/", reopen, name="consensus-reopen"),
]
