"""Publishes and ends rates; exchanges hours of an award at once or after staff have decided."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from madang.errors import Refused, Stale
from madang.portal.actors import Actor, Role
from madang.portal.awards import actions as awards
from madang.portal.awards.models import Award
from madang.portal.awards.queries import owner_of
from madang.portal.awards.rules import AwardState
from madang.portal.formats import core_hours, gpu_hours
from madang.portal.journal import actions as journal
from madang.portal.ledger import actions as ledger
from madang.portal.people import actions as people
from madang.portal.people import queries as persons
from madang.portal.prices.rules import refuse_unless_drafter, refuse_unless_rule_days
from madang.portal.resources.models import Pool, Product
from madang.portal.resources.rules import Grain
from madang.portal.transactions import action
from madang.portal.transfers import offers, queries, rules
from madang.portal.transfers.models import Transfer, TransferRate
from madang.portal.transfers.offers import Offer
from madang.portal.transfers.rules import Between, Exchange, Rate, TransferState
from madang.values import SECONDS_PER_HOUR

SOURCE = "transfer"


@action
def create_rate(
    *,
    by: Actor,
    now: datetime,
    code: str,
    name_ko: str,
    name_en: str,
    sentence_ko: str,
    sentence_en: str,
    pool: str,
    product: str,
    gives: int,
    gets: int,
    starts_on: date,
    ends_on: date | None = None,
    least_permille: int = 0,
    most_permille: int = 1000,
    needs_approval: bool = False,
    back: bool = False,
) -> TransferRate:
    """Publishes that from a day on, not before today, `gives` hours of a pool are worth `gets` hours of a product's.

    Refused: "not_allowed_for_role", "transfer_rate_figures", "transfer_rate_pools", "transfer_rate_back",
    "transfer_rate_past", "days_end_before_start", "transfer_rate_code_taken", "transfer_rate_overlaps" (rate),
    "transfer_rate_circle".
    """
    refuse_unless_drafter(by)
    rules.check_figures(gives, gets, least_permille, most_permille)
    refuse_unless_rule_days(starts_on, ends_on)
    if starts_on < now.astimezone(settings.MADANG_ZONE).date():
        raise Refused("transfer_rate_past", field="starts_on")
    source, target = _pools(pool, product, back)
    # two who publish at one moment meet at this month's row; what the second reads then is what the first wrote
    ledger.keep_open_since(day=now.astimezone(settings.MADANG_ZONE).date(), now=now)
    if TransferRate.objects.filter(code=code).exists():
        raise Refused("transfer_rate_code_taken", taken=code, field="code")
    _check_others(Between(source.pk, target.pool_id, Rate(gives, gets)), starts_on, ends_on)
    words = {"name_ko": name_ko, "name_en": name_en, "sentence_ko": sentence_ko, "sentence_en": sentence_en}
    figures = {"gives": gives, "gets": gets, "least_permille": least_permille, "most_permille": most_permille}
    figures |= {"needs_approval": needs_approval, "back": back}
    days = {"starts_on": starts_on, "ends_on": ends_on}
    row = TransferRate.objects.create(code=code, pool=source, product=target, **words, **figures, **days)
    facts = {"code": code, "pool": pool, "product": product, "starts_on": str(starts_on), **figures}
    journal.record(by=by, now=now, did="transfers.create_rate", kind="transfer_rate", subject=row.pk, **facts)
    return row


def _pools(pool: str, product: str, back: bool) -> tuple[Pool, Product]:
    source = Pool.objects.filter(code=pool, grain=Grain.HOUR).first()
    target = Product.objects.filter(code=product, active=True).select_related("pool").first()
    if source is None or target is None or target.pool_id == source.pk or target.pool.unit != source.unit:
        raise Refused("transfer_rate_pools", field="product" if source else "pool")
    if back and target.grain != Grain.HOUR:
        raise Refused("transfer_rate_back", field="back")
    return source, target


def _check_others(new: Between, starts_on: date, ends_on: date | None) -> None:
    """Against the rates that share a day with it: not the same pools once more, and no circle that gains."""
    known = list(queries.among(TransferRate.objects.select_related("product__pool"), starts_on, ends_on))
    for row in known:
        if (row.pool_id, row.product.pool_id) == (new.source, new.target):
            raise Refused("transfer_rate_overlaps", rate=row.code, field="starts_on")
    rules.check_circle(map(queries.between, known), new)


@action
def end_rate(*, by: Actor, now: datetime, rate: int, ends_on: date) -> None:
    """Ends a rate from a day on, not before today; what is asked for by then is decided by it.

    Refused: "not_allowed_for_role", "transfer_rate_past", "days_end_before_start". Stale where it ends earlier.
    """
    refuse_unless_drafter(by)
    if ends_on < now.astimezone(settings.MADANG_ZONE).date():
        raise Refused("transfer_rate_past", field="ends_on")
    row = TransferRate.objects.get(pk=rate)
    refuse_unless_rule_days(row.starts_on, ends_on)
    open_then = Q(ends_on__isnull=True) | Q(ends_on__gt=ends_on)
    if not TransferRate.objects.filter(open_then, pk=rate).update(ends_on=ends_on):
        raise Stale("transfer rate")
    facts = {"ends_on": str(ends_on)}
    journal.record(by=by, now=now, did="transfers.end_rate", kind="transfer_rate", subject=rate, **facts)


@action
def ask(*, by: Actor, now: datetime, award: int, way: str, hours: int, reasons: str = "") -> Transfer:
    """Exchanges hours of an award at once, or asks staff to where the rate wants it.

    Refused as `offers.preview`, and "transfer_asked", "transfer_reasons" where somebody decides, "capacity_exceeded",
    "not_enough_left". Stale where the award ended at the same moment.
    """
    # of two at one moment the second waits here, and then finds what the first left
    Award.objects.filter(pk=award, organisation__in=by.memberships, state=AwardState.IN_FORCE).update(
        state=AwardState.IN_FORCE
    )
    one, found = offers.preview(by, award, way, hours, now)
    if one.waits and not reasons.strip():
        raise Refused("transfer_reasons", field="reasons")
    if Transfer.objects.filter(award=award, state=TransferState.ASKED).exists():
        raise Refused("transfer_asked")
    what = {"award_id": award, "rate": one.rate, "back_of": one.back_of, "pool": one.pool, "product": one.product}
    figures = {"given": found.given, "quantity": found.quantity, "got": found.got}
    given = {**what, **figures, "reasons": reasons.strip()[:1000], "asked_by_id": by.person, "asked_at": now}
    facts = {"award": award, "rate": one.rate.code, "pool": one.pool.code, "product": one.product.code, **figures}
    try:
        with transaction.atomic():
            row = Transfer.objects.create(**given)
    except IntegrityError as error:
        raise Refused("transfer_asked") from error
    journal.record(by=by, now=now, did="transfers.ask", kind="transfer", subject=row.pk, **facts)
    if not one.waits:
        _carry_out(by, now, row, one, found)
    return row


def _carry_out(by: Actor, now: datetime, row: Transfer, one: Offer, found: Exchange) -> None:
    """Both sides in the book, the line of the award and its promised capacity; what the other pool held comes free."""
    line = awards.receive(by=by, now=now, award=row.award_id, line=one.line(found), by_transfer=True)
    sides = {"out": (one.pool.pk, found.given), "into": (one.product.pool_id, found.got)}
    owner = owner_of(row.award_id)
    out, into = ledger.transfer(by=by, now=now, owner=owner, source=SOURCE, key=str(row.pk), **sides)
    freed = awards.free_promise(by=by, now=now, award=row.award_id, pool=one.pool.pk)
    waiting = Transfer.objects.filter(pk=row.pk, state=TransferState.ASKED)
    if not waiting.update(state=TransferState.DONE, line=line, out=out, into=into, decided_at=now):
        raise Stale("transfer")
    facts = {"award": row.award_id, "given": found.given, "got": found.got, "freed": freed}
    journal.record(by=by, now=now, did="transfers.carry_out", kind="transfer", subject=row.pk, **facts)


def _for_manager(by: Actor, transfer: int) -> Transfer:
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    row = queries.transfers(by).filter(pk=transfer).first()
    if row is None:
        raise Refused("not_found")
    rules.check_open(row.state)
    return row


@action
def approve(*, by: Actor, now: datetime, transfer: int, reason: str) -> None:
    """Exchanges what was asked for, exactly, at the rate by which it was asked for.

    Refused: "not_allowed_for_role", "not_found", "transfer_decided", "transfer_reasons", "transfer_changed" where it
    would come to something else by now, "transfer_most" (hours), "capacity_exceeded". Stale when the award ended.
    """
    row, given = _for_manager(by, transfer), _text(reason)
    if not Award.objects.filter(pk=row.award_id, state=AwardState.IN_FORCE).update(state=AwardState.IN_FORCE):
        raise Stale("award")
    one = offers.again(row, now)
    if one is None:
        raise Refused("transfer_changed")
    found = one.exchange(row.given // SECONDS_PER_HOUR)
    if found != Exchange(row.given, row.quantity, row.got):
        raise Refused("transfer_changed")
    _carry_out(by, now, row, one, found)
    Transfer.objects.filter(pk=row.pk).update(decision=given, decided_by=by.person)
    _tell(row, now, "transfer_done")


@action
def refuse(*, by: Actor, now: datetime, transfer: int, reason: str) -> None:
    """Exchanges nothing, for a reason that the organisation reads; it may ask anew.

    Refused: "not_allowed_for_role", "not_found", "transfer_decided", "transfer_reasons". Stale.
    """
    row, given = _for_manager(by, transfer), _text(reason)
    waiting = Transfer.objects.filter(pk=row.pk, state=TransferState.ASKED)
    changes = {"decision": given, "decided_by": by.person, "decided_at": now}
    if not waiting.update(state=TransferState.REFUSED, **changes):
        raise Stale("transfer")
    journal.record(by=by, now=now, did="transfers.refuse", kind="transfer", subject=row.pk)
    _tell(row, now, "transfer_refused")


@action
def withdraw(*, by: Actor, now: datetime, transfer: int) -> None:
    """Takes back, for an owner, what waits for a decision; he may ask anew.

    Refused: "not_allowed_for_role", "not_found", "transfer_decided". Stale where it is decided at the same moment.
    """
    row = queries.transfers(by).filter(pk=transfer).first()
    if row is None:
        raise Refused("not_found")
    if not by.owner_of(row.award.organisation_id):
        raise Refused("not_allowed_for_role")
    rules.check_open(row.state)
    waiting = Transfer.objects.filter(pk=row.pk, state=TransferState.ASKED)
    if not waiting.update(state=TransferState.WITHDRAWN, decided_at=now):
        raise Stale("transfer")
    journal.record(by=by, now=now, did="transfers.withdraw", kind="transfer", subject=row.pk)


def _text(text: str) -> str:
    if not text.strip():
        raise Refused("transfer_reasons", field="reason")
    return text.strip()[:1000]


def _tell(row: Transfer, now: datetime, code: str) -> None:
    hours = gpu_hours if row.pool.unit == "gpu" else core_hours
    for person in persons.owners(row.award.organisation_id):
        people.write_mail(
            person,
            now=now,
            code=code,
            key=f"{code}-{row.pk}-{person.pk}",
            link=f"/transfers/{row.pk}/",
            number=row.award.number,
            title=row.award.title,
            pool=getattr(row.pool, f"name_{person.language}"),
            given=hours(row.given, person.language),
            product=getattr(row.product, f"name_{person.language}"),
            got=hours(row.got, person.language),
        )


@action
def note_reading(*, by: Actor, now: datetime, transfer: Transfer) -> None:
    """Notes that staff or an auditor opened an organisation's transfer."""
    organisation = transfer.award.organisation_id
    journal.read(by=by, now=now, what="view", kind="transfer", subject=transfer.pk, organisation=organisation)


@action
def note_search(*, by: Actor, now: datetime) -> None:
    """Notes that staff or an auditor looked through the transfers."""
    journal.read(by=by, now=now, what="search", kind="transfer", subject="all")


@action
def note_download(*, by: Actor, now: datetime, purpose: str) -> None:
    """Notes that staff or an auditor took the list of transfers with them, and what for."""
    journal.read(by=by, now=now, what="download", kind="transfer", subject="all", purpose=purpose)
