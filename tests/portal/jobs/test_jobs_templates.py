"""Job templates: what an organisation keeps is its people's to use, to change and to delete, and nobody else's."""

import pytest
from factories import NOW, actor, make_actor, make_job, make_job_template, make_member
from portal.jobs.conftest import make_paid

from madang.errors import Refused, Stale
from madang.portal.actors import Role
from madang.portal.jobs import templates
from madang.portal.jobs.models import JobTemplate
from madang.portal.jobs.rules import Shape, Terms
from madang.portal.jobs.templates import Filled
from madang.portal.journal.models import JournalEntry

FILLED = Filled("nightly", ["python3", "train.py"], "", Shape(0, 2, 512, 120), Terms(elements=3, requeue=True))


def saved(paid, filled=FILLED):
    return templates.add(by=paid.by, now=NOW, organisation=paid.award.organisation_id, filled=filled)


def test_a_template_is_kept_changed_and_deleted_each_with_one_line(paid):
    row = saved(paid)
    other = actor(make_member(paid.award.organisation))
    assert [one.name for one in templates.templates(other)] == ["nightly"]
    filled = Filled("weekly", ["true"], "", Shape(1, 1, 64, 1))
    templates.change(by=other, now=NOW, template=row, version=1, filled=filled)
    row = JobTemplate.objects.get()
    assert (row.name, row.gpus, row.array_count, row.version, row.saved_by_id) == ("weekly", 1, 1, 2, other.person)
    with pytest.raises(Stale):
        templates.change(by=paid.by, now=NOW, template=row, version=1, filled=FILLED)
    templates.delete(by=other, now=NOW, template=row)
    with pytest.raises(Stale):
        templates.delete(by=other, now=NOW, template=row)
    deeds = list(
        JournalEntry.objects.filter(subject_kind="job_template").order_by("pk").values_list("action", flat=True)
    )
    assert deeds == ["jobs.save_template", "jobs.change_template", "jobs.delete_template"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": ""}, "job_name"),
        ({"argv": []}, "job_command"),
        ({"environment": "nowhere"}, "environment_unknown"),
        ({"shape": Shape(0, 0, 512, 120)}, "job_cores"),
        ({"shape": Shape(5000, 1, 512, 120)}, "job_gpus"),
        ({"terms": Terms(priority=1001)}, "job_priority"),
        ({"terms": Terms(checkpoint_seconds=120)}, "job_checkpoint_seconds"),
    ],
)
def test_what_no_job_could_ask_for_is_not_kept(paid, changes, code):
    values = {"name": "x", "argv": ["true"], "environment": "", "shape": Shape(0, 1, 512, 120)} | changes
    with pytest.raises(Refused, match=code):
        saved(paid, Filled(**values))
    assert not JobTemplate.objects.exists()


def test_a_name_is_one_templates_within_an_organisation(paid, db):
    row = saved(paid)
    with pytest.raises(Refused, match="job_template_named"):
        saved(paid)
    second = saved(paid, Filled("other", ["true"], "", FILLED.shape))
    with pytest.raises(Refused, match="job_template_named"):
        templates.change(by=paid.by, now=NOW, template=second, version=1, filled=FILLED)
    assert saved(make_paid()).name == row.name


def test_there_is_an_end_to_templates(paid, monkeypatch):
    monkeypatch.setattr(templates, "MOST", 1)
    saved(paid)
    with pytest.raises(Refused, match="job_templates_full"):
        saved(paid, Filled("another", ["true"], "", FILLED.shape))


def test_another_organisation_and_staff_have_nothing_to_do_with_it(paid):
    row = saved(paid)
    for by in (make_paid().by, make_actor(Role.OPERATOR), make_actor(Role.AUDITOR)):
        assert not templates.templates(by).exists()
        for act in (
            lambda by=by: templates.add(by=by, now=NOW, organisation=row.organisation_id, filled=FILLED),
            lambda by=by: templates.change(by=by, now=NOW, template=row, version=1, filled=FILLED),
            lambda by=by: templates.delete(by=by, now=NOW, template=row),
        ):
            with pytest.raises(Refused, match="not_allowed_for_role"):
                act()


def test_a_job_is_kept_as_a_template_that_fills_in_the_next(client, machine, paid, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    job = make_job(paid.award, submitted_by=paid.owner, argv=["python3", "a b.py"], cores=2, memory_mb=1500, priority=4)
    client.force_login(paid.owner)
    client.cookies["madang_language"] = "en"
    assert "Save as template" in client.get(f"/jobs/{job.pk}/").content.decode()
    assert client.post(f"/jobs/{job.pk}/save/", {"name": "nightly"}).status_code == 302
    assert client.post(f"/jobs/{job.pk}/save/", {"name": "nightly"}).status_code == 422
    row = JobTemplate.objects.get()
    assert "nightly" in client.get("/jobs/templates/").content.decode()
    page = client.get(f"/jobs/new/?template={row.pk}").content.decode()
    assert "python3 &#x27;a b.py&#x27;" in page and 'value="nightly"' in page
    given = {"name": "weekly", "command": "true", "gpus": 0, "cores": 1, "memory_gib": 2, "minutes": 5, "elements": 2}
    given |= {"priority": 0, "checkpoint_seconds": 0, "version": 1}
    assert client.post(f"/jobs/templates/{row.pk}/", given | {"minutes": 0}).status_code == 422
    assert client.post(f"/jobs/templates/{row.pk}/", given).status_code == 302
    assert client.post(f"/jobs/templates/{row.pk}/", given).status_code == 422  # it has moved on
    row = JobTemplate.objects.get()
    assert (row.name, row.argv, row.memory_mb, row.wall_seconds, row.array_count) == ("weekly", ["true"], 2048, 300, 2)
    assert client.post(f"/jobs/templates/{row.pk}/delete/").status_code == 302
    assert "No templates yet" in client.get("/jobs/templates/").content.decode()


def test_the_list_takes_as_many_queries_for_three_as_for_one(client, paid, django_assert_num_queries):
    client.force_login(paid.owner)
    for name in ("", "b", "c"):
        make_job_template(paid.award.organisation, paid.owner, name=f"t{name}")
        if name != "b":
            with django_assert_num_queries(7):
                client.get("/jobs/templates/")
