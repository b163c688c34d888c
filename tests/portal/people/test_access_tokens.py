"""Tokens for reading alone, tokens and passwords, and how many mails one network address can ask for."""

from datetime import timedelta

import pytest
from factories import NOW, actor, make_person

from madang.errors import Refused
from madang.portal.access import actions, forms
from madang.portal.actors import Actor
from madang.portal.outbox.models import Message
from madang.portal.people import actions as people
from madang.portal.people import queries, rules
from madang.portal.people.models import ApiToken, LoginFailure, Person
from madang.portal.people.rules import TokenScope

pytestmark = pytest.mark.django_db
OLD, NEW = "a long enough sentence", "another long enough sentence"
BY = Actor(address="192.0.2.7")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def token(person, scope=TokenScope.FULL):
    return actions.create_token(by=actor(person), now=NOW, name="t", days=9, scope=scope)[1]


def in_force(person):
    return ApiToken.objects.filter(person=person, revoked_at__isnull=True).count()


@pytest.mark.parametrize("scope", TokenScope)
def test_a_token_for_reading_changes_nothing(client, scope):
    person = make_person()
    headers = {"Authorization": f"Bearer {token(person, scope)}"}
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    made = client.post("/api/v1/me/tokens", {"name": "more", "days": 1}, "application/json", headers=headers)
    assert made.status_code == (201 if scope is TokenScope.FULL else 403)
    own = ApiToken.objects.order_by("pk").first().pk
    gone = client.delete(f"/api/v1/me/tokens/{own}", headers=headers)
    assert gone.status_code == (204 if scope is TokenScope.FULL else 403)
    if scope is TokenScope.READ:
        assert made.json()["title"] == "token_reads_only"
        assert made.headers["Content-Type"] == "application/problem+json"
        assert in_force(person) == 1


def test_a_token_is_made_for_reading_on_the_page_and_by_the_api(client):
    person = make_person()
    person.set_password(OLD)
    Person.objects.filter(pk=person.pk).update(password=person.password)
    given = {"email": person.email, "password": OLD, "scope": "read"}
    answer = client.post("/api/v1/log-in", given, "application/json")
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert [row["scope"] for row in client.get("/api/v1/me/tokens", headers=headers).json()["items"]] == ["read"]
    client.force_login(person)
    assert client.post("/me/tokens/", {"name": "x", "days": 3, "scope": "read"}).status_code == 200
    assert client.post("/me/tokens/", {"name": "x", "days": 3, "scope": "all"}).status_code == 422
    assert list(ApiToken.objects.values_list("scope", flat=True)) == ["read", "read"]
    client.cookies["madang_language"] = "en"
    assert client.get("/me/tokens/").content.decode().count("<td>Reading only</td>") == 2


def test_a_reset_revokes_all_tokens():
    person, other = make_person(), make_person()
    secret = token(person)
    token(other)
    actions.ask_reset(by=BY, now=NOW, email=person.email)
    link = Message.objects.get(code="reset_password").link.rstrip("/").rsplit("/", 1)[-1]
    actions.reset_password(by=BY, now=NOW, token=link, password=NEW)
    assert (in_force(person), in_force(other)) == (0, 1)
    assert queries.actor_of_token(secret, now=NOW, address="").person is None


@pytest.mark.parametrize("revoke", [True, False])
def test_a_change_of_password_revokes_tokens_unless_told_not_to(client, revoke):
    person = make_person(password=OLD)
    token(person)
    client.force_login(person)
    given = {"old": OLD, "new": NEW} | ({"revoke_tokens": "on"} if revoke else {})
    assert client.post("/me/password/", given).status_code == 302
    assert in_force(person) == (0 if revoke else 1)


def test_the_form_proposes_to_revoke():
    assert forms.ChangePassword()["revoke_tokens"].initial is True


# --- mails ---


def test_one_network_address_asks_for_so_many_mails_in_a_quarter_of_an_hour():
    for number in range(rules.MAILS_FROM_ADDRESS):
        act = actions.ask_sign_up if number % 2 else actions.ask_reset
        more = {"name": "x", "language": "ko"} if number % 2 else {}
        act(by=BY, now=NOW, email=f"p{number}@test.example", **more)
    sent = Message.objects.count()
    for act, more in ((actions.ask_reset, {}), (actions.ask_sign_up, {"name": "x", "language": "ko"})):
        with pytest.raises(Refused, match="mails_throttled") as caught:
            act(by=BY, now=NOW, email="one-more@test.example", **more)
        assert caught.value.facts["minutes"] == 15
    assert Message.objects.count() == sent
    actions.ask_sign_up(by=Actor(address="192.0.2.8"), now=NOW, email="x@test.example", name="x", language="ko")
    later = NOW + rules.ATTEMPTS_WINDOW + timedelta(seconds=1)
    actions.ask_sign_up(by=BY, now=later, email="later@test.example", name="x", language="ko")
    assert Message.objects.count() == sent + 2


def test_asking_for_mails_does_not_count_as_failing_to_log_in(settings):
    settings.MADANG_LOGIN_TRIES = 1
    person = make_person(password=OLD)
    for _ in range(6):
        actions.ask_reset(by=BY, now=NOW, email=person.email)
    assert actions.log_in(by=BY, now=NOW, email=person.email, password=OLD).pk == person.pk
    assert LoginFailure.objects.count() == 6


def test_a_refusal_shows_on_the_form(client):
    for number in range(rules.MAILS_FROM_ADDRESS):
        client.post("/reset/", {"email": f"p{number}@test.example"})
    client.cookies["madang_language"] = "en"
    answer = client.post("/reset/", {"email": "p@test.example"})
    assert answer.status_code == 422 and "Too many mails were asked for" in answer.content.decode()


def test_a_change_of_address_mails_one_link_to_an_address_in_ten_minutes():
    by = actor(make_person())
    for address in ("one@test.example", "one@test.example", "two@test.example"):
        people.ask_email_change(by=by, now=NOW, email=address)
    assert Message.objects.filter(code="confirm_email").count() == 2
