"""The command's own pure parts: widths of Hangul, tables, amounts as people write them, what a folder leaves out."""

import argparse
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from backends.images import entry, make_image, make_layer
from hypothesis import given
from hypothesis import strategies as st

from madang.cli import apply, credentials, main, output, scripts, sentences, submit
from madang.client import folders, transport
from madang.errors import Refused


def refused(function, *given, **named):
    with pytest.raises(Refused) as caught:
        function(*given, **named)
    return caught.value


def test_hangul_takes_two_columns_and_tables_stay_straight():
    assert [output.width(text) for text in ("abc", "배정", "e\u0301", "가", "")] == [3, 4, 1, 2, 0]
    table = output.table(["이름", "n"], [["배정", 1], ["ab", 22]], right=[1])
    assert table.split("\n") == ["이름   n", "배정   1", "ab    22"]


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), min_size=1, max_size=5))
def test_every_line_of_a_table_is_as_wide_as_the_widest_cells(rows):
    lines = output.table(["a", "b"], rows, right=[0, 1]).split("\n")
    assert len(lines) == len(rows) + 1
    assert all(output.width(line) <= output.width(max(lines, key=output.width)) for line in lines)


def test_what_came_from_elsewhere_cannot_drive_the_terminal():
    assert output.plain("a\x1b[2Jb\u202ec\td\n") == "a\ufffd[2Jb\ufffdc\td\n"


@pytest.mark.parametrize(("text", "mb"), [("512M", 512), ("4G", 4096), ("2 GiB", 2048), ("1gb", 1024)])
def test_memory_as_people_write_it(text, mb):
    assert submit.memory_mb(text) == mb


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("1h30m", 5400), ("2d", 172_800), ("1H", 3600)]
)
def test_time_as_people_write_it(text, seconds):
    assert submit.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "1.5h", "m", "-1h", "1h 30m", "ten"])
def test_what_is_no_time_and_no_memory_is_refused(text):
    assert refused(submit.seconds, text).code == "time_malformed"
    assert refused(submit.memory_mb, text).code == "memory_malformed"


def test_a_folder_goes_along_less_what_its_file_names(tmp_path):
    for name in ("a.py", "b.log", "data/c.csv", "data/d.tmp", "build/e.o", "deep/build/f.o", ".git/config", "x/y.log"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / ".madangignore").write_text("# not these\n*.log\nbuild/\n\ndata/*.tmp\n")
    assert [file.place for file in folders.gathered([], [str(tmp_path)])] == ["a.py", "data/c.csv"]


def test_single_files_may_be_placed_elsewhere_and_must_not_meet(tmp_path):
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("2")
    one, two = str(tmp_path / "a"), str(tmp_path / "b")
    assert [file.place for file in folders.gathered([one, f"{two}=in/b"], [])] == ["a", "in/b"]
    assert refused(folders.gathered, [one, f"{two}=a"], []).code == "file_twice"
    assert refused(folders.gathered, [str(tmp_path / "none")], []).code == "file_not_there"
    assert refused(folders.gathered, [], [one]).code == "folder_not_there"


@pytest.mark.parametrize(
    ("pattern", "place", "folder", "out"),
    [
        ("*.log", "x/y.log", False, True),
        ("/y.log", "x/y.log", False, False),
        ("/y.log", "y.log", False, True),
        ("x/*.log", "x/y.log", False, True),
        ("x/*.log", "z/x/y.log", False, False),
        ("build/", "build", False, False),
        ("build/", "a/build", True, True),
        ("build", "build", True, True),
        ("x/*.log", "x/y/z.log", False, False),
        ("x/**/*.log", "x/y/z.log", False, True),
        ("x/**/*.log", "x/z.log", False, True),
        ("x/**", "x/y/z.log", False, True),
        ("**/z.log", "x/y/z.log", False, True),
        ("?.log", "y.log", False, True),
        ("?.log", "yy.log", False, False),
        ("[ab].log", "a.log", False, True),
        ("[!ab].log", "a.log", False, False),
        ("a.b", "aXb", False, False),
    ],
)
def test_patterns(pattern, place, folder, out):
    assert folders.Ignored([pattern]).leaves_out(place, folder=folder) is out


def test_the_last_pattern_that_fits_decides():
    ignored = folders.Ignored(["*.log", "!keep.log", "/data/*", "!data/keep"])
    assert ignored.leaves_out("a.log", folder=False) and not ignored.leaves_out("x/keep.log", folder=False)
    assert ignored.leaves_out("data/x", folder=False) and not ignored.leaves_out("data/keep", folder=False)


