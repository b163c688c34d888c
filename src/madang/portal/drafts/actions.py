"""What is done with a call before it is public: writing it, copying one, handing it over, approving or rejecting it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.approvals import actions as approvals
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.calls import actions as published
from madang.portal.calls import queries as calls
from madang.portal.calls.models import (
    BonusRule,
    Call,
    Criterion,
    EligibilityRule,
    EvidenceKind,
    Intake,
    Section,
    Track,
    TrackConsent,
    TrackProduct,
)
from madang.portal.calls.rules import DRAFTING, only
from madang.portal.conflicts import actions as conflicts
from madang.portal.drafts import queries
from madang.portal.drafts.rules import (
    BonusDraft,
    CallDraft,
    ConsentAsked,
    IntakeDraft,
    ProductOffer,
    TrackDraft,
    check_peers,
    faults,
)
from madang.portal.journal import actions as journal
from madang.portal.transactions import action


@action
def create_call(*, by: Actor, now: datetime, call: CallDraft, generated: bool = False) -> Call:
    """Creates a draft with whatever intakes and tracks it has already."""
    only(by, DRAFTING)
    try:
        with transaction.atomic():
            made = Call.objects.create(
                code=call.code,
                kind=call.kind,
                title_ko=call.title_ko,
                title_en=call.title_en,
                summary_ko=call.summary_ko,
                summary_en=call.summary_en,
                blind=call.blind,
                generated=generated,
                drafted_by_id=by.person,
                created_at=now,
            )
    except IntegrityError as error:
        raise Refused("call_code_taken", field="code") from error
    _write_parts(made.pk, call)
    journal.record(by=by, now=now, did="drafts.create_call", kind="call", subject=made.pk, code=made.code)
    return made


def _write_parts(call: int, draft: CallDraft) -> None:
    _write_intakes(call, draft.intakes)
    for position, track in enumerate(draft.tracks):
        _write_track(call, track, position)


@action
def rewrite(*, by: Actor, now: datetime, call: int, version: int, draft: CallDraft) -> None:
    """Replaces all that a draft holds, but for its short name, by what a document says."""
    _take(by, call, version)
    basics = ("kind", "title_ko", "title_en", "summary_ko", "summary_en", "blind")
    Call.objects.filter(pk=call).update(**{name: getattr(draft, name) for name in basics})
    Intake.objects.filter(call=call).delete()
    Track.objects.filter(call=call).delete()
    _write_parts(call, draft)
    journal.record(by=by, now=now, did="drafts.rewrite", kind="call", subject=call, tracks=len(draft.tracks))


@action
def change_basics(
    *,
    by: Actor,
    now: datetime,
    call: int,
    version: int,
    kind: str,
    title_ko: str,
    title_en: str,
    summary_ko: str,
    summary_en: str,
    blind: bool,
) -> None:
    """Changes the kind, titles and summaries of a draft, and whether its reviewers see who applies."""
    _take(by, call, version)
    Call.objects.filter(pk=call).update(
        kind=kind, title_ko=title_ko, title_en=title_en, summary_ko=summary_ko, summary_en=summary_en, blind=blind
    )
    journal.record(by=by, now=now, did="drafts.change_basics", kind="call", subject=call)


@action
def set_intakes(*, by: Actor, now: datetime, call: int, version: int, intakes: Sequence[IntakeDraft]) -> None:
    """Replaces the intakes of a draft; they are numbered in the order of their opening."""
    _take(by, call, version)
    Intake.objects.filter(call=call).delete()
    _write_intakes(call, intakes)
    journal.record(by=by, now=now, did="drafts.set_intakes", kind="call", subject=call, intakes=len(intakes))


@action
def set_track(
    *, by: Actor, now: datetime, call: int, version: int, track: TrackDraft, instead_of: str | None = None
) -> None:
    """Adds a track to a draft, or replaces the one known as `instead_of` with all its parts."""
    _take(by, call, version)
    position = Track.objects.filter(call=call).count()
    if instead_of is not None:
        present = Track.objects.filter(call=call, code=instead_of).first()
        if present is None:
            raise Stale("track")
        position = present.position
        present.delete()
    if Track.objects.filter(call=call, code=track.code).exists():
        raise Refused("track_code_taken", field="code")
    _write_track(call, track, position)
    journal.record(by=by, now=now, did="drafts.set_track", kind="call", subject=call, track=track.code)


@action
def remove_track(*, by: Actor, now: datetime, call: int, version: int, track: str) -> None:
    """Takes a track out of a draft."""
    _take(by, call, version)
    Track.objects.filter(call=call, code=track).delete()
    journal.record(by=by, now=now, did="drafts.remove_track", kind="call", subject=call, track=track)


@action
def copy_call(*, by: Actor, now: datetime, source: int, code: str, title_ko: str, title_en: str) -> Call:
    """A new draft with the tracks of another call. Intakes are not copied: their dates are past."""
    only(by, DRAFTING)
    draft = queries.draft_of(calls.whole(by).get(pk=source))
    made = CallDraft(
        code=code,
        kind=draft.kind,
        title_ko=title_ko,
        title_en=title_en,
        summary_ko=draft.summary_ko,
        summary_en=draft.summary_en,
        blind=draft.blind,
        tracks=draft.tracks,
    )
    copied = create_call(by=by, now=now, call=made)
    conflicts.copy_rules(by=by, now=now, source=Call.objects.get(pk=source), call=copied)
    Call.objects.filter(pk=copied.pk).update(report_months=Call.objects.values("report_months").filter(pk=source))
    return copied


@action
def draft_publication(*, by: Actor, now: datetime, call: int, version: int, comment: str = "") -> None:
    """Hands a whole draft to the approver; from then on it cannot be changed until it is decided."""
    only(by, DRAFTING)
    row = calls.whole(by).get(pk=call)
    _check_whole(row, now)
    _take(by, call, version)
    approvals.draft(
        by=by,
        now=now,
        kind=ApprovalKind.PUBLISH_CALL,
        subject=call,
        comment=comment,
        code=row.code,
    )
    journal.record(by=by, now=now, did="drafts.draft_publication", kind="call", subject=call)


@action
def publish(*, by: Actor, now: datetime, call: int, document_number: str, comment: str = "") -> None:
    """The approver's half: approves and publishes. The next intake of a rolling call is planned at once."""
    row = calls.whole(by).get(pk=call)
    approvals.approve(
        by=by,
        now=now,
        kind=ApprovalKind.PUBLISH_CALL,
        subject=call,
        comment=comment,
        document_number=document_number,
    )
    _check_whole(row, now)
    rows = Call.objects.filter(pk=call, state="draft", version=row.version)
    if not rows.update(state="published", published_at=now, version=F("version") + 1):
        raise Stale("call")
    journal.record(by=by, now=now, did="drafts.publish", kind="call", subject=call)
    if row.kind == "rolling":
        _plan_ahead(call, now)


