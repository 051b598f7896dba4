"""Where a handler, and the helpers of its module, read its event: the path of keys of each read."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.handling.event_reads import event_name
from invocation_lint.facts.building.messaging.calls import Code, parameter_of
from invocation_lint.facts.building.messaging.resolving import values_of
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.records import record

MAX_HELPERS = 2
ELEMENT = "[]"
Path = tuple[str, ...]

_KEYS_OF_ATTRIBUTES: dict[str, Path] = {
    "records": ("Records",), "record": ("Records", ELEMENT), "body": ("body",), "json_body": ("body",),
    "message_id": ("messageId",), "receipt_handle": ("receiptHandle",), "dynamodb": ("dynamodb",),
    "new_image": ("NewImage",), "old_image": ("OldImage",), "event_name": ("eventName",),
    "kinesis": ("kinesis",), "sns": ("Sns",), "s3": ("s3",), "bucket": ("bucket",), "get_object": ("object",),
    "detail": ("detail",), "detail_type": ("detail-type",), "event_source": ("eventSource",),
}  # fmt: skip
"""Attributes of Powertools' data classes of events and records, with the keys that they read (Powertools for AWS
Lambda: event source data classes)."""

_DATA_CLASSES = ("Event", "EventV2", "Record", "Model")
"""How the names of such classes end: `SQSEvent(event)`."""

_RECORD_HANDLERS = frozenset({"record_handler", "handler"})
"""The parameters of Powertools' batch processors that take the function for one record."""


@record
class Read:
    """A read of a key: the path to it from the event, an `ELEMENT` for an element of a list; the expression, the
    function that it stands in, and whether a missing key raises."""

    path: Path
    node: cst.CSTNode
    function: FunctionInfo
    raises: bool


def reads_of_event(code: Code, handler: FunctionInfo) -> list[Read]:
    """The reads of a handler's event, in its function and where it hands the event, or a part of it, to helpers."""
    return _read(code, handler).found


def parts_of_event(code: Code, handler: FunctionInfo) -> list[tuple[FunctionInfo, dict[str, Path]]]:
    """The handler, and the helpers that it hands the event or a part of it to, each with its names for such parts; a
    helper stands there once for each way to give it parts."""
    return _read(code, handler).parts


def _read(code: Code, handler: FunctionInfo) -> _Reader:
    reader = _Reader(code)
    reader.function(handler, {event_name(handler): ()}, 0)
    return reader


class _Reader:
    def __init__(self, code: Code) -> None:
        self._code = code
        self.found: list[Read] = []
        self.parts: list[tuple[FunctionInfo, dict[str, Path]]] = []
        self._done: set[tuple[str, tuple[tuple[str, Path], ...]]] = set()

    def function(self, info: FunctionInfo, given: dict[str, Path], depth: int) -> None:
        key = (info.key, tuple(sorted(given.items())))
        if key in self._done or depth > MAX_HELPERS:
            return
        self._done.add(key)
        scope = self._code.scope_of(info)
        names = _named(scope, given)
        self.parts.append((info, names))
        for node in scope.parents:
            path = path_of(node, names) if type(node) in _READING else None
            if path is not None and path[-1:] not in ((), (ELEMENT,)) and not isinstance(node, cst.Name):
                if not isinstance(scope.parents.get(node), (cst.AssignTarget, cst.Del, cst.AugAssign)):
                    self.found.append(Read(path, node, info, isinstance(node, cst.Subscript)))
            elif isinstance(node, cst.Call):
                self._hand(node, names, depth)

    def _hand(self, call: cst.Call, names: dict[str, Path], depth: int) -> None:
        """Follow the parts of the event that a helper of the module is given."""
        for arg in call.args:
            if arg.keyword is not None and arg.keyword.value in _RECORD_HANDLERS and isinstance(arg.value, cst.Name):
                self._each_record(arg.value.value, depth)
        helpers = self._code.named(called_name(call))
        if len(helpers) != 1:
            return
        given: dict[str, Path] = {}
        for arg in call.args:
            path = path_of(arg.value, names)
            parameter = parameter_of(helpers[0], call, arg) if path is not None else None
            if parameter is not None and path is not None:
                given[parameter] = path
        if given:
            self.function(helpers[0], given, depth + 1)

    def _each_record(self, name: str, depth: int) -> None:
        """Follow a record of the batch into the function that a processor calls with each."""
        found = self._code.named(name)
        if len(found) == 1 and found[0].first_parameter:
            self.function(found[0], {found[0].first_parameter: ("Records", ELEMENT)}, depth + 1)


_GIVING = frozenset({cst.Assign, cst.For, cst.CompFor, cst.NamedExpr})
_READING = frozenset({cst.BooleanOperation, cst.Subscript, cst.Call, cst.Attribute})
"""By type: what gives a name a value, and what may read a part of an event."""


def _named(scope: Scope, given: dict[str, Path]) -> dict[str, Path]:
    """The names of a function that stand for a part of the event, each given once."""
    names = {name: path for name, path in given.items() if len(list(values_of(name, scope))) <= 1}
    giving = [node for node in scope.parents if type(node) in _GIVING]
    for _ in range(3):  # a name may stand for a part of what another one stands for, which is seen later
        for node in giving:
            for target, path in _gives(node, names):
                if len(list(values_of(target.value, scope))) == 1:
                    names[target.value] = path
    return names


def _gives(node: cst.CSTNode, names: dict[str, Path]) -> Iterator[tuple[cst.Name, Path]]:
    targets: list[cst.BaseExpression]
    if isinstance(node, cst.Assign):
        path = path_of(node.value, names)
        targets = [*(one.target for one in node.targets)]
    elif isinstance(node, (cst.For, cst.CompFor)):
        inner = path_of(node.iter, names)
        path = (*inner, ELEMENT) if inner is not None else None
        targets = [node.target]
    elif isinstance(node, cst.NamedExpr):
        path = path_of(node.value, names)
        targets = [node.target]
    else:
        return
    for target in targets:
        if path is not None and isinstance(target, cst.Name):
            yield target, path


def path_of(node: cst.CSTNode, names: dict[str, Path]) -> Path | None:
    """The path that an expression reads; None when it is no part of the event."""
    if isinstance(node, cst.Name):
        return names.get(node.value)
    if isinstance(node, cst.BooleanOperation):
        return path_of(node.left, names)
    if isinstance(node, cst.Subscript) and len(node.slice) == 1:
        index = node.slice[0].slice
        inner = path_of(node.value, names)
        if inner is None or not isinstance(index, cst.Index):
            return None
        if isinstance(index.value, (cst.Integer, cst.UnaryOperation)):
            return (*inner, ELEMENT)
        key = text_of(index)
        return (*inner, key) if key else None
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.args:
        if node.func.attr.value not in {"get", "pop"}:
            return None
        inner = path_of(node.func.value, names)
        key = text_of(node.args[0].value)
        return (*inner, key) if inner is not None and key else None
    if isinstance(node, cst.Attribute):
        inner = path_of(node.value, names)
        keys = _KEYS_OF_ATTRIBUTES.get(node.attr.value)
        return (*inner, *keys) if inner is not None and keys is not None else None
    if isinstance(node, cst.Call) and called_name(node).endswith(_DATA_CLASSES) and len(node.args) == 1:
        inner = path_of(node.args[0].value, names)
        return inner if inner == () else None
    return None


__all__ = ["ELEMENT", "Path", "Read", "parts_of_event", "path_of", "reads_of_event"]
