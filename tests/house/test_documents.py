"""What the documents say exists: links lead to files, commands, options, targets and settings are there."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from house.repository import ROOT, SOURCE, files, python_files, shown, tree
from house.test_repository import SETTING, settings_read, text_of

from madang.cli.main import parser
from madang.demonstration import academy, camp, press
from madang.demonstration.cast import LOG_INS

LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
# at the start of what is typed, or after what can stand before a command
BEFORE = r"(?:^|[;&|]\s*|\bsudo\s+|^Exec\w+=-?)(?:[A-Z_]+=\S+\s+)*"
COMMAND = re.compile(rf"{BEFORE}(?:\S*/)?madang(?:-centre)?\s+((?:-{{0,2}}[a-z]).*)$")
MAKE = re.compile(rf"{BEFORE}make\s+(.+)$")
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
OTHER_SETTINGS = ("src/madang/compute/local/sandbox.py", "tests/settings_for_tests.py", ".ci/run")


def documents() -> list[Path]:
    return [path for path in files() if path.suffix == ".md"]


def with_commands() -> list[Path]:
    return [*documents(), *(path for path in files() if path.parent == ROOT / "deploy")]


def words_of(path: Path) -> str:
    """A document as it stands; any other file as one block of code."""
    return text_of(path) if path.suffix == ".md" else f"```\n{text_of(path)}\n```"


def broken_links(path: Path, text: str) -> list[str]:
    """Relative links that lead nowhere; what stands in code is no link."""
    plain = SPAN.sub("", FENCE.sub("", text))
    targets = (target for target in LINK.findall(plain) if not re.match(r"[a-z]+:|#", target))
    return [target for target in targets if not (path.parent / target.partition("#")[0]).exists()]


def typed(text: str) -> Iterator[str]:
    """What a document shows as code: lines of blocks, and spans; without comments."""
    lines = [line for block in FENCE.findall(text) for line in block.splitlines()]
    for line in [*lines, *SPAN.findall(FENCE.sub("", text))]:
        yield re.split(r"\s#\s|\s#$", line.strip())[0].strip()


def subcommands(root: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    (found,) = (action for action in root._actions if isinstance(action, argparse._SubParsersAction))
    return dict(found.choices)


def unknown_words(given: str, root: argparse.ArgumentParser) -> list[str]:
    """Of a command line after `madang`: a command, an option or a fixed word that the parser does not know."""
    words = re.split(r"\s*(?:[;&|]|\s>)\s*|\s…", given)[0].split()
    first, rest = words[0].rstrip(","), [word.strip("[],.") for word in words[1:]]
    known = subcommands(root) | dict.fromkeys(root._option_string_actions, root)
    if first not in known:
        return [first]
    rest = rest[: rest.index("--")] if "--" in rest else rest  # what follows is a job's own command
    if rest and any(isinstance(action, argparse._SubParsersAction) for action in known[first]._actions):
        return unknown_words(" ".join(rest), known[first]) if not rest[0].startswith("-") else []
    options = known[first]._option_string_actions
    wrong = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in options]
    fixed = [action.choices for action in known[first]._actions if not action.option_strings and action.choices]
    if fixed and rest and rest[0] not in fixed[0]:
        wrong.append(rest[0])
    return wrong


def unknown_commands(text: str, root: argparse.ArgumentParser) -> list[str]:
    found = (COMMAND.search(line) for line in typed(text))
    return [match[1] for match in found if match and unknown_words(match[1], root)]


def unknown_targets(text: str, targets: set[str]) -> list[str]:
    wrong = []
    for line in typed(text):
        match = MAKE.search(line)
        for word in match[1].split() if match else []:
            if not re.fullmatch(r"[a-z-]+", word):
                break
            wrong += [word] if word not in targets else []
    return wrong


def known_settings() -> set[str]:
    """What the source reads, what a job finds in its environment, and what the tests read."""
    read = set().union(*(settings_read(tree(path)) for path in python_files(SOURCE)))
    return read.union(*(SETTING.findall(text_of(ROOT / name)) for name in OTHER_SETTINGS))


def unknown_settings(text: str, known: set[str]) -> set[str]:
    return set(SETTING.findall(text)) - known


def over(paths: list[Path], check) -> dict[str, object]:
    return {shown(path): wrong for path in paths if (wrong := check(path))}


def test_every_relative_link_leads_to_a_file():
    assert over(documents(), lambda path: broken_links(path, text_of(path))) == {}


def test_every_command_shown_exists():
    root = parser()
    assert over(with_commands(), lambda path: unknown_commands(words_of(path), root)) == {}


def test_every_make_target_named_exists():
    targets = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    assert {"demo", "test", "check"} <= targets
    assert over(with_commands(), lambda path: unknown_targets(words_of(path), targets)) == {}


def test_every_setting_named_exists():
    known = known_settings()
    assert over(with_commands(), lambda path: unknown_settings(words_of(path), known)) == {}


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_both_readmes_tell_the_demonstration_as_it_is(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\S+@madang\.example)`", text, re.MULTILINE) == [one.email for one in LOG_INS]
    graduates = academy.PLACES - academy.UNFINISHED
    drawn = (academy.PLACES, academy.APPLICANTS, graduates, academy.PLACED, camp.TENANTS)
    for figure in (press.APPLICATIONS, press.SERVERS_ASKED, press.SERVERS_GIVEN, *drawn):
        assert f"{figure:,}" in text


def test_both_readmes_lead_to_the_same_places():
    found = [set(LINK.findall((ROOT / name).read_text(encoding="utf-8"))) for name in ("README.md", "README.ko.md")]
    assert found[0] - {"README.ko.md"} == found[1] - {"README.md"}


def test_every_decision_stands_in_the_list():
    folder = ROOT / "docs" / "decisions"
    written = {path.name for path in folder.glob("[0-9]*.md")}
    assert set(LINK.findall((folder / "README.md").read_text(encoding="utf-8"))) == written
    assert all({"**Question.**", "**Choice.**", "**Price.**", "**Refused.**"} <= set(re.findall(
        r"^\*\*\w+\.\*\*", text_of(folder / name), re.MULTILINE)) for name in written)  # fmt: skip


# --- each check above can fail ---


def test_a_broken_link_is_found():
    here = ROOT / "README.md"
    good = (
        "[a](docs/money.md#the-book) [b](https://x.example) [c](#here) `[d](nowhere.md)`\n```\n[e](nowhere.md)\n```\n"
    )
    assert broken_links(here, good) == []
    assert broken_links(here, "[a](docs/nowhere.md) ![b](missing.png)") == ["docs/nowhere.md", "missing.png"]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("`madang up --port 8001` and `.venv/bin/madang init`", True),
        ("```\nMADANG_HOME=/x madang restore a.tar.gz  # a comment with madang nonsense\n```", True),
        ("```\nsudo madang-centre audit verify\n```", True),
        ("`madang allocate --replay PLAN.json [--json]`", True),
        ("`systemctl stop madang` is no command of ours, nor is madang nonsense in prose", True),
        ("`madang nonsense`", False),
        ("`madang up --nonsense`", False),
        ("`madang audit nonsense`", False),
        ("```\ncd /x && madang nonsense\n```", False),
        ("```\n[Service]\nExecStart=/opt/madang/.venv/bin/madang nonsense\n```", False),
    ],
)
def test_an_unknown_command_is_found(text, right):
    assert (unknown_commands(text, parser()) == []) is right


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("`make check test` and `make PYTHON=x demo`", []),
        ("```\nsudo apt install make git\nsudo make setup PYTHON=/x\n```", []),
        ("they make nonsense", []),
        ("`make nonsense`", ["nonsense"]),
        ("```\nmake check nonsense\n```", ["nonsense"]),
    ],
)
def test_an_unknown_target_is_found(text, wrong):
    assert unknown_targets(text, {"check", "test", "demo", "setup"}) == wrong


def test_an_unknown_setting_is_found():
    assert {"MADANG_HOME", "MADANG_JOB", "MADANG_TEST_DATABASE_URL"} <= known_settings()
    assert unknown_settings("`MADANG_HOME` and MADANG_NONSENSE=1", {"MADANG_HOME"}) == {"MADANG_NONSENSE"}
