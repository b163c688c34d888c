"""Reads 1,000,000 rows of sacct into the ledger: at most 60 s on SQLite and 30 s on PostgreSQL, in at most 300 MB.

    PYTHONPATH=src:tests python benchmarks/slurm/importing.py [rows] [paced|apart]

A stand-in for Slurm's commands answers from a file of rows, windows of time as sacct has them; everything after it is
the portal's own: the reading by windows, the slices, the ledger. `paced` posts in the small transactions with pauses in
which the worker does it beside people. `apart` reads and posts in turns rather than beside each other, times both apart
and then puts the same rows into a copy of the same table with its indexes: posting takes at most twice as long as that.
MADANG_DATABASE_URL may name a PostgreSQL that holds nothing yet.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from unittest import mock

HOME = Path(tempfile.mkdtemp(prefix="madang-benchmark-"))
os.environ |= {"MADANG_HOME": str(HOME), "MADANG_SECRET_KEY": "benchmark", "MADANG_DIGEST_KEY": "benchmark"}
os.environ.setdefault("MADANG_DATABASE_URL", f"sqlite://{HOME}/benchmark.sqlite3")
os.environ["DJANGO_SETTINGS_MODULE"] = "madang.portal.settings"

BEGAN, AWARDS, A_DAY = datetime(2026, 4, 1, tzinfo=UTC), 200, 16_000
COLUMNS = (
    "source, source_key, kind, from_account_id, to_account_id, amount, subject, month, day, reverses_id, written_at"
)
WIDTH = 200  # bytes of a line, so that the stand-in finds a window by halving
STAND_IN = f"""#!{sys.executable} -I
import sys
given = dict(word.partition("=")[::2] for word in sys.argv[1:])
name = sys.argv[0].rpartition("/")[2]
if name == "sdiag":
    print("DBD Agent queue size: 0")
elif name == "sacctmgr":
    print("bench")
elif name == "sacct":
    from datetime import datetime, timezone
    at = lambda text: int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()) if text else 1 << 40
    since, until = at(given["--starttime"]), at(given.get("--endtime", ""))
    with open("{HOME}/rows", "rb") as file:
        def end(row):
            file.seek(row * {WIDTH})
            return int(file.read({WIDTH}).split(b"|")[8])
        file.seek(0, 2)
        low, high = 0, file.tell() // {WIDTH}
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if end(middle) >= since else (middle + 1, high)
        print(given["--format"].replace(",", "|"))
        sys.stdout.flush()
        file.seek(low * {WIDTH})
        for line in file:
            if int(line.split(b"|", 8)[7]) > until:
                break
            sys.stdout.buffer.write(line)
