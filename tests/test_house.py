"""The house as DESIGN wants it: rooms, lengths, and no two modules that import each other."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import charlm

ROOT = Path(charlm.__file__).resolve().parents[1]
PACKAGES = ("corpora", "charlm", "seq", "tui")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 260, 45

Function = ast.FunctionDef | ast.AsyncFunctionDef


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {module_name(path) for path in MODULES}


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Every module of the house that a module imports: late, and for types alone, as well."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in NAMES)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if (found := inner if inner in NAMES else node.module) in NAMES:
                    yield found


def body_length(function: Function) -> int:
    """Lines of a function without its docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or 0) - first.lineno + 1
    return lines


def test_no_two_modules_import_each_other() -> None:
    edges = {(module_name(path), other) for path in MODULES for other in imported(path)}
    assert len(edges) > 500
    assert [(a, b) for a, b in sorted(edges) if a < b and (b, a) in edges] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_file_is_too_long(package: str) -> None:
    sizes = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in MODULES}
    own = {p: size for p, size in sizes.items() if p.is_relative_to(ROOT / package)}
    assert own
    assert {module_name(p): size for p, size in own.items() if size > LONGEST_FILE} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_function_is_too_long(package: str) -> None:
    functions = [
        (module_name(path), node)
        for path in MODULES
        if path.is_relative_to(ROOT / package)
        for node in ast.walk(parse(path))
        if isinstance(node, Function)
    ]
    assert functions
    found = {f"{name}.{node.name}": body_length(node) for name, node in functions}
    assert {name: length for name, length in found.items() if length > LONGEST_FUNCTION} == {}


def test_a_folder_says_what_it_is_for_and_holds_nothing_else() -> None:
    surfaces = {ROOT / package / "__init__.py" for package in (*PACKAGES, "charlm/inside")}
    folders = [path for path in MODULES if path.name == "__init__.py"]
    assert len(folders) > 20
    for path in folders:
        tree = parse(path)
        assert ast.get_docstring(tree), path
        assert len(tree.body) == 1 or path in surfaces, path


def test_tests_lie_where_the_modules_lie() -> None:
    for package in PACKAGES:
        for path in (ROOT / "tests" / package).rglob("test_*.py"):
            room = ROOT / path.relative_to(ROOT / "tests").parent
            assert room.is_dir(), f"{path} tests no room of the house"


def test_what_is_advised_to_install_is_what_the_package_asks_for() -> None:
    """A name that is not ours, such as the import name, would fetch a stranger's package."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    known = {one for extra in declared["optional-dependencies"].values() for one in extra}
    advised = [
        name for path in MODULES for name in re.findall(r"pip install '([^']*)'", path.read_text())
    ]
    assert len(advised) >= 3
    assert set(advised) <= known
