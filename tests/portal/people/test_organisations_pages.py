"""The pages of organisations: registering, members, invitations, findings."""

from datetime import date

import pytest
from factories import (
    NOW,
    actor,
    make_member,
    make_organisation,
    make_person,
    make_region,
    make_staff,
    registration_number,
)

from madang.portal.actors import MemberRole, Role
from madang.portal.journal.models import Reading
from madang.portal.organisations import actions as organisations
from madang.portal.outbox.models import Message
from madang.portal.people.models import Membership, Organisation, Verdict

PASSWORD = "a long enough sentence"


def link(code: str) -> str:
    return Message.objects.filter(code=code).latest("pk").link


def particulars(**given):
    return {
        "name": "(주)너슬비전 900",
        "kind": "company",
        "size_class": "small",
        "founded_on": "2022-01-03",
        "region": make_region().pk,
        "registration_number": registration_number(9100),
    } | given


@pytest.mark.django_db
def test_an_organisation_is_registered_shown_and_corrected(client):
    person = make_person()
    client.force_login(person)
    wrong = client.post("/organisations/new/", particulars(registration_number="123-45-67890"))
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.content.decode()
    response = client.post("/organisations/new/", particulars())
    row = Organisation.objects.get()
    assert response["Location"] == f"/organisations/{row.pk}/"
    page = client.get(response["Location"]).content.decode()
    assert "000-81-" in page
    edit = f"/organisations/{row.pk}/edit/"
    assert client.get(edit).status_code == 200
    assert client.post(edit, particulars(name="새 이름", version=1)).status_code == 302
    stale = client.post(edit, particulars(name="다른 이름", version=1))
    assert stale.status_code == 422
    assert Organisation.objects.get().name == "새 이름"


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_an_organisations_page_costs_the_same_whatever_it_holds(client, django_assert_num_queries, rows):
    organisation = make_organisation()
    owner, officer = make_member(organisation), make_staff(Role.SCREENING_OFFICER)
    for n in range(rows):
        make_member(organisation)
        here = {"by": actor(owner), "now": NOW.now(NOW.tzinfo), "organisation": organisation.pk}
        organisations.invite(email=f"guest{n}@test.example", role=MemberRole.MEMBER, **here)
        Verdict.objects.create(
            organisation=organisation,
            attribute="start_up",
            holds=True,
            evidence="등기",
            checked_by=officer,
            checked_at=NOW,
            valid_from=date(2026, 1, 1 + n),
            valid_until=date(2027, 1, 1),
        )
    client.force_login(officer)
    with django_assert_num_queries(11):
        page = client.get(f"/organisations/{organisation.pk}/").content.decode()
    assert page.count("guest") >= rows
    assert Reading.objects.get().subject == str(organisation.pk)


@pytest.mark.django_db
def test_a_stranger_finds_no_organisation_and_a_member_changes_none(client):
    organisation = make_organisation()
    make_member(organisation)
    member, stranger = make_member(organisation, role=MemberRole.MEMBER), make_member(make_organisation())
    url = f"/organisations/{organisation.pk}/"
    posts = ["invite/", f"members/{member.pk}/remove/", f"members/{member.pk}/role/", "verdicts/", "edit/"]
    client.force_login(stranger)
    assert client.get(url).status_code == 404
    assert {client.post(url + post).status_code for post in posts} == {404}
    assert organisation.name not in client.get("/organisations/").content.decode()
    client.force_login(member)
    assert client.get(url).status_code == 200
    assert client.get(f"{url}edit/").status_code == 404
    assert client.post(f"{url}verdicts/").status_code == 404
    client.post(f"{url}members/{member.pk}/role/", {"role": "owner"})
    assert actor(member).memberships == {organisation.pk: MemberRole.MEMBER}


@pytest.mark.django_db
def test_somebody_invited_joins_with_and_without_an_account(client):
    organisation = make_organisation()
    owner, guest = make_member(organisation), make_person()
    client.force_login(owner)
    url = f"/organisations/{organisation.pk}/"

    def invited(email):
        form = {"invite-email": email, "invite-role": "member", "invite-language": "ko"}
        assert client.post(f"{url}invite/", form).status_code == 302
        return link("invitation")

    known, new = invited(guest.email), invited("new@test.example")
    browser = type(client)()
    assert browser.get(known)["Location"].startswith("/log-in/")
    browser.force_login(guest)
    assert browser.get(known).status_code == 200
    assert browser.post(known)["Location"] == url
    fresh = type(client)()
    assert fresh.get(new).status_code == 200
    assert fresh.post(new, {"name": "새 사람", "language": "ko", "password": PASSWORD}).status_code == 302
    assert fresh.get(url).status_code == 200
    assert Membership.objects.filter(organisation=organisation).count() == 3
    assert (
        client.post(
            f"{url}invite/", {"invite-email": guest.email, "invite-role": "member", "invite-language": "ko"}
        ).status_code
        == 422
    )


@pytest.mark.django_db
def test_members_leave_and_the_last_owner_is_told_why_not(client):
    organisation = make_organisation()
    owner, member = make_member(organisation, language="en"), make_member(organisation, role=MemberRole.MEMBER)
    url = f"/organisations/{organisation.pk}/members/"
    client.force_login(owner)
    page = client.post(f"{url}{owner.pk}/remove/", follow=True, headers={"accept-language": "en"}).content.decode()
    assert "at least one owner" in page
    browser = type(client)()
    browser.force_login(member)
    assert browser.post(f"{url}{member.pk}/remove/")["Location"] == "/organisations/"
    assert not actor(member).memberships


@pytest.mark.django_db
def test_staff_search_organisations_and_record_findings(client):
    organisation = make_organisation(name="온겹메디컬 208(주)")
    make_organisation()
    client.force_login(make_staff(Role.SCREENING_OFFICER))
    page = client.get("/organisations/?q=온겹").content.decode()
    assert page.count("/organisations/") >= 1
    assert "너슬비전" not in page
    assert Reading.objects.filter(what="search", subject_kind="organisation").exists()
    form = {
        "verdict-attribute": "young_firm",
        "verdict-holds": "yes",
        "verdict-evidence": "확인서 제1호",
        "verdict-valid_from": "2026-04-01",
        "verdict-valid_until": "2026-03-01",
    }
    url = f"/organisations/{organisation.pk}/verdicts/"
    assert client.post(url, form).status_code == 422
    assert client.post(url, form | {"verdict-valid_until": "2027-04-01"}).status_code == 302
    assert Verdict.objects.get().holds
