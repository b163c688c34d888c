"""Tables of what is entered by hand into a funding source's year, and of settled years."""

from django.db import models
from django.db.models import Q

from madang.accounting.settlement import Item
from madang.portal.approvals.models import Approval
from madang.portal.awards.models import Award
from madang.portal.constraints import choices, one_of
from madang.portal.funding.models import FundingSource
from madang.portal.people.models import Person


class SettlementEntry(models.Model):
    """Won entered into a source's account of a fiscal year, with the paper that it rests on; never changed.

    An entry is taken back by a row of its own with the opposite amount. What a funder disallows may name an award.
    """

    source = models.ForeignKey(FundingSource, on_delete=models.PROTECT, related_name="entries")
    year = models.PositiveSmallIntegerField()
    item = models.CharField(max_length=12, choices=choices(Item))
    amount = models.BigIntegerField()
    award = models.ForeignKey(Award, null=True, on_delete=models.PROTECT, related_name="+")
    document = models.CharField(max_length=200)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["year", "source"], name="settlemententry_of_a_year")]
        constraints = [
            one_of("settlemententry", "item", Item),
            models.CheckConstraint(
                condition=Q(amount__gt=0, reverses__isnull=True) | Q(amount__lt=0, reverses__isnull=False),
                name="settlemententry_or_reversal",
            ),
            models.CheckConstraint(
                condition=Q(award__isnull=True) | Q(item="disallowed"), name="settlemententry_award_disallowed"
            ),
            models.CheckConstraint(condition=~Q(document=""), name="settlemententry_has_paper"),
        ]


class Settlement(models.Model):
    """A settled year: what it came to, word for word, with the SHA-256 of that text; never changed."""

    year = models.PositiveSmallIntegerField(unique=True)
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField()
