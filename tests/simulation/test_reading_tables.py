"""Dumps of Slurm, published GPU traces and Madang's own records: every cell where it belongs, every bad row told."""

import csv
import gzip
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from madang.errors import Refused
from madang.simulation.cluster import of_processors
from madang.simulation.formats.checks import Choices
from madang.simulation.formats.slurm import HEADLESS, limit_seconds, memory_mb
from madang.simulation.reading import Reading, read

SACCT = "JobID|User|Account|Partition|QOS|Submit|Start|End|State|AllocCPUS|ReqMem|AllocTRES|NNodes|Timelimit|JobName"
AT = "2026-03-02T"


def file(folder: Path, *lines: str) -> Path:
    path = folder / "dump.txt"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def sacct(folder: Path, *rows: str, heading: str = SACCT, **choices) -> Reading:
    return read(file(folder, *([heading] if heading else []), *rows), "sacct", Choices(**choices))


def job(
    job="71", state="COMPLETED", submit="10:00:00", start="10:05:00", end="11:05:00", tres=None, limit="02:00:00"
) -> str:
    held = "billing=8,cpu=8,gres/gpu:a100=2,gres/gpu=2,mem=64G,node=1" if tres is None else tres
    instants = [f"{AT}{one}" if ":" in one else one for one in (submit, start, end)]
    return "|".join([job, "kim", "lab", "gpu", "high", *instants, state, "8", "4000Mc", held, "1", limit, "run|it"])


def rule_of(caught) -> tuple[object, ...]:
    return tuple(caught.value.facts[name] for name in ("line", "rule", "column"))


def test_a_sacct_job_is_read_from_its_cells(tmp_path):
    trace = sacct(tmp_path, job(), job("72_4", submit="09:00:00", start="09:00:00", end="09:00:00")).trace
    assert trace.origin == 1772442000
    assert [trace.name(row) for row in range(2)] == ["72_4", "71"]
    assert trace.submit.tolist() == [0, 3600]
    assert trace.run.tolist() == [1, 3600]
    assert trace.estimate.tolist() == [7200, 7200]
    assert (trace.processors[1], trace.gpus[1], trace.memory_mb[1]) == (8, 2, 65536)
    assert (trace.accounts, trace.qoses, trace.gpu_types, trace.gpu_type[1]) == (("lab",), ("high",), ("a100",), 0)


def test_sacct_times_are_the_zones(tmp_path):
    assert sacct(tmp_path, job(), zone=ZoneInfo("Asia/Seoul")).trace.origin == 1772445600 - 9 * 3600
    assert sacct(tmp_path, job(submit="1772445600", start="1772445700", end="1772445800")).trace.origin == 1772445600


@pytest.mark.parametrize(("field", "name"), [("user", "kim"), ("Partition", "gpu"), ("", "lab"), ("qos", "high")])
def test_a_sacct_account_is_the_column_asked_for(tmp_path, field, name):
    assert sacct(tmp_path, job(), account_field=field).trace.accounts == (name,)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (job("71.batch"), "step"),
        (job("71.0"), "step"),
        (job(state="CANCELLED by 12", start="Unknown"), "never_ran"),
        (job(state="CANCELLED", start="None"), "never_ran"),
        (job(state="PENDING", start="Unknown", end="Unknown"), "not_ended"),
        (job(state="RUNNING", end="Unknown"), "not_ended"),
    ],
)
def test_a_sacct_row_that_is_no_job_that_ran_is_left_out_and_counted(tmp_path, row, reason):
    found = sacct(tmp_path, job(), row)
    assert (len(found.trace), found.left_out, found.first[reason]) == (1, {reason: 1}, 3)


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        (job(start="09:00:00"), "start_before_submit", "start"),
        (job(end="10:04:00"), "end_before_start", "end"),
        (job(submit="soon:"), "not_a_time", "submit"),
        (job(tres="cpu=8,gres/gpu=two"), "not_a_number", "gres/gpu"),
        (job(tres="cpu=8,gres/gpu=99"), "larger_than_cluster", "gpus"),
        ("71|kim|lab", "columns", ""),
    ],
)
def test_a_bad_sacct_row_is_refused_with_its_line_or_counted(tmp_path, row, rule, column):
    with pytest.raises(Refused) as caught:
        sacct(tmp_path, job(), row, cluster=of_processors(99, gpus=64))
    assert rule_of(caught) == (3, rule, column)
    found = sacct(tmp_path, job(), row, cluster=of_processors(99, gpus=64), skip_bad=True)
    assert (len(found.trace), found.skipped) == (1, {rule: 1})


