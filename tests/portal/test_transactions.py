"""Actions are one transaction, join each other, turn broken constraints into refusals and try deadlocks again."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, OperationalError, connection
from factories import make_person, make_region

from madang.errors import Refused, Unavailable
from madang.portal import transactions
from madang.portal.people.models import Person, Region
from madang.portal.transactions import action, together


@action
def make(code: str) -> None:
    make_region(code=code)


@action
def make_two_then_fail() -> None:
    make("one")
    make("two")
    raise Refused("because")


@pytest.mark.django_db(transaction=True)
def test_a_nested_action_is_undone_with_the_outer_one():
    with pytest.raises(Refused, match="because"):
        make_two_then_fail()
    assert not Region.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_action_after_a_failed_one_is_whole_again():
    with pytest.raises(Refused, match="because"):
        make_two_then_fail()
    make("three")
    assert Region.objects.get().code == "three"


@pytest.mark.django_db(transaction=True)
def test_many_actions_together_are_all_or_none():
    with pytest.raises(Refused, match="because"), together():
        make("one")
        raise Refused("because")
    assert not Region.objects.exists()


@pytest.mark.django_db
def test_a_unique_column_is_refused_by_name():
    make("same")
    with pytest.raises(Refused, match="not_unique") as caught:
        make("same")
    assert "code" in caught.value.facts["constraint"]


@pytest.mark.django_db
def test_a_unique_expression_and_a_check_are_refused_by_name():
    make_person(email="one@test.example")
    with pytest.raises(Refused, match="not_unique") as caught:
        action(make_person)(email="ONE@test.example")
    assert caught.value.facts["constraint"] == "person_email_unique"
    with pytest.raises(Refused, match="not_allowed_by_table") as caught:
        action(make_region)(ends_on="1999-01-01")
    assert caught.value.facts["constraint"].startswith("region_end")
    assert Person.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_tried_again_and_then_given_up():
    tries: list[int] = []

    @action
    def busy(until: int) -> int:
        tries.append(1)
        if len(tries) < until:
            raise OperationalError("database is locked")
        return len(tries)

    assert busy(3) == 3
    tries.clear()
    with pytest.raises(Unavailable):
        busy(transactions.TRIES + 1)


@pytest.mark.django_db(transaction=True)
def test_another_database_error_is_shown_as_the_bug_it_is():
    @action
    def broken() -> None:
        raise OperationalError("no such table: x")

    with pytest.raises(OperationalError):
        broken()


def test_an_unknown_integrity_error_keeps_its_text():
    assert transactions.refused_by_table(IntegrityError("FOREIGN KEY constraint failed")).facts == {
        "constraint": "FOREIGN KEY constraint failed"
    }


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_is_unavailable_and_leaves_nothing_behind():
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite lets its own file be bounded; PostgreSQL says 53100 where its disk is full")

    @action
    def fill() -> None:
        for number in range(2_000):
            make(f"region-{number}")

    with connection.cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 20}")
    try:
        with pytest.raises(Unavailable, match="disk_full"):
            fill()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert Region.objects.count() == 0
