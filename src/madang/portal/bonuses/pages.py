"""The applicant's page of bonus points, and the officers', where each claim is confirmed or declined."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES
from madang.portal.applications.rules import EDITABLE, SCREENING
from madang.portal.bonuses import actions, queries
from madang.portal.bonuses.forms import ClaimsForm, UndoForm, VerdictForm
from madang.portal.bonuses.rules import JUDGED_IN, ClaimState, standing
from madang.portal.calls import queries as calls
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.journal.actions import read
from madang.portal.templatetags.madang import in_language

A_PAGE = 50


@signed_in
def application_bonus(request: HttpRequest, application: int) -> HttpResponse:
    """What bonus points the track offers, what one's own application claims, and what came of it."""
    row = one(queries.own(request.actor), pk=application)
    rules = queries.bonus_rules(row.track_id)
    if not rules:
        raise Http404
    editable = row.state in EDITABLE and calls.is_accepting(row.intake, request.now)
    initial = {"version": row.version, "claims": row.claims}
    form = ClaimsForm(request.POST if request.method == "POST" else None, rules=rules.values(), initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {"by": request.actor, "now": request.now, "application": application, **form.cleaned_data}
        tried(form, partial(actions.claim, **given))
        if not form.errors:
            messages.success(request, _("Your claims are saved. Attach the papers that prove them."))
            return redirect("application-bonus", application)
    claims = queries.claims(row)
    context = {
        "row": row,
        "rules": rules.values(),
        "form": form if editable else None,
        "claims": claims if row.in_force else [],
        "standing": standing(claims, row.track.claims_most),
        "crumbs": [
            (_("My applications"), reverse("applications")),
            (row.title or _("Application without a title"), reverse("application", args=[application])),
            (_("Bonus points"), ""),
        ],
    }
    return render(request, "bonuses/own.html", context, status=422 if form.is_bound and form.errors else 200)


@with_role(*READING_ROLES)
def intake_bonuses(request: HttpRequest, intake: int) -> HttpResponse:
    """The applications of an intake that claim bonus points, and what came of the claims."""
    row = one(queries.intakes(request.actor), pk=intake)
    read(by=request.actor, now=request.now, what="search", kind="application", subject="all")
    page = Paginator(queries.claimed(request.actor, intake), A_PAGE).get_page(request.GET.get("page"))
    found = queries.of_all(page.object_list)
    lines = [(file, found[file.pk], standing(found[file.pk], file.track.claims_most)) for file in page]
    call = _("{call}, intake {number}").format(call=in_language(row.call, "title"), number=row.number)
    crumbs = [(_("Work of the centre"), reverse("staff")), (call, reverse("intake-round", args=[intake]))]
    context = {"intake": row, "page": page, "lines": lines, "crumbs": [*crumbs, (_("Bonus points"), "")]}
    return render(request, "bonuses/intake.html", context)


def _file(request: HttpRequest, application: int) -> Any:
    """An application that claims something, for staff; that its claims were read is noted."""
    row = one(queries.claimed(request.actor), pk=application)
    actions.note_reading(by=request.actor, now=request.now, application=row)
    return row


def _crumbs(row: Any, last: str) -> list[tuple[str, str]]:
    intake = (_("Bonus points"), reverse("intake-bonuses", args=[row.intake_id]))
    file = (row.number, reverse("claims", args=[row.pk]) if last else "")
    return [(_("Work of the centre"), reverse("staff")), intake, file, *([(last, "")] if last else [])]


@with_role(*READING_ROLES)
def claims(request: HttpRequest, application: int) -> HttpResponse:
    """The claims of one application with the papers that prove them, each with its verdict."""
    row = _file(request, application)
    found, papers = queries.claims(row), queries.papers(row)
    context = {
        "row": row,
        "claims": [(claim, papers.get(claim.rule.evidence_id, [])) for claim in found],
        "standing": standing(found, row.track.claims_most),
        "taken_back": queries.taken_back(application),
        "may_judge": request.actor.has(*SCREENING) and row.intake.state in JUDGED_IN,
        "crumbs": _crumbs(row, ""),
    }
    return render(request, "bonuses/claims.html", context)


def _claim(request: HttpRequest, application: int, bonus: str) -> Any:
    row = _file(request, application)
    found = next((one for one in queries.claims(row) if one.rule.code == bonus), None)
    if found is None:
        raise Http404
    return row, found


def _done(request: HttpRequest, form: Any, act: Any, application: int, bonus: str) -> bool:
    """Whether the posted form was carried out."""
    if request.method != "POST" or not form.is_valid():
        return False
    given = {"by": request.actor, "now": request.now, "application": application, "bonus": bonus}
    tried(form, partial(act, **given, **form.cleaned_data))
    return not form.errors


@with_role(*SCREENING)
def claim(request: HttpRequest, application: int, bonus: str) -> HttpResponse:
    """Confirms or declines one claim; where there is a verdict, takes it back."""
    row, found = _claim(request, application, bonus)
    waits = found.state == ClaimState.WAITING
    form = (VerdictForm if waits else UndoForm)(request.POST if request.method == "POST" else None)
    if _done(request, form, actions.judge if waits else actions.undo, application, bonus):
        messages.success(request, _("The claim was judged.") if waits else _("The verdict was taken back."))
        return redirect("claims", application)
    name = in_language(found.rule, "title")
    title = _("Judge the claim “{bonus}”") if waits else _("Take the verdict on “{bonus}” back")
    return form_page(
        request,
        form,
        title=title.format(bonus=name),
        label=_("Decide") if waits else _("Take the verdict back"),
        lead=in_language(found.rule, "text"),
        back=reverse("claims", args=[application]),
        danger=not waits,
        crumbs=_crumbs(row, name),
    )


urlpatterns = [
    path("applications/<int:application>/bonus/", application_bonus, name="application-bonus"),
    path("staff/intakes/<int:intake>/bonus/", intake_bonuses, name="intake-bonuses"),
    path("staff/applications/<int:application>/bonus/", claims, name="claims"),
    path("staff/applications/<int:application>/bonus/<slug:bonus>/", claim, name="claim"),
]
