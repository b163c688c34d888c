"""What every backend must do, seen through its eight verbs only."""

import dataclasses
import hashlib
from functools import partial
from itertools import pairwise

import pytest
from backends.local_site import LOG_BYTES, ended, log_of, report_of, running, said, slices_of, until
from backends.makers import make_input, make_limit

from madang.compute.protocol import AccountLimit, Backend, Forgetting, JobState, Telling
from madang.errors import Refused


@pytest.fixture(autouse=True)
def _open_account(backend):
    backend.enforce([make_limit()])


def refusal(call, *arguments):
    with pytest.raises(Refused) as caught:
        call(*arguments)
    return caught.value.code


def test_it_offers_the_eight_verbs(backend):
    assert isinstance(backend, Backend)


def test_it_says_what_it_has_and_that_jobs_are_shut_in(backend):
    capacity = backend.capacity()
    assert capacity.cores >= 1 and capacity.memory_mb >= 256
    assert capacity.sandboxed


def test_a_job_succeeds_and_leaves_its_files(backend, make_spec):
    spec = make_spec(
        "wc -c < deep/input.txt > counted; mkdir out; echo two > out/b; echo changed > edited",
        inputs={"deep/input.txt": b"12345", "edited": b"before", "same": b"same"},
    )
    id = backend.submit(spec)
    report = ended(backend, id)
    assert (report.state, report.exit_code, report.signal) == (JobState.SUCCEEDED, 0, None)
    assert (report.reason.code, report.key, report.account) == ("ended_well", spec.key, "award-1")
    assert report.submitted_at <= report.started_at <= report.ended_at
    assert [output.path for output in report.outputs] == ["counted", "edited", "out/b"]
    assert report.outputs_left_out == 0
    for output in report.outputs:
        content = backend.fetch(id, output.path).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (output.size, output.sha256)
    assert backend.fetch(id, "counted").read_text().strip() == "5"


def test_a_file_that_is_not_what_was_announced_is_refused(backend, make_spec, tmp_path):
    spec = make_spec(inputs={"a": b"right"})
    spec.files[0].source.write_bytes(b"wrong")
    assert refusal(backend.submit, spec) == "input_differs"
    gone = dataclasses.replace(make_input(tmp_path, "b", b"x"), source=tmp_path / "nowhere")
    assert refusal(backend.submit, make_spec(files=(gone,))) == "input_missing"


@pytest.mark.parametrize("path", ["../out", "/etc/passwd", "a/../../b", "a//b", "./a", "", "a/.."])
def test_an_input_may_not_be_laid_outside_the_folder(backend, make_spec, tmp_path, path):
    file = dataclasses.replace(make_input(tmp_path, "x", b"x"), path=path)
    assert refusal(backend.submit, make_spec(files=(file,))) == "job_path_unsafe"


def test_a_job_on_several_nodes_needs_equal_parts_and_as_many_nodes(backend, make_spec):
    assert refusal(backend.submit, make_spec(nodes=2, cores=3)) == "nodes_uneven"
    assert refusal(backend.submit, make_spec(nodes=0)) == "job_field_out_of_range"
    most = backend.capacity().nodes
    beyond = make_spec(nodes=most + 1, cores=most + 1)
    assert refusal(backend.submit, beyond) in ("one_machine", "larger_than_machine")


def test_a_command_is_told_to_save_before_its_time_is_over(backend, make_spec):
    script = "trap 'echo saved; exit 0' USR1; echo up $MADANG_NODES; while :; do sleep 0.05; done"
    id = backend.submit(make_spec(script, wall_seconds=60, checkpoint_seconds=59))
    assert ended(backend, id).state is JobState.SUCCEEDED
    assert log_of(backend, id) == "up 1\nsaved\n"


