"""The part of the centre with claims of bonus points, an open and a closed consensus, and misconduct."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from factories import (
    NOW,
    make_application,
    make_assignment,
    make_bonus,
    make_call,
    make_intake,
    make_reviewer,
    make_submitted,
    make_track,
)

from madang.portal.bonuses.models import BonusVerdict
from madang.portal.consensus.models import AgreedSheet, Consensus
from madang.portal.misconduct.models import Misconduct
from madang.portal.people.models import Person
from madang.portal.reviews.models import CriterionPoints

SHEET = {"merit": 45, "plan": 30}


def make_scores(world: Any, a, owner: Person, assigned) -> None:
    """Organisation A's application with two claims, one of them judged, and its consensus under a reviewer."""
    track, given = make_track(make_call(), consensus=True), {"organisation": a, "created_by": owner}
    bonus, judged = make_bonus(track), make_bonus(track, position=2)
    past = {"state": "in_review", "opens_at": NOW - timedelta(days=9), "closes_at": NOW - timedelta(days=1)}
    intake, manager = make_intake(track.call, **past), world.people["manager"]
    draft = make_application(track, make_intake(track.call, number=2), **given)
    claims = {"claims": [bonus.code, judged.code], "state": "eligible"}
    files = [make_submitted(track, intake, **given, **claims) for _ in range(2)]
    BonusVerdict.objects.create(
        application=files[0], rule=judged, state="confirmed", reason="x", judged_by=manager, judged_at=NOW
    )
    for file, state in zip(files, ("sent", "closed"), strict=True):
        for reviewer in (assigned, make_reviewer()):
            sheet = make_assignment(file, reviewer, state="submitted", ended_at=NOW)
            for criterion in track.criteria.all():
                CriterionPoints.objects.create(assignment=sheet, criterion=criterion, points=SHEET[criterion.code])
        closed = {"closed_at": NOW} if state == "closed" else {}
        made = Consensus.objects.create(
            application=file, moderator=assigned, state=state, appointed_by=manager, appointed_at=NOW, **closed
        )
        AgreedSheet.objects.create(consensus=made, number=1, points=SHEET, sent_by=assigned, sent_at=NOW)
    found = {"found_on": NOW.date(), "ground": "x", "reference": "D-1", "noted_by": manager, "noted_at": NOW}
    other = make_reviewer()
    waiting = Misconduct.objects.create(reviewer=other, **found)
    counting = Misconduct.objects.create(
        reviewer=other, **found, confirmed_by=world.people["approver"], confirmed_at=NOW
    )
    world.places |= {
        "application-bonus": {"application": draft.pk},
        "claim": {"application": files[0].pk, "bonus": bonus.code},
        "judged-claim": {"id": files[0].pk, "bonus": judged.code},
        "bonus-rules": {"code": track.call.code},
        "consensus-reopen": {"application": files[1].pk},
        "misconduct-new": {"reviewer": other.pk},
        "misconduct": {"misconduct": waiting.pk},
        "misconduct-annul": {"misconduct": counting.pk},
        "moderator": {"moderator": make_reviewer().pk},
    }
    for name in ("intake-bonuses", "intake-consensus"):
        world.places[name] = {"intake": intake.pk}
    for name in ("claims", "consensus", "consensus-sheet", "consensus-answer", "consensus-close", "consensus-appoint"):
        world.places[name] = {"application": files[0].pk}


def given_to_scores(places: Any) -> dict[str, Any]:
    """What the operations on them take."""
    claim, shared = places["claim"], {"id": places["consensus"]["application"]}
    draft = {"id": places["application-bonus"]["application"]}
    found = dict.fromkeys(("get_claims", "claim_bonuses"), draft)
    found |= dict.fromkeys(("list_claims", "list_consensus"), places["intake-bonuses"])
    found |= {"judge_claim": {"id": claim["application"], "bonus": claim["bonus"]}}
    found |= {"undo_claim_verdict": places["judged-claim"], "list_bonus_rules": places["bonus-rules"]}
    found |= dict.fromkeys(("appoint_moderator", "get_consensus", "save_agreed_sheet", "send_agreed_sheet"), shared)
    found |= dict.fromkeys(("answer_agreed_sheet", "close_consensus"), shared)
    found |= {"reopen_consensus": {"id": places["consensus-reopen"]["application"]}}
    found |= dict.fromkeys(("list_misconduct", "note_misconduct"), places["misconduct-new"])
    return found | {"annul_misconduct": places["misconduct-annul"]}


def body_of_scores(places: Any) -> dict[str, Any]:
    lines = [{"criterion": code, "points": points} for code, points in SHEET.items()]
    sheet = {"version": 1, "lines": lines}
    return {
        "claim_bonuses": {"version": 1, "claims": []},
        "judge_claim": {"confirmed": True, "reason": "x"},
        "undo_claim_verdict": {"reason": "x"},
        "appoint_moderator": places["moderator"],
        "save_agreed_sheet": sheet,
        "send_agreed_sheet": sheet,
        "answer_agreed_sheet": {"number": 1, "agrees": True},
        "close_consensus": {"version": 1},
        "reopen_consensus": {"version": 1, "reason": "x"},
        "note_misconduct": {"found_on": "2026-01-01", "ground": "x", "reference": "D-2"},
        "annul_misconduct": {"reason": "x"},
    }
