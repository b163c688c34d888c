"""Coursework: who gives it and marks it, lists from files, and what a certificate asks of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from factories import NOW, actor, make_person
from portal.learners.academy import ENDS, SELECTED, STARTS, graduated, keeper, make_cohort, selected, states
from portal.races import at_once

from madang.errors import Refused, Stale
from madang.portal.courses import actions as courses
from madang.portal.courses.models import Cohort
from madang.portal.coursework import actions, bringing, queries, rules, sheet
from madang.portal.coursework.models import Coursework, CourseworkDone
from madang.portal.coursework.rules import CourseworkGiven
from madang.portal.files import tables
from madang.portal.learners.models import Learner

DUE = datetime(2026, 4, 20, 9, tzinfo=UTC)
WORK = CourseworkGiven("과제", "Work", DUE)


def refused(code, act):
    with pytest.raises(Refused) as found:
        act()
    assert found.value.code == code


# --- rules ---


def test_a_piece_is_due_within_its_cohort_and_has_two_titles():
    check = partial(rules.checked, first=STARTS, last=ENDS, day=ENDS)
    assert check(CourseworkGiven(" a  b ", "c", DUE)) == CourseworkGiven("a b", "c", DUE)
    refused("coursework_title_needed", partial(check, CourseworkGiven("a", " ", DUE)))
    refused("coursework_outside_cohort", partial(check, WORK, day=STARTS - timedelta(days=1)))
    refused("coursework_outside_cohort", partial(check, WORK, day=ENDS + timedelta(days=1)))


def test_enough_is_a_share_of_what_a_track_was_required():
    assert [rules.asked_of({"": 2, "a": 3, "b": 4}, track) for track in ("", "a", "c")] == [2, 5, 2]
    assert [rules.enough(done, 5, 80) for done in (3, 4, 5)] == [False, True, True]
    assert rules.enough(0, 0, 100)


def test_a_list_is_read_row_by_row():
    known = {"a@x.kr": (1, False), "b@x.kr": (2, True)}
    rows = [
        ["명단"],
        ["이메일", "완료 여부"],
        ["A@x.kr", "○"],
        ["b@x.kr", "미완료"],
        [],
        ["c@x.kr", "예"],
        ["a@x.kr", "예"],
    ]
    found = sheet.read(rows, known)
    assert [(row.learner, row.done, row.before) for row in found.rows] == [(1, True, False), (2, False, True)]
    assert [(fault.place, fault.code) for fault in found.faults] == [(6, "marks_unknown"), (7, "progress_row_twice")]
    assert sheet.read([["email", "done"], ["a@x.kr", "soon"]], known).faults[0].code == "marks_unreadable"
    refused("marks_heading_missing", partial(sheet.read, [["email"]], known))
    refused("marks_none", partial(sheet.read, [["email", "done"]], known))


# --- actions ---


@pytest.mark.django_db
def test_teachers_mark_until_the_end_and_the_certificate_asks_for_its_share():
    by = keeper()
    cohort = make_cohort(by, coursework_least=60, places=3)
    one, two, three = selected(by, cohort, 90, 80, 70)
    teacher = make_person()
    courses.name_teacher(by=by, now=NOW, cohort=cohort.pk, email=teacher.email)
    give = partial(actions.give, by=actor(teacher), now=SELECTED, cohort=cohort.pk)
    work, more = give(given=WORK), give(given=WORK)
    extra = give(given=CourseworkGiven("선택", "Extra", DUE, required=False))
    refused("not_found", partial(give, by=actor(one.person), given=WORK))
    mark = partial(actions.mark, by=actor(teacher), now=SELECTED)
    refused("not_found", partial(mark, by=actor(one.person), coursework=work.pk, done={one.pk: True}))
    refused("coursework_not_theirs", partial(mark, coursework=work.pk, done={one.pk: True, 0: True}))
    assert mark(coursework=work.pk, done={one.pk: True, two.pk: True}) == 2
    assert mark(coursework=work.pk, done={one.pk: True, two.pk: False}) == 1
    assert mark(coursework=more.pk, done={one.pk: True}) == 1
    assert mark(coursework=extra.pk, done={two.pk: True}) == 1
    rows = [one, two, three]
    assert list(queries.completion(cohort.pk, rows).values()) == [(2, 2), (0, 2), (0, 2)]
    assert queries.spread(cohort.pk, 60) == queries.Spread(2, 6, 1, 3)
    assert [(row.completed, row.given) for row in queries.of_cohort(by, cohort.pk)] == [(1, 3), (1, 3), (1, 3)]
    refused("coursework_completed", partial(actions.drop, by=by, now=SELECTED, coursework=extra.pk, version=1))
    actions.change(by=by, now=SELECTED, coursework=extra.pk, version=1, given=WORK)
    with pytest.raises(Stale):
        actions.change(by=by, now=SELECTED, coursework=extra.pk, version=1, given=WORK)
    # one has two of three, which is enough; everybody else came too seldom as well
    graduated(by, cohort, one)
    assert states(rows) == ["graduated", "unfinished", "unfinished"]
    refused("coursework_closed", partial(mark, coursework=work.pk, done={two.pk: True}))


@pytest.mark.django_db
def test_who_came_to_everything_gets_no_certificate_without_the_coursework():
    by = keeper()
    cohort = make_cohort(by, coursework_least=1)
    (one,) = selected(by, cohort, 90)
    actions.give(by=by, now=SELECTED, cohort=cohort.pk, given=WORK)
    graduated(by, cohort, one)
    assert states([one]) == ["unfinished"]


@pytest.mark.django_db
def test_a_list_is_looked_at_first_and_brought_in_whole_or_not_at_all():
    by = keeper()
    cohort = make_cohort(by)
    one, two = selected(by, cohort, 90, 80)
    work = actions.give(by=by, now=SELECTED, cohort=cohort.pk, given=WORK)
    bad = f"email,done\n{one.person.email},yes\nnobody@example.com,yes\n".encode()
    good = f"email,done\n{one.person.email},yes\n{two.person.email},no\n".encode()
    act = partial(bringing.bring_in, by=by, now=SELECTED, coursework=work.pk)
    refused("progress_has_faults", partial(act, stored=tables.keep(now=NOW, name="a.csv", chunks=[bad])))
    assert not CourseworkDone.objects.exists()
    assert act(stored=tables.keep(now=NOW, name="b.csv", chunks=[good])) == 1
    assert list(CourseworkDone.objects.values_list("learner", flat=True)) == [one.pk]


@pytest.mark.django_db(transaction=True)
def test_two_who_mark_the_same_learner_at_once_mark_them_once():
    by = keeper()
    cohort = make_cohort(by)
    (one,) = selected(by, cohort, 90)
    work = actions.give(by=by, now=SELECTED, cohort=cohort.pk, given=WORK)
    act = partial(actions.mark, by=by, now=SELECTED, coursework=work.pk, done={one.pk: True})
    at_once(act, act)
    assert CourseworkDone.objects.count() == 1
    assert Coursework.objects.get().version == 1
    assert Cohort.objects.get(pk=cohort.pk).state == "selected"
    assert Learner.objects.get(pk=one.pk).state == "seated"
