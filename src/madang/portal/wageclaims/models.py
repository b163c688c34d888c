"""Tables of the terms of wage aid, of what companies claim, and of the months of a claim."""

from django.db import models
from django.db.models import F, Q

from madang.portal.companies.models import Company
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.courses.models import Cohort
from madang.portal.files.models import StoredFile
from madang.portal.funding.models import FundingSource
from madang.portal.learners.models import Learner, Placement
from madang.portal.people.models import Organisation, Person
from madang.portal.wageclaims.rules import ClaimState


class WageTerms(models.Model):
    """What a cohort pays companies that hire its graduates. Never edited: the row set last counts for new claims."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="wage_terms")
    month_won = models.BigIntegerField()
    months_most = models.PositiveSmallIntegerField()
    hired_within_days = models.PositiveSmallIntegerField()
    company_most_won = models.BigIntegerField()
    office_needed = models.BooleanField()
    source = models.ForeignKey(FundingSource, on_delete=models.PROTECT, related_name="+")
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(month_won__gte=1, months_most__gte=1, hired_within_days__gte=1, company_most_won__gte=1),
                name="wageterms_above_nought",
            ),
        ]


class WageClaim(models.Model):
    """What an organisation claims for one graduate, and the paper that shows who worked there on `employed_on`.

    `company` is that of the pipeline which stood for it when it claimed; `terms` are those it claimed under.
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="wage_claims")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="wage_claims")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="wage_claims")
    terms = models.ForeignKey(WageTerms, on_delete=models.PROTECT, related_name="claims")
    first_month = models.CharField(max_length=7)
    last_month = models.CharField(max_length=7)
    employed_on = models.DateField()
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=160, blank=True)
    state = models.CharField(max_length=8, choices=choices(ClaimState), default=ClaimState.CLAIMED)
    claimed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=300, blank=True)
    emptied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("wageclaim", "state", ClaimState),
            exactly_when("wageclaim_decided_by_whom", ~Q(state="claimed"), "decided_by", "decided_at"),
            models.CheckConstraint(
                condition=Q(file__isnull=False) | Q(emptied_at__isnull=False), name="wageclaim_has_paper"
            ),
            models.CheckConstraint(condition=Q(last_month__gte=F("first_month")), name="wageclaim_months_in_order"),
        ]
        indexes = [models.Index(fields=["state", "claimed_at"], name="wageclaim_by_state")]


class WageMonth(models.Model):
    """A month of a graduate that is claimed: nobody else claims it, and which of theirs it is, until it is struck."""

    claim = models.ForeignKey(WageClaim, on_delete=models.PROTECT, related_name="months")
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="wage_months")
    month = models.CharField(max_length=7)
    number = models.PositiveSmallIntegerField()
    struck_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "month"], condition=Q(struck_at__isnull=True), name="wagemonth_once"
            ),
            models.UniqueConstraint(
                fields=["learner", "number"], condition=Q(struck_at__isnull=True), name="wagemonth_number_once"
            ),
            models.CheckConstraint(condition=Q(month__regex=r"^[0-9]{4}-(0[1-9]|1[0-2])$"), name="wagemonth_written"),
            models.CheckConstraint(condition=Q(number__gte=1), name="wagemonth_numbered"),
            exactly_when("wagemonth_struck_by_whom", Q(struck_at__isnull=False), "struck_by"),
        ]
