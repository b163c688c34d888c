"""What tenants report each month: noted as owed, reminded of, handed in, corrected by a further version."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.camp.rules import reason_of
from madang.portal.journal.actions import record
from madang.portal.tenancies import queries, rules
from madang.portal.tenancies.actions import tell
from madang.portal.tenancies.models import MonthDuty, MonthReport, Tenancy
from madang.portal.tenancies.rules import MonthFigures
from madang.portal.transactions import action
from madang.values import Month


@action
def owe(*, now: datetime, tenancy: int) -> int:
    """Notes the months that are over and of which a tenancy had a day; gives how many were new."""
    row = Tenancy.objects.filter(pk=tenancy, state__in=rules.LIVED).first()
    if row is None:
        return 0
    last = MonthDuty.objects.filter(tenancy=row).order_by("-month").values_list("month", flat=True).first()
    since = Month.parse(last) if last else None
    months = rules.months_owed(row.starts_on, row.ends_on, since, queries.today(now))
    duties = [MonthDuty(tenancy=row, month=str(month), due_on=rules.due_on(month)) for month in months]
    MonthDuty.objects.bulk_create(duties)
    if months:
        listed = [str(month) for month in months]
        record(by=WORKER, now=now, did="tenancies.owe", kind="tenancy", subject=tenancy, months=listed)
    return len(months)


@action
def remind(*, now: datetime, duty: int) -> None:
    """Writes to the owners that a report is due, and once more when it is late. Stale where nothing is to be told."""
    row = MonthDuty.objects.select_related("tenancy__organisation").filter(pk=duty, versions__isnull=True).first()
    late = row is not None and row.due_on < queries.today(now)
    if row is None or (row.told and not (late and row.told == 1)):
        raise Stale("monthduty")
    told = 2 if late else 1
    if not MonthDuty.objects.filter(pk=duty, told=row.told).update(told=told):
        raise Stale("monthduty")
    code = "month_report_late" if late else "month_report_due"
    tell(row.tenancy, now, code, key=str(row.month), month=row.month, day=row.due_on.isoformat())
    record(by=WORKER, now=now, did="tenancies.remind", kind="tenancy", subject=row.tenancy_id, month=row.month)


@action
def hand_in(
    *, by: Actor, now: datetime, tenancy: int, month: str, figures: MonthFigures, version: int, why: str = ""
) -> MonthReport:
    """Hands a month's figures in; after the first version (`version` 0 was seen), a further one with the reason.

    Refused: ``month_not_owed``, ``camp_reason_needed``, and as `rules.checked_figures`; Stale where another version
    came first.
    """
    duty = MonthDuty.objects.select_related("tenancy").filter(tenancy=tenancy, month=month).first()
    if duty is None:
        raise Refused("month_not_owed")
    person = rules.refuse_unless_member(by, duty.tenancy.organisation_id)
    last = MonthReport.objects.filter(duty=duty).count()
    if last != version:
        raise Stale("monthreport")
    given = asdict(rules.checked_figures(figures)) | {"why": reason_of(why) if last else ""}
    try:
        with transaction.atomic():
            made = MonthReport.objects.create(
                duty=duty, version=last + 1, handed_in_by_id=person, handed_in_at=now, **given
            )
    except IntegrityError as error:
        raise Stale("monthreport") from error
    facts = {"month": month, "version": made.version}
    record(by=by, now=now, did="tenancies.hand_in", kind="tenancy", subject=tenancy, **facts)
    return made
