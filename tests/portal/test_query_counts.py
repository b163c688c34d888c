"""Pages of the journey cost the same with 1 row as with 3; and what must be found by an index is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from factories import NOW, issue_closed, make_actor, make_assignment, make_award, make_job, make_reviewer, make_staff
from portal.billing.test_billing_actions import NOW as JUNE
from portal.billing.test_billing_actions import awarded, used, worked
from rounds import adopt, make_round, propose, publish

from madang.portal.actors import Role
from madang.portal.agreements import actions as agreements
from madang.portal.awards.models import Award
from madang.portal.creditnotes.queries import beyond_the_book
from madang.portal.indicators import actions as indicators
from madang.portal.jobs import queries as jobs
from madang.portal.ledger import actions as ledger
from madang.portal.ledger.models import Movement
from madang.portal.ledger.queries import held_by
from madang.portal.outbox.models import Message
from madang.portal.people import queries as people
from madang.portal.plans.rules import PolicyChoice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def published(rows):
    found = make_round([60 - n for n in range(rows)], funded=16 * rows)
    plan = propose(found)
    adopt(found, plan)
    publish(found)
    return found


def opened(client, count, url, django_assert_num_queries):
    with django_assert_num_queries(count):
        assert client.get(url).status_code == 200, url


@pytest.mark.parametrize("rows", [1, 3])
def test_what_everybody_sees(client, django_assert_num_queries, rows):
    published(rows)
    indicators.work_out(now=NOW)
    for url, count in {reverse("front"): 3, reverse("figures"): 6, reverse("calls"): 3}.items():
        opened(client, count, url, django_assert_num_queries)


@pytest.mark.parametrize("rows", [1, 3])
def test_an_applicants_own_pages(client, django_assert_num_queries, rows):
    found = published(rows)
    owner = found.owners[0]
    award = Award.objects.get(application=found.files[0])
    by = people.actor_of(owner.pk, address="", via="page")
    agreements.accept(by=by, now=NOW, award=award.pk)
    for number in range(rows):
        Message.objects.create(
            key=str(number), person=owner, address=owner.email, language="ko", code="receipt", subject="s", body="b",
            next_try_at=NOW, written_at=NOW,
        )  # fmt: skip
    client.force_login(owner)
    wanted = {
        reverse("home"): 26,
        reverse("application", args=[found.files[0].pk]): 25,
        reverse("agreement", args=[award.number]): 11,
        reverse("own-messages"): 7,
        reverse("own-readings"): 6,
        reverse("me"): 9,
    }
    for url, count in wanted.items():
        opened(client, count, url, django_assert_num_queries)


def billed_and_undone(count):
    """Issued statements whose use was undone after their month was closed."""
    by = make_actor(Role.PROGRAMME_MANAGER)
    for _ in range(count):
        award = awarded(grain="hour")
        used(award, 3600)
        worked(award)
    issue_closed(by=by, now=JUNE, month="2026-05")
    for movement in list(Movement.objects.filter(kind="overrun")):
        ledger.reverse(by=by, now=JUNE, movement=movement.pk)
    assert len(beyond_the_book()) == count


@pytest.mark.parametrize("rows", [1, 3])
def test_a_reviewers_and_a_managers_pages(client, django_assert_num_queries, rows):
    found = make_round([60 - n for n in range(rows)])
    reviewer = make_reviewer()
    for file in found.files:
        make_assignment(file, reviewer)
    plans = [propose(found, policy) for policy in (PolicyChoice.RANK_SKIP, PolicyChoice.RANK_STOP)]
    client.force_login(reviewer.person)
    opened(client, 20, reverse("reviews"), django_assert_num_queries)
    billed_and_undone(rows)
    client.force_login(make_staff(*Role))
    compared = f"{reverse('plan-compare', args=[found.intake.pk])}?plan={plans[0].pk}&plan={plans[1].pk}"
    wanted = {
        reverse("staff"): 77,
        reverse("credit-notes"): 15,
        reverse("staff-intakes"): 7,
        reverse("staff-calls"): 9,
        reverse("intake-applications", args=[found.intake.pk]): 12,
        reverse("screening", args=[found.files[0].pk]): 20,
        reverse("intake-reviews", args=[found.intake.pk]): 12,
        reverse("intake-ranking", args=[found.intake.pk]): 12,
        reverse("reviewers"): 11,
        compared: 14,
    }
    for url, count in wanted.items():
        opened(client, count, url, django_assert_num_queries)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's planner is asked")
def test_a_jobs_movements_are_found_by_its_subject_among_millions():
    job = make_job(make_award())
    with CaptureQueriesContext(connection) as captured:
        jobs.amounts(job.pk)
        held_by([f"job:{job.pk}"])
    for query in captured.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"].replace("%", "%%"))
            plan = " / ".join(row[3] for row in cursor.fetchall())
        assert "movement_by_subject" in plan, plan
