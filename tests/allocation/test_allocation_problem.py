"""The problem as data: what it reads, what it refuses and what its hash depends on."""

import copy
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from allocation.drawn import APRIL, item, pool, problem, problems_with_fixed, request, rule
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.allocation.parts import MonthCapacity, Pool
from madang.allocation.problem import Problem, problem_hash
from madang.errors import Refused
from madang.reading import canonical, read_json

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests/cases/allocation/problem.json"
SCHEMA = json.loads((ROOT / "docs/allocation-problem.schema.json").read_text(encoding="utf-8"))


def golden():
    return json.loads(GOLDEN.read_text(encoding="utf-8"))


@given(problems_with_fixed())
@settings(max_examples=40, deadline=None)
def test_a_problem_survives_being_written_and_read(drawn):
    written = json.loads(canonical(drawn.to_json()))
    assert Problem.from_json(written) == drawn
    jsonschema.validate(written, SCHEMA)


def test_the_hash_does_not_depend_on_the_order_of_the_parts_but_on_every_figure():
    given = golden()
    shuffled = copy.deepcopy(given)
    for part in ("pools", "products", "requests"):
        shuffled[part].reverse()
    dearer = copy.deepcopy(given)
    dearer["requests"][0]["score"] += 1
    digest = problem_hash(Problem.from_json(given))
    assert problem_hash(Problem.from_json(shuffled)) == digest
    assert problem_hash(Problem.from_json(dearer)) != digest


def test_the_hash_is_the_sha_256_of_the_canonical_text():
    text = (
        '{"format":"madang-allocation-problem/2",'
        '"pools":[{"code":"가","months":{"2026-04":{"funded":8,"held":1,"physical":9}},"unit":"gpu"}],'
        '"products":[],"requests":[],"rules":[]}'
    )
    small = Problem((Pool("가", "gpu", {APRIL: MonthCapacity(9, 8, 1)}),), (), ())
    assert problem_hash(small) == hashlib.sha256(text.encode()).hexdigest()


def test_only_funded_less_held_can_be_given():
    assert MonthCapacity(physical=100, funded=60, held=20).available == 40
    assert MonthCapacity(physical=100, funded=10, held=20).available == 0


def put(given, path, value):
    """Sets (or, for ..., removes) one member of a document by its path."""
    *steps, last = path
    for step in steps:
        given = given[step]
    if value is ...:
        del given[last]
    else:
        given[last] = value


MONTH = ("pools", 0, "months", "2026-04")
WRONG = [
    (("format",), "madang-allocation-problem/9", "format", "format_is_not_known"),
    (("pools",), {}, "pools", "must_be_a_list"),
    (("pools", 0), 3, "pools[0]", "must_be_an_object"),
    (("pools", 0, "code"), ..., "pools[0].code", "is_missing"),
    (("pools", 0, "code"), "", "pools[0].code", "must_be_text"),
    (("pools", 0, "code"), "\ud800", "pools[0].code", "must_be_text"),
    (("pools", 0, "months"), {}, "pools[0].months", "must_not_be_empty"),
    (("pools", 0, "months", "April"), {"physical": 1, "funded": 1}, "pools[0].months.April", "must_be_a_month"),
    ((*MONTH, "funded"), 10**6, "pools[0].months.2026-04.funded", "must_not_exceed_physical"),
    ((*MONTH, "held"), -1, "pools[0].months.2026-04.held", "must_not_be_below_zero"),
    ((*MONTH, "funded"), 1.0, "pools[0].months.2026-04.funded", "must_be_a_whole_number"),
    ((*MONTH, "funded"), True, "pools[0].months.2026-04.funded", "must_be_a_whole_number"),
    (("pools", 1, "code"), "b200", "pools[1].code", "must_be_unique"),
    (("products", 0, "pool"), "a100", "products[0].pool", "pool_is_not_known"),
    (("products", 0, "units"), 0, "products[0].units", "must_be_above_zero"),
    (("requests", 0, "colour"), "red", "requests[0].colour", "is_not_known"),
    (("requests", 0, "score"), "80", "requests[0].score", "must_be_a_whole_number"),
    (("requests", 0, "score"), 10**10, "requests[0].score", "is_too_large"),
    (("requests", 0, "options", 0, "items"), [], "requests[0].options[0].items", "must_not_be_empty"),
    (
        ("requests", 0, "options", 0, "items", 0, "asked"),
        0,
        "requests[0].options[0].items[0].asked",
        "must_be_above_zero",
    ),
    (
        ("requests", 0, "options", 0, "items", 0, "least"),
        99,
        "requests[0].options[0].items[0].least",
        "must_not_exceed_asked",
    ),
    (
        ("requests", 0, "options", 0, "items", 0, "product"),
        "a100x8",
        "requests[0].options[0].items[0].product",
        "product_is_not_known",
    ),
    (
        ("requests", 0, "options", 0, "items", 0, "months"),
        12,
        "requests[0].options[0].items[0].months",
        "must_lie_in_the_pools_months",
    ),
    (
        ("requests", 0, "options", 0, "items", 0, "months"),
        10**9,
        "requests[0].options[0].items[0].months",
        "is_too_large",
    ),
    (
        ("requests", 0, "options", 0, "items", 0, "first"),
        "2026-13",
        "requests[0].options[0].items[0].first",
        "must_be_a_month",
    ),
    (("requests", 0, "options"), [], "requests[0].options", "must_not_be_empty"),
    (("requests", 0, "options", 0, "later"), -1, "requests[0].options[0].later", "must_not_be_below_zero"),
    (
        ("requests", 0, "options", 0, "later"),
        1,
        "requests[0].options[0].items[0].months",
        "must_lie_in_the_pools_months",
    ),
    (
        ("requests", 0, "options", 0, "items", 0, "total"),
        1,
        "requests[0].options[0].items[0].total",
        "must_be_true_or_false",
    ),
    (("requests", 0, "error"), -1, "requests[0].error", "must_not_be_below_zero"),
    (("requests", 0, "fixed"), [1], "requests[0].fixed", "must_be_an_object"),
    (("requests", 0, "fixed"), {"quantities": [1, 2]}, "requests[0].fixed.quantities", "must_have_one_number_an_item"),
    (("requests", 0, "fixed"), {"quantities": [0]}, "requests[0].fixed.quantities", "must_give_something"),
    (("requests", 0, "fixed"), {"quantities": [99]}, "requests[0].fixed.quantities[0]", "must_not_exceed_asked"),
    (("requests", 0, "fixed"), {"quantities": [1], "option": 1}, "requests[0].fixed.option", "option_is_not_known"),
    (("requests", 0, "fixed"), {"quantities": [1], "later": 1}, "requests[0].fixed.later", "is_too_large"),
    (
        ("requests", 0, "fixed"),
        {"quantities": [1], "spread": [[1]]},
        "requests[0].fixed.spread",
        "must_add_up_to_the_quantities",
    ),
    (("reference",), {"name": "H100", "thousandths": {"b200": 2000}}, "reference.thousandths.h200", "is_missing"),
    (
        ("reference",),
        {"name": "H100", "thousandths": {"b200": 1, "h200": 0}},
        "reference.thousandths.h200",
        "must_be_above_zero",
    ),
    (("rules", 2, "params", "each"), "week", "rules[2].params.each", "each_is_not_known"),
    (("requests", 0, "criteria"), {}, "requests[0].criteria.impact", "is_missing"),
    (("rules", 0, "kind"), "favour", "rules[0].kind", "kind_is_not_known"),
    (("rules", 0, "sentence", "ko"), ..., "rules[0].sentence.ko", "is_missing"),
    (("rules", 0, "params", "score"), ..., "rules[0].params.score", "is_missing"),
    (("rules", 0, "params", "units"), 3, "rules[0].params.units", "is_not_known"),
    (("rules", 2, "params", "pool"), "a100", "rules[2].params.pool", "pool_is_not_known"),
    (("rules", 3, "params", "thousandths"), 1001, "rules[3].params.thousandths", "is_too_large"),
    (("rules", 1, "params", "criterion"), 5, "rules[1].params.criterion", "must_be_text"),
]


