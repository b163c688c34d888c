"""Tables of jobs, their input files and their outputs."""

from django.db import models
from django.db.models import F, Q

from madang.portal.awards.models import Award
from madang.portal.constraints import choices, exactly_when, one_of, only_when
from madang.portal.environments.models import Environment
from madang.portal.files.models import StoredFile
from madang.portal.jobs.rules import FINAL_STATES, MOST_PRIORITY, UNASKED, JobState, Need, Shape
from madang.portal.people.models import Organisation, Person
from madang.portal.resources.models import Pool


class Job(models.Model):
    """A command charged to one award. `held` seconds were set aside at submission.

    It runs in `environment`, or in the centre's own Python; one that `builds` an environment runs in that one's base.

    `settled_at` says that the rest of them came back. `outputs_left_out` counts files that the job left and that cannot
    be offered (links, devices, endless names). `notified_at` says when its person was told that its files and log will
    be destroyed, `cleared_at` that they are.

    The jobs of an array share its key in `array`, are numbered from 0 by `array_index`, and there are `array_count`.
    `network`: its award allowed it the machine's network when it was handed over. `share_class` is the kind of
    organisation as it was at submission. `steering` counts the changes of `priority` and `on_hold`, and `steered` says
    which of them the backend has been told. `restarts`: how often it was put back.

    `own_wait`: seconds of waiting that were its own doing, up to `reason_since`, when the reason last changed.

    `idle_since`: its people were told that it has done next to nothing from then on; `idle_until`: and that it would be
    stopped then, which `idle_need` put off once; `idle_stopped_at`: it was asked to end for that.
    """

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="jobs")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="jobs")
    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=100)
    argv = models.JSONField()
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, null=True, related_name="users")
    builds = models.OneToOneField(Environment, on_delete=models.PROTECT, null=True, related_name="building_job")
    gpus = models.PositiveIntegerField(default=0)
    cores = models.PositiveIntegerField(default=1)
    memory_mb = models.PositiveIntegerField()
    wall_seconds = models.PositiveIntegerField()
    nodes = models.PositiveSmallIntegerField(default=1)
    share_class = models.CharField(max_length=20, blank=True)
    array = models.UUIDField(null=True)
    array_index = models.PositiveIntegerField(null=True)
    array_count = models.PositiveIntegerField(default=1)
    priority = models.SmallIntegerField(default=0)
    on_hold = models.BooleanField(default=False)
    requeue = models.BooleanField(default=False)
    checkpoint_seconds = models.PositiveIntegerField(default=0)
    network = models.BooleanField(default=False)
    steering = models.PositiveIntegerField(default=0)
    steered = models.PositiveIntegerField(default=0)
    restarts = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=choices(JobState), default=JobState.ACCEPTED)
    backend_id = models.CharField(max_length=60, null=True)
    reason_code = models.CharField(max_length=60, blank=True)
    reason_facts = models.JSONField(default=dict)
    own_wait = models.PositiveBigIntegerField(default=0)
    reason_since = models.DateTimeField(null=True)
    held = models.BigIntegerField()
    submitted_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    exit_code = models.IntegerField(null=True)
    outputs_left_out = models.PositiveIntegerField(default=0)
    cancel_asked_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    notified_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    idle_since = models.DateTimeField(null=True)
    idle_until = models.DateTimeField(null=True)
    idle_need = models.CharField(max_length=6, choices=choices(Need), blank=True)
    idle_stopped_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["award", "state"], name="job_by_award"),
            models.Index(fields=["state"], condition=Q(settled_at__isnull=True), name="job_unsettled"),
            models.Index(fields=["ended_at"], condition=Q(cleared_at__isnull=True), name="job_uncleared"),
            models.Index(fields=["state"], condition=Q(steering__gt=F("steered")), name="job_unsteered"),
        ]
        constraints = [
            one_of("job", "state", JobState),
            exactly_when("job_ended_has_time", Q(state__in=sorted(state.value for state in FINAL_STATES)), "ended_at"),
            models.CheckConstraint(
                condition=Q(held__gt=0, wall_seconds__gt=0, cores__gte=1, nodes__gte=1), name="job_asks_for_something"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(ended_at__isnull=False), name="job_settled_after_end"
            ),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True) | Q(settled_at__isnull=False), name="job_cleared_after_settling"
            ),
            models.UniqueConstraint(fields=["array", "array_index"], name="job_array_index_once"),
            models.CheckConstraint(
                condition=Q(array__isnull=True, array_index__isnull=True, array_count=1)
                | Q(array__isnull=False, array_index__lt=F("array_count")),
                name="job_array_numbered",
            ),
            models.CheckConstraint(
                condition=Q(priority__range=(-MOST_PRIORITY, MOST_PRIORITY)), name="job_priority_within_bounds"
            ),
            models.CheckConstraint(
                condition=Q(idle_need="") | Q(idle_need__in=sorted(Need), idle_until__isnull=False),
                name="job_idle_need_known",
            ),
            only_when("job_idle_told_before_it_stops", Q(idle_until__isnull=False), "idle_since"),
            only_when("job_idle_stopped_when_due", Q(idle_stopped_at__isnull=False), "idle_until", "cancel_asked_at"),
        ]

    @property
    def title(self) -> str:
        """The name, and within an array the number too."""
        return self.name if self.array_index is None else f"{self.name} [{self.array_index}]"

    @property
    def shape(self) -> Shape:
        """What it asks for."""
        return Shape(self.gpus, self.cores, self.memory_mb, self.wall_seconds, self.nodes)

    @property
    def told_state(self) -> str:
        """The state as people are told it: what was cancelled without anybody's wish is named by its reason."""
        unasked = self.state == JobState.CANCELLED and self.reason_code in UNASKED
        return str(self.reason_code if unasked else self.state)

    @property
    def will_stop(self) -> bool:
        """Whether it runs, does next to nothing, and is to be stopped for that."""
        return self.state == JobState.RUNNING and self.idle_until is not None and self.cancel_asked_at is None


