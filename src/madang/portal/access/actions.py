"""Signs people up, logs them in and out, resets and changes passwords, gives and takes API tokens."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import F, Q

from madang.errors import Refused, Stale
from madang.portal.access import queries
from madang.portal.actors import Actor
from madang.portal.journal import actions as journal
from madang.portal.outbox import actions as outbox
from madang.portal.people import actions as people
from madang.portal.people import links, rules
from madang.portal.people import queries as persons
from madang.portal.people.models import ApiToken, LoginFailure, Person
from madang.portal.people.rules import TokenScope
from madang.portal.transactions import action


def _slot(now: datetime) -> int:
    return int(now.timestamp()) // rules.MAIL_EVERY


# --- signing up ---


@action
def ask_sign_up(*, by: Actor, now: datetime, email: str, name: str, language: str) -> None:
    """Mails a link that proves the address; the account comes into being when a password is set there.

    Whoever asks learns nothing about whether an account exists: its holder gets another mail instead.
    """
    address, kept = people.usable_email(email), rules.clean_name(name)
    if language not in dict(settings.LANGUAGES):
        raise Refused("language_unknown", field="language")
    _count_mail(by, now)
    digest = journal.digest(address)
    holder = persons.email_holder(address)
    if holder:
        people.write_mail(
            holder, now=now, code="already_registered", key=f"signed-up-{digest[:20]}-{_slot(now)}", link="/log-in/"
        )
    else:
        token = links.make(
            "sign-up", now=now, life=rules.CONFIRMATION_LIFE, email=address, name=kept, language=language
        )
        outbox.write(
            now=now,
            key=f"sign-up-{digest[:20]}-{_slot(now)}",
            code="confirm_email",
            person=None,
            address=address,
            language=language,
            link=f"/sign-up/{token}/",
            centre=settings.MADANG_CENTRE_NAME[language],
            days=rules.CONFIRMATION_LIFE.days,
        )
    journal.record(by=by, now=now, did="access.ask_sign_up", kind="email", subject=digest)


def _count_mail(by: Actor, now: datetime) -> None:
    """One more mail asked for from a network address; Refused "mails_throttled", whether or not one would be sent."""
    if not by.address:
        return
    try:
        _take_place(journal.digest(f"mails:{by.address}"), rules.MAILS_FROM_ADDRESS, now)
    except Refused as refused:
        raise Refused("mails_throttled", **refused.facts) from refused


def confirm_sign_up(*, by: Actor, now: datetime, token: str, password: str) -> Person:
    """The account behind a sign-up link, with its password; Refused "link_invalid", "password_weak", "email_taken"."""
    claims = links.read("sign-up", token, now=now)
    return people.register_person(
        by=by, now=now, email=claims["email"], name=claims["name"], language=claims["language"], password=password
    )


# --- logging in ---


def log_in(*, by: Actor, now: datetime, email: str, password: str) -> Person:
    """Whom address and password belong to. `by` is the public, with its network address.

    Every attempt takes a place before the password is looked at, under keyed digests of the e-mail and of the network
    address, and gives it back when it is right; so attempts at the same moment cannot slip past the limit.
    Refused: "log_in_throttled" (with the minutes to wait), "log_in_wrong".
    """
    attempt = _take_places(by=by, now=now, email=email)
    person = persons.email_holder(email)
    if person is None:
        # as slow as a real check, so that the time taken does not tell which addresses have an account
        make_password(password)
        raise Refused("log_in_wrong")
    if not check_password(password, person.password):
        raise Refused("log_in_wrong")
    _let_in(by=by, now=now, person=person.pk, email=email, attempt=attempt)
    return person


def _digests(by: Actor, email: str) -> tuple[str, str]:
    return journal.digest(f"e-mail:{rules.clean_email(email)}"), journal.digest(f"address:{by.address}")


@action
def _take_places(*, by: Actor, now: datetime, email: str) -> list[int]:
    account, address = _digests(by, email)
    tries = settings.MADANG_LOGIN_TRIES
    return [_take_place(account, tries, now), _take_place(address, tries * rules.ADDRESS_FACTOR, now)]


def _take_place(digest: str, limit: int, now: datetime) -> int:
    """One of as many places as attempts may fail: each is one row at most, so that no two attempts share one."""
    known = dict(LoginFailure.objects.filter(digest=digest).values_list("pk", "failed_at"))
    for number in range(limit):
        place = rules.attempt_place(digest, number)
        if _taken(place, digest, known.get(place), now):
            return place
    until = rules.wait_until(queries.failures(digest, now), now, limit)
    raise Refused("log_in_throttled", minutes=rules.minutes_until(until or now, now))


def _taken(place: int, digest: str, before: datetime | None, now: datetime) -> bool:
    """Takes a place that is new, or whose last attempt is long ago; False where another attempt holds it."""
    if before is not None:
        over = before <= now - rules.ATTEMPTS_WINDOW
        return over and bool(LoginFailure.objects.filter(pk=place, failed_at=before).update(failed_at=now))
    try:
        with transaction.atomic():
            LoginFailure.objects.create(pk=place, digest=digest, failed_at=now)
    except IntegrityError:
        return False
    return True


@action
def _let_in(*, by: Actor, now: datetime, person: int, email: str, attempt: list[int]) -> None:
    LoginFailure.objects.filter(Q(pk__in=attempt) | Q(digest=_digests(by, email)[0])).delete()
    journal.record(by=by.speaking_for(person), now=now, did="access.log_in", kind="person", subject=person)


@action
def log_out(*, by: Actor, now: datetime) -> None:
    """Notes that a person logged out; the face ends the session."""
    journal.record(by=by, now=now, did="access.log_out", kind="person", subject=by.person)


# --- passwords ---


@action
def ask_reset(*, by: Actor, now: datetime, email: str) -> None:
    """Mails a link for a new password, if the address has an account; whoever asks is told the same either way."""
    address = people.usable_email(email)
    _count_mail(by, now)
    person = persons.email_holder(address)
    if person:
        token = links.make("reset", now=now, life=rules.RESET_LIFE, person=person.pk, state=queries.state_of(person))
        people.write_mail(
            person,
            now=now,
            code="reset_password",
            key=f"reset-{person.pk}-{_slot(now)}",
            link=f"/reset/{token}/",
            hours=rules.RESET_LIFE // timedelta(hours=1),
        )
    journal.record(by=by, now=now, did="access.ask_reset", kind="email", subject=journal.digest(address))


def reset_password(*, by: Actor, now: datetime, token: str, password: str) -> Person:
    """Sets the password behind a reset link, once, and revokes all tokens; Refused "link_invalid", "password_weak"."""
    claims = links.read("reset", token, now=now)
    person = Person.objects.filter(pk=claims["person"], is_active=True).first()
    if person is None or queries.state_of(person) != claims["state"]:
        raise Refused("link_invalid")
    hashed = people.password_hash(password, email=person.email or "", name=person.name)
    by = by.speaking_for(person.pk)
    _set_password(by=by, now=now, person=person, hashed=hashed, did="access.reset_password", revoke_tokens=True)
    return Person.objects.get(pk=person.pk)


def change_password(*, by: Actor, now: datetime, old: str, new: str, revoke_tokens: bool = True) -> Person:
    """A person changes their own password; other sessions end by it, and tokens unless these are to go on.

    Refused: "password_wrong", "password_weak".
    """
    person = Person.objects.filter(pk=by.person, is_active=True).first()
    if person is None:
        raise Refused("log_in_needed")
    if not check_password(old, person.password):
        raise Refused("password_wrong", field="old")
    hashed = people.password_hash(new, email=person.email or "", name=person.name)
    did = "access.change_password"
    _set_password(by=by, now=now, person=person, hashed=hashed, did=did, revoke_tokens=revoke_tokens)
    return Person.objects.get(pk=person.pk)


@action
def _set_password(*, by: Actor, now: datetime, person: Person, hashed: str, did: str, revoke_tokens: bool) -> None:
    """Only over the password that was looked at: two at once, and one of them is Stale."""
    if not Person.objects.filter(pk=person.pk, password=person.password, is_active=True).update(password=hashed):
        raise Stale("password")
    held = ApiToken.objects.filter(person=person.pk, revoked_at__isnull=True)
    revoked = held.update(revoked_at=now) if revoke_tokens else 0
    people.write_mail(
        person, now=now, code="password_changed", key=f"password-{person.pk}-{now.timestamp():.6f}", link="/reset/"
    )
    journal.record(by=by, now=now, did=did, kind="person", subject=person.pk, tokens_revoked=revoked)


# --- API tokens ---


@action
def create_token(
    *, by: Actor, now: datetime, name: str, days: int, scope: TokenScope = TokenScope.FULL
) -> tuple[ApiToken, str]:
    """A new token for a scope and its secret, which is shown this once and stored as a hash.

    Refused: "token_name_empty", "token_days", "too_many_tokens".
    """
    if by.person is None:
        raise Refused("log_in_needed")
    kept = name.strip()[:60]
    if not kept:
        raise Refused("token_name_empty", field="name")
    if not 1 <= days <= rules.TOKEN_DAYS:
        raise Refused("token_days", field="days", limit=rules.TOKEN_DAYS)
    # the person's row first: of two tokens at the same moment the second is counted after the first
    Person.objects.filter(pk=by.person).update(language=F("language"))
    in_force = persons.tokens(by).filter(revoked_at__isnull=True, expires_at__gt=now)
    if in_force.count() >= rules.TOKENS_IN_FORCE:
        raise Refused("too_many_tokens", limit=rules.TOKENS_IN_FORCE)
    secret = rules.TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        person_id=by.person,
        name=kept,
        shown_start=secret[:8],
        scope=scope,
        secret_hash=persons.secret_hash(secret),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    journal.record(by=by, now=now, did="access.create_token", kind="token", subject=token.pk, days=days, scope=scope)
    return token, secret


@action
def revoke_token(*, by: Actor, now: datetime, token: int) -> None:
    """A person takes one of their own tokens out of force at once; Stale when it is revoked already."""
    if not persons.tokens(by).filter(pk=token, revoked_at__isnull=True).update(revoked_at=now):
        raise Stale("token")
    journal.record(by=by, now=now, did="access.revoke_token", kind="token", subject=token)


def log_in_for_token(
    *, by: Actor, now: datetime, email: str, password: str, name: str, days: int, scope: TokenScope = TokenScope.FULL
) -> tuple[ApiToken, str]:
    """A token for a program whose user types address and password once; refusals as for `log_in` and `create_token`."""
    person = log_in(by=by, now=now, email=email, password=password)
    return create_token(by=by.speaking_for(person.pk), now=now, name=name, days=days, scope=scope)


def note_use(*, token: str, day: date) -> None:
    """Notes the day on which a token was last used, so that its holder can tell an idle one; written once a day."""
    if queries.not_used_on(token, day):
        _write_use(token=token, day=day)


@action
def _write_use(*, token: str, day: date) -> None:
    queries.token_of(token).update(last_used_on=day)


@action
def forget_attempts(*, now: datetime, before: datetime, limit: int = 500) -> int:
    """Deletes failed attempts older than an instant, and enters that in the register."""
    ids = list(LoginFailure.objects.filter(failed_at__lt=before).order_by("pk").values_list("pk", flat=True)[:limit])
    if ids:
        LoginFailure.objects.filter(pk__in=ids).delete()
        journal.destroyed(now=now, kind="login_failure", subjects=ids, due_before=before)
    return len(ids)


@action
def clear_sessions(*, now: datetime, before: datetime, limit: int = 500) -> int:
    """Deletes sessions that expired before an instant, which Django keeps for ever, and enters that in the register."""
    ids = list(Session.objects.filter(expire_date__lt=before).values_list("pk", flat=True)[:limit])
    if ids:
        Session.objects.filter(pk__in=ids).delete()
        journal.destroyed(now=now, kind="session", subjects=ids, due_before=before)
    return len(ids)