def test_a_job_on_hold_starts_once_it_is_released(backend, make_spec):
    id = backend.submit(make_spec("echo ran", held=True))
    until(lambda: report_of(backend, id).reason.code in ("held", "slurm_held_user"))
    backend.release(id)
    assert ended(backend, id).state is JobState.SUCCEEDED


@pytest.mark.parametrize(
    ("script", "exit_code", "signal", "code"),
    [
        ("exit 3", 3, None, "ended_with_code"),
        ("kill -KILL $$", 137, 9, "ended_by_signal"),
        ("/nowhere/at/all", 127, None, "ended_with_code"),
    ],
)
def test_a_job_that_fails_says_how(backend, make_spec, script, exit_code, signal, code):
    report = ended(backend, backend.submit(make_spec(script)))
    assert (report.state, report.exit_code, report.signal) == (JobState.FAILED, exit_code, signal)
    assert report.reason.code == code


def test_a_command_that_does_not_exist_fails(backend, make_spec):
    report = ended(backend, backend.submit(make_spec(argv=("no-such-command",))))
    assert (report.state, report.exit_code) == (JobState.FAILED, 127)


def test_arguments_reach_the_command_as_they_are(backend, make_spec):
    words = ("printf", "%s|", "a b", "$HOME", "'", '"', "\n", "마당", "; exit 9", "")
    id = backend.submit(make_spec(argv=words))
    assert ended(backend, id).state is JobState.SUCCEEDED
    assert log_of(backend, id) == "".join(f"{word}|" for word in words[2:])


def test_the_environment_reaches_the_command(backend, make_spec):
    given = {"MODEL": "a 'b' $c\nd", "MADANG_CORES": "99", "CUDA_VISIBLE_DEVICES": "7"}
    id = backend.submit(make_spec('printf "%s|" "$MODEL" "$MADANG_CORES" "$CUDA_VISIBLE_DEVICES"', environment=given))
    ended(backend, id)
    assert log_of(backend, id) == "a 'b' $c\nd|1||"


def test_the_log_is_read_by_offset_while_the_job_runs(backend, make_spec):
    id = backend.submit(make_spec("echo one; while ! [ -e go ]; do echo tick; sleep 0.1; done", wall_seconds=60))
    said(backend, id, "one")
    first = backend.log(id, 0, 2)
    assert (first.data, first.next_offset, first.complete) == (b"on", 2, False)
    assert backend.log(id, first.next_offset, 2).data == b"e\n"
    backend.cancel(id)
    size = ended(backend, id).log_size
    whole = backend.log(id, 0, size)
    assert whole.complete and whole.next_offset == size and whole.data.startswith(b"one\ntick\n")
    assert not backend.log(id, 0, size - 1).complete
    assert backend.log(id, size, 10) == dataclasses.replace(whole, data=b"")


def test_a_waiting_job_can_be_cancelled_and_uses_nothing(backend, make_spec):
    cores = backend.capacity().cores
    blocker = backend.submit(make_spec("sleep 60", cores=cores))
    running(backend, blocker)
    id = backend.submit(make_spec("echo never"))
    report = until(lambda: (found := report_of(backend, id)).reason.code != "not_yet_considered" and found)
    assert (report.state, report.reason.code, report.reason.facts["needs"]) == ("waiting", "waits_for_cores", 1)
    backend.cancel(id)
    report = report_of(backend, id)
    assert (report.state, report.started_at, report.reason.code) == ("cancelled", None, "cancelled_waiting")
    backend.cancel(blocker)
    assert ended(backend, blocker).state is JobState.CANCELLED
    assert slices_of(backend, id) == [] and log_of(backend, id) == ""


def test_a_running_job_can_be_cancelled_and_is_charged_what_it_ran(backend, make_spec):
    id = backend.submit(make_spec("trap 'echo asked; exit 5' TERM; echo up; while :; do sleep 0.05; done"))
    said(backend, id, "up")
    backend.cancel(id)
    report = ended(backend, id)
    assert (report.state, report.exit_code, report.reason.code) == (JobState.CANCELLED, 5, "cancelled_running")
    assert "asked" in log_of(backend, id)
    backend.cancel(id)
    assert report_of(backend, id) == report
    assert_charged(backend, report)


