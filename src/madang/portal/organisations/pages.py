"""The pages of organisations: list, registration, one with its members and findings, invitations by link."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from madang.errors import Refused, Stale
from madang.portal import refusals
from madang.portal.access.faces import enter
from madang.portal.access.forms import NewPerson
from madang.portal.actors import WORKING_ROLES, MemberRole, Role
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.journal import actions as journal
from madang.portal.journal import queries as read
from madang.portal.journal.faces import shown as shown_readings
from madang.portal.organisations import actions, forms, queries
from madang.portal.people import queries as people
from madang.portal.people import sentences
from madang.portal.people.rules import clean_email, hyphenated

PER_PAGE = 50


@signed_in
def organisations(request: HttpRequest) -> HttpResponse:
    """One's own organisations; staff and auditors find all of them, and their search is logged."""
    form = forms.Search(request.GET or None)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    page = Paginator(queries.found(request.actor, words), PER_PAGE).get_page(request.GET.get("page"))
    if request.actor.reads_everything:
        journal.read(by=request.actor, now=request.now, what="search", kind="organisation", subject="all")
    rows = [(row, _(sentences.ORGANISATION_KINDS[row.kind]), hyphenated(row.registration_number)) for row in page]
    return render(request, "organisations/organisations.html", {"form": form, "page": page, "rows": rows})


@signed_in
def new_organisation(request: HttpRequest) -> HttpResponse:
    """Registers an organisation; whoever does so owns it."""
    form = forms.NewOrganisation(request.POST or None, now=request.now)
    if form.is_valid():
        create = partial(actions.create_organisation, by=request.actor, now=request.now, **form.cleaned_data)
        made = tried(form, create)
        if made:
            messages.success(request, _("The organisation was registered. You can apply in its name now."))
            return redirect("organisation", made.pk)
    lead = _("You become its owner and can invite others.")
    title = _("Register an organisation")
    return form_page(request, form, title=title, label=_("Register"), lead=lead, back=reverse("organisations"))


def _seen(request: HttpRequest, organisation: int) -> Any:
    row = one(people.organisations(request.actor), pk=organisation)
    given = {"kind": "organisation", "subject": organisation, "organisation": organisation}
    journal.read(by=request.actor, now=request.now, what="view", **given)
    return row


@signed_in
def organisation(request: HttpRequest, organisation: int) -> HttpResponse:
    """One organisation: particulars, members, invitations, findings, and what this person can do here."""
    row = _seen(request, organisation)
    return _show(request, row)


def _show(request: HttpRequest, row: Any, **bound: Any) -> HttpResponse:
    actor = request.actor
    page = Paginator(people.members(actor, row.pk), PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "organisation": row,
        "number": hyphenated(row.registration_number),
        "kind": _(sentences.ORGANISATION_KINDS[row.kind]),
        "size": _(sentences.SIZE_CLASSES[row.size_class]),
        "sector": _(sentences.SECTORS[row.sector]),
        "page": page,
        "members": [(held, _(sentences.MEMBER_ROLES[held.role])) for held in page],
        "invitations": [
            (held, _(sentences.MEMBER_ROLES[held.role])) for held in queries.invitations(actor, row.pk, request.now)
        ],
        "verdicts": [(held, _(sentences.ATTRIBUTES[held.attribute])) for held in queries.verdicts(actor, row.pk)],
        "owner": actor.owner_of(row.pk),
        "checker": actor.is_staff,
        "manager": actor.has(Role.PROGRAMME_MANAGER),
        "invite_form": forms.Invite(initial={"language": request.LANGUAGE_CODE}, prefix="invite"),
        "verdict_form": forms.Finding(prefix="verdict"),
        "group_form": forms.FirmGroup(initial={"version": row.version, "firm_group": row.firm_group}, prefix="group"),
    }
    return render(request, "organisations/organisation.html", shown | bound, status=422 if bound else 200)


@signed_in
def edit_organisation(request: HttpRequest, organisation: int) -> HttpResponse:
    """An owner corrects the particulars; an edit that another overtook is not saved over it."""
    row = one(people.organisations(request.actor), pk=organisation)
    if not request.actor.owner_of(organisation):
        raise Http404
    names = ("name", "name_en", "kind", "size_class", "sector", "founded_on", "version")
    initial = {name: getattr(row, name) for name in names}
    form = forms.EditOrganisation(request.POST or None, initial=initial | {"region": row.region_id}, now=request.now)
    if form.is_valid():
        change = partial(actions.change_organisation, by=request.actor, now=request.now, organisation=organisation)
        tried(form, partial(change, **form.cleaned_data))
        if form.is_valid():
            messages.success(request, _("The particulars were saved."))
            return redirect("organisation", organisation)
    title, back = _("Correct the particulars"), reverse("organisation", args=[organisation])
    return form_page(request, form, title=title, label=_("Save"), back=back)


@require_POST
@signed_in
def invite(request: HttpRequest, organisation: int) -> HttpResponse:
    """An owner invites somebody by mail."""
    row = one(people.organisations(request.actor), pk=organisation)
    form = forms.Invite(request.POST, prefix="invite")
    if form.is_valid():
        act = partial(actions.invite, by=request.actor, now=request.now, organisation=organisation)
        if tried(form, partial(act, **form.cleaned_data)):
            messages.success(request, _("The invitation is on its way."))
            return redirect("organisation", organisation)
    return _show(request, row, invite_form=form)


@require_POST
@with_role(*WORKING_ROLES)
def record_verdict(request: HttpRequest, organisation: int) -> HttpResponse:
    """Staff record what evidence showed."""
    row = _seen(request, organisation)
    form = forms.Finding(request.POST, prefix="verdict")
    if form.is_valid():
        act = partial(actions.record_verdict, by=request.actor, now=request.now, organisation=organisation)
        if tried(form, partial(act, **form.cleaned_data)):
            messages.success(request, _("The finding was recorded."))
            return redirect("organisation", organisation)
    return _show(request, row, verdict_form=form)


