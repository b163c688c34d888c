"""The pages of a tenancy: the list, one from offer to check-out, and a form for everything that is done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from madang.portal.actors import READING_ROLES, Actor
from madang.portal.camp import queries as camp
from madang.portal.camp.forms import ReasonForm
from madang.portal.camp.rules import DECIDERS, KEEPERS
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.journal.actions import read
from madang.portal.people import queries as people
from madang.portal.tenancies import actions, forms, living, living_pages, looking, queries
from madang.portal.tenancies.rules import LIVING, ExtensionState, Hours, TenancyState
from madang.portal.tenancies.sentences import CONDITIONS, EXTENSIONS, STATES

PAGE = 50


def crumbs(*rest: tuple[str, str]) -> list[tuple[str, str]]:
    """The way to a tenancy."""
    return [(_("Start-up camp"), reverse("camp")), (_("Tenancies"), reverse("tenancies")), *rest]


def noted(request: HttpRequest, row: Any) -> None:
    """That somebody else than the tenant read it stands where the tenant's owners see it."""
    read(by=request.actor, now=request.now, what="view", kind="tenancy", subject=row.pk,
         organisation=row.organisation_id)  # fmt: skip


@signed_in
def tenancies(request: HttpRequest) -> HttpResponse:
    """One's organisations' tenancies; all for staff and auditors, with ?asked=1 those that ask for more time."""
    by, state, asked = request.actor, request.GET.get("state", ""), request.GET.get("asked") == "1"
    rows = queries.tenancies(by, state if state in STATES else "")
    if asked:
        rows = rows.filter(extensions__state=ExtensionState.ASKED)
    if by.reads_everything:
        read(by=by, now=request.now, what="search", kind="tenancy", subject="asked" if asked else state or "all")
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "states": [(value, _(word)) for value, word in STATES.items()],
        "chosen": state,
        "asked": asked,
        "staff": by.reads_everything,
        "may_offer": by.has(*DECIDERS),
        "crumbs": [(_("Start-up camp"), reverse("camp")), (_("Tenancies"), "")],
    }
    return render(request, "tenancies/tenancies.html", context)


@signed_in
def tenancy(request: HttpRequest, pk: int) -> HttpResponse:
    """One tenancy: its days and states, who lives there, reports, requests, check-out; for a tenant the notices."""
    by, now = request.actor, request.now
    row = one(queries.tenancies(by), pk=pk)
    noted(request, row)
    today = queries.today(now)
    own, keeper = by.member_of(row.organisation_id), by.has(*KEEPERS)
    extensions, residents = queries.extensions(pk), looking.residents(pk)
    asked = next((one_of for one_of in extensions if one_of.state == ExtensionState.ASKED), None)
    context = {
        "crumbs": crumbs((row.organisation.name, "")),
        "tenancy": row,
        "today": today,
        "notices": camp.notices_on(today) if own else [],
        "extensions": [(one_of, _(EXTENSIONS[one_of.state])) for one_of in extensions],
        "asked": asked,
        "residents": [(one_of, living_pages.hours_of(one_of)) for one_of in residents],
        "visitors": looking.visitors(pk, today) if own or keeper else [],
        "duties": looking.duties(pk),
        "requests": looking.requests(by).filter(tenancy=pk).order_by("-asked_at"),
        "items": [(one_of, _(CONDITIONS[one_of.condition])) for one_of in queries.items(pk)],
        "verbs": [(verb, doing.title) for verb, doing in DOINGS.items() if doing.may(by, row) and not doing.of_row],
        "may_decide": asked is not None and by.has(*DECIDERS) and not own,
        "may_let_in": DOINGS["let-in"].may(by, row),
        "may_list": keeper and row.state in (TenancyState.RUNNING, TenancyState.ENDED),
        "own": own,
        "lives": any(one_of.person_id == by.person and one_of.until_on is None for one_of in residents),
    }
    return render(request, "tenancies/tenancy.html", context)


@with_role(*DECIDERS)
def tenancy_new(request: HttpRequest) -> HttpResponse:
    """Offers a tenancy straight to an organisation."""
    by, today = request.actor, queries.today(request.now)
    known = people.organisations(by).order_by("name", "pk")
    form = forms.OfferForm(request.POST or None, spaces=camp.free_on(today), organisations=known,
                           initial={"starts_on": today})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        row = tried(form, partial(actions.offer, by=by, now=request.now, **form.cleaned_data))
        if row:
            messages.success(request, _("Offered. The owners of the organisation get a mail and sign here."))
            return redirect("tenancy", row.pk)
    lead = _(
        "For an organisation that was selected elsewhere; the reason says how. Rooms and seats free today are shown."
    )
    title, back = _("Offer a tenancy"), reverse("tenancies")
    return form_page(request, form, title=title, label=_("Offer it"), lead=lead, back=back)


