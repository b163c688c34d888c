"""A list of companies: headings, faults by row, and which rows are new, known, or for a person to tell apart."""

from __future__ import annotations

from datetime import date

import pytest
from factories import registration_number

from madang.errors import Refused
from madang.portal.companies import sheet
from madang.portal.companies.rules import CompanyStage
from madang.portal.companies.sheet import ANOTHER, SKIP, CompanyVerdict, KnownCompany

TODAY = date(2026, 4, 1)
A, B, C = (registration_number(n) for n in (1, 2, 3))
HEAD = ["기업명", "사업자 등록번호", "MOU 체결일", "개소일", "주소", "상주인원", "인원 기준일"]


def read(*rows, head=HEAD):
    return sheet.read([head, *map(list, rows)], "list of 2025", TODAY)


def verdicts(listed, known=(), decided=None):
    found, faults = sheet.judged(listed.rows, known, decided or {}, TODAY)
    return [one.verdict for one in found], [(fault.place, fault.code) for fault in faults]


def known(pk, key, numbers=(), **way):
    return KnownCompany(pk, key, frozenset({key}), frozenset(numbers), {CompanyStage(s): d for s, d in way.items()})


def test_rows_become_companies_with_their_stages():
    listed = read(("㈜마당", A, "2024.5.1", "20241001", "광주 북구 1", "1,200", "2025-01-31"))
    (row,) = listed.rows
    assert (row.place, row.given.name, row.numbers) == (2, "㈜마당", {A})
    memorandum, office = row.steps
    assert (memorandum.on, memorandum.evidence) == (date(2024, 5, 1), "list of 2025")
    assert (office.number, office.address, office.staff, office.staff_on) == (A, "광주 북구 1", 1200, date(2025, 1, 31))


def test_rows_that_cannot_be_used_say_why():
    listed = read(
        ("하나", "", "", "", "", "", ""),
        ("둘", "123", "2024-05-01", "", "", "", ""),
        ("셋", "", "someday", "", "", "", ""),
        ("넷", "", "2026-05-01", "", "", "", ""),
        ("다섯", "", "2024-05-01", "2024-01-01", "x", "2", "2024-06-01"),
        ("여섯", "", "", "2024-01-01", "x", "two", "2024-06-01"),
        ("일곱", A, "2024-05-01", "", "", "", ""),
        ("여덟", A, "2024-05-01", "", "", "", ""),
        ("", "", "", "", "", "", ""),
        ("", "", "2024-05-01", "", "", "", ""),
    )
    assert [(fault.place, fault.code) for fault in listed.faults] == [
        (2, "company_row_undated"), (3, "registration_number_malformed"), (4, "company_day_unreadable"),
        (5, "company_day_ahead"), (6, "company_day_out_of_order"), (7, "company_office_incomplete"),
        (9, "company_row_twice"), (11, "name_empty"),
    ]  # fmt: skip
    assert [row.given.name for row in listed.rows] == ["일곱"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["a", "b"], ["c", "d"]], "companies_heading_missing"),
        ([["기업명", "mou일"]], "companies_none"),
        ([["기업명", "mou일"]] * (sheet.ROWS_AT_MOST + 1), "companies_too_many_rows"),
        ([], "companies_heading_missing"),
    ],
)
def test_files_that_are_no_list(rows, code):
    with pytest.raises(Refused, match=code):
        sheet.read(rows, "x", TODAY)


def test_which_rows_are_for_a_person():
    here = [known(1, "마당", [A], memorandum=date(2024, 5, 1)), known(2, "마루", memorandum=date(2024, 5, 1))]
    listed = read(
        ("주식회사 마당", A, "2024-05-01", "", "", "", ""),  # all of it is here
        ("마당", "", "2024-05-02", "", "", "", ""),  # the name alone, and another day
        ("마당 테크", A[:0] + B, "2024-05-02", "", "", "", ""),  # nothing of it is here
        ("(주)마루", C, "2024-05-01", "", "", "", ""),  # the name, and a number that is not known
        ("마당테크", "", "2024-05-03", "", "", "", ""),  # an earlier row
    )
    P, N, U = CompanyVerdict.POSSIBLE, CompanyVerdict.NEW, CompanyVerdict.UNCHANGED
    assert verdicts(listed, here) == ([U, P, N, P, P], [])
    decided = {3: ANOTHER, 5: "2", 6: SKIP}
    assert verdicts(listed, here, decided) == ([U, N, N, CompanyVerdict.CHANGED, CompanyVerdict.SKIPPED], [])
    with pytest.raises(Refused, match="company_decision_unknown"):
        verdicts(listed, here, {3: "2"})


def test_a_number_of_another_name_is_asked_about_and_cannot_be_another_company():
    here = [known(1, "마당", [A], memorandum=date(2024, 5, 1))]
    listed = read(("마루", A, "2024-05-01", "", "", "", ""))
    assert verdicts(listed, here)[0] == [CompanyVerdict.POSSIBLE]
    with pytest.raises(Refused, match="company_decision_unknown"):
        verdicts(listed, here, {2: ANOTHER})
    assert verdicts(listed, here, {2: "1"})[0] == [CompanyVerdict.UNCHANGED]


def test_a_row_never_overwrites_what_stands():
    here = [known(1, "마당", [A], memorandum=date(2024, 5, 1), lease=date(2024, 6, 1))]
    assert verdicts(read(("마당", A, "2024-05-02", "", "", "", "")), here) == ([], [(2, "company_row_differs")])
    early = read(("마당", A, "2024-05-01", "2024-05-15", "x", "2", "2024-07-01"))
    assert verdicts(early, here) == ([], [(2, "company_day_out_of_order")])
    later = read(("마당", A, "2024-05-01", "2024-07-01", "x", "2", "2024-07-01"))
    ((one,), faults) = sheet.judged(later.rows, here, {}, TODAY)
    assert not faults and [step.stage for step in one.steps] == [CompanyStage.OFFICE]
