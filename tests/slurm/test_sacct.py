"""Rows of sacct become slices: of every version, of every kind of job, in any cut the same amount."""

import gzip
import subprocess
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.accounting.metering import Unit, charges, clock_second, seconds_charged
from madang.compute.protocol import Oddity
from madang.compute.sentences import sentence
from madang.compute.slurm import sacct, tres
from madang.compute.slurm.sacct import Held, Run, Unreadable
from madang.compute.slurm.slicing import Meter, Share, slices_of
from madang.errors import Refused, Unavailable

RECORDED = Path(__file__).parent / "recorded"
SEOUL = ZoneInfo("Asia/Seoul")
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
PARTS = {"a100_1g.5gb": Share("a100", 1, 7), "a100_3g.20gb": Share("a100", 3, 7), "shard:l4": Share("l4", 1, 4)}
METER = Meter(SEOUL, SINCE, PARTS, partitions={"old": "v100"})
DAY = 86_400


def recorded(version):
    return list(sacct.runs((RECORDED / f"sacct-{version}.txt").read_text(encoding="utf-8").splitlines()))


def run(**given):
    shape = {"cluster": "c", "job": "1", "raw": "1", "account": "lab", "partition": "p", "state": "COMPLETED"}
    times = {"submit": 1_000, "start": 1_000, "end": 1_060, "elapsed": 60, "suspended": 0, "held": Held(4, ())}
    return Run(**shape | times | given)


def seconds(slices):
    return sum(seconds_charged(one.period) for one in slices)


def test_every_run_of_the_recorded_cluster_is_read():
    found = {(one.raw, one.submit): one for one in recorded("22.05")}
    assert len(found) == 12  # neither the job that waits nor the one cancelled while it waited
    assert found["1", 1795378851].held == Held(1, (("h100", 2),))
    assert [one.job for one in found.values() if one.raw in ("2", "8", "9")] == ["2"] * 3
    assert [one.job for one in found.values() if one.raw in ("5", "6")] == ["5"] * 2
    assert {one.end - one.start for one in found.values() if one.raw == "3"} == {3, 358}
    assert (found["13", 1795379377].end, found["13", 1795379377].elapsed) == (0, 105)


def test_charged_is_what_ran_without_suspension_and_without_what_a_resized_job_held_before():
    charged = {(one.raw, one.submit): seconds(slices_of(one, METER, "a")) for one in recorded("22.05")}
    assert charged["4", 1795378851] == 7  # of 15 seconds 8 in suspension
    assert charged["12", 1795379341] + charged["12", 1795379346] == 1795379379 - 1795379342


@pytest.mark.parametrize("cell", ["", "0", "18446744073709551614", "18446744073709551615", "N/A"])
def test_energy_that_slurm_does_not_know_is_none(cell):
    assert (sacct.joules(cell), sacct.joules("5400")) == (None, 5400)


@given(st.integers(1, 10**12), st.integers(1, 5 * DAY))
def test_the_energy_of_an_ended_run_is_that_of_its_slices(joules, ran):
    measured = Meter(SEOUL, SINCE, energy=True)
    ended = run(end=1_000 + ran, elapsed=ran, joules=joules)
    assert sum(one.joules for one in slices_of(ended, measured, "a")) == joules
    assert {one.joules for one in slices_of(ended, METER, "a")} == {None}  # nodes are shared
    assert not any(one.joules for one in slices_of(ended._replace(end=0), measured, "a", whole_days=True))
    assert {one.joules for one in slices_of(ended._replace(held=Held(1, (("a", 1), ("b", 1)))), measured, "a")} == {
        None
    }


def test_a_recorded_answer_with_energy_is_read():
    lines = ["|".join(sacct.FIELDS), *(
        f"{job}|{job}|c|lab|p|COMPLETED|1000|1000|1060|60|00:00:00|cpu=4,energy={cell or 0},node=1|{cell}"
        for job, cell in ((1, "54321"), (2, ""), (3, "18446744073709551614"))
    )]  # fmt: skip
    assert [one.joules for one in sacct.runs(lines)] == [54321, None, None]


def test_parts_of_gpus_count_as_the_centre_says():
    first, second, third, fourth = (slices_of(one, METER, "a") for one in recorded("25.05")[:4])
    assert [(one.gpu_type, one.gpus, one.gpus_per, one.cores) for one in first] == [("a100", 2, 7, 8)]
    assert [(one.gpu_type, one.gpus, one.gpus_per, one.cores) for one in second] == [
        ("a100", 1, 1, 8),
        ("a100", 3, 7, 0),
    ]
    assert len({one.key for one in second}) == 2
    assert [(one.gpu_type, one.gpus, one.gpus_per) for one in third] == [("l4", 3, 4)]
    assert [(one.gpu_type, one.gpus) for one in fourth] == [("v100", 1)]
    assert abs(sum(one.amount for one in charges(first[0], SEOUL, Unit.GPU_SECOND)) - 60 * 2 / 7) < 1
    plain = Meter(SEOUL, SINCE)
    assert slices_of(recorded("25.05")[0], plain, "a") == Oddity("401", "usage_share_missing", {"type": "a100_1g.5gb"})


def test_what_cannot_be_charged_is_told_with_its_reason_in_words():
    later = recorded("25.05")[4:]
    told = [slices_of(one, METER, "a") for one in later[:-1]]
    assert [one.code for one in told] == ["usage_ends_before_start", "usage_too_long", "usage_no_allocation"]
    assert isinstance(later[-1], Unreadable) and later[-1].text.startswith("409|")
    for one in told:
        assert sentence(one.code, one.facts, "en") != sentence(one.code, one.facts, "ko")