@with_role(*DECIDERS)
def select(request: HttpRequest, pk: int) -> HttpResponse:
    """Selects a bid and offers it rooms and seats of its call."""
    by = request.actor
    bid = one(camp.bids(by), pk=pk)
    offered = [place.space for place in one(camp.calls(by), pk=bid.call_id).offered.all()]
    form = forms.SelectForm(request.POST or None, spaces=offered, initial={"starts_on": queries.today(request.now)})
    if request.method == "POST" and form.is_valid():
        row = tried(form, partial(actions.select, by=by, now=request.now, bid=pk, **form.cleaned_data))
        if row:
            messages.success(request, _("Selected. The owners of the organisation get a mail and sign here."))
            return redirect("tenancy", row.pk)
    lead = _("{organisation} asks for {people} places. The tenancy lasts as the call says.")
    given = {"lead": lead.format(organisation=bid.organisation.name, people=bid.people)}
    title, back = _("Select this bid"), reverse("tenant-bid", args=[pk])
    return form_page(request, form, title=title, label=_("Select and offer"), back=back, **given)


# --- everything that is done with a tenancy: who may, with which form, and what it does ---


@dataclass(frozen=True)
class Doing:
    """One thing that is done with a tenancy: its words, its form, the act, who may at which states.

    `of_row`: with one of its parts, whose number stands in the address under this name of the act.
    """

    title: Any
    label: Any
    make: Callable[[HttpRequest, Any, Any], Form]
    act: Callable[..., object]
    who: Callable[[Actor, Any], bool]
    states: frozenset[str]
    of_row: str = ""
    danger: bool = False

    def may(self, by: Actor, row: Any) -> bool:
        """Whether somebody may do it now."""
        return row.state in self.states and self.who(by, row)


def _owner(by: Actor, row: Any) -> bool:
    return by.owner_of(row.organisation_id)


def _member(by: Actor, row: Any) -> bool:
    return by.member_of(row.organisation_id)


def _keeper(by: Actor, row: Any) -> bool:
    return by.has(*KEEPERS)


def _decider(by: Actor, row: Any) -> bool:
    return by.has(*DECIDERS)


def _owner_or(other: Callable[[Actor, Any], bool]) -> Callable[[Actor, Any], bool]:
    return lambda by, row: _owner(by, row) or other(by, row)


def _plain(kind: type[Form], **initial: Callable[[HttpRequest, Any], Any]) -> Callable[[HttpRequest, Any, Any], Form]:
    def made(request: HttpRequest, row: Any, part: Any) -> Form:
        given = {name: value(request, row) for name, value in initial.items()}
        return kind(request.POST if request.method == "POST" else None, initial=given)

    return made


def _resident_form(request: HttpRequest, row: Any, part: Any) -> Form:
    return forms.ResidentForm(request.POST or None, people=looking.could_live(row))


def _hours_form(request: HttpRequest, row: Any, part: Any) -> Form:
    found = next(
        (one_of for one_of in looking.residents(row.pk) if one_of.pk == part and one_of.until_on is None), None
    )
    if found is None:
        raise Http404
    return forms.HoursForm(request.POST or None, initial=forms.HoursForm.filled(found))


def _let_in(*, opens: int, closes: int, weekdays: list[int], **given: Any) -> object:
    return living.let_in(hours=_hours(opens, closes, weekdays), **given)


def _set_hours(*, tenancy: int, opens: int, closes: int, weekdays: list[int], **given: Any) -> object:
    return living.set_hours(hours=_hours(opens, closes, weekdays), **given)


def _hours(opens: int, closes: int, weekdays: list[int]) -> Hours:
    return Hours(opens, closes, forms.weekdays_of(weekdays))


def _sign(*, agreed: bool, **given: Any) -> object:
    return actions.sign(**given)


def _extension(*, reason: str, **given: Any) -> object:
    return actions.ask_extension(why=reason, **given)


def _decided(*, tenancy: int, approve: str, **given: Any) -> object:
    return actions.decide_extension(approve=approve == "yes", **given)


def _of_part(act: Callable[..., object]) -> Callable[..., object]:
    """An act that takes the part alone."""

    def done(*, tenancy: int, **given: Any) -> object:
        return act(**given)

    return done


