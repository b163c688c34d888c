"""The part of the centre with one of everything that has to do with experts, committees and challenges."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from factories import (
    NOW,
    actor,
    make_assignment,
    make_call,
    make_intake,
    make_reviewer,
    make_submitted,
    make_suggestion,
    make_track,
)

from madang.portal.challenges.models import Challenge
from madang.portal.committees.models import Candidate, Committee, CommitteeDraw
from madang.portal.experts import actions as experts
from madang.portal.files import tables
from madang.portal.honoraria import actions as fees
from madang.portal.honoraria.models import FeeRate
from madang.portal.meetings import room
from madang.portal.meetings.models import Meeting, Minutes
from madang.portal.people.models import Person
from madang.portal.replies.models import ReplyPeriod
from madang.portal.reviews.models import Calibration
from madang.portal.suggestions import actions as suggestions


def make_meetings(world: Any, application, chair) -> None:
    """A committee with a meeting of each kind: one that sits under a reviewer, one to come, one with its minutes."""
    by, given = world.people["manager"], {"arranged_by": world.people["manager"], "arranged_at": NOW, "meets_at": NOW}
    made = Committee.objects.create(
        intake=application.intake, name_ko="분과", name_en="Section", seats=3, meets_at=NOW, created_by=by,
        created_at=NOW,
    )  # fmt: skip
    led = {"committee": made, "chair": chair, "began_at": NOW, **given}
    sits = Meeting.objects.create(step="document", state="sitting", **led)
    to_come = Meeting.objects.create(committee=made, step="on_site", **given)
    closed = Meeting.objects.create(step="presentation", state="closed", **led)
    content = room.minutes(closed, room.room(closed, NOW))
    Minutes.objects.create(
        meeting=closed, number=1, content=content, sha256="e" * 64, approved_by=chair.person, approved_at=NOW
    )
    made = {"applications": {}, "reviewers": {}, "come": [], "go": []}
    Calibration.objects.create(
        intake=application.intake, number=1, places=0, content=made, sheets_sha256="f" * 64, made_by=by, made_at=NOW
    )
    ReplyPeriod.objects.create(intake=application.intake, until=NOW + timedelta(days=5), opened_by=by, opened_at=NOW)
    world.places["application-reply"] = {"application": application.pk}
    world.places["replies-open"] = {"intake": application.intake_id}
    for name in ("meeting", "meeting-room", "meeting-attendance", "meeting-opinion", "meeting-approve"):
        world.places[name] = {"meeting": sits.pk}
    world.places |= {
        "meeting-file": {"meeting": sits.pk, "kind": "csv"},
        "meeting-points": {"meeting": sits.pk, "application": application.pk},
        "meeting-minutes": {"meeting": closed.pk, "number": 1},
        "meeting-cancel": {"meeting": to_come.pk},
        "meeting-reopen": {"meeting": closed.pk},
    }


def make_suggestions(world: Any, a, owner: Person) -> None:
    """A suggestion that waits to be confirmed, two reviewers kept apart, and the time for bids."""
    by, track = actor(world.people["manager"]), make_track(make_call())
    given = {"organisation": a, "created_by": owner, "state": "eligible"}
    application = make_submitted(track, make_intake(track.call, state="in_review"), **given)
    one, other, third = make_reviewer(), make_reviewer(), make_reviewer()
    apart = suggestions.keep_apart(by=by, now=NOW, one=one.pk, other=other.pk, reason="x")
    suggestions.open_bids(by=by, now=NOW, intake=application.intake_id, until=NOW + timedelta(days=5))
    found = make_suggestion(application.intake, by)
    for name in ("review-suggestion", "bids-open", "review-bids"):
        world.places[name] = {"intake": application.intake_id}
    world.places |= {"suggestion": {"suggestion": found.pk}, "apart": {"apart": apart.pk}}
    world.places["two-reviewers"] = {"one": one.pk, "other": third.pk}


def make_fees(world: Any, reviewer) -> None:
    """An intake whose fees wait to be fixed, and one of the same call where the assigned reviewer's are."""
    manager, call = world.people["manager"], make_call()
    track, day = make_track(call), NOW.date()
    fees.seed_withholding(by=actor(manager), now=NOW)
    FeeRate.objects.create(
        call=call, starts_on=day, sheet_won=200_000, day_won=0, income="other", set_by=manager, set_at=NOW
    )
    past = {
        "opens_at": NOW - timedelta(days=9),
        "closes_at": NOW - timedelta(days=2),
        "state": "decided",
        "decided_at": NOW,
    }
    intakes = [make_intake(call, number=number, **past) for number in (1, 2)]
    given = {"state": "submitted", "ended_at": NOW}
    for intake in intakes:
        make_assignment(make_submitted(track, intake, state="eligible"), reviewer, **given)
    drafted = fees.draft(by=actor(manager), now=NOW, intake=intakes[1].pk, comment="")
    approver = actor(world.people["approver"])
    fees.fix(by=approver, now=NOW, intake=drafted.subject, comment="", document_number="D-7")
    for name in ("honorarium", "intake-honoraria"):
        world.places[name] = {"intake": intakes[1].pk}
    world.places |= {
        "intake-fees-open": {"intake": intakes[0].pk},
        "honoraria-file": {"intake": intakes[1].pk, "kind": "csv"},
        "call-honoraria": {"code": call.code},
    }


