"""Photos and manuals of facilities: cleaned, said in words, bounded, and nothing but what they claim to be."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from factories import NOW, make_actor, make_facility, make_staff
from portal.access_places import photo

from madang.errors import Refused
from madang.portal.actors import Role
from madang.portal.facilities import actions
from madang.portal.facilities.models import FacilityFile
from madang.portal.facilities.rules import FILES_MOST, FacilityFileKind
from madang.portal.files.actions import store
from madang.portal.files.rules import EVERYTHING

pytestmark = pytest.mark.django_db
WORDS = {"words_ko": "앞모습", "words_en": "From the front"}


def test_a_photo_is_added_seen_by_everybody_and_taken_away(client):
    car = make_facility()
    add = reverse("facility-file-new", args=[car.code])
    client.force_login(make_staff(Role.OPERATOR))
    wrong = [("photo", "a.pdf", b"%PDF-1.7 x"), ("photo", "a.png", b"%PDF-1.7 x"), ("manual", "a.png", b"x")]
    for kind, name, content in wrong:
        sent = {"kind": kind, "file": SimpleUploadedFile(name, content), **WORDS}
        assert client.post(add, sent).status_code == 422
    secret = photo()
    drawn = secret.read()
    traced = drawn[:33] + b"\0\0\0\x04tEXtHere\xa8\x8b\x1c\x8d" + drawn[33:]
    sent = {"kind": "photo", "file": SimpleUploadedFile("a.png", traced), **WORDS}
    assert client.post(add, sent).headers["Location"] == reverse("facility", args=[car.code])
    row = FacilityFile.objects.get()
    client.logout()
    shown = client.get(reverse("facility", args=[car.code]), headers={"accept-language": "en"}).content.decode()
    url = reverse("facility-file", args=[car.code, row.pk])
    assert f'src="{url}" alt="From the front"' in shown and "Take it away" not in shown
    answer = client.get(url)
    assert answer["Content-Type"] == "image/png" and answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == drawn
    client.force_login(make_staff(Role.OPERATOR))
    client.post(reverse("facility-file-remove", args=[car.code, row.pk]))
    assert not FacilityFile.objects.exists() and client.get(url).status_code == 404


def test_words_are_needed_and_there_is_a_most():
    car, by = make_facility(), make_actor(Role.OPERATOR)
    kept = store(now=NOW, name="a.png", allowed=EVERYTHING, upload_chunks=photo().chunks())
    given = {"by": by, "now": NOW, "facility": car.pk, "kind": FacilityFileKind.PHOTO, "file": kept, "file_name": "a"}
    with pytest.raises(Refused, match="facility_file_words_needed"):
        actions.add_file(**given, words_ko=" ", words_en="x")
    with pytest.raises(Refused, match="not_allowed_for_role"):
        actions.add_file(**given | {"by": make_actor(Role.AUDITOR)}, **WORDS)
    for _ in range(FILES_MOST):
        actions.add_file(**given, **WORDS)
    with pytest.raises(Refused, match="facility_files_full"):
        actions.add_file(**given, **WORDS)
