"""Tables of estimated starts, of how good they were, and of trials."""

from django.db import models
from django.db.models import F, Q

from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.files.models import StoredFile
from madang.portal.forecasts.rules import Basis, TrialKind, TrialState, Unknown
from madang.portal.jobs.models import Job
from madang.portal.people.models import Person
from madang.portal.plans.models import Plan


class Estimate(models.Model):
    """When a job that waits will start, as last told; or, by `unknown`, why nothing can be told.

    `kept` holds the first estimate and later ones at growing distances, each as `rules.Told.to_json`. When the job has
    started, the first is judged: `within` its range or not, and `error_seconds` later than its middle.
    """

    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="estimate")
    made_at = models.DateTimeField()
    unknown = models.CharField(max_length=12, choices=choices(Unknown), blank=True)
    basis = models.CharField(max_length=8, choices=choices(Basis), default=Basis.HISTORY)
    early = models.DateTimeField(null=True)
    middle = models.DateTimeField(null=True)
    late = models.DateTimeField(null=True)
    replays = models.PositiveIntegerField(default=0)
    kept = models.JSONField(default=list)
    first_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    within = models.BooleanField(null=True)
    error_seconds = models.IntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["first_at"], condition=Q(started_at__isnull=True), name="estimate_unjudged"),
            models.Index(fields=["started_at"], name="estimate_by_start"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(unknown__in=["", *(one.value for one in Unknown)]), name="estimate_unknown_known"
            ),
            one_of("estimate", "basis", Basis),
            exactly_when("estimate_told_whole", Q(unknown=""), "early", "middle", "late"),
            models.CheckConstraint(
                condition=~Q(unknown="") | Q(early__lte=F("middle"), middle__lte=F("late")), name="estimate_in_order"
            ),
            models.CheckConstraint(condition=~Q(unknown="") | Q(first_at__isnull=False), name="estimate_told_is_kept"),
            exactly_when("estimate_judged_whole", Q(started_at__isnull=False), "within", "error_seconds"),
            models.CheckConstraint(
                condition=Q(started_at__isnull=True) | Q(first_at__isnull=False), name="estimate_judged_was_told"
            ),
        ]


class EstimateMonth(models.Model):
    """How the first estimates fared of the jobs that started in a month (YYYY-MM) of the centre, by their basis."""

    month = models.CharField(max_length=7)
    basis = models.CharField(max_length=8, choices=choices(Basis))
    jobs = models.PositiveIntegerField()
    within = models.PositiveIntegerField()
    before = models.PositiveIntegerField()
    after = models.PositiveIntegerField()
    median_error = models.PositiveIntegerField()
    median_wait = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("estimatemonth", "basis", Basis),
            models.UniqueConstraint(fields=["month", "basis"], name="estimatemonth_once"),
            models.CheckConstraint(
                condition=Q(jobs=F("within") + F("before") + F("after")), name="estimatemonth_adds_up"
            ),
        ]


class Trial(models.Model):
    """A question that a simulation answers in a process of its own; never edited, asked anew instead.

    `question` says what was asked, `result` the figures that pages show; the reports are the library's own pages.
    """

    kind = models.CharField(max_length=6, choices=choices(TrialKind))
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, related_name="trials")
    question = models.JSONField()
    state = models.CharField(max_length=8, choices=choices(TrialState), default=TrialState.WAITING)
    progress = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    failure = models.JSONField(default=dict)
    report_ko = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    report_en = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    claimed_until = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("trial", "kind", TrialKind),
            one_of("trial", "state", TrialState),
            exactly_when("trial_of_a_plan", Q(kind="plan"), "plan"),
            exactly_when("trial_done_has_result", Q(state="done"), "result"),
            exactly_when("trial_ended_has_time", ~Q(state="waiting"), "ended_at"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state="waiting", kind="plan"), name="trial_one_a_plan_waits"
            ),
        ]
