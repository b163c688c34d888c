"""Makes every statement of a month as page, spreadsheet and PDF on SQLite, in one process.

Run: python benchmarks/money/papers.py [statements]. Each is of an organisation of its own, with one award sold by the
hour and 40 charges. Prints wall and processor seconds; every PDF must be tagged. Promise: 1,200 in at most 5 minutes.
Last come some downloads as the portal makes them, each document in a process of its own.
"""

from __future__ import annotations

import sys
from typing import Any

from close import MONTH, NOW, charged, projects, timed

CHARGES, DOWNLOADS = 40, 10


def in_this_process(module: str, given: Any) -> bytes:
    """What a module makes, without a process of its own: loading the library once is what a batch would do."""
    from madang.portal import sheets
    from madang.portal.billing import papers

    return papers.typeset(given) if module == papers.__name__ else sheets.written(given)


def main() -> int:
    """Prepares, issues, and makes the papers."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client
    from factories import make_actor

    from madang.portal import apart
    from madang.portal.actors import WORKER, Role
    from madang.portal.billing import actions, exports, queries
    from madang.portal.ledger import actions as ledger
    from madang.portal.people.models import Person

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_200
    call_command("migrate", verbosity=0)
    awards, pool = timed(f"preparing {count:,} projects", lambda: projects(count))
    charged(awards, pool, count * CHARGES)
    actions.work_out_month(by=WORKER, now=NOW, month=MONTH)
    manager = make_actor(Role.PROGRAMME_MANAGER)
    ledger.close_month(now=NOW, month=MONTH)
    timed("issuing the month", lambda: actions.issue(by=manager, now=NOW, month=MONTH))
    rows = list(queries.statements(manager).filter(month=MONTH))
    client = Client(headers={"host": "localhost"})
    client.force_login(Person.objects.get(pk=manager.person))
    pages = timed("pages", lambda: [client.get(f"/statements/{row.pk}/").status_code for row in rows])
    made = apart.made
    apart.made = in_this_process
    timed("spreadsheets", lambda: [exports.as_xlsx(row, queries.lines(row)) for row in rows])
    pdfs = timed("PDFs", lambda: [exports.as_pdf(row, queries.lines(row)) for row in rows])
    apart.made = made
    some = rows[:DOWNLOADS]
    timed(f"{DOWNLOADS} downloads of a PDF", lambda: [exports.as_pdf(row, queries.lines(row)) for row in some])
    timed(f"{DOWNLOADS} downloads of a spreadsheet", lambda: [exports.as_xlsx(row, queries.lines(row)) for row in some])
    whole = all(b"/StructTreeRoot" in one for one in pdfs) and set(pages) == {200}
    print(f"{len(pdfs):,} statements, {sum(map(len, pdfs)) // len(pdfs):,} bytes a PDF")
    return 0 if whole and len(rows) >= count else 1


if __name__ == "__main__":
    sys.exit(main())
