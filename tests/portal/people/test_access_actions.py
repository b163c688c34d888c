"""Signing up, logging in, passwords and tokens."""

from dataclasses import replace
from datetime import timedelta

import pytest
from factories import NOW, actor, make_person
from portal.races import at_once, errors

from madang.errors import Refused, Stale
from madang.portal.access import actions, chores
from madang.portal.actors import PUBLIC, WORKER, Actor
from madang.portal.journal import actions as journal
from madang.portal.journal.models import Destruction, JournalEntry
from madang.portal.outbox.models import Message
from madang.portal.people import queries
from madang.portal.people.models import ApiToken, LoginFailure, Person

PASSWORD = "a long enough sentence"
BY = Actor(address="192.0.2.7")


def refused(code, act, *arguments, **given):
    with pytest.raises(Refused) as caught:
        act(*arguments, **given)
    assert caught.value.code == code
    return caught.value


def token_in(message: Message) -> str:
    return message.link.rstrip("/").rsplit("/", 1)[-1]


def log_in(email, password=PASSWORD, now=NOW, by=BY):
    return actions.log_in(by=by, now=now, email=email, password=password)


@pytest.mark.django_db
def test_signing_up_takes_the_mailed_link_and_a_password():
    actions.ask_sign_up(by=BY, now=NOW, email="New@test.example", name="새 사람", language="ko")
    assert not Person.objects.exists()
    mail = Message.objects.get()
    assert (mail.code, mail.address, mail.person) == ("confirm_email", "new@test.example", None)
    token = token_in(mail)
    refused("password_weak", actions.confirm_sign_up, by=BY, now=NOW, token=token, password="short")
    refused("link_invalid", actions.confirm_sign_up, by=BY, now=NOW + timedelta(days=3), token=token, password=PASSWORD)
    person = actions.confirm_sign_up(by=BY, now=NOW, token=token, password=PASSWORD)
    assert log_in("NEW@test.example").pk == person.pk
    refused("email_taken", actions.confirm_sign_up, by=BY, now=NOW, token=token, password=PASSWORD)


@pytest.mark.django_db
def test_asking_again_tells_nobody_that_an_account_exists_and_mails_no_flood():
    person = make_person()
    for _ in range(3):
        actions.ask_sign_up(by=BY, now=NOW, email=person.email, name="x", language="ko")
        actions.ask_reset(by=BY, now=NOW, email="nobody@test.example")
    assert [message.code for message in Message.objects.all()] == ["already_registered"]


@pytest.mark.django_db
def test_log_in_wants_address_and_password_and_an_account_in_use():
    person = make_person(password=PASSWORD)
    assert log_in(person.email.upper()).pk == person.pk
    refused("log_in_wrong", log_in, person.email, "another sentence")
    refused("log_in_wrong", log_in, "nobody@test.example")
    Person.objects.filter(pk=person.pk).update(is_active=False)
    refused("log_in_wrong", log_in, person.email)
    refused("log_in_wrong", log_in, make_person().email, "")


@pytest.mark.django_db
def test_failed_attempts_close_the_account_for_a_while_from_everywhere(settings):
    settings.MADANG_LOGIN_TRIES = 3
    person = make_person(password=PASSWORD)
    for n in range(3):
        refused("log_in_wrong", log_in, person.email, "wrong", by=Actor(address=f"192.0.2.{n}"))
    error = refused("log_in_throttled", log_in, person.email, by=Actor(address="192.0.2.99"))
    assert error.facts["minutes"] == 15
    assert log_in(person.email, now=NOW + timedelta(minutes=15)).pk == person.pk
    stored = " ".join(LoginFailure.objects.values_list("digest", flat=True))
    assert person.email not in stored


@pytest.mark.django_db
def test_one_address_that_tries_many_accounts_is_stopped_too(settings):
    settings.MADANG_LOGIN_TRIES = 2
    for n in range(10):
        refused("log_in_wrong", log_in, f"guess{n}@test.example")
    refused("log_in_throttled", log_in, "guess10@test.example")
    refused("log_in_wrong", log_in, "guess10@test.example", by=Actor(address="198.51.100.1"))


@pytest.mark.django_db
def test_a_right_password_wipes_the_failures_before_it(settings):
    settings.MADANG_LOGIN_TRIES = 3
    person = make_person(password=PASSWORD)
    for _ in range(3):
        refused("log_in_wrong", log_in, person.email, "wrong")
        refused("log_in_wrong", log_in, person.email, "wrong")
        log_in(person.email)
    assert JournalEntry.objects.filter(action="access.log_in", actor=person.pk).count() == 3


