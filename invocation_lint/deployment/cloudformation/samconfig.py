"""Reads what `sam deploy` is set to give a template: its stack's name and its parameters, by environment.

AWS: AWS SAM developer guide, AWS SAM CLI configuration file. What `sam deploy` is given beside it counts before it, so
that a pipeline may deploy something else; with several environments in a file, each is one deployment.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable, Iterator

from invocation_lint.deployment.documents.nodes import below, get, items, mapping, text
from invocation_lint.deployment.documents.yaml_nodes import place_of
from invocation_lint.deployment.linking import SAMCONFIG
from invocation_lint.deployment.model import Stack, Template
from invocation_lint.deployment.values import Key, Value, known
from invocation_lint.documents.nodes import Node, read_toml, read_yaml
from invocation_lint.errors import UsageError

_NAME = "AWS::StackName"
_SETTINGS = ("global", "deploy")
"""The commands whose parameters count, those that outdo others last."""

_BUILT = re.compile(r"(?:^|/)\.aws-sam/(?:build/)?(?:template|packaged)\.ya?ml\Z")
_TEMPLATES = ("template.yaml", "template.yml", "template.json")
_PAIR = re.compile(r"ParameterKey=(?P<key>[^,]+),ParameterValue=(?P<value>.*)|(?P<name>[\w:]+)=(?P<told>.*)", re.DOTALL)

MAX_ENVIRONMENTS = 8
"""Environments that are told apart: of more, nothing is said."""


def read_samconfig(path: str, data: bytes, is_file: Callable[[str], bool]) -> Template | None:
    """The stacks that a configuration file deploys; None where it tells nothing of them."""
    try:
        source = data.decode("utf-8-sig")
        root = read_toml(path, source) if path.endswith(".toml") else read_yaml(path, source)
    except (UnicodeDecodeError, UsageError):
        return None  # `sam` itself says so
    stacks = [stack for name, node in mapping(root).items() if (stack := _stack(path, name, node, is_file)) is not None]
    return Template(path, SAMCONFIG, tuple(stacks)) if 0 < len(stacks) <= MAX_ENVIRONMENTS else None


def _stack(path: str, name: str, environment: Node, is_file: Callable[[str], bool]) -> Stack | None:
    """What one environment deploys; None where it deploys nothing."""
    given: dict[str, Value] = {}
    where = ""
    for command in _SETTINGS:
        settings = get(environment, command, "parameters")
        if settings is None:
            continue
        where = text(get(settings, "template_file")) or text(get(settings, "template")) or where
        called = get(settings, "stack_name")
        if called is not None and text(called):
            given[_NAME] = known(text(called), place_of(called))
        overrides = get(settings, "parameter_overrides")
        if overrides is not None:
            given.update({key: known(value, place_of(overrides)) for key, value in _pairs(overrides)})
    template = _template(posixpath.dirname(path), where, is_file)
    if not given or template is None:
        return None
    return Stack(Key(path, name), SAMCONFIG, place_of(environment), template=template, parameters=given)


def _pairs(overrides: Node) -> Iterator[tuple[str, str]]:
    """The parameters that are set: as one text, as a list of texts, or as a mapping."""
    if isinstance(overrides.value, dict):
        yield from ((key, text(node)) for key, node in mapping(overrides).items())
        return
    for node in items(overrides) or [overrides]:
        try:
            words = shlex.split(text(node))
        except ValueError:
            continue
        for word in words:
            match = _PAIR.fullmatch(word)
            if match is not None:
                yield match["key"] or match["name"], match["value"] if match["key"] else match["told"]


def _template(folder: str, where: str, is_file: Callable[[str], bool]) -> str | None:
    """The template that is deployed: the one of the folder, for what a build makes of it."""
    found = _BUILT.sub("", where) if where else ""
    paths = [below(folder, found)] if found and found == where else []
    paths = paths or [below(posixpath.join(folder, found), name) for name in _TEMPLATES]
    return next((path for path in paths if is_file(path)), None)
