"""Outcome reports in the tables: owed, written, handed in, mended, corrected, reminded of, published, destroyed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from factories import NOW, actor, make_actor, make_award, make_call, make_member, make_organisation, make_submitted
from portal.access_outcomes import make_ended

from madang.errors import Refused
from madang.portal.actors import MemberRole, Role
from madang.portal.eligibility import queries as eligibility
from madang.portal.files.actions import store
from madang.portal.files.rules import EVERYTHING
from madang.portal.holdings import actions as holdings
from madang.portal.indicators import sources
from madang.portal.journal.models import JournalEntry
from madang.portal.outbox.models import Message
from madang.portal.outcomes import actions, chores, exports, queries
from madang.portal.outcomes.models import OutcomeDuty, OutcomeItem, OutcomeReport
from madang.portal.outcomes.rules import Entry, OutcomeKind
from madang.portal.screening.models import OwedReport

pytestmark = pytest.mark.django_db
PAPER = Entry(OutcomeKind.PAPER_SCI, 1, "A paper", "10.1234/abc.5")


def kept():
    return store(now=NOW, name="p.pdf", allowed=EVERYTHING, upload_chunks=[b"%PDF-1.7 p"])


def made(**given):
    """A report of an organisation that is late, and one of its people."""
    organisation = make_organisation()
    person = make_member(organisation)
    award = make_ended(organisation, person, **given)
    return award.outcome_duties.order_by("months").first(), actor(person)


def accepted(duty, by, *entries):
    for entry in entries:
        actions.add(by=by, now=NOW, duty=duty.pk, entry=entry, file=kept(), file_name="p.pdf")
    actions.hand_in(by=by, now=NOW, duty=duty.pk, nothing=not entries)
    version = duty.versions.order_by("-version").first().version
    officer = make_actor(Role.SCREENING_OFFICER)
    actions.check(by=officer, now=NOW, duty=duty.pk, version=version, accept=True)


def test_a_call_says_when_and_an_ended_award_owes_it_once():
    manager, call = make_actor(Role.PROGRAMME_MANAGER), make_call()
    with pytest.raises(Refused, match="not_allowed_for_role"):
        actions.set_schedule(by=make_actor(Role.OPERATOR), now=NOW, call=call.pk, months=[6])
    actions.set_schedule(by=manager, now=NOW, call=call.pk, months=[12, 6])
    call.refresh_from_db()
    assert (call.report_months, call.version) == ([6, 12], 2)
    award = make_award(
        make_submitted(state="eligible"), state="ended", starts_on=date(2025, 1, 1), ends_on=date(2025, 8, 1),
        ended_at=datetime(2025, 5, 31, 3, tzinfo=UTC),
    )  # fmt: skip
    with pytest.raises(Refused, match="outcome_schedule_fixed"):
        actions.set_schedule(by=manager, now=NOW, call=award.application.intake.call_id, months=[3])
    assert chores.owe(NOW) == 0
    type(call).objects.filter(pk=award.application.intake.call_id).update(report_months=[6, 12])
    assert (chores.owe(NOW), chores.owe(NOW)) == (2, 0)
    found = list(OutcomeDuty.objects.order_by("months").values_list("from_on", "until_on", "owed__due_on"))
    assert found == [
        (date(2025, 1, 1), date(2025, 11, 30), date(2025, 12, 30)),
        (date(2025, 11, 30), date(2026, 5, 31), date(2026, 6, 30)),
    ]
    assert JournalEntry.objects.filter(action="outcomes.owe").count() == 1


def test_a_late_report_bars_the_next_application_until_it_is_handed_in():
    duty, by = made()
    organisation = duty.owed.organisation_id

    def overdue():
        facts = eligibility.applicant(organisation, call=0)
        return [one for one in facts.reports if one.received_on is None and one.due_on < NOW.date()]

    assert len(overdue()) == 1
    with pytest.raises(Refused, match="outcome_nothing"):
        actions.hand_in(by=by, now=NOW, duty=duty.pk)
    actions.hand_in(by=by, now=NOW, duty=duty.pk, nothing=True)
    assert overdue() == []
    actions.check(
        by=make_actor(Role.SCREENING_OFFICER), now=NOW, duty=duty.pk, version=1, accept=False, reason="Where are they?"
    )
    owed = OwedReport.objects.get()
    assert overdue() == [] and (owed.received_on, owed.due_on) == (None, NOW.date() + timedelta(days=14))


def test_who_writes_and_who_looks_at_a_report():
    duty, by = made()
    both = make_member(duty.owed.organisation, role=MemberRole.MEMBER)
    both.staff_roles.create(role=Role.SCREENING_OFFICER, granted_at=NOW)
    for other in (make_actor(Role.SCREENING_OFFICER), actor(make_member())):
        with pytest.raises(Refused, match="not_allowed_for_role"):
            actions.add(by=other, now=NOW, duty=duty.pk, entry=PAPER)
    actions.add(by=by, now=NOW, duty=duty.pk, entry=PAPER)
    with pytest.raises(Refused, match="outcome_doi_twice"):
        actions.add(by=by, now=NOW, duty=duty.pk, entry=PAPER)
    with pytest.raises(Refused, match="outcome_not_nothing"):
        actions.hand_in(by=by, now=NOW, duty=duty.pk, nothing=True)
    actions.hand_in(by=by, now=NOW, duty=duty.pk)
    with pytest.raises(Refused, match="outcome_not_open"):
        actions.remove(by=by, now=NOW, duty=duty.pk, item=OutcomeItem.objects.get().pk)
    look = {"now": NOW, "duty": duty.pk, "version": 1}
    for other, code in (
        (make_actor(Role.AUDITOR), "not_allowed_for_role"),
        (actor(both), "outcome_own_organisation"),
    ):
        with pytest.raises(Refused, match=code):
            actions.check(by=other, accept=True, **look)
    officer = make_actor(Role.PROGRAMME_MANAGER)
    with pytest.raises(Refused, match="outcome_reason_needed"):
        actions.check(by=officer, accept=False, reason=" ", **look)
    actions.check(by=officer, accept=True, **look)
    with pytest.raises(Refused, match="outcome_not_handed_in"):
        actions.check(by=officer, accept=True, **look)
    assert Message.objects.filter(code="outcome_accepted").count() == 1


def test_what_was_handed_in_stays_and_the_accepted_version_counts_until_the_next():
    duty, by = made()
    accepted(duty, by, Entry(OutcomeKind.HIRES, 3, "x"))
    actions.correct(by=by, now=NOW, duty=duty.pk)
    with pytest.raises(Refused, match="outcome_not_accepted"):
        actions.correct(by=by, now=NOW, duty=duty.pk)
    newest = OutcomeItem.objects.get(report__version=2)
    actions.remove(by=by, now=NOW, duty=duty.pk, item=newest.pk)
    actions.add(by=by, now=NOW, duty=duty.pk, entry=Entry(OutcomeKind.HIRES, 5, "y"), file=kept(), file_name="q.pdf")
    auditor = make_actor(Role.AUDITOR)
    assert [row.amount for row in queries.accepted_items(auditor)] == [3]
    actions.hand_in(by=by, now=NOW, duty=duty.pk)
    actions.check(by=make_actor(Role.SCREENING_OFFICER), now=NOW, duty=duty.pk, version=2, accept=True)
    assert [row.amount for row in queries.accepted_items(auditor)] == [5]
    assert list(OutcomeItem.objects.order_by("pk").values_list("amount", flat=True)) == [3, 5]
    assert not queries.accepted_items(by).exists()
    sheet = exports.table(queries.accepted_items(auditor))
    assert len(sheet) == 2 and sheet[1][3:7] == [2025, "2025-01-01", "2025-12-01", 2] and sheet[1][8:10] == ["hires", 5]


def test_owners_are_reminded_once_each_time_and_not_after_it_came_in():
    duty, by = made(months=(6, 12), ends_on=date(2025, 11, 1))
    assert chores.remind(datetime(2026, 4, 30, tzinfo=UTC)) == 0
    for day, count in ((date(2026, 5, 1), 1), (date(2026, 5, 24), 1), (date(2026, 5, 25), 0), (date(2026, 6, 2), 1)):
        assert chores.remind(datetime(day.year, day.month, day.day, 3, tzinfo=UTC)) == count
    assert list(Message.objects.order_by("pk").values_list("code", flat=True)) == ["outcome_due"] * 2 + ["outcome_late"]
    with pytest.raises(Refused, match="outcome_too_early"):
        actions.hand_in(by=by, now=NOW, duty=duty.pk, nothing=True)
    actions.hand_in(by=by, now=datetime(2026, 6, 3, tzinfo=UTC), duty=duty.pk, nothing=True)
    assert chores.remind(datetime(2026, 9, 1, tzinfo=UTC)) == 0


def test_only_accepted_reports_of_enough_organisations_are_published_and_then_stay(settings, django_assert_num_queries):
    settings.MADANG_SMALL_CELL = 3
    for amount in (4, 5, 6):
        duty, by = made()
        accepted(duty, by, Entry(OutcomeKind.HIRES, amount, "x"), *([PAPER] if amount == 4 else []))
    waiting, by = made()
    actions.add(by=by, now=NOW, duty=waiting.pk, entry=Entry(OutcomeKind.HIRES, 90, "x"), file=kept(), file_name="p")
    july = datetime(2026, 7, 1, 3, tzinfo=UTC)
    assert sources.outcomes(NOW, []) == []
    with django_assert_num_queries(3):
        rows = sources.outcomes(july, [])
    (row,) = rows
    assert (row["year"], row["reports_accepted"], row["hires"], row["papers_sci"], row["revenue_won"]) == (
        2025, 3, 15, None, 0,
    )  # fmt: skip
    actions.hand_in(by=by, now=NOW, duty=waiting.pk)
    actions.check(by=make_actor(Role.SCREENING_OFFICER), now=NOW, duty=waiting.pk, version=1, accept=True)
    assert sources.outcomes(july, rows) == rows


def test_words_and_files_go_when_their_time_is_over_and_numbers_stay():
    duty, by = made()
    accepted(duty, by, PAPER)
    assert holdings.destroy(now=NOW, kind="outcome_evidence", before=datetime(2025, 12, 1, tzinfo=UTC)) == 0
    assert holdings.destroy(now=NOW, kind="outcome_evidence", before=datetime(2025, 12, 3, tzinfo=UTC)) == 1
    item = OutcomeItem.objects.get()
    assert (item.what, item.file, item.file_name, item.doi, item.amount) == ("", None, "", PAPER.doi, 1)
    assert holdings.destroy(now=NOW, kind="outcome_evidence", before=NOW) == 0
    assert OutcomeReport.objects.get().state == "accepted"