class JobWait(models.Model):
    """That a job waited `seconds`, an hour or more, for what was not its own doing; noted on `day` as it first started.

    `own_seconds` of the time before its start are left out: it was held back, waited for others or for its own limits.
    """

    job = models.OneToOneField(Job, on_delete=models.PROTECT, related_name="wait")
    seconds = models.PositiveBigIntegerField()
    own_seconds = models.PositiveBigIntegerField()
    day = models.DateField(db_index=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(seconds__gte=3600), name="jobwait_an_hour")]


class JobAfter(models.Model):
    """`job` starts only once `other` of the same award has ended; with `ok` without an error."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="after")
    other = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="before")
    ok = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "other"], name="jobafter_once"),
            models.CheckConstraint(condition=Q(job__gt=F("other")), name="jobafter_looks_back"),
        ]


class JobFile(models.Model):
    """A file given to a job, under a path relative to its folder."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "path"], name="jobfile_path_once")]


class JobOutput(models.Model):
    """A file that a job left, as its backend reported it; fetched from the backend when somebody wants it."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="outputs")
    path = models.CharField(max_length=300)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "path"], name="joboutput_path_once")]


class JobTemplate(models.Model):
    """A job's form that an organisation keeps under a name, for any of its people to fill in and submit."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="job_templates")
    name = models.CharField(max_length=100)
    argv = models.JSONField()
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, null=True, related_name="+")
    gpus = models.PositiveIntegerField(default=0)
    cores = models.PositiveIntegerField(default=1)
    memory_mb = models.PositiveIntegerField()
    wall_seconds = models.PositiveIntegerField()
    nodes = models.PositiveSmallIntegerField(default=1)
    priority = models.SmallIntegerField(default=0)
    requeue = models.BooleanField(default=False)
    checkpoint_seconds = models.PositiveIntegerField(default=0)
    array_count = models.PositiveIntegerField(default=1)
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="jobtemplate_name_once")]


class UsageCursor(models.Model):
    """How far a backend's usage records have been posted."""

    backend = models.CharField(max_length=60, unique=True)
    cursor = models.CharField(max_length=200, blank=True)
    moved_at = models.DateTimeField()
