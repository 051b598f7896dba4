"""Answers by which a function says that something went wrong."""

from __future__ import annotations

from typing import Any

from invocation_lint.analysis.domain.atoms import Const, Slot, Struct, Value
from invocation_lint.analysis.domain.state import Obj

_BAD_STATUS = 400


def is_error(obj: Obj | Struct | None) -> bool:
    """Whether an object that is returned says that something went wrong."""
    if obj is None:
        return False
    slots: dict[Any, Slot] = dict(obj.slots)  # what is asked of the keys of an event is noted
    if obj.kind == "tuple" and len(obj.items) == 2:
        status = obj.items[1].single
        return isinstance(status, Const) and isinstance(status.value, int) and status.value >= _BAD_STATUS
    if obj.kind != "dict":
        return False
    for name in ("statusCode", "status_code", "status", "code"):
        status = slots[name].value.single if name in slots else None
        if isinstance(status, Const):
            value = status.value
            if isinstance(value, str) and value.isdigit():
                value = int(value)
            if isinstance(value, int) and not isinstance(value, bool) and 100 <= value < 600:
                return value >= _BAD_STATUS
            if isinstance(value, str) and value.lower() in {"error", "failed", "failure", "fail", "ko", "invalid"}:
                return True
    for name in ("success", "ok", "succeeded", "isValid"):
        flag = slots[name].value.single if name in slots else None
        if isinstance(flag, Const) and isinstance(flag.value, bool):
            return not flag.value
    return any(
        name in slots and slots[name].presence == "yes" and not _is_nothing(slots[name].value)
        for name in ("error", "errorMessage", "errors", "error_message", "errorType")
    )


def _is_nothing(value: Value) -> bool:
    return all(isinstance(atom, Const) and not atom.value for atom in value.atoms)
