"""One fact for each answer of a handler that is written as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from invocation_lint.analysis.program.model import ClassInfo, FunctionInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.deployment.kinds import FRONTS
from invocation_lint.facts import handler_answer as facts
from invocation_lint.facts.base import Fact
from invocation_lint.facts.base import Unknown as UnknownAnswer
from invocation_lint.facts.building.handling.returned import Answer, Written, answers_of, settled
from invocation_lint.facts.building.handling.sdk_answers import refused_in
from invocation_lint.facts.building.handling.subjects import Subject
from invocation_lint.facts.building.messaging.resolving import values_of
from invocation_lint.facts.building.scopes import Scope, called_name, text_of
from invocation_lint.findings import Place

_KEYS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
_ORIGIN = "access-control-allow-origin"
_HARMLESS = re.compile(r"logger|tracer|metrics|xray|event_source|inject|capture|idempotent|sentry|datadog|log")
"""Words in decorators that leave an answer as it is."""

_CHANGING = re.compile(r"respon|json|http|serial|encod|dump|render")
"""Words in decorators that make something of an answer, whatever else they do: `log_and_respond`."""

_OBJECTS = (cst.Dict, cst.List, cst.Set, cst.Tuple, cst.DictComp, cst.ListComp, cst.SetComp)
_TEXTS = (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)
_TIMES = frozenset({"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp", "fromisoformat"})
_MAX_DEPTH = 5
_OBJECT = "an object of"
_CONNECTION = frozenset({"connectionId", "connection_id", "ConnectionId"})
"""Words of functions that serve WebSockets (API Gateway developer guide, WebSocket APIs)."""


def handler_answers(subject: Subject) -> Iterator[Fact]:
    """The facts of one handler."""
    code, info = subject.code, subject.info
    if not is_own_answer(info):
        return
    front, has_own_cors = _front(subject)
    answers = answers_of(code, info)
    cors = [_cors(answer) for answer in answers]
    is_set = "yes" in cors and (front is not None or subject.event_source in FRONTS)
    for answer, own in zip(answers, cors, strict=True):
        refused = _refused(answer, front)
        lost = _unserializable(answer.given, 0)
        if lost is not None and lost[1].startswith(_OBJECT) and not subject.functions:
            lost = None  # what nothing deploys may be a handler of the project's own
        site = code.module.source.place(answer.site)
        places: dict[str, Place] = dict.fromkeys(("front", "cors", "cors_set_elsewhere", "api_sets_cors"), site)
        places["refused_for"] = code.module.source.place(refused[0]) if refused is not None else site
        places["unserializable"] = code.module.source.place(lost[0]) if lost is not None else site
        data = facts.HandlerAnswer(
            front=front,
            refused_for=refused[1] if refused is not None else None,
            unserializable=lost[1] if lost is not None else None,
            cors=own,
            cors_set_elsewhere="yes" if is_set and own != "yes" and _is_read_by_pages(answer) else "no",
            api_sets_cors="yes" if has_own_cors else "no",
        )
        yield Fact("handler_answer", data, site, places, (), answer.function.title)


def _is_read_by_pages(answer: Answer) -> bool:
    """Whether an answer may be one to a request of a page: that of a function which serves a connection of a WebSocket
    is read by the API alone."""
    return _CONNECTION.isdisjoint(answer.function.words)


def is_own_answer(info: FunctionInfo) -> bool:
    """Whether what a handler returns is what its caller gets: no decorator may make something else of it."""
    names = [dotted(_named(one)) for one in info.decorators]
    return all(_HARMLESS.search(one) and not _CHANGING.search(one.lower()) for one in names)


def _named(decorator: cst.BaseExpression) -> cst.BaseExpression:
    return decorator.func if isinstance(decorator, cst.Call) else decorator


def _front(subject: Subject) -> tuple[str | None, bool]:
    """The one kind of API that invokes all of a handler's functions, and nothing else does; and whether it sets the
    headers of CORS by itself."""
    from invocation_lint.deployment.model import Api

    if subject.program is None or not subject.functions:
        return None, False
    deployed = subject.program.modules.files.deployments.deployed
    kinds: set[str] = set()
    is_proxy, has_cors = True, False
    for function in subject.functions:
        kinds |= deployed.invoked_by(function)
        has_cors = has_cors or function.url is not None
        for trigger in deployed.triggers_of(function):
            is_proxy = is_proxy and trigger.is_proxy
    if len(kinds) != 1 or not kinds <= FRONTS or not is_proxy:
        return None, False
    front = next(iter(kinds))
    configured = any(api.cors is not None for api in deployed.all(Api) if api.kind == "http_api")
    return front, has_cors or (front == "http_api" and configured)


# -- what an API refuses ---------------------------------------------------------------------------------------------


def _refused(answer: Answer, front: str | None) -> tuple[cst.CSTNode, str] | None:
    parts = answer.parts
    if parts is None:
        kind = _kind(answer.value)
        if front == "rest_api" and kind in {"text", "words", "number", "list", "none"}:
            return answer.value.node, "it is not an object"
        return None
    if front == "rest_api":
        foreign = [key for key in parts if key not in _KEYS]
        if foreign:
            return parts[foreign[0]].node, f'"{foreign[0]}" is not a key of a response'
        status = parts.get("statusCode")
        if status is not None and _kind(status) in {"none", "object", "list", "words"}:
            return status.node, "its statusCode is not a number"
    body = parts.get("body")
    if body is None or front not in {"rest_api", "http_api", "function_url"}:
        return None
    if (front == "rest_api" or "statusCode" in parts) and _kind(body) in {"object", "list", "number"}:
        return body.node, "its body is not a string"
    return None


def _kind(written: Written) -> str | None:
    """What an expression is: text, words (a text that is no number), number, object, list, none; None if not seen."""
    node = written.node
    if isinstance(node, cst.SimpleString):
        text = node.evaluated_value
        return "words" if isinstance(text, str) and not text.strip().isdigit() else "text"
    if isinstance(node, _TEXTS):
        return "text"
    if isinstance(node, (cst.Dict, cst.DictComp)):
        return "object"
    if isinstance(node, _OBJECTS):
        return "list"
    if isinstance(node, (cst.Integer, cst.Float)):
        return "number"
    if isinstance(node, cst.Name) and node.value in {"None", "True", "False"}:
        return "none" if node.value == "None" else None
    return None


# -- what JSON cannot hold -------------------------------------------------------------------------------------------


def _unserializable(written: Written, depth: int) -> tuple[cst.CSTNode, str] | None:
    """The first thing in an answer that has no form in JSON, with its name."""
    if _is_exception(written):
        return written.node, "an exception"
    refused = refused_in(written)
    if refused is not None:
        return written.node, refused
    found = settled(written)
    if found is None or depth > _MAX_DEPTH:
        return None
    node = found.node
    if isinstance(node, (cst.Set, cst.SetComp)):
        return written.node, "a set"
    if isinstance(node, cst.Call):
        name = _made(node, found)
        return (written.node, name) if name is not None else None
    inner: list[cst.BaseExpression] = []
    if isinstance(node, cst.Dict):
        for one in node.elements:
            if isinstance(one, cst.DictElement) and isinstance(one.key, cst.Tuple):
                return one.key, "a tuple for a key"
            if isinstance(one, cst.DictElement):
                inner.append(one.value)
    elif isinstance(node, (cst.List, cst.Tuple)):
        inner = [one.value for one in node.elements if isinstance(one, cst.Element)]
    parts = (Written(one, found.resolver, found.function, found.given) for one in inner)
    return next(filter(None, (_unserializable(part, depth + 1) for part in parts)), None)


def _made(call: cst.Call, written: Written) -> str | None:
    """What a call makes that JSON does not know."""
    name, path = called_name(call), written.resolver.code.meaning(call.func)
    if path in {"set", "frozenset"}:
        return "a set"
    if path in {"uuid.uuid4", "uuid.uuid1", "uuid.UUID"}:
        return "a UUID"
    if path.startswith("datetime.") and (name in _TIMES or path in {"datetime.datetime", "datetime.date"}):
        return "a datetime"
    helpers = [info for info in written.function.module.functions.values() if info.name == name]
    is_awaited = isinstance(written.resolver.scope.parents.get(call), cst.Await)
    if path == name and len(helpers) == 1 and helpers[0].is_async and not is_awaited and not helpers[0].decorators:
        return "a coroutine"
    classes = [one for one in written.function.module.classes.values() if one.name == name]
    return f"{_OBJECT} {name}" if path == name and len(classes) == 1 and _is_plain(classes[0]) else None


def _is_plain(made: ClassInfo) -> bool:
    """Whether the objects of a class have no form in JSON: it derives from nothing, and is no more than a dataclass.
    The runtime's encoder takes what has `_asdict` for a mapping (awslambdaric, which uses simplejson)."""
    is_known = all(one.rpartition(".")[2] == "dataclass" for one in made.decorators)
    return is_known and not (made.bases or made.has_keywords) and made.methods.keys().isdisjoint({"_asdict", "__new__"})


