"""What is done with the answer of an invocation.

An answer is followed as `Response(site, path)`: () is the dict that Invoke gives, ("Payload",) its stream,
("Payload", "read()") the bytes, ("Payload", "read()", "json") the decoded payload, and then its keys.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import (
    NONE,
    AwsObject,
    Client,
    Const,
    Encoded,
    Pending,
    Response,
    SiteKey,
    Struct,
    Text,
    Typed,
    Unknown,
    Value,
    unknown,
)
from invocation_lint.analysis.domain.events import ErrorLook, PayloadTest, Use, Visit
from invocation_lint.analysis.domain.state import State, freeze
from invocation_lint.analysis.python.frame import Frame
from invocation_lint.analysis.tracing import queries

ERROR_HEADER = "x-amz-function-error"
"""The header that becomes FunctionError (AWS: Lambda API reference, Invoke, response syntax)."""

STREAM = ("Payload",)
TEXT = ("Payload", "read()")
DECODED = ("Payload", "read()", "json")

_NOT_OF_A_STREAM = frozenset({"get", "decode", "keys", "items", "values", "pop", "strip", "encode", "copy"})


def is_decoded(path: tuple[str, ...]) -> bool:
    """Whether a path leads into the decoded payload."""
    return path[:3] == DECODED


def note(frame: Frame, atom: Response, use: str, node: cst.CSTNode) -> None:
    """Note a use of a part of an answer."""
    guarded = frame.state is not None and ("guarded", atom.site) in frame.state.marks
    required = use == "read" and _fails_after_crash(atom)
    optional = use == "read" and is_decoded(atom.path) and atom.default == NONE
    frame.events.append(Use(atom.site, atom.path, use, frame.place(node), guarded, required, optional))


CRASH_KEYS = frozenset({"errorMessage", "errorType", "requestId", "stackTrace", "cause"})
"""What the payload of a crash has (Lambda developer guide, invocation of Python functions)."""


def _fails_after_crash(atom: Response) -> bool:
    return atom.path[:3] == DECODED and len(atom.path) == 4 and atom.default is None and atom.path[3] not in CRASH_KEYS


def set_key(frame: Frame, atom: Response, key: object, value: Value) -> None:
    """`part[key] = value`: from here on the key is what was put there."""
    state = frame.live
    set_before = {mark for mark in state.marks if isinstance(mark, tuple) and mark[:3] == ("set", atom.site, atom.path)}
    same = {mark for mark in set_before if key is None or mark[3] == key}
    state.marks = (state.marks - same) | {("set", atom.site, atom.path, key, freeze(state, value))}


def _set_value(frame: Frame, atom: Response, key: str | None) -> Value | None:
    for mark in frame.state.marks if frame.state is not None else ():
        if isinstance(mark, tuple) and mark[:3] == ("set", atom.site, atom.path) and mark[3] in {key, None}:
            value: Value = mark[4] if mark[3] is not None else unknown("an item that was set")
            return value
    return None


def read_item(frame: Frame, atom: Response, key: str | None, node: cst.CSTNode, default: Value | None = None) -> Value:
    """`part[key]` or `part.get(key, default)`."""
    replaced = _set_value(frame, atom, key)
    if replaced is not None:
        return replaced
    if atom.path == STREAM:
        note(frame, atom, "subscripted", node)
        return unknown("an item of a stream")
    if atom.path == TEXT:
        return Value((Typed("str"),))
    if key is None:
        note(frame, atom, "read", node)
        return unknown("an item of an answer")
    if is_decoded(atom.path) and atom.path != DECODED and atom.default is None:
        default = None  # what leads here raises KeyError where the payload lacks it
    part = Response(atom.site, (*atom.path, key), default)
    if key.lower() == ERROR_HEADER:
        note_error_look(frame, atom.site, node)
    elif atom.path == ():
        if key == "FunctionError":
            note_error_look(frame, atom.site, node)
        elif key in {"StatusCode", "LogResult", "ExecutedVersion", "Status"}:
            note(frame, part, "read", node)
    elif is_decoded(atom.path) or key in {"HTTPStatusCode", "ErrorCode", "InvokeComplete", "PayloadChunk"}:
        note(frame, part, "read", node)
        if key in {"ErrorCode", "InvokeComplete"}:
            note_error_look(frame, atom.site, node)
    return Value((part,))


def note_error_look(frame: Frame, site: SiteKey, node: cst.CSTNode) -> None:
    """FunctionError, or what stands for it, is looked at."""
    behind = frame.state is not None and ("bad_status", site) in frame.state.marks
    frame.events.append(ErrorLook(site, frame.place(node), behind))


def call_method(frame: Frame, atom: Response, name: str, args: list[Value], node: cst.CSTNode) -> Value:
    """`part.name(..)`."""
    if name in {"get", "pop"} and atom.path != STREAM:
        key = args[0].single if args else None
        text = key.value if isinstance(key, Const) and isinstance(key.value, str) else None
        return read_item(frame, atom, text, node, args[1] if len(args) > 1 else NONE)
    if atom.path == STREAM:
        return _call_stream(frame, atom, name, node)
    if atom.path == TEXT:
        return Value((atom,)) if name in {"decode", "strip", "encode", "rstrip", "lstrip"} else Value((Typed("str"),))
    if name in {"items", "keys", "values"}:
        note(frame, replace(atom, path=(*atom.path, "[]")), "read", node)
        return unknown("parts of an answer")
    note(frame, atom, "read", node)
    if name == "copy":
        return Value((atom,))
    return unknown("the result of a method of an answer")


def _call_stream(frame: Frame, atom: Response, name: str, node: cst.CSTNode) -> Value:
    if name in {"read", "readlines", "readline", "iter_lines", "iter_chunks"}:
        mark = ("read", atom.site)
        state = frame.live
        again = mark in state.marks and not _is_of_several(frame, atom.site)
        note(frame, atom, "read_again" if again else "read", node)
        state.marks |= {mark}
        part = Value((Response(atom.site, TEXT),))
        if is_aio(frame, atom.site):
            return Value((Pending(part, (), "read"),))
        return part if name == "read" else unknown("lines of a payload")
    if name in _NOT_OF_A_STREAM:
        note(frame, atom, "subscripted", node)
    return unknown("the result of a method of a stream")


def is_aio(frame: Frame, site: SiteKey) -> bool:
    """Whether the call site's client is an asynchronous one."""
    return frame.interpreter.sdks.get(site[-1], "").startswith("aio")


