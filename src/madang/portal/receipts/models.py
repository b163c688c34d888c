"""Tables of money in: banks, their files, receipts, what was put onto statements, and how what is owed is chased."""

from django.db import models
from django.db.models import F, Q

from madang.portal.billing.models import Statement
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.files.models import StoredFile
from madang.portal.people.models import Organisation, Person
from madang.portal.receipts.rules import Found, PostingKind


class Bank(models.Model):
    """An account of the centre; `columns` maps our words for a receipt's parts to the headings of the bank's file."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    columns = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()


class ReceiptFile(models.Model):
    """A file of a bank that was brought in: `stored` receipts were new, `repeated` were here already."""

    bank = models.ForeignKey(Bank, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=150)
    stored = models.PositiveIntegerField()
    repeated = models.PositiveIntegerField()
    imported_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bank", "file"], name="receiptfile_once")]


class Receipt(models.Model):
    """Money that came in, as the bank's file says. Only `left`, what is on no statement yet, ever changes."""

    file = models.ForeignKey(ReceiptFile, on_delete=models.PROTECT, related_name="receipts")
    place = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, unique=True)
    paid_on = models.DateField()
    amount = models.BigIntegerField()
    payer = models.CharField(max_length=120, blank=True)
    text = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    left = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["paid_on"], condition=Q(left__gt=0), name="receipt_with_rest")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_amount_above_zero"),
            models.CheckConstraint(condition=Q(left__gte=0) & Q(left__lte=F("amount")), name="receipt_left_within"),
        ]


class Received(models.Model):
    """What an issued statement has received: the sum of its postings, moved with them in their transaction.

    `least` is nought, or what the statement asks for where it gives money back; no more than that can leave it.
    """

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="received")
    amount = models.BigIntegerField(default=0)
    least = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=F("least")) & Q(least__lte=0), name="received_not_negative")
        ]


class Posting(models.Model):
    """Won put onto a statement (above zero) or taken off it (below); never changed, never deleted.

    A match comes from a receipt; undone, it is reversed by a row of its own. A credit is a row on each of two
    statements, each of which names the other. A refund leaves the centre.
    """

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="postings")
    kind = models.CharField(max_length=10, choices=choices(PostingKind))
    amount = models.BigIntegerField()
    receipt = models.ForeignKey(Receipt, null=True, on_delete=models.PROTECT, related_name="postings")
    found = models.CharField(max_length=10, choices=choices(Found), null=True)
    other = models.ForeignKey(Statement, null=True, on_delete=models.PROTECT, related_name="+")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    reason = models.CharField(max_length=300, blank=True)
    document_number = models.CharField(max_length=60, blank=True)
    posted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("posting", "kind", PostingKind),
            exactly_when("posting_match_has_receipt", Q(kind="match"), "receipt", "found"),
            exactly_when("posting_credit_has_other", Q(kind="credit"), "other"),
            models.CheckConstraint(condition=~Q(amount=0), name="posting_amount_not_nought"),
            models.CheckConstraint(
                condition=~Q(kind="match")
                | Q(amount__gt=0, reverses__isnull=True)
                | Q(amount__lt=0, reverses__isnull=False),
                name="posting_match_or_reversal",
            ),
            models.CheckConstraint(
                condition=~Q(kind="refund") | Q(amount__lt=0) & ~Q(document_number=""), name="posting_refund_approved"
            ),
            models.CheckConstraint(condition=Q(kind="match") | Q(reverses__isnull=True), name="posting_match_undone"),
            models.CheckConstraint(condition=~Q(other=F("statement")), name="posting_between_two"),
        ]


class Chase(models.Model):
    """That a statement was chased at one of the set days after its due day, and how many people were written to."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="chases")
    stage = models.PositiveSmallIntegerField()
    owed = models.BigIntegerField()
    written_to = models.PositiveSmallIntegerField()
    chased_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "stage"], name="chase_once_a_stage"),
            models.CheckConstraint(condition=Q(owed__gt=0), name="chase_of_what_is_owed"),
        ]


class ChaseStop(models.Model):
    """That an organisation is not chased, [stopped_at, ended_at), and why."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="chase_stops")
    reason = models.CharField(max_length=300)
    stopped_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    stopped_at = models.DateTimeField()
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(ended_at__isnull=True), name="chasestop_in_force_once"
            ),
            exactly_when("chasestop_ended_by_whom", Q(ended_at__isnull=False), "ended_by"),
        ]
