"""The book in the database: what moves, what is refused, what races come to."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from factories import make_actor, make_pool
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal.races import at_once

from madang.accounting.ledger import Balances, identity, settle
from madang.errors import Refused
from madang.portal.actors import WORKER, Role
from madang.portal.journal.models import JournalEntry
from madang.portal.ledger import actions, queries
from madang.portal.ledger.importer import import_usage
from madang.portal.ledger.models import AccountingMonth, LedgerAccount, MonthTotal, Movement
from madang.portal.ledger.rules import Imported, Usage

NOW = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)
OWNER = "award:1"
pytestmark = pytest.mark.django_db


@pytest.fixture
def pool():
    return make_pool().pk


def granted(pool: int, amount: int = 1000, owner: str = OWNER) -> int:
    given = {"by": WORKER, "now": NOW, "owner": owner, "pool": pool, "amount": amount, "source": "award"}
    return actions.grant(**given, key=f"grant:{owner}", month="2026-05", day=date(2026, 5, 1)).pk


def held(pool: int, amount: int, job: int) -> int:
    given = {"by": WORKER, "now": NOW, "owner": OWNER, "pool": pool, "amount": amount, "source": "job"}
    return actions.hold(**given, key=f"hold:{job}", subject=f"job:{job}").pk


def usage(pool: int, amount: int, key: str = "u1", job: int = 1, **given) -> Usage:
    made = Usage("cluster", key, OWNER, pool, f"job:{job}", "2026-05", date(2026, 5, 20), amount)
    return made._replace(**given)


def balances(pool: int, owner: str = OWNER) -> Balances:
    return queries.balances(owner)[pool]


def test_a_grant_lies_left_and_the_source_owes_it(pool):
    granted(pool)

    assert balances(pool) == Balances(granted=1000, left=1000)
    assert queries.check_identity() == []


def test_the_same_grant_is_posted_once(pool):
    granted(pool)

    with pytest.raises(Refused, match="already_posted"):
        granted(pool)
    assert balances(pool).granted == 1000


def test_a_hold_beyond_what_is_left_is_refused_with_the_figures(pool):
    granted(pool)
    held(pool, 700, 1)

    with pytest.raises(Refused) as refused:
        held(pool, 301, 2)

    assert (refused.value.code, refused.value.facts) == ("not_enough_left", {"asked": 301, "left": 300})
    assert balances(pool) == Balances(granted=1000, held=700, left=300)


@pytest.mark.parametrize("amount", [0, -5])
def test_nothing_and_less_cannot_be_held(pool, amount):
    granted(pool)

    with pytest.raises(Refused, match="amount_not_above_zero"):
        held(pool, amount, 1)


def test_what_a_job_did_not_use_of_its_hold_comes_back(pool):
    granted(pool)
    held(pool, 600, 1)
    held(pool, 200, 2)
    actions.use(by=WORKER, now=NOW, usage=usage(pool, 250))

    given = {"by": WORKER, "now": NOW, "owner": OWNER, "pool": pool, "source": "job", "subject": "job:1"}
    moved = actions.release(**given, key="release:1")

    assert moved.amount == 350
    assert balances(pool) == Balances(granted=1000, used=250, held=200, left=550)
    assert actions.release(**given, key="release:1-again") is None


def test_a_job_cannot_release_what_another_holds(pool):
    granted(pool)
    held(pool, 100, 1)
    held(pool, 500, 2)
    given = {"by": WORKER, "now": NOW, "owner": OWNER, "pool": pool, "source": "job", "subject": "job:1"}

    with pytest.raises(Refused) as refused:
        actions.release(**given, key="r", amount=101)

    assert refused.value.facts == {"asked": 101, "held": 100}


def test_use_beyond_hold_and_rest_is_recorded_as_overrun(pool):
    granted(pool, 1000)
    held(pool, 600, 1)

    actions.use(by=WORKER, now=NOW, usage=usage(pool, 1250))

    assert balances(pool) == Balances(granted=1250, used=1250, overrun=250)
    parts = Movement.objects.filter(source="cluster").order_by("pk").values_list("source_key", "kind", "amount")
    assert list(parts) == [("u1", "use", 600), ("u1+1", "use", 400), ("u1+2", "overrun", 250)]
    assert queries.check_identity() == []


def test_use_of_one_job_leaves_the_hold_of_another(pool):
    granted(pool, 1000)
    held(pool, 100, 1)
    held(pool, 900, 2)

    actions.use(by=WORKER, now=NOW, usage=usage(pool, 150, job=1))

    assert balances(pool) == Balances(granted=1050, used=150, held=900, overrun=50)


def test_give_back_and_expiry_leave_nothing(pool):
    granted(pool)
    given = {"by": WORKER, "now": NOW, "owner": OWNER, "pool": pool, "source": "award"}

    actions.give_back(**given, amount=400, key="back")
    actions.expire(**given, key="end")

    assert balances(pool) == Balances(granted=1000, returned=400, expired=600)
    assert actions.expire(**given, key="end-again") is None


def test_a_reversal_undoes_once_and_never_a_reversal(pool):
    granted(pool)
    actions.use(by=WORKER, now=NOW, usage=usage(pool, 300))
    manager = make_actor(Role.PROGRAMME_MANAGER)
    posted = Movement.objects.get(source_key="u1")

    reversal = actions.reverse(by=manager, now=NOW, movement=posted.pk)

    assert balances(pool) == Balances(granted=1000, left=1000)
    assert (reversal.reverses_id, reversal.month, reversal.day) == (posted.pk, posted.month, posted.day)
    with pytest.raises(Refused, match="already_posted"):
        actions.reverse(by=manager, now=NOW, movement=posted.pk)
    with pytest.raises(Refused, match="reversal_of_reversal"):
        actions.reverse(by=manager, now=NOW, movement=reversal.pk)
    assert queries.check_identity() == []


def test_a_grant_that_is_partly_used_cannot_be_undone(pool):
    grant = granted(pool)
    actions.use(by=WORKER, now=NOW, usage=usage(pool, 300))

    with pytest.raises(Refused) as refused:
        actions.reverse(by=make_actor(Role.OPERATOR), now=NOW, movement=grant)

    assert (refused.value.code, refused.value.facts["left"]) == ("not_enough_left", 700)


@pytest.mark.parametrize("roles", [(), (Role.AUDITOR,), (Role.SCREENING_OFFICER,), (Role.APPROVER,)])
def test_others_cannot_reverse(pool, roles):
    grant = granted(pool)

    with pytest.raises(Refused, match="not_allowed_for_role"):
        actions.reverse(by=make_actor(*roles), now=NOW, movement=grant)


def test_nothing_of_an_issued_month_is_undone(pool):
    grant = granted(pool)
    AccountingMonth.objects.update_or_create(
        month="2026-05", defaults={"closed_at": NOW, "issued_at": NOW, "last_number": 1}
    )

    with pytest.raises(Refused, match="month_already_issued"):
        actions.reverse(by=make_actor(Role.OPERATOR), now=NOW, movement=grant)


def test_statement_numbers_have_no_gap():
    with pytest.raises(Refused, match="month_not_closed"):
        actions.number_statements(now=NOW, month="2026-05", count=3)
    for month in ("2026-05", "2026-06"):
        actions.close_month(now=NOW, month=month)
    assert list(actions.number_statements(now=NOW, month="2026-05", count=3)) == [1, 2, 3]
    assert list(actions.number_statements(now=NOW, month="2026-05", count=2)) == [4, 5]
    assert list(actions.number_statements(now=NOW, month="2026-06", count=1)) == [1]
    assert queries.issued_months() == ["2026-05", "2026-06"]
    with pytest.raises(Refused, match="month_already_issued"):
        actions.keep_months_open(months=["2026-07", "2026-06"])


# the importer


def many(pool: int, count: int) -> list[Usage]:
    days = [date(2026, 5, 30), date(2026, 5, 31), date(2026, 6, 1)]
    return [
        usage(pool, 10 + n, key=f"k{n}", job=n % 7, owner=f"award:{n % 5}", day=day, month=f"{day:%Y-%m}")
        for n in range(count)
        for day in [days[n % 3]]
    ]


def snapshot() -> tuple[list, list, int]:
    accounts = list(LedgerAccount.objects.order_by("pk").values_list("pk", "amount"))
    return accounts, list(MonthTotal.objects.order_by("pk").values_list()), Movement.objects.count()


def test_importing_again_changes_nothing(pool):
    granted(pool, 200, "award:0")
    charges = many(pool, 60)
    assert import_usage(now=NOW, charges=charges) == Imported(60, 0)
    before = snapshot()

    assert import_usage(now=NOW, charges=charges) == Imported(0, 60)

    assert snapshot() == before
    assert queries.check_identity() == []


def test_small_batches_come_to_the_same_as_one(pool):
    granted(pool, 500, "award:0")
    pauses: list[float] = []

    posted = import_usage(now=NOW, charges=many(pool, 700), pause=pauses.append)

    assert (posted, pauses) == (Imported(700, 0), [0.02, 0.02])
    assert sum(one[pool].used for one in queries.balances_of(f"award:{n}" for n in range(5)).values()) == sum(
        10 + n for n in range(700)
    )
    assert queries.check_identity() == []


def test_a_large_batch_of_which_some_is_in_the_book_posts_the_rest(pool):
    granted(pool, 200, "award:0")
    charges = many(pool, 700)
    import_usage(now=NOW, charges=charges[100:130])
    changed = [*charges[:110], charges[110]._replace(amount=1), *charges[111:], charges[5]]

    assert import_usage(now=NOW, charges=changed) == Imported(670, 30, (("cluster", "k110"),))
    assert queries.check_identity() == []
    assert import_usage(now=NOW, charges=charges) == Imported(0, 700)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(1, 90)), min_size=1, max_size=12),
    st.integers(0, 200),
    st.integers(0, 100),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_charges_are_settled_as_the_library_says_with_and_without_holds(pool, used, left, hold):
    """One owner has a job that may hold something, the other has none."""
    with transaction.atomic():
        for owner in (OWNER, "award:2"):
            granted(pool, 1 + left + hold, owner)
        if hold:
            held(pool, hold, 0)
        there, rest = {(OWNER, 0): hold}, {OWNER: 1 + left, "award:2": 1 + left + hold}
        wanted, charges = [], []
        for number, (job, owner, amount) in enumerate(used):
            owner = f"award:{owner % 2 + 1}"
            charges.append(usage(pool, amount, key=f"c{number}", job=job, owner=owner))
            legs = settle(hold_left=there.get((owner, job), 0), left=rest[owner], amount=amount)
            for part, (kind, start, to, moved) in enumerate(legs):
                wanted.append((f"c{number}+{part}" if part else f"c{number}", kind, owner, start, to, moved))
                if start == "held":
                    there[owner, job] -= moved
                elif start == "left":
                    rest[owner] -= moved
        import_usage(now=NOW, charges=charges)
        columns = ("source_key", "kind", "to_account__owner", "from_account__bucket", "to_account__bucket", "amount")
        assert list(Movement.objects.filter(source="cluster").order_by("pk").values_list(*columns)) == wanted
        assert queries.check_identity() == []
        transaction.set_rollback(True)


def test_a_charge_twice_in_one_batch_is_posted_once(pool):
    granted(pool)

    assert import_usage(now=NOW, charges=[usage(pool, 50), usage(pool, 50)]) == Imported(1, 1)
    assert balances(pool).used == 50


@pytest.mark.parametrize(
    "changed", [{"amount": 51}, {"amount": 49}, {"month": "2026-06"}, {"owner": "award:2"}], ids=str
)
def test_a_charge_that_comes_back_otherwise_is_named_and_not_posted(pool, changed):
    granted(pool)
    import_usage(now=NOW, charges=[usage(pool, 50)])
    before = snapshot()

    again = import_usage(now=NOW, charges=[usage(pool, 50)._replace(**changed)])

    assert again == Imported(0, 0, (("cluster", "u1"),))
    assert snapshot() == before
    assert JournalEntry.objects.filter(action="ledger.import_usage").latest("pk").facts["changed"] == [
        ["cluster", "u1"]
    ]


def test_a_charge_posted_in_parts_is_recognised_when_it_comes_again(pool):
    granted(pool, 30)
    import_usage(now=NOW, charges=[usage(pool, 50)])

    assert import_usage(now=NOW, charges=[usage(pool, 50)]) == Imported(0, 1)
    assert import_usage(now=NOW, charges=[usage(pool, 30)]).changed == (("cluster", "u1"),)


def test_one_batch_is_one_line_in_the_journal(pool):
    import_usage(now=NOW, charges=many(pool, 40))

    entry = JournalEntry.objects.get(action="ledger.import_usage")
    assert (entry.facts["posted"], entry.facts["owners"]) == (40, 5)


def test_a_batch_that_cannot_be_posted_leaves_nothing(pool):
    with pytest.raises(Refused, match="amount_not_above_zero"):
        import_usage(now=NOW, charges=[*many(pool, 10), usage(pool, 0, key="nought")])

    assert Movement.objects.count() == 0


def test_use_is_read_by_day_without_what_was_undone(pool):
    granted(pool)
    first, second = date(2026, 5, 3), date(2026, 5, 4)
    import_usage(now=NOW, charges=[usage(pool, 50, "a", day=first), usage(pool, 70, "b", day=second)])
    actions.reverse(by=make_actor(Role.OPERATOR), now=NOW, movement=Movement.objects.get(source_key="a").pk)

    assert queries.used_by_day([OWNER], "2026-05") == {(OWNER, pool): {second: 70}}
    assert queries.used_by_day([OWNER], "2026-06") == {}
    assert queries.owners_with_use("2026-05") == [OWNER]


def test_a_broken_book_is_found(pool):
    granted(pool)
    LedgerAccount.objects.filter(owner=OWNER, bucket="left").update(amount=999)
    MonthTotal.objects.filter(account__bucket="left").update(came_in=998)

    codes = {fault.code for fault in queries.check_identity()}

    assert codes == {"balances_differ", "amount_differs", "month_in_differs"}


def test_balances_of_many_take_two_queries(pool, django_assert_num_queries):
    for owners in (1, 3):
        import_usage(now=NOW, charges=[usage(pool, 5, f"n{owners}-{n}", owner=f"award:{n}") for n in range(owners)])
        with django_assert_num_queries(2):
            found = queries.balances_of([f"award:{n}" for n in range(owners)])
        assert all(identity(one) for by_pool in found.values() for one in by_pool.values())


# races


@pytest.mark.django_db(transaction=True)
def test_ten_holds_that_each_fit_never_overspend_together():
    pool = make_pool().pk
    granted(pool, 1000)

    answers = at_once(*(lambda job=job: held(pool, 300, job) for job in range(10)))

    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert {one.code for one in refused} == {"not_enough_left"}
    assert len(refused) == 7
    assert balances(pool) == Balances(granted=1000, held=900, left=100)
    assert queries.check_identity() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [40, 400])
def test_two_importers_of_the_same_charges_post_them_once(count):
    pool = make_pool().pk
    granted(pool, 1000)
    charges = [usage(pool, 5, f"k{n}") for n in range(count)]

    answers = at_once(*[lambda: import_usage(now=NOW, charges=charges)] * 2)

    posted = [answer.posted for answer in answers if isinstance(answer, Imported)]
    assert sum(posted) == count
    assert balances(pool).used == 5 * count
    assert queries.check_identity() == []
