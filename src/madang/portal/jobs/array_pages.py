"""The pages of jobs that wait and of arrays: held back, released, reordered; an array's jobs counted and listed."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from madang.portal.faces import one, signed_in
from madang.portal.jobs import actions, arrays, faces, machine, queries, rules, steering
from madang.portal.jobs.terms import PriorityForm
from madang.portal.journal import actions as journal

PAGE = 100
STEERED = {"hold": {"on_hold": True}, "release": {"on_hold": False}}


@signed_in
@require_GET
def array_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """An array: how many of its jobs are in which state, what they hold and have used, and each of them."""
    jobs, first = _array(request, key)
    _note(request, first)
    page = Paginator(jobs.order_by("array_index"), PAGE).get_page(request.GET.get("page"))
    context = {
        "command": rules.join_command(first.argv),
        "page": page,
        "jobs": [(job, faces.shown(job)) for job in page],
        "priority_form": PriorityForm(
            most_priority=machine.capacity().most_priority, initial={"priority": first.priority}
        ),
        "own": request.actor.member_of(first.award.organisation_id),
    }
    return render(request, "jobs/array.html", {**context, **_counted(request, jobs, first)})


@signed_in
@require_GET
def counts_part(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The counts alone, which the page asks for again while a job of the array is not over."""
    jobs, first = _array(request, key)
    _note(request, first, once_in=faces.READ_AGAIN)
    return render(request, "jobs/counts.html", _counted(request, jobs, first))


def _counted(request: HttpRequest, jobs: Any, first: Any) -> dict[str, Any]:
    counts = arrays.counts([first.array]).get(first.array, {})
    held, used = queries.amounts(*jobs.values_list("pk", flat=True))
    over = all(state in rules.FINAL_STATES for state in counts)
    own = request.actor.member_of(first.award.organisation_id)
    waits = any(state in steering.NOT_STARTED for state in counts)
    return {
        "job": first,
        "counts": counts,
        "held": held,
        "used": used,
        "unit": first.pool.unit,
        "over": over,
        "may_cancel": own and not over,
        "may_steer": own and waits and steering.possible(),
    }


@signed_in
def array_cancel_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Asks whether all jobs of the array that have not ended shall end, and says so to the machine."""
    jobs, first = _own_array(request, key)
    if request.method == "POST":
        actions.cancel_array(by=request.actor, now=request.now, jobs=jobs)
        messages.success(request, gettext("The jobs are being cancelled."))
        return redirect("job-array", key=key)
    return render(request, "jobs/array_cancel.html", _counted(request, jobs, first))


@signed_in
@require_POST
def steer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Holds a waiting job back, releases it or sets its priority, and goes back to its page."""
    jobs = queries.jobs(request.actor).filter(pk=pk)
    if not request.actor.member_of(one(jobs).award.organisation_id):
        raise Http404
    return _steered(request, jobs, reverse("job", args=[pk]))


@signed_in
@require_POST
def array_steer_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The same for all jobs of an array that wait."""
    jobs, _ = _own_array(request, key)
    return _steered(request, jobs, reverse("job-array", args=[key]))


def _steered(request: HttpRequest, jobs: Any, back: str) -> HttpResponse:
    change = STEERED.get(request.POST.get("what", ""))
    if change is None:
        form = PriorityForm(request.POST, most_priority=machine.capacity().most_priority)
        if not form.is_valid():
            messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
            return redirect(back)
        change = form.cleaned_data
    steering.steer(by=request.actor, now=request.now, jobs=jobs, **change)
    messages.success(request, gettext("Saved. The machine is told within a second or two."))
    return redirect(back)


def _array(request: HttpRequest, key: uuid.UUID) -> tuple[Any, Any]:
    jobs = queries.listed(request.actor, array=key)
    return jobs, one(jobs, array_index=0)


def _own_array(request: HttpRequest, key: uuid.UUID) -> tuple[Any, Any]:
    jobs, first = _array(request, key)
    if not request.actor.member_of(first.award.organisation_id):
        raise Http404
    return jobs, first


def _note(request: HttpRequest, first: Any, once_in: timedelta | None = None) -> None:
    given = {"whose": first.submitted_by_id, "organisation": first.award.organisation_id, "once_in": once_in}
    journal.read(by=request.actor, now=request.now, what="view", kind="job", subject=first.pk, **given)


urlpatterns = [
    path("jobs/<int:pk>/steer/", steer_page, name="job-steer"),
    path("jobs/arrays/<uuid:key>/", array_page, name="job-array"),
    path("jobs/arrays/<uuid:key>/progress/", counts_part, name="job-array-progress"),
    path("jobs/arrays/<uuid:key>/steer/", array_steer_page, name="job-array-steer"),
    path("jobs/arrays/<uuid:key>/cancel/", array_cancel_page, name="job-array-cancel"),
]
