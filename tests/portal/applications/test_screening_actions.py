"""Screening: what was left open at the deadline counts as last submitted, and nobody screens their own organisation."""

from __future__ import annotations

from datetime import timedelta

import factories
import pytest

from madang.errors import Refused, Stale
from madang.portal.actors import MemberRole, Role
from madang.portal.applications import actions, queries
from madang.portal.applications.models import Application
from madang.portal.applications.rules import AskLine
from madang.portal.calls.models import Intake
from madang.portal.files.models import StoredFile
from madang.portal.people.models import Membership
from madang.portal.screening import actions as screening

pytestmark = pytest.mark.django_db
NOW = factories.NOW


def refused(code: str):
    return pytest.raises(Refused, match=f"^{code}\\(")


def make_file(n: int = 1) -> StoredFile:
    return StoredFile.objects.create(sha256=f"{n:064d}", size=5, media_type="application/pdf", stored_at=NOW)


@pytest.fixture
def drafted():
    """A whole draft, its author as an actor, and its intake."""
    application = factories.make_application()
    return application, factories.actor(application.created_by), application.intake


def submit(application, by):
    version = Application.objects.get(pk=application.pk).version
    return actions.submit(by=by, now=NOW, application=application.pk, version=version)


def ask(application, **given) -> AskLine:
    code = application.asks.first().product.code
    return AskLine(**({"product": code, "quantity": 3, "least": 2, "first_month": "2026-06", "months": 2} | given))


def test_what_is_left_open_at_the_deadline_counts_as_submitted(drafted):
    application, by, intake = drafted
    actions.attach(by=by, now=NOW, application=application.pk, file=make_file().pk, name="plan.pdf")
    first = submit(application, by)
    actions.reopen(by=by, now=NOW, application=application.pk)
    actions.save(by=by, now=NOW, application=application.pk, version=3, title="Changed", sections={"why": "new"})
    actions.set_asks(by=by, now=NOW, application=application.pk, version=4, asks=[ask(application, quantity=9)])
    kept = application.attachments.get()
    actions.remove_file(by=by, now=NOW, application=application.pk, attachment=kept.pk)
    actions.attach(by=by, now=NOW, application=application.pk, file=make_file(2).pk, name="other.pdf")
    screening.settle(now=intake.closes_at, application=application.pk)
    row = Application.objects.get(pk=application.pk)
    assert (row.state, row.title, row.sections, row.in_force) == ("submitted", "과제", {"why": "까닭"}, first)
    assert row.asks.get().quantity == 2
    assert queries.attachments_in_use().get().pk == kept.pk


def test_screening_puts_back_what_was_left_open_and_judges_that(drafted):
    application, by, intake = drafted
    submit(application, by)
    actions.reopen(by=by, now=NOW, application=application.pk)
    actions.save(by=by, now=NOW, application=application.pk, version=3, title="Changed", sections={})
    Intake.objects.filter(pk=intake.pk).update(state="screening")
    officer = factories.make_actor(Role.SCREENING_OFFICER)
    given = {"by": officer, "application": application.pk, "version": 4, "eligible": True}
    with refused("not_screenable"):
        screening.screen(now=intake.closes_at - timedelta(seconds=1), **given)
    with pytest.raises(Stale):
        screening.screen(now=intake.closes_at, **given | {"version": 3})
    assert Application.objects.get(pk=application.pk).title == "Changed"  # undone with the refused verdict
    screening.screen(now=intake.closes_at, **given)
    row = Application.objects.get(pk=application.pk)
    assert (row.state, row.title) == ("eligible", "과제")


def test_nobody_screens_their_own_organisation(drafted):
    application, by, intake = drafted
    submit(application, by)
    Intake.objects.filter(pk=intake.pk).update(state="screening")
    person = factories.make_staff(Role.SCREENING_OFFICER)
    Membership.objects.create(
        organisation=application.organisation, person=person, role=MemberRole.MEMBER, joined_at=NOW
    )
    with refused("screening_own_organisation"):
        screening.screen(
            by=factories.actor(person), now=intake.closes_at, application=application.pk, version=2, eligible=True
        )
