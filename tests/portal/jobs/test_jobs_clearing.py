"""What jobs left is destroyed when its time is over and its people were told, on the machine and in the portal."""

from datetime import timedelta

import pytest
from factories import NOW, make_member, make_staff
from portal.jobs.conftest import make_paid, settled, submit

from madang.portal import backends
from madang.portal.actors import WORKER, MemberRole, Role
from madang.portal.files.actions import store
from madang.portal.files.rules import EVERYTHING
from madang.portal.jobs import chores, queries
from madang.portal.jobs.models import Job
from madang.portal.jobs.rules import NOTICE
from madang.portal.journal import actions as journal
from madang.portal.journal.models import Destruction
from madang.portal.ledger.models import Movement
from madang.portal.outbox.models import Message
from madang.portal.people.models import Membership, Person

KEPT = timedelta(days=90)


@pytest.fixture
def rules(db):
    journal.seed_retention(by=WORKER, now=NOW)


def ran(paid, command="echo secret; echo out > out.txt", **given):
    stored = store(now=NOW, name="in.txt", allowed=EVERYTHING, upload_chunks=[b"input"])
    return settled(submit(paid, command, files=[("in.txt", stored)], **given))


def test_files_and_log_go_after_notice_and_the_account_of_them_stays(machine, paid, rules, client):
    job = ran(paid)
    folder = backends.spool() / "jobs" / job.backend_id
    assert (folder / "work" / "out.txt").exists()
    assert chores.tell_of_clearing(job.ended_at + KEPT - NOTICE - timedelta(days=1)) == 0
    assert chores.clear(job.ended_at + 2 * KEPT) == 0  # nobody was told
    told = job.ended_at + KEPT - NOTICE + timedelta(seconds=1)
    assert (chores.tell_of_clearing(told), chores.tell_of_clearing(told)) == (1, 0)
    mail = Message.objects.get(code="job_files_due")
    assert (mail.person_id, mail.link) == (paid.owner.pk, "/jobs/")
    assert chores.clear(told + NOTICE - timedelta(seconds=5)) == 0
    used = list(Movement.objects.values_list("pk", flat=True))
    assert (chores.clear(told + NOTICE), chores.clear(told + NOTICE)) == (1, 0)
    assert not folder.exists()
    assert not queries.outputs(job.pk) and not queries.input_files(job.pk)
    assert list(Movement.objects.values_list("pk", flat=True)) == used
    assert Destruction.objects.get(kind="job_files").count == 1
    client.force_login(paid.owner)
    client.cookies["madang_language"] = "en"
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "Its files and its log were destroyed on" in page and "secret\n" not in page
    assert client.get(f"/jobs/{job.pk}/outputs/out.txt").status_code == 404


def test_a_job_that_has_not_ended_or_is_not_settled_stays(machine, paid, rules):
    submit(paid)
    late = NOW + timedelta(days=4000)
    assert (chores.tell_of_clearing(late), chores.clear(late + NOTICE)) == (0, 0)


def test_owners_are_told_for_somebody_who_left_and_once_for_all_jobs(machine, rules):
    paid = make_paid()
    member = make_member(paid.award.organisation, role=MemberRole.MEMBER)
    jobs = [ran(paid) for _ in range(2)]
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(submitted_by=member)
    Membership.objects.filter(person=member).update(left_at=NOW)
    assert chores.tell_of_clearing(jobs[1].ended_at + KEPT) == 2
    assert Message.objects.get(code="job_files_due").person_id == paid.owner.pk


def test_a_job_that_the_machine_knows_no_more_is_cleared_all_the_same(machine, paid, rules):
    job = ran(paid)
    Job.objects.filter(pk=job.pk).update(backend_id="0123456789abcdef")
    late = job.ended_at + KEPT
    chores.tell_of_clearing(late)
    assert chores.clear(late + NOTICE) == 1


def test_a_job_refused_by_the_machine_has_its_inputs_cleared(paid, rules):
    assert Person.objects.filter(pk=paid.owner.pk).exists()
    row = Job.objects.create(
        award=paid.award, pool=paid.pool, submitted_by=paid.owner, key="0" * 32, name="x", argv=["true"], memory_mb=1,
        wall_seconds=1, held=1, submitted_at=NOW, state="refused", ended_at=NOW, settled_at=NOW,
    )  # fmt: skip
    chores.tell_of_clearing(NOW + KEPT)
    assert chores.clear(NOW + KEPT + NOTICE) == 1
    row.refresh_from_db()
    assert row.cleared_at == NOW + KEPT + NOTICE


def test_staff_who_follow_a_job_leave_one_line_an_hour(machine, paid, rules, client):
    from madang.portal.journal.models import Reading

    job = ran(paid)
    client.force_login(make_staff(Role.OPERATOR))
    client.get(f"/jobs/{job.pk}/")
    for _ in range(3):
        client.get(f"/jobs/{job.pk}/progress/")
    rows = Reading.objects.filter(subject_kind="job", subject=str(job.pk))
    assert [(row.roles, row.whose, row.organisation) for row in rows] == [
        ("operator", paid.owner.pk, paid.award.organisation_id)
    ]
