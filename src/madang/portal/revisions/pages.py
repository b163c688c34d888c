"""Earlier versions of a sheet beside the present one, opening it again, putting one back, and all of an intake."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from madang.portal import sheets
from madang.portal.actors import READING_ROLES, Role
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.journal.actions import read
from madang.portal.reviews import queries as reviews
from madang.portal.reviews.rules import AssignmentState
from madang.portal.revisions import actions, queries
from madang.portal.revisions.exports import table
from madang.portal.revisions.forms import ReopenForm

MANAGER = Role.PROGRAMME_MANAGER


@signed_in
def versions(request: HttpRequest, assignment: int) -> HttpResponse:
    """What a sheet says now and said before, line by line, newest first."""
    row = queries.sheet(request.actor, assignment, request.now)
    if row is None:
        raise Http404
    of_staff = request.actor.reads_everything
    given = {"kind": "application", "subject": row.application_id, "organisation": row.application.organisation_id}
    read(by=request.actor, now=request.now, what="view", as_reviewer=not of_staff, **given)
    kept = list(row.versions.all())
    now = {one.criterion.code: (one.points, one.comment) for one in row.points.all()}
    lines = [
        (criterion, now.get(criterion.code), [(one.points.get(criterion.code), one.comments.get(criterion.code, ""))
                                              for one in kept])
        for criterion in queries.criteria(row)
    ]  # fmt: skip
    manager = request.actor.has(MANAGER)
    context = {
        "row": row,
        "kept": kept,
        "lines": lines,
        "shown": row.state == AssignmentState.SUBMITTED,
        "may_reopen": manager and row.state == AssignmentState.SUBMITTED,
        "may_restore": manager and row.state == AssignmentState.ASSIGNED and bool(kept),
        "crumbs": _crumbs(request, row),
    }
    return render(request, "revisions/versions.html", context)


def _crumbs(request: HttpRequest, row: queries.ReviewAssignment) -> list[tuple[str, str]]:
    last = (_("Versions of a sheet"), "")
    if not request.actor.reads_everything:
        return [(_("Reviews"), reverse("reviews")), last]
    return [
        (_("Work of the centre"), reverse("staff")),
        (row.application.number or "", reverse("application-reviews", args=[row.application_id])),
        last,
    ]


@with_role(MANAGER)
def reopen(request: HttpRequest, assignment: int) -> HttpResponse:
    """Asks why and until when, then opens a sheet again."""
    row = one(reviews.all_sheets(request.actor), pk=assignment, state=AssignmentState.SUBMITTED)
    initial = {"due_at": timezone.localtime(request.now + timedelta(days=3))}
    form = ReopenForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "assignment": assignment, **form.cleaned_data}
        if tried(form, partial(actions.reopen, **given)):
            messages.success(request, _("The sheet is open again. The reviewer was told."))
            return redirect("review-versions", assignment)
    title = _("Open the sheet of {name} again").format(name=row.reviewer.person.name)
    lead = _("What was handed in is kept. It counts no longer, until the reviewer hands the sheet in anew.")
    back = reverse("review-versions", args=[assignment])
    return form_page(request, form, title=title, label=_("Open again"), lead=lead, danger=True, back=back)


@require_POST
@with_role(MANAGER)
def restore(request: HttpRequest, assignment: int) -> HttpResponse:
    """Puts the last version back, as it was handed in."""
    one(reviews.all_sheets(request.actor), pk=assignment)
    actions.restore(by=request.actor, now=request.now, assignment=assignment)
    messages.success(request, _("The earlier version counts again."))
    return redirect("review-versions", assignment)


@with_role(*READING_ROLES)
@require_GET
def intake_sheets(request: HttpRequest, intake: int) -> HttpResponse:
    """Every sheet of an intake with its earlier versions as a file."""
    row = one(reviews.intakes(request.actor), pk=intake)
    read(by=request.actor, now=request.now, what="search", kind="application", subject="all")
    found = sheets.comma_separated(table(queries.of_intake(request.actor, intake)))
    response = HttpResponse(found, content_type=sheets.CSV)
    response["Content-Disposition"] = f'attachment; filename="{row.call.code}-{row.number}-sheets.csv"'
    return response


urlpatterns = [
    path("reviews/<int:assignment>/versions/", versions, name="review-versions"),
    path("staff/reviews/<int:assignment>/reopen/", reopen, name="review-reopen"),
    path("staff/reviews/<int:assignment>/restore/", restore, name="review-restore"),
    path("staff/intakes/<int:intake>/reviews/sheets.csv", intake_sheets, name="intake-sheets"),
]
