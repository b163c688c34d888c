"""What a track asks of an application, read from its rows as the values that rules judge by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

from madang.portal.applications.rules import Needs, Offer, PaperNeed, SectionNeed
from madang.portal.calls.models import EvidenceKind, Section, Track, TrackProduct

Row = TypeVar("Row", Section, EvidenceKind)


def offered(track: Track) -> list[TrackProduct]:
    """The products that a track offers, for whoever needs nothing else of it; one query."""
    return list(track.products.select_related("product"))


def offers_of(track: Track, rows: Iterable[TrackProduct]) -> dict[str, Offer]:
    """What may be asked for of each product, by its code."""
    return {
        row.product.code: Offer(row.minimum, row.maximum, track.first_month, track.last_month, track.minimum_months)
        for row in rows
    }


def needs_of(track: Track, claims: Collection[str] = ()) -> Needs:
    """What a track asks for, as values; with the papers of the bonus points that are claimed."""
    return Needs(
        sections=[SectionNeed(row.code, row.max_characters, row.required) for row in _placed(track.sections.all())],
        offers=offers_of(track, track.products.all()),
        papers=[PaperNeed(row.code, row.max_age_days, row.required) for row in _placed(track.evidence_kinds.all())],
        consents=[row.text.code for row in track.consents.all() if row.required],
        bonuses=dict(track.bonus_rules.filter(code__in=claims).values_list("code", "evidence__code")) if claims else {},
    )


def _placed(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row.position, row.pk))
