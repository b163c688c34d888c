"""The applicant's editor, the receipt, downloads, and who sees what; and the officials' lists and screening."""

from __future__ import annotations

from datetime import timedelta

import factories
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from madang.portal.actors import Role
from madang.portal.applications.models import Application, Attachment, SubmittedFile
from madang.portal.calls.models import ConsentText, EligibilityRule, TrackConsent
from madang.portal.files.models import StoredFile
from madang.portal.journal.models import Reading
from madang.portal.people.models import Person
from madang.portal.screening.models import OwedReport

pytestmark = pytest.mark.django_db
NOW = factories.NOW
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture(autouse=True)
def _at_now(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def drafted(client):
    """A draft with everything that a track can ask for, its author logged in."""
    application = factories.make_application()
    track = application.track
    factories.make_evidence_kind(track, required=False)
    EligibilityRule.objects.create(
        track=track, kind="age_at_most", parameters={"years": 7}, reference_date="deadline", position=1
    )
    text = ConsentText.objects.create(
        code="privacy", version=1, title_ko="동의", title_en="Consent", body_ko="글", body_en="Text",
        refusal_ko="거부", refusal_en="Refusal", created_at=NOW,
    )  # fmt: skip
    TrackConsent.objects.create(track=track, text=text, position=1)
    client.force_login(application.created_by)
    return application


def go(client, url, **given):
    answer = client.post(url, given)
    assert answer.status_code == 302, answer.content.decode()
    return answer


def version(application) -> int:
    return Application.objects.get(pk=application.pk).version


@pytest.mark.parametrize("language", ["ko", "en"])
def test_an_applicant_writes_submits_and_gets_a_receipt(client, drafted, language):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    base = f"/applications/{drafted.pk}/"
    page = client.get(base)
    assert page.status_code == 200
    assert "checked" not in page.content.decode()  # no box is ticked beforehand
    go(client, f"{base}save/", **{"version": 1, "title": "Title", "section-why": "Because"})
    product = drafted.asks.get().product_id
    ask = {f"ask-{product}-quantity": 4, f"ask-{product}-least": 2}
    ask |= {f"ask-{product}-first_month": "2026-05", f"ask-{product}-months": 3, "version": 2}
    go(client, f"{base}asks/", **ask)
    file = SimpleUploadedFile("계획.pdf", PDF)
    go(client, f"{base}attach/", file=file, evidence="", issued_on="")
    text = drafted.track.consents.get().text_id
    go(client, f"{base}consents/{text}/")  # without a tick nothing is accepted
    assert drafted.consents.count() == 0
    go(client, f"{base}consents/{text}/", accept="yes")
    answer = go(client, f"{base}submit/", version=version(drafted))
    assert answer["Location"] == f"{base}receipt/"
    page = client.get(answer["Location"]).content.decode()
    row = Application.objects.get(pk=drafted.pk)
    assert row.number in page
    assert row.in_force.content_sha256 in page
    assert StoredFile.objects.get().sha256 in page
    assert "12:00:00" in page  # the second, in Seoul
    assert client.get("/applications/").status_code == 200
    assert client.get(base).status_code == 200


def test_a_second_editor_sees_both_texts_side_by_side(client, drafted):
    base = f"/applications/{drafted.pk}/"
    go(client, f"{base}save/", **{"version": 1, "title": "Theirs", "section-why": "their text"})
    answer = client.post(f"{base}save/", {"version": 1, "title": "Mine", "section-why": "my text"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "my text" in page
    assert "their text" in page
    go(client, f"{base}save/", **{"version": 2, "title": "Both", "section-why": "both"})
    assert Application.objects.get(pk=drafted.pk).title == "Both"


def test_saving_as_one_types_answers_with_the_new_version(client, drafted):
    base, headers = f"/applications/{drafted.pk}/", {"HX-Request": "true"}
    given = {"version": 1, "title": "T", "section-why": "a"}
    page = client.post(f"{base}save/", given, headers=headers).content.decode()
    assert 'id="id_version" value="2"' in page
    page = client.post(f"{base}save/", given, headers=headers).content.decode()
    assert "id_version" not in page  # stale: nothing saved, nothing overwritten


def test_wrong_files_are_refused_and_nothing_is_kept(client, drafted):
    base = f"/applications/{drafted.pk}/"
    answer = client.post(f"{base}attach/", {"file": SimpleUploadedFile("a.png", PDF), "evidence": ""})
    assert answer.status_code == 422
    assert not Attachment.objects.exists()


def test_wrong_asks_come_back_with_what_was_typed(client, drafted):
    product = drafted.asks.get().product_id
    ask = {f"ask-{product}-quantity": 99, f"ask-{product}-least": "", "version": 1}
    answer = client.post(f"/applications/{drafted.pk}/asks/", ask)
    assert answer.status_code == 422
    assert 'value="99"' in answer.content.decode()


def test_beginning_shows_who_may_apply_first(client, drafted):
    url = f"/applications/begin/{drafted.intake_id}/"
    assert client.get(url).status_code == 200
    chosen = {"organisation": drafted.organisation_id, "track": drafted.track_id}
    page = client.get(url, chosen)
    assert page.context["rules"][0].passed is True
    answer = go(client, url, **chosen, title="New")
    made = Application.objects.order_by("-pk").first()
    assert answer["Location"] == f"/applications/{made.pk}/"
    assert client.get(url, {**chosen, "organisation": factories.make_organisation().pk}).context["form"].errors


def test_strangers_see_nothing(client, drafted):
    client.force_login(factories.make_member())
    for page in ("", "receipt/", "withdraw/"):
        assert client.get(f"/applications/{drafted.pk}/{page}").status_code == 404
    for page in ("save/", "asks/", "attach/", "submit/", "reopen/"):
        assert client.post(f"/applications/{drafted.pk}/{page}").status_code == 404
    client.logout()
    assert client.get(f"/applications/{drafted.pk}/").status_code == 302


def test_withdrawing_asks_once_more(client, drafted):
    url = f"/applications/{drafted.pk}/withdraw/"
    assert client.get(url).status_code == 200
    assert Application.objects.get(pk=drafted.pk).state == "draft"
    go(client, url)
    assert Application.objects.get(pk=drafted.pk).state == "withdrawn"


def stored(submission) -> SubmittedFile:
    sha = "ab" + "0" * 62
    folder = settings.MADANG_HOME / "files" / "ab"
    folder.mkdir(parents=True)
    (folder / sha).write_bytes(PDF)
    file = StoredFile.objects.create(sha256=sha, size=len(PDF), media_type="application/pdf", stored_at=NOW)
    return SubmittedFile.objects.create(submission=submission, file=file, name="plan.pdf")


def test_a_download_by_staff_asks_why_and_is_kept(client):
    application = factories.make_submitted()
    file = stored(application.in_force)
    url = f"/applications/files/{file.pk}/"
    client.force_login(application.created_by)
    assert b"".join(client.get(url).streaming_content) == PDF
    officer = factories.make_staff(Role.SCREENING_OFFICER)
    client.force_login(officer)
    assert b"%PDF" not in client.get(url).content
    assert client.post(url, {"purpose": ""}).status_code == 422
    assert not Reading.objects.exists()
    answer = client.post(url, {"purpose": "screening"})
    assert b"".join(answer.streaming_content) == PDF
    reading = Reading.objects.get(what="download")
    assert (reading.reader, reading.purpose) == (officer.pk, "screening")
    client.force_login(factories.make_member())
    assert client.get(url).status_code == 404


def test_a_reviewer_reads_files_of_what_was_assigned_only_and_by_the_own_sheet(client):
    application = factories.make_submitted(state="eligible")
    file = stored(application.in_force)
    reviewer = factories.make_reviewer()
    client.force_login(reviewer.person)
    assert client.get(f"/applications/files/{file.pk}/").status_code == 404
    other = factories.make_assignment(application)
    assert client.get(f"/reviews/{other.pk}/files/{file.pk}/").status_code == 404
    sheet = factories.make_assignment(application, reviewer)
    assert client.get(f"/reviews/{sheet.pk}/files/{file.pk}/").status_code == 200
    # where no conflict of interest is looked at, nothing is opened
    assert client.get(f"/applications/files/{file.pk}/").status_code == 404


# --- officials ---


def listed(number: int):
    intake = factories.make_intake(state="screening", closes_at=NOW, opens_at=NOW - timedelta(days=3))
    track = factories.make_track(intake.call)
    return intake, [factories.make_submitted(track, intake) for _ in range(number)]


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_a_constant_number_of_queries(client, django_assert_num_queries, number):
    intake, _ = listed(number)
    client.force_login(factories.make_staff(Role.SCREENING_OFFICER))
    with django_assert_num_queries(12):
        assert client.get(f"/staff/intakes/{intake.pk}/applications/").status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_the_demand_takes_a_constant_number_of_queries(client, django_assert_num_queries, number):
    intake, rows = listed(number)
    pool = rows[0].asks.get().product.pool
    factories.make_pool_month(pool, "2026-05", physical=40, funded=20, committed=10)
    client.force_login(factories.make_staff(Role.PROGRAMME_MANAGER))
    with django_assert_num_queries(11):
        page = client.get(f"/staff/intakes/{intake.pk}/")
    line = page.context["demand"].lines[0]
    assert (line.month, line.asked, line.least, line.free) == ("2026-05", 16 * number, 8 * number, 10)
    assert line.short


def test_the_list_is_filtered_and_exported_with_a_purpose(client):
    intake, rows = listed(2)
    Application.objects.filter(pk=rows[0].pk).update(title="=cmd()")
    client.force_login(factories.make_staff(Role.SCREENING_OFFICER))
    url = f"/staff/intakes/{intake.pk}/applications/"
    assert len(client.get(url, {"q": rows[1].number}).context["page"].object_list) == 1
    assert len(client.get(url, {"kind": "university"}).context["page"].object_list) == 0
    export = f"/staff/intakes/{intake.pk}/export/"
    client.post(export, {"format": "csv"})
    assert not Reading.objects.filter(what="export").exists()
    body = client.post(export, {"format": "csv", "purpose": "check"}).content
    assert body.startswith(b"\xef\xbb\xbf")
    assert "'=cmd()" in body.decode("utf-8-sig")
    assert rows[1].organisation.registration_number in body.decode("utf-8-sig")
    assert client.post(export, {"format": "xlsx", "purpose": "check"}).content.startswith(b"PK")
    assert Reading.objects.filter(what="export", purpose="check").count() == 2


def test_screening_by_question_answer_and_verdict(client):
    _, (row,) = listed(1)
    officer = factories.make_staff(Role.SCREENING_OFFICER)
    base = f"/staff/applications/{row.pk}/"
    client.force_login(officer)
    page = client.get(base)
    until = timezone.localtime(page.wsgi_request.now + timedelta(hours=48))
    assert f'value="{until:%Y-%m-%dT%H:%M}"' in page.content.decode()
    assert Reading.objects.filter(what="view", reader=officer.pk).count() == 1
    go(client, f"{base}ask/", text="Which data?", answer_by="2026-04-05T18:00")
    assert client.post(f"{base}verdict/", {"version": row.version, "eligible": "1"}).status_code == 422  # still open
    question = row.questions.get()
    client.force_login(row.created_by)
    assert "Which data?" in client.get(f"/applications/{row.pk}/").content.decode()
    go(client, f"/applications/questions/{question.pk}/answer/", answer="Public data.")
    client.force_login(officer)
    assert client.post(f"{base}verdict/", {"version": row.version, "ineligible": "1"}).status_code == 422  # no reason
    go(client, f"{base}verdict/", version=row.version, eligible="1")
    row.refresh_from_db()
    assert (row.state, row.screened_by) == ("eligible", officer)
    go(client, f"{base}verdict/", version=row.version, reconsider="1")
    row.refresh_from_db()
    assert (row.state, row.screened_at) == ("submitted", None)


def test_an_answer_may_come_with_a_file_and_what_was_typed_survives_a_wrong_one(client):
    _, (row,) = listed(1)
    officer = factories.make_staff(Role.SCREENING_OFFICER)
    client.force_login(officer)
    go(client, f"/staff/applications/{row.pk}/ask/", text="Which data?", answer_by="2026-04-05T18:00")
    url = f"/applications/questions/{row.questions.get().pk}/"
    client.force_login(row.created_by)
    wrong = client.post(f"{url}answer/", {"answer": "Public data.", "file": SimpleUploadedFile("a.png", PDF)})
    assert wrong.status_code == 422
    assert "Public data.</textarea>" in wrong.content.decode()
    assert client.get(f"{url}file/").status_code == 404
    go(client, f"{url}answer/", answer="Public data.", file=SimpleUploadedFile("목록.pdf", PDF))
    assert f"{url}file/" in client.get(f"/applications/{row.pk}/").content.decode()
    assert b"".join(client.get(f"{url}file/").streaming_content) == PDF
    client.force_login(factories.make_member())
    assert client.get(f"{url}file/").status_code == 404
    client.force_login(officer)
    assert f"{url}file/" in client.get(f"/staff/applications/{row.pk}/").content.decode()
    assert client.post(f"{url}file/").status_code == 422
    assert b"".join(client.post(f"{url}file/", {"purpose": "screening"}).streaming_content) == PDF
    assert Reading.objects.filter(what="download", purpose="screening", reader=officer.pk).count() == 1


def test_auditors_read_and_change_nothing(client):
    _, (row,) = listed(1)
    client.force_login(factories.make_staff(Role.AUDITOR))
    assert client.get(f"/staff/applications/{row.pk}/").status_code == 200
    assert client.get("/staff/intakes/").status_code == 200
    assert client.post(f"/staff/applications/{row.pk}/ask/").status_code == 404
    assert client.post(f"/staff/applications/{row.pk}/verdict/").status_code == 404


def test_reports_owed_are_noted_and_received(client):
    organisation = factories.make_organisation()
    client.force_login(factories.make_staff(Role.SCREENING_OFFICER))
    number = organisation.registration_number
    written = f"{number[:3]}-{number[3:5]}-{number[5:]}"
    go(client, "/staff/reports/", number=written, title="Final report", due_on="2026-03-01")
    report = OwedReport.objects.get()
    assert report.organisation == organisation
    assert client.get("/staff/reports/").status_code == 200
    assert client.post(f"/staff/reports/{report.pk}/received/", {"received_on": "2026-04-02"}).status_code == 422
    go(client, f"/staff/reports/{report.pk}/received/", received_on="2026-04-01")
    assert OwedReport.objects.get().received_by == Person.objects.get(staff_roles__isnull=False)
