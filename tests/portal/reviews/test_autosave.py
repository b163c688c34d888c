"""What a script that saves a sheet while somebody types is answered."""

import pytest
from django.urls import reverse
from factories import NOW, make_assignment, make_submitted

pytestmark = pytest.mark.django_db


def test_a_script_saves_while_somebody_types_and_is_told_why_it_could_not(client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    row = make_assignment(make_submitted())
    url = reverse("review", args=[row.pk])
    client.force_login(row.reviewer.person)
    client.get(url)
    given = {"what": "autosave", "version": row.version, "comment": "half a sentence"}
    saved = client.post(url, given)
    assert (saved.status_code, saved.json()) == (200, {"version": row.version + 1})
    row.refresh_from_db()
    assert (row.comment, row.touched_at, row.worked_seconds) == ("half a sentence", NOW, 0)
    again = client.post(url, given | {"comment": "from another window"})
    assert again.status_code == 409
    assert again.json()["told"]
    first = client.get(url).context["form"].table[0]
    wrong = client.post(url, given | {"version": row.version, f"points_{first.code}": first.points + 1})
    assert wrong.status_code == 422
    row.refresh_from_db()
    assert row.comment == "half a sentence"
