"""Tables of companies, the stages that they reached with the evidence, notes, documents, and support given."""

from django.db import models
from django.db.models import F, Q

from madang.portal.companies.rules import CompanyStage, CompanySupportKind
from madang.portal.constraints import choices, exactly_when, one_of, only_when
from madang.portal.files.models import StoredFile
from madang.portal.people.models import Organisation, Person


class Company(models.Model):
    """A company that the centre is in touch with, where it stands, and its next step.

    `name_key` is the name as two writings of it compare. `stage` is the furthest that it, or one that was merged into
    it, has reached. `organisation` is the same company as a user of the portal, once staff said so. Of a company that
    was merged, `merged_into` says into which, and `lead` which of all these is shown; it keeps its own history.
    """

    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    name_key = models.CharField(max_length=120, db_index=True)
    registration_number = models.CharField(max_length=10, null=True, unique=True)
    field = models.CharField(max_length=60, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    organisation = models.OneToOneField(Organisation, null=True, on_delete=models.SET_NULL, related_name="company")
    stage = models.CharField(max_length=10, choices=choices(CompanyStage))
    stage_on = models.DateField()
    next_step = models.CharField(max_length=200, blank=True)
    next_owner = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    next_due = models.DateField(null=True)
    next_told = models.PositiveSmallIntegerField(default=0)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followers")
    merged_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    generated = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("company", "stage", CompanyStage),
            models.CheckConstraint(
                condition=Q(registration_number__isnull=True) | Q(registration_number__regex=r"^[0-9]{10}$"),
                name="company_number_ten_digits",
            ),
            exactly_when("company_next_step_whole", ~Q(next_step=""), "next_owner", "next_due"),
            exactly_when("company_merged_whole", Q(merged_into__isnull=False), "lead", "merged_at"),
            models.CheckConstraint(condition=Q(lead__isnull=True) | ~Q(lead=F("pk")), name="company_not_led_by_itself"),
        ]
        indexes = [
            models.Index(fields=["lead", "stage", "stage_on"], name="company_by_stage"),
            models.Index(fields=["next_due"], name="company_by_next_due"),
        ]


class StageEntry(models.Model):
    """That a company reached a stage on a day, and what shows it; a mistake is struck out and stays to be seen."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="entries")
    stage = models.CharField(max_length=10, choices=choices(CompanyStage))
    on = models.DateField()
    evidence = models.CharField(max_length=300, blank=True)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=160, blank=True)
    number = models.CharField(max_length=10, null=True)
    premises = models.CharField(max_length=200, null=True)
    staff = models.PositiveIntegerField(null=True)
    staff_on = models.DateField(null=True)
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    struck_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(null=True)
    struck_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            one_of("stageentry", "stage", CompanyStage),
            models.UniqueConstraint(
                fields=["company", "stage"], condition=Q(struck_at__isnull=True), name="stageentry_once"
            ),
            models.UniqueConstraint(
                fields=["number"], condition=Q(struck_at__isnull=True), name="stageentry_number_once"
            ),
            models.CheckConstraint(condition=~Q(evidence="") | Q(file__isnull=False), name="stageentry_has_evidence"),
            exactly_when("stageentry_office_whole", Q(stage="office"), "number", "premises"),
            exactly_when("stageentry_staff_whole", Q(stage__in=["office", "grown"]), "staff", "staff_on"),
            models.CheckConstraint(condition=Q(staff__isnull=True) | Q(staff__gte=1), name="stageentry_staff_some"),
            models.CheckConstraint(
                condition=Q(staff_on__isnull=True) | Q(staff_on__gte=F("on")), name="stageentry_staff_since_opening"
            ),
            only_when("stageentry_struck_whole", Q(struck_at__isnull=False), "struck_by"),
        ]


class CompanyNote(models.Model):
    """What was said at a meeting, in writing."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="notes")
    on = models.DateField()
    text = models.TextField()
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()


class CompanyDocument(models.Model):
    """A paper about a company that belongs to no one stage."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="documents")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()


class SupportGiven(models.Model):
    """Support entered by hand, for what no table of the centre knows: when, what, its value, and where that stands."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="supports")
    kind = models.CharField(max_length=10, choices=choices(CompanySupportKind))
    on = models.DateField()
    what = models.CharField(max_length=200)
    won = models.BigIntegerField(null=True)
    source = models.CharField(max_length=300)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=160, blank=True)
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    struck_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(null=True)
    struck_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            one_of("supportgiven", "kind", CompanySupportKind),
            models.CheckConstraint(condition=Q(won__isnull=True) | Q(won__gte=0), name="supportgiven_not_negative"),
            models.CheckConstraint(condition=~Q(source=""), name="supportgiven_has_source"),
            only_when("supportgiven_struck_whole", Q(struck_at__isnull=False), "struck_by"),
        ]
        indexes = [models.Index(fields=["company", "on"], name="supportgiven_of_company")]
