"""Tables of what counts for sanctions by date, of the acts themselves, and of the money that came in for them."""

from django.db import models
from django.db.models import F, Q

from madang.portal.awards.models import Award
from madang.portal.constraints import choices, exactly_when, one_of, only_when
from madang.portal.entitlements.models import Entitlement
from madang.portal.funding.models import FundingSource
from madang.portal.people.models import Organisation, Person
from madang.portal.receipts.models import Receipt
from madang.portal.sanctions.rules import (
    DEMANDS,
    HEARD,
    OPEN,
    STANDING,
    MoneyKind,
    SanctionAct,
    SanctionGround,
    SanctionState,
)

_MONEY = ~Q(act="ban")
_DEMAND = Q(act__in=sorted(DEMANDS))
_BACK_CHARGE = Q(act="back_charge")
_COUNTED = Q(state__in=sorted({*STANDING, SanctionState.ANNULLED}))


class SanctionTerms(models.Model):
    """What counts from a day on: days to answer, appeal and pay, surcharges in permille of the gain, longest ban."""

    starts_on = models.DateField(unique=True)
    answer_days = models.PositiveSmallIntegerField()
    appeal_days = models.PositiveSmallIntegerField()
    pay_days = models.PositiveSmallIntegerField()
    false_permille = models.PositiveSmallIntegerField()
    excess_permille = models.PositiveSmallIntegerField()
    other_permille = models.PositiveSmallIntegerField()
    ban_months = models.PositiveSmallIntegerField()
    document = models.CharField(max_length=200)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer_days__gte=10) & Q(appeal_days__gte=10) & Q(pay_days__gte=10),
                name="sanctionterms_days",
            ),
            models.CheckConstraint(
                condition=Q(false_permille__lte=5000)
                & Q(excess_permille__lte=5000)
                & Q(other_permille__lte=5000)
                & Q(ban_months__gte=1)
                & Q(ban_months__lte=60),
                name="sanctionterms_figures",
            ),
        ]


