"""Tables of monthly statements, their lines, and their support by who funds it."""

from django.db import models
from django.db.models import F, Q

from madang.portal.awards.models import Award
from madang.portal.billing.rules import StatementState
from madang.portal.bookings.models import Booking
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.creditnotes.rules import NoteReason, NoteState
from madang.portal.funding.models import FundingSource
from madang.portal.people.models import Organisation, Person
from madang.portal.prices.models import Tariff
from madang.portal.resources.models import Pool, Product


class Statement(models.Model):
    """What one organisation used in one month and what it owes, in won; a draft is worked out again until issued.

    `faults` counts the lines that have no price; a statement with one cannot be issued. What is due is below nought
    only where discounts that were withdrawn are given back. `credited` is the sum of its issued credit notes: what it
    still asks for is payable - credited.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="statements")
    month = models.CharField(max_length=7)
    number = models.CharField(max_length=40, null=True, unique=True)
    state = models.CharField(max_length=10, choices=choices(StatementState), default=StatementState.DRAFT)
    reference = models.BigIntegerField(default=0)
    list_price = models.BigIntegerField(default=0)
    discount = models.BigIntegerField(default=0)
    due = models.BigIntegerField(default=0)
    subsidy = models.BigIntegerField(default=0)
    supply = models.BigIntegerField(default=0)
    vat = models.BigIntegerField(default=0)
    payable = models.BigIntegerField(default=0)
    credit = models.BigIntegerField(default=0)
    credited = models.BigIntegerField(default=0)
    faults = models.PositiveIntegerField(default=0)
    worked_out_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)

    class Meta:
        constraints = [
            one_of("statement", "state", StatementState),
            models.UniqueConstraint(fields=["organisation", "month"], name="statement_once_a_month"),
            exactly_when("statement_issued_has_number", Q(state="issued"), "issued_at", "number", "due_on"),
            models.CheckConstraint(
                condition=Q(list_price__gte=0) & Q(credit__gte=0), name="statement_amounts_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(due=F("list_price") - F("discount") - F("credit")), name="statement_due_after_discount"
            ),
            models.CheckConstraint(
                condition=Q(subsidy=F("reference") - F("due") - F("credit")), name="statement_subsidy_is_support"
            ),
            models.CheckConstraint(condition=Q(payable=F("supply") + F("vat")), name="statement_payable_with_vat"),
            models.CheckConstraint(condition=Q(state="draft") | Q(faults=0), name="statement_issued_without_fault"),
            models.CheckConstraint(
                condition=Q(credited=0) | Q(state="issued", credited__gt=0, credited__lte=F("payable")),
                name="statement_credited_within",
            ),
        ]


class StatementLine(models.Model):
    """Days in a row of one award's product under one tariff and the same discounts, both days counted.

    Where a facility was booked, the booking stands where the award stands. `quantity` is product-days (reserved) or
    unit-seconds (used; of a facility by the day too). A line without a tariff has no price and says so in
    `fault`; `discounts` lists those that counted, as code, name and rate of that day, `limits` the self-pay part and
    the ceiling that did, `credits` what was taken off for waits beyond a promise, as code, jobs, hours and sentences.

    A line that `withdraws` prices no use: it takes back the discount of an issued line under the act `act`, or gives it
    back after an appeal. Its discount is below nought then, or above, and its amount due the opposite.
    """

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="lines")
    award = models.ForeignKey(Award, null=True, on_delete=models.PROTECT, related_name="+")
    booking = models.ForeignKey(Booking, null=True, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    tariff = models.ForeignKey(Tariff, null=True, on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    quantity = models.BigIntegerField()
    discounts = models.JSONField(default=list)
    limits = models.JSONField(default=list)
    credits = models.JSONField(default=list)
    fault = models.CharField(max_length=40, blank=True)
    withdraws = models.ForeignKey("self", null=True, on_delete=models.DO_NOTHING, related_name="+")
    act = models.CharField(max_length=20, blank=True)
    reference = models.BigIntegerField(default=0)
    list_price = models.BigIntegerField(default=0)
    discount = models.BigIntegerField(default=0)
    due = models.BigIntegerField(default=0)
    subsidy = models.BigIntegerField(default=0)
    supply = models.BigIntegerField(default=0)
    vat = models.BigIntegerField(default=0)
    payable = models.BigIntegerField(default=0)
    credit = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "award", "product", "first_day"],
                condition=Q(withdraws__isnull=True),
                name="statementline_once",
            ),
            models.UniqueConstraint(
                fields=["statement", "booking", "product", "first_day"], name="statementline_once_a_booking"
            ),
            models.CheckConstraint(
                condition=Q(award__isnull=False, booking__isnull=True)
                | Q(award__isnull=True, booking__isnull=False, withdraws__isnull=True),
                name="statementline_of_award_or_booking",
            ),
            models.UniqueConstraint(
                fields=["statement", "withdraws", "act"],
                condition=Q(withdraws__isnull=False),
                name="statementline_withdraws_once",
            ),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="statementline_days_in_order"),
            models.CheckConstraint(
                condition=Q(withdraws__isnull=True, act="", quantity__gt=0, due__gte=0)
                | Q(withdraws__isnull=False, quantity=0, reference=0, list_price=0, credit=0) & ~Q(act="") & ~Q(due=0),
                name="statementline_amounts",
            ),
            exactly_when("statementline_priced_or_fault", Q(fault=""), "tariff"),
        ]


class CreditNote(models.Model):
    """What is taken off an issued statement, in won above nought; drafted by one person, approved by another.

    `before` is what was credited to the statement when it was drafted: it is issued only while that is still so. What
    its discount and subsidy come to may lie below nought, where a price is lowered afterwards.
    """

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="credit_notes")
    state = models.CharField(max_length=10, choices=choices(NoteState), default=NoteState.DRAFT)
    reason = models.CharField(max_length=10, choices=choices(NoteReason))
    text = models.CharField(max_length=500)
    before = models.BigIntegerField()
    reference = models.BigIntegerField()
    list_price = models.BigIntegerField()
    discount = models.BigIntegerField()
    credit = models.BigIntegerField()
    due = models.BigIntegerField()
    subsidy = models.BigIntegerField()
    supply = models.BigIntegerField()
    vat = models.BigIntegerField()
    payable = models.BigIntegerField()
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    year = models.PositiveSmallIntegerField(null=True)
    place = models.PositiveIntegerField(null=True)
    number = models.CharField(max_length=40, null=True, unique=True)
    written_on = models.DateField(null=True)
    issued_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("creditnote", "state", NoteState),
            one_of("creditnote", "reason", NoteReason),
            models.UniqueConstraint(
                fields=["statement"], condition=Q(state="draft"), name="creditnote_one_draft_a_statement"
            ),
            models.UniqueConstraint(fields=["year", "place"], name="creditnote_number_once"),
            exactly_when(
                "creditnote_issued_has_number", Q(state="issued"), "year", "place", "number", "written_on", "issued_at"
            ),
            models.CheckConstraint(
                condition=Q(payable__gt=0) & Q(payable=F("supply") + F("vat")), name="creditnote_payable_with_vat"
            ),
            models.CheckConstraint(
                condition=Q(due=F("list_price") - F("discount") - F("credit")), name="creditnote_due_after_discount"
            ),
            models.CheckConstraint(
                condition=Q(subsidy=F("reference") - F("due") - F("credit")), name="creditnote_subsidy_is_support"
            ),
        ]


class CreditNoteItem(models.Model):
    """What a credit note takes off one line of its statement; never changed."""

    note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, related_name="items")
    line = models.ForeignKey(StatementLine, on_delete=models.PROTECT, related_name="credit_items")
    quantity = models.BigIntegerField()
    reference = models.BigIntegerField()
    list_price = models.BigIntegerField()
    discount = models.BigIntegerField()
    credit = models.BigIntegerField()
    due = models.BigIntegerField()
    subsidy = models.BigIntegerField()
    supply = models.BigIntegerField()
    vat = models.BigIntegerField()
    payable = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note", "line"], name="creditnoteitem_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0) & Q(supply__gte=0) & Q(vat__gte=0) & Q(payable=F("supply") + F("vat")),
                name="creditnoteitem_amounts",
            ),
        ]


class Support(models.Model):
    """Won of support that an issued statement gave one award in one pool, by who funds it; never changed.

    Without an award it was given to the bookings of the organisation, of the facilities of that pool.
    `year` is the fiscal year: that of the statement's month. Below nought where a price is above its reference price.
    What a credit note changes of it is a row of its own, which names the `note`, in the year in which that was issued.
    """

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="supports")
    award = models.ForeignKey(Award, null=True, on_delete=models.PROTECT, related_name="+")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(FundingSource, on_delete=models.PROTECT, related_name="+")
    note = models.ForeignKey(CreditNote, null=True, on_delete=models.PROTECT, related_name="supports")
    year = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["year", "award"], name="support_of_a_year")]
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "award", "pool", "source"], condition=Q(note__isnull=True), name="support_once"
            ),
            models.UniqueConstraint(fields=["note", "award", "pool", "source"], name="support_once_a_note"),
            # a unique constraint lets two rows without an award stand side by side
            models.UniqueConstraint(
                fields=["statement", "pool", "source"],
                condition=Q(note__isnull=True, award__isnull=True),
                name="support_of_bookings_once",
            ),
            models.UniqueConstraint(
                fields=["note", "pool", "source"],
                condition=Q(award__isnull=True),
                name="support_of_bookings_a_note",
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="support_not_nought"),
        ]


class BackCharge(models.Model):
    """Won of an issued line's discount that an act withdraws (above zero) or gives back (below); never changed.

    It was the part of one funding source, which bears that much less. `booked` is the month whose statement bills it.
    """

    line = models.ForeignKey(StatementLine, on_delete=models.DO_NOTHING, related_name="back_charges")
    act = models.CharField(max_length=20)
    source = models.ForeignKey(FundingSource, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    booked = models.CharField(max_length=7)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    posted_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["booked"], name="backcharge_of_a_month"),
            models.Index(fields=["act"], name="backcharge_of_an_act"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "act", "source"], condition=Q(reverses__isnull=True), name="backcharge_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, reverses__isnull=True) | Q(amount__lt=0, reverses__isnull=False),
                name="backcharge_or_its_reversal",
            ),
        ]
