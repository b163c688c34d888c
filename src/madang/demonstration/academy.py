"""Draws one cohort of an academy that is over, with the published counts, and the next one that takes applications.

Places, applicants, hours and months are what was published of the fifth and sixth cohorts in Gwangju; people, points and
employers are drawn. Rows are stored many at once, and every count below comes from the portal's own rules.
"""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import Count

from madang.demonstration import cast as casting
from madang.demonstration import draw, names, wages
from madang.demonstration.cast import Cast
from madang.portal.actors import Actor
from madang.portal.aids import actions as aids
from madang.portal.aids.rules import AidTerms, AidUnit
from madang.portal.certificates import actions as certificates
from madang.portal.companies.models import Company
from madang.portal.courses import actions as courses
from madang.portal.courses.models import Cohort
from madang.portal.courses.rules import Band, CohortGiven, CourseKind, CourseText, StageGiven, StageKind
from madang.portal.coursework import actions as coursework
from madang.portal.coursework.rules import CourseworkGiven
from madang.portal.funding import actions as funding
from madang.portal.funding.models import FundingSource
from madang.portal.funding.rules import SourceKind
from madang.portal.learners import actions
from madang.portal.learners.models import Learner, Placement, StagePoints
from madang.portal.learners.rules import LearnerState, PlacementState
from madang.portal.lessons.models import Lesson, Presence
from madang.portal.organisations import actions as organisations
from madang.portal.people.models import Organisation, Person, Region
from madang.portal.people.rules import OrganisationKind, SizeClass

PLACES, APPLICANTS, HOURS, LEFT, UNFINISHED, PLACED = 330, 745, 1300, 9, 25, 220
NEXT_PLACES, NEXT_APPLICANTS = 220, 24
# lessons on two days of the week; the other hours are online and in projects
DAYS, LESSON_HOURS, MEETS = 304, 6, (1, 3)
BATCH = 2000
TRACKS = ("AI 모델링", "AI 서비스", "AI 플랫폼·인프라", "데이터", "AI 비즈니스")
STAGES = (
    StageGiven(StageKind.PAPERS, 20, 8), StageGiven(StageKind.ONLINE, 30, 15, 320), StageGiven(StageKind.TEST, 30, 9),
    StageGiven(StageKind.INTERVIEW, 20, 6),
)  # fmt: skip
# of some 87 lessons; who came less often gets no certificate anyway
OFTEN = 62
# serials of their own, above those of the companies of the pipeline
SERIAL = 6001


def build(cast: Cast, now: datetime) -> None:
    """A cohort that ended two months ago with certificates and placements, and one whose applications are open."""
    draws, keeper = random.Random(draw.SEED + 3), cast.actor("manager")
    ends_on = now.astimezone(settings.MADANG_ZONE).date() - timedelta(days=60)
    starts_on = ends_on - timedelta(days=DAYS)
    begun = _at(starts_on - timedelta(days=90), 9)
    organisation = _academy(begun, draws)
    text = CourseText(
        "ai-academy", CourseKind.ACADEMY, "인공지능 사관학교(가상)", "AI academy (generated)",
        "시연용으로 그린 교육과정입니다.", "A course drawn for the demonstration.",
    )  # fmt: skip
    course = courses.add_course(by=keeper, now=begun, given=text, generated=True).pk
    closes_at = _at(starts_on - timedelta(days=40), 18)
    held = _given(organisation, 6, PLACES, (begun, closes_at), (starts_on, ends_on))
    cohort = courses.add_cohort(by=keeper, now=begun, course=course, given=held)
    courses.publish(by=keeper, now=begun, cohort=cohort.pk, version=1)
    _chosen(keeper, cohort, closes_at, draws)
    _taught(cohort, draws)
    _worked(keeper, cohort)
    ended = _at(ends_on, 10)
    certificates.issue(by=keeper, now=ended, cohort=cohort.pk, version=_version(cohort), telling=False)
    _aided(cast, cohort, now)
    _placed(keeper, cohort, now, draws)
    wages.build(cast, cohort, now)
    _next(cast, course, organisation, now, draws)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), settings.MADANG_ZONE)


def _version(cohort: Cohort) -> int:
    return Cohort.objects.values_list("version", flat=True).get(pk=cohort.pk)


def _given(
    organisation: Organisation, number: int, places: int, applying: tuple[datetime, datetime], held: tuple[date, date]
) -> CohortGiven:
    return CohortGiven(
        organisation.pk,
        number,
        places,
        *applying,
        *held,
        Band.DAY,
        HOURS,
        STAGES,
        TRACKS,
        attendance_least=80,
        coursework_least=80,
    )


