"""Thousands of odd requests against every operation of the API as promised: none may end in a server's error."""

import json
import os
from functools import cache

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone
from factories import actor, make_application, make_award, make_evidence_kind, make_job, make_member, make_reviewer
from hypothesis import HealthCheck, Phase, settings

from madang.portal.access import actions as access
from madang.portal.actors import Role
from madang.portal.openapi import document
from madang.portal.people.models import StaffRole


@cache
def _application():
    return get_wsgi_application()


def served(environ, start_response):
    """The portal, made at the first request, when a test's settings are in force."""
    response = _application()(environ, start_response)
    try:
        return [b"".join(response)]
    finally:
        # Closes what was sent and uploaded, which the client would leave to chance.
        response.close()
        environ["wsgi.input"].close()


def schema_of(odd):
    """The API as promised; `odd` adds Schemathesis's own odd values, some fifty requests for each operation."""
    made = schemathesis.openapi.from_dict(json.loads(document()))
    made.app = served
    made.config.phases.coverage.enabled = odd
    return made


# PostgreSQL bounds every column, so odd values are sent there; on SQLite, which takes more, the soak tests send them.
schema = schema_of(odd="MADANG_TEST_DATABASE_URL" in os.environ)
plain = schema_of(odd=False)
quick = {"deadline": None, "derandomize": True, "database": None, "suppress_health_check": list(HealthCheck)}
# The explicit phase holds the odd values and the examples of the document; the other draws whole requests.
thorough = settings(max_examples=3, phases=[Phase.explicit, Phase.generate], **quick)
brief = settings(max_examples=2, phases=[Phase.generate], **quick)


@pytest.fixture(autouse=True)
def _one_connection():
    """Requests stay on the test's own connection and transaction, as with Django's test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


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
@thorough
def test_no_request_with_a_token_breaks_the_api(case, everybody):
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {everybody}"}
    answered(case)


@plain.parametrize()
@brief
def test_no_request_without_a_token_breaks_or_opens_the_api(case, db):
    response = answered(case)
    public = case.operation.definition.raw.get("security") in (None, [])
    assert public or response.status_code in {400, 401, 404, 405}, response.status_code


def answered(case):
    response = case.call()
    assert response.status_code < 500, f"{case.as_curl_command()}\n{response.text[:2000]}"
    return response
