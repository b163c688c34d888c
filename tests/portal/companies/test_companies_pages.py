"""Pages of companies: the list, the board, one company by its forms, merging, a list brought in, support, figures."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from factories import NOW, make_award, make_company, make_member, make_staff, registration_number

from madang.portal.actors import Role
from madang.portal.companies.models import Company, StageEntry
from madang.portal.journal.models import Reading

pytestmark = pytest.mark.django_db
NUMBER = registration_number(905)
OFFICE = {"on": "2025-06-01", "number": NUMBER, "address": "광주 북구 1", "staff": "4", "staff_on": "2025-06-30",
          "evidence": "lease"}  # fmt: skip


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The instant at which requests arrive."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def manager(client):
    person = make_staff(Role.PROGRAMME_MANAGER)
    client.force_login(person)
    client.cookies["madang_language"] = "en"
    return person


def page(client, name, *args, query="", status=200) -> str:
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == status, answer.content.decode()[-800:]
    return answer.content.decode()


def sent(client, view, /, *args, query="", status=302, **given) -> str:
    answer = client.post(reverse(view, args=args) + query, given)
    assert answer.status_code == status, answer.content.decode()
    return answer.headers.get("Location", "") or answer.content.decode()


def test_a_company_from_its_first_contact_to_an_office_by_forms(client, manager):
    sent(client, "company-new", name="㈜마당", on="2025-01-02", evidence="a fair")
    pk = Company.objects.get().pk
    assert "has not come yet" in sent(client, "company-part-new", pk, "stage", query="?stage=visit", status=422,
                                      on="2026-05-01", evidence="x")  # fmt: skip
    whole = {**OFFICE, "file": SimpleUploadedFile("lease.pdf", b"%PDF-1.7 lease")}
    for missing in ("number", "address", "staff", "staff_on"):
        sent(client, "company-part-new", pk, "stage", query="?stage=office", status=422, **(OFFICE | {missing: ""}))
    sent(client, "company-part-new", pk, "stage", query="?stage=office", **whole)
    sent(client, "company-part-new", pk, "stage", query="?stage=memorandum", on="2025-03-01", evidence="MOU 12")
    sent(client, "company-part-new", pk, "next", version=3, what="call", owner=manager.pk, due="2026-04-02")
    sent(client, "company-part-new", pk, "note", on="2026-04-01", text="they need <b>two</b> rooms")
    sent(client, "company-part-new", pk, "document", file=SimpleUploadedFile("plan.pdf", b"%PDF-1.7 plan"))
    bad = SimpleUploadedFile("plan.pdf", b"MZ no paper")
    sent(client, "company-part-new", pk, "document", status=422, file=bad)
    seen = page(client, "company", pk)
    assert "MOU 12" in seen and "광주 북구 1" in seen and "lease.pdf" in seen and "&lt;b&gt;two" in seen
    assert "Office opened" in seen and "call" in seen and "plan.pdf" in seen
    entry = StageEntry.objects.get(stage="office")
    paper = client.get(reverse("company-file", args=["stage", entry.pk]))
    assert (
        b"".join(paper.streaming_content) == b"%PDF-1.7 lease" and "attachment" in paper.headers["Content-Disposition"]
    )
    sent(client, "company-part-end", pk, "stage", entry.pk, status=422, reason="")
    sent(client, "company-part-end", pk, "stage", entry.pk, reason="not open yet")
    sent(client, "company-part-end", pk, "next", 0)
    row = Company.objects.get()
    assert (row.stage, row.next_step) == ("memorandum", "")
    assert "not open yet" in page(client, "company", pk)


def test_somebody_elses_next_action_is_not_overwritten_unseen(client, manager):
    row = make_company()
    given = {"what": "call", "owner": manager.pk, "due": "2026-04-02", "version": 1}
    sent(client, "company-part-new", row.pk, "next", **given)
    sent(client, "company-part-new", row.pk, "next", status=422, **given | {"what": "write"})
    assert Company.objects.get(pk=row.pk).next_step == "call"


def test_the_list_is_searched_and_filtered(client, manager):
    make_company(name="㈜마당", field="AI", visit=date(2025, 2, 1))
    make_company(name="마루", field="로봇", next_step="call", next_owner=manager, next_due=date(2026, 3, 1))
    make_company(name="다른", office=date(2025, 1, 1), contact=date(2025, 1, 1))
    number = StageEntry.objects.get(stage="office").number
    wanted = {"?q=마당": {"㈜마당"}, "?stage=office": {"다른"}, "?field=로봇": {"마루"}, "?due=late": {"마루"},
              f"?owner={manager.pk}": {"마루"}, f"?q={number[:3]}-{number[3:]}": {"다른"}, "?q=nobody": set(),
              "?due=none": {"㈜마당", "다른"}, "?stage=bad": {"㈜마당", "마루", "다른"}}  # fmt: skip
    for query, names in wanted.items():
        for name in ("companies", "companies-board"):
            seen = page(client, name, query=query)
            assert {one for one in ("㈜마당", "마루", "다른") if f">{one}</a>" in seen} == names, (query, name)
    csv = client.get(reverse("companies-file", args=["csv"]) + "?stage=office").content.decode()
    assert "다른" in csv and "마루" not in csv


def test_the_board_shows_the_first_due_of_each_stage_and_leads_to_the_others(client, manager):
    for n in range(14):
        make_company(name=f"c{n:02}", field="AI", next_step="x", next_owner=manager, next_due=date(2026, 5, 20 - n))
    seen = page(client, "companies-board", query="?field=AI")
    assert ">c13</a>" in seen and ">c06</a>" in seen and ">c05</a>" not in seen
    assert f"{reverse('companies')}?field=AI&amp;stage=contact" in seen
    assert ">c01</a>" in page(client, "companies", query="?field=AI&stage=contact")


def test_the_address_of_a_merged_company_leads_to_the_other(client, manager):
    one, two = make_company(name="마당"), make_company(name="㈜마당", visit=date(2025, 5, 1))
    assert "It may be here twice" in page(client, "company", one.pk)
    assert "㈜마당" in page(client, "company-merge", one.pk)
    assert "No organisation" not in page(client, "company-merge", one.pk, query="?q=nobody")
    sent(client, "company-merge", one.pk, status=422, into=one.pk)
    assert sent(client, "company-merge", one.pk, into=two.pk) == reverse("company", args=[two.pk])
    for name in ("company", "company-support"):
        assert client.get(reverse(name, args=[one.pk])).headers["Location"] == reverse(name, args=[two.pk])
    assert "Undo the merge" in page(client, "company", two.pk)
    page(client, "company-edit", one.pk, status=404)
    sent(client, "company-part", one.pk)
    assert "It may be here twice" in page(client, "company", one.pk)


def listed(client, text, name="l.csv"):
    return sent(client, "companies-bring-in", file=SimpleUploadedFile(name, text), source="list of 2025")


def test_a_list_is_looked_at_told_apart_and_stored_once(client, manager):
    row = make_company(name="마당")
    location = listed(client, "기업명,MOU 체결일\n㈜마당,2025-02-01\n마루,2025-02-01\n".encode("cp949"))
    seen = client.get(location).content.decode()
    assert "The same as 마당" in seen and Company.objects.count() == 1
    assert client.post(location).status_code == 422 and Company.objects.count() == 1
    assert client.post(location, {"row_2": str(row.pk)}).status_code == 302
    assert set(StageEntry.objects.filter(stage="memorandum").values_list("evidence", flat=True)) == {"list of 2025"}
    again = client.get(location).content.decode()
    assert "is here already" in again and "Store these companies" not in again
    bad = client.get(listed(client, "기업명,MOU 체결일\n하나,이천년\n".encode())).content.decode()
    assert "이천년" in bad and "Store these companies" not in bad


@pytest.mark.parametrize(("kind", "language"), [("csv", "ko"), ("csv", "en"), ("xlsx", "ko")])
def test_the_lists_own_file_can_be_brought_in_again(client, manager, language, kind):
    stages = ("contact", "visit", "memorandum", "plan", "lease", "office", "left")
    make_company(name="㈜마당", **{stage: date(2024, month, 1) for month, stage in enumerate(stages, start=1)})
    make_company(name="마루", generated=True)
    client.cookies["madang_language"] = language
    answer = client.get(reverse("companies-file", args=[kind]))
    client.cookies["madang_language"] = "en"
    assert "is here already" in client.get(listed(client, answer.content, f"l.{kind}")).content.decode()


def test_who_sees_the_support_of_a_company(client, manager):
    award = make_award()
    row = make_company(organisation=award.organisation)
    sent(client, "company-part-new", row.pk, "support", kind="money", on="2014-05-01", what="grant", won="1000000",
         source="report")  # fmt: skip
    seen = page(client, "company-support", row.pk)
    assert "1,000,000" in seen and "2014" in seen and award.number in seen
    assert Reading.objects.filter(organisation=award.organisation_id, what="view").exists()
    owner = make_member(award.organisation)
    client.force_login(owner)
    own = page(client, "organisation-support", award.organisation_id)
    assert "1,000,000" in own and award.number in own and "Take back" not in own
    client.force_login(make_member())
    page(client, "organisation-support", award.organisation_id, status=404)
    for name in ("company", "company-support"):
        page(client, name, row.pk, status=404)


def test_which_organisation_a_company_is_is_said_by_staff(client, manager):
    award = make_award()
    organisation = award.organisation
    row = make_company(registration_number=organisation.registration_number)
    assert "which nobody has confirmed" in page(client, "company", row.pk)
    assert organisation.registration_number in page(client, "company-organisation", row.pk)
    sent(client, "company-organisation", row.pk, status=422, number="1234567890")
    sent(client, "company-organisation", row.pk, number=organisation.registration_number)
    assert Company.objects.get(pk=row.pk).organisation_id == organisation.pk
    sent(client, "company-organisation", row.pk, number="")
    assert Company.objects.get(pk=row.pk).organisation_id is None


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same_with_one_company_as_with_three(client, manager, django_assert_num_queries, rows):
    for n in range(rows):
        row = make_company(name=f"c{n}", next_step="x", next_owner=manager, next_due=date(2026, 4, n + 2),
                           contact=date(2025, 1, 1), memorandum=date(2025, 2, 1), office=date(2025, 3, 1))  # fmt: skip
    for n in range(rows):
        sent(client, "company-part-new", row.pk, "note", on="2026-04-01", text="x")
        make_company(name=f"follower {n}", lead=row, merged_into=row, merged_at=NOW)
    wanted = {reverse("companies"): 9, reverse("companies-board"): 9, reverse("companies-progress"): 8,
              reverse("companies-file", args=["csv"]): 11,
              reverse("company", args=[row.pk]): 14, reverse("company-support", args=[row.pk]): 11}  # fmt: skip
    for url, count in wanted.items():
        with django_assert_num_queries(count):
            assert client.get(url).status_code == 200, url


def test_progress_keeps_memoranda_and_offices_apart(client, manager):
    make_company(memorandum=date(2024, 1, 1))
    make_company(memorandum=date(2024, 2, 1), office=date(2024, 9, 1))
    make_company(office=date(2023, 9, 1), left=date(2024, 1, 1))
    seen = page(client, "companies-progress")
    assert "Offices by year of the memorandum" in seen and "never added up" in seen
    figures = [part.split("</dd>")[0] for part in seen.split("<dd>")[1:4]]
    assert figures == ["2 companies", "2 companies", "1 company"]
