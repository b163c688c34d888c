"""The public pages and files: every number has a definition, data has tags, and a year is frozen by two people."""

from __future__ import annotations

import csv
import importlib
import io
import json
from datetime import date, timedelta
from hashlib import sha256
from html.parser import HTMLParser

import factories as make
import pytest
from django.db import DatabaseError, transaction
from factories import NOW
from portal.indicators import published
from portal.indicators.test_indicators_figures import publish, use

from madang.errors import Refused
from madang.portal.access import actions as access
from madang.portal.actors import Role
from madang.portal.applications.models import Consent
from madang.portal.approvals.models import Approval
from madang.portal.awards.models import Award, AwardLine
from madang.portal.billing.models import Statement
from madang.portal.calls.models import ConsentText
from madang.portal.decisions.models import Decision
from madang.portal.indicators import actions, chores, listing, parquet
from madang.portal.indicators.models import FigureSet, YearFigures
from madang.portal.indicators.registry import FIGURES
from madang.portal.journal.models import JournalEntry
from madang.portal.prices.models import Tariff
from madang.portal.resources.models import Pool

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def statement(month, reference=1000):
    return Statement.objects.create(
        organisation=make.make_organisation(), month=month, reference=reference, subsidy=reference, worked_out_at=NOW
    )


def draft(year, now=NOW):
    return actions.draft(by=make.make_actor(Role.PROGRAMME_MANAGER), now=now, year=year, comment="")


def freeze(year, now=NOW, **given):
    by = given.pop("by", None) or make.make_actor(Role.APPROVER)
    return actions.freeze(by=by, now=now, year=year, comment="", document_number="D-1")


def test_the_page_and_its_data_need_no_log_in(client):
    assert client.get("/figures/").status_code == 200
    publish(make.make_submitted(state="eligible"))
    chores.work_out(NOW)
    page = client.get("/figures/", headers=ENGLISH)
    assert page.status_code == 200
    assert "Applications and awards" in page.content.decode()
    found = client.get("/figures.json").json()
    assert found["figures"]["demand"][0]["applications"] == 1
    assert {one["code"] for one in found["dictionary"]["ko"]["figures"]} == FIGURES.keys()
    text = client.get("/figures/demand.csv").content.decode()
    assert next(csv.DictReader(io.StringIO(text)))["gpus_given"] == "16"
    assert client.get("/figures/demand.csv?bom=1").content.startswith("\ufeff".encode())
    assert client.get("/figures/nonsense.csv").status_code == 404
    assert client.get("/figures/regions.svg")["Content-Type"] == "image/svg+xml"
    (award,) = csv.DictReader(io.StringIO(client.get("/figures/awards.csv").content.decode()))
    assert (award["quantity"], award["units"], award["title"], award["award_won"]) == ("2", "8", "", "")


def test_the_list_of_awards_has_values_in_won_and_titles_only_where_applicants_agreed(client):
    award = publish(make.make_submitted(state="eligible"))
    manager, approver = make.make_staff(Role.PROGRAMME_MANAGER), make.make_staff(Role.APPROVER)
    Tariff.objects.create(
        product=award.lines.get().product, kind="reserved", price=400_000, reference_price=1_000_000,
        reference_source="A list", starts_on=date(2026, 1, 1), drafted_by=manager, drafted_at=NOW,
        approved_by=approver, approved_at=NOW,
    )  # fmt: skip
    words = dict.fromkeys(("title_ko", "title_en", "body_ko", "body_en", "refusal_ko", "refusal_en"), "x")
    text = ConsentText.objects.create(code=listing.TITLE_CONSENT, version=1, created_at=NOW, **words)
    (row,) = client.get("/figures/awards.json").json()["awards"]
    months = award.lines.get().months
    assert (row["year"], row["award_won"], row["title"]) == (NOW.year, 2 * months * 1_000_000, None)
    person = award.application.created_by
    given = Consent.objects.create(application=award.application, text=text, accepted_by=person, accepted_at=NOW)
    (row,) = client.get("/figures/awards.json").json()["awards"]
    assert row["title"] == award.title
    assert "title" not in listing.award_list(titles=False)[0]
    Consent.objects.filter(pk=given.pk).update(withdrawn_at=NOW)
    assert client.get("/figures/awards.json").json()["awards"][0]["title"] is None


