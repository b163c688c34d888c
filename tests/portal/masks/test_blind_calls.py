"""Nothing that a reviewer of a blind call can open, be sent or take away tells who applies; in an open call it does."""

from __future__ import annotations

import io
import zipfile

import pytest
from factories import NOW, actor, make_application, make_member, make_organisation
from portal.access_world import PEOPLE, World, make_world
from portal.api_calls import operations, sent
from portal.test_access_table import EXPECTED, PROMISED, address, undone
from portal.test_strangers import ROUTES

from madang.errors import Refused
from madang.portal.applications import contents, queries, uploads
from madang.portal.applications.models import Application, Submission, SubmittedFile
from madang.portal.calls.models import Call
from madang.portal.files.actions import store
from madang.portal.files.rules import EVERYTHING
from madang.portal.meetings import room
from madang.portal.meetings.models import Meeting, Minutes
from madang.portal.outbox.models import Message
from madang.portal.replies.models import Reply
from madang.portal.reviews import actions as reviews

pytestmark = pytest.mark.django_db

PLANTED = ("Quixotary", "퀵소터리", "Zebulon", "제불론", "4242424242", "424-24-24242")
WRITTEN = "Quixotary Labs (퀵소터리연구소) with Zebulon Quark, 제불론, 424-24-24242, zebulon@quixotary.example"
TELLING = {
    "review", "review-file", "reviews", "review-bids", "meeting", "meeting-room", "meeting-file",
    "get_review", "list_bids", "get_meeting_room",
}  # fmt: skip
SENT = {"review", "review-file", "review-bids", "meeting", "export-own"}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def planted_world() -> World:
    """The centre, with a reviewer's applications sent in by an organisation that writes its name everywhere."""
    world = make_world()
    Call.objects.update(blind=True)
    who = make_organisation(
        name="주식회사 퀵소터리연구소", name_en="Quixotary Labs Co., Ltd.", registration_number="4242424242"
    )
    owner = make_member(who, name="Zebulon Quark", email="zebulon@quixotary.example")
    make_member(who, name="제불론")
    reviewed = Application.objects.get(pk=world.places["submitted"]["pk"])
    asked = Application.objects.get(intake=world.places["review-bids"]["intake"])
    mine = Application.objects.filter(pk__in=[reviewed.pk, asked.pk])
    mine.update(organisation=who, created_by=owner, title=f"모형, {WRITTEN}", sections={"why": WRITTEN})
    plain, copy, paper = (
        store(now=NOW, name="a", allowed=EVERYTHING, upload_chunks=[text.encode()])
        for text in (WRITTEN, "a copy", f"{WRITTEN}, a paper")
    )
    for row in queries.whole(actor(world.people["auditor"])).filter(pk__in=[reviewed.pk, asked.pk]):
        content = contents.written(row) | {"files": [{"name": "Quixotary.pdf"}]}
        given = {"content": content, "content_sha256": "0" * 64, "submitted_by": owner, "submitted_at": NOW}
        made = Submission.objects.create(application=row, number=2, **given)
        Application.objects.filter(pk=row.pk).update(in_force=made)
        held = SubmittedFile.objects.create(submission=made, file=plain, cleaned=copy, name="Quixotary.pdf")
        if row.pk == reviewed.pk:
            world.places["review-file"] |= {"file": held.pk}
        # a copy without metadata of what shows by itself who applies is no use
        SubmittedFile.objects.create(submission=made, file=paper, name="Quixotary licence.pdf")
    Reply.objects.create(application=reviewed, text=WRITTEN, written_by=owner, written_at=NOW)
    closed = Meeting.objects.get(pk=world.places["meeting-minutes"]["meeting"])
    content = room.minutes(closed, room.room(closed, NOW))
    chair = closed.chair.person
    Minutes.objects.create(
        meeting=closed, number=2, content=content, sha256="d" * 64, approved_by=chair, approved_at=NOW
    )
    world.places["meeting-minutes"]["number"] = 2
    return world


def body(answer) -> str:
    """All that an answer says: its headers, its text, and what is packed into it."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    return str(answer.headers) + content.decode(errors="replace")


def told(text: str) -> bool:
    return any(name.casefold() in text.casefold() for name in PLANTED)


def leaks(client, world: World, names: set[str] | None = None) -> set[str]:
    """The names of pages and operations that tell the assigned reviewer who applies."""
    found = set()
    client.force_login(world.people["assigned"])
    column = PEOPLE.index("assigned")
    # what does not answer this person at all tells nothing; the tables of access are held elsewhere
    open_pages = {name for name, (get, post) in EXPECTED.items() if not {get[column], post[column]} <= set("nfxL")}
    for route, name in ROUTES:
        if name in (names or open_pages) and name != "log-out":
            url = address(world, route, name)
            asked = [client.get, *([lambda url: client.post(url, {"purpose": "to read it"})] if name in SENT else [])]
            if any(told(undone(lambda send=send, url=url: Kept(send(url))).text) for send in asked):
                found.add(name)
    for verb, path, name in operations():
        if verb == "get" and name in (names or PROMISED) and PROMISED[name][column] == "o":
            found |= {name} if told(body(sent(client, world, "assigned", verb, path, name))) else set()
    return found


class Kept:
    """An answer that was read, so that its request can be taken back."""

    streaming = False

    def __init__(self, answer):
        self.text = body(answer)


@pytest.mark.one_engine
def test_a_blind_call_tells_its_reviewers_nothing_of_who_applies_and_an_open_one_does(client):
    world = planted_world()
    assert leaks(client, world) == set()
    by = actor(world.people["assigned"])
    sheet = world.places["review"]["assignment"]
    page = client.get(address(world, "/<int:assignment>/", "review")).content.decode()
    assert "███" in page
    assert "licence" not in page
    Call.objects.update(blind=False)
    assert leaks(client, world, TELLING) == TELLING
    Call.objects.update(blind=True)
    # stepping back declares an interest towards an organisation that stays unnamed
    reviews.recuse(by=by, now=NOW, assignment=sheet, kind="advice")
    assert leaks(client, world, {"export-own", "held", "reviews", "list_reviews"}) == set()
    mails = Message.objects.filter(person=world.people["assigned"])
    assert not told("".join(str(vars(mail)) for mail in mails))


@pytest.mark.one_engine
def test_a_blind_call_takes_only_files_that_can_be_cleaned():
    application = make_application()
    Call.objects.update(blind=True)
    application.refresh_from_db()
    given = {"now": NOW, "name": "logo.png"}
    with pytest.raises(Refused) as caught:
        uploads.kept(application, chunks=[b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR cut"], evidence="", **given)
    assert caught.value.code == "file_not_cleanable"
    paper = uploads.kept(application, chunks=[b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR cut"], evidence="licence", **given)
    assert paper["cleaned"] is None
