"""The part of the centre with one of everything that has to do with companies; one of them is organisation A."""

from __future__ import annotations

from datetime import date
from typing import Any

from factories import NOW, actor, make_company

from madang.portal.companies import actions, merging
from madang.portal.companies.models import Company
from madang.portal.files import tables

LIST = b"company,memorandum\nMaru,2025-05-01\n"


def make_companies(world: Any, a, kept) -> None:
    """A company that is A with a stage to take back, a paper and support; one that was merged; a list."""
    manager = actor(world.people["manager"])
    row = make_company(organisation=a, contact=date(2025, 1, 1), visit=date(2025, 2, 1))
    other, merged = make_company(), make_company()
    document = actions.file(by=manager, now=NOW, company=row.pk, stored=kept, name="plan.pdf")
    given = {"kind": "money", "on": date(2014, 1, 1), "what": "grant", "won": 1, "source": "report"}
    actions.give(by=manager, now=NOW, company=row.pk, **given)
    merging.merge(by=manager, now=NOW, company=merged.pk, version=1, into=other.pk)
    listed = tables.keep(now=NOW, name="c.csv", chunks=[LIST])
    entry = row.entries.get(stage="visit")
    for name in ("", "-edit", "-merge", "-organisation", "-support"):
        world.places[f"company{name}"] = {"pk": row.pk}
    world.places |= {
        "companies-file": {"kind": "csv"},
        "companies-look": {"sha256": listed.sha256},
        "company-file": {"part": "document", "row": document.pk},
        "company-part": {"pk": merged.pk},
        "company-part-new": {"pk": row.pk, "part": "stage"},
        "company-part-end": {"pk": row.pk, "part": "stage", "row": entry.pk},
        "organisation-support": {"organisation": a.pk},
        "company-other": {"pk": other.pk},
    }


def given_of_companies(places: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What stands in the paths of the operations that have to do with companies."""
    row = {"company": places["company"]["pk"]}
    names = ("get_company", "change_company", "enter_company_stage", "set_company_next", "add_company_note",
             "merge_company", "list_company_support", "add_company_support")  # fmt: skip
    return dict.fromkeys(names, row) | {
        "strike_company_stage": row | {"entry": places["company-part-end"]["row"]},
        "part_company": {"company": places["company-part"]["pk"]},
        "list_organisation_support": places["organisation-support"],
    }


def body_of_company(world: Any) -> dict[str, dict[str, Any]]:
    """What is sent to them."""
    day = {"on": "2025-03-01"}
    known = {"name": "Madang", "version": Company.objects.get(pk=world.places["company"]["pk"]).version}
    version = {"version": known["version"]}
    return {
        "create_company": {"name": "Maru", "evidence": "a fair", **day},
        "change_company": known,
        "enter_company_stage": {"stage": "memorandum", "evidence": "x", **day, **version},
        "strike_company_stage": {"reason": "x", **version},
        "set_company_next": {"what": "x", "owner": world.people["manager"].pk, "due": "2026-05-01", **version},
        "add_company_note": {"text": "x", **day},
        "merge_company": {"into": world.places["company-other"]["pk"], **version},
        "add_company_support": {"kind": "money", "what": "x", "source": "x", **day},
    }
