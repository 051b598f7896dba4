"""What functions of the construct library give, where that is known: durations, references, what is made elsewhere."""

from __future__ import annotations

import re
from typing import Any

from invocation_lint.deployment.cdk_constructs.attributes import shared
from invocation_lint.deployment.cdk_constructs.runs import BaseRun
from invocation_lint.deployment.cdk_constructs.texts import joined
from invocation_lint.deployment.cdk_constructs.things import Call, Lib, Obj, Scope, Seconds, Thing
from invocation_lint.deployment.values import Hole, Import, Text

_UNITS = {"millis": 0.001, "seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_FROM = re.compile(r"from([A-Z]\w*)\Z")


def asked(run: BaseRun, callee: Lib, arguments: list[Any], node: Any, scope: Scope) -> Any:
    """What a function of the library gives, called with arguments at a node."""
    names = callee.names
    above = names[-2] if len(names) > 1 else ""
    given = arguments[0] if arguments else None
    if above == "Duration" and callee.last in _UNITS:
        is_number = isinstance(given, (int, float)) and not isinstance(given, bool)
        return Seconds(float(given or 0) * _UNITS[callee.last]) if is_number else run.unknown(node)
    if above == "Fn":
        return _intrinsic(run, callee.last, arguments, node)
    if callee.last == "of" and above in {"Stack", "App", "Stage"}:
        return _stack_of(given)
    if callee.last in {"valueForStringParameter", "valueFromLookup", "valueForTypedStringParameterV2"}:
        name = arguments[1] if len(arguments) > 1 else None
        if isinstance(name, Text):
            return Text((Import(name, "ssm"),))
        return setting(name) if isinstance(name, str) else run.unknown(node)
    match = _FROM.match(callee.last)
    if match is not None and isinstance(given, (Thing, Hole)) and len(arguments) > 1:
        return _made_elsewhere(run, above, names[0], match[1], arguments, node, scope)
    made = Call(Lib(names[:-1]) if len(names) > 1 else callee, callee.last, tuple(arguments), run.place(scope, node))
    made.when = run.when
    run.note(made)
    return made


def setting(name: str) -> Hole:
    """The value of a parameter of Systems Manager."""
    return Hole(f"ssm:{name}", "", f"the parameter {name} of Systems Manager is read when the stack is deployed")


def _intrinsic(run: BaseRun, name: str, given: list[Any], node: Any) -> Any:
    first = given[0] if given else None
    if name == "importValue" and isinstance(first, (str, Text)):
        return Text((Import(first),))
    if name == "join" and len(given) > 1 and isinstance(given[1], list) and isinstance(first, str):
        return joined(given[1], first)
    if name == "sub" and isinstance(first, str) and "${" not in first:
        return first
    if name == "ref" and isinstance(first, str) and first.startswith("AWS::"):
        return shared(first)
    return run.unknown(node)


def _stack_of(value: Any) -> Any:
    current = value
    for _ in range(40):
        if not isinstance(current, Thing) or current.kind in {"Stack", "NestedStack"} or current.parent is None:
            return current
        current = current.parent
    return current


def _made_elsewhere(run: BaseRun, kind: str, module: str, by: str, given: list[Any], node: Any, scope: Scope) -> Thing:
    thing = Thing(run.place(scope, node), kind, module, tuple(given), when=run.when, is_imported=True)
    last = given[2] if len(given) > 2 else None
    if by.endswith("Attributes") and isinstance(last, Obj):
        thing.fields.update(last.entries)
        name = last.entries.get("parameterName")
    else:
        thing.fields[by[:1].lower() + by[1:]] = last
        name = last
    if kind == "StringParameter" and isinstance(name, str):
        thing.fields.update(parameterName=name, stringValue=setting(name))
    return thing
