"""Tariffs and discounts in the database: two people, no overlap, nothing changed that is issued."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from factories import actor, make_actor, make_member, make_organisation, make_product, make_staff

from madang.errors import Refused, Stale
from madang.portal.actors import PUBLIC, Role
from madang.portal.ledger.models import AccountingMonth
from madang.portal.people.models import Verdict
from madang.portal.prices import actions, queries
from madang.portal.prices.models import Discount, Tariff
from madang.portal.prices.rules import Stacking, TariffKind, TariffStanding, Vat
from madang.values import Month

NOW = datetime(2026, 5, 20, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def approver():
    return make_actor(Role.APPROVER)


def drafted(by, product, price=3_200_000, starts_on=date(2026, 6, 1), **given) -> Tariff:
    values = {"reference_price": 40_000_000, "reference_source": "A cloud's list, 2026-05-01", **given}
    return actions.draft_tariff(by=by, now=NOW, product=product.pk, price=price, starts_on=starts_on, **values)


def approve(by, tariff) -> None:
    actions.approve_tariff(by=by, now=NOW, tariff=tariff.pk, comment="", document_number="2026-17")


def discount(by, **given) -> Discount:
    words = {
        "name_ko": "청년",
        "name_en": "Young",
        "sentence_ko": "청년기업은 50%를 감면합니다.",
        "sentence_en": "Half.",
    }
    values = words | {"code": "young", "applies_to": "young_firm", "permille": 500, "starts_on": date(2026, 5, 1)}
    return actions.create_discount(by=by, now=NOW, **(values | given))


def test_a_draft_charges_nobody_until_another_person_approves(manager, approver):
    product = make_product()
    tariff = drafted(manager, product)
    assert queries.tariff_on(product.pk, TariffKind.RESERVED, date(2026, 6, 1)) is None
    assert list(queries.tariffs(PUBLIC)) == []

    approve(approver, tariff)

    assert queries.tariff_on(product.pk, TariffKind.RESERVED, date(2026, 6, 1)) == tariff
    assert queries.tariff_on(product.pk, TariffKind.RESERVED, date(2026, 5, 31)) is None


def test_nobody_approves_their_own_draft():
    both = make_actor(Role.PROGRAMME_MANAGER, Role.APPROVER)
    tariff = drafted(both, make_product())

    with pytest.raises(Refused, match="approval_same_person"):
        approve(both, tariff)
    assert Tariff.objects.get().approved_at is None


def test_the_new_price_ends_the_old_on_its_first_day(manager, approver):
    product = make_product()
    for price, day in ((3_200_000, date(2026, 1, 1)), (3_500_000, date(2026, 7, 1)), (3_300_000, date(2026, 6, 1))):
        approve(approver, drafted(manager, product, price, day))

    ends = dict(Tariff.objects.values_list("price", "ends_on"))
    assert ends == {3_200_000: date(2026, 6, 1), 3_300_000: date(2026, 7, 1), 3_500_000: None}
    for month in range(1, 13):
        day = date(2026, month, 15)
        found = Tariff.objects.filter(starts_on__lte=day).exclude(ends_on__lte=day)
        assert found.count() == 1


def test_two_prices_cannot_start_on_one_day(manager, approver):
    product = make_product()
    approve(approver, drafted(manager, product))

    with pytest.raises(Refused, match="tariff_starts_same_day"):
        approve(approver, drafted(manager, product, price=1))


def test_a_tariff_is_decided_once(manager, approver):
    tariff, other = drafted(manager, make_product()), drafted(manager, make_product())
    approve(approver, tariff)
    actions.reject_tariff(by=approver, now=NOW, tariff=other.pk, comment="Too dear")

    for decided in (tariff, other):
        with pytest.raises(Stale):
            approve(approver, decided)
    standings = {row.tariff.pk: row.standing for row in queries.tariffs_listed(manager, NOW)}
    assert standings == {tariff.pk: TariffStanding.PLANNED, other.pk: TariffStanding.REJECTED}


def test_no_price_changes_a_month_that_is_issued(manager, approver):
    AccountingMonth.objects.create(month="2026-04", closed_at=NOW, issued_at=NOW, last_number=3)

    with pytest.raises(Refused, match="price_starts_in_issued_month"):
        drafted(manager, make_product(), starts_on=date(2026, 4, 15))
    with pytest.raises(Refused, match="price_starts_in_issued_month"):
        discount(manager, starts_on=date(2026, 4, 1))


def test_a_month_issued_between_draft_and_approval_keeps_its_prices(manager, approver):
    tariff = drafted(manager, make_product(), starts_on=date(2026, 4, 15))
    AccountingMonth.objects.create(month="2026-04", closed_at=NOW, issued_at=NOW, last_number=3)

    with pytest.raises(Refused, match="month_already_issued"):
        approve(approver, tariff)
    assert Tariff.objects.get().approved_at is None


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"price": -1}, "price_negative"),
        ({"vat": Vat.ADDED, "vat_permille": 0}, "vat_rate_wrong"),
        ({"vat": Vat.NONE, "vat_permille": 100}, "vat_rate_wrong"),
    ],
    ids=str,
)
def test_figures_that_cannot_be_are_refused(manager, given, code):
    with pytest.raises(Refused, match=code):
        drafted(manager, make_product(), **given)


@pytest.mark.parametrize("roles", [(), (Role.OPERATOR,), (Role.AUDITOR,), (Role.APPROVER,), (Role.SCREENING_OFFICER,)])
def test_only_programme_managers_draft(roles):
    by = make_actor(*roles)

    with pytest.raises(Refused, match="not_allowed_for_role"):
        drafted(by, make_product())
    with pytest.raises(Refused, match="not_allowed_for_role"):
        discount(by)


def test_only_approvers_approve(manager):
    tariff = drafted(manager, make_product())

    for roles in [(Role.PROGRAMME_MANAGER,), (Role.OPERATOR,), (Role.AUDITOR,), ()]:
        with pytest.raises(Refused, match="not_allowed_for_role"):
            approve(make_actor(*roles), tariff)


def test_a_discount_ends_once_and_after_it_began(manager):
    row = discount(manager)

    with pytest.raises(Refused, match="days_end_before_start"):
        actions.end_discount(by=manager, now=NOW, discount=row.pk, ends_on=date(2026, 5, 1))
    actions.end_discount(by=manager, now=NOW, discount=row.pk, ends_on=date(2026, 7, 1))
    assert Discount.objects.get().ends_on == date(2026, 7, 1)
    with pytest.raises(Stale):
        actions.end_discount(by=manager, now=NOW, discount=row.pk, ends_on=date(2026, 8, 1))


def test_a_discount_is_for_something_that_can_be_held(manager):
    with pytest.raises(Refused, match="discount_for_unknown"):
        discount(manager, applies_to="friends")


def test_discounts_apply_by_verdict_and_kind(manager, approver):
    product = make_product()
    approve(approver, drafted(manager, product, starts_on=date(2026, 1, 1)))
    discount(manager)
    discount(manager, code="academia", applies_to="kind:university", permille=1000)
    firm, university = make_organisation(), make_organisation(kind="university")
    given = {"attribute": "young_firm", "holds": True, "evidence": "x", "checked_by": make_staff(), "checked_at": NOW}
    Verdict.objects.create(organisation=firm, valid_from=date(2026, 5, 1), valid_until=date(2026, 6, 1), **given)

    def codes(organisation, month):
        found = queries.price_preview(manager, product, 1, [Month(2026, month)], organisation, Stacking.BEST)
        return {one.name for line in found.lines for one in line.discounts}

    assert codes(firm, 5) == {"young"}
    assert codes(firm, 6) == set()
    assert codes(university, 6) == {"academia"}
    assert codes(university, 4) == set()


def test_a_preview_counts_discounts_only_for_who_may_see_the_organisation(manager, approver):
    product = make_product()
    approve(approver, drafted(manager, product, starts_on=date(2026, 1, 1)))
    discount(manager, code="academia", applies_to="kind:university", permille=1000)
    university = make_organisation(kind="university")
    months = [Month(2026, 6), Month(2026, 7)]

    def due(by):
        return queries.price_preview(by, product, 2, months, university, Stacking.BEST).total.due

    assert due(actor(make_member(university))) == 0
    assert due(manager) == 0
    assert due(actor(make_member())) == 12_800_000
    assert due(PUBLIC) == 12_800_000