def _is_exception(written: Written) -> bool:
    """Whether a name is that of the exception of a clause, and nothing else."""
    node = written.node
    if not isinstance(node, cst.Name):
        return False
    scope = written.resolver.scope
    by_clauses = [use for use in scope.names.get(node.value, ()) if _is_of_clause(use, scope)]
    if len(list(values_of(node.value, scope))) != len(by_clauses):
        return False
    clauses = (one for one in scope.around(node) if isinstance(one, cst.ExceptHandler))
    names = {one.name.name.value for one in clauses if one.name is not None and isinstance(one.name.name, cst.Name)}
    return node.value in names


def _is_of_clause(use: cst.Name, scope: Scope) -> bool:
    parent = scope.parents.get(use)
    return isinstance(parent, cst.AsName) and isinstance(scope.parents.get(parent), cst.ExceptHandler)


# -- CORS ------------------------------------------------------------------------------------------------------------


def _cors(answer: Answer) -> str | UnknownAnswer | None:
    """Whether an answer sets the header; None for one that is no response."""
    parts = answer.parts
    if parts is None or "statusCode" not in parts:
        return UnknownAnswer("the answer is not written as a whole")
    headers = parts.get("headers")
    if headers is None:
        return "no"
    node = headers.node
    if not isinstance(node, cst.Dict) or not all(isinstance(one, cst.DictElement) for one in node.elements):
        return UnknownAnswer("the headers are not written as a whole")
    keys = {text_of(one.key).lower() for one in node.elements if isinstance(one, cst.DictElement)}
    if _ORIGIN in keys:
        return "yes"
    return "no" if "" not in keys else UnknownAnswer("the headers are not written as a whole")


__all__ = ["handler_answers", "is_own_answer"]
