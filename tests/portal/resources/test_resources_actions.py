"""Pools, capacity and products in the database."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from factories import NOW, make_actor, make_pool, make_pool_month, make_product

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Role
from madang.portal.journal.models import JournalEntry
from madang.portal.resources import actions, queries
from madang.portal.resources.models import PoolMonth, Product
from madang.portal.resources.rules import Capacity, Grain, PoolUnit

pytestmark = pytest.mark.django_db
POOL = {"code": "h200", "name_ko": "H200", "name_en": "H200", "unit": PoolUnit.GPU}


def manager():
    return make_actor(Role.PROGRAMME_MANAGER)


def test_a_pool_gets_capacity_by_month():
    by = manager()
    pool = actions.create_pool(by=by, now=NOW, **POOL)

    actions.set_capacity(
        by=by, now=NOW, pool=pool.pk, months={"2026-05": Capacity(100, 80), "2026-06": Capacity(100, 0)}
    )

    assert queries.capacity(by, pool) == [("2026-05", Capacity(100, 80, 0, 1)), ("2026-06", Capacity(100, 0, 0, 1))]
    assert JournalEntry.objects.get(action="resources.set_capacity").facts["months"] == {
        "2026-05": [100, 80],
        "2026-06": [100, 0],
    }


def test_a_code_names_one_pool():
    by = manager()
    actions.create_pool(by=by, now=NOW, **POOL)

    with pytest.raises(Refused, match="pool_code_taken"):
        actions.create_pool(by=by, now=NOW, **POOL)


def test_funded_capacity_stays_above_what_is_promised():
    by, pool = manager(), make_pool()
    make_pool_month(pool, "2026-05", physical=100, funded=80, committed=60)

    with pytest.raises(Refused) as refused:
        actions.set_capacity(by=by, now=NOW, pool=pool.pk, months={"2026-05": Capacity(100, 59)})

    assert (refused.value.code, refused.value.facts["committed"]) == ("capacity_below_committed", 60)
    actions.set_capacity(by=by, now=NOW, pool=pool.pk, months={"2026-05": Capacity(60, 60)})
    assert queries.capacity_of(pool.pk, "2026-05") == Capacity(60, 60, 60, 2)


def test_two_editors_do_not_overwrite_each_other():
    by, pool = manager(), make_pool()
    make_pool_month(pool, "2026-05")
    actions.set_capacity(by=by, now=NOW, pool=pool.pk, months={"2026-05": Capacity(90, 70, version=1)})

    with pytest.raises(Stale):
        actions.set_capacity(by=by, now=NOW, pool=pool.pk, months={"2026-05": Capacity(10, 10, version=1)})

    assert queries.capacity_of(pool.pk, "2026-05").physical == 90


@pytest.mark.parametrize("roles", [(), (Role.APPROVER,), (Role.AUDITOR,), (Role.SCREENING_OFFICER,)])
def test_others_change_nothing(roles):
    by, pool = make_actor(*roles), make_pool()
    new = {"by": by, "now": NOW}

    for act in (
        lambda: actions.create_pool(**new, **POOL),
        lambda: actions.set_capacity(**new, pool=pool.pk, months={"2026-05": Capacity(1, 1)}),
        lambda: actions.create_product(
            **new, code="x", pool=pool.pk, name_ko="", name_en="", units=1, grain=Grain.HOUR
        ),
        lambda: actions.retire_product(**new, product=make_product(pool).pk),
    ):
        with pytest.raises(Refused, match="not_allowed_for_role"):
            act()


def test_a_product_is_retired_once():
    by, product = manager(), make_product()

    actions.retire_product(by=by, now=NOW, product=product.pk)

    assert list(queries.products_on_offer()) == []
    with pytest.raises(Stale):
        actions.retire_product(by=by, now=NOW, product=product.pk)


def test_hours_are_sold_by_the_single_unit():
    given = {"by": manager(), "now": NOW, "pool": make_pool(grain="hour").pk, "name_ko": "시간", "name_en": "Hours"}

    with pytest.raises(Refused, match="hour_product_has_one_unit"):
        actions.create_product(**given, code="hours", units=8, grain=Grain.HOUR)
    actions.create_product(**given, code="hours", units=1, grain=Grain.HOUR)
    assert Product.objects.get(code="hours").active
    with pytest.raises(Refused, match="pool_sold_otherwise"):
        actions.create_product(**given, code="month", units=1, grain=Grain.MONTH)


def test_promising_beyond_what_is_free_is_refused_with_the_figures():
    pool = make_pool()
    make_pool_month(pool, "2026-05", physical=100, funded=80, committed=75)

    with pytest.raises(Refused) as refused:
        actions.commit(by=WORKER, now=NOW, pool=pool.pk, month="2026-05", units=6)

    assert refused.value.code == "capacity_exceeded"
    assert {name: refused.value.facts[name] for name in ("pool", "asked", "free")} == {
        "pool": pool.code,
        "asked": 6,
        "free": 5,
    }


def test_a_month_without_capacity_promises_nothing():
    with pytest.raises(Refused, match="capacity_exceeded"):
        actions.commit(by=WORKER, now=NOW, pool=make_pool().pk, month="2026-05", units=1)


def test_all_months_or_none_are_promised():
    pool = make_pool()
    make_pool_month(pool, "2026-05", funded=10)
    make_pool_month(pool, "2026-06", funded=5)

    with pytest.raises(Refused, match="capacity_exceeded"):
        actions.commit_all(by=WORKER, now=NOW, units={(pool.pk, "2026-05"): 8, (pool.pk, "2026-06"): 8})

    assert queries.capacity_of(pool.pk, "2026-05").committed == 0


def test_a_promise_taken_back_is_free_again():
    pool = make_pool()
    make_pool_month(pool, "2026-05", funded=80)
    given = {"by": WORKER, "now": NOW, "pool": pool.pk, "month": "2026-05"}
    actions.commit(**given, units=8)

    with pytest.raises(Refused, match="commitment_smaller"):
        actions.release_commitment(**given, units=9)
    actions.release_commitment(**given, units=8)

    assert queries.capacity_of(pool.pk, "2026-05") == Capacity(100, 80, 0, 3)


@pytest.mark.parametrize("units", [0, -3])
def test_a_promise_is_of_something(units):
    pool = make_pool()
    make_pool_month(pool)

    with pytest.raises(Refused, match="units_not_above_zero"):
        actions.commit(by=WORKER, now=NOW, pool=pool.pk, month="2026-05", units=units)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_the_last_unit_one_gets_it():
    pool = make_pool()
    make_pool_month(pool, "2026-05", physical=1, funded=1)
    start, answers = threading.Barrier(2), []

    def take() -> None:
        start.wait()
        try:
            actions.commit(by=WORKER, now=NOW, pool=pool.pk, month="2026-05", units=1)
            answers.append("won")
        except Refused as refused:
            answers.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["capacity_exceeded", "won"]
    assert PoolMonth.objects.get().committed == 1
