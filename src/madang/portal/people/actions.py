"""What happens to persons: registering, changing what is theirs, roles in the body, erasing; and the regions."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation

from madang.errors import Refused, Stale
from madang.portal.actors import Actor, MemberRole, Role, Via
from madang.portal.journal import actions as journal
from madang.portal.outbox import actions as outbox
from madang.portal.people import links, queries, rules
from madang.portal.people.models import ApiToken, Invitation, Membership, Person, Region, StaffRole, UnixUser
from madang.portal.people.seeds.regions import REGIONS
from madang.portal.transactions import action

FIRST_OPERATOR_LIFE = timedelta(hours=24)


# --- registering ---


def usable_email(email: str) -> str:
    """An address as it is kept; Refused "email_malformed" when it is none."""
    kept = rules.clean_email(email)
    try:
        validate_email(kept)
    except ValidationError as error:
        raise Refused("email_malformed", field="email") from error
    return kept


def password_hash(password: str, *, email: str, name: str) -> str:
    """The password as it is kept, hashed before any transaction begins; Refused "password_weak" with the reasons."""
    try:
        validate_password(password, Person(email=email, name=name))
    except ValidationError as error:
        raise Refused("password_weak", field="password", reasons=" ".join(error.messages)) from error
    return make_password(password)


def register_person(
    *, by: Actor, now: datetime, email: str, name: str, language: str, password: str | None = None
) -> Person:
    """A new account whose address is known to be the person's own; without a password nobody can log in with it.

    Refused: "email_malformed", "email_taken", "name_empty", "name_malformed", "language_unknown", "password_weak".
    """
    address, kept = usable_email(email), rules.clean_name(name)
    hashed = make_password(None) if password is None else password_hash(password, email=address, name=kept)
    return insert_person(by=by, now=now, email=address, name=kept, language=language, hashed=hashed)


@action
def insert_person(*, by: Actor, now: datetime, email: str, name: str, language: str, hashed: str) -> Person:
    """The row and line of a new account, its values judged and its password hashed by the caller."""
    _check_language(language)
    try:
        with transaction.atomic():
            person = Person.objects.create(email=email, name=name, language=language, password=hashed, created_at=now)
    except IntegrityError as error:
        raise Refused("email_taken", field="email") from error
    actor = by if by.person or by.via is Via.WORKER else by.speaking_for(person.pk)
    journal.record(by=actor, now=now, did="people.register_person", kind="person", subject=person.pk)
    return person


def _check_language(language: str) -> None:
    if language not in dict(settings.LANGUAGES):
        raise Refused("language_unknown", field="language")


def first_operator_link(*, now: datetime) -> str | None:
    """The address at which the first operator signs up, for 24 hours; None once there is an operator."""
    if queries.operator_exists():
        return None
    token = links.make("first-operator", now=now, life=FIRST_OPERATOR_LIFE)
    return f"{settings.MADANG_BASE_URL}/first-operator/{token}/"


def register_first_operator(
    *, by: Actor, now: datetime, token: str, email: str, name: str, language: str, password: str
) -> Person:
    """The person who opened the first operator's link becomes operator; Refused "link_invalid" once there is one."""
    links.read("first-operator", token, now=now)
    address, kept = usable_email(email), rules.clean_name(name)
    hashed = password_hash(password, email=address, name=kept)
    return _first_operator(by=by, now=now, email=address, name=kept, language=language, hashed=hashed)


@action
def _first_operator(*, by: Actor, now: datetime, email: str, name: str, language: str, hashed: str) -> Person:
    # the regions are the only rows that every centre has from its beginning: two who open the link at once meet here
    Region.objects.update(capital_area=F("capital_area"))
    if queries.operator_exists():
        raise Refused("link_invalid")
    person = insert_person(by=by, now=now, email=email, name=name, language=language, hashed=hashed)
    _insert_role(by=by.speaking_for(person.pk), now=now, person=person.pk, role=Role.OPERATOR, granted_by=None)
    return person


# --- one's own ---


