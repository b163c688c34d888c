"""What is held of learners: which of it is due, and what goes when it is, or when its person is erased."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import F, Q, QuerySet

from madang.portal.aids.models import AidPayment
from madang.portal.awards.models import AwardPart
from madang.portal.certificates.models import Certificate
from madang.portal.courses.models import CourseTeacher, Seat, SeatWeek
from madang.portal.coursework.models import CourseworkDone
from madang.portal.learners.models import GuardianConsent, Learner, Placement, StagePoints
from madang.portal.learners.rules import TO_THE_END, LearnerState
from madang.portal.lessons.models import Presence
from madang.portal.wageclaims.models import WageClaim

# who had a place, to the end or until they left
WITH_PLACE = (LearnerState.LEFT, *sorted(TO_THE_END))


def due_consents(before: datetime) -> QuerySet[GuardianConsent]:
    """Guardians' consents recorded before an instant that still say whose they are."""
    return GuardianConsent.objects.filter(recorded_at__lt=before).exclude(guardian="")


def _over(before: datetime) -> QuerySet[Learner]:
    day = before.astimezone(settings.MADANG_ZONE).date()
    return Learner.objects.filter(cohort__ends_on__lte=day, emptied_at__isnull=True)


def due_without_place(before: datetime) -> QuerySet[Learner]:
    """Applications without a place to cohorts that were over before an instant."""
    return _over(before).exclude(state__in=[*WITH_PLACE, LearnerState.SEATED])


def due_learners(before: datetime) -> QuerySet[Learner]:
    """Learners of cohorts that were over before an instant."""
    return _over(before).filter(state__in=[*WITH_PLACE, LearnerState.SEATED])


def due_aid(before: datetime) -> QuerySet[AidPayment]:
    """Living aid of lists that were fixed before an instant, which still says whose it was."""
    return AidPayment.objects.filter(aids__fixed_at__lt=before, learner__isnull=False)


def empty_aid(ids: list[int], now: datetime) -> None:
    """Whose it was goes; what was paid out of which source stays, as the settlement of its year rests on it."""
    AidPayment.objects.filter(pk__in=ids).update(learner=None)


def due_wage_claims(before: datetime) -> QuerySet[WageClaim]:
    """Claims of wage aid made before an instant that still have their paper."""
    return WageClaim.objects.filter(claimed_at__lt=before, emptied_at__isnull=True)


def empty_wage_claims(ids: list[int], now: datetime) -> None:
    """The paper and words go; that so many months were claimed stays as a count."""
    WageClaim.objects.filter(pk__in=ids).update(file=None, file_name="", why="", emptied_at=now)


def due_certificates(before: datetime) -> QuerySet[Certificate]:
    """Certificates issued before an instant that still have a name."""
    return Certificate.objects.filter(issued_at__lt=before).exclude(name="")


def empty_consents(ids: list[int], now: datetime) -> None:
    """Who agreed goes; that somebody did, when and how, stays."""
    GuardianConsent.objects.filter(pk__in=ids).update(guardian="")


def empty_learners(ids: list[int], now: datetime) -> None:
    """Words, points, attendance, coursework, the seat, its part of an award and who taught go.

    That somebody applied, completed the course and was hired stays as a count.
    """
    Learner.objects.filter(pk__in=ids).update(statement="", shown_name="", ended_why="", total=None, emptied_at=now)
    StagePoints.objects.filter(learner__in=ids).delete()
    Presence.objects.filter(learner__in=ids).delete()
    CourseworkDone.objects.filter(learner__in=ids).delete()
    Placement.objects.filter(learner__in=ids).update(employer="–", evidence="", why="")
    for cohort, award, person in Learner.objects.filter(pk__in=ids).values_list("cohort", "cohort__award", "person"):
        SeatWeek.objects.filter(seat__cohort=cohort, person=person).delete()
        Seat.objects.filter(cohort=cohort, person=person).update(person=None)
        AwardPart.objects.filter(award=award, person=person, ended_at__isnull=False).delete()
        CourseTeacher.objects.filter(cohort=cohort).delete()


def empty_certificates(ids: Iterable[int], now: datetime) -> None:
    """The name goes; the number and the code stay, so that it can still be said that there was one."""
    Certificate.objects.filter(pk__in=list(ids)).update(name="", revoked_why="")


def forget(person: int) -> None:
    """What an erased person wrote or chose themselves, their guardian's name, and the name on their certificates."""
    Learner.objects.filter(person=person).update(statement="", shown_name="")
    GuardianConsent.objects.filter(person=person).update(guardian="")
    Certificate.objects.filter(learner__person=person).update(name="")


def records(person: int) -> dict[str, QuerySet]:
    """The rows of each kind that are of a person, with when the time of each began."""
    mine = Learner.objects.filter(person=person, emptied_at__isnull=True).annotate(began=F("cohort__ends_on"))
    placed = Q(state__in=[*WITH_PLACE, LearnerState.SEATED])
    consents = GuardianConsent.objects.filter(person=person).exclude(guardian="")
    certificates = Certificate.objects.filter(learner__person=person).exclude(name="")
    return {
        "guardian_consent": consents.annotate(began=F("recorded_at")),
        "learner_without_place": mine.exclude(placed),
        "learner": mine.filter(placed),
        "training_aid": AidPayment.objects.filter(learner__person=person).annotate(began=F("aids__fixed_at")),
        "wage_claim": WageClaim.objects.filter(placement__learner__person=person, emptied_at__isnull=True).annotate(
            began=F("claimed_at")
        ),
        "certificate": certificates.annotate(began=F("issued_at")),
    }
