"""Tables of who funds computing: sources, each pool's parts from a month on, and fiscal years."""

from django.db import models
from django.db.models import Q

from madang.portal.constraints import choices, one_of
from madang.portal.funding.rules import SourceKind
from madang.portal.people.models import Person
from madang.portal.resources.models import Pool


class FundingSource(models.Model):
    """A budget that computing is paid from: the state's, a city's, the body's own."""

    code = models.CharField(max_length=30, unique=True)
    name_ko = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=choices(SourceKind))
    created_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("fundingsource", "kind", SourceKind)]


class Funding(models.Model):
    """Who funds a pool from a month on, until its next row begins; the permille of its parts sum to 1000."""

    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="fundings")
    first_month = models.CharField(max_length=7)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "first_month"], name="funding_once_a_month"),
            models.CheckConstraint(
                condition=Q(first_month__regex=r"^[0-9]{4}-(0[1-9]|1[0-2])$"), name="funding_month_written"
            ),
        ]


class FundingPart(models.Model):
    """How much of a pool one source funds, in permille."""

    funding = models.ForeignKey(Funding, on_delete=models.CASCADE, related_name="parts")
    source = models.ForeignKey(FundingSource, on_delete=models.PROTECT, related_name="+")
    permille = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["funding", "source"], name="fundingpart_once"),
            models.CheckConstraint(condition=Q(permille__gte=1) & Q(permille__lte=1000), name="fundingpart_of_whole"),
        ]


class FiscalYear(models.Model):
    """A year of the funders, from January to December; once settled nothing is supported or entered in it any more."""

    year = models.PositiveSmallIntegerField(unique=True)
    settled_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
