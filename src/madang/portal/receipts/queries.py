"""Reads receipts and what is owed, as far as the actor may see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Prefetch, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor, MemberRole
from madang.portal.billing import queries as billing
from madang.portal.billing.models import Statement
from madang.portal.billing.rules import StatementState
from madang.portal.people.models import Organisation
from madang.portal.receipts.matching import Money, Owed
from madang.portal.receipts.models import Bank, Chase, ChaseStop, Posting, Receipt, ReceiptFile, Received
from madang.portal.receipts.rules import CASHIERS, Balance, aged, stage_reached
from madang.portal.sanctions.models import Recovered
from madang.portal.tasks import Task


@dataclass(frozen=True)
class Debtor:
    """An organisation with what it owes by age (five figures) and in all, and what it has paid too much."""

    organisation: Organisation
    ages: tuple[int, ...]
    owed: int
    excess: int
    stopped: bool


def with_received(rows: QuerySet[Statement]) -> QuerySet[Statement]:
    """The same statements with `received_won`, and `asked_won`: what they ask for after their credit notes."""
    return rows.annotate(received_won=Coalesce(F("received__amount"), 0), asked_won=F("payable") - F("credited"))


def balance(statement: Statement) -> Balance:
    """Of an issued statement that came with `received_won`."""
    return Balance(statement.asked_won, statement.received_won, statement.due_on)


def issued(by: Actor) -> QuerySet[Statement]:
    """Issued statements with what they received, first due first: one's organisations'; all for staff and auditors."""
    rows = billing.statements(by).filter(state=StatementState.ISSUED).order_by("due_on", "number")
    return with_received(rows)


def open_ones(by: Actor) -> QuerySet[Statement]:
    """Of these, those that are not evenly paid: too little, or too much."""
    return issued(by).exclude(received_won=F("asked_won"))


def debtors(rows: Iterable[Statement], today: date) -> list[Debtor]:
    """Statements put together by organisation, who owes most first; one query for stops."""
    found: dict[int, list[Statement]] = {}
    for row in rows:
        found.setdefault(row.organisation_id, []).append(row)
    stopped = set(ChaseStop.objects.filter(ended_at__isnull=True).values_list("organisation", flat=True))
    listed = []
    for organisation, statements in found.items():
        balances = [balance(row) for row in statements]
        ages = aged(balances, today)
        excess = sum(one.excess for one in balances)
        listed.append(Debtor(statements[0].organisation, ages, sum(ages), excess, organisation in stopped))
    return sorted(listed, key=lambda one: (-one.owed, -one.excess, one.organisation.pk))


def receipts(by: Actor) -> QuerySet[Receipt]:
    """Every receipt with what it pays, newest first, for staff and auditors; nothing for others."""
    rows = Receipt.objects.select_related("file__bank").order_by("-paid_on", "-pk")
    postings = Posting.objects.select_related("statement__organisation", "posted_by").order_by("pk")
    postings = postings.annotate(undone=Exists(Posting.objects.filter(reverses=OuterRef("pk"))))
    return rows.prefetch_related(Prefetch("postings", postings)) if by.reads_everything else rows.none()


def postings(statement: int) -> list[Posting]:
    """What was put onto a statement and taken off it, in order; for somebody who may see the statement."""
    rows = Posting.objects.filter(statement=statement).select_related("receipt", "other", "posted_by")
    return list(rows.order_by("pk"))


def matches(by: Actor) -> QuerySet[Posting]:
    """Matches that stand, for staff and auditors."""
    rows = Posting.objects.filter(kind="match", amount__gt=0, reversed_by__isnull=True)
    rows = rows.select_related("receipt", "statement")
    return rows if by.reads_everything else rows.none()


def chases(statement: int) -> list[Chase]:
    """When a statement was chased."""
    return list(Chase.objects.filter(statement=statement).order_by("stage"))


def stop_of(organisation: int) -> ChaseStop | None:
    """The stop in force for an organisation."""
    return ChaseStop.objects.filter(organisation=organisation, ended_at__isnull=True).first()


def banks(by: Actor) -> QuerySet[Bank]:
    """The centre's accounts, for staff and auditors."""
    rows = Bank.objects.order_by("code")
    return rows if by.reads_everything else rows.none()


