"""Mail: written once, sent at least once with one Message-ID, failures visible."""

import email
import email.policy
import socket
import stat
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from factories import NOW, actor, make_actor, make_person, make_staff
from portal.races import at_once

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Role
from madang.portal.journal import actions as journal
from madang.portal.journal.models import Destruction
from madang.portal.outbox import actions, chores, mail, queries
from madang.portal.outbox.models import Message
from madang.portal.outbox.rules import TRIES, next_try


def write(key="role-1", language="ko", person=None, address="kim@test.example", link="/me/"):
    actions.write(
        now=NOW,
        key=key,
        code="role_changed",
        person=person.pk if person else None,
        address=address,
        language=language,
        link=link,
        centre="센터",
    )
    return Message.objects.get(key=key)


def mails(folder):
    found = sorted((folder / "mail").glob("*.eml"))
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in found]


def test_tries_come_at_doubling_intervals_and_end():
    waits = [next_try(tries, NOW) for tries in range(1, TRIES)]
    assert [wait - NOW for wait in waits] == [timedelta(minutes=2**n) for n in range(TRIES - 1)]
    assert next_try(TRIES, NOW) is None


@pytest.mark.parametrize(
    ("url", "route"),
    [
        ("folder:", mail.Route("folder")),
        ("smtp://mail.example", mail.Route("smtp", "mail.example", 25)),
        ("smtps://a%40b:p%2Fw@mail.example", mail.Route("smtps", "mail.example", 465, "a@b", "p/w")),
        ("smtp+starttls://u:p@mail.example:2525", mail.Route("smtp+starttls", "mail.example", 2525, "u", "p")),
    ],
)
def test_where_mail_goes_is_read_from_one_address(url, route):
    assert mail.route(url) == route


@pytest.mark.parametrize("url", ["", "mail.example", "http://mail.example", "smtp://"])
def test_a_wrong_address_fails_loudly(url):
    with pytest.raises(ImproperlyConfigured):
        mail.route(url)


@pytest.mark.django_db
def test_the_same_key_is_one_message():
    assert write().pk == write().pk
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_a_message_goes_to_the_folder_in_the_persons_language(settings):
    settings.MADANG_BASE_URL = "https://madang.example"
    write("b-ko")
    write("a-en", language="en", address="lee@test.example")
    assert chores.send(NOW) == 2
    english, korean = mails(settings.MADANG_HOME)
    assert english["Subject"] == "Your roles at the centre were changed"
    assert korean["Subject"] != english["Subject"]
    assert korean["To"] == "kim@test.example"
    text = korean.get_content()
    assert "https://madang.example/me/" in text
    assert korean["Message-ID"] == mail.message_id("b-ko") == mail.message_id("b-ko")
    assert english["Message-ID"] != korean["Message-ID"]
    path = settings.MADANG_HOME / "mail" / "b-ko.eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert chores.send(NOW) == 0


@pytest.mark.parametrize(("key", "name"), [("a-1", "a-1.eml"), ("../../x", ".._.._x-")])
def test_a_key_cannot_lead_out_of_the_folder(key, name):
    assert mail.file_name(key).startswith(name)
    assert "/" not in mail.file_name(key)


@pytest.mark.django_db
def test_a_worker_killed_after_sending_sends_the_same_mail_again(settings):
    message = write()
    actions.claim(now=NOW)
    mail.deliver(mail.compose(message), message.key, mail.Route("folder"))
    assert chores.send(NOW + timedelta(minutes=1)) == 0
    assert chores.send(NOW + timedelta(minutes=2)) == 1
    assert [one["Message-ID"] for one in mails(settings.MADANG_HOME)] == [mail.message_id(message.key)]


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_take_the_same_message():
    for n in range(4):
        write(f"m-{n}")
    taken = at_once(lambda: actions.claim(now=NOW), lambda: actions.claim(now=NOW))
    assert sorted(message.key for some in taken for message in some) == ["m-0", "m-1", "m-2", "m-3"]


