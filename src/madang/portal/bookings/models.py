"""Tables of bookings, the slots that they and closures hold, who operates what, quotas, and private calendars."""

from django.db import models
from django.db.models import F, Q

from madang.portal.bookings.rules import BookingState, ClosureKind
from madang.portal.constraints import choices, exactly_when, one_of, only_when
from madang.portal.facilities.models import Facility
from madang.portal.facilities.rules import FacilityKind
from madang.portal.people.models import Organisation, Person
from madang.portal.resources.models import Product


class Booking(models.Model):
    """One or several facilities for an organisation in one period, all or none.

    While it is on the waiting list it holds no slot. `expected_by`: when nobody has checked in by then it is released.
    `charged` is how many percent of its time is charged: known once it is used, or ends otherwise.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=200, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    expected_by = models.DateTimeField()
    state = models.CharField(max_length=10, choices=choices(BookingState))
    series = models.UUIDField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    charged = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            one_of("booking", "state", BookingState),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_ends_after_start"),
            exactly_when("booking_used_when", Q(state="used"), "used_at"),
            exactly_when("booking_ended_when", Q(state__in=["refused", "cancelled", "missed", "lapsed"]), "ended_at"),
            models.CheckConstraint(
                condition=Q(charged=0) | Q(charged__lte=100, state__in=["used", "cancelled", "missed"]),
                name="booking_charged_once_known",
            ),
            only_when("booking_refused_by_whom", Q(state="refused"), "decided_by", "decided_at"),
        ]
        indexes = [
            models.Index(fields=["organisation", "starts_at"], name="booking_of_organisation"),
            models.Index(fields=["person", "starts_at"], name="booking_of_person"),
            models.Index(fields=["state", "expected_by"], name="booking_expected"),
            models.Index(fields=["starts_at", "ends_at"], name="booking_when"),
        ]


class BookedFacility(models.Model):
    """A facility of a booking, its minutes of use (a day counts as eight hours), its charge and who operates it.

    Without a product it costs nothing, whatever fee is set later.
    """

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="booked")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="booked")
    minutes = models.PositiveIntegerField()
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    operator = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="operated")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["booking", "facility"], name="bookedfacility_once")]


class Closure(models.Model):
    """When a facility is closed: a blackout, or maintenance; it holds slots as a booking does."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="closures")
    kind = models.CharField(max_length=12, choices=choices(ClosureKind))
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("closure", "kind", ClosureKind),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="closure_ends_after_start"),
        ]


class BookingSlot(models.Model):
    """One slot of one facility, held by a booking (its buffers too) or by a closure: nobody else can have it."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="slots")
    slot = models.BigIntegerField()
    booking = models.ForeignKey(Booking, null=True, on_delete=models.CASCADE, related_name="slots")
    closure = models.ForeignKey(Closure, null=True, on_delete=models.CASCADE, related_name="slots")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facility", "slot"], name="bookingslot_once"),
            models.CheckConstraint(
                condition=Q(booking__isnull=False, closure__isnull=True)
                | Q(booking__isnull=True, closure__isnull=False),
                name="bookingslot_held_by_one",
            ),
        ]


class FacilityOperator(models.Model):
    """One of the people who operate a facility; a facility that has any is booked only with one of them."""

    facility = models.ForeignKey(Facility, on_delete=models.CASCADE, related_name="operators")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["facility", "person"], name="facilityoperator_once")]


class OperatorSlot(models.Model):
    """A quarter of an hour in which a person operates something for a booking: nobody operates two things at once."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    slot = models.BigIntegerField()
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="operator_slots")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "slot"], name="operatorslot_once")]


class HourQuota(models.Model):
    """How many hours a calendar month an organisation may book of a class of facilities; without a row, no limit."""

    kind = models.CharField(max_length=12, choices=choices(FacilityKind), unique=True)
    hours = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("hourquota", "kind", FacilityKind)]


class HoursTaken(models.Model):
    """Minutes that an organisation has booked of a class in a month; moves with every booking."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=choices(FacilityKind))
    month = models.CharField(max_length=7)
    minutes = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            one_of("hourstaken", "kind", FacilityKind),
            models.UniqueConstraint(fields=["organisation", "kind", "month"], name="hourstaken_once"),
        ]


class CalendarFeed(models.Model):
    """A person's private calendar address; only a hash of its key is kept."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="calendar_feed")
    key_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
