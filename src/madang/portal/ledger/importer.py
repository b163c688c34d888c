"""Posts usage in bulk, exactly once: one pass over the charges, then rows, balances and month totals written together.

A batch is one transaction; the worker posts small ones with pauses, so that web writes get in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import connection, transaction

from madang.accounting.ledger import Bucket, Kind, settle
from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.journal.actions import record
from madang.portal.ledger import adjusting, queries
from madang.portal.ledger.models import LedgerAccount
from madang.portal.ledger.rules import BUCKETS, Imported, Usage
from madang.portal.ledger.writing import Batch
from madang.portal.transactions import action

# measured with benchmarks/ledger/post_usage.py: a batch of 300 stays well under 50 ms on SQLite
PACED_BATCH = 300
PACED_PAUSE = 0.02
WHOLE_BATCH = 100_000

_USE = Kind.USE.value

Place = tuple[str, int]
Key = tuple[str, str]
# amount, month, owner and pool of a row that is in the book
Stored = tuple[int, str, str, int]

_COLUMNS = "SELECT moved.source_key, moved.amount, moved.month, account.owner, account.pool_id"
_ACCOUNT = "JOIN portal_ledgeraccount account ON account.id = moved.to_account_id"
_STORED = {
    "sqlite": f"{_COLUMNS} FROM portal_movement moved {_ACCOUNT} WHERE moved.source = %(source)s"  # noqa: S608
    " AND moved.source_key IN (SELECT value FROM json_each(%(keys)s))",
    # one look a key: otherwise, until the table is analysed, it reads all that the source ever brought
    "postgresql": f"{_COLUMNS} FROM unnest(%(keys)s::text[]) wanted(key) CROSS JOIN LATERAL (SELECT * FROM"  # noqa: S608
    " portal_movement WHERE source = %(source)s AND source_key = wanted.key OFFSET 0) moved " + _ACCOUNT,
}


def import_usage(
    *,
    now: datetime,
    charges: Iterable[Usage],
    by: Actor = WORKER,
    pause: Callable[[float], None] | None = None,
) -> Imported:
    """Posts charges that are not in the book yet; those that are change nothing.

    Without `pause`, batches are large and as fast as can be. With it (the worker gives time.sleep) they are small and
    `pause` is called between them. Each batch is a transaction with one journal line; a run that breaks off is simply
    repeated. A charge that comes again with another amount is not posted and is listed in `changed`.
    Refused: ``amount_not_above_zero``.
    """
    done = Imported()
    for batch in _batches(charges, PACED_BATCH if pause else WHOLE_BATCH):
        if pause and done != Imported():
            pause(PACED_PAUSE)
        done = done.plus(post(by=by, now=now, usages=batch))
    return done


@action
def post(*, by: Actor, now: datetime, usages: Sequence[Usage]) -> Imported:
    """Posts one batch in one transaction. Stale where another importer was first with one of its keys."""
    fresh, repeated = _once(usages)
    if len(fresh) <= PACED_BATCH or not _written_as_new(now, fresh):
        fresh, there = _fresh(fresh)
        repeated += there
        if fresh:
            _write(now, fresh)
    changed = _changed(repeated)
    if fresh:
        adjusting.note({usage.month for usage in fresh}, [usage[:2] for usage in fresh])
    done = Imported(len(fresh), len(usages) - len(fresh) - len(changed), changed)
    if fresh or changed:
        _record(by, now, fresh, done)
    return done


def take(accounts: Sequence[int]) -> None:
    """Makes these accounts ours until the transaction ends, before we read what rests on them.

    An update that changes nothing: on PostgreSQL the next writer waits at the rows, on SQLite there is one writer.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE portal_ledgeraccount SET amount = amount WHERE {queries.listed('id')}",  # noqa: S608
            [queries.as_list(sorted(accounts))],
        )


def _batches(charges: Iterable[Usage], size: int) -> Iterator[list[Usage]]:
    remaining = iter(charges)
    while batch := list(islice(remaining, size)):
        yield batch


def _record(by: Actor, now: datetime, fresh: Sequence[Usage], done: Imported) -> None:
    facts = {
        "owners": len({usage.owner for usage in fresh}),
        "amount": sum(usage.amount for usage in fresh),
        "posted": done.posted,
        "repeated": done.repeated,
        "changed": [list(one) for one in done.changed[:20]],
    }
    source = fresh[0].source if fresh else done.changed[0][0]
    record(by=by, now=now, did="ledger.import_usage", kind="usage", subject=source, **facts)


def _written_as_new(now: datetime, usages: Sequence[Usage]) -> bool:
    """Writes a large batch, which nearly always is new as a whole, without looking first; or nothing, and False."""
    try:
        with transaction.atomic():
            _write(now, usages)
    except Stale:
        return False
    return True


def _write(now: datetime, fresh: Sequence[Usage]) -> None:
    purses = _purses(_accounts({usage[2:4] for usage in fresh}))
    _posted(now, fresh, purses).write()


