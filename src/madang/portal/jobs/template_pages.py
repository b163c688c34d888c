"""The pages of job templates: the list, saving a job as one, changing and deleting it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from madang.portal.environments import queries as environments
from madang.portal.faces import form_page, one, signed_in, tried, whole
from madang.portal.jobs import machine, queries, templates
from madang.portal.jobs.rules import join_command
from madang.portal.jobs.template_forms import NameForm, TemplateForm

PAGE = 50


@signed_in
@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """The templates of one's organisations."""
    page = Paginator(templates.templates(request.actor), PAGE).get_page(request.GET.get("page"))
    rows = [(row, join_command(row.argv)) for row in page]
    return render(request, "jobs/templates.html", {"page": page, "rows": rows})


@signed_in
def save_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks for a name, and keeps a job's form under it."""
    job = one(queries.jobs(request.actor), pk=pk)
    if not request.actor.member_of(job.award.organisation_id) or job.builds_id:
        raise Http404
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": job.name})
    if form.is_valid():
        given = {"organisation": job.award.organisation_id, "filled": templates.of_job(job, form.cleaned_data["name"])}
        if tried(form, lambda: templates.add(by=request.actor, now=request.now, **given)):
            messages.success(request, gettext("Saved. Everyone of your organisation finds it among the templates."))
            return redirect("job-templates")
    back = reverse("job", args=[pk])
    crumbs = [(gettext("Jobs"), reverse("jobs")), (job.title, back), (gettext("Save as template"), "")]
    lead = gettext("Command, environment and amounts are kept for your organisation; files, award and results are not.")
    more = {"lead": lead, "back": back, "crumbs": crumbs}
    return form_page(request, form, title=gettext("Save as template"), label=gettext("Save"), **more)


@signed_in
def change_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A template's form, to be changed."""
    row = one(templates.templates(request.actor), pk=pk)
    form = TemplateForm(
        request.POST if request.method == "POST" else None,
        environments=environments.usable(request.actor),
        template=row,
        capacity=machine.capacity(),
    )
    if form.is_valid():
        version = whole(request.POST.get("version", ""))
        given = {"template": row, "version": version, "filled": form.filled}
        tried(form, lambda: templates.change(by=request.actor, now=request.now, **given))
        if form.is_valid():
            messages.success(request, gettext("The template has been changed."))
            return redirect("job-templates")
    return render(request, "jobs/template.html", {"form": form, "row": row}, status=422 if form.errors else 200)


@signed_in
def delete_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks, and deletes a template."""
    row = one(templates.templates(request.actor), pk=pk)
    if request.method == "POST":
        templates.delete(by=request.actor, now=request.now, template=row)
        messages.success(request, gettext("The template has been deleted."))
        return redirect("job-templates")
    return render(request, "jobs/template_delete.html", {"row": row})


def chosen(request: HttpRequest) -> Any:
    """The template that a form is to be filled in from; None where none is asked for."""
    asked = whole(request.GET.get("template", ""))
    return templates.templates(request.actor).filter(pk=asked).first() if asked else None


urlpatterns = [
    path("jobs/templates/", list_page, name="job-templates"),
    path("jobs/templates/<int:pk>/", change_page, name="job-template"),
    path("jobs/templates/<int:pk>/delete/", delete_page, name="job-template-delete"),
    path("jobs/<int:pk>/save/", save_page, name="job-save"),
]
