"""Reads calls: the public sees what was published, drafters see drafts too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Exists, Model, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import get_language, gettext

from madang.portal.actors import READING_ROLES, Actor
from madang.portal.calls.models import (
    BonusRule,
    Call,
    ConsentText,
    CorrectionNotice,
    Criterion,
    EligibilityRule,
    EvidenceKind,
    Intake,
    Section,
    Track,
    TrackConsent,
    TrackProduct,
)
from madang.portal.calls.rules import WAITING_FOR_APPLICATIONS, Dates, IntakeState, Target, accepts, state_at
from madang.portal.reviews.models import CriterionPoints


def dates_of(intake: Intake) -> Dates:
    """An intake's dates as rules take them."""
    return Dates(intake.opens_at, intake.closes_at, intake.review_due_at, intake.decision_due_at)


def is_accepting(intake: Intake, instant: datetime) -> bool:
    """Whether an intake takes applications at `instant` (its call must be loaded with it)."""
    return accepts(intake.state, dates_of(intake), instant, published=intake.call.state == "published")


def shown_state(intake: Intake, now: datetime) -> IntakeState:
    """The intake's state as people are shown it."""
    return state_at(intake.state, dates_of(intake), now)


def calls(by: Actor) -> QuerySet[Call]:
    """The published calls for everyone, newest first; drafts too for those who read everything."""
    rows = Call.objects.order_by("-published_at", "-created_at")
    return rows if by.has(*READING_ROLES) else rows.exclude(state="draft")


def published(by: Actor) -> QuerySet[Call]:
    """The published calls with their intakes, in two queries."""
    return calls(by).exclude(state="draft").prefetch_related(_intakes())


def _intakes() -> Prefetch:
    return Prefetch("intakes", queryset=Intake.objects.order_by("number"))


def _ordered(name: str, model: type[Model], *related: str) -> Prefetch:
    return Prefetch(name, queryset=model.objects.select_related(*related).order_by("position", "pk"))


def whole(by: Actor) -> QuerySet[Call]:
    """Calls with everything that their page shows, in a constant number of queries."""
    tracks = Track.objects.order_by("position", "pk").prefetch_related(
        Prefetch("products", queryset=TrackProduct.objects.select_related("product__pool").order_by("pk")),
        _ordered("criteria", Criterion),
        _ordered("sections", Section),
        _ordered("eligibility_rules", EligibilityRule),
        _ordered("evidence_kinds", EvidenceKind),
        _ordered("bonus_rules", BonusRule, "evidence"),
        _ordered("consents", TrackConsent, "text"),
    )
    notices = CorrectionNotice.objects.order_by("-number")
    return calls(by).prefetch_related(
        _intakes(), Prefetch("tracks", queryset=tracks), Prefetch("corrections", queryset=notices)
    )


def intakes(by: Actor) -> QuerySet[Intake]:
    """Intakes of the calls that the actor may see, with their calls."""
    rows = Intake.objects.select_related("call").order_by("call", "number")
    return rows if by.has(*READING_ROLES) else rows.exclude(call__state="draft")


def open_intakes(now: datetime) -> QuerySet[Intake]:
    """The intakes that take applications at `now`, soonest deadline first."""
    return (
        Intake.objects.select_related("call")
        .filter(call__state="published", state__in=WAITING_FOR_APPLICATIONS, opens_at__lte=now, closes_at__gt=now)
        .order_by("closes_at")
    )


def due_to_move(now: datetime) -> QuerySet[Intake]:
    """Intakes of published calls whose state is behind the clock."""
    behind = Q(state="planned", opens_at__lte=now) | Q(state="open", closes_at__lte=now)
    return Intake.objects.select_related("call").filter(behind, call__state="published").order_by("pk")


def rolling_to_extend(now: datetime) -> QuerySet[Intake]:
    """The last intakes of published rolling calls once they have opened: the next is to be planned."""
    later = Intake.objects.filter(call=OuterRef("call"), number__gt=OuterRef("number"))
    rows = Intake.objects.select_related("call").filter(
        call__state="published", call__kind="rolling", opens_at__lte=now
    )
    return rows.filter(~Exists(later)).order_by("pk")


def consent_texts() -> QuerySet[ConsentText]:
    """All versions of all consent texts, newest version of each code first."""
    return ConsentText.objects.order_by("code", "-version")


def corrected_thing(call: Call, changed: Target) -> Any:
    """The row that a correction changes, within its call only; None where there is no such row."""
    keys = [*changed.keys, "", ""]
    part = {"track__call": call, "track__code": keys[0]}
    rows: dict[str, tuple[type[Model], dict[str, Any]]] = {
        "intake": (Intake, {"call": call, "number": int(keys[0]) if keys[0].isdecimal() else 0}),
        "track": (Track, {"call": call, "code": keys[0]}),
        "product": (TrackProduct, {**part, "product__code": keys[1]}),
        "criterion": (Criterion, {**part, "code": keys[1]}),
        "section": (Section, {**part, "code": keys[1]}),
        "evidence": (EvidenceKind, {**part, "code": keys[1]}),
    }
    if changed.thing == "call":
        return call
    model, lookup = rows[changed.thing]
    return model.objects.filter(**lookup).first()


def scored(track: int) -> bool:
    """Whether somebody has given points by a track's scoring table, be it on a draft."""
    return CriterionPoints.objects.filter(criterion__track=track, points__isnull=False).exists()


def titled(thing: Any, name: str = "title") -> str:
    """The text of an object in the reader's language, the other where that is empty."""
    korean, english = getattr(thing, f"{name}_ko"), getattr(thing, f"{name}_en")
    return str((korean or english) if get_language() == "ko" else (english or korean))


def front_panels(by: Actor, now: datetime) -> list[dict[str, Any]]:
    """The calls that are open now, for the public's first page."""
    items = [
        {"text": titled(row.call), "url": reverse("call", args=[row.call.code]), "due": row.closes_at}
        for row in open_intakes(now)[:6]
    ]
    return [{"title": gettext("Open calls"), "items": items, "url": reverse("calls")}]
