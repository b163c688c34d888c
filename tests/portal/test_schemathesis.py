"""Thousands of odd requests against every operation of the API as promised: none may end in a server's error."""

import json
from functools import cache

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.utils import timezone
from factories import actor, make_application, make_award, make_evidence_kind, make_job, make_member, make_reviewer
from hypothesis import HealthCheck, Phase, settings

from madang.portal.access import actions as access
from madang.portal.actors import Role
from madang.portal.openapi import document
from madang.portal.people.models import StaffRole

EXAMPLES = 6


@cache
def _application():
    return get_wsgi_application()


def served(environ, start_response):
    """The portal, made at the first request, when a test's settings are in force."""
    return _application()(environ, start_response)


schema = schemathesis.openapi.from_dict(json.loads(document()))
schema.app = served
bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def everybody(db):
    """A token that opens most doors: an owner who is a reviewer and holds every role, in a centre with one of each."""
    person = make_member()
    for role in Role:
        StaffRole.objects.create(person=person, role=role, granted_at=timezone.now())
    make_reviewer(person=person)
    organisation = person.memberships.get().organisation
    draft = make_application(organisation=organisation, created_by=person)
    make_evidence_kind(draft.track)
    make_job(make_award())
    _, secret = access.create_token(by=actor(person), now=timezone.now(), name="test", days=1)
    return secret


@schema.parametrize()
@bounded
def test_no_request_with_a_token_breaks_the_api(case, everybody):
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {everybody}"}
    answered(case)


@schema.parametrize()
@bounded
def test_no_request_without_a_token_breaks_or_opens_the_api(case, db):
    response = answered(case)
    public = case.operation.definition.raw.get("security") in (None, [])
    assert public or response.status_code in {400, 401, 404, 405}, response.status_code


def answered(case):
    response = case.call()
    assert response.status_code < 500, f"{case.as_curl_command()}\n{response.text[:2000]}"
    return response
