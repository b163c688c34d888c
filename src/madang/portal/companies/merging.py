"""Makes two companies one and undoes it: each keeps its own history, and the address of one leads to the other."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.companies import rules
from madang.portal.companies.actions import KIND, stand, turn
from madang.portal.companies.models import Company
from madang.portal.journal.actions import record
from madang.portal.transactions import action


@action
def merge(*, by: Actor, now: datetime, company: int, version: int, into: int) -> None:
    """A company becomes part of another one, with all that was merged into it before.

    Its stages, notes, papers and support stay its own rows and are shown with the other's. Its next step ends: the
    other company has one. Refused: ``company_merged`` (either is part of another already), ``company_same``; Stale.
    """
    rules.refuse_unless_keeper(by)
    if company == into:
        raise Refused("company_same", field="into")
    if not Company.objects.filter(pk=into, lead__isnull=True).update(version=F("version") + 1):
        raise Refused("company_merged", field="into")
    step = {"next_step": "", "next_owner": None, "next_due": None, "next_told": 0}
    turn(company, version, merged_into=into, lead=into, merged_at=now, **step)
    Company.objects.filter(lead=company).update(lead=into)
    stand(into)
    record(by=by, now=now, did="companies.merge", kind=KIND, subject=company, into=into)


@action
def part(*, by: Actor, now: datetime, company: int) -> None:
    """Undoes a merge: the company stands for itself again, with all that had been merged into it before. Stale."""
    rules.refuse_unless_keeper(by)
    row = Company.objects.filter(pk=company, merged_into__isnull=False).first()
    if row is None or row.lead_id is None:
        raise Stale("company")
    lead, own = row.lead_id, _below(company, row.lead_id)
    # whoever decides about the one that stays at the same moment comes after this, and finds it changed
    Company.objects.filter(pk=lead).update(version=F("version") + 1)
    parted = {"merged_into": None, "lead": None, "merged_at": None, "version": F("version") + 1}
    if not Company.objects.filter(pk=company, version=row.version, lead=lead).update(**parted):
        raise Stale("company")
    Company.objects.filter(pk__in=own).update(lead=company)
    stand(lead)
    stand(company)
    record(by=by, now=now, did="companies.part", kind=KIND, subject=company, lead=lead)


def _below(company: int, lead: int) -> list[int]:
    """Which of the companies under a lead came to it by way of this one."""
    into = dict(Company.objects.filter(lead=lead).values_list("pk", "merged_into"))
    found: list[int] = []
    for start in into:
        at = start
        while at in into and at != company:
            at = into[at]
        if at == company and start != company:
            found.append(start)
    return found
