"""How kinds of organisations share the machine: set by the centre, kept in versions, told to what runs the jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from madang.compute.protocol import ClassShares, Sharing
from madang.errors import Refused
from madang.portal import backends
from madang.portal.actors import Actor, Role
from madang.portal.faces import tried, with_role
from madang.portal.jobs.models import ShareSetting
from madang.portal.jobs.sentences import BORROWINGS
from madang.portal.journal import actions as journal
from madang.portal.people.sentences import ORGANISATION_KINDS
from madang.portal.transactions import action

MOST_WEIGHT, MOST_UNITS = 1000, 1_000_000
_told: dict[Path, ClassShares] = {}


@action
def set_shares(
    *, by: Actor, now: datetime, weights: Mapping[str, int], parts: Mapping[str, Mapping[str, int]], borrowing: str
) -> ShareSetting:
    """A new version of the shares, which holds from now on. Refused: ``not_allowed_for_role``, ``share_out_of_range``.

    `weights` and `parts` (`cores`, `gpus`) go by kind of organisation; the backend is told by a chore.
    """
    if not by.has(Role.OPERATOR):
        raise Refused("not_allowed_for_role")
    amounts = [amount for part in parts.values() for amount in part.values()]
    known = {*weights, *parts} <= ORGANISATION_KINDS.keys() and borrowing in BORROWINGS
    if not known or any(not 1 <= weight <= MOST_WEIGHT for weight in weights.values()) or min(amounts, default=0) < 0:
        raise Refused("share_out_of_range")
    given = {"weights": dict(weights), "parts": {kind: dict(part) for kind, part in parts.items()}}
    row = ShareSetting.objects.create(**given, borrowing=borrowing, set_by_id=by.person, set_at=now)
    journal.record(by=by, now=now, did="jobs.set_shares", kind="shares", subject=row.pk, **given, borrowing=borrowing)
    return row


def present() -> ClassShares | None:
    """The shares that hold; None where the centre has set none, so that the machine's own settings count."""
    row = ShareSetting.objects.order_by("-pk").first()
    return ClassShares(row.weights, row.parts, row.borrowing) if row else None


def tell(now: datetime) -> int:
    """Tells the backend the shares when they changed, or when this worker has not told it yet."""
    shares, backend = present(), backends.backend()
    if shares is not None and isinstance(backend, Sharing) and _told.get(backends.spool()) != shares:
        backend.share(shares)
        _told[backends.spool()] = shares
    return 0


class SharesForm(forms.Form):
    """A weight and a part of the machine for each kind of organisation, and what happens to what is left idle."""

    borrowing = forms.ChoiceField(
        label=_("What a kind leaves idle of its part"), choices=[(code, _(word)) for code, word in BORROWINGS.items()]
    )

    def __init__(self, data: object, shares: ClassShares) -> None:
        super().__init__(data, initial={"borrowing": shares.borrowing})
        for kind in ORGANISATION_KINDS:
            part = shares.parts.get(kind, {})
            self._number(f"weight_{kind}", _("Weight in fair share"), shares.weights.get(kind, 1), 1, MOST_WEIGHT)
            self._number(f"cores_{kind}", _("Cores of its own"), part.get("cores", 0), 0, MOST_UNITS)
            self._number(f"gpus_{kind}", _("GPUs of its own"), part.get("gpus", 0), 0, MOST_UNITS)

    def _number(self, name: str, label: object, initial: int, low: int, high: int) -> None:
        self.fields[name] = forms.IntegerField(label=label, initial=initial, min_value=low, max_value=high)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields by kind of organisation, in its words."""
        names = ("weight", "cores", "gpus")
        return [
            (gettext(word), [self[f"{name}_{kind}"] for name in names]) for kind, word in ORGANISATION_KINDS.items()
        ]

    def parts(self) -> dict[str, dict[str, int]]:
        """The parts that are above nothing; a kind without one owns nothing."""
        given = self.cleaned_data
        found = {
            kind: {name: given[f"{name}_{kind}"] for name in ("cores", "gpus") if given[f"{name}_{kind}"]}
            for kind in ORGANISATION_KINDS
        }
        return {kind: part for kind, part in found.items() if part}

    def weights(self) -> dict[str, int]:
        """The weight of each kind."""
        return {kind: self.cleaned_data[f"weight_{kind}"] for kind in ORGANISATION_KINDS}


@with_role(Role.OPERATOR, Role.AUDITOR)
def page(request: HttpRequest) -> HttpResponse:
    """The shares, and for operators the form that sets them."""
    form = SharesForm(request.POST or None, present() or ClassShares())
    if request.method == "POST" and form.is_valid():
        given = {"weights": form.weights(), "parts": form.parts(), "borrowing": form.cleaned_data["borrowing"]}
        if tried(form, lambda: set_shares(by=request.actor, now=request.now, **given)):
            messages.success(request, gettext("Saved. The machine follows it within a few seconds."))
            return redirect("shares")
    context = {
        "form": form,
        "may_change": request.actor.has(Role.OPERATOR),
        "followed": isinstance(backends.backend(), Sharing),
    }
    return render(request, "jobs/shares.html", context, status=422 if form.errors else 200)


urlpatterns = [path("jobs/shares/", page, name="shares")]
