"""Pages and API of prices."""

from datetime import date

import pytest
from django.utils import timezone
from factories import make_actor, make_product, make_staff

from madang.portal.access import actions as access
from madang.portal.actors import Role
from madang.portal.prices.models import Discount, Tariff

pytestmark = pytest.mark.django_db
FORM = {
    "what": "tariff",
    "price": 3_200_000,
    "reference_price": 40_000_000,
    "reference_source": "List of 2026-05-01",
    "starts_on": "2026-01-01",
    "vat": "none",
    "vat_permille": 0,
    "comment": "",
}


def in_force(count: int) -> None:
    drafter, approver = make_staff(), make_staff()
    for _ in range(count):
        Tariff.objects.create(
            product=make_product(),
            kind="reserved",
            price=3_200_000,
            reference_price=40_000_000,
            reference_source="List",
            starts_on=date(2026, 1, 1),
            drafted_by=drafter,
            drafted_at="2026-01-01T00:00Z",
            approved_by=approver,
            approved_at="2026-01-01T00:00Z",
        )


def young(**given) -> Discount:
    words = {"name_ko": "청년", "name_en": "Young", "sentence_ko": "절반을 감면합니다.", "sentence_en": "Half."}
    values = words | {"code": "young", "applies_to": "young_firm", "permille": 500, "starts_on": date(2026, 1, 1)}
    return Discount.objects.create(**(values | given))


def test_a_price_is_drafted_and_approved_by_two_people(client):
    manager, approver = make_staff(Role.PROGRAMME_MANAGER), make_staff(Role.APPROVER)
    client.force_login(manager)
    assert client.post("/staff/tariffs/", FORM | {"product": make_product().pk}).status_code == 302
    tariff = Tariff.objects.get()
    address = f"/staff/tariffs/{tariff.pk}/"
    decision = {"what": "approve", "document_number": "2026-3", "comment": ""}
    assert client.post(address, decision).status_code == 200
    client.force_login(approver)
    assert client.post(address, decision | {"document_number": ""}).status_code == 200
    assert Tariff.objects.get().approved_at is None

    assert client.post(address, decision).status_code == 302

    assert Tariff.objects.get().approved_by == approver
    client.logout()
    assert "3,200,000" in client.get("/prices/").content.decode()


def test_an_approver_rejects_with_a_reason(client):
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    client.post("/staff/tariffs/", FORM | {"product": make_product().pk})
    address = f"/staff/tariffs/{Tariff.objects.get().pk}/"
    client.force_login(make_staff(Role.APPROVER))

    assert client.post(address, {"what": "reject", "comment": ""}).status_code == 200
    assert client.post(address, {"what": "reject", "comment": "Too dear"}).status_code == 302
    assert client.get("/staff/tariffs/").content.count(b"badge danger") == 1


def test_drafts_are_not_public(client):
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    client.post("/staff/tariffs/", FORM | {"product": make_product().pk})
    client.logout()

    assert "3,200,000" not in client.get("/prices/").content.decode()
    assert client.get("/api/v1/tariffs").json()["items"] == []
    assert client.get("/staff/tariffs/").status_code == 302


def test_an_auditor_reads_and_changes_nothing(client):
    client.force_login(make_staff(Role.AUDITOR))
    young()

    assert client.get("/staff/tariffs/").status_code == 200
    assert client.post("/staff/tariffs/", FORM | {"product": make_product().pk}).status_code == 200
    assert client.get("/staff/discounts/young/end/").status_code == 404
    assert not Tariff.objects.exists()


def test_a_discount_is_added_and_ended(client):
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    given = {"what": "discount", "code": "local", "name_ko": "지역", "name_en": "Local", "applies_to": "local_firm"}
    words = {"sentence_ko": "절반", "sentence_en": "Half", "permille": 500, "starts_on": "2026-06-01", "ends_on": ""}

    assert client.post("/staff/tariffs/", given | words).status_code == 302
    assert client.get("/staff/discounts/local/end/").status_code == 200
    assert client.post("/staff/discounts/local/end/", {"ends_on": "2026-05-01"}).status_code == 200
    assert client.post("/staff/discounts/local/end/", {"ends_on": "2099-07-01"}).status_code == 302
    assert Discount.objects.get().ends_on == date(2099, 7, 1)


def test_a_reference_price_in_dollars_is_converted_once_and_shown_with_its_rate(client):
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    dollars = {"product": make_product().pk, "reference_price": "12.34", "reference_currency": "USD", "rate_per": "1"}
    rate = {"rate": "1,380.5", "rate_on": "2026-05-01", "rate_source": "Seoul Money Brokerage"}
    client.cookies["madang_language"] = "en"
    wrong = [{"reference_price": "12.345"}, {"rate_on": ""}, {"rate": "x"}, {"reference_currency": "KRW"}]
    for one in wrong:
        page = client.post("/staff/tariffs/", FORM | dollars | rate | one)
        assert page.status_code == 200 and not Tariff.objects.exists(), one
    assert "12.34 has more decimals than KRW, which has 0." in page.content.decode()

    assert client.post("/staff/tariffs/", FORM | dollars | rate).status_code == 302
    assert (Tariff.objects.get().reference_price, Tariff.objects.get().quoted_minor) == (17_035, 1_234)
    shown = client.get("/staff/tariffs/").content.decode()
    assert "12.34 USD, 1,380.5 won for 1 USD (Seoul Money Brokerage, 2026-05-01)" in shown


def test_pages_take_as_many_queries_for_one_price_as_for_three(client, django_assert_num_queries):
    for count in (1, 2):
        in_force(count)
        young(code=f"young{count}")
        with django_assert_num_queries(5):
            client.get("/prices/")
    client.force_login(make_staff(Role.AUDITOR))
    for count in (0, 2):
        in_force(count)
        with django_assert_num_queries(10):
            client.get("/staff/tariffs/")


def test_the_api_is_public(client):
    in_force(1)
    young()

    tariff = client.get("/api/v1/tariffs").json()["items"][0]
    discount = client.get("/api/v1/discounts").json()["items"][0]

    assert (tariff["price_won"], tariff["kind"], tariff["ends_on"]) == (3_200_000, "reserved", None)
    assert (discount["code"], discount["permille"]) == ("young", 500)


def test_a_script_drafts_a_reference_price_in_yen_and_gives_it_once(client):
    _row, secret = access.create_token(by=make_actor(Role.PROGRAMME_MANAGER), now=timezone.now(), name="t", days=9)
    plain = {"product": make_product().code, "price_won": 3, "reference_source": "List", "starts_on": "2027-01-01"}
    yen = {"currency": "JPY", "quoted": "1,234", "rate": "912.5", "per": 100, "day": "2026-05-01", "source": "Bank"}

    def draft(**given):
        headers = {"Authorization": f"Bearer {secret}"}
        return client.post("/api/v1/tariffs", plain | given, content_type="application/json", headers=headers)

    for wrong in (
        {},
        {"reference_quoted": yen, "reference_price_won": 5},
        {"reference_quoted": yen | {"quoted": "1.5"}},
    ):
        assert draft(**wrong).status_code in (409, 422) and not Tariff.objects.exists(), wrong
    made = draft(reference_quoted=yen)
    assert made.status_code == 201, made.content
    assert (made.json()["reference_price_won"], made.json()["reference_quoted"]) == (11_260, yen)
