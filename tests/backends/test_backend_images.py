"""Jobs in an image: its root instead of the machine's, read-only, within the same walls."""

import pytest
from backends.images import as_archive, entry, make_image, make_layer, make_programs
from backends.local_site import LocalSite, ended, log_of
from backends.makers import make_limit
from backends.test_backend_escapes import ATTEMPTS

from madang.compute.local import images, sandbox
from madang.compute.protocol import JobState
from madang.errors import Refused

TOOL = b"#!/bin/sh\necho own tool in $COLOUR\n"
SET = {"Env": ["PATH=/opt/bin:/bin", "COLOUR=blue", "HOME=/root", "MADANG_JOB=mine"], "WorkingDir": "/opt"}
# what an image may hold where a job has something else, or something of the machine's is started
HOSTILE = (
    entry("opt/bin/tool", TOOL, mode=0o6755),
    entry("etc/passwd", b"root::0:0::/:/bin/sh\n"),
    entry("etc/job-environment", kind="link", to="/opt/bin/tool"),
    entry("etc/ld.so.preload", b"/opt/lib/preload.so\n"),
    entry(".madang/loader", b"#!/bin/sh\necho HOSTILE\n", mode=0o755),
    entry("proc", kind="link", to="/opt"),
    entry("dev", kind="link", to="/opt"),
    entry("job", kind="link", to="/etc"),
    entry("tmp/kept", b"HOSTILE"),
)
# those whose scripts need no more than an image with a shell and a few programs
TRIED = [name for name, script in ATTEMPTS.items() if "python3" not in script and "awk" not in script]


@pytest.fixture(scope="module")
def site(working_sandbox, tmp_path_factory):
    """A machine with an image on its shelf, made of files of this machine; `image` is its folder."""
    root = tmp_path_factory.mktemp("images")
    root.chmod(0o755)
    names = ("dash", "cat", "ls", "ln", "touch", "id", "env", "grep", "mkdir", "chmod", "cp", "mount", "readlink")
    below = make_layer(*make_programs(*names), entry("bin/sh", kind="link", to="dash"))
    image = make_image(root / "image", below, make_layer(*HOSTILE), packed=True, config=SET)
    images.unpack(as_archive(image), root / "shelf" / "small")
    found = LocalSite(root / "spool")
    found.image = root / "shelf" / "small"
    found.backend.enforce([make_limit()])
    found.start_runner()
    yield found
    found.close()


@pytest.fixture
def run(site, make_spec):
    """Runs a script in the image; gives the report and what it said."""

    def run(script, **changes):
        given = {"image": str(site.image), "memory_mb": 512} | changes
        id = site.backend.submit(make_spec(script, **given))
        return ended(site.backend, id), log_of(site.backend, id)

    return run


def test_a_job_runs_in_its_image_with_its_own_folder(site, run):
    script = (
        "tool; pwd; echo $HOME $MADANG_IMAGE_WORKDIR $MADANG_IMAGE; id -u; cat in > out; ls /job /etc; echo $MADANG_JOB"
    )
    report, log = run(script, inputs={"in": b"given"})
    said = log.splitlines()
    digest = images.opened(site.image).digest
    assert said[:3] == ["own tool in blue", "/job", f"/job /opt {digest}"]
    assert said[3] == str(sandbox.job_user(1) or sandbox.USER_WITHIN) and said[-1] == report.id
    assert report.state is JobState.SUCCEEDED and [one.path for one in report.outputs] == ["out"]


@pytest.mark.parametrize("name", TRIED)
def test_no_attempt_succeeds_in_an_image_either(site, run, name):
    report, log = run(ATTEMPTS[name] + "\necho over", environment={"SPOOL": str(site.spool.root), "SUPERVISOR": "1"})
    assert "ESCAPED" not in log and log.endswith("over\n"), log
    assert report.state is JobState.SUCCEEDED


def test_the_image_and_what_is_lent_cannot_be_changed_and_the_machine_is_not_seen(site, run):
    tries = (
        "echo x >> /opt/bin/tool", "touch /opt/x", "touch /.madang/x", "cp /bin/sh /.madang/sh", "touch /etc/x /x",
        "mkdir /proc/x", "cat /etc/shadow", "ls /usr/bin/python3", f"ls {site.image}", f"ls {site.spool.root}",
        "ls /home", "cat /etc/job-environment.image",
    )  # fmt: skip
    _, log = run("".join(f"{one} && echo ESCAPED; " for one in tries) + "cat /tmp/kept /dev/null; echo over")
    assert "ESCAPED" not in log and log.endswith("over\n"), log
    assert "HOSTILE" not in log and "preload" not in log
    assert (site.image / "root" / "opt" / "bin" / "tool").read_bytes() == TOOL


