"""What is done with organisations: registering, changing, inviting and removing members, recording what was found."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from madang.errors import Refused, Stale
from madang.portal import formats
from madang.portal.actors import WORKING_ROLES, Actor, MemberRole, Role
from madang.portal.journal import actions as journal
from madang.portal.organisations import queries
from madang.portal.outbox import actions as outbox
from madang.portal.people import actions as people
from madang.portal.people import queries as persons
from madang.portal.people import rules
from madang.portal.people.models import Invitation, Membership, Organisation, Person, Region, Verdict
from madang.portal.people.rules import Attribute, InvitationState, OrganisationKind, Sector, SizeClass
from madang.portal.transactions import action


def _judged(values: Mapping[str, object], *, today: date) -> dict[str, object]:
    """The particulars of an organisation as they are kept; Refused with the field at fault."""
    kind, size = OrganisationKind(str(values["kind"])), SizeClass(str(values["size_class"]))
    if kind is not OrganisationKind.COMPANY and size is not SizeClass.NONE:
        raise Refused("size_class_for_companies_only", field="size_class")
    sector = Sector(str(values["sector"]))
    if kind is not OrganisationKind.COMPANY and sector is not Sector.NONE:
        raise Refused("sector_for_companies_only", field="sector")
    founded_on = values["founded_on"]
    if not isinstance(founded_on, date) or founded_on > today:
        raise Refused("founded_in_future", field="founded_on")
    region = Region.objects.filter(pk=values["region"]).first()
    if region is None or (region.ends_on and region.ends_on <= today):
        raise Refused("region_not_in_force", field="region")
    name_en = str(values.get("name_en", "")).strip()
    return {
        "name": rules.clean_name(str(values["name"]), rules.ORGANISATION_NAME_LIMIT),
        "name_en": rules.clean_name(name_en, rules.ORGANISATION_NAME_LIMIT) if name_en else "",
        "kind": kind,
        "size_class": size,
        "sector": sector,
        "founded_on": founded_on,
        "region": region,
    }


def _today(now: datetime) -> date:
    return now.astimezone(settings.MADANG_ZONE).date()


@action
def create_organisation(
    *,
    by: Actor,
    now: datetime,
    name: str,
    kind: OrganisationKind,
    registration_number: str,
    founded_on: date,
    region: int,
    name_en: str = "",
    size_class: SizeClass = SizeClass.NONE,
    sector: Sector = Sector.NONE,
    generated: bool = False,
) -> Organisation:
    """Registers an organisation; the person who does so becomes its owner. `region` is the region's row id.

    Refused: "not_allowed_for_role" (an auditor changes nothing), "registration_number_malformed",
    "registration_number_check_digit", "registration_number_taken", "name_empty", "name_malformed",
    "founded_in_future", "region_not_in_force", "size_class_for_companies_only", "sector_for_companies_only".
    """
    if by.person is None:
        raise Refused("log_in_needed")
    if by.has(Role.AUDITOR):
        raise Refused("not_allowed_for_role")
    given = {"name": name, "name_en": name_en, "kind": kind, "size_class": size_class, "founded_on": founded_on}
    values = _judged(given | {"sector": sector, "region": region}, today=_today(now))
    number = rules.registration_number(registration_number)
    try:
        with transaction.atomic():
            row = Organisation.objects.create(registration_number=number, generated=generated, created_at=now, **values)
    except IntegrityError as error:
        raise Refused("registration_number_taken", field="registration_number") from error
    Membership.objects.create(organisation=row, person_id=by.person, role=MemberRole.OWNER, joined_at=now)
    journal.record(by=by, now=now, did="organisations.create_organisation", kind="organisation", subject=row.pk)
    return row


@action
def change_organisation(
    *,
    by: Actor,
    now: datetime,
    organisation: int,
    version: int,
    name: str,
    kind: OrganisationKind,
    founded_on: date,
    region: int,
    name_en: str = "",
    size_class: SizeClass = SizeClass.NONE,
    sector: Sector = Sector.NONE,
) -> None:
    """An owner corrects the particulars; `version` is the one that was edited, Stale when another came between.

    The registration number stays: another number is another organisation.
    """
    _only_owner(by, organisation)
    given = {"name": name, "name_en": name_en, "kind": kind, "size_class": size_class, "founded_on": founded_on}
    values = _judged(given | {"sector": sector, "region": region}, today=_today(now))
    rows = Organisation.objects.filter(pk=organisation, version=version)
    if not rows.update(version=version + 1, **values):
        raise Stale("organisation")
    journal.record(
        by=by,
        now=now,
        did="organisations.change_organisation",
        kind="organisation",
        subject=organisation,
        version=version + 1,
    )


def _only_owner(by: Actor, organisation: int) -> None:
    if not by.owner_of(organisation):
        raise Refused("not_allowed_for_role")


# --- invitations ---


@action
def invite(
    *, by: Actor, now: datetime, organisation: int, email: str, role: MemberRole, language: str = "ko"
) -> Invitation:
    """An owner invites an address; the mail carries the only copy of the link's secret.

    Refused: "not_allowed_for_role", "email_malformed", "already_member", "invitation_exists".
    """
    _only_owner(by, organisation)
    address = people.usable_email(email)
    holder = persons.email_holder(address)
    if holder and Membership.objects.filter(organisation=organisation, person=holder, left_at__isnull=True).exists():
        raise Refused("already_member", field="email")
    waiting = Invitation.objects.filter(organisation=organisation, email__iexact=address, state=InvitationState.WAITING)
    waiting.filter(expires_at__lte=now).update(state=InvitationState.WITHDRAWN)
    secret = secrets.token_urlsafe(24)
    try:
        with transaction.atomic():
            row = Invitation.objects.create(
                organisation_id=organisation,
                email=address,
                role=role,
                secret_hash=persons.secret_hash(secret),
                invited_by_id=by.person,
                invited_at=now,
                expires_at=now + rules.INVITATION_LIFE,
            )
    except IntegrityError as error:
        raise Refused("invitation_exists", field="email") from error
    _mail_invitation(row, holder, secret, holder.language if holder else language, now)
    journal.record(
        by=by,
        now=now,
        did="organisations.invite",
        kind="organisation",
        subject=organisation,
        invitation=row.pk,
        role=role,
        email=journal.digest(address),
    )
    return row


def _mail_invitation(row: Invitation, holder: Person | None, secret: str, language: str, now: datetime) -> None:
    outbox.write(
        now=now,
        key=f"invitation-{row.pk}",
        code="invitation",
        person=holder.pk if holder else None,
        address=row.email,
        language=language,
        link=f"/invitations/{secret}/",
        organisation=row.organisation.name,
        inviter=row.invited_by.name,
        centre=settings.MADANG_CENTRE_NAME[language],
        until=formats.moment(row.expires_at, language, settings.MADANG_ZONE),
    )


@action
def accept_invitation(*, by: Actor, now: datetime, secret: str) -> int:
    """A logged-in person joins by the link mailed to their own address; returns the organisation's id.

    Refused: "invitation_not_waiting", "invitation_other_email", "already_member". Of two at once one wins.
    """
    row = queries.invitation_of(secret, now)
    if row is None:
        raise Refused("invitation_not_waiting")
    person = Person.objects.filter(pk=by.person, is_active=True).first()
    if person is None:
        raise Refused("log_in_needed")
    if rules.clean_email(person.email or "") != rules.clean_email(row.email):
        raise Refused("invitation_other_email")
    taken = Invitation.objects.filter(pk=row.pk, state=InvitationState.WAITING)
    if not taken.update(state=InvitationState.ACCEPTED, accepted_by=person.pk, accepted_at=now):
        raise Refused("invitation_not_waiting")
    try:
        with transaction.atomic():
            Membership.objects.create(organisation_id=row.organisation_id, person=person, role=row.role, joined_at=now)
    except IntegrityError as error:
        raise Refused("already_member") from error
    journal.record(
        by=by,
        now=now,
        did="organisations.accept_invitation",
        kind="organisation",
        subject=row.organisation_id,
        invitation=row.pk,
    )
    return row.organisation_id


def accept_by_signing_up(*, by: Actor, now: datetime, secret: str, name: str, language: str, password: str) -> Person:
    """Somebody without an account joins by the mailed link, which proves the address; returns the new person."""
    row = queries.invitation_of(secret, now)
    if row is None:
        raise Refused("invitation_not_waiting")
    kept = rules.clean_name(name)
    hashed = people.password_hash(password, email=row.email, name=kept)
    return _sign_up_and_accept(
        by=by, now=now, secret=secret, email=row.email, name=kept, language=language, hashed=hashed
    )


@action
def _sign_up_and_accept(
    *, by: Actor, now: datetime, secret: str, email: str, name: str, language: str, hashed: str
) -> Person:
    person = people.insert_person(by=by, now=now, email=email, name=name, language=language, hashed=hashed)
    accept_invitation(by=by.speaking_for(person.pk), now=now, secret=secret)
    return person


@action
def withdraw_invitation(*, by: Actor, now: datetime, organisation: int, invitation: int) -> None:
    """An owner takes a waiting invitation back; Stale when it is not waiting."""
    _only_owner(by, organisation)
    rows = Invitation.objects.filter(pk=invitation, organisation=organisation, state=InvitationState.WAITING)
    if not rows.update(state=InvitationState.WITHDRAWN):
        raise Stale("invitation")
    journal.record(
        by=by,
        now=now,
        did="organisations.withdraw_invitation",
        kind="organisation",
        subject=organisation,
        invitation=invitation,
    )


# --- members ---


@action
def remove_member(*, by: Actor, now: datetime, organisation: int, person: int) -> None:
    """An owner removes a member, or a member leaves; never the last owner. Stale when the person is no member."""
    if by.person != person:
        _only_owner(by, organisation)
    held = Membership.objects.filter(organisation=organisation, person=person, left_at__isnull=True)
    row = held.first()
    if row is None:
        raise Stale("membership")
    if row.role == MemberRole.OWNER:
        people.leave_an_owner(organisation, without=person)
    if not held.filter(role=row.role).update(left_at=now):
        raise Stale("membership")
    did = "leave" if by.person == person else "remove_member"
    journal.record(by=by, now=now, did=f"organisations.{did}", kind="organisation", subject=organisation, person=person)


@action
def change_member_role(*, by: Actor, now: datetime, organisation: int, person: int, role: MemberRole) -> None:
    """An owner makes a member owner or an owner member; never the last owner. Stale when nothing would change."""
    _only_owner(by, organisation)
    if role is MemberRole.MEMBER:
        people.leave_an_owner(organisation, without=person)
    held = Membership.objects.filter(organisation=organisation, person=person, left_at__isnull=True).exclude(role=role)
    if not held.update(role=role):
        raise Stale("membership")
    journal.record(
        by=by,
        now=now,
        did="organisations.change_member_role",
        kind="organisation",
        subject=organisation,
        person=person,
        role=role,
    )


# --- findings ---


@action
def set_firm_group(*, by: Actor, now: datetime, organisation: int, version: int, firm_group: str) -> None:
    """Staff write down to which group of firms an organisation belongs; empty: to none.

    Whoever works for a firm of the group is in conflict with all of them from then on. Refused:
    "not_allowed_for_role", "name_malformed". Stale when the organisation was changed meanwhile.
    """
    if not (by.person and by.has(*WORKING_ROLES)):
        raise Refused("not_allowed_for_role")
    name = rules.clean_name(firm_group, 80) if firm_group.strip() else ""
    rows = Organisation.objects.filter(pk=organisation, version=version)
    if not rows.update(firm_group=name, version=version + 1):
        raise Stale("organisation")
    facts = {"subject": organisation, "group": journal.digest(name)}
    journal.record(by=by, now=now, did="organisations.set_firm_group", kind="organisation", **facts)


@action
def record_verdict(
    *,
    by: Actor,
    now: datetime,
    organisation: int,
    attribute: Attribute,
    holds: bool,
    evidence: str,
    valid_from: date,
    valid_until: date,
) -> Verdict:
    """Staff record what evidence showed, for the days [valid_from, valid_until); owners are told.

    `evidence` names the paper (issuer, number), never a birth date. Refused: "not_allowed_for_role",
    "verdict_period", "verdict_exists".
    """
    if not (by.person and by.has(*WORKING_ROLES)):
        raise Refused("not_allowed_for_role")
    if valid_until <= valid_from:
        raise Refused("verdict_period", field="valid_until")
    try:
        with transaction.atomic():
            row = Verdict.objects.create(
                organisation_id=organisation,
                attribute=attribute,
                holds=holds,
                evidence=evidence.strip()[:200],
                checked_by_id=by.person,
                checked_at=now,
                valid_from=valid_from,
                valid_until=valid_until,
            )
    except IntegrityError as error:
        raise Refused("verdict_exists", field="valid_from") from error
    for owner in persons.owners(organisation):
        people.write_mail(
            owner,
            now=now,
            code="verdict_recorded",
            key=f"verdict-{row.pk}-{owner.pk}",
            link=f"/organisations/{organisation}/",
            organisation=row.organisation.name,
        )
    journal.record(
        by=by,
        now=now,
        did="organisations.record_verdict",
        kind="organisation",
        subject=organisation,
        attribute=attribute,
        holds=holds,
        verdict=row.pk,
    )
    return row


@action
def forget_addresses(*, now: datetime, before: datetime, limit: int = 200) -> int:
    """Empties the addresses of invitations that lapsed before an instant; those still waiting are withdrawn."""
    old = Invitation.objects.filter(expires_at__lt=before).exclude(email__endswith="@forgotten.invalid")
    ids = list(old.order_by("pk").values_list("pk", flat=True)[:limit])
    if not ids:
        return 0
    lapsed = Invitation.objects.filter(pk__in=ids, state=InvitationState.WAITING)
    lapsed.update(state=InvitationState.WITHDRAWN)
    Invitation.objects.filter(pk__in=ids).update(email="nobody@forgotten.invalid")
    journal.destroyed(now=now, kind="invitation", subjects=ids, due_before=before)
    return len(ids)