def test_figures_of_an_earlier_release_wait_for_the_next_working_out(client):
    chores.work_out(NOW)
    row = FigureSet.objects.get()
    FigureSet.objects.update(figures={code: rows for code, rows in row.figures.items() if code != "outcomes"})
    assert client.get("/figures/").status_code == client.get("/").status_code == 200
    assert client.get("/figures/outcomes.csv").status_code == 404
    chores.work_out(NOW + timedelta(minutes=1))
    assert client.get("/figures/outcomes.csv").status_code == 200


def test_the_api_serves_the_same_figures(client):
    assert client.get("/api/v1/figures").json() == []
    publish(make.make_submitted(state="eligible"))
    chores.work_out(NOW)
    assert client.get("/api/v1/figures/demand").json()["rows"][0]["applications"] == 1
    assert client.get("/api/v1/figures/nonsense").status_code == 404
    assert {one["code"] for one in client.get("/api/v1/figures/definitions").json()} == FIGURES.keys()


@pytest.mark.parametrize("url", ["/figures.json", "/figures/demand.csv", "/figures/awards.csv", "/figures/regions.svg"])
def test_what_has_not_changed_is_not_sent_again(client, url):
    publish(make.make_submitted(state="eligible"))
    chores.work_out(NOW)
    tag = client.get(url)["ETag"]
    assert client.get(url, headers={"if-none-match": tag}).status_code == 304
    publish(make.make_submitted(state="eligible"))
    chores.work_out(NOW + timedelta(minutes=1))
    assert client.get(url, headers={"if-none-match": tag}).status_code == 200


def test_every_number_of_the_public_pages_is_a_figure_with_a_definition(client):
    for code in ("a", "b"):
        organisation = make.make_organisation(region=make.make_region(code=code))
        publish(make.make_submitted(state="eligible", organisation=organisation))
    use(Award.objects.first(), 3600)
    make.make_pool_month(Pool.objects.first(), "2026-05", physical=10, funded=4)
    Award.objects.update(in_force_at=NOW)
    statement("2025-06")
    actions.roll_up(now=NOW)
    draft(2025)
    freeze(2025)
    Statement.objects.update(reference=2000, subsidy=2000)
    chores.work_out(NOW.replace(month=5, day=2))
    assert FIGURES.keys() <= Numbers.of(client.get("/figures/definitions/")).ids
    for url in ("/", "/figures/", "/figures/2025/", "/capacity/"):
        page = Numbers.of(client.get(url, headers=ENGLISH))
        assert page.loose == [], url
        assert page.figures
        assert page.figures <= FIGURES.keys()
        assert page.figures <= page.linked


def test_the_walk_finds_a_number_without_a_definition():
    page = Numbers()
    page.feed("<main><p>We helped 300 firms.</p><td data-figure='awards'>3</td></main>")
    assert page.loose == ["We helped 300 firms."]


class Numbers(HTMLParser):
    """The numbers in a page's main part: those of a figure, and those that are loose.

    A name, a time, a choice, a link, a source, a digest, a heading and a drawing (which a table stands for) are none.
    """

    NAMES = frozenset(
        {"th", "time", "option", "a", "cite", "code", "caption", "figcaption", "svg", "h1", "h2", "nav", "dt"}
    )
    EMPTY = frozenset({"meta", "link", "input", "br", "img", "hr"})

    def __init__(self):
        super().__init__()
        self.stack, self.loose, self.figures, self.linked, self.ids = [], [], set(), set(), set()

    @classmethod
    def of(cls, answer):
        assert answer.status_code == 200
        found = cls()
        found.feed(answer.content.decode())
        return found

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in self.EMPTY:
            self.stack.append((tag, given.get("data-figure")))
        self.ids.add(given.get("id"))
        if "data-figure" in given:
            self.figures.add(given["data-figure"])
        if "/figures/definitions/#" in (given.get("href") or ""):
            self.linked.add(given["href"].partition("#")[2])

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def handle_data(self, data):
        tags = {tag for tag, _ in self.stack}
        told = tags & self.NAMES or any(figure for _, figure in self.stack)
        if "main" in tags and not told and any(letter.isdigit() for letter in data):
            self.loose.append(data.strip())


