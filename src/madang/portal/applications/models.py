"""Tables of applications, their asks, submissions, attachments, consents, checks and screening questions."""

from django.db import models
from django.db.models import F, Q

from madang.portal.applications.rules import ApplicationState, CheckStage
from madang.portal.calls.models import ConsentText, EligibilityRule, EvidenceKind, Intake, Track
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.files.models import StoredFile
from madang.portal.people.models import Organisation, Person
from madang.portal.resources.models import Product


class Application(models.Model):
    """An organisation's request in one intake and track. `sections` maps section codes to text; `version` guards edits.

    `claims` are the codes of the bonus points that the draft claims, `department` where in a university or institute
    the project is at home.

    `number` is the receipt number, given at the first submission. `in_force` is the submission that counts. `exclusive`
    marks a track where an organisation may have one application only, so that two cannot be begun at the same time.
    `emptied_at` says that texts and files were destroyed when their retention was over; number, title and asks stay.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="applications")
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="applications")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="applications")
    number = models.CharField(max_length=60, null=True, unique=True)
    title = models.CharField(max_length=160, blank=True)
    sections = models.JSONField(default=dict)
    claims = models.JSONField(default=list)
    department = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=choices(ApplicationState), default=ApplicationState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    exclusive = models.BooleanField(default=False)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    in_force = models.ForeignKey("Submission", null=True, on_delete=models.PROTECT, related_name="+")
    screened_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    screened_at = models.DateTimeField(null=True)
    screening_comment = models.CharField(max_length=1000, blank=True)
    emptied_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["intake", "state"], name="application_by_intake")]
        constraints = [
            one_of("application", "state", ApplicationState),
            models.UniqueConstraint(
                fields=["intake", "track", "organisation"],
                condition=Q(exclusive=True) & ~Q(state="withdrawn"),
                name="application_only_one",
            ),
            exactly_when(
                "application_screened_by_whom", Q(state__in=["eligible", "ineligible"]), "screened_by", "screened_at"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | (Q(number__isnull=False) & Q(submitted_at__isnull=False) & Q(in_force__isnull=False)),
                name="application_submitted_has_number",
            ),
        ]


class Ask(models.Model):
    """How much of a product the draft asks for: `quantity` of it, at least `least`, for `months` from `first_month`."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="asks")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    least = models.PositiveIntegerField()
    first_month = models.CharField(max_length=7)
    months = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "product"], name="ask_product_once"),
            models.CheckConstraint(
                condition=Q(least__gte=1) & Q(quantity__gte=F("least")) & Q(months__gte=1),
                name="ask_least_within_quantity",
            ),
        ]


class Attachment(models.Model):
    """A file of the draft, perhaps as a paper asked for. Removing marks it; submissions keep what they had.

    `cleaned` is the copy without metadata that reviewers of a blind call get; a paper has none.
    """

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    cleaned = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.ForeignKey(EvidenceKind, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    issued_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    attached_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    attached_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)


class Submission(models.Model):
    """One immutable submitted version: the whole content as JSON with its SHA-256, and who sent it at which second.

    The one change that a trigger lets through takes what people wrote out of the content when its retention is over.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    content_sha256 = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "number"], name="submission_number_once")]


class SubmittedFile(models.Model):
    """A file as it was part of one submission."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    cleaned = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    evidence = models.ForeignKey(EvidenceKind, null=True, on_delete=models.PROTECT, related_name="+")
    issued_on = models.DateField(null=True)
    valid_until = models.DateField(null=True)


class Consent(models.Model):
    """One text accepted by one person for one application; an optional one may be withdrawn."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    accepted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application", "text"], condition=Q(withdrawn_at__isnull=True), name="consent_once"
            )
        ]


class EligibilityCheck(models.Model):
    """What a rule said of an application at one stage, with the figures it judged."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="checks")
    rule = models.ForeignKey(EligibilityRule, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=10, choices=choices(CheckStage))
    passed = models.BooleanField()
    facts = models.JSONField(default=dict)
    judged_on = models.DateField()
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("eligibilitycheck", "stage", CheckStage)]


class LateAttempt(models.Model):
    """An attempt to submit that the deadline cut off; it keeps a record, not the content."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="late_attempts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    attempted_at = models.DateTimeField()


class ScreeningQuestion(models.Model):
    """A question of the screening officer with its deadline, and the answer, with a file where one was sent."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="questions")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    text = models.CharField(max_length=1000)
    answer_by = models.DateTimeField()
    answer = models.TextField(null=True)
    answer_file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    answer_file_name = models.CharField(max_length=160, blank=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["answered_at"], name="screeningquestion_by_answer")]
        constraints = [
            exactly_when("screeningquestion_answered_whole", Q(answered_at__isnull=False), "answer", "answered_by"),
            models.CheckConstraint(
                condition=Q(answer_file__isnull=True) | Q(answered_at__isnull=False),
                name="screeningquestion_file_of_an_answer",
            ),
        ]
