"""The story again by API and command alone; what the body does has no API and is done by its actions, unseen."""

import json
import os
import re
from types import SimpleNamespace

import pytest

from journeys.applying import answered, new_company
from journeys.running_centre import until
from journeys.things import SCRIPT, kept, number_of, small_pdf
from madang.demonstration.cast import DOMAIN, PASSWORD

CALL, EMAIL = "shell-2026", f"shell@{DOMAIN}"


@pytest.fixture(scope="package")
def desk_of_hers(centre, tmp_path_factory):
    """Her folder and her configuration; `run` is the command as she types it."""
    folder = tmp_path_factory.mktemp("shell")

    def run(*words, status=0):
        told = centre.madang(*words, XDG_CONFIG_HOME=str(folder / "config"), MADANG_PASSWORD=PASSWORD)
        assert told.returncode == status, f"{words}: {told.stdout}\n{told.stderr}"
        return told

    return SimpleNamespace(
        folder=folder, run=run, json=lambda word, *more: json.loads(run(word, "--json", *more).stdout)
    )


@pytest.fixture(scope="package")
def api(centre):
    """Her client of the API."""
    with centre.api(EMAIL, PASSWORD) as client:
        yield client


@pytest.fixture(scope="package")
def course():
    """What one act leaves to the next."""
    return {}


def test_she_logs_in_and_finds_the_call(centre, desk_of_hers, api):
    new_company(api, "Terminal Works", number_of("company", 9))
    centre.desk("publish_call", code=CALL, seconds_open=20)
    told = desk_of_hers.run("login", "--server", centre.url, "--email", EMAIL)
    assert "Logged in" in told.stdout
    assert CALL in desk_of_hers.run("calls").stdout
    (found,) = [call for call in desk_of_hers.json("calls") if call["code"] == CALL]
    assert found["intakes"][0]["accepting"]


def test_she_applies_from_a_file(centre, desk_of_hers):
    centre.desk("keep_open", code=CALL, seconds=12)
    template = json.loads(desk_of_hers.run("apply", "--template", CALL).stdout)
    assert template["consents"] == []
    template |= {"title": "Sums at the shell", "sections": {"purpose": "Sums of squares."}}
    template.pop("organisation")
    template["asks"] = [template["asks"][0] | {"quantity": 5, "least": 1, "months": 1}]
    kept(desk_of_hers.folder, "plan.pdf", small_pdf("Plan"))
    template["attachments"] = [{"file": "plan.pdf"}]
    path = kept(desk_of_hers.folder, "application.json", json.dumps(template))
    refused = desk_of_hers.run("apply", str(path), status=2)
    assert "personal-data" in refused.stderr
    kept(desk_of_hers.folder, "application.json", json.dumps(template | {"consents": ["personal-data", "integrity"]}))
    centre.desk("keep_open", code=CALL, seconds=12)
    receipt = desk_of_hers.json("apply", str(path))
    assert receipt["number"] == f"{CALL.upper()}-1-00001"
    assert [len(file["sha256"]) for file in receipt["files"]] == [64]


def test_the_body_reviews_and_decides(centre, api):
    until(lambda: centre.desk("seconds_left", code=CALL) <= 0, "end of the intake", 90)
    until(lambda: centre.desk("intake_of", code=CALL)["state"] == "screening", "screening by the worker's clock")
    assert centre.desk("screen_all", code=CALL) == 1
    centre.desk("add_reviewers", reviewers={"reader": "Shell Institute"})
    (sheet,) = centre.desk("assign_all", code=CALL)
    with centre.api(centre.desk("reviewer_of", assignment=sheet), PASSWORD) as reviewer:
        version = answered(reviewer.get(f"reviews/{sheet}"))["version"]
        lines = [{"criterion": "merit", "points": 77, "comment": "Sound."}]
        given = {"version": version, "comment": "Useful.", "lines": lines}
        assert answered(reviewer.put(f"reviews/{sheet}/points", json=given))["version"] == version + 1
        answered(reviewer.post(f"reviews/{sheet}/submission", json=given | {"version": version + 1}))
    centre.desk("rest_reviewer", name="reader")
    plan = centre.desk("propose", code=CALL, policy="rank_skip")
    until(lambda: centre.desk("plan_state", plan=plan) == "checked", "checked plan")
    centre.desk("decide", code=CALL, plan=plan)
    (decision,) = answered(api.get("decisions"))["items"]
    assert decision["outcome"] == "awarded"
    assert answered(api.get(f"calls/{CALL}/results"))["items"][0]["outcome"] == "awarded"