@require_POST
@with_role(*WORKING_ROLES)
def set_firm_group(request: HttpRequest, organisation: int) -> HttpResponse:
    """Staff write down the group of firms."""
    row = _seen(request, organisation)
    form = forms.FirmGroup(request.POST, prefix="group")
    if form.is_valid():
        act = partial(actions.set_firm_group, by=request.actor, now=request.now, organisation=organisation)
        tried(form, partial(act, **form.cleaned_data))
        if form.is_valid():
            messages.success(request, _("The group of firms was saved."))
            return redirect("organisation", organisation)
    return _show(request, row, group_form=form)


def _done(request: HttpRequest, organisation: int, act: Callable[[], object], said: str) -> HttpResponse:
    """Carries out what a small button asks for, says how it went, and goes back to the organisation."""
    one(people.organisations(request.actor), pk=organisation)
    try:
        act()
    except Refused as refused:
        messages.error(request, refusals.sentence(refused))
    except Stale:
        messages.error(request, refusals.sentence(Refused("stale")))
    else:
        messages.success(request, said)
    if organisation not in people.actor_of(request.actor.person, address="", via=request.actor.via).memberships:
        return redirect("organisations")
    return redirect("organisation", organisation)


@require_POST
@signed_in
def withdraw_invitation(request: HttpRequest, organisation: int, invitation: int) -> HttpResponse:
    """An owner takes an invitation back."""
    act = partial(
        actions.withdraw_invitation,
        by=request.actor,
        now=request.now,
        organisation=organisation,
        invitation=invitation,
    )
    return _done(request, organisation, act, _("The invitation was taken back."))


@require_POST
@signed_in
def remove_member(request: HttpRequest, organisation: int, person: int) -> HttpResponse:
    """An owner removes a member, or a member leaves."""
    act = partial(actions.remove_member, by=request.actor, now=request.now, organisation=organisation, person=person)
    return _done(request, organisation, act, _("The membership was ended."))


@require_POST
@signed_in
def change_member_role(request: HttpRequest, organisation: int, person: int) -> HttpResponse:
    """An owner makes a member owner, or an owner member."""
    role = MemberRole.OWNER if request.POST.get("role") == MemberRole.OWNER else MemberRole.MEMBER
    act = partial(
        actions.change_member_role,
        by=request.actor,
        now=request.now,
        organisation=organisation,
        person=person,
        role=role,
    )
    return _done(request, organisation, act, _("The role was changed."))


@never_cache
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """The mailed link: a logged-in person accepts with one click, somebody new makes an account by it."""
    row = queries.invitation_of(secret, request.now)
    if row is None:
        raise Refused("invitation_not_waiting")
    if request.actor.person is None and people.email_holder(clean_email(row.email)) is None:
        return _join_newly(request, secret, row)
    return _join(request, secret, row)


@signed_in
def _join(request: HttpRequest, secret: str, row: Any) -> HttpResponse:
    if request.method == "POST":
        organisation = actions.accept_invitation(by=request.actor, now=request.now, secret=secret)
        messages.success(request, _("You are a member now."))
        return redirect("organisation", organisation)
    return render(request, "organisations/invitation.html", {"invitation": row})


def _join_newly(request: HttpRequest, secret: str, row: Any) -> HttpResponse:
    form = NewPerson(request.POST or None, initial={"language": request.LANGUAGE_CODE})
    if form.is_valid():
        act = partial(actions.accept_by_signing_up, by=request.actor, now=request.now, secret=secret)
        person = tried(form, partial(act, **form.cleaned_data))
        if person:
            return enter(request, person, settings.LOGIN_REDIRECT_URL)
    title = _("Join {organisation}").format(organisation=row.organisation.name)
    lead = _("Make an account for {email} and join.").format(email=row.email)
    return form_page(request, form, title=title, label=_("Make the account and join"), lead=lead)


@signed_in
def readings(request: HttpRequest, organisation: int) -> HttpResponse:
    """Who of the centre opened the organisation's data, for its owners."""
    if not request.actor.owner_of(organisation):
        raise Http404
    found = read.readings_of_organisation(request.actor, organisation)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    back = reverse("organisation", args=[organisation])
    context = {
        "title": _("Who opened our data"),
        "page": page,
        "rows": shown_readings(page),
        "back": (_("Organisation"), back),
    }
    return render(request, "people/readings.html", context)


urlpatterns = [
    path("organisations/<int:organisation>/readings/", readings, name="organisation-readings"),
    path("organisations/", organisations, name="organisations"),
    path("organisations/new/", new_organisation, name="new-organisation"),
    path("organisations/<int:organisation>/", organisation, name="organisation"),
    path("organisations/<int:organisation>/edit/", edit_organisation, name="edit-organisation"),
    path("organisations/<int:organisation>/invite/", invite, name="invite"),
    path("organisations/<int:organisation>/verdicts/", record_verdict, name="record-verdict"),
    path("organisations/<int:organisation>/firm-group/", set_firm_group, name="organisation-firm-group"),
    path(
        "organisations/<int:organisation>/invitations/<int:invitation>/withdraw/",
        withdraw_invitation,
        name="withdraw-invitation",
    ),
    path("organisations/<int:organisation>/members/<int:person>/remove/", remove_member, name="remove-member"),
    path("organisations/<int:organisation>/members/<int:person>/role/", change_member_role, name="member-role"),
    path("invitations/<str:secret>/", invitation, name="invitation"),
]
