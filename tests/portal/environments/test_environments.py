"""Environments from offer and lock file to the job that runs in them, on a real machine; who may do what."""

import base64
import hashlib
import sys
import uuid
import zipfile
from pathlib import Path

import pytest
from backends.images import entry, make_image, make_layer, make_programs
from factories import NOW, actor, make_member, make_organisation, make_person, make_staff
from portal.jobs.conftest import fresh, machine, machine_home, make_paid, settled, submit  # noqa: F401 - fixtures

from madang.compute.local import images
from madang.errors import Refused, Stale
from madang.portal.actors import Role
from madang.portal.environments import actions, chores, queries, shelf
from madang.portal.environments.models import Environment
from madang.portal.environments.rules import State
from madang.portal.files.actions import store
from madang.portal.files.rules import EVERYTHING
from madang.portal.jobs import actions as jobs
from madang.portal.jobs import machine as machines
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import JobState, Shape
from madang.portal.people.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
BUILDING = Shape(0, 1, 2048, 300)


@pytest.fixture
def a_shelf(tmp_path, settings):
    """The operator's shelf with one environment on this Python, which has a module of its own."""
    tmp_path.chmod(0o755)
    place = tmp_path / "shelf" / "torch"
    site = place / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
    site.mkdir(parents=True)
    (site / "prepared.py").write_text("word = 'prepared'\n")
    (place / "bin").mkdir()
    (place / "bin" / "python3").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    (place / "pyvenv.cfg").write_text(f"home = {sys.base_prefix}/bin\nversion = 3\n")
    (tmp_path / "shelf" / "no-venv").mkdir()
    settings.MADANG_ENVIRONMENTS = tmp_path / "shelf"
    return tmp_path / "shelf"


