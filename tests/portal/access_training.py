"""The part of the centre with one of everything that has to do with training; A's owner learns, a member teaches."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from factories import NOW, actor, make_person
from portal.learners.academy import make_cohort

from madang.portal.aids import actions as aids
from madang.portal.aids.models import AidList
from madang.portal.aids.rules import AidTerms, AidUnit
from madang.portal.approvals.models import Approval
from madang.portal.certificates.models import Certificate
from madang.portal.courses.models import Cohort, CourseTeacher, Seat
from madang.portal.courses.rules import StageGiven, StageKind
from madang.portal.coursework.models import Coursework
from madang.portal.files import tables
from madang.portal.files.actions import store
from madang.portal.files.rules import EVERYTHING
from madang.portal.funding import actions as funding
from madang.portal.funding.models import FundingSource
from madang.portal.learners import actions
from madang.portal.learners.models import Learner, Placement
from madang.portal.lessons.models import Lesson
from madang.portal.wageclaims import actions as wageclaims
from madang.portal.wageclaims.rules import WageTermsGiven

WAGE = {"first_month": "2026-02", "last_month": "2026-02", "employed_on": "2026-02-28"}
HOURS, MARKS = b"email,hours\n", b"email,done\n"
LISTS_OF_LEARNERS = {"bring_in_hours": HOURS, "bring_in_coursework": MARKS}


def make_training(world: Any, a: Any) -> None:
    """A cohort that takes applications, one that is drafted, and a class with a lesson that goes on."""
    manager = actor(world.people["manager"])
    stages = (StageGiven(StageKind.ONLINE, 30, 0, 320), StageGiven(StageKind.TEST, 100, 40))
    opened, draft = (
        make_cohort(manager, organisation=a, stages=stages),
        make_cohort(manager, organisation=a, draft=True),
    )
    applicant = make_person()
    applied = actions.apply(by=actor(applicant), now=NOW, cohort=opened.pk, born_on=date(2000, 1, 1))
    class_ = make_cohort(manager, organisation=a)
    gone = {"state": "selected", "selected_at": NOW, "starts_on": date(2026, 3, 30)}
    Cohort.objects.filter(pk=class_.pk).update(**gone)
    learner = Learner.objects.create(
        cohort=class_, person=world.people["owner"], child=False, state="seated", applied_at=NOW
    )
    Seat.objects.filter(cohort=class_, number=1).update(person=learner.person_id)
    teacher = CourseTeacher.objects.create(cohort=class_, person=world.people["member"])
    lesson = Lesson.objects.create(
        cohort=class_, title="Tensors", starts_at=NOW, ends_at=NOW + timedelta(hours=1), minutes=60, code="ABC234",
        opened_at=NOW,
    )  # fmt: skip
    done = Learner.objects.create(
        cohort=class_, person=make_person(), child=False, state="graduated", applied_at=NOW, ended_at=NOW
    )
    certificate = Certificate.objects.create(learner=done, number="x-1-0001", code="A" * 16, name="X", issued_at=NOW)
    placement = Placement.objects.create(
        learner=done, employer="Maru", hired_on=date(2026, 3, 31), evidence="x", told_at=NOW
    )
    _make_coursework(world, class_, learner)
    _make_aid(world, class_, manager)
    _make_wage_aid(world, class_, manager, a)
    email = applicant.email.encode()
    listed = tables.keep(now=NOW, name="hours.csv", chunks=[HOURS + email + b",1\n"])
    named = [
        (opened.pk, ("cohort", "learner-apply", "cohort-learners", "cohort-select", "progress-new")),
        (
            class_.pk,
            ("class", "staff-cohort", "lesson-new", "coursework", "coursework-new", "placements", "certificates-issue"),
        ),
        (draft.course_id, ("course-edit", "cohort-new")),
        (learner.pk, ("learner", "learner-leave", "learner-name", "learner-code")),
        (lesson.pk, ("lesson", "lesson-open", "lesson-cancel")),
    ]
    for pk, names in named:
        world.places |= {name: {"pk": pk} for name in names}
    cohort, in_class = {"pk": opened.pk}, {"pk": class_.pk}
    world.places |= {
        "progress-look": cohort | {"sha256": listed.sha256},
        "cohort-act": {"pk": draft.pk, "what": "publish"},
        "teacher-end": in_class | {"teacher": teacher.pk},
        "learner-points": {"pk": applied.pk},
        "presence": {"pk": lesson.pk, "learner": learner.pk},
        "placement-new": {"pk": done.pk},
        "placement-decide": in_class | {"placement": placement.pk, "how": "accept"},
        "certificate-revoke": {"pk": certificate.pk},
    }


def _make_aid(world: Any, class_: Any, manager: Any) -> None:
    """Terms, a list that is open and has nothing in it, and one that was fixed."""
    names = {"code": "aid", "name_ko": "국비", "name_en": "State", "kind": "national"}
    source = funding.add_source(by=manager, now=NOW, **names).pk
    terms = AidTerms("2026-01", AidUnit.DAY, 30_000, 600_000, 80, source)
    aids.set_terms(by=manager, now=NOW, cohort=class_.pk, terms=terms)
    made = {"kind": "pay_aid", "subject": 0, "state": "approved", "facts": {}, "drafted_at": NOW, "decided_at": NOW}
    people = {"drafted_by": world.people["manager"], "decided_by": world.people["approver"]}
    approval = Approval.objects.create(**made, **people, document_number="A-1")
    opened = AidList.objects.create(cohort=class_, month="2026-02", opened_at=NOW)
    fixed = {"approval": approval, "sha256": "0" * 64, "fixed_at": NOW}
    done = AidList.objects.create(cohort=class_, month="2026-01", opened_at=NOW, **fixed)
    world.places |= {
        "cohort-aid": {"pk": class_.pk},
        "aid-list": {"pk": opened.pk},
        "aid-file": {"pk": done.pk, "kind": "csv"},
    }


def _make_wage_aid(world: Any, class_: Any, manager: Any, a: Any) -> None:
    """Terms, two graduates whom A hired, and a claim for each: one to be decided, one accepted with a month."""
    source, common = FundingSource.objects.get(code="aid").pk, {"now": NOW}
    terms = WageTermsGiven(2_400_000, 6, 180, 100_000_000, False, source)
    wageclaims.set_terms(by=manager, cohort=class_.pk, terms=terms, **common)
    paper = store(now=NOW, name="insured.pdf", allowed=EVERYTHING, upload_chunks=[b"%PDF-1.7 insured"])
    claims = []
    for _ in range(2):
        graduate = Learner.objects.create(
            cohort=class_, person=make_person(), child=False, state="graduated", applied_at=NOW, ended_at=NOW
        )
        decided = {"state": "accepted", "decided_by": world.people["manager"], "decided_at": NOW}
        hired = Placement.objects.create(
            learner=graduate, employer="A", company=a.company, hired_on=date(2026, 1, 5), evidence="x", told_at=NOW,
            **decided,
        )  # fmt: skip
        span = {"first_month": "2026-02", "last_month": "2026-02", "employed_on": date(2026, 2, 28)}
        given = {"placement": hired.pk, **span, "file": paper, "file_name": "insured.pdf"}
        claims.append(wageclaims.claim(by=actor(world.people["owner"]), **given, **common))
    wageclaims.decide(by=manager, claim=claims[1].pk, accept=True, **common)
    world.places |= {name: {"pk": claims[0].pk} for name in ("wage-claim", "wage-claim-file")}
    world.places |= {
        "cohort-wage-aid": {"pk": class_.pk},
        "wage-claim-new": {"placement": claims[0].placement_id},
        "wage-month-strike": {"pk": claims[1].pk, "month": "2026-02"},
    }


def _make_coursework(world: Any, class_: Any, learner: Any) -> None:
    """Two pieces, one of them to be removed, and a list of who completed the other."""
    pieces = [
        Coursework.objects.create(
            cohort=class_, title_ko="과제", title_en="Work", due_at=NOW + timedelta(days=1), required=True, added_at=NOW
        )
        for _ in range(2)
    ]
    marks = tables.keep(now=NOW, name="m.csv", chunks=[MARKS + learner.person.email.encode() + b",yes\n"])
    world.places |= {name: {"pk": pieces[0].pk} for name in ("coursework-marks", "coursework-edit", "marks-new")}
    world.places |= {"coursework-drop": {"pk": pieces[1].pk}}
    world.places |= {"marks-look": {"pk": pieces[0].pk, "sha256": marks.sha256}}


def given_of_training(places: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What stands in the paths of the operations that have to do with training."""
    opened, in_class = {"cohort": places["cohort"]["pk"]}, {"cohort": places["class"]["pk"]}
    learner = {"learner": places["learner"]["pk"]}
    piece, listed = {"coursework": places["coursework-marks"]["pk"]}, {"aids": places["aid-list"]["pk"]}
    return {
        **dict.fromkeys(("get_cohort", "apply_to_cohort", "give_stage_points", "bring_in_hours"), opened),
        **dict.fromkeys(("list_learners", "list_lessons"), in_class),
        **dict.fromkeys(("leave_cohort", "enter_lesson_code"), learner),
        **dict.fromkeys(("list_aid_terms", "set_aid_terms", "list_aid_lists", "open_aid_month"), in_class),
        **dict.fromkeys(("list_wage_terms", "set_wage_terms"), in_class),
        "claim_wage_aid": places["wage-claim-new"],
        "decide_wage_claim": {"claim": places["wage-claim"]["pk"]},
        "strike_wage_month": {"claim": places["wage-month-strike"]["pk"]},
        **dict.fromkeys(("get_aid_list", "draft_aid"), listed),
        "list_own_aid": learner,
        "publish_cohort": {"cohort": places["cohort-act"]["pk"]},
        "select_learners": opened,
        **dict.fromkeys(("issue_certificates", "plan_lessons", "list_placements"), in_class),
        "cancel_lesson": {"lesson": places["lesson"]["pk"]},
        "decide_placement": in_class | {"placement": places["placement-decide"]["placement"]},
        **dict.fromkeys(("list_coursework", "give_coursework"), in_class),
        **dict.fromkeys(("change_coursework", "mark_coursework", "bring_in_coursework"), piece),
        "drop_coursework": {"coursework": places["coursework-drop"]["pk"]},
        "list_own_coursework": learner,
        "tell_placement": {"learner": places["placement-new"]["pk"]},
        "check_certificate": {"code": "A" * 16},
    }


