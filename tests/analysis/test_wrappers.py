"""Functions outside the project that a contract names as wrappers."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from invocation_lint import lint_paths
from invocation_lint.contracts.loader import load_contracts
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.base import Fact
from invocation_lint.source.parsing.tree import parse
from tests.analysis.asking import keys_of

CONTRACT = """
version: 1
wrappers:
  - call: aws_tools.lambdas.invoke
    function: name
    payload: payload
    invocation_type: {parameter: wait, "yes": RequestResponse, "no": Event}
"""


def facts_in(code: str) -> list[Fact]:
    source = parse(textwrap.dedent(code).encode(), "app.py")
    return list(facts_of(source, load_contracts([("contract.yaml", CONTRACT)]), AnalysisOptions()).facts)


@pytest.mark.parametrize(("wait", "mode"), [("True", "RequestResponse"), ("False", "Event")])
def test_a_wrapper_sends_what_its_parameters_say(wait: str, mode: str) -> None:
    (fact,) = facts_in(f"""
        from aws_tools.lambdas import invoke
        def start(story_id):
            payload = {{"action": "generate_story"}}
            payload["storyId"] = story_id
            invoke(name="content-agent", payload=payload, wait={wait})  # Lambda's invoke is inside
    """)
    assert (fact.data.function.name, fact.data.invocation_type) == ("content-agent", mode)
    assert keys_of(fact) == "action storyId"
    assert fact.data.payload.layers == 1


def test_what_a_wrapper_does_with_errors_is_not_known() -> None:
    (fact,) = facts_in("""
        import aws_tools.lambdas
        def start(story_id):
            aws_tools.lambdas.invoke(name="f", payload={}, wait=True)
    """)
    assert not isinstance(fact.data.service_error.seen_by_handler, str)
    assert fact.data.response.function_error == "handed_over"


def test_a_function_of_another_name_is_no_wrapper() -> None:
    assert (
        facts_in("""
        from aws_tools.lambdas import describe
        def start(story_id):
            describe(name="f", payload={}, wait=True)
    """)
        == []
    )


def test_the_command_looks_into_files_that_only_name_a_wrapper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wrappers.yaml").write_text(CONTRACT, encoding="utf-8")
    (tmp_path / ".invocation-lint.yaml").write_text("contracts: [wrappers.yaml]\n", encoding="utf-8")
    (tmp_path / "app.py").write_text(
        "from aws_tools.lambdas import invoke\n"
        "def start(user):\n"
        '    invoke(name="storytailor-content-agent-x", payload={"action": "generate_story"}, wait=False)\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    assert {finding.id for finding in lint_paths(["."]).findings} == {"INV201", "INV203"}