def test_a_job_has_no_rights_in_an_image(run):
    script = "grep -E '^(Cap|NoNewPrivs|Seccomp:|Uid)' /proc/self/status; ls -l /opt/bin/tool; cat /etc/passwd"
    report, log = run(script)
    told = dict(line.split(":\t") for line in log.splitlines() if ":\t" in line)
    assert {told[name] for name in ("CapPrm", "CapEff", "CapAmb")} == {"0" * 16}
    assert (told["NoNewPrivs"], told["Seccomp"]) == ("1", "2") and "0" not in told["Uid"].split()
    assert "-rwxr-xr-x" in log and "root:" not in log and report.state is JobState.SUCCEEDED


def test_bounds_hold_in_an_image(run):
    report, log = run("grep -E 'data|processes|core' /proc/self/limits; exit 3", memory_mb=256)
    hard = {line[:25].strip(): line.split()[-2] for line in log.splitlines()}
    assert hard == {"Max data size": str(256 << 20), "Max processes": "1024", "Max core file size": "0"}
    assert report.exit_code == 3


def test_a_gpu_is_given_in_an_image_as_anywhere(run):
    report, log = run("ls /dev /sys; echo $CUDA_VISIBLE_DEVICES; touch /sys/x", gpus=1, gpu_type="T4")
    assert "devices" in log and ("GPU-aaaa" in log) is ("loop-control" in log) and "Read-only" in log
    assert log.count("GPU-") == 1 and report.exit_code == 1


def test_an_image_needs_no_shell_of_its_own(site, run, make_spec, tmp_path):
    tmp_path.chmod(0o755)
    bare = make_image(tmp_path / "image", make_layer(*make_programs("cat")))
    images.unpack(bare, tmp_path / "bare")
    spec = make_spec(image=str(tmp_path / "bare"), argv=("/bin/cat", "/job/in"), inputs={"in": b"no shell"})
    id = site.backend.submit(spec)
    assert ended(site.backend, id).state is JobState.SUCCEEDED and log_of(site.backend, id) == "no shell"
    report, log = run("true", image=str(tmp_path / "bare"))
    assert report.state is JobState.FAILED and "not found" in log


def test_an_image_that_is_not_there_or_would_show_the_spool_is_refused(site, make_spec, tmp_path):
    (site.spool.root.parent / "image.json").write_text('{"digest": "", "environment": {}, "workdir": ""}')
    (site.spool.root.parent / "root").mkdir()
    for folder in ("small", "/none", str(tmp_path), str(site.spool.root.parent)):
        with pytest.raises(Refused) as caught:
            site.backend.submit(make_spec(image=folder))
        assert (caught.value.code, caught.value.facts) == ("software_unfit", {"folder": folder})


def test_what_an_image_is_given_of_gpus_are_its_nodes_and_the_driver(tmp_path):
    """What bubblewrap is told, without a GPU: devices as for any job, the driver before other libraries."""
    image = {"root": "/shelf/small/root", "digest": "d", "workdir": "", "environment": {"LD_LIBRARY_PATH": "/opt/lib"}}
    image |= {"programs": {"sh": "/bin/sh"}, "driver": {"libcuda.so.1": "/usr/lib/libcuda.so.1"}}
    gpu = {"uuid": "GPU-1", "device": "/dev/nvidia0", "nodes": []}
    order = {"job": "j", "argv": ["true"], "uid": None, "software": [], "cores": [0], "gpus": [gpu], "image": image}
    order |= {"layer": "", "builds": "", "network": False, "memory_mb": 64, "wall_seconds": 1, "restarts": 0}
    order |= {"environment": {}, "processes": 9, "file_bytes": 1}
    told = sandbox.etc(order)["job-environment"]
    assert "LD_LIBRARY_PATH=/.madang/driver:/opt/lib\n" in told and "CUDA_VISIBLE_DEVICES=GPU-1\n" in told
    words = sandbox.command(tmp_path, order, 3, None, {})
    assert words[words.index("/usr/lib/libcuda.so.1") + 1] == "/.madang/driver/libcuda.so.1"
    assert words[words.index("/dev/nvidia0") - 1] == "--dev-bind-try" and "/usr" not in words
