"""Tables of committees, of the draws by which they come about, and of everybody in the pool that was drawn from."""

from django.db import models
from django.db.models import F, Q

from madang.portal.calls.models import Intake, Track
from madang.portal.committees.rules import CandidateState, DrawState
from madang.portal.constraints import choices, exactly_when, one_of, only_when
from madang.portal.people.models import Person
from madang.portal.reviews.models import Reviewer


class Committee(models.Model):
    """A section of an intake (a track, or all of it): so many seats, and when and where it meets."""

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="committees")
    track = models.ForeignKey(Track, null=True, on_delete=models.PROTECT, related_name="committees")
    name_ko = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    seats = models.PositiveSmallIntegerField()
    meets_at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["intake", "name_ko"], name="committee_name_once"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="committee_has_seats"),
        ]


class CommitteeDraw(models.Model):
    """One numbered round: what it must keep, a secret known by its commitment, the pool's digest, the value outside.

    `quotas` are [trait, least, most or null]. Whoever is asked has `answer_days` days.
    """

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="draws")
    number = models.PositiveSmallIntegerField()
    seats = models.PositiveSmallIntegerField()
    times = models.PositiveSmallIntegerField(default=3)
    per_organisation = models.PositiveSmallIntegerField(default=1)
    quotas = models.JSONField(default=list)
    answer_days = models.PositiveSmallIntegerField(default=3)
    state = models.CharField(max_length=10, choices=choices(DrawState), default=DrawState.COMMITTED)
    secret = models.BigIntegerField()
    commitment = models.CharField(max_length=64)
    outside_source = models.CharField(max_length=200)
    outside_from = models.DateTimeField()
    committed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    committed_at = models.DateTimeField()
    digest = models.CharField(max_length=64, null=True)
    frozen_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField(null=True)
    outside = models.CharField(max_length=200, null=True)
    drawn_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(null=True)
    abandoned_reason = models.CharField(max_length=300, null=True)
    abandoned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("committeedraw", "state", DrawState),
            models.UniqueConstraint(fields=["committee", "number"], name="committeedraw_number_once"),
            models.UniqueConstraint(
                fields=["committee"], condition=Q(state__in=["committed", "frozen"]), name="committeedraw_one_going"
            ),
            models.CheckConstraint(
                condition=Q(seats__gte=1, times__gte=3, per_organisation__gte=1), name="committeedraw_numbers"
            ),
            only_when("committeedraw_frozen", Q(state__in=["frozen", "drawn"]), "digest", "frozen_by", "frozen_at"),
            exactly_when("committeedraw_drawn", Q(state="drawn"), "outside", "drawn_by", "drawn_at"),
            exactly_when("committeedraw_abandoned", Q(state="abandoned"), "abandoned_reason", "abandoned_at"),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True) | Q(frozen_at__lt=F("outside_from")),
                name="committeedraw_frozen_before_value",
            ),
        ]


class Candidate(models.Model):
    """Somebody of a frozen pool under an alias that tells nothing; `place` on the drawn list, and what was answered."""

    draw = models.ForeignKey(CommitteeDraw, on_delete=models.PROTECT, related_name="candidates")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="candidacies")
    alias = models.CharField(max_length=12)
    organisation = models.CharField(max_length=12, blank=True)
    traits = models.JSONField(default=list)
    place = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=10, choices=choices(CandidateState), default=CandidateState.POOLED)
    asked_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    learnt_on = models.DateField(null=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["answer_by"], condition=Q(state="waiting"), name="candidate_due")]
        constraints = [
            one_of("candidate", "state", CandidateState),
            models.UniqueConstraint(fields=["draw", "reviewer"], name="candidate_once"),
            models.UniqueConstraint(fields=["draw", "alias"], name="candidate_alias_once"),
            models.UniqueConstraint(fields=["draw", "place"], name="candidate_place_once"),
            exactly_when("candidate_asked", ~Q(state="pooled"), "asked_at", "answer_by"),
            exactly_when("candidate_answered", ~Q(state__in=["pooled", "waiting"]), "answered_at"),
            only_when("candidate_asked_is_drawn", ~Q(state="pooled"), "place"),
        ]
