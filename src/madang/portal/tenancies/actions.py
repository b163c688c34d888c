"""Carries a tenancy from offer to check-out: selected or straight, signed, begun, extended, ended, handed back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Sum
from django.urls import reverse

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.camp import actions as camp
from madang.portal.camp.models import CampSpace
from madang.portal.camp.rules import (
    LET,
    BidState,
    SpaceState,
    reason_of,
    refuse_unless_decider,
    refuse_unless_keeper,
)
from madang.portal.journal.actions import record
from madang.portal.people.actions import write_mail
from madang.portal.people.queries import owners
from madang.portal.tenancies import queries, rules
from madang.portal.tenancies.models import (
    CheckOutItem,
    LetDay,
    LetSpace,
    Resident,
    Tenancy,
    TenancyExtension,
    TenancyText,
)
from madang.portal.tenancies.rules import Condition, ExtensionState, TenancyState
from madang.portal.transactions import action

BATCH = 500


@action
def write_text(*, by: Actor, now: datetime, text_ko: str, text_en: str) -> TenancyText:
    """Keeps the next version of what tenants agree to. Refused: ``tenancy_text_needed`` (most)."""
    person = refuse_unless_decider(by)
    for name, text in (("text_ko", text_ko), ("text_en", text_en)):
        if not 1 <= len(text.strip()) <= rules.TEXT_MOST:
            raise Refused("tenancy_text_needed", field=name, most=rules.TEXT_MOST)
    version = (TenancyText.objects.aggregate(n=Max("version"))["n"] or 0) + 1
    texts = {"text_ko": text_ko.strip(), "text_en": text_en.strip()}
    row = TenancyText.objects.create(version=version, made_by_id=person, made_at=now, **texts)
    record(by=by, now=now, did="tenancies.write_text", kind="tenancytext", subject=row.pk, version=version)
    return row


@action
def offer(
    *, by: Actor, now: datetime, organisation: int, spaces: Iterable[int], starts_on: date, ends_on: date,
    ceiling_on: date, reason: str, bid: int | None = None, generated: bool = False,
) -> Tenancy:  # fmt: skip
    """Offers rooms and seats on [starts_on, ends_on), and holds them: nobody else can be offered them.

    The owners have two weeks to sign. Refused as `rules.check_days`, ``tenancy_in_the_past``, ``tenancy_text_missing``,
    ``tenancy_spaces_wrong``, ``space_taken`` (space), ``camp_reason_needed``.
    """
    person = refuse_unless_decider(by)
    today = queries.today(now)
    rules.check_days(starts_on, ends_on, ceiling_on)
    if starts_on < today:
        raise Refused("tenancy_in_the_past", field="starts_on")
    text = queries.last_text()
    if text is None:
        raise Refused("tenancy_text_missing")
    wanted = set(spaces)
    rows = list(CampSpace.objects.filter(pk__in=wanted, kind__in=LET, state=SpaceState.IN_USE).order_by("pk"))
    if not wanted or len(rows) != len(wanted):
        raise Refused("tenancy_spaces_wrong", field="spaces")
    tenancy = Tenancy.objects.create(
        organisation_id=organisation, bid_id=bid, text=text, starts_on=starts_on, ends_on=ends_on,
        ceiling_on=ceiling_on, reason=reason_of(reason), answer_by=today + timedelta(days=rules.ANSWER_DAYS),
        offered_by_id=person, offered_at=now, generated=generated,
    )  # fmt: skip
    LetSpace.objects.bulk_create(LetSpace(tenancy=tenancy, space=row) for row in rows)
    _take(tenancy, rows, starts_on, ends_on)
    tell(tenancy, now, "tenancy_offered", day=tenancy.answer_by.isoformat())
    facts = {"spaces": sorted(wanted), "organisation": organisation, "bid": bid}
    record(by=by, now=now, did="tenancies.offer", kind="tenancy", subject=tenancy.pk, **facts)
    return tenancy


@action
def select(*, by: Actor, now: datetime, bid: int, spaces: Iterable[int], starts_on: date, reason: str) -> Tenancy:
    """Selects a bid and offers it a tenancy of its call's length, in one. Refused as `camp.decide` and `offer`."""
    row = camp.decide(by=by, now=now, bid=bid, state=BidState.SELECTED, reason=reason)
    call = row.call
    return offer(
        by=by, now=now, organisation=row.organisation_id, spaces=spaces, starts_on=starts_on, reason=reason, bid=bid,
        ends_on=rules.months_later(starts_on, call.months),
        ceiling_on=rules.months_later(starts_on, call.ceiling_months),
    )  # fmt: skip


