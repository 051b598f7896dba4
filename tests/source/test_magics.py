"""What IPython takes beside Python is put aside, and every line and column of code stays."""

from __future__ import annotations

import ast

import pytest

from invocation_lint.source.notebooks.magics import as_python, shown

CELLS = {
    "a magic": ("%matplotlib inline\nx = 1\n", "pass\nx = 1\n"),
    "a shell command over lines": ("!pip install boto3 \\\n    requests\nx = 1", "pass\n\nx = 1"),
    "values of commands": ("x = !ls\ny, z = %sql select 1\n", "x = get_ipython()\ny, z = get_ipython()\n"),
    "in a block": ("if x:\n    !ls\nelse:\n    %cd a\n", "if x:\n    pass\nelse:\n    pass\n"),
    "a timed statement": ("%time r = f(\n    1)\n", "if 1: r = f(\n    1)\n"),
    "with options": ("    %timeit -n 10 -r 3 f()", "    if 1:              f()"),
    "a timed cell": ("%%time\nx = 1\n", "\nx = 1\n"),
    "a captured cell": ("\n%%capture out\nx = 1\n", "\n\nx = 1\n"),
    "questions": ("f?\n?f\nf.g??\nx = 1 if f else 2", "pass\npass\npass\nx = 1 if f else 2"),
    "automatic magics": ("pip install x\ncd ..\nls = 1\ncd = 2", "pass\npass\nls = 1\ncd = 2"),
    "a remainder": ("x = (a\n% b)\ny = a \\\n% b\n", "x = (a\n% b)\ny = a \\\n% b\n"),
    "a text": ("s = '''\n%time x\n!ls\nf?\n'''\n", "s = '''\n%time x\n!ls\nf?\n'''\n"),
    "formatted texts": ("print('a = %s' % x)\nf'{x!r}'", "print('a = %s' % x)\nf'{x!r}'"),
    "a comparison": ("x = a != b\ny: int = a % b", "x = a != b\ny: int = a % b"),
    "a quote in a command": ("!echo it's\nx = 1", "pass\nx = 1"),
    "nothing": ("", ""),
}
OTHER_LANGUAGES = ("%%bash\nls", "%%html\n<b>", "# text\n\n%%writefile x.py\nimport x", "%sql\nselect 1", "%%sql x\n")


@pytest.mark.parametrize("kind", CELLS)
def test_the_code_of_a_cell(kind: str) -> None:
    cell, expected = CELLS[kind]
    found = as_python(cell)
    assert found == expected
    ast.parse(found if not found.startswith(" ") else f"if 1:\n{found}")


@pytest.mark.parametrize("kind", CELLS)
def test_windows_line_ends(kind: str) -> None:
    cell, expected = CELLS[kind]
    assert as_python(cell.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize("cell", OTHER_LANGUAGES)
def test_cells_in_another_language(cell: str) -> None:
    assert as_python(cell) is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = 1\nf(x)  # look\n", "x = 1\nf(x)._ipython_display_()  # look\n"),
        ("f(\n  'é',\n)", "f(\n  'é',\n)._ipython_display_()"),
        ("x['é']", "x['é']._ipython_display_()"),
        ("await f(x)", "await f(x) or None"),
        ("f(x);", "f(x);"),
        ("x = f(x)", "x = f(x)"),
        ("x + 1", "x + 1"),
        ("def f(:", "def f(:"),
        ("", ""),
    ],
)
def test_what_a_cell_shows(code: str, expected: str) -> None:
    assert shown(code) == expected