def test_she_accepts_and_signs_by_api(centre, api, desk_of_hers, course):
    (award,) = answered(api.get("awards"))["items"]
    number = course["award"] = award["number"]
    assert answered(api.post(f"awards/{number}/acceptance"))["state"] == "accepted"
    text = answered(api.get(f"awards/{number}/agreement"))
    early = desk_of_hers.run("submit", "--award", number, "--", "echo", "too early", status=2)
    assert early.stderr
    given = {"side": "user", "password": PASSWORD, "sha256": text["sha256"]}
    assert answered(api.post(f"awards/{number}/agreement/signatures", json=given))["signed_by"] == ["user"]
    centre.desk("sign_for_the_body", award=number)
    assert answered(api.get(f"awards/{number}"))["state"] == "in_force"


def test_she_runs_a_job_and_waits_for_it(desk_of_hers, course):
    script = kept(desk_of_hers.folder, "sum.py", SCRIPT)
    numbers = kept(desk_of_hers.folder, "numbers.txt", "4\n5\n")
    told = desk_of_hers.run(
        "submit", "--award", course["award"], "--name", "sums", "--time", "2m", "--file", str(script),
        "--file", str(numbers), "--no-fetch", "--", "python3", "sum.py",
    )  # fmt: skip
    assert "sum of squares: 41" in told.stdout
    (job,) = desk_of_hers.json("jobs")
    assert (job["name"], job["state"]) == ("sums", "succeeded")
    assert "sum of squares: 41" in desk_of_hers.run("jobs", "logs", str(job["id"])).stdout
    assert [one["path"] for one in desk_of_hers.json("jobs", "outputs", str(job["id"]))] == ["result.txt"]
    desk_of_hers.run("jobs", "fetch", str(job["id"]), "result.txt", "--to", str(desk_of_hers.folder))
    assert (desk_of_hers.folder / "result.txt").read_text() == "9"


def test_she_cancels_a_job_and_sees_what_is_left(desk_of_hers, course, api):
    cores, common = len(os.sched_getaffinity(0)), ("--award", course["award"], "--detach", "--time", "5m")
    job = desk_of_hers.json("submit", *common, "--cores", str(cores), "--", "sleep", "300")
    assert job["held_seconds"] == 300 * cores
    later = str(desk_of_hers.json("submit", *common, "--", "true")["id"])
    # Too few jobs have ended here to say more than by when.
    until(lambda: "if every job before it uses its whole limit" in desk_of_hers.run("jobs", "show", later).stdout,
          "estimated start")  # fmt: skip
    assert re.search(r"by about (.* )?\d\d:\d\d", desk_of_hers.run("jobs").stdout)
    desk_of_hers.run("jobs", "cancel", str(job["id"]))
    until(lambda: answered(api.get(f"jobs/{later}"))["state"] == "succeeded", "end of the job that waited")
    until(lambda: answered(api.get(f"jobs/{job['id']}"))["state"] == "cancelled", "end of the cancelled job")
    until(lambda: answered(api.get(f"awards/{course['award']}/usage"))[0]["held_seconds"] == 0, "the hold's return")
    (row,) = desk_of_hers.json("usage", course["award"])
    parts = [row[f"{part}_seconds"] for part in ("used", "held", "returned", "expired", "left")]
    assert row["granted_seconds"] == 5 * 3600 == sum(parts)
    assert row["used_seconds"] >= 1
    assert course["award"] in desk_of_hers.run("usage").stdout


def test_what_she_cannot_pay_for_is_refused_with_the_figures(desk_of_hers, course):
    told = desk_of_hers.run("submit", "--award", course["award"], "--time", "6h", "--", "true", status=2)
    assert any(letter.isdigit() for letter in told.stderr)
    assert "Logged out" in desk_of_hers.run("logout").stdout
    desk_of_hers.run("jobs", status=2)
