"""Problems from two CSV files: what they read to, and every fault by file, line and column."""

import json

import pytest

from madang.allocation.parts import Alternative, Item
from madang.allocation.problem import Problem
from madang.allocation.refusals import refusal
from madang.allocation.tables import read_tables
from madang.errors import Refused
from madang.values import Month

APRIL = Month(2026, 4)
POOLS = """pool,unit,month,physical,funded,held,reference
h200,gpu,2026-04,64,48,8,1000
h200,gpu,2026-05,64,48,,1000
a100,gpu,2026-04,32,32,,250
a100,gpu,2026-05,32,32,,250
"""
HEAD = "id,organisation,score,error,option,later,pool,units,asked,least,first,months,total"
REQUESTS = f"""{HEAD},attribute:track,criterion:impact
r1,o1,84.25,1.5,1,1,h200,8,2,1,2026-04,1,,academia,30
r1,,,,2,,a100,,16,,,,,,
r2,o2,70,,,,h200,,40,10,,,yes,industry,25.125
"""


def tables(tmp_path, pools=POOLS, requests=REQUESTS, rules=None):
    paths = tmp_path / "pools.csv", tmp_path / "requests.csv", tmp_path / "rules.json"
    for path, text in zip(paths, (pools, requests, rules), strict=True):
        if text is not None:
            path.write_text(text, encoding="utf-8")
    return read_tables(paths[0], paths[1], paths[2] if rules is not None else None)


def test_two_tables_are_a_problem(tmp_path):
    found = tables(tmp_path)
    first, second = found.requests
    assert (first.score, first.error, first.attributes, first.criteria) == (
        84_250,
        1_500,
        {"track": "academia"},
        {"impact": 30_000},
    )
    assert first.options == (
        Alternative((Item("h200x8", 2, 1, APRIL, 1),), 1),
        Alternative((Item("a100", 16, 16, APRIL, 2),)),
    )
    assert second.options == (Alternative((Item("h200", 40, 10, APRIL, 2, total=True),)),)
    assert second.criteria == {"impact": 25_125}
    assert found.pool["h200"].months[APRIL].available == 40
    assert dict(found.reference.thousandths) == {"h200": 1_000, "a100": 250}
    assert Problem.from_json(found.to_json()) == found


def test_rules_come_from_a_file_of_their_own(tmp_path):
    rule = {"name": "line", "kind": "minimum_score", "sentence": {"en": "x", "ko": "y"}, "params": {"score": 60_000}}
    assert tables(tmp_path, rules=json.dumps([rule])).rule["line"].number("score") == 60_000
    with pytest.raises(Refused) as caught:
        tables(tmp_path, rules=json.dumps([{**rule, "kind": "luck"}]))
    assert caught.value.facts["file"].endswith("rules.json")


WRONG = [
    ("requests.csv", "r2,o2,70,,", "r2,o2,seventy,,", "line 4, score", "must_be_points"),
    ("requests.csv", "r2,o2,70,,", "r2,o2,70.1234,,", "line 4, score", "must_be_points"),
    ("requests.csv", ",40,10,", ",forty,10,", "line 4, asked", "must_be_a_whole_number"),
    ("requests.csv", ",,yes,", ",,perhaps,", "line 4, total", "word_is_not_known"),
    ("requests.csv", "r1,,,,2,,a100", "r1,,,,2,,a200", "line 3, pool", "pool_is_not_known"),
    ("requests.csv", "r1,,,,2", "r1,o9,,,2", "line 3, organisation", "must_be_the_same_for_a_request"),
    ("requests.csv", "r1,,,,2,,", "r1,,,3,2,,", "line 3, error", "must_be_the_same_for_a_request"),
    ("requests.csv", ",16,,,,,,", ",16,,,,,industry,", "line 3, attribute:track", "must_be_the_same_for_a_request"),
    ("requests.csv", "r1,,,,2,,", "r1,,,,1,2,", "line 3, later", "must_be_the_same_for_an_alternative"),
    ("requests.csv", "least,first", "asked,first", "line 1, asked", "must_be_unique"),
    ("pools.csv", "48,,1000", "48,,2000", "line 3, reference", "must_be_the_same_for_a_pool"),
    ("requests.csv", "2026-04,1,", "2026-4,1,", "line 2, first", "must_be_a_month"),
    ("requests.csv", "id,organisation", "id,organization", "line 1, organization", "is_not_known"),
    ("requests.csv", "r2,o2,70,,", "r2,o2,70,,,", "line 4", "must_have_a_cell_a_column"),
    ("requests.csv", "r2,o2,70,,", "r2,o2,,,", "line 4, score", "is_missing"),
    ("requests.csv", ",40,10,", ",40,41,", "requests[1].options[0].items[0].least", "must_not_exceed_asked"),
    ("pools.csv", "h200,gpu,2026-05", "h200,gpu,2026-04", "line 3, month", "must_be_unique"),
    ("pools.csv", "a100,gpu,2026-05", "a100,server,2026-05", "line 5, unit", "must_be_the_same_for_a_pool"),
    ("pools.csv", "64,48,8", "64,99,8", "pools[0].months.2026-04.funded", "must_not_exceed_physical"),
    ("pools.csv", "funded", "paid", "line 1, paid", "is_not_known"),
]


@pytest.mark.parametrize(("file", "old", "new", "field", "broken"), WRONG, ids=lambda value: str(value)[:30])
def test_what_is_wrong_is_refused_by_file_line_and_column(tmp_path, file, old, new, field, broken):
    pools, requests = (text.replace(old, new) if name == file else text for name, text in
                       (("pools.csv", POOLS), ("requests.csv", REQUESTS)))  # fmt: skip
    with pytest.raises(Refused) as caught:
        tables(tmp_path, pools, requests)
    facts = caught.value.facts
    assert (facts["file"], facts["field"], facts["rule"]) == (str(tmp_path / file), field, broken)
    assert refusal(caught.value, "en") != refusal(caught.value, "ko")


def test_a_file_in_another_encoding_or_none_at_all_is_refused(tmp_path):
    (tmp_path / "pools.csv").write_bytes("자원유형,unit\n".encode("cp949"))
    (tmp_path / "requests.csv").write_text(REQUESTS)
    for path, rule in ((tmp_path / "pools.csv", "must_be_csv"), (tmp_path / "none.csv", "cannot_be_read")):
        with pytest.raises(Refused) as caught:
            read_tables(path, tmp_path / "requests.csv")
        assert caught.value.facts["rule"] == rule
