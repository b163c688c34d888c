"""The page on which a call's rules on conflicts are read, compared with the traditions, and set."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.errors import Refused
from madang.portal.actors import READING_ROLES, Role
from madang.portal.calls.rules import ConflictRules
from madang.portal.calls.sentences import CONFLICT_RULES
from madang.portal.conflicts import actions, queries, rules, showing
from madang.portal.conflicts.forms import RulesForm
from madang.portal.drafts import queries as drafts
from madang.portal.faces import one, tried, with_role
from madang.portal.templatetags.madang import in_language


@with_role(*READING_ROLES)
def call_conflict_rules(request: HttpRequest, code: str) -> HttpResponse:
    """What bars a reviewer in this call, every earlier version, and the form for the next one while it may change."""
    call = one(queries.calls(request.actor), code=code)
    versions = queries.versions(request.actor, call.pk)
    form = _form(request, call, versions) if _open(request, call) else None
    if request.method == "POST" and form is not None and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("number", "tradition", "reason", "report_days", "domains")}
        act = partial(actions.set_rules, by=request.actor, now=request.now, call=call.pk, table=form.table())
        if tried(form, partial(act, **given)):
            messages.success(request, _("The rules are set. They count for every track of this call."))
            return redirect("call-conflict-rules", code)
    context = {
        "call": call,
        "form": form,
        "traditions": [(name, _(words)) for name, words in CONFLICT_RULES.items()],
        "versions": [(row, showing.lines(queries.preset_of(row))) for row in versions],
        "tracks": [] if versions else _tracks(call),
        "crumbs": [(_("Calls of the centre"), reverse("staff-calls")), (in_language(call, "title"), _back(call)),
                   (_("Rules on conflicts of interest"), "")],
    }  # fmt: skip
    return render(request, "conflicts/rules.html", context, status=422 if form and form.errors else 200)


def _back(call: queries.Call) -> str:
    return reverse("call-edit" if call.state == "draft" else "call-manage", args=[call.code])


def _open(request: HttpRequest, call: queries.Call) -> bool:
    """Whether this person may set the rules now."""
    if not request.actor.has(Role.PROGRAMME_MANAGER):
        return False
    opens = list(call.intakes.values_list("opens_at", flat=True))
    waiting = drafts.waiting_approval(request.actor, call.pk) is not None
    try:
        rules.check_time(call.state, opens, request.now, waiting=waiting)
    except Refused:
        return False
    return True


def _form(request: HttpRequest, call: queries.Call, versions: list[queries.ConflictRuleSet]) -> RulesForm:
    """The form with the rules as they stand, or with those of a tradition that was asked for."""
    asked = request.GET.get("tradition", "")
    known = asked if asked in set(ConflictRules) else ""
    first = call.tracks.order_by("position", "pk").first()
    tradition = known or (first.conflict_rules if first else ConflictRules.KOREAN)
    stands = queries.preset_of(versions[0]) if versions and not known else rules.tradition(tradition)
    initial = RulesForm.of(stands, tradition, versions[0].number if versions else 0)
    return RulesForm(request.POST if request.method == "POST" else None, initial=initial)


def _tracks(call: queries.Call) -> list[tuple[queries.Track, list[tuple[str, str]]]]:
    rows = list(call.tracks.order_by("position", "pk"))
    words = showing.of_tracks(rows)
    return [(row, words[row.pk]) for row in rows]


urlpatterns = [path("staff/calls/<slug:code>/conflict-rules/", call_conflict_rules, name="call-conflict-rules")]
