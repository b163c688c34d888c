"""Reads the pool of experts with its particulars, what a file would change in it, and who agreed to which terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from madang.portal.actors import Actor
from madang.portal.calls.models import Call
from madang.portal.experts.models import ExpertAgreement, ExpertTerms
from madang.portal.experts.rules import Known, Listed, compact
from madang.portal.people import queries as people
from madang.portal.people.models import Organisation, Person, Region, StaffRole
from madang.portal.people.rules import region_at
from madang.portal.reviews import queries as reviews
from madang.portal.reviews.models import Affiliation, ReviewAssignment, Reviewer
from madang.portal.reviews.rules import LIVE_STATES, AssignmentState
from madang.portal.tasks import Task


@dataclass(frozen=True)
class Sought:
    """What the pool is searched for; empty: whatever it is."""

    words: str = ""
    field: str = ""
    region: str = ""
    language: str = ""
    active: bool | None = None


def experts(by: Actor, sought: Sought = Sought()) -> QuerySet[Reviewer]:
    """The pool with particulars and posts by name, for staff and auditors."""
    posts = Prefetch("affiliations", Affiliation.objects.select_related("organisation").order_by("-since", "pk"))
    rows = reviews.reviewers(by).select_related("person", "profile__region").prefetch_related(posts)
    if sought.words:
        like = Q(person__name__icontains=sought.words) | Q(affiliation__icontains=sought.words)
        rows = rows.filter(like | Q(person__email__icontains=sought.words))
    if sought.region:
        rows = rows.filter(profile__region__code=sought.region)
    if sought.active is not None:
        rows = rows.filter(active=sought.active)
    return _listing(_listing(rows, "fields", sought.field), "profile__languages", sought.language)


def _listing(rows: QuerySet[Reviewer], column: str, word: str) -> QuerySet[Reviewer]:
    """Those whose list holds the word; SQLite has no lookup for that, and the pool is small."""
    if not word:
        return rows
    held = [pk for pk, words in rows.order_by().values_list("pk", column) if word in (words or ())]
    return rows.filter(pk__in=held)


def fields_in_use(by: Actor) -> list[str]:
    """Every field of expertise that somebody in the pool has."""
    return sorted({word for words in reviews.reviewers(by).values_list("fields", flat=True) for word in words})


def region_names(day: date) -> dict[str, str]:
    """Every way to write a region, without spaces, with the code of the one that it is on a day.

    Lists go on naming a region that was merged: its name means the one that followed.
    """
    spans, found = people.region_spans(), {}
    rows = list(Region.objects.order_by("pk"))
    for row in sorted(rows, key=lambda row: spans[row.code].in_force(day)):
        names = (row.code, *("".join(name.split()) for name in (row.name_ko, row.name_en, row.short_ko)))
        found |= dict.fromkeys(names, region_at(row.code, day, spans))
    return found


def known(rows: Iterable[Listed]) -> list[Known]:
    """Everybody in the pool, and whoever has an account under an address of these rows."""
    addresses = [row.email for row in rows]
    held = StaffRole.objects.filter(person=OuterRef("pk"), ended_at__isnull=True)
    persons = Person.objects.filter(Q(reviewer__expert=True) | Q(email__in=addresses), is_active=True)
    persons = persons.select_related("reviewer__profile__region").annotate(of_staff=Exists(held)).order_by("pk")
    posts: dict[int, set[tuple[str, date, date | None, str]]] = {}
    for row in Affiliation.objects.select_related("organisation"):
        number = row.organisation.registration_number if row.organisation else row.registration_number
        posts.setdefault(row.reviewer_id, set()).add(
            (number or compact(row.name), row.since, row.until, row.department)
        )
    return [_known(person, posts) for person in persons]


def _known(person: Person, posts: dict[int, set[tuple[str, date, date | None, str]]]) -> Known:
    reviewer = getattr(person, "reviewer", None)
    expert = reviewer if reviewer and reviewer.expert else None
    profile = getattr(expert, "profile", None)
    more = {}
    if profile is not None:
        more = {"languages": tuple(profile.languages), "names": frozenset(profile.other_names)}
        more["region"] = profile.region.code if profile.region else ""
    if expert is not None:
        more |= {"expert": expert.pk, "fields": tuple(expert.fields), "load_limit": expert.load_limit}
        own = posts.get(expert.pk, set())
        more["posts"] = frozenset((where, since, until) for where, since, until, _ in own)
        more["departments"] = frozenset((where, since, part) for where, since, _, part in own)
    others = frozenset(profile.other_addresses) if profile else frozenset()
    proven, addresses = person.last_login is not None, others | {(person.email or "").lower()}
    return Known(person.pk, person.name, addresses, proven=proven, staff=person.of_staff, **more)


def organisations_numbered(numbers: Iterable[str]) -> dict[str, int]:
    """Organisations registered here by their registration numbers."""
    rows = Organisation.objects.filter(registration_number__in=list(numbers))
    return dict(rows.values_list("registration_number", "pk"))


# --- terms ---


def calls(by: Actor) -> QuerySet[Call]:
    """The calls for which terms can be set, newest first; for staff and auditors."""
    return Call.objects.order_by("-pk") if by.reads_everything else Call.objects.none()


def terms_of(call: int) -> ExpertTerms | None:
    """The terms of a call that count now."""
    return ExpertTerms.objects.filter(call=call).select_related("call").order_by("-number").first()


def owed(by: Actor, code: str) -> ExpertTerms | None:
    """The terms that stand between a reviewer and their sheets of a call, or what they may choose from there.

    None where there are none, or they agreed.
    """
    own = Reviewer.objects.filter(person=by.person, active=True).first() if by.person and by.reviews else None
    sheets = ReviewAssignment.objects.filter(reviewer=own, state__in=LIVE_STATES)
    asked = Q(intakes__applications__assignments__in=sheets) | Q(intakes__bid_period__isnull=False)
    call = Call.objects.filter(asked, code=code).first() if own else None
    terms = terms_of(call.pk) if call else None
    return None if terms is None or own is None or agreed(terms.pk, own.pk) else terms


def agreed(terms: int, reviewer: int) -> bool:
    """Whether a reviewer agreed to these terms."""
    return ExpertAgreement.objects.filter(terms=terms, reviewer=reviewer).exists()


def tasks(by: Actor, now: datetime) -> list[Task]:
    """For a reviewer: calls whose terms wait for an answer."""
    if not by.reviews:
        return []
    sheets = ReviewAssignment.objects.filter(reviewer__person=by.person, state=AssignmentState.ASSIGNED, due_at__gt=now)
    last = ExpertTerms.objects.filter(call=OuterRef("pk")).order_by("-number").values("pk")[:1]
    given = ExpertAgreement.objects.filter(reviewer__person=by.person, terms=last)
    waiting = Call.objects.filter(intakes__applications__assignments__in=sheets, expert_terms__isnull=False)
    codes = waiting.exclude(Exists(given)).order_by("code").values_list("code", flat=True).distinct()
    text = gettext("Terms to agree to before you review")
    return [Task(text, reverse("review-terms", args=[code])) for code in codes]


def today(now: datetime) -> date:
    """The centre's day."""
    return now.astimezone(settings.MADANG_ZONE).date()


def agreements(by: Actor, reviewer: int) -> QuerySet[ExpertAgreement]:
    """What an expert agreed to, newest first, for staff and auditors."""
    rows = ExpertAgreement.objects.filter(reviewer=reviewer).select_related("terms__call").order_by("-agreed_at")
    return rows if by.reads_everything else rows.none()


def agreed_count(terms: int) -> int:
    """How many agreed to these terms."""
    return ExpertAgreement.objects.filter(terms=terms).count()
