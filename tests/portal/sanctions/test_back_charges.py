"""Discounts withdrawn by two people after a hearing, on the next statement, and given back after an appeal."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, transaction
from django.utils.translation import override
from factories import actor, issue_closed, make_actor, make_member, make_organisation
from portal.billing.test_billing_actions import awarded, worked
from portal.billing.test_billing_limits import discount
from portal.sanctions.test_sanctions import FIGURES, code
from portal.settlements.test_settlements import funded, issued, sources

from madang.errors import Refused
from madang.portal.actors import Role
from madang.portal.awards.models import Award
from madang.portal.billing import exports, trials
from madang.portal.billing import queries as billing
from madang.portal.billing.models import BackCharge, Statement, StatementLine, Support
from madang.portal.creditnotes import actions as notes
from madang.portal.creditnotes import queries as credit_notes
from madang.portal.creditnotes.rules import NoteReason, Wish
from madang.portal.entitlements import actions as entitlements
from madang.portal.outbox.models import Message
from madang.portal.prices.rules import rule_to_try
from madang.portal.receipts import actions as money
from madang.portal.receipts import queries as receipts
from madang.portal.sanctions import actions, chores, queries
from madang.portal.settlements import queries as settlements
from madang.portal.taxinvoices.queries import invoices

JUNE, JULY, AUGUST = (datetime(2026, month, 13, 3, 0, tzinfo=UTC) for month in (6, 7, 8))
FOUND = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


class Case:
    """A university's free award of May that two sources supported: 6,400,000 won of discount, 80,000,000 of support."""

    def __init__(self, permille=1000, **given) -> None:
        self.manager, self.approver, self.other = (
            make_actor(Role.PROGRAMME_MANAGER), make_actor(Role.APPROVER), make_actor(Role.APPROVER)
        )  # fmt: skip
        sources(self.manager, "state", "city")
        discount(permille=permille)
        self.award = awarded(organisation=make_organisation(kind="university"), **given)
        self.owner = actor(make_member(self.award.organisation))
        funded(self.manager, self.award, state=700, city=300)
        issued(self.manager, self.award)
        actions.set_terms(by=self.manager, now=FOUND, starts_on=date(2021, 1, 1), document="Act", **FIGURES)
        self.rule = self.rules(code="report", permille=1000)

    def rules(self, code, permille, starts_on=date(2026, 6, 1)):
        words = {"name_ko": "보고", "name_en": "Report", "sentence_ko": "보고", "sentence_en": "No report."}
        who = {"by": self.manager, "now": FOUND, "kind": "back_charge", "starts_on": starts_on}
        return entitlements.create(code=code, permille=permille, **words, **who)

    def found(self, now=FOUND, **given):
        what = {
            "act": "back_charge", "organisation": self.award.organisation_id, "award": self.award.pk,
            "ground": "breach", "done_on": date(2026, 6, 1), "finding": "No report", "evidence": "File 3",
            "rule": self.rule.pk, "first_month": "2026-04", "last_month": "2026-05",
        }  # fmt: skip
        return actions.find(by=self.manager, now=now, **(what | given))

    def decided(self, less=None, **given):
        row = self.found(**given)
        actions.notice(by=self.manager, now=FOUND, sanction=row.pk)
        if less:
            actions.reduce(by=self.manager, now=FOUND, sanction=row.pk, figure=less, reason="Part")
        actions.draft(by=self.manager, now=JUNE, sanction=row.pk, comment="Heard")
        actions.decide(by=self.approver, now=JUNE, sanction=row.pk, comment="", document_number="D-1")
        return row

    def annulled(self, row, now, appealed=None):
        actions.appeal(by=self.owner, now=appealed or now, sanction=row.pk, text="We did report")
        actions.draft_outcome(by=self.manager, now=now, sanction=row.pk, annul=True, comment="So it was")
        actions.annul(by=self.other, now=now, sanction=row.pk, comment="", document_number="D-2")


@pytest.fixture
def case(db):
    return Case()


def by_source(**of) -> dict[str, int]:
    found: dict[str, int] = {}
    for source, won in Support.objects.filter(**of).values_list("source__code", "amount"):
        found[source] = found.get(source, 0) + won
    return found


def sound() -> None:
    assert (receipts.check_books(), settlements.check_books()) == ([], [])
    assert settlements.differences(settlements.content(2026)) == []


def test_what_was_free_is_paid_with_the_next_statement_and_given_back_to_the_won(case):
    may = Statement.objects.filter(month="2026-05").values().get()
    row = case.decided(less=1_000_001)
    (line,) = StatementLine.objects.filter(withdraws__isnull=False)
    june = line.statement
    assert (june.month, line.due, line.discount, line.subsidy) == ("2026-06", 1_000_001, -1_000_001, -1_000_001)
    with override("ko"):
        assert exports.table(june, billing.lines(june))[1][-1] == f"유상 전환 {queries.number(row)}: 감면 취소"
    issue_closed(by=case.manager, now=JULY, month="2026-06")
    june.refresh_from_db()
    assert (june.due, june.discount, june.subsidy) == (1_000_001, 5_399_999, 78_999_999)
    assert by_source(statement=june) == {"state": 56_000_000 - 700_001, "city": 24_000_000 - 300_000}
    assert Statement.objects.filter(month="2026-05").values().get() == may
    sound()
    Award.objects.update(ends_on=date(2026, 7, 1))
    case.annulled(row, JULY)
    issue_closed(by=case.manager, now=AUGUST, month="2026-07")
    july = Statement.objects.get(month="2026-07")
    assert (july.due, july.payable, july.subsidy, july.list_price) == (-1_000_001, -1_000_001, 1_000_001, 0)
    assert by_source(statement=july) == {"state": 700_001, "city": 300_000}
    assert by_source() == {"state": 2 * 56_000_000, "city": 2 * 24_000_000}
    assert money.credit(by=case.manager, now=AUGUST, statement=july.pk) == 1_000_001
    assert [row.received_won - row.payable for row in receipts.issued(case.manager)] == [0, 0, 0]
    assert code(lambda: money.credit(by=case.manager, now=AUGUST, statement=july.pk)) == "nothing_paid_too_much"
    sound()
    with pytest.raises(DatabaseError), transaction.atomic():
        BackCharge.objects.update(amount=1)


