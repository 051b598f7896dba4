"""Positions and comments: equal to libcst's own provider, and equal to the source."""

from __future__ import annotations

import ast
import os
import sysconfig
import tokenize
from functools import cache
from pathlib import Path

import libcst as cst
import pytest

from invocation_lint.source.parsing import positions
from invocation_lint.source.parsing.positions import align, line_and_column, line_starts, notes_by_provider, take_notes
from invocation_lint.source.parsing.tree import parse
from invocation_lint.source.parsing.walk import walk

STANDARD_LIBRARY = Path(sysconfig.get_path("stdlib"))
NO_FOLDERS = {"site-packages", "test", "tests", "lib2to3", "idlelib"}


@cache
def library() -> list[tuple[Path, int]]:
    """Files of the standard library, with their sizes."""
    found: list[Path] = []
    for folder, folders, files in os.walk(STANDARD_LIBRARY):
        folders[:] = [name for name in folders if name not in NO_FOLDERS]
        found += [Path(folder, name) for name in files if name.endswith(".py") and name not in NO_FOLDERS]
    return [(path, path.stat().st_size) for path in sorted(found)]


def library_files(count: int, largest: int = 40_000) -> list[Path]:
    """Files of the standard library, small enough to be quick, in an order that does not change."""
    chosen = [path for path, size in library() if size < largest]
    return chosen[:: max(1, len(chosen) // count)]


def assert_same(found: positions.Notes, expected: positions.Notes) -> None:
    """The provider notes more nodes; those that the pass notes are equal."""
    assert {key: found.spans[key] for key in expected.spans} == expected.spans
    assert (found.code, found.awaited) == (expected.code, expected.awaited)
    assert set(found.definitions) == set(expected.definitions)


def test_the_pass_agrees_with_the_provider_and_with_ast_over_the_standard_library() -> None:
    files = library_files(160, largest=4_000)
    assert len(files) >= 150
    calls = 0
    for path in files:
        with tokenize.open(path) as opened:
            text = opened.read()
        module = cst.parse_module(text)
        fast = take_notes(module)
        slow = notes_by_provider(module)
        assert_same(slow, fast)
        found = [node for node in walk(module) if isinstance(node, cst.Call)]
        assert all(id(node) in fast.spans for node in found)
        calls += len(found)
    assert calls > 1_000


@pytest.mark.parametrize("path", library_files(12), ids=lambda path: path.name)
def test_calls_stand_where_ast_says(path: Path) -> None:
    source = parse(path.read_bytes(), path.name)
    lines = source.text.split("\n")

    def place(node: ast.expr) -> tuple[int, int, int, int]:
        assert node.end_lineno is not None and node.end_col_offset is not None
        start = len(lines[node.lineno - 1].encode()[: node.col_offset].decode())
        end = len(lines[node.end_lineno - 1].encode()[: node.end_col_offset].decode())
        return node.lineno, start + 1, node.end_lineno, end + 1

    # Before Python 3.12, ast's positions inside f-strings are not those of the file.
    tree = ast.parse(source.text)
    within = {node for string in ast.walk(tree) if isinstance(string, ast.JoinedStr) for node in ast.walk(string)}
    theirs = sorted(place(node) for node in ast.walk(tree) if isinstance(node, ast.Call) and node not in within)
    ours = sorted(
        source.place(node)[1:5]
        for node in walk(source.module, enter=lambda node: not isinstance(node, cst.FormattedString))
        if isinstance(node, cst.Call)
    )
    assert ours == theirs


def test_without_the_private_class_the_provider_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    module = cst.parse_module("f(  # one\n    a)\n")
    expected = take_notes(module)
    monkeypatch.setattr(positions, "CodegenState", None)
    assert_same(take_notes(module), expected)


def test_a_changed_private_class_falls_back_to_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    module = cst.parse_module("f(a)  # one\n")
    expected = take_notes(module)

    def broken(module: cst.Module) -> positions.Notes:
        raise AttributeError("add_token")

    monkeypatch.setattr(positions, "_notes_by_codegen", broken)
    assert_same(take_notes(module), expected)


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("", [0]),
        ("a", [0]),
        ("a\nb\n", [0, 2, 4]),
        ("a\r\nb", [0, 3]),
        ("a\rb\r", [0, 2, 4]),
        ("a\n\r\n\rb", [0, 2, 4, 5]),
        ("a\x0cb\x0b\x1c\x85\u2028c\n", [0, 9]),
    ],
)
def test_lines_end_at_newlines_and_nowhere_else(text: str, starts: list[int]) -> None:
    assert line_starts(text) == starts


def test_offsets_become_lines_and_columns() -> None:
    starts = line_starts("ab\ncd\n")
    assert [line_and_column(starts, offset) for offset in (0, 2, 3, 5, 6)] == [(1, 1), (1, 3), (2, 1), (2, 3), (3, 1)]


def test_equal_texts_need_no_alignment() -> None:
    assert align("a\n", "a\n") is None


def test_dropped_form_feeds_are_stepped_over() -> None:
    assert align("a\nb\n", "a\n\x0cb\n") == [0, 1, 3, 4, 5]
