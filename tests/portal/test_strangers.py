"""Walks every address of the portal as strangers, members and staff: what one may not see does not exist."""

from __future__ import annotations

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from factories import make_member, make_organisation, make_person, make_staff

from madang.portal.actors import Role
from madang.portal.journal.models import JournalEntry

# What stands in an address for an object: of a kind that fits the converter and belongs to nothing.
STAND_INS = {
    "int": "999999",
    "slug": "nothing-here",
    "str": "nothing",
    "path": "nothing/here.txt",
    "uuid": "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
}
# Pages that answer everybody, each for a reason of its own: no log-in is needed to read what is public.
PUBLIC = {
    "front", "health", "set_language", "set-theme", "calls", "figures", "figures-json", "figure-definitions",
    "figures-map",     "award-list-csv", "award-list-json", "award-list-parquet", "prices", "capacity",
    "transfer-rates",
    "camp", "courses", "certificate",
    "facilities", "bookings-calendar", "journal-heads", "journal-heads-json", "log-in", "log-out", "sign-up", "reset",
}  # fmt: skip


def walk(patterns, before=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if "api/" not in str(pattern.pattern):
                yield from walk(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield before + str(pattern.pattern), pattern.name


def filled(route: str) -> str:
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda found: STAND_INS[found[1] or "str"], route)


ROUTES = sorted(walk(get_resolver().url_patterns), key=lambda one: (one[0], one[1] or ""))
STAFF = [(filled(route), name) for route, name in ROUTES if route.startswith("staff/")]


def staff_routes():
    return [one for one in ROUTES if one[0].startswith("staff/")]


PLAIN = [(filled(route), name) for route, name in ROUTES if "<" not in route and name not in PUBLIC]
WITH_OBJECTS = [(filled(route), name) for route, name in ROUTES if "<" in route]


def answers(client, urls, verb="get"):
    return {url: getattr(client, verb)(url).status_code for url, _name in urls}


def test_the_walk_sees_the_whole_portal():
    names = {name for _route, name in ROUTES}
    assert {"me", "people", "organisation", "approvals", "outbox", "journal", "log-in", "staff"} <= names
    assert len(STAFF) > 10
    assert all(name for _route, name in ROUTES)


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["get", "post"])
def test_the_public_is_sent_to_log_in_from_every_page_of_the_body(client, verb):
    found = {url: getattr(client, verb)(url) for url, _name in STAFF}
    led = {url: answer.headers.get("Location", "") for url, answer in found.items() if answer.status_code != 405}
    assert {url: to for url, to in led.items() if not to.startswith("/log-in/?next=")} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["get", "post"])
@pytest.mark.parametrize("who", ["stranger", "owner"])
def test_no_page_of_the_body_exists_for_those_who_do_not_work_there(client, verb, who):
    client.force_login(make_person() if who == "stranger" else make_member(make_organisation()))
    found = answers(client, STAFF, verb)
    assert {url: status for url, status in found.items() if status not in {404, 405}} == {}


@pytest.mark.django_db
def test_nothing_an_auditor_sends_to_the_body_leads_on_or_is_written_down(client):
    client.force_login(make_staff(Role.AUDITOR))
    found = answers(client, STAFF, "post")
    assert {url: status for url, status in found.items() if 300 <= status < 400 or status >= 500} == {}
    assert not JournalEntry.objects.exists()


@pytest.mark.django_db
def test_the_public_sees_no_page_that_is_somebodys(client):
    found = answers(client, PLAIN)
    assert {url: status for url, status in found.items() if status != 302} == {}


@pytest.mark.django_db
def test_the_public_pages_answer_everybody(client):
    routes = {name: filled(route) for route, name in ROUTES if "<" not in route}
    asked = {"log-out", "set_language", "set-theme"}
    # no figures were worked out yet, and what writes Parquet is in no lock
    empty = {"figures-json", "figures-map", "award-list-parquet"}
    found = {name: client.get(routes[name]).status_code for name in PUBLIC - asked - empty if name in routes}
    assert {name: status for name, status in found.items() if status != 200} == {}
    assert {client.get(routes[name]).status_code for name in asked} <= {302, 405}


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["public", "stranger", "operator"])
def test_what_does_not_exist_is_nowhere_a_fault_of_the_server(client, who):
    if who != "public":
        client.force_login(make_person() if who == "stranger" else make_staff(*Role))
    read, sent = answers(client, WITH_OBJECTS), answers(client, WITH_OBJECTS, "post")
    assert {url: status for url, status in read.items() if status == 200 or status >= 500} == {}
    assert {url: status for url, status in sent.items() if status >= 500} == {}


@pytest.mark.django_db
def test_the_bodys_page_leads_to_every_page_of_the_body(client):
    client.force_login(make_staff(*Role))
    page = client.get("/staff/").content.decode()
    wanted = {url for (url, _name), (route, _) in zip(STAFF, staff_routes(), strict=True) if "<" not in route}
    forms = {url for url in wanted if url.endswith("/new/")}
    assert {url for url in wanted - forms - {"/staff/"} if f'href="{url}"' not in page} == set()