def test_a_sacct_dump_without_a_heading_has_the_usual_columns(tmp_path):
    cells = dict.fromkeys(HEADLESS, "0")
    cells |= {"jobid": "5", "state": "COMPLETED", "alloctres": "", "reqtres": "", "ncpus": "3", "reqmem": "2Gn"}
    cells |= {"nnodes": "2", "timelimit": "Partition_Limit"}
    cells |= {"submit": f"{AT}10:00:00", "start": f"{AT}10:00:01", "end": f"{AT}10:00:31"}
    found = sacct(tmp_path, "|".join(cells.values()), heading="")
    assert found.trace.run.tolist() == found.trace.estimate.tolist() == [30]
    assert (found.trace.processors.tolist(), found.trace.memory_mb.tolist()) == ([3], [4096])
    assert found.adjusted == {"no_limit": 1}
    other = sacct(tmp_path, f"5|COMPLETED|3|{AT}10:00:00|{AT}10:00:00|{AT}10:01:00", heading="",
                  fields=("JobID", "State", "NCPUS", "Submit", "Start", "End"))  # fmt: skip
    assert other.trace.run.tolist() == [60]


def test_a_dump_without_the_needed_columns_is_refused(tmp_path):
    with pytest.raises(Refused) as caught:
        sacct(tmp_path, "1|a", heading="JobID|User")
    assert caught.value.code == "trace_heading"
    assert caught.value.facts["missing"] == "submit, start, end, state, alloccpus / ncpus / reqcpus / alloctres"


def test_columns_that_are_chosen_must_be_there_and_others_that_lack_are_counted(tmp_path):
    row = f"5|COMPLETED|3|{AT}10:00:00|{AT}10:00:00|{AT}10:01:00"
    heading = "JobID|State|NCPUS|Submit|Start|End"
    found = sacct(tmp_path, row, row, heading=heading)
    assert found.adjusted == {"no_gpu_column": 2, "no_account_column": 2, "no_limit": 2, "id_again": 1}
    for chosen in ({"account_field": "user"}, {"class_field": "QOS"}):
        with pytest.raises(Refused) as caught:
            sacct(tmp_path, row, heading=heading, **chosen)
        assert caught.value.code == "trace_heading"
    with pytest.raises(Refused) as caught:
        read(file(tmp_path, "timestamp,duration,num_gpus", "2017-10-09 07:01:55,6,1"), "philly",
             Choices(class_field="cluster"))  # fmt: skip
    assert caught.value.facts["missing"] == "cluster"
    with pytest.raises(Refused) as caught:
        slurmdbd(tmp_path, "9,1,gpu,1,2,3,60,4,1=16,3", class_field="id_qos")
    assert caught.value.facts["missing"] == "id_qos"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3-00:00:00", 259_200),
        ("1-06:00:00", 108_000),
        ("06:00:00", 21_600),
        ("30:00", 1800),
        ("90", 5400),
        ("2-12", 216_000),
        ("1-02:30", 95_400),
        ("UNLIMITED", -1),
        ("Partition_Limit", -1),
        ("", -1),
    ],
)
def test_limits_are_read_as_slurm_writes_them(text, seconds):
    assert limit_seconds(text) == seconds


@pytest.mark.parametrize(
    ("text", "mib"),
    [
        ("48000M", 48000),
        ("12.5G", 12800),
        ("1K", 1),
        ("512", 512),
        ("0.3M", 1),
        ("4000Mn", 4000),
        ("1T", 1 << 20),
        ("", -1),
        ("1.2.3M", -1),
    ],
)
def test_memory_is_read_as_slurm_writes_it(text, mib):
    assert memory_mb(text) == mib


SLURMDBD = "id_job,id_user,partition,time_submit,time_start,time_end,timelimit,cpus_req,tres_alloc,state"


def slurmdbd(folder: Path, *rows: str, **choices) -> Reading:
    return read(file(folder, SLURMDBD, *rows), "slurmdbd", Choices(**choices))


def test_a_slurmdbd_job_is_read_from_its_cells(tmp_path):
    found = slurmdbd(
        tmp_path,
        '9,1000,gpu,1700000000,1700000050,1700000650,60,4,"1=16,2=1024,4=1,1001=2,1002=2",3',
        '10,1001,gpu,1700000100,1700000100,1700000160,4294967295,4,"1=2,1002=1,1003=1",5',
        "11,1001,gpu,1700000100,0,1700000160,60,4,,4",
        "12,1001,gpu,1700000100,1700000160,0,60,4,,1",
        gpu_tres=("1001", "1002", "1003"),
    )
    trace = found.trace
    assert (trace.origin, trace.submit.tolist(), trace.run.tolist()) == (1700000000, [0, 100], [600, 60])
    assert (trace.estimate.tolist(), trace.processors.tolist(), trace.gpus.tolist()) == ([3600, 60], [16, 2], [2, 2])
    assert trace.memory_mb.tolist() == [1024, 0]
    assert trace.accounts == ("1000", "1001")
    assert found.left_out == {"never_ran": 1, "not_ended": 1}
    assert found.adjusted == {"no_limit": 1}


