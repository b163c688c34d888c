"""Charges that came otherwise are decided on by people; a month is checked, closed by two, and late use follows it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from factories import (
    issue_closed,
    make_actor,
    make_award,
    make_job,
    make_pool,
    make_product,
    make_staff,
    make_submitted,
    make_track,
)

from madang.accounting.metering import Unit, UsageSlice
from madang.compute.protocol import Oddity, UsageBatch
from madang.compute.totals import Total
from madang.errors import Refused
from madang.portal.actors import WORKER, Role
from madang.portal.billing import actions as billing
from madang.portal.billing.models import Statement, StatementLine
from madang.portal.jobs import posting
from madang.portal.journal.models import JournalEntry
from madang.portal.ledger import actions as ledger
from madang.portal.ledger import monthly
from madang.portal.ledger import queries as books
from madang.portal.ledger.importer import import_usage
from madang.portal.ledger.models import Adjustment, Movement
from madang.portal.ledger.rules import Usage
from madang.portal.months import actions, chores, queries
from madang.portal.months.models import CheckLine, MonthCheck, MonthClose, UsageDifference
from madang.portal.prices.models import Tariff

# Noon in Seoul; the grace of May is over on the sixth of June.
IN_GRACE, NOW = datetime(2026, 6, 2, 3, 0, tzinfo=UTC), datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
DAY, MAY = date(2026, 5, 7), 202605
pytestmark = pytest.mark.django_db


class Cluster:
    """A backend whose records are given: what it tells of use, and its own totals of a month."""

    def __init__(self):
        self.batch, self.sums = UsageBatch([], "", more=False), {}

    def usage(self, since=""):
        return self.batch

    def totals(self, period):
        return [Total("site", owner, Unit.GPU_SECOND, seconds) for owner, seconds in self.sums.items()]


@pytest.fixture
def cluster(monkeypatch):
    found = Cluster()
    monkeypatch.setattr("madang.portal.backends.backend", lambda: found)
    return found


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def manager():
    return make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def approver():
    return make_actor(Role.APPROVER)


@pytest.fixture
def award():
    """An award of 100 hours, sold by the hour."""
    pool = make_pool(grain="hour")
    product = make_product(pool, grain="hour", units=1)
    made = make_award(make_submitted(make_track(products=[product]), state="eligible"))
    Tariff.objects.create(
        product=product, kind="used", price=3_600, reference_price=7_200, reference_source="List",
        starts_on=date(2026, 1, 1), drafted_by=make_staff(), drafted_at=NOW, approved_by=make_staff(), approved_at=NOW,
    )  # fmt: skip
    given = {"source": "award", "key": str(made.pk), "month": "2026-04", "day": date(2026, 4, 1)}
    ledger.grant(by=WORKER, now=NOW, owner=f"award:{made.pk}", pool=pool.pk, amount=360_000, **given)
    return made


def usage(award, seconds, *, key="u", day=DAY, subject=""):
    pool = award.lines.get().product.pool_id
    return Usage("site", key, f"award:{award.pk}", pool, subject, f"{day:%Y-%m}", day, seconds)


def came(award, seconds, **given):
    """What the posting does with one charge."""
    row = usage(award, seconds, **given)
    if import_usage(now=NOW, charges=[row]).changed:
        actions.note_changed(by=WORKER, now=NOW, usages=[row])


def used(award, month="2026-05"):
    return sum(books.used_by_month([f"award:{award.pk}"], [month]).get(place(award), {}).values())


def place(award):
    return f"award:{award.pk}", award.lines.get().product.pool_id


def refused(act, **given):
    with pytest.raises(Refused) as found:
        act(**given)
    return found.value.code


def closed(manager, approver, cluster, now=NOW):
    """Checks May and closes it by two people."""
    actions.want_check(by=manager, now=now, month="2026-05")
    chores.check_months(now)
    actions.draft_close(by=manager, now=now, number=MAY, comment="")
    return actions.close(by=approver, now=now, number=MAY, comment="", document_number="D-1")


def test_a_charge_that_falls_waits_for_a_person_and_is_taken_over_once(award, manager):
    came(award, 500)
    came(award, 300)
    came(award, 300)
    row = UsageDifference.objects.get()
    assert (row.stands, row.came, row.state, used(award)) == (500, 300, "open", 500)
    assert [task.count for task in queries.staff_tasks(manager, NOW)] == [1]
    assert (
        refused(actions.settle, by=make_actor(Role.APPROVER), now=NOW, difference=row.pk, reason="x")
        == "not_allowed_for_role"
    )
    assert refused(actions.settle, by=manager, now=NOW, difference=row.pk, reason=" ") == "reason_needed"

    actions.settle(by=manager, now=NOW, difference=row.pk, reason="Resized")

    assert used(award) == 300 and books.check_identity() == []
    assert refused(actions.dismiss, by=manager, now=NOW, difference=row.pk, reason="x") == "difference_decided"
    came(award, 300)
    assert UsageDifference.objects.get().state == "settled"
    came(award, 200)
    again = UsageDifference.objects.get()
    assert (again.stands, again.came, again.state) == (300, 200, "open")
    actions.settle(by=manager, now=NOW, difference=row.pk, reason="Again")
    assert used(award) == 200 and books.check_identity() == []
    did = ["months.note", "months.settle", "months.note", "months.settle"]
    noted = JournalEntry.objects.filter(action__startswith="months.").order_by("pk")
    assert list(noted.values_list("action", flat=True)) == did


def test_a_charge_taken_over_leaves_nothing_held_and_one_left_as_it_stands_is_not_shown_again(award, manager):
    job = make_job(award)
    subject, (owner, pool) = f"job:{job.pk}", place(award)
    held = {"owner": owner, "pool": pool, "source": "job", "subject": subject}
    ledger.hold(by=WORKER, now=NOW, amount=600, key="h", **held)
    came(award, 500, subject=subject)
    ledger.release(by=WORKER, now=NOW, key="r", **held)
    came(award, 300, subject=subject)
    came(award, 50, key="other", subject=subject)
    came(award, 40, key="other", subject=subject)
    fell, other = UsageDifference.objects.order_by("pk")
    actions.settle(by=manager, now=NOW, difference=fell.pk, reason="x")
    actions.dismiss(by=manager, now=NOW, difference=other.pk, reason="Known")
    came(award, 40, key="other", subject=subject)

    balances = books.balances(owner)[pool]
    assert (balances.used, balances.held, balances.left) == (350, 0, 359_650)
    assert set(UsageDifference.objects.values_list("state", flat=True)) == {"settled", "dismissed"}
    assert books.check_identity() == []


def test_posting_notes_what_changed_and_what_is_odd(award, cluster, manager):
    job = make_job(award, state="running", started_at=NOW, backend_id="7")
    period = [datetime(2026, 5, 7, 0, tzinfo=UTC), datetime(2026, 5, 7, 1, tzinfo=UTC)]

    def told(gpus):
        from madang.values import Period

        piece = UsageSlice("site", "k", f"award:{award.pk}", "7", Period(*period), gpus, 8)
        odd = (Oddity("9", "usage_no_end", {"state": "FAILED"}),)
        cluster.batch = UsageBatch([piece], str(gpus), more=False, odd=odd)

    for gpus in (2, 1):
        told(gpus)
        posting.post_usage(NOW)
    changed, odd = UsageDifference.objects.order_by("-code")
    assert job.pk and {changed.code, odd.code} == {"changed", "usage_no_end"}
    changed, odd = (changed, odd) if changed.code == "changed" else (odd, changed)
    assert (changed.stands, changed.came, odd.month, odd.pool) == (7_200, 3_600, "", None)
    assert refused(actions.settle, by=manager, now=NOW, difference=odd.pk, reason="x") == "difference_is_no_charge"
    actions.dismiss(by=manager, now=NOW, difference=odd.pk, reason="Lost node")
    told(1)
    posting.post_usage(NOW)
    assert UsageDifference.objects.get(pk=odd.pk).state == "dismissed"


def test_a_month_is_closed_by_two_once_its_check_is_even(award, cluster, manager, approver):
    came(award, 500)
    assert (
        refused(actions.want_check, by=manager, now=datetime(2026, 5, 31, tzinfo=UTC), month="2026-05")
        == "month_not_over_yet"
    )
    assert refused(actions.draft_close, by=manager, now=IN_GRACE, number=MAY, comment="") == "month_still_in_grace"
    draft = {"act": actions.draft_close, "by": manager, "now": NOW, "number": MAY, "comment": ""}
    assert refused(**draft) == "check_missing"
    cluster.sums = {f"award:{award.pk}": 499}
    assert chores.check_months(NOW) == 1 and chores.check_months(NOW) == 0
    assert refused(**draft) == "check_differs"
    line = CheckLine.objects.get()
    assert (line.booked, line.reported, MonthCheck.objects.get().differing) == (500, 499, 1)
    came(award, 400)
    assert refused(**draft) == "differences_open"
    actions.settle(by=manager, now=NOW, difference=UsageDifference.objects.get().pk, reason="x")
    assert refused(**draft) == "check_outdated"

    actions.want_check(by=manager, now=NOW, month="2026-05")
    chores.check_months(NOW)
    line = CheckLine.objects.get(booked=400)
    actions.accept(by=manager, now=NOW, line=line.pk, reason="The node's clock")
    assert refused(actions.accept, by=manager, now=NOW, line=line.pk, reason="x") == "check_line_equal"
    draft.pop("act")
    actions.draft_close(**draft)
    assert (
        refused(actions.close, by=manager, now=NOW, number=MAY, comment="", document_number="D")
        == "not_allowed_for_role"
    )
    billing.work_out_month(by=WORKER, now=NOW, month="2026-05")
    assert refused(billing.issue, by=manager, now=NOW, month="2026-05") == "month_not_closed"
    actions.close(by=approver, now=NOW, number=MAY, comment="", document_number="D-1")

    assert queries.month("2026-05", NOW).state == "month_closed"
    assert refused(actions.draft_close, **draft) == "month_closed"
    assert billing.issue(by=manager, now=NOW, month="2026-05") == 1
    assert Statement.objects.get().due == 400
    assert refused(actions.draft_reopening, by=manager, now=NOW, number=MAY, comment="x") == "month_already_issued"


def test_use_posted_between_draft_and_approval_bars_the_close(award, cluster, manager, approver):
    came(award, 500)
    cluster.sums = {f"award:{award.pk}": 500}
    chores.check_months(NOW)
    actions.draft_close(by=manager, now=NOW, number=MAY, comment="")
    came(award, 1, key="late")
    given = {"by": approver, "now": NOW, "number": MAY, "comment": "", "document_number": "D"}
    assert refused(actions.close, **given) == "check_outdated"
    assert monthly.accounting_months()["2026-05"].closed_at is None and not MonthClose.objects.exists()


def test_late_use_of_a_closed_month_is_booked_and_billed_in_the_next_and_never_twice(award, cluster, manager, approver):
    came(award, 500)
    cluster.sums = {f"award:{award.pk}": 500}
    closed(manager, approver, cluster)
    came(award, 70, key="late", day=date(2026, 5, 20))
    came(award, 9, key="june", day=date(2026, 6, 3))
    billing.work_out_month(by=WORKER, now=NOW, month="2026-05")
    billing.issue(by=manager, now=NOW, month="2026-05")
    july = NOW + timedelta(days=30)
    issue_closed(by=manager, now=july, month="2026-06") if billing.work_out_month(
        by=WORKER, now=july, month="2026-06"
    ) else None

    assert list(Adjustment.objects.values_list("month", "booked", "movement__amount")) == [("2026-05", "2026-06", 70)]
    billed = StatementLine.objects.order_by("pk").values_list("statement__month", "last_day", "quantity")
    assert list(billed) == [
        ("2026-05", DAY, 500), ("2026-06", date(2026, 5, 31), 70), ("2026-06", date(2026, 6, 3), 9),
    ]  # fmt: skip
    assert used(award) == 570 and books.check_identity() == []
    assert billing.work_out_month(by=WORKER, now=july, month="2026-07") == 1
    assert Statement.objects.get(month="2026-07").due == 0


def test_a_fall_after_the_close_is_an_adjustment_below_nought_and_bills_nothing(award, cluster, manager, approver):
    came(award, 500)
    cluster.sums = {f"award:{award.pk}": 500}
    closed(manager, approver, cluster)
    came(award, 300)
    actions.settle(by=manager, now=NOW, difference=UsageDifference.objects.get().pk, reason="x")

    assert monthly.adjusted([f"award:{award.pk}"], booked="2026-06") == {place(award): {DAY: -200}}
    for month in ("2026-05", "2026-06"):
        billing.work_out_month(by=WORKER, now=NOW, month=month)
    assert list(StatementLine.objects.values_list("statement__month", "quantity")) == [("2026-05", 500)]


def test_a_reopened_month_takes_its_late_use_back_and_is_checked_anew(award, cluster, manager, approver):
    came(award, 500)
    cluster.sums = {f"award:{award.pk}": 500}
    closed(manager, approver, cluster)
    came(award, 70, key="late")
    assert refused(actions.draft_reopening, by=manager, now=NOW, number=MAY, comment=" ") == "reason_needed"
    actions.draft_reopening(by=manager, now=NOW, number=MAY, comment="Closed by mistake")
    given = {"by": approver, "now": NOW, "number": MAY, "comment": "", "document_number": "D-2"}
    ledger.close_month(now=NOW, month="2026-06")
    assert refused(actions.reopen, **given) == "month_later_closed"
    ledger.reopen_month(month="2026-06")
    assert actions.reopen(**given) == 1

    assert not Adjustment.objects.exists() and queries.month("2026-05", NOW).state == "month_to_close"
    assert refused(actions.draft_close, by=manager, now=NOW, number=MAY, comment="") == "check_outdated"
    cluster.sums = {f"award:{award.pk}": 570}
    assert chores.check_months(NOW) == 1
    actions.draft_close(by=manager, now=NOW, number=MAY, comment="")
    actions.close(**given)
    assert MonthClose.objects.count() == 2
    billing.work_out_month(by=WORKER, now=NOW, month="2026-05")
    assert Statement.objects.get().due == 570


def test_the_pages_carry_the_whole_way(client, award, cluster, manager, approver, django_assert_max_num_queries):
    came(award, 500)
    came(award, 400)
    row = UsageDifference.objects.get()
    person = make_staff(Role.PROGRAMME_MANAGER)
    client.force_login(person)
    assert "400" in client.get("/staff/usage-differences/").content.decode()
    page = f"/staff/usage-differences/{row.pk}/"
    assert client.post(page, {"act": "settle"}).status_code == 422
    assert client.post(page, {"act": "settle", "reason": "Resized"}).status_code == 302
    assert client.get(page).status_code == 200

    month = "/staff/months/2026-05/"
    MonthCheck.objects.all().delete()
    actions.want_check(by=manager, now=NOW, month="2026-05")
    cluster.sums = {f"award:{award.pk}": 399, "award:0": 7}
    chores.check_months(NOW)
    with django_assert_max_num_queries(30):
        shown = client.get(month).content.decode()
    assert award.number in shown and "award:0" in shown
    for line in CheckLine.objects.all():
        accept = f"{month}lines/{line.pk}/accept/"
        assert client.get(accept).status_code == 200
        assert client.post(accept, {"reason": "Looked at"}).status_code == 302
        assert client.get(f"{month}lines/0/accept/").status_code == 404
    assert "Looked at" in client.get(f"{month}?all=1").content.decode()
    assert client.post(month, {"half": "draft"}).status_code == 302
    client.force_login(make_staff(Role.APPROVER))
    assert client.post(month, {"half": "approve", "document_number": "D-1"}).status_code == 302
    assert queries.month("2026-05", NOW).state == "month_closed"
    assert "D-1" in client.get(month).content.decode()
    assert client.get("/staff/months/").status_code == 200
    assert client.get("/staff/months/2026-13/").status_code == 404
    assert Movement.objects.filter(kind="reversal").count() == 1
