"""The repository as the house tests see it: its files, its modules and what they import."""

import ast
import os
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "madang"
PORTAL = SOURCE / "portal"
LIBRARIES = ("review", "allocation", "accounting", "compute", "simulation", "disclosure")
SKIPPED = {".git", ".venv", ".madang", "__pycache__", "node_modules", "build", "dist"}


@cache
def files() -> tuple[Path, ...]:
    """Every file that is, or is about to be, part of the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        return tuple(_walk())
    found = (ROOT / name for name in listed.split("\0") if name)
    return tuple(sorted(path for path in found if path.is_file()))


def _walk() -> Iterator[Path]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in SKIPPED and not name.endswith("_cache")]
        yield from (Path(folder, name) for name in names if not name.endswith((".pyc", ".mo")))


def shown(path: Path) -> str:
    """The path as a person reads it: from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


def python_files(root: Path = SOURCE) -> list[Path]:
    """The Python files of our own below `root`; migrations are written by Django."""
    return [
        path
        for path in files()
        if path.suffix == ".py" and path.is_relative_to(root) and "migrations" not in path.parts
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def module_name(path: Path) -> str:
    """src/madang/portal/calls/rules.py is madang.portal.calls.rules."""
    parts = path.relative_to(ROOT / "src").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(module: ast.Module, name: str, is_package: bool = False) -> set[str]:
    """Absolute dotted names that a module imports anywhere in it; `from a import b` gives both a and a.b."""
    found = set()
    for node in _outside_type_checking(module):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, name, is_package)
            found |= {origin} | {f"{origin}.{alias.name}" for alias in node.names}
    return found


def _outside_type_checking(module: ast.Module) -> Iterator[ast.AST]:
    """Every node that runs: what stands below `if TYPE_CHECKING` is for the type checker alone."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        yield node
        typing_only = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        waiting += node.orelse if typing_only else ast.iter_child_nodes(node)


def _origin(node: ast.ImportFrom, name: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    above = name.split(".")[: len(name.split(".")) - node.level + is_package]
    return ".".join([*above, *([node.module] if node.module else [])])


def imports_of(path: Path) -> set[str]:
    return imports(tree(path), module_name(path), path.name == "__init__.py")


def domains() -> list[str]:
    """The folders of the portal that are domains: they hold at least one of a domain's files."""
    kinds = {"rules.py", "models.py", "queries.py", "actions.py", "forms.py", "chores.py", "pages.py", "api.py"}
    return sorted({path.parent.name for path in files() if path.parent.parent == PORTAL and path.name in kinds})
