"""The journal in its tables: append-only, sealed once, verified, searched, kept as long as the rules say."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from factories import NOW, actor, make_actor, make_person, make_staff
from portal.races import at_once

from madang.portal.actors import PUBLIC, WORKER, Actor, Role, Via
from madang.portal.journal import actions, chores, queries
from madang.portal.journal.models import Destruction, JournalEntry, JournalHead, JournalSeal, Reading, RetentionRule
from madang.portal.people import actions as people
from madang.portal.transactions import action

BY = Actor(person=7, address="192.0.2.7", via=Via.API)


@action
def write(count: int, start: int = 0, by: Actor = BY) -> None:
    for n in range(start, start + count):
        actions.record(by=by, now=NOW + timedelta(seconds=n), did="calls.publish", kind="call", subject=n, number=n)


def damage(statement: str, *tables: str) -> None:
    """What somebody with the database's password could do: drop the triggers and write."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # no foreign key of this transaction may still wait to be checked when a table is altered
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables:
                cursor.execute(f"ALTER TABLE portal_{table} DISABLE TRIGGER USER")
        else:
            for table in tables:
                cursor.execute(f"DROP TRIGGER {table}_no_update")
                cursor.execute(f"DROP TRIGGER {table}_no_delete")
        cursor.execute(statement)


@pytest.fixture
def sealed(db):
    write(5)
    actions.seal(now=NOW)
    actions.publish_head(now=NOW, day=date(2026, 4, 1))


def test_a_line_outside_an_action_is_a_bug(db):
    connection.in_atomic_block, kept = False, connection.in_atomic_block
    try:
        with pytest.raises(RuntimeError):
            actions.record(by=BY, now=NOW, did="x", kind="x", subject=1)
    finally:
        connection.in_atomic_block = kept


@pytest.mark.django_db
def test_a_line_holds_digests_for_what_is_personal():
    write(1)
    line = JournalEntry.objects.get()
    assert (line.actor, line.via, line.subject, line.facts) == (7, "api", "0", {"number": 0})
    assert len(line.address_digest) == 64
    assert "192.0.2.7" not in str(vars(line))
    assert actions.digest("A@b.example") == actions.digest("a@B.example") != actions.digest("c@b.example")
    assert actions.digest("") == ""


@pytest.mark.django_db
def test_digests_of_another_centre_cannot_be_compared(settings):
    here = actions.digest("192.0.2.7")
    settings.MADANG_DIGEST_KEY = "another"
    assert actions.digest("192.0.2.7") != here


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["journalentry", "journalseal", "journalhead"])
@pytest.mark.parametrize("statement", ["UPDATE portal_{table} SET {column} = {column}", "DELETE FROM portal_{table}"])
def test_the_database_refuses_to_change_or_delete(sealed, table, statement):
    column = {"journalentry": "action", "journalseal": "hash", "journalhead": "hash"}[table]
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table, column=column))


@pytest.mark.django_db
def test_what_is_committed_is_sealed_in_order_once(sealed):
    assert list(JournalSeal.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert chores.seal_entries(NOW) == 0
    write(205, start=5)
    assert chores.seal_entries(NOW) == 200
    assert chores.seal_entries(NOW) == 5
    assert queries.last_seal().number == 210
    assert queries.verify() is None


@pytest.mark.django_db
def test_the_head_is_published_once_a_day(sealed):
    assert chores.publish_head(NOW) == 0
    write(1, start=9)
    actions.seal(now=NOW)
    assert chores.publish_head(NOW + timedelta(days=1)) == 1
    assert [head.number for head in queries.heads()] == [6, 5]


@pytest.mark.django_db
def test_nothing_is_published_of_an_empty_journal():
    assert chores.publish_head(NOW) == 0
    assert queries.verify() is None


FOURTH = "(SELECT entry_id FROM portal_journalseal WHERE number = 4)"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "number", "code"),
    [
        (f"UPDATE portal_journalentry SET actor = 8 WHERE id = {FOURTH}", 4, "entry_altered"),
        (f"UPDATE portal_journalentry SET facts = '{{}}' WHERE id = {FOURTH}", 4, "entry_altered"),
        ("DELETE FROM portal_journalseal WHERE number = 3", 3, "seal_missing"),
        ("DELETE FROM portal_journalseal WHERE number >= 4", 4, "tail_missing"),
        ("UPDATE portal_journalseal SET hash = 'f' WHERE number = 5", 5, "entry_altered"),
        ("UPDATE portal_journalseal SET previous_hash = 'f' WHERE number = 2", 2, "order_changed"),
        ("UPDATE portal_journalhead SET hash = 'f'", 5, "head_differs"),
    ],
)
def test_damage_by_hand_is_found_at_its_first_place(sealed, statement, number, code):
    damage(statement, "journalentry", "journalseal", "journalhead")
    fault = queries.verify()
    assert (fault.number, fault.code) == (number, code)


