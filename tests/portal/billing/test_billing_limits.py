"""Self-pay parts and ceilings on statements, a rule tried on past months, and the support that is declared."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.utils import timezone
from django.utils.translation import override
from factories import issue_closed, make_actor, make_job, make_member, make_organisation, make_staff
from portal.billing.test_billing_actions import NOW, awarded, worked

from madang.errors import Refused
from madang.portal.actors import WORKER, Role
from madang.portal.billing import aid, exports, queries, trials
from madang.portal.billing.models import Statement, StatementLine
from madang.portal.entitlements import actions as entitlements
from madang.portal.jobs.models import JobWait
from madang.portal.prices import actions as prices
from madang.portal.prices.models import Discount, SubsidyLimit
from madang.portal.prices.rules import Stacking, rule_to_try
from madang.portal.resources.models import Product

TODAY = date(2026, 6, 1)
HOUR = 3600
CASES = Path(__file__).parents[2] / "cases" / "billing"
# One award has two of a product: 6,400,000 won a month, 80,000,000 at market price.
pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(db):
    return make_actor(Role.PROGRAMME_MANAGER)


def limit(manager, code="own", kind="self_pay", figure=100, starts_on=date(2026, 5, 1), **given):
    words = {"name_ko": "한도", "name_en": "Limit", "sentence_ko": "한도입니다.", "sentence_en": "A limit."}
    return prices.create_limit(
        by=manager, now=NOW, code=code, kind=kind, figure=figure, starts_on=starts_on, **words, **given
    )


def discount(code="academia", permille=1000, applies_to="kind:university", **given):
    words = {"name_ko": "대학", "name_en": "Academia", "sentence_ko": "무상", "sentence_en": "Free"}
    return Discount.objects.create(
        code=code, permille=permille, applies_to=applies_to, starts_on=date(2026, 1, 1), **words, **given
    )


def credit(manager, code="eight", promise_hours=8, permille=100, **given):
    words = {"name_ko": "대기", "name_en": "Wait", "sentence_ko": "8시간 약속", "sentence_en": "Eight hours."}
    given |= {"permille": permille, "promise_hours": promise_hours, "cap_permille": 500, "starts_on": date(2026, 5, 1)}
    entitlements.create(by=manager, now=NOW, code=code, kind="wait_credit", **words, **given)


def waited(award, seconds, day=date(2026, 5, 20)):
    JobWait.objects.create(job=make_job(award), seconds=seconds, own_seconds=0, day=day)


def university(**given):
    return awarded(organisation=make_organisation(kind="university"), **given)


def test_a_self_pay_part_is_due_though_the_discount_is_whole_and_stands_on_the_line(manager):
    discount()
    limit(manager)
    statement = worked(university())
    assert (statement.due, statement.discount, statement.subsidy) == (640_000, 5_760_000, 79_360_000)
    [line] = StatementLine.objects.get().limits
    assert line == {
        "code": "own", "kind": "self_pay", "figure": 100, "sentence_ko": "한도입니다.", "sentence_en": "A limit.",
    }  # fmt: skip


def test_a_ceiling_over_two_years_lets_the_discount_fall_away_and_no_more(manager):
    discount()
    limit(manager, "cap", "ceiling", 155_000_000, date(2026, 1, 1), years=2)
    award = university()
    dues = [worked(award, month).due for month in ("2026-04", "2026-05", "2026-06")]
    # April leaves 75,000,000 of which May wants 80,000,000; in June nothing is left but what the list price gives
    april = Statement.objects.get(month="2026-04")
    assert dues[0] == 0 and dues[1] == april.subsidy + 80_000_000 - 155_000_000 and dues[2] == 6_400_000
    assert StatementLine.objects.get(statement__month="2026-06").limits[0]["code"] == "cap"
    assert worked(award, "2026-05").due == dues[1]


def test_a_limit_for_others_binds_nobody_here(manager):
    discount()
    limit(manager, applies_to="kind:company")
    assert worked(university()).due == 0


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"figure": 0}, "limit_figure_wrong"),
        ({"figure": 1001}, "limit_figure_wrong"),
        ({"kind": "ceiling", "figure": 5}, "limit_years_wrong"),
        ({"years": 2}, "limit_years_wrong"),
        ({"applies_to": "moon"}, "discount_for_unknown"),
        ({"ends_on": date(2026, 5, 1)}, "days_end_before_start"),
    ],
)
def test_a_limit_that_means_nothing_is_refused(manager, given, code):
    with pytest.raises(Refused) as refused:
        limit(manager, **given)
    assert refused.value.code == code
    assert not SubsidyLimit.objects.exists()


def test_nothing_changes_a_month_that_is_issued(manager):
    row = limit(manager)
    worked(awarded())
    issue_closed(by=manager, now=NOW, month="2026-05")
    for act in (
        lambda: limit(manager, "late", starts_on=date(2026, 5, 31)),
        lambda: prices.end_limit(by=manager, now=NOW, limit=row.pk, ends_on=date(2026, 5, 31)),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "price_starts_in_issued_month"
    prices.end_limit(by=manager, now=NOW, limit=row.pk, ends_on=date(2026, 6, 1))
    with pytest.raises(Refused):
        limit(manager)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.OPERATOR, Role.AUDITOR])
def test_limits_are_a_programme_managers(role):
    with pytest.raises(Refused) as refused:
        limit(make_actor(role))
    assert refused.value.code == "not_allowed_for_role"


def test_discounts_in_order_are_taken_off_what_the_one_before_left(manager):
    discount("half", 500)
    discount("tenth", 100, after="half")
    award = university()
    award.application.track.__class__.objects.update(stacking=Stacking.IN_ORDER)
    statement = worked(award)
    assert statement.due == 2_880_000
    assert StatementLine.objects.get().discounts[1]["after"] == "half"
    # the same lines priced once more are what they are: a rule for nobody changes nothing
    assert tried(kind="self_pay", figure=1, applies_to="kind:company").total.due_after == 2_880_000


def test_a_discount_comes_only_after_one_that_is_there(manager):
    given = {"name_ko": "ㄱ", "name_en": "a", "sentence_ko": "ㄱ", "sentence_en": "a", "applies_to": "young_firm"}
    given |= {"permille": 1, "starts_on": date(2026, 7, 1)}
    with pytest.raises(Refused) as refused:
        prices.create_discount(by=manager, now=NOW, code="a", after="a", **given)
    assert refused.value.code == "discount_after_unknown"


def tried(**given):
    return trials.tried(trials.rule_of(**{"applies_to": "", "years": 0, "after": "", "day": TODAY} | given), TODAY)


def test_a_trial_says_what_a_rule_would_have_done_and_keeps_nothing(manager):
    discount("half", 500)
    award, other = university(), awarded()
    for month in ("2026-04", "2026-05"):
        worked(award, month), worked(other, month)
    before = list(Statement.objects.order_by("pk").values())
    found = tried(kind="discount", applies_to="kind:university", figure=750)
    [(month, may)] = [one for one in found.by_month if one[0] == "2026-05"]
    assert (may.statements, may.changed, may.due_before, may.due_after) == (2, 1, 9_600_000, 8_000_000)
    assert may.support_after - may.support_before == 1_600_000 == -may.due_more
    assert [one.pk for one, _effect in found.by_organisation] == [award.organisation_id]
    assert (found.total.statements, found.organisations_changed) == (4, 1)
    assert list(Statement.objects.order_by("pk").values()) == before


def test_a_trial_of_a_ceiling_fills_it_month_by_month_and_of_a_self_pay_part_takes_the_larger(manager):
    discount()
    limit(manager, figure=50, starts_on=date(2026, 1, 1))
    award = university()
    for month in ("2026-04", "2026-05"):
        worked(award, month)
    total = tried(kind="ceiling", figure=1, years=1).total
    assert total.due_after == total.list_price
    assert tried(kind="self_pay", figure=40).total.changed == 0
    assert tried(kind="self_pay", figure=500).total.due_after * 2 == total.list_price


def test_a_wait_beyond_the_promise_comes_off_what_is_due_and_is_no_support(manager):
    limit(manager)
    discount()
    award = university()
    before = worked(award)
    credit(manager)
    waited(award, 10 * HOUR), waited(award, 8 * HOUR), waited(award, 90 * HOUR, date(2026, 6, 1))
    after = worked(award)
    assert (before.due, after.credit, after.due) == (640_000, 128_000, 512_000)
    assert (after.list_price, after.discount, after.subsidy) == (before.list_price, before.discount, before.subsidy)
    [stored] = StatementLine.objects.get().credits
    assert stored == {
        "code": "eight", "jobs": 1, "hours": 2, "won": 128_000, "sentence_ko": "8시간 약속",
        "sentence_en": "Eight hours.",
    }  # fmt: skip
    # the same figures come again; nine hours would have been kept but for one hour, and a tried rule stands alone
    assert tried(kind="self_pay", figure=1, applies_to="kind:company").total.due_after == 512_000
    harder = {"kind": "wait_credit", "promise_hours": 9, "cap_permille": 1000}
    assert tried(**harder, figure=100).total.due_after == 576_000
    assert tried(**harder, figure=0, won=1_000).total.due_after == 639_000


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_statement_is_written_as_the_case_says(manager, language):
    discount()
    limit(manager, figure=50)
    limit(manager, "cap", "ceiling", 155_000_000, date(2026, 1, 1), years=3)
    award = university(number="A-1")
    worked(award, "2026-04")
    Product.objects.update(name_ko="H200 8장 서버", name_en="H200 server of 8")
    credit(manager)
    waited(award, 10 * HOUR)
    statement = worked(award)
    with override(language):
        written = exports.as_csv(statement, queries.lines(statement), bom=False).decode().replace("\r\n", "\n")
    assert written == (CASES / f"statement-{language}.csv").read_text(encoding="utf-8")


def test_a_trial_asks_a_constant_number_of_queries(django_assert_num_queries, manager):
    limit(manager, "cap", "ceiling", 10**9, years=1)
    rule = rule_to_try(kind="self_pay", applies_to="", figure=1, years=0, after="", day=TODAY)
    for rows in (1, 3):
        while Statement.objects.count() < rows:
            worked(university())
        with django_assert_num_queries(8):
            trials.tried(rule, TODAY)


def test_declared_aid_is_of_issued_statements_by_year_with_what_ceilings_leave(manager, django_assert_num_queries):
    limit(manager, "cap", "ceiling", 100_000_000, years=1)
    award = awarded()
    worked(award)
    issue_closed(by=manager, now=NOW, month="2026-05")
    worked(award, "2026-06")
    member = make_actor()
    assert list(aid.organisations(member)) == []
    [one] = aid.declared(aid.organisations(WORKER if WORKER.reads_everything else manager), TODAY)
    assert one.by_year == ((2026, 73_600_000),) and one.total == 73_600_000
    assert [(ceiling.name, left) for ceiling, left in one.ceilings] == [("cap", 26_400_000)]
    with django_assert_num_queries(5):
        aid.declared(aid.organisations(manager), TODAY)


def test_pages_try_a_rule_add_it_and_show_it(client, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 6, 1, 3, 0, tzinfo=UTC))
    discount()
    award = university()
    worked(award)
    client.force_login(make_staff(Role.PROGRAMME_MANAGER))
    address = "/staff/tariffs/trial/"
    assert client.get(address).status_code == 200
    assert "limit_figure" not in client.get(f"{address}?kind=self_pay").content.decode()
    page = client.get(f"{address}?kind=self_pay&permille=100").content.decode()
    assert "640,000" in page and "/staff/tariffs/?kind=self_pay" in page
    filled = client.get("/staff/tariffs/?kind=self_pay&permille=100").content.decode()
    assert 'value="100"' in filled
    words = {"name_ko": "자부담", "name_en": "Own", "sentence_ko": "10%를 냅니다.", "sentence_en": "A tenth is due."}
    form = {"what": "limit", "code": "own", "kind": "self_pay", "permille": 100, "starts_on": "2026-05-01", **words}
    assert client.post("/staff/tariffs/", form | {"permille": ""}).status_code == 200
    assert client.post("/staff/tariffs/", form).status_code == 302
    worked(award)
    shown = client.get(f"/statements/{Statement.objects.get().pk}/").content.decode()
    assert "10%를 냅니다." in shown
    assert client.post("/staff/limits/own/end/", {"ends_on": "2026-09-01"}).status_code == 302
    client.force_login(make_member(award.organisation))
    assert "10%를 냅니다." in client.get("/prices/").content.decode()
    assert client.get("/statements/aid/").status_code == 200
    assert client.get(address).status_code == 404
