"""Bookings on statements: piece by piece over a change of price, what nobody used, support by source, credit notes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation
from factories import actor as as_actor
from factories import (
    issue_closed,
    make_actor,
    make_facility,
    make_member,
    make_organisation,
    make_pool,
    make_product,
    make_staff,
)

from madang.errors import Refused, Stale
from madang.portal.actors import WORKER, Role
from madang.portal.billing import actions as billing
from madang.portal.billing import exports
from madang.portal.billing import queries as statements
from madang.portal.billing.models import Statement, StatementLine, Support
from madang.portal.bookings import actions as bookings
from madang.portal.bookings.models import BookedFacility, Booking
from madang.portal.creditnotes import actions as creditnotes
from madang.portal.creditnotes.rules import NoteReason
from madang.portal.facilities.models import Facility
from madang.portal.fees import actions, queries
from madang.portal.prices.models import Discount, Tariff
from madang.portal.resources import actions as resources
from madang.portal.settlements import queries as settlements
from madang.values import Month, Period

CASES = Path(__file__).parents[2] / "cases" / "billing"
# noon in Seoul; the price changes on the eleventh of May
NOW, JUNE = datetime(2026, 5, 10, 3, tzinfo=UTC), datetime(2026, 6, 1, 3, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def tariff(product, price, starts_on=date(2026, 1, 1), ends_on=None, **given):
    by = {"drafted_by": make_staff(), "approved_by": make_staff(), "drafted_at": NOW, "approved_at": NOW}
    return Tariff.objects.create(product=product, price=price, reference_price=5 * price, reference_source="A list",
                                 starts_on=starts_on, ends_on=ends_on, **by, **given)  # fmt: skip


@pytest.fixture
def manager():
    return make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def simulator(manager) -> Facility:
    """By the hour, 40,000 won until the tenth of May and 50,000 after, with VAT on top."""
    product = make_product(make_pool(unit="item", grain="hour"), grain="hour", units=1, code="sim", name_en="Simulator")
    vat, turn = {"kind": "used", "vat": "added", "vat_permille": 100}, date(2026, 5, 11)
    tariff(product, 40_000, ends_on=turn, **vat)
    tariff(product, 50_000, starts_on=turn, **vat)
    row = make_facility(kind="simulator", code="dil")
    actions.set_fee(by=manager, now=NOW, facility=row.pk, product="sim")
    return row


@pytest.fixture
def firm():
    return make_organisation(name="Firm")


def period(hours, start=NOW) -> Period:
    return Period(start, start + timedelta(hours=hours))


def booked(firm, facilities, when, now=NOW) -> Booking:
    by = as_actor(make_member(firm))
    given = {"organisation": firm.pk, "facilities": [one.pk for one in facilities], "purpose": "Trial"}
    return bookings.book(by=by, now=now, period=when, **given)


def used(firm, facilities, when) -> Booking:
    row = booked(firm, facilities, when)
    keeper = make_actor(Role.PROGRAMME_MANAGER)
    bookings.check_in(by=keeper, now=when.start + timedelta(minutes=1), booking=row.pk)
    return row


def worked(firm, month="2026-05") -> Statement:
    return billing.work_out(by=WORKER, now=JUNE, organisation=firm.pk, month=month)


def half_for_companies():
    words = {
        "name_ko": "기업",
        "name_en": "Firms",
        "sentence_ko": "기업은 절반입니다.",
        "sentence_en": "Firms pay half.",
    }
    return Discount.objects.create(code="firms", permille=500, applies_to="kind:company", starts_on=date(2026, 1, 1),
                                   **words)  # fmt: skip


def test_a_booking_over_a_change_of_price_is_charged_piece_by_piece_as_was_shown(firm, simulator):
    half_for_companies()
    over_midnight = period(3, datetime(2026, 5, 10, 13, 30, tzinfo=UTC))  # 22:30 until 1:30
    shown = queries.of_new(firm.pk, [simulator.pk], [over_midnight])
    row = used(firm, [simulator], over_midnight)
    statement = worked(firm)

    lines = StatementLine.objects.order_by("first_day").values_list("booking", "award", "quantity", "list_price", "due")
    assert list(lines) == [(row.pk, None, 5400, 60_000, 30_000), (row.pk, None, 5400, 75_000, 37_500)]
    assert (statement.due, statement.vat, statement.payable) == (67_500, 6_750, 74_250)
    assert shown.total.payable == statement.payable and shown.total.discount == statement.discount
    with translation.override("en"):
        text = exports.as_csv(statement, statements.lines(statement), bom=False).decode().replace("\r\n", "\n")
    golden = (CASES / "statement-of-a-booking-en.csv").read_text(encoding="utf-8")
    assert text.replace(f"Booking {row.pk}", "Booking 1") == golden


def test_what_is_booked_by_the_day_costs_its_days_and_several_of_one_kind_stand_together(firm, manager, simulator):
    product = make_product(make_pool(unit="item", grain="day"), grain="day", units=1, code="car")
    tariff(product, 70_000, kind="daily")
    cars = [make_facility(grain="day") for _ in range(2)]
    for car in cars:
        actions.set_fee(by=manager, now=NOW, facility=car.pk, product="car")
    days = period(3 * 24, datetime(2026, 5, 11, 15, tzinfo=UTC))
    used(firm, [*cars, make_facility(grain="day")], days)
    assert worked(firm).due == 2 * 3 * 70_000
    assert StatementLine.objects.get().quantity == 6 * 86_400
    with pytest.raises(Refused, match="fee_product_wrong"):
        actions.set_fee(by=manager, now=NOW, facility=simulator.pk, product="car")


def test_the_fee_and_the_month_are_those_of_the_booking(firm, manager, simulator):
    into_june = period(20, datetime(2026, 5, 31, 3, tzinfo=UTC))
    row = used(firm, [simulator], into_june)
    actions.set_fee(by=manager, now=NOW, facility=simulator.pk, product="")
    bookings.extend(by=manager, now=into_june.start, booking=row.pk, until=into_june.end + timedelta(hours=1))
    assert BookedFacility.objects.get().product.code == "sim"
    assert worked(firm).due == 0 and worked(firm, "2026-06").due == 21 * 50_000
    assert statements.organisations_to_bill(Month(2026, 6)) == [firm.pk]
    assert booked(firm, [simulator], period(1, NOW + timedelta(days=9))) and worked(firm, "2026-06").due == 21 * 50_000


def test_what_was_missed_or_given_up_late_costs_what_the_centre_publishes(firm, simulator, settings):
    missed, early, late, taken = (
        booked(firm, [simulator], period(2, NOW + timedelta(days=day))) for day in (1, 2, 3, 4)
    )
    bookings.release(now=NOW + timedelta(days=1, hours=1), booking=missed.pk)
    assert worked(firm).due == 0

    settings.MADANG_MISSED_PERCENT, settings.MADANG_LATE_CANCEL_PERCENT = 100, 50
    own, centre = as_actor(make_member(firm)), make_actor(Role.PROGRAMME_MANAGER)
    bookings.cancel(by=own, now=NOW, booking=early.pk)
    bookings.cancel(by=own, now=late.starts_at - timedelta(hours=1), booking=late.pk)
    bookings.cancel(by=centre, now=taken.starts_at - timedelta(hours=1), booking=taken.pk, reason="Broken")
    again = booked(firm, [simulator], period(2, NOW + timedelta(days=5)))
    with pytest.raises(Refused, match="bookings_not_released"):
        worked(firm)
        issue_closed(by=centre, now=JUNE, month="2026-05")
    bookings.release(now=JUNE, booking=again.pk)
    # what was missed before stays as the rule of that day had it
    charges = dict(Booking.objects.values_list("pk", "charged"))
    assert charges == {missed.pk: 0, early.pk: 0, late.pk: 50, taken.pk: 0, again.pk: 100}
    assert worked(firm).due == 50_000 + 100_000


def test_support_is_divided_settled_and_taken_off_by_a_credit_note(firm, manager, simulator):
    for day in (1, 2):
        used(firm, [simulator], period(2, NOW + timedelta(days=day)))
    worked(firm)
    issue_closed(by=manager, now=JUNE, month="2026-05")

    statement = Statement.objects.get()
    [(award, pool, amount)] = Support.objects.values_list("award", "pool__unit", "amount")
    assert (award, pool, amount) == (None, "item", statement.subsidy) and amount == 2 * 400_000
    found = settlements.content(2026)
    assert [(one["award"], one["organisation"], one["due_won"]) for one in found["awards"]] == [("", "Firm", 200_000)]
    assert settlements.differences(found) == [] == settlements.check_books()
    note = creditnotes.draft(
        by=manager, now=JUNE, statement=statement.pk, reason=NoteReason.CANCELLED, text="x", wishes={}
    )
    creditnotes.lay_before(by=manager, now=JUNE, note=note.pk, comment="")
    creditnotes.issue(by=make_actor(Role.APPROVER), now=JUNE, note=note.pk, comment="", document_number="doc-1")
    assert sum(Support.objects.values_list("amount", flat=True)) == 0
    assert settlements.differences(settlements.content(2026)) == [] == settlements.check_books()
    with pytest.raises((Refused, Stale)):
        used(firm, [simulator], period(1, NOW + timedelta(days=5)))


def test_the_page_shows_the_cost_first_and_books_for_that_only(client, firm, simulator, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    half_for_companies()
    client.force_login(make_member(firm))
    wish = {"organisation": firm.pk, "facilities": [simulator.pk], "day": "2026-05-12", "start": "10:00",
            "end": "12:00", "purpose": "Trial", "weeks": 1}  # fmt: skip
    page = client.post(reverse("booking-new"), wish, headers={"accept-language": "en"}).content.decode()
    assert not Booking.objects.exists()
    assert "₩55,000" in page and "Firms pay half." in page and 'value="55000"' in page
    client.post(reverse("booking-new"), wish | {"agreed": "54999"})
    assert not Booking.objects.exists()
    answer = client.post(reverse("booking-new"), wish | {"agreed": "55000"})
    page = client.get(answer.headers["Location"], headers={"accept-language": "en"}).content.decode()
    assert "₩55,000" in page
    page = client.get(reverse("prices"), headers={"accept-language": "en"}).content.decode()
    assert "Simulator" in page and "₩40,000" in page and "Where nobody comes, nothing is charged." in page


@pytest.mark.parametrize(
    ("unit", "grain", "more"), [("item", "month", {}), ("gpu", "day", {}), ("item", "hour", {"runs_jobs": True})]
)
def test_a_pool_of_facilities_is_sold_by_the_hour_or_the_day_alone(manager, unit, grain, more):
    given = {"code": "x", "name_ko": "x", "name_en": "x", "unit": unit, "grain": grain}
    with pytest.raises(Refused, match="pool_of_facilities"):
        resources.create_pool(by=manager, now=NOW, **given, **more)
