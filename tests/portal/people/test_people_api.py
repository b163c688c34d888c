"""The API of persons, access and organisations."""

import json
from datetime import UTC, datetime

import pytest
from factories import actor, make_member, make_organisation, make_person, make_region, make_staff, registration_number

from madang.portal.access import actions as access
from madang.portal.actors import MemberRole, Role
from madang.portal.journal.models import Reading
from madang.portal.people.models import Invitation, Organisation

PASSWORD = "a long enough sentence"


class Caller:
    """Calls the API in somebody's name."""

    def __init__(self, client, person=None):
        self.client = client
        self.headers = {}
        if person:
            secret = access.create_token(by=actor(person), now=datetime.now(UTC), name="t", days=1)[1]
            self.headers = {"authorization": f"Bearer {secret}"}

    def __call__(self, verb, path, given=None):
        body = json.dumps(given) if given is not None else None
        return getattr(self.client, verb)(f"/api/v1{path}", body, content_type="application/json", headers=self.headers)

    def get(self, path):
        return self.client.get(f"/api/v1{path}", headers=self.headers)


@pytest.mark.django_db
def test_a_program_logs_in_and_learns_who_it_is(client):
    person = make_member(make_organisation(), password=PASSWORD)
    call = Caller(client)
    wrong = call("post", "/log-in", {"email": person.email, "password": "x"})
    assert (wrong.status_code, wrong.json()["title"]) == (422, "log_in_wrong")
    assert wrong["Content-Type"] == "application/problem+json"
    made = call("post", "/log-in", {"email": person.email, "password": PASSWORD})
    assert made.status_code == 201
    assert "no-store" in made["Cache-Control"]
    call.headers = {"authorization": f"Bearer {made.json()['token']}"}
    me = call.get("/me").json()
    assert (me["id"], me["email"], me["roles"]) == (person.pk, person.email, [])
    assert [row["role"] for row in me["organisations"]] == ["owner"]


@pytest.mark.django_db
def test_without_a_token_there_is_nothing(client):
    call = Caller(client)
    for path in ("/me", "/me/tokens", "/organisations"):
        assert call.get(path).status_code == 401
    assert call.get("/regions").status_code == 200


@pytest.mark.django_db
def test_log_in_is_throttled(client, settings):
    settings.MADANG_LOGIN_TRIES = 1
    call = Caller(client)
    call("post", "/log-in", {"email": "a@test.example", "password": "x"})
    second = call("post", "/log-in", {"email": "a@test.example", "password": "x"})
    assert (second.status_code, second.json()["title"]) == (409, "log_in_throttled")


@pytest.mark.django_db
def test_tokens_are_made_listed_without_secret_and_revoked(client):
    call, other = Caller(client, make_person()), Caller(client, make_person())
    made = call("post", "/me/tokens", {"name": "second", "days": 5}).json()
    listed = call.get("/me/tokens").json()
    assert [row["name"] for row in listed["items"]] == ["second", "t"]
    assert made["token"] not in str(listed)
    assert other("delete", f"/me/tokens/{made['id']}").status_code == 404
    assert call("delete", f"/me/tokens/{made['id']}").status_code == 204
    assert call("delete", f"/me/tokens/{made['id']}").status_code == 409
    assert call("post", "/me/tokens", {"name": "x", "days": 0}).status_code == 422


@pytest.mark.django_db
def test_a_tokens_last_day_of_use_is_noted(client):
    call = Caller(client, make_person())
    call.get("/me")
    listed = call.get("/me/tokens").json()["items"]
    assert listed[0]["last_used_on"] is not None


def particulars(**given):
    values = {
        "name": "(주)너슬비전 7",
        "kind": "company",
        "founded_on": "2022-01-03",
        "registration_number": registration_number(7001),
    }
    return values | {"region": given.pop("region", None) or make_region().code} | given


@pytest.mark.django_db
def test_an_organisation_is_registered_changed_and_kept_from_others(client):
    call, other = Caller(client, make_person()), Caller(client, make_person())
    made = call("post", "/organisations", particulars())
    assert made.status_code == 201
    row = made.json()
    url = f"/organisations/{row['id']}"
    assert call.get(url).json() == row
    assert other.get(url).status_code == 404
    assert other("put", url, particulars(version=1)).status_code == 404
    assert call("put", url, particulars(version=1, name="새 이름")).json()["version"] == 2
    stale = call("put", url, particulars(version=1))
    assert (stale.status_code, stale.json()["title"]) == (409, "stale")
    assert call("post", "/organisations", particulars(region="nowhere")).status_code == 404
    bad = call("post", "/organisations", particulars(registration_number="123-45-67890"))
    assert (bad.status_code, bad.json()["title"]) == (422, "registration_number_check_digit")


@pytest.mark.django_db
def test_members_and_invitations(client):
    organisation = make_organisation()
    owner, member = make_member(organisation), make_member(organisation, role=MemberRole.MEMBER)
    call, weak, stranger = Caller(client, owner), Caller(client, member), Caller(client, make_person())
    url = f"/organisations/{organisation.pk}"
    assert {row["person"] for row in call.get(f"{url}/members").json()["items"]} == {owner.pk, member.pk}
    guest = {"email": "guest@test.example"}
    assert weak("post", f"{url}/invitations", guest).status_code == 409
    assert stranger("post", f"{url}/invitations", guest).status_code == 404
    made = call("post", f"{url}/invitations", guest)
    assert made.status_code == 201
    assert [row["id"] for row in weak.get(f"{url}/invitations").json()["items"]] == [made.json()["id"]]
    assert weak("delete", f"{url}/invitations/{made.json()['id']}").status_code == 409
    assert call("delete", f"{url}/invitations/{made.json()['id']}").status_code == 204
    assert Invitation.objects.get().state == "withdrawn"
    assert weak("delete", f"{url}/members/{owner.pk}").status_code == 409
    assert call("delete", f"{url}/members/{owner.pk}").json()["title"] == "last_owner"
    assert call("delete", f"{url}/members/{member.pk}").status_code == 204
    assert call("delete", f"{url}/members/999999").status_code == 404
    for path in ("", "/members", "/invitations"):
        assert stranger.get(url + path).status_code == 404


@pytest.mark.django_db
def test_staff_see_all_organisations_and_it_is_logged(client):
    for _ in range(3):
        make_organisation()
    call = Caller(client, make_staff(Role.AUDITOR))
    found = call.get("/organisations?limit=2").json()
    assert (len(found["items"]), found["count"]) == (2, 3)
    assert call.get(f"/organisations/{Organisation.objects.first().pk}").status_code == 200
    assert set(Reading.objects.values_list("what", flat=True)) == {"search", "view"}
    assert call("put", f"/organisations/{Organisation.objects.first().pk}", particulars(version=1)).status_code == 409
