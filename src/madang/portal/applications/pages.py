"""The applicant's pages: the list, beginning, the editor with its parts, the receipt, files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from madang.errors import Refused, Stale
from madang.portal.applications import actions, queries, showing, uploads
from madang.portal.applications.actions import save as save_texts
from madang.portal.applications.forms import AskForm, BeginForm, PaperForm, PurposeForm, TextsForm
from madang.portal.applications.rules import EDITABLE, WITH_DEPARTMENTS, WITHDRAWABLE
from madang.portal.calls import queries as calls
from madang.portal.exchanges import queries as exchanges
from madang.portal.faces import form_page, one, signed_in, tried, whole
from madang.portal.files import faces as files
from madang.portal.journal import actions as journal
from madang.portal.people import queries as people
from madang.portal.refusals import sentence

PAGE = 50


@signed_in
@require_GET
def list_page(request: HttpRequest) -> HttpResponse:
    """The applications of the person's organisations."""
    page = Paginator(queries.mine(request.actor), PAGE).get_page(request.GET.get("page"))
    return render(request, "applications/applications.html", {"page": page, "editable": EDITABLE})


@signed_in
def begin_page(request: HttpRequest, intake: int) -> HttpResponse:
    """Choose organisation and track; then see who may apply before the first word is written."""
    into = one(calls.intakes(request.actor).exclude(call__state="draft"), pk=intake)
    call = one(calls.whole(request.actor), pk=into.call_id)
    own = people.organisations(request.actor).filter(pk__in=request.actor.memberships)
    given = {"organisations": own, "tracks": call.tracks.all()}
    shown = request.GET if "organisation" in request.GET else None
    form = BeginForm(request.POST if request.method == "POST" else shown, **given)
    context: dict[str, Any] = {"intake": into, "call": call, "form": form, "organisations": own}
    if form.is_bound and form.is_valid():
        chosen = form.cleaned_data
        if request.method == "POST":
            made = tried(form, lambda: _begin(request, intake, chosen))
            if made:
                return redirect("application", pk=made.pk)
        track = next(row for row in call.tracks.all() if row.pk == chosen["track"])
        context |= {"chosen": True, "rules": showing.rules(track, into, chosen["organisation"], request.now)}
    return render(request, "applications/begin.html", context, status=422 if request.POST and form.errors else 200)


def _begin(request: HttpRequest, intake: int, chosen: dict[str, Any]) -> Any:
    return actions.begin(
        by=request.actor,
        now=request.now,
        track=chosen["track"],
        intake=intake,
        organisation=chosen["organisation"],
        title=chosen["title"],
    )


def _own(request: HttpRequest, pk: int) -> Any:
    """An application of the person's own organisations, with all its parts."""
    return one(
        queries.whole(request.actor)
        .select_related("decision")
        .filter(organisation__in=list(request.actor.memberships)),
        pk=pk,
    )


@signed_in
@require_GET
def application_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor: texts, asks, papers, consents, the check list, and what can be done next."""
    row = _own(request, pk)
    return render(request, "applications/application.html", _context(request, row, _texts_form(row)))


def _texts_form(row: Any, given: Any = None) -> TextsForm:
    sections = sorted(row.track.sections.all(), key=lambda part: (part.position, part.pk))
    initial = {f"section-{code}": text for code, text in row.sections.items()}
    initial |= {"title": row.title, "version": row.version, "department": row.department}
    return TextsForm(given, sections=sections, departments=row.organisation.kind in WITH_DEPARTMENTS, initial=initial)


def _ask_forms(row: Any, given: Any = None) -> list[AskForm]:
    present = {ask.product_id: ask for ask in row.asks.all()}
    names = ("quantity", "least", "first_month", "months")
    return [
        AskForm(
            given,
            offer=offer,
            track=row.track,
            initial={name: getattr(present[offer.product_id], name) for name in names}
            if offer.product_id in present
            else {"first_month": row.track.first_month},
        )
        for offer in row.track.products.all()
    ]


def _context(request: HttpRequest, row: Any, texts: TextsForm, **more: Any) -> dict[str, Any]:
    accepting = calls.is_accepting(row.intake, request.now)
    return {
        "peers": exchanges.own(request.actor, row.pk) if row.track.peer_groups else None,
        "application": row,
        "texts": texts,
        "asks": _ask_forms(row),
        "priced": showing.asks(row),
        "papers": showing.papers(row),
        "others": [file for file in row.attachments.all() if file.evidence is None],
        "paper_form": PaperForm(kinds=row.track.evidence_kinds.all()),
        "consents": showing.consents(row),
        "bonus_rules": row.track.bonus_rules.exists(),
        "rules": showing.rules(row.track, row.intake, row.organisation_id, request.now, row.pk),
        "open_points": showing.open_points(row),
        "editable": row.state in EDITABLE and accepting,
        "accepting": accepting,
        "may_withdraw": row.state in WITHDRAWABLE and row.intake.state not in {"decided", "closed"},
        **more,
    }


@signed_in
@require_POST
def save_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves the texts: by the button, or as the person types (HTMX). A second editor sees both texts side by side."""
    row = _own(request, pk)
    form = _texts_form(row, request.POST)
    stale: dict[str, Any] | None = None
    saved = None
    if form.is_valid():
        try:
            saved = tried_save(request, form, pk)
        except Stale as error:
            stale = error.facts
    if request.htmx:
        return render(request, "applications/saved.html", {"saved": saved, "stale": stale, "form": form, "pk": pk})
    if saved:
        messages.success(request, gettext("Saved."))
        return redirect("application", pk=pk)
    if stale is not None:
        return render(request, "applications/stale.html", _stale(row, form, stale), status=409)
    return render(request, "applications/application.html", _context(request, row, form), status=422)


