"""Asks for batch item failures in the mapping of a template: one more property, before the others, or one more argument
of what makes it in a program of the CDK.

Only a mapping that is written out where it stands is changed: `Properties` in block or in flow style, in YAML.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from invocation_lint.findings import Edit, Place

if TYPE_CHECKING:
    from invocation_lint.fixes.editing.case import Case, Proposal

NAME = "ask-for-item-failures"
TITLE = "add FunctionResponseTypes: [ReportBatchItemFailures]"

_PROPERTY = "FunctionResponseTypes"
_VALUE = "ReportBatchItemFailures"

_MAKERS = frozenset({
    "SqsEventSource", "DynamoEventSource", "KinesisEventSource", "EventSourceMapping", "add_event_source_mapping",
})  # fmt: skip
"""What takes the argument in the CDK (AWS: CDK API reference, aws_lambda_event_sources and EventSourceMapping)."""

_ARGUMENT = "report_batch_item_failures"


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


def edits_in(text: str, place: Place) -> tuple[Edit, ...]:
    """The edits of the mapping whose key stands at a place of a document; none where it is written in another way."""
    if text.lstrip().startswith("{"):
        return ()  # JSON
    properties = _properties_at(text, place)
    if properties is None or not properties.value:
        return ()
    keys = [key for key, _ in properties.value]
    names = [key.value for key in keys]
    first = keys[0].start_mark
    is_plain = all(isinstance(name, str) and not name.startswith("Fn::") and name != "<<" for name in names)
    if not is_plain or {_PROPERTY, "Ref"} & set(names):
        return ()
    if properties.flow_style:
        new = f"{_PROPERTY}: [{_VALUE}], "
    else:
        end = "\r\n" if "\r\n" in text else "\n"
        new = f"{_PROPERTY}:{end}{' ' * (first.column + 2)}- {_VALUE}{end}{' ' * first.column}"
    line, column = first.line + 1, first.column + 1
    return (Edit(Place(place.path, line, column, line, column), new),)


def _properties_at(text: str, place: Place) -> Any:
    """The properties of the resource or event whose key stands at a place; None for none of their own."""
    import yaml

    try:
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return None
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
            mark = key.start_mark
            if mark is not None and (mark.line + 1, mark.column + 1) == (place.line, place.column):
                return _own(value, mark)
            waiting.append(value)
    return None


def _own(node: Any, key: Any) -> Any:
    """The mapping under `Properties` of a mapping, where it is written behind the key of that."""
    for name, value in node.value if node.tag.endswith(":map") else ():
        if name.value != "Properties":
            continue
        is_own = isinstance(value.value, list) and value.tag.endswith(":map") and value.start_mark.index > key.index
        return value if is_own else None
    return None


__all__ = ["NAME", "TITLE", "edits_in"]
