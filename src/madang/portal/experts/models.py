"""Tables of experts' particulars, of the terms that a call's reviewers agree to, and of who agreed."""

from django.db import models

from madang.portal.calls.models import Call
from madang.portal.people.models import Person, Region
from madang.portal.reviews.models import Reviewer


class ExpertProfile(models.Model):
    """What is known of a reviewer besides the pool's own row: languages, region, other spellings and addresses."""

    reviewer = models.OneToOneField(Reviewer, on_delete=models.CASCADE, related_name="profile")
    languages = models.JSONField(default=list)
    region = models.ForeignKey(Region, null=True, on_delete=models.PROTECT, related_name="+")
    other_names = models.JSONField(default=list)
    other_addresses = models.JSONField(default=list)
    changed_at = models.DateTimeField()


class ExpertTerms(models.Model):
    """What reviewers of a call promise before they see a file: one version. It is never edited; the last one counts."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="expert_terms")
    number = models.PositiveSmallIntegerField()
    body_ko = models.TextField()
    body_en = models.TextField()
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "number"], name="expertterms_number_once")]


class ExpertAgreement(models.Model):
    """That a reviewer agreed to a call's terms."""

    terms = models.ForeignKey(ExpertTerms, on_delete=models.PROTECT, related_name="agreements")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="agreements")
    agreed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["terms", "reviewer"], name="expertagreement_once")]
