"""A committee for the trial call: drawn, invited, met with its chair, and its minutes approved."""

from __future__ import annotations

from datetime import datetime, timedelta

from madang.demonstration import rounds
from madang.demonstration.cast import Cast
from madang.portal.calls.models import Intake
from madang.portal.calls.rules import ReviewStep
from madang.portal.committees import actions as committees
from madang.portal.committees.models import Candidate
from madang.portal.committees.rules import CandidateState
from madang.portal.meetings import actions as meetings

SEATS = 3
SOURCE = "시연용으로 정한 추첨 번호 · Numbers made for the demonstration"
VALUE = "3 8 17 26 34 41"
OPINION = (
    "세 과제 모두 목적이 분명하고 자원 사용계획이 구체적입니다. (시연용) · "
    "All three are clear in purpose and concrete about what they use. (Demonstration)"
)
REASON = "지역 청년 고용 계획 (시연용) · Plan to hire young people of the region (demonstration)"


def review(
    cast: Cast, intake: Intake, marks: dict[int, tuple[tuple[int, ...], ...]], drawn_on: datetime, meets_at: datetime
) -> None:
    """Everything from the commitment to the approved minutes; the members hand in the drawn marks."""
    by, day = cast.actor("manager"), timedelta(days=1)
    names = {"name_ko": "코어 시간 분과", "name_en": "Core-hours section", "place": "3층 회의실 · Room 3"}
    made = committees.create(by=by, now=drawn_on, intake=intake.pk, seats=SEATS, meets_at=meets_at, **names)
    value = {"outside_source": SOURCE, "outside_from": drawn_on + day}
    draw = committees.commit(by=by, now=drawn_on, committee=made.pk, **value)
    committees.freeze(by=by, now=drawn_on, draw=draw.pk)
    committees.draw_list(by=by, now=drawn_on + day, draw=draw.pk, outside=VALUE)
    committees.invite(by=by, now=drawn_on + day, draw=draw.pk)
    seated = list(Candidate.objects.filter(draw=draw, state=CandidateState.WAITING).order_by("place"))
    for row in seated:
        committees.note_answer(by=by, now=drawn_on + day, candidate=row.pk, said=CandidateState.ACCEPTED)
    here = [row.reviewer_id for row in seated]
    meeting = meetings.arrange(
        by=by, now=drawn_on + day, committee=made.pk, step=ReviewStep.DOCUMENT, meets_at=meets_at, place=names["place"]
    )
    given = {"by": by, "now": meets_at, "meeting": meeting.pk}
    meetings.convene(**given, version=1, here=here, chair=here[0], due_at=intake.review_due_at)
    rounds.mark(intake, marks, meets_at + timedelta(hours=1), lambda done, of: None)
    first = min(marks)
    meetings.note_points(**given, version=2, application=first, points=2, reason=REASON)
    meetings.write_opinion(**given, version=3, opinion=OPINION)
    chair = rounds.member(seated[0].reviewer.person_id)
    meetings.approve(by=chair, now=meets_at + timedelta(hours=2), meeting=meeting.pk, version=4)
