"""Pages and API of pools, capacity and products."""

import pytest
from factories import make_pool, make_pool_month, make_product, make_staff

from madang.portal.actors import Role
from madang.portal.resources.models import Pool, PoolMonth, Product

pytestmark = pytest.mark.django_db


def pools(count: int) -> list[Pool]:
    made = [make_pool() for _ in range(count)]
    for pool in made:
        make_pool_month(pool, "2026-05", committed=30)
        make_product(pool)
    return made


def test_everybody_reads_capacity(client):
    pools(1)

    page = client.get("/capacity/").content.decode()

    assert "80" in page and "30" in page and "37.5%" in page


def test_capacity_takes_as_many_queries_for_one_pool_as_for_three(client, django_assert_num_queries):
    for count in (1, 2):
        pools(count)
        with django_assert_num_queries(3):
            client.get("/capacity/")


@pytest.mark.parametrize("roles", [(Role.AUDITOR,), (Role.OPERATOR,)])
def test_staff_and_auditors_see_the_pools_page(client, roles, django_assert_num_queries):
    client.force_login(make_staff(*roles))
    pools(1)
    client.get("/staff/pools/")
    for count in (0, 2):
        pools(count)
        with django_assert_num_queries(9):
            answer = client.get("/staff/pools/")
    assert (b'<form method="post">\n    <input' in answer.content) == (Role.OPERATOR in roles)


def test_for_strangers_the_pools_page_is_not_there(client):
    assert client.get("/staff/pools/").status_code == 302
    client.force_login(make_staff())
    assert client.get("/staff/pools/").status_code == 404


def test_an_operator_adds_a_pool_its_capacity_and_a_product(client):
    client.force_login(make_staff(Role.OPERATOR))
    pool = {
        "what": "pool",
        "code": "b200",
        "name_ko": "B200",
        "name_en": "B200",
        "unit": "gpu",
        "grain": "month",
        "backend_type": "",
    }

    assert client.post("/staff/pools/", pool).status_code == 302
    again = client.post("/staff/pools/", pool)
    months = {"month": "2026-05", "last_month": "2026-07", "physical": 64, "funded": 32, "version": ""}
    assert client.post("/staff/pools/b200/", months).status_code == 302
    product = {"what": "product", "code": "b200x8", "pool": Pool.objects.get().pk, "name_ko": "가", "name_en": "A"}
    assert client.post("/staff/pools/", product | {"grain": "month", "units": 8}).status_code == 302

    assert "b200" in again.content.decode() and again.status_code == 200
    assert list(PoolMonth.objects.values_list("month", "funded")) == [(f"2026-0{n}", 32) for n in (5, 6, 7)]
    assert Product.objects.get().units == 8


def test_a_refused_capacity_stays_in_the_form_with_its_figures(client):
    client.force_login(make_staff(Role.OPERATOR))
    pool = pools(1)[0]

    answer = client.post(f"/staff/pools/{pool.code}/", {"month": "2026-05", "physical": 64, "funded": 29})

    assert answer.status_code == 200
    assert "30" in "".join(answer.context["form"].non_field_errors())
    assert PoolMonth.objects.get().funded == 80


@pytest.mark.parametrize("last", ["2026-04", "2031-05", "soon"])
def test_months_that_cannot_be_meant_are_refused_in_the_form(client, last):
    client.force_login(make_staff(Role.OPERATOR))
    pool = pools(1)[0]

    answer = client.post(
        f"/staff/pools/{pool.code}/", {"month": "2026-05", "last_month": last, "physical": 64, "funded": 40}
    )

    assert answer.context["form"].non_field_errors()
    assert PoolMonth.objects.get().funded == 80


def test_the_form_of_a_month_carries_its_version(client):
    client.force_login(make_staff(Role.OPERATOR))
    pool = pools(1)[0]
    form = client.get(f"/staff/pools/{pool.code}/?month=2026-05").context["form"]
    given = {"month": "2026-05", "physical": 100, "funded": 90, "version": form["version"].value()}

    assert client.post(f"/staff/pools/{pool.code}/", given).status_code == 302
    assert client.post(f"/staff/pools/{pool.code}/", given | {"funded": 50}).status_code == 200
    assert PoolMonth.objects.get().funded == 90


def test_an_auditor_changes_nothing(client):
    client.force_login(make_staff(Role.AUDITOR))
    pool = pools(1)[0]

    assert (
        client.post(f"/staff/pools/{pool.code}/", {"month": "2026-05", "physical": 64, "funded": 40}).status_code == 200
    )
    assert client.post(f"/staff/products/{Product.objects.get().code}/retire/").status_code == 404
    assert (PoolMonth.objects.get().funded, Product.objects.get().active) == (80, True)


def test_a_product_is_taken_off_offer_after_a_question(client):
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    product = make_product()
    address = f"/staff/products/{product.code}/retire/"

    assert client.get(address).status_code == 200
    assert Product.objects.get().active
    assert client.post(address).status_code == 302
    assert not Product.objects.get().active


def test_the_api_is_public(client):
    pool = pools(1)[0]

    assert [one["code"] for one in client.get("/api/v1/pools").json()["items"]] == [pool.code]
    assert client.get(f"/api/v1/pools/{pool.code}/capacity").json()["items"] == [
        {
            "month": "2026-05",
            "physical_units": 100,
            "funded_units": 80,
            "committed_units": 30,
            "free_units": 50,
            "version": None,
        }
    ]
    assert client.get("/api/v1/products").json()["items"][0]["pool"] == pool.code
    assert client.get("/api/v1/pools/none/capacity").status_code == 404