N_ = gettext_lazy
OFFERED, RUNNING = frozenset({TenancyState.OFFERED}), frozenset({TenancyState.RUNNING})
LISTED = frozenset({TenancyState.RUNNING, TenancyState.ENDED})
NOT_BEGUN = frozenset({TenancyState.OFFERED, TenancyState.SIGNED})
DOINGS: dict[str, Doing] = {
    "sign": Doing(
        N_("Sign the agreement"), N_("Sign"),
        _plain(forms.SignForm, text_version=lambda request, row: row.text.version), _sign, _owner, OFFERED,
    ),
    "decline": Doing(N_("Do not take the offer"), N_("Yes, do not take it"), _plain(Form), actions.decline, _owner,
                     OFFERED, danger=True),
    "drop": Doing(N_("Take the offer back"), N_("Yes, take it back"), _plain(ReasonForm), actions.drop, _decider,
                  NOT_BEGUN, danger=True),
    "extend": Doing(
        N_("Ask for an extension"), N_("Ask for it"),
        _plain(forms.EndForm, ends_on=lambda request, row: row.ceiling_on), _extension, _owner, frozenset(LIVING),
    ),
    "decide": Doing(N_("Decide about the extension"), N_("Decide"), _plain(forms.DecideForm), _decided, _decider,
                    frozenset(LIVING), of_row="extension"),
    "end": Doing(
        N_("End the tenancy earlier"), N_("Yes, end it"),
        _plain(forms.EndForm, ends_on=lambda request, row: queries.today(request.now) + timedelta(days=30)),
        actions.end, _owner_or(_decider), RUNNING, danger=True,
    ),
    "item": Doing(N_("Add a thing to the check-out"), N_("Add"), _plain(forms.ItemForm), actions.enter_item, _keeper,
                  LISTED),
    "item-remove": Doing(N_("Take this thing off the list?"), N_("Yes, take it off"), _plain(Form),
                         actions.remove_item, _keeper, LISTED, of_row="item", danger=True),
    "check-out": Doing(N_("Finish the check-out"), N_("Finish it"), _plain(Form), actions.check_out, _keeper,
                       frozenset({TenancyState.ENDED})),
    "let-in": Doing(N_("Add a resident"), N_("Add"), _resident_form, _let_in, _owner_or(_keeper), frozenset(LIVING)),
    "hours": Doing(N_("Change the hours of a resident"), N_("Save"), _hours_form, _set_hours, _owner_or(_keeper),
                   frozenset(LIVING), of_row="resident"),
    "move-out": Doing(N_("Is this person no longer a resident?"), N_("Yes, from today"), _plain(Form),
                      _of_part(living.move_out), _owner_or(_keeper), frozenset(LIVING), of_row="resident", danger=True),
    "announce": Doing(N_("Announce a visitor"), N_("Announce the visitor"),
                      _plain(forms.VisitorForm, on=lambda request, row: queries.today(request.now)), living.announce,
                      _member, RUNNING),
    "call-off": Doing(N_("Call the visit off?"), N_("Yes, call it off"), _plain(Form), _of_part(living.call_off),
                      _member, RUNNING, of_row="visitor", danger=True),
}  # fmt: skip


@signed_in
def do(request: HttpRequest, pk: int, verb: str, part: int | None = None) -> HttpResponse:
    """A form for one thing that is done with a tenancy, or with a part of it; for who may not it does not exist."""
    row = one(queries.tenancies(request.actor), pk=pk)
    doing = DOINGS.get(verb)
    if doing is None or bool(doing.of_row) != (part is not None) or not doing.who(request.actor, row):
        raise Http404
    noted(request, row)
    form = doing.make(request, row, part)
    if request.method == "POST" and form.is_valid():
        given = {"tenancy": pk, **form.cleaned_data} | ({doing.of_row: part} if doing.of_row else {})
        tried(form, partial(doing.act, by=request.actor, now=request.now, **given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("tenancy", pk)
    context = {
        "form": form, "title": doing.title, "label": doing.label, "danger": doing.danger, "tenancy": row,
        "lead": row.organisation.name, "text": row.text if verb == "sign" else None,
        "back": reverse("tenancy", args=[pk]), "crumbs": crumbs((row.organisation.name, reverse("tenancy", args=[pk]))),
    }  # fmt: skip
    return render(request, "tenancies/do.html", context, status=422 if form.is_bound and form.errors else 200)


@with_role(*READING_ROLES)
def texts(request: HttpRequest) -> HttpResponse:
    """The versions of what tenants agree to, and the form for the next one."""
    rows, may = list(queries.texts(request.actor)), request.actor.has(*DECIDERS)
    last = {"text_ko": rows[0].text_ko, "text_en": rows[0].text_en} if rows else {}
    form = forms.TextForm(request.POST or None, initial=last) if may else None
    if request.method == "POST" and form is not None and form.is_valid():
        tried(form, partial(actions.write_text, by=request.actor, now=request.now, **form.cleaned_data))
        if not form.errors:
            messages.success(request, _("The next version is kept. Offers from now on are made under it."))
            return redirect("tenancy-texts")
    trail = [(_("Work of the centre"), reverse("staff")), (_("Agreement with tenants"), "")]
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, "tenancies/texts.html", {"rows": rows, "form": form, "crumbs": trail}, status=status)


urlpatterns = [
    path("camp/tenancies/", tenancies, name="tenancies"),
    path("camp/tenancies/<int:pk>/", tenancy, name="tenancy"),
    path("camp/bids/<int:pk>/tenancy/new/", select, name="tenant-bid-select"),
    path("staff/camp/tenancies/new/", tenancy_new, name="tenancy-new"),
    path("staff/camp/agreement/", texts, name="tenancy-texts"),
    *living_pages.urlpatterns,
    path("camp/tenancies/<int:pk>/<slug:verb>/", do, name="tenancy-do"),
    path("camp/tenancies/<int:pk>/<slug:verb>/<int:part>/", do, name="tenancy-part"),
]
