"""What is held back stays so: decisions before publication, drafts of calls, reviewers' names, files in conflict."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from factories import NOW, actor, make_submitted
from portal.access_world import make_world
from rounds import adopt, make_round, propose, publish

from madang.errors import Refused
from madang.portal.access import actions as access
from madang.portal.applications import actions as applications
from madang.portal.applications.models import SubmittedFile
from madang.portal.awards.models import Award
from madang.portal.decisions.models import Decision
from madang.portal.indicators import actions as indicators
from madang.portal.jobs import places
from madang.portal.outbox.models import Message
from madang.portal.people.models import Person
from madang.portal.plans.models import Plan
from madang.portal.resources.models import Pool
from madang.portal.reviews.models import ReviewAssignment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def bearer(person):
    made = access.create_token(by=actor(person), now=NOW, name="t", days=9)
    return {"Authorization": f"Bearer {made[1]}"}


def seen_by(client, person, headers, files, call, plan):
    """All that a person of an organisation can be answered about its application: pages and operations."""
    client.force_login(person)
    pk = files[0].pk
    pages = ["/", "/home/", "/applications/", f"/applications/{pk}/", f"/applications/{pk}/receipt/",
             f"/decisions/{pk}/",
             "/awards/", f"/calls/{call}/", f"/calls/{call}/results/", "/figures/", "/figures.json",
             "/figures/demand.csv", "/figures/capacity.csv", "/capacity/",
             "/me/", "/me/messages/", "/me/export/", "/me/held/",
             "/jobs/", "/jobs/new/", f"/plans/{plan}.json"]  # fmt: skip
    operations = ["applications", f"applications/{pk}", "decisions", "awards", f"calls/{call}", f"calls/{call}/results",
                  "figures", f"pools/{Pool.objects.get().code}/capacity", "jobs", f"plans/{plan}", "me"]  # fmt: skip
    answers = {url: client.get(url) for url in pages}
    answers |= {url: client.get(f"/api/v1/{url}", headers=headers) for url in operations}
    return {url: (answer.status_code, _text(answer)) for url, answer in answers.items()}


def _text(answer):
    """What an answer says; of an archive, its data."""
    if not answer.streaming:
        return answer.content.decode()
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).read("data.json").decode()


def test_an_applicant_sees_no_trace_of_a_decision_before_it_is_published(client):
    found = make_round([50, 40], funded=16)
    owner, call = found.owners[0], found.intake.call.code
    indicators.work_out(now=NOW)
    plan = propose(found)
    headers = bearer(owner)
    before = seen_by(client, owner, headers, found.files, call, plan.pk)
    adopt(found, plan)
    indicators.work_out(now=NOW)
    held = Award.objects.get(application=found.files[0])
    after = seen_by(client, owner, headers, found.files, call, plan.pk)
    assert after["/figures.json"] == before["/figures.json"]
    # only what tells of the person's own looking may differ
    own = {"/me/export/", "/me/"}
    differing = {url for url in after if after[url] != before[url] and url not in own}
    assert {url for url in differing if _plain(after[url][1]) != _plain(before[url][1])} == set()
    assert held.number not in json.dumps(after)
    for url in (f"awards/{held.number}", f"awards/{held.number}/usage", f"awards/{held.number}/agreement"):
        assert client.get(f"/api/v1/{url}", headers=bearer(owner)).status_code == 404, url
    assert client.get(f"/awards/{held.number}/").status_code == 404
    assert places.award(actor(owner), held.number) is None
    assert not Message.objects.filter(person=owner).exists()
    publish(found)
    assert client.get(f"/awards/{held.number}/").status_code == 200
    assert Message.objects.filter(person=owner).exists()


def _plain(text):
    """A page without what is fresh on every request."""
    lines = [line for line in text.splitlines() if "csrf" not in line and "idempotency" not in line]
    return "\n".join(lines)


def test_the_public_sees_a_plan_only_with_its_decisions(client):
    found = make_round([50])
    plan = propose(found)
    adopt(found, plan)
    for url in (f"/plans/{plan.pk}.json", f"/api/v1/plans/{plan.pk}"):
        assert client.get(url).status_code == 404
    publish(found)
    document = client.get(f"/api/v1/plans/{plan.pk}").content.decode()
    file = found.files[0]
    assert Plan.objects.get().result
    for secret in (file.organisation.name, file.title, file.number, file.organisation.registration_number):
        assert secret not in document


def test_nothing_is_offered_to_an_application_withdrawn_after_the_plan_was_adopted():
    found = make_round([50, 40], funded=32)
    adopt(found, propose(found))
    applications.withdraw(by=actor(found.owners[0]), now=NOW, application=found.files[0].pk)
    with pytest.raises(Refused, match="plan_outdated"):
        publish(found)
    assert not Decision.objects.filter(published_at__isnull=False).exists()


def test_a_reviewer_in_conflict_is_given_nothing_of_the_application(client):
    world = make_world()
    reviewer = world.people["conflicted"]
    sheet = ReviewAssignment.objects.get(reviewer__person=reviewer)
    file = SubmittedFile.objects.get(submission__application=sheet.application)
    client.force_login(reviewer)
    headers = {"Authorization": f"Bearer {world.secrets['conflicted']}"}
    for url in (f"/reviews/{sheet.pk}/", f"/reviews/{sheet.pk}/files/{file.pk}/", f"/applications/files/{file.pk}/",
                f"/applications/{sheet.application_id}/",
                f"/applications/{sheet.application_id}/receipt/"):  # fmt: skip
        assert client.get(url).status_code == 404, url
        assert client.post(url, {"purpose": "to look at it"}).status_code in {404, 405}, url
    for url in (f"reviews/{sheet.pk}", f"applications/{sheet.application_id}"):
        assert client.get(f"/api/v1/{url}", headers=headers).status_code == 404
    desk = client.get("/reviews/").content.decode()
    assert sheet.application.organisation.name not in desk
    assert sheet.application.title not in desk


def test_a_drafted_call_is_nowhere_for_those_who_do_not_work_there(client):
    world = make_world()
    code = world.places["draft"]["code"]
    for who in ("public", "stranger", "owner", "assigned"):
        client.logout()
        if world.people[who]:
            client.force_login(world.people[who])
        headers = {"Authorization": f"Bearer {world.secrets[who]}"} if who in world.secrets else {}
        for url in (
            f"/calls/{code}/",
            f"/calls/{code}/results/",
            f"/api/v1/calls/{code}",
            f"/api/v1/calls/{code}/results",
        ):
            assert client.get(url, headers=headers).status_code == 404, (who, url)
        for url in ("/", "/calls/", "/figures/", "/api/v1/calls"):
            assert code not in client.get(url, headers=headers).content.decode(), (who, url)


def test_applicants_never_read_a_reviewers_name(client):
    found = make_round([50])
    reviewer = ReviewAssignment.objects.get().reviewer
    Person.objects.filter(pk=reviewer.person_id).update(name="Known Reviewer", email="known@reviewer.example")
    plan = propose(found)
    adopt(found, plan)
    publish(found)
    answers = seen_by(client, found.owners[0], bearer(found.owners[0]), found.files, found.intake.call.code, plan.pk)
    for url, (_status, text) in answers.items():
        assert "Known Reviewer" not in text, url
        assert "known@reviewer.example" not in text, url
        assert reviewer.affiliation not in text, url
    texts = [row.subject + row.body for row in Message.objects.filter(person=found.owners[0])]
    assert not [text for text in texts if "Known Reviewer" in text]


SCRIPT = "<script>alert(1)</script>"


def test_free_text_is_shown_as_text(client):
    world = make_world()
    owner, file = world.people["owner"], make_submitted(title=SCRIPT, sections={"why": SCRIPT})
    file.organisation.memberships.create(person=owner, role="owner", joined_at=NOW)
    type(file.organisation).objects.filter(pk=file.organisation_id).update(name=SCRIPT)
    SubmittedFile.objects.create(
        submission=file.in_force, file=SubmittedFile.objects.first().file, name=f"{SCRIPT}.pdf"
    )
    pages = {"owner": ["/applications/", f"/applications/{file.pk}/", f"/applications/{file.pk}/receipt/",
                       "/organisations/",
                       f"/organisations/{file.organisation_id}/", "/home/"],
             "manager": [f"/staff/applications/{file.pk}/", f"/staff/intakes/{file.intake_id}/applications/",
                         f"/staff/applications/{file.pk}/reviews/", "/organisations/"]}  # fmt: skip
    for who, urls in pages.items():
        client.force_login(world.people[who])
        for url in urls:
            answer = client.get(url)
            assert answer.status_code == 200, url
            assert SCRIPT not in answer.content.decode(), url
