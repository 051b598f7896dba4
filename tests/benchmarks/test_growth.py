"""The nodes that are walked grow as the program does, and the measures of the benchmark measure."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pytest

from invocation_lint.analysis.interpreter import Interpreter
from invocation_lint.engine import Input, lint
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration
from tests.benchmarks.growth import slope
from tests.benchmarks.shapes import SHAPES, Files


def visits(folder: Path, files: Files, monkeypatch: pytest.MonkeyPatch) -> int:
    """The nodes walked for these files."""
    made: list[Interpreter] = []
    begin = Interpreter.__init__

    def noted(self: Interpreter, *given: object, **named: object) -> None:
        begin(self, *given, **named)  # type: ignore[arg-type]
        made.append(self)

    monkeypatch.setattr(Interpreter, "__init__", noted)
    (folder / ".git").mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    report = lint([Input(name, folder / name) for name in files], Project(Configuration())).report
    assert (report.summary.functions_too_large, {finding.id for finding in report.findings} & {"INV000", "INV001"}) == (
        (),
        set(),
    )
    return sum(one.visits for one in made)


@pytest.mark.parametrize("name", SHAPES)
def test_nodes_walked_grow_as_the_program(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small, middle, large = (visits(tmp_path / str(n), SHAPES[name](n), monkeypatch) for n in (6, 12, 24))
    if name == "modules without calls":
        assert small == middle == large, "what invokes nothing is not walked"
    else:
        assert 0 < large - middle < 2.2 * (middle - small)


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_are_python_and_their_text_grows_with_the_size(name: str) -> None:
    lengths = {}
    for size in (50, 100):
        files = SHAPES[name](size)
        for text in files.values():
            ast.parse(text)
        lengths[size] = sum(map(len, files.values()))
    assert 1.7 < lengths[100] / lengths[50] < 2.3


def test_the_slope_is_the_exponent() -> None:
    assert slope([(n, 3.0 * n**2) for n in (1, 2, 4, 8, 16)]) == pytest.approx(2)
    assert slope([(n, 0.1 * n) for n in (25, 50, 100)]) == pytest.approx(1)
    assert math.isnan(slope([(1, 1.0), (2, 2.0)]))
