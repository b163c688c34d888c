"""The pages of published calls: the public's list and call, and the official's steps, corrections and consent texts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from madang.errors import Refused
from madang.portal.actors import READING_ROLES, Role
from madang.portal.calls import actions, queries, showing, texts
from madang.portal.calls.forms import ConsentTextForm, CorrectionFieldForm, CorrectionForm
from madang.portal.calls.rules import NEXT, IntakeState, target
from madang.portal.calls.sentences import CALL_KINDS
from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.policies import queries as policies
from madang.portal.refusals import sentence

PAGE = 50


@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """The published calls: those that take applications, those to come, and those before."""
    page = Paginator(queries.published(request.actor), PAGE).get_page(request.GET.get("page"))
    groups: dict[str, list[Any]] = {"open": [], "coming": [], "past": []}
    for call in page:
        shown = showing.intakes(call, request.now)
        states = {one.state for one in shown} if call.state == "published" else set()
        group = "open" if "open" in states else "coming" if "planned" in states else "past"
        groups[group].append((call, shown, gettext(CALL_KINDS[call.kind])))
    return render(request, "calls/calls.html", {"page": page, "groups": groups})


@require_GET
def call_page(request: HttpRequest, code: str) -> HttpResponse:
    """One call with everything that it says; readable without a log-in."""
    call = one(queries.whole(request.actor), code=code)
    if call.state == "draft":
        return redirect("call-edit", code=code)
    intakes = showing.intakes(call, request.now)
    context = {
        "call": call,
        "kind": gettext(CALL_KINDS[call.kind]),
        "results": any(one.state in ("decided", "closed") for one in intakes),
        "tracks": showing.tracks(call, request.actor),
        "intakes": intakes,
        "corrections": showing.corrections(call),
        "commitments": policies.commitments(call.pk),
    }
    return render(request, "calls/call.html", context)


@with_role(*READING_ROLES)
@require_GET
def manage_page(request: HttpRequest, code: str) -> HttpResponse:
    """A published call for those who run it: where its intakes stand, and what comes next."""
    call = one(queries.whole(request.actor).exclude(state="draft"), code=code)
    steps = [(shown, NEXT.get(IntakeState(shown.intake.state))) for shown in showing.intakes(call, request.now)]
    return render(
        request, "calls/manage.html", {"call": call, "steps": steps, "corrections": showing.corrections(call)}
    )


@with_role(Role.PROGRAMME_MANAGER, Role.OPERATOR)
@require_POST
def move_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Moves an intake one step on; what cannot be done yet is said on the call's page."""
    intake = one(queries.intakes(request.actor), pk=pk)
    try:
        actions.move_intake(by=request.actor, now=request.now, intake=pk, to=request.POST.get("to", ""))
    except Refused as refused:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, gettext("The intake has moved on."))
    return redirect("call-manage", code=intake.call.code)


@with_role(Role.PROGRAMME_MANAGER, Role.OPERATOR)
@require_POST
def next_intake_page(request: HttpRequest, code: str) -> HttpResponse:
    """Plans the next intake of a rolling call."""
    call = one(queries.calls(request.actor), code=code)
    try:
        actions.open_next_intake(by=request.actor, now=request.now, call=call.pk)
    except Refused as refused:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, gettext("The next intake is planned."))
    return redirect("call-manage", code=code)


@with_role(Role.PROGRAMME_MANAGER, Role.OPERATOR)
@require_POST
def close_page(request: HttpRequest, code: str) -> HttpResponse:
    """Closes a call whose intakes are all closed."""
    call = one(queries.calls(request.actor), code=code)
    try:
        actions.close_call(by=request.actor, now=request.now, call=call.pk)
    except Refused as refused:
        messages.error(request, sentence(refused))
    else:
        messages.success(request, gettext("The call is closed."))
    return redirect("call-manage", code=code)


@with_role(Role.PROGRAMME_MANAGER)
def correct_page(request: HttpRequest, code: str) -> HttpResponse:
    """First choose what to correct, then give the new value and the reason; old and new stand side by side."""
    call = one(queries.whole(request.actor), code=code, state="published")
    field = request.GET.get("field", "")
    if not field:
        form = CorrectionFieldForm(call=call)
        return render(request, "calls/correct_field.html", {"call": call, "form": form})
    old = _present(call, field)
    given = {"field": field, "old": old, "initial": {"version": call.version}}
    form = CorrectionForm(request.POST if request.method == "POST" else None, **given)
    if request.method == "POST" and form.is_valid():
        notice = tried(form, lambda: _correct(request, call, field, form))
        if notice:
            messages.success(request, gettext("The correction notice is published and mailed to all who began."))
            return redirect("call-manage", code=code)
    context = {"call": call, "form": form, "label": texts.field_label(field), "old": texts.shown(field, old)}
    return render(request, "calls/correct.html", context, status=422 if form.errors else 200)


def _correct(request: HttpRequest, call: Any, field: str, form: CorrectionForm) -> Any:
    return actions.correct(
        by=request.actor,
        now=request.now,
        call=call.pk,
        version=form.cleaned_data["version"],
        field=field,
        new=form.new_value(),
        reason_ko=form.cleaned_data["reason_ko"],
        reason_en=form.cleaned_data["reason_en"],
    )


def _present(call: Any, field: str) -> str:
    try:
        changed = target(field)
    except Refused as refused:
        raise Http404 from refused
    found = queries.corrected_thing(call, changed)
    if found is None:
        raise Http404
    return texts.written(getattr(found, changed.field))


@with_role(*READING_ROLES)
@require_GET
def consents_page(request: HttpRequest) -> HttpResponse:
    """All consent texts with their versions."""
    return render(request, "calls/consents.html", {"texts": queries.consent_texts()})


@with_role(Role.PROGRAMME_MANAGER)
def consent_new_page(request: HttpRequest) -> HttpResponse:
    """A new consent text, or the next version of one."""
    earlier = queries.consent_texts().filter(code=request.GET.get("code", "")).first()
    initial = {name: getattr(earlier, name) for name in ConsentTextForm.base_fields} if earlier else {}
    form = ConsentTextForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = tried(form, lambda: actions.add_consent_text(by=request.actor, now=request.now, **form.cleaned_data))
        if made:
            messages.success(request, gettext("The text is saved as version {n}.").format(n=made.version))
            return redirect("consent-texts")
    return form_page(
        request,
        form,
        title=gettext("New version of a text") if earlier else gettext("New consent or pledge"),
        label=gettext("Save"),
        back=reverse("consent-texts"),
    )


urlpatterns = [
    path("calls/", list_page, name="calls"),
    path("calls/<slug:code>/", call_page, name="call"),
    path("staff/calls/<slug:code>/manage/", manage_page, name="call-manage"),
    path("staff/calls/<slug:code>/correct/", correct_page, name="call-correct"),
    path("staff/calls/<slug:code>/next-intake/", next_intake_page, name="call-next-intake"),
    path("staff/calls/<slug:code>/close/", close_page, name="call-close"),
    path("staff/intakes/<int:pk>/move/", move_page, name="intake-move"),
    path("staff/consent-texts/", consents_page, name="consent-texts"),
    path("staff/consent-texts/new/", consent_new_page, name="consent-text-new"),
]
