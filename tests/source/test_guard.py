"""Code that the parser would not survive is refused first, and hardly any other code is."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tokenize
from pathlib import Path

import pytest

from invocation_lint.errors import UnreadableFile
from invocation_lint.source.parsing import guard
from invocation_lint.source.parsing.guard import MAX_BRACKETS, MAX_ELIFS, MAX_RUN, check_depth, check_size

HALF = MAX_RUN // 2

# Each at or just below its limit.
AT_THE_LIMIT = {
    "parentheses": "(" * MAX_BRACKETS + "x" + ")" * MAX_BRACKETS,
    "lists": "[" * MAX_BRACKETS + "x" + "]" * MAX_BRACKETS,
    "mappings": "{1: " * MAX_BRACKETS + "x" + "}" * MAX_BRACKETS,
    "nested calls": "f(" * MAX_BRACKETS + "x" + ")" * MAX_BRACKETS,
    "nested items": "f[" * MAX_BRACKETS + "x" + "]" * MAX_BRACKETS,
    "nested f-strings": 'f"{' * MAX_BRACKETS + "x" + '}"' * MAX_BRACKETS,
    "sum": "+".join("x" * (MAX_RUN + 1)),
    "comparison": " < ".join("x" * (MAX_RUN + 1)),
    "power": "**".join("x" * (MAX_RUN + 1)),
    "conjunction": " and ".join("x" * (MAX_RUN + 1)),
    "negation": "not " * MAX_RUN + "x",
    "minus": "-" * MAX_RUN + "x",
    "calls": "x" + "()" * MAX_RUN,
    "methods": "x" + ".f()" * HALF,
    "attributes": "x" + ".f" * MAX_RUN,
    "items": "x" + "[0]" * MAX_RUN,
    "strings": "(" + "'x' " * (MAX_RUN - 1) + ")",
    "lambdas": "lambda: " * MAX_RUN + "x",
    "lambdas with parameters": "lambda a, b: " * MAX_RUN + "x",
    "conditionals": "x if y else " * HALF + "x",
    "comprehension": "[x " + "for x in y " * (HALF - 1) + "]",
    "elif": "if x:\n  y\n" + "elif x:\n  y\n" * MAX_ELIFS,
    "list pattern": "match x:\n case " + "[" * 16 + "y" + "]" * 16 + ": pass",
    "mapping pattern": "match x:\n case " + "{1: " * 8 + "y" + "}" * 8 + ": pass",
    "tuple pattern": "match x:\n case " + "(" * 8 + "y" + ", 1)" * 8 + ": pass",
    "class pattern": "match x:\n case " + "C(k=" * 16 + "y" + ")" * 16 + ": pass",
    "deletion": "del " + "(" * 8 + "y" + ",)" * 8,
}
PARSES_EACH = """
import sys
from invocation_lint.source.parsing.tree import parse
for code in sys.stdin.read().split("\\0"):
    parse(code.encode(), "n.py")