def test_a_year_is_frozen_by_two_people_and_stays(client):
    statement("2025-06")
    actions.work_out(now=NOW)
    manager = make.make_actor(Role.PROGRAMME_MANAGER, Role.APPROVER)
    actions.draft(by=manager, now=NOW, year=2025, comment="")
    with pytest.raises(Refused, match="approval_same_person"):
        freeze(2025, by=manager)
    row = freeze(2025)
    assert JournalEntry.objects.filter(action="indicators.freeze").count() == 1
    answer = client.get("/figures/2025.json")
    assert sha256(answer.content).hexdigest() == row.sha256
    assert json.loads(answer.content)["figures"]["value"][0]["reference_won"] == 1000
    assert client.get("/figures/2025.json", headers={"if-none-match": f'"{row.sha256}"'}).status_code == 304
    assert "still what the tables say" in client.get("/figures/2025/", headers=ENGLISH).content.decode()
    Statement.objects.update(reference=2500, subsidy=2500)
    actions.work_out(now=NOW + timedelta(hours=1))
    page = client.get("/figures/2025/", headers=ENGLISH).content.decode()
    assert "These numbers are no longer what was frozen" in page
    assert (">1,000<" in page, ">2,500<" in page, "₩1,000" in page) == (True, True, True)
    assert client.get("/figures/2025.json").content == answer.content
    (one,) = client.get("/api/v1/figures/years/2025/differences").json()["differences"][:1]
    assert (one["table"], one["figure"], one["frozen"], one["now"]) == ("value", "reference_won", 1000, 2500)
    (line,) = csv.DictReader(io.StringIO(client.get("/figures/2025/value.csv").content.decode()))
    assert line["reference_won"] == "1000"
    (year,) = client.get("/api/v1/figures/years").json()
    assert year["sha256"] == row.sha256 == client.get("/api/v1/figures/years/2025").json()["sha256"]
    with pytest.raises(DatabaseError), transaction.atomic():
        YearFigures.objects.update(content="{}")


def test_every_file_of_a_release_stands_in_its_checksums_and_stays(client):
    award = publish(make.make_submitted(state="eligible"))
    Decision.objects.update(published_at=NOW.replace(year=2025))
    statement("2025-06")
    actions.work_out(now=NOW)
    draft(2025)
    freeze(2025)
    assert published.otherwise(client, [2025]) == []
    sums = client.get("/figures/2025/SHA256SUMS").content
    lines = dict(reversed(line.split("  ")) for line in sums.decode().splitlines())
    assert {"madang-2025.json", "madang-2025-awards.csv", "madang-2025-value.csv", "madang-2025-demand.csv"} <= {*lines}
    AwardLine.objects.filter(award=award).update(quantity=1)
    Statement.objects.update(reference=2500, subsidy=2500)
    page = client.get("/figures/2025/", headers=ENGLISH).content.decode()
    for name, digest in lines.items():
        code = name.removeprefix("madang-2025-")
        address = "/figures/2025.json" if code == name else f"/figures/2025/{code}"
        answer = client.get(address)
        assert (sha256(answer.content).hexdigest(), name in answer["Content-Disposition"]) == (digest, True)
        assert client.get(address, headers={"if-none-match": answer["ETag"]}).status_code == 304
        assert (address in page, digest in page) == (True, True)
    assert client.get("/figures/2025/SHA256SUMS").content == sums
    assert any(name.endswith(".parquet") for name in lines) == parquet.available()
    assert client.get("/figures/2025/waits.csv").status_code == client.get("/figures/2025/no.csv").status_code == 404
    found = client.get("/api/v1/figures/years/2025/differences").json()["differences"]
    (changed,) = [one for one in found if one["table"] == "awards"]
    assert (changed["named"]["award"], changed["frozen"], changed["now"]) == (award.number, 2, 1)


