"""Finds who can be drawn for a committee: free of conflicts with its section, with time, and on no earlier list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from madang.portal.actors import Actor
from madang.portal.applications.models import Application
from madang.portal.committees import rules
from madang.portal.committees.models import Candidate, Committee
from madang.portal.committees.rules import CandidateState
from madang.portal.experts.sentences import LANGUAGES
from madang.portal.reviews.conflicts import circle
from madang.portal.reviews.models import Affiliation, Reviewer
from madang.portal.reviews.queries import reviewers
from madang.portal.reviews.scoring import REVIEWED_STATES
from madang.portal.templatetags.madang import in_language


@dataclass(frozen=True)
class Free:
    """An expert who can be drawn: whose organisation (a key, or empty) and which traits."""

    reviewer: int
    organisation: str
    traits: tuple[str, ...]


def section(committee: Committee) -> list[Application]:
    """The applications that a committee judges."""
    return sections([committee])[committee.pk]


def sections(committees: Iterable[Committee]) -> dict[int, list[Application]]:
    """The applications that each committee judges, by committee; one query."""
    rows = list(committees)
    files = Application.objects.filter(intake__in={row.intake_id for row in rows}, state__in=REVIEWED_STATES)
    files = files.filter(track__peer_groups=0, in_force__isnull=False)
    found = list(files.select_related("track", "intake__call"))
    return {
        row.pk: [file for file in found if file.intake_id == row.intake_id and row.track_id in (None, file.track_id)]
        for row in rows
    }


def free(by: Actor, committee: Committee, now: datetime, today: date) -> list[Free]:
    """Active experts with a sheet to spare whom nothing bars from any application, and who were on no earlier list.

    Where somebody of an organisation has a seat already, nobody else of it is drawn.
    """
    pool = [row for row in _active(by) if row.open_sheets < row.load_limit]
    barred = {reviewer for _application, reviewer in circle(section(committee), pool, now).barred()}
    before = Candidate.objects.filter(draw__committee=committee, place__isnull=False)
    listed_before = set(before.values_list("reviewer", flat=True))
    where = present(pool, today)
    taken = {where[pk] for pk in before.filter(state=CandidateState.ACCEPTED).values_list("reviewer", flat=True)
             if where.get(pk)}  # fmt: skip
    return [
        Free(row.pk, where[row.pk], _traits(row))
        for row in pool
        if row.pk not in barred and row.pk not in listed_before and (where[row.pk] not in taken)
    ]


def _active(by: Actor) -> QuerySet[Reviewer]:
    return reviewers(by).filter(active=True, person__is_active=True).select_related("person", "profile__region")


def _traits(row: Reviewer) -> tuple[str, ...]:
    profile = getattr(row, "profile", None)
    region = profile.region.code if profile and profile.region else ""
    return rules.traits(row.fields, region, profile.languages if profile else ())


def present(pool: Iterable[Reviewer], today: date) -> dict[int, str]:
    """Where each expert works now: a key that is the same for the same organisation, empty where none is known."""
    found = {row.pk: "".join(row.affiliation.split()).casefold() for row in pool}
    posts = Affiliation.objects.filter(reviewer__in=found, since__lte=today)
    posts = posts.filter(Q(until__isnull=True) | Q(until__gt=today)).select_related("organisation").order_by("since")
    for post in posts:
        number = post.organisation.registration_number if post.organisation else post.registration_number
        found[post.reviewer_id] = number or "".join(post.name.split()).casefold()
    return found


def traits_in_use(by: Actor) -> list[tuple[str, str]]:
    """Every trait that somebody in the pool has, with its words: fields, regions, languages."""
    found: dict[str, str] = {}
    for row in _active(by):
        profile = getattr(row, "profile", None)
        found |= {f"{rules.FIELD}:{word}": word for word in row.fields}
        if profile is not None:
            found |= {f"{rules.LANGUAGE}:{code}": gettext(LANGUAGES.get(code, code)) for code in profile.languages}
            if profile.region:
                found[f"{rules.REGION}:{profile.region.code}"] = in_language(profile.region, "name")
    return sorted(found.items())
