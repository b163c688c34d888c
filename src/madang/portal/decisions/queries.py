"""Reads decisions: staff see those held back, applicants and the public only what was published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Min, Prefetch, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext

from madang.catalogues import translation
from madang.portal.actors import Actor, Role
from madang.portal.applications.models import Application
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.awards import queries as awards
from madang.portal.awards.models import Award, AwardLine, FreedPromise
from madang.portal.calls.models import Call, Criterion, Track
from madang.portal.decisions.models import Decision
from madang.portal.decisions.rules import REVIEWS_MISSING, Outcome
from madang.portal.exchanges.models import PeerEntry
from madang.portal.plans.budgets import group_code
from madang.portal.plans.models import Plan
from madang.portal.plans.rules import PlanState
from madang.portal.resources.models import Pool
from madang.portal.tasks import Task
from madang.values import Month

# how codes read: {code: name}
Names = dict[str, str]


def decisions(by: Actor) -> QuerySet[Decision]:
    """Decisions by application number: all for staff and auditors, an organisation's own once published."""
    rows = Decision.objects.select_related(
        "application__organisation", "application__intake__call", "application__track"
    ).order_by("application__number", "pk")
    if by.reads_everything:
        return rows
    return rows.filter(published_at__isnull=False, application__organisation__in=by.memberships)


def in_intake(by: Actor, intake: int) -> QuerySet[Decision]:
    """An intake's decisions with the awards and their lines."""
    lines = AwardLine.objects.filter(by_transfer=False).select_related("product").order_by("pk")
    awards = Prefetch("application__award", Award.objects.prefetch_related(Prefetch("lines", lines)))
    return decisions(by).filter(application__intake=intake).prefetch_related(awards)


def published(call: Call) -> QuerySet[Decision]:
    """Every published decision of a call, for everyone: the selected first, by award number."""
    lines = AwardLine.objects.filter(by_transfer=False).select_related("product").order_by("pk")
    awards = Prefetch("application__award", Award.objects.prefetch_related(Prefetch("lines", lines)))
    rows = Decision.objects.filter(application__intake__call=call, published_at__isnull=False)
    rows = rows.select_related("application__organisation", "application__track", "application__intake")
    return rows.prefetch_related(awards).order_by("application__intake__number", "outcome", "rank", "pk")


def adopted(by: Actor, intake: int) -> Plan | None:
    """The intake's adopted plan, without its documents; for staff and auditors."""
    rows = Plan.objects.filter(intake=intake, state=PlanState.ADOPTED)
    rows = rows.defer("problem", "result", "reasons", "pseudonyms", "outline")
    return rows.first() if by.reads_everything else None


def unpublished(intake: int) -> int:
    """How many awards and decisions of an intake are held back."""
    held = Award.objects.filter(application__intake=intake, state="held").count()
    return held + Decision.objects.filter(application__intake=intake, published_at__isnull=True).count()


def held_for_withdrawn(intake: int) -> bool:
    """Whether something is held for an application that was withdrawn, rejected or let in after the plan's adoption."""
    held = Award.objects.filter(application__intake=intake, state="held")
    back = Decision.objects.filter(application__intake=intake, published_at__isnull=True, reason_code=REVIEWS_MISSING)
    gone = held.filter(application__state__in=["withdrawn", "ineligible"])
    return gone.exists() or back.filter(application__state="eligible").exists()


def came_back(intake: int) -> int:
    """How many awards of an intake were declined, lapsed or ended: what they held can be given anew."""
    return Award.objects.filter(application__intake=intake, state__in=["declined", "lapsed", "ended"]).count()


def freed_hours(intakes: Iterable[int], now: datetime) -> dict[int, int]:
    """Unit-hours of the months ahead that standing awards of intakes no longer hold: taken back or exchanged."""
    standing = {"award__state__in": ["offered", "accepted", "in_force"], "award__application__intake__in": intakes}
    rows = FreedPromise.objects.filter(month__gt=str(Month.of(now, settings.MADANG_ZONE)), units__gt=0, **standing)
    return dict(rows.order_by().values_list("award__application__intake").annotate(sum=Sum("units")))


