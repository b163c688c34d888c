"""The part of the centre with one of everything that has to do with outcome reports; one of organisation A."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from factories import NOW, actor, make_award, make_submitted

from madang.portal.calls.models import Call
from madang.portal.outcomes import actions
from madang.portal.outcomes.rules import Entry, OutcomeKind


def make_ended(organisation, owner, months=(6,), ends_on=date(2025, 6, 1), **given):
    """An award that ended, of a call that asks for reports; its holder owes them."""
    row = make_award(
        make_submitted(organisation=organisation, created_by=owner, state="eligible"),
        state="ended", starts_on=date(2025, 1, 1), ends_on=ends_on,
        ended_at=datetime(ends_on.year, ends_on.month, 1, tzinfo=UTC), **given,
    )  # fmt: skip
    Call.objects.filter(pk=row.application.intake.call_id).update(report_months=list(months))
    actions.owe(now=NOW, award=row.pk)
    return row


def make_outcomes(world: Any, a, kept) -> None:
    """A report of A that is being written, late, with one outcome and its file."""
    owner = world.people["owner"]
    duty = make_ended(a, owner).outcome_duties.get()
    entry = Entry(OutcomeKind.HIRES, 3, "Three engineers")
    item = actions.add(by=actor(owner), now=NOW, duty=duty.pk, entry=entry, file=kept, file_name="paper.pdf")
    for name in ("report", "new", "hand-in", "correct"):
        world.places[f"outcome-{name}"] = {"pk": duty.pk}
    world.places |= {
        "outcome-remove": {"pk": duty.pk, "item": item.pk},
        "outcome-file": {"item": item.pk},
        "outcomes-file": {"kind": "csv"},
        "call-reports": world.places["draft"],
    }


def given_of_outcomes(places: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What stands in the paths of the operations that have to do with outcome reports."""
    row = {"report": places["outcome-report"]["pk"]}
    names = ("get_outcome_report", "add_outcome", "hand_in_outcome_report", "check_outcome_report",
             "correct_outcome_report")  # fmt: skip
    return dict.fromkeys(names, row) | {
        "remove_outcome": row | {"item": places["outcome-remove"]["item"]},
        "outcome_file": places["outcome-file"],
        "set_report_schedule": places["call-reports"],
    }


BODIES: dict[str, dict[str, Any]] = {
    "hand_in_outcome_report": {"nothing": False},
    "check_outcome_report": {"version": 1, "accept": True},
    "set_report_schedule": {"months": [6, 12]},
}
OUTCOME = {"kind": "paper_sci", "what": "A paper", "doi": "10.1234/abc.5"}