def test_resources_of_other_numbers_are_counted(tmp_path):
    rows = ('9,1,gpu,1,2,3,60,4,"1=16,1005=2",3', '10,1,gpu,1,2,3,60,4,"1=16,8=1,1001=2",3')
    found = slurmdbd(tmp_path, *rows)
    assert (found.trace.gpus.tolist(), found.adjusted) == ([0, 2], {"tres_unknown": 1})
    assert slurmdbd(tmp_path, *rows, gpu_tres=("1001", "1005")).trace.gpus.tolist() == [2, 2]


def test_a_bad_slurmdbd_row_is_refused_with_its_line(tmp_path):
    with pytest.raises(Refused) as caught:
        slurmdbd(tmp_path, "9,1,gpu,1700000000,1600000000,1700000650,60,4,1=16,3")
    assert rule_of(caught) == (2, "start_before_submit", "start")
    with pytest.raises(Refused) as caught:
        slurmdbd(tmp_path, "9,1,gpu,yesterday,1600000000,1700000650,60,4,1=16,3")
    assert rule_of(caught) == (2, "not_a_number", "time_submit")


def test_philly_is_read_in_order_of_time(tmp_path):
    rows = ("timestamp,duration,num_gpus,cluster", "2017-10-09 07:01:55,66.0,1,b", "2017-10-09 06:13:03,2951.5,8,a")
    trace = read(file(tmp_path, *rows), "philly").trace
    assert (trace.job.tolist(), trace.submit.tolist(), trace.run.tolist()) == ([3, 2], [0, 2932], [2952, 66])
    assert (trace.gpus.tolist(), trace.processors.tolist()) == ([8, 1], [0, 0])
    assert [trace.accounts[one] for one in trace.account] == ["a", "b"]
    with pytest.raises(Refused) as caught:
        read(file(tmp_path, *rows, "2017-10-09 06:13:03,5,0,a"), "philly")
    assert rule_of(caught) == (4, "no_processors", "processors")
    with pytest.raises(Refused) as caught:
        read(file(tmp_path, *rows, "2017-10-09 06:13:03,-5,1,a"), "philly")
    assert rule_of(caught) == (4, "negative_time", "run")
    with pytest.raises(Refused) as caught:
        read(file(tmp_path, *rows), "philly", Choices(account_field="user"))
    assert caught.value.code == "trace_field"


def test_alibaba_pods_take_whole_cores_and_gpus(tmp_path):
    found = read(
        file(
            tmp_path,
            "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time",
            "pod-a,6500,2048,1,460,T4,LS,Running,10,100,20",
            "pod-b,4000,2048,2,1000,V100M16|V100M32,BE,Failed,15,115,15",
            "pod-c,4000,2048,1,1000,,BE,Pending,15,115,",
            "pod-d,1000,,1,1000,,LS,Running,16,20,18",
        ),
        "alibaba",
    )
    trace = found.trace
    assert (trace.processors.tolist(), trace.gpus.tolist(), trace.run.tolist()) == ([7, 4, 1], [1, 2, 1], [80, 100, 2])
    assert [trace.qoses[one] for one in trace.qos] == ["LS", "BE", "LS"]
    assert (trace.gpu_types, trace.gpu_type.tolist()) == (("T4",), [0, -1, -1])
    assert trace.memory_mb.tolist() == [2048, 2048, 0]
    assert found.left_out == {"never_ran": 1}
    assert found.adjusted == {"part_of_a_core": 1, "part_of_a_gpu": 1, "several_gpu_types": 1, "no_limit": 3}


def test_madangs_jobs_are_read_with_their_instants(tmp_path):
    found = read(
        file(
            tmp_path,
            "job,account,share_class,gpus,gpu_type,cores,memory_mb,wall_seconds,submitted_at,started_at,ended_at",
            "1,A-1,start-up,2,h200,16,1024,7200,2026-03-02T10:00:00+09:00,2026-03-02T01:00:30Z,2026-03-02T02:00:00Z",
            "2,A-1,start-up,2,h200,16,1024,7200,2026-03-02T10:00:00Z,,2026-03-02T02:00:00Z",
        ),
        "madang",
    )
    trace = found.trace
    assert (trace.origin, trace.run.tolist(), trace.estimate.tolist()) == (1772413200, [3570], [7200])
    assert (trace.accounts, trace.classes, trace.gpu_types) == (("A-1",), ("start-up",), ("h200",))
    assert found.left_out == {"never_ran": 1}


