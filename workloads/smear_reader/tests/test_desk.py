"""The desk over HTTP: a device sends and polls, a technician confirms, and nobody gets further than the key allows."""

import re
from datetime import UTC, datetime, timedelta

import pytest

pytest.importorskip("starlette", reason="the desk's extra is not installed")
pytest.importorskip("httpx2", reason="the tests of the desk ask by httpx2")

from starlette.testclient import TestClient

from smear_reader.calibration import Calibration, NegativeSlide
from smear_reader.desk import keys
from smear_reader.desk.app import desk_app
from smear_reader.desk.asking import Desk
from smear_reader.desk.keys import Pace
from smear_reader.desk.reading_room import ReadingRoom
from smear_reader.desk.store import Store
from smear_reader.reading import Settings

START = datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
WIDE = Settings(1.0, 0.4, pixel_nm=2000, reference_um2=7_000)  # one image shows over a hundred reference fields


class Clock:
    """The desk's clock, moved by hand."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


class Trial:
    """A desk with a device, a second device and a technician."""

    def __init__(self, home, detector, calibrated=True, **options):
        self.clock = Clock()
        self.store = Store(home, **options)
        slides = tuple(NegativeSlide(f"n{k}", 100_000, ()) for k in range(20))
        found = Calibration("bench 2", "2026-03-01", "m", WIDE, slides, 90, 100, "given") if calibrated else None
        self.room = ReadingRoom(self.store, detector, "m" * 64, WIDE, found)
        self.app = desk_app(Desk(self.store, self.room, Pace(200), self.clock))
        self.secrets = {
            name: keys.make(self.store, name, role, START, 5)
            for name, role in (("scanner", "device"), ("other", "device"), ("김검사", "technician"))
        }

    def api(self, name):
        client = TestClient(self.app, base_url="http://desk", headers={"Authorization": f"Bearer {self.secrets[name]}"})
        client.headers["Accept-Language"] = "en"
        return client

    def browser(self):
        client = TestClient(self.app, base_url="http://desk", headers={"Accept-Language": "en"})
        answer = client.post("/enter", data={"key": self.secrets["김검사"]}, headers={"Origin": "http://desk"})
        assert answer.status_code == 200
        return client

    def sent(self, images):
        """The number of a slide with these images, closed and read."""
        device = self.api("scanner")
        number = device.post("/api/slides", json={"sample": "S26-0147"}).json()["slide"]
        for k, image in enumerate(images, start=1):
            assert device.put(f"/api/slides/{number}/fields/{k}", content=image).status_code == 201
        assert device.post(f"/api/slides/{number}/close").status_code == 202
        while self.room.work(self.clock.now):
            pass
        return number


@pytest.fixture
def trial(tmp_path, detector):
    return Trial(tmp_path / "desk", detector)


@pytest.fixture(scope="module")
def images(drawn, stored):
    return [stored(drawn(3)), stored(drawn(4))]


def test_from_upload_to_a_grade_that_a_person_confirmed(trial, images):
    number = trial.sent(images)
    said = trial.api("scanner").get(f"/api/slides/{number}").json()
    assert said["state"] == "read" and said["fields_seen"] == 2
    result = said["result"]
    assert result["grade"] is None or result["outcome"] == "graded"
    technician = trial.api("김검사")
    while technician.get(f"/api/slides/{number}").json()["result"]["to_confirm"]:
        left = technician.get(f"/api/slides/{number}").json()["result"]["to_confirm"]
        answers = {place["place"]: place["chance"] >= 0.4 for place in left}
        assert technician.post(f"/api/slides/{number}/answers", json={"answers": answers}).status_code == 200
    result = trial.api("scanner").get(f"/api/slides/{number}").json()["result"]
    assert (result["outcome"], result["confirmed_by_a_person"]) == ("final", True)
    assert result["grade"] in ("scanty", "1+")
    assert {answer.who for answer in trial.store.answers(number)} == {"김검사"}


def test_the_same_field_twice_is_one_and_another_under_its_number_is_refused(trial, images):
    device = trial.api("scanner")
    number = device.post("/api/slides", json={"sample": "S26-0147"}).json()["slide"]
    place = f"/api/slides/{number}/fields/1"
    assert [device.put(place, content=images[0]).status_code for _ in range(2)] == [201, 200]
    other = device.put(place, content=images[1])
    assert (other.status_code, other.json()["code"]) == (409, "other_content")
    device.post(f"/api/slides/{number}/close")
    assert device.put(f"/api/slides/{number}/fields/2", content=images[1]).json()["code"] == "closed"


@pytest.mark.parametrize(
    "sample", ["", "KIM", "홍길동", "KIMMINSU-01", "900101-1234567", "S1", "../../etc12", "s26-01", "S" * 60]
)
def test_a_sample_has_a_code_and_no_name(trial, sample):
    answer = trial.api("scanner").post("/api/slides", json={"sample": sample})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_sample")


def test_devices_see_their_own_slides_only_and_do_not_confirm(trial, images):
    number = trial.sent(images[:1])
    assert trial.api("other").get(f"/api/slides/{number}").status_code == 404
    assert trial.api("other").put(f"/api/slides/{number}/fields/9", content=b"x").status_code == 404
    assert trial.api("other").post(f"/api/slides/{number}/close").status_code == 404
    refused = trial.api("scanner").post(f"/api/slides/{number}/answers", json={"answers": {"1-1-1": True}})
    assert refused.status_code == 403
    assert trial.api("scanner").get("/").status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/slides/1"),
        ("POST", "/api/slides"),
        ("PUT", "/api/slides/1/fields/1"),
        ("POST", "/api/slides/1/answers"),
    ],
)
def test_without_a_key_nothing_is_answered(trial, method, path):
    stranger = TestClient(trial.app, base_url="http://desk")
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        assert stranger.request(method, path, headers=headers).status_code == 401
    assert stranger.get("/", follow_redirects=False).headers["location"] == "/enter"


def test_a_revoked_key_is_none(trial):
    browser = trial.browser()
    assert keys.revoke(trial.store, "김검사", START) and not keys.revoke(trial.store, "nobody", START)
    assert trial.api("김검사").get("/api/slides/1").status_code == 401
    assert browser.get("/", follow_redirects=False).status_code == 303


def test_limits_hold_for_each_key(trial, images):
    device = trial.api("scanner")
    number = device.post("/api/slides", json={"sample": "S26-0147"}).json()["slide"]
    found = [device.put(f"/api/slides/{number}/fields/{k}", content=b"%d" % k) for k in range(1, 7)]
    assert [answer.status_code for answer in found] == [201] * 5 + [429]
    assert found[-1].headers["retry-after"] == "60"
    trial.clock.now += timedelta(days=1, seconds=2)
    assert device.put(f"/api/slides/{number}/fields/6", content=b"6").status_code == 201
    answers = [device.get("/api/slides/1").status_code for _ in range(220)]
    assert answers.count(429) > 0 and answers[0] == 200
    assert trial.api("other").post("/api/slides", json={"sample": "S26-9"}).status_code == 201


def test_a_full_disk_refuses_and_loses_nothing(tmp_path, detector, images):
    trial = Trial(tmp_path / "small", detector, most_bytes=len(images[0]) + 10)
    device = trial.api("scanner")
    number = device.post("/api/slides", json={"sample": "S26-0147"}).json()["slide"]
    assert device.put(f"/api/slides/{number}/fields/1", content=images[0]).status_code == 201
    assert device.put(f"/api/slides/{number}/fields/2", content=images[1]).status_code == 507
    assert device.get(f"/api/slides/{number}").json()["fields_sent"] == 1


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [(b"", {}, 422), (b"x", {"Content-Length": str(10**9)}, 413), (b"x", {"Content-Length": "-5"}, 413)],
)
def test_bodies_are_bounded(trial, content, headers, status):
    device = trial.api("scanner")
    number = device.post("/api/slides", json={"sample": "S26-0147"}).json()["slide"]
    assert device.put(f"/api/slides/{number}/fields/1", content=content, headers=headers).status_code == status


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 100_000, b'{"sample": 7}', b"\xff\xfe"])
def test_nonsense_is_refused_in_words(trial, body):
    answer = trial.api("scanner").post("/api/slides", content=body)
    assert answer.status_code in (400, 422) and answer.json()["detail"]


def test_images_are_deleted_after_the_set_time_and_counts_stay(trial, images):
    number = trial.sent(images)
    folder = trial.store.home / "images" / str(number)
    place = trial.api("김검사").get(f"/api/slides/{number}").json()["result"]["to_confirm"][0]["place"]
    assert folder.exists() and trial.api("김검사").get(f"/api/slides/{number}/pictures/{place}").status_code == 200
    assert trial.store.wipe(START + timedelta(hours=71), timedelta(hours=72)) == 0
    assert trial.store.wipe(START + timedelta(hours=73), timedelta(hours=72)) == 1
    assert not folder.exists()
    assert trial.api("김검사").get(f"/api/slides/{number}/pictures/{place}").status_code == 404
    said = trial.api("scanner").get(f"/api/slides/{number}").json()
    assert said["images_deleted"] and said["result"]["fields"] == 2
    kept = trial.store.one("SELECT record FROM slides WHERE id = ?", number)["record"]
    assert '"picture": "/9j' not in kept
    late = trial.api("김검사").post(f"/api/slides/{number}/answers", json={"answers": {place: True}})
    assert late.status_code == 410


def test_a_slide_half_read_at_a_kill_is_read_again(trial, detector, images):
    device = trial.api("scanner")
    number = device.post("/api/slides", json={"sample": "S26-0147"}).json()["slide"]
    device.put(f"/api/slides/{number}/fields/1", content=images[0])
    trial.room.work(START)
    device.put(f"/api/slides/{number}/fields/2", content=images[0][:2000])
    device.put(f"/api/slides/{number}/fields/3", content=images[1])
    device.post(f"/api/slides/{number}/close")
    again = ReadingRoom(Store(trial.store.home), detector, "m" * 64, WIDE, trial.room.calibration)
    while again.work(START):
        pass
    broken = device.get(f"/api/slides/{number}").json()["result"]
    assert (broken["fields"], broken["readable_fields"], broken["faults"]) == (3, 2, {"refused": 1})


def test_false_alarms_are_published_without_a_key(trial, tmp_path, detector):
    said = TestClient(trial.app, base_url="http://desk").get("/api/calibration").json()
    assert (said["calibrated"], said["false_alarms_per_field"], said["slides"]) == (True, 0.0, 20)
    plain = Trial(tmp_path / "plain", detector, calibrated=False)
    assert TestClient(plain.app, base_url="http://desk").get("/api/calibration").json()["calibrated"] is False


# --- the technician's pages ---


def test_a_technician_confirms_without_any_script(trial, images):
    number = trial.sent(images)
    browser = trial.browser()
    assert "S26-0147" in browser.get("/").text
    while True:
        page = browser.get(f"/slides/{number}").text
        places = re.findall(r'name="(\d+-\d+-\d+)" value="yes">', page)
        open_ = [p for p in places if f'name="{p}" value="no">' in page]
        if not open_:
            break
        form = dict.fromkeys(open_, "no")
        assert (
            browser.post(f"/slides/{number}/answers", data=form, headers={"Origin": "http://desk"}).status_code == 200
        )
    assert "Confirmed by a person." in page and ">negative<" in page
    assert "Kim" not in page and "김검사" in page
    report = browser.get(f"/slides/{number}/report")
    assert report.headers["content-disposition"].startswith("attachment") and "음성" in report.text


@pytest.mark.parametrize("language", ["ko", "en"])
def test_pages_speak_both_languages(trial, images, language):
    number = trial.sent(images)
    browser = trial.browser()
    browser.post("/language", data={"language": language})
    for path in ("/", f"/slides/{number}", "/slides/999", "/?day=2020-02-30"):
        page = browser.get(path).text
        assert f'<html lang="{language}">' in page
        assert ("의료기기가 아니며" in page) is (language == "ko")


def test_pages_are_shut_in(trial, images):
    number = trial.sent(images)
    browser = trial.browser()
    for path in ("/", f"/slides/{number}", "/enter", "/static/desk.js", "/nowhere"):
        answer = browser.get(path)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "style=" not in answer.text and "onclick" not in answer.text


def test_requests_from_other_pages_are_refused(trial, images):
    number = trial.sent(images)
    browser = trial.browser()
    for path in (f"/slides/{number}/answers", "/slides", "/leave", "/enter"):
        assert browser.post(path, data={"x": "y"}, headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_device_key_does_not_enter_and_a_session_ends(trial):
    client = TestClient(trial.app, base_url="http://desk")
    assert client.post("/enter", data={"key": trial.secrets["scanner"]}).status_code == 403
    browser = trial.browser()
    assert browser.get("/").status_code == 200
    trial.clock.now += timedelta(hours=11)
    assert browser.get("/", follow_redirects=False).status_code == 303


def test_an_uncalibrated_desk_shows_no_result(tmp_path, detector, images):
    trial = Trial(tmp_path / "plain", detector, calibrated=False)
    number = trial.sent(images)
    page = trial.browser().get(f"/slides/{number}").text
    assert "No result is released" in page and "gallery" not in page


def test_what_was_said_cannot_be_changed(trial, images):
    number = trial.sent(images[:1])
    place = trial.api("김검사").get(f"/api/slides/{number}").json()["result"]["to_confirm"][0]["place"]
    trial.api("김검사").post(f"/api/slides/{number}/answers", json={"answers": {place: True}})
    for change in ("UPDATE answers SET bacillus = 0", "DELETE FROM answers"):
        with pytest.raises(Exception, match="answers stay"), trial.store.connected() as connection:
            connection.execute(change)


def test_the_home_is_its_owners_alone(trial):
    assert trial.store.home.stat().st_mode & 0o077 == 0
    assert (trial.store.home / "images").stat().st_mode & 0o077 == 0
