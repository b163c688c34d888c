"""Asks for a supplement, sets it lower, turns it down, and grants it by two people as a line of the award."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from madang.accounting.ledger import Balances
from madang.errors import Refused, Stale
from madang.portal.actors import Actor, Role
from madang.portal.approvals import actions as approvals
from madang.portal.approvals import queries as drafts
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.awards import actions as awards
from madang.portal.awards.models import Award, AwardLine
from madang.portal.awards.queries import owner_of
from madang.portal.awards.rules import AwardState, Line, seconds_of
from madang.portal.entitlements import queries as entitlements
from madang.portal.journal import actions as journal
from madang.portal.ledger import queries as ledger
from madang.portal.people import actions as people
from madang.portal.people import queries as persons
from madang.portal.supplements import queries, rules
from madang.portal.supplements.models import Supplement
from madang.portal.supplements.rules import SupplementState
from madang.portal.transactions import action

KIND = ApprovalKind.GRANT_SUPPLEMENT


@action
def ask(*, by: Actor, now: datetime, award: int, product: str, quantity: int, reasons: str) -> Supplement:
    """An owner asks for more of a product of an award in force, by the rule of this day.

    Refused: "not_found", "not_allowed_for_role", "supplement_not_running", "supplement_no_rule", "supplement_unknown",
    "supplement_none_left", "supplement_quantity" (most), "supplement_too_early" (percent), "supplement_reasons",
    "supplement_asked".
    """
    row = Award.objects.filter(pk=award, organisation__in=by.memberships).first()
    if row is None:
        raise Refused("not_found")
    if not by.owner_of(row.organisation_id):
        raise Refused("not_allowed_for_role")
    if row.state != AwardState.IN_FORCE:
        raise Refused("supplement_not_running")
    if Supplement.objects.filter(award=award, state__in=rules.STANDING).exists():
        raise Refused("supplement_asked")
    rule = entitlements.supplement_on(now.astimezone(settings.MADANG_ZONE).date())
    if rule is None:
        raise Refused("supplement_no_rule")
    lines = AwardLine.objects.filter(award=award, added_on__isnull=True).select_related("product__pool")
    line = lines.filter(product__code=product).first()
    if line is None:
        raise Refused("supplement_unknown", field="product")
    rules.check_quantity(quantity, queries.offer_of(line, rule, now).most)
    sums = ledger.balances(owner_of(award)).get(line.product.pool_id, Balances())
    rules.check_used(sums.used + sums.held, sums.granted, rule.from_percent)
    what = {"award": row, "line": line, "rule": rule, "asked": quantity, "quantity": quantity}
    given = _text(reasons, "reasons", 4000)
    try:
        with transaction.atomic():
            made = Supplement.objects.create(**what, reasons=given, asked_by_id=by.person, asked_at=now)
    except IntegrityError as error:
        raise Refused("supplement_asked") from error
    facts = {"award": award, "product": product, "quantity": quantity, "rule": rule.code}
    journal.record(by=by, now=now, did="supplements.ask", kind="supplement", subject=made.pk, **facts)
    return made


def _text(text: str, field: str, most: int = 1000) -> str:
    if not text.strip():
        raise Refused("supplement_reasons", field=field)
    return text.strip()[:most]


def _for_manager(by: Actor, supplement: int) -> Supplement:
    """A supplement that waits and is not before an approver."""
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")
    row = queries.supplements(by).filter(pk=supplement).first()
    if row is None:
        raise Refused("not_found")
    _check_waits(row)
    return row


def _check_waits(row: Supplement) -> None:
    rules.check_open(row.state)
    if drafts.waiting_for(KIND, row.pk) is not None:
        raise Refused("supplement_draft_waits")


def _change(row: Supplement, **values: object) -> None:
    same = Supplement.objects.filter(pk=row.pk, state=SupplementState.ASKED, quantity=row.quantity)
    if not same.update(**values):
        raise Stale("supplement")


@action
def lower(*, by: Actor, now: datetime, supplement: int, quantity: int, reason: str) -> None:
    """Sets what is to be granted below what was asked for, for a reason that the organisation reads.

    Refused: "not_allowed_for_role", "not_found", "supplement_decided", "supplement_draft_waits",
    "supplement_quantity" (most), "supplement_reasons".
    """
    row = _for_manager(by, supplement)
    rules.check_quantity(quantity, row.quantity - 1)
    _change(row, quantity=quantity, less_reason=_text(reason, "reason"))
    facts = {"before": row.quantity, "quantity": quantity}
    journal.record(by=by, now=now, did="supplements.lower", kind="supplement", subject=row.pk, **facts)


@action
def refuse(*, by: Actor, now: datetime, supplement: int, reason: str) -> None:
    """Grants nothing, for a reason that the organisation reads; it may ask anew. Refused as `lower`."""
    row = _for_manager(by, supplement)
    given = {"decision": _text(reason, "reason"), "decided_by": by.person, "decided_at": now}
    _change(row, state=SupplementState.REFUSED, **given)
    journal.record(by=by, now=now, did="supplements.refuse", kind="supplement", subject=row.pk)
    _tell(row, now, "supplement_refused")


@action
def withdraw(*, by: Actor, now: datetime, supplement: int) -> None:
    """Takes back, for an owner, what is not decided and not before an approver; he may ask anew.

    Refused: "not_allowed_for_role", "not_found", "supplement_decided", "supplement_draft_waits". Stale.
    """
    row = queries.supplements(by).filter(pk=supplement).first()
    if row is None:
        raise Refused("not_found")
    if not by.owner_of(row.award.organisation_id):
        raise Refused("not_allowed_for_role")
    _check_waits(row)
    _change(row, state=SupplementState.WITHDRAWN, decided_by=by.person, decided_at=now)
    journal.record(by=by, now=now, did="supplements.withdraw", kind="supplement", subject=row.pk)


@action
def draft(*, by: Actor, now: datetime, supplement: int, comment: str) -> Approval:
    """Lays a supplement before an approver; the comment is the decision's reason. Refused as `lower`."""
    row = _for_manager(by, supplement)
    facts = {"number": row.award.number, "product": row.line.product.code, "quantity": row.quantity}
    reason = _text(comment, "comment")
    return approvals.draft(by=by, now=now, kind=KIND, subject=row.pk, comment=reason, **facts)


