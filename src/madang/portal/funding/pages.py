"""The staff's page of who funds what: sources, and each pool's shares from month to month."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES
from madang.portal.faces import one, tried, with_role
from madang.portal.funding import actions, queries
from madang.portal.funding.forms import FundingForm, SourceForm
from madang.portal.funding.rules import FUNDERS
from madang.portal.funding.sentences import KINDS
from madang.portal.resources import queries as resources


@with_role(*READING_ROLES)
def funding(request: HttpRequest) -> HttpResponse:
    """Sources and pools with who funds them; forms for a new source and for new shares."""
    posted = request.POST.get("what") if request.method == "POST" else None
    source_form = SourceForm(request.POST if posted == "source" else None, auto_id="source_%s")
    shares = request.POST if posted == "shares" else None
    funding_form = FundingForm(shares, by=request.actor, auto_id="shares_%s")
    form = {"source": source_form, "shares": funding_form}.get(posted)
    if form is not None and form.is_valid():
        tried(form, lambda: _saved(request, form))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("funding")
    context = {
        "crumbs": [(_("Work of the centre"), reverse("staff")), (_("Who funds what"), "")],
        "sources": [(row, _(KINDS[row.kind])) for row in queries.sources(request.actor)],
        "pools": queries.pools(request.actor),
        "source_form": source_form,
        "funding_form": funding_form,
        "may_change": request.actor.has(*FUNDERS),
    }
    return render(request, "funding/funding.html", context, status=422 if form is not None else 200)


def _saved(request: HttpRequest, form: SourceForm | FundingForm) -> None:
    common = {"by": request.actor, "now": request.now}
    if isinstance(form, SourceForm):
        actions.add_source(**common, **form.cleaned_data)
    else:
        pool = one(resources.pools(request.actor), code=form.cleaned_data["pool"])
        first_month = form.cleaned_data["first_month"]
        actions.set_funding(**common, pool=pool.pk, first_month=first_month, parts=form.parts())


urlpatterns = [path("staff/funding/", funding, name="funding")]
