"""What is asked of a project to lint a file is recorded whole: where its findings change, an answer has changed."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from invocation_lint.engine import Input, lint
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

SEND = """
import json
import boto3
from shop.names import STORY

client = boto3.client("lambda")

def send(payload, mode="RequestResponse"):
    return client.invoke(FunctionName=STORY, InvocationType=mode, Payload=json.dumps(payload))
"""

FILES = {
    "pyproject.toml": '[tool.invocation-lint]\ncontracts = ["contracts.yaml"]\n',
    "contracts.yaml": "version: 1\nfunctions:\n  - name: story\n    match:\n      names: [story]\n"
    "    fields: {storyId: {required: true, type: string, role: story}}\n",
    "template.yaml": "Transform: AWS::Serverless-2016-10-31\nResources:\n  Jobs:\n    Type: AWS::Serverless::Function\n"
    "    Properties:\n      Handler: jobs.run\n      CodeUri: .\n      Events:\n"
    "        Queue: {Type: SQS, Properties: {Queue: q}}\n",
    "shop/__init__.py": "from shop.sending import send\n",
    "shop/names.py": 'STORY = "story"\nMODE = "Event"\n',
    "shop/sending.py": SEND,
    "shop/tools.py": "def wrap(x):\n    return {'story_id': x}\n",
    "app.py": "from shop import send\nfrom shop.names import MODE\n\ndef handler(event, context):\n"
    "    send({'storyId': event['id']}, MODE)\n",
    "jobs.py": "import shop\nfrom shop.tools import wrap\n\ndef run(event, context):\n"
    "    answer = shop.send(wrap(event['id']))\n    return answer['Payload'].read()\n",
    "alone.py": "import boto3\n\ndef go():\n"
    "    boto3.client('lambda').invoke(FunctionName='x', InvocationType='Async')\n",
    "plain.py": "import os\n\ndef here():\n    return os.getcwd()\n",
}

Edit = Callable[[Path], None]


def put(name: str, text: str) -> Edit:
    def edit(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    return edit


def swap(name: str, old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        path = folder / name
        if path.exists():
            path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    return edit


def remove(name: str) -> Edit:
    return lambda folder: (folder / name).unlink(missing_ok=True)


EDITS = {
    "a constant of another module": swap("shop/names.py", '"Event"', '"Async"'),
    "a name of another module": swap("shop/names.py", '"story"', '"other"'),
    "the wrapper": swap("shop/sending.py", 'mode="RequestResponse"', 'mode="Async"'),
    "the wrapper's text": swap("shop/sending.py", "    return client", "    import time\n    return client"),
    "a helper": swap("shop/tools.py", "story_id", "storyId"),
    "a helper is gone": remove("shop/tools.py"),
    "what a package passes on": put("shop/__init__.py", "def send(payload, mode='Event'):\n    pass\n"),
    "the package's module is gone": remove("shop/sending.py"),
    "a module before another": put("shop/tools/__init__.py", "def wrap(x):\n    return {'storyId': x}\n"),
    "a module of an outer name": put("os.py", "def getcwd(): pass\n"),
    "a new caller": put("more.py", "from shop import send\n\ndef go(x):\n    send({'storyId': x}, 'Async')\n"),
    "a caller that catches": put(
        "more.py", "import shop\n\ndef go(x):\n    try:\n        shop.send(x)\n    except Exception:\n        pass\n"
    ),
    "a caller is gone": remove("app.py"),
    "the contract": swap("contracts.yaml", "storyId", "story_id"),
    "the contract's name": swap("contracts.yaml", "names: [story]", "names: [another]"),
    "the settings": swap("pyproject.toml", "contracts =", 'ignore = ["INV301", "INV107"]\ncontracts ='),
    "settings of a folder": put("shop/.invocation-lint.yaml", "ignore: [INV301, INV302]\n"),
    "paths with a boundary": swap("pyproject.toml", "contracts =", 'boundary-paths = ["*.py"]\ncontracts ='),
    "the template": swap("template.yaml", "SQS", "Api"),
    "another handler": swap("template.yaml", "jobs.run", "app.handler"),
    "the template is gone": remove("template.yaml"),
    "a second template": put(
        "more.yaml", FILES["template.yaml"].replace("jobs.run", "app.handler").replace("Jobs", "App")
    ),
    "a handler of errors": put("errors.py", "def setup(app):\n    app.register_error_handler(Exception, print)\n"),
    "who sends events to the handler": put(
        "events.py", "import boto3\nboto3.client('lambda').invoke(FunctionName='jobs', InvocationType='Event')\n"
    ),
    "its own text": swap("alone.py", "Async", "Event"),
    "a repository of its own": put("shop/.git/HEAD", "ref: refs/heads/main\n"),
}  # fmt: skip


def linted(folder: Path) -> tuple[Project, dict[Path, list[str]]]:
    """The project, and what is found in each file: all of it, possible findings as well."""
    project = Project(Configuration(values={"possible": True}))
    paths = sorted(folder.rglob("*.py"))
    found: dict[Path, list[str]] = {path: [] for path in paths}
    for finding in lint([Input(str(path), path) for path in paths], project).report.findings:
        found[Path(finding.place.path)].append(repr(finding))
    return project, found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    for name, text in FILES.items():
        put(name, text)(tmp_path)
    return tmp_path


def check(folder: Path, edits: list[Edit]) -> int:
    """How many files' findings change by the edits; each must have been asked a question that is answered otherwise."""
    project, before = linted(folder)
    asked = {path: project.asked(path) for path in before}
    for edit in edits:
        edit(folder)
    afterwards, after = linted(folder)
    changed = [path for path in before if path.exists() and before[path] != after[path]]
    for path in changed:
        assert any(afterwards.answer(path, question) != told for question, told in asked[path].items()), path.name
    return len(changed)


@pytest.mark.parametrize("name", EDITS)
def test_a_change_of_findings_is_a_change_of_an_answer(folder: Path, name: str) -> None:
    check(folder, [EDITS[name]])


def test_the_edits_change_findings_of_other_files(folder: Path) -> None:
    assert check(folder, [EDITS["a constant of another module"]]) >= 1
    assert check(folder, [EDITS["the wrapper"], EDITS["the contract"]]) >= 2


@pytest.mark.parametrize("seed", range(8))
def test_edits_together(folder: Path, seed: int) -> None:
    chosen = random.Random(seed)
    for _ in range(3):
        check(folder, chosen.sample(list(EDITS.values()), 2))


def test_nothing_changes_where_nothing_is_edited(folder: Path) -> None:
    project, found = linted(folder)
    asked = {path: project.asked(path) for path in found}
    again = linted(folder)[0]
    for path, questions in asked.items():
        assert {question: again.answer(path, question) for question in questions} == questions


def test_a_file_asks_for_what_it_needs_only(folder: Path) -> None:
    """`plain.py` leads to no call site, and `alone.py` to no other module: an edit elsewhere is nothing to them."""
    project, _ = linted(folder)
    asked = {name: project.asked(folder / name) for name in ("plain.py", "alone.py")}
    EDITS["a helper"](folder)
    afterwards = linted(folder)[0]
    for name, questions in asked.items():
        changed = [one for one, told in questions.items() if afterwards.answer(folder / name, one) != told]
        assert [one for one in changed if one[0] != "everything"] == []
