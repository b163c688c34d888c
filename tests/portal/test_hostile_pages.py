"""What strangers may send to pages: odd numbers, dates and texts end in no server's error, and write nothing unasked."""

from __future__ import annotations

import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import NOW, make_member
from portal.access_world import make_world
from portal.page_forms import forms_of
from portal.test_access_table import address, undone
from portal.test_strangers import ROUTES

from madang.portal.actors import Role
from madang.portal.people.models import Membership, StaffRole

pytestmark = pytest.mark.django_db

# Pages about one's own account: an auditor is a person too.
OWN = re.compile(r"^/(me|log-out|organisations/new)/")
WRITES = re.compile(r"^(INSERT INTO|UPDATE|DELETE FROM) \"(?!portal_reading|portal_answeredrequest|django_session)")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def world():
    return make_world()


def all_powerful(world):
    """One who holds every role and owns organisation A: sees every form."""
    person = make_member(Membership.objects.get(person=world.people["owner"]).organisation)
    for role in Role:
        StaffRole.objects.create(person=person, role=role, granted_at=NOW)
    return person


def forms(client, world, persons):
    """Every form of every page, as these persons see it, once each."""
    found = {}
    for person in persons:
        client.force_login(person)
        for route, name in ROUTES:
            url = address(world, route, name)
            answer = undone(lambda url=url: client.get(url))
            if answer.status_code == 200 and not answer.streaming and b"<form" in answer.content:
                for form in forms_of(url, answer.content.decode()):
                    found.setdefault((form.url, tuple(form.fields)), form)
    return list(found.values())


def test_nothing_an_auditor_sends_is_written_down(client, world):
    posted = forms(client, world, [all_powerful(world), world.people["assigned"]])
    client.force_login(world.people["auditor"])
    written = {}
    for form in posted:
        if not OWN.match(form.url):
            with CaptureQueriesContext(connection) as captured:
                undone(lambda form=form: client.post(form.url, form.filled()))
            changes = [one["sql"][:80] for one in captured.captured_queries if WRITES.match(one["sql"])]
            if changes:
                written[form.url] = changes
    assert written == {}
    assert len(posted) > 70