class Sanction(models.Model):
    """One act against one organisation. Of money: which award, source and fiscal year; of a ban: so many months.

    `base` is the support recovered, or the gain that a surcharge rests on; `amount` is what is asked for in won, and
    `received` the sum of what came in, moved with it in its transaction. A ban counts on [starts_on, ends_on). A back
    charge withdraws discounts of the use of whole months, both named, by a published `rule`; `base` is what was left of
    them when it was found, and a statement bills it.
    """

    act = models.CharField(max_length=11, choices=choices(SanctionAct))
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sanctions")
    award = models.ForeignKey(Award, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=choices(SanctionState), default=SanctionState.FOUND)
    ground = models.CharField(max_length=12, choices=choices(SanctionGround))
    done_on = models.DateField()
    finding = models.TextField()
    evidence = models.CharField(max_length=300)
    found_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField()
    source = models.ForeignKey(FundingSource, null=True, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(null=True)
    rule = models.ForeignKey(Entitlement, null=True, on_delete=models.PROTECT, related_name="+")
    first_month = models.CharField(max_length=7, null=True)
    last_month = models.CharField(max_length=7, null=True)
    base = models.BigIntegerField(null=True)
    permille = models.PositiveSmallIntegerField(null=True)
    amount = models.BigIntegerField(null=True)
    received = models.BigIntegerField(default=0)
    months = models.PositiveSmallIntegerField(null=True)
    noticed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    noticed_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    reduced_reason = models.CharField(max_length=1000, blank=True)
    decision = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    document_number = models.CharField(max_length=60, blank=True)
    appeal_by = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    appeal = models.TextField(blank=True)
    appealed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    appealed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=1000, blank=True)
    outcome_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    outcome_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["organisation", "act"], name="sanction_of_organisation")]
        constraints = [
            one_of("sanction", "act", SanctionAct),
            one_of("sanction", "state", SanctionState),
            one_of("sanction", "ground", SanctionGround),
            exactly_when("sanction_of_money", _MONEY, "base", "permille", "amount"),
            exactly_when("sanction_of_a_source", _DEMAND, "source", "year"),
            exactly_when("sanction_of_months", _BACK_CHARGE, "rule", "first_month", "last_month"),
            models.CheckConstraint(
                condition=Q(first_month__isnull=True) | Q(first_month__lte=F("last_month")),
                name="sanction_of_months_in_order",
            ),
            only_when("sanction_of_money_has_award", _MONEY, "award"),
            exactly_when("sanction_ban_has_months", Q(act="ban"), "months"),
            models.CheckConstraint(
                condition=Q(base__isnull=True)
                | Q(base__gt=0, amount__gt=0, amount__lte=F("base") * F("permille") / 1000),
                name="sanction_amount_worked_out",
            ),
            models.CheckConstraint(
                condition=Q(months__isnull=True) | Q(months__gte=1, months__lte=60), name="sanction_months_within"
            ),
            only_when("sanction_noticed", ~Q(state__in=["found", "dropped"]), "noticed_by", "noticed_at", "answer_by"),
            exactly_when("sanction_answered", ~Q(answer=""), "answered_by", "answered_at"),
            models.CheckConstraint(condition=~Q(state="answered") | ~Q(answer=""), name="sanction_answered_has_answer"),
            exactly_when("sanction_decided", ~Q(state__in=sorted(OPEN)), "decided_by", "decided_at"),
            models.CheckConstraint(
                condition=~_COUNTED | (Q(decided_at__gte=F("answer_by")) & ~Q(document_number="")),
                name="sanction_decided_after_notice",
            ),
            exactly_when("sanction_can_be_appealed", _COUNTED, "appeal_by"),
            exactly_when("sanction_money_is_due", _DEMAND & _COUNTED, "due_on"),
            exactly_when("sanction_ban_has_days", Q(act="ban") & _COUNTED, "starts_on", "ends_on"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="sanction_days_in_order"
            ),
            exactly_when(
                "sanction_appealed", Q(state__in=["appealed", "upheld", "annulled"]), "appealed_by", "appealed_at"
            ),
            exactly_when("sanction_appeal_settled", Q(state__in=["upheld", "annulled"]), "outcome_by", "outcome_at"),
            models.CheckConstraint(
                condition=Q(received=0)
                | Q(state__in=sorted(STANDING), received__gt=0, received__lte=F("amount"), due_on__isnull=False),
                name="sanction_received_within",
            ),
            models.UniqueConstraint(
                fields=["act", "award", "source", "year"],
                condition=_DEMAND & Q(state__in=sorted({*OPEN, *HEARD, *STANDING})),
                name="sanction_of_money_once",
            ),
            # so that two of them never withdraw the same discount
            models.UniqueConstraint(
                fields=["award"],
                condition=_BACK_CHARGE & Q(state__in=sorted(OPEN)),
                name="sanction_back_charge_open_once",
            ),
        ]


class Recovered(models.Model):
    """Won put onto a demand (above zero) or taken off it (below); never changed, never deleted.

    A match comes from a receipt; undone, it is reversed by a row of its own. A refund follows an appeal. `year` is the
    fiscal year in whose settlement it counts: that of the day on which it was booked.
    """

    sanction = models.ForeignKey(Sanction, on_delete=models.PROTECT, related_name="moneys")
    kind = models.CharField(max_length=10, choices=choices(MoneyKind))
    amount = models.BigIntegerField()
    year = models.PositiveSmallIntegerField()
    receipt = models.ForeignKey(Receipt, null=True, on_delete=models.PROTECT, related_name="recoveries")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    reason = models.CharField(max_length=300, blank=True)
    document_number = models.CharField(max_length=60, blank=True)
    posted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["year", "sanction"], name="recovered_in_a_year")]
        constraints = [
            one_of("recovered", "kind", MoneyKind),
            exactly_when("recovered_match_has_receipt", Q(kind="match"), "receipt"),
            models.CheckConstraint(
                condition=Q(kind="match", amount__gt=0, reverses__isnull=True)
                | Q(kind="match", amount__lt=0, reverses__isnull=False)
                | Q(kind="refund", amount__lt=0, reverses__isnull=True) & ~Q(document_number=""),
                name="recovered_match_reversal_or_refund",
            ),
        ]
