"""State machines, by CloudFormation and by SAM (AWS: CloudFormation resource reference, StepFunctions; AWS SAM
specification, AWS::Serverless::StateMachine)."""

from __future__ import annotations

from collections.abc import Iterator

from invocation_lint.deployment.cloudformation.made import Made
from invocation_lint.deployment.cloudformation.parts import Part
from invocation_lint.deployment.cloudformation.sam_events import triggers_of
from invocation_lint.deployment.cloudformation.sam_policies import sam_access
from invocation_lint.deployment.definitions import (
    Definition,
    filled_in,
    may_be_definition,
    plain,
    read_definition,
    substituted,
)
from invocation_lint.deployment.documents.blocks import block_of, move, put_in_line
from invocation_lint.deployment.documents.nodes import below, get, items
from invocation_lint.deployment.documents.yaml_nodes import Unreadable, read_nodes, read_text
from invocation_lint.deployment.model import Access, Resource, StateMachine, Trigger
from invocation_lint.deployment.triggers import with_tasks
from invocation_lint.deployment.values import Text, Unknown, Value, known, pieces_of
from invocation_lint.documents.nodes import Node


def state_machine(made: Made) -> Iterator[Resource]:
    """A state machine, and the functions that its tasks invoke."""
    is_sam = made.type.startswith("AWS::Serverless")
    definition, why = _definition(made)
    machine = StateMachine(
        made.key,
        made.type,
        made.place,
        made.when,
        made.value("Name" if is_sam else "StateMachineName"),
        kind=made.value("Type" if is_sam else "StateMachineType"),
        role=made.value("Role" if is_sam else "RoleArn"),
        access=sam_access(made) if is_sam else Access(),
        definition=definition,
        definition_unknown=why,
    )
    yield from with_tasks(machine, made.own("arn"))
    if definition is None:
        yield from _told(made)
    yield from triggers_of(made) if is_sam else ()


def _told(made: Made) -> Iterator[Resource]:
    """What a machine invokes of which the definition is not known: the functions that it is told of."""
    whole = made.properties.value()
    for attribute in whole.attributes() if whole is not None else ():
        function = known(Text((attribute,)), made.place)
        yield Trigger(
            made.key,
            made.type,
            made.place,
            made.when,
            kind="state_machine",
            function=function,
            source=made.own("arn"),
        )


def _definition(made: Made) -> tuple[Definition | None, str]:
    properties = made.properties
    given = {
        name: value
        for name, part in properties.get("DefinitionSubstitutions").entries()
        if (value := part.value()) is not None
    }
    for word in ("Definition", "DefinitionString"):
        part = properties.get(word)
        if part.is_there:
            return _inline(made, part, given)
    where = properties.text("DefinitionUri") or properties.text("DefinitionS3Location")
    where = where or properties.text("DefinitionS3Location", "Key")
    if not where:
        return None, "the definition lies in S3"
    path = below(made.reading.base, where)
    data = made.reading.read(path)
    node = read_nodes(path, data) if data is not None else Unreadable(f"there is no file {where}", 1, 1)
    if isinstance(node, Unreadable):
        return None, f"{where}: {node.message}"
    if not may_be_definition(node):
        return None, f"{where} is no definition"
    return read_definition(path, node, substituted(plain, given)), ""


def _inline(made: Made, part: Part, given: dict[str, Value]) -> tuple[Definition | None, str]:
    """A definition in the template: a mapping, or the text of one. Of several branches the first is read."""
    for _, node in part.branches:
        if isinstance(node, Node) and may_be_definition(node):
            return read_definition(made.reading.path, node, substituted(made.reading.scope.value, given)), ""
    value = part.value()
    for content in value.contents if value is not None else ():
        if isinstance(content, Unknown):
            return None, content.reason
        pieces = pieces_of(content)
        if pieces is None:
            continue
        source, value_of = filled_in(pieces)
        read = read_text(made.reading.path, source)
        if isinstance(read, Unreadable):
            return None, f"the text of the definition: {read.message}"
        if may_be_definition(read):
            _put_where_written(read, source, part, made)
            return read_definition(made.reading.path, read, substituted(value_of, given)), ""
    return None, "the definition is no text that can be read"


def _put_where_written(read: Node, source: str, part: Part, made: Made) -> None:
    """Give nodes that were read from a text of the template places in it: the lines of a literal block, else the line
    where the text begins. What is filled in where a block has a `${..}` is in one line, as the block's own text is."""
    for _, node in part.branches:
        text = _text_of(node) if isinstance(node, Node) else None
        if text is None or text.value.count("\n") != source.count("\n"):
            continue
        block = block_of(text, made.reading.read(text.path))
        if block is not None:
            move(read, *block)
            return
    put_in_line(read, part.place.line)


def _text_of(node: Node) -> Node | None:
    """The text that a value is, or in which Fn::Sub fills something in (AWS: CloudFormation, Fn::Sub)."""
    inner = get(node, "Fn::Sub") or node
    listed = items(inner)
    inner = listed[0] if listed else inner
    return inner if isinstance(inner.value, str) else None
