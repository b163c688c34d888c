"""Reads what covers the applicants of blind calls, for whoever is not of the staff."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from madang.portal.actors import PUBLIC, Actor
from madang.portal.applications.models import Application
from madang.portal.masks.rules import OPEN, Mask, mask
from madang.portal.people.models import Membership, Organisation


def hidden_from(by: Actor, application: Application) -> bool:
    """Whether this person must not learn who applies; the application comes with its intake's call."""
    return bool(application.intake.call.blind) and not by.reads_everything


def masks(by: Actor, applications: Iterable[Application]) -> Mapping[int, Mask]:
    """What covers each application's applicant, by application; no query where nothing is hidden, else two."""
    files = list(applications)
    hidden = {file.organisation_id for file in files if hidden_from(by, file)}
    found = _masks(hidden) if hidden else {}
    return {file.pk: found[file.organisation_id] if hidden_from(by, file) else OPEN for file in files}


def covered(applications: Iterable[Application]) -> dict[int, str]:
    """The titles as reviewers see them, whoever asks: for what reviewers and staff read together."""
    return titles(PUBLIC, applications)


def titles(by: Actor, applications: Iterable[Application]) -> dict[int, str]:
    """The titles that this person may see, by application."""
    files = list(applications)
    found = masks(by, files)
    return {file.pk: found[file.pk].text(file.title) for file in files}


def _masks(organisations: set[int]) -> dict[int, Mask]:
    people: dict[int, list[tuple[str, str | None]]] = defaultdict(list)
    rows = Membership.objects.filter(organisation__in=organisations)
    for organisation, name, address in rows.values_list("organisation", "person__name", "person__email"):
        people[organisation].append((name, address))
    return {row.pk: _mask(row, people[row.pk]) for row in Organisation.objects.filter(pk__in=organisations)}


def _mask(row: Organisation, people: list[tuple[str, str | None]]) -> Mask:
    number = row.registration_number
    return mask(
        organisations=[row.name, row.name_en, row.firm_group],
        people=[name for name, _address in people],
        literally=[number, f"{number[:3]}-{number[3:5]}-{number[5:]}", *(address or "" for _name, address in people)],
    )
