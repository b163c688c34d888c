"""Reads which rules on conflicts count for a call and its tracks, and which counted before."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from madang.portal.actors import Actor
from madang.portal.calls import queries as calls_of
from madang.portal.calls.models import Call, Track
from madang.portal.conflicts import rules
from madang.portal.conflicts.models import ConflictRuleSet
from madang.review.presets import Preset


def calls(by: Actor) -> QuerySet[Call]:
    """The calls whose rules can be read in full, newest first; for staff and auditors."""
    return calls_of.calls(by) if by.reads_everything else Call.objects.none()


def versions(by: Actor, call: int) -> list[ConflictRuleSet]:
    """Every version of a call's rules with who set it, the last one first; for staff and auditors."""
    rows = ConflictRuleSet.objects.filter(call=call).select_related("set_by").order_by("-number")
    return list(rows) if by.reads_everything else []


def last_of(call: int) -> ConflictRuleSet | None:
    """The rules of a call that count now; None where the traditions of its tracks do."""
    return ConflictRuleSet.objects.filter(call=call).order_by("-number").first()


def preset_of(row: ConflictRuleSet) -> Preset:
    """A version as the library judges by it."""
    return rules.preset_of(f"call {row.call_id} version {row.number}", row.rules, row.report_days, row.domains)


def presets(tracks: Iterable[Track]) -> dict[int, Preset]:
    """The rules that count for each track, by track; one query, however many."""
    rows = {row.pk: row for row in tracks}
    stored = ConflictRuleSet.objects.filter(call__in={row.call_id for row in rows.values()}).order_by("number")
    own = {row.call_id: preset_of(row) for row in stored}
    return {pk: own.get(row.call_id) or rules.tradition(row.conflict_rules) for pk, row in rows.items()}
