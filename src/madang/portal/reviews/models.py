"""Tables of reviewers, declared interests, assignments and points."""

from django.db import models
from django.db.models import F, Q

from madang.portal.applications.models import Application
from madang.portal.calls.models import Criterion, Intake
from madang.portal.calls.rules import ReviewStep
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.people.models import Organisation, Person
from madang.portal.reviews.rules import AssignmentState, Interest


class Reviewer(models.Model):
    """A person in the expert pool; `fields` are codes of expertise, `load_limit` the most open reviews at a time.

    Without `expert` it is an applicant who reviews other applicants' files, and is in no pool.
    """

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="reviewer")
    affiliation = models.CharField(max_length=120)
    fields = models.JSONField(default=list)
    load_limit = models.PositiveSmallIntegerField(default=40)
    active = models.BooleanField(default=True)
    expert = models.BooleanField(default=True)
    added_at = models.DateTimeField()


class Affiliation(models.Model):
    """Where a reviewer works or worked, [since, until); by name and number where it is not registered here (yet)."""

    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120, blank=True)
    registration_number = models.CharField(max_length=10, blank=True)
    department = models.CharField(max_length=80, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | ~Q(name=""), name="affiliation_says_where"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="affiliation_ends_after_start"
            ),
        ]


class DeclaredInterest(models.Model):
    """A conflict of interest that a reviewer declared towards an organisation, and when it came to be known.

    `unseen`: they stepped back from an application whose applicant they were not told, and still are not.
    """

    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="interests")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=choices(Interest))
    note = models.CharField(max_length=500, blank=True)
    learnt_on = models.DateField(null=True)
    # the first day on which it held no more; empty while it holds
    ended_on = models.DateField(null=True)
    unseen = models.BooleanField(default=False)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("declaredinterest", "kind", Interest),
            models.UniqueConstraint(
                fields=["reviewer", "organisation", "kind"],
                condition=Q(ended_on__isnull=True),
                name="declaredinterest_once",
            ),
            models.UniqueConstraint(
                fields=["reviewer", "organisation", "kind", "ended_on"], name="declaredinterest_ended_once"
            ),
        ]


class ReviewersApart(models.Model):
    """Two reviewers who never review the same application, and why; `one` has the lower number. Ended, never edited."""

    one = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    noted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    ended_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["one", "other"], condition=Q(ended_at__isnull=True), name="reviewersapart_once"
            ),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="reviewersapart_in_order"),
            exactly_when("reviewersapart_ended_by_whom", Q(ended_at__isnull=False), "ended_by"),
        ]


class ReviewAssignment(models.Model):
    """One reviewer's sheet for one application in one step of the review.

    `worked_seconds` adds up the time between opening and saving, without pauses; `touched_at` is the last of these.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="assignments")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="assignments")
    step = models.CharField(max_length=12, choices=choices(ReviewStep), default=ReviewStep.DOCUMENT)
    state = models.CharField(max_length=10, choices=choices(AssignmentState), default=AssignmentState.ASSIGNED)
    comment = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    assigned_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()
    due_at = models.DateTimeField()
    touched_at = models.DateTimeField(null=True)
    worked_seconds = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["reviewer", "state"], name="assignment_by_reviewer")]
        constraints = [
            one_of("reviewassignment", "step", ReviewStep),
            one_of("reviewassignment", "state", AssignmentState),
            exactly_when("reviewassignment_ended_has_time", ~Q(state="assigned"), "ended_at"),
            models.UniqueConstraint(fields=["application", "reviewer", "step"], name="reviewassignment_once"),
        ]


class CriterionPoints(models.Model):
    """The points a sheet gives on one criterion, with a comment; empty points mean not answered."""

    assignment = models.ForeignKey(ReviewAssignment, on_delete=models.CASCADE, related_name="points")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    points = models.PositiveSmallIntegerField(null=True)
    comment = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment", "criterion"], name="criterionpoints_once")]


class Calibration(models.Model):
    """Scores of an intake made comparable, as they were worked out once: never edited, never worked out anew.

    `content` holds thousandths, rounded once: `applications` and `reviewers` by row, `come` and `go` for so many
    `places`. `sheets_sha256` is the digest of the totals that it stands on.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="calibrations")
    number = models.PositiveSmallIntegerField()
    places = models.PositiveIntegerField()
    content = models.JSONField()
    sheets_sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "number"], name="calibration_number_once")]