@pytest.fixture
def packages(tmp_path, settings):
    """The centre's folder of packages with one wheel; gives the wheel's line in a lock."""
    folder = tmp_path / "packages"
    folder.mkdir()
    tmp_path.chmod(0o755)
    wheel = folder / "mine-1.0-py3-none-any.whl"
    content = {
        "mine.py": "word = 'built'\n",
        "mine-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n",
        "mine-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = []
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in content.items():
            archive.writestr(name, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            lines.append(f"{name},sha256={digest},{len(text)}")
        archive.writestr("mine-1.0.dist-info/RECORD", "\n".join([*lines, "mine-1.0.dist-info/RECORD,,"]) + "\n")
    settings.MADANG_PACKAGES = folder
    return f"mine==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def offer(**changes):
    given = {"code": "torch", "name_ko": "토치", "name_en": "Torch", "folder": "torch"} | changes
    return actions.add(by=actor(make_staff(Role.OPERATOR)), now=NOW, **given)


def build(paid, lock, base=None, by=None, name="mine"):
    stored = store(now=NOW, name="lock", allowed=EVERYTHING, upload_chunks=[lock.encode()])
    return jobs.build(
        by=by or paid.by, now=NOW, award=paid.award, pool=paid.pool, name=name, lock=stored, base=base, shape=BUILDING,
        key=uuid.uuid4(),
    )  # fmt: skip


def refused(function, *given, **named):
    with pytest.raises(Refused) as caught:
        function(*given, **named)
    return caught.value.code


def run(paid, command, environment):
    return jobs.submit(
        by=paid.by, now=NOW, award=paid.award, pool=paid.pool, name="job", argv=["sh", "-c", command], files=(),
        shape=Shape(0, 1, 1024, 60), key=uuid.uuid4(), environment=environment,
    )  # fmt: skip


def printed(job):
    row = settled(job)
    return row.state, machines.log(row, 0).data.decode()


def test_a_job_runs_in_a_prepared_environment_and_sees_no_other_software(a_shelf, machine):  # noqa: F811
    paid = make_paid()
    environment = offer()
    other = a_shelf / "other"
    other.mkdir()
    (other / "pyvenv.cfg").write_text("home = /usr/bin\n")
    state, said = printed(run(paid, f"python3 -c 'import prepared; print(prepared.word)'; ls {a_shelf}", environment))
    assert state == JobState.SUCCEEDED and said.split() == ["prepared", "torch"]
    _, said = printed(run(paid, "python3 -c 'import prepared'; true", None))
    assert "ModuleNotFoundError" in said


def test_an_organisation_builds_its_own_is_charged_and_nobody_elses_jobs_get_it(machine, packages):  # noqa: F811
    paid = make_paid()
    job = build(paid, packages)
    assert build(paid, packages).pk == job.pk and Environment.objects.count() == 1
    row = settled(job)
    assert row.state == JobState.SUCCEEDED, machines.log(row, 0).data.decode()
    assert chores.keep_built(NOW) == 1 and chores.keep_built(NOW) == 0
    environment = Environment.objects.get()
    assert environment.state == State.READY and environment.size > 1000
    assert build(paid, packages).pk == job.pk
    state, said = printed(run(paid, "python -c 'import mine; print(mine.word)'; touch /env/x", environment))
    assert said.startswith("built\n") and "Read-only" in said and state == JobState.FAILED
    (listed,) = queries.listed(paid.by)
    assert listed.jobs == 1 and listed.last_used_at == NOW
    other = make_paid()
    assert (
        not queries.listed(other.by).exists()
        and queries.of_award(other.award.organisation_id, environment.code) is None
    )
    assert refused(run, other, "true", environment) == "environment_unknown"
    assert refused(jobs.repeat, by=paid.by, now=NOW, job=fresh(job), key=uuid.uuid4()) == "job_builds"
    actions.withdraw(by=paid.by, now=NOW, environment=environment)
    assert refused(run, paid, "true", environment) == "environment_unknown"
    assert chores.drop_withdrawn(NOW) == 1 and chores.drop_withdrawn(NOW) == 0
    assert not list((machine / "jobs" / "layers").glob(f"{environment.code}*"))
    assert build(paid, packages).pk != job.pk


def test_what_cannot_be_built_is_said_and_can_be_tried_again(machine, packages):  # noqa: F811
    paid = make_paid()
    job = build(paid, packages.replace("mine==1.0", "mine==2.0"))
    assert settled(job).state == JobState.FAILED
    assert chores.keep_built(NOW) == 1 and Environment.objects.get().state == State.FAILED
    assert build(paid, packages.replace("mine==1.0", "mine==2.0")).pk != job.pk


def test_a_wrong_hash_builds_nothing(machine, packages):  # noqa: F811
    job = build(make_paid(), packages[:-9] + "00000000\n")
    state, said = printed(job)
    assert state == JobState.FAILED and "hash" in said.lower()


def test_a_withdrawn_one_waits_for_the_jobs_that_use_it(machine, packages):  # noqa: F811
    paid = make_paid()
    settled(build(paid, packages))
    chores.keep_built(NOW)
    environment = Environment.objects.get()
    job = run(paid, "python -c 'import mine'", environment)
    actions.withdraw(by=paid.by, now=NOW, environment=environment)
    with pytest.raises(Stale):
        actions.withdraw(by=paid.by, now=NOW, environment=environment)
    assert chores.drop_withdrawn(NOW) == 0
    assert settled(job).state == JobState.SUCCEEDED
    assert chores.drop_withdrawn(NOW) == 1


def test_a_prepared_one_that_has_gone_from_the_shelf_is_said_to_the_jobs_person(a_shelf, machine):  # noqa: F811
    paid, environment = make_paid(), offer()
    (a_shelf / "torch" / "pyvenv.cfg").unlink()
    row = settled(run(paid, "true", environment))
    assert (row.state, row.reason_code) == (JobState.REFUSED, "environment_folder")
    assert "torch" in machines.sentence(row.reason_code, row.reason_facts)


def test_only_operators_offer_and_only_what_lies_on_the_shelf(a_shelf, settings):
    assert shelf.offered() == ["torch"]
    for folder in ("no-venv", "../shelf/torch", "/etc", "none", ""):
        assert refused(offer, folder=folder, code="x") == "environment_folder"
    offer()
    assert refused(offer) == "environment_code_taken"
    assert refused(offer, code="T") == "environment_code"
    assert refused(offer, code="t", name_en="") == "environment_name"
    given = {"code": "mine", "name_ko": "x", "name_en": "x", "folder": "torch"}
    for person in (make_person(), make_staff(Role.APPROVER), make_staff(Role.AUDITOR)):
        assert refused(actions.add, by=actor(person), now=NOW, **given) == "not_allowed_for_role"
    settings.MADANG_ENVIRONMENTS = None
    assert shelf.offered() == [] and refused(offer, code="y") == "environment_folder"


def test_a_job_runs_in_an_image_that_the_operator_offered(a_shelf, machine, packages, client):  # noqa: F811
    layer = make_layer(*make_programs("dash", "cat"), entry("bin/sh", kind="link", to="dash"), entry("own", b"of it"))
    made = images.unpack(make_image(a_shelf / "Image", layer), a_shelf / "small")
    assert shelf.offered() == ["small", "torch"]
    paid, environment = make_paid(), offer(code="small", folder="small")
    assert (environment.kind, environment.digest) == ("image", made.digest) and offer().digest == ""
    client.force_login(Person.objects.get(pk=paid.by.person))
    client.cookies["madang_language"] = "en"
    page = client.get("/environments/").content.decode()
    assert f"Container image {made.digest[:19]}" in page
    state, said = printed(run(paid, "cat /own; /usr/bin/python3", environment))
    assert said.startswith("of it") and "not found" in said and state == JobState.FAILED
    assert refused(build, paid, packages, base=environment) == "environment_no_base"
    other = make_image(a_shelf / "Other", layer, make_layer(entry("more", b"x")))
    (a_shelf / "small").rename(a_shelf / "Old")
    row = settled(run(paid, "true", environment))
    assert (row.state, row.reason_code) == (JobState.REFUSED, "environment_folder")
    images.unpack(other, a_shelf / "small")
    row = settled(run(paid, "true", environment))
    assert (row.state, row.reason_code) == (JobState.REFUSED, "environment_changed")
    assert "small" in machines.sentence(row.reason_code, row.reason_facts)


def test_who_withdraws(a_shelf):
    environment = offer()
    member = actor(make_member(make_organisation()))
    assert list(queries.usable(member)) == [environment]
    assert refused(actions.withdraw, by=member, now=NOW, environment=environment) == "not_allowed_for_role"
    actions.withdraw(by=actor(make_staff(Role.OPERATOR)), now=NOW, environment=environment)
    assert not queries.usable(member) and not queries.listed(member).exists()
    assert offer().pk != environment.pk


def test_without_packages_nothing_is_built(machine, settings):  # noqa: F811
    settings.MADANG_PACKAGES = None
    assert refused(build, make_paid(), "x==1 --hash=sha256:" + "0" * 64) == "environment_no_packages"


def test_only_a_member_builds_within_the_award(machine, packages):  # noqa: F811
    paid = make_paid()
    stranger = actor(make_member(make_organisation()))
    assert refused(build, paid, packages, by=stranger) == "not_allowed_for_role"
    assert not Environment.objects.exists() and not Job.objects.exists()


def test_a_key_with_another_environment_is_another_job(a_shelf, machine):  # noqa: F811
    paid, environment, key = make_paid(), offer(), uuid.uuid4()
    submit(paid, key=key)
    given = {"name": "job", "argv": ["sh", "-c", "true"], "files": (), "shape": Shape(0, 1, 256, 60), "key": key}
    again = {"by": paid.by, "now": NOW, "award": paid.award, "pool": paid.pool, "environment": environment}
    assert refused(jobs.submit, **given, **again) == "job_key_reused"
