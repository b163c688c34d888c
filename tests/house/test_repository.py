"""What the repository holds and must not hold: its papers, its lock, its documented settings, no address of ours."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from house.repository import PORTAL, ROOT, SOURCE, files, python_files, shown, tree

PAPERS = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "LICENSE",
    "docs/glossary.md",
    "docs/decisions",
)
# written with a class around a letter, so that this file does not hold what it looks for
REGISTRIES = re.compile(
    r"p[y]pi\.(org|python)|pythonhoste[d]\.org|registry\.np[m]js|crates\.i[o]|index-ur[l]\s*=", re.IGNORECASE
)
MACHINE = re.compile(r"(?<![\w.-])/w[o]rk/(?:main|venv|shared|brief|\.library)|/bash_j[o]bs")
# what git leaves where two sides changed the same lines
MERGED = re.compile(r"^(<{7}|>{7}|[|]{7}) |^={7}$")
TEXT_UP_TO = 2_000_000
LOCKED = re.compile(r"([A-Za-z0-9._-]+)==(\S+?)(?:\s*;[^\\]*?)?((?:\s*--hash=sha256:[0-9a-f]{64})*)\s*")
SETTING = re.compile(r"MADANG_[A-Z][A-Z0-9_]*")


def text_of(path: Path) -> str:
    """A file as text; nothing where it is too large or no text."""
    if path.stat().st_size > TEXT_UP_TO:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def lines_with(pattern: re.Pattern[str], text: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines(), start=1) if pattern.search(line)]


def lock_faults(lock: str) -> list[str]:
    """Requirements without a hash, and anything in a lock that is no requirement (an address, an option, a path)."""
    plain = "\n".join(line for line in lock.splitlines() if not line.lstrip().startswith("#"))
    wrong = []
    for requirement in plain.replace("\\\n", " ").splitlines():
        match = LOCKED.fullmatch(requirement.strip())
        if requirement.strip() and (match is None or not match[3].strip()):
            wrong.append(requirement.strip()[:80])
    return wrong + [f"an address in line {number}" for number in lines_with(re.compile(r"://"), lock)]


def locked_names(lock: str) -> set[str]:
    return {normal(match[1]) for match in re.finditer(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", name)[0]).lower()


def settings_read(module: ast.Module) -> set[str]:
    """The MADANG_… variables of the environment that a module reads, by name or through its own short readers."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and re.match("_[a-z]", node.func.id):
            words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if node.func.id == "_key":
                found |= {f"MADANG_{word.upper()}" for word in words}
            elif words and words[0].isupper():
                found.add(f"MADANG_{words[0]}")
        if isinstance(node, ast.Call | ast.Subscript) and "environ" in ast.dump(
            node.func if isinstance(node, ast.Call) else node.value
        ):
            inner = node.args if isinstance(node, ast.Call) else [node.slice]
            found |= {a.value for a in inner if isinstance(a, ast.Constant) and SETTING.fullmatch(str(a.value))}
    return found


def settings_documented(text: str) -> set[str]:
    """The settings that have a row of their own in the table."""
    return set(re.findall(rf"^\| `({SETTING.pattern})` \|", text, re.MULTILINE))


def test_the_papers_are_there():
    assert [name for name in PAPERS if not (ROOT / name).exists()] == []
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_no_file_names_a_package_index():
    found = {shown(path): lines_with(REGISTRIES, text_of(path)) for path in files()}
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert not {"uv.lock", "package-lock.json"} & {path.name for path in files()}


def test_no_file_names_a_path_of_this_machine():
    found = {shown(path): lines_with(MACHINE, text_of(path)) for path in files()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_no_file_keeps_both_sides_of_a_merge():
    found = {shown(path): lines_with(MERGED, text_of(path)) for path in files()}
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("file", "left_out"), [("requirements.lock", {"dev", "simulation"}), ("requirements-dev.lock", set())]
)
def test_every_requirement_is_locked_with_its_hashes(file, left_out):
    lock = (ROOT / file).read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = {name: wanted for name, wanted in project["optional-dependencies"].items() if name not in left_out}
    wanted = [*project["dependencies"], *(name for extra in extras.values() for name in extra)]
    assert lock_faults(lock) == []
    assert {normal(name) for name in wanted} - locked_names(lock) == set()


def test_what_is_tested_is_what_runs():
    pinned = [
        pins((ROOT / file).read_text(encoding="utf-8")) for file in ("requirements.lock", "requirements-dev.lock")
    ]
    assert pinned[0] <= pinned[1]
    assert pins("django==5.2.19 \\\n    --hash=sha256:0\n    # via x==1\n") == {"django==5.2.19"}


def pins(lock: str) -> set[str]:
    """Every name and version of a lock file."""
    return set(re.findall(r"^[a-z0-9._-]+==[^ ;\\\n]+", lock, re.MULTILINE))


def test_every_setting_is_documented_and_no_other():
    read = set().union(*(settings_read(tree(path)) for path in python_files(SOURCE)))
    documented = settings_documented((ROOT / "docs" / "operating" / "settings.md").read_text(encoding="utf-8"))
    assert settings_read(tree(PORTAL / "settings.py"))
    assert (read - documented, documented - read) == (set(), set())


# --- each check above can fail ---


def test_an_index_or_a_path_is_found():
    assert lines_with(REGISTRIES, "a\nhttps://p" + "ypi.org/simple\nhttps://files.python" + "hosted.org") == [2, 3]
    assert lines_with(MACHINE, "cd /w" + "ork/main\nmake network/work\n~/x") == [1]


def test_a_mark_of_a_merge_is_found():
    assert lines_with(MERGED, "a\n" + "<" * 7 + " HEAD\n" + "=" * 7 + "\n" + ">" * 7 + " b\n" + "=" * 8) == [2, 3, 4]


HASH = "--hash=sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("lock", "right"),
    [
        (f"altair==6.3.0 \\\n    {HASH} \\\n    {HASH}\n    # via madang\n", True),
        (f"colorama==0.4.6 ; sys_platform == 'win32' \\\n    {HASH}\n", True),
        ("altair==6.3.0\n", False),
        (f"altair>=6.3.0 \\\n    {HASH}\n", False),
        (f"--index-url x\naltair==6.3.0 \\\n    {HASH}\n", False),
        (f"# from https://somewhere.example\naltair==6.3.0 \\\n    {HASH}\n", False),
        ("-e .\n", False),
    ],
)
def test_a_faulty_lock_is_found(lock, right):
    assert (lock_faults(lock) == []) is right
    assert normal("vl_convert.Python>=1.8") == "vl-convert-python"
    assert normal("psycopg[binary]>=3.2") == "psycopg"


def test_settings_are_read_off_the_code():
    source = """
ZONE = _zone("TIME_ZONE", "Asia/Seoul")
KEY = _key(HOME, "secret_key")
URL = os.environ.get("MADANG_URL", "")
HOME = os.environ["MADANG_HOME"]
_other("lower")
label = _("VAT")
"""
    assert settings_read(ast.parse(source)) == {"MADANG_TIME_ZONE", "MADANG_SECRET_KEY", "MADANG_URL", "MADANG_HOME"}
    assert settings_documented("| `MADANG_HOME` | ~/.madang | where |\nMADANG_URL is said\n") == {"MADANG_HOME"}
