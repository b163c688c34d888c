"""Adds environments to the catalogue, begins and ends the building of an organisation's own, withdraws them."""

from __future__ import annotations

from datetime import datetime

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Actor, Role
from madang.portal.environments import rules, shelf
from madang.portal.environments.models import Environment
from madang.portal.environments.rules import LIVE, Kind, State
from madang.portal.files.models import StoredFile
from madang.portal.journal.actions import record
from madang.portal.transactions import action


def add(*, by: Actor, now: datetime, code: str, name_ko: str, name_en: str, folder: str) -> Environment:
    """Offers what lies in a folder of the shelf. Refused: ``environment_folder``, ``environment_code_taken``, …"""
    if not by.has(Role.OPERATOR):
        raise Refused("not_allowed_for_role")
    given = {"code": code, "name_ko": name_ko, "name_en": name_en, "folder": folder}
    return _add(by=by, now=now, digest=shelf.digest(folder), **given)


@action
def _add(*, by: Actor, now: datetime, code: str, name_ko: str, name_en: str, folder: str, digest: str) -> Environment:
    rules.check_code(code)
    rules.check_name(name_ko)
    rules.check_name(name_en)
    if Environment.objects.filter(code=code, state__in=LIVE).exists():
        raise Refused("environment_code_taken", field="code", taken=code)
    names = {"name_ko": name_ko, "name_en": name_en}
    row = Environment.objects.create(
        code=code,
        kind=Kind.IMAGE if digest else Kind.PREPARED,
        state=State.READY,
        folder=folder,
        digest=digest,
        created_by_id=by.person,
        created_at=now,
        **names,
    )
    facts = {"code": code, "folder": folder, "digest": digest}
    record(by=by, now=now, did="environments.add", kind="environment", subject=row.pk, **facts)
    return row


@action
def begin(
    *, by: Actor, now: datetime, organisation: int, code: str, name: str, lock: StoredFile, base: Environment | None
) -> Environment:
    """Notes that an organisation builds one; the job that does it is submitted in the same transaction.

    Refused: ``environment_no_base`` on anything but a Python that the centre prepared.
    """
    if not by.member_of(organisation):
        raise Refused("not_allowed_for_role")
    if base is not None and base.kind != Kind.PREPARED:
        raise Refused("environment_no_base", field="base", named=base.code)
    rules.check_name(name)
    row = Environment.objects.create(
        code=code, kind=Kind.BUILT, state=State.BUILDING, name_ko=name, name_en=name, organisation_id=organisation,
        lock=lock, base=base, created_by_id=by.person, created_at=now,
    )  # fmt: skip
    record(by=by, now=now, did="environments.build", kind="environment", subject=row.pk, lock=lock.sha256)
    return row


@action
def ready(*, now: datetime, environment: Environment, size: int) -> bool:
    """What was built is kept, so many bytes of it, and can be used."""
    return _ended(now, environment, "environments.ready", state=State.READY, size=size)


@action
def failed(*, now: datetime, environment: Environment) -> bool:
    """Nothing came of it."""
    return _ended(now, environment, "environments.fail", state=State.FAILED)


def _ended(now: datetime, environment: Environment, did: str, **values: object) -> bool:
    if not Environment.objects.filter(pk=environment.pk, state=State.BUILDING).update(**values):
        return False
    record(by=WORKER, now=now, did=did, kind="environment", subject=environment.pk)
    return True


@action
def withdraw(*, by: Actor, now: datetime, environment: Environment) -> None:
    """No new job can name it, those that wait or run keep it. For operators; an organisation's for its members too."""
    own = environment.organisation_id is not None and by.member_of(environment.organisation_id)
    if not own and not by.has(Role.OPERATOR):
        raise Refused("not_allowed_for_role")
    rows = Environment.objects.filter(pk=environment.pk, state=State.READY)
    if not rows.update(state=State.WITHDRAWN, withdrawn_at=now):
        raise Stale("environment", state=Environment.objects.values_list("state", flat=True).get(pk=environment.pk))
    record(by=by, now=now, did="environments.withdraw", kind="environment", subject=environment.pk)


@action
def dropped(*, now: datetime, environment: Environment) -> None:
    """The machine has destroyed what was built."""
    if Environment.objects.filter(pk=environment.pk, dropped_at__isnull=True).update(dropped_at=now):
        record(by=WORKER, now=now, did="environments.drop", kind="environment", subject=environment.pk)
