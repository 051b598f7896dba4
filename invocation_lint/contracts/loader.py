"""Loads contracts: what functions expect of those who invoke them, declared in YAML.

Every mistake is a UsageError at its place.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from invocation_lint.contracts.json_schema import Described, described_by
from invocation_lint.contracts.match import literal_pieces
from invocation_lint.contracts.model import Action, ContractBook, Field, FunctionContract, Wrapper
from invocation_lint.data.shipped import Shipped, read_shipped
from invocation_lint.documents.nodes import Node, node_of, read_file, read_yaml

FUNCTION_KEYS = (
    "name", "match", "discriminator", "decodes", "actions", "fields", "duration_seconds", "timeout_seconds",
    "idempotent", "failure_answer", "other_actions", "unknown_fields", "returns", "schema",
)  # fmt: skip
ACTION_KEYS = ("duration_seconds", "mode", "fields", "returns")
FIELD_KEYS = ("required", "type", "role", "fallback", "forbidden_sources", "why")
WRAPPER_KEYS = ("call", "function", "payload", "invocation_type")
DECODES = ("event", "body", "both")
FAILURE_ANSWERS = ("raises", "status_code")
FIELD_TYPES = ("string", "number", "boolean", "object", "array")
INVOCATION_TYPES = ("RequestResponse", "Event", "DryRun")
MODES = ("event", "request_response")
ROLES = ("story", "job", "owner")
UNKNOWN_FIELDS = ("allowed", "refused")
VERSION = 1

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]*\Z")
_GLOB = re.compile(r"[a-zA-Z0-9_.*?-]+\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_DOTTED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*\Z")
_PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def load_contracts(documents: Sequence[tuple[str, str]], origin: str = "declared") -> ContractBook:
    """The contracts of documents, each a path (for messages) and its text. `origin` is declared or shipped."""
    return _book([read_yaml(path, text) for path, text in documents], origin)


def load_shipped_contracts(source: Shipped | None = None) -> ContractBook:
    """The contracts that come with the package."""
    return _shipped() if source is None else _book_of(source)


@functools.cache
def _shipped() -> ContractBook:
    return _book_of(read_shipped())


def _book_of(source: Shipped) -> ContractBook:
    nodes = [
        read_yaml(shipped.path, shipped.text) if shipped.data is None else node_of(shipped.data, shipped.path)
        for shipped in source.contracts
    ]
    return _book(nodes, "shipped")


def _book(documents: Sequence[Node], origin: str) -> ContractBook:
    functions: dict[str, tuple[FunctionContract, str]] = {}
    wrappers: list[Wrapper] = []
    tables: list[str] = []
    for document in documents:
        entries = document.mapping(("version", "functions", "wrappers", "job_tables"), ("version",))
        if entries["version"].integer() != VERSION:
            raise entries["version"].error(f"version {entries['version'].value} of contracts; this release reads 1")
        for node in _items(entries, "functions"):
            contract = _function(node, origin)
            if contract.name in functions:
                name, first = node.mapping()["name"], functions[contract.name][1]
                raise name.error(f'the function "{contract.name}" already has a contract, at {first}')
            functions[contract.name] = (contract, f"{node.path}:{node.line}")
        wrappers += [_wrapper(node) for node in _items(entries, "wrappers")]
        tables += [_table(node) for node in _items(entries, "job_tables")]
    contracts = tuple(contract for contract, _ in functions.values())
    schemas = tuple(dict.fromkeys(one.schema for one in contracts if one.schema))
    return ContractBook(contracts, tuple(wrappers), tuple(tables), schemas)


def _items(entries: Mapping[str, Node], key: str) -> list[Node]:
    return entries[key].items() if key in entries else []


def _function(node: Node, origin: str) -> FunctionContract:
    entries = node.mapping(FUNCTION_KEYS, ("name", "match"))
    match = entries["match"].mapping(("names", "environment"))
    if not match:
        raise entries["match"].error("expected names, environment or both, to identify the invoked function")
    names = tuple(_glob(name) for name in _items(match, "names"))
    environment = tuple(_matching(name, _VARIABLE, "variable") for name in _items(match, "environment"))
    if not names and not environment:
        raise entries["match"].error("empty lists match no function")
    discriminator = _discriminator(entries.get("discriminator"))
    if discriminator and "actions" not in entries:
        raise node.key_error("discriminator", "`discriminator` needs `actions`: its possible values")
    described, schema = _described(node, entries)
    for key in ("fields", "duration_seconds", "returns"):
        if discriminator and key in entries:
            raise node.key_error(key, f"`{key}` belongs to each action if there is a discriminator")
    for key in ("actions", "other_actions"):
        if key in entries and not discriminator:
            raise node.key_error(key, f"`{key}` requires a `discriminator`: the path that names the action")
    actions = entries["actions"].mapping() if "actions" in entries else {}
    return FunctionContract(
        name=_matching(entries["name"], _NAME, "name"),
        names=names,
        environment=environment,
        discriminator=discriminator or described.discriminator,
        decodes=entries["decodes"].text(DECODES, "place") if "decodes" in entries else "event",
        actions=tuple(_action(name, action) for name, action in actions.items()) or described.actions,
        fields=_fields(entries.get("fields")) or described.fields,
        duration_seconds=_duration(entries.get("duration_seconds")),
        timeout_seconds=_seconds(entries["timeout_seconds"]) if "timeout_seconds" in entries else None,
        idempotent=entries["idempotent"].boolean() if "idempotent" in entries else None,
        failure_answer=(
            entries["failure_answer"].text(FAILURE_ANSWERS, "answer") if "failure_answer" in entries else None
        ),
        other_actions=entries["other_actions"].text().strip() if "other_actions" in entries else "",
        unknown_fields=(
            entries["unknown_fields"].text(UNKNOWN_FIELDS, "value") if "unknown_fields" in entries else "allowed"
        ),
        returns=entries["returns"].texts() if "returns" in entries else None,
        origin=origin,
        schema=schema,
        place=(node.path, node.line) if origin == "declared" else None,
    )


def _described(node: Node, entries: Mapping[str, Node]) -> tuple[Described, str]:
    """What the JSON Schema of a function says, and its path: it counts from the file that names it."""
    if "schema" not in entries:
        return Described(), ""
    for key in ("fields", "actions", "discriminator"):
        if key in entries:
            raise node.key_error(key, f"`{key}` and `schema` both say what the payload holds")
    path = Path(node.path).parent / entries["schema"].text()
    if not path.is_file():
        raise entries["schema"].error(f"{path}: there is no such file")
    return described_by(read_file(path)), str(path)


def _glob(node: Node) -> str:
    text = node.text()
    if not _GLOB.match(text):
        help = "write the plain name: region, account and qualifier are cut off before it is compared"
        raise node.error(f'"{text}" is not a function name, with or without * and ?', help if ":" in text else "")
    if not literal_pieces(text):
        raise node.error(f'"{text}" would match every function')
    return text


def _table(node: Node) -> str:
    name = _matching(node, _GLOB, "name of a table or class with * and ?")
    if not re.search(r"[A-Za-z0-9]", name):
        raise node.error(f'"{name}" would match every table')
    return name


def _matching(node: Node, pattern: re.Pattern[str], what: str) -> str:
    text = node.text()
    if not pattern.match(text):
        raise node.error(f'"{text}" is not a {what}')
    return text


def _discriminator(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    paths = tuple(part.strip() for part in node.text().split("|"))
    for path in paths:
        if not _DOTTED.match(path):
            raise node.error(f'"{path}" is not a path; write "action" or "action | intent.type"')
    return paths


def _action(name: str, node: Node) -> Action:
    entries = node.mapping(ACTION_KEYS)
    return Action(
        name=name,
        duration_seconds=_duration(entries.get("duration_seconds")),
        mode=entries["mode"].text(MODES, "mode") if "mode" in entries else None,
        fields=_fields(entries.get("fields")),
        returns=entries["returns"].texts() if "returns" in entries else None,
    )


def _duration(node: Node | None) -> tuple[float, float] | None:
    if node is None:
        return None
    if not isinstance(node.value, dict):
        return _seconds(node), _seconds(node)
    bounds = node.mapping(("min", "max"), ("min", "max"))
    low, high = _seconds(bounds["min"]), _seconds(bounds["max"])
    if low > high:
        raise node.error(f"min ({low:g}) is above max ({high:g})")
    return low, high


def _seconds(node: Node) -> float:
    seconds = node.number()
    if seconds < 0:
        raise node.error("expected seconds, found a number below zero")
    return seconds


def _fields(node: Node | None) -> tuple[Field, ...]:
    if node is None:
        return ()
    nodes = node.mapping()
    fields = []
    for name, entry in nodes.items():
        entries = entry.mapping(FIELD_KEYS)
        if "fallback" in entries:
            others = tuple(other for other in nodes if other != name)
            entries["fallback"].text(others, "field")
        fields.append(
            Field(
                name=name,
                required=entries["required"].boolean() if "required" in entries else False,
                type=entries["type"].text(FIELD_TYPES, "type") if "type" in entries else None,
                role=entries["role"].text(ROLES, "role") if "role" in entries else None,
                fallback=entries["fallback"].text() if "fallback" in entries else None,
                forbidden_sources=entries["forbidden_sources"].texts() if "forbidden_sources" in entries else (),
                why=entries["why"].text().strip() if "why" in entries else "",
            )
        )
    return tuple(fields)


def _wrapper(node: Node) -> Wrapper:
    entries = node.mapping(WRAPPER_KEYS, ("call",))
    mode = entries.get("invocation_type")
    parameter, modes = ("", ()) if mode is None else _mode(mode)
    return Wrapper(
        call=_matching(entries["call"], _DOTTED, "dotted name of a function"),
        function=_parameter(entries, "function"),
        payload=_parameter(entries, "payload"),
        invocation_type=parameter,
        modes=modes,
    )


def _mode(node: Node) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The parameter that decides the mode; and, where it is a truth value, which mode each value means."""
    if not isinstance(node.value, dict):
        return _matching(node, _PARAMETER, "parameter"), ()
    entries = node.mapping(("parameter", "yes", "no"), ("parameter", "yes", "no"))
    modes = tuple((word, entries[word].text(INVOCATION_TYPES, "invocation type")) for word in ("yes", "no"))
    return _matching(entries["parameter"], _PARAMETER, "parameter"), modes


def _parameter(entries: Mapping[str, Node], key: str) -> str:
    return _matching(entries[key], _PARAMETER, "parameter") if key in entries else ""
