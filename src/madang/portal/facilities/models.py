"""Tables of the catalogue: facilities with their terms, and what goes with them."""

from django.db import models
from django.db.models import F, Q

from madang.portal.constraints import choices, one_of
from madang.portal.facilities.rules import (
    EVERY_DAY,
    MINUTES_A_DAY,
    FacilityField,
    FacilityFileKind,
    FacilityKind,
    FacilityState,
    SafetyClass,
    SlotGrain,
)
from madang.portal.files.models import StoredFile
from madang.portal.people.models import Person


class Facility(models.Model):
    """One thing that can be booked, with its terms (`rules.Terms`).

    `door_code` is what stands at the thing itself: who knows it is there. `turn` moves with everything that is taken
    or freed, so that two who decide about one facility at the same moment come one after the other.
    """

    code = models.CharField(max_length=30, unique=True)
    name_ko = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=choices(FacilityKind))
    field = models.CharField(max_length=12, choices=choices(FacilityField))
    maker = models.CharField(max_length=80, blank=True)
    model = models.CharField(max_length=80, blank=True)
    specification_ko = models.TextField(blank=True)
    specification_en = models.TextField(blank=True)
    place_ko = models.CharField(max_length=120, blank=True)
    place_en = models.CharField(max_length=120, blank=True)
    safety = models.CharField(max_length=12, choices=choices(SafetyClass))
    responsible = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    grain = models.CharField(max_length=8, choices=choices(SlotGrain))
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()
    weekdays = models.PositiveSmallIntegerField()
    before = models.PositiveSmallIntegerField(default=0)
    after = models.PositiveSmallIntegerField(default=0)
    notice_hours = models.PositiveSmallIntegerField(default=0)
    ahead_days = models.PositiveSmallIntegerField()
    longest = models.PositiveSmallIntegerField()
    grace_minutes = models.PositiveSmallIntegerField()
    each_night = models.PositiveSmallIntegerField(default=0)
    needs_approval = models.BooleanField(default=False)
    calibrated_until = models.DateField(null=True)
    state = models.CharField(max_length=8, choices=choices(FacilityState), default=FacilityState.IN_USE)
    door_code = models.CharField(max_length=8)
    version = models.PositiveIntegerField(default=1)
    turn = models.PositiveBigIntegerField(default=0)
    generated = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("facility", "kind", FacilityKind),
            one_of("facility", "field", FacilityField),
            one_of("facility", "safety", SafetyClass),
            one_of("facility", "grain", SlotGrain),
            one_of("facility", "state", FacilityState),
            models.CheckConstraint(
                condition=Q(opens__lt=F("closes"), closes__lte=MINUTES_A_DAY), name="facility_opens_before_closing"
            ),
            models.CheckConstraint(
                condition=Q(weekdays__gte=1, weekdays__lte=EVERY_DAY), name="facility_open_on_some_day"
            ),
            models.CheckConstraint(condition=Q(longest__gte=1), name="facility_longest_above_zero"),
        ]
        indexes = [models.Index(fields=["kind", "field", "code"], name="facility_by_kind")]


class FacilityAccessory(models.Model):
    """What goes with a facility, and how many of it there are."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="accessories")
    name_ko = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    count = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facility", "name_ko"], name="facilityaccessory_once"),
            models.CheckConstraint(condition=Q(count__gte=1), name="facilityaccessory_above_zero"),
        ]


class FacilityFile(models.Model):
    """A photo, with what it shows, or a manual, with what it is; without what its maker's device wrote into it."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=6, choices=choices(FacilityFileKind))
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=150)
    words_ko = models.CharField(max_length=200)
    words_en = models.CharField(max_length=200)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("facilityfile", "kind", FacilityFileKind)]
