"""Three acts, each found, noticed, answered, decided by two people, appealed and ended; money to the won."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from factories import actor, make_actor, make_application, make_award, make_intake, make_member
from portal.races import at_once, errors
from portal.receipts.test_receipts_actions import brought, receipt

from madang.errors import Refused, Stale
from madang.portal.actors import Role
from madang.portal.applications import actions as applications
from madang.portal.billing.models import Statement, Support
from madang.portal.eligibility import queries as eligibility
from madang.portal.funding.models import FundingSource
from madang.portal.journal.models import JournalEntry
from madang.portal.outbox.models import Message
from madang.portal.people.models import Person
from madang.portal.receipts import queries as receipts
from madang.portal.sanctions import actions, chores, demands, figures, queries
from madang.portal.sanctions.models import Recovered, Sanction
from madang.portal.settlements import queries as settlements

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=12)
FIGURES = {
    "answer_days": 10, "appeal_days": 30, "pay_days": 30, "false_permille": 5000, "excess_permille": 3000,
    "other_permille": 2000, "ban_months": 60,
}  # fmt: skip
pytestmark = pytest.mark.django_db


class Case:
    """An award that two sources supported, who looks after it, and who owns its organisation."""

    def __init__(self) -> None:
        self.manager, self.approver, self.other = (
            make_actor(Role.PROGRAMME_MANAGER), make_actor(Role.APPROVER), make_actor(Role.APPROVER)
        )  # fmt: skip
        self.award = make_award()
        self.person = make_member(self.award.organisation)
        self.owner = actor(self.person)
        self.state, self.city = (
            FundingSource.objects.create(code=code, name_ko=code, name_en=code, kind="other", created_at=NOW)
            for code in ("state", "city")
        )
        statement = Statement.objects.create(
            organisation=self.award.organisation, month="2026-04", number="2026-04-0001", state="issued",
            issued_at=NOW, due_on=date(2026, 5, 31), worked_out_at=NOW, reference=1_000_000, subsidy=1_000_000,
        )  # fmt: skip
        pool = self.award.lines.get().product.pool
        for source, amount in ((self.state, 700_000), (self.city, 300_000)):
            Support.objects.create(
                statement=statement, award=self.award, pool=pool, source=source, year=2026, amount=amount
            )
        actions.set_terms(by=self.manager, now=NOW, starts_on=date(2021, 1, 1), document="Act", **FIGURES)

    def found(self, act="recovery", **given) -> Sanction:
        money = {"award": self.award.pk, "source": self.state.pk, "year": 2026, "base": 700_000}
        what = {"ground": "other_use", "done_on": date(2026, 4, 10), "finding": "Mining", "evidence": "Report 3"}
        rest = {"months": 12} if act == "ban" else money
        who = {"by": self.manager, "now": NOW, "organisation": self.award.organisation_id, "act": act}
        return actions.find(**(who | what | rest | given))

    def noticed(self, act="recovery", **given) -> Sanction:
        row = self.found(act, **given)
        actions.notice(by=self.manager, now=NOW, sanction=row.pk)
        return again(row)

    def decided(self, act="recovery", now=LATER, **given) -> Sanction:
        row = self.noticed(act, **given)
        actions.draft(by=self.manager, now=now, sanction=row.pk, comment="Heard, and not convinced")
        actions.decide(by=self.approver, now=now, sanction=row.pk, comment="", document_number="D-1")
        return again(row)

    def appealed(self, act="recovery") -> Sanction:
        row = self.decided(act)
        actions.appeal(by=self.owner, now=LATER, sanction=row.pk, text="It was research")
        return again(row)


@pytest.fixture
def case(db):
    return Case()


def again(row):
    return Sanction.objects.get(pk=row.pk)


def code(act) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_a_recovery_goes_from_finding_to_the_year_of_its_money(case):
    row = case.found(base=699_999)
    assert not queries.sanctions(case.owner).exists()
    actions.notice(by=case.manager, now=NOW, sanction=row.pk)
    assert queries.sanctions(case.owner).get().answer_by == datetime(2026, 6, 11, 15, 0, tzinfo=UTC)
    actions.answer(by=case.owner, now=NOW, sanction=row.pk, text="We did not")
    assert code(lambda: actions.draft(by=case.manager, now=NOW, sanction=row.pk, comment="x")) == "sanction_notice_runs"
    actions.reduce(by=case.manager, now=NOW, sanction=row.pk, figure=500_000, reason="Part was research")
    actions.draft(by=case.manager, now=LATER, sanction=row.pk, comment="Heard")
    actions.decide(by=case.approver, now=LATER, sanction=row.pk, comment="", document_number="D-1")
    row = again(row)
    assert (row.state, row.amount, row.due_on, row.base) == ("decided", 500_000, date(2026, 7, 13), 699_999)
    brought(f"2026-05-30,300000,who,{queries.number(row)} first", "2026-05-31,400000,who,other")
    assert (chores.match_named(LATER), chores.match_named(LATER)) == (1, 0)
    rest = receipts.receipts(case.manager).get(amount=400_000)
    match = {"by": case.manager, "now": LATER, "receipt": rest.pk, "sanction": row.pk}
    assert code(lambda: demands.match(amount=200_001, **match)) == "sanction_paid_enough"
    wrong = demands.match(amount=150_000, **match)
    demands.undo_match(by=case.manager, now=LATER, money=wrong.pk, reason="another's")
    demands.match(amount=200_000, **match)
    row = again(row)
    assert (row.received, queries.state(row, LATER)) == (500_000, "ended")
    assert receipts.receipts(case.manager).get(pk=rest.pk).left == 200_000
    assert (receipts.check_books(), queries.check_books(), settlements.differences(settlements.content(2026))) == (
        [],
        [],
        [],
    )
    account = {one["code"]: one for one in settlements.content(2026)["sources"]}
    assert (account["state"]["recovered_won"], account["state"]["left_won"]) == (500_000, 500_000 - 700_000)
    assert account["city"]["recovered_won"] == 0
    did = JournalEntry.objects.filter(subject_kind="sanction", subject=str(row.pk)).order_by("pk")
    assert [line.removeprefix("sanctions.") for line in did.values_list("action", flat=True)] == [
        "find", "notice", "answer", "reduce", "decide", "match", "match", "undo_match", "match",
    ]  # fmt: skip
    told = Message.objects.filter(person=case.person.pk).order_by("pk").values_list("code", flat=True)
    assert list(told) == ["sanction_notice", "sanction_reduced", "sanction_decided"]


def test_a_surcharge_rests_on_the_rate_of_the_day_on_which_it_happened(case):
    new = FIGURES | {"other_permille": 1500}
    actions.set_terms(by=case.manager, now=NOW, starts_on=date(2026, 6, 1), document="New act", **new)
    old = case.found("surcharge", base=100_001)
    assert (old.permille, old.amount) == (2000, 200_002)
    late = case.found("surcharge", source=case.city.pk, base=99_999, done_on=date(2026, 6, 1))
    assert (late.permille, late.amount) == (1500, 149_998)
    past = {"starts_on": date(2026, 5, 31), "document": "x"}
    assert code(lambda: actions.set_terms(by=case.manager, now=NOW, **past, **FIGURES)) == "sanction_terms_past"


def test_a_ban_refuses_applications_until_its_last_day_and_ends_by_itself(case):
    organisation = case.award.organisation
    row = case.decided("ban")
    assert (row.starts_on, row.ends_on) == (date(2026, 6, 13), date(2027, 6, 13))
    intake = make_intake(
        opens_at=NOW,
        closes_at=NOW + timedelta(500),
        review_due_at=NOW + timedelta(510),
        decision_due_at=NOW + timedelta(520),
    )
    file = make_application(None, intake, organisation=organisation, created_by=case.person)

    def submit(now):
        return applications.submit(by=case.owner, now=now, application=file.pk, version=1)

    with pytest.raises(Refused) as refused:
        submit(LATER)
    assert refused.value.code == "not_eligible"
    why = refused.value.facts["why"]
    assert queries.number(row) in why and "2027. 6. 12.까지" in why and "이의신청" in why
    (found,) = eligibility.findings(file.track, intake, organisation.pk, decided_at=LATER)
    assert not found.passed
    over = datetime(2027, 6, 12, 15, 0, tzinfo=UTC)
    assert (queries.state(row, over - timedelta(seconds=1)), queries.state(row, over)) == ("decided", "ended")
    assert submit(over).number == 1


def test_an_annulled_ban_bars_nobody_and_annulled_money_goes_back(case):
    ban = case.appealed("ban")
    draft = {"by": case.manager, "now": LATER, "sanction": ban.pk, "comment": "New papers"}
    actions.draft_outcome(annul=True, **draft)
    assert code(lambda: actions.draft_outcome(annul=False, **draft)) == "sanction_draft_waits"
    settle = {"now": LATER, "sanction": ban.pk, "comment": "", "document_number": "D-2"}
    assert code(lambda: actions.annul(by=case.approver, **settle)) == "sanction_same_decider"
    actions.annul(by=case.other, **settle)
    assert eligibility.bans(case.award.organisation_id) == []
    money = case.appealed("recovery")
    paid = {"by": case.manager, "now": LATER, "receipt": receipt(700_000).pk, "sanction": money.pk}
    posted = demands.match(amount=700_000, **paid)
    actions.draft_outcome(annul=True, **draft | {"sanction": money.pk})
    actions.annul(by=case.other, **settle | {"sanction": money.pk})
    assert (again(money).state, again(money).received) == ("annulled", 0)
    assert list(Recovered.objects.order_by("pk").values_list("kind", "amount")) == [
        ("match", 700_000), ("refund", -700_000),
    ]  # fmt: skip
    undo = {"by": case.manager, "now": LATER, "money": posted.pk, "reason": "x"}
    assert code(lambda: demands.undo_match(**undo)) == "sanction_match_undone"
    state = next(one for one in settlements.content(2026)["sources"] if one["code"] == "state")
    assert (state["recovered_won"], receipts.check_books(), queries.check_books()) == (0, [], [])
    with pytest.raises(DatabaseError), transaction.atomic():
        Recovered.objects.update(amount=1)


def test_an_upheld_decision_goes_on_and_cannot_be_appealed_again(case):
    row = case.appealed()
    actions.draft_outcome(by=case.manager, now=LATER, sanction=row.pk, annul=False, comment="Nothing new")
    actions.uphold(by=case.other, now=LATER, sanction=row.pk, comment="", document_number="D-2")
    assert queries.payable(row.pk) is not None
    again_ = {"by": case.owner, "now": LATER, "sanction": row.pk, "text": "Again"}
    assert code(lambda: actions.appeal(**again_)) == "sanction_appealed"


def test_what_is_dropped_is_told_only_where_there_was_notice(case):
    found, noticed = case.found(), case.noticed("surcharge", base=1000)
    for row in (found, noticed):
        actions.drop(by=case.manager, now=NOW, sanction=row.pk, reason="Returned by themselves")
    assert list(queries.sanctions(case.owner)) == [noticed]
    assert Message.objects.filter(code="sanction_dropped", person=case.person.pk).count() == 1
    assert case.found().state == "found"


def test_what_cannot_be_is_refused(case):
    assert code(lambda: case.found(base=700_001)) == "sanction_above_support"
    assert code(lambda: case.found(year=2025)) == "sanction_above_support"
    assert code(lambda: case.found(award=None)) == "sanction_award_needed"
    assert code(lambda: case.found("surcharge", ground="breach")) == "sanction_ground_without_rate"
    assert code(lambda: case.found("ban", months=61)) == "sanction_months"
    assert code(lambda: case.found(done_on=date(2026, 6, 2))) == "sanction_happens_ahead"
    assert code(lambda: case.found("ban", done_on=date(2020, 12, 31))) == "sanction_terms_missing"
    assert code(lambda: case.found(by=case.approver)) == "not_allowed_for_role"
    row = case.noticed()
    assert code(case.found) == "sanction_stands_already"
    answer = {"sanction": row.pk, "text": "No"}
    assert code(lambda: actions.answer(by=actor(make_member()), now=NOW, **answer)) == "not_found"
    assert code(lambda: actions.answer(by=case.owner, now=LATER, **answer)) == "sanction_answer_late"
    more = {"sanction": row.pk, "figure": 700_000, "reason": "x"}
    assert code(lambda: actions.reduce(by=case.manager, now=NOW, **more)) == "sanction_only_less"
    pay = {"by": case.manager, "now": NOW, "receipt": receipt().pk, "sanction": row.pk, "amount": 1}
    assert code(lambda: demands.match(**pay)) == "sanction_not_payable"


@pytest.mark.parametrize(
    "values", [{"state": "decided"}, {"received": 1}, {"amount": 700_001}, {"months": 3}, {"state": "answered"}]
)
def test_the_database_refuses_states_that_cannot_be(case, values):
    row = case.noticed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Sanction.objects.filter(pk=row.pk).update(**values)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_and_drop_at_once_one_is_stale(case):
    row = case.noticed()
    acts = [
        lambda: actions.answer(by=case.owner, now=NOW, sanction=row.pk, text="No"),
        lambda: actions.drop(by=case.manager, now=NOW, sanction=row.pk, reason="x"),
    ]
    failed = errors(at_once(*acts))
    assert len(failed) <= 1 and all(isinstance(one, Stale | Refused) for one in failed)
    assert again(row).state in ("dropped", "answered")


def test_the_page_shows_each_side_what_it_can_do(case, client):
    row = case.found()
    client.force_login(case.person)
    place = reverse("sanction", args=[row.pk])
    assert client.get(place).status_code == 404
    actions.notice(by=case.manager, now=timezone.now(), sanction=row.pk)
    page = client.get(place).content.decode()
    assert "환수" in page and 'value="answer"' in page and 'value="drop"' not in page
    assert client.post(place, {"act": "answer", "text": "We did not"}).status_code == 302
    client.force_login(Person.objects.get(pk=case.manager.person))
    page = client.get(place).content.decode()
    assert "We did not" in page and 'value="answer"' not in page and 'value="drop"' in page and 'value="less"' in page


def test_a_year_that_is_over_has_its_decided_acts_and_keeps_them(case, settings):
    settings.MADANG_SMALL_CELL = 1  # one organisation is enough here
    case.noticed("surcharge")
    recovery, _ban = case.decided(), case.decided("ban")
    assert figures.by_year(LATER, []) == []
    later = LATER.replace(year=2028)
    found = figures.by_year(later, [])
    assert found == [
        {"year": 2026, "recoveries": 1, "surcharges": 0, "bans": 1},
        {"year": 2027, "recoveries": 0, "surcharges": 0, "bans": 1},
    ]
    Sanction.objects.filter(pk=recovery.pk).delete()
    assert figures.by_year(later, found) == found
    settings.MADANG_SMALL_CELL = 2
    assert figures.by_year(later, [])[1] == {"year": 2027, "recoveries": None, "surcharges": None, "bans": None}
