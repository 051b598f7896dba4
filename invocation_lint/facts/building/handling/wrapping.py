"""Whether Lambda calls a handler as it is, or something runs it that stands around it.

Other clouds call functions with the same parameters, and some await coroutines (Yandex Cloud documentation, Cloud
Functions, request handler for a function in Python): without a template, the code has to speak of AWS.
"""

from __future__ import annotations

import re

import libcst as cst

from invocation_lint.facts.base import Unknown
from invocation_lint.facts.building.handling.subjects import Subject
from invocation_lint.source.parsing.walk import walk

_OF_AWS = re.compile(rb"boto|(?i:aws)|lambda_|Lambda")
_OF_OTHERS = re.compile(rb"(?i:yandex)|\bydb\b|\bymq\b|functions_framework|azure\.functions|\bfdk\b")


def wrapped(subject: Subject) -> str | Unknown:
    """A word of the fact's `wrapped`; unknown where another cloud may run it."""
    info, module = subject.info, subject.code.module
    if info.decorators or (module.is_mentioned_outside(info) and not _is_only_tried(subject)):
        return "yes"
    if info.is_async and not subject.functions:
        data = module.source.data
        if _OF_OTHERS.search(data) or not _OF_AWS.search(data):
            return Unknown("nothing tells that it runs on AWS")
    return "no"


def _is_only_tried(subject: Subject) -> bool:
    """Whether code mentions a handler only where the module is run as a script."""
    info, module = subject.info, subject.code.module
    if any(info.name in one.mentions for one in module.functions.values() if one is not info):
        return False
    scope = subject.code.scope_of(None)
    uses = [use for use in scope.names.get(info.name, ()) if not isinstance(scope.parents.get(use), cst.FunctionDef)]
    return bool(uses) and all(any(_is_script(outer) for outer in scope.around(use)) for use in uses)


def _is_script(node: cst.CSTNode) -> bool:
    """`if __name__ == "__main__":`."""
    names = (one.value for one in walk(node.test) if isinstance(one, cst.Name)) if isinstance(node, cst.If) else ()
    return "__name__" in names


__all__ = ["wrapped"]