@action
def change_profile(*, by: Actor, now: datetime, name: str, language: str) -> None:
    """A person corrects their own name and chooses the language of pages and mails."""
    _check_language(language)
    kept = rules.clean_name(name)
    if not Person.objects.filter(pk=by.person, is_active=True).update(name=kept, language=language):
        raise Refused("log_in_needed")
    journal.record(by=by, now=now, did="people.change_profile", kind="person", subject=by.person)


@action
def ask_email_change(*, by: Actor, now: datetime, email: str) -> None:
    """Mails a link to the new address; the change happens when it is opened. Refused "email_taken"."""
    address = usable_email(email)
    person = _own(by)
    if queries.email_holder(address):
        raise Refused("email_taken", field="email")
    token = links.make(
        "email",
        now=now,
        life=rules.CONFIRMATION_LIFE,
        person=person.pk,
        email=address,
        state=links.fingerprint(person.email),
    )
    write_mail(
        person,
        now=now,
        code="confirm_email",
        key=f"email-{person.pk}-{journal.digest(address)[:20]}-{int(now.timestamp()) // rules.MAIL_EVERY}",
        address=address,
        link=f"/me/e-mail/{token}/",
        days=rules.CONFIRMATION_LIFE.days,
    )
    journal.record(
        by=by, now=now, did="people.ask_email_change", kind="person", subject=person.pk, to=journal.digest(address)
    )


@action
def confirm_email_change(*, by: Actor, now: datetime, token: str) -> None:
    """Puts the confirmed address in place and tells the old one; Refused "link_invalid", "email_taken"."""
    claims = links.read("email", token, now=now)
    person = Person.objects.filter(pk=claims["person"], is_active=True).first()
    if person is None or links.fingerprint(person.email) != claims["state"]:
        raise Refused("link_invalid")
    try:
        with transaction.atomic():
            changed = Person.objects.filter(pk=person.pk, email=person.email).update(email=claims["email"])
    except IntegrityError as error:
        raise Refused("email_taken") from error
    if not changed:
        raise Stale("person")
    write_mail(person, now=now, code="email_changed", key=f"email-changed-{person.pk}-{now.timestamp():.0f}")
    journal.record(
        by=by.speaking_for(person.pk), now=now, did="people.confirm_email_change", kind="person", subject=person.pk
    )


def _own(by: Actor) -> Person:
    person = Person.objects.filter(pk=by.person, is_active=True).first()
    if person is None:
        raise Refused("log_in_needed")
    return person


def write_mail(
    person: Person, *, now: datetime, code: str, key: str, address: str = "", link: str = "", **facts: object
) -> None:
    """Owes a person one mail in their language, with the centre's name among the facts."""
    centre = settings.MADANG_CENTRE_NAME[person.language]
    with translation.override(person.language):
        outbox.write(
            now=now,
            key=key,
            code=code,
            person=person.pk,
            address=address or person.email,
            language=person.language,
            link=link,
            **({"centre": centre} | facts),
        )


@action
def note_export(*, by: Actor, now: datetime) -> None:
    """Notes that a person took a copy of everything held about them."""
    journal.record(by=by, now=now, did="people.export", kind="person", subject=by.person)


# --- roles in the body ---


@action
def grant_role(*, by: Actor, now: datetime, person: int, role: Role) -> None:
    """An operator gives a person a role; Refused "role_held" when they hold it."""
    _only_operator(by)
    held = Person.objects.filter(pk=person, is_active=True).first()
    if held is None:
        raise Refused("not_found")
    _insert_role(by=by, now=now, person=person, role=role, granted_by=by.person)
    write_mail(held, now=now, code="role_changed", key=f"role-{person}-{role}-{now.timestamp():.6f}", link="/me/")


def _insert_role(*, by: Actor, now: datetime, person: int, role: Role, granted_by: int | None) -> None:
    try:
        with transaction.atomic():
            StaffRole.objects.create(person_id=person, role=role, granted_by_id=granted_by, granted_at=now)
    except IntegrityError as error:
        raise Refused("role_held") from error
    journal.record(by=by, now=now, did="people.grant_role", kind="person", subject=person, role=role)


def _only_operator(by: Actor) -> None:
    if not (by.has(Role.OPERATOR) or by.via is Via.WORKER):
        raise Refused("not_allowed_for_role")


