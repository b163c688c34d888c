"""Tables of guardians' consents, learners, the points of their stages, and where they were hired."""

from django.db import models
from django.db.models import Q

from madang.portal.companies.models import Company
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.courses.models import Cohort, SelectionStage
from madang.portal.learners.rules import ConsentMeans, LearnerState, PlacementState
from madang.portal.people.models import Person


class GuardianConsent(models.Model):
    """That a guardian agreed to what is kept of a child: who, on which day, how, and who saw it.

    It is recorded before anything else is stored of the child as a learner.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    guardian = models.CharField(max_length=80, blank=True)
    given_on = models.DateField()
    means = models.CharField(max_length=6, choices=choices(ConsentMeans))
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("guardianconsent", "means", ConsentMeans)]


class Learner(models.Model):
    """Somebody's application to a cohort, and what became of it; a date of birth is asked for and never kept."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="learners")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    child = models.BooleanField()
    consent = models.ForeignKey(GuardianConsent, null=True, on_delete=models.PROTECT, related_name="learners")
    track = models.CharField(max_length=60, blank=True)
    statement = models.TextField(blank=True)
    shown_name = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=choices(LearnerState), default=LearnerState.APPLIED)
    reserve = models.PositiveSmallIntegerField(null=True)
    total = models.PositiveSmallIntegerField(null=True)
    applied_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=300, blank=True)
    emptied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("learner", "state", LearnerState),
            models.UniqueConstraint(fields=["cohort", "person"], name="learner_once"),
            exactly_when("learner_child_has_consent", Q(child=True), "consent"),
            exactly_when("learner_reserve_has_place", Q(state="reserve"), "reserve"),
            exactly_when(
                "learner_ended_when", Q(state__in=["withdrawn", "left", "graduated", "unfinished"]), "ended_at"
            ),
            models.UniqueConstraint(
                fields=["cohort", "reserve"], condition=Q(state="reserve"), name="learner_reserve_place_once"
            ),
        ]
        indexes = [models.Index(fields=["cohort", "state"], name="learner_of_cohort")]


class StagePoints(models.Model):
    """The points that a learner got at a stage, and the hours that an online stage's points come from."""

    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="points")
    stage = models.ForeignKey(SelectionStage, on_delete=models.PROTECT, related_name="+")
    points = models.PositiveSmallIntegerField()
    hours = models.PositiveSmallIntegerField(null=True)
    given_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["learner", "stage"], name="stagepoints_once")]


class Placement(models.Model):
    """Where somebody who graduated was hired, since when, and what shows it; it counts once it is accepted."""

    learner = models.ForeignKey(Learner, on_delete=models.CASCADE, related_name="placements")
    employer = models.CharField(max_length=120)
    company = models.ForeignKey(Company, null=True, on_delete=models.PROTECT, related_name="+")
    hired_on = models.DateField()
    evidence = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=8, choices=choices(PlacementState), default=PlacementState.TOLD)
    told_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            one_of("placement", "state", PlacementState),
            exactly_when("placement_decided_by_whom", ~Q(state="told"), "decided_by", "decided_at"),
            models.UniqueConstraint(fields=["learner", "hired_on"], name="placement_once_a_day"),
        ]
