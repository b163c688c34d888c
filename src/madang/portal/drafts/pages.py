"""The editor of calls for officials: one step a page, from a blank or a copy to the hand-over and the decision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from madang.portal.actors import READING_ROLES, Role
from madang.portal.calls import queries as calls
from madang.portal.calls import showing
from madang.portal.calls.sentences import CALL_KINDS
from madang.portal.drafts import actions, queries
from madang.portal.drafts.entries import PART_FORMS, initial_of
from madang.portal.drafts.forms import (
    BasicsForm,
    CopyForm,
    DecisionForm,
    HandOverForm,
    IntakeForm,
    NewCallForm,
    TrackForm,
)
from madang.portal.drafts.rules import PARTS, CallDraft, TrackDraft, faults, key_of, moved_up, with_entry, without_entry
from madang.portal.drafts.sentences import PART_HINTS
from madang.portal.drafts.sentences import PARTS as PART_NAMES
from madang.portal.faces import form_page, one, tried, whole, with_role
from madang.portal.refusals import sentence

PAGE = 50
drafter = with_role(Role.PROGRAMME_MANAGER)


@with_role(*READING_ROLES)
@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """Every call of the centre, drafts among them."""
    page = Paginator(queries.all_calls(request.actor), PAGE).get_page(request.GET.get("page"))
    rows = [(call, gettext(CALL_KINDS[call.kind])) for call in page]
    return render(request, "drafts/calls.html", {"page": page, "rows": rows})


@drafter
def new_page(request: HttpRequest) -> HttpResponse:
    """A new call from a blank."""
    form = NewCallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        draft = CallDraft(**form.cleaned_data)
        made = tried(form, lambda: actions.create_call(by=request.actor, now=request.now, call=draft))
        if made:
            return redirect("call-edit", code=made.code)
    lead = gettext("Start with the basics. Everything can be changed until the call is handed to the approver.")
    given = {"title": gettext("New call"), "label": gettext("Save and go on"), "lead": lead}
    return form_page(request, form, **given, back=reverse("staff-calls"))


@drafter
def copy_page(request: HttpRequest, code: str) -> HttpResponse:
    """A new call with the tracks of another."""
    source = one(calls.calls(request.actor), code=code)
    initial = {"title_ko": source.title_ko, "title_en": source.title_en}
    form = CopyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = tried(form, lambda: actions.copy_call(by=request.actor, now=request.now, source=source.pk, **given))
        if made:
            return redirect("call-edit", code=made.code)
    lead = gettext("Tracks, criteria, rules, papers and consents are copied; give the new dates afterwards.")
    given = {"title": gettext("New call from this one"), "label": gettext("Copy"), "lead": lead}
    return form_page(request, form, **given, back=reverse("staff-calls"))


@with_role(*READING_ROLES)
@require_GET
def edit_page(request: HttpRequest, code: str) -> HttpResponse:
    """A draft with its steps, what is still open, and the way to the approver."""
    call = _draft(request, code)
    draft = queries.draft_of(call)
    tracks = [(row, value, [(part, PART_NAMES[part], len(getattr(value, part))) for part in PARTS])
              for row, value in zip(call.tracks.all(), draft.tracks, strict=True)]  # fmt: skip
    context = {
        "call": call,
        "kind": gettext(CALL_KINDS[call.kind]),
        "tracks": tracks,
        "faults": [sentence(fault) for fault in faults(draft, request.now)],
        "waiting": queries.waiting_approval(request.actor, call.pk),
        "approvals": queries.approvals(request.actor, call.pk),
        "may_write": request.actor.has(Role.PROGRAMME_MANAGER),
    }
    return render(request, "drafts/edit.html", context)


def _draft(request: HttpRequest, code: str) -> Any:
    return one(calls.whole(request.actor).filter(state="draft"), code=code)


def _version(request: HttpRequest, call: Any) -> int:
    """The version that was read: posted back by forms, so that two drafters never overwrite each other."""
    return whole(request.POST.get("version", ""), call.version)


def _done(request: HttpRequest, code: str) -> HttpResponse:
    messages.success(request, gettext("Saved."))
    return redirect("call-edit", code=code)


def _page(request: HttpRequest, call: Any, form: Any, title: str, act: Callable[[], object]) -> HttpResponse:
    """One step: a form on a draft that carries the draft's version."""
    if request.method == "POST" and form.is_valid():
        tried(form, act)
        if not form.errors:
            return _done(request, call.code)
    context = {"call": call, "form": form, "title": title, "version": request.POST.get("version", call.version)}
    return render(request, "drafts/step.html", context, status=422 if form.errors else 200)