def _academy(now: datetime, draws: random.Random) -> Organisation:
    named = names.organisation("research_institute", SERIAL, draws)
    person = casting.generated_person("신청", SERIAL, now, draws)
    return organisations.create_organisation(
        by=casting.queries.actor_of(person, address="127.0.0.1", via="command"), now=now, name=named.korean,
        name_en=named.english, kind=OrganisationKind.RESEARCH_INSTITUTE, size_class=SizeClass.NONE,
        registration_number=named.registration_number, founded_on=date(2019, 7, 1),
        region=Region.objects.get(code="jeonnam-gwangju").pk, generated=True,
    )  # fmt: skip


def _people(count: int, first: int, now: datetime, draws: random.Random) -> list[Person]:
    nobody = make_password(None)
    return Person.objects.bulk_create(
        (
            Person(
                name=names.person("교육", serial, draws), email=f"generated-learner-{serial:04d}@{casting.DOMAIN}",
                language="ko", created_at=now, password=nobody,
            )
            for serial in range(first, first + count)
        ),
        batch_size=500,
    )  # fmt: skip


def _applied(cohort: Cohort, people: list[Person], now: datetime, draws: random.Random) -> list[Learner]:
    return Learner.objects.bulk_create(
        (
            Learner(
                cohort=cohort, person=person, child=False, track=draws.choice(TRACKS), applied_at=now,
                statement="시연용으로 만든 신청서입니다.",
            )
            for person in people
        ),
        batch_size=500,
    )  # fmt: skip


def _chosen(keeper: Actor, cohort: Cohort, closes_at: datetime, draws: random.Random) -> None:
    """Everybody's points; then the places, and nine who left in the first month, each followed from the list."""
    people = _people(APPLICANTS, 1, cohort.opens_at, draws)
    learners = _applied(cohort, people, closes_at - timedelta(days=3), draws)
    stages = list(cohort.stages.order_by("place"))
    rows = []
    for learner in learners:
        able = draws.gauss(0.68, 0.13)
        for stage in stages:
            part = min(1.0, max(0.0, draws.gauss(able, 0.1)))
            points = int(stage.most * part)
            hours = points * stage.hours // stage.most if stage.hours else None
            given = {"points": points, "hours": hours, "given_by_id": keeper.person, "given_at": closes_at}
            rows.append(StagePoints(learner=learner, stage=stage, **given))
    StagePoints.objects.bulk_create(rows, batch_size=BATCH)
    selected = closes_at + timedelta(days=14)
    actions.select(by=keeper, now=selected, cohort=cohort.pk, version=_version(cohort), telling=False)
    seated = Learner.objects.filter(cohort=cohort, state=LearnerState.SEATED).order_by("pk")
    for row in draws.sample(list(seated), LEFT):
        why = "취업으로 수강을 포기함"
        actions.leave(by=keeper, now=_at(cohort.starts_on, 10) + timedelta(days=20), learner=row.pk, why=why)


def _taught(cohort: Cohort, draws: random.Random) -> None:
    """Two lessons a week, and who came: most nearly always, and so many too seldom for a certificate."""
    days = [cohort.starts_on + timedelta(days=n) for n in range((cohort.ends_on - cohort.starts_on).days)]
    lessons = Lesson.objects.bulk_create(
        (
            Lesson(
                cohort=cohort, title=f"{day.isocalendar().week}주차 수업", starts_at=_at(day, 10), ends_at=_at(day, 16),
                minutes=LESSON_HOURS * 60,
            )
            for day in days if day.weekday() in MEETS
        ),
        batch_size=BATCH,
    )  # fmt: skip
    learners = list(Learner.objects.filter(cohort=cohort, state=LearnerState.SEATED).order_by("pk"))
    seldom = {row.pk for row in draws.sample(learners, UNFINISHED)}
    rows = []
    for learner in learners:
        often = draws.uniform(0.3, 0.7) if learner.pk in seldom else draws.uniform(0.9, 0.99)
        came = draws.sample(lessons, int(len(lessons) * often))
        rows += [Presence(lesson=one, learner=learner, came=True, noted_at=one.starts_at) for one in came]
    Presence.objects.bulk_create(rows, batch_size=BATCH)


