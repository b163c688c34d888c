"""Photos and manuals of facilities as pages: everybody sees and fetches them, who keeps the catalogue adds them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from madang.portal.faces import form_page, one, tried, with_role
from madang.portal.facilities import actions, queries
from madang.portal.facilities.forms import FacilityFileForm, SureForm
from madang.portal.facilities.rules import KEEPERS, FacilityFileKind
from madang.portal.files.actions import store, without_metadata
from madang.portal.files.faces import answer
from madang.portal.files.rules import FileKind, clean_name
from madang.portal.templatetags.madang import in_language

ALLOWED = {
    FacilityFileKind.PHOTO: frozenset({FileKind.PNG, FileKind.JPEG}),
    FacilityFileKind.MANUAL: frozenset({FileKind.PDF}),
}


def facility_file(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A photo or manual, to whoever may see the facility; as a download, which a page's picture may be all the same."""
    row = one(queries.facilities(request.actor), code=code)
    found = one(queries.files(request.actor, row.pk), pk=pk)
    return answer(found.file, found.file_name)


def stored(*, now: datetime, kind: FacilityFileKind, name: str, chunks: Iterable[bytes]) -> dict[str, Any]:
    """What was uploaded, judged and without what its maker's device wrote into it. Refused as `files.actions.store`."""
    raw = store(now=now, name=name, allowed=ALLOWED[kind], upload_chunks=chunks)
    return {"file": without_metadata(now=now, stored=raw, name=name), "file_name": clean_name(name)}


@with_role(*KEEPERS)
def facility_file_new(request: HttpRequest, code: str) -> HttpResponse:
    """Adds a photo with what it shows, or a manual."""
    row = one(queries.facilities(request.actor), code=code)
    form = FacilityFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if request.method == "POST" and form.is_valid():
        tried(form, partial(_add, request, form, row.pk))
        if not form.errors:
            messages.success(request, _("It stands in the catalogue now."))
            return redirect("facility", code)
    lead = _("Places and devices that a photo names in its data are left out. Show nobody who has not agreed.")
    title = _("Add a photo or manual: {name}").format(name=in_language(row, "name"))
    back = reverse("facility", args=[code])
    return form_page(request, form, title=title, label=_("Add"), lead=lead, back=back)


def _add(request: HttpRequest, form: FacilityFileForm, facility: int) -> Any:
    given = form.cleaned_data
    kind, upload = FacilityFileKind(given["kind"]), given["file"]
    kept = stored(now=request.now, kind=kind, name=upload.name, chunks=upload.chunks())
    words = {name: given[name] for name in ("words_ko", "words_en")}
    return actions.add_file(by=request.actor, now=request.now, facility=facility, kind=kind, **words, **kept)


@with_role(*KEEPERS)
def facility_file_remove(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Asks, and takes a photo or manual away."""
    row = one(queries.facilities(request.actor), code=code)
    found = one(queries.files(request.actor, row.pk), pk=pk)
    if request.method == "POST":
        actions.remove_file(by=request.actor, now=request.now, file=pk)
        messages.success(request, _("It no longer stands in the catalogue."))
        return redirect("facility", code)
    title, back = _("Take it away: {what}").format(what=in_language(found, "words")), reverse("facility", args=[code])
    return form_page(request, SureForm(), title=title, label=_("Take it away"), back=back, danger=True)


urlpatterns = [
    path("facilities/<slug:code>/files/<int:pk>/", facility_file, name="facility-file"),
    path("staff/facilities/items/<slug:code>/files/new/", facility_file_new, name="facility-file-new"),
    path(
        "staff/facilities/items/<slug:code>/files/<int:pk>/remove/", facility_file_remove, name="facility-file-remove"
    ),
]
