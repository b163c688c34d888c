"""Keeps the camp: draws its spaces, calls for tenants, takes bids, gives points and reasons, puts up notices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.camp import queries, rules
from madang.portal.camp.models import CampSpace, HouseNotice, OfferedSpace, TenantBid, TenantBidPoints, TenantCall
from madang.portal.camp.rules import BidState, NoticeText, Space, SpaceState, TenantCallState, TenantCallText
from madang.portal.facilities.models import Facility
from madang.portal.journal.actions import record
from madang.portal.people.actions import write_mail
from madang.portal.transactions import action

# --- spaces ---


@action
def add_space(*, by: Actor, now: datetime, given: Space, generated: bool = False) -> CampSpace:
    """Draws a space on its floor. Refused as `rules.checked`, ``space_overlaps``, ``space_code_known``,
    ``space_facility_unknown``.
    """
    rules.refuse_unless_keeper(by)
    rules.refuse_overlaps(given, queries.drawn([given.floor]))
    row = _add(now, given, generated)
    record(by=by, now=now, did="camp.add_space", kind="campspace", subject=row.pk, code=row.code)
    return row


def _add(now: datetime, given: Space, generated: bool) -> CampSpace:
    fields = _fields(given)
    try:
        with transaction.atomic():
            return CampSpace.objects.create(code=given.code, added_at=now, generated=generated, **fields)
    except IntegrityError as error:
        raise Refused("space_code_known", field="code") from error


def _fields(given: Space) -> dict[str, object]:
    rules.checked(given)
    facility = Facility.objects.filter(code=given.facility).first() if given.facility else None
    if given.facility and (facility is None or CampSpace.objects.filter(facility=facility).exclude(code=given.code)):
        raise Refused("space_facility_unknown", field="facility")
    return {name: value for name, value in asdict(given).items() if name != "code"} | {"facility": facility}


@action
def change_space(
    *, by: Actor, now: datetime, space: int, version: int, given: Space, state: SpaceState = SpaceState.IN_USE
) -> None:
    """Changes a space; its code stays. Refused as `add_space`, and ``space_is_let`` where it is closed, or becomes
    something shared, while a tenant has it. Stale where somebody changed it since `version`.
    """
    rules.refuse_unless_keeper(by)
    if not CampSpace.objects.filter(pk=space, version=version).update(version=F("version") + 1):
        raise Stale("campspace")
    if (state == SpaceState.CLOSED or given.kind not in rules.LET) and queries.is_let(space, queries.today(now)):
        raise Refused("space_is_let", field="state")
    rules.refuse_overlaps(given, queries.drawn([given.floor]))
    CampSpace.objects.filter(pk=space).update(**_fields(given), state=state)
    record(by=by, now=now, did="camp.change_space", kind="campspace", subject=space, state=str(state))


@action
def bring_in(*, by: Actor, now: datetime, listed: Sequence[Space], generated: bool = False) -> tuple[int, int]:
    """Draws what is new by its code and changes what differs, all or none; gives how many of each.

    The same sheet twice changes nothing. Refused as `add_space`.
    """
    rules.refuse_unless_keeper(by)
    floors = {one.floor for one in listed}
    codes = {one.code for one in listed}
    known = {row.code: row for row in queries.spaces().filter(code__in=codes)}
    rest = [one for one in queries.drawn(floors) if one.code not in codes]
    for place, one in enumerate(listed):
        rules.refuse_overlaps(one, [*rest, *listed[:place]])
    added = changed = 0
    for one in listed:
        if one.code not in known:
            _add(now, one, generated)
            added += 1
        elif queries.space_of(known[one.code]) != one:
            row = known[one.code]
            if one.kind not in rules.LET and queries.is_let(row.pk, queries.today(now)):
                raise Refused("space_is_let", field="kind")
            CampSpace.objects.filter(pk=row.pk).update(**_fields(one), version=F("version") + 1)
            changed += 1
    record(by=by, now=now, did="camp.bring_in", kind="campspace", subject="many", added=added, changed=changed)
    return added, changed


# --- calls for tenants ---


@action
def draft_call(*, by: Actor, now: datetime, code: str, given: TenantCallText, spaces: Iterable[int]) -> TenantCall:
    """Drafts a call for tenants that offers these rooms and seats. Refused as `rules.checked_call`,
    ``space_code_malformed``, ``tenant_call_code_known``, ``tenant_call_offers_nothing``.
    """
    person = rules.refuse_unless_decider(by)
    if not rules.CODE.fullmatch(code):
        raise Refused("space_code_malformed", field="code")
    try:
        with transaction.atomic():
            fields = asdict(rules.checked_call(given))
            row = TenantCall.objects.create(code=code, made_by_id=person, made_at=now, **fields)
    except IntegrityError as error:
        raise Refused("tenant_call_code_known", field="code") from error
    _offer(row, spaces)
    record(by=by, now=now, did="camp.draft_call", kind="tenantcall", subject=row.pk, code=code)
    return row


def _offer(row: TenantCall, spaces: Iterable[int]) -> None:
    wanted = set(spaces)
    found = CampSpace.objects.filter(pk__in=wanted, kind__in=rules.LET, state=SpaceState.IN_USE)
    if not wanted or found.count() != len(wanted):
        raise Refused("tenant_call_offers_nothing", field="spaces")
    OfferedSpace.objects.filter(call=row).delete()
    OfferedSpace.objects.bulk_create(OfferedSpace(call=row, space_id=space) for space in sorted(wanted))


@action
def change_call(
    *, by: Actor, now: datetime, call: int, version: int, given: TenantCallText, spaces: Iterable[int]
) -> None:
    """Changes a draft. Refused as `draft_call`, ``tenant_call_published``; Stale where somebody was first."""
    rules.refuse_unless_decider(by)
    row = _call(call)
    if row.published_at is not None:
        raise Refused("tenant_call_published")
    drafts = TenantCall.objects.filter(pk=call, version=version, published_at=None)
    if not drafts.update(version=F("version") + 1, **asdict(rules.checked_call(given))):
        raise Stale("tenantcall")
    _offer(row, spaces)
    record(by=by, now=now, did="camp.change_call", kind="tenantcall", subject=call)


@action
def publish_call(*, by: Actor, now: datetime, call: int) -> None:
    """Makes a draft public. Refused: ``tenant_call_published``, ``tenant_call_over`` where its closing has passed."""
    rules.refuse_unless_decider(by)
    if _call(call).closes_at <= now:
        raise Refused("tenant_call_over")
    if not TenantCall.objects.filter(pk=call, published_at=None).update(published_at=now, version=F("version") + 1):
        raise Refused("tenant_call_published")
    record(by=by, now=now, did="camp.publish_call", kind="tenantcall", subject=call)


@action
def finish_call(*, by: Actor, now: datetime, call: int) -> None:
    """Ends a call once every bid is decided. Refused: ``tenant_call_not_closed``, ``tenant_call_undecided`` (bids)."""
    rules.refuse_unless_decider(by)
    if queries.state_of(_call(call), now) != TenantCallState.JUDGED:
        raise Refused("tenant_call_not_closed")
    if waiting := TenantBid.objects.filter(call=call, state=BidState.HANDED_IN).count():
        raise Refused("tenant_call_undecided", bids=waiting)
    if not TenantCall.objects.filter(pk=call, finished_at=None).update(finished_at=now, version=F("version") + 1):
        raise Stale("tenantcall")
    record(by=by, now=now, did="camp.finish_call", kind="tenantcall", subject=call)


def _call(call: int) -> TenantCall:
    row = TenantCall.objects.filter(pk=call).first()
    if row is None:
        raise Refused("not_found")
    return row


# --- bids ---


@action
def hand_in(*, by: Actor, now: datetime, call: int, organisation: int, people: int, text: str) -> TenantBid:
    """Answers an open call, by an owner of the organisation. Refused: ``tenant_call_not_open``, ``bid_twice``,
    ``bid_incomplete`` (most).
    """
    if by.person is None or not by.owner_of(organisation):
        raise Refused("not_allowed_for_role")
    if queries.state_of(_call(call), now) != TenantCallState.OPEN:
        raise Refused("tenant_call_not_open")
    if not 1 <= len(text.strip()) <= rules.TEXT:
        raise Refused("bid_incomplete", field="text", most=rules.TEXT)
    if not 1 <= people <= rules.PEOPLE_MOST:
        raise Refused("space_number_wrong", field="people", least=1, most=rules.PEOPLE_MOST)
    given = {"people": people, "text": text.strip(), "handed_in_at": now}
    try:
        with transaction.atomic():
            row = TenantBid.objects.create(call_id=call, organisation_id=organisation, person_id=by.person, **given)
    except IntegrityError as error:
        raise Refused("bid_twice") from error
    record(by=by, now=now, did="camp.hand_in", kind="bid", subject=row.pk, call=call, organisation=organisation)
    return row


@action
def withdraw(*, by: Actor, now: datetime, bid: int) -> None:
    """Takes a bid back before it is decided; another can be handed in while the call is open."""
    row = _bid(bid)
    if not by.owner_of(row.organisation_id):
        raise Refused("not_allowed_for_role")
    if not TenantBid.objects.filter(pk=bid, state=BidState.HANDED_IN).update(state=BidState.WITHDRAWN):
        raise Refused("bid_decided")
    record(by=by, now=now, did="camp.withdraw", kind="bid", subject=bid)


@action
def give_points(*, by: Actor, now: datetime, bid: int, points: int, reason: str) -> None:
    """Notes or changes what an officer gives a bid once its call is closed.

    Refused: ``bid_own_organisation``, ``tenant_call_not_closed``, ``bid_decided``, and as `rules.checked_points`.
    """
    person = rules.refuse_unless_keeper(by)
    row = _to_judge(by, bid, now)
    if row.state != BidState.HANDED_IN:
        raise Refused("bid_decided")
    given = {"points": points, "reason": rules.checked_points(points, reason), "given_at": now}
    if not TenantBidPoints.objects.filter(bid=row, officer=person).update(**given):
        TenantBidPoints.objects.create(bid=row, officer_id=person, **given)
    record(by=by, now=now, did="camp.give_points", kind="bid", subject=bid, points=points)


@action
def decide(*, by: Actor, now: datetime, bid: int, state: BidState, reason: str) -> TenantBid:
    """Selects a bid, puts it on the reserve list, or does not select it; what is not selected is told why.

    Whoever is selected gets a tenancy offered in the same transaction (`tenancies.actions.select`). Refused:
    ``bid_own_organisation``, ``tenant_call_not_closed``, ``bid_decided``, ``camp_reason_needed``.
    """
    person = rules.refuse_unless_decider(by)
    row = _to_judge(by, bid, now)
    if row.state not in rules.UNDECIDED or state not in set(BidState) - {BidState.HANDED_IN, BidState.WITHDRAWN}:
        raise Refused("bid_decided")
    fields = {"state": state, "reason": rules.reason_of(reason), "decided_by_id": person, "decided_at": now}
    if not TenantBid.objects.filter(pk=bid, state=row.state).update(**fields):
        raise Stale("bid")
    if state != BidState.SELECTED and row.person.is_active:
        link = reverse("tenant-call", args=[row.call.code])
        write_mail(row.person, now=now, code=f"bid_{state}", key=f"bid_{state}-{bid}", link=link,
                   title=row.call.title_ko if row.person.language == "ko" else row.call.title_en,
                   reason=fields["reason"])  # fmt: skip
    record(by=by, now=now, did="camp.decide", kind="bid", subject=bid, state=str(state))
    return row


def _to_judge(by: Actor, bid: int, now: datetime) -> TenantBid:
    row = _bid(bid)
    if by.member_of(row.organisation_id):
        raise Refused("bid_own_organisation")
    if now < row.call.closes_at:
        raise Refused("tenant_call_not_closed")
    return row


def _bid(bid: int) -> TenantBid:
    row = TenantBid.objects.select_related("call", "person").filter(pk=bid).first()
    if row is None:
        raise Refused("not_found")
    return row


# --- notices ---


@action
def put_up(*, by: Actor, now: datetime, given: NoticeText) -> HouseNotice:
    """Puts a notice up for the tenants. Refused as `rules.checked_notice`."""
    person = rules.refuse_unless_keeper(by)
    row = HouseNotice.objects.create(made_by_id=person, made_at=now, **asdict(rules.checked_notice(given)))
    record(by=by, now=now, did="camp.put_up", kind="housenotice", subject=row.pk)
    return row


@action
def take_down(*, by: Actor, now: datetime, notice: int) -> None:
    """Takes a notice down before its last day. Stale where it was taken down already."""
    rules.refuse_unless_keeper(by)
    if not HouseNotice.objects.filter(pk=notice, taken_down_at=None).update(taken_down_at=now):
        raise Stale("housenotice")
    record(by=by, now=now, did="camp.take_down", kind="housenotice", subject=notice)
