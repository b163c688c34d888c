"""A call's own rules on conflicts: what they may say, until when, who sets them, and that they count everywhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from factories import (
    NOW,
    actor,
    make_actor,
    make_assignment,
    make_call,
    make_intake,
    make_member,
    make_reviewer,
    make_staff,
    make_submitted,
    make_track,
)
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused, Stale
from madang.portal.actors import Role
from madang.portal.approvals.models import Approval
from madang.portal.calls.rules import ConflictRules
from madang.portal.conflicts import actions, queries, rules
from madang.portal.conflicts.models import ConflictRuleSet
from madang.portal.drafts import actions as drafts
from madang.portal.findings.queries import findings
from madang.portal.journal.models import JournalEntry
from madang.portal.reviews import actions as reviews
from madang.portal.reviews import desk
from madang.portal.reviews.models import Affiliation
from madang.portal.reviews.rules import Interest
from madang.review.presets import PRESETS, Ground

WARNED = {"same_organisation": {"severity": "warns", "years": None}}


def code(call) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


# --- rules ---

chosen = st.dictionaries(
    st.sampled_from(rules.CHOSEN),
    st.tuples(st.sampled_from(["excludes", "open", "warns", ""]), st.none() | st.integers(-1, 25)),
)


@given(chosen, st.sampled_from(sorted(PRESETS)))
def test_what_is_stored_says_the_same_again_and_never_lets_in_who_takes_part_or_stepped_back(table, tradition):
    given = {str(ground): {"severity": severity, "years": years} for ground, (severity, years) in table.items()}
    base = rules.tradition(tradition)
    try:
        kept = rules.check(given, base)
    except Refused as refused:
        assert refused.code == "conflict_rule_invalid"
        return
    preset = rules.preset_of("x", kept, 14, domains=False)
    assert rules.table_of(preset) == kept
    assert set(preset.rules) == set(table) | ({*rules.ALWAYS, Ground.SANCTIONED} & set(base.rules))
    assert all(preset.rules[one].severity == "excludes" and preset.rules[one].years is None for one in rules.ALWAYS)
    assert all(preset.rules[one].severity != "open" for one in table if one != Ground.POSSIBLE_MATCH)


@pytest.mark.parametrize(
    ("ground", "rule"),
    [
        ("member", {"severity": "warns"}),
        ("recusal", {"severity": "warns"}),
        ("relative", {"severity": "excludes", "years": 3}),
        ("challenge", {"severity": "warns"}),
        ("coauthor", {"severity": "open", "years": 2}),
        ("friend", {"severity": "warns"}),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(ground, rule):
    base = rules.tradition("korean")
    assert code(lambda: rules.check({ground: rule}, base)) == "conflict_rule_invalid"


@pytest.mark.parametrize(
    ("state", "opens", "waiting", "refused"),
    [
        ("draft", -1, False, None),
        ("draft", 1, True, "call_waits_for_approval"),
        ("published", 1, False, None),
        ("published", 0, False, "conflict_rules_fixed"),
        ("closed", 1, False, "conflict_rules_fixed"),
    ],
)
def test_rules_change_until_the_first_intake_opens(state, opens, waiting, refused):
    ask = lambda: rules.check_time(state, [NOW + timedelta(days=opens)], NOW, waiting=waiting)  # noqa: E731
    assert (code(ask) if refused else ask()) == refused


# --- actions ---


@pytest.fixture
def manager(db):
    return make_actor(Role.PROGRAMME_MANAGER)


def set_rules(by, call, number=0, table=WARNED, **more):
    given = {"tradition": ConflictRules.KOREAN, "reason": "Small field", **more}
    return actions.set_rules(by=by, now=NOW, call=call.pk, number=number, table=table, **given)


def test_versions_are_added_one_after_the_other_and_stand_for_good(manager):
    call = make_call(state="draft")
    set_rules(manager, call)
    assert code(lambda: set_rules(manager, call, number=1)) == "conflict_rules_same"
    with pytest.raises(Stale):
        set_rules(manager, call, table={})
    set_rules(manager, call, number=1, table={})
    assert [row.number for row in queries.versions(manager, call.pk)] == [2, 1]
    assert JournalEntry.objects.filter(action="conflicts.set_rules").count() == 2
    with pytest.raises(DatabaseError), transaction.atomic():
        ConflictRuleSet.objects.update(reason="x")


def test_only_a_manager_sets_them_with_a_reason_in_time(manager):
    call = make_call(state="draft")
    others = [make_actor(Role.APPROVER), make_actor(Role.AUDITOR), actor(make_member()), actor(make_reviewer().person)]
    for by in others:
        assert code(lambda by=by: set_rules(by, call)) == "not_allowed_for_role"
    assert code(lambda: set_rules(manager, call, reason=" ")) == "conflict_rules_reason_needed"
    drafted = {"drafted_by_id": manager.person, "drafted_at": NOW}
    waiting = Approval.objects.create(kind="publish_call", subject=call.pk, **drafted)
    assert code(lambda: set_rules(manager, call)) == "call_waits_for_approval"
    waiting.delete()
    going = make_intake().call
    assert code(lambda: set_rules(manager, going)) == "conflict_rules_fixed"


def test_a_copy_of_a_call_has_its_rules(manager):
    call = make_call(state="draft")
    make_track(call)
    set_rules(manager, call, table={"coauthor": {"severity": "excludes", "years": 4}}, report_days=7)
    made = drafts.copy_call(by=manager, now=NOW, source=call.pk, code="again", title_ko="다시", title_en="Again")
    (kept,) = ConflictRuleSet.objects.filter(call=made)
    assert (kept.number, kept.report_days, kept.reason) == (1, 7, call.code)
    assert kept.rules["coauthor"] == {"severity": "excludes", "years": 4}


# --- that they count everywhere ---


def given_sheet(table, tradition="korean"):
    """A sheet of a reviewer who works at the applicant's, under a call's own rules."""
    intake = make_intake(state="in_review", opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))
    file = make_submitted(make_track(intake.call, conflict_rules=tradition), intake, state="eligible")
    row = make_assignment(file)
    Affiliation.objects.create(reviewer=row.reviewer, organisation=file.organisation, since=date(2025, 1, 1))
    if table is not None:
        kept = rules.check(table, rules.tradition(tradition))
        given = {"set_by": make_staff(Role.PROGRAMME_MANAGER), "set_at": NOW, "reason": "x"}
        ConflictRuleSet.objects.create(call=intake.call, number=1, rules=kept, **given)
    return row, actor(row.reviewer.person)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "tradition", "barred"),
    [
        (None, "korean", True),
        (WARNED, "korean", False),
        (None, "international", False),
        ({"same_organisation": {"severity": "excludes"}}, "international", True),
        ({}, "korean", False),
    ],
)
def test_a_calls_rules_take_the_place_of_the_tracks_tradition_everywhere(manager, table, tradition, barred):
    row, by = given_sheet(table, tradition)
    assert desk.mine(by, NOW).exists() is not barred
    assert (desk.open_to_reviewer(by, row.pk, NOW) is None) is barred
    found = findings(manager, row.application.intake_id, NOW)
    assert [one.barred for one in found] == ([barred] if table != {} else [])
    again = {"intake": row.application.intake_id, "due_at": NOW + timedelta(days=3)}
    row.delete()
    give = lambda: reviews.assign(by=manager, now=NOW, chosen={row.application_id: [row.reviewer_id]}, **again)  # noqa: E731
    if barred:
        assert code(give) == "reviewer_has_conflict"
    else:
        assert give() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("years_ago", "severity", "barred"), [(1, "excludes", True), (3, "excludes", False),
                                                               (1, "warns", False)])  # fmt: skip
def test_an_interest_that_is_over_bars_by_the_years_of_the_call(years_ago, severity, barred):
    table = {"coauthor": {"severity": severity, "years": 2}}
    row, by = given_sheet(table)
    given = {"organisation": row.application.organisation_id, "kind": Interest.COAUTHOR}
    ended = NOW.date().replace(year=NOW.year - years_ago)
    assert code(lambda: reviews.declare_interest(by=by, now=NOW, ended_on=date(2026, 9, 1), **given)) == (
        "interest_ends_ahead"
    )
    reviews.declare_interest(by=by, now=NOW, ended_on=ended, **given)
    row.refresh_from_db()
    assert row.state == ("recused" if barred else "assigned")
    assert desk.mine(by, NOW).exists() is not barred
    reviews.declare_interest(by=by, now=NOW, **given)  # one that holds bars whatever the rules say
    row.refresh_from_db()
    assert row.state == "recused"


# --- pages ---


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_official_starts_from_a_tradition_and_the_public_reads_what_counts(client, manager, language):
    call = make_call(published_at=NOW)
    make_track(call)
    make_intake(call, opens_at=NOW + timedelta(days=9000), closes_at=NOW + timedelta(days=9010), state="planned",
                review_due_at=NOW + timedelta(days=9020), decision_due_at=NOW + timedelta(days=9020))  # fmt: skip
    client.cookies["madang_language"] = language
    staff = make_staff(Role.PROGRAMME_MANAGER)
    client.force_login(staff)
    url = reverse("call-conflict-rules", args=[call.code])
    fields = client.get(url, {"tradition": "international"}).context["form"].initial
    assert fields["follows_same_organisation"] == "warns"
    posted = {name: value for name, value in fields.items() if value is not None and value is not False} | {
        "reason": "작은 분야"
    }
    posted |= {"follows_coauthor": "excludes", "years_coauthor": 5, "follows_other": ""}
    assert client.post(url, posted).status_code == 302
    stored = ConflictRuleSet.objects.get().rules
    assert stored["coauthor"] == {"severity": "excludes", "years": 5} and "other" not in stored
    assert stored["member"] == {"severity": "excludes", "years": None}
    assert client.post(url, posted).status_code == 422  # the version that was read is no longer the last
    client.force_login(make_staff(Role.AUDITOR))
    page = client.get(url).content.decode()
    assert "작은 분야" in page and '<form method="post">' not in page.split("<main")[1]
    client.logout()
    client.cookies["madang_language"] = language
    public = client.get(reverse("call", args=[call.code])).content.decode()
    assert {"ko": "끝난 뒤 5년까지", "en": "up to 5 years after it ended"}[language] in public
