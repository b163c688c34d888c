"""Tables of what an award's holder owes a report of, the versions of that report, and what each of them says."""

from urllib.parse import quote

from django.db import models
from django.db.models import F, Q

from madang.portal.awards.models import Award
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.files.models import StoredFile
from madang.portal.outcomes.rules import OutcomeKind, OutcomeState
from madang.portal.people.models import Person
from madang.portal.screening.models import OwedReport


class OutcomeDuty(models.Model):
    """That an owed report is one of outcomes: of which award, `months` after its end, on [from_on, until_on).

    `told` is the last reminder that was written (`rules.reminder`).
    """

    owed = models.OneToOneField(OwedReport, on_delete=models.PROTECT, related_name="duty")
    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="outcome_duties")
    months = models.PositiveSmallIntegerField()
    from_on = models.DateField()
    until_on = models.DateField()
    told = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award", "months"], name="outcomeduty_once"),
            models.CheckConstraint(condition=Q(until_on__gt=F("from_on")), name="outcomeduty_ends_after_start"),
        ]


class OutcomeReport(models.Model):
    """One version of a report; what was handed in is never changed, a correction is the next version."""

    duty = models.ForeignKey(OutcomeDuty, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=choices(OutcomeState), default=OutcomeState.DRAFT)
    handed_in_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    handed_in_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            one_of("outcomereport", "state", OutcomeState),
            models.UniqueConstraint(fields=["duty", "version"], name="outcomereport_version_once"),
            models.UniqueConstraint(
                fields=["duty"], condition=Q(state__in=["draft", "handed_in"]), name="outcomereport_one_open"
            ),
            exactly_when("outcomereport_handed_in_whole", ~Q(state="draft"), "handed_in_by", "handed_in_at"),
            exactly_when("outcomereport_checked_whole", Q(state__in=["accepted", "mend"]), "checked_by", "checked_at"),
            models.CheckConstraint(
                condition=Q(state="mend") & ~Q(reason="") | ~Q(state="mend") & Q(reason=""),
                name="outcomereport_mend_has_reason",
            ),
        ]


class PaperRecord(models.Model):
    """What the registry says of a DOI, as it was answered; without `title` it knows none, without `answered` it did
    not answer in `tries` tries. Nobody's own words are changed by it.
    """

    doi = models.CharField(max_length=200, unique=True)
    answered = models.BooleanField(default=False)
    title = models.CharField(max_length=300, blank=True)
    container = models.CharField(max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered=True) | Q(title="", container="", year__isnull=True),
                name="paperrecord_says_what_was_answered",
            ),
        ]


class OutcomeItem(models.Model):
    """One outcome with its evidence: a file, or the DOI of a paper. `emptied`: words and file went with their time."""

    report = models.ForeignKey(OutcomeReport, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=20, choices=choices(OutcomeKind))
    amount = models.BigIntegerField()
    what = models.CharField(max_length=200, blank=True)
    doi = models.CharField(max_length=200, blank=True)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=160, blank=True)
    emptied = models.BooleanField(default=False)

    @property
    def doi_address(self) -> str:
        """Where the DOI leads."""
        return f"https://doi.org/{quote(self.doi)}"

    class Meta:
        constraints = [
            one_of("outcomeitem", "kind", OutcomeKind),
            models.CheckConstraint(condition=Q(amount__gte=1), name="outcomeitem_some"),
            models.CheckConstraint(
                condition=Q(emptied=True) | (~Q(what="") & (~Q(doi="") | Q(file__isnull=False))),
                name="outcomeitem_has_evidence",
            ),
            models.CheckConstraint(condition=Q(doi="") | Q(kind__startswith="paper_"), name="outcomeitem_doi_of_paper"),
            models.UniqueConstraint(fields=["report", "doi"], condition=~Q(doi=""), name="outcomeitem_doi_once"),
        ]
