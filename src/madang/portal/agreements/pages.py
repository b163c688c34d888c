"""The agreement on an award: read, signed by either side, checked on paper, and set as PDF."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madang.portal.actors import Role
from madang.portal.agreements import actions, documents, queries
from madang.portal.agreements.forms import ClickForm, ConfirmForm, PaperForm, PurposeForm, RefusePaperForm
from madang.portal.agreements.rules import Side, SigningMethod
from madang.portal.agreements.sentences import METHODS, PAPER_STATES, SIDES
from madang.portal.awards import queries as awards
from madang.portal.faces import form_page, one, signed_in, tried
from madang.portal.files import actions as files
from madang.portal.files.faces import answer
from madang.portal.files.rules import SIGNED_PAPERS


def _found(request: HttpRequest, number: str) -> tuple[Any, Any]:
    award = one(awards.awards(request.actor), number=number)
    row = queries.newest(request.actor, award.pk)
    if row is None:
        raise Http404
    return award, row


@signed_in
def agreement(request: HttpRequest, number: str) -> HttpResponse:
    """The newest version with who has signed; forms for the side that this person can sign for."""
    award, row = _found(request, number)
    signed = {one.side for one in row.signatures.all()}
    side = _side(request, award, signed)
    click, paper = ClickForm(request.POST if request.POST.get("what") == "click" else None), PaperForm()
    if request.method == "POST" and side is not None and request.POST.get("what") == "click" and click.is_valid():
        given = {"agreement": row.pk, "side": side, "method": SigningMethod.CLICK, "seen": request.POST.get("seen", "")}
        evidence = {"password": click.cleaned_data["password"]}
        if tried(click, lambda: actions.sign(by=request.actor, now=request.now, evidence=evidence, **given)):
            messages.success(request, _("You have signed."))
            return redirect("agreement", number)
    if request.method == "POST" and side is Side.USER and request.POST.get("what") == "paper":
        paper = PaperForm(request.POST, request.FILES)
        if paper.is_valid() and tried(paper, lambda: _hand_in(request, row.pk, paper)):
            messages.success(request, _("The paper was handed in. The centre looks at it and tells you."))
            return redirect("agreement", number)
    _note_reading(request, award, row)
    context = {
        **_read(award, row),
        "versions": queries.versions(request.actor, award.pk),
        "may_draw_up": request.actor.has(Role.PROGRAMME_MANAGER) and award.state == "accepted",
        "papers": [(one, _(PAPER_STATES[one.state])) for one in row.papers.all()],
        "side": side,
        "click": click,
        "paper": paper,
        "may_check": request.actor.has(Role.PROGRAMME_MANAGER, Role.APPROVER),
        "crumbs": [(_("Awards"), reverse("awards")), (number, reverse("award", args=[number])), (_("Agreement"), "")],
    }
    return render(request, "agreements/agreement.html", context)


def _note_reading(request: HttpRequest, award: Any, row: Any) -> None:
    """Notes that another organisation's agreement was read; reading one's own opens no transaction."""
    if not request.actor.member_of(award.organisation_id):
        given = {"agreement": row.pk, "organisation": award.organisation_id}
        actions.note_reading(by=request.actor, now=request.now, **given)


def _side(request: HttpRequest, award: Any, signed: set[str]) -> Side | None:
    """The side that this person can still sign for."""
    if award.state != "accepted":
        return None
    if request.actor.owner_of(award.organisation_id) and Side.USER not in signed:
        return Side.USER
    return Side.BODY if request.actor.has(Role.APPROVER) and Side.BODY not in signed else None


def _hand_in(request: HttpRequest, row: int, form: PaperForm) -> object:
    upload = form.cleaned_data["paper"]
    stored = files.store(now=request.now, name=upload.name, allowed=SIGNED_PAPERS, upload_chunks=upload.chunks())
    return actions.hand_in_paper(by=request.actor, now=request.now, agreement=row, file=stored.pk, name=upload.name)


def _read(award: Any, row: Any) -> dict[str, Any]:
    """What every page of a version shows: its text and who has signed it."""
    signatures = [(one, _(SIDES[one.side]), _(METHODS[one.method])) for one in row.signatures.all()]
    return {"award": award, "agreement": row, "text": _paragraphs(row), "signatures": signatures}


def _paragraphs(row: Any) -> list[tuple[bool, str]]:
    """(is a heading, text) for each paragraph, in the reader's language."""
    text = row.text_en if get_language() == "en" else row.text_ko
    return [(part.startswith("# "), part.removeprefix("# ")) for part in text.strip().split("\n\n")]


