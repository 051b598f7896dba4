"""Stacks that are nested in another one: where their templates are, and what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from invocation_lint.errors import UsageError

NESTED = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")


def template_of(properties: Mapping[str, Any], beside: Path) -> Path | None:
    """The template of a nested stack, as a path beside the one that names it; None where it is at an address or in the
    application repository. Raises UsageError where there is no such file."""
    given = properties.get("TemplateURL", properties.get("Location"))
    if not isinstance(given, str) or "://" in given:
        return None
    path = (beside.parent / given).resolve()
    if not path.is_file():
        raise UsageError(f"{beside}: nested template {given}: no file there")
    if path == beside.resolve():
        raise UsageError(f"{beside}: the template is nested in itself")
    return path


def parameters_of(properties: Mapping[str, Any]) -> dict[str, str]:
    """The parameters that a nested stack is given; lists are joined by commas, as CloudFormation does."""
    given = properties.get("Parameters") or {}
    return {name: ",".join(map(str, value)) if isinstance(value, list) else str(value) for name, value in given.items()}