def test_madangs_slices_of_a_job_are_put_together(tmp_path):
    found = read(
        file(
            tmp_path,
            "source,key,account,job,started_at,ended_at,gpus,cores",
            "local,b,A-1,7,2026-03-02T02:00:00Z,2026-03-02T02:30:00Z,2,16",
            "local,a,A-1,7,2026-03-02T01:00:00Z,2026-03-02T02:00:00Z,2,16",
            "local,c,A-2,8,2026-03-02T01:30:00Z,2026-03-02T01:31:00Z,0,4",
        ),
        "madang",
    )
    assert (found.trace.submit.tolist(), found.trace.run.tolist()) == ([0, 1800], [5400, 60])
    assert found.adjusted == {"submission_unknown": 2, "no_limit": 2}


def test_a_trace_without_an_origin_begins_at_an_unknown_time(tmp_path):
    trace = read(file(tmp_path, "job,submit,run,estimate,processors,gpus", "1,500,1,1,1,0"), "madang").trace
    assert (trace.origin, trace.submit.tolist()) == (0, [500])


@pytest.mark.parametrize(("job", "name"), [("9" * 18, ""), ("9" * 19, "9" * 19), ("٣", "٣"), ("7_1", "7_1")])
def test_ids_are_numbers_where_all_are_and_fit(tmp_path, job, name):
    trace = read(file(tmp_path, "job,submit,run,estimate,processors,gpus", f"{job},0,1,1,1,0"), "madang").trace
    assert trace.name(0) == job
    assert trace.names == ((name,) if name else ())


def test_a_table_of_another_layout_is_refused(tmp_path):
    with pytest.raises(Refused) as caught:
        read(file(tmp_path, "a,b,c", "1,2,3"), "madang")
    assert caught.value.code == "trace_heading"


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("1,0,10,10,4,0,5", "columns"),
        ("1,0,-10,10,4,0", "negative_time"),
        ("1,-1,10,10,4,0", "negative_time"),
        ("1,0,10,10,0,0", "no_processors"),
        ("1,0,10,10,4,-2", "negative_amount"),
        ("1,0,10,99999999999999,4,0", "too_large"),
        ("1,0,nan,10,4,0", "not_a_number"),
        ("1,0,inf,10,4,0", "not_a_number"),
        ("1,0,1_0,10,4,0", "not_a_number"),
        ("1,0,1e3,10,4,0", "not_a_number"),
        ("1,0,٣,10,4,0", "not_a_number"),
        ('1,0,"10,10,4,0', "csv"),
    ],
)
def test_a_bad_row_of_a_table_is_refused_with_its_line(tmp_path, row, rule):
    with pytest.raises(Refused) as caught:
        read(file(tmp_path, "job,submit,run,estimate,processors,gpus", "5,1,2,3,4,0", row), "madang")
    assert (caught.value.facts["line"], caught.value.facts["rule"]) == (3, rule)


@pytest.mark.parametrize(
    ("name", "layout", "jobs", "gpu_jobs"),
    [
        ("philly-jobs-82k.csv.gz", "philly", 82_247, 82_247),
        ("MIT-supercloud-slurm-2021.csv.gz", "slurmdbd", 9_628, 2_401),
        ("sacct-xdmod-pozidriv.log.gz", "sacct", 11_704, 0),
        ("alibaba-gpu-v2023/openb_pod_list_default.csv.gz", "alibaba", 7_255, 6_203),
    ],
)
def test_real_dumps_are_read_whole(traces, name, layout, jobs, gpu_jobs):
    found = read(traces / name, layout)
    assert (len(found.trace), int(np.count_nonzero(found.trace.gpus))) == (jobs, gpu_jobs)
    assert not found.skipped
    assert (np.diff(found.trace.submit) >= 0).all()


def test_a_real_dump_agrees_with_its_own_elapsed_times(traces):
    trace = read(traces / "sacct-xdmod-pozidriv.log.gz", "sacct").trace
    with gzip.open(traces / "sacct-xdmod-pozidriv.log.gz", "rt") as stream:
        elapsed = {row[0]: limit_seconds(row[14]) for row in csv.reader(stream, delimiter="|", quoting=csv.QUOTE_NONE)}
    assert all(max(elapsed[trace.name(row)], 1) == trace.run[row] for row in range(len(trace)))
