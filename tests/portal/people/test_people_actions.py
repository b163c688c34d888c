"""Persons: registering, changing what is theirs, roles in the body, erasing, regions."""

from datetime import timedelta

import pytest
from factories import NOW, actor, make_actor, make_member, make_organisation, make_person, make_staff
from portal.races import at_once, errors

from madang.errors import Refused, Stale
from madang.portal.access import actions as access
from madang.portal.actors import PUBLIC, WORKER, Role
from madang.portal.journal import actions as journal
from madang.portal.journal import queries as chain
from madang.portal.journal.models import JournalEntry
from madang.portal.outbox.models import Message
from madang.portal.people import actions, queries
from madang.portal.people.models import ApiToken, Membership, Person, Region, StaffRole

PASSWORD = "a long enough sentence"


def refused(code, act, *arguments, **given):
    with pytest.raises(Refused) as caught:
        act(*arguments, **given)
    assert caught.value.code == code


def token_in(message: Message) -> str:
    return message.link.rstrip("/").rsplit("/", 1)[-1]


@pytest.mark.django_db
def test_a_person_registers_once_whatever_the_letters_of_the_address():
    person = actions.register_person(by=PUBLIC, now=NOW, email=" Kim@Test.Example ", name="김신청", language="ko")
    assert (person.email, person.has_usable_password()) == ("kim@test.example", False)
    refused(
        "email_taken", actions.register_person, by=PUBLIC, now=NOW, email="KIM@test.example", name="x", language="ko"
    )
    refused("email_malformed", actions.register_person, by=PUBLIC, now=NOW, email="no address", name="x", language="ko")
    refused(
        "language_unknown", actions.register_person, by=PUBLIC, now=NOW, email="b@test.example", name="x", language="fr"
    )
    refused(
        "password_weak",
        actions.register_person,
        by=PUBLIC,
        now=NOW,
        email="c@test.example",
        name="x",
        language="en",
        password="short",
    )
    line = JournalEntry.objects.get(action="people.register_person")
    assert line.actor == person.pk
    assert "kim" not in str(line.facts) + line.subject


@pytest.mark.django_db
def test_the_first_operators_link_works_once_and_not_for_long():
    token = actions.first_operator_link(now=NOW).rstrip("/").rsplit("/", 1)[-1]
    given = {
        "by": PUBLIC,
        "token": token,
        "email": "op@test.example",
        "name": "운영",
        "language": "ko",
        "password": PASSWORD,
    }
    refused("link_invalid", actions.register_first_operator, now=NOW + timedelta(hours=24), **given)
    person = actions.register_first_operator(now=NOW, **given)
    assert actor(person).has(Role.OPERATOR)
    assert actions.first_operator_link(now=NOW) is None
    refused("link_invalid", actions.register_first_operator, now=NOW, **(given | {"email": "other@test.example"}))


@pytest.mark.django_db
def test_an_address_changes_only_by_the_link_mailed_to_the_new_one():
    person = make_person(email="old@test.example")
    taken = make_person()
    refused("email_taken", actions.ask_email_change, by=actor(person), now=NOW, email=taken.email)
    actions.ask_email_change(by=actor(person), now=NOW, email="new@test.example")
    mail = Message.objects.get(code="confirm_email")
    assert mail.address == "new@test.example"
    refused("link_invalid", actions.confirm_email_change, by=PUBLIC, now=NOW, token=token_in(mail) + "x")
    actions.confirm_email_change(by=PUBLIC, now=NOW, token=token_in(mail))
    assert Person.objects.get(pk=person.pk).email == "new@test.example"
    assert Message.objects.get(code="email_changed").address == "old@test.example"
    refused("link_invalid", actions.confirm_email_change, by=PUBLIC, now=NOW, token=token_in(mail))


@pytest.mark.django_db
def test_a_profile_is_changed_by_its_own_person():
    person = make_person()
    actions.change_profile(by=actor(person), now=NOW, name="새 이름", language="en")
    assert Person.objects.get(pk=person.pk).language == "en"
    refused("log_in_needed", actions.change_profile, by=PUBLIC, now=NOW, name="x", language="en")


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR])
def test_nobody_but_an_operator_gives_or_ends_roles(role):
    person = make_staff(Role.AUDITOR)
    refused(
        "not_allowed_for_role", actions.grant_role, by=make_actor(role), now=NOW, person=person.pk, role=Role.APPROVER
    )
    refused("not_allowed_for_role", actions.end_role, by=make_actor(role), now=NOW, person=person.pk, role=Role.AUDITOR)


