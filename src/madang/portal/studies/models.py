"""Table of studies of plans."""

from django.db import models
from django.db.models import Q

from madang.portal.constraints import choices, exactly_when, one_of
from madang.portal.people.models import Person
from madang.portal.plans.models import Plan
from madang.portal.studies.rules import StudyKind, StudyState


class PlanStudy(models.Model):
    """One question about one plan, and its answer once a worker has found it. `asked_by` is null for the worker."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="studies")
    kind = models.CharField(max_length=12, choices=choices(StudyKind))
    state = models.CharField(max_length=8, choices=choices(StudyState), default=StudyState.WAITING)
    progress = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    failure = models.JSONField(default=dict)
    claimed_until = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("planstudy", "kind", StudyKind),
            one_of("planstudy", "state", StudyState),
            models.UniqueConstraint(fields=["plan", "kind"], name="planstudy_once"),
            exactly_when("planstudy_done_whole", Q(state="done"), "result", "done_at"),
        ]
