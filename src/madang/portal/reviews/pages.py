"""The reviewer's desk and sheet, and the staff's pages of coverage, assignment and ranking."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from madang.errors import Refused, Stale
from madang.portal.actors import READING_ROLES, Role
from madang.portal.conflicts.sentences import GROUNDS
from madang.portal.exchanges import queries as exchanges
from madang.portal.faces import form_page, one, signed_in, tried, whole, with_role
from madang.portal.files.faces import answer
from madang.portal.journal import actions as journal
from madang.portal.masks import queries as masks
from madang.portal.meetings import queries as meetings
from madang.portal.refusals import sentence, status
from madang.portal.replies import queries as replies
from madang.portal.reviews import actions, desk, exports, queries, reading
from madang.portal.reviews.calibration import calibrate, calibrated
from madang.portal.reviews.forms import (
    AssignForm,
    HandBackForm,
    InterestForm,
    PurposeForm,
    ReasonForm,
    SheetForm,
)
from madang.portal.reviews.rules import AssignmentState, Interest
from madang.portal.reviews.veil import seen
from madang.portal.suggestions import queries as suggestions
from madang.portal.templatetags.madang import in_language

MANAGER = Role.PROGRAMME_MANAGER
A_PAGE = 50


@signed_in
def reviews(request: HttpRequest) -> HttpResponse:
    """One's own sheets with progress, open ones first; what one is barred from is not there."""
    page = Paginator(desk.mine(request.actor, request.now), A_PAGE).get_page(request.GET.get("page"))
    titles = masks.titles(request.actor, [row.application for row in page])
    for row in page:
        row.title = titles[row.application_id]
    waiting = [row for row in page if row.state == AssignmentState.ASSIGNED]
    paces = desk.paces(request.actor, waiting)
    context = {
        "page": page,
        "waiting": [(row, paces[row.pk]) for row in waiting],
        "done": [row for row in page if row.state == AssignmentState.SUBMITTED],
        "back": [row for row in page if row.state == AssignmentState.DECLINED],
        "is_reviewer": request.actor.reviewer,
        "reviews": request.actor.reviews,
        "led": meetings.led(request.actor, request.now),
    }
    return render(request, "reviews/reviews.html", context)


@signed_in
def review(request: HttpRequest, assignment: int) -> HttpResponse:
    """The file beside its sheet: saved as a draft, submitted for good."""
    row = _sheet(request, assignment)
    table = queries.criteria(row.application.track_id)
    initial = SheetForm.of(row, queries.points(assignment))
    form = SheetForm(request.POST if request.method == "POST" else None, table=table, initial=initial)
    if request.POST.get("what") == "autosave":
        return _autosave(request, form, assignment)
    if request.method == "POST" and form.is_valid():
        submitting = request.POST.get("what") == "submit"
        act = actions.submit if submitting else actions.save_draft
        given = {"by": request.actor, "now": request.now, "assignment": assignment, **form.sheet()}
        tried(form, lambda: act(**given))
        if not form.errors:
            messages.success(request, _("The review was submitted.") if submitting else _("The draft was saved."))
            return redirect("reviews") if submitting else redirect("review", assignment)
    if request.method != "POST":
        reading.open_file(by=request.actor, now=request.now, assignment=assignment)
    open_now = row.state == AssignmentState.ASSIGNED and request.now < desk.open_until(row)
    shown = seen(request.actor, row.application)
    context = {
        "row": row,
        "seen": shown,
        "form": form,
        "lines": [(c, form[f"points_{c.code}"], form[f"comment_{c.code}"]) for c in table],
        "sections": queries.sections(row.application.track_id, shown.content),
        "asks": queries.asks(shown.content),
        "open": open_now,
        "crumbs": [(_("Reviews"), reverse("reviews")), (shown.title, "")],
    }
    return render(request, "reviews/review.html", context, status=422 if form.is_bound and form.errors else 200)


def _autosave(request: HttpRequest, form: SheetForm, assignment: int) -> HttpResponse:
    """What a script sends while somebody types: answers the version to go on with, or says why nothing was saved."""
    if not form.is_valid():
        told = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return JsonResponse({"told": told}, status=422)
    given = {"by": request.actor, "now": request.now, "assignment": assignment, **form.sheet()}
    try:
        return JsonResponse({"version": actions.save_draft(**given)})
    except Refused as refused:
        return JsonResponse({"told": sentence(refused)}, status=status(refused))
    except Stale:
        return JsonResponse({"told": _("It was saved elsewhere. Load the page again and compare.")}, status=409)


def _sheet(request: HttpRequest, assignment: int) -> queries.ReviewAssignment:
    row = desk.opened(request.actor, assignment, request.now)
    if row is None:
        raise Http404
    return row


