"""The worker's part of awards: offers lapse, awards end with their days, late rests go where they belong."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from madang.portal.actors import WORKER
from madang.portal.awards import actions, budgets, queries


def lapse_offers(now: datetime) -> int:
    """Lets offers lapse whose deadline is over."""
    return sum(actions.lapse(now=now, award=award) for award in queries.lapsing(now))


def end_awards(now: datetime) -> int:
    """Ends awards whose last day is over."""
    today = now.astimezone(settings.MADANG_ZONE).date()
    return sum(actions.expire(now=now, award=award) for award in queries.past_their_end(today))


def clear_rests(now: datetime) -> int:
    """What a job gives back after its award has ended is returned, or lapses when the award's days were over."""
    rests = queries.ended_with_rest()
    for award, pool, amount, early in rests:
        if early:
            actions.give_back(by=WORKER, now=now, award=award, pool=pool, amount=amount)
        else:
            actions.let_lapse(now=now, award=award, pool=pool)
    return len(rests)


def tell_of_shares(now: datetime) -> int:
    """Tells the owners of awards of which a set share was used up this month."""
    found = budgets.crossed(now)
    for award, pool, share, sums in found:
        actions.tell_share(now=now, award=award, pool=pool, share=share, sums=sums)
    return len(found)


EVERY = {tell_of_shares: 600.0, lapse_offers: 5.0, end_awards: 30.0, clear_rests: 60.0}