def _worked(keeper: Actor, cohort: Cohort) -> None:
    """Three pieces of coursework; who came often enough completed the required ones."""
    now = _at(cohort.starts_on, 10)
    titles = (("개인 과제(가상)", "Own work (generated)", 60, True), ("조별 과제(가상)", "Team project (generated)", 150, True),
              ("공모전 참가(가상)", "Competition (generated)", 240, False))  # fmt: skip
    came = Learner.objects.filter(cohort=cohort, state=LearnerState.SEATED).annotate(n=Count("presences"))
    everybody = [pk for pk, n in came.order_by("pk").values_list("pk", "n") if n >= OFTEN]
    for title_ko, title_en, after, required in titles:
        due = CourseworkGiven(title_ko, title_en, now + timedelta(days=after), required=required)
        piece = coursework.give(by=keeper, now=now, cohort=cohort.pk, given=due)
        coursework.mark(
            by=keeper,
            now=due.due_at,
            coursework=piece.pk,
            done=dict.fromkeys(everybody if required else everybody[:40], True),
        )


def _aided(cast: Cast, cohort: Cohort, now: datetime) -> None:
    """The last whole month's living aid, fixed by two people, and the source that it comes from."""
    keeper, approver = cast.actor("manager"), cast.actor("approver")
    source = FundingSource.objects.order_by("pk").first() or funding.add_source(
        by=keeper, now=now, code="academy", name_ko="교육 국비(가상)", name_en="State budget for training (generated)",
        kind=SourceKind.NATIONAL,
    )  # fmt: skip
    first, last = (f"{day:%Y-%m}" for day in (cohort.starts_on, cohort.ends_on.replace(day=1) - timedelta(days=1)))
    terms = AidTerms(first, AidUnit.DAY, 50_000, 850_000, 80, source.pk)
    aids.set_terms(by=keeper, now=now, cohort=cohort.pk, terms=terms)
    row = aids.open_month(by=keeper, now=now, cohort=cohort.pk, month=last)
    aids.draft(by=keeper, now=now, aids=row.pk, comment="시연용으로 만든 기안입니다.")
    aids.fix(by=approver, now=now, aids=row.pk, comment="", document_number="시연-훈련장려금-1")


def _placed(keeper: Actor, cohort: Cohort, now: datetime, draws: random.Random) -> None:
    """Where some 72 in a hundred of the graduates were hired, some by companies of the pipeline; `wages` adds two."""
    companies = list(Company.objects.filter(stage="office").order_by("pk")[:40])
    graduates = list(Learner.objects.filter(cohort=cohort, state=LearnerState.GRADUATED).order_by("pk"))
    rows = []
    for learner in draws.sample(graduates, PLACED - wages.HIRED):
        company = draws.choice(companies) if companies and draws.random() < 0.4 else None
        employer = company.name if company else names.organisation("company", draws.randint(7000, 9000), draws).korean
        hired_on = cohort.ends_on + timedelta(days=draws.randint(1, 50))
        shown = {"evidence": "시연용으로 그린 가상 증빙", "state": PlacementState.ACCEPTED, "told_at": now}
        shown |= {"decided_by_id": keeper.person, "decided_at": now}
        rows.append(Placement(learner=learner, employer=employer, company=company, hired_on=hired_on, **shown))
    Placement.objects.bulk_create(rows, batch_size=BATCH)


def _next(cast: Cast, course: int, organisation: Organisation, now: datetime, draws: random.Random) -> None:
    """The next cohort, which takes applications; the engineer has applied, and the reviewer teaches it."""
    keeper, today = cast.actor("manager"), now.astimezone(settings.MADANG_ZONE).date()
    opens_at, starts_on = now - timedelta(days=10), today + timedelta(days=60)
    applying, held = (opens_at, now + timedelta(days=20)), (starts_on, starts_on + timedelta(days=DAYS))
    given = _given(organisation, 7, NEXT_PLACES, applying, held)
    cohort = courses.add_cohort(by=keeper, now=opens_at, course=course, given=given)
    courses.publish(by=keeper, now=opens_at, cohort=cohort.pk, version=1)
    courses.name_teacher(by=keeper, now=opens_at, cohort=cohort.pk, email=f"reviewer@{casting.DOMAIN}")
    _applied(cohort, _people(NEXT_APPLICANTS, APPLICANTS + 1, opens_at, draws), opens_at + timedelta(days=2), draws)
    engineer = {"born_on": date(1999, 3, 1), "track": TRACKS[0], "statement": "시연용으로 만든 신청서입니다."}
    actions.apply(by=cast.actor("engineer"), now=opens_at + timedelta(days=3), cohort=cohort.pk, **engineer)
