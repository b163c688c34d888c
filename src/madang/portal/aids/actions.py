"""Sets the terms of living aid, opens a month's list once, and fixes it by two people."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.aids import rules, working
from madang.portal.aids.models import AidList, AidPayment, AidRate
from madang.portal.aids.rules import AidKind, AidTerms
from madang.portal.approvals import actions as approvals
from madang.portal.approvals.models import Approval
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.courses.models import Cohort
from madang.portal.courses.rules import CohortState
from madang.portal.funding import actions as funding
from madang.portal.funding.models import FundingSource
from madang.portal.journal.actions import record
from madang.portal.resources.rules import written_month
from madang.portal.transactions import action

KIND = "aid_list"
BATCH = 500


@action
def set_terms(*, by: Actor, now: datetime, cohort: int, terms: AidTerms) -> AidRate:
    """Sets what a cohort pays from a month on; of two terms of one month the later count.

    Refused: ``not_allowed_for_role``, ``month_not_written``, ``aid_terms_invalid``, ``aid_source_unknown``.
    """
    rules.refuse_unless_setting(by)
    written_month(terms.first_month, field="first_month")
    rules.check_terms(terms)
    if not FundingSource.objects.filter(pk=terms.source).exists():
        raise Refused("aid_source_unknown", field="source")
    given = {"source_id" if name == "source" else name: value for name, value in asdict(terms).items()}
    row = AidRate.objects.create(cohort_id=cohort, set_by_id=by.person, set_at=now, **given)
    facts = {"terms": row.pk, "first_month": terms.first_month, "won": terms.won, "source": terms.source}
    record(by=by, now=now, did="aids.set_terms", kind="cohort", subject=cohort, **facts)
    return row


@action
def open_month(*, by: Actor, now: datetime, cohort: int, month: str, kind: AidKind = AidKind.LIVING) -> AidList:
    """Opens the list of a month that is over; there is one of each kind for each month.

    Refused: ``not_allowed_for_role``, ``month_not_written``, ``aid_month_not_over``, ``aid_month_outside``,
    ``aid_month_opened``.
    """
    rules.refuse_unless_setting(by)
    written_month(month, field="month")
    if not working.over(month, now):
        raise Refused("aid_month_not_over", field="month")
    row = Cohort.objects.get(pk=cohort)
    if row.state not in (CohortState.SELECTED, CohortState.ENDED) or month < f"{row.starts_on:%Y-%m}":
        raise Refused("aid_month_outside", field="month")
    try:
        with transaction.atomic():
            made = AidList.objects.create(kind=kind, cohort=row, month=month, opened_at=now)
    except IntegrityError as error:
        raise Refused("aid_month_opened", field="month") from error
    record(by=by, now=now, did="aids.open_month", kind=KIND, subject=made.pk, cohort=cohort, aid=kind, month=month)
    return made


def _fixable(aids: int) -> tuple[AidList, dict[str, Any]]:
    row = AidList.objects.filter(pk=aids).first()
    if row is None:
        raise Refused("not_found")
    if row.fixed_at is not None:
        raise Refused("aid_fixed")
    found = working.content(row)
    if not found["lines"]:
        raise Refused("aid_nothing")
    return row, found


@action
def draft(*, by: Actor, now: datetime, aids: int, comment: str) -> Approval:
    """Lays a list, as it stands now, before an approver.

    Refused: ``not_allowed_for_role``, ``not_found``, ``aid_fixed``, ``aid_nothing``, and as `working.content` and
    `approvals.draft`.
    """
    rules.refuse_unless_setting(by)
    row, found = _fixable(aids)
    won = sum(line["amount"] for line in found["lines"])
    facts = {"cohort": row.cohort_id, "aid": row.kind, "month": row.month}
    facts |= {"sha256": working.digest(found), "won": won}
    return approvals.draft(by=by, now=now, kind=ApprovalKind.PAY_AID, subject=aids, comment=comment, **facts)


@action
def fix(*, by: Actor, now: datetime, aids: int, comment: str, document_number: str) -> AidList:
    """Approves a drafted list and keeps what everybody gets for good, in the fiscal year of its month.

    Refused as `draft` and `approvals.approve`, ``aid_changed`` where it is no longer what was drafted, and
    ``year_settled``.
    """
    given = {"comment": comment, "document_number": document_number}
    approval = approvals.approve(by=by, now=now, kind=ApprovalKind.PAY_AID, subject=aids, **given)
    # two lists of a cohort come one after the other, so that none pays what the other just did
    Cohort.objects.filter(aid_lists=aids).update(version=F("version") + 1)
    row, found = _fixable(aids)
    sha256 = working.digest(found)
    if sha256 != approval.facts["sha256"]:
        raise Refused("aid_changed")
    year = int(row.month[:4])
    funding.keep_year_open(year=year)
    fixed = {"approval": approval, "sha256": sha256, "fixed_at": now}
    if not AidList.objects.filter(pk=aids, fixed_at__isnull=True).update(**fixed):
        raise Stale("aid_list")
    AidPayment.objects.bulk_create((_payment(row, year, line) for line in found["lines"]), batch_size=BATCH)
    won = sum(line["amount"] for line in found["lines"])
    facts = {"cohort": row.cohort_id, "aid": row.kind, "month": row.month, "sha256": sha256, "won": won}
    record(by=by, now=now, did="aids.fix", kind=KIND, subject=aids, **facts)
    return AidList.objects.get(pk=aids)


def _payment(row: AidList, year: int, line: dict[str, Any]) -> AidPayment:
    who = {"learner_id": line["learner"], "source_id": line["source"], "organisation_id": line["organisation"] or None}
    names = ("of_month", "amount", "days", "came", "held")
    return AidPayment(aids=row, year=year, **who, **{name: line[name] for name in names})
