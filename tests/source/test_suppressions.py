"""Which comments are read as suppressions, and which are told as malformed."""

from __future__ import annotations

import pytest

from invocation_lint.source.comments.suppressions import covered_lines, may_suppress, read_suppressions
from invocation_lint.source.parsing.tree import parse


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
        ("# invocation-lint: ignore [INV1xx]", ("ignore", ("INV1xx",), "")),
        ("# Invocation-Lint: ignore[a,, b ]", ("ignore", ("a", "b"), "")),
        ("# invocation-lint:ignore[INV101, a-name] a reason", ("ignore", ("INV101", "a-name"), "a reason")),
    ],
)  # fmt: skip
def test_suppressions(comment: str, expected: tuple[str, tuple[str, ...], str]) -> None:
    assert read(f"x = 1  {comment}\n") == ([expected], [])


@pytest.mark.parametrize("comment", ["# noqa: E501", "# ruff: noqa", "# flake8: noqa", "# nothing", "# noqaa",
     "# invocation-lint ignores tests", "# run invocation-lint: see below", "# invocation_lint", "# why noqa: INV101"]
)  # fmt: skip
def test_what_is_nobodys_or_anothers(comment: str) -> None:
    assert read(f"x = 1  {comment}\n") == ([], [])


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# noqa: INV", "has no digits"),
        ("# noqa: inv101", "lower case"),
        ("# invocation-lint: ignore", "names no rule"),
        ("# invocation-lint: ignore[]", "names no rule"),
        ("# invocation-lint: ignore[INV101", "does not close its bracket"),
        ("# invocation-lint: ignore INV101", "names no rule"),
        ("# invocation-lint: Ignore[INV101]", "is not understood"),
        ("# invocation-lint: ignore-next-line[INV101]", "is not understood"),
        ("# invocation-lint ignore[INV101]", "suppresses nothing"),
        ("# invocation_lint: ignore[INV101]", "suppresses nothing"),
        ("# invocation lint: disable=INV101", "suppresses nothing"),
        ("# invocationlint: noqa", "suppresses nothing"),
        ("# invocation-lint: skip[INV101]", "is not understood"),
        ("# invocation-lint:", "is not understood"),
    ],
)
def test_malformed_ones(comment: str, message: str) -> None:
    suppressions, malformed = read(f"x = 1  {comment}\n")
    assert suppressions == []
    (told,) = malformed
    assert message in told


def test_a_noqa_without_its_colon_silences_everything_and_is_told() -> None:
    suppressions, malformed = read("x = 1  # noqa INV101\n")
    assert suppressions == [("noqa", (), "INV101")]
    assert malformed == ["without a colon this is a bare noqa, which silences everything"]


STATEMENTS = """\
# invocation-lint: ignore[above]
# another comment
client.invoke(  # invocation-lint: ignore[first]
    # invocation-lint: ignore[inside]
    FunctionName=name,
)  # invocation-lint: ignore[last]
# noqa: INV101
x = 1

# invocation-lint: ignore[apart]

if (
    # invocation-lint: ignore[header]
    x
):
    # invocation-lint: ignore[body]
    call(); other(  # invocation-lint: ignore[two]
    )
# invocation-lint: ignore[clause]
else:
    y
# invocation-lint: ignore[decorated]
@decorator
def f(
    a,
):
    pass
    # invocation-lint: ignore[end]
"""


def test_the_lines_that_a_comment_covers() -> None:
    source = parse(STATEMENTS.encode(), "a.py")
    suppressions, _ = read_suppressions(source)
    covered = {one.codes[0]: covered_lines(one, source) for one in suppressions}
    assert covered == {
        "above": (3, 6),
        "first": (3, 6),
        "inside": (3, 6),
        "last": (3, 6),
        "INV101": (7, 7),
        "apart": (11, 11),
        "header": (12, 15),
        "body": (17, 18),
        "two": (17, 18),
        "clause": (20, 20),
        "decorated": (23, 26),
        "end": (29, 29),
    }


def test_strings_are_no_comments() -> None:
    assert read('x = "# noqa: INV101"\ny = """\n# invocation-lint: ignore[INV101]\n"""\n') == ([], [])


def test_the_place_is_the_comment() -> None:
    suppressions, malformed = read_suppressions(parse(b"x = 1  # why # noqa: INV101  \n# noqa: INV\n", "a.py"))
    place = suppressions[0].place
    assert (place.line, place.column, place.end_column) == (1, 14, 28)
    assert (malformed[0].place.line, malformed[0].place.column) == (2, 1)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"# noqa: INV101", True),
        (b"# invocation-lint: x", True),
        (b"# noqa: E501", False),
        (b"invocation", False),
        (b"# NOQA:INX001", True),
        (b"# invocation lint ignore", True),
        (b"INV101 # noqa", False),
    ],
)
def test_the_test_on_bytes(data: bytes, expected: bool) -> None:
    assert may_suppress(data) is expected
