"""Compiles the engines' kernels with Numba where it is installed: the same source, so the same schedule bit for bit.

Kernels name the columns of a table by its fields (``jobs.start[row]``). Interpreted, a table is a named tuple of lists;
compiled, it is one array with a row for each field, so that a call passes one argument and not dozens: compiling is
ten times quicker for it.
"""

from __future__ import annotations
import __future__

import ast
import hashlib
import importlib.util
import inspect
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from madang.simulation.trace import Ints


def available() -> bool:
    """Whether kernels can be compiled here."""
    return importlib.util.find_spec("numba") is not None


def table_of(columns: Iterable[Ints]) -> Ints:
    """The columns of a named tuple as one array, short ones filled up with 0; row i is field i."""
    rows = list(columns)
    table = np.zeros((len(rows), max(map(len, rows), default=0)), dtype=np.int64)
    for row, column in zip(table, rows, strict=True):
        row[: len(column)] = column
    return table


def kept(*modules: ModuleType) -> bool:
    """Whether these modules have been compiled here before, so that they are at hand at once."""
    return available() and any(_folder(modules).glob("**/*.nbc"))


@cache
def compiled(*modules: ModuleType, tables: tuple[type, ...] = (), inlined: bool = False) -> SimpleNamespace:
    """The functions of these modules, compiled, under their own names; later modules see the names of earlier ones.

    A variable, or an attribute, named as one of `tables` in small letters is an array of `table_of`. Those named
    ``play_…`` are meant to be called and are kept, compiled, for the next process in the user's cache, under a name
    that changes with any line of any of the modules, if that can be written. `inlined` makes one function of each.
    """
    import numba
    from numba.core import config as settings

    config: Any = settings  # its members are made at run time
    njit: Any = numba.njit

    fields = {table.__name__.lower(): tuple(getattr(table, "_fields", ())) for table in tables}
    names: dict[str, Any] = {}
    for module in modules:
        names |= {name: value for name, value in vars(module).items() if not isinstance(value, FunctionType)}
        names["bisect_left"] = _bisect_left  # what Numba lacks of the standard library
        exec(_code(module, fields), names)  # noqa: S102 - our own source, with columns in place of fields
    keeps = _writable(_folder(modules))
    before, config.CACHE_DIR = config.CACHE_DIR, str(_folder(modules))
    try:
        for name, value in list(names.items()):
            if isinstance(value, FunctionType):
                entry = name.startswith("play_")
                inner: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
                # so that somebody else can tell meanwhile how far it is
                inner = {"nogil": True} if entry else inner
                inline = "always" if inlined and not entry else "never"
                names[name] = njit(cache=entry and keeps, inline=inline, **inner)(value)
    finally:
        config.CACHE_DIR = before
    return SimpleNamespace(**{name: value for name, value in names.items() if name.startswith("play_")})


class _Columns(ast.NodeTransformer):
    """Puts ``jobs[17]`` in place of ``jobs.start``."""

    def __init__(self, fields: dict[str, tuple[str, ...]]) -> None:
        self._fields = fields

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        value = node.value
        table = value.id if isinstance(value, ast.Name) else value.attr if isinstance(value, ast.Attribute) else ""
        self.generic_visit(node)
        if node.attr not in self._fields.get(table, ()):
            return node
        row = ast.Constant(self._fields[table].index(node.attr))
        return ast.copy_location(ast.Subscript(node.value, row, node.ctx), node)


def _code(module: ModuleType, fields: dict[str, tuple[str, ...]]) -> CodeType:
    tree = ast.parse(inspect.getsource(module))
    body: list[ast.stmt] = [_Columns(fields).visit(node) for node in tree.body if isinstance(node, ast.FunctionDef)]
    found = ast.fix_missing_locations(ast.Module(body, type_ignores=[]))
    code: CodeType = compile(found, str(module.__file__), "exec", flags=__future__.annotations.compiler_flag)
    return code


def _folder(modules: tuple[ModuleType, ...]) -> Path:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for module in modules:
        # Numba finds what it kept by the file's place too
        digest.update(f"{module.__file__}\n{inspect.getsource(module)}".encode())
    cache_home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache_home) / "madang" / f"kernels-{digest.hexdigest()[:16]}"


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _bisect_left(values: list[int], sought: int) -> int:
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) >> 1
        if values[middle] < sought:
            low = middle + 1
        else:
            high = middle
    return low
