"""When an award runs out, on its page and by mail."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from factories import make_actor, make_application, make_award, make_member, make_organisation

from madang.portal.actors import WORKER, Role
from madang.portal.awards import budgets, chores, queries
from madang.portal.awards.models import BudgetAlert
from madang.portal.ledger import actions as ledger
from madang.portal.ledger.importer import import_usage
from madang.portal.ledger.rules import Usage
from madang.portal.outbox.models import Message

# noon in Seoul; the award is in force since the first of April
NOW = datetime(2026, 5, 29, 3, 0, tzinfo=UTC)
HOUR = 3600
pytestmark = pytest.mark.django_db


def used(award, hours, day, key) -> None:
    pool = award.lines.get().product.pool_id
    given = Usage("cluster", key, f"award:{award.pk}", pool, "", f"{day:%Y-%m}", day, hours * HOUR)
    import_usage(now=NOW, charges=[given])


def awarded(**given):
    """An award in force since April, with 1,000 hours in the book."""
    award = make_award(make_application(organisation=make_organisation()), **given)
    ledger.grant(
        by=WORKER, now=NOW, owner=f"award:{award.pk}", pool=award.lines.get().product.pool_id, amount=1000 * HOUR,
        source="awards", key=f"grant-{award.pk}", month="2026-04", day=date(2026, 4, 1),
    )  # fmt: skip
    return award


def outlook(award):
    row = queries.awards(make_actor(Role.AUDITOR)).get(pk=award.pk)
    return budgets.outlooks(row, queries.figures(row), NOW)


def test_an_award_runs_out_at_its_pace_with_a_range():
    award = awarded()
    for week, hours in enumerate((100, 50, 100, 150)):
        used(award, hours, date(2026, 5, 1) + timedelta(days=7 * week), f"w{week}")
    (found,) = outlook(award)
    # 600 hours are left; 400 went in four weeks, 150 in the busiest, 50 in the quietest
    assert [week // HOUR for week in found.run_out.weeks] == [100, 50, 100, 150]
    assert found.run_out.expected == date(2026, 5, 29) + timedelta(days=42)
    assert found.run_out.earliest == date(2026, 5, 29) + timedelta(days=28)
    assert found.run_out.latest == date(2026, 5, 29) + timedelta(days=84)


def test_what_is_not_in_force_runs_out_never():
    assert outlook(awarded(state="offered")) == []


def test_the_page_says_when_it_runs_out(client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    award = awarded()
    used(award, 400, date(2026, 5, 20), "a")
    client.force_login(make_member(award.organisation))
    page = client.get(reverse("award", args=[award.number])).content.decode()
    assert "소진" in page
    assert "<figure" in page


def test_owners_are_told_of_the_largest_share_crossed_once_a_month_and_share():
    award = awarded()
    owner = make_member(award.organisation, language="en")
    assert chores.tell_of_shares(NOW) == 0
    used(award, 850, date(2026, 5, 20), "a")
    assert (chores.tell_of_shares(NOW), chores.tell_of_shares(NOW)) == (1, 0)
    mail = Message.objects.get(code="award_share_used", person=owner)
    assert ("80 percent" in mail.subject, "150.0" in mail.body) == (True, True)
    used(award, 150, date(2026, 5, 21), "b")
    assert (chores.tell_of_shares(NOW), chores.tell_of_shares(NOW)) == (1, 0)
    assert list(BudgetAlert.objects.order_by("pk").values_list("month", "share")) == [("2026-05", 80), ("2026-05", 100)]
    assert chores.tell_of_shares(NOW + timedelta(days=10)) == 0


def test_a_share_reached_in_an_earlier_month_is_not_told_again():
    award = awarded()
    used(award, 600, date(2026, 4, 20), "a")
    used(award, 10, date(2026, 5, 20), "b")
    assert chores.tell_of_shares(NOW) == 0


def test_the_centre_chooses_the_shares(settings):
    settings.MADANG_BUDGET_SHARES = (10,)
    award = awarded()
    make_member(award.organisation)
    used(award, 100, date(2026, 5, 20), "a")
    assert chores.tell_of_shares(NOW) == 1
