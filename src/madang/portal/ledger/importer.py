"""Posts usage in bulk, exactly once: one pass over the charges, then rows, balances and month totals written together.

Three statements write a batch: the rows by executemany (guarded by their unique key), one change an account, one change
an account and month. A batch is one transaction; the worker posts small ones with pauses, so that web writes get in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from django.db import connection

from madang.accounting.ledger import Bucket, settle
from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor
from madang.portal.journal.actions import record
from madang.portal.ledger import queries
from madang.portal.ledger.models import LedgerAccount
from madang.portal.ledger.rules import BUCKETS, Imported, Usage
from madang.portal.transactions import action

# measured with benchmarks/ledger/post_usage.py: a batch of 300 stays well under 50 ms on SQLite
PACED_BATCH = 300
PACED_PAUSE = 0.02
WHOLE_BATCH = 100_000

Place = tuple[str, int]
Key = tuple[str, str]
# amount, month, owner and pool of a row that is in the book
Stored = tuple[int, str, str, int]

_STORED = (
    "SELECT moved.source_key, moved.amount, moved.month, account.owner, account.pool_id FROM portal_movement moved"
    " JOIN portal_ledgeraccount account ON account.id = moved.to_account_id WHERE moved.source = %s AND {keys}"
)
_INSERT = (
    "INSERT INTO portal_movement (source, source_key, kind, from_account_id, to_account_id, amount, subject, month,"
    " day, reverses_id, written_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    " ON CONFLICT (source, source_key) DO NOTHING"
)
_BALANCE = "UPDATE portal_ledgeraccount SET amount = amount + %s WHERE id = %s"
_MONTH = (
    "INSERT INTO portal_monthtotal (account_id, month, came_in, went_out) VALUES (%s, %s, %s, %s)"
    " ON CONFLICT (account_id, month) DO UPDATE SET came_in = portal_monthtotal.came_in + excluded.came_in,"
    " went_out = portal_monthtotal.went_out + excluded.went_out"
)


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
    fresh, repeated = _fresh(usages)
    changed = _changed(repeated)
    if fresh:
        accounts = _accounts({(usage.owner, usage.pool) for usage in fresh})
        take([ids[bucket] for ids in accounts.values() for bucket in (Bucket.LEFT, Bucket.HELD)])
        _write(now, _posted(fresh, accounts), len(fresh))
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


def _fresh(usages: Sequence[Usage]) -> tuple[list[Usage], list[Usage]]:
    """The charges whose key is not in the book, once each, and the others."""
    by_key: dict[Key, Usage] = {}
    again: list[Usage] = []
    for usage in usages:
        if usage.amount <= 0:
            raise Refused("amount_not_above_zero", amount=usage.amount)
        if by_key.setdefault(usage[:2], usage) is not usage:
            again.append(usage)
    there = set(_stored(list(by_key)))
    if not there:
        return list(by_key.values()), again
    fresh = [usage for key, usage in by_key.items() if key not in there]
    return fresh, again + [by_key[key] for key in there]


def _stored(keys: Sequence[Key]) -> dict[Key, Stored]:
    """Of these (source, key), those in the book."""
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, key in keys:
        by_source[source].append(key)
    found = {}
    statement = _STORED.format(keys=queries.listed("moved.source_key"))
    with connection.cursor() as cursor:
        for source, wanted in by_source.items():
            cursor.execute(statement, [source, queries.as_list(wanted)])
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
class _Batch:
    """What a batch writes: rows, and by how much each account and each account's month moves."""

    legs: list[tuple[Usage, str, str, int, int, int]] = field(default_factory=list)
    balances: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    came_in: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    went_out: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, usage: Usage, key: str, kind: str, start: int, to: int, amount: int) -> None:
        self.legs.append((usage, key, kind, start, to, amount))
        self.balances[start] -= amount
        self.balances[to] += amount
        self.went_out[start, usage.month] += amount
        self.came_in[to, usage.month] += amount


def _posted(fresh: Sequence[Usage], accounts: dict[Place, dict[str, int]]) -> _Batch:
    """Settles each charge against its subject's hold and its account's rest, as the library says, in their order."""
    left = _amounts([ids[Bucket.LEFT] for ids in accounts.values()])
    holding = _amounts([ids[Bucket.HELD] for ids in accounts.values()])
    # Most owners hold nothing at the moment: only the jobs of the others are looked up.
    holders = (usage for usage in fresh if usage.subject and holding[accounts[usage[2:4]][Bucket.HELD]])
    held = queries.held_by({usage.subject for usage in holders})
    batch = _Batch()
    for usage in fresh:
        place, holder = (usage.owner, usage.pool), (usage.owner, usage.pool, usage.subject)
        ids = accounts[place]
        legs = settle(hold_left=held.get(holder, 0), left=left[ids[Bucket.LEFT]], amount=usage.amount)
        for part, (kind, start, to, amount) in enumerate(legs):
            batch.add(usage, f"{usage.key}+{part}" if part else usage.key, kind.value, ids[start], ids[to], amount)
            if start is Bucket.HELD:
                held[holder] -= amount
            elif start is Bucket.LEFT:
                left[ids[start]] -= amount
    return batch


def _amounts(accounts: Sequence[int]) -> dict[int, int]:
    statement = f"SELECT id, amount FROM portal_ledgeraccount WHERE {queries.listed('id')}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [queries.as_list(accounts)])
        return dict(cursor.fetchall())


def _write(now: datetime, batch: _Batch, charges: int) -> None:
    written = connection.ops.adapt_datetimefield_value(now)
    days: dict[date, object] = {}
    rows = [
        (
            usage.source,
            key,
            kind,
            start,
            to,
            amount,
            usage.subject,
            usage.month,
            days.get(usage.day) or days.setdefault(usage.day, connection.ops.adapt_datefield_value(usage.day)),
            None,
            written,
        )
        for usage, key, kind, start, to, amount in batch.legs
    ]
    places = sorted(batch.came_in.keys() | batch.went_out.keys())
    totals = [(*place, batch.came_in.get(place, 0), batch.went_out.get(place, 0)) for place in places]
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)
        if cursor.rowcount != len(rows):
            raise Stale("usage", charges=charges)
        cursor.executemany(_BALANCE, [(by, account) for account, by in sorted(batch.balances.items())])
        cursor.executemany(_MONTH, totals)