@given(st.text("ab/.*?[]!x", max_size=12), st.text("ab/.x", min_size=1, max_size=12))
def test_no_line_of_an_ignore_file_breaks_the_reading_of_it(line, place):
    assert folders.Ignored([line]).leaves_out(place, folder=False) in (True, False)


def test_a_link_is_followed_within_its_folder_only(tmp_path):
    top = tmp_path / "top"
    (top / "sub").mkdir(parents=True)
    (top / "a").write_text("1")
    (top / "b").symlink_to("a")
    assert [file.place for file in folders.gathered([], [top])] == ["a", "b"]
    (tmp_path / "secret").write_text("s")
    for name, target in (("out", "../secret"), ("folder", "sub"), ("nowhere", "none"), ("root", "/etc/passwd")):
        link = top / name
        link.symlink_to(target)
        assert refused(folders.gathered, [], [top]).facts == {"path": name}
        (top / ".madangignore").write_text(f"{name}\n")
        assert [file.place for file in folders.gathered([], [top])] == ["a", "b"]
        link.unlink()


def test_a_script_in_the_folder_that_is_sent_is_sent_once(tmp_path):
    (tmp_path / "run.sh").write_text("true")
    assert len(folders.gathered([str(tmp_path / "run.sh")], [tmp_path])) == 1


def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path):
    path = tmp_path / "a"
    path.write_text("one")
    (file,) = folders.gathered([path], [])
    assert len(file.sha256()) == 64
    path.write_text("three")
    assert refused(file.sha256).code == "file_changed"


SCRIPT = """#!/bin/bash -e
#SBATCH --job-name=wide -c 4
#SBATCH --gres=gpu:a100:2 --mem=1500
#SBATCH -t 1-02:30
#SBATCH --ntasks=1 --output=%j.out --requeue
#SBATCH -p long
# a remark

#MADANG --gpus=1 --pool "my pool"
echo hello
#MADANG --gpus=7
"""


def test_a_script_says_what_it_wants_and_what_means_nothing_here(tmp_path):
    path = tmp_path / "run.sh"
    path.write_text(SCRIPT)
    found = scripts.read(path)
    assert found.argv == ["/bin/bash", "-e", "run.sh"]
    assert found.words == [
        *("--name", "wide", "--cores", "4", "--gpus", "2", "--memory", "1500M", "--time", "95400s", "--requeue"),
        *("--gpus=1", "--pool", "my pool"),
    ]
    assert found.left_out == ["--output=%j.out", "--p=long"]
    path.write_text("#SBATCH -N 2 --ntasks=2 -c 4 --gres=gpu:2 --mem=1G\n#SBATCH --gpus=3\n")
    wide = ("--nodes", "2", "--cores", "8", "--gpus", "4", "--memory", "2048M", "--gpus", "3")
    assert (scripts.read(path).words, scripts.read(path).left_out) == ([*wide], [])
    path.write_text("echo hello")
    assert scripts.read(path) == scripts.Script(["/bin/sh", "run.sh"], [], [])
    path.write_text('#MADANG --name "open')
    assert refused(scripts.read, path).code == "script_lines"
    assert refused(scripts.read, tmp_path / "none").code == "file_not_there"


def test_the_smear_readers_own_scripts_are_understood():
    centre = Path(__file__).parents[2] / "workloads" / "smear_reader" / "centre"
    for name in ("train", "evaluate"):
        found = scripts.read(centre / f"{name}.sh")
        assert found.argv == ["/bin/sh", f"{name}.sh"] and not found.left_out
        assert found.words[:2] == ["--name", f"smears-{name}"] and "--requeue" in found.words


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("time", "30", ["--time", "1800s"]),
        ("time", "30:15", ["--time", "1815s"]),
        ("time", "2:00:00", ["--time", "7200s"]),
        ("time", "1-0", ["--time", "86400s"]),
        ("time", "2-3:4:5", ["--time", "183845s"]),
        ("time", "soon", None),
        ("time", "0", None),
        ("mem", "4G", ["--memory", "4096M"]),
        ("mem", "1K", ["--memory", "1M"]),
        ("mem", "4GB", ["--memory", "4096M"]),
        ("mem", "all", None),
        ("gpus", "3", ["--gpus", "3"]),
        ("gres", "gpu", ["--gpus", "1"]),
        ("gres", "craynetwork:1", None),
        ("nodes", "1", []),
        ("nodes", "2", ["--nodes", "2"]),
        ("nodes", "2-4", None),
        ("ntasks", "8", None),
        ("array", "0-9", None),
    ],
)
def test_slurms_options_by_their_meaning(name, value, words):
    assert scripts.translated(name, value) == words


