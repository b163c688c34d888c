"""The API of certificates: checking one, for anybody; ending a cohort with them."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Path, Router, Schema

from madang.portal.actors import READING_ROLES
from madang.portal.certificates import actions, queries
from madang.portal.courses import queries as courses
from madang.portal.faces import known_to, one
from madang.portal.schemas import Id, Version

router = Router(tags=["certificates"])


class CertificateOut(Schema):
    """What anybody may know of a certificate: the name as its holder chose it, the course, its dates, and whether it is

    still valid; the course was held on [starts_on, ends_on).
    """

    name: str
    course_ko: str
    course_en: str
    cohort: int
    starts_on: date
    ends_on: date
    revoked: bool


@router.get("/certificates/{code}", response=CertificateOut, auth=None, operation_id="check_certificate")
def check_certificate(request: HttpRequest, code: str = Path(..., max_length=40)) -> Any:
    """The certificate with a code."""
    row = queries.of_code(code)
    if row is None:
        raise Http404
    cohort = row.learner.cohort
    names = {"course_ko": cohort.course.name_ko, "course_en": cohort.course.name_en, "cohort": cohort.number}
    days = {"starts_on": cohort.starts_on, "ends_on": cohort.ends_on}
    return {"name": row.name, "revoked": row.revoked_at is not None, **names, **days}


class GraduationIn(Schema):
    """The version of the cohort that was read."""

    version: Version


class GraduationOut(Schema):
    """How many have a certificate, and how many of the class have none."""

    graduates: int
    others: int


@router.post("/cohorts/{cohort}/certificates", response=GraduationOut, operation_id="issue_certificates")
@known_to(*READING_ROLES)
def issue_certificates(request: HttpRequest, cohort: Id, given: GraduationIn) -> Any:
    """Ends a cohort after its last day: who came and worked enough gets a certificate."""
    one(courses.cohorts(request.actor), pk=cohort)
    counts = actions.issue(by=request.actor, now=request.now, cohort=cohort, version=given.version)
    return dict(zip(("graduates", "others"), counts, strict=True))
