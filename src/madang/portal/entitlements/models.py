"""Table of the rules by which holders of awards get more, or lose a discount, each between two dates."""

from django.db import models
from django.db.models import F, Q

from madang.portal.constraints import choices, one_of
from madang.portal.entitlements.rules import EntitlementKind

_SUPPLEMENT = Q(
    kind="supplement", permille__gte=1, permille__lte=1000, from_percent__lte=100,
    promise_seconds=0, won=0, cap_permille=0,
)  # fmt: skip
_BACK_CHARGE = Q(
    kind="back_charge", permille__gte=1, permille__lte=1000, from_percent=0, promise_seconds=0, won=0, cap_permille=0
)
_CREDIT = Q(kind="wait_credit", from_percent=0, promise_seconds__gte=3600, cap_permille__gte=1, cap_permille__lte=1000)


class Entitlement(models.Model):
    """A rule with its name, its published sentences and its days; of one kind the one that began last counts.

    A supplement is at most `permille` of what was granted, once `from_percent` is used. A wait credit gives `permille`
    of what is due or `won` for each hour begun beyond `promise_seconds`, `cap_permille` of a month's due at most. A
    back charge withdraws `permille` of the discounts of what was used while a condition was broken.
    """

    code = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=11, choices=choices(EntitlementKind))
    name_ko = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    sentence_ko = models.CharField(max_length=300)
    sentence_en = models.CharField(max_length=300)
    permille = models.PositiveSmallIntegerField(default=0)
    from_percent = models.PositiveSmallIntegerField(default=0)
    promise_seconds = models.PositiveIntegerField(default=0)
    won = models.BigIntegerField(default=0)
    cap_permille = models.PositiveSmallIntegerField(default=0)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            one_of("entitlement", "kind", EntitlementKind),
            models.CheckConstraint(
                condition=_SUPPLEMENT
                | _BACK_CHARGE
                | (_CREDIT & (Q(permille=0, won__gte=1) | Q(permille__range=(1, 1000), won=0))),
                name="entitlement_figures_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="entitlement_ends_after_start"
            ),
        ]
