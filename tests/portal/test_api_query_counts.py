"""Lists of the API cost the same with 1 row as with 3: a literal number of queries for each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from factories import NOW, make_assignment, make_evidence_kind, make_reviewer, make_staff
from rounds import adopt, make_round, propose, publish

from madang.portal.access import actions as access
from madang.portal.actors import Role
from madang.portal.applications.models import ScreeningQuestion
from madang.portal.people import queries as people
from madang.portal.plans.rules import PolicyChoice

pytestmark = pytest.mark.django_db

# Five of them are for the token and the person whom it speaks for.
OF_STAFF = {
    "intakes": 7,
    "intakes/{intake}": 14,
    "intakes/{intake}/applications": 9,
    "intakes/{intake}/demand": 12,
    "intakes/{intake}/reviews": 8,
    "intakes/{intake}/ranking": 11,
    "intakes/{intake}/plans": 8,
    "intakes/{intake}/decisions": 10,
    "intakes/{intake}/comparison?plan={plan}&plan={other}": 9,
    "plans/{plan}/outcomes": 8,
    "applications/{application}/screening": 20,
    "applications/{application}/reviews": 12,
    "applications/{application}/decision": 14,
    "approvals": 7,
    "reviewers": 9,
    "awards": 9,
    "decisions": 7,
    "statements": 8,
    "tariffs/all": 7,
    "journal/entries": 8,
    "journal/readings": 8,
}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def centre():
    """A published round with so many of everything; gives what stands in the addresses."""

    def make(rows: int) -> dict[str, object]:
        found = make_round([60 - n for n in range(rows)], funded=16 * rows)
        for file in found.files:
            make_assignment(file, make_reviewer())
            make_evidence_kind(found.track, code=f"paper-{file.pk}")
            ScreeningQuestion.objects.create(
                application=found.files[0], asked_by_id=found.manager.person, asked_at=NOW, text="?",
                answer_by=NOW + timedelta(days=1),
            )  # fmt: skip
        other = propose(found, PolicyChoice.RANK_STOP)
        plan = propose(found)
        adopt(found, plan)
        publish(found)
        places = {"intake": found.intake.pk, "plan": plan.pk, "other": other.pk, "application": found.files[0].pk}
        return places | {"call": found.intake.call.code, "owner": found.owners[0]}

    return make


def headers(person) -> dict[str, str]:
    by = people.actor_of(person.pk, address="", via="api")
    secret = access.create_token(by=by, now=NOW, name="t", days=30)[1]
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize("rows", [1, 3])
def test_what_staff_list(client, centre, django_assert_num_queries, rows):
    places, given = centre(rows), headers(make_staff(*Role))
    client.get("/api/v1/me", headers=given)
    for path, count in OF_STAFF.items():
        with django_assert_num_queries(count):
            answer = client.get(f"/api/v1/{path.format(**places)}", headers=given)
        assert answer.status_code == 200, answer.content


@pytest.mark.parametrize("rows", [1, 3])
def test_what_an_applicant_lists_and_what_everybody_does(client, centre, django_assert_num_queries, rows):
    places = centre(rows)
    given = headers(places["owner"])
    client.get("/api/v1/me", headers=given)
    for path, count in {"applications": 7, "questions": 7, "awards": 8, "decisions": 7}.items():
        with django_assert_num_queries(count):
            assert client.get(f"/api/v1/{path}", headers=given).status_code == 200
    for path, count in {"calls": 3, "calls/{call}": 17, "calls/{call}/results": 5}.items():
        with django_assert_num_queries(count):
            assert client.get(f"/api/v1/{path.format(**places)}").status_code == 200
