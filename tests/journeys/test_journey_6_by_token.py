"""The whole story by API and command with tokens only, the body's own people too: from a draft call to a figure."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from journeys.applying import answered, apply_by_api, new_company
from journeys.running_centre import until
from journeys.things import kept, number_of, small_pdf, this_month
from madang.demonstration.cast import DOMAIN, PASSWORD

CALL = "tokens-2026"
SERIALS = {"token1": 31, "token2": 32}
STAFF = ("manager", "approver", "screening", "auditor", "operator")


class Desk:
    """The people with their tokens: `api(name)` speaks for one of them, `madang` is the command as one types it."""

    def __init__(self, centre, folder) -> None:
        self.centre, self.folder, self.left = centre, folder, {}
        self._clients: dict[str, httpx.Client] = {}

    def api(self, name: str) -> httpx.Client:
        if name not in self._clients:
            self._clients[name] = self.centre.api(f"{name}@{DOMAIN}", PASSWORD)
        return self._clients[name]

    def madang(self, name: str, *words: str, status: int = 0, language: str = "en"):
        token = self.api(name).headers["Authorization"].removeprefix("Bearer ")
        given = {"MADANG_SERVER": self.centre.url, "MADANG_TOKEN": token, "MADANG_CLI_LANGUAGE": language}
        told = self.centre.madang(*words, XDG_CONFIG_HOME=str(self.folder), **given)
        assert told.returncode == status, f"{words}: {told.stdout}\n{told.stderr}"
        return told

    def get(self, name: str, path: str, **query):
        return answered(self.api(name).get(path, params=query))

    def post(self, name: str, path: str, content=None, **headers):
        return answered(self.api(name).post(path, json=content, headers=headers))

    def put(self, name: str, path: str, content):
        return answered(self.api(name).put(path, json=content))

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


@pytest.fixture(scope="package")
def desk(centre, tmp_path_factory):
    made = Desk(centre, tmp_path_factory.mktemp("tokens"))
    yield made
    made.close()


def refused(client: httpx.Client, path: str, content, status: int, code: str) -> None:
    """The same refusal in both languages: one stable code, two sentences."""
    said = {}
    for language in ("ko", "en"):
        answer = client.post(path, json=content, headers={"Accept-Language": language})
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
        assert answer.json()["title"] == code
        said[language] = answer.json()["detail"]
    assert any("가" <= letter <= "힣" for letter in said["ko"]), said
    assert said["en"].isascii(), said


def document(closes_at: datetime) -> dict:
    """A small call that opened a moment ago."""
    month, now = this_month(), datetime.now(UTC)
    days = {"review_due_at": now + timedelta(days=2), "decision_due_at": now + timedelta(days=3)}
    dates = {"opens_at": now - timedelta(seconds=1), "closes_at": closes_at, **days}
    track = {
        "code": "hours", "title_ko": "코어 시간", "title_en": "Core-hours", "first_month": month, "last_month": month,
        "reviews_wanted": 1,
        "products": [{"product": "core-hour", "minimum": 1, "maximum": 100}],
        "criteria": [{"code": "merit", "title_ko": "우수성", "title_en": "Merit", "points": 100}],
        "sections": [{"code": "purpose", "title_ko": "목적", "title_en": "Purpose", "max_characters": 500}],
        "rules": [{
            "kind": "organisation_kind", "reference_date": "deadline",
            "parameters": {"kinds": ["company", "university"]},
        }],
        "consents": [{"code": "personal-data", "version": 1}, {"code": "integrity", "version": 1}],
    }  # fmt: skip
    return {
        "code": CALL, "kind": "beta", "title_ko": "토큰 공고", "title_en": "A call by token",
        "summary_ko": "토큰으로만 진행하는 공고입니다.", "summary_en": "A call run by token only.",
        "intakes": [{name: at.isoformat() for name, at in dates.items()}], "tracks": [track],
    }  # fmt: skip


def test_prices_and_capacity_are_set_by_two_people(desk):
    now = this_month()
    (pool,) = (row for row in desk.get("manager", "pools/cores/capacity")["items"] if row["month"] == now)
    room = pool["committed_units"] + 100  # beside what other stories in this centre were promised
    month = {"month": pool["month"], "physical_units": max(pool["physical_units"], room), "funded_units": room}
    months = desk.put("manager", "pools/cores/capacity", [month | {"version": pool["version"]}])
    assert [(row["funded_units"], row["free_units"]) for row in months if row["month"] == now] == [(room, 100)]
    stale = desk.api("manager").put("pools/cores/capacity", json=[month | {"version": pool["version"]}])
    assert (stale.status_code, stale.json()["title"]) == (409, "stale")
    price = {"product": "core-hour", "price_won": 30_000, "reference_price_won": 90_000, "reference_source": "Tender"}
    drafted = desk.post("manager", "tariffs", price | {"starts_on": "2099-01-01"})
    approval = f"approvals/{drafted['approval']}"
    refused(desk.api("manager"), f"{approval}/approval", {"document_number": "T-1"}, 409, "not_allowed_for_role")
    refused(desk.api("approver"), f"{approval}/approval", {"document_number": " "}, 422, "approval_document_needed")
    done = desk.post("approver", f"{approval}/approval", {"document_number": "T-1"})
    assert (done["state"], done["document_number"]) == ("approved", "T-1")
    assert any(row["starts_on"] == "2099-01-01" for row in desk.get("auditor", "tariffs")["items"])


def test_the_call_is_written_as_a_file_and_published_by_a_second_person(desk):
    wanted = document(datetime.now(UTC) + timedelta(hours=1))
    half = kept(desk.folder, "half.json", json.dumps(wanted | {"tracks": []}))
    assert "track" in desk.madang("manager", "draft", str(half)).stdout
    assert desk.madang("auditor", "draft", str(half), status=2).stderr
    path = kept(desk.folder, "call.json", json.dumps(wanted))
    saved = json.loads(desk.madang("manager", "draft", str(path), "--json").stdout)
    assert saved["open_points"] == []
    assert desk.api("token1").get(f"calls/{CALL}").status_code == 404
    # From here on the deadline is near: it must not come before a second person has published the call.
    soon = {"version": saved["version"], "document": document(datetime.now(UTC) + timedelta(seconds=45))}
    saved = desk.put("manager", f"calls/{CALL}/document", soon)
    place = f"calls/{CALL}/publication"
    waiting = desk.post("manager", place, {"version": saved["version"], "comment": "봄 공고"})
    desk.madang("approver", "approve", str(waiting["approval"]), "--document", "D-1")
    public = answered(httpx.get(f"{desk.centre.url}/api/v1/calls/{CALL}", timeout=30))
    assert (public["state"], public["intakes"][0]["number"]) == ("published", 1)
    again = json.loads(desk.madang("manager", "draft", "--from", CALL).stdout)
    assert again["tracks"][0]["criteria"] == [
        wanted["tracks"][0]["criteria"][0] | {"minimum_points": 0, "required": True, "anchors_ko": "", "anchors_en": ""}
    ]


def test_two_companies_apply_within_a_corrected_deadline(desk):
    found = desk.get("manager", f"calls/{CALL}/document")
    content = {
        "version": found["version"],
        "field": "intake.1.closes_at",
        "reason_ko": "점검",
        "reason_en": "Maintenance",
    }
    (dates,) = found["document"]["intakes"]
    present = datetime.fromisoformat(dates["closes_at"])
    until_then = max(present + timedelta(seconds=1), datetime.now(UTC) + timedelta(seconds=20))
    notice = desk.post("manager", f"calls/{CALL}/corrections", content | {"new": until_then.isoformat()})
    assert (notice["number"], notice["field"]) == (1, "intake.1.closes_at")
    for name, serial in SERIALS.items():
        organisation = new_company(desk.api(name), f"{name} works", number_of("company", serial))
        given = {"title": f"Project of {name}", "quantity": 4, "least": 1}
        desk.left[name] = apply_by_api(desk.api(name), CALL, organisation, **given)["number"]
    owner = desk.get("token1", "me")["organisations"][0]["organisation"]
    finding = {"attribute": "young_firm", "holds": True, "evidence": "Certificate 1", "valid_from": "2026-01-01"}
    desk.post("screening", f"organisations/{owner}/verdicts", finding | {"valid_until": "2099-01-01"})
    assert desk.get("token1", f"organisations/{owner}/verdicts")["count"] == 1
    assert desk.api("token2").get(f"organisations/{owner}").status_code == 404


def test_the_officer_asks_and_screens(desk):
    (row,) = [one for one in desk.get("screening", "intakes")["items"] if one["call"] == CALL]
    intake = desk.left["intake"] = row["id"]
    until(lambda: desk.get("manager", f"intakes/{intake}")["state"] == "screening", "end of the intake")
    rows = desk.get("screening", f"intakes/{intake}/applications")["items"]
    ids = desk.left["ids"] = {row["number"]: row["id"] for row in rows}
    first, second = (ids[desk.left[name]] for name in SERIALS)
    assert desk.get("auditor", f"intakes/{intake}/demand")["items"][0]["asked_units"] == 8
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    desk.post("screening", f"applications/{first}/questions", {"text": "Which data?", "answer_by": later})
    version = desk.get("screening", f"applications/{first}/screening")["version"]
    verdict = {"version": version, "eligible": True}
    refused(desk.api("screening"), f"applications/{first}/verdict", verdict, 409, "questions_open")
    (question,) = desk.get("token1", "questions")["items"]
    assert desk.api("token2").post(f"questions/{question['id']}/answer", json={"answer": "x"}).status_code == 404
    assert desk.post("token1", f"questions/{question['id']}/answer", {"answer": "Public data."})["answered_at"]
    refused(desk.api("screening"), f"applications/{first}/verdict", verdict | {"eligible": False}, 422,
            "verdict_reason_needed")  # fmt: skip
    for application in (first, second):
        version = desk.get("screening", f"applications/{application}/screening")["version"]
        found = desk.post("screening", f"applications/{application}/verdict", {"version": version, "eligible": True})
        assert found["state"] == "eligible"
    assert desk.post("manager", f"intakes/{intake}/moves", {"to": "in_review"})["next_act"] == "assign"


def test_reviewers_score_and_who_has_a_conflict_cannot(desk):
    intake, ids = desk.left["intake"], desk.left["ids"]
    first, second = (ids[desk.left[name]] for name in SERIALS)
    pool = {}
    for name in ("judge1", "judge2"):
        given = {"email": f"{name}@{DOMAIN}", "affiliation": "Institute", "fields": ["hours"], "load_limit": 5}
        pool[name] = desk.post("manager", "reviewers", given)["id"]
    number = number_of("company", SERIALS["token1"])
    given = {"registration_number": number, "kind": "advice"}
    assert desk.api("judge2").post("interests", json=given).status_code == 204
    suggestion = f"intakes/{intake}/suggestion"
    asked = desk.post("manager", suggestion, {})
    until(lambda: desk.get("manager", suggestion)["state"] == "found", "suggestion who reviews what")
    found = desk.get("manager", suggestion)
    assert (found["number"], found["stale"]) == (asked["number"], False)
    assert {pair["application"] for pair in found["added"]} == {first, second}
    due = {"due_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    crossed = due | {"chosen": [{"application": first, "reviewers": [pool["judge2"]]}]}
    refused(desk.api("manager"), f"intakes/{intake}/assignments", crossed, 409, "reviewer_has_conflict")
    pairs = [(first, "judge1"), (second, "judge2")]
    chosen = [{"application": application, "reviewers": [pool[name]]} for application, name in pairs]
    assert desk.post("manager", f"intakes/{intake}/assignments", due | {"chosen": chosen}) == {"count": 2}
    for name, points in (("judge1", 90), ("judge2", 70)):
        (sheet,) = desk.get(name, "reviews")["items"]
        read = desk.get(name, f"reviews/{sheet['id']}")
        line = {"criterion": "merit", "points": points, "comment": "Clear."}
        given = {"version": read["version"], "comment": "Sound.", "lines": [line]}
        version = desk.put(name, f"reviews/{sheet['id']}/points", given)["version"]
        answered(desk.api(name).post(f"reviews/{sheet['id']}/submission", json=given | {"version": version}))
    ranking = desk.get("auditor", f"intakes/{intake}/ranking")["items"]
    assert [(row["application"], row["rank"], row["score_milli"]) for row in ranking] == [
        (first, 1, 90_000), (second, 2, 70_000),
    ]  # fmt: skip


def test_plans_are_solved_compared_and_adopted_by_two_people(desk):
    intake = desk.left["intake"]
    one = json.loads(desk.madang("manager", "propose", str(intake), "--policy", "rank_skip", "--json").stdout)
    told = desk.madang(
        "manager", "propose", str(intake), "--policy", "portfolio", "--seed", "7", "--hand-over", "Ours."
    )
    assert desk.left["token1"] in told.stdout
    (waiting,) = desk.get("approver", "approvals", state="waiting", kind="adopt_plan")["items"]
    compared = desk.get("auditor", f"intakes/{intake}/comparison", plan=[one["id"], waiting["subject"]])
    assert [plan["granted"] for plan in compared["plans"]] == [2, 2]
    assert compared["differing"] == 0
    before = httpx.get(f"{desk.centre.url}/api/v1/plans/{waiting['subject']}", timeout=30)
    assert before.status_code == 404
    assert desk.get("auditor", f"plans/{waiting['subject']}")["problem"]
    assert desk.api("token1").get(f"plans/{waiting['subject']}").status_code == 404
    listed = desk.madang("approver", "approvals", language="ko").stdout
    assert "배분안 채택" in listed
    assert "Ours." in listed
    desk.madang("approver", "approve", str(waiting["id"]), "--document", "D-2", "--comment", "Agreed.")
    desk.left["plan"] = waiting["subject"]


def test_decisions_are_held_then_published_together(desk):
    intake, ids = desk.left["intake"], desk.left["ids"]
    first = ids[desk.left["token1"]]
    assert {row["published_at"] for row in desk.get("manager", f"intakes/{intake}/decisions")["items"]} == {None}
    assert desk.api("token1").get(f"applications/{first}/decision").status_code == 404
    approval = desk.post("manager", f"intakes/{intake}/decisions/publication", {})["approval"]
    done = desk.post("approver", f"approvals/{approval}/approval", {"document_number": "D-3"})
    assert done["state"] == "approved"
    told = desk.get("token1", f"applications/{first}/decision")
    assert (told["outcome"], told["opinions"][0]["comment"]) == ("awarded", "Sound.")
    assert desk.api("token2").get(f"applications/{first}/decision").status_code == 404
    public = answered(httpx.get(f"{desk.centre.url}/api/v1/calls/{CALL}/results", timeout=30))
    assert [row["outcome"] for row in public["items"]] == ["awarded", "awarded"]
    replay = answered(httpx.get(f"{desk.centre.url}/api/v1/plans/{desk.left['plan']}", timeout=30))
    path = kept(desk.folder, "plan.json", json.dumps(replay))
    assert desk.centre.madang("allocate", "--replay", str(path)).returncode == 0


def test_one_accepts_and_signs_the_other_declines(desk):
    (one,), (other,) = (desk.get(name, "awards")["items"] for name in SERIALS)
    number = desk.left["award"] = one["number"]
    key = str(uuid.uuid4())
    refusal = f"awards/{other['number']}/refusal"
    assert desk.post("token2", refusal, {"reason": "No time."}, **{"Idempotency-Key": key})["state"] == "declined"
    again = desk.api("token2").post(refusal, json={"reason": "No time."}, headers={"Idempotency-Key": key})
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")
    desk.post("token1", f"awards/{number}/acceptance")
    sha256 = desk.get("token1", f"awards/{number}/agreement")["sha256"]
    paper = {"file": ("signed.pdf", small_pdf("Signed"), "application/pdf")}
    found = answered(desk.api("token1").post(f"awards/{number}/agreement/papers", files=paper))
    place = f"signed-papers/{found['papers'][0]['id']}"
    refused_reading = desk.api("manager").get(place)
    assert (refused_reading.status_code, refused_reading.json()["title"]) == (422, "purpose_needed")
    assert desk.api("manager").get(place, params={"purpose": "Check"}).content.startswith(b"%PDF-")
    assert desk.post("manager", f"{place}/confirmation")["signed_by"] == ["user"]
    given = {"side": "body", "password": PASSWORD, "sha256": sha256}
    assert desk.post("approver", f"awards/{number}/agreement/signatures", given)["in_force_at"]
    assert desk.get("token1", f"awards/{number}")["state"] == "in_force"


def test_a_job_runs_is_metered_and_billed(desk):
    number = desk.left["award"]
    told = desk.madang("token1", "submit", "--award", number, "--time", "2m", "--", "sh", "-c", "echo done; sleep 2")
    assert "done" in told.stdout
    used = until(lambda: desk.get("token1", f"awards/{number}/usage")[0]["used_seconds"], "metered use")
    assert used >= 1
    assert desk.post("manager", f"statement-months/{this_month()}/drafts")["statements"] >= 1
    refused(desk.api("manager"), f"statement-months/{this_month()}/issue", None, 409, "month_not_over")
    (row,) = desk.get("token1", "statements")["items"]
    lines = desk.get("token1", f"statements/{row['id']}")["lines"]
    assert sum(line["due_won"] for line in lines) == row["due_won"] > 0
    assert desk.api("token2").get(f"statements/{row['id']}").status_code == 404


def test_the_award_ends_by_two_people_and_shows_in_the_figures(desk):
    number = desk.left["award"]
    refused(desk.api("approver"), f"awards/{number}/end", {"reason": "Done."}, 409, "not_allowed_for_role")
    approval = desk.post("manager", f"awards/{number}/end", {"reason": "Done."})["approval"]
    assert "carried out" in desk.madang("approver", "approve", str(approval), "--document", "D-4").stdout
    assert desk.get("token1", f"awards/{number}")["state"] == "ended"

    def figure():
        found = answered(httpx.get(f"{desk.centre.url}/api/v1/figures/demand", timeout=30))
        rows = [row for row in found["rows"] if row["call"] == CALL and row["by"] == ""]
        return rows if sum(row["awards"] for row in rows) else None

    rows = until(figure, "figure of the call", 90)
    assert sum(row["applications"] for row in rows) == 2


def test_the_auditor_finds_it_all(desk):
    told = desk.madang("auditor", "journal", "--action", "decisions.", "--json")
    found = json.loads(told.stdout)
    assert {row["action"] for row in found} == {"decisions.adopt", "decisions.publish"}
    assert {row["via"] for row in found} >= {"api"}
    assert "선정 결과" in desk.madang("auditor", "journal", "--action", "decisions.publish", language="ko").stdout
    readings = desk.get("auditor", "journal/readings")["items"]
    assert any(row["purpose"] == "Check" for row in readings)
    assert desk.api("manager").get("journal/entries").status_code == 404
    refused(desk.api("auditor"), f"intakes/{desk.left['intake']}/moves", {"to": "closed"}, 409, "not_allowed_for_role")