@signed_in
def version(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """One version as it was drawn up, with its own signatures; nothing can be signed here."""
    award = one(awards.awards(request.actor), number=number)
    row = one(queries.agreements(request.actor), award=award.pk, version=version)
    _note_reading(request, award, row)
    versions = queries.versions(request.actor, award.pk)
    above = [(_("Awards"), reverse("awards")), (number, reverse("award", args=[number]))]
    context = {
        **_read(award, row),
        "versions": versions,
        "superseded": version < max(versions),
        "crumbs": [*above, (_("Agreement"), reverse("agreement", args=[number])), (str(version), "")],
    }
    return render(request, "agreements/version.html", context)


@signed_in
def anew(request: HttpRequest, number: str) -> HttpResponse:
    """Asks once more, then draws up the next version, which both sides sign anew."""
    award, row = _found(request, number)
    if not request.actor.has(Role.PROGRAMME_MANAGER) or award.state != "accepted":
        raise Http404
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        tried(form, lambda: actions.draw_up_anew(by=request.actor, now=request.now, agreement=row.pk))
        if not form.errors:
            messages.success(request, _("The new version is drawn up, and the owners were told."))
            return redirect("agreement", number)
    lead = _("The text is made from today's figures and names. Signatures on the present version no longer count then.")
    given = {"lead": lead, "danger": True, "back": reverse("agreement", args=[number])}
    return form_page(request, form, title=_("Draw up a new version"), label=_("Draw up a new version"), **given)


@signed_in
def agreement_pdf(request: HttpRequest, number: str, language: str) -> HttpResponse:
    """The newest version as a PDF in one language."""
    award, row = _found(request, number)
    text = row.text_ko if language == "ko" else row.text_en
    _note_reading(request, award, row)
    content = documents.pdf(number=award.number, text=text, sha256=row.sha256, language=language)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{number}-{language}.pdf"'
    return response


@signed_in
def signed_paper(request: HttpRequest, paper: int) -> HttpResponse:
    """Hands out an uploaded paper, to staff after they have said what for."""
    row = queries.paper(request.actor, paper)
    if row is None:
        raise Http404
    if not request.actor.reads_everything:
        return answer(row.file, row.name)
    form = PurposeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {"agreement": row.agreement_id, "organisation": row.agreement.award.organisation_id}
        actions.note_reading(by=request.actor, now=request.now, purpose=form.cleaned_data["purpose"], **given)
        return answer(row.file, row.name)
    back = reverse("agreement", args=[row.agreement.award.number])
    lead = _("{file} belongs to another organisation. Your answer is kept for two years.").format(file=row.name)
    return form_page(request, form, title=_("Download an attachment"), label=_("Download"), lead=lead, back=back)


@signed_in
def check_paper(request: HttpRequest, paper: int) -> HttpResponse:
    """Staff confirm a paper, or send it back with a comment."""
    row = queries.paper(request.actor, paper)
    if row is None or not request.actor.has(Role.PROGRAMME_MANAGER, Role.APPROVER):
        raise Http404
    number = row.agreement.award.number
    if request.method == "POST" and request.POST.get("what") == "confirm":
        actions.confirm_paper(by=request.actor, now=request.now, paper=paper)
        messages.success(request, _("The paper counts as the user's signature."))
        return redirect("agreement", number)
    form = RefusePaperForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        comment = form.cleaned_data["comment"]
        tried(form, lambda: actions.refuse_paper(by=request.actor, now=request.now, paper=paper, comment=comment))
        if not form.errors:
            messages.success(request, _("The paper was sent back, and the owners were told."))
            return redirect("agreement", number)
    back = reverse("agreement", args=[number])
    title = _("Send the signed paper back")
    return form_page(request, form, title=title, label=_("Send back"), lead=row.name, danger=True, back=back)


urlpatterns = [
    path("agreements/papers/<int:paper>/", signed_paper, name="signed-paper"),
    path("agreements/papers/<int:paper>/check/", check_paper, name="signed-paper-check"),
    path("agreements/<slug:number>/", agreement, name="agreement"),
    path("agreements/<slug:number>/versions/<int:version>/", version, name="agreement-version"),
    path("agreements/<slug:number>/anew/", anew, name="agreement-anew"),
    path("agreements/<slug:number>/ko.pdf", agreement_pdf, {"language": "ko"}, name="agreement-pdf-ko"),
    path("agreements/<slug:number>/en.pdf", agreement_pdf, {"language": "en"}, name="agreement-pdf-en"),
]