def test_a_run_is_cut_at_the_centres_midnights_and_its_parts_have_their_own_keys():
    start = clock_second(datetime(2026, 3, 1, 14, 59, 30, tzinfo=UTC))  # 23:59:30 in Seoul
    long = run(submit=start, start=start, end=start + DAY + 90, elapsed=DAY + 90)
    found = slices_of(long, METER, "a")
    assert [one.period.seconds for one in found] == [30, DAY, 60]
    assert len({one.key for one in found}) == 3 and found[0].key == f"1.{start}.{start}.{start}"
    assert slices_of(long._replace(end=0), METER, "a", whole_days=True) == found[:2]
    days = [one.day for piece in found for one in charges(piece, SEOUL, Unit.CORE_SECOND)]
    assert days == [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]


@given(st.integers(1, 5 * DAY), st.lists(st.integers(0, 5 * DAY), max_size=6), st.integers(0, 3 * DAY))
def test_what_was_given_out_while_a_job_ran_is_never_taken_back(ran, looked, suspended):
    start = 1_800_000_000
    whole = run(submit=start, start=start, end=start + ran + suspended, elapsed=ran, suspended=suspended)
    final = {one.key: one for one in slices_of(whole, METER, "a")}
    assert seconds(final.values()) == ran
    for elapsed in looked:
        for piece in slices_of(whole._replace(end=0, elapsed=min(elapsed, ran)), METER, "a", whole_days=True):
            assert final[piece.key] == piece


@given(st.integers(0, 40), st.integers(1, 40), st.lists(st.integers(0, 3 * DAY), min_size=2, max_size=8))
def test_parts_of_a_gpu_are_charged_alike_however_the_time_is_cut(parts, per, edges):
    def amount(start, end):
        whole = run(submit=start, start=start, end=end, elapsed=end - start, held=Held(1, (("part", parts),)))
        made = slices_of(whole, Meter(SEOUL, SINCE, {"part": Share("g", 1, per)}), "a")
        return sum(one.amount for piece in made for one in charges(piece, SEOUL, Unit.GPU_SECOND))

    edges = sorted({1_800_000_000 + edge for edge in edges})
    cut = sum(amount(start, end) for start, end in pairwise(edges))
    assert cut == amount(edges[0], edges[-1])
    assert abs(cut - (edges[-1] - edges[0]) * parts / per) < 1


def test_a_text_that_is_no_answer_is_refused():
    with pytest.raises(Unavailable, match="heading"):
        list(sacct.runs([]))
    with pytest.raises(Refused, match="sacct_heading"):
        list(sacct.runs(["JobID|State\n", "1|COMPLETED\n"]))
    heading = (RECORDED / "sacct-22.05.txt").read_text().splitlines()[0]
    assert list(sacct.runs([heading, "", "1|2", "1.batch|1.batch" + "|" * 10])) == [Unreadable(3, "1|2")]


def test_the_question_names_duplicates_allocations_and_all_users_in_utc():
    asked = sacct.command(1795378851, 1795378851 + 3600, "east")
    assert asked[:4] == ("env", "TZ=UTC", "LC_ALL=C", "SLURM_TIME_FORMAT=%s")
    assert {"--duplicates", "--allocations", "--allusers", "--clusters=east"} < set(asked)
    assert {"--starttime=2026-11-22T20:20:51", "--endtime=2026-11-22T21:20:51"} < set(asked)
    printed = subprocess.run([*asked[:4], "printenv", "TZ"], capture_output=True, text=True, check=True).stdout
    assert printed == "UTC\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("7-20:39:39", 679_179), ("00:05:35", 335), ("05:35", 335), ("1-00:00:00.5", DAY), ("x", None), ("3", None)],
)
def test_spans_of_time_as_sacct_prints_them(text, wanted):
    assert tres.span_seconds(text) == wanted


def test_gpus_whose_type_slurm_does_not_track_have_none():
    assert tres.gpus_by_type({"gres/gpu": 3, "gres/gpu:h100": 2}) == {"h100": 2, "": 1}
    assert tres.gpus_by_type({"gres/gpu:h100": 2, "gres/gpu": 2, "gres/gpu:b200": 0}) == {"h100": 2}


COLUMNS = (
    *(
        "jobid",
        "jobidraw",
        "cluster",
        "partition",
        "qos",
        "account",
        "group",
        "gid",
        "user",
        "uid",
        "submit",
        "eligible",
    ),
    *("start", "end", "elapsed", "exitcode", "state", "nnodes", "ncpus", "reqcpus", "reqmem", "reqtres", "alloctres"),
    *("timelimit", "nodelist", "jobname"),
)


def test_the_core_seconds_of_a_real_dump_are_those_that_a_few_lines_add_up(traces):
    """Every real row is charged what its own columns say, added up without anything of ours."""
    with gzip.open(traces / "sacct-xdmod-pozidriv.log.gz", "rt") as stream:
        lines = list(stream)
    wanted = rows = 0
    for cells in (line.rstrip("\n").split("|") for line in lines):
        days, _, clock = cells[14].rpartition("-")
        hours, minutes, seconds = map(int, clock.split(":"))
        cores = dict(part.split("=") for part in cells[22].split(",") if part).get("cpu", 0)
        rows += 1
        wanted += (int(days or 0) * 86_400 + hours * 3600 + minutes * 60 + seconds) * int(cores)
    meter = Meter(SEOUL, datetime(2016, 1, 1, tzinfo=UTC))
    found, odd = 0, []
    for run in sacct.runs(lines, COLUMNS):
        pieces = slices_of(run, meter, run.account)
        if isinstance(pieces, Oddity):
            odd.append(pieces.code)
        else:
            found += sum(seconds_charged(piece.period) * piece.cores for piece in pieces)
    assert (rows, odd) == (11_704, []) and found == wanted > 0
