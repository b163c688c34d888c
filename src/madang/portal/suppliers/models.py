"""Tables of suppliers of rented capacity, their contracts, and what is owed to them by month."""

from django.db import models
from django.db.models import Q

from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.people.models import Person
from madang.portal.resources.models import Pool
from madang.portal.suppliers.rules import SupplyKind, SupplyState


class Supplier(models.Model):
    """From whom capacity is rented; `version` is bumped by whatever bears on what is owed."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=120)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()


class SupplyContract(models.Model):
    """A price for a pool from a month on. Of a pool and kind the one that began last counts, whoever's it is.

    `price` is won without VAT an hour or a month, nought where nothing is owed from then on; `units` are those kept.
    """

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="contracts")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=choices(SupplyKind))
    first_month = models.CharField(max_length=7)
    price = models.BigIntegerField()
    units = models.PositiveIntegerField(default=0)
    document = models.CharField(max_length=200)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("supplycontract", "kind", SupplyKind),
            models.UniqueConstraint(fields=["pool", "kind", "first_month"], name="supplycontract_once_a_month"),
            models.CheckConstraint(condition=Q(price__gte=0), name="supplycontract_price_not_negative"),
            models.CheckConstraint(
                condition=Q(kind="kept", units__gt=0) | Q(kind="used", units=0), name="supplycontract_units_kept"
            ),
        ]


class SupplierStatement(models.Model):
    """What is owed to one supplier for one month, in won without VAT; an agreed one never changes."""

    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="statements")
    month = models.CharField(max_length=7)
    state = models.CharField(max_length=10, choices=choices(SupplyState), default=SupplyState.DRAFT)
    amount = models.BigIntegerField(default=0)
    worked_out_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("supplierstatement", "state", SupplyState),
            models.UniqueConstraint(fields=["supplier", "month"], name="supplierstatement_once_a_month"),
            exactly_when("supplierstatement_agreed_when", Q(state="agreed"), "agreed_at"),
        ]


class SupplierLine(models.Model):
    """Unit-seconds used of a pool, or units kept, under one contract, and what they come to in won."""

    statement = models.ForeignKey(SupplierStatement, on_delete=models.CASCADE, related_name="lines")
    contract = models.ForeignKey(SupplyContract, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "contract"], name="supplierline_once")]
