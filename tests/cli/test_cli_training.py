"""Hours of an online course, completed coursework and facilities, brought in from a script."""

from __future__ import annotations

from cli.test_cli_office import staff  # noqa: F401 - a fixture
from factories import NOW, make_actor
from portal.learners.academy import SELECTED, applied, make_cohort, selected

from madang.portal.actors import Role
from madang.portal.courses.rules import StageGiven, StageKind
from madang.portal.coursework import actions as coursework
from madang.portal.coursework.models import CourseworkDone
from madang.portal.coursework.rules import CourseworkGiven
from madang.portal.facilities.models import Facility
from madang.portal.learners.models import StagePoints

MANAGER, OFFICER = Role.PROGRAMME_MANAGER, Role.SCREENING_OFFICER


def test_hours_and_completed_coursework_are_looked_at_then_stored(staff, here):  # noqa: F811
    by = make_actor(MANAGER)
    cohort = make_cohort(by, stages=(StageGiven(StageKind.ONLINE, 30, 0, 320),))
    email = applied(cohort).person.email
    (here / "hours.csv").write_text(f"email,hours\n{email},160\nnobody@test.example,1\n")
    faulty = staff(OFFICER, "hours", str(cohort.pk), "hours.csv")
    assert (faulty.status, "3: nobody@test.example" in faulty.out) == (1, True)
    (here / "hours.csv").write_text(f"email,hours\n{email},160\n")
    looked = staff(OFFICER, "hours", str(cohort.pk), "hours.csv", "--dry-run")
    assert (looked.out.strip(), StagePoints.objects.count()) == ("To store: 1 rows, 0 that cannot be used.", 0)
    assert staff(OFFICER, "hours", str(cohort.pk), "hours.csv", language="ko").out.startswith("저장")
    assert StagePoints.objects.get().hours == 160
    assert staff(OFFICER, "hours", str(cohort.pk), "nothing.csv").status == 2

    taught = make_cohort(by)
    (learner,) = selected(by, taught, 90)
    given = CourseworkGiven("과제", "Work", SELECTED.replace(day=20))
    piece = coursework.give(by=by, now=NOW, cohort=taught.pk, given=given)
    (here / "done.csv").write_text(f"email,done\n{learner.person.email},yes\n")
    assert staff(OFFICER, "completed", str(piece.pk), "done.csv").status == 0
    assert CourseworkDone.objects.get().learner_id == learner.pk


def test_a_sheet_of_facilities_is_looked_at_then_stored(staff, here):  # noqa: F811
    (here / "f.csv").write_text("code,name_ko,name_en,kind\nhall,홀,Hall,room\nx,나,X,house\n")
    faulty = staff(MANAGER, "facilities", "f.csv")
    assert (faulty.status, "3: house" in faulty.out, Facility.objects.count()) == (1, True, 0)
    (here / "f.csv").write_text("code,name_ko,name_en,kind\nhall,홀,Hall,room\n")
    looked = staff(MANAGER, "facilities", "f.csv", "--dry-run")
    assert looked.out.strip() == "To store: 1 new facilities and 0 changed; 0 rows cannot be used."
    assert not Facility.objects.exists()
    assert staff(MANAGER, "facilities", "f.csv", language="ko").status == 0 and Facility.objects.get().code == "hall"
