"""Call sites: an invocation of a Lambda function is reached."""

from __future__ import annotations

from typing import Any

import libcst as cst

from invocation_lint.analysis.domain.atoms import Client, Param, Pending, Traced, Unknown, Value
from invocation_lint.analysis.domain.events import Argument, Raised, Visit
from invocation_lint.analysis.domain.state import freeze
from invocation_lint.analysis.domain.values import INSTANCE_OF_UNREADABLE
from invocation_lint.analysis.python import told
from invocation_lint.analysis.python.errors import tries
from invocation_lint.analysis.python.frames.arguments import Arguments
from invocation_lint.analysis.python.frames.frame import Frame
from invocation_lint.analysis.python.frames.kinds import Kind
from invocation_lint.analysis.python.loops import counting, pacing
from invocation_lint.analysis.python.traced import begin, note_escape
from invocation_lint.analysis.tracing.answer_parts import is_payload

_SITE_APIS = frozenset({"invoke", "invoke_async", "invoke_with_response_stream"})


def invocation(
    frame: Frame, kind: Kind[Frame], atom: Client | Unknown | Param, name: str, arguments: Arguments, node: cst.CSTNode
) -> Value | None:
    """Note the invocation and give its answer; None when the call is none of Lambda's.

    A receiver that is not known is a Lambda client if FunctionName and Payload or InvocationType are keywords, and it
    is no object of a class of the project.
    """
    if isinstance(atom, Client):
        if atom.service != "lambda":
            return None
        client: Client | None = atom
    else:
        is_own = isinstance(atom, Unknown) and atom.reason == INSTANCE_OF_UNREADABLE
        if is_own or not _looks_like_lambda(name, arguments):
            return None
        client = None
    place = frame.place(node)
    site = (place,)
    is_pending = client.sdk.startswith("aio") if client is not None else _is_awaited(frame, node)
    loop = frame.loops[-1].info if frame.loops else None
    if is_pending:
        loop = counting.run_beside(frame, node, loop)
    visit = Visit(
        site,
        name,
        client,
        tuple(Argument(a.name, freeze(frame.live, a.value), a.place, a.presence) for a in arguments.kwargs.values()),
        bool(arguments.args) or arguments.star,
        arguments.open,
        frame.function.key if frame.function else f"{frame.module.name}:<module>",
        frame.function.is_async if frame.function else False,
        loop,
        _created(frame, client, atom),
        "awaited",
        is_timed=pacing.times_itself(frame, place),
    )
    frame.events.append(visit)
    raises = tuple(Raised(site, family) for family in tries.FAMILIES)
    answer = Value((begin(frame, kind, node, client.sdk if client is not None else ""),))
    for value in arguments.values():
        for part in value.of(Traced):  # the content of another answer: that of a crash is sent on as data
            note_escape(frame, Value((part,)), "used" if is_payload(part.path) else "handed_over", node, deep=False)
    if is_pending:
        return Value((Pending(answer, raises, sites=(site,)),))
    frame.raises.extend(raises)
    told.note_sent(frame, (site,))
    return answer


def _is_awaited(frame: Frame, node: cst.CSTNode) -> bool:
    return node in frame.interpreter.modules.awaited_calls(frame.module)


def _looks_like_lambda(name: str, arguments: Arguments) -> bool:
    if name == "invoke_async":
        return "FunctionName" in arguments.kwargs and "InvokeArgs" in arguments.kwargs
    return "FunctionName" in arguments.kwargs and bool({"Payload", "InvocationType"} & set(arguments.kwargs))


def _created(frame: Frame, client: Client | None, atom: Any) -> str:
    if client is None or (client.config is None and isinstance(atom, Client) and atom.place is None):
        return "parameter"
    if client.place is None:
        return "parameter"
    return frame.interpreter.scope_of(frame, client.place)


__all__ = ["invocation"]
