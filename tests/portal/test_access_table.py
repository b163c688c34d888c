"""Who may open and send what: every page and every operation, with things of organisation A, as twelve people."""

from __future__ import annotations

import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from factories import NOW
from portal import access_around, access_places
from portal.access_operations import OPERATIONS
from portal.access_pages import PAGES
from portal.access_world import PEOPLE, make_world
from portal.api_calls import operations, sent
from portal.test_strangers import ROUTES

pytestmark = pytest.mark.django_db

# On PostgreSQL too for one person of each side: what a page asks of the database is the same for all who may open it,
# and who may not is asked on SQLite alone.
EVERYBODY = [pytest.param(who, marks=() if who in ("owner", "manager") else pytest.mark.one_engine) for who in PEOPLE]
LETTERS = {
    200: "o", 201: "o", 204: "o", 302: "m", 400: "b", 401: "a", 403: "f", 404: "n", 405: "x", 409: "r", 422: "r",
}  # fmt: skip
ASKED_OF_ONE_ENGINE = "nxLaf"
EXPECTED = {
    name: (get, post)
    for name, get, post in (
        line.split() for line in (PAGES + access_around.PAGES + access_places.PAGES).splitlines() if line
    )
}
_OPERATIONS = OPERATIONS + access_around.OPERATIONS + access_places.OPERATIONS
PROMISED = dict(line.split() for line in _OPERATIONS.splitlines() if line)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def letter(answer) -> str:
    if answer.status_code == 302 and answer.headers["Location"].startswith("/log-in/"):
        return "L"
    return LETTERS.get(answer.status_code, str(answer.status_code))


def address(world, route, name) -> str:
    """The page's address with organisation A's things in it; a link's secret is a wrong one."""
    if "<" not in route:
        return "/" + route
    if "<str:token>" in route or "<str:secret>" in route:
        return "/" + re.sub(r"<[^>]+>", "nothing", route)
    return reverse(name, kwargs=world.places[name])


def undone(act):
    """The answer to a request whose changes are taken back, so that the next finds everything as it was."""
    with transaction.atomic():
        answer = act()
        if answer.streaming:
            # read to its end, which closes the file
            list(answer.streaming_content)
        transaction.set_rollback(True)
    return answer


def test_every_page_and_every_operation_stands_in_the_tables():
    assert {name for _route, name in ROUTES} == set(EXPECTED)
    assert {name for _verb, _path, name in operations()} == set(PROMISED)


@pytest.mark.parametrize("who", EVERYBODY)
def test_pages_and_operations_answer_each_person_as_the_tables_say(who):
    world = make_world()
    assert pages_unlike_the_table(world, who) == {}
    assert operations_unlike_the_table(world, who) == {}


def asked(letter):
    """Whether this engine is sent a request that is answered so."""
    return connection.vendor == "sqlite" or letter not in ASKED_OF_ONE_ENGINE


def pages_unlike_the_table(world, who):
    client, column, wrong = Client(), PEOPLE.index(who), {}
    if world.people[who]:
        client.force_login(world.people[who])
    for route, name in ROUTES:
        for verb, wanted in zip(("get", "post"), EXPECTED[name], strict=True):
            if not asked(wanted[column]):
                continue
            url = address(world, route, name)
            found = letter(undone(lambda verb=verb, url=url: getattr(client, verb)(url)))
            if found != wanted[column]:
                wrong[f"{verb} {name}"] = (found, wanted[column])
            if name == "log-out" and world.people[who]:
                client.force_login(world.people[who])
    return wrong


def operations_unlike_the_table(world, who):
    client, column, wrong = Client(), PEOPLE.index(who), {}
    for verb, path, name in operations():
        if not asked(PROMISED[name][column]):
            continue
        answer = undone(lambda verb=verb, path=path, name=name: sent(client, world, who, verb, path, name))
        if letter(answer) != PROMISED[name][column]:
            wrong[name] = (letter(answer), PROMISED[name][column], answer.content[:200])
    return wrong
