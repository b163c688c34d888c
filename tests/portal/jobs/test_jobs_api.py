"""The API of jobs over HTTP: submit with files, follow, read the log, fetch, cancel; strangers and nonsense."""

import json
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from factories import actor, make_job, make_member, make_staff
from portal.jobs.conftest import balances, make_paid, settled, submit

from madang.portal.access import actions as access
from madang.portal.actors import Role
from madang.portal.jobs.models import Job
from madang.portal.journal.models import Reading


@pytest.fixture
def today(machine, db):
    day = timezone.now().date()
    return make_paid(starts_on=day - timedelta(days=2), ends_on=day + timedelta(days=30))


def calling(client, person):
    """The client with the person's token."""
    now = timezone.now()
    _, secret = access.create_token(by=actor(person), now=now, name="test", days=1)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def api(client, today):
    return calling(client, today.owner)


def asked(paid, **changes):
    return {
        "award": paid.award.number, "name": "train", "argv": ["sh", "-c", "cat d/*; echo 가나; echo x > d/out"],
        "cores": 1, "memory_mb": 256, "wall_seconds": 60, "key": str(uuid.uuid4()), **changes,
    }  # fmt: skip


def post(api, paid, files=(), paths=(), **changes):
    return api.post("/api/v1/jobs", {"job": json.dumps(asked(paid, **changes)), "files": files, "paths": list(paths)})


def test_a_job_goes_from_submission_to_its_outputs(api, today):
    files = [SimpleUploadedFile("one", b"1\n"), SimpleUploadedFile("two", b"2\n")]
    response = post(api, today, files, ["d/one", "d/two"])
    job = response.json()
    assert response.status_code == 201, job
    assert (job["state"], job["held_seconds"], job["held_now_seconds"], job["unit"]) == ("accepted", 60, 60, "core")
    assert balances(today).held == 60
    settled(Job.objects.get(pk=job["id"]))
    job = api.get(f"/api/v1/jobs/{job['id']}").json()
    assert (job["state"], job["state_in_words"], job["exit_code"], job["held_now_seconds"]) == (
        "succeeded", "Ended well", 0, 0
    )  # fmt: skip
    log = api.get(f"/api/v1/jobs/{job['id']}/log?offset=2").json()
    assert log == {"text": "2\n가나\n", "offset": 2, "next_offset": 11, "complete": True}
    outputs = api.get(f"/api/v1/jobs/{job['id']}/outputs").json()
    assert outputs["count"] == 1 and outputs["items"][0]["path"] == "d/out" and outputs["items"][0]["size_bytes"] == 2
    fetched = api.get(f"/api/v1/jobs/{job['id']}/outputs/d/out")
    assert b"".join(fetched.streaming_content) == b"x\n"
    usage = api.get(f"/api/v1/awards/{today.award.number}/usage").json()
    assert usage[0]["granted_seconds"] == 10_000 == usage[0]["used_seconds"] + usage[0]["left_seconds"]


