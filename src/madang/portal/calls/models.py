"""Tables of calls, intakes, tracks and everything a track asks for, and of correction notices."""

from django.db import models
from django.db.models import F, Q

from madang.portal.calls.rules import CallKind, CallState, ConflictRules, EligibilityKind, IntakeState, ReferenceDate
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.people.models import Person
from madang.portal.prices.rules import Stacking
from madang.portal.resources.models import Product
from madang.review.scores import Rule as ScoreRule


class Call(models.Model):
    """An invitation to apply. Once published it changes only by a correction notice."""

    code = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=12, choices=choices(CallKind))
    title_ko = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160)
    summary_ko = models.TextField()
    summary_en = models.TextField()
    state = models.CharField(max_length=10, choices=choices(CallState), default=CallState.DRAFT)
    generated = models.BooleanField(default=False)
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    # after how many months from the end of an award its holder reports what came of it
    report_months = models.JSONField(default=list)
    # reviewers see numbers, not who applies
    blind = models.BooleanField(default=False)

    class Meta:
        constraints = [
            one_of("call", "kind", CallKind),
            one_of("call", "state", CallState),
            exactly_when("call_published_has_time", ~Q(state="draft"), "published_at"),
        ]


class Intake(models.Model):
    """One intake of a call, applications accepted [opens_at, closes_at). A rolling call opens the next by itself."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="intakes")
    number = models.PositiveSmallIntegerField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    review_due_at = models.DateTimeField()
    decision_due_at = models.DateTimeField()
    accept_days = models.PositiveSmallIntegerField(default=7)
    objection_days = models.PositiveSmallIntegerField(default=30)
    state = models.CharField(max_length=10, choices=choices(IntakeState), default=IntakeState.PLANNED)
    decided_at = models.DateTimeField(null=True)
    last_receipt = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            one_of("intake", "state", IntakeState),
            models.UniqueConstraint(fields=["call", "number"], name="intake_number_once"),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at"))
                & Q(review_due_at__gte=F("closes_at"))
                & Q(decision_due_at__gte=F("review_due_at")),
                name="intake_dates_in_order",
            ),
            exactly_when("intake_decided_has_time", Q(state__in=["decided", "closed"]), "decided_at"),
        ]


class Track(models.Model):
    """A branch of a call with its own products, amounts, criteria and rules. Scores are thousandths of a point.

    The weights are those of the review's steps in the score; a step without weight informs but does not count. More
    than `quorum_percent` of a committee's seats must be present, and the most that it may add or take are points.
    In a track with `peer_groups` (2 or more) applicants review each other's documents, nobody in the group of an
    application of their own, and may hand in until `grace_days` after the date; with 0 experts review.
    `claims_most` caps the bonus points that applicants claim; with `consensus` reviewers agree on one sheet at last.
    With `halves` what its awards count by the hour comes in two halves, the second after a report.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="tracks")
    code = models.SlugField(max_length=30)
    title_ko = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    guidance_ko = models.TextField(blank=True)
    guidance_en = models.TextField(blank=True)
    first_month = models.CharField(max_length=7)
    last_month = models.CharField(max_length=7)
    minimum_months = models.PositiveSmallIntegerField(default=1)
    minimum_total_milli = models.PositiveIntegerField(default=0)
    stacking = models.CharField(max_length=10, choices=choices(Stacking), default=Stacking.BEST)
    reviews_wanted = models.PositiveSmallIntegerField(default=3)
    conflict_rules = models.CharField(max_length=15, choices=choices(ConflictRules), default=ConflictRules.KOREAN)
    score_rule = models.CharField(max_length=10, choices=choices(ScoreRule), default=ScoreRule.MEAN)
    document_weight = models.PositiveSmallIntegerField(default=1)
    presentation_weight = models.PositiveSmallIntegerField(default=0)
    on_site_weight = models.PositiveSmallIntegerField(default=0)
    quorum_percent = models.PositiveSmallIntegerField(default=50)
    bonus_most = models.PositiveSmallIntegerField(default=0)
    penalty_most = models.PositiveSmallIntegerField(default=0)
    peer_groups = models.PositiveSmallIntegerField(default=0)
    grace_days = models.PositiveSmallIntegerField(default=0)
    claims_most = models.PositiveSmallIntegerField(default=0)
    consensus = models.BooleanField(default=False)
    halves = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            one_of("track", "stacking", Stacking),
            one_of("track", "conflict_rules", ConflictRules),
            one_of("track", "score_rule", ScoreRule),
            models.UniqueConstraint(fields=["call", "code"], name="track_code_once"),
            models.CheckConstraint(condition=Q(last_month__gte=F("first_month")), name="track_months_in_order"),
            models.CheckConstraint(condition=Q(reviews_wanted__gte=1), name="track_reviews_from_one"),
            models.CheckConstraint(
                condition=Q(document_weight__gte=1) | Q(presentation_weight__gte=1) | Q(on_site_weight__gte=1),
                name="track_step_has_weight",
            ),
            models.CheckConstraint(condition=Q(quorum_percent__lt=100), name="track_quorum_below_all"),
            models.CheckConstraint(
                condition=Q(peer_groups=0, grace_days=0)
                | Q(peer_groups__gte=2, reviews_wanted__lte=5, presentation_weight=0, on_site_weight=0)
                & Q(bonus_most=0, penalty_most=0),
                name="track_peers_review_documents_alone",
            ),
        ]


