"""Applying from a script: begin, write, ask, attach, consent, submit, reopen, withdraw; and what strangers get."""

from __future__ import annotations

import json
from datetime import timedelta

import factories
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madang.portal.calls.models import ConsentText, TrackConsent
from madang.portal.people.models import ApiToken
from madang.portal.people.queries import secret_hash

pytestmark = pytest.mark.django_db
NOW = factories.NOW
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture(autouse=True)
def _at_now(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


class Caller:
    """A person's script with a token."""

    def __init__(self, client, person) -> None:
        secret = f"secret-{person.pk}"
        ApiToken.objects.create(
            person=person, name="t", shown_start="s", secret_hash=secret_hash(secret), created_at=NOW,
            expires_at=NOW + timedelta(days=1),
        )  # fmt: skip
        self.client, self.headers = client, {"authorization": f"Bearer {secret}"}

    def __call__(self, method: str, path: str, body: object = None):
        data = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(self.client, method)(f"/api/v1/{path}", headers=self.headers, **data)


def test_an_application_is_made_and_submitted_from_a_script(client):
    track = factories.make_track()
    intake = factories.make_intake(track.call)
    text = ConsentText.objects.create(
        code="privacy", version=1, title_ko="동의", title_en="Consent", body_ko="글", body_en="Text",
        refusal_ko="거부", refusal_en="Refusal", created_at=NOW,
    )  # fmt: skip
    TrackConsent.objects.create(track=track, text=text, position=1)
    organisation = factories.make_organisation()
    call = Caller(client, factories.make_member(organisation))
    begun = call("post", "applications", {"intake": intake.pk, "track": track.pk, "organisation": organisation.pk})
    assert begun.status_code == 201, begun.content
    base = f"applications/{begun.json()['id']}"
    saved = call("put", f"{base}/texts", {"version": 1, "title": "T", "sections": {"why": "x"}})
    assert saved.json()["version"] == 2
    stale = call("put", f"{base}/texts", {"version": 1, "title": "U", "sections": {"why": "y"}})
    assert (stale.status_code, stale.json()["present"]["title"]) == (409, "T")
    ask = {"product": track.products.get().product.code, "quantity": 2, "least": 1, "first_month": "2026-05"}
    asked = call("put", f"{base}/asks", {"version": 2, "asks": [{**ask, "months": 2}]})
    assert asked.json()["asks"][0]["quantity"] == 2
    file = {"file": SimpleUploadedFile("plan.pdf", PDF)}
    attached = client.post(f"/api/v1/{base}/attachments", file, headers=call.headers)
    assert (attached.status_code, attached.json()["name"]) == (201, "plan.pdf")
    incomplete = call("post", f"{base}/submit", {"version": 3})
    assert (incomplete.status_code, incomplete.json()["title"]) == (409, "application_incomplete")
    assert call("put", f"{base}/consents/{text.pk}").status_code == 204
    receipt = call("post", f"{base}/submit", {"version": 3}).json()
    assert receipt["number"].endswith("-00001")
    assert receipt["files"][0]["sha256"] == attached.json()["sha256"]
    assert call("post", f"{base}/submit", {"version": 3}).json() == receipt
    assert call("post", f"{base}/reopen").json()["state"] == "reopened"
    assert call("delete", f"{base}/attachments/{attached.json()['id']}").status_code == 204
    assert call("post", f"{base}/withdraw").json()["state"] == "withdrawn"
    assert call("get", "applications").json()["items"][0]["state"] == "withdrawn"


def test_strangers_get_404_and_nobody_401(client):
    row = factories.make_application()
    stranger = Caller(client, factories.make_member())
    for method, path in (("get", ""), ("post", "/reopen"), ("post", "/withdraw")):
        assert stranger(method, f"applications/{row.pk}{path}").status_code == 404
    assert stranger("get", f"applications/{2**70}").status_code == 404
    assert stranger("get", "applications").json()["items"] == []
    assert client.get("/api/v1/applications").status_code == 401


def test_the_application_page_takes_a_constant_number_of_queries(client):
    counts = []
    for asks in (1, 3):
        products = [factories.make_product() for _ in range(asks)]
        row = factories.make_application(factories.make_track(products=products))
        for product in products[1:]:
            row.asks.create(product=product, quantity=2, least=1, first_month="2026-05", months=3)
        client.force_login(row.created_by)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/applications/{row.pk}/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
