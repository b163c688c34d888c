"""Statements from real rows: awards, ledger and prices."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from factories import (
    issue_closed,
    make_actor,
    make_application,
    make_award,
    make_organisation,
    make_pool,
    make_product,
    make_staff,
    make_submitted,
    make_track,
)

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Role
from madang.portal.awards.models import Award
from madang.portal.billing import actions, chores, queries
from madang.portal.billing.models import Statement, StatementLine
from madang.portal.ledger.importer import import_usage
from madang.portal.ledger.models import AccountingMonth
from madang.portal.ledger.rules import Usage
from madang.portal.prices.models import Discount, Tariff

# The first of June at noon in Seoul; awards are in force from the first of April at noon.
NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def priced(product, price=3_200_000, reference=40_000_000, starts_on=date(2026, 1, 1), **given) -> Tariff:
    return Tariff.objects.create(
        product=product,
        kind="reserved" if product.grain == "month" else "used",
        price=price,
        reference_price=reference,
        reference_source="A cloud's list",
        starts_on=starts_on,
        drafted_by=make_staff(),
        drafted_at=NOW,
        approved_by=make_staff(),
        approved_at=NOW,
        **given,
    )


def awarded(*, grain="month", organisation=None, price=True, **given) -> Award:
    """An award in force of two of a product, priced unless told otherwise."""
    pool = make_pool(grain=grain)
    product = make_product(pool, grain=grain, units=8 if grain == "month" else 1)
    application = make_submitted(make_track(products=[product]), state="eligible", organisation=organisation)
    if price:
        priced(product, *(() if grain == "month" else (550, 4_200)))
    return make_award(application, **given)


def worked(award, month="2026-05", now=NOW) -> Statement:
    return actions.work_out(by=WORKER, now=now, organisation=award.organisation_id, month=month)


def used(award, seconds, day=date(2026, 5, 7), key="u") -> None:
    pool = award.lines.get().product.pool_id
    usage = Usage("cluster", f"{key}{award.pk}", f"award:{award.pk}", pool, "", f"{day:%Y-%m}", day, seconds)
    import_usage(now=NOW, charges=[usage])


def test_a_reserved_product_costs_its_days():
    statement = worked(awarded())

    assert (statement.list_price, statement.due, statement.subsidy) == (6_400_000, 6_400_000, 73_600_000)
    assert (statement.payable, statement.faults, statement.state) == (6_400_000, 0, "draft")
    line = StatementLine.objects.get()
    assert (line.quantity, line.first_day, line.last_day) == (62, date(2026, 5, 1), date(2026, 5, 31))


def test_a_university_pays_nothing_and_the_value_of_its_support_is_the_reference():
    Discount.objects.create(
        code="academia", name_ko="대학", name_en="Academia", sentence_ko="무상", sentence_en="Free", permille=1000,
        applies_to="kind:university", starts_on=date(2026, 1, 1),
    )  # fmt: skip
    statement = worked(awarded(organisation=make_organisation(kind="university")))

    assert (statement.due, statement.discount, statement.subsidy) == (0, 6_400_000, 80_000_000)
    assert StatementLine.objects.get().discounts == [
        {"code": "academia", "permille": 1000, "sentence_ko": "무상", "sentence_en": "Free"}
    ]


def test_an_award_ended_within_the_month_pays_until_then():
    # In Seoul this is the 21st already.
    ended = awarded(state="ended", ended_at=datetime(2026, 5, 20, 15, 30, tzinfo=UTC))

    worked(ended)

    line = StatementLine.objects.get()
    assert (line.last_day, line.quantity) == (date(2026, 5, 20), 40)


def test_an_award_in_force_from_the_middle_pays_from_then():
    worked(awarded(in_force_at=datetime(2026, 5, 10, 15, 0, tzinfo=UTC)))

    assert StatementLine.objects.get().first_day == date(2026, 5, 11)


@pytest.mark.parametrize("state", ["offered", "accepted", "declined", "lapsed"])
def test_what_is_not_in_force_costs_nothing(state):
    statement = worked(awarded(state=state, in_force_at=None))

    assert (statement.due, StatementLine.objects.count()) == (0, 0)


def test_months_outside_the_award_cost_nothing():
    award = awarded()

    assert worked(award, "2026-03").list_price == 0
    assert worked(award, "2026-08").list_price == 0


def test_use_is_priced_from_the_ledger():
    award = awarded(grain="hour")
    used(award, 3_600 * 100 + 1)
    used(award, 3_600 * 50, day=date(2026, 6, 1), key="june")

    statement = worked(award)

    assert (statement.due, statement.reference) == (55_000, 420_001)
    assert StatementLine.objects.get().quantity == 360_001
    assert worked(award, "2026-06").due == 27_500


def test_a_missing_price_is_a_fault_that_bars_the_issue():
    award = awarded(price=False)
    statement = worked(award)

    assert (statement.faults, statement.due) == (1, 0)
    with pytest.raises(Refused, match="statements_have_faults"):
        issue_closed(by=make_actor(Role.PROGRAMME_MANAGER), now=NOW, month="2026-05")
    assert AccountingMonth.objects.filter(issued_at__isnull=False).count() == 0
    priced(award.lines.get().product)
    assert issue_closed(by=make_actor(Role.PROGRAMME_MANAGER), now=NOW, month="2026-05") == 1
    assert Statement.objects.get().due == 6_400_000


def test_vat_that_is_added_stands_apart():
    award = awarded(price=False)
    priced(award.lines.get().product, vat="added", vat_permille=100)

    statement = worked(award)

    assert (statement.due, statement.supply, statement.vat, statement.payable) == (
        6_400_000,
        6_400_000,
        640_000,
        7_040_000,
    )


def test_a_draft_follows_and_is_not_doubled():
    award = awarded(grain="hour")
    first = worked(award)
    used(award, 3_600)

    again = worked(award)

    assert (again.pk, again.due) == (first.pk, 550)
    assert StatementLine.objects.count() == 1


def test_issued_statements_have_numbers_without_a_gap_and_never_change():
    awards = [awarded(grain="hour") for _ in range(3)]
    for award in awards[:2]:
        worked(award)
    manager = make_actor(Role.PROGRAMME_MANAGER)

    assert issue_closed(by=manager, now=NOW, month="2026-05") == 2
    worked(awards[2])
    assert issue_closed(by=manager, now=NOW, month="2026-05") == 1

    numbers = Statement.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == ["2026-05-0001", "2026-05-0002", "2026-05-0003"]
    used(awards[0], 3_600)
    with pytest.raises(Stale):
        worked(awards[0])
    assert Statement.objects.get(organisation=awards[0].organisation_id).due == 0
    with pytest.raises(Refused, match="nothing_to_issue"):
        issue_closed(by=manager, now=NOW, month="2026-05")


def test_use_that_comes_after_its_statement_is_billed_once_in_the_next():
    award, manager = awarded(grain="hour"), make_actor(Role.PROGRAMME_MANAGER)
    used(award, 3_600, day=date(2026, 4, 10))
    worked(award, "2026-04")
    issue_closed(by=manager, now=NOW, month="2026-04")
    used(award, 7_200, day=date(2026, 4, 20), key="late")
    used(award, 3_600, key="may")

    assert worked(award).due == 1_650
    assert list(
        StatementLine.objects.filter(statement__month="2026-05").values_list("first_day", "quantity", "due")
    ) == [
        (date(2026, 4, 30), 7_200, 1_100),
        (date(2026, 5, 7), 3_600, 550),
    ]
    issue_closed(by=manager, now=NOW, month="2026-05")
    assert worked(award, "2026-06").due == 0


def test_a_running_month_is_not_issued():
    worked(awarded(), "2026-06")

    with pytest.raises(Refused, match="month_not_over"):
        issue_closed(by=make_actor(Role.PROGRAMME_MANAGER), now=NOW, month="2026-06")


@pytest.mark.parametrize("roles", [(), (Role.AUDITOR,), (Role.APPROVER,), (Role.SCREENING_OFFICER,)])
def test_others_neither_work_out_nor_issue(roles):
    award, by = awarded(), make_actor(*roles)

    with pytest.raises(Refused, match="not_allowed_for_role"):
        actions.work_out(by=by, now=NOW, organisation=award.organisation_id, month="2026-05")
    with pytest.raises(Refused, match="not_allowed_for_role"):
        issue_closed(by=by, now=NOW, month="2026-05")


def test_the_chore_works_out_last_month_for_everybody_once():
    awards = [awarded() for _ in range(7)]
    make_application(organisation=make_organisation())

    done = [chores.work_out_last_month(NOW) for _ in range(3)]

    assert done == [5, 2, 0]
    assert Statement.objects.filter(month="2026-05").count() == len(awards)


def test_a_draft_made_while_the_month_ran_is_worked_out_again():
    award = awarded(grain="hour")
    worked(award, now=datetime(2026, 5, 15, tzinfo=UTC))
    used(award, 3_600)

    assert chores.work_out_last_month(NOW) == 1
    assert Statement.objects.get().due == 550


def test_use_after_the_end_of_an_award_is_billed_all_the_same():
    award = awarded(grain="hour", state="ended", ended_at=datetime(2026, 4, 20, tzinfo=UTC))
    used(award, 7_200)

    assert chores.work_out_last_month(NOW) == 1
    assert Statement.objects.get().due == 1_100


def test_working_out_a_month_takes_in_every_organisation():
    for _ in range(2):
        awarded()

    assert actions.work_out_month(by=make_actor(Role.OPERATOR), now=NOW, month="2026-05") == 2
    assert [row["count"] for row in queries.months(make_actor(Role.AUDITOR))] == [2]
    with pytest.raises(Refused, match="month_not_written"):
        actions.work_out_month(by=make_actor(Role.OPERATOR), now=NOW, month="May")