def tried_save(request: HttpRequest, form: TextsForm, pk: int) -> Any:
    """Saves; refusals become errors on the form, Stale goes up to be shown side by side."""
    given = form.cleaned_data
    try:
        return save_texts(
            by=request.actor,
            now=request.now,
            application=pk,
            version=given["version"],
            title=given["title"],
            sections=form.texts(),
            department=given.get("department"),
        )
    except Refused as refused:
        form.add_error(None, sentence(refused))
        return None


def _stale(row: Any, form: TextsForm, present: dict[str, Any]) -> dict[str, Any]:
    """Each part as typed beside what stands there now; the form carries the present version."""
    again = {**form.data.dict(), "version": present["version"]}
    departments = row.organisation.kind in WITH_DEPARTMENTS
    mine = TextsForm(again, sections=form.parts, departments=departments)
    pairs = [(mine["title"], present.get("title", ""))]
    pairs += [(mine["department"], row.department)] if departments else []
    pairs += [(mine[f"section-{part.code}"], present.get(part.code, "")) for part in form.parts]
    return {"application": row, "form": mine, "pairs": pairs}


def _act(request: HttpRequest, pk: int, act: Callable[[], object], done: str, anchor: str = "") -> HttpResponse:
    """Carries out one step and goes back to the editor, saying what happened."""
    try:
        act()
    except Refused as refused:
        messages.error(request, sentence(refused))
    except Stale:
        messages.error(request, gettext("Someone changed this while you were working. Load the page and compare."))
    else:
        messages.success(request, done)
    return redirect(f"{reverse('application', args=[pk])}{anchor}")


@signed_in
@require_POST
def asks_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Saves what is asked for."""
    row = _own(request, pk)
    forms = _ask_forms(row, request.POST)
    version = request.POST.get("version", "")
    wrong = [form for form in forms if not form.is_valid()]
    if wrong:
        return render(
            request, "applications/application.html", _context(request, row, _texts_form(row), asks=forms), status=422
        )
    lines = [line for line in (form.line() for form in forms) if line]
    given = {"application": pk, "version": whole(version, row.version), "asks": lines}
    return _act(
        request, pk, lambda: actions.set_asks(by=request.actor, now=request.now, **given), gettext("Saved."), "#asks"
    )


@signed_in
@require_POST
def attach_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a file; its type is checked by its content before anything is written down."""
    row = _own(request, pk)
    form = PaperForm(request.POST, request.FILES, kinds=row.track.evidence_kinds.all())
    if form.is_valid() and tried(form, lambda: _attach(request, row, form.cleaned_data)):
        messages.success(request, gettext("The file is attached."))
        if form.cleaned_data["file"].name.lower().endswith(".hwp"):
            messages.info(request, gettext("Please save HWP files as HWPX next time; more programs read them."))
        return redirect(f"{reverse('application', args=[pk])}#papers")
    context = _context(request, row, _texts_form(row), paper_form=form)
    return render(request, "applications/application.html", context, status=422)


def _attach(request: HttpRequest, row: Any, given: dict[str, Any]) -> Any:
    upload = given["file"]
    values = {name: given[name] for name in ("evidence", "issued_on", "valid_until")}
    now = request.now
    file = uploads.kept(row, now=now, name=upload.name, chunks=upload.chunks(), evidence=given["evidence"])
    return actions.attach(by=request.actor, now=now, application=row.pk, **file, **values)


@signed_in
@require_POST
def remove_page(request: HttpRequest, pk: int, attachment: int) -> HttpResponse:
    """Takes a file out of the draft."""
    _own(request, pk)
    given = {"application": pk, "attachment": attachment}
    act = lambda: actions.remove_file(by=request.actor, now=request.now, **given)  # noqa: E731
    return _act(request, pk, act, gettext("The file is taken out."), "#papers")


