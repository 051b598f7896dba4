"""For any set of files, a run reports exactly the whole project's findings that lie in them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from invocation_lint import lint_paths
from invocation_lint.findings import Finding

EXAMPLE = Path(__file__).parents[2] / "examples" / "story_platform"

FILES = {
    "aws/__init__.py": "",
    "aws/names.py": """
        import os
        CONTENT_AGENT = os.environ.get("CONTENT_AGENT_FUNCTION", "storytailor-content-agent-production")
    """,
    "aws/clients.py": """
        import boto3
        from botocore.config import Config
        lambda_client = boto3.client("lambda", config=Config(read_timeout=20))
    """,
    "aws/invoking.py": """
        import json
        from enum import Enum
        from aws.clients import lambda_client
        from .names import CONTENT_AGENT

        class Mode(str, Enum):
            EVENT = "Event"
            WAIT = "RequestResponse"

        def send(name, payload, mode=Mode.EVENT.value):
            return lambda_client.invoke(FunctionName=name, InvocationType=mode, Payload=json.dumps(payload))

        class Agent:
            def __init__(self, name=CONTENT_AGENT):
                self.name = name

            def ask(self, action, wait=False, **fields):
                mode = Mode.WAIT.value if wait else Mode.EVENT.value
                return send(self.name, {"action": action, **fields}, mode)
    """,
    "api/stories.py": """
        from aws.invoking import Agent
        agent = Agent()

        def handler(event, context):
            agent.ask("generate_story", wait=True, storyId=event["storyId"], creatorUserId=event["userId"])
            return {"statusCode": 202, "body": ""}
    """,
    "api/assets.py": """
        import aws.invoking as invoking

        def handler(event, context):
            try:
                invoking.Agent().ask("generate_story", storyID=event["storyId"], creatorUserId=event["userId"])
            except Exception:
                pass
            return {"statusCode": 202, "body": ""}
    """,
    "api/unrelated.py": """
        def handler(event, context):
            return {"statusCode": 200, "body": "hello"}
    """,
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    import textwrap

    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    (tmp_path / ".invocation-lint.yaml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found_in(paths: list[str]) -> list[tuple[str, int, str, str]]:
    return [key(finding) for finding in lint_paths(paths).findings]


def key(finding: Finding) -> tuple[str, int, str, str]:
    return (finding.place.path, finding.place.line, finding.id, finding.message)


def test_values_and_errors_are_followed_across_modules(project: Path) -> None:
    found = {(path, rule) for path, _, rule, _ in found_in(["."])}
    assert found == {
        ("api/stories.py", "INV101"),
        ("api/assets.py", "INV208"),
        ("api/assets.py", "INV303"),
        ("api/stories.py", "INV301"),
    }


def test_a_file_given_alone_gives_what_the_whole_run_gives_for_it(project: Path) -> None:
    whole = found_in(["."])
    for name in FILES:
        assert found_in([name]) == [row for row in whole if row[0] == name], name


@pytest.mark.parametrize("seed", range(6))
def test_any_cut_of_the_example_gives_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLE)
    files = sorted(path.relative_to(EXAMPLE).as_posix() for path in EXAMPLE.rglob("*.py"))
    whole = found_in(["."])
    assert whole
    chance = random.Random(seed)
    chosen = chance.sample(files, chance.randint(1, len(files)))
    assert found_in(chosen) == [row for row in whole if row[0] in chosen]


def test_isolated_looks_at_each_file_alone(project: Path) -> None:
    assert [finding.id for finding in lint_paths(["api"], isolated=True).findings] == []
