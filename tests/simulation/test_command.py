"""`madang simulate` from the words to the files: layouts, policies, refusals by file and line, two languages."""

import csv
import gzip
import json
import re
from pathlib import Path

import pytest

from madang.cli.main import main
from madang.simulation.policy import NAMED

LOG = "; a log\n1 0 -1 100 4 -1 -1 4 100 -1 1 7 1 -1 1 1 -1 -1\n2 10 -1 50 8 -1 -1 8 60 -1 1 8 1 -1 1 1 -1 -1\n"
CLUSTER = """
[[partition]]
name = "h200"
nodes = 2
cores = 96
gpus = 8
gpu_type = "h200"
"""
FIGURES = {
    "per_week": 300,
    "shapes": [
        {"processors": 8, "gpus": 1, "weight": 3, "mean_log": 9, "sd_log": 1, "gpu_type": "h200"},
        {"processors": 64, "gpus": 8, "weight": 1, "mean_log": 9, "sd_log": 1, "gpu_type": "h200"},
    ],
    "accounts": ["a", "b"],
    "account_weights": [1, 2],
    "account_classes": ["start-up", "research"],
}


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("MADANG_CLI_LANGUAGE", "en")


@pytest.fixture
def log(tmp_path) -> Path:
    path = tmp_path / "small.swf"
    path.write_text(LOG)
    return path


@pytest.fixture
def figures(tmp_path) -> Path:
    path = tmp_path / "figures.json"
    path.write_text(json.dumps(FIGURES))
    (tmp_path / "cluster.toml").write_text(CLUSTER)
    return path


def simulate(*words: object) -> int:
    return main(["simulate", *map(str, words)])


def starts(path: Path) -> list[tuple[str, ...]]:
    with path.open(newline="") as stream:
        return [tuple(row) for row in csv.reader(stream)][1:]


def test_a_log_is_simulated_and_its_starts_are_written(log, tmp_path, capsys):
    assert simulate(log, "--processors", 8, "--policy", "easy", "--out", tmp_path / "s.csv") == 0
    assert starts(tmp_path / "s.csv") == [("1", "0", "0", "100"), ("2", "10", "100", "150")]
    shown = capsys.readouterr().out
    assert re.search(r"Mean wait +45 s", shown)
    assert re.search(r"Utilisation +66\.7%", shown)


def test_several_policies_stand_side_by_side_in_files_and_report(log, tmp_path, capsys):
    words = [
        "--processors",
        8,
        "--policy",
        "fcfs",
        "easy",
        "--out",
        tmp_path / "s.csv",
        "--report",
        tmp_path / "r.html",
    ]
    assert simulate(log, *words) == 0
    assert starts(tmp_path / "s.fcfs.csv") == starts(tmp_path / "s.easy.csv")
    page = (tmp_path / "r.html").read_text()
    assert '<th scope="col">fcfs</th><th scope="col">easy</th>' in page
    assert "small.swf" in page
    assert capsys.readouterr().out.splitlines()[0].split() == ["fcfs", "easy"]


