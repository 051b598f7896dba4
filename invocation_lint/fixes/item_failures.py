"""Asks for batch item failures in the mapping of a template: one more property, before the others, or one more argument
of what makes it in a program of the CDK.

Only a mapping that is written where it stands is changed: `Properties` or the event of a serverless.yml, in block or
in flow style, in YAML; the block of a resource in Terraform.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from invocation_lint.findings import Edit, Place

if TYPE_CHECKING:
    from invocation_lint.fixes.editing.case import Case, Proposal

NAME = "ask-for-item-failures"
_PROPERTY = "FunctionResponseTypes"
_VALUE = "ReportBatchItemFailures"

_MAKERS = frozenset({
    "SqsEventSource", "DynamoEventSource", "KinesisEventSource", "EventSourceMapping", "add_event_source_mapping",
})  # fmt: skip
"""What takes the argument in the CDK (AWS: CDK API reference, aws_lambda_event_sources and EventSourceMapping)."""

_ARGUMENT = "report_batch_item_failures"

_EVENTS = frozenset({"sqs", "stream"})
_OF_EVENT = "functionResponseType"
"""In a serverless.yml (Serverless Framework: guide of events, SQS queues and streams)."""

_ATTRIBUTE = "function_response_types"
_BLOCK = re.compile(r'\s*resource\s+"aws_lambda_event_source_mapping"\s+"[^"]+"\s*\{\s*(?:#.*|//.*)?\Z')
_WRITTEN = re.compile(rf"\s*({_ATTRIBUTE})\s*=\s*(\[\s*\])?")
"""In Terraform (provider aws, aws_lambda_event_source_mapping)."""


def propose(case: Case) -> Proposal:
    """One more argument of the call that makes the mapping."""
    import libcst as cst

    from invocation_lint.fixes.editing.arguments import appended, keyword, spreads
    from invocation_lint.fixes.editing.case import Proposal
    from invocation_lint.fixes.editing.code import DoesNotApply

    call = case.call
    name = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    if not isinstance(name, cst.Name) or name.value not in _MAKERS or spreads(call) or keyword(call, _ARGUMENT):
        raise DoesNotApply("the mapping is made in another way")
    return Proposal(f"add {_ARGUMENT}=True", (appended(case.code, call, f"{_ARGUMENT}=True"),))


def edits_in(text: str, place: Place) -> tuple[str, tuple[Edit, ...]]:
    """What to add to the mapping that stands at a place of a document, in words, and the edits; none where it is
    written in another way."""
    if place.path.endswith(".tf"):
        return f'add {_ATTRIBUTE} = ["{_VALUE}"]', _in_block(text, place)
    key, value = ("", None) if text.lstrip().startswith("{") else _entry_at(text, place)  # not in JSON
    if key in _EVENTS:
        return f"add {_OF_EVENT}: {_VALUE}", _in_mapping(text, place, value, _OF_EVENT, _VALUE)
    return f"add {_PROPERTY}: [{_VALUE}]", _in_mapping(text, place, _own(value), _PROPERTY, "")


def _in_mapping(text: str, place: Place, properties: Any, name: str, value: str) -> tuple[Edit, ...]:
    """One more key before the others of a mapping; without a value a list."""
    if properties is None or not properties.value:
        return ()
    keys = [key for key, _ in properties.value]
    names = [key.value for key in keys]
    if not all(isinstance(one, str) and not one.startswith("Fn::") and one != "<<" for one in names) or "Ref" in names:
        return ()
    if name in names:
        return _in_empty_list(place, properties.value[names.index(name)][1])
    first = keys[0].start_mark
    end = "\r\n" if "\r\n" in text else "\n"
    behind, deeper = f"{end}{' ' * first.column}", f"{end}{' ' * (first.column + 2)}"
    if properties.flow_style:
        new = f"{name}: {value or f'[{_VALUE}]'}, "
    else:
        new = f"{name}: {value}{behind}" if value else f"{name}:{deeper}- {_VALUE}{behind}"
    line, column = first.line + 1, first.column + 1
    return (Edit(Place(place.path, line, column, line, column), new),)


def _in_empty_list(place: Place, node: Any) -> tuple[Edit, ...]:
    """The word in a list that is written and empty: `[]`."""
    start, end = node.start_mark, node.end_mark
    if node.value != [] or start.line != end.line or not node.tag.endswith(":seq"):
        return ()
    where = Place(place.path, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
    return (Edit(where, f"[{_VALUE}]"),)


def _in_block(text: str, place: Place) -> tuple[Edit, ...]:
    """One more attribute of a resource in Terraform, before the others and apart from them, as `terraform fmt` aligns
    those that follow each other; or the word in an empty list."""
    lines = text.splitlines()
    start = place.line - 1
    if start + 1 >= len(lines) or not _BLOCK.match(lines[start]):
        return ()
    indent = len(lines[start]) - len(lines[start].lstrip())
    last = next((at for at in range(start + 1, len(lines)) if lines[at].rstrip() == " " * indent + "}"), None)
    if last is None:
        return ()
    for at in range(start + 1, last):
        written = _WRITTEN.match(lines[at])
        if written is not None and written[2] is not None:
            line, column = at + 1, written.start(2) + 1
            return (Edit(Place(place.path, line, column, line, written.end(2) + 1), f'["{_VALUE}"]'),)
        if _ATTRIBUTE in lines[at]:
            return ()
    end = "\r\n" if "\r\n" in text else "\n"
    new = f'{" " * (indent + 2)}{_ATTRIBUTE} = ["{_VALUE}"]{end}{end}'
    return (Edit(Place(place.path, start + 2, 1, start + 2, 1), new),)


def _entry_at(text: str, place: Place) -> tuple[str, Any]:
    """The key that stands at a place, and its value where that is written behind it; empty and None without one."""
    found = _entries(text).get((place.line, place.column))
    if found is None:
        return "", None
    key, value = found
    return str(key.value), value if _is_behind(value, key.start_mark) else None


@lru_cache(maxsize=1)
def _entries(text: str) -> dict[tuple[int, int], tuple[Any, Any]]:
    """The keys of a document with their values, by the lines and columns where they stand; none if it cannot be read.
    The last document is kept: one may have many mappings."""
    import yaml

    try:
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return {}
    found: dict[tuple[int, int], tuple[Any, Any]] = {}
    waiting: list[Any] = [root]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        if not isinstance(node, yaml.MappingNode):
            continue
        for key, value in node.value:
            if key.start_mark is not None:
                found.setdefault((key.start_mark.line + 1, key.start_mark.column + 1), (key, value))
            waiting.append(value)
    return found


def _is_behind(node: Any, key: Any) -> bool:
    """Whether a mapping is written behind a key, and not with an anchor elsewhere."""
    return isinstance(node.value, list) and node.tag.endswith(":map") and node.start_mark.index > key.index


def _own(node: Any) -> Any:
    """The mapping under `Properties` of a mapping."""
    for name, value in node.value if node is not None else ():
        if name.value == "Properties":
            return value if _is_behind(value, node.start_mark) else None
    return None


__all__ = ["NAME", "edits_in"]
