"""Methods of what is no object of a class of the program: clients, containers, models, text and other plain values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import AwsObject, ClassRef, Client, Ref, SdkSession, Value, unknown
from invocation_lint.analysis.libraries import containers, models, sdk, texts
from invocation_lint.analysis.libraries.outside import command_line
from invocation_lint.analysis.libraries.trials import schemas
from invocation_lint.analysis.python import traced
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame


def call_method(frame: Frame, atom: Any, name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    """`atom.name(..)`; None where it is not known what that does."""
    return _METHODS.get(type(atom), texts.call_method)(frame, atom, name, arguments, node)


def _of_object(frame: Frame, atom: Ref, name: str, arguments: Arguments, node: cst.CSTNode) -> Value | None:
    if atom.id not in frame.live.heap:
        return None
    found = command_line.call_method(frame, atom, name, arguments, node)
    return found if found is not None else containers.call_method(frame, atom, name, arguments, node)


def _of_class(frame: Frame, atom: ClassRef, name: str, arguments: Arguments, node: cst.CSTNode) -> Value:
    """`Model.model_validate(..)` and the like."""
    for value in arguments.values():
        traced.note_escape(frame, value, "handed_over", node)
    info = frame.interpreter.class_info(atom.key)
    if info is not None and name in schemas.VALIDATING and arguments.args:
        made = schemas.validated(frame, info, arguments.args[0], node)
        if made is not None:
            return made
    return models.made(frame, info, node) if info is not None else unknown("an instance of a class not followed")


_METHODS: dict[type[Any], Callable[[Frame, Any, str, Arguments, cst.CSTNode], Value | None]] = {
    Client: sdk.call_method,
    SdkSession: sdk.call_method,
    AwsObject: sdk.call_resource,
    Ref: _of_object,
    ClassRef: _of_class,
}
