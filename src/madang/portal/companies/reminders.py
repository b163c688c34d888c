"""Reminders of next steps: whom to write to, once before the day and once when it is long over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from madang.portal.actors import WORKER
from madang.portal.companies import queries
from madang.portal.companies.models import Company
from madang.portal.companies.rules import TELL_BEFORE, TELL_LATE
from madang.portal.journal.actions import record
from madang.portal.outbox.actions import write
from madang.portal.transactions import action


def due(now: datetime) -> list[int]:
    """Companies whose next step has to be told of, the longest due first."""
    day = queries.today(now)
    soon = Q(next_told=0, next_due__lte=day + timedelta(days=TELL_BEFORE))
    late = Q(next_told=1, next_due__lte=day - timedelta(days=TELL_LATE))
    return list(Company.objects.filter(soon | late).order_by("next_due", "pk").values_list("pk", flat=True))


@action
def tell(*, now: datetime, company: int) -> int:
    """Writes to the owner of a step, if it still has to be; 1 where a mail was written.

    Whoever no longer works for the body is not written to; the step stays on the list of what is late.
    """
    row = Company.objects.select_related("next_owner").filter(pk=company, pk__in=due(now)).first()
    if row is None or row.next_owner is None or row.next_due is None:
        return 0
    late = row.next_due <= queries.today(now) - timedelta(days=TELL_LATE)
    told = {"next_told": 2 if late else 1}
    if not Company.objects.filter(pk=company, version=row.version, next_told=row.next_told).update(**told):
        return 0
    owner = row.next_owner
    if not owner.email or not queries.owners().filter(pk=owner.pk).exists():
        return 0
    write(
        now=now, key=f"company-step-{row.pk}-{row.version}-{told['next_told']}",
        code="company_step_late" if late else "company_step_due", person=owner.pk, address=owner.email,
        language=owner.language, link=reverse("company", args=[row.pk]), company=row.name, step=row.next_step,
        due=row.next_due.isoformat(),
    )  # fmt: skip
    record(by=WORKER, now=now, did="companies.remind", kind="company", subject=row.pk, owner=owner.pk)
    return 1