@action
def end_role(*, by: Actor, now: datetime, person: int, role: Role) -> None:
    """An operator ends a person's role, never the last operator's; Stale when the person does not hold it."""
    _only_operator(by)
    if role is Role.OPERATOR:
        _leave_an_operator(without=person)
    held = StaffRole.objects.filter(person=person, role=role, ended_at__isnull=True)
    if not held.update(ended_at=now):
        raise Stale("role")
    journal.record(by=by, now=now, did="people.end_role", kind="person", subject=person, role=role)
    row = Person.objects.filter(pk=person, is_active=True).first()
    if row:
        write_mail(row, now=now, code="role_changed", key=f"role-{person}-{role}-{now.timestamp():.6f}", link="/me/")


def _leave_an_operator(*, without: int) -> None:
    operators = StaffRole.objects.filter(role=Role.OPERATOR, ended_at__isnull=True, person__is_active=True)
    # writing all their rows lets only one such decision happen at a time, on PostgreSQL too
    StaffRole.objects.filter(pk__in=list(operators.values_list("pk", flat=True))).update(granted_at=F("granted_at"))
    if not operators.exclude(person=without).exists():
        raise Refused("last_operator")


# --- erasing ---


@action
def erase_person(*, by: Actor, now: datetime, person: int) -> None:
    """Empties everything personal and leaves the row, so that ids in the journal keep their meaning.

    By the person or an operator. Refused for the last owner of an organisation and the last operator. Name, address,
    messages, tokens, memberships and roles go; sessions end, since an inactive person has none.
    """
    if by.person != person:
        _only_operator(by)
    row = Person.objects.filter(pk=person, erased_at__isnull=True).first()
    if row is None:
        raise Refused("not_found")
    for organisation in Membership.objects.filter(person=person, left_at__isnull=True, role=MemberRole.OWNER):
        leave_an_owner(organisation.organisation_id, without=person)
    if StaffRole.objects.filter(person=person, role=Role.OPERATOR, ended_at__isnull=True).exists():
        _leave_an_operator(without=person)
    _empty(row, now)
    journal.record(by=by, now=now, did="people.erase_person", kind="person", subject=person)


def leave_an_owner(organisation: int, *, without: int) -> None:
    """Refused "last_owner" when nobody but `without` owns the organisation; one such decision at a time."""
    owners = Membership.objects.filter(
        organisation=organisation, role=MemberRole.OWNER, left_at__isnull=True, person__is_active=True
    )
    Membership.objects.filter(pk__in=list(owners.values_list("pk", flat=True))).update(joined_at=F("joined_at"))
    if not owners.exclude(person=without).exists():
        raise Refused("last_owner")


def _empty(row: Person, now: datetime) -> None:
    nobody = f"erased-{row.pk}@erased.invalid"
    Invitation.objects.filter(email__iexact=row.email, state=rules.InvitationState.WAITING).update(
        state=rules.InvitationState.WITHDRAWN
    )
    Invitation.objects.filter(email__iexact=row.email).update(email=nobody)
    outbox.forget(person=row.pk, address=row.email or "")
    ApiToken.objects.filter(person=row.pk).delete()
    Membership.objects.filter(person=row.pk, left_at__isnull=True).update(left_at=now)
    StaffRole.objects.filter(person=row.pk, ended_at__isnull=True).update(ended_at=now)
    UnixUser.objects.filter(person=row.pk).delete()
    changed = Person.objects.filter(pk=row.pk, erased_at__isnull=True).update(
        email=None, name="", password=make_password(None), is_active=False, erased_at=now, last_login=None
    )
    if not changed:
        raise Stale("person")


# --- regions ---


@action
def seed_regions(*, by: Actor, now: datetime) -> int:
    """Adds those of Korea's regions that the table lacks; returns how many. Running it again changes nothing."""
    known = dict(Region.objects.values_list("code", "pk"))
    missing = [seed for seed in REGIONS if seed.code not in known]
    for seed in missing:
        values = seed._asdict() | {"successor_id": known[seed.successor] if seed.successor else None}
        values.pop("successor")
        known[seed.code] = Region.objects.create(**values).pk
    if missing:
        journal.record(by=by, now=now, did="people.seed_regions", kind="region", subject="all", added=len(missing))
    return len(missing)
