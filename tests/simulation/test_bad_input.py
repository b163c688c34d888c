"""What the issue calls bad input, for every layout: an error with file and line, or a counted skip by choice."""

import gzip
from pathlib import Path

import pytest

from madang.errors import Refused
from madang.simulation.cluster import Cluster, Partition
from madang.simulation.formats.checks import Choices
from madang.simulation.reading import Reading, read

# two nodes; the account of every good row is in the table
CLUSTER = Cluster((Partition("a", 1, 64, 1000, 8, "A"), Partition("b", 1, 64, 1000, 4, "B")))
CLASSES = {"7": "start-up", "": "start-up"}
AT, DAY = 1_772_442_000, "2026-03-02T"


def swf(job="1", submit="100", run="60", cores="4", user="7", limit="60", memory="-1"):
    return f"{job} {submit} -1 {run} {cores} -1 -1 {cores} {limit} {memory} 1 {user} 1 -1 1 1 -1 -1"


def sacct(
    job="1", submit="10:00:00", start="10:05:00", end="11:00:00", tres="cpu=8,gres/gpu:A=2,mem=64M",
    account="7", limit="02:00:00",
):  # fmt: skip
    instants = [one if one[:2] in ("19", "so") else f"{DAY}{one}" for one in (submit, start, end)]
    return "|".join([job, account, *instants, "COMPLETED", tres, limit])


def slurmdbd(job="1", submit=AT, start=AT + 9, end=AT + 99, tres="1=4,2=64,1001=2", user="7", limit="60"):
    return f'{job},{user},{submit},{start},{end},{limit},4,"{tres}",3'


def philly(time=f"{DAY}10:00:00", run="60", gpus="1", cluster="7"):
    return f"{time},{run},{gpus},{cluster}"


def alibaba(job="p", cores="4000", memory="64", gpus="1", submit="10", end="99", start="12", kind="A"):
    return f"{job},{cores},{memory},{gpus},1000,{kind},LS,Running,{submit},{end},{start}"


def jobs(
    job="1", account="7", gpus="1", kind="A", cores="4", memory="64", wall="600", submit=AT, start=AT + 9, end=AT + 99
):  # fmt: skip
    return f"{job},{account},{gpus},{kind},{cores},{memory},{wall},{submit},{start},{end}"


def slices(key="k", account="7", job="1", start=AT, end=AT + 99, gpus="1", cores="4"):
    return f"local,{key},{account},{job},{start},{end},{gpus},{cores}"


def trace(job="1", submit="100", run="60", estimate="60", cores="4", gpus="0", memory="0", account="7"):
    return f"{job},{submit},{run},{estimate},{cores},{gpus},{memory},{account}"


