"""Reads calls as their drafters write them, and what waits for approval."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import READING_ROLES, Actor, Role
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.calls import queries as calls
from madang.portal.calls.models import BonusRule, Call, ConsentText, Criterion, Intake, Track
from madang.portal.drafts.rules import (
    BonusDraft,
    CallDraft,
    ConsentAsked,
    CriterionDraft,
    EvidenceDraft,
    IntakeDraft,
    ProductOffer,
    RuleDraft,
    SectionDraft,
    TrackDraft,
)
from madang.portal.people.models import Region
from madang.portal.resources.models import Product
from madang.portal.tasks import Task


def all_calls(by: Actor) -> QuerySet[Call]:
    """Every call, drafts first, for those who read everything; nothing for others."""
    rows = Call.objects.order_by("-created_at") if by.has(*READING_ROLES) else Call.objects.none()
    return rows.prefetch_related("intakes", "tracks")


def waiting_approval(by: Actor, call: int) -> Approval | None:
    """The approval that a call waits for, with who drafted it."""
    rows = Approval.objects.filter(kind=ApprovalKind.PUBLISH_CALL, subject=call, state="waiting")
    return rows.select_related("drafted_by").first() if by.has(*READING_ROLES) else None


def approvals(by: Actor, call: int) -> QuerySet[Approval]:
    """All approvals of a call's publication, newest first."""
    rows = Approval.objects.filter(kind=ApprovalKind.PUBLISH_CALL, subject=call)
    return rows.select_related("drafted_by", "decided_by").order_by("-pk") if by.reads_everything else rows.none()


def draft_of(call: Call) -> CallDraft:
    """A call as a value. `call` comes from `calls.queries.whole`, so that no further query is made."""
    return CallDraft(
        code=call.code,
        kind=call.kind,
        title_ko=call.title_ko,
        title_en=call.title_en,
        summary_ko=call.summary_ko,
        summary_en=call.summary_en,
        blind=call.blind,
        intakes=tuple(intake_draft(intake) for intake in call.intakes.all()),
        tracks=tuple(track_draft(track) for track in call.tracks.all()),
    )


def intake_draft(intake: Intake) -> IntakeDraft:
    dates = (intake.opens_at, intake.closes_at, intake.review_due_at, intake.decision_due_at)
    return IntakeDraft(*dates, intake.accept_days, intake.objection_days)


def track_draft(track: Track) -> TrackDraft:
    """A track with its parts as a value; its parts come prefetched."""
    return TrackDraft(
        code=track.code,
        title_ko=track.title_ko,
        title_en=track.title_en,
        first_month=track.first_month,
        last_month=track.last_month,
        guidance_ko=track.guidance_ko,
        guidance_en=track.guidance_en,
        minimum_months=track.minimum_months,
        minimum_total_milli=track.minimum_total_milli,
        stacking=track.stacking,
        reviews_wanted=track.reviews_wanted,
        conflict_rules=track.conflict_rules,
        score_rule=track.score_rule,
        document_weight=track.document_weight,
        presentation_weight=track.presentation_weight,
        on_site_weight=track.on_site_weight,
        quorum_percent=track.quorum_percent,
        bonus_most=track.bonus_most,
        penalty_most=track.penalty_most,
        peer_groups=track.peer_groups,
        grace_days=track.grace_days,
        claims_most=track.claims_most,
        consensus=track.consensus,
        halves=track.halves,
        products=tuple(ProductOffer(row.product.code, row.minimum, row.maximum) for row in track.products.all()),
        criteria=tuple(criterion_draft(row) for row in track.criteria.all()),
        sections=tuple(
            SectionDraft(
                row.code,
                row.title_ko,
                row.title_en,
                row.max_characters,
                row.guidance_ko,
                row.guidance_en,
                row.required,
            )
            for row in track.sections.all()
        ),
        rules=tuple(RuleDraft(row.kind, row.reference_date, row.parameters) for row in track.eligibility_rules.all()),
        evidence=tuple(
            EvidenceDraft(
                row.code,
                row.title_ko,
                row.title_en,
                row.issuer_ko,
                row.issuer_en,
                row.max_age_days,
                row.required,
            )
            for row in track.evidence_kinds.all()
        ),
        bonuses=tuple(bonus_draft(row) for row in track.bonus_rules.all()),
        consents=tuple(ConsentAsked(row.text.code, row.text.version, row.required) for row in track.consents.all()),
    )


def bonus_draft(row: BonusRule) -> BonusDraft:
    given = (row.code, row.title_ko, row.title_en, row.text_ko, row.text_en)
    return BonusDraft(*given, row.points, row.evidence.code)


def criterion_draft(row: Criterion) -> CriterionDraft:
    given = (row.code, row.title_ko, row.title_en, row.points, row.minimum_points)
    return CriterionDraft(*given, row.required, row.anchors_ko, row.anchors_en)


def offered_products() -> QuerySet[Product]:
    """The products that a track can offer."""
    return (
        Product.objects.select_related("pool")
        .filter(active=True)
        .exclude(pool__unit="item")
        .order_by("pool__code", "units")
    )


def known_regions() -> QuerySet[Region]:
    """All regions of all times."""
    return Region.objects.order_by("starts_on", "code")


def consent_texts() -> QuerySet[ConsentText]:
    """All versions of all consent texts, newest first."""
    return calls.consent_texts()


def consent_text(code: str, version: int) -> ConsentText | None:
    return ConsentText.objects.filter(code=code, version=version).first()


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """Calls that wait for an approver, and drafts that nobody has handed over."""
    tasks = []
    if by.has(Role.APPROVER):
        waiting = Approval.objects.filter(kind=ApprovalKind.PUBLISH_CALL, state="waiting").exclude(drafted_by=by.person)
        found = {row.pk: row for row in Call.objects.filter(pk__in=waiting.values("subject"))}
        tasks += [
            Task(
                gettext("A call waits for your approval: {title}").format(title=calls.titled(row)),
                reverse("call-approval", args=[row.code]),
            )
            for row in found.values()
        ]
    if by.has(Role.PROGRAMME_MANAGER):
        drafts = Call.objects.filter(state="draft").count()
        if drafts:
            tasks.append(Task(gettext("Calls that are being written"), reverse("staff-calls"), drafts))
    return tasks
