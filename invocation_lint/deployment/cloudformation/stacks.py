"""Stacks within a stack: AWS::CloudFormation::Stack and AWS::Serverless::Application."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from invocation_lint.deployment.cloudformation.made import Made
from invocation_lint.deployment.documents.nodes import below
from invocation_lint.deployment.model import Resource, Stack
from invocation_lint.deployment.values import Text

_BUILT = re.compile(r"(?:^|/)\.aws-sam/(?:build/(?:[\w-]+/)?)?[\w.-]+\Z")
"""Where `sam build` and `sam package` write what they make of the template of a folder."""

_NAMES = ("template.yaml", "template.yml", "template.json")


def stack(made: Made) -> Iterator[Resource]:
    """A nested stack, with the template that it is made of where that is among the files."""
    is_sam = made.type == "AWS::Serverless::Application"
    part = made.properties.get("Location" if is_sam else "TemplateURL")
    value = part.value()
    told = value.contents[0] if value is not None else None
    where = told if isinstance(told, str) else ""
    if isinstance(told, Text) and isinstance(told.pieces[-1], str) and "/" in told.pieces[-1]:
        where = told.pieces[-1].partition("/")[2]  # the path in a bucket: of the template it is made of, often enough
    packed = made.resource.text("Metadata", "aws:asset:path") or made.reading.assets.get(posixpath.basename(where), "")
    path = _template(made, packed or where.partition("?")[0])
    reason = "" if path else "the template of the nested stack is not among the files"
    parameters = {
        name: value for name, one in made.properties.get("Parameters").entries() if (value := one.value()) is not None
    }
    yield Stack(made.key, made.type, made.place, made.when, template=path, reason=reason, parameters=parameters)


def _template(made: Made, where: str) -> str | None:
    if not where:
        return None
    if "://" in where:
        where = where.partition("://")[2].partition("/")[2]
    if _BUILT.search(where):
        folder = below(made.reading.base, _BUILT.sub("", where) or ".")
        candidates = [f"{folder}/{name}" for name in _NAMES]
    else:
        candidates = [below(made.reading.base, where)]
        if where.startswith("../"):  # it counts from a folder into which a build puts the template
            candidates.append(below(made.reading.base, where.removeprefix("../")))
        name = posixpath.basename(where)
        candidates += [below(made.reading.base, name), below(made.reading.base, f"templates/{name}")]
    return next((path for path in candidates if made.reading.read(path) is not None), None)