# format, heading, a good row
LAYOUTS = {
    "swf": ("swf", "; a log", swf),
    "sacct": ("sacct", "JobID|Account|Submit|Start|End|State|AllocTRES|Timelimit", sacct),
    "slurmdbd": (
        "slurmdbd", "id_job,id_user,time_submit,time_start,time_end,timelimit,cpus_req,tres_alloc,state", slurmdbd,
    ),
    "philly": ("philly", "timestamp,duration,num_gpus,cluster", philly),
    "alibaba": (
        "alibaba",
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time",
        alibaba,
    ),
    "jobs": (
        "madang",
        "job,account,gpus,gpu_type,cores,memory_mb,wall_seconds,submitted_at,started_at,ended_at",
        jobs,
    ),
    "slices": ("madang", "source,key,account,job,started_at,ended_at,gpus,cores", slices),
    "trace": ("madang", "job,submit,run,estimate,processors,gpus,memory_mb,account", trace),
}  # fmt: skip
BAD = [
    # negative times
    ("swf", swf(submit="-5"), "negative_time"),
    ("swf", swf(run="-1"), "negative_time"),
    ("swf", swf(limit="-60"), "negative_time"),
    ("sacct", sacct(submit="1969-03-02T10:00:00"), "negative_time"),
    ("sacct", sacct(limit="-10:00"), "not_a_time"),
    ("slurmdbd", slurmdbd(submit="-5"), "negative_time"),
    ("slurmdbd", slurmdbd(limit="-60"), "negative_amount"),
    ("philly", philly(time="1969-03-02T10:00:00"), "negative_time"),
    ("philly", philly(run="-1"), "negative_time"),
    ("alibaba", alibaba(submit="-5"), "negative_time"),
    ("jobs", jobs(submit="1969-03-02T10:00:00Z"), "negative_time"),
    ("jobs", jobs(wall="-600"), "negative_amount"),
    ("slices", slices(start="1969-03-02T10:00:00Z"), "negative_time"),
    ("trace", trace(submit="-5"), "negative_time"),
    ("trace", trace(run="-5"), "negative_time"),
    ("trace", trace(estimate="-5"), "negative_amount"),
    # no processors, or fewer than none
    ("swf", swf(cores="0"), "no_processors"),
    ("swf", swf(cores="-7"), "no_processors"),
    ("sacct", sacct(tres="cpu=0,mem=64M"), "no_processors"),
    ("sacct", sacct(tres="cpu=-4"), "not_a_number"),
    ("slurmdbd", slurmdbd(tres="1=-4"), "not_a_number"),
    ("philly", philly(gpus="0"), "no_processors"),
    ("philly", philly(gpus="-1"), "no_processors"),
    ("alibaba", alibaba(cores="0", gpus="0"), "no_processors"),
    ("alibaba", alibaba(cores="-4000"), "negative_amount"),
    ("jobs", jobs(cores="0", gpus="0"), "no_processors"),
    ("jobs", jobs(cores="-4"), "negative_amount"),
    ("slices", slices(cores="0", gpus="0", job="2"), "no_processors"),
    ("slices", slices(cores="-4", start=AT + 99, end=AT + 100), "negative_amount"),
    ("trace", trace(cores="0"), "no_processors"),
    ("trace", trace(memory="-4"), "negative_amount"),
    # memory that is none
    ("swf", swf(memory="-9"), "negative_amount"),
    ("sacct", sacct(tres="cpu=4,mem=-64M"), "not_a_number"),
    ("slurmdbd", slurmdbd(tres="1=4,2=-64"), "not_a_number"),
    ("alibaba", alibaba(memory="-64"), "negative_amount"),
    ("jobs", jobs(memory="-64"), "negative_amount"),
    # larger than the cluster, in sum or on its nodes
    ("swf", swf(cores="129"), "larger_than_cluster"),
    ("swf", swf(cores="128", memory="99000"), "fits_no_node"),
    ("sacct", sacct(tres="cpu=8,gres/gpu:A=13"), "larger_than_cluster"),
    ("sacct", sacct(tres="cpu=8,gres/gpu:B=8"), "fits_no_node"),
    ("slurmdbd", slurmdbd(tres="1=8,1001=13"), "larger_than_cluster"),
    ("slurmdbd", slurmdbd(tres="1=8,2=2001"), "fits_no_node"),
    ("philly", philly(gpus="13"), "larger_than_cluster"),
    ("alibaba", alibaba(cores="129000"), "larger_than_cluster"),
    ("alibaba", alibaba(kind="C"), "fits_no_node"),
    ("jobs", jobs(gpus="13"), "larger_than_cluster"),
    ("jobs", jobs(kind="C"), "fits_no_node"),
    ("slices", slices(cores="129", job="2"), "larger_than_cluster"),
    ("trace", trace(cores="129"), "larger_than_cluster"),
    ("trace", trace(memory="2001"), "fits_no_node"),
    # times out of order
    ("swf", swf(submit="99"), "out_of_order"),
    ("sacct", sacct(start="09:00:00"), "start_before_submit"),
    ("sacct", sacct(end="10:04:00"), "end_before_start"),
    ("slurmdbd", slurmdbd(start=AT - 1), "start_before_submit"),
    ("slurmdbd", slurmdbd(end=AT + 8), "end_before_start"),
    ("alibaba", alibaba(start="9"), "start_before_submit"),
    ("alibaba", alibaba(end="11"), "end_before_start"),
    ("jobs", jobs(start=AT - 1), "start_before_submit"),
    ("jobs", jobs(end=AT + 8), "end_before_start"),
    ("slices", slices(end=AT - 1), "end_before_start"),
    ("slices", slices(start=AT + 98, end=AT + 120), "overlapping"),
    # an account that the table does not have
    ("swf", swf(user="8"), "account_unknown"),
    ("sacct", sacct(account="8"), "account_unknown"),
    ("slurmdbd", slurmdbd(user="8"), "account_unknown"),
    ("philly", philly(cluster="8"), "account_unknown"),
    ("jobs", jobs(account="8"), "account_unknown"),
    ("slices", slices(account="8", job="2"), "account_unknown"),
    ("trace", trace(account="8"), "account_unknown"),
]  # fmt: skip


