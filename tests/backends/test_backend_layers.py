"""Software that jobs bring or build: only it is seen, nobody changes what is kept, and tricks stay in the job."""

import os
import sys
from pathlib import Path

import pytest
from backends.local_site import LocalSite, ended, log_of
from backends.makers import make_limit

from madang.compute.local import sandbox
from madang.compute.protocol import Building, JobState
from madang.errors import Refused

BUILD = "mkdir /env/bin && printf '#!/bin/sh\\necho own tool\\n' > /env/bin/tool && chmod 755 /env/bin/tool; cd /job; "


@pytest.fixture(scope="module")
def site(working_sandbox, tmp_path_factory):
    root = tmp_path_factory.mktemp("layers")
    found = LocalSite(root / "spool")
    found.backend.enforce([make_limit(), make_limit("award-2")])
    found.start_runner()
    yield found
    found.close()


@pytest.fixture
def run(site, make_spec):
    """Runs a script shut in; gives the job's id and what it said."""

    def run(script, **changes):
        id = site.backend.submit(make_spec(script, **changes))
        report = ended(site.backend, id)
        run.state = report.state
        return id, log_of(site.backend, id)

    return run


@pytest.fixture
def layer(site, run):
    """A kept layer with one tool."""

    def make(name, more="true"):
        id, said = run(BUILD + more, builds=name)
        assert run.state == JobState.SUCCEEDED, said
        assert site.backend.keep(id) > 0
        return id

    return make


def refused(function, *given):
    with pytest.raises(Refused) as caught:
        function(*given)
    return caught.value.code


def test_what_one_job_built_others_run_and_cannot_change(site, run, layer):
    assert isinstance(site.backend, Building)
    layer("tools")
    tries = ("rm -f /env/bin/tool", "echo x >> /env/bin/tool", "touch /env/new", "mount -o remount,rw /env")
    _, said = run("tool; " + "".join(f"{one} && echo ESCAPED; " for one in tries) + "echo over", layer="tools")
    assert "own tool" in said and "over" in said and "ESCAPED" not in said
    _, said = run("tool; ls /env; echo over", account="award-2")
    assert "own tool" not in said and "over" in said


def test_a_kept_layer_gives_no_rights_and_holds_no_odd_files(site, layer):
    odd = "cp /bin/true /env/own && chmod 6755 /env/own; mkfifo /env/pipe; chmod 700 /env/bin; "
    odd += "ln -s /etc/shadow /env/link"
    layer("odd", odd)
    kept = site.spool.layer("odd")
    assert (kept / "own").stat().st_mode & 0o7777 == 0o755 and not (kept / "pipe").exists()
    assert (kept / "bin").stat().st_mode & 0o777 == 0o755
    assert (kept / "link").is_symlink()
    assert {path.lstat().st_uid for path in kept.rglob("*")} == {os.geteuid()}


def test_the_files_of_another_machine_stay_out_of_sight_through_a_link(run, layer, site, tmp_path):
    (tmp_path / "secret").write_text("SECRET")
    tmp_path.chmod(0o755)
    layer("links", f"ln -s {tmp_path}/secret /env/secret; ln -s / /env/root")
    _, said = run(f"cat /env/secret; cat /env/root{tmp_path}/secret; ls /env/root/job; echo over", layer="links")
    assert "SECRET" not in said and "over" in said


def test_a_layer_is_kept_once_and_only_from_a_job_that_ended_well(site, run, layer):
    id = layer("once")
    size = site.backend.keep(id)
    assert site.backend.keep(id) == size
    failed, _ = run(BUILD + "exit 1", builds="failed")
    assert refused(site.backend.keep, failed) == "no_such_layer"
    plain, _ = run("true")
    assert refused(site.backend.keep, plain) == "no_such_layer"
    assert refused(site.backend.keep, "none") == "no_such_job"
    site.backend.drop("once")
    site.backend.drop("once")
    assert not site.spool.layer("once").exists()


def test_software_that_is_not_there_or_holds_the_spool_is_refused(site, make_spec):
    submit = site.backend.submit
    assert refused(submit, make_spec("true", layer="absent")) == "no_such_layer"
    assert refused(submit, make_spec("true", layer="../jobs")) == "no_such_layer"
    assert refused(submit, make_spec("true", builds="A/B")) == "no_such_layer"
    for folder in ("relative", "/none", str(site.spool.root), str(site.spool.root.parent), "/"):
        assert refused(submit, make_spec("true", software=(folder,))) == "software_unfit"


def test_a_job_sees_only_the_software_that_it_names(run, tmp_path):
    tmp_path.chmod(0o755)
    for name in ("one", "two"):
        (tmp_path / name / "bin").mkdir(parents=True)
        tool = tmp_path / name / "bin" / f"tool-{name}"
        tool.write_text(f"#!/bin/sh\necho {name}\n")
        tool.chmod(0o755)
    _, said = run(
        "tool-one; tool-two; touch $(which tool-one) && echo ESCAPED; echo over", software=(f"{tmp_path}/one",)
    )
    assert said.splitlines()[0] == "one" and "\ntwo\n" not in said and "ESCAPED" not in said and "over" in said


def test_a_venv_that_a_tenant_builds_runs_elsewhere_and_its_pth_tricks_stay_in_the_job(site, run, tmp_path):
    software = tuple(map(str, sandbox.own_python(sys.prefix, sys.base_prefix)))
    mark = tmp_path / "mark"
    trick = f"import os; os.system('touch {mark}; echo tricked')"
    script = (
        "python3 -m venv --without-pip --copies /env && site=$(/env/bin/python -c "
        "'import sysconfig; print(sysconfig.get_path(\"purelib\"))') && "
        f'echo "{trick}" > $site/trick.pth && echo "word = 1" > $site/mine.py'
    )
    id, said = run(script, builds="venv", software=software, memory_mb=1024)
    assert run.state == JobState.SUCCEEDED, said
    assert site.backend.keep(id) > 1000 and not mark.exists()
    _, said = run("python -c 'import mine, sys; print(mine.word, sys.prefix)'", layer="venv", software=software)
    assert said.splitlines()[-2:] == ["tricked", "1 /env"] and not mark.exists()
    assert not Path("/env").exists()