def assert_charged(backend, report):
    """Slices meet without a gap, never overlap, and are together the time that the report gives.

    A backend whose clock counts whole seconds may have a job begin and end in the same one: then it used nothing.
    """
    slices = slices_of(backend, report.id)
    if report.started_at == report.ended_at:
        assert slices == []
        return
    assert slices[0].period.start == report.started_at and slices[-1].period.end == report.ended_at
    assert all(one.period.end == after.period.start for one, after in pairwise(slices))
    assert len({one.key for one in slices}) == len(slices)
    assert {one.account for one in slices} == {report.account}


def test_use_is_reported_once_and_is_the_time_reported(backend, make_spec):
    spec = make_spec("sleep 1.1", gpus=1, gpu_type="T4", cores=2)
    report = ended(backend, backend.submit(spec))
    assert_charged(backend, report)
    assert {(one.gpus, one.cores) for one in slices_of(backend, report.id)} == {(1, 2)}
    everything = backend.usage()
    assert all(one.joules is None or one.joules > 0 for one in everything.slices)
    assert everything == backend.usage("")
    assert backend.usage(everything.cursor).slices == []
    assert backend.usage(everything.cursor).cursor == everything.cursor


def test_the_time_limit_is_kept_even_by_a_job_that_ignores_sigterm(backend, make_spec):
    id = backend.submit(make_spec("trap '' TERM; echo up; while :; do sleep 0.05; done", wall_seconds=1))
    report = ended(backend, id)
    assert (report.state, report.signal, report.reason.code) == (JobState.TIMED_OUT, None, "wall_time_over")
    assert 1 <= (report.ended_at - report.started_at).total_seconds() < 10
    assert_charged(backend, report)


def test_the_same_key_and_content_are_the_same_job(backend, make_spec):
    spec = make_spec("echo once")
    id = backend.submit(spec)
    assert backend.submit(spec) == id
    ended(backend, id)
    backend.enforce([])
    assert backend.submit(spec) == id
    assert log_of(backend, id) == "once\n"


@pytest.mark.parametrize(
    "change",
    [{"argv": ("true",)}, {"cores": 2}, {"account": "award-2"}, {"environment": {"A": "b"}}, {"wall_seconds": 61}],
    ids=lambda change: next(iter(change)),
)
def test_the_same_key_with_other_content_is_refused(backend, make_spec, change):
    spec = make_spec()
    id = backend.submit(spec)
    assert refusal(backend.submit, dataclasses.replace(spec, **change)) == "key_reused"
    assert backend.submit(spec) == id


@pytest.mark.parametrize(
    "change",
    [{"cores": 60}, {"memory_mb": 1 << 30}, {"gpus": 2, "gpu_type": "GB200"}],
    ids=["cores", "memory", "type of GPU"],
)
def test_a_job_that_can_never_fit_is_refused(backend, make_spec, change):
    assert refusal(backend.submit, make_spec(**change)) == "larger_than_machine"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"argv": ()}, "job_command_unfit"),
        ({"argv": ("a\0b",)}, "job_command_unfit"),
        ({"cores": 0}, "job_field_out_of_range"),
        ({"gpus": -1}, "job_field_out_of_range"),
        ({"gpus": 1}, "job_field_missing"),
        ({"key": ""}, "job_field_missing"),
        ({"environment": {"A=B": "c"}}, "job_environment_unfit"),
        ({"environment": {"A": "c\0"}}, "job_environment_unfit"),
    ],
)
def test_a_job_that_makes_no_sense_is_refused(backend, make_spec, change, code):
    assert refusal(backend.submit, make_spec(**change)) == code