def loads(frame: Frame, value: Value, node: cst.CSTNode) -> Value:
    """`json.loads(part)` for the parts of answers among the atoms; what they decode to."""
    found: list[Value] = []
    for atom in value.atoms:
        if isinstance(atom, Response) and atom.path == STREAM:
            note(frame, atom, "loads_unread", node)
            found.append(Value((Response(atom.site, DECODED),)))
        elif isinstance(atom, Response) and atom.path == TEXT:
            note(frame, atom, "decoded", node)
            found.append(Value((Response(atom.site, DECODED),)))
        elif isinstance(atom, Response):
            note(frame, atom, "decoded" if is_decoded(atom.path) else "read", node)
            found.append(Value((replace(atom, default=None),)))
        elif isinstance(atom, Pending) and atom.via == "read":
            for part in atom.value.of(Response):
                note(frame, Response(part.site, STREAM), "not_awaited", node)
            found.append(unknown("a coroutine that is not awaited"))
    from invocation_lint.analysis.domain.atoms import join_values

    return join_values(found) if found else Value(())


def _is_of_several(frame: Frame, site: SiteKey) -> bool:
    """Whether an answer is one of those that a loop, now over, has got: what is read may be another one each time."""
    visits = (event for event in frame.events if isinstance(event, Visit) and event.site == site)
    return not frame.loops and any(event.loop is not None for event in visits)


