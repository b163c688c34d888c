"""Applying: beginning, saving, asking, papers, consents, submitting, reopening, withdrawing."""

from __future__ import annotations

from datetime import date, timedelta

import factories
import pytest

from madang.errors import Refused, Stale
from madang.portal.actors import MemberRole, Role
from madang.portal.applications import actions, queries
from madang.portal.applications.models import Application, EligibilityCheck, LateAttempt, Submission, SubmittedFile
from madang.portal.applications.rules import AskLine, content_hash
from madang.portal.calls.models import ConsentText, EligibilityRule, Intake, TrackConsent
from madang.portal.files.models import StoredFile
from madang.portal.journal.actions import seed_retention
from madang.portal.journal.models import Destruction, JournalEntry
from madang.portal.outbox.models import Message
from madang.portal.screening.models import OwedReport

pytestmark = pytest.mark.django_db
NOW = factories.NOW


def refused(code: str):
    return pytest.raises(Refused, match=f"^{code}\\(")


def make_file(n: int = 1) -> StoredFile:
    return StoredFile.objects.create(sha256=f"{n:064d}", size=5, media_type="application/pdf", stored_at=NOW)


def make_consent(track, required: bool = True) -> ConsentText:
    n = ConsentText.objects.count() + 1
    text = ConsentText.objects.create(
        code=f"privacy-{n}", version=1, title_ko="동의", title_en="Consent", body_ko="글", body_en="Text",
        refusal_ko="거부", refusal_en="Refusal", created_at=NOW,
    )  # fmt: skip
    TrackConsent.objects.create(track=track, text=text, required=required, position=n)
    return text


@pytest.fixture
def drafted():
    """A whole draft, its author as an actor, and its intake."""
    application = factories.make_application()
    return application, factories.actor(application.created_by), application.intake


def submit(application, by, now=NOW):
    version = Application.objects.get(pk=application.pk).version
    return actions.submit(by=by, now=now, application=application.pk, version=version)


# --- begin ---


def test_a_member_begins_a_draft_while_the_intake_is_open():
    organisation = factories.make_organisation()
    by = factories.actor(factories.make_member(organisation, role=MemberRole.MEMBER))
    track = factories.make_track()
    intake = factories.make_intake(track.call, state="planned")  # no worker has moved it: the dates count
    made = actions.begin(by=by, now=NOW, track=track.pk, intake=intake.pk, organisation=organisation.pk, title=" T ")
    assert (made.state, made.title, made.number) == ("draft", "T", None)
    assert JournalEntry.objects.filter(action="applications.begin", subject=str(made.pk)).count() == 1


def test_only_members_begin():
    track, organisation = factories.make_track(), factories.make_organisation()
    intake = factories.make_intake(track.call)
    for by in (factories.make_actor(Role.OPERATOR), factories.actor(factories.make_member())):
        with refused("not_allowed_for_role"):
            actions.begin(by=by, now=NOW, track=track.pk, intake=intake.pk, organisation=organisation.pk)


@pytest.mark.parametrize(
    ("at", "code"), [(timedelta(days=-6), "intake_not_open"), (timedelta(days=10), "intake_closed")]
)
def test_nothing_begins_outside_the_intake(drafted, at, code):
    application, by, intake = drafted
    with refused(code):
        actions.begin(
            by=by, now=NOW + at, track=application.track_id, intake=intake.pk, organisation=application.organisation_id
        )


def test_a_track_of_another_call_is_refused(drafted):
    application, by, intake = drafted
    with refused("other_call"):
        actions.begin(
            by=by, now=NOW, track=factories.make_track().pk, intake=intake.pk, organisation=application.organisation_id
        )


def test_one_per_organisation_is_kept_from_the_first_draft_on(drafted):
    application, by, intake = drafted
    rule = EligibilityRule.objects.create(
        track=application.track, kind="one_per_organisation", reference_date="deadline", position=1
    )
    given = {"track": application.track_id, "intake": intake.pk, "organisation": application.organisation_id}
    made = actions.begin(by=by, now=NOW, **given)
    with refused("already_begun"):
        actions.begin(by=by, now=NOW, **given)
    actions.withdraw(by=by, now=NOW, application=made.pk)
    actions.begin(by=by, now=NOW, **given)
    rule.delete()
    actions.begin(by=by, now=NOW, **given)  # and without the rule several may be begun


