"""The pages of jobs: the list, the form with its figures, one job with its log, its files and its cancellation."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_POST

from madang.portal.bookedjobs import queries as bookedjobs
from madang.portal.environments import queries as environments
from madang.portal.faces import one, signed_in, tried, whole
from madang.portal.files import faces as files
from madang.portal.files.actions import store
from madang.portal.files.rules import EVERYTHING, clean_name
from madang.portal.forecasts import faces as forecasts
from madang.portal.jobs import (
    actions,
    array_pages,
    arrays,
    faces,
    idling,
    machine,
    places,
    queries,
    steering,
    template_forms,
    template_pages,
    uses,
    waiting,
)
from madang.portal.jobs.forms import MIB_PER_GIB, SECONDS_PER_MINUTE, JobForm, KeepForm, ListForm
from madang.portal.jobs.rules import Need, check_paths, join_command
from madang.portal.jobs.terms import PriorityForm, TermsForm, remembered
from madang.portal.journal import actions as journal
from madang.portal.journal import queries as journals

PAGE = 50


@signed_in
@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """The jobs that the person may see, newest first, by state and award."""
    by = request.actor
    awards = [(award.number, f"{award.number} {award.title}") for award in queries.awards_with_jobs(by)]
    form = ListForm(request.GET, awards=awards)
    form.is_valid()
    chosen = form.cleaned_data
    rows = queries.listed(by, state=chosen.get("state", ""), award=chosen.get("award", ""))
    rows = rows if chosen.get("state") else arrays.shown_once(rows)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counts = arrays.counts({job.array for job in page if job.array})
    for job in page:
        job.counts = counts.get(job.array, {})
    if by.reads_everything:
        journal.read(by=by, now=request.now, what="search", kind="job", subject=chosen.get("award") or "all")
    context = {
        "form": form,
        "page": page,
        "jobs": [(job, faces.shown(job), forecasts.start_of(job, request.now)) for job in page],
        "sifted_by_state": bool(chosen.get("state")),
    }
    return render(
        request, "jobs/jobs.html", {**context, "may_submit": bool(by.memberships), "sifted": any(chosen.values())}
    )


@signed_in
def new_page(request: HttpRequest) -> HttpResponse:
    """Fill in a job, look at its figures, submit it."""
    why_off = machine.why_off()
    where = places.places(request.actor, request.now)
    if why_off or not where:
        return render(request, "jobs/new.html", {"why_off": why_off, "places": where})
    form, earlier = _job_form(request, where)
    terms = _terms_form(request, earlier)
    if request.method == "POST" and "figures" not in request.POST and form.is_valid() and terms.is_valid():
        job = tried(form, lambda: _submit(request, form, earlier, terms))
        if job:
            messages.success(request, gettext("The job has been received."))
            return redirect("job-array", key=job.array) if job.array else redirect("job", pk=job.pk)
    figures = form.figures(request.now, terms.count) if form.is_bound else None
    context = {"form": form, "terms": terms, "places": where, "figures": figures}
    if "figures" in request.POST:
        context["form"] = _job_form(request, where, initial=_typed(request))[0]
    context["earlier_files"] = queries.input_files(earlier.pk) if earlier else []
    return render(request, "jobs/new.html", context)


def _job_form(request: HttpRequest, where: Any, initial: dict[str, Any] | None = None) -> tuple[JobForm, Any]:
    """The form as posted, or as the person left it last; and the earlier job whose files are offered again."""
    earlier = _earlier(request)
    offered = {"places": where, "environments": environments.usable(request.actor)}
    offered["most_nodes"] = machine.capacity().nodes
    has_files = earlier is not None and queries.input_files(earlier.pk).exists()
    if request.method == "POST" and initial is None:
        return JobForm(request.POST, request.FILES, **offered, has_files=has_files), earlier
    last = earlier or queries.last_job(request.actor, request.GET.get("award", ""))
    values = initial if initial is not None else _remembered(last, earlier) | _of_template(request)
    return JobForm(**offered, has_files=has_files, initial=values), earlier


def _terms_form(request: HttpRequest, earlier: Any) -> TermsForm:
    offered = {"jobs": waiting.choices(request.actor), "most_priority": machine.capacity().most_priority}
    if request.method == "POST":
        return TermsForm({"elements": 1, "priority": 0, "checkpoint_seconds": 0, **request.POST.dict()}, **offered)
    template = template_pages.chosen(request)
    return TermsForm(**offered, initial=template_forms.remembered(template) if template else remembered(earlier))


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was typed, to show the form again without its errors: the person only asked for the figures."""
    return {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}


