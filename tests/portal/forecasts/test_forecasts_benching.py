"""The policy bench: the same jobs under the present and under another policy, with the library's page."""

import json

import pytest

from madang.portal.forecasts import benching


def document(**given):
    """Two accounts on eight units: a long wide job first, then short narrow ones that could go past."""
    jobs = [
        [1, "A-1", "company", 0, 0, 3600, 3600, 6],
        [2, "A-1", "company", 10, 10, 3610, 3600, 8],
        *([3 + n, "A-2", "university", 20 + n, 20, 620 + n, 900, 2] for n in range(6)),
    ]
    usual = {"kind": "bench", "zone": "Asia/Seoul", "pool": "h100", "quarter": "2026-Q1", "unit": "gpu"}
    policy = {
        "policy": "fcfs",
        "parts": "present",
        "half_life": 604_800,
        "entry": 300,
        "age": 1000,
        "size": 0,
        "fair_share": 10_000,
    }
    machines = {"present": [1, 8], "asked": [1, 8]}
    return usual | policy | machines | {"served_by": {}, "jobs": jobs, "left_out": 3, "limits": {}} | given


def answered(**given):
    told = []
    found, runs = benching.answer(document(**given), told.append)
    assert told == [{"done": 0, "of": 2}, {"done": 1, "of": 2}]
    return found, runs


def test_the_quarter_as_it_is_follows_the_settings_of_the_machine():
    """The account that used much long ago is the one that has used less again once its use has faded."""
    jobs = [
        *([1 + n, "A-1", "company", 0, 0, 3600, 3600, 8] for n in range(2)),
        [3, "A-2", "university", 50_000, 0, 53_600, 3600, 8],
        [4, "A-1", "company", 53_000, 0, 56_600, 3600, 8],
        [5, "A-2", "university", 53_001, 0, 56_601, 3600, 8],
    ]

    def last_two(**served_by):
        _, (present, _asked) = answered(jobs=jobs, served_by={"fair_share": served_by})
        return present.schedule.start.tolist()[3:]

    assert last_two(half_life=500_000_000) == [57_200, 53_600]
    assert last_two(half_life=3600) == [53_600, 57_200]
    assert last_two(half_life=3600, weights={"university": 100_000}) == [57_200, 53_600]


@pytest.mark.parametrize("policy", ["madang", "easy", "multifactor"])
def test_classes_keep_the_parts_of_the_machine_as_they_are_or_as_asked(policy):
    """The company's job lies on the university's half; as asked that is lent, taken back, or not there to be lent."""
    jobs = [[1, "A-1", "company", 0, 0, 3600, 3600, 8], [2, "A-2", "university", 10, 10, 610, 600, 4]]
    served_by = {"parts": {"company": 4, "university": 4}, "borrowing": "borrow"}

    def starts(parts):
        _, runs = answered(jobs=jobs, served_by=served_by, policy=policy, parts=parts)
        assert runs[0].schedule.start.tolist() == [0, 3600]
        return runs[1].schedule.start.tolist()

    assert starts("present") == starts("without") == [0, 3600]
    assert starts("reclaim") == [610, 10]
    assert starts("none") == [-1, 10]


def test_another_policy_is_set_beside_the_present_one():
    found, _ = answered()
    present, asked = found["runs"]
    assert (found["jobs"], found["left_out"]) == (8, 3)
    assert (present["name"], asked["name"]) == ("present", "asked")
    # nobody overtakes: the narrow jobs wait for the wide one
    assert asked["median"] > present["median"]
    assert sum(present["steps"]) == present["started"] == 8
    assert sum(week["jobs"] for week in present["weeks"]) == 8
    assert {one["kind"] for one in present["kinds"]} == {"company", "university"}
    assert found == json.loads(json.dumps(found))


@pytest.mark.parametrize("policy", ["madang", "easy", "fcfs", "sjf-easy", "multifactor"])
def test_every_policy_on_offer_runs(policy):
    found, _ = answered(policy=policy)
    assert found["runs"][1]["started"] == 8


def test_more_nodes_shorten_the_waits_and_fewer_leave_jobs_out():
    more, _ = answered(policy="madang", asked=[2, 8])
    assert more["runs"][1]["mean"] < more["runs"][0]["mean"]
    fewer, _ = answered(policy="madang", asked=[1, 4])
    assert (fewer["runs"][1]["skipped"], fewer["runs"][0]["skipped"]) == (2, 0)


def test_what_an_award_may_hold_at_once_is_kept():
    found, _ = answered(policy="easy", limits={"A-2": 2})
    assert found["runs"][1]["longest"] >= 5 * 600


def test_the_page_of_the_library_names_both_runs():
    _, runs = answered()
    page = benching.page(document(), runs, "en")
    assert "As it is" in page and "As asked" in page and "1 nodes of 8" in page
    assert "h100" in benching.page(document(), runs, "ko")
