"""The page of a submitted version: who reads it, what it shows, and that nothing in it moves."""

from datetime import timedelta

import pytest
from factories import NOW, make_member, make_staff, make_submitted

from madang.portal.actors import Role
from madang.portal.applications.models import Application, Submission
from madang.portal.journal.models import Reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    """An application of three versions, the last in force, and its owner."""
    row = make_submitted()
    owner = make_member(row.organisation)
    first = row.in_force
    for number, why in ((2, "우리는 서버 8대가 필요합니다."), (3, "우리는 서버 8대가 꼭 필요합니다.")):
        content = {**first.content, "title": f"과제 {number}", "sections": {"why": why}}
        row.in_force = Submission.objects.create(
            application=row, number=number, content=content, content_sha256=f"{number}" * 64, submitted_by=owner,
            submitted_at=NOW + timedelta(hours=number),
        )  # fmt: skip
    Application.objects.filter(pk=row.pk).update(in_force=row.in_force)
    return row, owner


def test_every_version_can_be_read_with_what_changed(client, sent):
    row, owner = sent
    client.force_login(owner)
    client.cookies["madang_language"] = "en"
    page = client.get(f"/applications/{row.pk}/versions/3/").content.decode()
    assert "The version that counts" in page
    assert "What changed since version 2" in page
    assert '<ins><span class="unseen">added: </span>꼭 </ins>' in page
    assert "3" * 64 in page
    earlier = client.get(f"/applications/{row.pk}/versions/2/").content.decode()
    assert "The version that counts" not in earlier
    assert "2" * 64 in earlier
    assert "What changed" not in client.get(f"/applications/{row.pk}/versions/1/").content.decode()
    assert client.get(f"/applications/{row.pk}/versions/4/").status_code == 404
    assert f"/applications/{row.pk}/versions/3/" in client.get(f"/applications/{row.pk}/receipt/").content.decode()
    assert not Reading.objects.exists()


def test_staff_read_it_and_that_is_kept_and_strangers_find_nothing(client, sent):
    row, _ = sent
    url = f"/applications/{row.pk}/versions/2/"
    client.force_login(make_member())
    assert client.get(url).status_code == 404
    client.force_login(make_staff(Role.AUDITOR))
    assert client.get(url).status_code == 200
    assert Reading.objects.get(what="view", subject_kind="application").subject == str(row.pk)


@pytest.mark.parametrize("extra", [0, 3])
def test_the_page_costs_the_same_however_many_versions(client, sent, django_assert_num_queries, extra):
    row, owner = sent
    for number in range(4, 4 + extra):
        Submission.objects.create(
            application=row, number=number, content=row.in_force.content, content_sha256="9" * 64, submitted_by=owner,
            submitted_at=NOW,
        )  # fmt: skip
    client.force_login(owner)
    with django_assert_num_queries(11):
        assert client.get(f"/applications/{row.pk}/versions/2/").status_code == 200
