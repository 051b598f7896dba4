"""Loops that wait for a process of the function itself: nothing else can do that, and no event tells that it is up."""

from __future__ import annotations

import re

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.scopes import called_name
from invocation_lint.source.parsing.walk import walk

_HERE = r"(?:\blocalhost\b|\b127\.0\.0\.1\b|\b0\.0\.0\.0\b|\[?::1\b)"
_LOCAL = re.compile(_HERE)


def waits_for_own_process(code: Code, info: FunctionInfo, loop: cst.While | cst.For, given: str = "") -> bool:
    """Whether a loop of a function asks a server on this machine, or a process that the module has started. `given` is
    the text of the call of the function, where another module calls it."""
    text = code.module.source.text
    nodes = [loop, *walk(loop)]
    calls = [node for node in nodes if isinstance(node, cst.Call)]
    if "Popen" in text and any(called_name(call) == "poll" and not call.args for call in calls):
        return True
    if not _LOCAL.search(text) and not _LOCAL.search(given):
        return False
    start, end = code.module.source.offsets(code.module.source.place(loop))
    if _LOCAL.search(text[start:end]):
        return True
    if any(_LOCAL.search(code.text_of(one)) for call in calls for one in code.named(called_name(call))):
        return True
    names = {node.value for node in nodes if isinstance(node, cst.Name)}
    params = info.node.params
    every = [*params.posonly_params, *params.params, *params.kwonly_params]
    if names & {param.name.value for param in every}:
        sent = re.findall(rf"\b{re.escape(info.name)}\(([^()]*)\)", text)
        if any(map(_LOCAL.search, [*sent, given])):
            return True
    bound = (
        rf"^[ \t]*(?:self\.)?({'|'.join(map(re.escape, sorted(names)))})\s*(?::[^=\n]*)?=\s*[fr]?[\"'][^\"'\n]*{_HERE}"
    )
    return re.search(bound, text, re.MULTILINE) is not None


__all__ = ["waits_for_own_process"]