def test_nothing_of_an_account_without_an_open_limit_starts(backend, make_spec):
    backend.enforce([make_limit("award-2"), make_limit("award-3", open=False)])
    assert refusal(backend.submit, make_spec()) == "account_closed"
    assert refusal(backend.submit, make_spec(account="award-3")) == "account_closed"
    cores = backend.capacity().cores
    blocker = backend.submit(make_spec("sleep 60", account="award-2", cores=cores))
    running(backend, blocker)
    id = backend.submit(make_spec("echo started", account="award-2"))
    backend.enforce([])
    backend.cancel(blocker)
    ended(backend, blocker)
    report = until(lambda: (found := report_of(backend, id)).reason.code == "account_closed" and found)
    assert report.state is JobState.WAITING
    backend.enforce([make_limit("award-2")])
    assert ended(backend, id).state is JobState.SUCCEEDED


def test_an_account_holds_no_more_than_its_limit(backend, make_spec):
    backend.enforce([AccountLimit("award-1", gpus=0, cores=1, wall_seconds=100, open=True)])
    assert refusal(backend.submit, make_spec(cores=2)) == "larger_than_account_limit"
    assert refusal(backend.submit, make_spec(wall_seconds=101)) == "larger_than_account_wall"
    assert refusal(backend.submit, make_spec(gpus=1, gpu_type="T4")) == "larger_than_account_limit"
    first = backend.submit(make_spec("sleep 60"))
    running(backend, first)
    second = backend.submit(make_spec())
    until(lambda: report_of(backend, second).reason.code == "account_at_limit")
    backend.cancel(first)
    assert ended(backend, second).state is JobState.SUCCEEDED


def test_two_jobs_are_given_different_gpus(backend, make_spec):
    ids = [
        backend.submit(make_spec('echo "GPU<$CUDA_VISIBLE_DEVICES>"; sleep 60', gpus=1, gpu_type="T4")) for _ in "ab"
    ]
    for id in ids:
        said(backend, id, ">")
    assert len({log_of(backend, id) for id in ids}) == 2 and "GPU<>\n" not in map(partial(log_of, backend), ids)
    for id in ids:
        backend.cancel(id)
        ended(backend, id)


@pytest.mark.parametrize("backend", ["local"], indirect=True)  # a cluster's own control groups do this on its nodes
def test_a_job_sees_its_own_cores_and_devices_only(backend, make_spec):
    script = 'echo "$CUDA_VISIBLE_DEVICES"; grep Cpus_allowed_list /proc/self/status; ls /dev; sleep 60'
    ids = [backend.submit(make_spec(script, gpus=1, gpu_type="T4")) for _ in range(2)]
    for id in ids:
        said(backend, id, "zero")
    seen = [log_of(backend, id).splitlines() for id in ids]
    assert {lines[0] for lines in seen} == {"GPU-aaaa", "GPU-bbbb"}
    assert len({lines[1] for lines in seen}) == 2
    for lines in seen:
        own, other = ("loop-control", "kmsg") if lines[0] == "GPU-aaaa" else ("kmsg", "loop-control")
        assert own in lines and other not in lines
    for id in ids:
        backend.cancel(id)
        ended(backend, id)


def test_a_process_that_slips_away_ends_with_its_job(backend, make_spec):
    script = "(setsid sh -c 'while :; do echo still >> alive; sleep 0.05; done' > /dev/null 2>&1 &) ; sleep 0.3"
    report = ended(backend, backend.submit(make_spec(script)))
    assert report.state is JobState.SUCCEEDED
    found = backend.fetch(report.id, "alive")
    size = found.stat().st_size
    assert size == report.outputs[0].size > 0
    with pytest.raises(AssertionError):
        until(lambda: found.stat().st_size != size, seconds=0.3)


def test_a_job_that_closes_its_output_runs_on(backend, make_spec):
    report = ended(backend, backend.submit(make_spec("exec >&- 2>&-; sleep 0.3; touch done; exit 4")))
    assert (report.exit_code, [output.path for output in report.outputs]) == (4, ["done"])