def _earlier(request: HttpRequest) -> Any:
    asked = request.POST.get("again", "") or request.GET.get("again", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        return None
    job = queries.jobs(request.actor).filter(pk=int(asked)).first()
    return job if job and request.actor.member_of(job.award.organisation_id) else None


def _remembered(job: Any, earlier: Any) -> dict[str, Any]:
    if job is None:
        return {}
    return {
        "where": f"{job.award_id}-{job.pool_id}",
        "name": job.name,
        "command": join_command(job.argv),
        "environment": job.environment.code if job.environment else "",
        "gpus": job.gpus,
        "cores": job.cores,
        "memory_gib": -(-job.memory_mb // MIB_PER_GIB),
        "minutes": -(-job.wall_seconds // SECONDS_PER_MINUTE),
        "nodes": job.nodes,
        "keep_files": True,
        "again": earlier.pk if earlier else None,
    }


def _of_template(request: HttpRequest) -> dict[str, Any]:
    template = template_pages.chosen(request)
    return {"name": template.name, **template_forms.remembered(template)} if template else {}


def _submit(request: HttpRequest, form: JobForm, earlier: Any, terms: TermsForm) -> Any:
    given = form.cleaned_data
    kept = {}
    if earlier and given.get("keep_files"):
        kept = {row.path: row.file for row in queries.input_files(earlier.pk)}
    named = [(clean_name(file.name), file) for file in given["files"]]
    check_paths([name for name, _ in named])
    for name, file in named:
        kept[name] = store(now=request.now, name=name, allowed=EVERYTHING, upload_chunks=file.chunks())
    return actions.submit(
        by=request.actor,
        now=request.now,
        award=form.place.award,
        pool=form.place.pool,
        name=given["name"],
        argv=given["command"],
        files=sorted(kept.items()),
        shape=form.shape,
        key=given["key"],
        terms=terms.terms(waiting.chosen(request.actor, terms.cleaned_data["after"])),
        environment=form.software,
    )


@signed_in
@require_POST
def figures_part(request: HttpRequest) -> HttpResponse:
    """The figures alone, for a form that is being filled in."""
    form = JobForm(request.POST, places=places.places(request.actor, request.now))
    elements = max(whole(request.POST.get("elements", ""), 1), 1)
    return render(request, "jobs/figures.html", {"figures": form.figures(request.now, elements)})


@signed_in
@require_GET
def job_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One job: what it is, how it stands, its log, its files."""
    job = one(queries.jobs(request.actor), pk=pk)
    own, most = request.actor.member_of(job.award.organisation_id), machine.capacity().most_priority
    _note(request, job)
    context = {
        "own": own,
        "inputs": queries.input_files(job.pk),
        "outputs": Paginator(queries.outputs(job.pk), PAGE).get_page(request.GET.get("page")),
        "command": join_command(job.argv),
        "use": uses.shown(job, get_language() or "ko"),
        "after": waiting.others(job.pk),
        "priority_form": PriorityForm(most_priority=most, initial={"priority": job.priority}),
        "shut_in": machine.shuts_in(),
        "kept_until": journals.kept_until("job_files", job.ended_at),
        "booking": bookedjobs.booking_of(job.pk),
    }
    return render(request, "jobs/job.html", {**context, **_progress(request, job)})


@signed_in
@require_GET
def progress_part(request: HttpRequest, pk: int) -> HttpResponse:
    """State, figures and the end of the log, which the page asks for again and again while the job is not over."""
    job = one(queries.jobs(request.actor), pk=pk)
    _note(request, job, once_in=faces.READ_AGAIN)
    response = render(request, "jobs/progress.html", _progress(request, job))
    if faces.shown(job).over:
        # The page around this part has more to show now: outputs, and no way to cancel.
        response["HX-Refresh"] = "true"
    return response


def _note(request: HttpRequest, job: Any, once_in: timedelta | None = None) -> None:
    """That somebody outside its organisation opened a job, whose page shows its log too."""
    given = {"whose": job.submitted_by_id, "organisation": job.award.organisation_id, "once_in": once_in}
    journal.read(by=request.actor, now=request.now, what="view", kind="job", subject=job.pk, **given)


def _progress(request: HttpRequest, job: Any) -> dict[str, Any]:
    held, used = queries.amounts(job.pk)
    shown = faces.shown(job)
    may_cancel = request.actor.member_of(job.award.organisation_id) and not shown.over and not job.cancel_asked_at
    return {
        "job": job,
        "shown": shown,
        "start": forecasts.start_of(job, request.now),
        "fared": forecasts.fared(job),
        "log": faces.log_end(job),
        "held": held,
        "used": used,
        "unit": job.pool.unit,
        "may_cancel": may_cancel,
        "stops_in": max(int((job.idle_until - request.now).total_seconds()), 0) if job.will_stop else None,
        "may_keep": may_cancel and job.will_stop and not job.idle_need,
        "may_steer": may_cancel and job.state in steering.NOT_STARTED and steering.possible(),
    }


@signed_in
def cancel_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks whether the job shall end, and says so to the machine."""
    job = one(queries.jobs(request.actor), pk=pk)
    if not request.actor.member_of(job.award.organisation_id):
        raise Http404
    if request.method == "POST":
        actions.cancel(by=request.actor, now=request.now, job=job)
        messages.success(request, gettext("The job is being cancelled."))
        return redirect("job", pk=job.pk)
    return render(request, "jobs/cancel.html", {"job": job, "shown": faces.shown(job)})


@signed_in
def keep_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks why an idle job is still needed, and puts its end off."""
    job = _own(request, pk)
    form = KeepForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        need = Need(form.cleaned_data["need"])
        until = tried(form, lambda: idling.keep(by=request.actor, now=request.now, job=job, need=need))
        if until:
            messages.success(request, gettext("The end of the job has been put off."))
            return redirect("job", pk=job.pk)
    kept = idling.terms().kept
    context = {"job": job, "form": form, "until": job.idle_until + kept if job.will_stop else None}
    return render(request, "jobs/keep.html", context, status=422 if form.errors else 200)


@signed_in
def repeat_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, and submits a job again as it was."""
    job = _own(request, pk)
    if request.method == "POST":
        made = actions.repeat(by=request.actor, now=request.now, job=job, key=uuid.uuid4())
        messages.success(request, gettext("The job has been received."))
        return redirect("job", pk=made.pk)
    files = queries.input_files(job.pk)
    return render(request, "jobs/repeat.html", {"job": job, "command": join_command(job.argv), "inputs": files})


@signed_in
@require_GET
def input_download(request: HttpRequest, pk: int, path: str) -> HttpResponse:
    """A file that was given to the job; for members of its organisation only."""
    row = one(queries.input_files(_own(request, pk).pk), path=path)
    return files.answer(row.file, path.rsplit("/", 1)[-1])


@signed_in
@require_GET
def output_download(request: HttpRequest, pk: int, path: str) -> HttpResponse:
    """A file that the job left, fetched from the machine; for members of its organisation only."""
    job = _own(request, pk)
    one(queries.outputs(job.pk), path=path)
    return faces.output_answer(job, path)


def _own(request: HttpRequest, pk: int) -> Any:
    job = one(queries.jobs(request.actor), pk=pk)
    if not request.actor.member_of(job.award.organisation_id):
        raise Http404
    return job


urlpatterns = [
    path("jobs/", list_page, name="jobs"),
    path("jobs/new/", new_page, name="job-new"),
    path("jobs/figures/", figures_part, name="job-figures"),
    path("jobs/<int:pk>/", job_page, name="job"),
    path("jobs/<int:pk>/progress/", progress_part, name="job-progress"),
    path("jobs/<int:pk>/cancel/", cancel_page, name="job-cancel"),
    path("jobs/<int:pk>/keep/", keep_page, name="job-keep"),
    path("jobs/<int:pk>/repeat/", repeat_page, name="job-repeat"),
    path("jobs/<int:pk>/files/<path:path>", input_download, name="job-file"),
    path("jobs/<int:pk>/outputs/<path:path>", output_download, name="job-output"),
    *array_pages.urlpatterns,
    *template_pages.urlpatterns,
]
