"""Hours that a standing award no longer holds go to the reserve list of the same intake, in its order."""

from __future__ import annotations

from datetime import datetime

import pytest
from factories import NOW, actor, make_pool, make_pool_month, make_product
from hypothesis import given
from hypothesis import strategies as st
from rounds import adopt, make_round, propose, publish, solve

from madang.portal.awards import actions as awards
from madang.portal.awards.models import Award, FreedPromise
from madang.portal.decisions import queries
from madang.portal.decisions.models import Decision
from madang.portal.ledger import actions as ledger
from madang.portal.plans import actions as plans
from madang.portal.plans.freed import holds, kept_of
from madang.portal.plans.problems import holdings
from madang.portal.plans.rules import Offered, Wish
from madang.portal.resources.models import PoolMonth

MONTHS = ("2026-05", "2026-06", "2026-07")
LATER = datetime.fromisoformat("2026-05-10T12:00+09:00")
SOLD = {"h": Offered("h", "p", 1, True), "m": Offered("m", "p", 8, False)}


@given(st.integers(0, 300), st.integers(0, 300), st.dictionaries(st.sampled_from(MONTHS), st.integers(0, 200)))
def test_what_is_kept_and_what_is_freed_are_what_was_held(one, two, freed):
    wishes = (Wish("h", one, 1, "2026-05", 3), Wish("m", 2, 1, "2026-05", 3), Wish("h", two, 1, "2026-06", 2))
    kept = kept_of(wishes, (one, 2, two), SOLD, {("p", month): units for month, units in freed.items()})
    first, second = -(-one // 3), -(-two // 2)
    held = {"2026-05": first, "2026-06": first + second, "2026-07": first + second}
    gone = {month: min(held[month], freed.get(month, 0)) for month in MONTHS}
    assert bool(kept) == any(gone.values())
    if kept:
        assert kept[1] == () and holds((one, 2, two), kept)
        now = {month: kept[0][place] + (kept[2][place - 1] if place else 0) for place, month in enumerate(MONTHS)}
        assert now == {month: held[month] - gone[month] for month in MONTHS}


@pytest.mark.django_db
@pytest.mark.parametrize("begun", [True, False])
def test_hours_given_back_serve_the_reserve_list_of_their_own_intake(begun):
    product = make_product(make_pool(grain="hour"), units=1, grain="hour")
    for month in MONTHS:
        make_pool_month(product.pool, month, physical=9, funded=2 if begun and month == "2026-05" else 1)
    found = make_round([60, 50], product=product)
    adopt(found, propose(found))
    publish(found)
    award = Award.objects.get()
    awards.accept(by=actor(found.owners[0]), now=NOW, award=award.pk)
    awards.enter_force(by=found.manager, now=NOW, award=award.pk)
    now = LATER if begun else NOW
    what = {"owner": f"award:{award.pk}", "pool": product.pool_id, "amount": 7200, "source": "take_back", "key": "1"}
    ledger.give_back(by=found.manager, now=now, **what)
    freed = awards.free_promise(by=found.manager, now=now, award=award.pk, pool=product.pool_id)
    assert freed == (2 if begun else 3) == queries.freed_hours([found.intake.pk], now)[found.intake.pk]
    plan = solve(plans.serve_reserve(by=found.manager, now=now, intake=found.intake.pk), now)
    assert plan.state == "checked"
    adopt(found, plan, now)
    publish(found, now)
    outcomes = dict(Decision.objects.values_list("application", "outcome"))
    assert [outcomes[file.pk] for file in found.files] == ["awarded", "awarded"]
    assert all(row.committed == row.funded for row in PoolMonth.objects.filter(pool=product.pool))
    award.refresh_from_db()
    assert award.state == "in_force"
    # the end of the first frees nothing twice
    assert sum(holdings(award.lines.all()).values()) + sum(FreedPromise.objects.values_list("units", flat=True)) == 3
