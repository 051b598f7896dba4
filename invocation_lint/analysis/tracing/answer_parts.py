"""The parts of the answer of an invocation, and what is had from each.

The path of a part: () is the dict that Invoke gives, ("Payload",) its stream, ("Payload", "read()") the bytes,
("Payload", "read()", "json") the decoded payload, and then its keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.atoms import NEVER, NONE, Const, Pending, Traced, Typed, Value, unknown
from invocation_lint.analysis.domain.ids import SiteKey
from invocation_lint.analysis.domain.state import ASKED, TOLD, Obj, freeze
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.traced import about_origin
from invocation_lint.analysis.tracing.answer_attributes import is_held, is_tested_later
from invocation_lint.analysis.tracing.answer_notes import AnswerUse, ErrorLook, PayloadReplaced, PayloadTest
from invocation_lint.analysis.tracing.answer_streams import READING, read_stream
from invocation_lint.source.notebooks.magics import DISPLAYED

ERROR_HEADER = "x-amz-function-error"
"""The header that becomes FunctionError (AWS: Lambda API reference, Invoke, response syntax)."""

STREAM = ("Payload",)
TEXT = ("Payload", "read()")
DECODED = ("Payload", "read()", "json")
QUESTION = ("question",)
"""The answer to a question about a payload: behind it, what it is for a crash and for a healthy answer, in words."""

_IDLE = frozenset({"close", "tell", "readable", "set_socket_timeout", "__enter__", "__aenter__"})
"""Methods of a stream that read nothing of it (botocore.response.StreamingBody)."""

_NOT_OF_A_STREAM = frozenset({"get", "decode", "keys", "items", "values", "pop", "strip", "encode", "copy"})


NAME = "answer"
"""The name of the kind."""


def part_of(origin: SiteKey, path: tuple[str, ...] = (), default: Value | None = None) -> Traced:
    """A part of the answer of a call site."""
    return Traced(NAME, origin, path, default)


def is_decoded(path: tuple[str, ...]) -> bool:
    """Whether a path leads into the decoded payload."""
    return path[:3] == DECODED


def is_payload(path: tuple[str, ...]) -> bool:
    """Whether a part is the payload as text or decoded, something in it, or the answer to a question about it."""
    return path == TEXT or is_decoded(path) or path[:1] == QUESTION


def holds_payload(path: tuple[str, ...]) -> bool:
    """Whether a part is the payload, in any form, or holds it."""
    return path in {(), STREAM, TEXT} or is_decoded(path) or path[-1:] == ("PayloadChunk",)


def has_method(atom: Traced, name: str) -> bool:
    """Whether an attribute of a part is a method that is known here, so that its call tells more."""
    if name == DISPLAYED:
        return True
    if atom.path == STREAM:
        return name in READING or name in _IDLE or name in _NOT_OF_A_STREAM
    return name in (_OF_TEXT if atom.path == TEXT else _OF_MAPPING)


_OF_TEXT = frozenset({*dir(str), *dir(bytes)})
_OF_MAPPING = frozenset({*dir(dict), *dir(list), *dir(str)})


def note(
    frame: Frame, atom: Traced, use: str, node: cst.CSTNode, *, by_subscript: bool = False, whole: bool = False
) -> None:
    """Note a use of a part of an answer; `by_subscript` is whether a key is read so that it must be there, `whole`
    whether the part is asked for being true, and nothing else of it."""
    if atom.path[:1] == QUESTION:
        _, crash, good = atom.path
        if use not in {"tested", "compared"} and (crash != good or crash == "None"):  # somebody else decides by it
            frame.events.append(PayloadTest(atom.origin, frame.place(node)))
        return
    guarded = frame.state is not None and ("guarded", atom.origin) in frame.state.marks
    required = use == "read" and _fails_after_crash(atom)
    after = frame.state is not None and (TOLD, atom.origin, "after") in frame.state.marks
    optional = use == "read" and is_decoded(atom.path) and atom.default == NONE
    bare = by_subscript and not _is_asked(frame, atom)
    place = frame.place(node)
    refused = frame.state is not None and ("bad_status", atom.origin) in frame.state.marks
    held = use == "stored" and not atom.path and is_held(frame, node)
    if use == "stored" and atom.path == DECODED and is_tested_later(frame, node):
        use = "handed_over"
    frame.events.append(
        AnswerUse(atom.origin, atom.path, use, place, guarded, required, after, optional, bare, refused, whole, held)
    )


def _is_asked(frame: Frame, atom: Traced) -> bool:
    """Whether the code stands on a branch on which a failed call was told from a good one, or may have been."""
    marks = frame.state.marks if frame.state is not None else frozenset()
    return any(mark[0] in {TOLD, ASKED, "bad_status"} and mark[1] == atom.origin for mark in marks)


CRASH_KEYS = frozenset({"errorMessage", "errorType", "requestId", "stackTrace", "cause"})
"""What the payload of a crash has (Lambda developer guide, invocation of Python functions)."""


def _fails_after_crash(atom: Traced) -> bool:
    return atom.path[:3] == DECODED and len(atom.path) == 4 and atom.default is None and atom.path[3] not in CRASH_KEYS


def set_key(frame: Frame, atom: Traced, key: object, value: Value) -> None:
    """`part[key] = value`: from here on the key is what was put there."""
    state = frame.live
    set_before = {
        mark for mark in state.marks if isinstance(mark, tuple) and mark[:3] == ("set", atom.origin, atom.path)
    }
    same = {mark for mark in set_before if key is None or mark[3] == key}
    state.marks = (state.marks - same) | {("set", atom.origin, atom.path, key, freeze(state, value))}
    if not atom.path and key in {None, "Payload"}:
        frame.events.append(PayloadReplaced(atom.origin))


def _set_value(frame: Frame, atom: Traced, key: str | None) -> Value | None:
    for mark in frame.state.marks if frame.state is not None else ():
        if isinstance(mark, tuple) and mark[:3] == ("set", atom.origin, atom.path) and mark[3] in {key, None}:
            value: Value = mark[4] if mark[3] is not None else unknown("an item that was set")
            return value
    return None


def read_item(frame: Frame, atom: Traced, key: str | None, node: cst.CSTNode, default: Value | None = None) -> Value:
    """`part[key]` or `part.get(key, default)`."""
    if atom.path[:1] == QUESTION:
        note(frame, atom, "used", node)
        return unknown("an item of a truth value")
    replaced = _set_value(frame, atom, key)
    if replaced is not None:
        return replaced
    if atom.path == STREAM:
        note(frame, atom, "subscripted", node)
        return unknown("an item of a stream")
    if atom.path == TEXT:
        return Value((atom,))
    if key is None:
        if atom.path:
            note(frame, replace(atom, path=(*atom.path, "[]")), "read", node)
        else:
            note(frame, atom, "used", node)
        return unknown("an item of an answer")
    by_subscript = default is None
    if is_decoded(atom.path) and atom.path != DECODED and atom.default in {None, NONE}:
        default = None  # where the payload lacks what leads here, that raises: KeyError, or None has no items
    if default is not None and frame.state is not None:
        default = freeze(frame.state, default)  # the part may leave the function that made it
    part = part_of(atom.origin, (*atom.path, key), default)
    if key.lower() == ERROR_HEADER:
        note_error_look(frame, atom.origin, node)
    elif atom.path == ():
        if key == "FunctionError":
            note_error_look(frame, atom.origin, node, subscripted=default is None)
        elif key in {"StatusCode", "LogResult", "ExecutedVersion", "Status"}:
            note(frame, part, "read", node)
    elif is_decoded(atom.path) or key in {"HTTPStatusCode", "ErrorCode", "InvokeComplete", "PayloadChunk"}:
        note(frame, part, "read", node, by_subscript=by_subscript)
        if key in {"ErrorCode", "InvokeComplete"}:
            note_error_look(frame, atom.origin, node)
    return Value((part,))


def note_error_look(frame: Frame, site: SiteKey, node: cst.CSTNode, *, subscripted: bool = False) -> None:
    """FunctionError, or what stands for it, is looked at."""
    behind = frame.state is not None and ("bad_status", site) in frame.state.marks
    frame.events.append(ErrorLook(site, frame.place(node), behind, subscripted))


def call_method(frame: Frame, atom: Traced, name: str, args: list[Value], node: cst.CSTNode) -> Value:
    """`part.name(..)`."""
    if name == DISPLAYED:  # the answer at the end of a cell is for whoever looks at it; so is what it holds
        note(frame, atom, "logged" if atom.path else "handed_over", node)
        return NONE
    if name in {"get", "pop", "setdefault"} and atom.path != STREAM and (args or name != "setdefault"):
        key = args[0].single if args else None
        text = key.value if isinstance(key, Const) and isinstance(key.value, str) else None
        return read_item(frame, atom, text, node, args[1] if len(args) > 1 else NONE)
    if atom.path == STREAM:
        return _call_stream(frame, atom, name, node)
    if atom.path == TEXT:
        return _call_text(frame, atom, name, node)
    if name in {"items", "keys", "values"}:
        run_over(frame, atom, node)
        return unknown("parts of an answer")
    if not atom.path and name in {"update", "__setitem__"}:
        frame.events.append(PayloadReplaced(atom.origin))
    note(frame, atom, "read" if name == "copy" or not holds_payload(atom.path) else "used", node)
    return Value((atom,)) if name == "copy" else unknown("the result of a method of an answer")


def run_over(frame: Frame, atom: Traced, node: cst.CSTNode) -> None:
    """All that is in a part is gone through."""
    if is_decoded(atom.path):
        note(frame, replace(atom, path=(*atom.path, "[]")), "read", node)
    elif atom.path == STREAM:
        _read_stream(frame, atom, node)
    else:
        note(frame, atom, "used" if holds_payload(atom.path) else "read", node)


def element_of(atom: Traced) -> Value:
    """What a loop over a part yields: a stream, lines or pieces of the text."""
    if atom.path in {STREAM, TEXT}:
        return Value((part_of(atom.origin, TEXT),))
    if atom.path[:1] == QUESTION:
        return unknown("an element of a truth value")
    return Value((part_of(atom.origin, (*atom.path, "[]")),))


_SAME_TEXT = frozenset(
    {"decode", "encode", "strip", "lstrip", "rstrip", "lower", "upper", "casefold", "replace", "removeprefix",
     "removesuffix", "expandtabs", "translate"}
)  # fmt: skip
"""Methods that give the text again, a little changed."""

_PIECES = frozenset({"split", "rsplit", "splitlines", "partition", "rpartition"})


def _call_text(frame: Frame, atom: Traced, name: str, node: cst.CSTNode) -> Value:
    if name in _SAME_TEXT:
        return Value((atom,))
    if name in _PIECES:
        return frame.allocate(node, Obj("list", rest=Value((atom,)), made=frame.place(node)))
    note(frame, atom, "used", node)
    return Value((Typed("bool" if name.startswith(("is", "starts", "ends")) else "str"),))


def _call_stream(frame: Frame, atom: Traced, name: str, node: cst.CSTNode) -> Value:
    if name in READING:
        _read_stream(frame, atom, node)
        part = Value((part_of(atom.origin, TEXT),))
        if is_aio(frame, atom):
            return Value((Pending(part, (), "read"),))
        if name in {"read", "readline"}:
            return part
        return frame.allocate(node, Obj("list", rest=part, made=frame.place(node)))
    if name in _NOT_OF_A_STREAM:
        note(frame, atom, "subscripted", node)
    elif name not in _IDLE:
        note(frame, atom, "used", node)
    return unknown("the result of a method of a stream")


def _read_stream(frame: Frame, atom: Traced, node: cst.CSTNode) -> None:
    note(frame, atom, "read_again" if read_stream(frame, atom.origin, node) else "read", node)


def read_elsewhere(frame: Frame, origins: Sequence[SiteKey], node: cst.CSTNode) -> None:
    """A function that is called here has read the streams of these answers."""
    for origin in origins:
        if read_stream(frame, origin):
            note(frame, part_of(origin, STREAM), "read_again", node)


def is_aio(frame: Frame, atom: Traced) -> bool:
    """Whether the client that was asked is an asynchronous one."""
    return about_origin(frame, atom).startswith("aio")


def loads(frame: Frame, atom: Traced, node: cst.CSTNode) -> Value:
    """`json.loads(part)`: what it decodes to."""
    if atom.path == STREAM:
        note(frame, atom, "loads_unread", node)
        return Value((part_of(atom.origin, DECODED),))
    if atom.path == TEXT:
        note(frame, atom, "decoded", node)
        return Value((part_of(atom.origin, DECODED),))
    note(frame, atom, "decoded" if is_decoded(atom.path) else "read", node)
    return Value((replace(atom, default=None),))


def load(frame: Frame, atom: Traced, node: cst.CSTNode) -> Value:
    """`json.load(stream)`; empty for any other part."""
    if atom.path != STREAM:
        note(frame, atom, "read", node)
        return NEVER
    use = "not_awaited" if is_aio(frame, atom) else "json_load"
    note(frame, atom, "read_again" if read_stream(frame, atom.origin, node) else use, node)
    return Value((part_of(atom.origin, DECODED),))
