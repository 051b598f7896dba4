"""Which comments are read as suppressions, and which are told as malformed."""

from __future__ import annotations

import pytest

from invocation_lint.source.suppressions import may_suppress, read_suppressions
from invocation_lint.source.tree import parse


def read(code: str) -> tuple[list[tuple[str, tuple[str, ...], str]], list[str]]:
    suppressions, malformed = read_suppressions(parse(code.encode(), "a.py"))
    return [(one.kind, one.codes, one.reason) for one in suppressions], [one.message for one in malformed]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# noqa", ("noqa", (), "")),
        ("#noqa", ("noqa", (), "")),
        ("# NOQA", ("noqa", (), "")),
        ("# noqa: see the ticket", ("noqa", (), "see the ticket")),
        ("# noqa: INV101", ("noqa", ("INV101",), "")),
        ("# noqa:INV101,INX001 the caller is a script", ("noqa", ("INV101", "INX001"), "the caller is a script")),
        ("# noqa : INV1", ("noqa", ("INV1",), "")),
        ("# noqa: E501, INV101", ("noqa", ("INV101",), "")),
        ("# type: ignore # noqa: INV101", ("noqa", ("INV101",), "")),
        ("# invocation-lint: ignore[sync-long-task]", ("ignore", ("sync-long-task",), "")),
        ("# invocation-lint:ignore[INV101, a-name] a reason", ("ignore", ("INV101", "a-name"), "a reason")),
    ],
)  # fmt: skip
def test_suppressions(comment: str, expected: tuple[str, tuple[str, ...], str]) -> None:
    assert read(f"x = 1  {comment}\n") == ([expected], [])


@pytest.mark.parametrize("comment", ["# noqa: E501", "# ruff: noqa", "# flake8: noqa", "# nothing", "# noqaa"])
def test_what_is_nobodys_or_anothers(comment: str) -> None:
    assert read(f"x = 1  {comment}\n") == ([], [])


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# noqa: INV", "has no digits"),
        ("# noqa: inv101", "small letters"),
        ("# invocation-lint: ignore", "names no rule"),
        ("# invocation-lint: ignore[]", "name no rule"),
        ("# invocation-lint: ignore[INV101", "names no rule"),
        ("# invocation-lint: skip[INV101]", "is not understood"),
        ("# invocation-lint:", "is not understood"),
    ],
)
def test_malformed_ones(comment: str, message: str) -> None:
    suppressions, malformed = read(f"x = 1  {comment}\n")
    assert suppressions == []
    (told,) = malformed
    assert message in told


def test_strings_are_no_comments() -> None:
    assert read('x = "# noqa: INV101"\ny = """\n# invocation-lint: ignore[INV101]\n"""\n') == ([], [])


def test_the_place_is_the_comment() -> None:
    suppressions, malformed = read_suppressions(parse(b"x = 1  # why # noqa: INV101  \n# noqa: INV\n", "a.py"))
    place = suppressions[0].place
    assert (place.line, place.column, place.end_column) == (1, 14, 28)
    assert (malformed[0].place.line, malformed[0].place.column) == (2, 1)


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"# noqa: INV101", True), (b"# invocation-lint: x", True), (b"# noqa: E501", False), (b"invocation_lint", False)],
)
def test_the_test_on_bytes(data: bytes, expected: bool) -> None:
    assert may_suppress(data) is expected