def _take(tenancy: Tenancy, spaces: Iterable[CampSpace], first: date, last: date) -> None:
    """Stores the days [first, last) of all the spaces, or none: the table lets nobody have what another holds."""
    spaces = list(spaces)
    rows = [LetDay(space=space, day=day, tenancy=tenancy) for space in spaces for day in rules.days(first, last)]
    try:
        with transaction.atomic():
            LetDay.objects.bulk_create(rows, batch_size=BATCH)
    except IntegrityError as error:
        held = LetDay.objects.filter(space__in=spaces, day__gte=first, day__lt=last).exclude(tenancy=tenancy)
        code = held.order_by("day").values_list("space__code", flat=True).first() or ""
        raise Refused("space_taken", space=code, field="spaces") from error


def _row(tenancy: int) -> Tenancy:
    row = Tenancy.objects.select_related("organisation").filter(pk=tenancy).first()
    if row is None:
        raise Refused("not_found")
    return row


def _move(row: Tenancy, state: TenancyState, **fields: object) -> None:
    """From the state and version that were read to another; Stale where somebody was first."""
    same = Tenancy.objects.filter(pk=row.pk, state=row.state, version=row.version)
    if not same.update(state=state, version=F("version") + 1, **fields):
        raise Stale("tenancy")


def _expect(row: Tenancy, *states: TenancyState) -> None:
    if row.state not in states:
        raise Refused("tenancy_state_wrong")


@action
def sign(*, by: Actor, now: datetime, tenancy: int, text_version: int) -> None:
    """An owner agrees to the text that was shown, by its version. Refused: ``tenancy_state_wrong``,
    ``tenancy_text_other``.
    """
    row = _row(tenancy)
    person = rules.refuse_unless_owner(by, row.organisation_id)
    _expect(row, TenancyState.OFFERED)
    if row.text.version != text_version:
        raise Refused("tenancy_text_other")
    _move(row, TenancyState.SIGNED, signed_by_id=person, signed_at=now)
    record(by=by, now=now, did="tenancies.sign", kind="tenancy", subject=tenancy, version=text_version)


@action
def decline(*, by: Actor, now: datetime, tenancy: int) -> None:
    """An owner does not take the offer; its days are free again. Refused: ``tenancy_state_wrong``."""
    row = _row(tenancy)
    rules.refuse_unless_owner(by, row.organisation_id)
    _expect(row, TenancyState.OFFERED)
    _drop(row, TenancyState.DECLINED, now)
    record(by=by, now=now, did="tenancies.decline", kind="tenancy", subject=tenancy)


@action
def drop(*, by: Actor, now: datetime, tenancy: int, reason: str) -> None:
    """Takes back what has not begun, with a reason; its days are free again. Refused: ``tenancy_state_wrong``,
    ``camp_reason_needed``.
    """
    refuse_unless_decider(by)
    row = _row(tenancy)
    _expect(row, TenancyState.OFFERED, TenancyState.SIGNED)
    why = reason_of(reason)
    _drop(row, TenancyState.DROPPED, now, end_reason=why)
    tell(row, now, "tenancy_dropped", reason=why)
    record(by=by, now=now, did="tenancies.drop", kind="tenancy", subject=tenancy)


def _drop(row: Tenancy, state: TenancyState, now: datetime, **fields: object) -> None:
    _move(row, state, ended_at=now, **fields)
    LetDay.objects.filter(tenancy=row).delete()
    Resident.objects.filter(tenancy=row).delete()