def test_an_endless_log_is_bounded(backend, make_spec):
    id = backend.submit(make_spec("yes 0123456789 | head -c 20000000; echo end >&2; exit 6"))
    report = ended(backend, id)
    assert (report.exit_code, report.log_cut) == (6, True)
    log = log_of(backend, id)
    assert LOG_BYTES // 2 <= len(log) <= LOG_BYTES + 40 and log.startswith("0123456789\n" * 1000)
    assert log.endswith("end\n") == (report.log_size == 20_000_004)  # one backend keeps the latest too


def test_links_that_a_job_leaves_lead_nowhere(backend, make_spec):
    script = (
        "ln -s /etc/passwd soft; ln -s /job/real within; ln -s / root; echo x > real; ln real hard;"
        " mkdir folder; ln -s ../.. folder/up; mkfifo pipe; echo y > plain"
    )
    report = ended(backend, backend.submit(make_spec(script)))
    assert [output.path for output in report.outputs] == ["plain"]
    assert report.outputs_left_out == 7
    for path in ("soft", "within", "root/etc/passwd", "real", "hard", "folder/up", "pipe", "../log", "nothing", ""):
        assert refusal(backend.fetch, report.id, path) == "no_such_output"
    assert backend.fetch(report.id, "plain").read_text() == "y\n"


def test_files_wait_for_the_end_of_the_job(backend, make_spec):
    id = backend.submit(make_spec("echo x > early; echo up; sleep 60"))
    said(backend, id, "up")
    assert refusal(backend.fetch, id, "early") == "job_not_ended"
    backend.cancel(id)
    ended(backend, id)
    assert backend.fetch(id, "early").read_text() == "x\n"


def test_it_says_which_reports_have_changed(backend, make_spec):
    if not isinstance(backend, Telling):
        pytest.skip("this backend does not say what has changed")
    before = backend.changed("")
    assert before.ids == []
    id = backend.submit(make_spec("sleep 0.2"))
    running(backend, id)
    first = backend.changed(before.cursor)
    assert id in first.ids
    ended(backend, id)
    second = backend.changed(first.cursor)
    assert id in second.ids
    assert backend.changed(second.cursor) == dataclasses.replace(second, ids=[])


def test_an_unknown_job_does_not_exist(backend):
    assert backend.reports(["nothing"]) == []
    for call, arguments in ((backend.cancel, []), (backend.log, [0]), (backend.fetch, ["a"])):
        assert refusal(call, "nothing", *arguments) == "no_such_job"


def test_what_an_ended_job_left_is_forgotten_and_what_it_used_is_not(backend, make_spec):
    if not isinstance(backend, Forgetting):
        pytest.skip("this backend leaves clearing up to its site")
    spec = make_spec("echo said; echo left > out", inputs={"in": b"given"})
    id = backend.submit(spec)
    assert ended(backend, id).outputs
    used = slices_of(backend, id)
    backend.forget(id)
    backend.forget(id)
    assert refusal(backend.fetch, id, "out") == "no_such_output"
    chunk = backend.log(id, 0)
    assert (chunk.data, chunk.complete) == (b"", True)
    report = report_of(backend, id)
    assert (report.state, report.exit_code, report.outputs, report.log_size) == (JobState.SUCCEEDED, 0, (), 0)
    assert slices_of(backend, id) == used
    assert backend.submit(spec) == id


def test_a_job_that_goes_on_is_not_forgotten(backend, make_spec):
    if not isinstance(backend, Forgetting):
        pytest.skip("this backend leaves clearing up to its site")
    id = backend.submit(make_spec("sleep 60"))
    running(backend, id)
    assert refusal(backend.forget, id) == "job_not_ended"
    assert refusal(backend.forget, "0123456789abcdef") == "no_such_job"
    backend.cancel(id)
