"""Whoever of the body opens an organisation's data leaves a line that its owners see; what leaves none stands here."""

from __future__ import annotations

from functools import partial

import pytest
from django.test import Client
from factories import NOW, actor, make_staff
from portal.access_world import make_world
from portal.api_calls import operations, sent
from portal.test_access_table import EXPECTED, address
from portal.test_strangers import ROUTES

from madang.portal.actors import Role
from madang.portal.journal import actions, queries
from madang.portal.journal.models import Reading

pytestmark = pytest.mark.django_db

# About one thing, and nobody's data: calls, plans under pseudonyms, prices, figures, acts of the body on its own.
IMPERSONAL = {
    "application-begin", "call", "call-approval", "call-edit", "call-manage", "call-results", "figure-csv", "plan",
    "plan-document", "plan-progress", "plans", "pool", "product-retire", "tariff", "intake-round", "intake-demand",
    "get_approval", "get_call_document", "get_figure", "figures-year", "figures-year-json", "figures-year-csv",
    "figures-year-sums", "figures-year-parquet", "get_figure_year_differences",
    "figures-chart", "staff-figures-year", "get_figure_year", "get_intake", "get_plan", "get_plan_status",
    "list_coverage",
    "list_demand", "list_plan_outcomes", "list_plans", "list_pool_capacity", "list_results", "plans-progress",
    "plan-committee", "plan-committee-progress", "policies", "policy", "list_policies", "get_policy", "list_studies",
    "plan-effects", "trial-progress", "bench-trial", "bench-report", "list_plan_trials", "get_trial", "trial_report",
    "bank", "cluster-apply", "settlement-entry-new", "settlement-entry-undo",
    "list_settlement_entries", "facility", "facility-edit", "facility-state", "facilities-file", "facilities-look",
    "get_facility", "list_taken", "utilisation-file", "call-expert-terms", "get_expert_terms", "review-terms",
    "intake-committees", "list_committees", "committee-invitation", "committee-withdraw", "call-draws",
    "draw-record", "get_draw_record", "replies-open", "meeting-new", "list_meetings", "get_meeting", "meeting-points",
    "meeting-opinion", "meeting-approve", "companies-file", "call-honoraria", "list_fee_rates", "outcomes-file",
    "call-reports", "nodes-file",
    "cohort", "learner-apply", "get_cohort", "check_certificate", "list_lessons", "coursework", "list_coursework",
    "cohort-aid", "list_aid_terms", "list_aid_lists", "cohort-wage-aid", "list_wage_terms",
    "call-conflict-rules", "list_conflict_rules", "list_bonus_rules",
    "camp-spaces-file",
    "accounting-month", "list_month_checks", "supplier-statement", "supplier-statement-file", "expense-sheet",
    "incident-new", "grant-new", "list_facility_qualifications", "facility-needs", "facility-operators",
    "facility-fee", "get_facility_fee",
    "facility-here", "facility-door", "facility-door-drawing", "get_facility_door",
    "facility-file", "facility-file-new", "facility-file-remove", "list_facility_files",
}  # fmt: skip
# Many at once: noted as a search, or shown without anybody's texts.
LISTS = {
    "intake-applications", "intake-calibration", "intake-conflicts", "intake-decisions", "intake-ranking",
    "intake-reviews", "list_intake_applications", "list_intake_decisions", "list_ranking",
    "get_calibration", "meeting", "meeting-room", "meeting-minutes", "meeting-file", "get_meeting_room", "list_minutes",
    "intake-bonuses", "list_claims", "intake-consensus", "list_consensus",
    "committee", "intake-challenges", "list_candidates", "list_intake_challenges",
    "review-suggestion", "get_suggestion", "review-bids", "list_bids",
    "intake-exchange", "get_exchange",
    "staff-cohort", "cohort-learners", "placements", "class", "lesson", "list_learners", "coursework-marks", "aid-list",
    "get_aid_list", "list_placements",
    "intake-matches", "intake-sheets", "list_conflicts", "list_barred_sheets", "list_matches",
    "receipts-look", "settlement", "show_settlement", "intake-honoraria", "get_intake_fees",
    "tenant-call",
    "list_check_lines", "usage-difference",
    "qualification",
}  # fmt: skip
# Ask what for, or whether one is sure, before anything is handed out or done.
ASK_FIRST = {
    "award-accept", "award-decline", "erase-person", "intake-export", "question-file", "review-file",
    "review-hand-back", "signed-paper", "statement-csv", "statement-pdf", "statement-xlsx", "submitted-file",
    "match-undo", "chase-stop", "receivables-file", "settlement-file", "environment-withdraw", "unix-user-remove",
    "joined-account-end", "demand-match-undo",
    "review-set-aside", "review-reopen", "consensus-answer", "consensus-close",
    "booking-cancel", "booking-extend", "booking-check-in", "closure-remove",
    "experts-file", "honoraria-file", "intake-sheets-file", "aid-file", "wage-month-strike",
    "camp-access-file", "transfers-file",
    "check-line", "credit-note-file",
}  # fmt: skip
# A person's, not an organisation's: noted under that person.
PERSONS = {"misconduct", "list_misconduct", "person", "expert", "get_reviewer", "honorarium", "learner"}
PERSONS |= {"incident", "incident-block", "incident-file", "get_incident", "grant-file", "grant-revoke"}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def silent(act, organisation) -> bool:
    """The act is answered and leaves no line about the organisation."""
    Reading.objects.all().delete()
    answer = act()
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer.status_code == 200 and not Reading.objects.filter(organisation=organisation).exists()