@action
def move_on(*, now: datetime, tenancy: int) -> None:
    """What a day brings: an offer that nobody answered lapses, what was signed begins, what runs ends.

    Stale where nothing is due.
    """
    row, today = _row(tenancy), queries.today(now)
    if row.state == TenancyState.OFFERED and row.answer_by < today:
        _drop(row, TenancyState.LAPSED, now)
        tell(row, now, "tenancy_lapsed")
    elif row.state == TenancyState.SIGNED and row.starts_on <= today:
        _move(row, TenancyState.RUNNING, started_at=now)
    elif row.state == TenancyState.RUNNING and row.ends_on <= today:
        _end(row, now, row.ends_on, "")
    else:
        raise Stale("tenancy")
    record(by=WORKER, now=now, did="tenancies.move_on", kind="tenancy", subject=tenancy, was=row.state)


def _end(row: Tenancy, now: datetime, ends_on: date, reason: str) -> None:
    _move(row, TenancyState.ENDED, ended_at=now, ends_on=ends_on, end_reason=reason)
    LetDay.objects.filter(tenancy=row, day__gte=ends_on).delete()
    Resident.objects.filter(tenancy=row, until_on__isnull=True).update(until_on=ends_on)
    waiting = TenancyExtension.objects.filter(tenancy=row, state=ExtensionState.ASKED)
    waiting.update(state=ExtensionState.DROPPED)
    tell(row, now, "tenancy_ended", day=ends_on.isoformat())


@action
def end(*, by: Actor, now: datetime, tenancy: int, ends_on: date, reason: str) -> None:
    """Ends a running tenancy earlier: its owner may, and whoever decides, with a reason; the days after are free.

    `ends_on` is the first day after it: today ends it now. Refused: ``tenancy_state_wrong``, ``tenancy_end_wrong``,
    ``camp_reason_needed``.
    """
    row, today = _row(tenancy), queries.today(now)
    if not by.owner_of(row.organisation_id):
        refuse_unless_decider(by)
    _expect(row, TenancyState.RUNNING)
    why = reason_of(reason)
    if not max(today, row.starts_on) <= ends_on < row.ends_on:
        raise Refused("tenancy_end_wrong", field="ends_on")
    if ends_on == today:
        _end(row, now, ends_on, why)
    else:
        _move(row, TenancyState.RUNNING, ends_on=ends_on, end_reason=why)
        LetDay.objects.filter(tenancy=row, day__gte=ends_on).delete()
        tell(row, now, "tenancy_ends", day=ends_on.isoformat())
    record(by=by, now=now, did="tenancies.end", kind="tenancy", subject=tenancy, ends_on=ends_on.isoformat())


# --- extension ---


@action
def ask_extension(*, by: Actor, now: datetime, tenancy: int, ends_on: date, why: str) -> None:
    """An owner asks for more time; it is held only once it is approved. Refused as `rules.check_extension`,
    ``extension_asked``, ``camp_reason_needed``.
    """
    row = _row(tenancy)
    person = rules.refuse_unless_owner(by, row.organisation_id)
    rules.check_extension(row.state, row.ends_on, ends_on, row.ceiling_on, queries.today(now))
    fields = {"until_on": ends_on, "why": reason_of(why), "asked_by_id": person, "asked_at": now}
    try:
        with transaction.atomic():
            made = TenancyExtension.objects.create(tenancy=row, **fields)
    except IntegrityError as error:
        raise Refused("extension_asked") from error
    record(by=by, now=now, did="tenancies.ask_extension", kind="tenancy", subject=tenancy, extension=made.pk)


