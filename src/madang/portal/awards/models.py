"""Tables of awards and their lines."""

from django.db import models
from django.db.models import F, Q

from madang.portal.applications.models import Application
from madang.portal.awards.rules import AwardState
from madang.portal.constraints import choices, exactly_when, one_of, only_when
from madang.portal.people.models import Organisation, Person
from madang.portal.plans.models import Plan
from madang.portal.resources.models import Pool, Product


class Award(models.Model):
    """What one applicant is given. Amounts stand in its lines; use stands in the ledger under "award:<id>"."""

    number = models.CharField(max_length=60, unique=True)
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="award")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="awards")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="awards")
    title = models.CharField(max_length=160)
    state = models.CharField(max_length=10, choices=choices(AwardState), default=AwardState.HELD)
    accept_by = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    in_force_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["application"], condition=Q(state="held"), name="award_held")]
        constraints = [
            one_of("award", "state", AwardState),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="award_ends_after_start"),
            exactly_when("award_offered_has_deadline", ~Q(state="held"), "accept_by"),
            exactly_when("award_ended_has_time", Q(state="ended"), "ended_at"),
            models.CheckConstraint(
                condition=~Q(state="in_force") | Q(in_force_at__isnull=False), name="award_in_force_has_time"
            ),
        ]


class AwardLine(models.Model):
    """`quantity` of a product for whole months [first_month, first_month + months); the ledger grants its `seconds`.

    A line with `added_on` came on that day, as a supplement, at most one an award, or `by_transfer` from another pool.
    """

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    asked = models.PositiveIntegerField()
    quantity = models.PositiveIntegerField()
    first_month = models.CharField(max_length=7)
    months = models.PositiveSmallIntegerField()
    seconds = models.BigIntegerField()
    added_on = models.DateField(null=True)
    by_transfer = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["award", "product"], condition=Q(added_on__isnull=True), name="awardline_product_once"
            ),
            models.UniqueConstraint(
                fields=["award"],
                condition=Q(added_on__isnull=False, by_transfer=False),
                name="awardline_one_supplement",
            ),
            only_when("awardline_transfer_has_day", Q(by_transfer=True), "added_on"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(quantity__lte=F("asked")) & Q(months__gte=1) & Q(seconds__gt=0),
                name="awardline_within_asked",
            ),
        ]


class BudgetAlert(models.Model):
    """That an award's owners were told of a share (percent) of a pool that is used; once in a month."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="budget_alerts")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    month = models.CharField(max_length=7)
    share = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award", "pool", "month", "share"], name="budgetalert_once"),
            models.CheckConstraint(condition=Q(share__gte=1) & Q(share__lte=100), name="budgetalert_share"),
        ]


class FreedPromise(models.Model):
    """Unit-hours of a month that were promised to an award and are the pool's again, since hours were taken back."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="freed")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    month = models.CharField(max_length=7)
    units = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["award", "pool", "month"], name="freedpromise_once")]


class SecondInstalment(models.Model):
    """That half of an award's computing by the hour is granted only once a report is accepted, which is about the days
    before `report_on`. Nobody set it (`set_by`) where its track grants all its awards so.
    """

    award = models.OneToOneField(Award, on_delete=models.CASCADE, related_name="second_instalment")
    report_on = models.DateField()
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)


class AwardPart(models.Model):
    """How much of each pool of an award one person may hold and use, for those who share it, [given_at, ended_at).

    `joined`: they became a member of its organisation for it, and cease to be one with it.
    """

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="parts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    seconds = models.BigIntegerField()
    joined = models.BooleanField()
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["award", "person"], condition=Q(ended_at__isnull=True), name="awardpart_once"
            ),
            models.CheckConstraint(condition=Q(seconds__gt=0), name="awardpart_something"),
        ]
