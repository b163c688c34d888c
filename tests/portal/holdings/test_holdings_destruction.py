"""Every kind of record ends when its period is over, by its destroyer, and the chain holds."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from factories import (
    NOW,
    make_assignment,
    make_award,
    make_job,
    make_member,
    make_organisation,
    make_person,
    make_reviewer,
    make_staff,
    make_submitted,
)

from madang.portal.actors import WORKER, MemberRole, Role
from madang.portal.agreements.models import Agreement, Signature, SignedPaper
from madang.portal.applications.models import (
    Application,
    Attachment,
    Consent,
    ScreeningQuestion,
    Submission,
    SubmittedFile,
)
from madang.portal.approvals.models import Approval
from madang.portal.awards.models import Award
from madang.portal.calls.models import ConsentText
from madang.portal.files import chores as files
from madang.portal.files.actions import store
from madang.portal.files.rules import EVERYTHING
from madang.portal.holdings import actions, chores, queries
from madang.portal.holdings.rules import IDLE_NOTICE, emptied
from madang.portal.journal import actions as journal
from madang.portal.journal import queries as journals
from madang.portal.journal.models import Destruction, RetentionRule
from madang.portal.outbox.models import Message
from madang.portal.people.models import ApiToken, Membership, Organisation, Person, StaffRole, Verdict
from madang.portal.reviews.models import Affiliation, CriterionPoints, DeclaredInterest, ReviewAssignment

DAY = timedelta(days=1)


@pytest.fixture
def rules(db):
    journal.seed_retention(by=WORKER, now=NOW)
    return {rule.kind: timedelta(days=rule.days) for rule in RetentionRule.objects.all()}


def destroy(kind, now):
    """As the chore does it, for one kind."""
    return actions.destroy(now=now, kind=kind, before=journals.due_before(kind, now))


def kept_then_destroyed(kind, began, rules):
    """Nothing is destroyed a day before the period is over, and one record a second after it."""
    assert destroy(kind, began + rules[kind] - DAY) == 0
    assert destroy(kind, began + rules[kind] + timedelta(seconds=1)) == 1
    assert destroy(kind, began + rules[kind] + timedelta(seconds=2)) == 0
    assert Destruction.objects.get(kind=kind).count == 1


# --- applications ---


def a_whole_application(**given):
    application = make_submitted(state="eligible", screening_comment="please see page 3", **given)
    stored = store(now=NOW, name="paper.txt", allowed=EVERYTHING, upload_chunks=[b"personal"])
    member = application.created_by
    Attachment.objects.create(application=application, file=stored, name="홍.txt", attached_by=member, attached_at=NOW)
    SubmittedFile.objects.create(submission=application.in_force, file=stored, name="홍.txt")
    text = ConsentText.objects.create(
        code=f"c{application.pk}", version=1, title_ko="동의", title_en="Consent", body_ko="가", body_en="a",
        refusal_ko="가", refusal_en="a", created_at=NOW,
    )  # fmt: skip
    Consent.objects.create(application=application, text=text, accepted_by=member, accepted_at=NOW)
    ScreeningQuestion.objects.create(
        application=application, asked_by=application.screened_by, asked_at=NOW, text="Who is Mr Hong?",
        answer_by=NOW + DAY, answer="Our engineer", answered_by=member, answered_at=NOW,
    )  # fmt: skip
    return application


def decided(application, at):
    type(application.intake).objects.filter(pk=application.intake_id).update(state="decided", decided_at=at)


def is_empty(application):
    row = Application.objects.get(pk=application.pk)
    content = Submission.objects.get(application=row).content
    question = ScreeningQuestion.objects.get(application=row)
    assert (row.sections, row.screening_comment, content["sections"], content["files"]) == ({}, "", {}, [])
    assert (question.text, question.answer) == ("", "")
    for table in (Attachment, Consent):
        assert not table.objects.filter(application=row).exists()
    assert not SubmittedFile.objects.filter(submission__application=row).exists()
    assert (row.number, row.title, content["title"]) == (application.number, application.title, application.title)
    assert content["asks"] == application.in_force.content["asks"]
    assert Submission.objects.get(application=row).content_sha256 == application.in_force.content_sha256


@pytest.mark.django_db
def test_an_application_not_selected_is_emptied_after_its_decision(rules):
    application, other = a_whole_application(), a_whole_application()
    decided(application, NOW)
    decided(other, NOW + 400 * DAY)
    kept_then_destroyed("application_not_awarded", NOW, rules)
    is_empty(application)
    assert Submission.objects.get(application=other).content["sections"] == {"why": "까닭"}


@pytest.mark.django_db
def test_an_application_selected_is_emptied_after_its_award(rules):
    application = a_whole_application()
    decided(application, NOW)
    award = make_award(application)
    assert destroy("application_not_awarded", NOW + 9000 * DAY) == 0
    assert destroy("application_awarded", NOW + 9000 * DAY) == 0  # the award goes on
    Award.objects.filter(pk=award.pk).update(state="ended", ended_at=NOW)
    kept_then_destroyed("application_awarded", NOW, rules)
    is_empty(application)


@pytest.mark.django_db
def test_an_application_whose_award_was_declined_counts_as_not_selected(rules):
    application = a_whole_application()
    decided(application, NOW)
    make_award(application, state="declined", in_force_at=None)
    kept_then_destroyed("application_not_awarded", NOW, rules)


@pytest.mark.django_db
def test_the_pages_of_an_emptied_application_still_answer(client, rules):
    application = a_whole_application()
    decided(application, NOW)
    destroy("application_not_awarded", NOW + rules["application_not_awarded"] + DAY)
    client.force_login(application.created_by)
    for url in (f"/applications/{application.pk}/", f"/applications/{application.pk}/receipt/", "/applications/"):
        assert client.get(url).status_code == 200, url
    client.force_login(make_staff(Role.SCREENING_OFFICER))
    assert client.get(f"/staff/applications/{application.pk}/").status_code == 200


@pytest.mark.django_db
def test_contents_that_nothing_points_to_go_from_the_disk_too(rules, settings):
    application = a_whole_application()
    decided(application, NOW)
    later = NOW + rules["application_not_awarded"] + 5 * DAY
    destroy("application_not_awarded", later)
    files.clear_away(later)
    assert [path for path in (settings.MADANG_HOME / "files").rglob("*") if path.is_file()] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"content": {"sections": {"why": "another reason"}}},
        {"content": {"destroyed": "2030-01-01"}, "content_sha256": "1" * 64},
        {"content": {"destroyed": "2030-01-01"}, "submitted_at": NOW + DAY},
        {"number": 2},
    ],
)
def test_a_submission_lets_no_other_change_through(change):
    row = make_submitted().in_force
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Submission.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Submission.objects.filter(pk=row.pk)._raw_delete("default")


@pytest.mark.django_db
def test_what_was_emptied_is_not_filled_again():
    row = make_submitted().in_force
    Submission.objects.filter(pk=row.pk).update(content=emptied(row.content, NOW))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Submission.objects.filter(pk=row.pk).update(content={"destroyed": "x", "sections": {"why": "made up"}})


# --- the other kinds ---


@pytest.mark.django_db
def test_reviewers_comments_go_and_their_points_stay(rules):
    sheet = make_assignment(make_submitted(state="eligible"), comment="weak", state="submitted", ended_at=NOW)
    criterion = sheet.application.track.criteria.first()
    CriterionPoints.objects.create(assignment=sheet, criterion=criterion, points=12, comment="thin")
    decided(sheet.application, NOW)
    kept_then_destroyed("review", NOW, rules)
    row = ReviewAssignment.objects.get()
    points = row.points.get()
    assert (row.comment, points.comment, points.points) == ("", "", 12)


@pytest.mark.django_db
def test_a_reviewers_affiliation_goes_after_the_last_sheet(rules):
    reviewer, organisation = make_reviewer(fields=["language"]), make_organisation()
    Affiliation.objects.create(reviewer=reviewer, organisation=organisation, since=date(2020, 1, 1))
    DeclaredInterest.objects.create(reviewer=reviewer, organisation=organisation, kind="other", declared_at=NOW)
    make_assignment(make_submitted(state="eligible"), reviewer, assigned_at=NOW + 100 * DAY, due_at=NOW + 110 * DAY)
    assert destroy("reviewer", NOW + 9000 * DAY) == 0  # still in the pool
    type(reviewer).objects.filter(pk=reviewer.pk).update(active=False)
    kept_then_destroyed("reviewer", NOW + 100 * DAY, rules)
    reviewer.refresh_from_db()
    assert (reviewer.affiliation, reviewer.fields) == ("", [])
    assert not Affiliation.objects.exists() and not DeclaredInterest.objects.exists()


@pytest.mark.django_db
def test_comments_on_approvals_go_and_the_approval_stays(rules):
    drafter, other = make_staff(Role.PROGRAMME_MANAGER), make_staff(Role.APPROVER)
    Approval.objects.create(
        kind="publish_call", subject=1, state="approved", drafted_by=drafter, drafted_at=NOW, draft_comment="for Hong",
        decided_by=other, decided_at=NOW, decision_comment="fine", document_number="D-1",
    )  # fmt: skip
    Approval.objects.create(kind="publish_call", subject=2, drafted_by=drafter, drafted_at=NOW, draft_comment="waits")
    kept_then_destroyed("approval", NOW, rules)
    row = Approval.objects.get(subject=1)
    assert (row.draft_comment, row.decision_comment, row.document_number) == ("", "", "D-1")
    assert Approval.objects.get(subject=2).draft_comment == "waits"


@pytest.mark.django_db
def test_an_agreement_keeps_its_hashes_when_its_text_goes(rules):
    award = make_award()
    agreement = Agreement.objects.create(
        award=award, version=1, text_ko="협약", text_en="Agreement", sha256="a" * 64, created_at=NOW, in_force_at=NOW
    )
    stored = store(now=NOW, name="signed.txt", allowed=EVERYTHING, upload_chunks=[b"signed by hand"])
    member, approver = award.application.created_by, make_staff(Role.APPROVER)
    SignedPaper.objects.create(
        agreement=agreement, file=stored, name="signed.pdf", state="confirmed", uploaded_by=member, uploaded_at=NOW,
        checked_by=approver, checked_at=NOW,
    )  # fmt: skip
    Signature.objects.create(
        agreement=agreement, side="user", method="signed_file", person=member, signed_at=NOW, signed_sha256="b" * 64,
        file=stored, checked_by=approver,
    )  # fmt: skip
    Award.objects.filter(pk=award.pk).update(state="ended", ended_at=NOW)
    kept_then_destroyed("agreement", NOW, rules)
    agreement.refresh_from_db()
    signature = Signature.objects.get()
    assert (agreement.text_ko, agreement.text_en, agreement.sha256) == ("", "", "a" * 64)
    assert (signature.file, signature.person, signature.signed_sha256) == (None, member, "b" * 64)
    assert not SignedPaper.objects.exists()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Signature.objects.update(person=approver)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Signature.objects.update(file=stored)


@pytest.mark.django_db
def test_a_jobs_name_and_command_go_after_its_files(rules):
    job = make_job(make_award(), name="for-hong", argv=["python", "hong.py"], state="succeeded", ended_at=NOW)
    assert destroy("job", NOW + 9000 * DAY) == 0  # its files are still there
    type(job).objects.filter(pk=job.pk).update(settled_at=NOW, cleared_at=NOW)
    kept_then_destroyed("job", NOW, rules)
    job.refresh_from_db()
    assert (job.name, job.argv) == (queries.EMPTIED_NAME, [])


@pytest.mark.django_db
def test_access_rights_that_ended_are_kept_and_then_go(rules):
    person, organisation = make_person(), make_organisation()
    Membership.objects.create(organisation=organisation, person=person, role="member", joined_at=NOW, left_at=NOW)
    make_member(organisation)
    StaffRole.objects.create(person=person, role="approver", granted_at=NOW, ended_at=NOW)
    make_staff(Role.APPROVER)
    kept_then_destroyed("membership", NOW, rules)
    kept_then_destroyed("staff_role", NOW, rules)
    assert (Membership.objects.count(), StaffRole.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_tokens_and_evidence_go(rules):
    person = make_person()
    ApiToken.objects.create(
        person=person, name="x", shown_start="mdg_", secret_hash="0" * 64, created_at=NOW, expires_at=NOW
    )
    kept_then_destroyed("api_token", NOW, rules)
    verdict = Verdict.objects.create(
        organisation=make_organisation(), attribute="young_firm", holds=True, evidence="Mr Hong was born late",
        checked_by=make_staff(Role.PROGRAMME_MANAGER), checked_at=NOW, valid_from=date(2026, 1, 1),
        valid_until=NOW.date(),
    )  # fmt: skip
    kept_then_destroyed("verdict", NOW + DAY, rules)
    verdict.refresh_from_db()
    assert (verdict.evidence, verdict.holds) == ("", True)


# --- accounts that lie idle ---


@pytest.mark.django_db
def test_an_idle_account_is_told_of_and_erased_unless_its_person_comes_back(rules):
    idle, back = make_person(), make_person()
    assert chores.erase_idle(NOW + 9000 * DAY) == 0  # nobody was told
    told = NOW + rules["account"] - IDLE_NOTICE + DAY
    assert chores.tell_idle(told - 2 * DAY) == 0
    assert chores.tell_idle(told) == 2
    assert chores.tell_idle(told + DAY) == 0
    assert set(Message.objects.values_list("code", flat=True)) == {"account_idle"}
    Person.objects.filter(pk=back.pk).update(last_login=told + DAY)
    assert chores.erase_idle(told + IDLE_NOTICE - DAY) == 0
    assert chores.erase_idle(told + IDLE_NOTICE + DAY) == 1
    assert list(Person.objects.filter(erased_at__isnull=False)) == [idle]
    assert Destruction.objects.get(kind="account").count == 1


@pytest.mark.django_db
def test_an_account_that_somebody_needs_is_never_idle(rules):
    make_member()  # the only owner
    make_staff(Role.AUDITOR)
    make_assignment(make_submitted(state="eligible", created_by=make_member()))
    program = make_person()
    ApiToken.objects.create(
        person=program, name="x", shown_start="mdg_", secret_hash="0" * 64, created_at=NOW,
        expires_at=NOW + 9000 * DAY, last_used_on=(NOW + 2999 * DAY).date(),
    )  # fmt: skip
    found = set(queries.idle(NOW + 2900 * DAY))
    owners = set(Person.objects.filter(memberships__role=MemberRole.OWNER))
    staff = set(Person.objects.filter(staff_roles__isnull=False))
    assert not found & (owners | staff | {program})
    assert Organisation.objects.exists() and found <= set(Person.objects.all())


# --- all of it ---


@pytest.mark.django_db
def test_the_chain_holds_after_everything_was_destroyed_and_its_person_erased(rules):
    application = a_whole_application()
    make_member(application.organisation)
    decided(application, NOW)
    make_assignment(application, comment="weak")
    journal.seal(now=NOW)
    late = NOW + 9000 * DAY
    assert chores.destroy_due(late) >= 2
    actions.erase(by=WORKER, now=late, person=application.created_by_id)
    journal.seal(now=late)
    assert journals.verify() is None
    assert Submission.objects.get(application=application).content["destroyed"] == late.date().isoformat()


@pytest.mark.django_db
def test_a_kind_without_a_rule_is_kept():
    application = a_whole_application()
    decided(application, NOW)
    assert chores.destroy_due(NOW + 9000 * DAY) == 0
