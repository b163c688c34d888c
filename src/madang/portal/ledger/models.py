"""Tables of the book: accounts with their balance, movements between two, totals by month, and closed months."""

from django.db import models
from django.db.models import F, Q

from madang.accounting.ledger import Bucket, Kind
from madang.portal.constraints import choices, exactly_when, one_of, only_when
from madang.portal.resources.models import Pool


class LedgerAccount(models.Model):
    """One bucket of one owner ("award:17") in one pool; the amount is in the pool unit's seconds.

    Only `source` may go below zero: it is where grants come from.
    """

    owner = models.CharField(max_length=40)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    bucket = models.CharField(max_length=10, choices=choices(Bucket))
    amount = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "pool", "bucket"], name="ledgeraccount_once"),
            one_of("ledgeraccount", "bucket", Bucket),
            models.CheckConstraint(condition=Q(bucket="source") | Q(amount__gte=0), name="ledgeraccount_not_overdrawn"),
        ]


class Movement(models.Model):
    """So much moved from one account to another, once: (source, source_key) is unique. Never changed, never deleted."""

    source = models.CharField(max_length=40)
    source_key = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=choices(Kind))
    from_account = models.ForeignKey(
        LedgerAccount, on_delete=models.PROTECT, related_name="movements_out", db_index=False
    )
    to_account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="movements_in", db_index=False)
    amount = models.BigIntegerField()
    subject = models.CharField(max_length=40, blank=True)
    month = models.CharField(max_length=7)
    day = models.DateField()
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    written_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["to_account", "month"], name="movement_to_month"),
            models.Index(fields=["from_account", "month"], name="movement_from_month"),
            models.Index(fields=["subject"], name="movement_by_subject"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "source_key"], name="movement_posted_once"),
            one_of("movement", "kind", Kind),
            models.CheckConstraint(condition=Q(amount__gt=0), name="movement_amount_above_zero"),
            models.CheckConstraint(
                condition=~Q(kind__startswith="transfer") | ~Q(subject=""), name="movement_transfer_has_subject"
            ),
            models.CheckConstraint(condition=~Q(from_account=F("to_account")), name="movement_between_two"),
            models.CheckConstraint(
                condition=Q(month__regex=r"^[0-9]{4}-(0[1-9]|1[0-2])$"), name="movement_month_written"
            ),
        ]


class MonthTotal(models.Model):
    """What came into and went out of an account for one month; moves with the movements in their transaction."""

    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="month_totals")
    month = models.CharField(max_length=7)
    came_in = models.BigIntegerField(default=0)
    went_out = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "month"], name="monthtotal_once")]


class AccountingMonth(models.Model):
    """A month of the books. Once it is closed (`closed_at`), use that comes for it is booked in a later one.

    Statements are issued of a closed month only; then nothing that they rest on may change (`issued_at`).
    `last_number` counts the statements issued for the month, so that their numbers have no gap.
    """

    month = models.CharField(max_length=7, unique=True)
    closed_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    last_number = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(month__regex=r"^[0-9]{4}-(0[1-9]|1[0-2])$"), name="accountingmonth_month_written"
            ),
            exactly_when("accountingmonth_numbers_when_issued", Q(last_number__gt=0), "issued_at"),
            only_when("accountingmonth_issued_when_closed", Q(issued_at__isnull=False), "closed_at"),
        ]


class Adjustment(models.Model):
    """That a movement of a closed month (`month`, by its day) is booked and billed in a later one (`booked`)."""

    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, related_name="adjustment")
    month = models.CharField(max_length=7)
    booked = models.CharField(max_length=7)

    class Meta:
        indexes = [
            models.Index(fields=["month"], name="adjustment_of_month"),
            models.Index(fields=["booked"], name="adjustment_in_month"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(booked__gt=F("month")), name="adjustment_booked_later"),
        ]