def make_experts(world: Any, a, owner: Person, assigned) -> None:
    """A call whose reviewers agree to terms, which the assigned reviewer has yet to do; and a list of experts."""
    other = make_track(make_call())
    sheet = make_submitted(other, make_intake(other.call, state="in_review"), organisation=a, created_by=owner)
    make_assignment(sheet, assigned)
    given = {"call": other.call_id, "body_ko": "서약", "body_en": "Terms"}
    experts.set_terms(by=actor(world.people["manager"]), now=NOW, **given)
    _committee(world, sheet.intake, assigned)
    _challenge(world, sheet, owner)
    listed = tables.keep(now=NOW, name="f.csv", chunks=[b"name,email\nNew Expert,new@test.example\n"])
    for name in ("call-expert-terms", "review-terms"):
        world.places[name] = {"code": other.call.code}
    world.places |= {
        "expert": {"reviewer": assigned.pk},
        "experts-file": {"kind": "csv"},
        "experts-look": {"sha256": listed.sha256},
    }


def _challenge(world: Any, application, owner: Person) -> None:
    """A challenge of somebody who is not in the pool, which waits."""
    made = Challenge.objects.create(application=application, name="박바다", reason="x", filed_by=owner, filed_at=NOW)
    world.places |= {
        "application-challenges": {"application": application.pk},
        "intake-challenges": {"intake": application.intake_id},
        "challenge": {"challenge": made.pk},
    }


def _committee(world: Any, intake, assigned) -> None:
    """A committee for which the assigned reviewer has a seat from one round, and was asked in another."""
    made = Committee.objects.create(
        intake=intake, name_ko="분과", name_en="Section", seats=3, meets_at=NOW + timedelta(days=20),
        created_by=world.people["manager"], created_at=NOW,
    )  # fmt: skip
    rows = []
    for number, state in enumerate(("accepted", "waiting"), start=1):
        draw = CommitteeDraw.objects.create(
            committee=made, number=number, seats=1, secret=7, commitment="c" * 64, outside_source="Lottery",
            outside_from=NOW - timedelta(days=1), committed_by=made.created_by, committed_at=NOW - timedelta(days=3),
            state="drawn", digest="d" * 64, frozen_by=made.created_by, frozen_at=NOW - timedelta(days=2),
            outside="1 2 3", drawn_by=made.created_by, drawn_at=NOW,
        )  # fmt: skip
        answered = NOW if state == "accepted" else None
        rows += [
            Candidate.objects.create(
                draw=draw, reviewer=assigned, alias="a1", place=1, state=state, asked_at=NOW,
                answer_by=NOW + timedelta(days=3), answered_at=answered,
            )
        ]  # fmt: skip
    seated, asked = rows
    for name in ("committee", "committee-draw-new", "committee-sheets"):
        world.places[name] = {"committee": made.pk}
    for name in ("draw-value", "draw-abandon", "draw-record"):
        world.places[name] = {"draw": asked.draw_id}
    for name in ("candidate-answer", "committee-invitation"):
        world.places[name] = {"candidate": asked.pk}
    for name in ("intake-committees", "committee-new"):
        world.places[name] = {"intake": intake.pk}
    world.places["meeting-new"] = {"committee": made.pk}
    world.places["committee-withdraw"] = {"candidate": seated.pk}
    world.places["call-draws"] = {"code": intake.call.code}