def _once(usages: Sequence[Usage]) -> tuple[list[Usage], list[Usage]]:
    """The charges once each, and further copies of them."""
    by_key: dict[Key, Usage] = {}
    again: list[Usage] = []
    for usage in usages:
        if usage.amount <= 0:
            raise Refused("amount_not_above_zero", amount=usage.amount)
        if by_key.setdefault(usage[:2], usage) is not usage:
            again.append(usage)
    return list(by_key.values()), again


def _fresh(usages: Sequence[Usage]) -> tuple[list[Usage], list[Usage]]:
    """The charges whose key is not in the book, and the others."""
    stored = _stored([usage[:2] for usage in usages])
    fresh = [usage for usage in usages if usage[:2] not in stored]
    return fresh, [usage for usage in usages if usage[:2] in stored] if stored else []


def _stored(keys: Sequence[Key]) -> dict[Key, Stored]:
    """Of these (source, key), those in the book."""
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, key in keys:
        by_source[source].append(key)
    found = {}
    with connection.cursor() as cursor:
        for source, wanted in by_source.items():
            cursor.execute(_STORED[connection.vendor], {"source": source, "keys": queries.as_list(wanted)})
            found.update({(source, row[0]): row[1:] for row in cursor.fetchall()})
    return found


def _changed(repeated: Sequence[Usage]) -> tuple[Key, ...]:
    """Those that stand in the book with another amount, month, owner or pool than they have now."""
    places = [(usage.source, usage.key + part) for usage in repeated for part in ("", "+1", "+2")]
    stored = _stored(places)
    return tuple(dict.fromkeys(usage[:2] for usage in repeated if not _same(usage, stored)))


def _same(usage: Usage, stored: dict[Key, Stored]) -> bool:
    parts = [stored.get((usage.source, usage.key + part)) for part in ("", "+1", "+2")]
    rows = [row for row in parts if row]
    # None of its rows is in the book: it is a second copy within this batch, whose first copy is being posted.
    if not rows:
        return True
    placed = all(row[1:] == (usage.month, usage.owner, usage.pool) for row in rows)
    return placed and sum(row[0] for row in rows) == usage.amount


def _accounts(places: set[Place]) -> dict[Place, dict[str, int]]:
    """The accounts of every place by bucket, opened where there are none: use is a fact, granted or not."""
    found = _known(places)
    missing = [place for place in places if len(found.get(place, ())) < len(BUCKETS)]
    if missing:
        rows = [LedgerAccount(owner=owner, pool_id=pool, bucket=one) for owner, pool in missing for one in BUCKETS]
        LedgerAccount.objects.bulk_create(rows, ignore_conflicts=True)
        found = _known(places)
    return found


def _known(places: set[Place]) -> dict[Place, dict[str, int]]:
    found: dict[Place, dict[str, int]] = defaultdict(dict)
    statement = f"SELECT owner, pool_id, bucket, id FROM portal_ledgeraccount WHERE {queries.listed('owner')}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [queries.as_list(sorted({owner for owner, _ in places}))])
        for owner, pool, bucket, pk in cursor.fetchall():
            if (owner, pool) in places:
                found[owner, pool][bucket] = pk
    return found


@dataclass
class _Purse:
    """What an owner has left in a pool while a batch is settled, whether any of its jobs holds some, its accounts."""

    left: int
    holding: bool
    ids: dict[str, int]


def _posted(now: datetime, fresh: Sequence[Usage], purses: dict[Place, _Purse]) -> Batch:
    """Settles each charge against its subject's hold and its account's rest, as the library says, in their order."""
    # Most owners hold nothing at the moment: only the jobs of the others are looked up.
    held = queries.held_by({usage.subject for usage in fresh if usage.subject and purses[usage[2:4]].holding})
    batch = Batch(now)
    for usage in fresh:
        purse, amount = purses[usage[2:4]], usage.amount
        if amount <= purse.left and not purse.holding:  # what `settle` would say too
            purse.left -= amount
            batch.add(usage, usage.key, _USE, purse.ids[Bucket.LEFT], purse.ids[Bucket.USED], amount)
            continue
        hold = usage[2:5]
        legs = settle(hold_left=held.get(hold, 0), left=purse.left, amount=amount)
        for part, (kind, start, to, moved) in enumerate(legs):
            key = f"{usage.key}+{part}" if part else usage.key
            batch.add(usage, key, kind.value, purse.ids[start], purse.ids[to], moved)
            if start is Bucket.HELD:
                held[hold] -= moved
            elif start is Bucket.LEFT:
                purse.left -= moved
    return batch


def _purses(accounts: dict[Place, dict[str, int]]) -> dict[Place, _Purse]:
    """What lies in the accounts of every place, which are ours from now on until the transaction ends."""
    wanted = [ids[bucket] for ids in accounts.values() for bucket in (Bucket.LEFT, Bucket.HELD)]
    take(wanted)
    there = _amounts(wanted)
    return {place: _Purse(there[ids[Bucket.LEFT]], there[ids[Bucket.HELD]] > 0, ids) for place, ids in accounts.items()}


def _amounts(accounts: Sequence[int]) -> dict[int, int]:
    statement = f"SELECT id, amount FROM portal_ledgeraccount WHERE {queries.listed('id')}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [queries.as_list(accounts)])
        return dict(cursor.fetchall())
