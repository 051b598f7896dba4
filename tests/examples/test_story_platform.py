"""The example application: all findings that are expected are found in it, and no others; its template deploys it.

`expected.json` names the function in which a finding stands, or the resource of the template, and the right neighbours
of the mistakes, each with a field of a fact that tells the two apart.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
import yaml

from invocation_lint.api import lint_paths
from invocation_lint.engine import Input, facts_in
from invocation_lint.findings import Confidence, Finding
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

ROOT = Path(__file__).parents[2]
EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())
APPLICATION = ROOT / EXPECTED["application"]


def functions_of(path: Path) -> dict[str, tuple[int, int]]:
    """Qualified names of a module's functions, or of a template's resources, with their first and last lines."""
    if path.suffix == ".yaml":
        return resources_of(path)
    found: dict[str, tuple[int, int]] = {}

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = f"{prefix}{child.name}"
                if not isinstance(child, ast.ClassDef):
                    found[name] = (child.lineno, child.end_lineno or child.lineno)
                visit(child, f"{name}.")

    visit(ast.parse(path.read_text()), "")
    return found


def resources_of(path: Path) -> dict[str, tuple[int, int]]:
    """Logical ids of a template's resources, with their first and last lines."""
    root = yaml.compose(path.read_text())
    assert isinstance(root, yaml.MappingNode)
    (resources,) = [value for key, value in root.value if key.value == "Resources"]
    return {key.value: (key.start_mark.line + 1, value.end_mark.line) for key, value in resources.value}


def name_of(entry: dict[str, str]) -> str:
    """How a test of this entry is called."""
    return f"{entry.get('rule') or entry['field']}-{entry['function']}"


@pytest.mark.parametrize("entry", EXPECTED["findings"], ids=name_of)
def test_an_expected_finding_stands_in_a_function_that_exists(entry: dict[str, str]) -> None:
    assert entry["function"] in functions_of(APPLICATION / entry["path"])


def test_the_list_is_sorted_and_names_each_place_once() -> None:
    keys = [(entry["path"], entry["function"], entry["rule"]) for entry in EXPECTED["findings"]]
    assert keys == sorted(set(keys))


def test_every_handler_of_the_template_exists() -> None:
    class Loader(yaml.SafeLoader):
        """Reads the short forms of CloudFormation's functions as text."""

    def as_text(_loader: yaml.SafeLoader, _suffix: str, node: yaml.Node) -> str:
        return str(node.value)

    Loader.add_multi_constructor("!", as_text)
    template = yaml.load((APPLICATION / "template.yaml").read_text(), Loader)
    handlers = [
        resource["Properties"]["Handler"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    ]
    assert handlers
    for handler in handlers:
        *module, name = handler.split(".")
        tree = ast.parse((APPLICATION / Path(*module)).with_suffix(".py").read_text())
        names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        names |= {
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        assert name in names, handler


def anchor_of(finding: Finding) -> tuple[str, str, str, str]:
    """Path, innermost function, rule and severity of a finding."""
    path = Path(finding.place.path)
    around = {name: lines for name, lines in functions_of(path).items() if lines[0] <= finding.place.line <= lines[1]}
    function = max(around, key=lambda name: around[name][0], default="")
    return (path.resolve().relative_to(APPLICATION).as_posix(), function, finding.id, finding.severity.value)


def test_the_application_gives_the_findings_that_are_expected() -> None:
    report = lint_paths([APPLICATION])
    certain = [finding for finding in report.active if finding.confidence is Confidence.CERTAIN]
    expected = [(it["path"], it["function"], it["rule"], it["severity"]) for it in EXPECTED["findings"]]
    assert sorted(map(anchor_of, certain)) == sorted(expected)


@pytest.mark.parametrize("entry", EXPECTED["neighbours"], ids=name_of)
def test_a_right_neighbour_is_looked_at_and_silent(entry: dict[str, str]) -> None:
    wrong = {(finding["path"], finding["function"]) for finding in EXPECTED["findings"]}
    assert (entry["path"], entry["function"]) not in wrong
    path = APPLICATION / entry["path"]
    project = Project(Configuration())
    known = facts_in(Input(str(path), path), project.configuration.for_folder(path.parent), project)
    assert known is not None
    facts = [fact for fact in known.facts if fact.function == entry["function"]]
    (data,) = [fact.data for fact in facts if fact.kind == entry["fact"]]
    assert getattr(data, entry["field"]) == entry["word"]