@action
def reject(*, by: Actor, now: datetime, call: int, comment: str) -> None:
    """The approver's other answer: back to the drafter with a comment."""
    approvals.reject(by=by, now=now, kind=ApprovalKind.PUBLISH_CALL, subject=call, comment=comment)
    journal.record(by=by, now=now, did="drafts.reject", kind="call", subject=call)


@action
def take_back(*, by: Actor, now: datetime, call: int) -> None:
    """The drafter takes the call back while it waits, to change it."""
    approvals.withdraw(by=by, now=now, kind=ApprovalKind.PUBLISH_CALL, subject=call)
    journal.record(by=by, now=now, did="drafts.take_back", kind="call", subject=call)


def _plan_ahead(call: int, now: datetime) -> None:
    try:
        published.open_next_intake(by=WORKER, now=now, call=call)
    except Refused as refused:
        if refused.code != "next_intake_after_end":
            raise


def _check_whole(row: Call, now: datetime) -> None:
    missing = faults(queries.draft_of(row), now)
    if missing:
        raise Refused("call_not_whole", count=len(missing))


def _take(by: Actor, call: int, version: int) -> None:
    """Takes a draft for one change by the version that was posted back."""
    only(by, DRAFTING)
    if queries.waiting_approval(by, call):
        raise Refused("call_waits_for_approval")
    if Call.objects.filter(pk=call, state="draft", version=version).update(version=F("version") + 1):
        return
    if Call.objects.filter(pk=call).exclude(state="draft").exists():
        raise Refused("call_not_draft")
    raise Stale("call")


def _write_intakes(call: int, intakes: Sequence[IntakeDraft]) -> None:
    ordered = sorted(intakes, key=lambda one: one.opens_at)
    for number, intake in enumerate(ordered, start=1):
        if not intake.dates.in_order:
            raise Refused("intake_dates_out_of_order", number=number)
    Intake.objects.bulk_create(
        Intake(
            call_id=call,
            number=number,
            opens_at=one.opens_at,
            closes_at=one.closes_at,
            review_due_at=one.review_due_at,
            decision_due_at=one.decision_due_at,
            accept_days=one.accept_days,
            objection_days=one.objection_days,
        )
        for number, one in enumerate(ordered, start=1)
    )


def _write_track(call: int, track: TrackDraft, position: int) -> None:
    check_peers(track)
    row = Track.objects.create(
        call_id=call,
        position=position,
        code=track.code,
        title_ko=track.title_ko,
        title_en=track.title_en,
        guidance_ko=track.guidance_ko,
        guidance_en=track.guidance_en,
        first_month=track.first_month,
        last_month=track.last_month,
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
    )
    _write_products(row, track.products)
    _write_consents(row, track.consents)
    lists = (
        (Criterion, track.criteria),
        (Section, track.sections),
        (EligibilityRule, track.rules),
        (EvidenceKind, track.evidence),
    )
    for model, entries in lists:
        model.objects.bulk_create(
            model(track=row, position=place, **_columns(entry)) for place, entry in enumerate(entries)
        )
    _write_bonuses(row, track.bonuses)


def _columns(entry: object) -> dict[str, object]:
    return dict(vars(entry))


def _write_products(track: Track, offers: Sequence[ProductOffer]) -> None:
    known = {row.code: row for row in queries.offered_products().filter(code__in=[one.product for one in offers])}
    for offer in offers:
        if offer.product not in known:
            raise Refused("unknown_product", product=offer.product)
    TrackProduct.objects.bulk_create(
        TrackProduct(track=track, product=known[one.product], minimum=one.minimum, maximum=one.maximum)
        for one in offers
    )


def _write_bonuses(track: Track, bonuses: Sequence[BonusDraft]) -> None:
    papers = {row.code: row for row in EvidenceKind.objects.filter(track=track)}
    for bonus in bonuses:
        if bonus.evidence not in papers:
            raise Refused("bonus_without_paper", track=track.code, entry=bonus.code)
    BonusRule.objects.bulk_create(
        BonusRule(track=track, position=place, **{**_columns(one), "evidence": papers[one.evidence]})
        for place, one in enumerate(bonuses)
    )


def _write_consents(track: Track, asked: Sequence[ConsentAsked]) -> None:
    for place, one in enumerate(asked):
        text = queries.consent_text(one.code, one.version)
        if text is None:
            raise Refused("unknown_consent", code=one.code, version=one.version)
        TrackConsent.objects.create(track=track, text=text, required=one.required, position=place)