"""


def main() -> int:
    """Prints seconds, memory and what was posted; 1 where not every row is in the book."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from madang.compute.slurm import SlurmBackend
    from madang.portal import backends
    from madang.portal.jobs import posting
    from madang.portal.ledger.models import Movement

    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    write_rows(rows, prepare())
    clock = [BEGAN]
    for name in ("sacct", "sdiag", "squeue", "sacctmgr"):
        (HOME / name).write_text(STAND_IN)
        (HOME / name).chmod(0o755)
    given = {"mark": "bench", "work": str(HOME), "partitions": {"H100": "h100"}, "slurm_bin": str(HOME)}
    backend = SlurmBackend(HOME / "jobs", clock=lambda: clock[0], **given)
    clock[0] = BEGAN + timedelta(days=rows // A_DAY + 2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    importer = posting.import_usage if "paced" in sys.argv else partial(unpaced, posting.import_usage)
    analyse()
    whole = Spent()
    own = mock.patch.object(backends, "backend", lambda: backend)
    with own, mock.patch.object(posting, "import_usage", importer), whole:
        posted = in_turns(backend, clock[0]) if "apart" in sys.argv else posting.post_usage(clock[0])
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{rows:,} rows: {whole} for all of it; memory {most // 1024} MB at most")
    kept = Movement.objects.filter(source="bench").count()
    print(f"({before // 1024} MB before); posted {posted:,}, in the book {kept:,}")
    return int(posted < rows)


class Spent:
    """Seconds of the wall and of this process's processor that were spent within it."""

    def __init__(self) -> None:
        self.wall = self.processor = 0.0

    def __enter__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        wall, processor = self._began
        self.wall += time.perf_counter() - wall
        self.processor += time.process_time() - processor

    def __str__(self) -> str:
        return f"{self.wall:.1f} s wall, {self.processor:.1f} s processor"


def analyse() -> None:
    """Lets the database count its tables, as it does by itself within minutes where a centre is at work."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def in_turns(backend, now) -> int:  # type: ignore[no-untyped-def]
    """Reads and posts a batch after the other, then inserts the same rows raw; prints what each of the three took."""
    from madang.portal.jobs import posting

    reading, settling, raw, posted, cursor, more = Spent(), Spent(), Spent(), 0, "", True
    while more:
        with reading:
            batch = backend.usage(cursor)
        with settling:
            posted += posting.import_usage(now=now, charges=posting._rows(now, batch.slices), pause=None).posted
        cursor, more = batch.cursor, batch.more
    copy_table()
    for rows in stored():
        with raw:
            insert(rows)
    print(f"reading {reading}\nposting {settling}\nraw insert {raw}")
    print(f"posting takes {settling.wall / raw.wall:.2f} times as long as the raw insert")
    return posted


def copy_table() -> None:
    """A table `raw` like that of movements, empty, with all its indexes and constraints."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("CREATE TABLE raw (LIKE portal_movement INCLUDING ALL)")
            cursor.execute(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = 'portal_movement'::regclass AND contype = 'f'"
            )
            made = [f"ALTER TABLE raw ADD {definition}" for (definition,) in cursor.fetchall()]
        else:
            cursor.execute(
                "SELECT sql FROM sqlite_master WHERE tbl_name = 'portal_movement' AND type <> 'trigger' AND sql <> ''"
                " ORDER BY type DESC"
            )
            made = [
                sql.replace("portal_movement", "raw").replace('"movement_', '"raw_') for (sql,) in cursor.fetchall()
            ]
        for statement in made:
            cursor.execute(statement)


def stored():  # type: ignore[no-untyped-def]
    """The rows that were posted, as they lie in the table, in pieces as large as the batches."""
    from django.db import connection

    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT id, {COLUMNS} FROM portal_movement WHERE source = 'bench' AND id > %s ORDER BY id LIMIT 32000",
                [last],
            )
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        yield [row[1:] for row in rows]


def insert(rows) -> None:  # type: ignore[no-untyped-def]
    """Rows into the table `raw` in one transaction, by the database's quickest way."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY raw ({COLUMNS}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO raw ({COLUMNS}) VALUES ({marks})", rows)


def unpaced(importer, **given):  # type: ignore[no-untyped-def]
    """The import without the pauses, in large batches."""
    return importer(**{**given, "pause": None})


def prepare() -> list[int]:
    """Awards in force with more than is used; gives their ids."""
    from factories import make_application, make_award, make_pool, make_product, make_track

    from madang.portal.actors import WORKER
    from madang.portal.awards.queries import owner_of
    from madang.portal.ledger import actions

    product = make_product(make_pool(backend_type="H100", runs_jobs=True))
    track = make_track(products=[product])
    awards = []
    for _ in range(AWARDS):
        award = make_award(make_application(track))
        given = {"by": WORKER, "now": BEGAN, "owner": owner_of(award.pk), "pool": product.pool_id, "source": "award"}
        actions.grant(**given, amount=10**11, key=str(award.pk), month="2026-04", day=BEGAN.date())
        awards.append(award.pk)
    return awards


def write_rows(count: int, awards: list[int]) -> None:
    """Jobs of some minutes in the order of their ends, none over the centre's midnight, one slice each."""
    from madang.compute.slurm.sacct import FIELDS

    day = 86_400
    with (HOME / "rows").open("w") as file:
        for number in range(count):
            # by the centre's clock from one to 23 o'clock; its midnight is 15:00 UTC
            second = int(BEGAN.timestamp()) + number // A_DAY * day + 16 * 3600 + number % A_DAY * 5
            length, gpus = 60 + number * 7 % 1800, 1 + number % 8
            start, end = second - length + 1800, second + 1800
            tres = f"billing=8,cpu={gpus * 8},gres/gpu:h100={gpus},gres/gpu={gpus},mem=64000M,node=1"
            account = f"bench-a-{awards[number % len(awards)]}"
            asked = (start, start, end, length, "00:00:00", tres, 0)
            cells = (number, number, "bench", account, "h100", "COMPLETED", *asked)
            if len(cells) != len(FIELDS):
                raise SystemExit("the reader asks for other columns than are written here")
            file.write("|".join(map(str, cells)).ljust(WIDTH - 1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