@drafter
def basics_page(request: HttpRequest, code: str) -> HttpResponse:
    """Kind, titles and summaries."""
    call = _draft(request, code)
    form = BasicsForm(request.POST or None, initial={name: getattr(call, name) for name in BasicsForm.base_fields})

    def act() -> None:
        version = _version(request, call)
        actions.change_basics(by=request.actor, now=request.now, call=call.pk, version=version, **form.cleaned_data)

    return _page(request, call, form, gettext("Basics"), act)


@drafter
def intake_page(request: HttpRequest, code: str, number: int = 0) -> HttpResponse:
    """Adds an intake, or changes the one with this number."""
    call = _draft(request, code)
    present = list(queries.draft_of(call).intakes)
    if number > len(present):
        raise Http404
    initial = dict(vars(present[number - 1])) if number else {}
    form = IntakeForm(request.POST or None, initial=initial)

    def act() -> None:
        kept = [intake for place, intake in enumerate(present, start=1) if place != number]
        _set_intakes(request, call, [*kept, form.entry()])

    title = gettext("Intake {n}").format(n=number) if number else gettext("New intake")
    return _page(request, call, form, title, act)


def _set_intakes(request: HttpRequest, call: Any, intakes: list[Any]) -> None:
    version = _version(request, call)
    actions.set_intakes(by=request.actor, now=request.now, call=call.pk, version=version, intakes=intakes)