@signed_in
def review_file(request: HttpRequest, assignment: int, file: int) -> HttpResponse:
    """Asks what an attachment is needed for, notes it, and hands it out."""
    row = desk.submitted_file(request.actor, assignment, file, request.now)
    if row is None:
        raise Http404
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        purpose = form.cleaned_data["purpose"]
        reading.open_file(by=request.actor, now=request.now, assignment=assignment, purpose=purpose)
        return answer(row.file, row.name)
    lead = _("{file} belongs to another organisation. Your answer is kept for two years.").format(file=row.name)
    back = reverse("review", args=[assignment])
    return form_page(request, form, title=_("Download an attachment"), label=_("Download"), lead=lead, back=back)


@signed_in
def hand_back(request: HttpRequest, assignment: int) -> HttpResponse:
    """Declines a sheet, or steps back for an interest."""
    row = one(desk.mine(request.actor, request.now), pk=assignment, state=AssignmentState.ASSIGNED)
    form = HandBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        common = {"by": request.actor, "now": request.now, "assignment": assignment}
        kind, note = form.cleaned_data["kind"], form.cleaned_data["note"]
        if kind:
            given = {"kind": Interest(kind), "note": note, "learnt_on": form.cleaned_data["learnt_on"]}
            tried(form, lambda: actions.recuse(**common, **given))
        else:
            tried(form, lambda: actions.decline(**common, reason=note))
        if not form.errors:
            messages.success(request, _("The sheet was handed back. Thank you for saying so."))
            return redirect("reviews")
    lead = _("You will no longer see this application. The centre gives it to another reviewer.")
    title = _("Hand back the review of {number}").format(number=row.application.number)
    return form_page(request, form, title=title, label=_("Hand back"), lead=lead, danger=True, back=reverse("reviews"))


@signed_in
def interests(request: HttpRequest) -> HttpResponse:
    """Declares an interest towards an organisation."""
    if not request.actor.reviews:
        raise Http404
    form = InterestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("note", "learnt_on", "ended_on")}
        given["kind"] = Interest(form.cleaned_data["kind"])
        organisation = form.cleaned_data["registration_number"]
        tried(
            form,
            lambda: actions.declare_interest(by=request.actor, now=request.now, organisation=organisation, **given),
        )
        if not form.errors:
            messages.success(request, _("The interest was noted; applications of that organisation are closed to you."))
            return redirect("reviews")
    lead = _("Tell the centre of any interest in an applicant, before you read its application.")
    return form_page(
        request, form, title=_("Declare an interest"), label=_("Declare"), lead=lead, back=reverse("reviews")
    )


@with_role(*READING_ROLES)
def intake_reviews(request: HttpRequest, intake: int) -> HttpResponse:
    """How many sheets each application has and lacks; the way to suggestion, reminders and ranking."""
    row = one(queries.intakes(request.actor), pk=intake)
    if request.method == "POST":
        count = actions.remind(by=request.actor, now=request.now, intake=intake)
        messages.success(request, _("Reviewers reminded: {count}").format(count=count))
        return redirect("intake-reviews", intake)
    files = queries.reviewed(request.actor, intake)
    page = Paginator(files, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "intake": row,
        "page": page,
        "files": [(file, queries.coverage(file)) for file in page],
        "totals": queries.totals(request.actor, intake),
        "may_change": request.actor.has(MANAGER),
        "replies": replies.period(request.actor, intake),
        "bids": suggestions.period(request.actor, intake),
        "peers": exchanges.tracks(request.actor, intake),
        "crumbs": _crumbs(row, _("Reviews")),
    }
    return render(request, "reviews/intake.html", context)


@with_role(*READING_ROLES)
def sheets_file(request: HttpRequest, intake: int, kind: str) -> HttpResponse:
    """Asks what the sheets are needed for, notes it, and gives all of an intake as a file."""
    row = one(queries.intakes(request.actor), pk=intake)
    if kind not in exports.FORMATS:
        raise Http404
    make, mime = exports.FORMATS[kind]
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        note = {"what": "download", "kind": "review", "subject": f"intake {intake}"}
        journal.read(by=request.actor, now=request.now, purpose=form.cleaned_data["purpose"], **note)
        response = HttpResponse(make(queries.every_sheet(request.actor, intake)), content_type=mime)
        response["Content-Disposition"] = f'attachment; filename="sheets-{row.call.code}-{row.number}.{kind}"'
        return response
    lead = _("The list names reviewers with what they gave and wrote. Your answer is kept for two years.")
    title, back = _("Download all sheets"), reverse("intake-reviews", args=[intake])
    return form_page(request, form, title=title, label=_("Download"), lead=lead, back=back)


def _crumbs(intake: queries.Intake, last: str) -> list[tuple[str, str]]:
    call = _("{call}, intake {number}").format(call=in_language(intake.call, "title"), number=intake.number)
    return [
        (_("Work of the centre"), reverse("staff")),
        (call, reverse("intake-round", args=[intake.pk])),
        (last, ""),
    ]


