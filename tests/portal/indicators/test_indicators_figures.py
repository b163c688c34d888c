"""The figures are what the tables say, at a constant number of queries, and anyone may read them."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import factories as make
import pytest
from factories import NOW

from madang.portal.actors import Role
from madang.portal.awards.models import Award
from madang.portal.indicators import actions, chores, queries
from madang.portal.indicators.models import DayUse, FigureSet
from madang.portal.indicators.rules import total
from madang.portal.ledger.models import LedgerAccount, Movement
from madang.portal.people.models import Region

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


def test_a_draft_and_a_withdrawn_application_do_not_count():
    make.make_application()
    make.make_submitted(state="withdrawn")
    assert total(queries.cells()).applications == 0


def test_a_held_decision_does_not_count_until_it_is_published():
    application = make.make_submitted(state="eligible")
    make.make_award(application)
    counts = total(queries.cells())
    assert (counts.applications, counts.awards, counts.gpus_given) == (1, 0, 0)


def test_asked_and_given_are_quantity_times_gpus():
    publish(make.make_submitted(state="eligible"))
    publish(make.make_submitted(state="eligible"), outcome="refused")
    counts = total(queries.cells())
    assert (counts.applications, counts.awards) == (2, 1)
    assert (counts.gpus_asked, counts.gpus_given) == (32, 16)


def test_a_merged_region_is_named_as_of_the_call_and_as_of_today():
    new = make.make_region(code="new", starts_on=date(2026, 7, 1))
    old = make.make_region(code="old", ends_on=date(2026, 7, 1), successor=new)
    make.make_submitted(organisation=make.make_organisation(region=old))
    (cell,) = queries.cells()
    assert (cell.region, cell.region_today) == ("old", "new")
    call = make.make_call(published_at=NOW + timedelta(days=200))
    track = make.make_track(call)
    make.make_submitted(track, make.make_intake(call), organisation=make.make_organisation(region=old))
    assert {cell.region for cell in queries.cells()} == {"old", "new"}
    assert Region.objects.get(code="old").successor == new


@pytest.mark.parametrize("rows", [1, 3])
def test_cells_take_six_queries_however_many_rows(rows, django_assert_num_queries):
    for _ in range(rows):
        publish(make.make_submitted(state="eligible"))
    with django_assert_num_queries(6):
        queries.cells()


def test_rolling_up_adds_each_movement_once():
    award = make.make_award()
    use(award, 100)
    assert actions.roll_up(now=NOW) > 0
    use(award, 50, key="k2")
    actions.roll_up(now=NOW)
    assert actions.roll_up(now=NOW) == 0
    assert DayUse.objects.get().seconds == 150


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
    (row,) = queries.use(later)
    # 1 May 00:00 in Seoul is 30 April 15:00 UTC: two days have passed.
    assert (row["used_seconds"], row["funded_seconds"]) == (3600, 4 * 2 * 86_400)


def test_figures_are_kept_when_they_change_and_once_a_day_for_good():
    chores.work_out(NOW)
    chores.work_out(NOW + timedelta(minutes=1))
    assert FigureSet.objects.count() == 1
    make.make_submitted()
    chores.work_out(NOW + timedelta(minutes=2))
    make.make_submitted()
    chores.work_out(NOW + timedelta(minutes=20))
    chores.work_out(NOW + timedelta(days=1))
    assert total(queries.demand_of(queries.latest().figures)).applications == 2


def test_the_page_and_its_data_need_no_log_in(client):
    assert client.get("/figures/").status_code == 200
    publish(make.make_submitted(state="eligible"))
    chores.work_out(NOW)
    page = client.get("/figures/", headers={"accept-language": "en"})
    assert page.status_code == 200
    assert "Applications and awards" in page.content.decode()
    assert client.get("/figures.json").json()["figures"]["demand"][0]["applications"] == 1
    text = client.get("/figures/demand.csv").content.decode()
    assert next(csv.DictReader(io.StringIO(text)))["gpus_given"] == "16"
    assert client.get("/figures/demand.csv?bom=1").content.startswith("\ufeff".encode())
    assert client.get("/figures/nonsense.csv").status_code == 404


def test_the_api_serves_the_same_figures(client):
    assert client.get("/api/v1/figures").json() == []
    make.make_submitted()
    chores.work_out(NOW)
    assert client.get("/api/v1/figures/demand").json()["rows"][0]["applications"] == 1
    assert client.get("/api/v1/figures/nonsense").status_code == 404


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
    assert queries.supported() == {"projects": 0, "organisations": 0}
