"""Reads templates of tests."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from typing import TypeVar

from invocation_lint.deployment.deployed import Deployed
from invocation_lint.deployment.model import Function, Resource, Template
from invocation_lint.deployment.reading import (
    may_be_python,
    may_be_typescript,
    read_applications,
    read_configurations,
    read_document,
    read_python,
)
from invocation_lint.deployment.values import Text, Unknown, Value

R = TypeVar("R", bound=Resource)


def deployed_by(texts: Mapping[str, str]) -> Deployed:
    """What templates deploy, by the paths of their files below `/project`, all of which can be read."""
    files = {f"/project/{name}": dedent(text).encode() for name, text in texts.items()}
    found = (read_document(path, data, files.get) for path, data in files.items() if "Resources" in data.decode())
    return Deployed(template for template in found if template is not None)


def deployed_by_cdk(texts: Mapping[str, str]) -> Deployed:
    """What applications of the CDK in TypeScript deploy, by the paths of their files below `/project`."""
    files = {f"/project/{name}": dedent(text).encode() for name, text in texts.items()}
    code = {path: data for path, data in files.items() if may_be_typescript(path, data)}
    return Deployed(read_applications(code, files.get).templates)


def deployed_by_cdk_python(texts: Mapping[str, str]) -> Deployed:
    """What applications of the CDK in Python deploy, by the paths of their files below `/project`."""
    files = {f"/project/{name}": dedent(text).encode() for name, text in texts.items()}
    code = {path: data for path, data in files.items() if may_be_python(path, data)}
    return Deployed(read_python(code, files.get).templates)


def deployed_by_terraform(texts: Mapping[str, str]) -> Deployed:
    """What configurations of Terraform deploy, by the paths of their files below `/project`."""
    files = {f"/project/{name}": dedent(text).encode() for name, text in texts.items()}
    code = {
        path: data
        for path, data in files.items()
        if path.endswith((".tf", ".tf.json", ".auto.tfvars", ".auto.tfvars.json"))
    }
    return Deployed(read_configurations(code, files.get).templates)


def terraform_function(body: str, beside: str = "", files: Mapping[str, str] | None = None) -> Function:
    """The function of a configuration that has this in its block, and that beside."""
    text = f'resource "aws_lambda_function" "orders" {{\n{dedent(body)}\n}}\n{dedent(beside)}\n'
    return one(deployed_by_terraform({"main.tf": text, **(files or {})}), Function, "aws_lambda_function.orders")


def read(text: str, name: str = "template.yaml") -> Template:
    """What one template deploys."""
    return next(iter(deployed_by({name: text}).templates.values()))


def one(deployed: Deployed, kind: type[R], id: str = "") -> R:
    """The only resource of a kind, or that of an id."""
    (found,) = [one for one in deployed.all(kind) if not id or one.key.id == id]
    return found


def function(text: str, **files: str) -> Function:
    """The only function of a template."""
    return one(deployed_by({"template.yaml": text, **files}), Function)


def shown(value: Value | None) -> object:
    """A value as tests compare it: texts with their open parts in braces, unknown ones as `?`, cases by condition."""
    if value is None:
        return None
    if len(value.cases) > 1:
        return {
            " ".join(f"{key.id}={'yes' if holds else 'no'}" for key, holds in case.when): content(case.content)
            for case in value.cases
        }
    return content(value.cases[0].content)


def content(one: object) -> object:
    """The content of a case, likewise."""
    if isinstance(one, Text):
        return one.shown()
    if isinstance(one, Unknown):
        return "?"
    if isinstance(one, tuple):
        return [shown(element) for element in one]
    if isinstance(one, dict):
        return {key: shown(element) for key, element in one.items()}
    return one
