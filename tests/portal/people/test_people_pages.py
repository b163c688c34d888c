"""The pages of persons, access and organisations: who sees what, and that each step leads on."""

import io
import json
import re
import zipfile

import pytest
from django.core.cache import cache
from factories import (
    NOW,
    actor,
    make_member,
    make_organisation,
    make_person,
    make_staff,
)

from madang.portal.actors import Role
from madang.portal.journal.models import JournalEntry, Reading
from madang.portal.outbox.models import Message
from madang.portal.people import actions as people
from madang.portal.people.models import ApiToken, Person, StaffRole

PASSWORD = "a long enough sentence"


def link(code: str) -> str:
    return Message.objects.filter(code=code).latest("pk").link


@pytest.mark.django_db
def test_from_sign_up_to_log_out(client):
    form = {"name": "김신청", "email": "kim@test.example", "language": "en"}
    assert client.post("/sign-up/", form).status_code == 200
    url = link("confirm_email")
    assert client.get(url).status_code == 200
    assert client.post(url, {"password": "short"}).status_code == 422
    response = client.post(url, {"password": PASSWORD})
    assert (response.status_code, response["Location"]) == (302, "/home/")
    assert response.cookies["madang_language"].value == "en"
    assert client.get("/me/").status_code == 200
    assert client.get("/log-out/").status_code == 405
    assert client.post("/log-out/").status_code == 302
    assert client.get("/me/").status_code == 302
    assert client.post("/log-in/?next=/me/", {"email": "KIM@test.example", "password": PASSWORD})["Location"] == "/me/"


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_log_in_leads_nowhere_else(client, to):
    person = make_person(password=PASSWORD)
    response = client.post("/log-in/", {"email": person.email, "password": PASSWORD}, query_params={"next": to})
    assert response["Location"] == "/home/"


@pytest.mark.django_db
def test_a_wrong_password_and_too_many_are_said_on_the_form(client, settings):
    settings.MADANG_LOGIN_TRIES = 1
    person = make_person(password=PASSWORD)
    wrong = client.post("/log-in/", {"email": person.email, "password": "x"}, headers={"accept-language": "en"})
    assert wrong.status_code == 422
    assert "do not go together" in wrong.content.decode()
    again = client.post("/log-in/", {"email": person.email, "password": PASSWORD}, headers={"accept-language": "en"})
    assert "Too many failed attempts" in again.content.decode()


@pytest.mark.django_db
def test_a_reset_ends_other_sessions(client):
    person = make_person(password=PASSWORD)
    client.force_login(person)
    client.post("/reset/", {"email": person.email})
    other = type(client)()
    assert other.post(link("reset_password"), {"password": "another long sentence"}).status_code == 302
    assert other.get("/me/").status_code == 200
    assert client.get("/me/").status_code == 302
    assert other.get(link("reset_password")).status_code == 200
    assert other.post(link("reset_password"), {"password": "a third long sentence"}).status_code == 422


@pytest.mark.django_db
def test_a_forged_link_is_refused_plainly(client):
    for url in ("/sign-up/forged/", "/reset/forged/", "/me/e-mail/forged/", "/first-operator/forged/"):
        assert client.get(url).status_code == 422
    assert client.get("/invitations/forged/").status_code == 409


@pytest.mark.django_db
def test_changing_the_password_keeps_this_session(client):
    person = make_person(password=PASSWORD)
    client.force_login(person)
    assert client.post("/me/password/", {"old": "wrong", "new": "another long sentence"}).status_code == 422
    assert client.post("/me/password/", {"old": PASSWORD, "new": "another long sentence"}).status_code == 302
    assert client.get("/me/").status_code == 200


@pytest.mark.django_db
def test_ones_own_page_saves_and_shows_everything(client):
    person = make_member(make_organisation(name="온겹메디컬 208(주)"))
    StaffRole.objects.create(person=person, role=Role.APPROVER, granted_at=NOW)
    client.force_login(person)
    response = client.post("/me/", {"name": "새 이름", "language": "en"})
    assert response.status_code == 302
    page = client.get("/me/").content.decode()
    for shown in ("새 이름", "온겹메디컬 208(주)", "Approver", person.email):
        assert shown in page
    assert client.post("/me/", {"name": "<b>", "language": "en"}).status_code == 422
    assert Person.objects.get(pk=person.pk).language == "en"


@pytest.mark.django_db
def test_a_new_address_takes_a_click_on_the_mailed_page(client):
    person = make_person()
    client.force_login(person)
    client.post("/me/e-mail/", {"email": "new@test.example"})
    assert client.get(link("confirm_email")).status_code == 200
    assert Person.objects.get(pk=person.pk).email == person.email
    client.post(link("confirm_email"))
    assert Person.objects.get(pk=person.pk).email == "new@test.example"


@pytest.mark.django_db
def test_a_token_is_shown_once_and_revoked_by_its_holder(client):
    person, other = make_person(), make_person()
    client.force_login(person)
    page = client.post("/me/tokens/", {"name": "script", "days": 10, "scope": "full"}).content.decode()
    secret = re.search(r"mdg_[\w-]{40,}", page)[0]
    assert secret not in client.get("/me/tokens/").content.decode()
    token = ApiToken.objects.get().pk
    stranger = type(client)()
    stranger.force_login(other)
    assert stranger.post(f"/me/tokens/{token}/revoke/").status_code == 404
    assert client.post(f"/me/tokens/{token}/revoke/").status_code == 302
    assert ApiToken.objects.get().revoked_at is not None


