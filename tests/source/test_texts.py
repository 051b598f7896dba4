"""What string literals hold, with and without a compiler."""

from __future__ import annotations

import ast

import libcst as cst
import pytest

from invocation_lint.source.parsing.texts import number_in, written


@pytest.mark.parametrize(
    "text",
    [
        '"a"', "'a'", "''", '""', '"""a"""', "'''a\nb'''", '""""""', "\"it's\"", '"""say "a" """', r'"a\n"', r"'\x41'",
        r'r"\d"', 'b"a"', 'u"a"', 'rb"a"', "'\"'", '"é"',
    ],
)  # fmt: skip
def test_a_literal_holds_what_python_says(text: str) -> None:
    node = cst.parse_expression(text)
    assert isinstance(node, cst.SimpleString)
    assert written(node) == ast.literal_eval(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", 5.0),
        ("1_000", 1000.0),
        ("2.5", 2.5),
        ("1" + "0" * 400, None),
        ("1e999", None),
        ("name", None),
        ("-1", None),
    ],
)
def test_numbers_that_are_written(text: str, expected: float | None) -> None:
    assert number_in(cst.parse_expression(text)) == expected
