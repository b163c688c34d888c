"""Tables of fee rates, rules of withholding, who wants no fee, and the lists of fees that two people fixed."""

from django.db import models
from django.db.models import F, Q

from madang.portal.approvals.models import Approval
from madang.portal.calls.models import Call, Intake
from madang.portal.constraints import choices, one_of
from madang.portal.honoraria.rules import IncomeKind
from madang.portal.people.models import Person
from madang.portal.reviews.models import Reviewer


class FeeRate(models.Model):
    """What a call pays from a day on, and as what it is taxed. Never edited: a later row of the same day counts."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="fee_rates")
    starts_on = models.DateField()
    sheet_won = models.BigIntegerField()
    day_won = models.BigIntegerField()
    income = models.CharField(max_length=10, choices=choices(IncomeKind))
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("feerate", "income", IncomeKind),
            models.CheckConstraint(condition=Q(sheet_won__gte=0, day_won__gte=0), name="feerate_not_negative"),
        ]


class WithholdingRule(models.Model):
    """What is kept back of a fee from a day on, and where that stands; `set_by` empty: it came with the portal."""

    income = models.CharField(max_length=10, choices=choices(IncomeKind))
    starts_on = models.DateField()
    expense_permille = models.PositiveSmallIntegerField()
    tax_permille = models.PositiveSmallIntegerField()
    local_permille = models.PositiveSmallIntegerField()
    free_won = models.BigIntegerField()
    cut_won = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=200)
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("withholdingrule", "income", IncomeKind),
            models.CheckConstraint(
                condition=Q(expense_permille__lte=1000, tax_permille__lte=1000, local_permille__lte=1000),
                name="withholdingrule_up_to_whole",
            ),
            models.CheckConstraint(condition=Q(free_won__gte=0, cut_won__gte=1), name="withholdingrule_numbers"),
            models.CheckConstraint(condition=~Q(source=""), name="withholdingrule_has_source"),
        ]


class FeeDeclined(models.Model):
    """That a reviewer wants no fee for a call."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="fees_declined")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="fees_declined")
    declined_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "reviewer"], name="feedeclined_once")]


class FeeList(models.Model):
    """The fees of an intake as two people fixed them, with the SHA-256 of what was drafted."""

    intake = models.OneToOneField(Intake, on_delete=models.PROTECT, related_name="fee_list")
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    fixed_at = models.DateTimeField()


class FeeStatement(models.Model):
    """What one reviewer gets for an intake: `lines` hold work, each_won and count; nothing at all for who declined."""

    fees = models.ForeignKey(FeeList, on_delete=models.PROTECT, related_name="statements")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="fee_statements")
    lines = models.JSONField()
    income = models.CharField(max_length=10, choices=choices(IncomeKind))
    gross_won = models.BigIntegerField()
    tax_won = models.BigIntegerField()
    local_won = models.BigIntegerField()
    net_won = models.BigIntegerField()
    declined = models.BooleanField()

    class Meta:
        constraints = [
            one_of("feestatement", "income", IncomeKind),
            models.UniqueConstraint(fields=["fees", "reviewer"], name="feestatement_once"),
            models.CheckConstraint(
                condition=Q(net_won=F("gross_won") - F("tax_won") - F("local_won"), net_won__gte=0),
                name="feestatement_adds_up",
            ),
            models.CheckConstraint(condition=Q(declined=False) | Q(gross_won=0), name="feestatement_declined_nothing"),
        ]
