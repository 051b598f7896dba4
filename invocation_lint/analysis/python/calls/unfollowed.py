"""Calls of what is not followed: it may keep what it is given, change it, and call it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import Method, Partial, Value, unknown
from invocation_lint.analysis.python import traced
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.source.scan import SITE_ATTRIBUTES

_KEEPING = frozenset({"xcom_push"})
"""Methods that keep what they are given for others, as it is (Airflow: XComs, `TaskInstance.xcom_push`)."""


def call_unknown(frame: Frame, arguments: Arguments, node: cst.CSTNode, *, source: str = "", use: str = "") -> Value:
    """A call of something not known: it may keep what it is given, and add keys to it."""
    _invoke_elsewhere(frame, arguments, node)
    keeps = isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _KEEPING
    for value in arguments.values():
        traced.note_escape(frame, value, use or ("stored" if keeps else "handed_over"), node)
        if not use:
            open_objects(frame, value, "it is handed to code that is not followed")
    return unknown("what a function that is not followed returns", f"{source}()" if source else "")


def _invoke_elsewhere(frame: Frame, arguments: Arguments, node: cst.CSTNode) -> None:
    """`run(client.invoke, FunctionName=..)`: an invocation by code that is not followed, which gets the answer.

    A method that is handed over without what it needs is called later, with arguments that are not seen."""
    for index, value in enumerate(arguments.args):
        rest = replace(arguments, args=arguments.args[index + 1 :], nodes=arguments.nodes[index + 1 :])
        ready = [atom for atom in value.atoms if _is_ready(frame, atom, rest)]
        if ready:
            answer = frame.interpreter.libraries.submitted(frame, rest, [Value(tuple(ready))], node, "future")
            traced.note_escape(frame, answer, "handed_over", node)


def _is_ready(frame: Frame, atom: Any, arguments: Arguments) -> bool:
    """Whether it is a method of a client by which something that is followed is made, perhaps a partial of it, and the
    name of a function is among the arguments that it is called with, as far as they are seen."""
    names = set(arguments.kwargs)
    while isinstance(atom, Partial):
        names.update(name for name, _ in atom.kwargs)
        atom = atom.target.single
    if not isinstance(atom, Method) or atom.name not in frame.interpreter.kinds.by_method:
        return False
    is_named = arguments.open is not None or any(name.lower() == "functionname" for name in names)
    return is_named or atom.name not in SITE_ATTRIBUTES


def open_objects(frame: Frame, value: Value, reason: str) -> None:
    """Whoever gets the value may add keys to its mappings."""
    state = frame.live
    for object_id, obj in state.reachable([value]).items():
        if obj.kind in {"dict", "list"}:
            opened = obj.opened(reason)
            if obj.kind == "list" and obj.rest is None:
                opened = replace(opened, rest=unknown("an element added elsewhere"))
            state.heap[object_id] = opened
