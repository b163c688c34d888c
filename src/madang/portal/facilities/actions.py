"""Keeps the catalogue: adds and changes facilities, brings a sheet of them in, renews the code at the door."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from madang.errors import Refused, Stale
from madang.portal.actors import Actor
from madang.portal.facilities import queries
from madang.portal.facilities.models import Facility, FacilityAccessory, FacilityFile
from madang.portal.facilities.rules import (
    FILE_WORDS,
    FILES_MOST,
    FacilityFileKind,
    Particulars,
    check,
    refuse_unless_keeper,
)
from madang.portal.files.models import StoredFile
from madang.portal.journal.actions import record
from madang.portal.transactions import action

# without letters and digits that are taken for each other
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def _door_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(8))


@action
def add(*, by: Actor, now: datetime, given: Particulars, generated: bool = False) -> Facility:
    """Puts a facility into the catalogue. Refused as `rules.check`, ``facility_code_known``,
    ``responsible_unknown``.
    """
    refuse_unless_keeper(by)
    row = _add(now, given, generated)
    record(by=by, now=now, did="facilities.add", kind="facility", subject=row.pk, code=row.code)
    return row


def _add(now: datetime, given: Particulars, generated: bool = False) -> Facility:
    check(given)
    fields = {**_fields(given), "added_at": now, "door_code": _door_code(), "generated": generated}
    try:
        with transaction.atomic():
            row = Facility.objects.create(code=given.code, **fields)
    except IntegrityError as error:
        raise Refused("facility_code_known", field="code") from error
    _set_accessories(row.pk, given)
    return row


@action
def change(*, by: Actor, now: datetime, facility: int, version: int, given: Particulars) -> None:
    """Changes what the catalogue says; the code stays. Refused as `rules.check`, ``responsible_unknown``, and
    ``facility_fixed`` where kind or grain change once something was booked. Stale where somebody
    changed it since `version`.

    What is booked already stays as it was booked.
    """
    refuse_unless_keeper(by)
    _change(facility, version, given)
    record(by=by, now=now, did="facilities.change", kind="facility", subject=facility)


def _change(facility: int, version: int, given: Particulars) -> None:
    check(given)
    if not Facility.objects.filter(pk=facility, version=version).update(version=F("version") + 1, turn=F("turn") + 1):
        raise Stale("facility")
    row = Facility.objects.get(pk=facility)
    if (row.grain, row.kind) != (given.terms.grain, given.kind) and queries.was_booked(facility):
        raise Refused("facility_fixed", field="grain")
    Facility.objects.filter(pk=facility).update(**_fields(given))
    FacilityAccessory.objects.filter(facility=facility).delete()
    _set_accessories(facility, given)


def _fields(given: Particulars) -> dict[str, Any]:
    person = queries.responsible(given.responsible)
    if given.responsible.strip() and person is None:
        raise Refused("responsible_unknown", field="responsible")
    fields = asdict(given) | asdict(given.terms)
    for name in ("code", "terms", "accessories"):
        del fields[name]
    return fields | {"responsible": person}


def _set_accessories(facility: int, given: Particulars) -> None:
    FacilityAccessory.objects.bulk_create(
        FacilityAccessory(facility_id=facility, **asdict(one)) for one in given.accessories
    )


@action
def bring_in(*, by: Actor, now: datetime, listed: Sequence[Particulars]) -> tuple[int, int]:
    """Adds what is new by its code and changes what differs, all or none; gives how many were added and changed.

    The same sheet twice changes nothing. Refused as `add` and `change`.
    """
    refuse_unless_keeper(by)
    known = queries.known(one.code for one in listed)
    added = changed = 0
    for one in listed:
        if one.code not in known:
            _add(now, one)
            added += 1
        elif known[one.code] != one:
            row = Facility.objects.get(code=one.code)
            _change(row.pk, row.version, one)
            changed += 1
    record(by=by, now=now, did="facilities.bring_in", kind="facility", subject="many", added=added, changed=changed)
    return added, changed


@action
def renew_door_code(*, by: Actor, now: datetime, facility: int) -> str:
    """Gives a facility another code to be put up at it; the old one no longer checks anybody in."""
    refuse_unless_keeper(by)
    code = _door_code()
    Facility.objects.filter(pk=facility).update(door_code=code)
    record(by=by, now=now, did="facilities.renew_door_code", kind="facility", subject=facility)
    return code


@action
def add_file(*, by: Actor, now: datetime, facility: int, kind: FacilityFileKind, file: StoredFile, file_name: str,
             words_ko: str, words_en: str) -> FacilityFile:  # fmt: skip
    """Shows a photo or offers a manual in the catalogue; `file` is stored and cleaned already.

    Refused: ``facility_file_words_needed`` (most), ``facility_files_full`` (most).
    """
    refuse_unless_keeper(by)
    words = {"words_ko": words_ko.strip(), "words_en": words_en.strip()}
    for name, text in words.items():
        if not 0 < len(text) <= FILE_WORDS:
            raise Refused("facility_file_words_needed", field=name, most=FILE_WORDS)
    # two who add at once come one after the other, so that both see how many there are
    Facility.objects.filter(pk=facility).update(turn=F("turn") + 1)
    if FacilityFile.objects.filter(facility=facility).count() >= FILES_MOST:
        raise Refused("facility_files_full", most=FILES_MOST)
    given = {"kind": kind, "file": file, "file_name": file_name, "added_at": now}
    row = FacilityFile.objects.create(facility_id=facility, **given, **words)
    record(by=by, now=now, did="facilities.add_file", kind="facility", subject=facility, file=row.pk, what=kind)
    return row


@action
def remove_file(*, by: Actor, now: datetime, file: int) -> None:
    """Takes a photo or manual out of the catalogue. Stale where it is gone."""
    refuse_unless_keeper(by)
    row = FacilityFile.objects.filter(pk=file).first()
    if row is None or not FacilityFile.objects.filter(pk=file).delete()[0]:
        raise Stale("facilityfile")
    record(by=by, now=now, did="facilities.remove_file", kind="facility", subject=row.facility_id, file=file)