def test_the_same_key_is_the_same_job(api, today):
    key = str(uuid.uuid4())
    first, second = post(api, today, key=key), post(api, today, key=key)
    assert first.json()["id"] == second.json()["id"] and Job.objects.count() == 1
    other = post(api, today, key=key, wall_seconds=61)
    assert (other.status_code, other.json()["title"]) == (409, "job_key_reused")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"wall_seconds": 10_001}, 409, "not_enough_left"),
        ({"gpus": 1}, 422, "job_gpus"),
        ({"cores": 0}, 422, "invalid"),
        ({"argv": []}, 422, "invalid"),
        ({"argv": ["a\0b"]}, 422, "job_command"),
        ({"name": "a\nb"}, 422, "job_name"),
        ({"pool": "nowhere"}, 422, "job_pool"),
        ({"award": "nothing"}, 404, "not_found"),
        ({"key": "no key"}, 422, "invalid"),
    ],
)
def test_what_is_refused_is_said(api, today, changes, status, code):
    answer = post(api, today, **changes)
    assert (answer.status_code, answer.json()["title"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json" and answer.json()["detail"] != code
    assert not Job.objects.exists()


def test_a_refusal_is_in_the_callers_language_and_carries_the_figures(api, today):
    api.defaults["HTTP_ACCEPT_LANGUAGE"] = "ko"
    assert post(api, today, wall_seconds=10_001).json()["facts"] == {"asked": 10_001, "left": 10_000}
    answer = post(api, today, gpus=7).json()
    assert answer["facts"] == {"field": "gpus", "given": 7, "low": 0, "high": 0} and "7" in answer["detail"]
    assert any("가" <= letter <= "힣" for letter in answer["detail"])


def test_files_and_paths_must_pair_and_stay_inside(api, today):
    files = [SimpleUploadedFile("one", b"1")]
    assert post(api, today, files, ["a", "b"]).json()["title"] == "job_files_unpaired"
    for path in ("../a", "/etc/passwd", "a/../../b", "\x1b[2J"):
        answer = post(api, today, [SimpleUploadedFile("one", b"1")], [path]).json()
        assert answer["title"] == "job_path" and "\x1b" not in answer["detail"]
    for nonsense in ("{", "[]", "null", '{"award": 1}'):
        assert api.post("/api/v1/jobs", {"job": nonsense}).status_code == 422
    assert api.post("/api/v1/jobs", {}).status_code == 422
    assert not Job.objects.exists()


def test_cancelling_twice_is_a_conflict(api, today):
    job = submit(today, now=timezone.now())
    answer = api.post(f"/api/v1/jobs/{job.pk}/cancel").json()
    assert (answer["state"], answer["over"]) == ("cancelled", True)
    again = api.post(f"/api/v1/jobs/{job.pk}/cancel")
    assert (again.status_code, again.json()["present"]) == (409, {"state": "cancelled"})


ADDRESSES = ["", "/log", "/outputs", "/outputs/out"]


def test_strangers_and_the_public_find_nothing(client, today):
    job = make_job(today.award)
    assert client.get("/api/v1/jobs").status_code == 401
    for person in (make_member(), make_staff(Role.SCREENING_OFFICER)):
        api = calling(client, person)
        assert [api.get(f"/api/v1/jobs/{job.pk}{address}").status_code for address in ADDRESSES] == [404] * 4
        assert api.post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 404
        assert api.get(f"/api/v1/awards/{today.award.number}/usage").status_code == 404
        assert api.get("/api/v1/jobs").json() == {"items": [], "count": 0}
        assert post(api, today).status_code == 404
    assert not Job.objects.exclude(pk=job.pk).exists()


def test_the_auditor_reads_with_a_trace_and_changes_nothing(client, today):
    job, person = make_job(today.award), make_staff(Role.AUDITOR)
    api = calling(client, person)
    assert api.get(f"/api/v1/jobs/{job.pk}").status_code == 200
    assert Reading.objects.filter(reader=person.pk, subject=str(job.pk)).count() == 1
    assert api.get("/api/v1/jobs").json()["count"] == 1
    assert api.get(f"/api/v1/awards/{today.award.number}/usage").status_code == 200
    assert api.post(f"/api/v1/jobs/{job.pk}/cancel").status_code == 404
    assert post(api, today).status_code == 404


def test_the_list_is_paged_sifted_and_takes_as_many_queries_for_three_as_for_one(api, today, django_assert_num_queries):
    make_job(today.award)
    api.get("/api/v1/jobs")
    with django_assert_num_queries(7):
        api.get("/api/v1/jobs")
    make_job(today.award, state="failed", ended_at=timezone.now())
    make_job(today.award)
    with django_assert_num_queries(7):
        assert api.get("/api/v1/jobs").json()["count"] == 3
    assert len(api.get("/api/v1/jobs?limit=2&offset=2").json()["items"]) == 1
    assert api.get("/api/v1/jobs?state=failed").json()["count"] == 1
    assert api.get(f"/api/v1/jobs?award={today.award.number}").json()["count"] == 3
    assert api.get("/api/v1/jobs?award=other").json()["count"] == 0
    assert api.get("/api/v1/jobs?state=odd").status_code == 422


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"/{10**30}", 404),
        (f"/{2**63}/log", 404),
        ("/1/log?offset=-1", 422),
        (f"/1/log?offset={10**25}", 400),
        ("/0", 404),
    ],
)
def test_numbers_beyond_all_bounds_are_nobodys(api, address, status):
    assert api.get(f"/api/v1/jobs{address}").status_code == status


def test_a_log_that_the_machine_forgot_is_a_plain_refusal(api, today):
    job = make_job(today.award, state="waiting", backend_id="0" * 16)
    answer = api.get(f"/api/v1/jobs/{job.pk}/log")
    assert (answer.status_code, answer.json()["title"]) == (409, "job_log_gone")
    assert "no longer keeps" in answer.json()["detail"]


def test_an_array_is_submitted_seen_held_back_and_cancelled(api, today):
    first = post(api, today, elements=3, on_hold=True, priority=4, requeue=True, checkpoint_seconds=5).json()
    told = {name: first[name] for name in ("array_count", "array_index", "on_hold", "priority", "requeue")}
    assert told == {"array_count": 3, "array_index": 0, "on_hold": True, "priority": 4, "requeue": True}
    array = f"/api/v1/jobs/arrays/{first['array']}"
    seen = api.get(array).json()
    assert (seen["jobs"], seen["states"], seen["held_now_seconds"], seen["over"]) == (3, {"accepted": 3}, 180, False)
    assert api.get(f"/api/v1/jobs?array={first['array']}").json()["count"] == 3
    change = {"on_hold": False, "priority": -1}
    assert api.post(f"{array}/steering", change, content_type="application/json").json() == {"changed": 3}
    one = api.post(f"/api/v1/jobs/{first['id']}/steering", {"on_hold": True}, content_type="application/json")
    assert one.json() == {"changed": 1}
    assert list(Job.objects.order_by("pk").values_list("on_hold", "priority")) == [(True, -1), (False, -1), (False, -1)]
    assert api.post(f"{array}/cancel").json()["states"] == {"cancelled": 3}
    assert api.post(f"{array}/cancel").status_code == 409
    assert api.post(f"{array}/steering", change, content_type="application/json").status_code == 409
    assert api.get(f"/api/v1/jobs/arrays/{uuid.uuid4()}").status_code == 404


def test_what_a_job_waits_for_is_named_by_job_or_by_array(api, today):
    array, single = post(api, today, elements=2).json(), post(api, today).json()
    after = [{"array": array["array"], "ok": False}, {"job": single["id"]}]
    job = Job.objects.get(pk=post(api, today, after=after).json()["id"])
    waits = list(job.after.order_by("other").values_list("other", "ok"))
    assert waits == [(array["id"], False), (array["id"] + 1, False), (single["id"], True)]
    for nonsense in ({"job": 10**12}, {"array": str(uuid.uuid4())}, {}):
        answer = post(api, today, after=[nonsense])
        assert (answer.status_code, answer.json()["title"]) == (422, "job_after")
    assert post(api, today, checkpoint_seconds=60).json()["title"] == "job_checkpoint_seconds"