@with_role(*READING_ROLES)
def ranking(request: HttpRequest, intake: int) -> HttpResponse:
    """Scores and places, best first, with what each application fell short of."""
    row = one(queries.intakes(request.actor), pk=intake)
    page = Paginator(list(queries.scores(request.actor, intake).values()), A_PAGE).get_page(request.GET.get("page"))
    context = {"intake": row, "page": page, "crumbs": _crumbs(row, _("Ranking"))}
    context["peers"] = exchanges.tracks(request.actor, intake)
    return render(request, "reviews/ranking.html", context)


@with_role(*READING_ROLES)
def calibration(request: HttpRequest, intake: int) -> HttpResponse:
    """Scores as if all reviewers were equally lenient, as stored beside the raw ones, and what that would change."""
    row = one(queries.intakes(request.actor), pk=intake)
    if request.method == "POST":
        given = {"by": request.actor, "now": request.now, "intake": intake}
        calibrate(**given, places=whole(request.POST.get("places", "")))
        messages.success(request, _("The calibrated scores were stored."))
        return redirect("intake-calibration", intake)
    found = calibrated(request.actor, intake)
    journal.read(by=request.actor, now=request.now, what="search", kind="reviewer", subject="all")
    page = Paginator(found.scores if found else [], A_PAGE).get_page(request.GET.get("page"))
    crumbs = _crumbs(row, _("Calibrated scores"))
    context = {"intake": row, "found": found, "page": page, "crumbs": crumbs}
    context["may_change"] = request.actor.has(MANAGER)
    if exchanges.tracks(request.actor, intake):
        context["peers"] = sentence(Refused("calibration_of_applicants"))
    return render(request, "reviews/calibration.html", context)


@with_role(*READING_ROLES)
def application_reviews(request: HttpRequest, application: int) -> HttpResponse:
    """All sheets on one application, and the form that gives it to one more reviewer."""
    file = one(queries.files(request.actor), pk=application)
    initial = {"due_at": timezone.localtime(max(file.intake.review_due_at, request.now + timedelta(days=1)))}
    form = AssignForm(request.POST if request.method == "POST" else None, by=request.actor, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = {application: [int(form.cleaned_data["reviewer"])]}
        given = {"intake": file.intake_id, "chosen": chosen, "due_at": form.cleaned_data["due_at"]}
        if tried(form, lambda: actions.assign(by=request.actor, now=request.now, **given)):
            messages.success(request, _("The sheet was given out."))
            return redirect("application-reviews", application)
    rows = list(queries.sheets(request.actor, application))
    found = desk.conflicts_of(rows, request.now)
    given = {"application": application, "organisation": file.organisation_id}
    reading.note_reading(by=request.actor, now=request.now, **given)
    context = {
        "file": file,
        "sheets": [(row, [_(GROUNDS[c.ground]) for c in found[row.pk]]) for row in rows],
        "form": form,
        "reply": replies.reply(request.actor, application),
        "may_change": request.actor.has(MANAGER),
        "crumbs": _crumbs(file.intake, file.number or ""),
    }
    return render(request, "reviews/application.html", context)


@with_role(MANAGER)
def withdraw(request: HttpRequest, assignment: int) -> HttpResponse:
    """Takes a sheet back that is not submitted."""
    row = one(queries.all_sheets(request.actor), pk=assignment, state=AssignmentState.ASSIGNED)
    back = reverse("application-reviews", args=[row.application_id])
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        tried(
            form,
            lambda: actions.withdraw_assignment(
                by=request.actor, now=request.now, assignment=assignment, reason=reason
            ),
        )
        if not form.errors:
            return redirect(back)
    title = _("Take the sheet back from {name}").format(name=row.reviewer.person.name)
    return form_page(request, form, title=title, label=_("Take back"), danger=True, back=back)


urlpatterns = [
    path("reviews/", reviews, name="reviews"),
    path("reviews/interests/", interests, name="review-interests"),
    path("reviews/<int:assignment>/", review, name="review"),
    path("reviews/<int:assignment>/files/<int:file>/", review_file, name="review-file"),
    path("reviews/<int:assignment>/hand-back/", hand_back, name="review-hand-back"),
    path("staff/intakes/<int:intake>/reviews/", intake_reviews, name="intake-reviews"),
    path("staff/intakes/<int:intake>/reviews/file/<slug:kind>/", sheets_file, name="intake-sheets-file"),
    path("staff/intakes/<int:intake>/ranking/", ranking, name="intake-ranking"),
    path("staff/intakes/<int:intake>/ranking/calibration/", calibration, name="intake-calibration"),
    path("staff/applications/<int:application>/reviews/", application_reviews, name="application-reviews"),
    path("staff/reviews/<int:assignment>/withdraw/", withdraw, name="review-withdraw"),
]
