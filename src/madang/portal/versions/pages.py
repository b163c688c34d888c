"""The page of one submitted version of an application, with what changed since the one before."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from madang.portal.applications import queries as applications
from madang.portal.calls.queries import titled
from madang.portal.faces import signed_in
from madang.portal.journal import actions as journal
from madang.portal.versions import queries
from madang.portal.versions.rules import changes


@signed_in
@require_GET
def version_page(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One version as it was submitted: it can be read for good, whatever was submitted after it."""
    row = queries.application(request.actor, pk)
    versions = {one.number: one for one in queries.versions(row)} if row else {}
    if row is None or number not in versions:
        raise Http404
    given = {"kind": "application", "subject": pk, "whose": row.created_by_id, "organisation": row.organisation_id}
    if not request.actor.member_of(row.organisation_id):
        journal.read(by=request.actor, now=request.now, what="view", **given)
    shown, before = versions[number], versions.get(number - 1)
    context = {
        "application": row,
        "version": shown,
        "before": before,
        "versions": versions.values(),
        "changes": _changed(row, before.content, shown.content) if before else None,
        "files": applications.submitted_files(request.actor).filter(submission=shown),
        **_content(row, shown.content),
    }
    return render(request, "versions/version.html", context)


def _sections(row: Any) -> dict[str, str]:
    parts = sorted(row.track.sections.all(), key=lambda part: (part.position, part.pk))
    return {part.code: titled(part) for part in parts}


def _products(row: Any) -> dict[str, str]:
    return {offer.product.code: titled(offer.product, "name") for offer in row.track.products.all()}


def _content(row: Any, content: dict[str, Any]) -> dict[str, Any]:
    """The texts and asks of a version under their names of today."""
    texts, products = content.get("sections", {}), _products(row)
    return {
        "sections": [(name, texts.get(code, "")) for code, name in _sections(row).items()],
        "asks": [(products.get(one["product"], one["product"]), one) for one in content.get("asks", [])],
    }


def _changed(row: Any, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The changes with the names of sections, products and files in place of their codes."""
    found, products = changes(old, new), _products(row)
    names = {"title": gettext("Title of the project"), **_sections(row)}
    code = lambda one, other: (one or other)["product"]  # noqa: E731
    return {
        "any": found.any,
        "texts": [(names.get(part, part), pieces) for part, pieces in found.texts.items()],
        "asks": [(products.get(code(one, other), code(one, other)), one, other) for one, other in found.asks],
        "files": [((one or other or {})["name"], one, other) for one, other in found.files],
        "consents": found.consents,
    }


urlpatterns = [path("applications/<int:pk>/versions/<int:number>/", version_page, name="application-version")]
