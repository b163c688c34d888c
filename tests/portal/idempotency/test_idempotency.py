"""The same request sent twice is carried out once, on pages and through the API."""

import json
from datetime import timedelta

import pytest
from factories import NOW, actor, make_member, make_organisation, make_person, make_region, registration_number
from hypothesis import given
from hypothesis import strategies as st
from portal.races import at_once, errors

from madang.errors import Refused
from madang.portal.access import actions as access
from madang.portal.idempotency import actions, chores, rules
from madang.portal.idempotency.models import AnsweredRequest
from madang.portal.people.models import ApiToken, Invitation, Organisation


@given(st.lists(st.binary(max_size=5), max_size=4), st.lists(st.binary(max_size=5), max_size=4))
def test_digests_are_equal_for_equal_requests_only(first, second):
    assert (rules.digest(first) == rules.digest(second)) == (first == second)


@pytest.mark.parametrize(
    ("status", "api", "kept"),
    [
        (201, True, True),
        (409, True, True),
        (422, True, True),
        (500, True, False),
        (503, True, False),
        (302, False, True),
        (200, False, False),
        (422, False, False),
    ],
)
def test_which_answers_are_kept(status, api, kept):
    assert rules.worth_keeping(status, api=api) is kept


@pytest.mark.parametrize(
    ("key", "good"), [("a", True), ("a" * 128, True), ("", False), ("a" * 129, False), ("가", False), ("a\n", False)]
)
def test_keys_are_short_and_plain(key, good):
    assert rules.well_formed(key) is good


def body(number=5001, **given):
    return {
        "name": "(주)너슬비전 501",
        "kind": "company",
        "founded_on": "2022-01-03",
        "region": given.pop("region", None) or make_region().code,
        "registration_number": registration_number(number),
    } | given


@pytest.fixture
def person(db):
    return make_person()


@pytest.fixture
def post(person, client):
    secret = access.create_token(by=actor(person), now=NOW + timedelta(days=300), name="t", days=300)[1]

    def send(url, given, key="k-1", token=secret):
        headers = {"authorization": f"Bearer {token}"} | ({"idempotency-key": key} if key else {})
        return client.post(url, json.dumps(given), content_type="application/json", headers=headers)

    return send


@pytest.mark.django_db
def test_a_repeated_request_gets_the_first_ones_answer(post):
    given = body()
    first = post("/api/v1/organisations", given)
    again = post("/api/v1/organisations", given)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Organisation.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_for_another_request_is_refused(post):
    region = make_region().code
    post("/api/v1/organisations", body(region=region))
    other = post("/api/v1/organisations", body(5002, region=region))
    assert (other.status_code, other.json()["title"]) == (422, "idempotency_key_reused")
    elsewhere = post("/api/v1/me/tokens", body(region=region))
    assert elsewhere.status_code == 422


@pytest.mark.django_db
def test_keys_of_different_persons_do_not_meet(post):
    other = make_person()
    secret = access.create_token(by=actor(other), now=NOW + timedelta(days=300), name="t", days=300)[1]
    region = make_region().code
    assert post("/api/v1/organisations", body(region=region)).status_code == 201
    assert post("/api/v1/organisations", body(5002, region=region), token=secret).status_code == 201


@pytest.mark.django_db
def test_without_a_key_or_a_person_nothing_is_remembered(post):
    region = make_region().code
    post("/api/v1/organisations", body(region=region), key="")
    assert post("/api/v1/organisations", body(region=region), token="mdg_wrong").status_code == 401
    assert not AnsweredRequest.objects.exists()


@pytest.mark.django_db
def test_a_refusal_is_repeated_too(post):
    given = body(registration_number="123-45-67890")
    assert post("/api/v1/organisations", given).status_code == 422
    assert post("/api/v1/organisations", given)["Idempotency-Replayed"] == "true"


@pytest.mark.django_db
def test_a_malformed_key_is_refused(post):
    assert post("/api/v1/organisations", body(), key="x" * 129).json()["title"] == "idempotency_key_malformed"


@pytest.mark.django_db
def test_a_secret_is_neither_stored_nor_made_twice(post):
    first = post("/api/v1/me/tokens", {"name": "x", "days": 5})
    again = post("/api/v1/me/tokens", {"name": "x", "days": 5})
    assert first.status_code == 201
    assert (again.status_code, again.json()["title"]) == (409, "answer_not_kept")
    assert ApiToken.objects.count() == 2
    assert first.json()["token"] not in str(AnsweredRequest.objects.values().get())


@pytest.mark.django_db
def test_a_request_that_is_still_running_is_not_run_again(person):
    now = NOW
    given = {"person": person.pk, "key": "k", "digest": "d" * 64}
    assert actions.claim(now=now, **given) is None
    with pytest.raises(Refused) as caught:
        actions.claim(now=now + timedelta(minutes=9), **given)
    assert caught.value.code == "request_in_progress"
    assert actions.claim(now=now + timedelta(minutes=10), **given) is None


@pytest.mark.django_db
def test_a_request_whose_answer_was_not_kept_can_be_sent_again(person):
    given = {"person": person.pk, "key": "k", "digest": "d" * 64, "now": NOW}
    actions.claim(**given)
    actions.release(person=person.pk, key="k")
    assert actions.claim(**given) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_one_is_carried_out():
    person = make_person().pk
    given = {"person": person, "key": "k", "digest": "d" * 64, "now": NOW}
    answers = at_once(lambda: actions.claim(**given), lambda: actions.claim(**given))
    assert [error.code for error in errors(answers)] == ["request_in_progress"]


@pytest.mark.django_db
def test_answers_are_forgotten_after_a_day(person):
    actions.claim(person=person.pk, key="k", digest="d" * 64, now=NOW)
    assert chores.forget_answers(NOW + timedelta(hours=24)) == 0
    assert chores.forget_answers(NOW + timedelta(hours=24, seconds=1)) == 1


@pytest.mark.django_db
def test_a_form_sent_twice_is_carried_out_once_and_leads_to_the_same_place(client):
    organisation = make_organisation()
    client.force_login(make_member(organisation))
    url = f"/organisations/{organisation.pk}/invite/"
    form = {
        "invite-email": "guest@test.example",
        "invite-role": "member",
        "invite-language": "ko",
        "idempotency_key": "form-1",
    }
    first, again = client.post(url, form), client.post(url, form)
    assert (first.status_code, again.status_code) == (302, 302)
    assert again["Location"] == first["Location"]
    assert Invitation.objects.count() == 1


@pytest.mark.django_db
def test_a_form_that_came_back_with_errors_can_be_corrected_under_its_key(client):
    organisation = make_organisation()
    client.force_login(make_member(organisation))
    url = f"/organisations/{organisation.pk}/invite/"
    form = {"invite-role": "member", "invite-language": "ko", "idempotency_key": "form-1"}
    assert client.post(url, form | {"invite-email": "no address"}).status_code == 422
    assert client.post(url, form | {"invite-email": "guest@test.example"}).status_code == 302
    other = client.post(url, form | {"invite-email": "other@test.example"})
    assert other.status_code == 422
    assert Invitation.objects.count() == 1
