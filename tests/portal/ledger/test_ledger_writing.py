"""How a batch of use is written: any text as it came, and SQLite's memory as it was before."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from factories import make_pool

from madang.portal.ledger.importer import import_usage
from madang.portal.ledger.models import LedgerAccount, Movement
from madang.portal.ledger.rules import Usage
from madang.portal.ledger.writing import insert, kept_pages

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)
# what means something in the format in which rows go to PostgreSQL
ODD = ("a\\b", "tab\there", "line\nbreak", "return\r", "\\N", "\\.", "한글 '\" ; --", "\\t")


def test_texts_come_into_the_book_as_they_are():
    pool = make_pool().pk
    rows = [Usage("c", text, "award:1", pool, text, "2026-05", date(2026, 5, 20), 5) for text in ODD]
    assert import_usage(now=NOW, charges=rows).posted == len(ODD)
    found = Movement.objects.order_by("pk").values_list("source_key", "subject", "day", "written_at", "reverses")
    assert list(found) == [(text, text, date(2026, 5, 20), NOW, None) for text in ODD]
    assert import_usage(now=NOW, charges=rows).repeated == len(ODD)


def test_a_movement_names_accounts_that_exist_and_stay():
    usage = Usage("c", "1", "award:1", make_pool().pk, "job", "2026-05", date(2026, 5, 20), 5)
    assert import_usage(now=NOW, charges=[usage]).posted == 1
    row = Movement.objects.values_list("kind", "from_account_id", "to_account_id", "amount", "subject", "month").get()
    kind, start, to, *rest = row
    day, at = connection.ops.adapt_datefield_value(usage.day), connection.ops.adapt_datetimefield_value(NOW)
    nowhere = max(LedgerAccount.objects.values_list("pk", flat=True)) + 1
    for key, ends in (("a", (nowhere, to)), ("b", (start, nowhere))):
        with pytest.raises(IntegrityError), transaction.atomic():
            insert([("c", key, kind, *ends, *rest, day, None, at)])
            connection.check_constraints()
    for change in ("DELETE FROM portal_ledgeraccount", "UPDATE portal_ledgeraccount SET id = id + 1000"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{change} WHERE id = %s", [to])
            connection.check_constraints()
    assert Movement.objects.count() == 1


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL keeps its pages by itself")
def test_more_pages_are_kept_only_while_much_is_written():
    def kept():
        with connection.cursor() as cursor:
            return cursor.execute("PRAGMA cache_size").fetchone()[0]

    before = kept()
    with pytest.raises(ZeroDivisionError), kept_pages():
        assert kept() < before
        raise ZeroDivisionError
    assert kept() == before
