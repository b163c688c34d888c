"""Writes versions of allocation policies, withdraws policies, and commits to the seed of a lottery."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, Max

from madang.errors import Refused, Stale
from madang.lots import commitment
from madang.portal.actors import Actor, Role
from madang.portal.calls.models import Intake
from madang.portal.journal import actions as journal
from madang.portal.policies import queries
from madang.portal.policies.models import AllocationPolicy, LotterySeed
from madang.portal.policies.rules import MOST_POLICIES, Draft, checked
from madang.portal.transactions import action

# Long enough that nobody finds the seed by trying digests.
LARGEST_SEED = 2**63 - 1


def _only_manager(by: Actor) -> None:
    if by.person is None or not by.has(Role.PROGRAMME_MANAGER):
        raise Refused("not_allowed_for_role")


def _open_intake(intake: int) -> Intake:
    row = Intake.objects.filter(pk=intake).first()
    if row is None:
        raise Refused("not_found")
    if row.state == "closed":
        raise Refused("intake_closed_for_policies")
    return row


@action
def create_policy(
    *, by: Actor, now: datetime, intake: int, draft: Draft, made_from: int | None = None
) -> AllocationPolicy:
    """Writes a new policy's first version. Refused: "not_allowed_for_role", "too_many_policies", and as `checked`."""
    _only_manager(by)
    row = _open_intake(intake)
    known = AllocationPolicy.objects.filter(intake=intake).aggregate(
        last=Max("number"), count=Count("number", distinct=True)
    )
    if known["count"] >= MOST_POLICIES:
        raise Refused("too_many_policies", most=MOST_POLICIES)
    return _written(by, now, row, (known["last"] or 0) + 1, 1, draft, made_from)


@action
def revise_policy(*, by: Actor, now: datetime, policy: int, draft: Draft, newest: bool = True) -> AllocationPolicy:
    """Writes a further version, changed from the one that is named.

    `newest`: that one must be the newest, else Stale; a rule moved from a plan starts from the version the plan used.
    Refused as `create_policy`, and "policy_withdrawn".
    """
    _only_manager(by)
    base = AllocationPolicy.objects.filter(pk=policy).first()
    if base is None:
        raise Refused("not_found")
    if base.withdrawn_at is not None:
        raise Refused("policy_withdrawn")
    last = queries.last_version(base.intake_id, base.number)
    if newest and base.version != last:
        raise Stale("policy")
    return _written(by, now, _open_intake(base.intake_id), base.number, last + 1, draft, base.pk)


def _written(
    by: Actor, now: datetime, intake: Intake, number: int, version: int, draft: Draft, made_from: int | None
) -> AllocationPolicy:
    found = checked(draft, queries.pools_of(intake.pk))
    place = {"intake": intake, "number": number, "version": version}
    content = {name: getattr(found, name) for name in ("name_ko", "name_en", "policy", "reference", "rates")}
    try:
        with transaction.atomic():
            row = AllocationPolicy.objects.create(
                **place, **content, rules=list(found.rules), made_from_id=made_from, made_by_id=by.person, made_at=now
            )
    except IntegrityError as error:
        # somebody took the number at the same moment
        raise Stale("policy") from error
    facts = {"intake": intake.pk, "number": number, "version": version, "rules": len(found.rules)}
    did = "policies.create" if version == 1 else "policies.revise"
    journal.record(by=by, now=now, did=did, kind="policy", subject=row.pk, **facts)
    return row


@action
def withdraw_policy(*, by: Actor, now: datetime, policy: int) -> None:
    """Takes a policy with all its versions off the list; plans that used it keep it. Stale where it was withdrawn."""
    _only_manager(by)
    row = AllocationPolicy.objects.filter(pk=policy).first()
    if row is None:
        raise Refused("not_found")
    rows = AllocationPolicy.objects.filter(intake=row.intake_id, number=row.number, withdrawn_at__isnull=True)
    if not rows.update(withdrawn_at=now):
        raise Stale("policy")
    journal.record(by=by, now=now, did="policies.withdraw", kind="policy", subject=row.pk, number=row.number)


@action
def commit_seed(*, by: Actor, now: datetime, intake: int) -> LotterySeed:
    """Draws the seed of an intake's lotteries and keeps it; only its digest is known until the first plan uses it.

    Refused: "not_allowed_for_role", "seed_committed_already", "seed_after_plans".
    """
    _only_manager(by)
    row = _open_intake(intake)
    if LotterySeed.objects.filter(intake=intake).exists():
        raise Refused("seed_committed_already")
    if row.plans.exists():
        raise Refused("seed_after_plans")
    seed = secrets.randbelow(LARGEST_SEED)
    made = LotterySeed.objects.create(
        intake=row, seed=seed, commitment=commitment(seed), committed_by_id=by.person, committed_at=now
    )
    facts = {"intake": intake, "commitment": made.commitment}
    journal.record(by=by, now=now, did="policies.commit_seed", kind="intake", subject=intake, **facts)
    return made
