"""Which folders a deployment puts on the import path of a function: its code and its layers, as templates tell.

Read are SAM and CloudFormation templates (AWS::Serverless::Function, AWS::Lambda::Function, their LayerVersions) and
serverless.yml. A template that cannot be read, or says something odd, tells nothing: it is not ours to judge.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from invocation_lint.documents import Node, read_yaml
from invocation_lint.errors import UsageError

ENDINGS = (".yaml", ".yml", ".json", ".template")
"""How the names of templates end."""

MAX_BYTES = 1_000_000
"""The size of the largest template that CloudFormation takes (AWS: CloudFormation quotas, template body from S3)."""

_TEMPLATE = re.compile(rb"AWS::(?:Lambda|Serverless)::(?:LayerVersion|Function)|^layers:", re.MULTILINE)
_FUNCTIONS = {"AWS::Serverless::Function": "CodeUri", "AWS::Lambda::Function": "Code"}
_LAYER_VERSIONS = {"AWS::Serverless::LayerVersion": "ContentUri", "AWS::Lambda::LayerVersion": "Content"}


@dataclass(frozen=True, slots=True)
class Deployed:
    """A folder of code and the folders of the layers that its functions have; `others` when they have more, whose
    folders are not told. Without a folder of code: layers that a template makes. Absolute paths."""

    code: str | None
    layers: tuple[str, ...]
    others: bool = False


def may_tell(path: str, data: bytes) -> bool:
    """Whether a file may be a template that has functions or layers."""
    return len(data) <= MAX_BYTES and path.endswith(ENDINGS) and _TEMPLATE.search(data) is not None


def deployed_in(path: str, data: bytes) -> tuple[Deployed, ...]:
    """What the template at an absolute path deploys."""
    try:
        root = read_yaml(path, data.decode("utf-8"), short_forms=True)
    except (UsageError, UnicodeDecodeError):
        return ()
    folder = posixpath.dirname(path.replace(os.sep, "/"))
    found = [*_of_resources(root, folder), *_of_serverless(root, folder)]
    return tuple(dict.fromkeys(found))


def import_roots(layer: str) -> tuple[str, ...]:
    """The folders of a layer that come to be on the import path (AWS: Lambda developer guide, Python layers)."""
    return (f"{layer}/python", layer)


def _of_resources(root: Node, folder: str) -> Iterator[Deployed]:
    resources = _mapping(_get(root, "Resources"))
    standard = _get(root, "Globals", "Function")
    layers: dict[str, str] = {}
    for name, resource in resources.items():
        where = _text(_get(resource, "Properties", _LAYER_VERSIONS.get(_text(_get(resource, "Type")), "")))
        if where:
            layers[name] = _below(folder, where)
    if layers:
        yield Deployed(None, tuple(layers.values()))
    for resource in resources.values():
        key = _FUNCTIONS.get(_text(_get(resource, "Type")))
        if key is None:
            continue
        code = _get(resource, "Properties", key) or _get(standard, key)
        where = _text(code) if code is not None else "."
        used = [*_items(_get(standard, "Layers")), *_items(_get(resource, "Properties", "Layers"))]
        if where and used:
            yield _deployed(_below(folder, where), used, layers)


def _of_serverless(root: Node, folder: str) -> Iterator[Deployed]:
    layers = {
        _logical_id(name): _below(folder, _text(_get(layer, "path")))
        for name, layer in _mapping(_get(root, "layers")).items()
        if _text(_get(layer, "path"))
    }
    if not layers:
        return
    used = list(_items(_get(root, "provider", "layers")))
    for function in _mapping(_get(root, "functions")).values():
        used.extend(_items(_get(function, "layers")))
    if used:
        yield _deployed(folder, used, layers)


def _logical_id(name: str) -> str:
    """The id that the Serverless Framework gives to the layer of a name."""
    text = name.replace("-", "Dash").replace("_", "Underscore")
    return f"{text[:1].upper()}{text[1:]}LambdaLayer"


def _deployed(code: str, used: list[Node], layers: dict[str, str]) -> Deployed:
    named = [[ref for ref in _references(node) if ref in layers] for node in used]
    folders = dict.fromkeys(layers[ref] for refs in named for ref in refs)
    return Deployed(code, tuple(folders), others=not all(named))


def _references(node: Node) -> Iterator[str]:
    """The names under `Ref` in a value, however deep (`!If [.., !Ref Layer, ..]`); a tree read from a document ends."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current.value, list):
            waiting.extend(current.value)
        elif isinstance(current.value, dict):
            waiting.extend(current.value.values())
            name = _text(current.value.get("Ref"))
            if name:
                yield name


def _below(folder: str, where: str) -> str:
    return posixpath.normpath(posixpath.join(folder, where))


def _get(node: Node | None, *keys: str) -> Node | None:
    for key in keys:
        node = _mapping(node).get(key)
    return node


def _mapping(node: Node | None) -> dict[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _items(node: Node | None) -> list[Node]:
    return node.value if node is not None and isinstance(node.value, list) else []


def _text(node: Node | None) -> str:
    return node.value if node is not None and isinstance(node.value, str) else ""


__all__ = ["ENDINGS", "Deployed", "deployed_in", "import_roots", "may_tell"]
