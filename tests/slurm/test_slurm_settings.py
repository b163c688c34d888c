"""Wrong settings of a cluster are refused when the backend is made, and users that could be others."""

import pytest

from madang.compute.protocol import JobSpec
from madang.compute.slurm import names, settings
from madang.compute.slurm.batch import name_of, options, script, shown
from madang.errors import Refused


@pytest.fixture
def given(tmp_path):
    return {"mark": "mad", "work": str(tmp_path), "partitions": {"H100": "h100"}}


@pytest.mark.parametrize(
    "change",
    [
        {"mark": "m"},
        {"mark": "9mad"},
        {"mark": "mad-x"},
        {"work": "relative"},
        {"work": "/nowhere/at/all"},
        {"partitions": {}},
        {"partitions": {"H100": "h100 --uid=0"}},
        {"partitions": {"H 100": "h100"}},
        {"gres": {"H100": "a,b"}},
        {"log_bytes": 0},
        {"become": ["sudo"]},
    ],
    ids=str,
)
def test_a_wrong_value_is_refused(given, change):
    with pytest.raises(ValueError, match=r".+"):
        settings.made_from({**given, **change})


def test_an_unknown_setting_is_refused(given):
    with pytest.raises(TypeError, match="partition_s"):
        settings.made_from({**given, "partition_s": {}})


@pytest.mark.parametrize("user", ["root", "slurm", "0", "#0", "-u", "a b", "KIM", "kim;id", ""])
def test_no_user_that_could_be_another_or_an_option(user):
    with pytest.raises(Refused, match="slurm_user"):
        names.check_user(user)


def test_an_award_and_its_account_are_each_others(given):
    made = settings.made_from(given)
    assert (made.account("award:12"), made.owner("mad-a-12"), made.owner("physics")) == ("mad-a-12", "award:12", None)
    for bad in ("award:1 2", "award:", "award:1,2", "award:-x"):
        with pytest.raises(Refused, match="slurm_name"):
            made.account(bad)


HOSTILE = ("a b", "'; id #", '"$(id)"', "--uid=0", "마당\n--wrap=id", "\0", "%j|%A", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_word_of_a_job_becomes_an_option_or_a_line(given, text):
    made = settings.made_from(given)
    spec = JobSpec(text, "award:1", "", text, (text,), gpus=2, gpu_type="H100", environment={"A": text})
    words = options(made, spec)
    assert all(word.startswith("--") and word.isprintable() for word in words)
    assert [word.partition("=")[0] for word in words] == [
        word.partition("=")[0]
        for word in options(made, JobSpec("k", "award:1", "", "n", ("x",), gpus=1, gpu_type="H100"))
    ]
    assert name_of(made, text).replace("-", "").isalnum() and len(name_of(made, text)) == 36
    assert "|" not in shown(text) and len(shown(text * 100)) <= 100


def test_a_gpu_is_asked_for_by_type_in_the_partition_of_its_type(given):
    made = settings.made_from({**given, "partitions": {"H100": "big", "": "cpu"}, "gres": {"H100": "h100_80"}})
    with_gpu = options(made, JobSpec("k", "award:1", "", "n", ("x",), gpus=2, gpu_type="H100", wall_seconds=61))
    assert {"--partition=big", "--gres=gpu:h100_80:2", "--time=2"} <= set(with_gpu)
    without = options(made, JobSpec("k", "award:1", "", "n", ("x",), gpu_type="H100"))
    assert "--partition=cpu" in without and not any("gres" in word for word in without)


def test_the_script_is_the_same_for_all_and_names_the_nodes_python(given):
    made = settings.made_from({**given, "node_python": "/opt/python/bin/python3"})
    assert script(made).startswith("#!/opt/python/bin/python3 -I\n") and "sbatch" not in script(made)
