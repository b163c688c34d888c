"""Wage aid: which months a company may claim, how much in all, lists that pay and take back, and two claims at once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from factories import NOW, actor, make_actor, make_company, make_member, make_organisation
from hypothesis import given as drawn
from hypothesis import strategies as st
from portal.learners.academy import keeper, make_cohort, selected
from portal.races import at_once, errors

from madang.errors import Refused
from madang.portal.actors import Role
from madang.portal.aids import actions as aids
from madang.portal.aids import exports, queries, working
from madang.portal.aids.models import AidList, AidPayment
from madang.portal.aids.rules import AidKind
from madang.portal.companies import merging
from madang.portal.companies.models import Company
from madang.portal.courses.models import Cohort
from madang.portal.files.models import StoredFile
from madang.portal.funding import actions as funding
from madang.portal.learners import placing
from madang.portal.learners.models import Learner
from madang.portal.settlements import queries as settlements
from madang.portal.wageclaims import actions, rules
from madang.portal.wageclaims import queries as claims
from madang.portal.wageclaims.models import WageMonth, WageTerms
from madang.portal.wageclaims.rules import WageTermsGiven

SEPTEMBER, OCTOBER = datetime(2026, 9, 2, tzinfo=UTC), datetime(2026, 10, 2, tzinfo=UTC)
HIRED, TODAY = date(2026, 5, 20), date(2026, 9, 2)
WON = 2_400_000


def refused(code, act):
    with pytest.raises(Refused) as found:
        act()
    assert found.value.code == code


# --- rules ---


@pytest.mark.parametrize(
    ("first", "last", "hired_on", "employed_on", "said"),
    [
        ("2026-06", "2026-08", HIRED, date(2026, 8, 31), ["2026-06", "2026-07", "2026-08"]),
        ("2026-05", "2026-05", date(2026, 5, 1), date(2026, 5, 31), ["2026-05"]),
        ("2026-05", "2026-05", HIRED, date(2026, 5, 31), "wage_before_hired"),
        ("2026-06", "2026-08", HIRED, date(2026, 8, 30), "wage_not_shown_until"),
        ("2026-09", "2026-09", HIRED, date(2026, 9, 30), "wage_day_ahead"),
        ("2026-07", "2026-06", HIRED, date(2026, 8, 31), "wage_months_turned"),
        ("2026-13", "2026-06", HIRED, date(2026, 8, 31), "month_not_written"),
    ],
)
def test_a_month_counts_once_it_was_worked_whole_and_that_is_shown(first, last, hired_on, employed_on, said):
    act = partial(rules.claimed_months, first, last, hired_on=hired_on, employed_on=employed_on, today=TODAY)
    if isinstance(said, str):
        refused(said, act)
    else:
        assert act() == said


@drawn(st.sets(st.integers(1, 8)), st.integers(1, 6), st.integers(1, 8))
def test_numbers_of_months_are_free_ones_up_to_the_most(taken, count, most):
    months = [f"2026-{n:02d}" for n in range(1, count + 1)]
    left = most - len([number for number in taken if number <= most])
    if left < count:
        refused("wage_months_used", partial(rules.numbered, months, taken, most))
    else:
        found = rules.numbered(months, taken, most)
        assert not set(found.values()) & taken and max(found.values()) <= most and list(found) == months


# --- actions ---


class Hired:
    """A company with an opened office that hired two graduates of a cohort that is over."""

    def __init__(self, **changed):
        self.by, self.approver = keeper(), make_actor(Role.APPROVER)
        self.cohort = make_cohort(self.by)
        learners = selected(self.by, self.cohort, 90, 80)
        Learner.objects.filter(pk__in=[row.pk for row in learners]).update(state="graduated", ended_at=NOW)
        Cohort.objects.filter(pk=self.cohort.pk).update(state="ended")
        self.organisation = make_organisation()
        self.company = make_company(
            office=date(2025, 6, 1),
            organisation=self.organisation,
            registration_number=self.organisation.registration_number,
        )
        self.member = actor(make_member(self.organisation))
        names = {"code": "state", "name_ko": "국비", "name_en": "State", "kind": "national"}
        self.source = funding.add_source(by=self.by, now=NOW, **names).pk
        self.set_terms(**changed)
        self.one, self.two = (self.placed(row) for row in learners)
        self.file = StoredFile.objects.create(sha256="a" * 64, size=1, media_type="application/pdf", stored_at=NOW)

    def set_terms(self, **changed):
        terms = {"month_won": WON, "months_most": 6, "hired_within_days": 180, "company_most_won": 10 * WON,
                 "office_needed": True, "source": self.source} | changed  # fmt: skip
        return actions.set_terms(by=self.by, now=NOW, cohort=self.cohort.pk, terms=WageTermsGiven(**terms))

    def placed(self, learner, hired_on=HIRED):
        told = {"learner": learner.pk, "employer": "Nuri", "hired_on": hired_on, "evidence": "x"}
        row = placing.tell(by=self.by, now=SEPTEMBER, **told, number=self.organisation.registration_number)
        placing.decide(by=self.by, now=SEPTEMBER, placement=row.pk, accept=True)
        return row

    def claim(self, placement=None, first="2026-06", last="2026-08", by=None, on=date(2026, 8, 31)):
        paper = {"employed_on": on, "file": self.file, "file_name": "insured.pdf"}
        placement = (placement or self.one).pk
        given = {"placement": placement, "first_month": first, "last_month": last} | paper
        return actions.claim(by=by or self.member, now=SEPTEMBER, **given)

    def accept(self, row):
        actions.decide(by=self.by, now=SEPTEMBER, claim=row.pk, accept=True)

    def fixed(self, month="2026-08", now=SEPTEMBER):
        given = {"cohort": self.cohort.pk, "month": month, "kind": AidKind.WAGE}
        row = aids.open_month(by=self.by, now=now, **given)
        aids.draft(by=self.by, now=now, aids=row.pk, comment="")
        return aids.fix(by=self.approver, now=now, aids=row.pk, comment="", document_number="W-1")

    def paid(self, row):
        rows = AidPayment.objects.filter(aids=row, organisation=self.organisation).order_by("of_month")
        return list(rows.values_list("of_month", "amount"))


@pytest.mark.django_db
def test_what_was_accepted_is_paid_by_two_people_settled_to_the_won_and_taken_back_where_struck():
    made = Hired()
    row = made.claim()
    assert claims.staff_tasks(made.by, NOW) and claims.tasks(made.member, NOW)[0].count == 1
    opened = AidList.objects.create(kind="wage", cohort=made.cohort, month="2026-07", opened_at=NOW)
    assert working.content(opened)["lines"] == []
    refused("wage_why_needed", partial(actions.decide, by=made.by, now=SEPTEMBER, claim=row.pk, accept=False))
    refused("not_allowed_for_role", partial(actions.decide, by=made.member, now=SEPTEMBER, claim=row.pk, accept=True))
    made.accept(row)
    paid = made.fixed()
    assert made.paid(paid) == [(f"2026-0{n}", WON) for n in (6, 7, 8)]
    (source,) = settlements.content(2026)["sources"]
    assert (source["aid_won"], source["wage_aid_won"], source["left_won"]) == (0, 3 * WON, -3 * WON)
    (aid,) = settlements.content(2026)["aid"]
    assert (aid["kind"], aid["source"], aid["paid_won"]) == ("wage", "state", 3 * WON)
    lines = queries.lines(made.by, paid.pk)
    found = exports.table("2026-08", lines, {}, queries.organisations({made.organisation.pk}))
    assert (found[1][0], found[1][1], found[1][-1]) == (
        made.organisation.name, made.organisation.registration_number, 3 * WON
    )  # fmt: skip
    actions.strike(by=made.by, now=OCTOBER, claim=row.pk, month="2026-08")
    assert made.paid(made.fixed("2026-09", OCTOBER)) == [("2026-08", -WON)]
    # the month is free again, for the same company as for another
    again = made.claim(first="2026-08")
    assert again.terms_id == WageTerms.objects.get().pk


@pytest.mark.django_db
def test_months_graduates_and_companies_have_their_most():
    made = Hired(company_most_won=5 * WON, months_most=3)
    stranger = actor(make_member())
    refused("not_found", partial(made.claim, by=stranger))
    refused("not_found", partial(made.claim, by=made.by))
    row = made.claim()
    refused("wage_months_used", partial(made.claim, first="2026-07", last="2026-07", on=date(2026, 7, 31)))
    refused("wage_ceiling", partial(made.claim, made.two))
    made.claim(made.two, last="2026-07", on=date(2026, 7, 31))
    actions.decide(by=made.by, now=SEPTEMBER, claim=row.pk, accept=False, why="no paper")
    assert WageMonth.objects.filter(claim=row, struck_at__isnull=True).count() == 0
    made.claim()
    made.set_terms(months_most=6)
    refused("wage_month_claimed", partial(made.claim, last="2026-06", on=date(2026, 6, 30)))
    made.set_terms(hired_within_days=5)
    refused("wage_hired_outside", partial(made.claim, made.two, first="2026-08"))
    Company.objects.update(stage="lease")
    made.set_terms()
    refused("wage_office_needed", partial(made.claim, made.two, first="2026-08"))
    refused("wage_terms_invalid", partial(made.set_terms, months_most=0))
    with pytest.raises(IntegrityError), transaction.atomic():
        WageTerms.objects.update(month_won=1)


@pytest.mark.django_db
def test_a_company_that_was_merged_claims_still_and_its_most_is_that_of_both():
    made = Hired(company_most_won=3 * WON)
    made.claim()
    lead = make_company(office=date(2025, 7, 1))
    version = Company.objects.get(pk=made.company.pk).version
    merging.merge(by=made.by, now=NOW, company=made.company.pk, version=version, into=lead.pk)
    refused("wage_ceiling", partial(made.claim, made.two))
    made.set_terms(company_most_won=6 * WON)
    assert made.claim(made.two).company_id == lead.pk


@pytest.mark.django_db(transaction=True)
def test_two_claims_at_the_same_moment_share_neither_a_month_nor_the_last_of_the_most():
    made = Hired(company_most_won=3 * WON)
    found = at_once(made.claim, made.claim, partial(made.claim, made.two))
    assert len(errors(found)) == 2 and WageMonth.objects.count() == 3