@action
def grant(*, by: Actor, now: datetime, supplement: int, comment: str, document_number: str) -> None:
    """The second person grants it: one more line of the award, its capacity promised and its computing granted.

    Refused as `approvals.actions.approve`, and "not_found", "supplement_decided", "supplement_none_left",
    "supplement_quantity" (most) where fewer months are left than were, "capacity_exceeded".
    """
    row = queries.supplements(by).filter(pk=supplement).first()
    if row is None:
        raise Refused("not_found")
    given = {"comment": comment, "document_number": document_number}
    approval = approvals.approve(by=by, now=now, kind=KIND, subject=row.pk, **given)
    rules.check_open(row.state)
    one = queries.offer_of(row.line, row.rule, now)
    rules.check_quantity(row.quantity, one.most)
    added = awards.add(by=by, now=now, award=row.award_id, line=_line(row, one))
    done = {"decision": approval.draft_comment, "decided_by": by.person, "decided_at": now}
    _change(row, state=SupplementState.GRANTED, added=added, **done)
    facts = {"award": row.award_id, "line": added.pk, "seconds": added.seconds}
    journal.record(by=by, now=now, did="supplements.grant", kind="supplement", subject=row.pk, **facts)
    _tell(row, now, "supplement_granted")


def _line(row: Supplement, one: queries.Offer) -> Line:
    product = row.line.product
    span = {"first_month": one.first_month, "months": one.months}
    seconds = seconds_of(
        by_hour=queries.given_by(row.line).by_hour,
        quantity=row.quantity,
        units=product.units,
        zone=settings.MADANG_ZONE,
        **span,
    )
    return Line(product=product.pk, asked=row.asked, quantity=row.quantity, seconds=seconds, **span)


def _tell(row: Supplement, now: datetime, code: str) -> None:
    for person in persons.owners(row.award.organisation_id):
        people.write_mail(
            person,
            now=now,
            code=code,
            key=f"{code}-{row.pk}-{person.pk}",
            link=f"/supplements/{row.pk}/",
            number=row.award.number,
            title=row.award.title,
            product=getattr(row.line.product, f"name_{person.language}"),
            quantity=row.quantity,
        )


@action
def note_reading(*, by: Actor, now: datetime, supplement: Supplement) -> None:
    """Notes that staff or an auditor opened an organisation's supplement."""
    organisation = supplement.award.organisation_id
    journal.read(by=by, now=now, what="view", kind="supplement", subject=supplement.pk, organisation=organisation)


@action
def note_search(*, by: Actor, now: datetime) -> None:
    """Notes that staff or an auditor looked through the supplements."""
    journal.read(by=by, now=now, what="search", kind="supplement", subject="all")
