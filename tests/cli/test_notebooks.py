"""Notebooks: their cells as one module, findings with cell and line in every report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest

import invocation_lint
from tests.command import Ran, run_lint
from tests.notebooks import cell, notebook
from tests.report.samples import SARIF_SCHEMAS

CLIENT = "%matplotlib inline\n!pip install boto3\nimport boto3\nclient = boto3.client('lambda')"
CALL = "def start(name):\n    return client.invoke(\n        FunctionName=name, InvocationType='Async', Payload=b'{}')"
FOUND = "INV107 [invalid-invocation-type]"


@pytest.fixture
def book(folder: Path) -> Path:
    """A notebook with a finding in its third cell, at 2:12."""
    (folder / "bad.py").unlink()
    path = folder / "nb.ipynb"
    path.write_text(notebook("# text\nabout", CLIENT, CALL))
    return path


def check(*arguments: str | Path, cwd: Path, stdin: str | None = None) -> Ran:
    return run_lint("check", "--output", "concise", "-q", *arguments, cwd=cwd, stdin=stdin)


def places(ran: Ran) -> list[str]:
    return [line.split(": INV")[0] for line in ran.stdout.splitlines()]


def test_a_notebook_is_found_and_its_cells_are_one_module(book: Path) -> None:
    for _ in range(2):  # the second time from the cache
        ran = check(cwd=book.parent)
        assert ran.returncode == 1
        assert ran.stdout.startswith(f"nb.ipynb:cell 3:2:12: {FOUND}")
        assert len(ran.stdout.splitlines()) == 1


def test_the_report_shows_the_lines_of_the_cell(book: Path) -> None:
    for _ in range(2):
        shown = run_lint("check", cwd=book.parent).stdout
        assert "  --> nb.ipynb:cell 3:2:12\n" in shown
        assert "2 |     return client.invoke(" in shown
        assert "1 error; 2 files scanned, 1 analysed" in shown


def test_a_place_in_another_cell_is_shown_with_it(folder: Path) -> None:
    code = "import boto3\nfrom botocore.config import Config\nclient = boto3.client('lambda')"
    call = "def view():\n    client.invoke(FunctionName='f', Payload={})"
    book = folder / "nb.ipynb"
    book.write_text(notebook(code, "payload = {'a': {1, 2}}", "import json", call.replace("{})", "payload)")))
    shown = run_lint("check", "--select", "INV402", "nb.ipynb", cwd=folder).stdout
    assert "  --> nb.ipynb:cell 4:2:5\n" in shown
    assert "::: nb.ipynb:cell 2:1:" in shown or "payload)" in shown


def test_programs_get_the_cell(book: Path) -> None:
    names = ("json", "sarif", "junit", "gitlab")
    outputs = [f"{name}={book.parent / name}.out" for name in names]
    run_lint("check", *(word for one in outputs for word in ("--output", one)), cwd=book.parent)
    told = {name: (book.parent / f"{name}.out").read_text() for name in names}

    (finding,) = json.loads(told["json"])["findings"]
    assert finding["place"] == {
        "path": "nb.ipynb", "cell": 3, "line": 2, "column": 12, "end_line": 3, "end_column": 66
    }  # fmt: skip

    line = next(n for n, text in enumerate(book.read_text().split("\n"), 1) if "return client.invoke(" in text)
    document = json.loads(told["sarif"])
    for schema in SARIF_SCHEMAS:
        jsonschema.validate(document, schema)
    (result,) = document["runs"][0]["results"]
    location = result["locations"][0]
    assert location["physicalLocation"]["region"] == {"startLine": line, "endLine": line + 1}
    assert location["properties"] == {"cell": 3, "line": 2, "column": 12}
    assert result["message"]["text"].startswith('cell 3:2:12: "Async"')

    case = ElementTree.fromstring(told["junit"]).find(".//testcase")
    assert case is not None
    assert (case.get("name"), case.get("line")) == ("INV107 invalid-invocation-type at cell 3:2:12", str(line))

    (entry,) = json.loads(told["gitlab"])
    assert entry["location"] == {"path": "nb.ipynb", "lines": {"begin": line, "end": line + 1}}
    assert "cell 3:2:12: " in entry["description"]


def test_github_gets_the_line_of_the_file_and_the_cell(book: Path) -> None:
    summary = book.parent / "summary"
    env = {"GITHUB_STEP_SUMMARY": str(summary)}
    shown = run_lint("check", "--output", "github", cwd=book.parent, env=env).stdout
    line = next(n for n, text in enumerate(book.read_text().split("\n"), 1) if "return client.invoke(" in text)
    assert f"::error file=nb.ipynb,line={line},endLine={line + 1},title=INV107 " in shown
    assert '::cell 3:2:12: "Async"' in shown
    assert f"nb.ipynb:cell 3:2:12: {FOUND}" in shown
    assert "nb.ipynb:cell 3:2 |" in summary.read_text()


@pytest.mark.parametrize("indent", [None, 1, 4])
@pytest.mark.parametrize("as_one_text", [True, False])
def test_the_line_of_the_file_is_found_however_it_is_laid_out(
    folder: Path, indent: int | None, as_one_text: bool
) -> None:
    document = json.loads(notebook("# text", CLIENT, "x = 1\n\n" + CALL))
    document["cells"].insert(0, {"cell_type": "raw", "metadata": {"source": ["x"]}, "source": ["client.invoke("]})
    if as_one_text:
        for one in document["cells"]:
            one["source"] = "".join(one["source"])
    text = json.dumps(document, indent=indent)
    (folder / "nb.ipynb").write_text(text)
    run_lint("check", "--output", "gitlab=out", "nb.ipynb", cwd=folder)
    (entry,) = json.loads((folder / "out").read_text())
    assert "cell 4:4:12" in entry["description"]
    begin = entry["location"]["lines"]["begin"]
    assert "return client.invoke(" in text.split("\n")[begin - 1]


COMMENTS = {
    "noqa": ("    return client.invoke(FunctionName=n, InvocationType='Async', Payload=b'')  # noqa: INV107", []),
    "above": ("    # invocation-lint: ignore[INV107] why\n    return client.invoke(InvocationType='x', **n)", []),
    "unused": ("    return n  # noqa: INV107", ["nb.ipynb:cell 2:2:15"]),
    "wrong": ("    return n  # noqa: INV999", ["nb.ipynb:cell 2:2:15"]),
}


@pytest.mark.parametrize("kind", COMMENTS)
def test_comments_in_cells_suppress(folder: Path, kind: str) -> None:
    code, expected = COMMENTS[kind]
    (folder / "nb.ipynb").write_text(notebook(CLIENT, f"def start(n):\n{code}"))
    assert places(check("nb.ipynb", cwd=folder)) == expected


def test_a_suppressed_finding_is_shown_with_the_cell_of_its_comment(folder: Path) -> None:
    (folder / "nb.ipynb").write_text(notebook(CLIENT, f"def start(n):\n{COMMENTS['noqa'][0]}"))
    shown = run_lint("check", "--show-suppressed", "nb.ipynb", cwd=folder).stdout
    assert "by the comment at nb.ipynb:cell 2:2" in shown


def test_fixes_are_not_applied_and_this_is_told(book: Path) -> None:
    before = book.read_text()
    for option in ("--fix", "--show-fixes"):
        ran = check(option, "--unsafe-fixes", cwd=book.parent)
        assert (
            "nb.ipynb: not changed: fixes are not applied to notebooks\n"
            in ran.stderr + run_lint("check", option, "--unsafe-fixes", cwd=book.parent).stderr
        )
        assert (ran.returncode, book.read_text()) == (1, before)
    shown = run_lint("check", cwd=book.parent).stdout
    assert "[*]" not in shown, "no fix is offered"


def test_a_notebook_on_standard_input(book: Path) -> None:
    text = book.read_text()
    for name in ("nb.ipynb", "new.ipynb"):
        ran = check("-", "--stdin-filename", name, cwd=book.parent, stdin=text.replace("Async", "Sync"))
        assert ran.stdout.startswith(f"{name}:cell 3:2:12: {FOUND}")


def test_a_baseline_holds_findings_of_notebooks_wherever_their_cell_goes(book: Path) -> None:
    assert run_lint("check", "--write-baseline", cwd=book.parent).returncode == 0
    book.write_text(notebook("# text", "x = 1", CLIENT, "y = 2\n" + CALL))
    assert check("--baseline", ".invocation-lint-baseline.json", cwd=book.parent).returncode == 0


def test_facts_are_told_with_their_cells(book: Path) -> None:
    shown = run_lint("facts", "nb.ipynb", cwd=book.parent).stdout
    assert shown.startswith("nb.ipynb:cell 3:2:12: invocation in start\n")
    assert "(cell 3, line 3, column " in shown
    facts = json.loads(run_lint("facts", "--format", "json", "nb.ipynb", cwd=book.parent).stdout)["facts"]
    assert facts[0]["site"]["cell"] == 3


def test_a_notebook_that_uses_a_module_of_the_project(folder: Path) -> None:
    helper = f"import boto3\nclient = boto3.client('lambda')\n{CALL}\n".replace("'Async'", "mode")
    (folder / "aws.py").write_text(helper.replace("start(name)", "start(name, mode)"))
    (folder / "nb.ipynb").write_text(notebook("from aws import start", "%time start('f', 'Async')"))
    assert places(check("nb.ipynb", cwd=folder)) == ["nb.ipynb:cell 2:1:7"]
    assert places(check(".", "--select", "INV107", "-j", "2", cwd=folder)) == ["bad.py:7:12", "nb.ipynb:cell 2:1:7"]


def test_the_api_takes_notebooks(book: Path) -> None:
    (finding,) = invocation_lint.lint_source(book.read_text(), "made_up.ipynb", isolated=True).active
    assert (finding.place.cell, finding.place.line, finding.place.document) == (3, 2, "made_up.ipynb:cell 3")
    (finding,) = invocation_lint.lint_paths([book], isolated=True).active
    assert finding.place.cell == 3


BROKEN = {
    "no JSON": ('{"cells": [\n "client.invoke(FunctionName=1)",,\n]}', "nb.ipynb:2:34: INV001", "not valid JSON"),
    "no notebook": ('{"a": "client.invoke(FunctionName=1)"}', "nb.ipynb:1:1: INV001", "no list of cells"),
    "a list": ('["client.invoke(FunctionName=1)"]', "nb.ipynb:1:1: INV001", "no list of cells"),
    "code": (notebook("x = 1", "y = 2\nclient.invoke(FunctionName="), "nb.ipynb:cell 2:2:", "syntax error"),
    "Python 2": (notebook("x = 1", "client.invoke(FunctionName=1)\nprint 'x'"), "nb.ipynb:cell 2:2:", "Python 2"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_notebook_that_cannot_be_read_is_told_with_its_place(folder: Path, kind: str) -> None:
    text, place, says = BROKEN[kind]
    (folder / "nb.ipynb").write_text(text)
    ran = check("nb.ipynb", cwd=folder)
    assert ran.returncode == 2
    assert ran.stdout.startswith(place)
    assert says in ran.stdout
    (folder / "nb.ipynb").write_text(text.replace("client.invoke", "client.query"))
    assert check("nb.ipynb", cwd=folder).returncode == 0, "nobody's business without an invocation"


def test_bytes_that_are_no_text(folder: Path) -> None:
    (folder / "nb.ipynb").write_bytes(b'{"cells":\n[], "x": "client.invoke(FunctionName=1) \xff"}')
    ran = check("nb.ipynb", cwd=folder)
    assert (ran.returncode, places(ran)) == (2, ["nb.ipynb:2:1"])


OTHERS = {
    "another kernel": notebook(CLIENT, CALL, metadata={"kernelspec": {"language": "R"}}),
    "another language": notebook(CLIENT, CALL, metadata={"language_info": {"name": "julia"}}),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_notebooks_in_other_languages_have_no_code(folder: Path, kind: str) -> None:
    (folder / "nb.ipynb").write_text(OTHERS[kind])
    assert check("nb.ipynb", cwd=folder).returncode == 0


def test_cells_in_other_languages_are_left_out(folder: Path) -> None:
    document: dict[str, Any] = json.loads(notebook(CLIENT, CALL))
    document["cells"].insert(1, cell("select (((", metadata={"vscode": {"languageId": "sql"}}))
    (folder / "nb.ipynb").write_text(json.dumps(document))
    assert places(check("nb.ipynb", cwd=folder)) == ["nb.ipynb:cell 3:2:12"]


SHOWN = {
    "the answer": ("client.invoke(FunctionName='f', Payload=b'')", False),
    "kept before": ("r = client.invoke(FunctionName='f', Payload=b'')\nr", False),
    "its payload": ("r = client.invoke(FunctionName='f', Payload=b'')\nr['Payload'].read()  # look", False),
    "decoded": ("import json\nr = client.invoke(FunctionName='f', Payload=b'')\njson.load(r['Payload'])", False),
    "over lines": ("client.invoke(\n    FunctionName='f',\n    Payload=b'',\n)", False),
    "silenced": ("client.invoke(FunctionName='f', Payload=b'');", True),
    "not the last": ("client.invoke(FunctionName='f', Payload=b'')\nx = 1", True),
    "in a block": ("if True:\n    client.invoke(FunctionName='f', Payload=b'')", True),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_what_a_cell_shows_at_its_end_is_looked_at(folder: Path, kind: str) -> None:
    code, unread = SHOWN[kind]
    (folder / "nb.ipynb").write_text(notebook(CLIENT, code))
    found = check("--possible", "--select", "INV102,INV302", "nb.ipynb", cwd=folder).stdout
    assert ("INV102" in found, "INV302" in found) == (unread, False), found


def test_large_outputs_do_not_make_a_notebook_too_large(folder: Path) -> None:
    document = json.loads(notebook(CLIENT, CALL))
    document["cells"][0]["outputs"] = [{"data": {"image/png": "iVBOR" * 600_000}}]
    (folder / "nb.ipynb").write_text(json.dumps(document))
    assert places(check("nb.ipynb", cwd=folder)) == ["nb.ipynb:cell 2:2:12"]


RUN = "client.invoke(FunctionName='report', InvocationType='Event', Payload='{}')"


@pytest.mark.parametrize(
    "cells",
    [
        ("def price(item):\n    return item['price']", RUN),
        ("class Run:\n    pass", f"for _ in range(3):\n    {RUN}"),
        (f"def start():\n    {RUN}", "start()"),
    ],
)
def test_a_notebook_is_run_by_hand_whatever_it_defines(folder: Path, cells: tuple[str, ...]) -> None:
    (folder / "nb.ipynb").write_text(notebook("import boto3\nclient = boto3.client('lambda')", *cells))
    (folder / "app.py").write_text("\n".join(("import boto3\nclient = boto3.client('lambda')", *cells)))
    assert "INV301" not in check("--select", "INV301", "nb.ipynb", cwd=folder).stdout
    assert "INV301" in check("--select", "INV301", "app.py", cwd=folder).stdout
