"""Many at once: the deadline's last minute, one application sent by two, two editors, one place for two drafts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import factories
import pytest
from django.db import connection

from madang.errors import Refused, Stale
from madang.portal.applications import actions
from madang.portal.applications.models import Application, LateAttempt, Submission
from madang.portal.calls.models import EligibilityRule, Intake

pytestmark = pytest.mark.django_db(transaction=True)
NOW = factories.NOW


def together(*calls: Callable[[], object]) -> list[object]:
    """Runs all at the same moment, each in a thread with a connection of its own; what each answered or raised."""
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int, call: Callable[[], object]) -> None:
        gate.wait()
        try:
            answers[place] = call()
        except (Refused, Stale) as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def test_thirty_submissions_at_the_deadline_all_get_their_answer():
    track = factories.make_track()
    intake = factories.make_intake(track.call)
    rows = [factories.make_application(track, intake) for _ in range(30)]
    last = intake.closes_at - timedelta(microseconds=1)
    late = 5

    def send(place, row):
        now = intake.closes_at if place < late else last
        by = factories.actor(row.created_by)
        return lambda: actions.submit(by=by, now=now, application=row.pk, version=1)

    answers = together(*[send(place, row) for place, row in enumerate(rows)])
    assert [getattr(answer, "code", "") for answer in answers[:late]] == ["intake_closed"] * late
    assert all(isinstance(answer, Submission) for answer in answers[late:])
    numbers = sorted(Application.objects.filter(number__isnull=False).values_list("number", flat=True))
    assert [int(number[-5:]) for number in numbers] == list(range(1, 30 - late + 1))  # unique, without a hole
    assert Intake.objects.get().last_receipt == 30 - late
    assert LateAttempt.objects.count() == late


def test_one_application_sent_by_two_has_one_submission():
    row = factories.make_application()
    by = factories.actor(row.created_by)
    answers = together(*[lambda: actions.submit(by=by, now=NOW, application=row.pk, version=1)] * 2)
    assert answers[0] == answers[1]
    assert Submission.objects.count() == 1
    assert Application.objects.get().number.endswith("-00001")


def test_of_two_editors_one_is_stale():
    row = factories.make_application()
    by = factories.actor(row.created_by)

    def save(title):
        given = {"application": row.pk, "version": 1, "title": title, "sections": {}}
        return lambda: actions.save(by=by, now=NOW, **given)

    answers = together(save("one"), save("two"))
    assert sum(isinstance(answer, Stale) for answer in answers) == 1
    winner = next(answer for answer in answers if isinstance(answer, Application))
    assert Application.objects.get().title == winner.title


def test_two_applications_of_one_organisation_where_one_is_allowed():
    row = factories.make_application()
    EligibilityRule.objects.create(track=row.track, kind="one_per_organisation", reference_date="deadline", position=1)
    other = factories.make_application(row.track, row.intake, organisation=row.organisation, created_by=row.created_by)
    by = factories.actor(row.created_by)
    answers = together(
        lambda: actions.submit(by=by, now=NOW, application=row.pk, version=1),
        lambda: actions.submit(by=by, now=NOW, application=other.pk, version=1),
    )
    assert sorted(getattr(answer, "code", "") for answer in answers) == ["", "not_eligible"]
    assert Submission.objects.count() == 1


def test_two_beginnings_where_one_is_allowed():
    track = factories.make_track()
    intake = factories.make_intake(track.call)
    EligibilityRule.objects.create(track=track, kind="one_per_organisation", reference_date="deadline", position=1)
    organisation = factories.make_organisation()
    by = factories.actor(factories.make_member(organisation))
    given = {"track": track.pk, "intake": intake.pk, "organisation": organisation.pk}
    answers = together(*[lambda: actions.begin(by=by, now=NOW, **given)] * 2)
    assert sorted(getattr(answer, "code", "") for answer in answers) == ["", "already_begun"]
