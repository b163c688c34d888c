"""What is done with a published call: correction notices, intakes' steps, further intakes, its end; consent texts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import F, Max
from django.utils import translation
from django.utils.dateparse import parse_datetime

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.applications import queries as applications
from madang.portal.calls import queries, texts
from madang.portal.calls.models import (
    Call,
    ConsentText,
    CorrectionNotice,
    Criterion,
    Intake,
    Track,
)
from madang.portal.calls.rules import (
    CORRECTABLE,
    DRAFTING,
    MOVING,
    FieldKind,
    IntakeState,
    Target,
    check_correction,
    check_move,
    next_dates,
    only,
    target,
)
from madang.portal.journal import actions as journal
from madang.portal.outbox import actions as outbox
from madang.portal.transactions import action
from madang.values import Month

# What every database can hold; at the ends of the calendar an instant has no day on some clocks.
YEARS, LARGEST = (1900, 2999), 2**31 - 1


@action
def move_intake(*, by: Actor, now: datetime, intake: int, to: str) -> Intake:
    """Moves an intake one step on: by a person, by the worker when its date has come, or by publishing decisions."""
    row = Intake.objects.select_related("call").get(pk=intake)
    check_move(by, row.state, to, queries.dates_of(row), now)
    if to == IntakeState.IN_REVIEW:
        left = applications.waiting_for_verdict(intake)
        if left:
            raise Refused("screening_not_finished", left=left)
    stamp = {"decided_at": now} if to == IntakeState.DECIDED else {}
    rows = Intake.objects.filter(pk=intake, state=row.state, version=row.version)
    if not rows.update(state=to, version=F("version") + 1, **stamp):
        raise Stale("intake", state=row.state)
    journal.record(by=by, now=now, did="calls.move_intake", kind="intake", subject=intake, was=row.state, to=str(to))
    row.refresh_from_db()
    return row


@action
def open_next_intake(*, by: Actor, now: datetime, call: int) -> Intake:
    """Plans the next intake of a rolling call: it opens when the last one closes and is as long."""
    row = Call.objects.get(pk=call)
    if by != WORKER:
        only(by, MOVING)
    if row.state != "published" or row.kind != "rolling":
        raise Refused("not_rolling")
    last = Intake.objects.filter(call=call).order_by("number").last()
    dates = next_dates(queries.dates_of(last))
    end = Track.objects.filter(call=call).aggregate(end=Max("last_month"))["end"]
    if end and str(texts.month_of(dates.decision_due_at)) > end:
        raise Refused("next_intake_after_end")
    # Two workers at once: the number is unique within the call, the second is refused.
    made = Intake.objects.create(
        call=row,
        number=last.number + 1,
        opens_at=dates.opens_at,
        closes_at=dates.closes_at,
        review_due_at=dates.review_due_at,
        decision_due_at=dates.decision_due_at,
        accept_days=last.accept_days,
        objection_days=last.objection_days,
    )
    journal.record(
        by=by, now=now, did="calls.open_next_intake", kind="intake", subject=made.pk, call=call, number=made.number
    )
    return made


@action
def close_call(*, by: Actor, now: datetime, call: int) -> None:
    """Ends a call all of whose intakes are closed."""
    only(by, MOVING)
    if Intake.objects.filter(call=call).exclude(state=IntakeState.CLOSED).exists():
        raise Refused("intakes_not_closed")
    if not Call.objects.filter(pk=call, state="published").update(state="closed", version=F("version") + 1):
        raise Stale("call")
    journal.record(by=by, now=now, did="calls.close", kind="call", subject=call)


@action
def add_consent_text(
    *,
    by: Actor,
    now: datetime,
    code: str,
    title_ko: str,
    title_en: str,
    body_ko: str,
    body_en: str,
    refusal_ko: str,
    refusal_en: str,
) -> ConsentText:
    """Adds a consent or pledge, or the next version of one; what was published before stays as it is."""
    only(by, DRAFTING)
    last = ConsentText.objects.filter(code=code).aggregate(last=Max("version"))["last"] or 0
    made = ConsentText.objects.create(
        code=code,
        version=last + 1,
        title_ko=title_ko,
        title_en=title_en,
        body_ko=body_ko,
        body_en=body_en,
        refusal_ko=refusal_ko,
        refusal_en=refusal_en,
        created_at=now,
    )
    journal.record(
        by=by, now=now, did="calls.add_consent_text", kind="consent_text", subject=made.pk, code=code, version=last + 1
    )
    return made


@action
def correct(
    *, by: Actor, now: datetime, call: int, version: int, field: str, new: str, reason_ko: str, reason_en: str
) -> CorrectionNotice:
    """Changes one field of a published call and says so publicly and to everyone who began an application.

    `field` reads `call.title_ko`, `intake.1.closes_at`, `track.<code>.guidance_en`,
    `product.<track>.<product>.maximum`, `criterion.<track>.<code>.points` and so on; `new` is text, an ISO 8601
    instant, a whole number or YYYY-MM.
    """
    only(by, DRAFTING)
    row = queries.calls(by).get(pk=call)
    if row.state != "published":
        raise Refused("call_not_published")
    changed = target(field)
    thing = queries.corrected_thing(row, changed)
    if thing is None:
        raise Refused("not_correctable", field=field)
    old, value = getattr(thing, changed.field), read_value(changed, new)
    intakes = [thing] if isinstance(thing, Intake) else list(row.intakes.all())
    scored = isinstance(thing, Criterion) and queries.scored(thing.track_id)
    check_correction(changed, old, value, frozenset(intake.state for intake in intakes), now, scored=scored)
    if not Call.objects.filter(pk=call, state="published", version=version).update(version=F("version") + 1):
        raise Stale("call")
    _apply(thing, changed, value, now)
    notice = CorrectionNotice.objects.create(
        call=row,
        number=row.corrections.count() + 1,
        field=field,
        old=texts.written(old),
        new=texts.written(value),
        reason_ko=reason_ko,
        reason_en=reason_en,
        published_by_id=by.person,
        published_at=now,
    )
    _tell(notice, now)
    journal.record(by=by, now=now, did="calls.correct", kind="call", subject=call, notice=notice.number, field=field)
    return notice


def read_value(changed: Target, given: str) -> Any:
    """The new value of a field from its text; refuses what cannot be read."""
    kind = CORRECTABLE[changed.thing][changed.field]
    try:
        if kind is FieldKind.INSTANT:
            instant = parse_datetime(given)
            if instant is None or instant.tzinfo is None or not YEARS[0] <= instant.year <= YEARS[1]:
                raise ValueError(given)
            return instant
        if kind is FieldKind.NUMBER:
            return _number(given)
        if kind is FieldKind.MONTH:
            return _month(given)
    except ValueError as error:
        raise Refused("correction_value_wrong", given=given) from error
    if not given.strip():
        raise Refused("correction_value_wrong", given=given)
    return given.strip()


def _month(given: str) -> str:
    month = Month.parse(given)
    if not YEARS[0] <= month.year <= YEARS[1]:
        raise ValueError(given)
    return str(month)


def _number(given: str) -> int:
    number = int(given)
    if not 0 <= number <= LARGEST:
        raise ValueError(given)
    return number


def _apply(thing: Any, changed: Target, value: Any, now: datetime) -> None:
    """Writes the new value; an extended deadline reopens an intake that had gone on to screening."""
    if isinstance(thing, Intake) and changed.field.endswith("_at"):
        setattr(thing, changed.field, value)
        if not queries.dates_of(thing).in_order:
            raise Refused("correction_dates_out_of_order")
    values: dict[str, Any] = {changed.field: value}
    if isinstance(thing, Intake):
        values["version"] = F("version") + 1
        if changed.field == "closes_at" and thing.state == IntakeState.SCREENING:
            values["state"] = IntakeState.OPEN
    try:
        with transaction.atomic():
            type(thing).objects.filter(pk=thing.pk).update(**values)
    except (DataError, IntegrityError) as error:
        raise Refused("correction_value_not_allowed") from error


def _tell(notice: CorrectionNotice, now: datetime) -> None:
    """Owes a mail to everyone of the organisations that began an application, each in their language."""
    call = notice.call
    for person in applications.people_who_began(call.pk):
        with translation.override(person.language):
            facts = {
                "call": queries.titled(call),
                "what": texts.field_label(notice.field),
                "old": texts.shown(notice.field, notice.old),
                "new": texts.shown(notice.field, notice.new),
                "reason": queries.titled(notice, "reason"),
            }
        outbox.write(
            now=now,
            key=f"call_corrected:{notice.pk}:{person.pk}",
            code="call_corrected",
            person=person.pk,
            address=person.email,
            language=person.language,
            link=f"/calls/{call.code}/",
            **facts,
        )