@pytest.mark.django_db
def test_roles_are_given_once_ended_once_and_an_operator_stays():
    operator, person = make_staff(Role.OPERATOR), make_person()
    by = actor(operator)
    actions.grant_role(by=by, now=NOW, person=person.pk, role=Role.APPROVER)
    assert actor(person).has(Role.APPROVER)
    refused("role_held", actions.grant_role, by=by, now=NOW, person=person.pk, role=Role.APPROVER)
    actions.end_role(by=by, now=NOW, person=person.pk, role=Role.APPROVER)
    assert not actor(person).roles
    with pytest.raises(Stale):
        actions.end_role(by=by, now=NOW, person=person.pk, role=Role.APPROVER)
    refused("last_operator", actions.end_role, by=by, now=NOW, person=operator.pk, role=Role.OPERATOR)
    actions.grant_role(by=by, now=NOW, person=person.pk, role=Role.OPERATOR)
    actions.end_role(by=by, now=NOW, person=operator.pk, role=Role.OPERATOR)
    assert not actor(operator).roles


@pytest.mark.django_db(transaction=True)
def test_of_two_operators_who_end_each_others_role_one_stays():
    first, second = make_staff(Role.OPERATOR), make_staff(Role.OPERATOR)
    one, other = actor(first), actor(second)
    answers = at_once(
        lambda: actions.end_role(by=one, now=NOW, person=second.pk, role=Role.OPERATOR),
        lambda: actions.end_role(by=other, now=NOW, person=first.pk, role=Role.OPERATOR),
    )
    assert [error.code for error in errors(answers)] == ["last_operator"]
    assert StaffRole.objects.filter(ended_at__isnull=True).count() == 1


@pytest.mark.django_db
def test_erasing_empties_what_is_personal_and_the_journal_still_holds():
    person = make_member(make_organisation(), email="gone@test.example", name="김신청")
    by = actor(person)
    heir = make_person()
    organisation = by.memberships and next(iter(by.memberships))
    actions.change_profile(by=by, now=NOW, name="김신청", language="ko")
    access.create_token(by=by, now=NOW, name="script", days=10)
    access.ask_reset(by=PUBLIC, now=NOW, email="gone@test.example")
    refused("last_owner", actions.erase_person, by=by, now=NOW, person=person.pk)
    Membership.objects.create(organisation_id=organisation, person=heir, role="owner", joined_at=NOW)

    actions.erase_person(by=by, now=NOW, person=person.pk)

    row = Person.objects.get(pk=person.pk)
    assert (row.email, row.name, row.is_active, row.has_usable_password()) == (None, "", False, False)
    assert not Message.objects.filter(person=person.pk).exists()
    assert not ApiToken.objects.filter(person=person.pk).exists()
    assert actor(row).person is None
    journal.seal(now=NOW)
    assert chain.verify() is None
    lines = JournalEntry.objects.filter(actor=person.pk)
    assert lines.count() >= 3
    written = " ".join(f"{line.facts}{line.subject}{line.address_digest}" for line in JournalEntry.objects.all())
    assert "gone@test" not in written
    assert "김신청" not in written
    refused("not_found", actions.erase_person, by=make_actor(Role.OPERATOR), now=NOW, person=person.pk)


@pytest.mark.django_db
def test_others_are_erased_by_an_operator_only_and_never_the_last_operator():
    person, operator = make_person(), make_staff(Role.OPERATOR)
    refused("not_allowed_for_role", actions.erase_person, by=make_actor(Role.AUDITOR), now=NOW, person=person.pk)
    refused("not_allowed_for_role", actions.erase_person, by=actor(make_person()), now=NOW, person=person.pk)
    refused("last_operator", actions.erase_person, by=actor(operator), now=NOW, person=operator.pk)
    actions.erase_person(by=actor(operator), now=NOW, person=person.pk)
    assert Person.objects.get(pk=person.pk).erased_at == NOW


@pytest.mark.django_db
def test_regions_are_seeded_once():
    assert actions.seed_regions(by=WORKER, now=NOW) == 18
    assert actions.seed_regions(by=WORKER, now=NOW) == 0
    merged = Region.objects.get(code="jeonnam-gwangju")
    assert {row.code for row in merged.predecessors.all()} == {"gwangju", "jeonnam"}
    assert queries.regions_in_force(merged.starts_on).count() == 16
    assert queries.regions_in_force(merged.starts_on - timedelta(days=1)).count() == 17
    assert set(queries.region_spans()) == set(Region.objects.values_list("code", flat=True))
