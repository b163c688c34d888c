"""Tables of monthly statements and their lines."""

from django.db import models
from django.db.models import Q

from madang.portal.awards.models import Award
from madang.portal.billing.rules import StatementState
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.people.models import Organisation
from madang.portal.prices.models import Tariff
from madang.portal.resources.models import Product


class Statement(models.Model):
    """What one organisation used in one month and what it owes, in won; a draft is worked out again until issued."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="statements")
    month = models.CharField(max_length=7)
    number = models.CharField(max_length=40, null=True, unique=True)
    state = models.CharField(max_length=10, choices=choices(StatementState), default=StatementState.DRAFT)
    reference = models.BigIntegerField(default=0)
    list_price = models.BigIntegerField(default=0)
    discount = models.BigIntegerField(default=0)
    due = models.BigIntegerField(default=0)
    subsidy = models.BigIntegerField(default=0)
    worked_out_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("statement", "state", StatementState),
            models.UniqueConstraint(fields=["organisation", "month"], name="statement_once_a_month"),
            exactly_when("statement_issued_has_number", Q(state="issued"), "issued_at", "number"),
            models.CheckConstraint(condition=Q(due__gte=0) & Q(list_price__gte=0), name="statement_amounts_not_negative"),
        ]


class StatementLine(models.Model):
    """One award's use of one product in the month. `quantity` is product-days (reserved) or unit-seconds (used)."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="lines")
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    discounts = models.JSONField(default=list)
    reference = models.BigIntegerField()
    list_price = models.BigIntegerField()
    discount = models.BigIntegerField()
    due = models.BigIntegerField()
    subsidy = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "award", "product", "tariff"], name="statementline_once")]
