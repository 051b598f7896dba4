"""State machines of a template: their definitions as texts.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from invocation_lint.errors import UsageError
from invocation_lint.reference.templates.reading import read_yaml

MACHINES = ("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine")
_VARIABLE = re.compile(r"\$\{([A-Za-z0-9_:]+)\}")


def definition_of(properties: Mapping[str, Any], base: Path, where: str, resolve: Callable[[Any], Any]) -> str | None:
    """The definition as JSON, its substitutions made; None when it is not beside the template, in the folder `base`.

    `resolve` resolves what references a file in YAML has. Raises UsageError for a file that is not there.
    """
    text = properties.get("DefinitionString")
    if text is None and (held := properties.get("Definition")) is not None:
        text = json.dumps(held)
    if text is None:
        uri = properties.get("DefinitionUri")
        if not isinstance(uri, str) or uri.startswith("s3:"):
            return None
        path = base / uri
        if not path.is_file():
            raise UsageError(f"{where}: DefinitionUri {uri}: no file there")
        text = path.read_text(encoding="utf-8")
        if path.suffix in (".yaml", ".yml"):
            text = json.dumps(resolve(read_yaml(path)))
    substitutions = properties.get("DefinitionSubstitutions") or {}

    def value(match: re.Match[str]) -> str:
        if match[1] not in substitutions:
            return match[0]
        held = substitutions[match[1]]
        return json.dumps(held)[1:-1] if isinstance(held, str) else json.dumps(held)

    return _VARIABLE.sub(value, str(text))
