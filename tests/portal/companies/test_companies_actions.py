"""Companies in the tables: stages with evidence, next actions, merging and undoing it, lists, support."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from factories import (
    NOW,
    actor,
    make_actor,
    make_award,
    make_company,
    make_facility,
    make_member,
    make_pool,
    make_staff,
    registration_number,
)

from madang.errors import Refused, Stale
from madang.portal.actors import Role
from madang.portal.billing.models import Statement
from madang.portal.bookings.models import BookedFacility, Booking
from madang.portal.companies import actions, bringing, chores, merging, progress, queries, sheet, support
from madang.portal.companies.models import Company, CompanyNote, StageEntry
from madang.portal.companies.rules import CompanyParticulars, CompanyStage, CompanySupportKind, Step
from madang.portal.holdings import actions as holdings
from madang.portal.indicators.models import DayUse
from madang.portal.journal.models import JournalEntry
from madang.portal.outbox.models import Message

pytestmark = pytest.mark.django_db
NUMBER = registration_number(901)
OFFICE = Step(CompanyStage.OFFICE, date(2025, 6, 1), "lease", False, NUMBER, "Gwangju 1", 4, date(2025, 6, 30))


def keeper():
    return make_actor(Role.PROGRAMME_MANAGER)


def contact(on=date(2025, 1, 1)):
    return Step(CompanyStage.CONTACT, on, "a fair")


def act(by, row, **more):
    return {"by": by, "now": NOW, "company": row.pk, "version": Company.objects.get(pk=row.pk).version, **more}


def test_who_keeps_companies_and_what_the_journal_says_of_it():
    for other in (make_actor(Role.AUDITOR), make_actor(Role.APPROVER), make_actor(Role.OPERATOR), actor(make_member())):
        with pytest.raises(Refused, match="not_allowed_for_role"):
            actions.add(by=other, now=NOW, given=CompanyParticulars("x"), contact=contact())
    by = keeper()
    row = actions.add(by=by, now=NOW, given=CompanyParticulars("㈜마당", contact="Kim 010"), contact=contact())
    actions.enter(**act(by, row, given=OFFICE))
    row.refresh_from_db()
    assert (row.stage, row.stage_on, row.registration_number, row.name_key) == (
        "office", OFFICE.on, NUMBER, "마당",
    )  # fmt: skip
    assert list(JournalEntry.objects.values_list("action", flat=True)) == ["companies.add", "companies.enter"]
    assert "Kim" not in str(list(JournalEntry.objects.values("facts")))


def test_an_office_cannot_be_stored_without_its_evidence():
    row, by = make_company(), make_staff()
    for missing in ("number", "premises", "staff", "staff_on"):
        whole = {"number": NUMBER, "premises": "a", "staff": 1, "staff_on": date(2025, 6, 1)} | {missing: None}
        with pytest.raises(IntegrityError), transaction.atomic():
            StageEntry.objects.create(company=row, stage="office", on=date(2025, 6, 1), evidence="x", entered_by=by,
                                      entered_at=NOW, **whole)  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        StageEntry.objects.create(company=row, stage="visit", on=date(2025, 6, 1), entered_by=by, entered_at=NOW)


def test_a_number_belongs_to_one_company_and_those_merged_into_it():
    by, row, other = keeper(), make_company(name="마당"), make_company(name="마루")
    actions.enter(**act(by, row, given=OFFICE))
    for given in (CompanyParticulars("마루", registration_number=NUMBER),):
        with pytest.raises(Refused, match="company_number_known"):
            actions.change(**act(by, other, given=given))
    with pytest.raises(Refused, match="company_number_known"):
        actions.enter(**act(by, other, given=OFFICE))


def test_a_mistake_is_taken_back_and_stays_to_be_seen():
    by, row = keeper(), make_company(contact=date(2025, 1, 1), visit=date(2025, 2, 1))
    entry = row.entries.get(stage="visit")
    with pytest.raises(Refused, match="company_reason_needed"):
        actions.strike(**act(by, row, entry=entry.pk, reason=" "))
    actions.strike(**act(by, row, entry=entry.pk, reason="another company"))
    row.refresh_from_db()
    assert (row.stage, queries.history([row.pk]).count()) == ("contact", 2)
    with pytest.raises(Refused, match="company_last_stage"):
        actions.strike(**act(by, row, entry=row.entries.get(stage="contact").pk, reason="x"))
    with pytest.raises(Stale):
        actions.strike(**act(by, row, entry=entry.pk, reason="x"))
    actions.enter(**act(by, row, given=Step(CompanyStage.VISIT, date(2025, 3, 1), "x")))
    with pytest.raises(Stale):
        actions.enter(by=by, now=NOW, company=row.pk, version=1, given=OFFICE)


def test_a_next_action_is_told_of_the_day_before_and_once_when_a_week_late():
    by, owner, row = keeper(), make_staff(Role.OPERATOR, language="en"), make_company(name="Madang")
    due = date(2026, 4, 10)
    with pytest.raises(Refused, match="company_owner_unknown"):
        actions.plan(**act(by, row, what="call", owner=make_member().pk, due=due))
    with pytest.raises(Refused, match="company_due_over"):
        actions.plan(**act(by, row, what="call", owner=owner.pk, due=date(2026, 3, 31)))
    actions.plan(**act(by, row, what="call them", owner=owner.pk, due=due))
    day = timedelta(days=1)
    told = [chores.remind(NOW + day * n) for n in (0, 7, 8, 8, 9, 15, 16, 30)]
    assert told == [0, 0, 1, 0, 0, 0, 1, 0]
    first, last = Message.objects.filter(person=owner).order_by("pk")
    assert "2026-04-10" in first.subject and "call them" in first.body and "late" in last.subject
    assert [task.count for task in queries.tasks(actor(owner), NOW + day * 5)] == [1]
    actions.finish(**act(by, row))
    row.refresh_from_db()
    assert (row.next_step, row.next_owner, row.next_due) == ("", None, None)
    assert queries.tasks(actor(owner), NOW + day * 5) == [] and chores.remind(NOW + day * 60) == 0


def test_who_no_longer_works_for_the_body_is_not_written_to():
    by, owner, row = keeper(), make_staff(Role.OPERATOR), make_company()
    actions.plan(**act(by, row, what="call", owner=owner.pk, due=date(2026, 4, 2)))
    owner.staff_roles.update(ended_at=NOW)
    chores.remind(NOW)
    assert not Message.objects.exists()


def test_companies_become_one_and_two_again_with_their_own_histories():
    by = keeper()
    one = make_company(contact=date(2024, 1, 1), memorandum=date(2024, 5, 1))
    two = make_company(contact=date(2023, 1, 1), office=date(2025, 1, 1))
    three = make_company(visit=date(2022, 1, 1))
    merging.merge(**act(by, one, into=two.pk))
    merging.merge(**act(by, two, into=three.pk))
    assert set(Company.objects.filter(lead=three).values_list("pk", flat=True)) == {one.pk, two.pk}
    three.refresh_from_db()
    assert (three.stage, three.stage_on) == ("office", date(2025, 1, 1))
    # one company with a memorandum, and one with an office: the same
    assert progress.figures(queries.ways()) == progress.Figures(1, 1, 1)
    for row, given in ((one, {"given": OFFICE}), (two, {"given": OFFICE})):
        with pytest.raises(Refused, match="company_merged"):
            actions.enter(**act(by, row, **given))
    with pytest.raises(Refused, match="company_merged"):
        merging.merge(**act(by, three, into=one.pk))
    merging.part(by=by, now=NOW, company=two.pk)
    rows = {row.pk: (row.lead_id, row.stage) for row in Company.objects.all()}
    assert rows == {one.pk: (two.pk, "memorandum"), two.pk: (None, "office"), three.pk: (None, "visit")}
    merging.part(by=by, now=NOW, company=one.pk)
    assert progress.figures(queries.ways()) == progress.Figures(1, 1, 1)
    with pytest.raises(Stale):
        merging.part(by=by, now=NOW, company=one.pk)


def brought(by, text, decided=None, source="list"):
    listed = sheet.read([line.split(",") for line in text.splitlines()], source, date(2026, 4, 1))
    return bringing.bring_in(by=by, now=NOW, listed=listed, decided=decided or {})


def test_a_list_twice_changes_nothing():
    by = keeper()
    head = "기업명,사업자등록번호,업종,mou일,개소일,주소,인원,인원기준일\n"
    text = head + f"㈜마당,{NUMBER},AI,2024-05-01,2025-01-01,광주,3,2025-01-31\n마루,,,2024-05-01,,,,"
    assert brought(by, text) == bringing.BroughtIn(2, 0, 0, 0)
    stored = list(Company.objects.order_by("pk").values())
    journal = JournalEntry.objects.count()
    assert brought(by, text) == bringing.BroughtIn(0, 0, 2, 0)
    assert list(Company.objects.order_by("pk").values()) == stored and JournalEntry.objects.count() == journal
    more = head + f"마당(주),{NUMBER},,2024-05-01,,,,\n주식회사 마루,,로봇,2024-05-02,,,,"
    with pytest.raises(Refused, match="companies_to_be_told_apart"):
        brought(by, more)
    assert brought(by, more, {3: "another"}) == bringing.BroughtIn(1, 0, 1, 0)
    wrong = head + "새로,,,2024-05-01,,,,\n틀림,,,x,,,,"
    with pytest.raises(Refused, match="companies_have_faults"):
        brought(by, wrong)
    assert Company.objects.count() == 3


def test_a_list_fills_what_is_empty_and_adds_what_is_missing():
    by = keeper()
    row = make_company(name="마당", memorandum=date(2024, 5, 1), field="AI")
    text = f"기업명,사업자등록번호,업종,mou일,임대차계약일\n㈜마당,{NUMBER},로봇,2024-05-01,2024-08-01"
    assert brought(by, text, {2: str(row.pk)}) == bringing.BroughtIn(0, 1, 0, 0)
    row.refresh_from_db()
    assert (row.name, row.field, row.registration_number, row.stage) == ("마당", "AI", NUMBER, "lease")
    assert row.entries.get(stage="lease").evidence == "list"
    assert brought(by, text) == bringing.BroughtIn(0, 0, 1, 0)


def test_a_list_knows_a_company_by_what_was_merged_into_it():
    by, row = keeper(), make_company(name="마루", memorandum=date(2024, 5, 1))
    old = make_company(name="옛마당", registration_number=NUMBER)
    merging.merge(**act(by, old, into=row.pk))
    assert brought(by, f"기업명,사업자등록번호,mou일\n(주)옛마당,{NUMBER},2024-05-01").unchanged == 1


def test_support_of_a_company_is_counted_from_the_tables_and_from_what_was_entered():
    by, award = keeper(), make_award()
    member = make_member(award.organisation)
    row = make_company()
    pool = make_pool()
    DayUse.objects.create(day=date(2026, 1, 5), pool=pool, award=award, seconds=7200)
    paid = {"state": "issued", "number": "1", "issued_at": NOW, "due_on": date(2026, 5, 1), "worked_out_at": NOW}
    Statement.objects.create(organisation=award.organisation, month="2025-12", reference=900, subsidy=900, **paid)
    Statement.objects.create(organisation=award.organisation, month="2026-01", reference=50, subsidy=50,
                             worked_out_at=NOW)  # fmt: skip
    for kind, minutes, state in (("room", 60, "used"), ("simulator", 90, "used"), ("room", 600, "confirmed")):
        booking = Booking.objects.create(
            organisation=award.organisation, person=member, state=state, starts_at=NOW, expected_by=NOW,
            ends_at=NOW + timedelta(hours=9), made_at=NOW, used_at=NOW if state == "used" else None,
        )  # fmt: skip
        BookedFacility.objects.create(booking=booking, facility=make_facility(kind=kind), minutes=minutes)
    money = {"kind": CompanySupportKind.MONEY, "what": "grant", "source": "report 2014, page 3"}
    given = {"by": by, "now": NOW, "company": row.pk, **money}
    with pytest.raises(Refused, match="company_support_incomplete"):
        actions.give(**given | {"source": " "}, on=date(2014, 3, 1), won=1)
    with pytest.raises(Refused, match="company_day_ahead"):
        actions.give(**given, on=date(2026, 4, 2), won=1)
    actions.give(**given, on=date(2014, 3, 1), won=5_000)
    wrong = actions.give(**given, on=date(2014, 3, 1), won=7)
    actions.take_back(by=by, now=NOW, company=row.pk, support=wrong.pk, reason="typed twice")
    assert support.of_companies([row.pk], date(2026, 4, 1)).total.value_won == 5_000
    actions.link(**act(by, row, organisation=award.organisation_id))
    with pytest.raises(Refused, match="company_organisation_taken"):
        actions.link(**act(by, make_company(), organisation=award.organisation_id))
    found = support.of_companies([row.pk], date(2026, 4, 1))
    years = {year.year: year for year in found.years}
    assert (years[2026].gpu_seconds, years[2026].machine_minutes, years[2026].room_minutes) == (7200, 90, 60)
    # a statement that is not issued is no support yet
    assert (years[2025].computing_won, years[2014].entered_won, found.total.value_won) == (900, 5_000, 5_900)
    assert years[award.in_force_at.year].programmes == 1 and min(years) == 2014
    assert support.of_organisation(award.organisation_id, date(2026, 4, 1)) == found


def test_an_organisation_reads_nothing_of_another_that_its_company_became_one_with():
    by, one, two = keeper(), make_award(), make_award()
    first, second = make_company(), make_company()
    actions.link(**act(by, first, organisation=one.organisation_id))
    actions.link(**act(by, second, organisation=two.organisation_id))
    for row, won in ((first, 1), (second, 20)):
        actions.give(by=by, now=NOW, company=row.pk, kind="money", on=date(2020, 1, 1), what="x", won=won, source="y")
    merging.merge(**act(by, first, into=second.pk))
    day = date(2026, 4, 1)
    of_first, of_second = (support.of_organisation(award.organisation_id, day) for award in (one, two))
    assert (of_first.total.value_won, of_first.total.programmes) == (1, 1)
    assert (of_second.total.value_won, of_second.total.programmes) == (21, 1)
    assert support.of_companies(queries.together(second.pk), day).total.programmes == 2


def test_who_was_spoken_to_is_forgotten_after_the_company_departed():
    left = make_company(memorandum=date(2019, 1, 1), left=date(2020, 1, 1))
    Company.objects.filter(pk=left.pk).update(contact="Kim 010")
    here = make_company(office=date(2019, 1, 1))
    Company.objects.filter(pk=here.pk).update(contact="Lee 010")
    for row in (left, here):
        CompanyNote.objects.create(company=row, on=date(2019, 1, 1), text="x", author=make_staff(), written_at=NOW)
    before = NOW - timedelta(days=1825)
    assert holdings.destroy(now=NOW, kind="company_contact", before=before) == 1
    assert dict(Company.objects.values_list("pk", "contact")) == {left.pk: "", here.pk: "Lee 010"}
    assert list(CompanyNote.objects.values_list("company", flat=True)) == [here.pk]
    assert holdings.destroy(now=NOW, kind="company_contact", before=before) == 0