# --- save ---


def test_saving_keeps_known_parts_and_moves_the_version(drafted):
    application, by, _ = drafted
    row = actions.save(
        by=by, now=NOW, application=application.pk, version=1, title="New", sections={"why": "a\r\nb", "other": "x"}
    )
    assert (row.title, row.sections, row.version) == ("New", {"why": "a\nb"}, 2)


def test_two_editors_never_overwrite_each_other(drafted):
    application, by, _ = drafted
    actions.save(by=by, now=NOW, application=application.pk, version=1, title="First", sections={"why": "first"})
    with pytest.raises(Stale) as stale:
        actions.save(by=by, now=NOW, application=application.pk, version=1, title="Second", sections={"why": "second"})
    assert stale.value.facts == {"version": 2, "title": "First", "why": "first"}
    assert Application.objects.get(pk=application.pk).title == "First"


def test_strangers_staff_and_auditors_do_not_save(drafted):
    application, _, _ = drafted
    stranger = factories.actor(factories.make_member())
    given = {"now": NOW, "application": application.pk, "version": 1, "title": "x", "sections": {}}
    with refused("not_found"):
        actions.save(by=stranger, **given)
    with refused("not_found"):
        actions.save(by=factories.make_actor(Role.SCREENING_OFFICER), **given)  # staff see what was submitted
    with refused("not_allowed_for_role"):
        actions.save(by=factories.make_actor(Role.AUDITOR), **given)


# --- asks ---


def ask(application, **given) -> AskLine:
    code = application.asks.first().product.code
    return AskLine(**({"product": code, "quantity": 3, "least": 2, "first_month": "2026-06", "months": 2} | given))


def test_asks_are_replaced_and_checked(drafted):
    application, by, _ = drafted
    actions.set_asks(by=by, now=NOW, application=application.pk, version=1, asks=[ask(application)])
    row = application.asks.get()
    assert (row.quantity, row.least, row.first_month, row.months) == (3, 2, "2026-06", 2)
    given = {"by": by, "now": NOW, "application": application.pk}
    with refused("ask_out_of_range"):
        actions.set_asks(**given, version=2, asks=[ask(application, quantity=17)])
    with refused("ask_twice"):
        actions.set_asks(**given, version=2, asks=[ask(application), ask(application)])
    with pytest.raises(Stale):
        actions.set_asks(**given, version=1, asks=[ask(application)])
    assert application.asks.count() == 1


# --- files and consents ---


def test_files_are_attached_as_papers_and_removed(drafted):
    application, by, _ = drafted
    kind = factories.make_evidence_kind(application.track)
    given = {"by": by, "now": NOW, "application": application.pk, "file": make_file().pk, "name": "등기.pdf"}
    made = actions.attach(**given, evidence=kind.code, issued_on=date(2026, 3, 1))
    assert (made.evidence_id, made.issued_on) == (kind.pk, date(2026, 3, 1))
    with refused("paper_unknown"):
        actions.attach(**given, evidence="nothing")
    with refused("paper_from_future"):
        actions.attach(**given, evidence=kind.code, issued_on=date(2026, 4, 2))
    actions.remove_file(by=by, now=NOW, application=application.pk, attachment=made.pk)
    assert queries.attachments_in_use().count() == 0
    with pytest.raises(Stale):
        actions.remove_file(by=by, now=NOW, application=application.pk, attachment=made.pk)


def test_consents_are_accepted_one_by_one_with_person_and_time(drafted):
    application, by, _ = drafted
    required, optional = make_consent(application.track), make_consent(application.track, required=False)
    with refused("application_incomplete"):
        submit(application, by)
    for text in (required, required, optional):
        actions.accept_consent(by=by, now=NOW, application=application.pk, text=text.pk)
    assert application.consents.count() == 2
    assert set(application.consents.values_list("accepted_by", "accepted_at")) == {(by.person, NOW)}
    submit(application, by)
    with refused("consent_required"):
        actions.withdraw_consent(by=by, now=NOW, application=application.pk, text=required.pk)
    actions.withdraw_consent(by=by, now=NOW, application=application.pk, text=optional.pk)
    assert application.consents.filter(withdrawn_at__isnull=True).get().text == required


