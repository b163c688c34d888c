"""Tables of tariffs, discounts and what bounds a subsidy, each between two dates."""

from django.db import models
from django.db.models import F, Q

from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.people.models import Person
from madang.portal.prices.rules import LimitKind, TariffKind, Vat
from madang.portal.resources.models import Product


class Tariff(models.Model):
    """Won for a product: per product-month (reserved) or per unit-hour (used), with the market reference price.

    In force [starts_on, ends_on) once approved; `approved_by` empty means a draft that charges nobody.
    `reference_source_en` is the source in English, where it was given. Of a reference price that is quoted in another
    currency `quoted_minor` are its minor units and `rate` the millionths of a won for `rate_per` units of it.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="tariffs")
    kind = models.CharField(max_length=10, choices=choices(TariffKind))
    price = models.BigIntegerField()
    reference_price = models.BigIntegerField()
    reference_source = models.CharField(max_length=200)
    reference_source_en = models.CharField(max_length=200, blank=True)
    quoted_currency = models.CharField(max_length=3, blank=True)
    quoted_minor = models.BigIntegerField(null=True)
    rate = models.BigIntegerField(null=True)
    rate_per = models.PositiveSmallIntegerField(null=True)
    rate_on = models.DateField(null=True)
    rate_source = models.CharField(max_length=200, blank=True)
    vat = models.CharField(max_length=10, choices=choices(Vat), default=Vat.NONE)
    vat_permille = models.PositiveSmallIntegerField(default=0)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    approved_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("tariff", "kind", TariffKind),
            one_of("tariff", "vat", Vat),
            models.CheckConstraint(
                condition=Q(price__gte=0) & Q(reference_price__gte=0), name="tariff_prices_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="tariff_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("drafted_by")), name="tariff_by_two_people"
            ),
            models.CheckConstraint(
                condition=Q(
                    quoted_currency="", quoted_minor=None, rate=None, rate_per=None, rate_on=None, rate_source=""
                )
                | Q(quoted_minor__gte=0, rate__gte=1, rate_per__in=[1, 100], rate_on__isnull=False)
                & Q(quoted_currency__regex=r"^[A-Z]{3}$")
                & ~Q(rate_source=""),
                name="tariff_quoted_with_its_rate",
            ),
            exactly_when("tariff_approved_whole", Q(approved_at__isnull=False), "approved_by"),
            models.UniqueConstraint(
                fields=["product", "kind", "starts_on"], condition=Q(approved_at__isnull=False), name="tariff_one_a_day"
            ),
        ]


class Discount(models.Model):
    """A reduction for organisations with an attribute ("young_firm") or of a kind ("kind:university").

    `after` is the code of the discount whose rest it is taken off, where a track lets discounts stack in order; it is
    given when the row is made and names a row that was there before, so that no circle can arise.
    """

    code = models.CharField(max_length=30, unique=True)
    name_ko = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    sentence_ko = models.CharField(max_length=300)
    sentence_en = models.CharField(max_length=300)
    applies_to = models.CharField(max_length=40)
    permille = models.PositiveSmallIntegerField()
    after = models.CharField(max_length=30, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(permille__gte=1) & Q(permille__lte=1000), name="discount_up_to_whole"),
            models.CheckConstraint(condition=~Q(after=F("code")), name="discount_after_another"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="discount_ends_after_start"
            ),
        ]


class SubsidyLimit(models.Model):
    """What bounds a subsidy whatever the discounts say: a self-pay part, or a ceiling over some calendar years.

    `figure` is permille of the list price for a self-pay part and won of support for a ceiling; `applies_to` as for a
    discount, empty for every organisation.
    """

    code = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=10, choices=choices(LimitKind))
    name_ko = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    sentence_ko = models.CharField(max_length=300)
    sentence_en = models.CharField(max_length=300)
    applies_to = models.CharField(max_length=40, blank=True)
    figure = models.BigIntegerField()
    years = models.PositiveSmallIntegerField(default=0)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            one_of("subsidylimit", "kind", LimitKind),
            models.CheckConstraint(
                condition=Q(kind="self_pay", figure__gte=1, figure__lte=1000, years=0)
                | Q(kind="ceiling", figure__gte=1, years__gte=1, years__lte=10),
                name="subsidylimit_figure_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="subsidylimit_ends_after_start"
            ),
        ]
