"""The figures are what the tables say, at a constant number of queries, and anyone may read them."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import factories as make
import pytest
from factories import NOW

from madang.portal.actors import Role
from madang.portal.awards.models import Award, AwardLine
from madang.portal.billing.models import Statement, StatementLine
from madang.portal.indicators import actions, chores, costs, queries, sources
from madang.portal.indicators.models import DayUse, FigureSet, IntakeFigures
from madang.portal.indicators.rules import Number, table, total
from madang.portal.ledger.models import LedgerAccount, Movement
from madang.portal.people.models import Region
from madang.portal.takebacks.models import TakeBack

pytestmark = pytest.mark.django_db


def publish(application, outcome="awarded"):
    from madang.portal.awards.models import Award
    from madang.portal.decisions.models import Decision

    plan = application.intake.plans.first() or make.make_plan(application.intake)
    Decision.objects.create(
        application=application, plan=plan, outcome=outcome, reason_code="x", decided_at=NOW, published_at=NOW
    )
    return make.make_award(application) if outcome == "awarded" else Award.objects.none()


def use(award, seconds, day=date(2026, 5, 3), key="k"):
    pool = award.lines.first().product.pool
    accounts = {
        bucket: LedgerAccount.objects.get_or_create(owner=f"award:{award.pk}", pool=pool, bucket=bucket)[0]
        for bucket in ("source", "used")
    }
    Movement.objects.create(
        source="test",
        source_key=key,
        kind="overrun",
        from_account=accounts["source"],
        to_account=accounts["used"],
        amount=seconds,
        month=f"{day:%Y-%m}",
        day=day,
        written_at=NOW,
    )
    return pool


def worked_out(now=NOW):
    FigureSet.objects.all().delete()
    actions.work_out(now=now)
    return queries.latest().figures


def world(unselected, selected=1):
    """A decided intake: `selected` awards and, by region, applications of other organisations that got nothing."""
    call = make.make_call()
    track, intake = make.make_track(call), make.make_intake(call)
    for _ in range(selected):
        publish(make.make_submitted(track, intake, state="eligible"))
    for region, count in unselected.items():
        for _ in range(count):
            organisation = make.make_organisation(region=region)
            publish(make.make_submitted(track, intake, state="eligible", organisation=organisation), "refused")
    return call


def test_a_draft_and_a_withdrawn_application_do_not_count():
    publish(make.make_submitted(state="eligible"))
    make.make_application()
    make.make_submitted(state="withdrawn")
    assert total(worked_out()["demand"]).applications == Number(1)


def test_nothing_of_an_intake_shows_until_its_decisions_are_published():
    application = make.make_submitted(state="eligible")
    make.make_award(application)
    assert worked_out()["demand"] == []


def test_asked_and_given_are_quantity_times_gpus():
    call = world({make.make_region(): 1})
    counts = total(worked_out()["demand"], call.code)
    assert (counts.applications, counts.awards) == (Number(2), 1)
    assert (counts.gpus_asked, counts.gpus_given) == (Number(32), 16)


def test_an_application_that_comes_later_changes_nothing_that_was_released():
    call = world({make.make_region(): 6})
    before = worked_out()["demand"]
    late = make.make_submitted(call.tracks.get(), call.intakes.get(), state="eligible")
    assert worked_out(NOW + timedelta(days=1))["demand"] == before
    publish(late)
    counts = total(worked_out(NOW + timedelta(days=2))["demand"])
    assert (counts.applications, counts.awards) == (Number(7), 2)
    assert IntakeFigures.objects.count() == 1


def test_a_merged_region_is_named_as_of_the_call_and_as_of_today():
    new = make.make_region(code="new", starts_on=date(2026, 7, 1))
    old = make.make_region(code="old", ends_on=date(2026, 7, 1), successor=new)
    publish(make.make_submitted(state="eligible", organisation=make.make_organisation(region=old)))
    rows = worked_out()["demand"]
    assert [[name for name, _ in table(rows, by)[0]] for by in ("region", "region_today")] == [["old"], ["new"]]
    call = make.make_call(published_at=NOW + timedelta(days=200))
    track, organisation = make.make_track(call), make.make_organisation(region=old)
    publish(make.make_submitted(track, make.make_intake(call), state="eligible", organisation=organisation))
    assert {name for name, _ in table(worked_out()["demand"], "region")[0]} == {"old", "new"}
    assert Region.objects.get(code="old").successor == new


@pytest.mark.parametrize("rows", [1, 3])
def test_demand_takes_four_queries_however_many_rows(rows, django_assert_num_queries):
    for _ in range(rows):
        publish(make.make_submitted(state="eligible"))
    actions.work_out(now=NOW)
    with django_assert_num_queries(4):
        sources.demand()


def test_a_lone_region_is_withheld_in_all_that_is_published(client):
    lone, some, most = (make.make_region(code=code) for code in ("lone", "some", "most"))
    call = world({lone: 1, some: 5, most: 6}, selected=2)
    rows = {row["category"]: row for row in worked_out()["demand"] if row["by"] == "region_today"}
    assert [rows[code]["applications"] for code in ("lone", "some", "most")] == [None, None, 6]
    assert [rows[code]["complete"] for code in ("lone", "some", "most")] == [0, 0, 1]
    lines = csv.DictReader(io.StringIO(client.get("/figures/demand.csv").content.decode()))
    shown = {line["category"]: line["applications"] for line in lines if line["by"] == "region"}
    assert (shown["lone"], shown["some"], shown["most"]) == ("", "", "6")
    page = client.get(f"/figures/?call={call.code}", headers={"accept-language": "en"}).content.decode()
    assert page.count('data-figure="applications">withheld') == 4
    assert len(client.get("/figures/awards.json").json()["awards"]) == 2


def test_rolling_up_adds_each_movement_once():
    award = make.make_award()
    use(award, 100)
    assert actions.roll_up(now=NOW) > 0
    use(award, 50, key="k2")
    actions.roll_up(now=NOW)
    assert actions.roll_up(now=NOW) == 0
    assert DayUse.objects.get().seconds == 150


def test_many_day_totals_are_written_with_as_many_statements_as_one(django_assert_max_num_queries):
    award, other = make.make_award(), make.make_award()
    for day in range(1, 21):
        use(award, day, key=f"a{day}", day=date(2026, 5, day))
        use(other, 100 + day, key=f"b{day}", day=date(2026, 5, day))
    with django_assert_max_num_queries(20):
        actions.roll_up(now=NOW)
    use(award, 1000, key="late", day=date(2026, 5, 7))
    actions.roll_up(now=NOW)
    totals = {(row.award_id, row.day.day): row.seconds for row in DayUse.objects.all()}
    wanted = {(award.pk, day): day for day in range(1, 21)} | {(other.pk, day): 100 + day for day in range(1, 21)}
    assert totals == wanted | {(award.pk, 7): 1007}


def test_a_reversal_takes_use_back():
    award = make.make_award()
    use(award, 100)
    source, used = LedgerAccount.objects.get(bucket="source"), LedgerAccount.objects.get(bucket="used")
    Movement.objects.create(
        source="test", source_key="back", kind="reversal", from_account=used, to_account=source, amount=40,
        month="2026-05", day=date(2026, 5, 3), written_at=NOW,
    )  # fmt: skip
    actions.roll_up(now=NOW)
    assert DayUse.objects.get().seconds == 60


def test_utilisation_is_used_over_funded_time_that_has_passed():
    award = make.make_award()
    pool = use(award, 3600)
    make.make_pool_month(pool, "2026-05", physical=10, funded=4)
    actions.roll_up(now=NOW)
    later = NOW.replace(month=5, day=2, hour=15)
    (row,) = sources.use(later)
    # 1 May 00:00 in Seoul is 30 April 15:00 UTC: two days have passed.
    assert (row["used_seconds"], row["funded_seconds"]) == (3600, 4 * 2 * 86_400)


def test_figures_are_kept_when_they_change_and_once_a_day_for_good():
    chores.work_out(NOW)
    chores.work_out(NOW + timedelta(minutes=1))
    assert FigureSet.objects.count() == 1
    publish(make.make_submitted(state="eligible"))
    chores.work_out(NOW + timedelta(minutes=2))
    publish(make.make_submitted(state="eligible"))
    chores.work_out(NOW + timedelta(minutes=20))
    chores.work_out(NOW + timedelta(days=1))
    assert total(queries.latest().figures["demand"]).applications == Number(2)


def test_reported_figures_stand_beside_ours(client):
    application = make.make_submitted(state="eligible")
    publish(application)
    manager = make.make_actor(Role.PROGRAMME_MANAGER)
    actions.report(
        by=manager, now=NOW, call=application.track.call_id, measure="gpus_given", kind="company", number=99,
        source="A newspaper", reported_on=date(2026, 3, 3),
    )  # fmt: skip
    chores.work_out(NOW)
    page = client.get("/figures/", headers={"accept-language": "en"}).content.decode()
    assert "A newspaper" in page
    assert ">99<" in page


def test_only_a_programme_manager_may_note_a_reported_figure():
    from madang.errors import Refused

    call = make.make_call()
    with pytest.raises(Refused, match="not_allowed_for_role"):
        actions.report(
            by=make.make_actor(Role.AUDITOR), now=NOW, call=call.pk, measure="awards", kind="", number=1,
            source="x", reported_on=date(2026, 3, 3),
        )  # fmt: skip


def test_awards_that_never_came_into_force_support_nobody():
    make.make_award()
    Award.objects.update(state="accepted", in_force_at=None)
    assert sources.supported() == [{"year": 0, "projects": 0, "organisations": 0}]


def test_concentration_is_of_time_granted_by_awards_in_force():
    first, second = make.make_award(), make.make_award()
    Award.objects.update(in_force_at=NOW)
    AwardLine.objects.filter(award=first).update(seconds=300)
    AwardLine.objects.filter(award=second).update(seconds=100)
    (row,) = sources.concentration()
    assert row == {"year": 2026, "holders": 2, "top_seconds": 400, "granted_seconds": 400, "gini_milli": 250}


def test_waits_are_of_months_that_are_over_and_of_enough_organisations(settings, django_assert_num_queries):
    settings.MADANG_SMALL_CELL = 2
    for minutes, month in ((10, 3), (120, 3), (10, 2), (10, 4)):
        start = NOW.replace(month=month, day=1)
        make.make_job(make.make_award(), submitted_at=start, started_at=start + timedelta(minutes=minutes))
    found = sources.waits(NOW, [])
    assert found == [
        {"month": "2026-02", "started": None, "within_hour": None, "within_eight": None},
        {"month": "2026-03", "started": 2, "within_hour": 1, "within_eight": 2},
    ]
    with django_assert_num_queries(0):
        assert sources.waits(NOW, found) == found


def test_cost_is_of_months_whose_statements_are_all_issued(settings):
    settings.MADANG_SMALL_CELL = 3
    for n in range(3):
        award = make.make_award()
        for month in (1, 2):
            use(award, 7200, day=date(2026, month, 28), key=f"{n}-{month}")
            draft = (n, month) == (0, 2)
            issued = {} if draft else {"number": f"{month}-{n}", "issued_at": NOW, "due_on": NOW.date()}
            statement = Statement.objects.create(
                organisation=award.organisation, month=f"2026-0{month}", state="draft" if draft else "issued",
                worked_out_at=NOW, **issued,
            )  # fmt: skip
            StatementLine.objects.create(
                statement=statement, award=award, product=award.lines.get().product, first_day=date(2026, month, 1),
                last_day=date(2026, month, 28), quantity=1, fault="x", reference=5001, due=100 if n else 0,
            )  # fmt: skip
    actions.roll_up(now=NOW)
    row = {"month": "2026-01", "cost_won": 2501, "paid_won": None}
    assert costs.by_month(NOW, []) == [row]
    Statement.objects.filter(state="draft").delete()
    assert [one["month"] for one in costs.by_month(NOW, [row])] == ["2026-01", "2026-02"]


def test_awards_that_came_back_are_counted_by_how():
    for state in ("declined", "lapsed", "ended"):
        ended_at = NOW if state == "ended" else None
        row = Award.objects.filter(pk=make.make_award().pk)
        row.update(state=state, answered_at=NOW, accept_by=NOW, ended_at=ended_at)
    assert sources.ended() == [{"year": 2026, "declined": 1, "lapsed": 1, "ended_early": 1}]


def test_hours_taken_back_are_published_once_the_year_is_over(settings):
    settings.MADANG_SMALL_CELL = 3
    by, pool = make.make_staff(Role.PROGRAMME_MANAGER), make.make_pool()
    for seconds in (0, 600, 500, 400):
        TakeBack.objects.create(
            award=make.make_award(), pool=pool, whole=False, percent=50, found_on=NOW, planned=9, used=0, left=9,
            amount=9, first_amount=9, reason="x", noticed_by=by, noticed_at=NOW - timedelta(days=30), answer_by=NOW,
            state="taken_back" if seconds else "dropped", taken=seconds, decided_by=by, decided_at=NOW,
        )  # fmt: skip
    later = NOW.replace(year=NOW.year + 1)
    assert sources.take_backs(NOW, []) == []
    (row,) = sources.take_backs(later, [])
    counts = {"year": NOW.year, "unit": "gpu", "notices": 4, "dropped": 1, "taken_back": 3}
    assert row == {**counts, "taken_seconds": 1500}
    settings.MADANG_SMALL_CELL = 4
    assert sources.take_backs(later, []) == [{**counts, "taken_seconds": None}]
    assert sources.take_backs(later, [row]) == [row]


def test_a_conflict_that_was_handled_is_counted_once_decided():
    application = make.make_submitted(state="eligible")
    for state in ("submitted", "recused"):
        make.make_assignment(application, make.make_reviewer(), state=state, ended_at=NOW)
    assert worked_out()["conflicts"] == []
    publish(application)
    (row,) = worked_out()["conflicts"]
    assert (row["sheets"], row["recused"]) == (2, 1)