@pytest.mark.django_db
def test_the_export_is_ones_own(client):
    person = make_person()
    client.force_login(person)
    response = client.get("/me/export/")
    assert response["Content-Disposition"].startswith("attachment")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert json.loads(archive.read("data.json"))["person"]["email"] == person.email
    assert JournalEntry.objects.filter(action="people.export", actor=person.pk).exists()


@pytest.mark.django_db
def test_erasing_oneself_takes_the_address_typed(client):
    person = make_person()
    client.force_login(person)
    assert client.post("/me/erase/", {"email": "other"}).status_code == 422
    assert client.post("/me/erase/", {"email": person.email}).status_code == 302
    assert Person.objects.get(pk=person.pk).erased_at is not None
    assert client.get("/me/").status_code == 302


@pytest.mark.django_db
def test_the_first_operator_signs_up_by_the_printed_link(client):
    url = people.first_operator_link(now=NOW.now(NOW.tzinfo)).removeprefix("http://127.0.0.1:8000")
    form = {"name": "운영", "email": "op@test.example", "language": "ko", "password": PASSWORD}
    assert client.post(url, form)["Location"] == "/staff/"
    assert client.get("/staff/").status_code == 200
    assert client.get(url).status_code == 422


# --- staff ---


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_people_costs_the_same_and_is_logged(client, django_assert_num_queries, rows):
    for n in range(rows):
        make_staff(Role.APPROVER, Role.AUDITOR, name=f"이결재 {n}")
    operator = make_staff(Role.OPERATOR, language="en")
    client.force_login(operator)
    cache.clear()
    with django_assert_num_queries(9):
        page = client.get("/staff/people/?q=이결재").content.decode()
    assert page.count("이결재 ") >= rows
    assert operator.email not in page
    assert Reading.objects.get().reader == operator.pk


@pytest.mark.django_db
def test_an_operator_gives_and_ends_roles(client):
    operator, person = make_staff(Role.OPERATOR), make_person()
    client.force_login(operator)
    url = f"/staff/people/{person.pk}/"
    assert client.post(url, {"role": "approver"}).status_code == 302
    assert client.post(url, {"role": "approver"}).status_code == 422
    assert client.post(url, {"role": "king"}).status_code == 422
    assert actor(person).has(Role.APPROVER)
    client.post(f"{url}roles/approver/end/")
    assert not actor(person).roles
    assert client.post(f"{url}roles/king/end/").status_code == 404
    client.post(f"/staff/people/{operator.pk}/roles/operator/end/")
    assert actor(operator).has(Role.OPERATOR)
    assert Reading.objects.filter(whose=person.pk, what="view").exists()


@pytest.mark.django_db
def test_an_auditor_sees_people_and_changes_nobody(client):
    person = make_person()
    client.force_login(make_staff(Role.AUDITOR))
    assert client.get("/staff/people/").status_code == 200
    assert client.get(f"/staff/people/{person.pk}/").status_code == 200
    assert client.post(f"/staff/people/{person.pk}/", {"role": "approver"}).status_code != 302
    assert client.post(f"/staff/people/{person.pk}/roles/approver/end/").status_code == 404
    assert client.post(f"/staff/people/{person.pk}/erase/", {"email": person.email}).status_code == 404
    assert not actor(person).roles


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.SCREENING_OFFICER, Role.PROGRAMME_MANAGER, Role.APPROVER])
def test_other_staff_do_not_see_the_people(client, role):
    person = make_person()
    client.force_login(make_staff(role))
    assert client.get("/staff/people/").status_code == 404
    assert client.get(f"/staff/people/{person.pk}/").status_code == 404


@pytest.mark.django_db
def test_an_operator_erases_at_a_persons_request(client):
    person = make_person()
    client.force_login(make_staff(Role.OPERATOR))
    assert client.post(f"/staff/people/{person.pk}/erase/", {"email": person.email}).status_code == 302
    assert client.get(f"/staff/people/{person.pk}/").status_code == 404


# --- home ---


@pytest.mark.django_db
def test_the_first_page_is_for_everybody_in_both_languages(client):
    assert "given out in public" in client.get("/", headers={"accept-language": "en"}).content.decode()
    assert "given out in public" not in client.get("/", headers={"accept-language": "ko"}).content.decode()


@pytest.mark.django_db
def test_a_new_person_is_told_the_next_step(client):
    client.force_login(make_person())
    page = client.get("/home/", headers={"accept-language": "en"}).content.decode()
    assert "Register your organisation" in page


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_every_role_gets_the_way_to_its_pages(client, role):
    client.force_login(make_staff(role))
    page = client.get("/staff/").content.decode()
    urls = set(re.findall(r'href="(/[a-z/-]*)"', page.split("<main", 1)[1]))
    assert "/staff/approvals/" in urls
    assert ("/staff/people/" in urls) == (role in {Role.OPERATOR, Role.AUDITOR})
    assert {url: client.get(url).status_code for url in urls if url != "/"} == {url: 200 for url in urls if url != "/"}