def test_figures_that_changed_after_the_draft_are_not_frozen():
    statement("2025-06")
    draft(2025)
    statement("2025-07")
    with pytest.raises(Refused, match="figures_changed"):
        freeze(2025)
    assert not YearFigures.objects.exists()
    assert Approval.objects.get().state == "waiting"


@pytest.mark.parametrize(("year", "code"), [(2026, "figures_year_runs"), (2024, "figures_year_empty")])
def test_a_year_that_runs_or_has_no_figures_is_not_drafted(year, code):
    with pytest.raises(Refused, match=code):
        draft(year)


def test_a_frozen_year_is_not_frozen_again():
    statement("2025-06")
    draft(2025)
    freeze(2025)
    with pytest.raises(Refused, match="figures_year_frozen"):
        draft(2025)


def test_only_a_programme_manager_drafts_and_only_an_approver_freezes():
    statement("2025-06")
    for role in (Role.OPERATOR, Role.AUDITOR, Role.APPROVER):
        with pytest.raises(Refused, match="not_allowed_for_role"):
            actions.draft(by=make.make_actor(role), now=NOW, year=2025, comment="")
    draft(2025)
    with pytest.raises(Refused, match="not_allowed_for_role"):
        freeze(2025, by=make.make_actor(Role.PROGRAMME_MANAGER))


def test_staff_freeze_a_year_on_their_page(client):
    statement("2025-06")
    actions.work_out(now=NOW)
    client.force_login(make.make_staff(Role.PROGRAMME_MANAGER))
    assert "Not frozen" in client.get("/staff/figures/", headers=ENGLISH).content.decode()
    assert client.post("/staff/figures/2025/", {"half": "draft", "comment": ""}).status_code == 302
    client.force_login(make.make_staff(Role.APPROVER))
    given = {"half": "approve", "comment": "", "document_number": "D-7"}
    assert client.post("/staff/figures/2025/", given).status_code == 302
    assert YearFigures.objects.get().approval.document_number == "D-7"
    page = client.get("/staff/figures/2025/", headers=ENGLISH).content.decode()
    assert "As the public sees it" in page
    assert client.get("/staff/figures/2027/").status_code == 404


def test_an_approver_freezes_a_year_through_the_api(client):
    statement("2025-06")
    approval = draft(2025)
    person = make.make_staff(Role.APPROVER)
    _row, secret = access.create_token(by=make.actor(person), now=NOW, name="t", days=9)
    answer = client.post(
        f"/api/v1/approvals/{approval.pk}/approval",
        {"document_number": "D-8"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 200
    assert YearFigures.objects.get().year == 2025


def test_parquet_is_offered_where_it_can_be_written(client):
    publish(make.make_submitted(state="eligible"))
    chores.work_out(NOW)
    answers = [client.get(f"/figures/{name}.parquet") for name in ("demand", "awards")]
    pages = [client.get(address).content.decode() for address in ("/figures/", "/figures/definitions/")]
    if not parquet.available():
        assert {one.status_code for one in answers} == {404}
        assert not any("parquet" in page for page in pages)
        return
    assert {one["Content-Type"] for one in answers} == {parquet.PARQUET}
    assert all("/figures/demand.parquet" in page for page in pages)
    assert published.otherwise(client) == []
    types = importlib.import_module("pyarrow.parquet").read_schema(io.BytesIO(answers[1].content)).types
    assert [str(one) for one in types].count("int64") == 5
