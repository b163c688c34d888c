"""Tables of courses, cohorts, their stages of selection, teachers, seats, and the weeks that a seat takes."""

from django.db import models
from django.db.models import F, Q

from madang.portal.awards.models import Award
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.courses.rules import Band, CohortState, CourseKind, StageKind
from madang.portal.people.models import Organisation, Person


class Course(models.Model):
    """What is taught, time after time, in cohorts."""

    code = models.SlugField(max_length=30, unique=True)
    kind = models.CharField(max_length=10, choices=choices(CourseKind))
    name_ko = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    about_ko = models.TextField(blank=True)
    about_en = models.TextField(blank=True)
    generated = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("course", "kind", CourseKind)]


class Cohort(models.Model):
    """One time that a course is held, on [starts_on, ends_on), by an organisation; its places are its seats.

    `award`: computing that the class shares for the term. `allowance` is how many of the award's seconds one learner
    may use of each pool.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="cohorts")
    number = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    places = models.PositiveSmallIntegerField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    band = models.CharField(max_length=7, choices=choices(Band))
    hours = models.PositiveSmallIntegerField()
    tracks = models.JSONField(default=list)
    attendance_least = models.PositiveSmallIntegerField()
    coursework_least = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=choices(CohortState), default=CohortState.DRAFT)
    award = models.ForeignKey(Award, null=True, on_delete=models.PROTECT, related_name="+")
    allowance = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)
    selected_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("cohort", "state", CohortState),
            one_of("cohort", "band", Band),
            models.UniqueConstraint(fields=["course", "number"], name="cohort_number_once"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")) & Q(ends_on__gt=F("starts_on")), name="cohort_dates_in_order"
            ),
            models.CheckConstraint(condition=Q(places__gte=1) & Q(hours__gte=1), name="cohort_has_places"),
            models.CheckConstraint(
                condition=Q(attendance_least__lte=100) & Q(coursework_least__lte=100), name="cohort_percentages"
            ),
            exactly_when("cohort_selected_when", Q(state__in=["selected", "ended"]), "selected_at"),
            exactly_when("cohort_allowance_of_award", Q(award__isnull=False), "allowance"),
        ]
        indexes = [models.Index(fields=["state", "closes_at"], name="cohort_by_state")]


class SelectionStage(models.Model):
    """A stage of a cohort's selection; an online stage has the hours that all its points ask for."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="stages")
    kind = models.CharField(max_length=9, choices=choices(StageKind))
    place = models.PositiveSmallIntegerField()
    most = models.PositiveSmallIntegerField()
    least = models.PositiveSmallIntegerField()
    hours = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            one_of("selectionstage", "kind", StageKind),
            models.UniqueConstraint(fields=["cohort", "kind"], name="selectionstage_once"),
            models.CheckConstraint(condition=Q(least__lte=F("most")), name="selectionstage_least_within_most"),
            exactly_when("selectionstage_online_has_hours", Q(kind="online"), "hours"),
        ]


class CourseTeacher(models.Model):
    """Somebody who teaches a cohort: sees its learners, opens its lessons, corrects who came."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="teachers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cohort", "person"], name="courseteacher_once")]


class Seat(models.Model):
    """A place of a cohort; there are as many rows as places, so that no more learners than that can be stored."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="seats")
    number = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="seat_number_once"),
            models.UniqueConstraint(fields=["cohort", "person"], name="seat_person_once"),
        ]


class SeatWeek(models.Model):
    """A part of a week that a seat takes of its person: nobody sits in two cohorts at the same time."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="weeks")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    week = models.PositiveIntegerField()
    band = models.CharField(max_length=7, choices=choices(Band))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "week", "band"], name="seatweek_once")]
