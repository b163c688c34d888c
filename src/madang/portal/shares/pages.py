"""The page of the machine's shares: read by auditors, set by operators."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext

from madang.compute.protocol import ClassShares, Sharing
from madang.portal import backends
from madang.portal.actors import Role
from madang.portal.faces import tried, with_role
from madang.portal.shares import actions, queries
from madang.portal.shares.forms import SharesForm
from madang.portal.shares.rules import Borrowing


@with_role(Role.OPERATOR, Role.AUDITOR)
def page(request: HttpRequest) -> HttpResponse:
    """The shares, and for operators the form that sets them."""
    form = SharesForm(request.POST if request.method == "POST" else None, queries.present() or ClassShares())
    if form.is_valid():
        borrowing = Borrowing(form.cleaned_data["borrowing"])
        given = {"weights": form.weights(), "parts": form.parts(), "borrowing": borrowing}
        if tried(form, lambda: actions.set_shares(by=request.actor, now=request.now, **given)):
            messages.success(request, gettext("Saved. The machine follows it within a few seconds."))
            return redirect("shares")
    context = {
        "form": form,
        "may_change": request.actor.has(Role.OPERATOR),
        "followed": isinstance(backends.backend(), Sharing),
    }
    return render(request, "shares/shares.html", context, status=422 if form.errors else 200)


urlpatterns = [path("jobs/shares/", page, name="shares")]
