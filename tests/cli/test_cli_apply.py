"""`madang apply` against a served centre: template, refusals, draft, receipt, and going on after a broken try."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from factories import make_call, make_evidence_kind, make_intake, make_track

from madang.portal.applications.models import Application
from madang.portal.calls.models import ConsentText, TrackConsent

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080600000037c51e5a0000000a49444154789c6300010000050001"
    "0d0a2db40000000049454e44ae426082"
)


@pytest.fixture
def call(transactional_db):
    """A published call that takes applications at the moment of the test."""
    now = timezone.now()
    call = make_call(published_at=now - timedelta(days=9))
    make_intake(
        call, opens_at=now - timedelta(days=5), closes_at=now + timedelta(days=5),
        review_due_at=now + timedelta(days=20), decision_due_at=now + timedelta(days=30),
    )  # fmt: skip
    month = (now + timedelta(days=40)).strftime("%Y-%m")
    track = make_track(call, first_month=month, last_month=(now + timedelta(days=160)).strftime("%Y-%m"))
    make_evidence_kind(track, code="register", max_age_days=None, required=False)
    text = ConsentText.objects.create(
        code="pledge", version=1, title_ko="서약", title_en="Pledge", body_ko="사실만.", body_en="Only the truth.",
        refusal_ko="-", refusal_en="-", created_at=now,
    )  # fmt: skip
    TrackConsent.objects.create(track=track, text=text, required=True, position=1)
    return call


@pytest.fixture
def filled(logged_in, call, here):
    """A template that has been filled in, in a file with its attachment beside it."""
    template = logged_in("apply", "--template", call.code).json()
    assert template["sections"] == {"why": ""} and template["consents"] == []
    template.pop("organisation")
    assert template["consents_to_read"][0]["text"] == "Only the truth."
    template |= {"title": "소형 언어모델", "sections": {"why": "need"}, "consents": ["pledge"]}
    template["attachments"] = [{"file": "paper.png", "paper": "register"}]
    (here / "paper.png").write_bytes(PNG)
    path = here / "application.json"
    path.write_text(json.dumps(template))
    return path


def test_an_application_goes_from_its_template_to_the_receipt(logged_in, filled):
    draft = logged_in("apply", str(filled), "--draft", "--json")
    assert draft.status == 0, draft.err
    assert Application.objects.get().state == "draft"
    told = logged_in("apply", str(filled))
    assert told.status == 0, told.err
    application = Application.objects.get()
    assert application.state == "submitted" and application.number in told.out
    assert application.title == "소형 언어모델" and application.attachments.count() == 1
    assert hashlib.sha256(PNG).hexdigest() in told.out


def test_what_the_centre_refuses_is_its_own_word(logged_in, filled):
    content = json.loads(filled.read_text())
    filled.write_text(json.dumps({**content, "sections": {"why": "x" * 3000}}))
    told = logged_in("apply", str(filled))
    assert told.status == 2 and told.err and not told.out
    filled.write_text(json.dumps({**content, "asks": [{"product": "x"}]}))
    told = logged_in("apply", str(filled))
    assert told.status == 2 and "asks" in told.err
    assert not Application.objects.exclude(state="draft").exists()


def test_a_pledge_is_never_taken_for_granted(logged_in, filled):
    content = json.loads(filled.read_text())
    filled.write_text(json.dumps({**content, "consents": []}))
    told = logged_in("apply", str(filled))
    assert told.status == 2 and "pledge: Pledge\nOnly the truth." in told.err
    assert not Application.objects.exists()


def test_a_missing_file_or_call_is_said(logged_in, filled, here):
    (here / "paper.png").unlink()
    told = logged_in("apply", str(filled))
    assert told.status == 2 and "no file" in told.err
    assert logged_in("apply", "absent.json").status == 2
    assert logged_in("apply", "--template", "no-such-call").status == 2
    assert logged_in("apply").status == 2


def test_calls_are_listed_without_a_log_in_in_both_languages(run, live_server, call, monkeypatch):
    monkeypatch.setenv("MADANG_SERVER", live_server.url)
    told = run("calls")
    assert told.status == 0 and call.code in told.out and "takes applications" in told.out and call.title_en in told.out
    assert run("calls", "--json").json()[0]["code"] == call.code
    monkeypatch.setenv("MADANG_CLI_LANGUAGE", "ko")
    told = run("calls")
    assert call.title_ko in told.out and "신청 접수 중" in told.out
