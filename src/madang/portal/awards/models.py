"""Tables of plans, decisions, awards with their lines, agreements and signatures."""

from django.db import models
from django.db.models import F, Q

from madang.portal.applications.models import Application
from madang.portal.awards.rules import AwardState, Outcome, PlanState, Side, SigningMethod
from madang.portal.calls.models import Intake
from madang.portal.constraints import choices, exactly_when, one_of, only_when
from madang.portal.files.models import StoredFile
from madang.portal.people.models import Organisation, Person
from madang.portal.resources.models import Product


class Plan(models.Model):
    """A proposed allocation of one intake: the whole input, the policy, the result. Never edited, only superseded.

    `problem` and `result` are the documents of `madang.allocation`; `pseudonyms` maps the problem's request ids to
    application ids and stays in the portal.
    """

    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveSmallIntegerField()
    policy = models.JSONField()
    seed = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=choices(PlanState), default=PlanState.SOLVING)
    problem = models.JSONField()
    problem_hash = models.CharField(max_length=64)
    pseudonyms = models.JSONField()
    result = models.JSONField(null=True)
    faults = models.JSONField(null=True)
    progress = models.JSONField(default=dict)
    failure = models.CharField(max_length=500, blank=True)
    claimed_until = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    solved_at = models.DateTimeField(null=True)
    adopted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("plan", "state", PlanState),
            models.UniqueConstraint(fields=["intake", "number"], name="plan_number_once"),
            models.UniqueConstraint(fields=["intake"], condition=Q(state="adopted"), name="plan_one_adopted"),
            exactly_when("plan_solved_whole", ~Q(state__in=["solving", "failed"]), "solved_at", "result", "faults"),
            only_when("plan_adopted_has_time", Q(state="adopted"), "adopted_at"),
        ]


class Decision(models.Model):
    """What was decided for one application: outcome, reason as code and facts, held until published."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="decision")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=10, choices=choices(Outcome))
    score_milli = models.PositiveIntegerField(null=True)
    reserve_place = models.PositiveIntegerField(null=True)
    reason_code = models.CharField(max_length=60)
    reason_facts = models.JSONField(default=dict)
    decided_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("decision", "outcome", Outcome),
            exactly_when("decision_reserve_has_place", Q(outcome="reserve"), "reserve_place"),
        ]


class Award(models.Model):
    """What one applicant is given. Amounts stand in its lines; use stands in the ledger under "award:<id>"."""

    number = models.CharField(max_length=60, unique=True)
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="award")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="awards")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="awards")
    title = models.CharField(max_length=160)
    state = models.CharField(max_length=10, choices=choices(AwardState), default=AwardState.HELD)
    accept_by = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    in_force_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("award", "state", AwardState),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="award_ends_after_start"),
            exactly_when("award_offered_has_deadline", ~Q(state="held"), "accept_by"),
            exactly_when("award_ended_has_time", Q(state="ended"), "ended_at"),
            models.CheckConstraint(condition=~Q(state="in_force") | Q(in_force_at__isnull=False), name="award_in_force_has_time"),
        ]


class AwardLine(models.Model):
    """`quantity` of a product for whole months [first_month, first_month + months); `seconds` is what the ledger grants."""

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    asked = models.PositiveIntegerField()
    quantity = models.PositiveIntegerField()
    first_month = models.CharField(max_length=7)
    months = models.PositiveSmallIntegerField()
    seconds = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["award", "product"], name="awardline_product_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(quantity__lte=F("asked")) & Q(months__gte=1) & Q(seconds__gt=0),
                name="awardline_within_asked",
            ),
        ]


class Agreement(models.Model):
    """One version of the contract on an award, its text made from the award's figures, with its SHA-256."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="agreements")
    version = models.PositiveSmallIntegerField()
    text_ko = models.TextField()
    text_en = models.TextField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    in_force_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["award", "version"], name="agreement_version_once")]


class Signature(models.Model):
    """One side's signature on one agreement: by click with password, or an uploaded signed file checked by staff."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=4, choices=choices(Side))
    method = models.CharField(max_length=12, choices=choices(SigningMethod))
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    signed_sha256 = models.CharField(max_length=64)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    checked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            one_of("signature", "side", Side),
            one_of("signature", "method", SigningMethod),
            exactly_when("signature_file_checked", Q(method="signed_file"), "file", "checked_by"),
            models.UniqueConstraint(fields=["agreement", "side"], name="signature_one_a_side"),
        ]