def noted(case, month, *, reason=NoteReason.CHANGED, now=JUNE, **wish):
    statement = Statement.objects.get(month=month)
    wishes = {StatementLine.objects.get(statement=statement, withdraws=None).pk: Wish(**wish)} if wish else {}
    who = {"by": case.manager, "now": now}
    note = notes.draft(**who, statement=statement.pk, reason=reason, text="So", wishes=wishes)
    notes.lay_before(**who, note=note.pk, comment="")
    return lambda: notes.issue(by=case.approver, now=now, note=note.pk, comment="", document_number="D-3")


def test_a_credit_note_and_a_back_charge_take_nothing_off_twice(db):
    case = Case(permille=500)
    noted(case, "2026-05", quantity=31)()
    again = noted(case, "2026-05", quantity=1)
    row = case.decided()
    assert row.base == StatementLine.objects.get(withdraws__isnull=False).due == 1_600_000
    assert code(again) == "credit_note_withdrawn"
    issue_closed(by=case.manager, now=JULY, month="2026-06")
    # what a statement bills for an act is no use that a credit note could take off, nor part of its support
    noted(case, "2026-06", reason=NoteReason.CANCELLED, now=JULY)()
    june = Statement.objects.get(month="2026-06")
    assert june.payable - june.credited == 1_600_000
    assert by_source(statement=june) == {"state": -1_120_000, "city": -480_000}
    Award.objects.update(ends_on=date(2026, 7, 1))
    case.annulled(row, JULY)
    issue_closed(by=case.manager, now=AUGUST, month="2026-07")
    (back,) = invoices(make_actor(Role.AUDITOR), AUGUST.date(), AUGUST.date())
    assert (back.sums.supply + back.sums.vat, back.code, back.corrects) == (-1_600_000, "0401", june.number)
    again()
    assert credit_notes.check_books() == []
    sound()


def test_months_billed_later_follow_once_at_the_same_share_less_their_notes_and_are_given_back(db):
    case = Case(permille=500)
    row = case.decided(less=1_600_000, last_month="2026-06")
    assert code(lambda: case.found(first_month="2026-06", last_month="2026-06")) == "back_charge_stands"
    assert (chores.follow(JUNE), queries.booked(row)) == (0, [("2026-06", 1_600_000)])
    issue_closed(by=case.manager, now=JULY, month="2026-06")
    noted(case, "2026-06", now=JULY, quantity=30)()
    again = noted(case, "2026-06", now=JULY, quantity=1)
    assert (chores.follow(JULY), chores.follow(JULY)) == (1, 0)
    assert queries.booked(row) == [("2026-06", 1_600_000), ("2026-07", 800_000)]
    assert code(again) == "credit_note_withdrawn"
    assert Message.objects.filter(code="sanction_followed", person=case.owner.person).count() == 1
    Award.objects.update(ends_on=date(2026, 7, 1))
    issue_closed(by=case.manager, now=AUGUST, month="2026-07")
    sound()
    case.annulled(row, AUGUST, appealed=JULY)
    assert chores.follow(AUGUST) == 0
    assert sum(won for _, won in queries.booked(row)) == 0
    september = datetime(2026, 9, 13, 3, 0, tzinfo=UTC)
    issue_closed(by=case.manager, now=september, month="2026-08")
    assert sum(by_source().values()) == 76_800_000 + 38_400_000
    sound()


def test_what_is_annulled_in_its_own_month_leaves_no_line_and_can_be_found_again(case):
    row = case.decided()
    assert code(case.found) == "back_charge_stands"
    case.annulled(row, JUNE)
    assert worked(case.award, "2026-06", JUNE).due == 0
    assert not StatementLine.objects.filter(withdraws__isnull=False).exists()
    again = case.found(rule=case.rules("half", 500).pk)
    assert (again.base, again.permille, again.amount) == (6_400_000, 500, 3_200_000)
    assert code(case.found) == "sanction_stands_already"
    assert queries.booked(row) == [("2026-06", 0)]


def test_a_back_charge_needs_a_rule_of_that_day_and_months_that_gave_a_discount(case):
    assert code(lambda: case.found(done_on=date(2026, 5, 31))) == "back_charge_rule_needed"
    assert code(lambda: case.found(rule=None)) == "back_charge_rule_needed"
    assert code(lambda: case.found(award=None)) == "sanction_award_needed"
    assert code(lambda: case.found(first_month="2026-06", last_month="2026-06")) == "back_charge_of_nothing"
    assert code(lambda: case.found(first_month="2026-06")) == "back_charge_months"
    with pytest.raises(Refused, match="back_charge_rule_wrong"):
        case.rules("none", 0)


def test_a_trial_leaves_what_was_withdrawn_as_it_is(case):
    case.decided()
    issue_closed(by=case.manager, now=JULY, month="2026-06")
    rule = rule_to_try(kind="self_pay", figure=1, day=date(2026, 7, 13), applies_to="", years=0, after="")
    found = trials.tried(rule, date(2026, 7, 13)).total
    assert (found.changed, found.due_before, found.due_after) == (2, 0, 2 * 6_400)