def test_a_consent_of_another_track_is_refused(drafted):
    application, by, _ = drafted
    with refused("consent_unknown"):
        actions.accept_consent(by=by, now=NOW, application=application.pk, text=make_consent(factories.make_track()).pk)


# --- submit ---


def test_a_submission_is_whole_and_immutable(drafted):
    application, by, intake = drafted
    actions.attach(by=by, now=NOW, application=application.pk, file=make_file().pk, name="plan.pdf")
    submission = submit(application, by)
    row = Application.objects.get(pk=application.pk)
    assert row.number == f"{intake.call.code.upper()}-1-00001"
    assert (row.state, row.in_force, row.submitted_at) == ("submitted", submission, NOW)
    assert submission.content_sha256 == content_hash(submission.content)
    assert submission.content["files"][0]["sha256"] == f"{1:064d}"
    assert submission.content["asks"][0]["quantity"] == 2
    assert SubmittedFile.objects.get().name == "plan.pdf"
    message = Message.objects.get(code="application_submitted")
    assert row.number in message.subject
    assert f"{1:064d}" in message.body


def test_sent_twice_gives_one_receipt(drafted):
    application, by, intake = drafted
    first, second = submit(application, by), submit(application, by)
    assert first == second
    assert (Submission.objects.count(), Message.objects.count()) == (1, 1)
    assert Intake.objects.get(pk=intake.pk).last_receipt == 1


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1)])
def test_the_deadline_is_half_open_and_a_late_attempt_is_on_record(drafted, late):
    application, by, intake = drafted
    with refused("intake_closed"):
        submit(application, by, intake.closes_at + late)
    assert LateAttempt.objects.get().attempted_at == intake.closes_at + late
    assert Application.objects.get(pk=application.pk).state == "draft"
    assert Intake.objects.get(pk=intake.pk).last_receipt == 0


def test_the_last_microsecond_is_in_time_worker_or_no_worker(drafted):
    application, by, intake = drafted
    Intake.objects.filter(pk=intake.pk).update(state="planned")
    assert submit(application, by, intake.closes_at - timedelta(microseconds=1)).number == 1
    assert not LateAttempt.objects.exists()


def test_an_incomplete_draft_stays_a_draft(drafted):
    application, by, intake = drafted
    actions.save(by=by, now=NOW, application=application.pk, version=1, title="", sections={"why": ""})
    with refused("application_incomplete") as caught:
        submit(application, by)
    assert caught.value.facts == {"count": 2}
    assert Intake.objects.get(pk=intake.pk).last_receipt == 0


def test_submitting_another_version_than_was_read_is_stale(drafted):
    application, by, _ = drafted
    actions.save(by=by, now=NOW, application=application.pk, version=1, title="New", sections={})
    with pytest.raises(Stale):
        actions.submit(by=by, now=NOW, application=application.pk, version=1)


def test_eligibility_is_judged_and_kept(drafted):
    application, by, _ = drafted
    rule = EligibilityRule.objects.create(
        track=application.track, kind="age_at_most", parameters={"years": 7}, reference_date="announcement", position=1
    )
    submit(application, by)
    check = EligibilityCheck.objects.get()
    assert (check.rule, check.passed, check.stage, check.judged_on) == (rule, True, "submission", date(2026, 3, 22))


def test_the_ineligible_are_told_why(drafted):
    application, by, _ = drafted
    EligibilityRule.objects.create(
        track=application.track, kind="no_overdue_report", reference_date="deadline", position=1
    )
    OwedReport.objects.create(
        organisation=application.organisation, title="2025", due_on=date(2026, 1, 31), noted_at=NOW,
        noted_by=factories.make_staff(),
    )  # fmt: skip
    with refused("not_eligible") as caught:
        submit(application, by)
    assert "1" in caught.value.facts["why"]
    assert not Submission.objects.exists()