def test_the_answers_are_json_where_asked_for(log, capsys):
    assert simulate(log, "--processors", 8, "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["policy"], found["waits"]["mean"], found["used"]) == ("easy", 45.0, 800)
    assert (found["by_class"][""]["jobs"], found["exhausted"]) == (2, {})


def test_budgets_that_run_out_are_told(log, tmp_path, capsys):
    (tmp_path / "tight.toml").write_text("[budgets]\n8 = 100\n")
    words = ["--processors", 8, "--policy", tmp_path / "tight.toml"]
    assert simulate(log, *words, "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["exhausted"] == {"8": 10}
    assert simulate(log, *words, "--report", tmp_path / "r.html") == 0
    assert re.search(r"First budget ran out after +10 s", capsys.readouterr().out)
    assert "Budgets that ran out" in (tmp_path / "r.html").read_text()


def test_an_invented_trace_runs_on_a_cluster_of_nodes(figures, tmp_path, capsys):
    words = ["--format", "figures", "--days", 14, "--cluster", tmp_path / "cluster.toml", "--targets", "start-up=40"]
    assert simulate(figures, *words, "--write-trace", tmp_path / "t.csv", "--report", tmp_path / "r.html") == 0
    assert re.search(r"Hours free on nodes partly in use +[\d,]+", capsys.readouterr().out)
    assert "40.0%" in (tmp_path / "r.html").read_text()
    assert simulate(tmp_path / "t.csv", "--format", "madang", "--cluster", tmp_path / "cluster.toml", "--json") == 0
    (again,) = json.loads(capsys.readouterr().out)
    assert simulate(figures, *words, "--json") == 0
    (first,) = json.loads(capsys.readouterr().out)
    assert again["waits"] == first["waits"]


def test_replications_say_how_sure_a_difference_is(figures, tmp_path, capsys):
    words = ["--format", "figures", "--days", 7, "--cluster", tmp_path / "cluster.toml", "--policy", "fcfs", "easy"]
    assert simulate(figures, *words, "--replications", 4, "--report", tmp_path / "r.html") == 0
    assert re.search(r"easy against fcfs: mean wait -.+ \(-.+ to .+\) over 4 drawn traces\.", capsys.readouterr().out)
    assert simulate(figures, *words[:-2], "easy", "--replications", 4) == 0
    assert re.search(r"^easy: mean wait .+ \(.+ to .+\) over 4 drawn traces\.$", capsys.readouterr().out, re.M)
    assert simulate(figures, *words, "--replications", 4, "--json") == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first["differences"]["mean_wait"]["mean"] == 0
    gap = second["replications"]["mean_wait"]["mean"] - first["replications"]["mean_wait"]["mean"]
    assert second["differences"]["mean_wait"]["mean"] == pytest.approx(gap)
    assert "How sure the differences are" in (tmp_path / "r.html").read_text()


def test_a_seed_gives_the_same_answers(figures, tmp_path, capsys):
    words = ["--format", "figures", "--days", 7, "--cluster", tmp_path / "cluster.toml", "--json", "--seed"]
    found = []
    for seed in (3, 3, 4):
        assert simulate(figures, *words, seed) == 0
        found.append(capsys.readouterr().out)
    assert found[0] == found[1] != found[2]


def test_figures_are_fitted_to_a_trace(figures, tmp_path, capsys):
    words = ["--format", "figures", "--days", 28, "--gpus", 16]
    assert simulate(figures, *words, "--write-trace", tmp_path / "t.csv") == 0
    assert simulate(tmp_path / "t.csv", "--format", "madang", "--gpus", 16, "--fit", tmp_path / "f.json") == 0
    found = json.loads((tmp_path / "f.json").read_text())
    assert found["per_week"] == pytest.approx(300, rel=0.15)
    assert simulate(tmp_path / "f.json", *words) == 0


def test_a_policy_may_be_a_file(log, tmp_path, capsys):
    (tmp_path / "mine.toml").write_text('base = "easy"\n[limits.8]\nprocessors = 4\n')
    assert simulate(log, "--processors", 8, "--policy", tmp_path / "mine.toml", "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["policy"], found["waits"]["never"]) == ("mine.toml", 1)


def test_accounts_that_only_the_policy_names_are_told(log, tmp_path, capsys):
    """A slip of the pen in a budget's name would otherwise leave the account without one, in silence."""
    (tmp_path / "mine.toml").write_text("[budgets]\n8 = 500\nlab-8 = 500\n[limits.7]\njobs = 1\n")
    assert simulate(log, "--processors", 8, "--policy", "easy", tmp_path / "mine.toml") == 0
    assert capsys.readouterr().err == "mine.toml names accounts or classes that the trace has no job of: lab-8.\n"


def test_pyss_order_of_events_and_one_second_jobs(tmp_path, capsys):
    path = tmp_path / "odd.swf"
    path.write_text(LOG + "3 20 -1 -1 -1 -1 -1 -1 -1 -1 0 8 1 -1 1 1 -1 -1\n")
    assert simulate(path, "--processors", 8) == 2
    assert simulate(path, "--processors", 8, "--variant", "pyss", "--out", tmp_path / "s.csv") == 0
    assert starts(tmp_path / "s.csv")[2] == ("3", "20", "20", "21")
    assert "1 jobs that never ran count as jobs of one second (first in line 4)." in capsys.readouterr().err


def test_a_bad_row_is_refused_with_file_and_line_or_skipped_and_counted(log, tmp_path, capsys):
    log.write_text(LOG + "3 5 -1 10 4 -1 -1 4 10 -1 1 7 1 -1 1 1 -1 -1\n")
    assert simulate(log, "--processors", 8) == 2
    said = capsys.readouterr().err
    assert said == f"{log}, line 4: the job was submitted before the line above (submit 5).\n"
    assert simulate(log, "--processors", 8, "--skip-bad") == 0
    assert "1 rows skipped: out of the order of submission (first in line 4)." in capsys.readouterr().err


def test_a_job_larger_than_the_cluster_is_refused_with_its_line(log, capsys):
    assert simulate(log, "--processors", 4) == 2
    assert "line 3: the job asks for 8 processors, more than the cluster has." in capsys.readouterr().err


def test_a_job_that_no_node_holds_is_refused_with_its_line_or_skipped(figures, tmp_path, capsys):
    """There are GPUs enough, but none of its type."""
    path = tmp_path / "t.csv"
    path.write_text("job,submit,run,estimate,processors,gpus,gpu_type\na,0,9,9,1,1,h200\nb,1,9,9,1,1,b300\n")
    words = ["--format", "madang", "--cluster", tmp_path / "cluster.toml"]
    assert simulate(path, *words) == 2
    assert f"{path}, line 3: job b fits on no nodes of the cluster" in capsys.readouterr().err
    assert simulate(path, *words, "--skip-bad") == 0
    assert "1 rows skipped: no nodes of the cluster hold them (first in line 3)." in capsys.readouterr().err


def test_a_truncated_gzip_is_refused_with_its_line(tmp_path, capsys):
    path = tmp_path / "cut.swf.gz"
    path.write_bytes(gzip.compress(LOG.encode())[:-12])
    assert simulate(path, "--processors", 8) == 2
    assert re.search(r"cut\.swf\.gz, line \d: the compressed file breaks off", capsys.readouterr().err)


def test_accounts_get_their_classes_from_a_table(log, tmp_path, capsys):
    (tmp_path / "classes.csv").write_text("account,class\n7,start-up\n")
    words = ["--processors", 8, "--classes", tmp_path / "classes.csv", "--json"]
    assert simulate(log, *words) == 2
    assert "line 3: account 8 is not in the table of classes." in capsys.readouterr().err
    (tmp_path / "classes.csv").write_text("7,start-up\n8,research\n")
    assert simulate(log, *words) == 0
    assert set(json.loads(capsys.readouterr().out)[0]["shares"]) == {"start-up", "research"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--processors", 8, "--policy", "best"], "There is no policy best"),
        (["--processors", 8, "--policy", "none.toml"], "cannot be used"),
        (["--cluster", "none.toml"], "cannot be used"),
        (["--processors", 8, "--time-zone", "Mars/Olympus"], "There is no time zone Mars/Olympus."),
        (["--processors", 8, "--account-field", "colour"], "This format has no column colour"),
        (["--processors", 8, "--classes", "none.csv"], "cannot be read"),
        (["--processors", 8, "--out", "no/where.csv"], "cannot be written"),
        (["--processors", 0], "cannot be used"),
        (["--processors", 8, "--format", "figures"], "cannot be read"),
        (["--processors", 8, "--replications", 2], "too little time"),
    ],
)
def test_what_cannot_be_done_is_said_with_exit_status_2(log, tmp_path, monkeypatch, capsys, words, said):
    monkeypatch.chdir(tmp_path)
    assert simulate(log, *words) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--cluster", "a.toml", "--gpus", 8],
        ["--processors", 8, "--replications", 1],
        ["--processors", 8, "--policy", "easy", "easy"],
        ["--processors", 8, "--targets", "a"],
        ["--processors", 8, "--targets", "a=150"],
    ],
)
def test_words_that_make_no_form_are_misuse(log, capsys, words):
    with pytest.raises(SystemExit) as caught:
        simulate(log, *words)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_a_trace_of_unknown_layout_is_misuse(tmp_path, capsys):
    with pytest.raises(SystemExit):
        simulate(tmp_path / "trace.csv", "--processors", 8)
    assert "--format" in capsys.readouterr().err