def written(path: Path, layout: str, *rows: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in (LAYOUTS[layout][1], *rows)), encoding="utf-8")
    return path


def reading(path: Path, layout: str, *, skip: bool) -> Reading:
    return read(path, LAYOUTS[layout][0], Choices(skip_bad=skip, cluster=CLUSTER, class_of=CLASSES))


@pytest.mark.parametrize(("layout", "bad", "rule"), BAD)
def test_bad_input_is_refused_with_file_and_line_or_skipped_and_counted(tmp_path, layout, bad, rule):
    good = LAYOUTS[layout][2]()
    path = written(tmp_path / "dump", layout, good, bad)
    with pytest.raises(Refused) as refused:
        reading(path, layout, skip=False)
    facts = refused.value.facts
    assert (refused.value.code, facts["rule"], facts["line"], facts["file"]) == ("trace_row", rule, 3, str(path))
    alone = reading(written(tmp_path / "good", layout, good), layout, skip=False)
    found = reading(path, layout, skip=True)
    assert (found.skipped, found.first[rule]) == ({rule: 1}, 3)
    for name, values in found.trace.columns():
        assert values.tolist() == getattr(alone.trace, name).tolist()
    assert found.trace.origin == alone.trace.origin


def test_an_account_of_a_layout_that_names_none_is_unknown_too(tmp_path):
    """Alibaba's pods all count as one account without a name."""
    path = written(tmp_path / "dump", "alibaba", alibaba())
    with pytest.raises(Refused) as refused:
        read(path, "alibaba", Choices(class_of={"7": "start-up"}))
    assert (refused.value.facts["rule"], refused.value.facts["line"]) == ("account_unknown", 2)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_truncated_gzip_is_refused_at_its_line_or_what_stands_before_is_counted_on(tmp_path, layout):
    _format, heading, row = LAYOUTS[layout]
    lines = [heading, *(row() if layout == "philly" else row(job=f"{n}") for n in range(2000))]
    packed = gzip.compress("".join(f"{line}\n" for line in lines).encode())
    path = tmp_path / "dump.gz"
    path.write_bytes(packed[: len(packed) * 2 // 3])
    with pytest.raises(Refused) as refused:
        reading(path, layout, skip=False)
    assert refused.value.facts["rule"] == "truncated"
    found = reading(path, layout, skip=True)
    assert found.skipped == {"truncated": 1}
    assert 0 < len(found.trace) < 2000
    assert found.first["truncated"] == refused.value.facts["line"] == len(found.trace) + 2


def test_the_first_bad_line_of_the_file_is_named_though_its_job_came_last(tmp_path):
    rows = [alibaba(submit=submit, kind=kind) for submit, kind in (("12", "C"), ("11", "C"), ("10", "A"))]
    path = written(tmp_path / "dump", "alibaba", *rows)
    with pytest.raises(Refused) as refused:
        reading(path, "alibaba", skip=False)
    assert (refused.value.facts["line"], refused.value.facts["value"]) == (2, "p")
    found = reading(path, "alibaba", skip=True)
    assert (found.skipped, found.first["fits_no_node"], len(found.trace)) == ({"fits_no_node": 2}, 2, 1)
