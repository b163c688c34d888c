"""Reads certificates: the one behind a code, for anybody; a learner's, for who may see the learner."""

from __future__ import annotations

from django.db.models import QuerySet

from madang.portal.actors import Actor
from madang.portal.certificates import rules
from madang.portal.certificates.models import Certificate
from madang.portal.learners.queries import learners


def of_code(code: str) -> Certificate | None:
    """The certificate with a code, however it is typed; None for any other."""
    rows = Certificate.objects.select_related("learner__cohort__course")
    return rows.filter(code=rules.plain_code(code)).first()


def certificates(by: Actor) -> QuerySet[Certificate]:
    """Certificates of learners whom the actor may see, by number."""
    seen = learners(by).order_by().values("pk")
    return Certificate.objects.filter(learner__in=seen).select_related("learner__person").order_by("number")
