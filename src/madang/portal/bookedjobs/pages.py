"""The pages of a booking's job: choosing it, and taking it away."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.bookedjobs import actions, queries
from madang.portal.bookedjobs.forms import job_form, remembered
from madang.portal.bookings import queries as bookings
from madang.portal.environments import queries as environments
from madang.portal.faces import form_page, one, signed_in, tried, whole
from madang.portal.templatetags.madang import in_language


def _own(request: HttpRequest, pk: int) -> tuple[Any, Any]:
    """A booking of the actor's organisation that may carry a job, and the job chosen so far; else 404."""
    row = one(bookings.bookings(request.actor), pk=pk)
    carried = queries.of_booking(request.actor, pk)
    if not queries.may_carry(request.actor, row, request.now, carried):
        raise Http404
    return row, carried


@signed_in
def booking_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Chooses the job that starts with a booking."""
    row, carried = _own(request, pk)
    by, back = request.actor, reverse("booking", args=[pk])
    places = queries.offered(by, row, request.now)
    name = in_language(row.booked.all()[0].facility, "name")
    title = _("Compute job for {name}").format(name=name)
    crumbs = [(_("Bookings"), reverse("bookings")), (name, back), (_("Compute job"), "")]
    if not places:
        return render(request, "bookedjobs/none.html", {"title": title, "back": back, "crumbs": crumbs})
    form = job_form(
        request.POST if request.method == "POST" else None,
        places=places,
        environments=environments.usable(by),
        earlier=queries.earlier(by, row),
        minutes=int((row.ends_at - row.starts_at).total_seconds()) // 60,
        initial=remembered(carried) if carried else {},
    )
    if request.method == "POST" and form.is_valid():
        tried(form, partial(actions.choose, by=by, now=request.now, booking=pk, wanted=_wanted(request, form, row)))
        if not form.errors:
            messages.success(
                request, _("The job is noted. It is submitted when you are checked in and the time comes.")
            )
            return redirect("booking", pk)
    lead = _("It is submitted once the booking has begun and somebody has checked in, ends with it, and is charged to "
             "the award like any other job. Nothing is set aside before then.")  # fmt: skip
    links = [(_("Take the job away"), reverse("booking-job-drop", args=[pk]))] if carried else []
    return form_page(request, form, title=title, label=_("Note the job"), lead=lead, back=back, links=links,
                     crumbs=crumbs)  # fmt: skip


def _wanted(request: HttpRequest, form: Any, row: Any) -> actions.Wanted:
    given = form.cleaned_data
    earlier = whole(given["files_of"])
    return actions.Wanted(
        award=form.place.award,
        pool=form.place.pool,
        name=given["name"],
        argv=given["command"],
        shape=form.shape,
        environment=form.software,
        files_of=one(queries.earlier(request.actor, row), pk=earlier) if earlier else None,
    )


@signed_in
def booking_job_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, and takes the job away; the booking stays."""
    _row, carried = _own(request, pk)
    if carried is None:
        raise Http404
    back = reverse("booking", args=[pk])
    if request.method == "POST":
        actions.drop(by=request.actor, now=request.now, booking=pk)
        messages.success(request, _("The booking carries no job any more."))
        return redirect(back)
    return render(request, "bookedjobs/drop.html", {"carried": carried, "back": back})


urlpatterns = [
    path("bookings/<int:pk>/job/", booking_job, name="booking-job"),
    path("bookings/<int:pk>/job/drop/", booking_job_drop, name="booking-job-drop"),
]
