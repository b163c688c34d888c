"""Commands are reached without a shell, tried again while a daemon is away, and recorded."""

import hashlib
import os
from dataclasses import replace

import pytest

from madang.compute.slurm.commands import OnThisMachine, over_ssh
from madang.compute.slurm.live import cluster_name, read
from madang.compute.slurm.names import Site
from madang.compute.slurm.settings import SEARCHED
from madang.errors import Refused, Unavailable

HERE = {"PATH": os.environ["PATH"]}


def there(**given):
    return OnThisMachine(HERE, **{"tries": 3, "wait": lambda seconds: None} | given)


def test_words_reach_the_command_as_they_are():
    strange = ["two words", "'quoted'", "$(reboot)", "한글\nline", ";ls"]
    assert there().run("printf", "%s|", *strange).text == "|".join(strange) + "|"


def test_a_wrong_command_is_an_answer_and_an_absent_program_is_refused():
    assert there().run("sh", "-c", "echo no >&2; exit 3").status == 3
    with pytest.raises(Refused, match="slurm_command_missing"):
        there().run("no-such-program")
    with pytest.raises(Refused, match="slurm_command_missing"):
        list(there().stream("no-such-program"))


def test_what_is_away_is_tried_again_and_then_said_to_be(tmp_path):
    counted, waited = tmp_path / "tries", []
    script = f"echo x >> {counted}; echo 'sacctmgr: error: Connection refused' >&2; exit 1"
    with pytest.raises(Unavailable, match="Connection refused"):
        there(wait=waited.append, pause=1.0).run("sh", "-c", script)
    assert counted.read_text().count("x") == 3
    assert waited == [1.0, 2.0]


def test_a_command_that_is_too_slow_is_cut_off_once():
    with pytest.raises(Unavailable, match="no answer"):
        there().run("sleep", "60", timeout=0.05)


def test_every_command_is_recorded_with_digest_and_beginning():
    seen = []
    there(record=seen.append).run("sh", "-c", "yes x | head -c 10000; echo e >&2")
    list(there(record=seen.append).stream("printf", "a\nb\n"))
    whole = "x\n" * 5000 + "e\n"
    assert [one.sha256 for one in seen] == [hashlib.sha256(text.encode()).hexdigest() for text in (whole, "a\nb\n")]
    assert len(seen[0].beginning) == 4096 and seen[0].argv[0] == "sh" and seen[0].status == 0


def test_a_stream_gives_lines_and_fails_at_its_end():
    found = []
    with pytest.raises(Unavailable, match="gone"):
        found += (line for line in there().stream("sh", "-c", "echo one; echo two; echo gone >&2; exit 1"))
    assert list(there().stream("printf", "one\ntwo\n")) == ["one", "two"]


NASTY = ["a b; reboot", "'$(id)'", '"`id`"', "한글\nline", "-oProxyCommand=x", "", "*", "~", "\\", "a|b>c&"]
# What sshd does with what ssh sends it: it hands one text to the user's shell. The log says which options came.
SSHD = """#!/bin/sh
until [ "$1" = -- ]; do echo "$1" >> {log}; shift; done
shift; echo "$1" >> {log}; shift
case "$*" in *unreachable*) echo "ssh: connect to host head port 22: No route to host" >&2; exit 255;; esac
exec env -i HOME=/ PATH=/usr/bin:/bin /bin/sh -c "$*"
"""


@pytest.fixture
def far(tmp_path, monkeypatch):
    """A head node behind SSH, as far as this machine can have one: nothing of our environment reaches it."""
    (tmp_path / "ssh").write_text(SSHD.format(log=tmp_path / "log"))
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    environment = {"PATH": SEARCHED, "SLURM_CONF": "/etc/a b.conf"}
    return over_ssh("head", environment, tries=2, wait=lambda seconds: None), tmp_path / "log"


def test_over_ssh_words_and_variables_arrive_as_they_are(far):
    commands, log = far
    assert commands.run("printf", "%s|", *NASTY).text == "|".join(NASTY) + "|"
    assert commands.run("sh", "-c", 'echo "$SLURM_CONF"; cat', stdin="in\n").text == "/etc/a b.conf\nin\n"
    assert list(commands.stream("printf", "%s\n", "one", "'two'")) == ["one", "'two'"]
    words = log.read_text().split()
    assert "BatchMode=yes" in words and "-A" not in words and words[-1] == "head"


def test_over_ssh_what_fails_is_away_and_not_an_answer(far):
    commands, log = far
    with pytest.raises(Unavailable, match="No route"):
        commands.run("unreachable")
    assert log.read_text().count("head") == 2
    assert commands.run("sh", "-c", "exit 3").status == 3


def test_over_ssh_no_host_becomes_an_option():
    for host in ("", "-oProxyCommand=x", "a b"):
        with pytest.raises(Refused, match="slurm_host"):
            over_ssh(host, HERE)


def test_the_cluster_answers(cluster, commands):
    assert commands.run("sacctmgr", "-nP", "show", "cluster", "format=cluster").text.strip() == cluster.name


def test_the_cluster_answers_behind_ssh_too(cluster, far):
    commands, _ = far
    told = {name: cluster.environment[name] for name in ("PATH", "SLURM_CONF")}
    there = read(replace(commands, environment=told), Site("md"), cluster.name)
    assert there.tree.accounts == {}
    assert cluster_name(replace(commands, environment=told)) == cluster.name
