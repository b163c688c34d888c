"""Certificates: the public page that checks one, ending a cohort with them, and revoking one."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.certificates import actions, forms, queries
from madang.portal.courses import queries as courses
from madang.portal.courses.rules import KEEPERS
from madang.portal.faces import form_page, one, tried, with_role


def certificate(request: HttpRequest) -> HttpResponse:
    """Whether a certificate is real: name, course and dates of the one with a code; anybody may ask."""
    asked = "code" in request.GET
    form = forms.CheckForm(request.GET if asked else None)
    found = queries.of_code(form.cleaned_data["code"]) if asked and form.is_valid() else None
    context = {"form": form, "asked": asked and not form.errors, "certificate": found}
    return render(request, "certificates/certificate.html", context)


@with_role(*KEEPERS)
def certificates_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a cohort: certificates for who came and worked enough; asked before it is done."""
    row = one(courses.cohorts(request.actor), pk=pk)
    form = forms.IssueForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.issue, by=request.actor, now=request.now, cohort=pk, version=row.version)
        done = tried(form, act)
        if done is not None:
            text = _("{graduates} completed the course and have a certificate, {others} did not.")
            messages.success(request, text.format(graduates=done[0], others=done[1]))
            return redirect("staff-cohort", pk)
    lead = _(
        "Everybody with a place who came to at least {percent} per cent of the lessons, and completed at least "
        "{coursework} per cent of the required coursework, gets a certificate; look at the class first. The cohort "
        "ends with it."
    ).format(percent=row.attendance_least, coursework=row.coursework_least)
    title, back = _("Issue the certificates"), reverse("staff-cohort", args=[pk])
    return form_page(request, form, title=title, label=title, lead=lead, back=back)


@with_role(*KEEPERS)
def certificate_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revokes a certificate, with the reason."""
    row = one(queries.certificates(request.actor), pk=pk)
    form = forms.RevokeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = partial(actions.revoke, by=request.actor, now=request.now, certificate=pk)
        tried(form, partial(act, **form.cleaned_data))
        if not form.errors:
            messages.success(request, _("The certificate is revoked. Whoever checks it is told so."))
            return redirect("learner", row.learner_id)
    title, lead = _("Revoke the certificate"), f"{row.number} · {row.name}"
    back = reverse("learner", args=[row.learner_id])
    return form_page(request, form, title=title, label=title, lead=lead, back=back, danger=True)


urlpatterns = [
    path("certificates/", certificate, name="certificate"),
    path("staff/cohorts/<int:pk>/certificates/", certificates_issue, name="certificates-issue"),
    path("staff/certificates/<int:pk>/revoke/", certificate_revoke, name="certificate-revoke"),
]