@pytest.mark.one_engine
@pytest.mark.parametrize("who", ["auditor", "operator", "assigned"])
def test_whoever_opens_an_organisations_data_is_noted(who):
    world, client = make_world(), Client()
    a = world.places["organisation"]["organisation"]
    client.force_login(world.people[who])
    pages = {
        name
        for route, name in ROUTES
        if "<" in route and name in EXPECTED and silent(partial(client.get, address(world, route, name)), a)
    }
    client.logout()
    calls = {
        name
        for verb, path, name in operations()
        if verb == "get" and "{" in path and silent(partial(sent, client, world, who, verb, path, name), a)
    }
    assert pages | calls <= IMPERSONAL | LISTS | ASK_FIRST | PERSONS


def test_owners_see_in_which_role_their_data_were_read_and_never_by_whom(client):
    world = make_world()
    a, owner = world.places["organisation"]["organisation"], world.people["owner"]
    for who in ("assigned", "operator"):
        other = Client()
        other.force_login(world.people[who])
        name = "review" if who == "assigned" else "award"
        other.get(address(world, dict(map(reversed, ROUTES))[name], name))
    client.force_login(owner)
    client.cookies["madang_language"] = "en"
    page = client.get(f"/organisations/{a}/readings/").content.decode()
    mine = client.get("/me/readings/").content.decode()
    assert "Reviewer" in page and "Operator" in page and "Reviewer" in mine
    for who in ("assigned", "operator"):
        assert world.people[who].name not in page + mine
        assert f">{world.people[who].pk}<" not in page + mine
    for who in ("member", "stranger", "operator", "auditor"):
        client.force_login(world.people[who])
        assert client.get(f"/organisations/{a}/readings/").status_code == 404, who


def test_a_reviewer_with_a_role_in_the_body_reads_a_sheet_as_a_reviewer():
    world = make_world()
    both = actor(world.people["assigned"])
    actions.read(by=both, now=NOW, what="view", kind="application", subject=1, whose=1, as_reviewer=True)
    actions.read(by=actor(make_staff(Role.APPROVER, Role.AUDITOR)), now=NOW, what="view", kind="award", subject=1)
    assert list(Reading.objects.order_by("pk").values_list("roles", flat=True)) == ["reviewer", "approver,auditor"]


def test_members_reading_their_own_organisations_data_leave_no_line():
    world = make_world()
    a, owner = world.places["organisation"]["organisation"], actor(world.people["owner"])
    actions.read(by=owner, now=NOW, what="view", kind="award", subject=1, organisation=a)
    assert not Reading.objects.exists()
    assert not queries.readings_of_organisation(actor(world.people["member"]), a).exists()
