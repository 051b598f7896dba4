"""How long what a handler calls may take by timeouts of its own: requests over HTTP, processes, waiters and clients of
boto3, loops that poll."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.facts.building.handling.subjects import Subject
from invocation_lint.facts.building.handling.timing.bounded_loops import bounded_loops
from invocation_lint.facts.building.handling.timing.further import Further
from invocation_lint.facts.building.handling.timing.helpers import helpers_of, modules_with
from invocation_lint.facts.building.messaging.calls import Code, keywords
from invocation_lint.facts.building.messaging.resolving import Resolver, is_own_attribute, values_of
from invocation_lint.facts.building.scopes import Scope, called_name, targets_of, text_of
from invocation_lint.findings import Place
from invocation_lint.source.parsing.texts import number_in

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program

_HTTP = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "send", "urlopen"})
_LIBRARIES = frozenset({"requests", "httpx", "session", "http", "client", "urllib", "request"})
_SESSIONS = frozenset({"httpx.Client", "httpx.AsyncClient", "aiohttp.ClientSession"})
_OF_PROCESSES = frozenset({"run", "call", "check_call", "check_output", "communicate"})
_SLOW = frozenset(
    {"bedrock-runtime", "bedrock-agent-runtime", "bedrock-agentcore", "sagemaker-runtime", "textract", "rekognition",
     "comprehend", "translate", "polly"}
)  # fmt: skip
"""Services of which a call waits for what a model works out; others answer at once, whatever their clients allow."""

_GIVEN = r"\btimeout\s*=|\bread_timeout\s*=|WaiterConfig|\bwait_for\(|\bsleep\("
_GIVEN_FURTHER = r"\btimeout\s*=\s*(?!None\b)|\bread_timeout\s*=|WaiterConfig|\bwait_for\("


def longest_timeout(subject: Subject, *, is_deployed: bool) -> tuple[float, Place, str] | None:
    """The longest that one thing may take by what it is given, in a handler and what it reaches, in seconds, with its
    place and with what takes them. Other modules are looked into where a template deploys it."""
    code = subject.code
    found = [one for info in subject.reached for one in _timeouts(code, info)]
    found += _of_module(code, subject.reached)
    modules = list(modules_with(subject, _GIVEN)) if is_deployed else []
    for info in subject.reached if modules else ():
        found += (one for _, helper, other in helpers_of(subject, info, modules) for one in _timeouts(other, helper))
    if is_deployed and subject.program is not None:
        further = Further(subject.program, code, _GIVEN_FURTHER)
        if further.holding - {code.module.name}:
            found += _of_further(further, further.reached(subject.reached))
        if any(called_name(call) == "resolve" for call in subject.scope.calls):
            found += _of_further(further, further.routed())
    return max(found, default=None)


def longest_of_routes(code: Code, program: Program) -> tuple[float, Place, str] | None:
    """The same of an application that a module makes, for all that its routes lead to."""
    further = Further(program, code, _GIVEN_FURTHER)
    return max(_of_further(further, further.routed()), default=None)


def _of_further(further: Further, reached: Iterable[tuple[Code, FunctionInfo]]) -> list[tuple[float, Place, str]]:
    """How long what functions of other modules call may take."""
    found: list[tuple[float, Place, str]] = []
    by_code: dict[Code, list[FunctionInfo]] = {}
    for code, info in reached if further.holding else ():
        if code.module.name in further.holding:
            found += _timeouts(code, info)
            by_code.setdefault(code, []).append(info)
    for code, infos in by_code.items():
        found += _of_module(code, infos)
    return found


def _timeouts(code: Code, info: FunctionInfo) -> Iterator[tuple[float, Place, str]]:
    """How long what a function calls may wait."""
    resolver = Resolver(code, info)
    if "sleep" in info.words:
        yield from ((seconds, place, "a loop that polls") for seconds, place in bounded_loops(resolver))
    if not {"timeout", "WaiterConfig", "read_timeout", "wait_for"} & info.words:
        return
    place = code.module.source.place
    for call in code.scope_of(info).calls:
        given = keywords(call)
        waiter = given.get("WaiterConfig")
        longest = _of_waiter(waiter.value, resolver) if waiter is not None else None
        if waiter is not None and longest is not None:
            yield longest, place(waiter.value), "a waiter"
        if "timeout" in given and _is_request(call):
            seconds = _seconds(given["timeout"].value, resolver)
            if seconds is not None:
                yield seconds, place(given["timeout"].value), "a request"
        for given_to, what in _limits_of(call, code):
            seconds = _seconds(given_to, resolver)
            if seconds is not None:
                yield seconds, place(given_to), what
        yield from _of_client(call, resolver)
        if not any("timeout" in keywords(one) and called_name(one) in _HTTP for one in code.scope_of(info).calls):
            yield from _of_session(call, resolver)


def _limits_of(call: cst.Call, code: Code) -> Iterator[tuple[cst.BaseExpression, str]]:
    """What limits a process that is waited for, or a coroutine."""
    given = keywords(call).get("timeout")
    if given is not None and called_name(call) in _OF_PROCESSES and _is_of_process(call, code):
        yield given.value, "a process"
    elif code.meaning(call.func) == "asyncio.wait_for":
        positional = [arg for arg in call.args if arg.keyword is None and not arg.star]
        limit = given if given is not None else positional[1] if len(positional) == 2 else None
        if limit is not None:
            yield limit.value, "a coroutine"


def _is_of_process(call: cst.Call, code: Code) -> bool:
    return called_name(call) == "communicate" or code.meaning(call.func).startswith("subprocess.")


def _of_session(call: cst.Call, resolver: Resolver) -> Iterator[tuple[float, Place, str]]:
    """How long the requests of a session may wait that have no timeout of their own: `httpx.Client(timeout=60)`."""
    given = keywords(call).get("timeout")
    if given is None or resolver.code.meaning(call.func) not in _SESSIONS:
        return
    seconds = _seconds(given.value, resolver)
    if seconds is not None:
        yield seconds, resolver.code.module.source.place(given.value), "a request"


def _of_module(code: Code, infos: Sequence[FunctionInfo]) -> Iterator[tuple[float, Place, str]]:
    """How long the clients of a module may wait that some of its functions name."""
    if "read_timeout" not in code.module.words:
        return
    scopes = [code.scope_of(info) for info in infos]
    resolver = Resolver(code, None)
    for name, made in resolver.scope.assignments.items():
        value = made[0].value if len(made) == 1 else None
        if isinstance(value, cst.Call) and any(_uses(scope, name) for scope in scopes):
            yield from _of_client(value, resolver)


def _uses(scope: Scope, name: str) -> bool:
    """Whether a function uses a name of its module, which is no other one's attribute or keyword of that name."""
    uses = ((use, scope.parents.get(use)) for use in scope.names.get(name, ()))
    is_used = any(
        not (isinstance(outer, cst.Attribute) and outer.attr is use)
        and not (isinstance(outer, cst.Arg) and outer.keyword is use)
        for use, outer in uses
    )
    return is_used and not any(True for _ in values_of(name, scope))