@pytest.mark.django_db
def test_what_cannot_be_sent_is_tried_again_and_then_shown(settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.MADANG_MAIL_URL = f"smtp://user:secret-word@127.0.0.1:{closed.getsockname()[1]}"
    write()
    now = NOW
    for _ in range(TRIES):
        assert chores.send(now) == 1
        now += timedelta(days=1)
    assert chores.send(now) == 0
    row = Message.objects.get()
    assert (row.state, row.tries) == ("failed", TRIES)
    assert "refused" in row.last_error
    assert "secret-word" not in row.last_error
    operator = make_actor(Role.OPERATOR)
    assert [task.count for task in queries.staff_tasks(operator, now)] == [1]
    with pytest.raises(Refused):
        actions.try_again(by=make_actor(Role.AUDITOR), now=now, message=row.pk)
    actions.try_again(by=operator, now=now, message=row.pk)
    with pytest.raises(Stale):
        actions.try_again(by=operator, now=now, message=row.pk)
    settings.MADANG_MAIL_URL = "folder:"
    assert chores.send(now) == 1
    assert len(mails(settings.MADANG_HOME)) == 1


def serve_one_mail(listener, taken):
    """The least of a mail server: takes one mail and notes what it was given."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rwb") as line:

        def say(words):
            line.write(words.encode() + b"\r\n")
            line.flush()

        say("220 here")
        for raw in iter(line.readline, b""):
            word = raw.strip().decode().upper()
            if word == "DATA":
                say("354 go on")
                taken += list(iter(lambda: line.readline().strip(), b"."))
            say("221 bye" if word == "QUIT" else "250 fine")
            if word == "QUIT":
                return


@pytest.mark.django_db
def test_a_mail_server_is_given_the_mail(settings):
    taken = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.MADANG_MAIL_URL = f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        server = threading.Thread(target=serve_one_mail, args=(listener, taken))
        server.start()
        write()
        assert chores.send(NOW) == 1
        server.join(5)
    assert f"Message-ID: {mail.message_id('role-1')}".encode() in taken
    assert Message.objects.get().state == "sent"


@pytest.mark.django_db
def test_an_address_that_no_mail_can_carry_is_a_visible_failure():
    Message.objects.filter(pk=write().pk).update(address="a@b.example\nBcc: all@b.example")
    assert chores.send(NOW) == 1
    assert "ValueError" in Message.objects.get().last_error


@pytest.mark.django_db
def test_texts_are_emptied_after_a_year_and_that_is_written_down():
    journal.seed_retention(by=WORKER, now=NOW)
    person = make_person()
    write(person=person)
    chores.send(NOW)
    write("unsent", person=person)
    assert chores.empty_old(NOW + timedelta(days=365)) == 0
    assert chores.empty_old(NOW + timedelta(days=366)) == 1
    row = Message.objects.get(key="role-1")
    assert (row.subject, row.body, row.link, row.address) == ("", "", "", "")
    assert Message.objects.get(key="unsent").body
    assert Destruction.objects.get().kind == "message"
    assert [message.key for message in queries.own(actor(person))] == ["unsent"]


@pytest.mark.django_db
def test_everything_mailed_stands_on_the_persons_own_page_and_nobody_elses(client):
    person, other = make_person(), make_person()
    message = write(person=person)
    client.force_login(person)
    assert message.subject in client.get("/me/messages/").content.decode()
    page = client.get(f"/me/messages/{message.pk}/")
    assert message.body.splitlines()[0][:20] in page.content.decode()
    assert Message.objects.get().read_at is not None
    client.force_login(other)
    assert message.subject not in client.get("/me/messages/").content.decode()
    assert client.get(f"/me/messages/{message.pk}/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_shows_failures_without_texts_at_a_fixed_cost(client, django_assert_num_queries, rows):
    for n in range(rows):
        write(f"m-{n}")
    Message.objects.update(state="failed", last_error="SMTPServerDisconnected: gone")
    client.force_login(make_staff(Role.OPERATOR))
    with django_assert_num_queries(10):
        page = client.get("/staff/outbox/?state=failed").content.decode()
    assert "SMTPServerDisconnected" in page
    assert Message.objects.first().body not in page
    again = client.post(f"/staff/outbox/{Message.objects.first().pk}/again/")
    assert again.status_code == 302
    assert Message.objects.filter(state="waiting").count() == 1


@pytest.mark.django_db
def test_an_auditor_looks_but_does_not_touch(client):
    message = write()
    client.force_login(make_staff(Role.AUDITOR))
    assert client.get("/staff/outbox/").status_code == 200
    assert client.post(f"/staff/outbox/{message.pk}/again/").status_code == 404


@pytest.mark.django_db
def test_mails_in_the_folder_go_with_their_texts(settings, django_capture_on_commit_callbacks):
    person, other = make_person(), make_person()
    for one in (person, other):
        given = {"address": one.email, "language": "en", "subject": "s", "body": "b", "next_try_at": NOW}
        Message.objects.create(key=f"k/{one.pk}", person=one, code="receipt", written_at=NOW, **given)
    folder = settings.MADANG_HOME / "mail"
    folder.mkdir()
    for one in (person, other):
        (folder / mail.file_name(f"k/{one.pk}")).write_text("personal")
    with django_capture_on_commit_callbacks(execute=True):
        actions.forget(person=person.pk, address=person.email)
    assert [path.name for path in folder.iterdir()] == [mail.file_name(f"k/{other.pk}")]
    Message.objects.update(state="failed")
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.empty(before=NOW + timedelta(seconds=1), now=NOW) == 1
    assert not list(folder.iterdir())
