"""Sets the shares of the machine, a new version each time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from madang.compute.protocol import ClassShares
from madang.errors import Refused
from madang.portal.actors import Actor, Role
from madang.portal.journal import actions as journal
from madang.portal.people.sentences import ORGANISATION_KINDS
from madang.portal.shares import rules
from madang.portal.shares.models import ShareSetting
from madang.portal.shares.rules import Borrowing
from madang.portal.transactions import action


@action
def set_shares(
    *,
    by: Actor,
    now: datetime,
    weights: Mapping[str, int],
    parts: Mapping[str, Mapping[str, int]],
    borrowing: Borrowing,
) -> ShareSetting:
    """A new version of the shares, which holds from now on. Refused: ``not_allowed_for_role``, ``share_out_of_range``.

    `weights` and `parts` (`cores`, `gpus`) go by kind of organisation; a chore tells the backend.
    """
    if not by.has(Role.OPERATOR):
        raise Refused("not_allowed_for_role")
    given = {"weights": dict(weights), "parts": {kind: dict(part) for kind, part in parts.items()}}
    rules.check(ClassShares(**given, borrowing=borrowing), ORGANISATION_KINDS)
    row = ShareSetting.objects.create(**given, borrowing=borrowing, set_by_id=by.person, set_at=now)
    journal.record(by=by, now=now, did="shares.set_shares", kind="shares", subject=row.pk, **given, borrowing=borrowing)
    return row