@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_moment_cannot_slip_past_the_limit(settings):
    settings.MADANG_LOGIN_TRIES = 2
    person = make_person(password=PASSWORD)
    answers = at_once(*[lambda: log_in(person.email, "wrong")] * 5)
    codes = sorted(error.code for error in errors(answers))
    assert codes == ["log_in_throttled"] * 3 + ["log_in_wrong"] * 2


@pytest.mark.django_db
def test_a_reset_link_works_once_and_for_three_hours():
    person = make_person(password=PASSWORD)
    actions.ask_reset(by=BY, now=NOW, email=person.email)
    token = token_in(Message.objects.get(code="reset_password"))
    given = {"by": BY, "token": token, "password": "quite another sentence"}
    refused("link_invalid", actions.reset_password, now=NOW + timedelta(hours=3), **given)
    actions.reset_password(now=NOW, **given)
    assert log_in(person.email, "quite another sentence").pk == person.pk
    refused("link_invalid", actions.reset_password, now=NOW, **given)
    assert Message.objects.filter(code="password_changed", person=person).exists()


@pytest.mark.django_db
def test_a_link_for_one_purpose_is_no_use_for_another():
    actions.ask_sign_up(by=BY, now=NOW, email="new@test.example", name="x", language="en")
    token = token_in(Message.objects.get())
    refused("link_invalid", actions.reset_password, by=BY, now=NOW, token=token, password=PASSWORD)


@pytest.mark.django_db
def test_changing_the_password_takes_the_old_one():
    person = make_person(password=PASSWORD)
    refused(
        "password_wrong", actions.change_password, by=actor(person), now=NOW, old="wrong", new="a third long sentence"
    )
    refused("password_weak", actions.change_password, by=actor(person), now=NOW, old=PASSWORD, new="1234567890")
    actions.change_password(by=actor(person), now=NOW, old=PASSWORD, new="a third long sentence")
    assert log_in(person.email, "a third long sentence").pk == person.pk


@pytest.mark.django_db
def test_a_token_is_shown_once_expires_and_can_be_revoked_by_its_holder_only():
    person, other = make_person(), make_person()
    token, secret = actions.create_token(by=actor(person), now=NOW, name="script", days=10)
    assert secret.startswith("mdg_")
    assert secret not in str(ApiToken.objects.values().get())
    assert queries.actor_of_token(secret, now=NOW, address="").person == person.pk
    assert queries.actor_of_token(secret, now=NOW + timedelta(days=10), address="") == PUBLIC
    with pytest.raises(Stale):
        actions.revoke_token(by=actor(other), now=NOW, token=token.pk)
    actions.revoke_token(by=actor(person), now=NOW, token=token.pk)
    assert queries.actor_of_token(secret, now=NOW, address="") == PUBLIC


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "days", "code"), [(" ", 10, "token_name_empty"), ("x", 0, "token_days"), ("x", 367, "token_days")]
)
def test_a_token_has_a_name_and_an_end(name, days, code):
    refused(code, actions.create_token, by=actor(make_person()), now=NOW, name=name, days=days)


@pytest.mark.django_db
def test_tokens_in_force_are_limited():
    by = actor(make_person())
    for n in range(20):
        actions.create_token(by=by, now=NOW, name=str(n), days=1)
    refused("too_many_tokens", actions.create_token, by=by, now=NOW, name="x", days=1)
    actions.create_token(by=by, now=NOW + timedelta(days=1), name="x", days=1)


@pytest.mark.django_db
def test_a_program_gets_a_token_for_address_and_password():
    person = make_person(password=PASSWORD)
    given = {"by": replace(BY), "now": NOW, "email": person.email, "name": "cli", "days": 30}
    refused("log_in_wrong", actions.log_in_for_token, password="wrong", **given)
    token, secret = actions.log_in_for_token(password=PASSWORD, **given)
    assert queries.actor_of_token(secret, now=NOW, address="").person == person.pk
    assert token.expires_at == NOW + timedelta(days=30)


@pytest.mark.django_db
def test_failures_are_destroyed_after_a_day_and_that_is_written_down():
    journal.seed_retention(by=WORKER, now=NOW)
    refused("log_in_wrong", log_in, "nobody@test.example")
    assert chores.forget_attempts(NOW + timedelta(hours=23)) == 0
    assert chores.forget_attempts(NOW + timedelta(hours=25)) == 2
    assert not LoginFailure.objects.exists()
    row = Destruction.objects.get()
    assert (row.kind, row.count) == ("login_failure", 2)
