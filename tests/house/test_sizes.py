"""Small files and small functions, measured."""

import ast
from pathlib import Path

import pytest
from house.repository import PORTAL, ROOT, SOURCE, files, python_files, shown, tree

LINES = 400
LINES_OF_KIND = {"rules": 300, "models": 300, "queries": 200, "forms": 200, "chores": 150, "api": 300}
FUNCTION_MEDIAN, FUNCTION_P95, FUNCTION_MOST = 8, 30, 60
MEASURED = {".py", ".html", ".css", ".js"}


def limit(path: Path) -> int:
    """How many lines a file may have: by its kind in a domain, else as any other."""
    in_domain = path.parent.parent == PORTAL and path.suffix == ".py"
    return LINES_OF_KIND.get(path.stem, LINES) if in_domain else LINES


def lengths(module: ast.Module) -> dict[str, int]:
    """Lines of each function, decorators apart, a method's own functions included in it."""
    return {
        f"{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def rank(values: list[int], share: float) -> int:
    return sorted(values)[int(len(values) * share)]


def test_no_file_is_too_long():
    measured = [path for path in files() if path.suffix in MEASURED and "migrations" not in path.parts]
    counted = {shown(path): (len(path.read_text(encoding="utf-8").splitlines()), limit(path)) for path in measured}
    assert {name: lines for name, lines in counted.items() if lines[0] > lines[1]} == {}


def test_functions_are_short():
    found = [length for path in python_files(SOURCE) for length in lengths(tree(path)).values()]
    assert rank(found, 0.5) <= FUNCTION_MEDIAN
    assert rank(found, 0.95) <= FUNCTION_P95


def test_no_function_is_too_long():
    found = {shown(path): lengths(tree(path)) for path in python_files(ROOT)}
    long = {(name, which): n for name, every in found.items() for which, n in every.items() if n > FUNCTION_MOST}
    assert long == {}


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        (PORTAL / "calls" / "rules.py", 300),
        (PORTAL / "not_yet_there" / "queries.py", 200),
        (PORTAL / "calls" / "chores.py", 150),
        (PORTAL / "calls" / "pages.py", 400),
        (PORTAL / "models.py", 400),
        (SOURCE / "accounting" / "rules.py", 400),
    ],
)
def test_a_file_has_the_limit_of_its_kind(path, lines):
    assert limit(path) == lines


def test_a_long_function_is_measured():
    body = "def short():\n    pass\n\n\ndef long():\n" + "    pass\n" * 60
    assert lengths(ast.parse(body)) == {"1 short": 2, "5 long": 61}
    assert [rank([1, 2, 3, 4, 100], share) for share in (0.5, 0.95)] == [3, 100]
