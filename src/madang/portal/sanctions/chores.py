"""The worker's part of sanctions: payments that name a demand find it, back charges reach months billed later."""

from __future__ import annotations

from datetime import datetime

from madang.portal.receipts import queries as receipts
from madang.portal.receipts.matching import demands_in
from madang.portal.sanctions import actions, claims, demands, queries


def match_named(now: datetime) -> int:
    """Puts each receipt that names exactly one demand onto it, as far as that still asks for money."""
    done = 0
    for money in receipts.untouched():
        named = demands_in(f"{money.text} {money.payer}")
        row = queries.payable(next(iter(named))) if len(named) == 1 else None
        owed = (row.amount or 0) - row.received if row else 0
        if row is not None and owed > 0:
            amount = min(owed, money.left)
            demands.match_named(now=now, receipt=money.receipt, sanction=row.pk, amount=amount)
            done += 1
    return done


def follow(now: datetime) -> int:
    """Back charges reach the statements that were issued since they were found."""
    return sum(bool(actions.follow(now=now, sanction=sanction)) for sanction in claims.to_follow())


EVERY = {match_named: 600, follow: 600}