class TrackProduct(models.Model):
    """A product that a track offers, and how much of it one application may ask for."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="products")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    minimum = models.PositiveIntegerField(default=1)
    maximum = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["track", "product"], name="trackproduct_once"),
            models.CheckConstraint(
                condition=Q(minimum__gte=1) & Q(maximum__gte=F("minimum")), name="trackproduct_range"
            ),
        ]


class Criterion(models.Model):
    """One line of a track's scoring table; `anchors` say in words what so many points mean.

    A sheet may leave out what is not `required`: that lowers nothing, and so such a line has no minimum.
    """

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="criteria")
    code = models.SlugField(max_length=30)
    title_ko = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    points = models.PositiveSmallIntegerField()
    minimum_points = models.PositiveSmallIntegerField(default=0)
    required = models.BooleanField(default=True)
    anchors_ko = models.TextField(blank=True)
    anchors_en = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["track", "code"], name="criterion_code_once"),
            models.CheckConstraint(
                condition=Q(points__gte=1) & Q(minimum_points__lte=F("points")), name="criterion_minimum_within_points"
            ),
            models.CheckConstraint(
                condition=Q(required=True) | Q(minimum_points=0), name="criterion_optional_without_minimum"
            ),
        ]


class Section(models.Model):
    """A part of the written plan that a track asks for, with its greatest length in characters."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="sections")
    code = models.SlugField(max_length=30)
    title_ko = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    guidance_ko = models.TextField(blank=True)
    guidance_en = models.TextField(blank=True)
    max_characters = models.PositiveIntegerField()
    required = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "code"], name="section_code_once")]


class EligibilityRule(models.Model):
    """A condition on the applicant, as data; judged on its reference date."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="eligibility_rules")
    kind = models.CharField(max_length=30, choices=choices(EligibilityKind))
    parameters = models.JSONField(default=dict)
    reference_date = models.CharField(max_length=12, choices=choices(ReferenceDate))
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            one_of("eligibilityrule", "kind", EligibilityKind),
            one_of("eligibilityrule", "reference_date", ReferenceDate),
        ]


class EvidenceKind(models.Model):
    """A paper that a track asks for: who issues it, and how many days old it may be at the deadline."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="evidence_kinds")
    code = models.SlugField(max_length=30)
    title_ko = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    issuer_ko = models.CharField(max_length=120)
    issuer_en = models.CharField(max_length=120)
    max_age_days = models.PositiveIntegerField(null=True)
    required = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "code"], name="evidencekind_code_once")]


class BonusRule(models.Model):
    """Points that a track adds for what a paper proves, as published; applicants claim them by its code."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="bonus_rules")
    code = models.SlugField(max_length=30)
    title_ko = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    text_ko = models.CharField(max_length=500)
    text_en = models.CharField(max_length=500)
    points = models.PositiveSmallIntegerField()
    evidence = models.ForeignKey(EvidenceKind, on_delete=models.CASCADE, related_name="bonus_rules")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["track", "code"], name="bonusrule_code_once"),
            models.CheckConstraint(condition=Q(points__gte=1), name="bonusrule_points_from_one"),
        ]


class ConsentText(models.Model):
    """One version of a consent or pledge. A published text is never edited; a new version is a new row."""

    code = models.SlugField(max_length=30)
    version = models.PositiveSmallIntegerField()
    title_ko = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160)
    body_ko = models.TextField()
    body_en = models.TextField()
    refusal_ko = models.CharField(max_length=300)
    refusal_en = models.CharField(max_length=300)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="consenttext_version_once")]


class TrackConsent(models.Model):
    """A consent that a track asks for, required or optional."""

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="+")
    required = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "text"], name="trackconsent_once")]


class CorrectionNotice(models.Model):
    """A published change of a published call: which field, the old value, the new, and why."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="corrections")
    number = models.PositiveSmallIntegerField()
    field = models.CharField(max_length=80)
    old = models.TextField()
    new = models.TextField()
    reason_ko = models.CharField(max_length=500)
    reason_en = models.CharField(max_length=500)
    published_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="correctionnotice_number_once")]
