"""Has an arrangement worked out apart, and stored as a proposal that changes nothing."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from madang.errors import Refused
from madang.portal import apart
from madang.portal.actors import Actor
from madang.portal.exchanges import actions, queries, rules
from madang.portal.exchanges.models import PeerExchange
from madang.portal.exchanges.standing import Standing, standing
from madang.portal.policies.actions import commit_seed
from madang.portal.policies.queries import committed
from madang.portal.reviews.rules import manager_of

ARRANGING = "madang.portal.exchanges.arranging"
IMPOSSIBLE = frozenset({"reviewers_too_few_for_application", "review_places_too_few"})


def propose(*, by: Actor, now: datetime, intake: int, track: str) -> PeerExchange:
    """Works out who reviews whom by the intake's committed seed, which is drawn once: asking again changes nothing.

    Refused: "not_allowed_for_role", "not_found", "exchange_not_of_track", "exchange_not_now",
    "exchange_confirmed_already", "exchange_nobody_reviews", "exchange_impossible", and as `policies.commit_seed`.
    """
    manager_of(by)
    before = queries.exchange(by, intake, track)
    if before is None:
        raise Refused("not_found")
    rules.check_asking(before.intake.state, before.track.peer_groups, before.confirmed_at is not None)
    if committed(intake) is None:
        commit_seed(by=by, now=now, intake=intake)
    found = standing(before, now)
    content = arranged(found)
    return actions.propose(by=by, now=now, intake=intake, track=track, content=content, basis_sha256=found.sha256)


def arranged(found: Standing) -> dict[str, Any]:
    """The groups and who reviews what, by number. Refused: "exchange_impossible"."""
    try:
        content: dict[str, Any] = json.loads(apart.made(ARRANGING, found.document))
    except Refused as refused:
        if refused.code not in IMPOSSIBLE:
            raise
        raise Refused("exchange_impossible", applications=len(found.files), each=found.each) from refused
    return content
