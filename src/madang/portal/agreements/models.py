"""Tables of agreements, their signatures and the signed papers that wait for a check."""

from django.db import models
from django.db.models import F, Q

from madang.portal.agreements.rules import PaperState, Side, SigningMethod
from madang.portal.awards.models import Award
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.files.models import StoredFile
from madang.portal.people.models import Person


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
    """One side's signature on one agreement: by click with password, or an uploaded signed file checked by staff.

    Written once; the file alone leaves it when its retention is over.
    """

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
            exactly_when("signature_file_checked", Q(method="signed_file"), "checked_by"),
            models.CheckConstraint(
                condition=Q(file__isnull=True) | Q(method="signed_file"), name="signature_file_of_a_paper"
            ),
            models.UniqueConstraint(fields=["agreement", "side"], name="signature_one_a_side"),
        ]


class SignedPaper(models.Model):
    """A signed copy that the user organisation uploaded; it becomes a signature once staff have looked at it."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="papers")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    state = models.CharField(max_length=10, choices=choices(PaperState), default=PaperState.WAITING)
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    checked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    comment = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            one_of("signedpaper", "state", PaperState),
            exactly_when("signedpaper_checked_by_whom", ~Q(state="waiting"), "checked_by", "checked_at"),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("uploaded_by")), name="signedpaper_two_people"
            ),
            models.UniqueConstraint(fields=["agreement"], condition=Q(state="waiting"), name="signedpaper_one_waiting"),
        ]
