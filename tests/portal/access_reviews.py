"""The part of the centre with what the check of conflicts found, and with sheets that can be opened again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from factories import NOW, actor, make_assignment, make_reviewer
from peers import given_out, make_peers, proposed

from madang.portal.applications.models import Application
from madang.portal.exchanges.models import PeerEntry
from madang.portal.experts.models import ExpertProfile
from madang.portal.findings import queries
from madang.portal.reviews.models import ReviewAssignment


def make_findings(world: Any, application, reviewers: Any) -> None:
    """A possible match of the reviewer without sheets, the sheet of the one in conflict, and one that was handed in."""
    given = {"other_names": [world.people["owner"].name], "changed_at": NOW}
    ExpertProfile.objects.create(reviewer=reviewers["unassigned"], **given)
    barred = reviewers["conflicted"].assignments.get(application=application)
    handed_in = make_assignment(application, make_reviewer(), step="on_site", state="submitted", ended_at=NOW)
    about = {"organisation": application.organisation_id, "reviewer": reviewers["unassigned"].pk}
    world.places |= {
        "call-conflict-rules": world.places["draft"],
        "intake-matches": {"intake": application.intake_id},
        "intake-match": {"intake": application.intake_id, **about},
        "intake-sheets": {"intake": application.intake_id},
        "review-set-aside": {"assignment": barred.pk},
        "review-versions": world.places["review"],
        "review-reopen": {"assignment": handed_in.pk},
        "review-restore": world.places["review"],
    }


def make_exchanges(world: Any) -> None:
    """Applicants who review each other: in one track proposed, in another given out, with one application rejected."""
    manager = actor(world.people["manager"])
    waiting, going = replace(make_peers(4, each=1), manager=manager), replace(make_peers(4, each=1), manager=manager)
    basis, row = proposed(waiting).basis_sha256, given_out(going)
    lost = PeerEntry.objects.filter(exchange=row, application=going.files[0])
    lost.update(forfeited_by=world.people["manager"], forfeited_at=NOW)
    Application.objects.filter(pk=going.files[0].pk).update(state="ineligible")
    # whoever may take one more sheet is of the other group, which the lot drew, and has none of it yet
    given = ReviewAssignment.objects.filter(application=going.files[1]).values("reviewer")
    others = row.entries.exclude(group=row.entries.get(application=going.files[1]).group).exclude(reviewer__in=given)
    place = {"intake": waiting.intake.pk, "track": waiting.track.code}
    world.places |= {
        "intake-exchange": place,
        "exchange-proposed": place | {"basis": basis},
        "exchange-going": {"intake": going.intake.pk, "track": going.track.code},
        "exchange-give": {"application": going.files[1].pk},
        "exchange-forfeit": {"application": going.files[1].pk},
        "exchange-reinstate": {"application": going.files[0].pk},
        "exchange-taker": {"reviewer": others.order_by("pk")[0].reviewer_id},
    }


def given_to_reviews(places: Any) -> dict[str, Any]:
    """The same for the operations on them."""
    found = dict.fromkeys(("list_conflict_rules", "set_conflict_rules"), places["call-conflict-rules"])
    found |= dict.fromkeys(("list_conflicts", "list_barred_sheets", "list_matches"), places["intake-matches"])
    found |= {"resolve_match": places["intake-match"]}
    found |= dict.fromkeys(("get_exchange", "propose_exchange", "confirm_exchange"), places["intake-exchange"])
    found |= {"remind_exchange": places["exchange-going"]}
    files = {"give_peer_sheet": "exchange-give", "forfeit_application": "exchange-forfeit"}
    files |= {"reinstate_application": "exchange-reinstate"}
    found |= {name: {"id": places[place]["application"]} for name, place in files.items()}
    sheets = {"set_aside_review": "review-set-aside", "reopen_review": "review-reopen"}
    sheets |= dict.fromkeys(("list_sheet_versions", "restore_review"), "review-versions")
    return found | {name: {"review": places[place]["assignment"]} for name, place in sheets.items()}


def body_of_reviews(world: Any) -> dict[str, Any]:
    place = world.places["intake-match"]
    manager = actor(world.people["manager"])
    found = queries.match(manager, place["intake"], place["organisation"], place["reviewer"], NOW)
    later = "2027-01-01T00:00:00Z"
    return {
        "confirm_exchange": {"basis": world.places["exchange-proposed"]["basis"], "due_at": later},
        "give_peer_sheet": {**world.places["exchange-taker"], "due_at": later},
        "set_conflict_rules": {"number": 0, "rules": [{"ground": "coauthor", "severity": "warns"}], "reason": "x"},
        "resolve_match": {"same": True, "reason": "x", "rests_on": found.rests_on if found else ""},
        "set_aside_review": {"reason": "x"},
        "reopen_review": {"reason": "x", "due_at": "2027-01-01T00:00:00Z"},
        "set_firm_group": {"version": 1, "firm_group": "Neoseul Group"},
    }
