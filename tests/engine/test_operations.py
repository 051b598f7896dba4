"""Views of Connexion, which an OpenAPI document names."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.engine import Input, lint
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

CORE = """
import json
import boto3

client = boto3.client("lambda")

def post_story(body):
    client.invoke(FunctionName="teller", InvocationType="Event", Payload=json.dumps(body))
    return {"id": 1}, 202
"""
APP = "import connexion\n\napp = connexion.App(__name__)\napp.add_api('api.yml')\n"
NAMED = "paths:\n  /stories:\n    post:\n      operationId: stories.api.core.post_story\n"
CONTROLLED = """
paths:
  /stories:
    post:
      x-openapi-router-controller: stories.api.core
      operationId: post_story
"""


def _found(folder: Path, app: str, document: str, name: str = "config/api.yml") -> list[tuple[str, str]]:
    (folder / ".git").mkdir()
    files = {"app.py": app, name: document, "stories/__init__.py": "", "stories/api/__init__.py": "",
             "stories/api/core.py": CORE}  # fmt: skip
    for file, text in files.items():
        path = folder / file
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    inputs = [Input(path.relative_to(folder).as_posix(), path) for path in sorted(folder.rglob("*.py"))]
    run = lint(inputs, Project(Configuration()))
    return [(one.place.path, one.id) for one in run.report.findings if one.id == "INV301"]


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (NAMED, "config/api.yml"),
        (NAMED.replace("stories.api", "api"), "api.yaml"),
        (CONTROLLED, "config/api.yml"),
        ('{"paths": {"/s": {"post": {"operationId": "stories.api.core.post_story"}}}}', "api.json"),
    ],
)
def test_a_view_that_a_document_names(tmp_path: Path, document: str, name: str) -> None:
    assert _found(tmp_path, APP, document, name) == [("stories/api/core.py", "INV301")]


@pytest.mark.parametrize(
    ("app", "document"),
    [
        ("import flask\n\napp = flask.Flask(__name__)\n", NAMED),
        ("# not connexion\n", NAMED),
        (APP, NAMED.replace("post_story", "get_story")),
        (APP, NAMED.replace("stories.api.core", "others.core")),
        (APP, NAMED.replace("stories.api.core", "re.core")),
        (APP, "operations: {}\n"),
        (APP + "\n@app.app.errorhandler(Exception)\ndef taken(error):\n    return 'sorry', 503\n", NAMED),
    ],
)
def test_others_are_none(tmp_path: Path, app: str, document: str) -> None:
    assert _found(tmp_path, app, document) == []
