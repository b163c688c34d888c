"""Builds the whole demonstration centre in an empty home, step by step, through the portal's own actions."""

from __future__ import annotations

from datetime import datetime, timedelta

from madang.cli.language import N_
from madang.demonstration import cast as casting
from madang.demonstration import catalogue, money, national, present
from madang.demonstration.cast import Cast
from madang.demonstration.progress import Progress
from madang.portal.transactions import together


def build(now: datetime, progress: Progress) -> Cast:
    """Everything but the jobs; `now` is the present, which the open calls and the trial call are dated from."""
    begun = national.at(2025, 12, 1)
    with progress.step(N_("Setting up people, pools, prices and discounts")), together():
        cast = casting.staff(begun)
        catalogue.reserved_pools(cast, begun)
        catalogue.discounts(cast, begun)
        catalogue.limits(cast, begun)
        catalogue.entitlements_of(cast, begun)
        catalogue.consent_texts(cast, begun)
        catalogue.present_pools(cast, now - timedelta(days=60), now)
        catalogue.local_pool(cast, now - timedelta(days=60), now)
    call = national.build(cast, progress)
    present.build(cast, now, progress)
    # after all that a month's statements bill, bookings too
    with progress.step(N_("Five awards of the spring round in force, with statements, receipts and reports")):
        money.build(cast, call, now)
    with progress.step(N_("Statements, public figures and the sealed journal")):
        present.close_books(cast, now)
    return cast
