"""One company: its page, its forms for each part, taking back, merging, and the support of a company on one page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.actors import READING_ROLES
from madang.portal.companies import actions, forms, merging, queries, support
from madang.portal.companies.rules import KEEPERS, STAGES, CompanyStage
from madang.portal.companies.sentences import STAGES as WORDS
from madang.portal.companies.sentences import SUPPORT_KINDS
from madang.portal.faces import form_page, one, signed_in, tried, with_role
from madang.portal.files.faces import answer, attached
from madang.portal.journal.actions import read
from madang.portal.people.rules import hyphenated
from madang.portal.tenancies import looking


def _crumbs(*rest: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Work of the centre"), reverse("staff")), (_("Companies"), reverse("companies")), *rest]


def _standing(request: HttpRequest, pk: int) -> Any:
    """The company, if it stands for itself; the forms of one that was merged do not exist."""
    return one(queries.companies(request.actor), pk=pk, lead__isnull=True)


def _noted(request: HttpRequest, row: Any) -> None:
    read(by=request.actor, now=request.now, what="view", kind="company", subject=row.pk,
         organisation=row.organisation_id)  # fmt: skip


@with_role(*READING_ROLES)
def company(request: HttpRequest, pk: int) -> HttpResponse:
    """One company with its whole history; the address of one that was merged leads to the other."""
    row = one(queries.companies(request.actor), pk=pk)
    if row.lead_id:
        return redirect("company", row.lead_id)
    _noted(request, row)
    followers = list(queries.followers(pk))
    group = [pk, *(other.pk for other in followers)]
    entries = list(queries.history(group))
    reached = {entry.stage for entry in entries if entry.company_id == pk and not entry.struck_at}
    context = {
        "company": row,
        "entries": [(entry, _(WORDS[entry.stage]), entry.number and hyphenated(entry.number)) for entry in entries],
        "open_stages": [(stage, _(WORDS[stage])) for stage in STAGES if stage not in reached],
        "followers": followers,
        "notes": queries.notes(group),
        "documents": queries.documents(group),
        "twins": queries.twins(row),
        "candidate": queries.organisation_numbered(row),
        "number": row.registration_number and hyphenated(row.registration_number),
        "reported": looking.reported(support.organisations_of(group)),
        "may_change": request.actor.has(*KEEPERS),
        "today": queries.today(request.now),
        "crumbs": _crumbs((row.name, "")),
    }
    return render(request, "companies/company.html", context)


@with_role(*KEEPERS)
def company_new(request: HttpRequest) -> HttpResponse:
    """Adds a company with its first contact."""
    form = forms.NewCompanyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {"given": form.particulars(), "contact": form.contact_step()}
        row = tried(form, partial(actions.add, by=request.actor, now=request.now, **given))
        if row:
            messages.success(request, _("The company is here."))
            return redirect("company", row.pk)
    return form_page(request, form, title=_("Add a company"), label=_("Add"), back=reverse("companies"))


@with_role(*KEEPERS)
def company_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes what is known of a company."""
    row = _standing(request, pk)
    names = ("name", "name_en", "registration_number", "field", "contact", "version")
    initial = {name: getattr(row, name) for name in names}
    form = forms.CompanyForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {"company": pk, "version": form.cleaned_data["version"] or 0, "given": form.particulars()}
        tried(form, partial(actions.change, by=request.actor, now=request.now, **given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("company", pk)
    return form_page(request, form, title=row.name, label=_("Save"), back=reverse("company", args=[pk]))


# --- the parts of a company: each with one form to add and one to take back ---


def _enter(request: HttpRequest, row: Any, form: Any, act: dict[str, Any]) -> object:
    step = form.step()
    return actions.enter(**act, version=row.version, given=step, **attached(request, form))


def _plan(request: HttpRequest, row: Any, form: Any, act: dict[str, Any]) -> object:
    given = form.cleaned_data | {"owner": int(form.cleaned_data["owner"])}
    return actions.plan(**act, **given)


def _note(request: HttpRequest, row: Any, form: Any, act: dict[str, Any]) -> object:
    return actions.note(**act, **form.cleaned_data)


def _file(request: HttpRequest, row: Any, form: Any, act: dict[str, Any]) -> object:
    kept = attached(request, form)
    return actions.file(**act, stored=kept["file"], name=kept["file_name"])


def _give(request: HttpRequest, row: Any, form: Any, act: dict[str, Any]) -> object:
    kept = attached(request, form)
    return actions.give(**act, **form.cleaned_data, **kept)


Act = Callable[[HttpRequest, Any, Any, dict[str, Any]], object]
NEW: dict[str, tuple[Callable[..., Any], Act]] = {
    "stage": (forms.StageForm, _enter),
    "next": (forms.NextForm, _plan),
    "note": (forms.NoteForm, _note),
    "document": (forms.DocumentForm, _file),
    "support": (forms.SupportForm, _give),
}


def _title(part: str, stage: CompanyStage) -> str:
    return {
        "stage": _("Enter a stage: {stage}").format(stage=_(WORDS[stage])),
        "next": _("Set the next action"),
        "note": _("Keep a note of a meeting"),
        "document": _("Add a paper"),
        "support": _("Enter support by hand"),
    }[part]


@with_role(*KEEPERS)
def part_new(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """A form for one more of a part: a stage, the next action, a note, a paper, or support."""
    row = _standing(request, pk)
    if part not in NEW or request.GET.get("stage", "contact") not in set(STAGES):
        raise Http404
    stage = CompanyStage(request.GET.get("stage", "contact"))
    make, act = NEW[part]
    more = {"stage": stage} if part == "stage" else {}
    step = {"what": row.next_step, "owner": row.next_owner_id, "due": row.next_due, "version": row.version}
    initial = step if part == "next" else {}
    initial |= {"on": queries.today(request.now)} if part == "note" else {}
    bound = (request.POST, request.FILES) if request.method == "POST" else ()
    form = make(*bound, initial=initial, **more)
    if bound and form.is_valid():
        given = {"by": request.actor, "now": request.now, "company": pk}
        tried(form, partial(act, request, row, form, given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("company-support" if part == "support" else "company", pk)
    lead = row.name
    back = reverse("company-support" if part == "support" else "company", args=[pk])
    return form_page(request, form, title=_title(part, stage), label=_("Save"), lead=lead, back=back)


def _undo(part: str, row: int, version: int, reason: str) -> Callable[..., object]:
    if part == "stage":
        return partial(actions.strike, entry=row, version=version, reason=reason)
    if part == "support":
        return partial(actions.take_back, support=row, reason=reason)
    if part == "next":
        return partial(actions.finish, version=version)
    return partial(actions.remove, part=part, row=row)


@with_role(*KEEPERS)
def part_end(request: HttpRequest, pk: int, part: str, row: int) -> HttpResponse:
    """Takes back a stage or support, ends the next action, removes a note or a paper; asked before it is done."""
    company = _standing(request, pk)
    if part not in NEW:
        raise Http404
    kind = forms.ReasonForm if part in ("stage", "support") else forms.SureForm
    form = kind(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        act = _undo(part, row, company.version, form.cleaned_data.get("reason", ""))
        tried(form, partial(act, by=request.actor, now=request.now, company=pk))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("company-support" if part == "support" else "company", pk)
    titles = {
        "stage": _("Take back a stage"),
        "next": _("The next action is done"),
        "note": _("Remove a note"),
        "document": _("Remove a paper"),
        "support": _("Take back support"),
    }
    label, danger = (_("Done"), False) if part == "next" else (_("Yes, take it back"), True)
    back = reverse("company-support" if part == "support" else "company", args=[pk])
    return form_page(request, form, title=titles[part], label=label, lead=company.name, back=back, danger=danger)


@with_role(*READING_ROLES)
def company_file(request: HttpRequest, part: str, row: int) -> HttpResponse:
    """A paper of a company; that it was opened is noted."""
    held = queries.file_of(request.actor, part, row)
    if held is None:
        raise Http404
    _noted(request, held.company)
    return answer(held.file, held.name if part == "document" else held.file_name)


# --- one company that is two, and a company that is an organisation ---


@with_role(*KEEPERS)
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes a company part of another one: found by words, chosen, confirmed."""
    row = _standing(request, pk)
    words = request.GET.get("q", "").strip()[:80]
    day = queries.today(request.now)
    found = list(queries.listed(request.actor, words=words, day=day).exclude(pk=pk)[:20]) if words else []
    found = found or queries.twins(row)
    form = forms.MergeForm(request.POST if request.method == "POST" else None, found=found)
    if request.method == "POST" and form.is_valid():
        given = {"company": pk, "version": row.version, "into": int(form.cleaned_data["into"])}
        tried(form, partial(merging.merge, by=request.actor, now=request.now, **given))
        if not form.errors:
            messages.success(request, _("They are one company now."))
            return redirect("company", given["into"])
    crumbs = _crumbs((row.name, reverse("company", args=[pk])), (_("Make it part of another company"), ""))
    context = {"company": row, "form": form, "found": found, "words": words, "crumbs": crumbs}
    return render(request, "companies/merge.html", context, status=422 if form.is_bound and form.errors else 200)


@with_role(*KEEPERS)
def part_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Undoes a merge."""
    row = one(queries.companies(request.actor), pk=pk, lead__isnull=False)
    form = forms.SureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        tried(form, partial(merging.part, by=request.actor, now=request.now, company=pk))
        if not form.errors:
            messages.success(request, _("They are two companies again."))
            return redirect("company", pk)
    lead = _("{company} stands for itself again, with its own stages, notes, papers and support.")
    back = reverse("company", args=[row.lead_id])
    return form_page(request, form, title=_("Undo the merge"), label=_("Make them two again"), danger=True, back=back,
                     lead=lead.format(company=row.name))  # fmt: skip


@with_role(*KEEPERS)
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """Says which organisation of the portal a company is."""
    row = _standing(request, pk)
    candidate = row.organisation or queries.organisation_numbered(row)
    initial = {"number": candidate.registration_number if candidate else ""}
    form = forms.OrganisationForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {"company": pk, "version": row.version, "organisation": form.organisation()}
        if not form.errors:
            tried(form, partial(actions.link, by=request.actor, now=request.now, **given))
        if not form.errors:
            messages.success(request, _("Saved."))
            return redirect("company", pk)
    lead = candidate.name if candidate else ""
    title, back = _("Which organisation of the portal is it?"), reverse("company", args=[pk])
    return form_page(request, form, title=title, label=_("Save"), lead=lead, back=back)


# --- support ---


@with_role(*READING_ROLES)
def company_support(request: HttpRequest, pk: int) -> HttpResponse:
    """What a company was given, over at least ten years."""
    row = one(queries.companies(request.actor), pk=pk)
    if row.lead_id:
        return redirect("company-support", row.lead_id)
    _noted(request, row)
    found = support.of_companies(queries.together(pk), queries.today(request.now))
    crumbs = _crumbs((row.name, reverse("company", args=[pk])), (_("Support"), ""))
    return _shown(request, found, row.name, crumbs, row)


@signed_in
def organisation_support(request: HttpRequest, organisation: int) -> HttpResponse:
    """An owner's own page: what their organisation was given."""
    if not request.actor.owner_of(organisation):
        raise Http404
    found = support.of_organisation(organisation, queries.today(request.now))
    crumbs = [(_("My organisations"), reverse("organisation", args=[organisation])), (_("Support"), "")]
    return _shown(request, found, "", crumbs)


def _shown(request: HttpRequest, found: support.Support, name: str, crumbs: Any, row: Any = None) -> HttpResponse:
    context = {
        "support": found,
        "entries": [(entry, _(SUPPORT_KINDS[entry.kind])) for entry in found.entries],
        "name": name,
        "company": row,
        "may_change": row is not None and request.actor.has(*KEEPERS),
        "crumbs": crumbs,
    }
    return render(request, "companies/support.html", context)


urlpatterns = [
    path("staff/companies/new/", company_new, name="company-new"),
    path("staff/companies/files/<slug:part>/<int:row>/", company_file, name="company-file"),
    path("staff/companies/<int:pk>/", company, name="company"),
    path("staff/companies/<int:pk>/edit/", company_edit, name="company-edit"),
    path("staff/companies/<int:pk>/merge/", merge, name="company-merge"),
    path("staff/companies/<int:pk>/part/", part_again, name="company-part"),
    path("staff/companies/<int:pk>/organisation/", organisation, name="company-organisation"),
    path("staff/companies/<int:pk>/support/", company_support, name="company-support"),
    path("staff/companies/<int:pk>/<slug:part>/new/", part_new, name="company-part-new"),
    path("staff/companies/<int:pk>/<slug:part>/<int:row>/end/", part_end, name="company-part-end"),
    path("organisations/<int:organisation>/support/", organisation_support, name="organisation-support"),
]
