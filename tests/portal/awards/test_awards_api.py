"""Awards, decisions, plans and reviews through the API: same rules, same refusals, numbers with their units."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from factories import NOW, actor, make_assignment, make_intake, make_member, make_staff, make_submitted
from rounds import adopt, make_round, propose, publish

from madang.portal.actors import Role
from madang.portal.agreements.models import Signature
from madang.portal.awards.models import Award
from madang.portal.people.models import ApiToken, Person
from madang.portal.people.queries import secret_hash

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def call(client):
    def ask(method: str, path: str, person: Person | None = None, body=None):
        headers = {}
        if person is not None:
            secret = f"secret-{person.pk}"
            ApiToken.objects.get_or_create(
                person=person,
                secret_hash=secret_hash(secret),
                defaults={"name": "t", "shown_start": "s", "created_at": NOW, "expires_at": NOW + timedelta(days=1)},
            )
            headers = {"Authorization": f"Bearer {secret}"}
        return client.generic(method, f"/api/v1{path}", json.dumps(body or {}), "application/json", headers=headers)

    return ask


@pytest.fixture
def found():
    made = make_round([60, 50])
    for person in [*made.owners, Person.objects.get(pk=made.approver.person)]:
        person.set_password("correct horse")
        Person.objects.filter(pk=person.pk).update(password=person.password)
    made.plan = propose(made)
    adopt(made, made.plan)
    return made


def test_from_offer_to_force(call, found):
    publish(found)
    owner, approver = found.owners[0], Person.objects.get(pk=found.approver.person)
    (row,) = call("GET", "/awards", owner).json()["items"]
    path = f"/awards/{row['number']}"
    assert (row["state"], row["lines"][0]["granted_seconds"]) == ("offered", 16 * 92 * 86_400)
    assert call("POST", f"{path}/acceptance", approver).status_code == 409
    assert call("POST", f"{path}/acceptance", owner).json()["state"] == "accepted"
    assert call("POST", f"{path}/acceptance", owner).status_code == 409
    agreement = call("GET", f"{path}/agreement", owner).json()
    signed = {"password": "correct horse", "sha256": agreement["sha256"]}
    wrong = call("POST", f"{path}/agreement/signatures", owner, signed | {"side": "user", "password": "guess"})
    assert (wrong.status_code, wrong.json()["title"]) == (422, "signing_password_wrong")
    for person, side in ((owner, "user"), (approver, "body")):
        assert call("POST", f"{path}/agreement/signatures", person, signed | {"side": side}).status_code == 200
    whole = call("GET", path, owner).json()
    assert whole["state"] == "in_force"
    (sums,) = whole["figures"]
    assert sums["granted_seconds"] == sums["left_seconds"] == 16 * 92 * 86_400
    assert Signature.objects.count() == 2


def test_an_offer_is_declined(call, found):
    publish(found)
    path = f"/awards/{Award.objects.get().number}/refusal"
    assert call("POST", path, make_member(), {"reason": "x"}).status_code == 404
    assert call("POST", path, found.owners[0], {"reason": "no staff"}).json()["state"] == "declined"


def test_held_awards_and_decisions_are_hidden(call, found):
    owner = found.owners[0]
    assert call("GET", "/awards", owner).json()["items"] == []
    assert call("GET", "/decisions", owner).json()["items"] == []
    assert len(call("GET", "/decisions", make_staff(Role.AUDITOR)).json()["items"]) == 2
    assert call("GET", "/awards").status_code == 401


def test_results_and_plan_are_public_after_publication(call, found):
    code, plan = found.intake.call.code, f"/plans/{found.plan.pk}"
    assert call("GET", f"/calls/{code}/results").json()["items"] == []
    assert call("GET", plan).status_code == 404
    publish(found)
    first, second = call("GET", f"/calls/{code}/results").json()["items"]
    assert (first["organisation"], first["application"]) == (found.files[0].organisation.name, None)
    assert (second["organisation"], second["application"]) == (None, found.files[1].number)
    assert "Not selected" in second["reason_en"]
    assert "미선정" in second["reason_ko"]
    assert call("GET", plan).json()["format"] == "madang-allocation-plan/3"
    (own,) = call("GET", "/decisions", found.owners[1]).json()["items"]
    assert (own["outcome"], own["score_milli"], own["rank"], own["among"]) == ("reserve", 70_000, 2, 2)


def test_a_review_through_the_api(call):
    intake = make_intake(state="in_review", opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))
    row = make_assignment(make_submitted(intake=intake, state="eligible"))
    person = row.reviewer.person
    (listed,) = call("GET", "/reviews", person).json()["items"]
    assert (listed["id"], listed["answered"], listed["criteria"]) == (row.pk, 0, 2)
    sheet = call("GET", f"/reviews/{row.pk}", person).json()
    assert [line["most_points"] for line in sheet["lines"]] == [60, 40]
    body = {"version": 1, "lines": [{"criterion": "merit", "points": 70}]}
    refused = call("PUT", f"/reviews/{row.pk}/points", person, body)
    assert (refused.status_code, refused.json()["title"]) == (422, "points_out_of_range")
    body["lines"] = [{"criterion": "merit", "points": 50, "comment": "ok"}]
    assert call("PUT", f"/reviews/{row.pk}/points", person, body).json() == {"version": 2}
    assert call("PUT", f"/reviews/{row.pk}/points", person, body).status_code == 409
    body = {"version": 2, "lines": [*body["lines"]]}
    assert call("POST", f"/reviews/{row.pk}/submission", person, body).status_code == 422
    body["lines"].append({"criterion": "plan", "points": 30})
    assert call("POST", f"/reviews/{row.pk}/submission", person, body).status_code == 204
    for other in (make_member(), make_staff(*Role), row.application.created_by):
        assert call("GET", f"/reviews/{row.pk}", other).status_code == 404
    assert actor(person).reviewer
