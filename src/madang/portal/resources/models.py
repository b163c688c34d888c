"""Tables of pools, their monthly capacity, and products."""

from django.db import models
from django.db.models import F, Q

from madang.portal.constraints import choices, one_of
from madang.portal.resources.rules import Grain, PoolUnit


class Pool(models.Model):
    """Accelerators (or cores) of one type. `backend_type` is what the backend calls them; empty for cores.

    A pool is sold by one grain: by the month its capacity counts units, by the hour it counts unit-hours a month. One
    of facilities (`item`) has no capacity here: their calendars hold it; it says what is charged and who funds it.
    """

    code = models.CharField(max_length=30, unique=True)
    name_ko = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    unit = models.CharField(max_length=5, choices=choices(PoolUnit))
    grain = models.CharField(max_length=5, choices=choices(Grain), default=Grain.MONTH)
    backend_type = models.CharField(max_length=30, blank=True)
    runs_jobs = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("pool", "unit", PoolUnit),
            one_of("pool", "grain", Grain),
            models.CheckConstraint(
                condition=~Q(unit="item") & ~Q(grain="day")
                | Q(unit="item", grain__in=["hour", "day"], backend_type="", runs_jobs=False),
                name="pool_of_facilities",
            ),
        ]


class PoolMonth(models.Model):
    """Units of a pool in one month (YYYY-MM): those that stand there, those with operating money, those promised.

    `committed` is moved by adopting and ending awards, under the CHECK; decisions that rest on the row bump `version`.
    """

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="months")
    month = models.CharField(max_length=7)
    physical = models.PositiveIntegerField()
    funded = models.PositiveIntegerField()
    committed = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "month"], name="poolmonth_once"),
            models.CheckConstraint(condition=Q(funded__lte=F("physical")), name="poolmonth_funded_within_physical"),
            models.CheckConstraint(condition=Q(committed__lte=F("funded")), name="poolmonth_committed_within_funded"),
            models.CheckConstraint(
                condition=Q(month__regex=r"^[0-9]{4}-(0[1-9]|1[0-2])$"), name="poolmonth_month_written"
            ),
        ]


class Product(models.Model):
    """What an applicant can ask for: `units` of a pool each, by the month; or hours of the pool (units 1).

    One of facilities is what their bookings are charged as, by the hour or by the day (units 1).
    """

    code = models.CharField(max_length=30, unique=True)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="products")
    name_ko = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    units = models.PositiveIntegerField()
    grain = models.CharField(max_length=5, choices=choices(Grain))
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            one_of("product", "grain", Grain),
            models.CheckConstraint(condition=Q(units__gte=1), name="product_units_from_one"),
        ]
