"""Living aid: what a month comes to, lists that two people fix, adjustments, and two at the same moment."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from factories import NOW, actor, make_actor
from hypothesis import given as drawn
from hypothesis import strategies as st
from portal.learners.academy import hours, keeper, make_cohort, selected
from portal.races import at_once, errors

from madang.errors import Refused
from madang.portal.actors import Role
from madang.portal.aids import actions, exports, queries, rules, working
from madang.portal.aids.models import AidList, AidPayment
from madang.portal.aids.rules import AidTerms, AidUnit, Attended
from madang.portal.approvals import actions as approvals
from madang.portal.approvals.rules import ApprovalKind
from madang.portal.funding import actions as funding
from madang.portal.holdings import actions as holdings
from madang.portal.learners.models import Learner
from madang.portal.lessons.models import Lesson, Presence
from madang.portal.settlements import queries as settlements

MAY, JUNE = datetime(2026, 5, 2, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)
TERMS = AidTerms("2026-04", AidUnit.DAY, 30_000, 50_000, 50, 1)


def refused(code, act):
    with pytest.raises(Refused) as found:
        act()
    assert found.value.code == code


# --- rules ---


@pytest.mark.parametrize(
    ("attended", "unit", "won"),
    [
        (Attended(1, 60, 120), "day", 30_000),
        (Attended(2, 120, 120), "day", 50_000),
        (Attended(1, 59, 120), "day", 0),
        (Attended(1, 60, 120), "month", 30_000),
        (Attended(0, 0, 120), "month", 0),
        (Attended(), "month", 0),
    ],
)
def test_a_month_comes_to_its_days_up_to_the_most_and_to_nothing_below_the_least(attended, unit, won):
    terms = AidTerms("2026-04", AidUnit(unit), 30_000, 50_000, 50, 1)
    assert rules.due_won(attended, terms) == won


def test_nobody_is_paid_for_not_coming_even_where_nothing_is_asked():
    assert rules.due_won(Attended(0, 0, 60), AidTerms("2026-04", AidUnit.MONTH, 1, 1, 0, 1)) == 0


KEYS = st.tuples(st.integers(1, 3), st.sampled_from(["2026-04", "2026-05"]), st.integers(1, 2), st.integers(0, 1))
SUMS = st.dictionaries(KEYS, st.integers(0, 1000))


@drawn(SUMS, SUMS)
def test_lines_bring_what_was_paid_to_what_is_due_and_then_nothing_is_left(due, paid):
    found = rules.lines(due, paid)
    after = dict(paid)
    for line in found:
        key = (line.learner, line.of_month, line.source, line.organisation)
        after[key] = after.get(key, 0) + line.amount
    assert {key: won for key, won in after.items() if won} == {key: won for key, won in due.items() if won}
    assert rules.lines(due, after) == []


def test_the_terms_that_began_last_count_and_of_two_the_later_set():
    later = AidTerms("2026-05", AidUnit.MONTH, 1, 1, 0, 1)
    again = AidTerms("2026-05", AidUnit.MONTH, 2, 2, 0, 1)
    assert rules.in_force([later, TERMS, again], "2026-04") == TERMS
    assert rules.in_force([later, TERMS, again], "2026-06") == again
    assert rules.in_force([later], "2026-04") is None


# --- actions ---


class Class:
    """Two learners, and two lessons in April: one came to both, two to the first."""

    def __init__(self):
        self.by, self.approver = keeper(), make_actor(Role.APPROVER)
        self.cohort = make_cohort(self.by)
        self.one, self.two = selected(self.by, self.cohort, 90, 80)
        names = {"code": "state", "name_ko": "국비", "name_en": "State", "kind": "national"}
        self.source = funding.add_source(by=self.by, now=NOW, **names).pk
        self.lessons = [self.lesson(hours(1, 3, day)) for day in (14, 16)]
        for lesson, learner in ((0, self.one), (1, self.one), (0, self.two)):
            self.came(self.lessons[lesson], learner)
        self.set_terms()

    def lesson(self, period):
        times = {"starts_at": period.start, "ends_at": period.end, "minutes": 120}
        return Lesson.objects.create(cohort=self.cohort, title="x", **times)

    def came(self, lesson, learner):
        Presence.objects.create(lesson=lesson, learner=learner, came=True, noted_at=lesson.starts_at)

    def set_terms(self, **changed):
        terms = AidTerms(**vars(TERMS) | {"source": self.source} | changed)
        return actions.set_terms(by=self.by, now=NOW, cohort=self.cohort.pk, terms=terms)

    def open(self, month="2026-04", now=MAY):
        return actions.open_month(by=self.by, now=now, cohort=self.cohort.pk, month=month)

    def draft(self, row, now=MAY):
        return actions.draft(by=self.by, now=now, aids=row.pk, comment="")

    def fix(self, row, now=MAY):
        return actions.fix(by=self.approver, now=now, aids=row.pk, comment="", document_number="A-1")

    def fixed(self, month="2026-04", now=MAY):
        row = self.open(month, now)
        self.draft(row, now)
        return self.fix(row, now)

    def paid(self, row):
        rows = AidPayment.objects.filter(aids=row).order_by("learner", "of_month", "amount")
        return list(rows.values_list("learner", "of_month", "amount"))


@pytest.mark.django_db
def test_two_people_fix_a_month_once_and_the_settlement_has_it_to_the_won():
    made = Class()
    refused("aid_month_not_over", partial(made.open, "2026-05"))
    refused("aid_month_outside", partial(made.open, "2026-03"))
    refused("month_not_written", partial(made.open, "2026-13"))
    row = made.open()
    refused("aid_month_opened", made.open)
    refused("not_allowed_for_role", partial(actions.draft, by=made.approver, now=MAY, aids=row.pk, comment=""))
    made.draft(row)
    Presence.objects.filter(lesson=made.lessons[1]).delete()
    refused("aid_changed", partial(made.fix, row))
    approvals.reject(by=made.approver, now=MAY, kind=ApprovalKind.PAY_AID, subject=row.pk, comment="no")
    made.came(made.lessons[1], made.one)
    made.draft(row)
    made.fix(row)
    assert made.paid(row) == [(made.one.pk, "2026-04", 50_000), (made.two.pk, "2026-04", 30_000)]
    refused("aid_fixed", partial(made.draft, row))
    (source,) = settlements.content(2026)["sources"]
    assert (source["aid_won"], source["left_won"]) == (80_000, -80_000)
    assert settlements.content(2026)["aid"] == [
        {"kind": "living", "cohort": f"{made.cohort.course.code}-1", "source": "state", "paid_won": 80_000}
    ]
    found = exports.table("2026-04", queries.lines(made.by, row.pk), queries.people({made.one.pk, made.two.pk}), {})
    assert sum(line[-1] for line in found[1:]) == 80_000


@pytest.mark.django_db
def test_what_was_wrong_is_put_right_by_the_list_of_a_later_month():
    made = Class()
    made.fixed()
    made.came(made.lessons[1], made.two)
    Presence.objects.filter(learner=made.one).delete()
    made.came(made.lesson(hours(1, 3, 30)), made.one)
    Lesson.objects.filter(title="x", starts_at__gte=datetime(2026, 4, 30, tzinfo=UTC)).update(
        starts_at=datetime(2026, 5, 4, 1, tzinfo=UTC), ends_at=datetime(2026, 5, 4, 3, tzinfo=UTC)
    )
    row = made.fixed("2026-05", JUNE)
    one, two = made.one.pk, made.two.pk
    assert made.paid(row) == [(one, "2026-04", -50_000), (one, "2026-05", 30_000), (two, "2026-04", 20_000)]
    # nothing is left of it for the next one
    refused("aid_nothing", partial(made.draft, made.open("2026-06", datetime(2026, 7, 2, tzinfo=UTC))))


@pytest.mark.django_db
def test_another_source_from_the_start_moves_what_was_paid_from_one_to_the_other():
    made = Class()
    made.fixed()
    names = {"code": "city", "name_ko": "시비", "name_en": "City", "kind": "local"}
    city = funding.add_source(by=made.by, now=NOW, **names).pk
    made.set_terms(source=city)
    made.fixed("2026-05", JUNE)
    won = {one["code"]: one["aid_won"] for one in settlements.content(2026)["sources"]}
    assert won == {"state": 0, "city": 80_000}


@pytest.mark.django_db
def test_a_settled_year_takes_no_list_and_terms_are_needed():
    made = Class()
    row = made.open()
    made.draft(row)
    funding.close_year(now=MAY, year=2026)
    refused("year_settled", partial(made.fix, row))
    assert not AidPayment.objects.exists() and AidList.objects.get().fixed_at is None
    other = make_cohort(made.by)
    Learner.objects.create(cohort=other, person=made.one.person, child=False, state="seated", applied_at=NOW)
    bare = AidList.objects.create(cohort=other, month="2026-04", opened_at=MAY)
    refused("aid_terms_missing", partial(working.content, bare))
    refused("aid_terms_invalid", partial(made.set_terms, won=0))
    refused("aid_source_unknown", partial(made.set_terms, source=0))
    by = actor(made.one.person)
    refused("not_allowed_for_role", partial(actions.open_month, by=by, now=MAY, cohort=other.pk, month="2026-04"))


@pytest.mark.django_db
def test_a_payment_never_changes_and_forgets_whose_it_was_when_its_time_is_over():
    made = Class()
    made.fixed()
    rows = AidPayment.objects.all()
    for act in (partial(rows.update, amount=1), rows.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    assert holdings.destroy(now=JUNE, kind="training_aid", before=JUNE) == 2
    assert set(rows.values_list("learner", flat=True)) == {None}
    assert settlements.content(2026)["sources"][0]["aid_won"] == 80_000


@pytest.mark.django_db(transaction=True)
def test_a_month_is_opened_once_and_fixed_once_by_two_at_the_same_moment():
    made = Class()
    assert len(errors(at_once(made.open, made.open))) == 1
    row = AidList.objects.get()
    made.draft(row)
    assert len(errors(at_once(partial(made.fix, row), partial(made.fix, row)))) == 1
    assert AidPayment.objects.count() == 2
