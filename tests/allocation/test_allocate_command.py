"""`madang allocate` in its five forms, with its exit statuses and what it prints."""

import argparse
import hashlib
import json

import pytest
from allocation import golden

from madang.allocation.solve import Progress
from madang.cli import allocate as command

PROBLEM = str(golden.CASES / "problem.json")
STORED = str(golden.STORED)


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("MADANG_CLI_LANGUAGE", "en")


def allocate(*words):
    parser = argparse.ArgumentParser(prog="madang")
    command.register(parser.add_subparsers(required=True))
    given = parser.parse_args(["allocate", *map(str, words)])
    return given.run(given)


def altered(tmp_path, **members):
    path = tmp_path / "altered.json"
    path.write_text(json.dumps({**json.loads(golden.STORED.read_text(encoding="utf-8")), **members}))
    return path


@pytest.mark.parametrize(
    "options",
    [["--policy", "rank"], ["--policy", "rank", "--overflow", "stop"], ["--policy", "portfolio", "--seed", "7"]],
)
def test_solving_writes_a_plan_that_checks_explains_and_replays(tmp_path, capsys, options):
    out = tmp_path / "plan.json"
    assert allocate(*options, PROBLEM, "--out", out) == 0
    assert allocate("check", PROBLEM, out) == 0
    assert allocate("--replay", out) == 0
    assert allocate("explain", out) == 0
    printed = capsys.readouterr().out
    assert "No fault." in printed
    assert "The same plan comes out." in printed
    assert "a10: Not selected: 58 points, below the minimum of 60." in printed


def test_the_seed_and_the_policys_file_are_kept_in_the_plan(tmp_path):
    policy, out = tmp_path / "policy.json", tmp_path / "plan.json"
    policy.write_text('{"policy": "rank", "overflow": "stop", "ties": ["smaller_ask"]}')
    assert allocate(PROBLEM, "--policy", policy, "--seed", 41, "--out", out) == 0
    plan = json.loads(out.read_text())
    assert plan["seed"] == 41
    assert plan["policy"] == {"policy": "rank", "overflow": "stop", "ties": ["smaller_ask"]}


def test_a_proven_plan_says_so(tmp_path, capsys):
    assert allocate(PROBLEM, "--policy", "portfolio", "--out", tmp_path / "plan.json") == 0
    assert "Proven: no plan is worth more." in capsys.readouterr().out


def test_a_fault_gives_status_1_and_is_named(tmp_path, capsys):
    assert allocate("check", PROBLEM, altered(tmp_path, objective=1)) == 1
    assert "The awards are worth 46180000, the plan states 1." in capsys.readouterr().out
    assert allocate("check", PROBLEM, altered(tmp_path, objective=1), "--json") == 1
    assert json.loads(capsys.readouterr().out)[0]["code"] == "objective_wrong"


def test_a_plan_that_comes_out_otherwise_gives_status_1(tmp_path, capsys):
    grants = json.loads(golden.STORED.read_text(encoding="utf-8"))["grants"][1:]
    assert allocate("--replay", altered(tmp_path, grants=grants)) == 1
    assert "a01: - → 3" in capsys.readouterr().out


def test_reasons_come_in_korean_and_as_json(capsys):
    assert allocate("explain", STORED, "--language", "ko") == 0
    assert "a10: 미선정: 총점 58점으로 최저기준 60점에 미치지 못합니다." in capsys.readouterr().out
    assert allocate("explain", STORED, "--json") == 0
    reason = json.loads(capsys.readouterr().out)["a10"]
    assert reason["code"] == "below_minimum_score"
    assert reason["sentences"]["ko"].startswith("미선정")


def test_plans_are_compared_with_those_that_differ_first(tmp_path, capsys):
    out = tmp_path / "plan.json"
    assert allocate(PROBLEM, "--policy", "rank", "--out", out) == 0
    capsys.readouterr()
    assert allocate("compare", out, STORED) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "5 requests fare differently."
    assert lines[1].startswith(f"{out}: 4 awards, worth 40,088,000;")
    assert lines[3:] == ["a01: 4 | 3", "a04: 2, 1 | 2, 0", "a05: 0 | 4", "a07: 0 | 1", "a08: 0 | 1"]
    assert allocate("compare", out, STORED, "--json") == 0
    assert [row["differs"] for row in json.loads(capsys.readouterr().out)["requests"]][:1] == [True]