@drafter
@require_POST
def intake_remove_page(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Takes an intake out."""
    call = _draft(request, code)
    present = queries.draft_of(call).intakes
    _set_intakes(request, call, [one for place, one in enumerate(present, start=1) if place != number])
    return _done(request, code)


def _track(call: Any, code: str) -> TrackDraft:
    found = [track for track in queries.draft_of(call).tracks if track.code == code]
    if not found:
        raise Http404
    return found[0]


def _set_track(request: HttpRequest, call: Any, track: TrackDraft, instead_of: str | None) -> None:
    given = {"call": call.pk, "version": _version(request, call), "track": track, "instead_of": instead_of}
    actions.set_track(by=request.actor, now=request.now, **given)


@drafter
def track_page(request: HttpRequest, code: str, track: str = "") -> HttpResponse:
    """Adds a track, or changes the fields of one; its parts stay."""
    call = _draft(request, code)
    present = _track(call, track) if track else None
    initial = dict(vars(present), minimum_points=present.minimum_total_milli // 1000) if present else {}
    form = TrackForm(request.POST or None, initial=initial)

    def act() -> None:
        values = form.values()
        _set_track(request, call, replace(present, **values) if present else TrackDraft(**values), track or None)

    return _page(request, call, form, gettext("Track") if track else gettext("New track"), act)


@drafter
@require_POST
def track_remove_page(request: HttpRequest, code: str, track: str) -> HttpResponse:
    """Takes a track with all its parts out."""
    call = _draft(request, code)
    version = _version(request, call)
    actions.remove_track(by=request.actor, now=request.now, call=call.pk, version=version, track=track)
    return _done(request, code)


@drafter
def part_page(request: HttpRequest, code: str, track: str, part: str) -> HttpResponse:
    """One part of a track: its entries, each to change, move or take out, and a form for the next."""
    call = _draft(request, code)
    if part not in PARTS:
        raise Http404
    present = _track(call, track)
    key = request.GET.get("change")
    entry = next((one for one in getattr(present, part) if key_of(part, one) == key), None)
    form = PART_FORMS[part](request.POST or None, initial=initial_of(entry) if entry else None)
    if request.method == "POST" and form.is_valid():
        made = form.entry(_free_code(present, part))
        tried(form, lambda: _set_track(request, call, with_entry(present, part, made, key if entry else None), track))
        if not form.errors:
            messages.success(request, gettext("Saved."))
            return redirect("call-part", code=code, track=track, part=part)
    keys = [key_of(part, one) for one in getattr(present, part)]
    context = {
        "call": call,
        "track": next(row for row in call.tracks.all() if row.code == track),
        "part": part,
        "title": gettext(PART_NAMES[part]),
        "hint": gettext(PART_HINTS[part]),
        "lines": list(zip(keys, _lines(call, track, part, request), strict=True)),
        "points": present.points if part == "criteria" else None,
        "form": form,
        "changed": entry,
    }
    return render(request, "drafts/part.html", context, status=422 if form.errors else 200)


def _lines(call: Any, track: str, part: str, request: HttpRequest) -> list[Any]:
    """What an entry's line on the page shows: the row itself, or a rule in words."""
    shown = next(one for one in showing.tracks(call, request.actor) if one.track.code == track)
    if part == "rules":
        return shown.rules
    names = {"evidence": "evidence_kinds", "bonuses": "bonus_rules"}
    return list(getattr(shown.track, names.get(part, part)).all())


def _free_code(track: TrackDraft, part: str) -> str:
    """A short name that no entry of the part has yet."""
    taken = {key_of(part, entry) for entry in getattr(track, part)}
    number = len(taken) + 1
    while f"{part}-{number}" in taken:
        number += 1
    return f"{part}-{number}"


@drafter
@require_POST
def part_act_page(request: HttpRequest, code: str, track: str, part: str) -> HttpResponse:
    """Moves an entry of a part up, or takes it out."""
    call = _draft(request, code)
    if part not in PARTS:
        raise Http404
    change = moved_up if "up" in request.POST else without_entry
    key = request.POST.get("up") or request.POST.get("remove", "")
    _set_track(request, call, change(_track(call, track), part, key), track)
    return redirect("call-part", code=code, track=track, part=part)


@drafter
def hand_over_page(request: HttpRequest, code: str) -> HttpResponse:
    """Shows what is still open; when nothing is, hands the call to the approver."""
    call = _draft(request, code)
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {"call": call.pk, "version": _version(request, call), "comment": form.cleaned_data["comment"]}
        tried(form, lambda: actions.draft_publication(by=request.actor, now=request.now, **given))
        if not form.errors:
            messages.success(request, gettext("The call waits for approval now."))
            return redirect("call-edit", code=code)
    missing = [sentence(fault) for fault in faults(queries.draft_of(call), request.now)]
    context = {"call": call, "form": form, "faults": missing, **_content(request, call)}
    return render(request, "drafts/hand_over.html", context, status=422 if form.errors else 200)


def _content(request: HttpRequest, call: Any) -> dict[str, Any]:
    return {
        "tracks": showing.tracks(call, request.actor),
        "intakes": showing.intakes(call, request.now),
        "kind": gettext(CALL_KINDS[call.kind]),
    }


@with_role(Role.APPROVER, Role.PROGRAMME_MANAGER, Role.AUDITOR)
def approval_page(request: HttpRequest, code: str) -> HttpResponse:
    """The whole call as it will be published, with the approver's answer."""
    call = one(calls.whole(request.actor), code=code)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        tried(form, lambda: _decide(request, call, form.cleaned_data))
        if not form.errors:
            return redirect("call-edit" if "publish" not in request.POST else "call-manage", code=code)
    waiting = queries.waiting_approval(request.actor, call.pk)
    context = {
        "call": call,
        "form": form,
        "waiting": waiting,
        "approvals": queries.approvals(request.actor, call.pk),
        "may_decide": waiting and request.actor.has(Role.APPROVER) and waiting.drafted_by_id != request.actor.person,
        "may_take_back": waiting and waiting.drafted_by_id == request.actor.person,
        **_content(request, call),
    }
    return render(request, "drafts/approval.html", context, status=422 if form.errors else 200)


def _decide(request: HttpRequest, call: Any, given: dict[str, str]) -> None:
    who = {"by": request.actor, "now": request.now, "call": call.pk}
    if "take_back" in request.POST:
        actions.take_back(**who)
        messages.success(request, gettext("The call is a draft again."))
    elif "reject" in request.POST:
        actions.reject(**who, comment=given["comment"])
        messages.success(request, gettext("The call went back to its drafter."))
    else:
        actions.publish(**who, comment=given["comment"], document_number=given["document_number"])
        messages.success(request, gettext("The call is published."))


urlpatterns = [
    path("staff/calls/", list_page, name="staff-calls"),
    path("staff/calls/new/", new_page, name="call-new"),
    path("staff/calls/<slug:code>/", edit_page, name="call-edit"),
    path("staff/calls/<slug:code>/copy/", copy_page, name="call-copy"),
    path("staff/calls/<slug:code>/basics/", basics_page, name="call-basics"),
    path("staff/calls/<slug:code>/intakes/new/", intake_page, name="call-intake-new"),
    path("staff/calls/<slug:code>/intakes/<int:number>/", intake_page, name="call-intake"),
    path("staff/calls/<slug:code>/intakes/<int:number>/remove/", intake_remove_page, name="call-intake-remove"),
    path("staff/calls/<slug:code>/tracks/new/", track_page, name="call-track-new"),
    path("staff/calls/<slug:code>/tracks/<slug:track>/", track_page, name="call-track"),
    path("staff/calls/<slug:code>/tracks/<slug:track>/remove/", track_remove_page, name="call-track-remove"),
    path("staff/calls/<slug:code>/tracks/<slug:track>/<slug:part>/", part_page, name="call-part"),
    path("staff/calls/<slug:code>/tracks/<slug:track>/<slug:part>/act/", part_act_page, name="call-part-act"),
    path("staff/calls/<slug:code>/hand-over/", hand_over_page, name="call-hand-over"),
    path("staff/calls/<slug:code>/approval/", approval_page, name="call-approval"),
]