def test_the_log_in_is_for_its_owner_only_and_goes_to_its_own_server_only(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("MADANG_SERVER", raising=False)
    monkeypatch.delenv("MADANG_TOKEN", raising=False)
    assert credentials.present() == (credentials.DEFAULT_SERVER, "")
    credentials.keep(server="https://a.example", token="secret", token_id=1, email="a@b.example")
    assert stat.S_IMODE(credentials.path().stat().st_mode) == 0o600
    assert credentials.present() == ("https://a.example", "secret")
    monkeypatch.setenv("MADANG_SERVER", "https://b.example")
    assert credentials.present() == ("https://b.example", "")
    monkeypatch.setenv("MADANG_TOKEN", "other")
    assert credentials.present() == ("https://b.example", "other")
    credentials.path().write_text("{")
    assert refused(credentials.stored).code == "credentials_unreadable"
    credentials.forget()
    credentials.forget()


@pytest.mark.parametrize("server", ["centre.example", "ftp://a", "https://", "https://u:p@a.example", "https://a?b"])
def test_what_is_no_address_of_a_centre_is_refused(server):
    assert refused(transport.checked, server).code == "server_malformed"


def test_plain_http_to_another_machine_is_noticed():
    assert transport.in_the_open("http://centre.example") and transport.in_the_open("http://192.0.2.1:80")
    assert not any(
        map(
            transport.in_the_open,
            ["https://centre.example", "http://127.0.0.1:8000", "http://[::1]", "http://localhost"],
        )
    )


def test_a_command_may_look_like_our_options():
    commands = argparse.ArgumentParser().add_subparsers()
    found = {}
    submit.register(
        commands, lambda parsers, name, text, run, json=False: found.setdefault(name, parsers.add_parser(name))
    )
    given = found["submit"].parse_args(["--award", "A-1", "--cores", "2", "--", "python3", "--detach", "--", "x"])
    assert (given.award, given.cores, given.detach) == ("A-1", 2, False)
    assert given.argv == ["python3", "--detach", "--", "x"]
    assert found["submit"].parse_args(["--detach"]).argv == []


def test_an_application_file_that_is_none_is_refused(tmp_path):
    path = tmp_path / "application.json"
    assert refused(apply._read, path).code == "file_not_there"
    for content in (
        "{",
        "[]",
        "{}",
        json.dumps({"call": 1}),
        json.dumps({"call": "c", "asks": 1}),
        '{"call": "c", "attachments": [1]}',
    ):
        path.write_text(content)
        assert refused(apply._read, path).code == "file_not_json"
    path.write_text('{"call": "c"}')
    assert apply._read(path)["asks"] == []


def test_every_refusal_of_ours_has_its_sentence():
    assert sentences.explain(Refused("log_in_first")).startswith("Please log in")
    assert sentences.explain(Refused("x", detail="a\x1b[2J")) == "a\ufffd[2J"
    assert sentences.explain(Refused("file_not_there", file="a")) == "There is no file a."


def test_every_command_is_listed_without_a_centre_or_its_settings(tmp_path):
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "MADANG_"))}
    command = [sys.executable, "-m", "madang.cli.main", "--help"]
    told = subprocess.run(
        command, env=bare | {"MADANG_CLI_LANGUAGE": "ko"}, cwd=tmp_path, capture_output=True, text=True
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert all(name in told.stdout for name in ("submit", "environments", "slurm", "receipts", "allocate"))


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("jobs outputs 7", False),
        ("jobs outputs 7 --json", True),
        ("jobs --json outputs 7", True),
        ("jobs --json", True),
    ],
)
def test_json_is_asked_for_before_or_after_the_inner_command(words, wanted):
    assert main.parser("jobs").parse_args(words.split()).json is wanted


def test_an_image_is_unpacked_onto_the_shelf_and_what_is_none_is_said(tmp_path, capsys, monkeypatch):
    image = make_image(tmp_path / "image", make_layer(entry("own", b"x")))
    assert main.main(["environments", "unpack", str(image), str(tmp_path / "shelf" / "own")]) == 0
    assert (tmp_path / "shelf" / "own" / "root" / "own").read_text() == "x" and "sha256:" in capsys.readouterr().out
    monkeypatch.setenv("MADANG_CLI_LANGUAGE", "ko")
    for words in ([str(image), str(tmp_path / "shelf" / "own")], [str(tmp_path), str(tmp_path / "new")]):
        assert main.main(["environments", "unpack", *words]) == 2
    said = capsys.readouterr().err
    assert "이미 있습니다" in said and "skopeo" in said
    (tmp_path / "file").write_text("x")
    assert main.main(["environments", "unpack", str(image), str(tmp_path / "file" / "new")]) == 2
    assert "file" in capsys.readouterr().err
