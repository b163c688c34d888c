"""Tables of the rates at which pools are exchanged, and of what was exchanged."""

from django.db import models
from django.db.models import F, Q

from madang.portal.awards.models import Award, AwardLine
from madang.portal.constraints import choices, exactly_when, one_of, only_when
from madang.portal.ledger.models import Movement
from madang.portal.people.models import Person
from madang.portal.resources.models import Pool, Product
from madang.portal.transfers.rules import TransferState


class TransferRate(models.Model):
    """On days [starts_on, ends_on) `gives` hours of a pool sold by the hour are worth `gets` hours of a product's pool.

    One transfer takes `least_permille` of what the award was given of the pool at least, all of them together
    `most_permille` at most. Where `back`, what came in may go back at the same rate. Never changed but for its end.
    """

    code = models.CharField(max_length=30, unique=True)
    name_ko = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    sentence_ko = models.CharField(max_length=300)
    sentence_en = models.CharField(max_length=300)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    gives = models.PositiveIntegerField()
    gets = models.PositiveIntegerField()
    least_permille = models.PositiveSmallIntegerField()
    most_permille = models.PositiveSmallIntegerField()
    needs_approval = models.BooleanField()
    back = models.BooleanField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(gives__gte=1, gets__gte=1, most_permille__range=(1, 1000))
                & Q(least_permille__lte=F("most_permille")),
                name="transferrate_figures",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")), name="transferrate_ends_after_start"
            ),
        ]


class Transfer(models.Model):
    """That an award gives `given` seconds of a pool for `quantity` of a product, `got` seconds of its pool in all.

    With `back_of` it goes back what another brought. Once done: the line that it became and the two sides in the book.
    """

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="transfers")
    rate = models.ForeignKey(TransferRate, on_delete=models.PROTECT, related_name="+")
    back_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="backs")
    state = models.CharField(max_length=9, choices=choices(TransferState), default=TransferState.ASKED)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    given = models.BigIntegerField()
    quantity = models.PositiveIntegerField()
    got = models.BigIntegerField()
    reasons = models.CharField(max_length=1000, blank=True)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decision = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    line = models.OneToOneField(AwardLine, null=True, on_delete=models.PROTECT, related_name="transfer")
    out = models.OneToOneField(Movement, null=True, on_delete=models.PROTECT, related_name="+")
    into = models.OneToOneField(Movement, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            one_of("transfer", "state", TransferState),
            models.UniqueConstraint(fields=["award"], condition=Q(state="asked"), name="transfer_asked_once"),
            models.CheckConstraint(condition=Q(given__gt=0, quantity__gte=1, got__gt=0), name="transfer_something"),
            exactly_when("transfer_decided", ~Q(state="asked"), "decided_at"),
            exactly_when("transfer_done_has_sides", Q(state="done"), "line", "out", "into"),
            only_when("transfer_refused_by_somebody", Q(state="refused"), "decided_by"),
        ]
