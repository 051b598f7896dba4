"""A list that is read on Lambda is a warning, one that is read elsewhere is advice."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.engine import Input, lint
from invocation_lint.project import Project
from invocation_lint.run import Run
from invocation_lint.settings.files import Configuration

STORE = """
import boto3
table = boto3.resource("dynamodb").Table("stories")

def items():
    return table.scan()["Items"]
"""
FILES = {
    "store.py": STORE,
    "service.py": "import store\ndef all():\n    return store.items()\n",
    "app.py": "import service\ndef lambda_handler(event, context):\n    return service.all()\n",
    "deployed.py": STORE + "def on_timer(one, two):\n    return items()\n",
    "template.yaml": """
Transform: AWS::Serverless-2016-10-31
Resources:
  Timer:
    Type: AWS::Serverless::Function
    Properties: {Handler: deployed.on_timer, Runtime: python3.12, CodeUri: .}
""",
    "script.py": STORE,
    "used_by_tests.py": STORE,
    "tests/test_app.py": "import used_by_tests\ndef lambda_handler(event, context):\n    used_by_tests.items()\n",
    "jobs.py": STORE.replace("stories", "story_jobs"),
    "src/__init__.py": "",
    "src/shelf/__init__.py": "from .stored import items\n",
    "src/shelf/stored.py": STORE,
    "layers/ledger.py": STORE,
    "layers/unasked.py": STORE,
    "functions/orders.py": "import shelf\nfrom ledger import items\ndef handler(event, context):\n    return items()\n",
    "other/shelved.py": STORE,
    "other/reading.py": "import shelved\n\ndef handler(event, context):\n    return shelved.items()\n",
    "third/shelved.py": STORE,
}


def _levels(folder: Path, configuration: str) -> dict[str, str]:
    for name, text in {**FILES, ".invocation-lint.yaml": configuration}.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    paths = sorted(folder.rglob("*.py"))
    run = _run(folder, paths)
    return {one.place.path: one.severity.value for one in run.report.findings if one.id == "INV504"}


def _run(folder: Path, paths: list[Path]) -> Run:
    return lint([Input(path.relative_to(folder).as_posix(), path) for path in paths], Project(Configuration()))


@pytest.mark.parametrize("configuration", ["", "select: [INV5]", "select: [all]"])
def test_where_it_is_a_warning(tmp_path: Path, configuration: str) -> None:
    levels = _levels(tmp_path, configuration)
    copied = {"src/shelf/stored.py": "warning", "layers/ledger.py": "warning", "other/shelved.py": "warning"}
    assert levels == {"store.py": "warning", "deployed.py": "warning", "jobs.py": "warning", **copied}


@pytest.mark.parametrize("configuration", ["profile: strict", "extend-select: [INV504]", "select: [unpaginated-read]"])
def test_where_it_is_advice(tmp_path: Path, configuration: str) -> None:
    levels = _levels(tmp_path, configuration)
    assert {name for name, level in levels.items() if level == "advice"} == {
        "script.py", "used_by_tests.py", "layers/unasked.py", "third/shelved.py"
    }  # fmt: skip


@pytest.mark.parametrize(("configuration", "analysed"), [("", 0), ("profile: strict", 1), ("select: [INV504]", 1)])
def test_a_file_is_parsed_for_advice_only_where_it_is_shown(tmp_path: Path, configuration: str, analysed: int) -> None:
    (tmp_path / "script.py").write_text(STORE)
    (tmp_path / ".invocation-lint.yaml").write_text(configuration)
    assert _run(tmp_path, [tmp_path / "script.py"]).report.summary.files_analysed == analysed


def test_a_comment_that_suppresses_advice_is_not_unused(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(STORE.replace('"Items"]', '"Items"]  # invocation-lint: ignore[INV504]'))
    assert _run(tmp_path, [tmp_path / "script.py"]).report.findings == []


HANDLER = """
import boto3

def lambda_handler(event, context):
    table = boto3.resource("dynamodb").Table("{}")
    return table.scan({})["Items"]
"""


@pytest.mark.parametrize(
    ("table", "given", "level"),
    [
        *(("stories", "", "warning"), ("locations", "", "advice"), ("things", "", "advice"), ("jobs", "", "warning")),
        ("things", 'FilterExpression=Attr("open").eq(True)', "warning"),
        ("locations", 'FilterExpression=Attr("open").eq(True)', "advice"),
    ],
)
def test_a_warning_needs_what_fills_a_page(tmp_path: Path, table: str, given: str, level: str) -> None:
    (tmp_path / "app.py").write_text(HANDLER.format(table, given))
    (tmp_path / ".invocation-lint.yaml").write_text("select: [INV504]\n")
    run = _run(tmp_path, [tmp_path / "app.py"])
    assert [one.severity.value for one in run.report.findings if one.id == "INV504"] == [level]


OWN_RULE = """
id: INX504
name: whole-list
summary: a list
severity: {warning: {used: returned}, otherwise: advice}
profile: default
fact: list_read
when: {next_page: "no"}
message: "{operation} is read"
why: The team wants to know.
source: "team"
proof: {bad: {observe: job_never_started}, good: {absent: job_never_started}}
since: 0.1.0
"""


def test_a_rule_that_warns_by_what_is_done_with_a_list_is_asked_everywhere(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(STORE)
    (tmp_path / "team").mkdir()
    (tmp_path / "team" / "rule.yaml").write_text(OWN_RULE)
    (tmp_path / ".invocation-lint.yaml").write_text("extra-rules: [team]\n")
    run = _run(tmp_path, [tmp_path / "script.py"])
    assert [(one.id, one.severity.value) for one in run.report.findings] == [("INX504", "warning")]


TEMPLATE_OF_OLD = FILES["template.yaml"].replace("deployed.on_timer", "old/app.lambda_handler")


@pytest.mark.parametrize(
    ("path", "template", "level"),
    [
        *(
            ("backups/before_move/app.py", "", "advice"),
            ("old/app.py", "", "advice"),
            ("lambda_old/app.py", "", "advice"),
        ),
        *(("backup/app.py", "", "warning"), ("archive/app.py", "", "warning"), ("app_old.py", "", "warning")),
        ("old/app.py", TEMPLATE_OF_OLD, "warning"),
    ],
)
def test_code_that_is_kept_aside_is_not_deployed(tmp_path: Path, path: str, template: str, level: str) -> None:
    folder = tmp_path / "backups"  # of the whole project, which says nothing of it
    code = STORE + "def lambda_handler(event, context):\n    return items()\n"
    given = {path: code, "app.py": "import boto3\n", ".invocation-lint.yaml": "profile: strict\n"}
    for name, text in {**given, **({"template.yaml": template} if template else {})}.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(text)
    run = _run(folder, sorted(folder.rglob("*.py")))
    assert [one.severity.value for one in run.report.findings if one.id == "INV504"] == [level]