def body_of_training(places: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What is sent to them."""
    stage = Cohort.objects.get(pk=places["cohort"]["pk"]).stages.get(kind="test").pk
    piece = {"title_ko": "과제", "title_en": "Work", "due_at": "2026-04-20T09:00:00+09:00"}
    version = Coursework.objects.get(pk=places["coursework-marks"]["pk"]).version
    won = {"unit_won": 30_000, "month_most_won": 600_000, "attendance_least_percent": 80, "source": "aid"}
    most = {"months_most": 6, "hired_within_days": 90, "company_most_won": 9, "office_needed": True}
    wage = {"month_won": 1, **most, "source": "aid"}
    read = {"version": 1}
    lesson = {"starts_at": "2026-04-20T10:00:00+09:00", "ends_at": "2026-04-20T12:00:00+09:00"}
    return {
        **dict.fromkeys(("publish_cohort", "select_learners", "issue_certificates"), read),
        "plan_lessons": {"title": "Tensors", **lesson},
        "cancel_lesson": {"why": "x"},
        "decide_placement": {"accept": True},
        "set_aid_terms": {"first_month": "2026-03", "unit": "day", **won},
        "open_aid_month": {"month": "2026-03"},
        "draft_aid": {"comment": ""},
        "set_wage_terms": wage,
        "decide_wage_claim": {"accept": True},
        "strike_wage_month": {"month": "2026-02"},
        "give_coursework": piece,
        "change_coursework": piece | {"version": version},
        "mark_coursework": {"completed": {str(places["learner"]["pk"]): True}},
        "apply_to_cohort": {"born_on": "2000-01-01"},
        "give_stage_points": {"stage": stage, "points": {str(places["learner-points"]["pk"]): 1}},
        "leave_cohort": {"why": "x"},
        "enter_lesson_code": {"code": "ABC234"},
        "tell_placement": {"employer": "Nuri", "hired_on": "2026-03-30", "evidence": "x"},
    }
