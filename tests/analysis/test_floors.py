"""The house of the analysis: each floor imports only those below it, and no modules import each other in a circle.

Every import counts here, those inside functions and those for types alone as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

import invocation_lint.analysis

ROOT = Path(invocation_lint.analysis.__file__).parent
PACKAGE = invocation_lint.analysis.__name__

FLOORS = ("domain", "program", "python", "libraries", "tracing", "limits", "interpreter", "handlers", "project")
"""From the ground up."""

MOST_LINES = 400
MOST_FILES = 25


def test_each_floor_imports_only_those_below_it() -> None:
    upward = [
        f"{importer} imports {imported}"
        for importer, every in imports_of_analysis().items()
        for imported in every
        if FLOORS.index(_floor(imported)) > FLOORS.index(_floor(importer))
    ]
    assert upward == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle_in(imports_of_analysis()) == []


@pytest.mark.parametrize(
    ("imports", "circle"),
    [
        ({"a": ["b"], "b": ["c"], "c": []}, []),
        ({"a": ["b", "c"], "b": ["c"], "c": []}, []),
        ({"a": ["b"], "b": ["c"], "c": ["b"]}, ["b", "c"]),
        ({"a": ["b"], "b": ["c"], "c": ["a"]}, ["a", "b", "c"]),
    ],
)
def test_circles_are_found(imports: dict[str, list[str]], circle: list[str]) -> None:
    assert circle_in(imports) == circle


def test_imports_inside_functions_and_for_types_count() -> None:
    source = f"""
if TYPE_CHECKING:
    from {PACKAGE}.python import frame
def later():
    import {PACKAGE}.tracing.answers
    from {PACKAGE}.libraries.tables import RESULTS
"""
    known = {"python", "python.frame", "tracing.answers", "libraries.tables"}
    assert imports_in(source, known) == ["libraries.tables", "python.frame", "tracing.answers"]


def test_files_and_folders_stay_small() -> None:
    package = ROOT.parent
    long = [str(path) for path in package.rglob("*.py") if len(path.read_text().splitlines()) > MOST_LINES]
    folders = [package, *(path for path in package.rglob("*") if path.is_dir())]
    full = [str(path) for path in folders if len(list(path.glob("*.py"))) > MOST_FILES]
    assert (long, full) == ([], [])


def imports_of_analysis() -> dict[str, list[str]]:
    """The modules below the package's root, without its name, and those that each of them imports."""
    paths = {_name(path): path for path in sorted(ROOT.rglob("*.py"))}
    return {name: imports_in(path.read_text(), set(paths) - {name}) for name, path in paths.items() if name}


def imports_in(source: str, known: set[str]) -> list[str]:
    """The known modules that a source imports, wherever the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            members = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {member for member in members if member.removeprefix(f"{PACKAGE}.") in known}
            found.update(modules or {node.module})
    return sorted({name.removeprefix(f"{PACKAGE}.") for name in found if name.startswith(PACKAGE)} & known)


def circle_in(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """The modules that are left when those that import nothing, and those that nothing imports, are taken away."""
    left = {name: set(every) for name, every in imports.items()}
    while True:
        imported = set().union(*left.values()) if left else set()
        ends = {name for name, every in left.items() if not every & left.keys() or name not in imported}
        if not ends:
            return sorted(left)
        left = {name: every - ends for name, every in left.items() if name not in ends}


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _floor(name: str) -> str:
    return name.partition(".")[0]
