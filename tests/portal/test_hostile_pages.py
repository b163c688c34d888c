"""Every form of every page, filled in and sent: by an auditor nothing is written, and no odd value breaks a page."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from factories import NOW, make_member
from portal.access_world import make_world
from portal.page_forms import forms_of
from portal.test_access_table import address, undone
from portal.test_strangers import ROUTES

from madang.portal.actors import Role
from madang.portal.people.models import Membership, StaffRole

pytestmark = pytest.mark.django_db

# Pages about one's own account: an auditor is a person too.
OWN = re.compile(r"^/(me|log-out|sign-up|reset)/")
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


# What breaks where a form trusts its input: numbers and days beyond any column or clock.
ODD = {"number": "99999999999", "date": "0001-01-01", "datetime-local": "0001-01-01T00:00"}
ODD_MONTH = {"month", "first_month", "last_month"}


def test_nothing_an_auditor_sends_is_written_down_and_no_odd_value_breaks_a_page(client, world):
    person = all_powerful(world)
    posted = forms(client, world, [person, world.people["assigned"]])
    assert len(posted) > 70
    if connection.vendor == "sqlite":
        # what a page writes it writes on every engine
        client.force_login(world.people["auditor"])
        assert written(client, posted) == {}
    client.force_login(person)
    assert broken(client, posted) == {}


def written(client, posted):
    """What each form wrote, other than that somebody looked."""
    found = {}
    for form in posted:
        if not OWN.match(form.url):
            with CaptureQueriesContext(connection) as captured:
                undone(lambda form=form: client.post(form.url, form.filled()))
            changes = [one["sql"][:80] for one in captured.captured_queries if WRITES.match(one["sql"])]
            if changes:
                found[form.url] = changes
    return found


def broken(client, posted):
    """Each field that an odd value breaks its page in."""
    found = {}
    for form in posted:
        odd = {name: ODD[kind] for name, (kind, *_) in form.fields.items() if kind in ODD}
        odd |= {name: "9999-12" for name in form.fields if name in ODD_MONTH}
        for name, value in odd.items():
            given = form.filled() | {name: value}
            given.pop("idempotency_key", None)
            answer = undone(lambda form=form, given=given: client.post(form.url, given))
            if answer.status_code >= 500:
                found[f"{form.url} {name}"] = answer.status_code
    return found