def given_to_experts(places: Any) -> dict[str, Any]:
    """The same for the pool of experts."""
    found = {"get_reviewer": places["expert"]}
    challenged = {"id": places["application-challenges"]["application"]}
    found |= dict.fromkeys(("list_challenges", "file_challenge"), challenged)
    found |= {"list_intake_challenges": places["intake-challenges"], "decide_challenge": places["challenge"]}
    committee, going = places["committee-draw-new"], places["draw-value"]
    asked, seated = places["candidate-answer"]["candidate"], places["committee-withdraw"]["candidate"]
    found |= dict.fromkeys(("list_committees", "create_committee"), places["intake-committees"])
    found |= dict.fromkeys(("list_candidates", "commit_draw", "give_committee_sheets"), committee)
    found |= dict.fromkeys(("freeze_draw", "draw_committee", "abandon_draw", "invite_committee"), going)
    found |= {"note_candidate_answer": {"candidate": asked}, "get_draw_record": going}
    meeting = {"meeting": places["meeting"]["meeting"]}
    found |= dict.fromkeys(("list_meetings", "arrange_meeting"), committee)
    found |= dict.fromkeys(("get_meeting", "get_meeting_room", "list_minutes", "convene_meeting"), meeting)
    found |= dict.fromkeys(("note_committee_points", "write_opinion", "approve_minutes"), meeting)
    found |= dict.fromkeys(("get_calibration", "calibrate_intake"), places["intake-calibration"])
    answered = {"id": places["application-reply"]["application"]}
    found |= dict.fromkeys(("get_reply", "write_reply"), answered)
    found |= dict.fromkeys(("decline_fee", "list_fee_rates", "set_fee_rate"), places["call-honoraria"])
    found |= {"get_intake_fees": places["intake-honoraria"], "draft_fees": places["intake-fees-open"]}
    found |= {"open_replies": places["replies-open"]}
    going = places["review-suggestion"]
    found |= dict.fromkeys(("suggest_reviewers", "get_suggestion", "open_bids", "list_bids", "put_bids"), going)
    found |= {"confirm_suggestion": places["suggestion"], "end_reviewers_apart": places["apart"]}
    found |= {"cancel_meeting": places["meeting-cancel"], "reopen_meeting": places["meeting-reopen"]}
    found |= {"answer_invitation": {"invitation": asked}, "step_back": {"invitation": seated}}
    found |= dict.fromkeys(("get_expert_terms", "set_expert_terms", "agree_to_terms"), places["review-terms"])
    return found


def body_of_experts(places: Any) -> dict[str, Any]:
    names, later = {"name_ko": "나 분과", "name_en": "Section B"}, "2026-12-01T00:00:00Z"
    return {
        "file_challenge": {"name": "이강", "reason": "x"},
        "decide_challenge": {"upheld": True, "decision": "x"},
        "create_committee": {**names, "seats": 1, "meets_at": later},
        "commit_draw": {"outside_source": "Lottery", "outside_from": "2026-04-05T00:00:00Z"},
        "give_committee_sheets": {"due_at": later},
        "calibrate_intake": {"places": 1},
        "decline_fee": {"declined": True},
        "draft_fees": {},
        "set_fee_rate": {"starts_on": "2026-01-01", "sheet_won": 1, "day_won": 2},
        "set_withholding": {
            "starts_on": "2026-01-01",
            "income": "other",
            "expense_permille": 600,
            "tax_permille": 200,
            "local_permille": 100,
            "free_won": 0,
            "source": "x",
        },
        "open_replies": {"until": later},
        "open_bids": {"until": later},
        "suggest_reviewers": {"moves": True},
        "confirm_suggestion": {"due_at": later},
        "keep_reviewers_apart": {**places["two-reviewers"], "reason": "x"},
        "put_bids": {"bids": []},
        "write_reply": {"version": 0, "text": "x"},
        "arrange_meeting": {"step": "presentation", "meets_at": later},
        "convene_meeting": {"version": 1, "here": [], "chair": 1, "due_at": later},
        "note_committee_points": {"version": 1, "application": places["meeting-points"]["application"], "points": 0},
        "write_opinion": {"version": 1, "opinion": "x"},
        "approve_minutes": {"version": 1},
        "cancel_meeting": {"version": 1, "reason": "x"},
        "reopen_meeting": {"version": 1, "reason": "x"},
        "draw_committee": {"outside": "1"},
        "abandon_draw": {"reason": "x"},
        "note_candidate_answer": {"said": "absent"},
        "answer_invitation": {"said": "refused"},
        "step_back": {"note": "x", "learnt_on": "2026-04-01"},
        "set_expert_terms": {"body_ko": "다른 서약", "body_en": "Other terms"},
    }