def waiting(by: Actor, kind: ApprovalKind, subject: int) -> Approval | None:
    """The draft of an act on a plan, intake or award that waits for a second person."""
    rows = Approval.objects.filter(kind=kind, subject=subject, state="waiting").select_related("drafted_by")
    return rows.first() if by.reads_everything else None


def names(call: int) -> dict[str, Names]:
    """How codes of pools, tracks and criteria read, by language: {"en": {code: name}, "ko": …}."""
    found: dict[str, Names] = {"en": {}, "ko": {}}
    known = list(Track.objects.filter(call=call))
    tracks = [(row.code, row.title_en, row.title_ko) for row in known]
    criteria = Criterion.objects.filter(track__call=call).values_list("code", "title_en", "title_ko")
    pools = Pool.objects.values_list("code", "name_en", "name_ko")
    for rows in (criteria, tracks, pools, _groups(known)):
        for code, english, korean in rows:
            found["en"][code], found["ko"][code] = english, korean
    return found


def _groups(tracks: list[Track]) -> list[tuple[str, str, str]]:
    words = {language: translation(language).gettext("{track}, review group {number}") for language in ("en", "ko")}
    return [
        (
            group_code(row.code, number),
            words["en"].format(track=row.title_en, number=number),
            words["ko"].format(track=row.title_ko, number=number),
        )
        for row in tracks
        for number in range(1, row.peer_groups + 1)
    ]


@dataclass(frozen=True)
class CriterionScore:
    """One line of an applicant's score: titles, what was given in thousandths, the most and the minimum in points."""

    title_ko: str
    title_en: str
    milli: int
    points: int
    minimum: int

    @property
    def reached(self) -> bool:
        """Whether the minimum of this criterion is reached."""
        return self.milli >= self.minimum * 1000


def criterion_scores(decision: Decision) -> list[CriterionScore]:
    """The score by criterion, in the order of the scoring table."""
    rows = Criterion.objects.filter(track=decision.application.track_id).order_by("position", "pk")
    given = decision.criteria_milli
    return [
        CriterionScore(row.title_ko, row.title_en, given[row.code], row.points, row.minimum_points)
        for row in rows
        if row.code in given
    ]


def lowest_selected(decision: Decision) -> int | None:
    """The lowest score that was selected in the same intake and track, as published; None where nobody was.

    Where applicants review each other, in the same review group.
    """
    track, intake = decision.application.track_id, decision.application.intake_id
    rows = Decision.objects.filter(application__intake=intake, application__track=track, published_at__isnull=False)
    peers = decision.application.track.peer_groups
    entry = PeerEntry.objects.filter(application=decision.application_id).first() if peers else None
    rows = rows.filter(application__peer_entry__group=entry.group) if entry else rows
    lowest: int | None = rows.filter(outcome=Outcome.AWARDED).aggregate(least=Min("score_milli"))["least"]
    return lowest


def policy_of(decision: Decision) -> dict[str, Any]:
    """The policy of the plan that a decision rests on."""
    found: dict[str, Any] = Plan.objects.values_list("policy", flat=True).get(pk=decision.plan_id)
    return found


def undecided(intake: int, decided: list[int]) -> list[Application]:
    """Applications of an intake with a submission in force that a plan says nothing of, and that have no decision."""
    rows = Application.objects.filter(intake=intake, in_force__isnull=False).exclude(pk__in=decided)
    return list(rows.filter(Q(decision__isnull=True)).exclude(state="withdrawn").order_by("pk"))


def award_of(by: Actor, application: int) -> Award | None:
    """The award on an application, once the actor may see it."""
    return awards.awards(by).filter(application=application).first()


def published_plans(call: Call) -> list[Plan]:
    """The plans behind a call's published decisions, with their policies and outlines."""
    published = Decision.objects.filter(published_at__isnull=False, application__intake__call=call).values("plan")
    rows = Plan.objects.filter(pk__in=published).select_related("own", "intake")
    return list(rows.defer("problem", "result", "reasons", "pseudonyms").order_by("pk"))


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: intakes with an adopted plan whose decisions are held back."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    rows = Award.objects.filter(state="held").values_list("application__intake", flat=True)
    text = gettext("Decisions that are held back and can be published")
    intakes = sorted(set(rows.order_by("application__intake").distinct()))
    return [Task(text, reverse("intake-decisions", args=[intake])) for intake in intakes]
