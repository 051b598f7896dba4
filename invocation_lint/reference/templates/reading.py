"""Reads a template: YAML with CloudFormation's short forms (`!Ref`, `!Sub` ...), or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from invocation_lint.errors import UsageError

if TYPE_CHECKING:
    _Base = yaml.SafeLoader
else:  # libyaml's takes `{Schedule: cron(0 8 * * ? *)}`, as AWS does, and PyYAML's own does not
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):
    """SafeLoader that turns `!Name value` into `{"Fn::Name": value}`, and leaves dates as text.

    Templates are YAML 1.1 on AWS too: an unquoted `no` is a truth value.
    """


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Any:
    """What the file at `path` holds, YAML or JSON. Raises UsageError, one line, when it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror or error}",
            "give the path of a template (SAM, CloudFormation) or of a serverless.yml",
        ) from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8") from None
    try:
        return yaml.load(text, Loader=_Loader)  # a SafeLoader: builds plain data only
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark is not None else str(path)
        raise UsageError(f"{place}: {error.problem or 'not YAML'}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise UsageError(f"{path}: {' '.join(str(error).split())}") from None


def declared(document: Any, given: Mapping[str, str]) -> dict[str, str]:
    """Those of the given parameters that a template, as it was read, declares; a serverless.yml may use any."""
    names = (document.get("Parameters") or {}) if isinstance(document, dict) and "Resources" in document else given
    return {name: value for name, value in given.items() if name in names}
