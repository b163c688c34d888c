"""Tables of the camp: spaces with their rectangles, calls for tenants, bids with officers' points, notices."""

from django.db import models
from django.db.models import F, Q

from madang.portal.camp.rules import PLAN_MOST, POINTS_MOST, BidState, SpaceKind, SpaceState
from madang.portal.constraints import choices, exactly_when, one_of, only_when
from madang.portal.facilities.models import Facility
from madang.portal.people.models import Organisation, Person


class CampSpace(models.Model):
    """A room, a seat or something shared, where it lies on its floor's plan (`rules.Space`)."""

    code = models.CharField(max_length=30, unique=True)
    name_ko = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=choices(SpaceKind))
    floor = models.SmallIntegerField()
    x = models.PositiveSmallIntegerField()
    y = models.PositiveSmallIntegerField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    people = models.PositiveSmallIntegerField(default=1)
    facility = models.OneToOneField(Facility, null=True, on_delete=models.SET_NULL, related_name="space")
    state = models.CharField(max_length=8, choices=choices(SpaceState), default=SpaceState.IN_USE)
    version = models.PositiveIntegerField(default=1)
    generated = models.BooleanField(default=False)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("campspace", "kind", SpaceKind),
            one_of("campspace", "state", SpaceState),
            models.CheckConstraint(
                condition=Q(width__gte=1, height__gte=1, x__lte=PLAN_MOST, y__lte=PLAN_MOST), name="campspace_on_plan"
            ),
            models.CheckConstraint(
                condition=Q(facility__isnull=True) | Q(kind="shared"), name="campspace_books_what_is_shared"
            ),
        ]
        indexes = [models.Index(fields=["floor", "code"], name="campspace_by_floor")]


class TenantCall(models.Model):
    """A call for tenants; it is open from opening to closing once published, and over when it is finished."""

    code = models.CharField(max_length=30, unique=True)
    title_ko = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    text_ko = models.TextField()
    text_en = models.TextField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    months = models.PositiveSmallIntegerField()
    ceiling_months = models.PositiveSmallIntegerField()
    spaces = models.ManyToManyField(CampSpace, through="OfferedSpace", related_name="calls")
    published_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="tenantcall_closes_after_opening"),
            models.CheckConstraint(
                condition=Q(months__gte=1, ceiling_months__gte=F("months")), name="tenantcall_months_in_order"
            ),
            only_when("tenantcall_finished_published", Q(finished_at__isnull=False), "published_at"),
        ]


class OfferedSpace(models.Model):
    """That a call offers a room or a seat."""

    call = models.ForeignKey(TenantCall, on_delete=models.CASCADE, related_name="offered")
    space = models.ForeignKey(CampSpace, on_delete=models.PROTECT, related_name="offered")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "space"], name="offeredspace_once")]


class TenantBid(models.Model):
    """What an organisation answered to a call for tenants: what it wants to do, with how many people."""

    call = models.ForeignKey(TenantCall, on_delete=models.PROTECT, related_name="bids")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    people = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=choices(BidState), default=BidState.HANDED_IN)
    handed_in_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            one_of("tenantbid", "state", BidState),
            models.UniqueConstraint(
                fields=["call", "organisation"], condition=~Q(state="withdrawn"), name="tenantbid_once_a_call"
            ),
            models.CheckConstraint(condition=Q(people__gte=1), name="tenantbid_of_somebody"),
            exactly_when(
                "tenantbid_decided_whole",
                Q(state__in=["selected", "reserve", "not_selected"]),
                "decided_by",
                "decided_at",
            ),
        ]


class TenantBidPoints(models.Model):
    """What an officer gave a bid, and why."""

    bid = models.ForeignKey(TenantBid, on_delete=models.CASCADE, related_name="points")
    officer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    points = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=1000)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bid", "officer"], name="tenantbidpoints_once"),
            models.CheckConstraint(condition=Q(points__lte=POINTS_MOST), name="tenantbidpoints_within"),
        ]


class HouseNotice(models.Model):
    """What tenants are told on its days, until it is taken down."""

    title_ko = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    text_ko = models.TextField()
    text_en = models.TextField()
    from_on = models.DateField()
    until_on = models.DateField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    taken_down_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="housenotice_days_in_order")
        ]
        indexes = [models.Index(fields=["until_on"], name="housenotice_until")]
