"""Reads sanctions, what counts for them by date, and the money that came in for them, as far as the actor may see."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, MemberRole, Role
from madang.portal.awards.models import Award
from madang.portal.billing import withdrawals
from madang.portal.billing.models import Support
from madang.portal.entitlements import queries as entitlements
from madang.portal.entitlements.models import Entitlement
from madang.portal.entitlements.rules import EntitlementKind
from madang.portal.funding.models import FundingSource
from madang.portal.receipts.matching import demand_number
from madang.portal.sanctions.models import Recovered, Sanction, SanctionTerms
from madang.portal.sanctions.rules import DEMANDS, HEARD, STANDING, SanctionAct, SanctionState, Terms, shown
from madang.portal.tasks import Task


def today(now: datetime) -> date:
    """The centre's calendar day."""
    return now.astimezone(settings.MADANG_ZONE).date()


def terms(by: Actor) -> QuerySet[SanctionTerms]:
    """What counts by date, the latest first; for staff and auditors."""
    rows = SanctionTerms.objects.select_related("set_by").order_by("-starts_on")
    return rows if by.reads_everything else rows.none()


def terms_on(day: date) -> Terms | None:
    """What counts on a day."""
    names = list(Terms.__dataclass_fields__)
    row = SanctionTerms.objects.filter(starts_on__lte=day).order_by("-starts_on").values(*names).first()
    return Terms(**row) if row else None


def sanctions(by: Actor) -> QuerySet[Sanction]:
    """All for staff and auditors, newest first; for members those of their organisations that they were told of."""
    rows = Sanction.objects.select_related(
        "organisation", "award", "source", "rule", "found_by", "noticed_by", "decided_by"
    )
    rows = rows.order_by("-pk")
    return rows if by.reads_everything else rows.filter(organisation__in=by.memberships, noticed_at__isnull=False)


def number(row: Sanction) -> str:
    """The number under which an act is written of and paid: S-000017."""
    return demand_number(row.pk)


def state(row: Sanction, now: datetime) -> str:
    """The state as people read it at this moment."""
    return shown(
        row.state,
        answer_by=row.answer_by,
        amount=row.amount if row.act in DEMANDS else None,
        received=row.received,
        ends_on=row.ends_on,
        at=now,
        today=today(now),
    )


def last_day(row: Sanction) -> date | None:
    """The last day of a ban."""
    return row.ends_on - timedelta(days=1) if row.ends_on else None


def awards_of(by: Actor, organisation: int) -> QuerySet[Award]:
    """The awards of an organisation that something was supported of; for staff and auditors."""
    rows = Award.objects.filter(Exists(Support.objects.filter(award=OuterRef("pk"))), organisation=organisation)
    rows = rows.order_by("-pk")
    return rows if by.reads_everything else rows.none()


def sources(by: Actor) -> QuerySet[FundingSource]:
    """Every funding source, for staff and auditors."""
    rows = FundingSource.objects.order_by("pk")
    return rows if by.reads_everything else rows.none()


def supported(award: int, source: int, year: int) -> int:
    """Won that a source gave an award in a fiscal year, by the statements that are issued."""
    rows = Support.objects.filter(award=award, source=source, year=year)
    return int(rows.aggregate(sum=Sum("amount"))["sum"] or 0)


def supports(by: Actor, organisation: int) -> list[tuple[str, FundingSource, int, int]]:
    """What each source gave each award of an organisation by fiscal year, for whoever finds something: award number,
    source, year, won.
    """
    if not by.reads_everything:
        return []
    known = {row.pk: row for row in sources(by)}
    rows = Support.objects.filter(award__organisation=organisation).order_by("-year", "award__number", "source")
    found = rows.values_list("award__number", "source", "year").annotate(sum=Sum("amount"))
    return [(award, known[source], year, won) for award, source, year, won in found]


def discounts(by: Actor, organisation: int) -> list[tuple[str, date, int]]:
    """What is left of each award's discounts by month of use, for whoever finds something: award number, month, won."""
    return withdrawals.months_of(by, organisation)


