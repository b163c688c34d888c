"""Eligibility, papers, asks, what is missing, demand: pure functions of values."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.errors import Refused
from madang.portal.applications.rules import (
    AskLine,
    Content,
    Needs,
    Offer,
    Paper,
    PaperNeed,
    PaperState,
    SectionNeed,
    canonical,
    check_ask,
    check_open,
    content_hash,
    gaps,
    paper_state,
    receipt_number,
)
from madang.portal.calls.rules import Dates, EligibilityKind, ReferenceDate
from madang.portal.eligibility.rules import (
    Applicant,
    AwardSpan,
    Regions,
    ReportSpan,
    Rule,
    judge,
    reference_day,
)
from madang.portal.people.rules import RegionSpan
from madang.portal.screening.rules import Wish, check_answer, check_question, demand

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 4, 1, tzinfo=UTC)
DAY = date(2026, 4, 1)
MERGED = date(2026, 7, 1)
REGIONS = Regions(
    {
        "seoul": RegionSpan("seoul", date(2000, 1, 1)),
        "gwangju": RegionSpan("gwangju", date(2000, 1, 1), MERGED, "jn-gwangju"),
        "jeonnam": RegionSpan("jeonnam", date(2000, 1, 1), MERGED, "jn-gwangju"),
        "jn-gwangju": RegionSpan("jn-gwangju", MERGED),
    },
    frozenset({"seoul"}),
)
FIRM = Applicant("company", "gwangju", date(2019, 4, 1))


def refused(code: str):
    return pytest.raises(Refused, match=f"^{code}\\(")


def found(kind: str, applicant: Applicant = FIRM, day: date = DAY, **parameters: object):
    return judge(Rule(EligibilityKind(kind), ReferenceDate.DEADLINE, parameters), applicant, day, REGIONS)


# --- eligibility ---


def test_the_kind_of_organisation():
    assert found("organisation_kind", kinds=["company", "university"]).passed
    assert not found("organisation_kind", kinds=["university"]).passed


@pytest.mark.parametrize(
    ("own", "named", "day", "passed"),
    [
        ("gwangju", ["gwangju"], DAY, True),
        ("gwangju", ["jeonnam"], DAY, False),
        ("jeonnam", ["gwangju"], MERGED, True),  # both stand for the merged region by then
        ("jn-gwangju", ["gwangju"], MERGED, True),
        ("gwangju", ["gwangju"], MERGED - timedelta(days=1), True),
        ("jeonnam", ["gwangju"], MERGED - timedelta(days=1), False),
        ("jn-gwangju", ["gwangju", "jeonnam"], DAY, True),  # wherever in it the firm lay before
        ("jn-gwangju", ["gwangju"], DAY, False),  # not known to have lain in the named part
        ("seoul", ["gwangju"], MERGED, False),
    ],
)
def test_regions_are_judged_through_successors_as_of_the_day(own, named, day, passed):
    assert found("region", replace(FIRM, region=own), day, regions=named).passed is passed


def test_outside_the_capital_area():
    assert found("outside_capital").passed
    assert not found("outside_capital", replace(FIRM, region="seoul")).passed


@pytest.mark.parametrize(("day", "passed"), [(date(2026, 4, 1), True), (date(2026, 4, 2), False)])
def test_one_day_over_seven_years_is_refused(day, passed):
    verdict = found("age_at_most", day=day, years=7)
    assert verdict.passed is passed
    assert verdict.facts["until"] == "2026-04-01"


def test_running_awards_are_counted_on_the_day():
    awards = (AwardSpan(date(2026, 1, 1), date(2026, 4, 1)), AwardSpan(date(2026, 4, 1), date(2026, 9, 1)))
    firm = replace(FIRM, awards=awards)
    assert found("running_awards_at_most", firm, awards=1).passed
    assert not found("running_awards_at_most", firm, awards=0).passed
    assert found("running_awards_at_most", firm, date(2026, 9, 1), awards=0).passed


@pytest.mark.parametrize(
    ("due", "received", "passed"),
    [
        (date(2026, 4, 1), None, True),
        (date(2026, 3, 31), None, False),
        (date(2026, 3, 1), date(2026, 4, 1), True),
        (date(2026, 3, 1), date(2026, 4, 2), False),
    ],
)
def test_a_report_is_overdue_until_it_is_received(due, received, passed):
    assert found("no_overdue_report", replace(FIRM, reports=(ReportSpan(due, received),))).passed is passed


def test_duplicates():
    assert found("one_per_organisation").passed
    assert not found("one_per_organisation", replace(FIRM, other_applications=1)).passed


@given(st.sampled_from(list(EligibilityKind)), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_findings_can_be_stored_and_are_always_the_same(kind, day):
    given_ = {"kinds": ["company"], "regions": ["gwangju"], "years": 7, "awards": 1}
    one, two = found(kind, FIRM, day, **given_), found(kind, FIRM, day, **given_)
    assert one == two
    assert json.loads(json.dumps(dict(one.facts))) == dict(one.facts)


@pytest.mark.parametrize(
    ("reference", "day"),
    [("announcement", date(2026, 3, 2)), ("deadline", date(2026, 3, 31)), ("award", date(2026, 5, 1))],
)
def test_each_rule_has_its_own_reference_day(reference, day):
    rule = Rule(EligibilityKind.OUTSIDE_CAPITAL, ReferenceDate(reference))
    dates = {
        "announced_at": datetime(2026, 3, 1, 16, tzinfo=UTC),  # past midnight in Seoul
        "closes_at": datetime(2026, 3, 31, 15, tzinfo=UTC),  # midnight in Seoul: the day before is the last
        "decided_at": datetime(2026, 5, 1, tzinfo=UTC),
    }
    assert reference_day(rule, **dates, zone=SEOUL) == day


# --- deadline, asks, papers ---


def test_the_deadline_is_judged_by_when_the_request_arrived():
    dates = Dates(NOW, NOW + timedelta(days=1), NOW + timedelta(days=2), NOW + timedelta(days=3))
    check_open("planned", dates, NOW, published=True)
    with refused("intake_not_open"):
        check_open("open", dates, NOW - timedelta(microseconds=1), published=True)
    with refused("intake_closed"):
        check_open("open", dates, NOW + timedelta(days=1), published=True)
    with refused("intake_closed"):
        check_open("screening", dates, NOW, published=True)


OFFER = Offer(2, 16, "2026-05", "2026-08", 2)
ASK = AskLine("h100", 4, 2, "2026-05", 4)


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (replace(ASK, quantity=1), "ask_out_of_range"),
        (replace(ASK, quantity=17), "ask_out_of_range"),
        (replace(ASK, least=5), "ask_least_out_of_range"),
        (replace(ASK, least=0), "ask_least_out_of_range"),
        (replace(ASK, first_month="2026-04"), "ask_outside_months"),
        (replace(ASK, first_month="2026-06"), "ask_outside_months"),
        (replace(ASK, months=0), "ask_outside_months"),
        (replace(ASK, months=1), "ask_too_short"),
        (replace(ASK, first_month="May"), "month_wrong"),
    ],
)
def test_asks_stay_within_the_offer(ask, code):
    check_ask(ASK, OFFER)
    with refused(code):
        check_ask(ask, OFFER)
    with refused("product_not_offered"):
        check_ask(ASK, None)


DEADLINE = date(2026, 4, 30)
NEED = PaperNeed("register", 90, True)


@pytest.mark.parametrize(
    ("issued", "valid_until", "state"),
    [
        (date(2026, 4, 1), None, PaperState.GIVEN),
        (DEADLINE - timedelta(days=83), None, PaperState.GIVEN),
        (DEADLINE - timedelta(days=84), None, PaperState.LAPSING),
        (DEADLINE - timedelta(days=90), None, PaperState.LAPSING),
        (DEADLINE - timedelta(days=91), None, PaperState.STALE),
        (None, None, PaperState.UNDATED),
        (date(2026, 4, 1), date(2026, 4, 29), PaperState.STALE),
        (date(2026, 4, 1), date(2026, 4, 30), PaperState.LAPSING),
    ],
)
def test_papers_are_judged_as_of_the_deadline(issued, valid_until, state):
    assert paper_state(NEED, [Paper("register", issued, valid_until)], DEADLINE) is state


def test_of_several_papers_the_best_counts():
    old, new = Paper("register", date(2020, 1, 1)), Paper("register", date(2026, 4, 1))
    assert paper_state(NEED, [old, new], DEADLINE) is PaperState.GIVEN
    assert paper_state(NEED, [Paper("other", date(2026, 4, 1))], DEADLINE) is PaperState.MISSING
    assert paper_state(replace(NEED, max_age_days=None), [Paper("register", None)], DEADLINE) is PaperState.GIVEN


NEEDS = Needs([SectionNeed("why", 10, True), SectionNeed("more", 10, False)], {"h100": OFFER}, [NEED], ["privacy"])
WHOLE = Content("T", {"why": "x"}, [ASK], [Paper("register", date(2026, 4, 1))], frozenset({"privacy"}))


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (WHOLE, []),
        (replace(WHOLE, title=" "), ["title_missing"]),
        (replace(WHOLE, sections={"why": " "}), ["section_missing"]),
        (replace(WHOLE, sections={"why": "가" * 10}), []),
        (replace(WHOLE, sections={"why": "가" * 11}), ["section_too_long"]),
        (replace(WHOLE, asks=[]), ["ask_missing"]),
        (replace(WHOLE, asks=[replace(ASK, quantity=99)]), ["ask_out_of_range"]),
        (replace(WHOLE, papers=[]), ["paper_missing"]),
        (replace(WHOLE, papers=[Paper("register", date(2020, 1, 1))]), ["paper_stale"]),
        (replace(WHOLE, accepted=frozenset()), ["consent_missing"]),
    ],
)
def test_the_check_list_names_each_gap(content, codes):
    assert [gap.code for gap in gaps(content, NEEDS, DEADLINE)] == codes


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4))
def test_the_hash_does_not_depend_on_the_order_of_keys(content):
    turned = dict(reversed(list(content.items())))
    assert content_hash(content) == content_hash(turned)
    assert json.loads(canonical(content)) == content


def test_a_receipt_number_names_call_intake_and_place():
    assert receipt_number("gpu-2026", 2, 17) == "GPU-2026-2-00017"


# --- screening ---


def test_questions_and_answers_keep_their_deadline():
    check_question("Why?", NOW + timedelta(seconds=1), NOW)
    with refused("question_deadline_past"):
        check_question("Why?", NOW, NOW)
    with refused("question_empty"):
        check_question(" ", NOW + timedelta(days=1), NOW)
    check_answer("So", NOW, NOW - timedelta(microseconds=1))
    with refused("answer_too_late"):
        check_answer("So", NOW, NOW)
    with refused("answer_empty"):
        check_answer(" ", NOW + timedelta(days=1), NOW)


wishes = st.lists(
    st.builds(
        Wish,
        pool=st.sampled_from(["a", "b"]),
        units=st.integers(1, 8),
        quantity=st.integers(1, 9),
        least=st.integers(1, 9),
        first_month=st.sampled_from(["2026-11", "2026-12", "2027-01"]),
        months=st.integers(1, 4),
        by_hour=st.booleans(),
    ),
    max_size=8,
)


@given(wishes)
def test_demand_adds_up_month_by_month(asked):
    lines = demand(asked, {})
    least, most = 0, 0
    for wish in asked:
        wanted = wish.units * wish.quantity * (1 if wish.by_hour else wish.months)
        least, most = least + wanted, most + wanted + (wish.units * (wish.months - 1) if wish.by_hour else 0)
    assert least <= sum(line.asked for line in lines) <= most  # hours are rounded up to whole ones a month
    assert len({(line.pool, line.month) for line in lines}) == len(lines)
    assert all(line.short for line in lines)  # where there is no capacity, any demand is too much


def test_demand_stands_beside_what_is_free():
    (line,) = demand([Wish("a", 8, 2, 1, "2026-05", 1)], {("a", "2026-05"): 16})
    assert (line.asked, line.least, line.free, line.short) == (16, 8, 16, False)


def test_demand_by_the_hour_takes_unit_hours_of_each_month():
    lines = demand([Wish("a", 1, 900, 100, "2026-05", 4, by_hour=True)], {("a", "2026-05"): 720})
    assert [(line.month, line.asked, line.least) for line in lines] == [
        ("2026-05", 225, 25), ("2026-06", 225, 25), ("2026-07", 225, 25), ("2026-08", 225, 25),
    ]  # fmt: skip
    assert [line.short for line in lines] == [False, True, True, True]
