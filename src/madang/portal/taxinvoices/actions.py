"""Keeps what tax invoices name an organisation by."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.journal.actions import record
from madang.portal.taxinvoices import rules
from madang.portal.taxinvoices.models import TaxParty
from madang.portal.transactions import action


@action
def set_party(
    *,
    by: Actor,
    now: datetime,
    organisation: int,
    representative: str,
    address: str,
    email: str,
    business_type: str = "",
    business_item: str = "",
    version: int = 0,
) -> TaxParty:
    """Notes an organisation's particulars (`version` 0) or changes them; Stale where somebody was first.

    Refused: "not_allowed_for_role", "tax_party_incomplete".
    """
    if not rules.may_set(by, organisation):
        raise Refused("not_allowed_for_role")
    given = {
        "representative": representative.strip(),
        "address": address.strip(),
        "email": email.strip(),
        "business_type": business_type.strip(),
        "business_item": business_item.strip(),
        "changed_at": now,
    }
    if not (given["representative"] and given["address"] and given["email"]):
        raise Refused("tax_party_incomplete")
    if version:
        rows = TaxParty.objects.filter(organisation=organisation, version=version)
        if not rows.update(**given, version=F("version") + 1):
            raise Stale("organisation")
    else:
        try:
            with transaction.atomic():
                TaxParty.objects.create(organisation_id=organisation, **given)
        except IntegrityError as error:
            raise Stale("organisation") from error
    record(by=by, now=now, did="taxinvoices.set_party", kind="organisation", subject=organisation)
    return TaxParty.objects.get(organisation=organisation)