def _of_client(call: cst.Call, resolver: Resolver) -> Iterator[tuple[float, Place, str]]:
    """How long a client of boto3 waits by its configuration, of a service that works out its answers. One of Lambda
    waits as long as the invoked function needs: that is asked at its calls."""
    config = keywords(call).get("config")
    if config is None or called_name(call) not in {"client", "resource"} or not call.args:
        return
    service = resolver.value_of(call.args[0].value)
    value = resolver.value_of(config.value)
    if service is None or text_of(service) not in _SLOW:
        return
    if not isinstance(value, cst.Call) or called_name(value) != "Config":
        return
    given = keywords(value).get("read_timeout")
    seconds = _seconds(given.value, resolver) if given is not None else None
    if given is not None and seconds is not None:
        yield seconds, resolver.code.module.source.place(given.value), "a request"


def _is_request(call: cst.Call) -> bool:
    func = call.func
    if called_name(call) == "urlopen":
        return True
    if not isinstance(func, cst.Attribute) or func.attr.value not in _HTTP:
        return False
    holder = func.value.attr.value if isinstance(func.value, cst.Attribute) else getattr(func.value, "value", "")
    return isinstance(holder, str) and holder.lower().lstrip("_") in _LIBRARIES


def _of_waiter(config: cst.BaseExpression, resolver: Resolver) -> float | None:
    """How long a waiter asks at the most: it sleeps between two attempts (botocore: waiter)."""
    value = resolver.value_of(config)
    if not isinstance(value, cst.Dict):
        return None
    given = {
        text_of(one.key): _seconds(one.value, resolver) for one in value.elements if isinstance(one, cst.DictElement)
    }
    delay, attempts = given.get("Delay"), given.get("MaxAttempts")
    return delay * (attempts - 1) if delay is not None and attempts is not None else None


def _seconds(node: cst.BaseExpression, resolver: Resolver) -> float | None:
    """A number of seconds; of a pair for connecting and reading, that for reading."""
    if isinstance(node, cst.Attribute) and is_own_attribute(node) and (of_class := _of_class(node, resolver)):
        return of_class
    value = resolver.value_of(node)
    if isinstance(value, cst.Tuple) and len(value.elements) == 2:
        value = value.elements[1].value
    if isinstance(value, cst.Call):
        value = _of_object(value, resolver)
    return number_in(value)


def _of_object(call: cst.Call, resolver: Resolver) -> cst.BaseExpression | None:
    """What an object for timeouts says of reading (httpx), or of the whole request (aiohttp)."""
    meaning = resolver.code.meaning(call.func)
    name = {"httpx.Timeout": "read", "aiohttp.ClientTimeout": "total"}.get(meaning)
    if name is None:
        return None
    given = keywords(call).get(name) or next((arg for arg in call.args if not arg.keyword and not arg.star), None)
    return resolver.value_of(given.value) if given is not None else None


def _of_class(node: cst.Attribute, resolver: Resolver) -> float | None:
    """The number that a class gives to an attribute (`READ_TIMEOUT = 300`), where no method sets it."""
    cls = resolver.function.cls if resolver.function is not None else None
    name = node.attr.value
    if cls is None or name in cls.writers or name not in cls.binds:
        return None
    lines = (one for line in cls.node.body.body if isinstance(line, cst.SimpleStatementLine) for one in line.body)
    given = [
        one.value
        for one in lines
        if isinstance(one, (cst.Assign, cst.AnnAssign))
        and any(isinstance(to, cst.Name) and to.value == name for to in targets_of(one))
    ]
    return number_in(given[0]) if len(given) == 1 else None


__all__ = ["longest_of_routes", "longest_timeout"]
