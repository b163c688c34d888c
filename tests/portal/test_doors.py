"""What holds for every request: its headers, odd numbers and characters, where it may be sent on to, and sessions."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from factories import actor, make_member, make_person, make_staff
from portal.test_strangers import ROUTES

from madang.portal.access import actions as access
from madang.portal.actors import PUBLIC, Role
from madang.portal.outbox import mail
from madang.portal.outbox.models import Message

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough sentence"
STRICT = ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'")


def everybody():
    """One who holds every role and owns an organisation."""
    person = make_staff(*Role, password=PASSWORD)
    make_member(None, email="other@test.example")
    return person


def bearer(person):
    """The head of a request that carries a token of this person."""
    made = access.create_token(by=actor(person), now=timezone.now(), name="t", days=9)
    return {"Authorization": f"Bearer {made[1]}"}


def filled(route, numbers="1", words="nothing-here"):
    def one(found):
        return numbers if found[1] == "int" else words

    return "/" + re.sub(r"<(?:(\w+):)?\w+>", one, route)


@pytest.mark.parametrize("number", ["99999999999", "9" * 19, "9" * 40, "9" * 5000, "0"])
@pytest.mark.parametrize("verb", ["get", "post"])
def test_no_number_in_an_address_is_too_large(client, number, verb):
    client.force_login(everybody())
    asked = [filled(route, number) for route, _name in ROUTES if "<int:" in route]
    found = {url: getattr(client, verb)(url).status_code for url in asked}
    assert {url: status for url, status in found.items() if status == 200 or status >= 500} == {}


@pytest.mark.parametrize("number", ["9" * 19, "9" * 40, "-1", "x", "%00", "1%00"])
def test_no_number_in_an_operations_address_is_too_odd(client, number):
    headers = bearer(everybody())
    paths = ["applications/{}", "applications/{}/submit", "jobs/{}", "jobs/{}/log", "organisations/{}", "plans/{}",
             "organisations/{}/members", "organisations/{}/members/{}", "reviews/{}", "statements/{}", "me/tokens/{}",
             "calls/{}", "awards/{}", "awards/{}/usage", "pools/{}/capacity", "figures/{}",
             "jobs/1/outputs/{}"]  # fmt: skip
    for path in paths:
        url = "/api/v1/" + path.replace("{}", number)
        for verb in ("get", "post", "put", "delete"):
            answer = getattr(client, verb)(url, content_type="application/json", headers=headers)
            assert 400 <= answer.status_code < 500, (verb, url, answer.status_code)


LISTS = ["applications", "jobs", "awards", "statements", "organisations", "decisions", "calls", "reviews", "me/tokens"]


ODD = ["limit=-1", "limit=0", "offset=-1", f"offset={'9' * 19}", f"offset={'9' * 40}", "limit=x", f"limit={'9' * 40}"]


@pytest.mark.parametrize("odd", [*ODD, "offset=1e3", "offset=%00"])
def test_no_page_of_a_list_is_too_odd(client, odd):
    headers = bearer(make_staff(*Role))
    for name in LISTS:
        answer = client.get(f"/api/v1/{name}?{odd}", headers=headers)
        assert answer.status_code in {200, 400, 404, 422}, (name, answer.status_code)


def sent(answer):
    """Takes a download to its end, since its file is open until then."""
    if answer.streaming:
        assert sum(len(part) for part in answer.streaming_content)


QUERIES = [
    f"page={'9' * 5000}", "page=-1", "page=%00", "page=²", "q=%00", "state=%00", "month=%00", f"actor={'9' * 40}",
    f"plan={'9' * 5000}&plan=²", "since=0001-01-01", "until=9999-12-31", "subject=call:%00", f"again={'9' * 40}",
    "change=%00", "kind=%00",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_no_query_is_too_odd_for_a_page(client, query):
    client.force_login(make_staff(*Role))
    found = {}
    for route in (route for route, _name in ROUTES if "<" not in route):
        answer = client.get(f"/{route}?{query}")
        found[route] = answer.status_code
        sent(answer)
    assert {route: status for route, status in found.items() if status >= 500} == {}


@pytest.mark.parametrize(
    "body",
    [
        {"email": "a\0b@test.example", "password": "x"},
        {"email": ["a"], "password": {}},
        {"email": "a@test.example", "password": "x", "days": 10**40},
        {"email": "a@test.example", "password": "x", "days": 1.5},
        [],
        None,
        "text",
        10**400,
    ],
)
def test_no_body_of_an_operation_is_too_odd(client, body):
    text = json.dumps(body)
    wanted = 400 if "\\u0000" in text else 422
    assert client.post("/api/v1/log-in", text, content_type="application/json").status_code == wanted


def test_a_jobs_award_may_hold_what_no_database_stores(client):
    job = json.dumps({"award": "A\0B", "name": "x", "argv": ["true"]})
    assert client.post("/api/v1/jobs", {"job": job}, headers=bearer(make_person())).status_code == 404


@pytest.mark.parametrize("text", ["", "{", "[" * 3000, '{"email": "\ud800"}'])
def test_no_broken_body_is_a_fault_of_the_server(client, text):
    sent = text.encode(errors="surrogatepass")
    assert client.post("/api/v1/log-in", sent, content_type="application/json").status_code in {400, 422}


def test_every_answer_says_what_a_page_may_load_and_that_types_are_not_guessed(client):
    client.force_login(make_staff(*Role))
    client.raise_request_exception = False
    urls = [
        "/",
        "/home/",
        "/nothing-here/",
        "/staff/people/",
        "/api/v1/calls",
        "/api/v1/nothing",
        "/figures.json",
        "/%00",
    ]
    answers = [client.get(url) for url in urls]
    answers += [
        client.get("/", headers={"Host": "evil.example"}),
        client.post("/log-in/", {"email": "x"}),
        client.get("/log-out/"),
    ]
    answers.append(Client(enforce_csrf_checks=True).post("/log-in/", {"email": "x"}))
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert all(part in policy for part in STRICT), policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_what_a_person_is_answered_is_kept_by_no_cache(client):
    assert "Cache-Control" not in client.get("/calls/").headers
    person = make_staff(*Role)
    client.force_login(person)
    for route, _name in ROUTES:
        if "<" not in route:
            answer = client.get("/" + route)
            kept = answer.headers["Cache-Control"]
            sent(answer)
            assert "no-store" in kept, route
    answer = Client().get("/api/v1/me", headers=bearer(person))
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil"]
)
def test_nobody_is_sent_on_to_another_site(client, to):
    person = make_person(password=PASSWORD)
    answer = client.post(f"/log-in/?next={to}", {"email": person.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/home/"
    assert client.get(f"/log-in/?next={to}").headers["Location"] == "/home/"
    for url in ("/theme/", "/language/setlang/"):
        sent_to = client.post(url, {"next": to, "theme": "dark", "language": "en"}).headers["Location"]
        assert sent_to == "/"


def test_every_page_that_takes_a_form_wants_its_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_staff(*Role))
    for route, name in ROUTES:
        answer = client.post(filled(route))
        assert answer.status_code in {403, 404} or name in {"set_language"}, (route, answer.status_code)
        assert answer.status_code != 404 or "<" in route


def test_a_session_is_another_after_logging_in_and_gone_after_logging_out(client):
    person = make_person(password=PASSWORD)
    client.force_login(make_person())
    client.post("/log-out/")
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    client.post("/log-in/", {"email": person.email, "password": PASSWORD})
    assert client.session.session_key != planted
    assert client.get("/log-out/").status_code == 405
    kept = client.session.session_key
    client.post("/log-out/")
    client.cookies["sessionid"] = kept
    assert client.get("/home/").status_code == 302


def test_links_in_mails_name_this_centre_whatever_the_request_says(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    person = make_person(password=PASSWORD)
    client.post(
        "/reset/", {"email": person.email}, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    )
    text = mail.text(Message.objects.get(code="reset_password"))
    assert settings.MADANG_BASE_URL in text
    assert "evil" not in text


def test_a_reset_link_dies_with_the_next_log_in(client):
    person = make_person(password=PASSWORD)
    client.post("/reset/", {"email": person.email})
    link = Message.objects.get(code="reset_password").link
    assert Client().get(link).status_code == 200
    client.post("/log-in/", {"email": person.email, "password": PASSWORD})
    assert Client().post(link, {"password": "another long sentence"}).status_code == 422
    assert reverse("reset-confirm", args=["x"]).startswith("/reset/")


def test_names_cannot_carry_lines_into_a_mails_head(client):
    for name in ("A\r\nBcc: evil@x.example", "A\nB", "<script>"):
        answer = client.post("/sign-up/", {"email": "new@test.example", "name": name, "language": "en"})
        assert answer.status_code in {200, 422}
    assert not [row for row in Message.objects.all() if "\n" in row.subject or "\r" in row.subject]
    assert PUBLIC.person is None


def test_too_much_at_once_is_said_in_words_and_nothing_is_kept(client):
    client.cookies["madang_language"] = "en"
    much = {"email": "a@test.example", "password": "x" * 6_000_000}
    page = client.post("/log-in/", much, content_type="application/x-www-form-urlencoded")
    assert page.status_code == 413
    assert "That was too much at once" in page.content.decode()
    told = client.post("/api/v1/log-in", much, content_type="application/json", HTTP_ACCEPT_LANGUAGE="en")
    assert (told.status_code, told.json()["title"]) == (413, "request_too_large")
    assert told.headers["Content-Type"] == "application/problem+json"