def files(by: Actor) -> QuerySet[ReceiptFile]:
    """The files that were brought in, newest first."""
    rows = ReceiptFile.objects.select_related("bank", "imported_by").order_by("-pk")
    return rows if by.reads_everything else rows.none()


def known_file(bank: int, sha256: str) -> ReceiptFile | None:
    """The same content of the same bank, where it was brought in before."""
    return ReceiptFile.objects.filter(bank=bank, file__sha256=sha256).first()


def known_digests(digests: Iterable[str]) -> set[str]:
    """Those of the digests that are receipts already."""
    wanted, found = list(digests), set()
    for start in range(0, len(wanted), 500):
        rows = Receipt.objects.filter(digest__in=wanted[start : start + 500])
        found |= set(rows.values_list("digest", flat=True))
    return found


def untouched() -> list[Money]:
    """Receipts that were never put onto a statement; what a person took off again is theirs to place."""
    rows = Receipt.objects.filter(left__gt=0, left=F("amount"))
    for table in (Posting, Recovered):
        rows = rows.filter(~Exists(table.objects.filter(receipt=OuterRef("pk"))))
    return [Money(*row) for row in rows.order_by("pk").values_list("pk", "paid_on", "left", "payer", "text")]


def payable() -> list[Owed]:
    """Every issued statement as the matching sees it."""
    rows = with_received(Statement.objects.filter(state=StatementState.ISSUED)).select_related("organisation")
    return [
        Owed(
            row.pk,
            row.number,
            row.organisation_id,
            (row.organisation.name, row.organisation.name_en),
            balance(row).owed,
            row.due_on,
        )
        for row in rows
    ]


def to_chase(today: date) -> list[tuple[Statement, int]]:
    """Overdue statements whose next set day has come, with that day; not those of organisations that are not chased."""
    stopped = ChaseStop.objects.filter(ended_at__isnull=True).values("organisation")
    late = with_received(Statement.objects.filter(state=StatementState.ISSUED, due_on__lt=today))
    rows = late.filter(received_won__lt=F("asked_won")).exclude(organisation__in=stopped)
    rows = rows.prefetch_related("chases").order_by("due_on", "pk")
    found = []
    for row in rows:
        stage = stage_reached(balance(row).days_late(today), settings.MADANG_CHASE_DAYS)
        if stage is not None and all(done.stage < stage for done in row.chases.all()):
            found.append((row, stage))
    return found


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For an owner: statements to pay."""
    owned = [organisation for organisation, role in by.memberships.items() if role is MemberRole.OWNER]
    rows = open_ones(by).filter(organisation__in=owned, received_won__lt=F("asked_won")) if owned else []
    count = len(rows)
    return [Task(gettext("Statements to pay"), reverse("statements"), count)] if count else []


def staff_tasks(by: Actor, now: datetime) -> list[Task]:
    """For those who place money: receipts with something left."""
    count = Receipt.objects.filter(left__gt=0).count() if by.has(*CASHIERS) else 0
    place = f"{reverse('receipts')}?left=1"
    return [Task(gettext("Receipts that wait for a statement"), place, count)] if count else []


def check_books() -> list[str]:
    """What does not agree: each receipt with its matches, each statement with its postings; nothing when all does."""
    moved: Counter[int] = Counter()
    for table in (Posting, Recovered):
        rows = table.objects.filter(receipt__isnull=False).values_list("receipt")
        moved.update(dict(rows.annotate(sum=Sum("amount"))))
    of_receipts = Receipt.objects.values_list("pk", "amount", "left")
    wrong = [f"receipt {pk}" for pk, amount, left in of_receipts if amount - left != moved[pk]]
    posted = dict(Posting.objects.values_list("statement").annotate(sum=Sum("amount")).order_by())
    kept = dict(Received.objects.values_list("statement", "amount"))
    return wrong + [f"statement {pk}" for pk in posted.keys() | kept.keys() if posted.get(pk, 0) != kept.get(pk, 0)]


def counts(by: Actor) -> dict[str, int]:
    """How many receipts there are and what is left of them in won."""
    return receipts(by).order_by().aggregate(count=Count("pk"), left_won=Coalesce(Sum("left"), 0))
