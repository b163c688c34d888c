"""The page of nodes tells which is out of service and why, in both languages; file and API have every day."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from factories import NOW, actor, make_award, make_pool, make_staff
from portal.nodes.conftest import note, out

from madang.portal.access import actions as access
from madang.portal.actors import Role
from madang.portal.cluster import bringing
from madang.portal.indicators import actions as figures
from madang.portal.indicators.models import DayUse

pytestmark = pytest.mark.django_db
PAGE = "/staff/nodes/"


@pytest.fixture
def manager(client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    person = make_staff(Role.PROGRAMME_MANAGER)
    client.force_login(person)
    return person


def page(client, language="en", **query):
    client.cookies["madang_language"] = client.cookies["django_language"] = language
    answer = client.get(PAGE, query, headers={"accept-language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def use(seconds):
    DayUse.objects.create(
        day=date(2026, 4, 1), pool=make_pool(backend_type="H100"), award=make_award(), seconds=seconds
    )


def test_before_anything_was_read_the_page_says_what_to_do(client, manager, monkeypatch):
    assert "do not run on a Slurm cluster" in page(client)
    monkeypatch.setattr(bringing, "on_slurm", lambda: True)
    assert "The worker asks it every minute" in page(client)


def test_which_node_is_out_since_when_and_why_and_what_of_the_month_was_used(client, manager, a_month):
    use(36_000)
    shown = page(client)
    for words in (
        "n2", "8 H100, 64 cores", "DOWN", "1 h", "broken fan", "new firmware", "30 min", "goes on",
        ">32.0<", ">8.0<", ">4.0<", "62.5%", ">10.0<", "31.3%",
        "50.0%", ">256.0<",
        "?month=2026-03&amp;of=H100", "/staff/nodes/2026.csv",
    ):  # fmt: skip
        assert words in shown, words
    assert "has not answered" not in shown
    korean = page(client, "ko")
    for words in ("장애", "운영에서 제외", "가용률", "8 H100, 코어 64개", "broken fan", "계속됨"):
        assert words in korean, words
    cores = page(client, of="core")
    assert "?month=2026-04&amp;of=H100" in cores and "Cores: what was there, by day" in cores
    assert "Nothing is known of this month" in page(client, month="2025-01")
    assert "n2" in page(client, month="nonsense", of="nonsense")


def test_an_answer_that_is_old_is_told(client, manager, a_month, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(minutes=11))
    assert "The cluster has not answered since" in page(client)


def test_the_queries_of_the_page_do_not_grow(client, manager, a_month, django_assert_num_queries):
    page(client)
    with django_assert_num_queries(12):
        page(client)
    note(*(out(f"m{n}", "down", n, n + 5) for n in range(3)), out("m9", "drained", 5))
    with django_assert_num_queries(12):
        page(client)


def test_the_file_and_the_api_have_every_day_and_every_stretch(client, manager, a_month):
    use(36_000)
    answer = client.get("/staff/nodes/2026.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(row["day"], row["resource"]) for row in rows] == [("2026-04-01", "H100"), ("2026-04-01", "core")]
    numbers = {name: int(text) for name, text in rows[0].items() if name.endswith("_seconds")}
    assert numbers == {
        "installed_seconds": 115_200, "down_seconds": 28_800, "drained_seconds": 14_400,
        "available_seconds": 72_000, "used_seconds": 36_000,
    }  # fmt: skip
    assert client.get("/staff/nodes/1999.csv").status_code == 404
    _token, secret = access.create_token(by=actor(manager), now=NOW, name="api", days=1)
    headers = {"Authorization": f"Bearer {secret}"}
    days = client.get("/api/v1/nodes/days?first=2026-04-01&last=2026-04-30", headers=headers).json()["items"]
    assert days[0] == numbers | {"day": "2026-04-01", "resource": "H100", "unit": "gpu"}
    events = client.get("/api/v1/nodes/events", headers=headers).json()["items"]
    assert [(one["node"], one["condition"], one["gpus"]) for one in events] == [
        ("n2", "down", {"H100": 8}), ("n1", "drained", {"H100": 8}),
    ]  # fmt: skip
    still = client.get("/api/v1/nodes/events?now=true", headers=headers).json()["items"]
    assert [(one["node"], one["ends_at"]) for one in still] == [("n2", None)]


def test_the_public_figures_have_availability(client, a_month):
    use(36_000)
    figures.work_out(now=NOW)
    shown = client.get("/figures/", headers={"accept-language": "en"}).content.decode()
    for words in ("Availability of the cluster", "62.50%", "31.25%", "50.00%", "#use_of_available"):
        assert words in shown, words
    assert client.get("/figures/availability.csv").content.decode().splitlines()[1] == (
        "H100,gpu,2026-04,115200,72000,36000"
    )
