"""Tables of the terms of living aid, the lists of aid that two people fix month by month, and what each gets."""

from django.db import models
from django.db.models import Q

from madang.portal.aids.rules import AidKind, AidUnit
from madang.portal.approvals.models import Approval
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.courses.models import Cohort
from madang.portal.funding.models import FundingSource
from madang.portal.learners.models import Learner
from madang.portal.people.models import Organisation, Person

MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"


class AidRate(models.Model):
    """What a cohort pays from a month on. Never edited: of two rows of one month the later counts."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="aid_rates")
    first_month = models.CharField(max_length=7)
    unit = models.CharField(max_length=5, choices=choices(AidUnit))
    won = models.BigIntegerField()
    month_most_won = models.BigIntegerField()
    attendance_least = models.PositiveSmallIntegerField()
    source = models.ForeignKey(FundingSource, on_delete=models.PROTECT, related_name="+")
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("aidrate", "unit", AidUnit),
            models.CheckConstraint(condition=Q(first_month__regex=MONTH), name="aidrate_month_written"),
            models.CheckConstraint(condition=Q(won__gte=1, month_most_won__gte=1), name="aidrate_above_nought"),
            models.CheckConstraint(condition=Q(attendance_least__lte=100), name="aidrate_up_to_whole"),
        ]


class AidList(models.Model):
    """A cohort's aid of a kind and month, once for each month; two people fix it, and then it stays as it is."""

    kind = models.CharField(max_length=6, choices=choices(AidKind), default=AidKind.LIVING)
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="aid_lists")
    month = models.CharField(max_length=7)
    opened_at = models.DateTimeField()
    approval = models.OneToOneField(Approval, null=True, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64, null=True)
    fixed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("aidlist", "kind", AidKind),
            models.UniqueConstraint(fields=["cohort", "kind", "month"], name="aidlist_once_a_month"),
            models.CheckConstraint(condition=Q(month__regex=MONTH), name="aidlist_month_written"),
            exactly_when("aidlist_fixed_by_two", Q(fixed_at__isnull=False), "approval", "sha256"),
        ]


class AidPayment(models.Model):
    """Won to one learner, or to who hired one, for a month, out of a source in a fiscal year; never changed.

    What turns out wrong is put right by a row of a later list for the same month, below nought where too much was
    paid. Once its time is over the row no longer says whose it was.
    """

    aids = models.ForeignKey(AidList, on_delete=models.PROTECT, related_name="payments")
    learner = models.ForeignKey(Learner, null=True, on_delete=models.PROTECT, related_name="aid_payments")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="wage_aid")
    of_month = models.CharField(max_length=7)
    source = models.ForeignKey(FundingSource, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()
    days = models.PositiveSmallIntegerField()
    came = models.PositiveIntegerField()
    held = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["aids", "learner", "of_month", "source"],
                condition=Q(organisation__isnull=True),
                name="aidpayment_once",
            ),
            models.UniqueConstraint(
                fields=["aids", "learner", "of_month", "source", "organisation"],
                condition=Q(organisation__isnull=False),
                name="aidpayment_once_to_who_hired",
            ),
            models.CheckConstraint(condition=~Q(amount=0), name="aidpayment_not_nought"),
            models.CheckConstraint(condition=Q(of_month__regex=MONTH), name="aidpayment_month_written"),
        ]
        indexes = [models.Index(fields=["year", "source"], name="aidpayment_of_a_year")]
