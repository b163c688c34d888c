"""The public's pages of calls, and the editor with which an official writes one and hands it over."""

from __future__ import annotations

from datetime import timedelta

import factories
import pytest

from madang.portal.actors import Role
from madang.portal.approvals.models import Approval
from madang.portal.calls.models import Call, ConsentText, CorrectionNotice, EligibilityRule, Intake, TrackConsent
from madang.portal.outbox.models import Message

pytestmark = pytest.mark.django_db
NOW = factories.NOW


@pytest.fixture(autouse=True)
def _at_now(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def manager(client):
    person = factories.make_staff(Role.PROGRAMME_MANAGER)
    client.force_login(person)
    return client


def full_call(tracks: int = 1):
    """A published call with everything on its tracks, and one correction notice."""
    call = factories.make_call()
    factories.make_intake(call)
    for n in range(tracks):
        track = factories.make_track(call)
        factories.make_evidence_kind(track)
        EligibilityRule.objects.create(
            track=track, kind="age_at_most", parameters={"years": 7}, reference_date="deadline", position=1
        )
        text = ConsentText.objects.create(
            code=f"c{n}-{track.pk}", version=1, title_ko="동의", title_en="Consent", body_ko="글", body_en="Text",
            refusal_ko="거부", refusal_en="Refusal", created_at=NOW,
        )  # fmt: skip
        TrackConsent.objects.create(track=track, text=text, position=1)
    CorrectionNotice.objects.create(
        call=call, number=1, field="intake.1.closes_at", old="2026-04-08T03:00:00+00:00",
        new="2026-04-11T03:00:00+00:00", reason_ko="장애", reason_en="Outage", published_at=NOW,
        published_by=call.drafted_by,
    )  # fmt: skip
    return call


@pytest.mark.parametrize("language", ["ko", "en"])
def test_everyone_reads_a_published_call(client, language):
    call = full_call()
    answer = client.get(f"/calls/{call.code}/", headers={"accept-language": language})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "(KST)" in page
    assert "2026" in page
    assert (call.title_ko if language == "ko" else call.title_en) in page
    assert ("장애" if language == "ko" else "Outage") in page


def test_drafts_do_not_exist_for_the_public(client):
    call = factories.make_call(state="draft")
    assert client.get(f"/calls/{call.code}/").status_code == 404
    assert call.title_ko not in client.get("/calls/").content.decode()
    assert client.get(f"/staff/calls/{call.code}/").status_code == 302
    client.force_login(factories.make_member())
    assert client.get(f"/staff/calls/{call.code}/").status_code == 404
    assert client.get(f"/calls/{call.code}/").status_code == 404


def test_the_list_groups_by_the_clock(client):
    call, coming, past = (factories.make_call() for _ in range(3))
    factories.make_intake(call, state="planned")
    factories.make_intake(coming, state="planned", opens_at=NOW + timedelta(days=1))
    factories.make_intake(past, opens_at=NOW - timedelta(days=9), closes_at=NOW, state="open")
    groups = client.get("/calls/").context["groups"]
    assert {name: [row[0] for row in rows] for name, rows in groups.items()} == {
        "open": [call],
        "coming": [coming],
        "past": [past],
    }


@pytest.mark.parametrize("tracks", [1, 3])
def test_a_call_takes_a_constant_number_of_queries(client, django_assert_num_queries, tracks):
    call = full_call(tracks)
    client.get("/calls/")
    with django_assert_num_queries(18):
        client.get(f"/calls/{call.code}/")


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_a_constant_number_of_queries(client, django_assert_num_queries, number):
    for _ in range(number):
        full_call()
    with django_assert_num_queries(3):
        client.get("/calls/")


def post(client, url, **given):
    answer = client.post(url, given)
    assert answer.status_code == 302, answer.content.decode()
    return answer


def test_an_official_writes_a_call_from_a_blank_and_another_publishes_it(manager, client):
    product = factories.make_product()
    given = {"title_ko": "정기모집", "title_en": "Regular call", "summary_ko": "요약", "summary_en": "Summary"}
    post(manager, "/staff/calls/new/", code="r-2026", kind="regular", **given)
    base = "/staff/calls/r-2026"
    assert manager.get(f"{base}/").status_code == 200
    post(
        manager, f"{base}/intakes/new/", opens_at="2026-04-02T09:00", closes_at="2026-04-20T18:00",
        review_due_at="2026-05-10T18:00", decision_due_at="2026-05-20T18:00", accept_days=7, objection_days=14,
        version=1,
    )  # fmt: skip
    track = {"code": "gpu", "title_ko": "분야", "title_en": "Track", "first_month": "2026-06", "last_month": "2026-09"}
    track |= {
        "minimum_months": 1,
        "minimum_points": 60,
        "stacking": "best",
        "reviews_wanted": 3,
        "score_rule": "trimmed",
        **{"document_weight": 1, "presentation_weight": 1, "on_site_weight": 0, "quorum_percent": 50},
        **{"bonus_most": 5, "penalty_most": 0, "claims_most": 0, "peer_groups": 0, "grace_days": 0},
        "conflict_rules": "international",
    }
    post(manager, f"{base}/tracks/new/", **track, version=2)
    post(manager, f"{base}/tracks/gpu/products/", product=product.code, minimum=1, maximum=8, version=3)
    criterion = {"title_ko": "타당성", "title_en": "Merit", "points": 100, "minimum_points": 40, "required": "on"}
    post(manager, f"{base}/tracks/gpu/criteria/", **criterion, version=4)
    rule = {"kind": "organisation_kind", "reference_date": "deadline", "kinds": ["company", "university"]}
    post(manager, f"{base}/tracks/gpu/rules/", **rule, version=5)
    intake = Intake.objects.get()
    assert intake.objection_days == 14
    assert intake.closes_at.isoformat() == "2026-04-20T09:00:00+00:00"  # 18:00 in Seoul
    assert "100" in manager.get(f"{base}/tracks/gpu/criteria/").content.decode()
    post(manager, f"{base}/hand-over/", comment="Please", version=6)
    assert manager.post(f"{base}/basics/", {"version": 7, "kind": "regular", **given}).status_code == 422

    assert manager.post(f"{base}/approval/", {"publish": "1", "document_number": "1"}).status_code == 422
    client.force_login(factories.make_staff(Role.APPROVER))
    page = client.get(f"{base}/approval/").content.decode()
    assert "Regular call" in page
    assert client.post(f"{base}/approval/", {"publish": "1"}).status_code == 422  # no document number
    post(client, f"{base}/approval/", publish="1", document_number="AI-2026-17")
    call = Call.objects.get()
    assert (call.state, call.published_at) == ("published", NOW)
    assert Approval.objects.get().document_number == "AI-2026-17"
    client.logout()
    assert client.get("/calls/r-2026/").status_code == 200


def test_two_drafters_never_overwrite_each_other(manager):
    call = factories.make_call(state="draft")
    given = {"kind": "regular", "title_ko": "가", "title_en": "A", "summary_ko": "나", "summary_en": "B"}
    post(manager, f"/staff/calls/{call.code}/basics/", **given, version=1)
    answer = manager.post(f"/staff/calls/{call.code}/basics/", {**given, "title_en": "Other", "version": 1})
    assert answer.status_code == 422
    assert "Other" in answer.content.decode()  # what was typed is not lost
    assert Call.objects.get().title_en == "A"


def test_entries_are_changed_moved_and_taken_out(manager):
    call = factories.make_call(state="draft")
    track = factories.make_track(call)
    base = f"/staff/calls/{call.code}/tracks/{track.code}/criteria/"
    given = {
        "code": "plan",
        "title_ko": "계획",
        "title_en": "Planning",
        "points": 30,
        "minimum_points": 0,
        "required": "on",
    }
    assert "Plan" in manager.get(f"{base}?change=plan").content.decode()
    post(manager, f"{base}?change=plan", **given, version=1)
    post(manager, f"{base}act/", up="plan", version=2)
    track = call.tracks.get()
    assert list(track.criteria.order_by("position").values_list("code", "points")) == [("plan", 30), ("merit", 60)]
    post(manager, f"{base}act/", remove="merit", version=3)
    assert call.tracks.get().criteria.count() == 1
    answer = manager.post(base, {**given, "code": "again", "points": 10, "minimum_points": 11, "version": 4})
    assert answer.status_code == 422


def test_every_part_has_its_page(manager):
    call = factories.make_call(state="draft")
    track = factories.make_track(call)
    factories.make_evidence_kind(track)
    EligibilityRule.objects.create(track=track, kind="region", parameters={"regions": ["x"]}, reference_date="award",
                                   position=1)  # fmt: skip
    for part in ("products", "criteria", "sections", "rules", "evidence", "consents"):
        assert manager.get(f"/staff/calls/{call.code}/tracks/{track.code}/{part}/").status_code == 200
    assert manager.get(f"/staff/calls/{call.code}/tracks/{track.code}/other/").status_code == 404
    for page in ("basics", "intakes/new", f"tracks/{track.code}", "hand-over", "approval", "copy"):
        assert manager.get(f"/staff/calls/{call.code}/{page}/").status_code == 200


def test_only_drafters_write_and_auditors_read(client):
    call = factories.make_call(state="draft")
    for role, edit, basics in ((Role.AUDITOR, 200, 404), (Role.SCREENING_OFFICER, 200, 404)):
        client.force_login(factories.make_staff(role))
        assert client.get(f"/staff/calls/{call.code}/").status_code == edit
        assert client.get(f"/staff/calls/{call.code}/basics/").status_code == basics


def test_a_copy_brings_the_tracks_without_the_dates(manager):
    call = full_call()
    post(manager, f"/staff/calls/{call.code}/copy/", code="again", title_ko="다시", title_en="Again")
    made = Call.objects.get(code="again")
    assert (made.state, made.intakes.count(), made.tracks.count()) == ("draft", 0, 1)
    track = made.tracks.get()
    assert (track.criteria.count(), track.eligibility_rules.count(), track.consents.count()) == (2, 1, 1)


def test_a_correction_shows_old_and_new_and_is_mailed(manager, client):
    application = factories.make_application()
    call = application.intake.call
    base = f"/staff/calls/{call.code}/correct/"
    assert "intake.1.closes_at" in manager.get(base).content.decode()
    assert manager.get(f"{base}?field=call.code").status_code == 404
    given = {"reason_ko": "장애", "reason_en": "Outage", "version": call.version}
    url = f"{base}?field=intake.1.closes_at"
    assert manager.post(url, {**given, "new": "2026-04-11T11:59"}).status_code == 422  # sooner than published
    post(manager, url, **given, new="2026-04-15T18:00")
    application.intake.refresh_from_db()
    assert application.intake.closes_at.isoformat() == "2026-04-15T09:00:00+00:00"
    assert Message.objects.filter(code="call_corrected", person=application.created_by).count() == 1
    page = client.get(f"/calls/{call.code}/").content.decode()
    assert "<del>" in page
    assert "<ins>" in page


def test_consent_texts_get_versions(manager):
    given = {"code": "privacy", "title_ko": "동의", "title_en": "Consent", "body_ko": "글", "body_en": "Text"}
    given |= {"refusal_ko": "거부", "refusal_en": "Refusal"}
    post(manager, "/staff/consent-texts/new/", **given)
    post(manager, "/staff/consent-texts/new/", **given | {"body_en": "Other"})
    assert list(ConsentText.objects.order_by("version").values_list("version", "body_en")) == [
        (1, "Text"),
        (2, "Other"),
    ]
    assert manager.get("/staff/consent-texts/").status_code == 200


def test_intakes_are_run_from_the_call(manager):
    call = full_call()
    intake = call.intakes.get()
    page = manager.get(f"/staff/calls/{call.code}/manage/")
    assert page.status_code == 200
    post(manager, f"/staff/intakes/{intake.pk}/move/", to="screening")
    assert Intake.objects.get().state == "open"  # still takes applications
    Intake.objects.update(closes_at=NOW, opens_at=NOW - timedelta(days=1))
    post(manager, f"/staff/intakes/{intake.pk}/move/", to="screening")
    assert Intake.objects.get().state == "screening"


# --- API ---


def test_calls_are_public_in_the_api(client):
    call = full_call()
    factories.make_call(state="draft")
    listed = client.get("/api/v1/calls").json()
    assert [row["code"] for row in listed["items"]] == [call.code]
    assert listed["items"][0]["intakes"][0]["accepting"] is True
    whole = client.get(f"/api/v1/calls/{call.code}").json()
    assert whole["tracks"][0]["eligibility"][0]["kind"] == "age_at_most"
    assert whole["tracks"][0]["products"][0]["price_won"] is None
    assert whole["corrections"][0]["field"] == "intake.1.closes_at"
    assert client.get("/api/v1/calls/nothing").status_code == 404


def test_the_first_page_names_the_open_calls(client):
    call = full_call()
    assert f"/calls/{call.code}/" in client.get("/").content.decode()