def test_a_second_application_of_an_organisation_fails_where_one_is_allowed(drafted):
    application, by, intake = drafted
    submit(application, by)
    EligibilityRule.objects.create(
        track=application.track, kind="one_per_organisation", reference_date="deadline", position=1
    )
    other = factories.make_application(
        application.track, intake, organisation=application.organisation, created_by=application.created_by
    )
    with refused("not_eligible"):
        submit(other, by)


# --- reopen, withdraw ---


def test_reopening_leaves_the_last_submission_in_force(drafted):
    application, by, _ = drafted
    first = submit(application, by)
    actions.reopen(by=by, now=NOW, application=application.pk)
    actions.save(by=by, now=NOW, application=application.pk, version=3, title="Changed", sections={"why": "new"})
    row = Application.objects.get(pk=application.pk)
    assert (row.state, row.in_force, row.number) == ("reopened", first, f"{row.intake.call.code.upper()}-1-00001")
    second = submit(application, by, NOW + timedelta(minutes=1))
    assert (second.number, second.content["title"]) == (2, "Changed")
    row.refresh_from_db()
    assert (row.in_force, row.number) == (second, f"{row.intake.call.code.upper()}-1-00001")
    first.refresh_from_db()
    assert first.content["title"] == "과제"


def test_the_same_content_again_is_the_same_version(drafted):
    application, by, _ = drafted
    first = submit(application, by)
    actions.reopen(by=by, now=NOW, application=application.pk)
    assert submit(application, by, NOW + timedelta(minutes=1)) == first
    assert Application.objects.get(pk=application.pk).state == "submitted"


def test_a_submitted_application_is_not_edited_unless_reopened(drafted):
    application, by, intake = drafted
    submit(application, by)
    with refused("application_not_editable"):
        actions.save(by=by, now=NOW, application=application.pk, version=2, title="x", sections={})
    with refused("intake_closed"):
        actions.reopen(by=by, now=intake.closes_at, application=application.pk)


def test_withdrawing_is_for_good_and_mailed(drafted):
    application, by, _ = drafted
    submit(application, by)
    actions.withdraw(by=by, now=NOW, application=application.pk)
    assert Application.objects.get(pk=application.pk).state == "withdrawn"
    assert Message.objects.filter(code="application_withdrawn").count() == 1
    with refused("application_not_withdrawable"):
        actions.withdraw(by=by, now=NOW, application=application.pk)
    with refused("application_not_reopenable"):
        actions.reopen(by=by, now=NOW, application=application.pk)


# --- award, retention ---


def test_the_check_at_award_returns_what_fails_now():
    application = factories.make_submitted(state="eligible")
    for kind, parameters in (("running_awards_at_most", {"awards": 0}), ("outside_capital", {})):
        EligibilityRule.objects.create(
            track=application.track, kind=kind, parameters=parameters, reference_date="award", position=1
        )
    assert actions.recheck(now=NOW, application=application.pk) == []
    other = factories.make_submitted(organisation=application.organisation)
    factories.make_award(other)
    failed = actions.recheck(now=NOW, application=application.pk)
    assert [one.rule.kind for one in failed] == ["running_awards_at_most"]
    assert EligibilityCheck.objects.filter(stage="award").count() == 4
    assert actions.recheck(now=NOW, application=other.pk) == []  # its own award is not held against it


def test_old_drafts_are_destroyed_and_entered_in_the_register(drafted):
    application, _by, intake = drafted
    submitted = factories.make_submitted(application.track, intake)
    late = intake.closes_at + timedelta(days=90)
    assert actions.destroy_old_drafts(now=late) == 0  # no rule, no destruction
    seed_retention(by=factories.make_actor(Role.OPERATOR), now=NOW)
    assert actions.destroy_old_drafts(now=late - timedelta(seconds=1)) == 0
    assert actions.destroy_old_drafts(now=late) == 1
    assert list(Application.objects.all()) == [submitted]
    assert Destruction.objects.get().kind == "unsubmitted_draft"