def back_charge_rules(by: Actor) -> QuerySet[Entitlement]:
    """The published rules by which discounts are withdrawn."""
    return entitlements.listed(by).filter(kind=EntitlementKind.BACK_CHARGE)


def booked(row: Sanction) -> list[tuple[str, int]]:
    """What a back charge put onto statements, by month: won, below nought where it was given back."""
    return withdrawals.of_act(number(row)) if row.act == SanctionAct.BACK_CHARGE else []


def payable(pk: int) -> Sanction | None:
    """A demand that stands, of money."""
    return Sanction.objects.filter(pk=pk, state__in=STANDING, act__in=DEMANDS).first()


def moneys(row: Sanction) -> list[Recovered]:
    """What was put onto a demand and taken off it, in order."""
    rows = Recovered.objects.filter(sanction=row).select_related("receipt", "posted_by").order_by("pk")
    return list(rows.annotate(undone=Exists(Recovered.objects.filter(reverses=OuterRef("pk")))))


def of_receipt(receipt: int) -> list[Recovered]:
    """The demands that a receipt pays, in the order in which it was booked."""
    return list(Recovered.objects.filter(receipt=receipt).select_related("sanction__organisation").order_by("pk"))


def matches(by: Actor) -> QuerySet[Recovered]:
    """Matches that stand, for staff and auditors."""
    rows = Recovered.objects.filter(kind="match", amount__gt=0, reversed_by__isnull=True)
    rows = rows.select_related("sanction", "receipt")
    return rows if by.reads_everything else rows.none()


def received_in(year: int) -> dict[int, dict[str, int]]:
    """Won that came in for each funding source in a fiscal year, by act: what was paid back is taken off."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Recovered.objects.filter(year=year).order_by().values_list("sanction__source", "sanction__act")
    for source, act, won in rows.annotate(sum=Sum("amount")):
        found[source][act] = won
    return dict(found)


def check_books() -> list[str]:
    """Demands whose money is not the sum of its rows, by number; nothing when all agree."""
    moved = dict(Recovered.objects.order_by().values_list("sanction").annotate(sum=Sum("amount")))
    rows = Sanction.objects.filter(Q(pk__in=moved) | ~Q(received=0)).values_list("pk", "received")
    return [demand_number(pk) for pk, received in rows if moved.get(pk, 0) != received]


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For an owner: notices that can still be answered, and demands that are to be paid."""
    owned = [organisation for organisation, role in by.memberships.items() if role is MemberRole.OWNER]
    if not owned:
        return []
    found = []
    answer, pay = gettext("Prior notice {number}: answer it"), gettext("Demand {number}: pay it")
    open_ones = Q(state=SanctionState.NOTICED, answer_by__gt=now)
    owing = Q(state__in=STANDING, act__in=DEMANDS, amount__gt=F("received"))
    for row in Sanction.objects.filter(open_ones | owing, organisation__in=owned).order_by("pk"):
        noticed = row.state == SanctionState.NOTICED
        text = (answer if noticed else pay).format(number=number(row))
        found.append(Task(text, reverse("sanction", args=[row.pk]), 1, row.answer_by if noticed else None))
    return found


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For a programme manager: acts whose time to answer is over, and appeals."""
    if not by.has(Role.PROGRAMME_MANAGER):
        return []
    waiting = Q(state__in=HEARD, answer_by__lte=now) | Q(state=SanctionState.APPEALED)
    count = Sanction.objects.filter(waiting).count()
    return (
        [Task(gettext("Recoveries, surcharges, back charges and bans to decide"), reverse("sanctions"), count)]
        if count
        else []
    )


def bans_of(by: Actor, day: date) -> QuerySet[Sanction]:
    """Bans that count on a day, as far as the actor may see them."""
    return sanctions(by).filter(act=SanctionAct.BAN, state__in=STANDING, starts_on__lte=day, ends_on__gt=day)
