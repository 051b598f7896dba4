"""What the example application gives: each entry stands in a function that exists, and the template deploys it."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())
APPLICATION = ROOT / EXPECTED["application"]


def functions_of(path: Path) -> dict[str, tuple[int, int]]:
    """Qualified names of a module's functions, with their first and last lines."""
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


@pytest.mark.parametrize("entry", EXPECTED["findings"], ids=lambda entry: f"{entry['rule']}-{entry['function']}")
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
