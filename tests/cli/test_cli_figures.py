"""An auditor's re-run of a frozen year: its digest from its rows, and where the tables say otherwise by now."""

from __future__ import annotations

from cli.test_cli_office import staff  # noqa: F401 - a fixture
from factories import NOW, make_actor, make_organisation

from madang.portal.actors import Role
from madang.portal.billing.models import Statement
from madang.portal.indicators import actions


def test_a_frozen_year_is_compared_with_the_tables(staff):  # noqa: F811
    Statement.objects.create(
        organisation=make_organisation(), month="2025-06", reference=1000, subsidy=1000, worked_out_at=NOW
    )
    actions.work_out(now=NOW)
    actions.draft(by=make_actor(Role.PROGRAMME_MANAGER), now=NOW, year=2025, comment="")
    row = actions.freeze(by=make_actor(Role.APPROVER), now=NOW, year=2025, comment="", document_number="D")
    same = staff(Role.AUDITOR, "figures", "--year", "2025")
    assert (same.status, row.sha256 in same.out, "say the same" in same.out) == (0, True, True)
    Statement.objects.update(reference=2500, subsidy=2500)
    actions.work_out(now=NOW.replace(minute=1))
    told = staff(Role.AUDITOR, "figures", "--year", "2025")
    assert (told.status, "in 2 places" in told.out) == (1, True)
    assert ["value", "2025-06", "reference_won", "1,000", "2,500"] in [line.split() for line in told.out.splitlines()]
    found = staff(Role.AUDITOR, "figures", "--year", "2025", "--json", language="ko").json()
    assert found["sha256_of_rows"] == row.sha256
    assert staff(Role.AUDITOR, "figures", "--year", "2024").status == 2