print("survived")
"""


def test_the_parser_survives_what_the_guard_lets_through() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PARSES_EACH],
        input="\0".join(AT_THE_LIMIT.values()),
        cwd=Path(guard.__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "survived", "")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("(" * 201 + ")" * 201, "brackets are nested more than 200 deep"),
        ("x = [\n" + "f([" * 101 + "])" * 101 + "]", "brackets are nested"),
        ("f'{" * 201 + "x" + "}'" * 201, "brackets are nested"),
        ("f'''{" + "(" * 200 + ")" * 200 + "}'''", "brackets are nested"),
        ("+".join("x" * 1002), "chains more than 600"),
        ("x" + "()" * 1001, "chains more than 600"),
        ("x" + " ()" * 1001, "chains more than 600"),
        ("(x\n" + "  .f()  # c\n" * 501 + ")", "chains more than 600"),
        ("(" + "'x' # c\n" * 1002 + ")", "chains more than 600"),
        ("'x'" * 1002, "chains more than 600"),
        ("-" * 1001 + "x", "chains more than 600"),
        ("lambda a, b: " * 1001 + "x", "chains more than 600"),
        ("(" * 3 + "x" + "+1" * 400 + ")" + "+1" * 400 + ")" + "+1" * 400 + ")", None),
        ("f(" * 100 + "x" + "+1" * 300 + ")" * 100, None),
        ("f(" * 100 + "x" + "+1" * 301 + ")" * 100, "chains more than 600"),
        ("if x: y\n" + "elif x: y\n" * 1001, "more than 600 elif"),
        ("match x:\n  case " + "{1: " * 9 + "y" + "}" * 9 + ": pass", "nested too deeply"),
        ("match x:\n  case " + "[" * 17 + "y" + "]" * 17 + ": pass", "nested too deeply"),
        ("if x: del " + "(" * 17 + "y" + ",)" * 17, "nested too deeply"),
        ("a; del " + "(" * 17 + "y" + ",)" * 17, "nested too deeply"),
    ],
)
def test_what_is_too_deep_is_refused(code: str, says: str | None) -> None:
    if says is None:
        return check_depth(code, "n.py")
    with pytest.raises(UnreadableFile, match=says) as raised:
        check_depth(code, "a b.py")
    assert '"a b.py"' in raised.value.help
    return None


@pytest.mark.parametrize("code", AT_THE_LIMIT.values(), ids=AT_THE_LIMIT)
def test_the_limits_themselves_pass(code: str) -> None:
    check_depth(code, "n.py")


@pytest.mark.parametrize(
    "code",
    [
        "x = '" + "(" * 500 + "'",
        "x = '''" + "(\n" * 500 + "'''",
        "# " + "(" * 500,
        "x = [" + "a + b, " * 5000 + "]",
        "x = [" + "lambda a, b: 1, " * 5000 + "]",
        "x = {" + "'k': f(a.b.c), " * 5000 + "}",
        "a.b(c)\n" * 5000,
        "a.b(c); " * 5000,
        "f(" + "\n    a,  # (" * 5000 + ")",
        "x = f'{a}" + "{b}" * 2000 + "'",
        "if x: y\nelif x: z\n" * 5000,
        "if x:\n  if y: z\n  elif z: a\nelif x: z\n" * 1500,
        "case = " + "{1: " * 50 + "1" + "}" * 50,
        "case = 1\ncase.f(" + "f(" * 12 + "1" + ")" * 13,
        "delete = " + "(" * 50 + "1" + ")" * 50,
        "match x:\n    case 1: f(" + "(" * 30 + ")" * 30 + ")",
        "print('" + "(" * 500 + ")",  # not Python: the parser will say so
        "x = )" + "(" * 50,
    ],
)
def test_long_and_flat_code_passes(code: str) -> None:
    check_depth(code, "n.py")


def test_the_place_is_that_of_the_first_bracket_too_deep() -> None:
    with pytest.raises(UnreadableFile) as raised:
        check_depth("a\r\nb\rc = " + "(" * 300, "n.py")
    assert (raised.value.line, raised.value.column) == (3, 205)


def test_the_standard_library_passes() -> None:
    root = Path(sysconfig.get_path("stdlib"))
    for path in sorted(root.glob("*.py")) + sorted(root.glob("asyncio/*.py")):
        with tokenize.open(path) as opened:
            check_depth(opened.read(), path.name)


def test_a_file_of_two_megabytes_and_one_is_refused() -> None:
    check_size(b"#" * 2_000_000, "n.py")
    with pytest.raises(UnreadableFile, match=r"the file has 2.0 MB"):
        check_size(b"#" * 2_000_001, "n.py")


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_file_of_fifty_thousand_lines_and_one_is_refused(end: bytes) -> None:
    check_size(b"x" + end * 50_000, "n.py")
    with pytest.raises(UnreadableFile, match="50,001 lines"):
        check_size(b"x" + end * 50_001, "n.py")
