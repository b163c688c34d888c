"""The operator's pages of the cluster and its API: a preview before anything is saved, and what was seen."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from factories import (
    NOW,
    actor,
    make_award,
    make_member,
    make_organisation,
    make_person,
    make_staff,
    make_submitted,
    make_unix_user,
)

from madang.portal.access import actions as access
from madang.portal.actors import Role
from madang.portal.cluster import bringing, queries
from madang.portal.cluster.models import ClusterChange, ClusterLook, JoinedAccount
from madang.portal.cluster.rules import ChangeState
from madang.portal.people.models import UnixUser

pytestmark = pytest.mark.django_db
DIGEST = "a" * 64


@pytest.fixture
def operator(client, monkeypatch):
    monkeypatch.setattr(bringing, "on_slurm", lambda: True)
    person = make_staff(Role.OPERATOR, language="en")
    client.force_login(person)
    client.cookies["madang_language"] = client.cookies["django_language"] = "en"
    return person


def seen(**given):
    notes = {"taken": ["md-a-9"], "busy": ["md-a-8"], "leftover": 2, "without_user": 1, "without_partition": ["b300"]}
    values = {"looked_at": NOW, "count": 3, "digest": DIGEST, "lines": ["+ account md-a-1", "~ qos x"], "notes": notes}
    return ClusterLook.objects.create(pk=queries.THE_LOOK, **{**values, **given})


def test_what_was_seen_is_shown_in_words(client, operator):
    assert "not been looked at" in client.get("/staff/cluster/").content.decode()
    seen(drift=[["changed", "qos md-a-1-h100 GrpTRES=gres/gpu=4"]])
    ClusterChange.objects.create(
        state=ChangeState.FAILED, digest=DIGEST, planned=3, steps=1, asked_at=NOW, ended_at=NOW, asked_by=operator,
        failure={"code": "slurm_step_refused", "facts": {"step": "+ qos", "said": "no"}},
    )  # fmt: skip
    page = client.get("/staff/cluster/").content.decode()
    for words in (
        "Changed by hand; applying sets it back", "qos md-a-1-h100", "+ account md-a-1", "and 1 more line",
        "md-a-9 is another", "md-a-8 should go", "2 things are no longer needed", "1 member of a running award",
        "The pool b300", "Slurm refused the step", f"/staff/cluster/{DIGEST}/",
    ):  # fmt: skip
        assert words in page, words
    client.cookies["django_language"] = client.cookies["madang_language"] = "ko"
    assert "직접 바뀐 항목" in client.get("/staff/cluster/", headers={"accept-language": "ko"}).content.decode()


def test_a_cluster_that_is_away_is_said(client, operator):
    seen(count=0, digest="", lines=[], notes={}, fault={"code": "cluster_away", "facts": {"said": "sacctmgr: gone"}})
    page = client.get("/staff/cluster/").content.decode()
    assert "The cluster does not answer: sacctmgr: gone" in page and "has all that" not in page


def test_applying_asks_first_and_is_for_what_was_seen(client, operator):
    seen()
    assert client.get(f"/staff/cluster/{'b' * 64}/").status_code == 404
    assert "Exactly these changes" in client.get(f"/staff/cluster/{DIGEST}/").content.decode()
    assert client.post(f"/staff/cluster/{DIGEST}/").status_code == 302
    change = ClusterChange.objects.get()
    assert (change.digest, change.planned, change.asked_by) == (DIGEST, 3, operator)
    page = client.get("/staff/cluster/").content.decode()
    assert "Going on" in page and f"/staff/cluster/{DIGEST}/" not in page
    client.post("/staff/cluster/")
    assert ClusterLook.objects.get().asked_at is not None


def test_a_list_is_shown_before_it_is_saved(client, operator):
    make_person(email="kim@test.example")
    file = SimpleUploadedFile("users.csv", b"email,user\nkim@test.example,kim01\n")
    page = client.post("/staff/unix-users/", {"what": "preview", "file": file}).content.decode()
    assert "kim01" in page and "New" in page and "Save these users" in page and not UnixUser.objects.exists()
    answer = client.post("/staff/unix-users/", {"what": "save", "text": "kim@test.example,kim01"})
    assert answer.status_code == 302 and UnixUser.objects.get().name == "kim01"
    assert "kim01" in client.get("/staff/unix-users/").content.decode()


@pytest.mark.parametrize("text", ["kim@test.example,root", "nobody@test.example,kim01", "kim@test.example", ""])
def test_a_list_with_a_fault_is_not_saved(client, operator, text):
    make_person(email="kim@test.example")
    answer = client.post("/staff/unix-users/", {"what": "save", "text": text})
    assert answer.status_code == 422 and not UnixUser.objects.exists()


def test_members_without_a_user_are_named(client, operator):
    organisation = make_organisation()
    lacking, has = make_member(organisation), make_member(organisation)
    make_unix_user(has)
    make_award(make_submitted(organisation=organisation, created_by=lacking, state="eligible"))
    page = client.get("/staff/unix-users/").content.decode()
    assert page.count(lacking.email) == 1 and f"<li>{has.email}" not in page


def test_accounts_of_others_are_shown_before_they_are_saved(client, operator):
    award = make_award(make_submitted(state="eligible"), state="in_force")
    text = f"account,award\nkimlab,{award.number}"
    page = client.post("/staff/cluster-accounts/", {"text": text, "what": "preview"}).content.decode()
    assert "kimlab" in page and "Save these accounts" in page and not JoinedAccount.objects.exists()
    assert client.post("/staff/cluster-accounts/", {"text": text, "what": "save"}).status_code == 302
    assert f"/awards/{award.number}/" in client.get("/staff/cluster-accounts/").content.decode()
    assert client.post("/staff/cluster-accounts/", {"text": "kimlab", "what": "save"}).status_code == 422
    assert client.post("/staff/cluster-accounts/kimlab/end/").status_code == 302
    assert JoinedAccount.objects.get().until is not None


def test_terms_of_an_award_are_set_on_its_page(client, operator):
    award = make_award(make_submitted(state="eligible"))
    assert f"/awards/{award.number}/cluster/" in client.get(f"/awards/{award.number}/").content.decode()
    answer = client.post(f"/awards/{award.number}/cluster/", {"hold": "target", "stop_percent": 120, "network": "on"})
    assert answer.status_code == 302
    award.refresh_from_db()
    terms = award.cluster_terms
    assert (terms.hold, terms.stop_percent, terms.network) == ("target", 120, True)
    assert client.post(f"/awards/{award.number}/cluster/", {"hold": "cap", "stop_percent": 99}).status_code == 422


def test_the_api_previews_saves_and_removes(client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    kim = make_person(email="kim@test.example")
    secret = access.create_token(by=actor(make_staff(Role.OPERATOR)), now=NOW, name="t", days=300)[1]
    given = {"content_type": "application/json", "headers": {"authorization": f"Bearer {secret}"}}
    body = [{"email": "Kim@test.example", "name": "kim01"}]
    found = client.put("/api/v1/unix-users?preview=true", body, **given).json()
    assert [one["fate"] for one in found] == ["new"] and not UnixUser.objects.exists()
    assert client.put("/api/v1/unix-users", body, **given).status_code == 200
    assert UnixUser.objects.get().person == kim
    assert client.put("/api/v1/unix-users", [body[0] | {"name": "root"}], **given).status_code == 422
    assert client.get("/api/v1/unix-users", **given).json()["items"][0]["name"] == "kim01"
    assert client.delete("/api/v1/unix-users/kim01", **given).status_code == 204
    assert client.get("/api/v1/cluster", **given).status_code == 404
