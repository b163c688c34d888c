"""Papers are looked up at a registry that a setting names: a real one on loopback, well-behaved and not."""

from __future__ import annotations

import json
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import reverse
from django.utils import timezone
from factories import NOW, actor, make_staff
from portal.outcomes.test_outcomes_actions import PAPER, accepted, made

from madang.portal.access import actions as access
from madang.portal.actors import Role
from madang.portal.outcomes import chores, queries, rules
from madang.portal.outcomes.lookups import CITATION, MOST_BYTES, NoAnswer, Paper, look_up, paper_of
from madang.portal.outcomes.models import OutcomeItem, PaperRecord

GOOD = {
    "title": ["On <i>smears</i>\n and\u0000 cores"],
    "container-title": "Journal of Wards",
    "issued": {"date-parts": [[2025, 3]]},
}


class Registry(BaseHTTPRequestHandler):
    """Answers by the DOI's name."""

    def do_GET(self):
        name = self.path.rpartition("/")[2]
        hints = {"round": self.path, "inside": "http://169.254.169.254/x", "plain": "http://api.crossref.org/x",
                 "near": "/10.1234/abc.5"}  # fmt: skip
        if name in hints:
            self._say(302, b"", location=hints[name])
        elif name == "nothing":
            self._say(404, b"not here")
        elif name == "broken":
            self._say(503, b"")
        elif name == "page":
            self._say(200, b"<html>")
        elif name == "endless":
            self._say(200, b" " * (MOST_BYTES + 1))
        else:
            assert self.headers["Accept"] == CITATION
            self._say(200, json.dumps(GOOD).encode())

    def _say(self, status, body, **headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing on the test's output."""


@pytest.fixture(scope="module")
def registry():
    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


SMEARS = Paper("On smears and cores", "Journal of Wards", 2025)


@pytest.mark.parametrize(("doi", "found"), [("abc.5", SMEARS), ("near", SMEARS), ("nothing", Paper())])
def test_what_is_registered_is_told_as_one_line_of_text(registry, doi, found):
    assert look_up(registry, f"10.1234/{doi}") == found


@pytest.mark.parametrize("doi", ["round", "inside", "plain", "broken", "page", "endless"])
def test_a_registry_that_misbehaves_leads_nowhere(registry, doi):
    with pytest.raises(NoAnswer):
        look_up(registry, f"10.1234/{doi}")


@pytest.fixture
def silent():
    """A place that somebody holds and where nobody answers."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


def test_nobody_answers(silent):
    with pytest.raises(NoAnswer):
        look_up(silent, "10.1234/abc.5")


@pytest.mark.parametrize("odd", [[], {}, {"title": 5}, {"title": ""}, {"title": [[]]}, None])
def test_what_is_no_citation_is_no_answer(odd):
    with pytest.raises(NoAnswer):
        paper_of(odd)


@pytest.mark.parametrize("issued", [None, [], {"date-parts": []}, {"date-parts": [[None]]}, {"date-parts": [["20x5"]]}])
def test_a_paper_without_a_year(issued):
    assert paper_of({"title": "t", "issued": issued}) == Paper("t")


@pytest.mark.django_db
def test_the_worker_asks_once_and_the_page_shows_it_beside_what_was_entered(client, settings, registry):
    duty, by = made()
    accepted(duty, by, PAPER)
    assert chores.look_up_paper(NOW) == 0 and not PaperRecord.objects.exists()  # no registry is named
    settings.MADANG_DOI_RESOLVER = registry
    assert [chores.look_up_paper(NOW), chores.look_up_paper(NOW)] == [1, 0]
    assert PaperRecord.objects.values_list("doi", "title", "year").get() == (PAPER.doi, SMEARS.title, 2025)
    officer = make_staff(Role.SCREENING_OFFICER)
    client.force_login(officer)
    page = client.get(reverse("outcome-report", args=[duty.pk]), headers={"accept-language": "en"}).content.decode()
    assert SMEARS.title in page and "Journal of Wards, 2025" in page and PAPER.what in page
    _, secret = access.create_token(by=actor(officer), now=timezone.now(), name="t", days=9)
    whole = client.get(f"/api/v1/outcome-reports/{duty.pk}", headers={"authorization": f"Bearer {secret}"}).json()
    told = whole["versions"][0]["items"][0]
    assert (told["what"], told["registered"]) == (
        PAPER.what, {"title": SMEARS.title, "container": "Journal of Wards", "year": 2025},
    )  # fmt: skip
    assert OutcomeItem.objects.get(doi=PAPER.doi).what == PAPER.what


@pytest.mark.django_db
def test_what_did_not_answer_is_asked_again_a_day_later_and_not_for_ever(settings, silent):
    settings.MADANG_DOI_RESOLVER = silent
    duty, by = made()
    accepted(duty, by, PAPER)
    for day in range(rules.MOST_TRIES + 2):
        chores.look_up_paper(NOW + timedelta(days=day))
        assert queries.to_look_up(NOW + timedelta(days=day, hours=23)) == ""
    assert PaperRecord.objects.values_list("answered", "tries").get() == (False, rules.MOST_TRIES)
