"""Organisations: registering, changing, inviting, members, findings."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from factories import (
    NOW,
    actor,
    make_actor,
    make_member,
    make_organisation,
    make_person,
    make_region,
    registration_number,
)
from portal.races import at_once, errors

from madang.errors import Refused, Stale
from madang.portal.actors import PUBLIC, WORKER, MemberRole, Role
from madang.portal.journal import actions as journal
from madang.portal.organisations import actions, chores, queries
from madang.portal.outbox.models import Message
from madang.portal.people import queries as people
from madang.portal.people.models import Invitation, Membership, Organisation, Person, Verdict
from madang.portal.people.rules import Attribute, OrganisationKind, SizeClass

PASSWORD = "a long enough sentence"


def refused(code, act, *arguments, **given):
    with pytest.raises(Refused) as caught:
        act(*arguments, **given)
    assert caught.value.code == code


def particulars(**given):
    values = {
        "name": "(주)너슬비전 900",
        "kind": OrganisationKind.COMPANY,
        "size_class": SizeClass.SMALL,
        "registration_number": registration_number(9001),
        "founded_on": date(2022, 1, 3),
    } | given
    values.setdefault("region", None)
    values["region"] = values["region"] or make_region().pk
    return values


def invite(by, organisation, email="guest@test.example", role=MemberRole.MEMBER, now=NOW):
    actions.invite(by=by, now=now, organisation=organisation, email=email, role=role)
    return Message.objects.filter(code="invitation").latest("pk").link.rstrip("/").rsplit("/", 1)[-1]


@pytest.mark.django_db
def test_whoever_registers_an_organisation_owns_it():
    person = make_person()
    row = actions.create_organisation(by=actor(person), now=NOW, **particulars())
    assert actor(person).owner_of(row.pk)
    again = particulars(registration_number="000-81-" + registration_number(9001)[5:])
    refused("registration_number_taken", actions.create_organisation, by=actor(person), now=NOW, **again)
    refused("log_in_needed", actions.create_organisation, by=PUBLIC, now=NOW, **particulars())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"registration_number": "000-81-90010"}, "registration_number_check_digit"),
        ({"name": " "}, "name_empty"),
        ({"founded_on": date(2026, 4, 2)}, "founded_in_future"),
        ({"kind": OrganisationKind.UNIVERSITY}, "size_class_for_companies_only"),
        ({"region": 999_999}, "region_not_in_force"),
    ],
)
def test_wrong_particulars_are_refused(wrong, code):
    refused(code, actions.create_organisation, by=actor(make_person()), now=NOW, **particulars(**wrong))
    assert not Organisation.objects.exists()


@pytest.mark.django_db
def test_a_region_that_ended_cannot_be_chosen():
    new = make_region(starts_on=date(2026, 1, 1))
    old = make_region(ends_on=date(2026, 1, 1), successor=new)
    refused(
        "region_not_in_force",
        actions.create_organisation,
        by=actor(make_person()),
        now=NOW,
        **particulars(region=old.pk),
    )


@pytest.mark.django_db
def test_of_two_owners_who_correct_the_same_version_the_second_is_told():
    organisation = make_organisation()
    first, second = actor(make_member(organisation)), actor(make_member(organisation))
    given = particulars(region=organisation.region_id)
    given.pop("registration_number")
    actions.change_organisation(by=first, now=NOW, organisation=organisation.pk, version=1, **given)
    with pytest.raises(Stale):
        actions.change_organisation(
            by=second, now=NOW, organisation=organisation.pk, version=1, **(given | {"name": "x"})
        )
    assert Organisation.objects.get().name == given["name"]
    member = actor(make_member(organisation, role=MemberRole.MEMBER))
    refused(
        "not_allowed_for_role",
        actions.change_organisation,
        by=member,
        now=NOW,
        organisation=organisation.pk,
        version=2,
        **given,
    )


@pytest.mark.django_db
def test_an_invitation_is_accepted_by_the_person_with_that_address_once():
    organisation = make_organisation()
    owner, guest, other = actor(make_member(organisation)), make_person(), make_person()
    secret = invite(owner, organisation.pk, guest.email)
    assert secret not in str(Invitation.objects.values().get())
    refused(
        "invitation_exists",
        actions.invite,
        by=owner,
        now=NOW,
        organisation=organisation.pk,
        email=guest.email.upper(),
        role=MemberRole.MEMBER,
    )
    refused("invitation_other_email", actions.accept_invitation, by=actor(other), now=NOW, secret=secret)
    refused("log_in_needed", actions.accept_invitation, by=PUBLIC, now=NOW, secret=secret)
    assert actions.accept_invitation(by=actor(guest), now=NOW, secret=secret) == organisation.pk
    assert actor(guest).memberships[organisation.pk] is MemberRole.MEMBER
    refused("invitation_not_waiting", actions.accept_invitation, by=actor(guest), now=NOW, secret=secret)
    refused(
        "already_member",
        actions.invite,
        by=owner,
        now=NOW,
        organisation=organisation.pk,
        email=guest.email,
        role=MemberRole.OWNER,
    )


@pytest.mark.django_db
def test_somebody_new_joins_by_the_link_alone():
    organisation = make_organisation()
    secret = invite(actor(make_member(organisation)), organisation.pk)
    person = actions.accept_by_signing_up(
        by=PUBLIC, now=NOW, secret=secret, name="손님", language="ko", password=PASSWORD
    )
    assert person.email == "guest@test.example"
    assert actor(person).member_of(organisation.pk)


@pytest.mark.django_db
def test_an_invitation_lapses_can_be_taken_back_and_can_be_sent_again():
    organisation = make_organisation()
    owner, guest = actor(make_member(organisation)), make_person()
    late = NOW + timedelta(days=14)
    secret = invite(owner, organisation.pk, guest.email)
    refused("invitation_not_waiting", actions.accept_invitation, by=actor(guest), now=late, secret=secret)
    second = invite(owner, organisation.pk, guest.email, now=late)
    row = Invitation.objects.get(state="waiting")
    refused(
        "not_allowed_for_role",
        actions.withdraw_invitation,
        by=actor(guest),
        now=late,
        organisation=organisation.pk,
        invitation=row.pk,
    )
    actions.withdraw_invitation(by=owner, now=late, organisation=organisation.pk, invitation=row.pk)
    refused("invitation_not_waiting", actions.accept_invitation, by=actor(guest), now=late, secret=second)


@pytest.mark.django_db(transaction=True)
def test_an_invitation_accepted_twice_at_once_makes_one_member():
    organisation = make_organisation()
    owner, guest = actor(make_member(organisation)), make_person()
    secret = invite(owner, organisation.pk, guest.email)
    by = actor(guest)
    answers = at_once(*[lambda: actions.accept_invitation(by=by, now=NOW, secret=secret)] * 2)
    assert [error.code for error in errors(answers)] == ["invitation_not_waiting"]
    assert Membership.objects.filter(person=guest).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_leave_at_once_one_stays():
    organisation = make_organisation()
    first, second = make_member(organisation), make_member(organisation)
    one, other = actor(first), actor(second)
    answers = at_once(
        lambda: actions.remove_member(by=one, now=NOW, organisation=organisation.pk, person=first.pk),
        lambda: actions.remove_member(by=other, now=NOW, organisation=organisation.pk, person=second.pk),
    )
    assert [error.code for error in errors(answers)] == ["last_owner"]
    assert Membership.objects.filter(left_at__isnull=True).count() == 1


@pytest.mark.django_db
def test_the_last_owner_neither_leaves_nor_becomes_a_member():
    organisation = make_organisation()
    owner, member = make_member(organisation), make_member(organisation, role=MemberRole.MEMBER)
    by = actor(owner)
    here = {"now": NOW, "organisation": organisation.pk}
    refused("last_owner", actions.remove_member, by=by, person=owner.pk, **here)
    refused("last_owner", actions.change_member_role, by=by, person=owner.pk, role=MemberRole.MEMBER, **here)
    refused("not_allowed_for_role", actions.remove_member, by=actor(member), person=owner.pk, **here)
    refused(
        "not_allowed_for_role",
        actions.change_member_role,
        by=actor(member),
        person=member.pk,
        role=MemberRole.OWNER,
        **here,
    )
    actions.change_member_role(by=by, person=member.pk, role=MemberRole.OWNER, **here)
    actions.remove_member(by=by, person=owner.pk, **here)
    assert not actor(owner).memberships
    with pytest.raises(Stale):
        actions.remove_member(by=actor(member), person=owner.pk, **here)


def verdict(**given):
    values = {
        "attribute": Attribute.YOUNG_FIRM,
        "holds": True,
        "evidence": "중소기업확인서 제1호",
        "valid_from": date(2026, 4, 1),
        "valid_until": date(2027, 4, 1),
    }
    return values | given


@pytest.mark.django_db
def test_findings_are_recorded_by_staff_only_and_owners_are_told():
    organisation = make_organisation()
    owner = make_member(organisation)
    here = {"now": NOW, "organisation": organisation.pk}
    refused("not_allowed_for_role", actions.record_verdict, by=actor(owner), **here, **verdict())
    refused("not_allowed_for_role", actions.record_verdict, by=make_actor(Role.AUDITOR), **here, **verdict())
    refused("not_allowed_for_role", actions.record_verdict, by=WORKER, **here, **verdict())
    officer = make_actor(Role.SCREENING_OFFICER)
    refused("verdict_period", actions.record_verdict, by=officer, **here, **verdict(valid_until=date(2026, 4, 1)))
    actions.record_verdict(by=officer, **here, **verdict())
    refused("verdict_exists", actions.record_verdict, by=officer, **here, **verdict(holds=False))
    assert Verdict.objects.get().checked_by_id == officer.person
    assert Message.objects.get(code="verdict_recorded").person == owner
    assert [row.holds for row in Verdict.objects.filter(organisation=organisation)] == [True]


@pytest.mark.django_db
def test_an_organisation_is_seen_by_its_members_and_by_the_body_only():
    mine, theirs = make_organisation(), make_organisation(name="온겹메디컬 208(주)")
    member = actor(make_member(mine))
    assert [row.pk for row in queries.found(member, "")] == [mine.pk]
    assert not queries.found(member, "온겹").exists()
    assert not people.members(member, theirs.pk).exists()
    assert not queries.verdicts(member, theirs.pk).exists()
    assert not queries.invitations(member, theirs.pk, NOW).exists()
    assert not queries.found(PUBLIC, "").exists()
    auditor = make_actor(Role.AUDITOR)
    assert [row.pk for row in queries.found(auditor, "온겹")] == [theirs.pk]
    number = theirs.registration_number
    assert [row.pk for row in queries.found(auditor, f"{number[:3]}-{number[3:5]}-{number[5:]}")] == [theirs.pk]


@pytest.mark.django_db
def test_addresses_of_old_invitations_are_forgotten():
    journal.seed_retention(by=WORKER, now=NOW)
    organisation = make_organisation()
    invite(actor(make_member(organisation)), organisation.pk)
    assert chores.forget_addresses(NOW + timedelta(days=100)) == 0
    assert chores.forget_addresses(NOW + timedelta(days=105)) == 1
    assert chores.forget_addresses(NOW + timedelta(days=105)) == 0
    row = Invitation.objects.get()
    assert "guest" not in row.email
    assert row.state == "withdrawn"


@pytest.mark.django_db
def test_an_invited_person_with_another_letter_case_is_the_same_person():
    organisation = make_organisation()
    guest = make_person(email="mixed@test.example")
    secret = invite(actor(make_member(organisation)), organisation.pk, "MIXED@test.example")
    by = replace(actor(guest), address="203.0.113.4")
    assert actions.accept_invitation(by=by, now=NOW, secret=secret) == organisation.pk
    assert Person.objects.count() == 2