@pytest.mark.django_db
def test_swapped_entries_are_found(sealed):
    first, second = JournalSeal.objects.filter(number__in=[2, 3]).order_by("number").values_list("entry_id", flat=True)
    damage("UPDATE portal_journalseal SET entry_id = -1 WHERE number = 99", "journalentry", "journalseal")
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject FROM portal_journalentry WHERE id IN (%s, %s) ORDER BY id", [first, second])
        (one,), (other,) = cursor.fetchall()
        cursor.execute("UPDATE portal_journalentry SET subject = %s WHERE id = %s", [other, first])
        cursor.execute("UPDATE portal_journalentry SET subject = %s WHERE id = %s", [one, second])
    fault = queries.verify()
    assert (fault.number, fault.code) == (2, "entry_altered")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="damages SQLite by switching its foreign keys off")
def test_a_deleted_entry_is_found_on_sqlite():
    write(3)
    actions.seal(now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE name = 'journalentry_no_delete'")
        (trigger,) = cursor.fetchone()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("DROP TRIGGER journalentry_no_delete")
        cursor.execute(
            "DELETE FROM portal_journalentry WHERE id = (SELECT entry_id FROM portal_journalseal WHERE number = 2)"
        )
        cursor.execute(trigger)
        fault = queries.verify()
        cursor.execute("PRAGMA foreign_keys=ON")
    assert (fault.number, fault.code) == (2, "entry_missing")


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_make_one_chain():
    write(30)
    at_once(lambda: actions.seal(now=NOW), lambda: actions.seal(now=NOW))
    actions.seal(now=NOW)
    assert JournalSeal.objects.count() == 30
    assert queries.verify() is None


@pytest.mark.django_db(transaction=True)
def test_lines_written_while_sealing_are_all_sealed_in_the_end():
    write(10)
    at_once(lambda: actions.seal(now=NOW), lambda: write(10, 10), lambda: write(10, 20), lambda: actions.seal(now=NOW))
    actions.seal(now=NOW)
    assert JournalSeal.objects.count() == 30
    assert queries.verify() is None


@pytest.mark.django_db
def test_the_chain_holds_after_a_person_is_erased():
    person = make_person()
    people.change_profile(by=actor(person), now=NOW, name="이름", language="ko")
    actions.seal(now=NOW)
    actions.publish_head(now=NOW, day=date(2026, 4, 1))
    people.erase_person(by=actor(person), now=NOW, person=person.pk)
    actions.seal(now=NOW)
    assert queries.verify() is None
    assert [row.actor for row in JournalEntry.objects.all()] == [person.pk] * 2


@pytest.mark.django_db
def test_readings_are_of_others_data_only():
    reader = make_actor(Role.AUDITOR)
    actions.read(by=reader, now=NOW, what="view", kind="person", subject=reader.person, whose=reader.person)
    actions.read(by=PUBLIC, now=NOW, what="view", kind="person", subject=1, whose=1)
    assert not Reading.objects.exists()
    person = make_person()
    actions.read(by=reader, now=NOW, what="view", kind="person", subject=person.pk, whose=person.pk)
    assert queries.readings_of(actor(person)).count() == 1
    assert queries.readings_of(actor(make_person())).count() == 0
    assert queries.readings(reader).count() == 1
    assert queries.readings(PUBLIC).count() == 0


@pytest.mark.django_db
def test_the_register_and_the_rules_are_for_auditors_and_operators():
    actions.seed_retention(by=WORKER, now=NOW)
    for by in (PUBLIC, actor(make_person()), make_actor(Role.PROGRAMME_MANAGER)):
        assert not queries.entries(by).exists()
        assert not queries.retention(by).exists()
    assert queries.entries(make_actor(Role.AUDITOR)).exists()
    assert queries.retention(make_actor(Role.OPERATOR)).exists()


@pytest.mark.django_db
def test_retention_rules_are_seeded_once_and_stay_as_the_centre_set_them():
    assert actions.seed_retention(by=WORKER, now=NOW) > 0
    RetentionRule.objects.filter(kind="reading").update(days=1000)
    assert actions.seed_retention(by=WORKER, now=NOW) == 0
    assert queries.due_before("reading", NOW) == NOW - timedelta(days=1000)
    assert queries.due_before("nothing", NOW) is None


@pytest.mark.django_db
def test_readings_go_after_two_years_and_the_register_says_so():
    actions.seed_retention(by=WORKER, now=NOW)
    actions.read(by=make_actor(Role.AUDITOR), now=NOW, what="search", kind="person", subject="all")
    assert chores.destroy_readings(NOW + timedelta(days=730)) == 0
    assert chores.destroy_readings(NOW + timedelta(days=731)) == 1
    row = Destruction.objects.get()
    assert (row.kind, row.count) == ("reading", 1)
    line = JournalEntry.objects.get(action="journal.destroyed")
    assert line.facts["count"] == 1


# --- pages ---


@pytest.mark.django_db
def test_the_search_finds_by_action_actor_subject_and_day():
    write(3)
    by = make_actor(Role.AUDITOR)
    found = queries.entries_found
    assert found(by, did="calls.").count() == 3
    assert found(by, did="calls.publish").count() == 3
    assert found(by, did="calls.pub").count() == 0
    assert found(by, did="awards.").count() == 0
    assert found(by, actor=7).count() == 3
    assert found(by, actor=8).count() == 0
    assert found(by, subject="call").count() == 3
    assert found(by, subject="call:2").count() == 1
    assert found(by, since=NOW + timedelta(seconds=1)).count() == 2
    assert found(by, until=NOW + timedelta(seconds=1)).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_the_auditors_page_costs_the_same_whatever_it_shows(client, django_assert_num_queries, rows):
    person = make_person(name="누구")
    write(rows, by=actor(person))
    actions.seal(now=NOW)
    client.force_login(make_staff(Role.AUDITOR))
    with django_assert_num_queries(10):
        page = client.get("/journal/?did=calls.&kind=call&since=2026-04-01&until=2026-04-01").content.decode()
    assert queries.last_seal().hash in page
    assert "누구" in page
    assert Reading.objects.filter(what="search", subject_kind="journal").count() == 1


@pytest.mark.django_db
def test_a_wrong_search_is_a_form_error(client):
    client.force_login(make_staff(Role.AUDITOR))
    page = client.get("/journal/?since=yesterday&actor=x")
    assert page.status_code == 200
    assert page.content.decode().count('class="error"') >= 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "pages"),
    [
        (Role.AUDITOR, {"": 200, "readings/": 200, "retention/": 200}),
        (Role.OPERATOR, {"": 200, "readings/": 404, "retention/": 200}),
        (Role.SCREENING_OFFICER, {"": 404, "readings/": 404, "retention/": 404}),
    ],
)
def test_who_sees_which_page(client, role, pages):
    client.force_login(make_staff(role))
    assert {page: client.get(f"/journal/{page}").status_code for page in pages} == pages