def test_bad_input_is_refused_with_status_2_by_file_and_field(tmp_path, capsys):
    broken = tmp_path / "problem.json"
    broken.write_text('{"format": "madang-allocation-problem/2", "pools": 3}')
    assert allocate(broken, "--policy", "rank", "--out", tmp_path / "plan.json") == 2
    assert capsys.readouterr().err == f"{broken}: pools: must be a list\n"
    assert allocate("explain", tmp_path / "nothing.json") == 2
    missing = tmp_path / "nothing.json"
    assert capsys.readouterr().err.startswith(f"{missing}: the file itself: cannot be read (")
    assert allocate(PROBLEM, "--policy", "favour", "--out", tmp_path / "plan.json") == 2
    assert allocate(PROBLEM, "--policy", "rank", "--out", tmp_path / "no" / "plan.json") == 2
    assert "cannot be written" in capsys.readouterr().err
    assert allocate("explain", altered(tmp_path, objective=1)) == 2


def test_a_plan_in_the_place_of_a_problem_is_known_by_its_format(tmp_path, capsys):
    assert allocate(STORED, "--policy", "rank", "--out", tmp_path / "plan.json") == 2
    assert capsys.readouterr().err.startswith(f"{STORED}: format: is not the format that is read here (")
    assert allocate("explain", PROBLEM) == 2
    assert capsys.readouterr().err.startswith(f"{PROBLEM}: format: is not the format that is read here (")


def test_fixed_awards_that_do_not_fit_name_the_file(tmp_path, capsys):
    given = json.loads((golden.CASES / "problem.json").read_text(encoding="utf-8"))
    given["requests"][1]["options"][0]["items"][0]["asked"] = 99
    given["requests"][1]["fixed"] = {"quantities": [99]}
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(given))
    assert allocate(path, "--policy", "rank", "--out", tmp_path / "plan.json") == 2
    assert f"{path}: requests[id=a02].fixed: the accepted awards alone exceed" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["check", PROBLEM],
        ["explain"],
        ["compare", STORED],
        ["--replay", STORED, STORED],
        [PROBLEM],
        [PROBLEM, "--policy", "rank"],
        [PROBLEM, PROBLEM, "--policy", "rank", "--out", "x"],
        ["pools.csv", "--policy", "rank", "--out", "x"],
        ["check", "pools.csv", STORED],
        ["conflicts", PROBLEM, PROBLEM],
    ],
)
def test_words_that_make_no_form_end_with_status_2(words):
    with pytest.raises(SystemExit) as caught:
        allocate(*words)
    assert caught.value.code == 2


def test_help_shows_the_forms_in_korean(monkeypatch, capsys):
    monkeypatch.setenv("MADANG_CLI_LANGUAGE", "ko")
    with pytest.raises(SystemExit) as caught:
        allocate("--help")
    assert caught.value.code == 0
    assert "배분안의 결함을 모두 찾기" in capsys.readouterr().out


def test_two_tables_are_solved_like_a_problem(tmp_path, capsys):
    pools, requests, rules = tmp_path / "pools.csv", tmp_path / "requests.csv", tmp_path / "rules.json"
    pools.write_text("pool,unit,month,funded\nh200,gpu,2026-04,16\n")
    requests.write_text("id,organisation,score,pool,asked\na,o1,80,h200,16\nb,o2,90,h200,16\n")
    rules.write_text("[]")
    out = tmp_path / "plan.json"
    assert allocate(pools, requests, "--rules", rules, "--policy", "rank", "--out", out) == 0
    assert [grant["request"] for grant in json.loads(out.read_text())["grants"]] == ["b"]
    requests.write_text("id,organisation,score,pool,asked\na,o1,80,h200,many\n")
    assert allocate(pools, requests, "--policy", "rank", "--out", out) == 2
    assert f"{requests}: line 2, asked: must be a whole number" in capsys.readouterr().err