@pytest.mark.parametrize(("path", "value", "field", "rule"), WRONG, ids=lambda value: str(value)[:40])
def test_what_is_wrong_is_refused_by_file_field_and_rule(path, value, field, rule):
    given = golden()
    put(given, path, value)
    with pytest.raises(Refused) as caught:
        Problem.from_json(given, "call.json")
    facts = {name: caught.value.facts[name] for name in ("file", "field", "rule")}
    assert caught.value.code == "allocation_problem_invalid"
    assert facts == {"file": "call.json", "field": field, "rule": rule}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.data(), JSON)
@settings(max_examples=150, deadline=None)
def test_any_value_anywhere_is_read_or_refused(data, value):
    """Follows a random path into a good document and puts a random value there."""
    given = golden()
    place, path = given, []
    while isinstance(place, dict | list) and place and (not path or data.draw(st.booleans())):
        keys = sorted(place) if isinstance(place, dict) else range(len(place))
        path.append(data.draw(st.sampled_from(keys)))
        place = place[path[-1]]
    put(given, path, value)
    try:
        Problem.from_json(given)
    except Refused as refused:
        assert refused.code == "allocation_problem_invalid"
        assert refused.facts["field"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"{", "must_be_json"),
        (b"\xff\xfe", "must_be_json"),
        (b'{"pools": [{"code": "a", "code": "b"}]}', "must_be_json"),
        (None, "cannot_be_read"),
    ],
)
def test_a_file_that_is_no_json_is_refused(tmp_path, content, rule):
    path = tmp_path / "problem.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refused) as caught:
        read_json(path, "allocation_problem_invalid")
    assert caught.value.facts["rule"] == rule


def test_a_deeply_nested_file_is_refused(tmp_path):
    path = tmp_path / "problem.json"
    path.write_text("[" * 200_000)
    with pytest.raises(Refused) as caught:
        read_json(path, "allocation_problem_invalid")
    assert caught.value.facts["rule"] == "must_be_json"


def test_a_problem_built_in_python_is_judged_too():
    good = problem(request("a"))
    with pytest.raises(Refused) as caught:
        replace(good, requests=(*good.requests, request("a")))
    assert caught.value.facts == {"file": None, "field": "requests[1].id", "rule": "must_be_unique"}


def test_a_criterion_that_only_another_track_must_reach_may_be_absent():
    line = rule("minimum_criterion", criterion="impact", score=1, where={"track": "a"})
    absent = request("a", 80_000, item(), criteria={}, attributes={"track": "b"})
    assert problem(absent, rules=(line,)).requests == (absent,)
    with pytest.raises(Refused):
        problem(replace(absent, attributes={"track": "a"}), rules=(line,))


def test_months_are_those_of_all_pools():
    drawn = problem(pools=(pool("h200", months=2), pool("b200", months=3)))
    assert [str(month) for month in drawn.months] == ["2026-04", "2026-05", "2026-06"]
