"""Commands are reached without a shell, tried again while a daemon is away, and recorded."""

import hashlib
import os

import pytest

from madang.compute.slurm.commands import OnThisMachine, over_ssh
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
    assert list(there().stream("printf", "one\ntwo\n")) == ["one\n", "two\n"]


def test_over_ssh_nothing_can_become_an_option_or_a_second_command():
    assert over_ssh("head", HERE)._whole(["sacctmgr", "a b; reboot"])[-2:] == ["sacctmgr", "'a b; reboot'"]
    for host in ("", "-oProxyCommand=x", "a b"):
        with pytest.raises(Refused, match="slurm_host"):
            over_ssh(host, HERE)


def test_the_cluster_answers(cluster, commands):
    assert commands.run("sacctmgr", "-nP", "show", "cluster", "format=cluster").text.strip() == cluster.name