@pytest.mark.parametrize("policy", ["scaled", "fair"])
def test_the_other_policies_have_names_too(tmp_path, capsys, policy):
    out = tmp_path / "plan.json"
    assert allocate(PROBLEM, "--policy", policy, "--out", out) == 0
    assert allocate("explain", out, "--changes") == 0
    assert allocate("--replay", out) == 0
    assert "The same plan comes out." in capsys.readouterr().out


def test_costs_noise_and_months_are_told(tmp_path, capsys):
    assert allocate("costs", STORED) == 0
    assert "with it," in capsys.readouterr().out
    assert allocate("costs", STORED, "--json") == 0
    assert {one["rule"] for one in json.loads(capsys.readouterr().out)} == set(golden.problem().rule)
    assert allocate("sensitivity", STORED, "--draws", 2) == 0
    assert "a01: selected in 2 of 2 draws; in the plan: selected" in capsys.readouterr().out
    assert allocate("sensitivity", STORED, "--draws", 0) == 2
    assert allocate("months", STORED) == 0
    assert "b200 2026-04: " in capsys.readouterr().out
    assert allocate("months", STORED, "--json") == 0
    assert json.loads(capsys.readouterr().out.split("\n", 0)[0])[0]["funded"] == 48


def test_a_seed_is_committed_to_and_kept_to(tmp_path, capsys):
    assert allocate("commit", "--seed", 41, "--json") == 0
    digest = json.loads(capsys.readouterr().out)["commitment"]
    assert allocate("commit") == 0
    assert digest not in capsys.readouterr().out
    out = tmp_path / "plan.json"
    assert allocate(PROBLEM, "--policy", "rank", "--seed", 42, "--commitment", digest, "--out", out) == 2
    assert allocate(PROBLEM, "--policy", "rank", "--seed", 41, "--commitment", digest, "--out", out) == 0
    assert json.loads(out.read_text())["commitment"] == digest


def test_contradicting_rules_are_named(tmp_path, capsys):
    assert allocate("conflicts", PROBLEM) == 0
    given = json.loads((golden.CASES / "problem.json").read_text(encoding="utf-8"))
    sentence = {"en": "None.", "ko": "없습니다."}
    given["rules"] = [
        {"name": "spare", "kind": "budget", "sentence": sentence, "params": {"units": 10**6}},
        {"name": "none", "kind": "minimum_score", "sentence": sentence, "params": {"score": 99_000}},
    ]
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(given))
    assert allocate("conflicts", path) == 1
    assert capsys.readouterr().err.endswith("leave nobody else anything: none\n")
    assert allocate("conflicts", path, "--policy", "rank", "--json") == 1
    assert json.loads(capsys.readouterr().out) == ["none"]


def test_how_far_beyond_what_is_funded_is_told(tmp_path, capsys):
    words = ["overbook", PROBLEM, "--policy", "rank", "--pool", "h200", "--rate", 700, "--risk", 50]
    assert allocate(*words) == 0
    assert "2026-04: risk" in capsys.readouterr().out
    assert allocate(*words, "--json") == 0
    assert json.loads(capsys.readouterr().out)["rule"]["kind"] == "overbooking"
    words[5] = "h300"
    assert allocate(*words) == 2
    with pytest.raises(SystemExit):
        allocate("overbook", PROBLEM, "--policy", "rank")


def test_a_long_solve_tells_how_far_it_is(capsys, monkeypatch):
    monkeypatch.setattr(command, "PAUSE", -1.0)
    command._progress()(Progress(incumbent=9_000, bound=10_000))
    assert capsys.readouterr().err == "best 9,000, bound 10,000, gap 10.0000 %\n"


def test_a_time_limit_gives_a_whole_plan_that_replays(tmp_path, capsys):
    out = tmp_path / "plan.json"
    assert allocate("--policy", "portfolio", "--time-limit", "60", PROBLEM, "--out", out) == 0
    assert allocate("check", PROBLEM, out) == 0
    assert allocate("--replay", out) == 0
    assert "Proven" in capsys.readouterr().out