@signed_in
@require_POST
def consent_page(request: HttpRequest, pk: int, text: int) -> HttpResponse:
    """Accepts one text, or takes the acceptance back."""
    _own(request, pk)
    given = {"by": request.actor, "now": request.now, "application": pk, "text": text}
    if "withdraw" in request.POST:
        return _act(
            request, pk, lambda: actions.withdraw_consent(**given), gettext("The consent is withdrawn."), "#consents"
        )
    if request.POST.get("accept") != "yes":
        return _act(request, pk, _unticked, "", "#consents")
    return _act(request, pk, lambda: actions.accept_consent(**given), gettext("Accepted."), "#consents")


def _unticked() -> None:
    raise Refused("consent_unticked")


@signed_in
@require_POST
def submit_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Submits what was read; the receipt is the next page. Judged by when the request arrived."""
    _own(request, pk)
    version = request.POST.get("version", "")
    given = {"application": pk, "version": whole(version)}
    try:
        actions.submit(by=request.actor, now=request.now, **given)
    except Refused as refused:
        messages.error(request, sentence(refused))
    except Stale:
        messages.error(request, gettext("The application changed meanwhile. Read it again before you submit."))
    else:
        return redirect("application-receipt", pk=pk)
    return redirect(f"{reverse('application', args=[pk])}#submit")


@signed_in
@require_POST
def reopen_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens a submitted application for changes."""
    _own(request, pk)
    act = lambda: actions.reopen(by=request.actor, now=request.now, application=pk)  # noqa: E731
    return _act(request, pk, act, gettext("You can change the application now; what was submitted counts meanwhile."))


@signed_in
def withdraw_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once more, then withdraws for good."""
    row = _own(request, pk)
    if request.method == "POST":
        act = lambda: actions.withdraw(by=request.actor, now=request.now, application=pk)  # noqa: E731
        return _act(request, pk, act, gettext("The application is withdrawn."))
    return render(request, "applications/withdraw.html", {"application": row})


@signed_in
@require_GET
def receipt_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of the submission in force: number, second, and SHA-256 of the content and of every file."""
    row = one(queries.whole(request.actor), pk=pk, in_force__isnull=False)
    given = {"kind": "application", "subject": pk, "whose": row.created_by_id, "organisation": row.organisation_id}
    journal.read(by=request.actor, now=request.now, what="view", **given)
    kept = queries.submitted_files(request.actor).filter(submission=row.in_force)
    return render(request, "applications/receipt.html", {"application": row, "submission": row.in_force, "files": kept})


@signed_in
@require_GET
def draft_file_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A file of one's own draft."""
    found = one(queries.draft_files(request.actor), pk=pk)
    return files.answer(_wanted(request, found), found.name)


def _wanted(request: HttpRequest, found: Any) -> Any:
    """The file, or with `?copy=blind` the copy that reviewers of a blind call get."""
    if request.GET.get("copy") != "blind":
        return found.file
    if found.cleaned is None:
        raise Http404
    return found.cleaned


@signed_in
def submitted_file_page(request: HttpRequest, pk: int) -> HttpResponse:
    """A file as submitted. Whoever is not of the organisation says why first, and that is kept."""
    found = one(queries.submitted_files(request.actor), pk=pk)
    row = found.submission.application
    if request.actor.member_of(row.organisation_id):
        return files.answer(_wanted(request, found), found.name)
    form = PurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        journal.read(
            by=request.actor,
            now=request.now,
            what="download",
            kind="application",
            subject=row.pk,
            whose=row.created_by_id,
            organisation=row.organisation_id,
            purpose=form.cleaned_data["purpose"],
        )
        return files.answer(_wanted(request, found), found.name)
    title = gettext("Download “{name}”").format(name=found.name)
    return form_page(request, form, title=title, label=gettext("Download"), back=reverse("home"))


urlpatterns = [
    path("applications/", list_page, name="applications"),
    path("applications/begin/<int:intake>/", begin_page, name="application-begin"),
    path("applications/<int:pk>/", application_page, name="application"),
    path("applications/<int:pk>/save/", save_page, name="application-save"),
    path("applications/<int:pk>/asks/", asks_page, name="application-asks"),
    path("applications/<int:pk>/attach/", attach_page, name="application-attach"),
    path("applications/<int:pk>/files/<int:attachment>/remove/", remove_page, name="application-remove-file"),
    path("applications/<int:pk>/consents/<int:text>/", consent_page, name="application-consent"),
    path("applications/<int:pk>/submit/", submit_page, name="application-submit"),
    path("applications/<int:pk>/reopen/", reopen_page, name="application-reopen"),
    path("applications/<int:pk>/withdraw/", withdraw_page, name="application-withdraw"),
    path("applications/<int:pk>/receipt/", receipt_page, name="application-receipt"),
    path("applications/draft-files/<int:pk>/", draft_file_page, name="draft-file"),
    path("applications/files/<int:pk>/", submitted_file_page, name="submitted-file"),
]