def test_everything_is_said_in_korean_where_asked_for(log, tmp_path, capsys):
    words = ["--processors", 8, "--language", "ko", "--report", tmp_path / "r.html"]
    assert simulate(log, *words) == 0
    shown = capsys.readouterr().out
    assert not re.search(r"[A-Za-z]{5,}", shown.replace("easy", ""))
    assert '<html lang="ko">' in (tmp_path / "r.html").read_text()
    assert simulate(log, "--processors", 4, "--language", "ko") == 2
    assert "3번째 줄" in capsys.readouterr().err


def test_the_help_names_every_policy(capsys):
    with pytest.raises(SystemExit):
        main(["simulate", "--help"])
    shown = capsys.readouterr().out
    assert all(name in shown for name in NAMED)


@pytest.mark.parametrize("policy", ["fcfs", "easy", "conservative"])
def test_a_published_schedule_comes_out_of_the_command(traces, tmp_path, policy):
    """The schedules that the SC'15 study made with pyss, job by job."""
    words = ["--processors", 100, "--policy", policy, "--variant", "pyss", "--out", tmp_path / "s.csv"]
    assert simulate(traces / "KTH-SP2.swf.gz", *words) == 0
    with gzip.open(traces / f"KTH-SP2.{policy}-starts.txt.gz", "rt") as stream:
        published = [tuple(line.split()) for line in stream]
    assert [(job, start) for job, _, start, _ in starts(tmp_path / "s.csv")] == published
