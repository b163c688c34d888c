"""Tables of tenancies, the days that they hold, residents, visitors, monthly reports, and requests for repair."""

from django.db import models
from django.db.models import F, Q

from madang.portal.camp.models import CampSpace, TenantBid
from madang.portal.constraints import choices, exactly_when, one_of, only_when
from madang.portal.people.models import Organisation, Person
from madang.portal.tenancies.rules import Condition, ExtensionState, TenancyState, UpkeepState


class TenancyText(models.Model):
    """One version of what a tenant agrees to, in both languages; never changed."""

    version = models.PositiveIntegerField(unique=True)
    text_ko = models.TextField()
    text_en = models.TextField()
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()


class Tenancy(models.Model):
    """Rooms and seats of one tenant on [starts_on, ends_on), never past `ceiling_on`, under one version of the text.

    Selected from a bid, or straight by somebody with a reason.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    bid = models.OneToOneField(TenantBid, null=True, on_delete=models.PROTECT, related_name="tenancy")
    text = models.ForeignKey(TenancyText, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    ceiling_on = models.DateField()
    state = models.CharField(max_length=12, choices=choices(TenancyState), default=TenancyState.OFFERED)
    reason = models.CharField(max_length=1000)
    answer_by = models.DateField()
    offered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    signed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=1000, blank=True)
    checked_out_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    checked_out_at = models.DateTimeField(null=True)
    owed_won = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)
    generated = models.BooleanField(default=False)

    class Meta:
        constraints = [
            one_of("tenancy", "state", TenancyState),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="tenancy_ends_after_start"),
            models.CheckConstraint(condition=Q(ends_on__lte=F("ceiling_on")), name="tenancy_never_past_ceiling"),
            only_when(
                "tenancy_signed_whole", Q(state__in=["signed", "running", "checked_out"]), "signed_by", "signed_at"
            ),
            only_when("tenancy_running_since", Q(state="running"), "started_at"),
            exactly_when(
                "tenancy_over_since",
                Q(state__in=["ended", "checked_out", "declined", "lapsed", "dropped"]),
                "ended_at",
            ),
            exactly_when(
                "tenancy_checked_out_whole", Q(state="checked_out"), "checked_out_by", "checked_out_at", "owed_won"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state"], name="tenancy_of_organisation"),
            models.Index(fields=["state", "ends_on"], name="tenancy_by_end"),
        ]


class LetSpace(models.Model):
    """That a room or a seat belongs to a tenancy."""

    tenancy = models.ForeignKey(Tenancy, on_delete=models.CASCADE, related_name="spaces")
    space = models.ForeignKey(CampSpace, on_delete=models.PROTECT, related_name="tenancies")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenancy", "space"], name="letspace_once")]


class LetDay(models.Model):
    """One day of one space, held by a tenancy: nobody else can have it."""

    space = models.ForeignKey(CampSpace, on_delete=models.PROTECT, related_name="days")
    day = models.DateField()
    tenancy = models.ForeignKey(Tenancy, on_delete=models.CASCADE, related_name="days")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "day"], name="letday_once")]
        indexes = [models.Index(fields=["day"], name="letday_by_day")]


class TenancyExtension(models.Model):
    """What a tenant asked for: until when, why, and what was decided."""

    tenancy = models.ForeignKey(Tenancy, on_delete=models.CASCADE, related_name="extensions")
    until_on = models.DateField()
    why = models.CharField(max_length=1000)
    state = models.CharField(max_length=10, choices=choices(ExtensionState), default=ExtensionState.ASKED)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            one_of("tenancyextension", "state", ExtensionState),
            models.UniqueConstraint(fields=["tenancy"], condition=Q(state="asked"), name="tenancyextension_one_open"),
            exactly_when(
                "tenancyextension_decided_whole", Q(state__in=["approved", "refused"]), "decided_by", "decided_at"
            ),
        ]


class CheckOutItem(models.Model):
    """One thing of the list at check-out: its condition, and what is owed for it."""

    tenancy = models.ForeignKey(Tenancy, on_delete=models.CASCADE, related_name="items")
    what = models.CharField(max_length=200)
    condition = models.CharField(max_length=8, choices=choices(Condition))
    owed_won = models.BigIntegerField(default=0)
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("checkoutitem", "condition", Condition),
            models.CheckConstraint(condition=Q(owed_won__gte=0), name="checkoutitem_not_negative"),
        ]


class Resident(models.Model):
    """Somebody of the tenant who may come in, from when until when, on which days and hours."""

    tenancy = models.ForeignKey(Tenancy, on_delete=models.CASCADE, related_name="residents")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opens = models.PositiveSmallIntegerField()
    closes = models.PositiveSmallIntegerField()
    weekdays = models.PositiveSmallIntegerField()
    from_on = models.DateField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenancy", "person"], condition=Q(until_on__isnull=True), name="resident_once_at_a_time"
            ),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="resident_hours_in_order"),
        ]
        indexes = [models.Index(fields=["person", "until_on"], name="resident_by_person")]


class Visitor(models.Model):
    """Who is announced for a day, by which resident; deleted some time after that day."""

    tenancy = models.ForeignKey(Tenancy, on_delete=models.CASCADE, related_name="visitors")
    host = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    on = models.DateField()
    announced_at = models.DateTimeField()
    came_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["on"], name="visitor_on")]


class MonthDuty(models.Model):
    """That a tenant reports a month by a day; `told` counts the mails about it."""

    tenancy = models.ForeignKey(Tenancy, on_delete=models.CASCADE, related_name="duties")
    month = models.CharField(max_length=7)
    due_on = models.DateField()
    told = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenancy", "month"], name="monthduty_once")]
        indexes = [models.Index(fields=["told", "due_on"], name="monthduty_to_tell")]


class MonthReport(models.Model):
    """One version of what a tenant reports of a month; a correction is the next version."""

    duty = models.ForeignKey(MonthDuty, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveSmallIntegerField()
    staff = models.PositiveIntegerField()
    revenue_won = models.BigIntegerField()
    investment_won = models.BigIntegerField()
    patents = models.PositiveIntegerField()
    why = models.CharField(max_length=1000, blank=True)
    handed_in_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    handed_in_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["duty", "version"], name="monthreport_version_once"),
            models.CheckConstraint(
                condition=Q(revenue_won__gte=0, investment_won__gte=0), name="monthreport_not_negative"
            ),
        ]


class UpkeepRequest(models.Model):
    """What a tenant asked to have mended, and how far that is."""

    tenancy = models.ForeignKey(Tenancy, on_delete=models.CASCADE, related_name="requests")
    space = models.ForeignKey(CampSpace, null=True, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=choices(UpkeepState), default=UpkeepState.ASKED)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [one_of("upkeeprequest", "state", UpkeepState)]
        indexes = [models.Index(fields=["state", "asked_at"], name="upkeeprequest_by_state")]


class UpkeepStep(models.Model):
    """One step of a request: to which state, by whom, with what words."""

    request = models.ForeignKey(UpkeepRequest, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=choices(UpkeepState))
    words = models.CharField(max_length=1000, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [one_of("upkeepstep", "state", UpkeepState)]
