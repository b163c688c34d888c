"""Modules open with a sentence, libraries document what they offer, and no module hides behind an empty name."""

import ast
from pathlib import Path

import pytest
from house.repository import LIBRARIES, ROOT, SOURCE, python_files, shown, tree

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "service", "services",
               "data", "info", "misc", "tools"}  # fmt: skip


def opening_fault(module: ast.Module) -> str | None:
    """What is wrong with how a module opens; an empty module has nothing to say."""
    if not module.body:
        return None
    text = ast.get_docstring(module)
    if not text:
        return "opens without a docstring"
    first = text.split("\n\n")[0].strip()
    return None if first.endswith(".") and not first[0].islower() else f"opens without a sentence: {first[:60]!r}"


def undocumented(module: ast.Module) -> list[str]:
    """Public functions and classes of a module that have no docstring."""
    return [
        node.name
        for node in module.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
        and not (
            isinstance(node, ast.FunctionDef) and "overload" in {getattr(d, "id", "") for d in node.decorator_list}
        )
    ]


def empty_names(path: Path) -> set[str]:
    return EMPTY_NAMES & {*path.relative_to(ROOT).with_suffix("").parts}


def test_every_module_opens_with_a_sentence():
    found = {shown(path): opening_fault(tree(path)) for path in python_files(ROOT)}
    assert {name: fault for name, fault in found.items() if fault} == {}


def test_what_a_library_offers_is_documented():
    roots = [SOURCE / library for library in LIBRARIES]
    paths = [path for root in roots for path in python_files(root)]
    paths += [SOURCE / name for name in ("values.py", "errors.py", "catalogues.py")]
    found = {shown(path): undocumented(tree(path)) for path in paths}
    assert {name: names for name, names in found.items() if names} == {}


def test_no_module_has_an_empty_name():
    assert {shown(path): empty_names(path) for path in python_files(ROOT) if empty_names(path)} == {}


@pytest.mark.parametrize("source", ["x = 1", '"""no sentence"""', '"""lower case at the start."""', '""""""\nx = 1'])
def test_a_bad_opening_is_found(source):
    assert opening_fault(ast.parse(source))


@pytest.mark.parametrize("source", ["", '"""One sentence."""', '"""One sentence\nover two lines.\n\nMore"""\nx = 1'])
def test_a_good_opening_is_not(source):
    assert opening_fault(ast.parse(source)) is None


def test_a_missing_docstring_is_found():
    assert undocumented(ast.parse('def f(): pass\ndef _g(): pass\nclass C:\n    """Says."""\nclass D: pass')) == [
        "f",
        "D",
    ]


def test_an_empty_name_is_found():
    assert empty_names(SOURCE / "portal" / "calls" / "utils.py") == {"utils"}
    assert empty_names(SOURCE / "portal" / "services" / "models.py") == {"services"}
    assert empty_names(SOURCE / "portal" / "database.py") == set()
