"""Table of drafts that wait for a second person."""

from django.db import models
from django.db.models import F, Q

from madang.portal.approvals.rules import ApprovalKind, ApprovalState
from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.people.models import Person


class Approval(models.Model):
    """One act drafted by one person and decided by another, with the body's own document number."""

    kind = models.CharField(max_length=20, choices=choices(ApprovalKind))
    subject = models.BigIntegerField()
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=choices(ApprovalState), default=ApprovalState.WAITING)
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    draft_comment = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_comment = models.CharField(max_length=1000, blank=True)
    document_number = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            one_of("approval", "kind", ApprovalKind),
            one_of("approval", "state", ApprovalState),
            exactly_when("approval_decided_by_whom", Q(state__in=["approved", "rejected"]), "decided_by", "decided_at"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("drafted_by")), name="approval_by_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | ~Q(document_number=""), name="approval_has_document"
            ),
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=Q(state="waiting"), name="approval_waiting_once"
            ),
        ]
