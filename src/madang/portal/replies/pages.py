"""The applicant's page of reviews with the answer to them, and the form by which a manager opens the time for it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from madang.portal.actors import Role
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.replies import actions, queries
from madang.portal.replies.forms import PeriodForm, ReplyForm
from madang.portal.reviews import queries as reviews


@signed_in
def reply(request: HttpRequest, application: int) -> HttpResponse:
    """What reviewers wrote, without their names, and one's answer to it."""
    row = one(queries.applications(request.actor), pk=application)
    given = queries.reply(request.actor, application)
    initial = {"version": given.version if given else 0, "text": given.text if given else ""}
    form = ReplyForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        facts = {"by": request.actor, "now": request.now, "application": application, **form.cleaned_data}
        tried(form, partial(actions.write, **facts))
        if not form.errors:
            messages.success(request, _("Your answer was kept. You can change it until the deadline."))
            return redirect("application-reply", application)
    context = {
        "row": row,
        "form": form if request.now < row.intake.reply_period.until else None,
        "reply": given,
        "comments": reviews.comments(application),
        "crumbs": [(_("My applications"), reverse("applications")), (_("Reviews of your application"), "")],
    }
    return render(request, "replies/own.html", context, status=422 if form.is_bound and form.errors else 200)


@with_role(Role.PROGRAMME_MANAGER)
def replies_open(request: HttpRequest, intake: int) -> HttpResponse:
    """Lets the applicants of an intake read their reviews and answer."""
    one(reviews.intakes(request.actor), pk=intake)
    initial = {"until": timezone.localtime(request.now + timedelta(days=5))}
    form = PeriodForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "intake": intake, **form.cleaned_data}
        if tried(form, partial(actions.open_period, **given)):
            messages.success(request, _("The applicants were told."))
            return redirect("intake-reviews", intake)
    title = _("Let applicants answer their reviews")
    lead = _("Every applicant reads the comments, without names or points, and may answer once. Owners get a mail.")
    back = reverse("intake-reviews", args=[intake])
    return form_page(request, form, title=title, label=_("Open the time for answers"), lead=lead, back=back)


urlpatterns = [
    path("applications/<int:application>/reply/", reply, name="application-reply"),
    path("staff/intakes/<int:intake>/replies/", replies_open, name="replies-open"),
]
