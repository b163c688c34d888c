"""Statements as pages, files and JSON: who sees which, and what is noted."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from factories import (
    make_award,
    make_closed,
    make_member,
    make_pool,
    make_product,
    make_reviewer,
    make_staff,
    make_submitted,
    make_track,
)
from openpyxl import load_workbook

from madang.portal.actors import WORKER, Role
from madang.portal.billing import actions
from madang.portal.billing.models import Statement
from madang.portal.journal.models import Reading
from madang.portal.people.models import ApiToken
from madang.portal.people.queries import secret_hash
from madang.portal.prices.models import Tariff

NOW = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def statement(organisation=None, *, awards=1, title="과제") -> Statement:
    """A draft of May 2026 with one line an award, 6.4 million won each."""
    product = make_product(make_pool())
    for _ in range(awards):
        application = make_submitted(make_track(products=[product]), state="eligible", organisation=organisation)
        organisation = application.organisation
        make_award(application, number=f"{title}-{application.pk}")
    Tariff.objects.create(
        product=product, kind="reserved", price=3_200_000, reference_price=40_000_000,
        reference_source="A cloud's list", starts_on=date(2026, 1, 1),
        drafted_by=make_staff(), drafted_at=NOW, approved_by=make_staff(), approved_at=NOW,
    )  # fmt: skip
    return actions.work_out(by=WORKER, now=NOW, organisation=organisation.pk, month="2026-05")


def token(person) -> dict[str, str]:
    secret = f"secret-{person.pk}"
    later = timezone.now() + timedelta(days=1)
    ApiToken.objects.create(
        person=person, name="t", shown_start="s", secret_hash=secret_hash(secret), created_at=NOW, expires_at=later
    )
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


def test_a_member_reads_the_own_statement_and_nothing_is_noted(client):
    row = statement()
    client.force_login(make_member(row.organisation))

    page = client.get(f"/statements/{row.pk}/").content.decode()

    assert "6,400,000" in page and "73,600,000" in page and "A cloud&#x27;s list" in page
    assert row.organisation.name in client.get("/statements/").content.decode()
    assert not Reading.objects.exists()


@pytest.mark.parametrize("who", ["stranger", "reviewer"])
def test_others_find_nothing(client, who):
    row = statement()
    client.force_login(make_member() if who == "stranger" else make_reviewer().person)

    for address in ("", "xlsx/", "csv/"):
        assert client.get(f"/statements/{row.pk}/{address}").status_code == 404
    assert row.organisation.name not in client.get("/statements/").content.decode()
    assert client.get("/staff/statements/").status_code == 404


def test_the_public_is_asked_to_log_in(client):
    row = statement()

    assert client.get(f"/statements/{row.pk}/").status_code == 302
    assert client.get(f"/api/v1/statements/{row.pk}").status_code == 401


@pytest.mark.parametrize("role", list(Role))
def test_staff_and_auditors_read_all_and_it_is_noted(client, role):
    row = statement()
    reader = make_staff(role)
    client.force_login(reader)

    assert client.get(f"/statements/{row.pk}/").status_code == 200
    assert client.get("/statements/").status_code == 200

    assert list(Reading.objects.order_by("pk").values_list("reader", "what", "subject")) == [
        (reader.pk, "view", str(row.pk)),
        (reader.pk, "search", "all"),
    ]


def test_a_missing_price_is_plain_to_see(client):
    row = statement()
    Tariff.objects.update(ends_on=date(2026, 5, 11))
    actions.work_out(by=WORKER, now=NOW, organisation=row.organisation_id, month="2026-05")
    client.force_login(make_member(row.organisation))
    client.cookies["madang_language"] = "en"

    assert "No price was in force on these days" in client.get(f"/statements/{row.pk}/").content.decode()


def test_a_spreadsheet_holds_the_figures_as_numbers_and_text_as_text(client):
    row = statement(title="=1+1")
    client.force_login(make_member(row.organisation))

    answer = client.get(f"/statements/{row.pk}/xlsx/")

    sheet = load_workbook(io.BytesIO(answer.content)).active
    cells = list(sheet.iter_rows())
    line, total = cells[5], cells[6]
    assert (line[0].data_type, line[0].value[:4]) == ("s", "=1+1")
    assert [cell.value for cell in total[8:16]] == [80_000_000, 6_400_000, 0, 0, 6_400_000, 73_600_000, 0, 6_400_000]
    assert f"statement-2026-05-draft-{row.pk}.xlsx" in answer["Content-Disposition"]


def test_text_bears_the_mark_when_asked_and_no_formula(client):
    row = statement(title="=1+1")
    client.force_login(make_member(row.organisation))

    plain = client.get(f"/statements/{row.pk}/csv/").content
    marked = client.get(f"/statements/{row.pk}/csv/?bom=1").content

    assert marked == b"\xef\xbb\xbf" + plain
    rows = list(csv.reader(io.StringIO(plain.decode())))
    assert rows[1][0].startswith("'=1+1")
    assert (rows[1][4], rows[1][12], rows[2][12]) == ("62", "6400000", "6400000")


def test_staff_say_what_a_download_is_for(client):
    row = statement()
    client.force_login(make_staff(Role.AUDITOR))

    asked = client.get(f"/statements/{row.pk}/csv/?bom=1")
    assert (asked["Content-Type"].split(";")[0], Reading.objects.count()) == ("text/html", 0)
    assert client.get(f"/statements/{row.pk}/csv/?purpose=x")["Content-Type"].startswith("text/html")
    given = client.get(f"/statements/{row.pk}/csv/?bom=1&purpose=Yearly audit")

    assert given["Content-Type"].startswith("text/csv") and given.content.startswith(b"\xef\xbb\xbf")
    assert Reading.objects.values_list("what", "purpose").get() == ("download", "Yearly audit")


def test_a_manager_works_out_and_issues_a_month(client):
    row = statement()
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))

    assert client.post("/staff/statements/", {"month": "2026-05"}).status_code == 302
    assert client.post("/staff/statements/", {"month": "2026-5"}).status_code == 200
    assert client.get("/staff/statements/2026-05/issue/").status_code == 200
    assert client.get("/staff/statements/2026-55/issue/").status_code == 404
    assert "/staff/months/2026-05/" in client.get("/staff/statements/").content.decode()
    assert client.post("/staff/statements/2026-05/issue/").status_code == 409
    assert Statement.objects.get(pk=row.pk).state == "draft"
    make_closed("2026-05")
    assert client.post("/staff/statements/2026-05/issue/").status_code == 302

    assert Statement.objects.get(pk=row.pk).number == "2026-05-0001"
    assert client.post("/staff/statements/2026-05/issue/").status_code == 409


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.APPROVER, Role.SCREENING_OFFICER])
def test_others_of_the_body_look_on(client, role):
    statement()
    client.force_login(make_staff(role))

    assert client.get("/staff/statements/").status_code == 200
    assert client.post("/staff/statements/", {"month": "2026-05"}).status_code == 200
    assert client.post("/staff/statements/2026-05/issue/").status_code == 404
    assert Statement.objects.get().state == "draft"


def test_pages_take_as_many_queries_for_one_row_as_for_three(client, django_assert_num_queries):
    member = make_member()
    organisation = member.memberships.get().organisation
    for awards in (1, 2):
        row = statement(organisation, awards=awards)
        client.force_login(member)
        with django_assert_num_queries(8):
            client.get(f"/statements/{row.pk}/")
    client.force_login(make_staff(Role.AUDITOR))
    for others in (0, 2):
        for _ in range(others):
            statement()
        with django_assert_num_queries(8):
            client.get("/statements/")
        with django_assert_num_queries(7):
            client.get("/staff/statements/")


def test_the_api_gives_members_their_own(client):
    row, other = statement(), statement()
    header = token(make_member(row.organisation))

    listed = client.get("/api/v1/statements", **header).json()
    one = client.get(f"/api/v1/statements/{row.pk}", **header).json()

    assert [item["id"] for item in listed["items"]] == [row.pk]
    assert (one["due_won"], one["subsidy_won"], one["lines"][0]["quantity_unit"]) == (
        6_400_000,
        73_600_000,
        "product_day",
    )
    assert client.get(f"/api/v1/statements/{other.pk}", **header).status_code == 404
    assert client.get("/api/v1/statements?month=2026-04", **header).json()["items"] == []
    assert client.get("/api/v1/statements?month=%00", **header).status_code == 400
    assert client.get(f"/api/v1/statements/{10**30}", **header).status_code == 404


def test_reading_by_api_is_noted_too(client):
    row = statement()
    header = token(make_staff(Role.AUDITOR))

    client.get(f"/api/v1/statements/{row.pk}", **header)

    assert Reading.objects.values_list("what", "subject").get() == ("view", str(row.pk))
