"""Brings experts into the pool from a file, keeps the terms of a call's reviewers, and notes who agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from madang.errors import Refused
from madang.portal.actors import Actor
from madang.portal.experts import queries
from madang.portal.experts.models import ExpertAgreement, ExpertProfile, ExpertTerms
from madang.portal.experts.roster import Roster
from madang.portal.experts.rules import Judged, Known, Listed, Post, Verdict, judged
from madang.portal.journal import actions as journal
from madang.portal.people import actions as people
from madang.portal.people.models import Region
from madang.portal.reviews.models import Affiliation, Reviewer
from madang.portal.reviews.rules import manager_of
from madang.portal.transactions import action

LOAD_LIMIT = 40


# --- a file of experts ---


@dataclass(frozen=True)
class Brought:
    """How many experts of a file were new, got new particulars, were here as they are, or were left out."""

    new: int
    changed: int
    unchanged: int
    skipped: int


def look(*, by: Actor, roster: Roster, decided: Mapping[int, str]) -> list[Judged]:
    """What bringing a file in would come to; nothing is stored. Refused: "not_allowed_for_role" and as `judged`."""
    manager_of(by)
    return judged(roster.experts, queries.known(roster.experts), decided)


@action
def bring_in(*, by: Actor, now: datetime, sha256: str, roster: Roster, decided: Mapping[int, str]) -> Brought:
    """Stores a file's experts, all or none; those who are new get an account without a password and a mail.

    Refused: "not_allowed_for_role", "experts_have_faults" (rows), "experts_none", "experts_to_be_told_apart" (rows),
    "expert_decision_unknown".
    """
    found = look(by=by, roster=roster, decided=decided)
    counts = Counter(one.verdict for one in found)
    if roster.faults or counts[Verdict.STAFF]:
        raise Refused("experts_have_faults", rows=len(roster.faults) + counts[Verdict.STAFF])
    if counts[Verdict.POSSIBLE]:
        raise Refused("experts_to_be_told_apart", rows=counts[Verdict.POSSIBLE])
    if not found:
        raise Refused("experts_none")
    regions = dict(Region.objects.values_list("code", "pk"))
    numbers = queries.organisations_numbered(post.number for one in found for post in one.row.posts)
    for one in found:
        if one.verdict in (Verdict.NEW, Verdict.CHANGED):
            _store(by, now, one, regions, numbers)
    done = Brought(*(counts[verdict] for verdict in (Verdict.NEW, Verdict.CHANGED, Verdict.UNCHANGED, Verdict.SKIPPED)))
    if done.new or done.changed:
        facts = {"new": done.new, "changed": done.changed, "unchanged": done.unchanged, "skipped": done.skipped}
        journal.record(by=by, now=now, did="experts.bring_in", kind="reviewer", subject="many", file=sha256, **facts)
    return done


def _store(by: Actor, now: datetime, one: Judged, regions: Mapping[str, int], numbers: Mapping[str, int]) -> None:
    row, known = one.row, one.known
    person = known.person if known else _account(by, now, row)
    expert = known.expert if known and known.expert else _into_pool(person, row, now)
    given = {"fields": list(row.fields), "load_limit": row.load_limit, "affiliation": _present(row.posts)}
    Reviewer.objects.filter(pk=expert).update(**{name: value for name, value in given.items() if value})
    _particulars(expert, row, known, regions, now)
    for post in row.posts:
        _post(expert, post, numbers.get(post.number))


def _account(by: Actor, now: datetime, row: Listed) -> int:
    language = "en" if row.languages and "ko" not in row.languages else "ko"
    given = {"email": row.email, "name": row.name, "language": language}
    person = people.insert_person(by=by, now=now, hashed=make_password(None), **given)
    people.write_mail(person, now=now, code="expert_entered", key=f"expert-entered-{person.pk}", link="/reset/")
    return person.pk


def _into_pool(person: int, row: Listed, now: datetime) -> int:
    affiliation = _present(row.posts)
    given = {"affiliation": affiliation, "fields": list(row.fields), "load_limit": row.load_limit or LOAD_LIMIT}
    peer = Reviewer.objects.filter(person=person, expert=False)
    if peer.update(expert=True, active=True, **given):
        return Reviewer.objects.get(person=person).pk
    return Reviewer.objects.create(person_id=person, added_at=now, **given).pk


def _present(posts: Iterable[Post]) -> str:
    """Where somebody works now: the post that has not ended and began last."""
    going = [post for post in posts if post.until is None]
    return max(going, key=lambda post: post.since).name if going else ""


def _particulars(expert: int, row: Listed, known: Known | None, regions: Mapping[str, int], now: datetime) -> None:
    """What the file says takes the place of what was there; spellings and addresses are added."""
    profile, _ = ExpertProfile.objects.get_or_create(reviewer_id=expert, defaults={"changed_at": now})
    address = row.email if known and row.email not in known.addresses else None
    own = known.name if known else row.name
    names = {*profile.other_names, *row.other_names, row.name} - {own}
    given = {
        "languages": list(row.languages) or profile.languages,
        "region_id": regions.get(row.region, profile.region_id),
        "other_names": sorted(names),
        "other_addresses": sorted({*profile.other_addresses, address} - {None}),
    }
    ExpertProfile.objects.filter(pk=profile.pk).update(**given, changed_at=now)


def _post(expert: int, post: Post, organisation: int | None) -> None:
    where = {"organisation_id": organisation} if organisation else {"name": post.name}
    where |= {} if organisation else {"registration_number": post.number}
    rows = Affiliation.objects.filter(reviewer_id=expert, since=post.since, **where)
    part = {"department": post.department} if post.department else {}
    if not rows.update(until=post.until, **part):
        Affiliation.objects.create(reviewer_id=expert, since=post.since, until=post.until, **part, **where)


# --- terms of a call ---


@action
def set_terms(*, by: Actor, now: datetime, call: int, body_ko: str, body_en: str) -> ExpertTerms:
    """Sets what reviewers of a call promise before they see a file; whoever agreed to an earlier version is asked anew.

    Refused: "not_allowed_for_role", "not_found", "expert_terms_empty", "expert_terms_same".
    """
    manager = manager_of(by)
    texts = {"body_ko": body_ko.strip(), "body_en": body_en.strip()}
    for name, text in texts.items():
        if not text:
            raise Refused("expert_terms_empty", field=name)
    if not queries.calls(by).filter(pk=call).exists():
        raise Refused("not_found")
    last = queries.terms_of(call)
    if last is not None and texts == {"body_ko": last.body_ko, "body_en": last.body_en}:
        raise Refused("expert_terms_same")
    number = last.number + 1 if last else 1
    made = ExpertTerms.objects.create(call_id=call, number=number, set_by_id=manager, set_at=now, **texts)
    journal.record(by=by, now=now, did="experts.set_terms", kind="call", subject=call, number=number)
    return made


@action
def agree(*, by: Actor, now: datetime, terms: int) -> None:
    """A reviewer agrees to a call's terms. Refused: "not_found", "expert_terms_changed" when a newer version counts."""
    reviewer = Reviewer.objects.filter(person=by.person, active=True).first() if by.person else None
    row = ExpertTerms.objects.filter(pk=terms).first()
    if reviewer is None or row is None:
        raise Refused("not_found")
    note_agreement(by=by, now=now, terms=row, reviewer=reviewer.pk)


@action
def note_agreement(*, by: Actor, now: datetime, terms: ExpertTerms, reviewer: int) -> None:
    """Keeps that a reviewer agreed; for whoever knows that it is they. Agreeing again changes nothing."""
    if queries.terms_of(terms.call_id) != terms:
        raise Refused("expert_terms_changed")
    try:
        with transaction.atomic():
            ExpertAgreement.objects.create(terms=terms, reviewer_id=reviewer, agreed_at=now)
    except IntegrityError:
        return
    facts = {"call": terms.call_id, "number": terms.number}
    journal.record(by=by, now=now, did="experts.agree", kind="reviewer", subject=reviewer, **facts)