def test_anyone_can_draw_the_lottery_again_from_the_published_files(tmp_path):
    """With nothing but SHA-256 and the two files: who asks what, and the seed that was committed to."""
    policy, out = tmp_path / "tiers.json", tmp_path / "plan.json"
    policy.write_text(json.dumps({"policy": "tiers", "whole": 100_000, "lottery": 60_000}))
    told = hashlib.sha256(b"41").hexdigest()
    assert allocate("--policy", policy, "--seed", "41", "--commitment", told, PROBLEM, "--out", out) == 0
    plan = json.loads(out.read_text(encoding="utf-8"))
    assert hashlib.sha256(str(plan["seed"]).encode()).hexdigest() == plan["commitment"]
    asks = [{name: one[name] for name in ("id", "organisation", "options")} for one in plan["problem"]["requests"]]
    text = json.dumps(asks, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == plan["requests_hash"]
    lots = {
        name: hashlib.sha256(f"{plan['requests_hash']}\n{plan['seed']}\n{name}".encode()).hexdigest()
        for name in plan["reserve"]
    }
    assert len(lots) > 2
    assert plan["reserve"] == sorted(lots, key=lots.__getitem__)


def test_what_would_be_passed_over_in_silence_is_refused(tmp_path, capsys):
    out, stop = tmp_path / "plan.json", tmp_path / "stop.json"
    stop.write_text('{"policy": "rank", "overflow": "stop"}')
    solving = [PROBLEM, "--out", out, "--policy"]
    for option, words in (
        ("--policy luck: is not a policy", [*solving, "luck"]),
        ("--policy tiers: needs a file", [*solving, "tiers"]),
        ("--overflow: goes with", [*solving, "scaled", "--overflow", "stop"]),
        ("--overflow: goes with", [*solving, stop, "--overflow", "skip"]),
        ("--work-limit: would limit nothing", [*solving, "rank", "--work-limit", 5]),
        ("--time-limit: would limit nothing", [*solving, "scaled", "--time-limit", 5]),
        ("--work-limit: must not be below zero", [*solving, "portfolio", "--work-limit", -1]),
        ("--time-limit: must be above zero", [*solving, "portfolio", "--time-limit", 0]),
        ("--work-limit: goes with --changes", ["explain", STORED, "--work-limit", 5]),
        ("--work-limit: must not be below zero", ["explain", STORED, "--changes", "--work-limit", -1]),
        ("--draws: must be above zero", ["sensitivity", STORED, "--draws", 0]),
    ):
        assert allocate(*words) == 2
        assert capsys.readouterr().err.startswith(option)
    assert not out.exists()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("holds its own rules", [PROBLEM, "--rules", "rules.json", "--policy", "rank", "--out", "plan.json"]),
        ("without effect here: --policy, --seed;", ["explain", STORED, "--seed", "1", "--policy", "rank"]),
        ("without effect here: --changes;", [PROBLEM, "--changes", "--policy", "rank", "--out", "plan.json"]),
        ("without effect here: --json;", [PROBLEM, "--json", "--policy", "rank", "--out", "plan.json"]),
        ("without effect here: --draws;", ["--replay", STORED, "--draws", "3"]),
    ],
)
def test_an_option_that_a_form_does_not_read_is_named(capsys, told, words):
    with pytest.raises(SystemExit) as ended:
        allocate(*words)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_tables_go_wherever_a_problem_goes(tmp_path, capsys):
    pools, requests, rules, out = (tmp_path / name for name in ("p.csv", "r.csv", "rules.json", "plan.json"))
    pools.write_text("pool,unit,month,funded\nh200,gpu,2026-04,16\n")
    requests.write_text("id,organisation,score,pool,asked,least\na,o1,80,h200,16,4\n")
    sentence = {"en": "At most 8.", "ko": "8장까지 배정합니다."}
    few = {"name": "few", "kind": "budget", "sentence": sentence, "params": {"units": 8}}
    rules.write_text(json.dumps([few]))
    tables = [pools, requests, "--rules", rules]
    assert allocate(*tables, "--policy", "portfolio", "--out", out) == 0
    assert allocate("check", *tables[:2], out, *tables[2:]) == 0
    assert allocate("check", *tables[:2], out) == 1
    assert allocate("conflicts", *tables) == 0
    assert allocate("conflicts", *tables, "--policy", "rank") == 1
    assert capsys.readouterr().err.endswith("cannot hold together, so that nobody can be given anything: few\n")
    assert allocate("compare", out, STORED) == 0
    assert "“-” stands for a request that is not in that plan's problem." in capsys.readouterr().out
