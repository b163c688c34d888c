"""Reads claims of bonus points: an applicant's own, and for staff those of an intake; reviewers see none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, Role
from madang.portal.applications import queries as applications
from madang.portal.applications.models import Application, SubmittedFile
from madang.portal.bonuses import rules
from madang.portal.bonuses.models import BonusVerdict
from madang.portal.bonuses.rules import JUDGED_IN, Claim, Standing
from madang.portal.calls.models import BonusRule, Call, Intake
from madang.portal.reviews.scoring import REVIEWED_STATES
from madang.portal.tasks import Task


def bonus_rules(track: int) -> dict[str, BonusRule]:
    """A track's bonus rules by code, in their order."""
    rows = BonusRule.objects.filter(track=track).select_related("evidence").order_by("position", "pk")
    return {row.code: row for row in rows}


def of_call(code: str) -> QuerySet[BonusRule] | None:
    """The bonus rules of a published call by track; None where there is no such call."""
    if not Call.objects.filter(code=code).exclude(state="draft").exists():
        return None
    rows = BonusRule.objects.filter(track__call__code=code).select_related("track", "evidence")
    return rows.order_by("track__position", "track", "position", "pk")


def own(by: Actor) -> QuerySet[Application]:
    """The applications of the actor's own organisations."""
    return applications.mine(by).select_related("in_force", "track", "intake__call")


def claimed(by: Actor, intake: int | None = None) -> QuerySet[Application]:
    """The applications under review that claim bonus points, with their submission, for staff and auditors."""
    rows = Application.objects.filter(state__in=REVIEWED_STATES, in_force__content__claims__0__isnull=False)
    rows = rows.filter(intake=intake) if intake else rows
    rows = rows.select_related("in_force", "track", "organisation", "intake__call").order_by("number")
    return rows if by.reads_everything else rows.none()


def intakes(by: Actor) -> QuerySet[Intake]:
    """Intakes for the staff's page of claims."""
    rows = Intake.objects.select_related("call").exclude(call__state="draft")
    return rows if by.reads_everything else rows.none()


def claims(row: Application) -> list[Claim]:
    """The claims of one application as submitted, or of a draft that never was; for whoever may see it."""
    return of_all([row])[row.pk]


def of_all(rows: Iterable[Application]) -> dict[int, list[Claim]]:
    """The claims of some applications in two queries; they come with their submission."""
    files = list(rows)
    known: dict[int, dict[str, Any]] = defaultdict(dict)
    every = BonusRule.objects.filter(track__in={row.track_id for row in files}).select_related("evidence")
    for rule in every.order_by("position", "pk"):
        known[rule.track_id][rule.code] = rule
    found: dict[int, dict[int, BonusVerdict]] = defaultdict(dict)
    standing = BonusVerdict.objects.filter(application__in=files, undone_at__isnull=True).select_related("judged_by")
    for verdict in standing:
        found[verdict.application_id][verdict.rule_id] = verdict
    return {row.pk: rules.claims_of(codes_of(row), known[row.track_id], found[row.pk]) for row in files}


def standing_of(application: int) -> Standing | None:
    """What an application's claims come to; None where its track offers no bonus points. For who may see it."""
    row = Application.objects.filter(pk=application, track__claims_most__gt=0).select_related("track", "in_force")
    file = row.first()
    return rules.standing(claims(file), file.track.claims_most) if file else None


def codes_of(row: Application) -> list[str]:
    """What counts as claimed: what was submitted last, and before that what the draft says."""
    return list(row.in_force.content.get("claims", []) if row.in_force else row.claims)


def taken_back(application: int) -> QuerySet[BonusVerdict]:
    """The verdicts on an application that were taken back, newest first; for whoever may see it."""
    rows = BonusVerdict.objects.filter(application=application, undone_at__isnull=False)
    return rows.select_related("rule", "judged_by", "undone_by").order_by("-undone_at", "-pk")


def papers(row: Application) -> dict[int, list[SubmittedFile]]:
    """The files of the submission by the kind of paper that they are."""
    found: dict[int, list[SubmittedFile]] = defaultdict(list)
    for file in SubmittedFile.objects.filter(submission=row.in_force, evidence__isnull=False).order_by("pk"):
        if file.evidence_id is not None:
            found[file.evidence_id].append(file)
    return dict(found)


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For who screens: claims that nobody has judged, by intake."""
    if not by.has(Role.SCREENING_OFFICER, Role.PROGRAMME_MANAGER):
        return []
    rows = claimed(by).filter(intake__state__in=JUDGED_IN).order_by("intake", "pk")
    codes = rows.annotate(codes=KeyTransform("claims", "in_force__content")).values_list("pk", "intake", "codes")
    waiting: dict[int, int] = defaultdict(int)
    for _, intake, given in codes:
        waiting[intake] += len(given)
    standing = BonusVerdict.objects.filter(application__in=rows.values("pk"), undone_at__isnull=True)
    for intake in standing.values_list("application__intake", flat=True) if waiting else ():
        waiting[intake] -= 1
    text = gettext("Claims of bonus points to judge")
    return [Task(text, reverse("intake-bonuses", args=[pk]), count) for pk, count in waiting.items() if count]
