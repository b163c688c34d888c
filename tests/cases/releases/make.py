"""Makes the data set of the present version: python tests/cases/releases/make.py ARCHIVE."""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)


def fill() -> None:
    """A little of everything that later versions must still be able to read."""
    from factories import (
        make_application,
        make_assignment,
        make_award,
        make_job,
        make_staff,
        make_submitted,
    )

    from madang.portal.actors import WORKER, Role
    from madang.portal.journal import actions as journal
    from madang.portal.ledger import actions as ledger

    make_staff(*Role)
    file = make_submitted(state="eligible")
    make_assignment(file)
    make_application(file.track, file.intake)
    award = make_award(file)
    job = make_job(award)
    account = {"by": WORKER, "now": NOW, "owner": f"award:{award.pk}", "pool": job.pool_id, "source": "releases"}
    ledger.grant(**account, amount=36_000, key="grant", month="2026-04", day=date(2026, 4, 1))
    ledger.hold(**account, amount=job.held, key="hold", subject=f"job:{job.pk}")
    journal.seal(now=NOW)


def main(archive: Path) -> None:
    """Sets up a centre in a folder that is thrown away, fills it, backs it up."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"MADANG_HOME": home, "DJANGO_SETTINGS_MODULE": "madang.portal.settings"}
        import django

        django.setup()
        from madang.portal.centre import backup, setup

        setup.set_up(NOW)
        fill()
        backup.backup(archive, now=NOW)


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[2]))
    main(Path(sys.argv[1]).resolve())
