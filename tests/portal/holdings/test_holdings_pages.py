"""What a person sees and takes away of what is held of them, and how they are erased."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from factories import (
    NOW,
    actor,
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

from madang.portal.access import actions as access
from madang.portal.actors import WORKER, Role
from madang.portal.applications.models import Attachment
from madang.portal.approvals.models import Approval
from madang.portal.files.actions import store
from madang.portal.files.rules import EVERYTHING
from madang.portal.holdings import actions, erasures, showing
from madang.portal.idempotency.models import AnsweredRequest
from madang.portal.journal import actions as journal
from madang.portal.journal import queries as journals
from madang.portal.journal.models import JournalEntry
from madang.portal.people.models import LoginFailure, Person
from madang.portal.reviews.models import CriterionPoints, DeclaredInterest, ReviewAssignment

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules(db):
    journal.seed_retention(by=WORKER, now=NOW)


def a_member_with_work():
    """A person with an application that was awarded, its file, a job with a file, and an approval drafted elsewhere."""
    member = make_member(email="mine@test.example")
    organisation = member.memberships.get().organisation
    application = make_submitted(organisation=organisation, created_by=member, state="eligible")
    stored = store(now=NOW, name="plan.txt", allowed=EVERYTHING, upload_chunks=[b"our plan"])
    Attachment.objects.create(
        application=application, file=stored, name="계획서.txt", attached_by=member, attached_at=NOW
    )
    job = make_job(make_award(application), submitted_by=member, name="train-secret")
    return member, application, job


def opened(client) -> zipfile.ZipFile:
    answer = client.get("/me/export/")
    assert answer.headers["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_a_copy_holds_what_a_person_wrote_in_full_with_their_files(client, rules):
    member, application, _ = a_member_with_work()
    client.force_login(member)
    archive = opened(client)
    held = json.loads(archive.read("data.json"))
    assert held["person"]["email"] == "mine@test.example"
    assert held["applications_i_began"][0]["sections"] == {"why": "까닭"}
    assert held["applications_i_began"][0]["organisation"] == application.organisation.name
    assert [row["name"] for row in held["jobs_i_submitted"]] == ["train-secret"]
    assert held["versions_i_submitted"][0]["content"]["sections"] == {"why": "까닭"}
    listed = held["files"][0]
    assert archive.read(listed["name"]) == b"our plan" and listed["name"].endswith("계획서.txt")
    assert {"membership", "application_awarded", "job"} <= {row["kind"] for row in held["why_and_until_when"]}
    assert "password" not in json.dumps(held) and "secret_hash" not in json.dumps(held)
    assert JournalEntry.objects.filter(action="people.export", actor=member.pk).count() == 1


def test_a_copy_holds_no_secret_and_names_nobody_who_read(client, rules):
    organisation = make_organisation()
    person, other = make_member(organisation), make_member(organisation, name="남의이름")
    by = actor(person)
    secret = access.create_token(by=by, now=NOW, name="script", days=10)[1]
    auditor = make_staff(Role.AUDITOR, name="감사관")
    journal.read(by=actor(auditor), now=NOW, what="view", kind="person", subject=person.pk, whose=person.pk)
    client.force_login(person)
    text = opened(client).read("data.json").decode()
    held = json.loads(text)
    assert [row["organisation"] for row in held["memberships"]] == [organisation.name]
    assert [(row["roles"], "reader" in row) for row in held["who_opened_my_data"]] == [("auditor", False)]
    assert "access.create_token" in [row["action"] for row in held["what_i_did"]]
    for hidden in (other.name, auditor.name, secret, person.password):
        assert hidden not in text


def test_a_copy_holds_nothing_that_others_wrote(client, rules):
    a_member_with_work()
    officer = make_staff(Role.SCREENING_OFFICER)
    other = make_submitted(state="eligible", sections={"why": "somebody else's reason"})
    type(other).objects.filter(pk=other.pk).update(screened_by=officer, screening_comment="my own words")
    client.force_login(officer)
    text = opened(client).read("data.json").decode()
    assert "my own words" in text
    assert "somebody else's reason" not in text and "our plan" not in text


def test_a_reviewers_copy_holds_their_sheets(client, rules):
    reviewer = make_reviewer(affiliation="한너울대학교(가상)")
    sheet = make_assignment(make_submitted(state="eligible"), reviewer, comment="well argued")
    criterion = sheet.application.track.criteria.first()
    CriterionPoints.objects.create(assignment=sheet, criterion=criterion, points=50, comment="strong")
    client.force_login(reviewer.person)
    held = json.loads(opened(client).read("data.json"))
    assert held["reviews"][0]["comment"] == "well argued"
    assert (held["points_i_gave"][0]["points"], held["points_i_gave"][0]["comment"]) == (50, "strong")
    assert held["as_a_reviewer"][0]["affiliation"] == "한너울대학교(가상)"


def test_a_file_that_is_gone_is_named_and_not_the_end_of_the_copy(client, rules, settings):
    member, _, _ = a_member_with_work()
    for path in (settings.MADANG_HOME / "files").rglob("*"):
        if path.is_file():
            path.unlink()
    client.force_login(member)
    held = json.loads(opened(client).read("data.json"))
    assert held["files"][0]["left_out"]


def test_the_page_says_what_is_kept_why_and_until_when(client, rules):
    member, _, job = a_member_with_work()
    type(job).objects.filter(pk=job.pk).update(state="succeeded", ended_at=NOW)
    client.force_login(member)
    client.cookies["madang_language"] = "en"
    page = client.get("/me/held/").content.decode()
    assert "Input files, log and results of a job" in page and "2026-06-30" in page
    assert "destroyed 90 days after it ended" in page
    kept = {row.kind: row for row in showing.kept(member)}
    assert kept["job_files"].until == NOW + timedelta(days=90)
    assert kept["application_awarded"].until is None  # the award goes on
    assert kept["membership"].until is None


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_takes_a_fixed_number_of_queries(client, rules, django_assert_num_queries, count):
    member, application, _ = a_member_with_work()
    for _ in range(count):
        make_job(application.award, submitted_by=member)
    client.force_login(member)
    with django_assert_num_queries(37):
        client.get("/me/held/")


def test_a_reviewer_sees_the_own_records(rules):
    reviewer = make_reviewer()
    make_assignment(make_submitted(state="eligible"), reviewer, comment="well argued")
    kept = {row.kind: row for row in showing.kept(reviewer.person)}
    assert kept["review"].count == 1 and kept["review"].until is not None
    assert kept["reviewer"].until is None  # still in the pool
    type(reviewer).objects.filter(pk=reviewer.pk).update(active=False)
    kept = {row.kind: row for row in showing.kept(reviewer.person)}
    assert kept["reviewer"].until == NOW + timedelta(days=1095)


# --- erasing ---


def test_erasing_says_first_what_stays(client, rules):
    member, _, _ = a_member_with_work()
    make_member(member.memberships.get().organisation)
    client.force_login(member)
    client.cookies["madang_language"] = "en"
    page = client.get("/me/erase/").content.decode()
    assert "What stays, and until when" in page
    assert "Texts, files and consents of an application selected" in page
    assert "Text of a mail" not in page
    assert client.post("/me/erase/", {"email": "other@test.example"}).status_code == 422
    assert client.post("/me/erase/", {"email": "Mine@test.example"}).status_code == 302
    row = Person.objects.get(pk=member.pk)
    assert (row.email, row.name, row.is_active) == (None, "", False)


def test_erasing_takes_what_is_a_persons_alone_and_leaves_what_is_not(rules):
    reviewer = make_reviewer(affiliation="한너울대학교(가상)", fields=["language"])
    person, organisation = reviewer.person, make_organisation()
    DeclaredInterest.objects.create(
        reviewer=reviewer, organisation=organisation, kind="relative", note="my brother", declared_at=NOW
    )
    make_assignment(make_submitted(state="eligible"), reviewer, comment="well argued")
    AnsweredRequest.objects.create(person=person, key="k", request_digest="0" * 64, begun_at=NOW)
    LoginFailure.objects.create(digest=journal.digest(f"e-mail:{person.email}"), failed_at=NOW)
    drafter = make_staff(Role.PROGRAMME_MANAGER)
    Approval.objects.create(kind="publish_call", subject=1, drafted_by=drafter, drafted_at=NOW, draft_comment="because")
    operator = actor(make_staff(Role.OPERATOR))
    journal.seal(now=NOW)
    for one in (person, drafter):
        actions.erase(by=operator, now=NOW, person=one.pk)
    reviewer.refresh_from_db()
    assert (reviewer.affiliation, reviewer.fields, reviewer.active) == ("", [], False)
    assert DeclaredInterest.objects.values_list("note", "organisation").get() == ("", organisation.pk)
    assert not AnsweredRequest.objects.exists() and not LoginFailure.objects.exists()
    assert ReviewAssignment.objects.get().comment == "well argued"  # a ground of the decision
    assert Approval.objects.get().draft_comment == "because"
    journal.seal(now=NOW)
    assert journals.verify() is None


def test_only_oneself_and_an_operator_erase(client, rules):
    person, auditor = make_person(), make_staff(Role.AUDITOR)
    client.force_login(auditor)
    assert client.post(f"/staff/people/{person.pk}/erase/", {"email": person.email}).status_code == 404
    client.force_login(make_staff(Role.OPERATOR))
    assert client.get(f"/staff/people/{person.pk}/erase/").status_code == 200
    assert client.post(f"/staff/people/{person.pk}/erase/", {"email": person.email}).status_code == 302
    assert Person.objects.get(pk=person.pk).erased_at is not None


# --- the list that a restore applies ---


def test_who_was_erased_is_erased_again_after_a_restore(rules):
    person, stays = make_person(), make_person()
    actions.erase(by=WORKER, now=NOW, person=person.pk)
    assert erasures.write() == 1 and erasures.write() == 0
    # the restored database knows the person again, and a stranger under a number that the list does not mean
    Person.objects.filter(pk=person.pk).update(email="back@test.example", name="Back", is_active=True, erased_at=None)
    assert erasures.apply(erasures.place(), now=NOW) == 1
    assert Person.objects.get(pk=person.pk).name == "" and Person.objects.get(pk=stays.pk).name
    assert erasures.apply(erasures.place(), now=NOW) == 0
    Person.objects.filter(pk=person.pk).update(
        email="new@test.example", name="New", is_active=True, erased_at=None, created_at=NOW + timedelta(seconds=1)
    )
    assert erasures.apply(erasures.place(), now=NOW) == 0