@pytest.mark.django_db
def test_heads_are_public(client, sealed):
    head = JournalHead.objects.get()
    assert head.hash in client.get("/journal/heads/").content.decode()
    assert client.get("/journal/heads.json").json() == {
        "heads": [{"day": "2026-04-01", "number": 5, "hash": head.hash}]
    }
    assert client.get("/journal/").status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "word"), [("en", "Call closed"), ("ko", "공고를 마감함")])
def test_the_journal_is_read_and_searched_by_words(client, language, word):
    close(12)
    write(1)
    client.force_login(make_staff(Role.OPERATOR))
    client.cookies["madang_language"] = language
    page = client.get("/journal/?did=calls.close&kind=call&number=12").content.decode()
    assert page.count(f'<th scope="row">{word}</th>') == 1
    assert f'<option value="calls.close" selected>{word}</option>' in page
    assert client.get("/journal/?did=calls.close&kind=call&number=13").content.decode().count('<th scope="row">') == 0


@action
def close(call: int) -> None:
    actions.record(by=BY, now=NOW, did="calls.close", kind="call", subject=call, note="=1+1")


@pytest.mark.django_db
def test_an_export_asks_what_for_and_holds_the_search_only(client):
    write(3)
    close(12)
    actions.seal(now=NOW)
    client.force_login(make_staff(Role.AUDITOR))
    client.cookies["madang_language"] = "en"
    asking = client.get("/journal/export/?did=calls.close")
    assert not asking.streaming
    assert 'name="did" value="calls.close"' in asking.content.decode()
    assert not Reading.objects.filter(what="export").exists()
    taken = client.get("/journal/export/?did=calls.close&purpose=audit+of+spring")
    rows = list(csv.reader(io.StringIO(b"".join(taken.streaming_content).decode("utf-8-sig"))))
    assert [row[1:6] for row in rows[1:]] == [["Call closed", "calls.close", "7", "Call", "12"]]
    assert rows[1][-1] == queries.last_seal().hash
    assert Reading.objects.get(what="export").purpose == "audit of spring"


@pytest.mark.django_db
def test_an_export_of_a_wrong_search_says_what_is_wrong(client):
    client.force_login(make_staff(Role.AUDITOR))
    answer = client.get("/journal/export/?since=yesterday&purpose=audit")
    assert not answer.streaming
    assert 'class="summary"' in answer.content.decode()