@action
def decide_extension(*, by: Actor, now: datetime, extension: int, approve: bool, reason: str = "") -> None:
    """Approves an extension, if the spaces are free until then, or refuses it with a reason; the owners are told.

    Refused: ``extension_decided``, ``bid_own_organisation``, ``space_taken``, ``camp_reason_needed``, and as
    `rules.check_extension`.
    """
    person = refuse_unless_decider(by)
    asked = TenancyExtension.objects.filter(pk=extension).first()
    if asked is None:
        raise Refused("not_found")
    row = _row(asked.tenancy_id)
    if by.member_of(row.organisation_id):
        raise Refused("bid_own_organisation")
    why = "" if approve and not reason.strip() else reason_of(reason)
    state = ExtensionState.APPROVED if approve else ExtensionState.REFUSED
    fields = {"state": state, "reason": why, "decided_by_id": person, "decided_at": now}
    if not TenancyExtension.objects.filter(pk=extension, state=ExtensionState.ASKED).update(**fields):
        raise Refused("extension_decided")
    if approve:
        rules.check_extension(row.state, row.ends_on, asked.until_on, row.ceiling_on, queries.today(now))
        _move(row, TenancyState(row.state), ends_on=asked.until_on, end_reason="")
        held = row.spaces.select_related("space").order_by("space")
        _take(row, [one.space for one in held], row.ends_on, asked.until_on)
    tell(row, now, f"extension_{state}", day=asked.until_on.isoformat(), reason=why)
    record(by=by, now=now, did="tenancies.decide_extension", kind="tenancy", subject=row.pk, approved=approve)


# --- check-out ---


@action
def enter_item(
    *, by: Actor, now: datetime, tenancy: int, what: str, condition: Condition, owed_won: int = 0
) -> CheckOutItem:
    """Adds a thing to the list of the check-out. Refused: ``tenancy_state_wrong``, ``check_out_item_wrong`` (most),
    ``check_out_owed_wrong``, ``check_out_too_many`` (most).
    """
    person = refuse_unless_keeper(by)
    row = _row(tenancy)
    _expect(row, TenancyState.RUNNING, TenancyState.ENDED)
    if not 1 <= len(what.strip()) <= rules.WHAT:
        raise Refused("check_out_item_wrong", field="what", most=rules.WHAT)
    if not 0 <= owed_won <= rules.WON_MOST or (owed_won and condition is Condition.GOOD):
        raise Refused("check_out_owed_wrong", field="owed_won")
    if CheckOutItem.objects.filter(tenancy=row).count() >= rules.ITEMS_MOST:
        raise Refused("check_out_too_many", most=rules.ITEMS_MOST)
    given = {"what": what.strip(), "condition": condition, "owed_won": owed_won}
    item = CheckOutItem.objects.create(tenancy=row, entered_by_id=person, entered_at=now, **given)
    record(by=by, now=now, did="tenancies.enter_item", kind="tenancy", subject=tenancy, item=item.pk)
    return item


@action
def remove_item(*, by: Actor, now: datetime, tenancy: int, item: int) -> None:
    """Takes a thing off the list before the check-out is finished."""
    refuse_unless_keeper(by)
    _expect(_row(tenancy), TenancyState.RUNNING, TenancyState.ENDED)
    if not CheckOutItem.objects.filter(pk=item, tenancy=tenancy).delete()[0]:
        raise Refused("not_found")
    record(by=by, now=now, did="tenancies.remove_item", kind="tenancy", subject=tenancy, item=item)


@action
def check_out(*, by: Actor, now: datetime, tenancy: int) -> int:
    """Finishes the check-out of an ended tenancy, fixes what is owed in won, and tells the owners; gives the sum.

    Refused: ``tenancy_state_wrong``, ``check_out_empty``.
    """
    person = refuse_unless_keeper(by)
    row = _row(tenancy)
    _expect(row, TenancyState.ENDED)
    found = CheckOutItem.objects.filter(tenancy=row)
    if not found.exists():
        raise Refused("check_out_empty")
    owed: int = found.aggregate(n=Sum("owed_won"))["n"]
    _move(row, TenancyState.CHECKED_OUT, checked_out_by_id=person, checked_out_at=now, owed_won=owed)
    tell(row, now, "tenancy_checked_out", won=owed)
    record(by=by, now=now, did="tenancies.check_out", kind="tenancy", subject=tenancy, owed_won=owed)
    return owed


def tell(row: Tenancy, now: datetime, code: str, key: str = "", **facts: object) -> None:
    """Writes to the owners of the tenant, once under a key."""
    link = reverse("tenancy", args=[row.pk])
    for person in owners(row.organisation_id):
        mark = f"{code}-{row.pk}-{person.pk}-{key or f'{now.timestamp():.0f}'}"
        write_mail(person, now=now, code=code, key=mark, link=link, organisation=row.organisation.name, **facts)
