"""What is published of coursework and of aid: years that are over, small numbers and what they would tell withheld."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from factories import NOW
from hypothesis import given as drawn
from hypothesis import strategies as st
from portal.learners.academy import keeper, make_cohort, selected

from madang.portal.aids import rules as aids
from madang.portal.courses.models import Cohort
from madang.portal.coursework import figures, rules
from madang.portal.coursework.models import Coursework, CourseworkDone
from madang.portal.learners.models import Learner

YEAR_AFTER = datetime(2027, 1, 2, tzinfo=UTC)


@drawn(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_neither_few_people_nor_what_all_of_them_did_is_published(completed, left, people):
    found = rules.published(completed + left, completed, people, 5)
    assert (found["coursework_asked"] is None) is (people < 5)
    assert (found["coursework_completed"] is not None) is (people >= 5 and completed >= 5 and left >= 5)


@pytest.mark.parametrize(
    ("companies", "graduates", "shown"), [(5, 10, 10_000), (4, 10, None), (0, 0, None), (5, 5, 5_000)]
)
def test_wage_aid_of_few_companies_is_withheld_and_living_aid_of_few_learners(companies, graduates, shown):
    wages = {(100 + one, 1 + one % companies): 1_000 for one in range(graduates)}
    found = aids.published(wages | {(one, 0): 500 for one in range(1, 5)}, 5)
    assert (found["wage_aid_won"], found["living_aid_won"], found["learners_aided"]) == (shown, None, None)
    assert found["companies_aided"] == (companies if shown else None)
    found = aids.published({(one, 0): 500 for one in range(1, 6)} | {(6, 0): -500}, 5)
    assert (found["learners_aided"], found["living_aid_won"]) == (5, 2_000)


def test_wage_aid_that_one_company_has_nearly_all_of_is_withheld():
    sums = {(one, one): 1 for one in range(1, 9)} | {(9, 9): 10_000}
    assert aids.published(sums, 5)["wage_aid_won"] is None


@pytest.mark.django_db
def test_a_year_that_is_over_is_worked_out_once_from_required_pieces_of_who_stayed(settings):
    settings.MADANG_SMALL_CELL = 1
    by = keeper()
    cohort = make_cohort(by)
    learners = selected(by, cohort, 90, 80)
    Cohort.objects.filter(pk=cohort.pk).update(state="ended")
    Learner.objects.filter(cohort=cohort).update(state="graduated", ended_at=NOW)
    made = {"cohort": cohort, "title_ko": "과제", "title_en": "Work", "due_at": NOW, "added_at": NOW}
    first = Coursework.objects.create(**made, required=True)
    for piece in (first, Coursework.objects.create(**made, required=False)):
        CourseworkDone.objects.create(coursework=piece, learner=learners[0], noted_by_id=by.person, noted_at=NOW)
    Coursework.objects.create(**made, required=True, track="other")
    assert figures.by_year(NOW, []) == []
    row = {"year": 2026, "coursework_asked": 2, "coursework_completed": 1}
    assert figures.by_year(YEAR_AFTER, []) == [row]
    CourseworkDone.objects.all().delete()
    assert figures.by_year(YEAR_AFTER, [row]) == [row]
