"""Support divided when statements are issued, amounts entered by hand, and a year settled by two people."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction
from factories import issue_closed, make_actor, make_person, make_staff
from portal.billing.test_billing_actions import awarded
from portal.races import at_once, errors
from portal.receipts.test_receipts_actions import cashier, receipt

from madang.errors import Refused
from madang.portal.actors import WORKER, Role
from madang.portal.billing import actions as billing
from madang.portal.billing.models import Statement, Support
from madang.portal.funding import actions as funding
from madang.portal.funding import queries as funders
from madang.portal.funding.models import Funding, FundingSource
from madang.portal.receipts import actions as receipts
from madang.portal.settlements import actions, exports, queries
from madang.portal.settlements.models import Settlement, SettlementEntry

MAY = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 1, 10, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(db):
    return make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def approver(db):
    return make_actor(Role.APPROVER)


def sources(manager, *codes):
    for code in codes:
        funding.add_source(by=manager, now=MAY, code=code, name_ko=f"{code} 재원", name_en=code, kind="other")


def issued(manager, award, month="2026-05", now=MAY):
    billing.work_out(by=WORKER, now=now, organisation=award.organisation_id, month=month)
    issue_closed(by=manager, now=now, month=month)


def funded(manager, award, first_month="2026-05", **parts):
    pool = award.lines.get().product.pool_id
    return funding.set_funding(by=manager, now=MAY, pool=pool, first_month=first_month, parts=parts)


def enter(manager, item, amount, source="state", year=2026, **given):
    row = FundingSource.objects.get(code=source)
    what = {"source": row.pk, "year": year, "item": item, "amount": amount, "document": "letter 7"} | given
    return actions.enter(by=manager, now=NEXT_YEAR, **what)


@pytest.fixture
def year(manager):
    """73,600,000 won of support in May, 70 % of it the state's, 30 % the city's."""
    sources(manager, "state", "city")
    award = awarded()
    funded(manager, award, state=700, city=300)
    issued(manager, award)
    return award


def even(manager):
    enter(manager, "granted", 60_000_000)
    enter(manager, "interest", 1_000)
    enter(manager, "returned", 60_000_000 + 1_000 - 51_520_000)
    enter(manager, "granted", 22_080_000, source="city")


def settled(manager, approver, year=2026):
    actions.draft(by=manager, now=NEXT_YEAR, year=year, comment="")
    return actions.settle(by=approver, now=NEXT_YEAR, year=year, comment="", document_number="2027-11")


def test_an_issued_statement_divides_its_support_among_who_funds_the_pool(year):
    rows = Support.objects.order_by("source").values_list("source__code", "year", "amount")
    assert list(rows) == [("state", 2026, 51_520_000), ("city", 2026, 22_080_000)]
    assert queries.check_books() == []


def test_a_pool_that_nobody_is_named_for_is_the_bodys_own(manager):
    issued(manager, awarded())
    row = Support.objects.select_related("source").get()
    assert (row.source.code, row.source.kind, row.amount) == ("own", "own", 73_600_000)
    assert (row.source.name_ko, row.source.name_en) == ("자체 재원", "Own funds")


def test_shares_count_from_their_month_until_the_next_row_of_the_pool(manager):
    sources(manager, "state", "city")
    award = awarded()
    pool = award.lines.get().product.pool_id
    funded(manager, award, "2026-04", state=1000)
    funded(manager, award, "2026-07", city=1000)
    ids = dict(FundingSource.objects.values_list("code", "pk"))
    assert funders.parts_in("2026-03") == {}
    assert funders.parts_in("2026-06") == {pool: [(ids["state"], 1000)]}
    assert funders.parts_in("2026-07") == {pool: [(ids["city"], 1000)]}
    funded(manager, award, "2026-07", city=400, state=600)
    assert funders.parts_in("2026-08") == {pool: [(ids["state"], 600), (ids["city"], 400)]}
    assert Funding.objects.filter(pool=pool).count() == 2


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"parts": {"state": 999}}, "funding_not_whole"),
        ({"parts": {"state": 1000, "city": 0}}, "funding_not_whole"),
        ({"parts": {}}, "funding_not_whole"),
        ({"parts": {"moon": 1000}}, "funding_source_unknown"),
        ({"parts": {"state": 1000}, "first_month": "2026-13"}, "month_not_written"),
        ({"parts": {"state": 1000}, "first_month": "2026-05"}, "funding_month_issued"),
    ],
)
def test_funding_that_does_not_add_up_or_comes_too_late_is_refused(manager, year, given, code):
    pool = year.lines.get().product.pool_id
    with pytest.raises(Refused) as refused:
        funding.set_funding(**{"by": manager, "now": MAY, "pool": pool, "first_month": "2026-06"} | given)
    assert refused.value.code == code


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.APPROVER, Role.AUDITOR])
def test_only_a_programme_manager_says_who_funds_what_and_enters_amounts(year, role):
    by = make_actor(role)
    source = FundingSource.objects.first().pk
    with pytest.raises(Refused, match="not_allowed_for_role"):
        sources(by, "moon")
    with pytest.raises(Refused, match="not_allowed_for_role"):
        funded(by, year, "2026-06", state=1000)
    with pytest.raises(Refused, match="not_allowed_for_role"):
        enter(by, "granted", 1)
    with pytest.raises(Refused, match="not_allowed_for_role"):
        actions.take_back(by=by, now=NEXT_YEAR, entry=source, document="x")
    with pytest.raises(Refused, match="not_allowed_for_role"):
        actions.draft(by=by, now=NEXT_YEAR, year=2026, comment="")


def test_a_year_comes_out_by_source_and_award_and_ties_to_its_statements(manager, year):
    enter(manager, "disallowed", 20_000, award=year.pk)
    found = queries.content(2026)
    state = found["sources"][0]
    assert (state["code"], state["support_won"], state["disallowed_won"]) == ("state", 51_520_000, 20_000)
    assert state["left_won"] == -51_500_000
    (award,) = found["awards"]
    assert award["support_won"] == {"state": 51_520_000, "city": 22_080_000}
    assert (award["award"], award["due_won"], award["disallowed_won"]) == (year.number, 6_400_000, 20_000)
    assert found["statements"]["support_won"] == sum(award["support_won"].values())
    assert queries.differences(found) == []
    assert queries.content(2027)["sources"] == []


def test_support_that_is_not_what_a_statement_says_is_found(year):
    other = awarded()
    billing.work_out(by=WORKER, now=MAY, organisation=other.organisation_id, month="2026-05")
    statement = Support.objects.first().statement
    Support.objects.create(
        statement=statement, award=other, pool_id=other.lines.get().product.pool_id,
        source=FundingSource.objects.first(), year=2026, amount=1,
    )  # fmt: skip
    assert queries.check_books() == [statement.number]


def test_two_people_settle_a_year_that_comes_out_even(manager, approver, year):
    even(manager)
    row = settled(manager, approver)
    assert row.sha256 == queries.digest(row.content) and json.loads(row.content) == queries.content(2026)
    with pytest.raises(Refused, match="year_settled"):
        enter(manager, "granted", 1)
    with pytest.raises(Refused, match="year_settled"):
        issued(manager, awarded(), "2026-06", NEXT_YEAR)
    with pytest.raises(DatabaseError), transaction.atomic():
        Settlement.objects.filter(pk=row.pk).update(sha256="")
    with pytest.raises(DatabaseError), transaction.atomic():
        Support.objects.all().delete()


def test_what_stands_in_the_way_of_a_settlement_is_said(manager, approver, year):
    def refused(now=NEXT_YEAR, year=2026):
        with pytest.raises(Refused) as error:
            actions.draft(by=manager, now=now, year=year, comment="")
        return error.value.code

    assert refused(now=MAY) == "settlement_year_runs"
    assert refused(year=2025) == "settlement_nothing"
    assert refused() == "settlement_not_even"
    even(manager)
    late = awarded()
    billing.work_out(by=WORKER, now=NEXT_YEAR, organisation=late.organisation_id, month="2026-06")
    assert refused() == "settlement_drafts_left"


def test_what_changed_since_the_draft_is_drafted_again(manager, approver, year):
    even(manager)
    actions.draft(by=manager, now=NEXT_YEAR, year=2026, comment="")
    enter(manager, "granted", 5)
    enter(manager, "returned", 5)
    with pytest.raises(Refused, match="settlement_changed"):
        actions.settle(by=approver, now=NEXT_YEAR, year=2026, comment="", document_number="9")
    assert not Settlement.objects.exists()


def test_money_received_after_the_draft_changes_nothing_that_is_settled(manager, approver, year):
    even(manager)
    actions.draft(by=manager, now=NEXT_YEAR, year=2026, comment="")
    statement, given = Statement.objects.get(), {"by": cashier(), "now": NEXT_YEAR, "amount": 100}
    receipts.match(**given, receipt=receipt(100).pk, statement=statement.pk)
    actions.settle(by=approver, now=NEXT_YEAR, year=2026, comment="", document_number="9")
    assert queries.received(2026) == 100
    receipts.match(**given, receipt=receipt(100).pk, statement=statement.pk)
    assert json.loads(Settlement.objects.get().content) == queries.content(2026) and queries.received(2026) == 200


def test_an_entry_is_taken_back_once_by_a_row_of_its_own(manager, year):
    row = enter(manager, "granted", 100)
    actions.take_back(by=manager, now=NEXT_YEAR, entry=row.pk, document="letter 8")
    assert list(SettlementEntry.objects.order_by("pk").values_list("amount", flat=True)) == [100, -100]
    for pk in SettlementEntry.objects.values_list("pk", flat=True):
        with pytest.raises(Refused, match="entry_reversed_already"):
            actions.take_back(by=manager, now=NEXT_YEAR, entry=pk, document="letter 8")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"document": " "}, "entry_document_needed"),
        ({"item": "granted", "award": 1}, "entry_award_only_disallowed"),
        ({"year": 26}, "year_not_written"),
    ],
)
def test_an_entry_without_sense_is_refused(manager, year, given, code):
    with pytest.raises(Refused) as refused:
        enter(manager, **{"item": "granted", "amount": 5} | given)
    assert refused.value.code == code


@pytest.mark.django_db(transaction=True)
def test_nothing_is_entered_while_the_year_is_being_settled(manager, approver, year):
    even(manager)
    actions.draft(by=manager, now=NEXT_YEAR, year=2026, comment="")
    settle = {"by": approver, "now": NEXT_YEAR, "year": 2026, "comment": "", "document_number": "9"}
    found = errors(at_once(lambda: actions.settle(**settle), lambda: enter(manager, "granted", 5)))
    assert len(found) == 1 and isinstance(found[0], Refused)
    assert found[0].code in {"year_settled", "settlement_not_even", "settlement_changed"}
    assert Settlement.objects.exists() != SettlementEntry.objects.filter(amount=5).exists()


def test_the_pages_lead_from_shares_to_the_settled_year(client, manager, approver, year):
    client.cookies["madang_language"] = "en"
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    page = client.get("/staff/funding/").content.decode()
    assert "70.0%" in page and "30.0%" in page
    pool = year.lines.get().product.pool.code
    shares = {f"share_{row.pk}": "50" for row in FundingSource.objects.filter(code__in=["state", "city"])}
    given = {"what": "shares", "pool": pool, "first_month": "2026-06", **shares}
    assert client.post("/staff/funding/", given).status_code == 302
    short = client.post("/staff/funding/", given | {next(iter(shares)): "49.9"})
    assert short.status_code == 422 and "99.9 %" in short.content.decode()
    given = {"source": "state", "item": "disallowed", "amount": 20, "award": year.number, "document": "letter"}
    assert client.post("/staff/settlements/2026/entries/new/", given).status_code == 302
    wrong = client.post("/staff/settlements/2026/entries/new/", given | {"award": "A-0"})
    assert wrong.status_code == 422 and "no award with this number" in wrong.content.decode()
    page = client.get("/staff/settlements/2026/").content.decode()
    assert "₩51,520,000" in page and year.number in page and "letter" in page
    undo = client.get("/staff/settlements/2026/").context["entries"][0][0].pk
    assert client.post(f"/staff/settlements/2026/entries/{undo}/take-back/", {"document": "x"}).status_code == 302
    assert client.get(f"/staff/settlements/2026/entries/{undo}/take-back/").status_code == 404
    even(manager)
    settled(manager, approver)
    page = client.get("/staff/settlements/2026/").content.decode()
    assert Settlement.objects.get().sha256 in page and "no longer come to" not in page
    asked = client.get("/staff/settlements/2026/files/json/").content.decode()
    assert "say what for" in asked
    content = client.get("/staff/settlements/2026/files/json/?purpose=audit").content
    assert queries.digest(content.decode()) == Settlement.objects.get().sha256
    assert client.get("/staff/settlements/1999/").status_code == 404


def test_a_year_as_a_table_is_what_the_page_shows(year):
    rows = list(csv.reader(io.StringIO(exports.as_csv(queries.content(2026)).decode("utf-8-sig"))))
    assert rows[6][1:] == ["51520000", "22080000"]
    assert rows[-1][0] == year.number and rows[-1][6:] == ["51520000", "22080000", "0"]
    assert exports.as_xlsx(queries.content(2026)).startswith(b"PK")
    assert exports.as_csv(queries.content(2020))


@pytest.mark.parametrize("path", ["/staff/funding/", "/staff/settlements/", "/staff/settlements/2026/"])
def test_a_stranger_finds_no_settlement(client, year, path):
    assert client.get(path).status_code == 302
    client.force_login(make_person())
    assert client.get(path).status_code == 404


def test_a_year_takes_a_constant_number_of_queries(manager, django_assert_num_queries):
    sources(manager, "state")
    for _ in range(3):
        award = awarded()
        funded(manager, award, state=1000)
        billing.work_out(by=WORKER, now=MAY, organisation=award.organisation_id, month="2026-05")
    issue_closed(by=manager, now=MAY, month="2026-05")
    with django_assert_num_queries(14):
        assert len(queries.content(2026)["awards"]) == 3