def load(frame: Frame, value: Value, node: cst.CSTNode) -> Value:
    """`json.load(stream)`."""
    found = Value(())
    for atom in value.of(Response):
        if atom.path == STREAM:
            mark = ("read", atom.site)
            use = "not_awaited" if is_aio(frame, atom.site) else "json_load"
            again = mark in frame.live.marks and not _is_of_several(frame, atom.site)
            note(frame, atom, "read_again" if again else use, node)
            frame.live.marks |= {mark}
            found = Value((*found.atoms, Response(atom.site, DECODED)))
        else:
            note(frame, atom, "read", node)
    return found


def element(atom: Any) -> Value:
    """What an iteration over something that is no object of the program may yield."""
    if isinstance(atom, Response):
        return Value((Response(atom.site, (*atom.path, "[]")),))
    return queries.element(atom)


def awaited_atom(atom: Any) -> Value:
    """What awaiting something that is no awaitable of the program yields."""
    if isinstance(atom, Client):
        return Value((replace(atom, pending=False),))
    if isinstance(atom, (Response, AwsObject)):
        return Value((atom,))
    chain = atom.chain if isinstance(atom, Unknown) else None
    return Value((Unknown("what an awaitable yields", getattr(atom, "source", ""), chain),))


def note_escape(frame: Frame, value: Value, use: str, node: cst.CSTNode, *, deep: bool = True) -> None:
    """The value leaves what is followed: note it for every part of an answer in it."""
    if frame.state is None:
        return
    for one in _values_within(frame.state, value) if deep else [value]:
        for atom in one.atoms:
            _note_atom_escape(frame, atom, use, node)


def parts_within(frame: Frame, value: Value) -> list[Response]:
    """The parts of answers in a value and in the objects that it refers to."""
    values = [] if frame.state is None else _values_within(frame.state, value)
    return [part for one in values for part in one.of(Response)]


def _values_within(state: State, value: Value) -> list[Value]:
    values = [value]
    for obj in state.reachable([value]).values():
        values.extend(slot.value for slot in obj.slots.values())
        values.extend(obj.elements())
    return values


def _note_atom_escape(frame: Frame, atom: Any, use: str, node: cst.CSTNode) -> None:
    if isinstance(atom, Response):
        note(frame, atom, use, node)
    elif isinstance(atom, Pending):
        for part in atom.value.of(Response):
            note(frame, part, use, node)
    elif isinstance(atom, (Text, Encoded)):
        inner = [piece for piece in atom.pieces if isinstance(piece, Value)] if isinstance(atom, Text) else [atom.value]
        for value in inner:
            for part in value.atoms:
                if isinstance(part, (Text, Encoded, Response, Struct)):
                    _note_atom_escape(frame, part, use if use == "logged" else "formatted", node)
    elif isinstance(atom, Struct):
        for _, slot in atom.slots:
            for part in slot.value.atoms:
                _note_atom_escape(frame, part, use, node)


def note_formatted(frame: Frame, value: Value, node: cst.CSTNode) -> None:
    """A stream, or a whole answer, is put into text; what its payload says is noted where the text goes."""
    for atom in value.of(Response):
        if atom.path in {(), STREAM}:
            note(frame, atom, "formatted", node)


def note_comparison(frame: Frame, left: Value, operator: cst.BaseCompOp, right: Value, node: cst.CSTNode) -> None:
    """A comparison reads both sides."""
    if isinstance(operator, (cst.In, cst.NotIn)):
        key = left.single
        for atom in right.of(Response):
            if isinstance(key, Const) and key.value in {"FunctionError", "ErrorCode", "InvokeComplete", ERROR_HEADER}:
                note_error_look(frame, atom.site, node)
            elif isinstance(key, Const) and atom.path == TEXT:
                frame.events.append(PayloadTest(atom.site, False, frame.place(node)))
            elif isinstance(key, Const) and is_decoded(atom.path):
                note(frame, Response(atom.site, (*atom.path, str(key.value))), "tested", node)
            else:
                note(frame, atom, "tested", node)
        return
    for side in (left, right):
        for atom in side.of(Response):
            note(frame, atom, "compared", node)
