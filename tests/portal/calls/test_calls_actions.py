"""Drafting, handing over, publishing, correcting and running calls, and what the worker does with intakes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import factories
import pytest

from madang.errors import Refused, Stale
from madang.portal.actors import PUBLIC, WORKER, Role
from madang.portal.calls import actions, chores, queries
from madang.portal.calls.models import Call, CorrectionNotice, Intake
from madang.portal.drafts import actions as drafts
from madang.portal.drafts import queries as drafting
from madang.portal.drafts.rules import CallDraft, CriterionDraft, IntakeDraft, ProductOffer, TrackDraft
from madang.portal.journal.models import JournalEntry
from madang.portal.outbox.models import Message

pytestmark = pytest.mark.django_db
NOW = factories.NOW
DAY = timedelta(days=1)


def refused(code: str):
    return pytest.raises(Refused, match=f"^{code}\\(")


@pytest.fixture
def manager():
    return factories.make_actor(Role.PROGRAMME_MANAGER)


@pytest.fixture
def approver():
    return factories.make_actor(Role.APPROVER)


def draft(kind: str = "regular", **given) -> CallDraft:
    product = factories.make_product()
    track = TrackDraft(
        code="gpu",
        title_ko="분야",
        title_en="Track",
        first_month="2026-06",
        last_month="2026-12",
        products=(ProductOffer(product.code, 1, 4),),
        criteria=(CriterionDraft("merit", "가", "Merit", 100),),
    )
    intake = IntakeDraft(NOW + DAY, NOW + 11 * DAY, NOW + 20 * DAY, NOW + 30 * DAY)
    whole = CallDraft("c-1", kind, "가", "A", "나", "B", (intake,), (track,))
    return replace(whole, **given)


def published(manager, approver, kind: str = "regular", **given) -> Call:
    call = drafts.create_call(by=manager, now=NOW, call=draft(kind, **given))
    drafts.draft_publication(by=manager, now=NOW, call=call.pk, version=1)
    drafts.publish(by=approver, now=NOW, call=call.pk, document_number="AI-1")
    return queries.whole(PUBLIC).get(pk=call.pk)


def test_what_was_drafted_is_read_back(manager):
    given = draft(blind=True)
    call = drafts.create_call(by=manager, now=NOW, call=given)
    copied = drafts.copy_call(by=manager, now=NOW, source=call.pk, code="c-2", title_ko="나", title_en="B")
    assert copied.blind
    assert drafting.draft_of(queries.whole(manager).get(pk=call.pk)) == given
    assert not queries.calls(PUBLIC).exists()
    with refused("call_code_taken"):
        drafts.create_call(by=manager, now=NOW, call=given)
    basics = {name: getattr(given, name) for name in ("kind", "title_ko", "title_en", "summary_ko", "summary_en")}
    drafts.change_basics(by=manager, now=NOW, call=call.pk, version=1, blind=False, **basics)
    assert drafting.draft_of(queries.whole(manager).get(pk=call.pk)) == replace(given, blind=False)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.SCREENING_OFFICER, Role.OPERATOR, Role.AUDITOR, None])
def test_only_programme_managers_draft(role):
    by = factories.make_actor(role) if role else factories.actor(factories.make_member())
    with refused("not_allowed_for_role"):
        drafts.create_call(by=by, now=NOW, call=draft())


def test_publishing_takes_two_people_and_a_document(manager, approver):
    call = drafts.create_call(by=manager, now=NOW, call=draft())
    with refused("approval_none_waiting"):
        drafts.publish(by=approver, now=NOW, call=call.pk, document_number="AI-1")
    drafts.draft_publication(by=manager, now=NOW, call=call.pk, version=1)
    with refused("call_waits_for_approval"):
        drafts.set_intakes(by=manager, now=NOW, call=call.pk, version=2, intakes=[])
    both = factories.make_actor(Role.APPROVER, Role.PROGRAMME_MANAGER)
    with refused("not_allowed_for_role"):
        drafts.publish(by=manager, now=NOW, call=call.pk, document_number="AI-1")
    with refused("approval_document_needed"):
        drafts.publish(by=approver, now=NOW, call=call.pk, document_number=" ")
    drafts.publish(by=both, now=NOW, call=call.pk, document_number="AI-1")
    assert Call.objects.get().published_at == NOW
    with refused("call_not_draft"):
        drafts.set_intakes(by=manager, now=NOW, call=call.pk, version=3, intakes=[])
    assert JournalEntry.objects.filter(action="drafts.publish").count() == 1


def test_the_drafter_cannot_approve_their_own_call():
    both = factories.make_actor(Role.APPROVER, Role.PROGRAMME_MANAGER)
    call = drafts.create_call(by=both, now=NOW, call=draft())
    drafts.draft_publication(by=both, now=NOW, call=call.pk, version=1)
    with refused("approval_same_person"):
        drafts.publish(by=both, now=NOW, call=call.pk, document_number="AI-1")


def test_an_incomplete_call_is_not_handed_over(manager):
    call = drafts.create_call(by=manager, now=NOW, call=draft(intakes=(), title_en=""))
    with refused("call_not_whole") as caught:
        drafts.draft_publication(by=manager, now=NOW, call=call.pk, version=1)
    assert caught.value.facts["count"] == 2


def test_a_rejected_call_is_a_draft_again(manager, approver):
    call = drafts.create_call(by=manager, now=NOW, call=draft())
    drafts.draft_publication(by=manager, now=NOW, call=call.pk, version=1)
    with refused("approval_reason_needed"):
        drafts.reject(by=approver, now=NOW, call=call.pk, comment="")
    drafts.reject(by=approver, now=NOW, call=call.pk, comment="Dates")
    drafts.set_intakes(by=manager, now=NOW, call=call.pk, version=2, intakes=draft().intakes)
    drafts.draft_publication(by=manager, now=NOW, call=call.pk, version=3)
    drafts.take_back(by=manager, now=NOW, call=call.pk)
    drafts.remove_track(by=manager, now=NOW, call=call.pk, version=4, track="gpu")
    assert Call.objects.get().tracks.count() == 0


def test_a_change_of_another_version_is_stale(manager):
    call = drafts.create_call(by=manager, now=NOW, call=draft())
    drafts.set_intakes(by=manager, now=NOW, call=call.pk, version=1, intakes=[])
    with pytest.raises(Stale):
        drafts.set_intakes(by=manager, now=NOW, call=call.pk, version=1, intakes=[])


# --- intakes ---


def test_the_worker_moves_intakes_when_their_dates_come(manager, approver):
    call = published(manager, approver)
    assert chores.move_intakes(NOW) == 0
    assert chores.move_intakes(NOW + DAY) == 1
    assert call.intakes.get().state == "open"
    assert chores.move_intakes(NOW + 11 * DAY - timedelta(seconds=1)) == 0
    assert chores.move_intakes(NOW + 11 * DAY) == 1
    assert call.intakes.get().state == "screening"
    assert chores.move_intakes(NOW + 40 * DAY) == 0


def test_intakes_of_drafts_stay_where_they_are(manager):
    drafts.create_call(by=manager, now=NOW, call=draft())
    assert chores.move_intakes(NOW + 2 * DAY) == 0


def test_an_intake_is_decided_with_its_time_and_screened_first(manager):
    intake = factories.make_intake(state="screening", closes_at=NOW, opens_at=NOW - DAY)
    application = factories.make_submitted(factories.make_track(intake.call), intake)
    with refused("screening_not_finished"):
        actions.move_intake(by=manager, now=NOW, intake=intake.pk, to="in_review")
    application.__class__.objects.filter(pk=application.pk).update(state="withdrawn")
    for to in ("in_review", "decided", "closed"):
        actions.move_intake(by=manager, now=NOW, intake=intake.pk, to=to)
    assert Intake.objects.get().decided_at == NOW
    actions.close_call(by=manager, now=NOW, call=intake.call_id)
    assert Call.objects.get().state == "closed"


def test_a_rolling_call_always_has_the_next_intake_planned(manager, approver):
    call = published(manager, approver, kind="rolling")
    first, second = call.intakes.all()
    assert (second.number, second.opens_at, second.state) == (2, first.closes_at, "planned")
    assert second.closes_at - second.opens_at == first.closes_at - first.opens_at
    assert chores.plan_next_intakes(NOW + 2 * DAY) == 0  # one ahead is enough
    assert chores.plan_next_intakes(second.opens_at) == 1
    assert Intake.objects.count() == 3
    # Worker or no worker: the second takes applications the moment it opens.
    assert queries.is_accepting(Intake.objects.get(number=2), second.opens_at)


def test_a_rolling_call_ends_with_its_tracks(manager, approver):
    call = published(manager, approver, kind="rolling")
    made = 0
    while chores.plan_next_intakes(Intake.objects.order_by("-number").first().opens_at):
        made += 1
    last = Intake.objects.order_by("-number").first()
    assert last.decision_due_at.astimezone().strftime("%Y-%m") <= "2026-12"
    assert 0 < made < 40
    with refused("next_intake_after_end"):
        actions.open_next_intake(by=WORKER, now=NOW, call=call.pk)
    with refused("not_rolling"):
        actions.open_next_intake(by=manager, now=NOW, call=factories.make_call().pk)


# --- corrections ---


def correct(by, call, field, new, **given):
    version = Call.objects.get(pk=call.pk).version
    values = {"version": version, "reason_ko": "까닭", "reason_en": "Reason"} | given
    return actions.correct(by=by, now=NOW, call=call.pk, field=field, new=new, **values)


def test_corrections_keep_old_and_new_and_are_numbered(manager, approver):
    call = published(manager, approver)
    first = correct(manager, call, "track.gpu.title_en", "Other")
    second = correct(manager, call, "intake.1.closes_at", (NOW + 12 * DAY).isoformat())
    assert (first.number, first.old, first.new) == (1, "Track", "Other")
    assert (second.number, second.old) == (2, (NOW + 11 * DAY).isoformat())
    assert Intake.objects.get().closes_at == NOW + 12 * DAY
    product = call.tracks.all()[0].products.all()[0]
    correct(manager, call, f"product.gpu.{product.product.code}.maximum", "9")
    product.refresh_from_db()
    assert product.maximum == 9
    with refused("correction_value_not_allowed"):
        correct(manager, call, f"product.gpu.{product.product.code}.maximum", "0")
    with refused("correction_value_wrong"):
        correct(manager, call, "intake.1.closes_at", "tomorrow")
    with refused("correction_dates_out_of_order"):
        correct(manager, call, "intake.1.closes_at", (NOW + 21 * DAY).isoformat())
    with refused("not_correctable"):
        correct(manager, call, "track.nothing.title_en", "x")
    assert CorrectionNotice.objects.count() == 3


@pytest.mark.parametrize(
    ("field", "new"),
    [
        ("intake.1.closes_at", "0001-01-01T00:00:00+14:00"),
        ("intake.1.closes_at", "9999-12-31T23:59:59-12:00"),
        ("intake.1.accept_days", str(10**30)),
        ("intake.1.accept_days", "-1"),
        ("track.gpu.last_month", "0000-01"),
        ("track.gpu.title_en", "  "),
    ],
)
def test_what_no_database_holds_is_no_correction(manager, approver, field, new):
    call = published(manager, approver)
    with refused("correction_value_wrong"):
        correct(manager, call, field, new)


def test_a_correction_reaches_every_member_of_who_began_in_their_language(manager):
    application = factories.make_application()
    colleague = factories.make_member(application.organisation, language="en")
    factories.make_member()  # of an organisation that did not begin
    correct(manager, application.intake.call, "call.title_en", "Renamed")
    mails = {mail.person_id: mail for mail in Message.objects.filter(code="call_corrected")}
    assert set(mails) == {application.created_by_id, colleague.pk}
    assert "Renamed" in mails[colleague.pk].body
    assert "Reason" in mails[colleague.pk].body
    assert "까닭" in mails[application.created_by_id].body


def test_an_extension_opens_an_intake_again_for_everyone(manager):
    intake = factories.make_intake(state="screening", opens_at=NOW - 5 * DAY, closes_at=NOW - timedelta(hours=1))
    assert not queries.is_accepting(intake, NOW)
    correct(manager, intake.call, "intake.1.closes_at", (NOW + DAY).isoformat())
    assert queries.is_accepting(Intake.objects.select_related("call").get(), NOW)


def test_only_published_calls_are_corrected_by_drafters_once(manager):
    call = factories.make_call(state="draft")
    with refused("call_not_published"):
        correct(manager, call, "call.title_en", "x")
    call = factories.make_call()
    with refused("not_allowed_for_role"):
        correct(factories.make_actor(Role.OPERATOR), call, "call.title_en", "x")
    with pytest.raises(Stale):
        correct(manager, call, "call.title_en", "x", version=9)
