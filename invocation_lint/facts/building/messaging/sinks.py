"""Where a handler of a template sends a message: the variable that names the queue, topic, bus or state machine, and
whether the function has it, and may send.

Who sends needs the action of IAM for it, sqs:SendMessage or sns:Publish for example (service
authorization reference). It is said that a role does not allow it only where all of the role is in sight, no statement
of it has the action, and no policy of a queue, a topic or a bus is in the project, which may allow it as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from invocation_lint.analysis.program.model import FunctionInfo
from invocation_lint.deployment.model import Function, Role
from invocation_lint.facts import message as facts
from invocation_lint.facts.base import Unknown
from invocation_lint.facts.building.around.conditions import is_made_in
from invocation_lint.facts.building.links.granting import OTHER_CREDENTIALS, may_act
from invocation_lint.facts.building.links.inferred import links_of
from invocation_lint.facts.building.links.unset import Asked, judged
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.facts.building.messaging.resolving import Resolver
from invocation_lint.facts.building.messaging.targets import variable_of
from invocation_lint.facts.building.scopes import called_name
from invocation_lint.facts.building.searching import may_speak
from invocation_lint.facts.building.templates.context import called
from invocation_lint.facts.building.templates.handlers import reached
from invocation_lint.findings import Place
from invocation_lint.source.asking import importers
from invocation_lint.source.parsing.walk import walk
from invocation_lint.source.record import Pattern

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program
    from invocation_lint.facts.building.links.inferred import Links
    from invocation_lint.source.files.project_files import ProjectFiles

_ACTIONS = {
    "send_message": "sqs:SendMessage", "send_message_batch": "sqs:SendMessage", "send_messages": "sqs:SendMessage",
    "publish": "sns:Publish", "publish_batch": "sns:Publish", "put_events": "events:PutEvents",
    "start_execution": "states:StartExecution", "start_sync_execution": "states:StartSyncExecution",
}  # fmt: skip

_POLICIES = re.compile(
    rb"QueuePolic|TopicPolic|EventBusPolic|queue_policy|topic_policy|event_bus_policy|event_permission"
    rb"|set[_-]queue[_-]attributes|add[_-]permission|put[_-]permission"
)
"""How a project lets roles use a queue, a topic or a bus by a policy of these."""


def sink_of(
    call: cst.Call,
    named: tuple[str, cst.BaseExpression] | None,
    resolver: Resolver,
    holder: FunctionInfo | None,
    program: Program | None,
    places: dict[str, Place],
) -> facts.Sink | None:
    """Where a call sends; `named` is the parameter that names it with its value. Places are noted."""
    code = resolver.code
    if program is None or holder is None or code.module.is_test:
        return None
    files = program.modules.files
    files.deployed_for(code.module.name)
    links = links_of(program)
    readers = _running(links, files, code, holder)
    if not readers:
        return None
    action = _ACTIONS[called_name(call)]
    attribute = readers[0].role.attribute if readers[0].role is not None else None
    role = links.code.deployed.get(attribute.resource, Role) if attribute is not None else None
    places["sink.granted"] = links.shown(role.place if role is not None else readers[0].place)
    places["sink.reader"] = links.shown(readers[0].place)
    granted = _granted(readers, action, links, code, program)
    common = facts.Sink(reader=called(readers[0]), action=action, granted=granted)
    variable = variable_of(resolver.value_of(named[1])) if named is not None else None
    if named is None or variable is None:
        return common
    asked = _asked(call, named, variable, resolver, holder)
    found = judged(asked, readers, code.module.name, links, files) if asked is not None else None
    if found is None or links.code.sets(code.module.name, frozenset({variable}), readers):
        return facts.Sink(variable, reader=common.reader, action=action, granted=granted)
    if found.near_place is not None:
        places["sink.near"] = found.near_place
    return facts.Sink(variable, found.is_set, found.near, common.reader, found.then, action, granted)


def _running(links: Links, files: ProjectFiles, code: Code, holder: FunctionInfo) -> tuple[Function, ...]:
    """The deployed functions that come to a function of a module: their handlers are in it and call it, or import what
    leads there."""
    module = code.module
    found = []
    for one in links.code.handled_by(module.name):
        entry = links.code.entry_of(one)
        names = {entry.name, *module.aliases.get(entry.name, ())} if entry is not None else set()
        handlers = [info for info in code.functions() if info.name in names and info.cls is None]
        if len(handlers) == 1 and any(info.key == holder.key for info in reached(code, handlers[0])):
            found.append(one)
    if found or links.code.handled_by(module.name):
        return tuple(found)
    return links.code.running(module.name, holder) if _is_named(files, code, holder) else ()


def _is_named(files: ProjectFiles, code: Code, holder: FunctionInfo) -> bool:
    """Whether a module that imports this one names the function, or another of this module that comes to it."""
    names, number = {holder.name}, 0
    while number != len(names):
        number = len(names)
        leading = [info for info in code.functions() if info.mentions & names]
        names |= {info.cls.name if info.cls is not None and info.name == "__init__" else info.name for info in leading}
    importing = importers(files, code.module.name)
    if not importing:
        return False
    naming = Pattern(rf"\b(?:{'|'.join(sorted(names))})\b", tuple(sorted(names)))
    return not set(importing).isdisjoint(files.holding(code.module.name, naming))


def _asked(
    call: cst.Call, named: tuple[str, cst.BaseExpression], variable: str, resolver: Resolver, holder: FunctionInfo
) -> Asked | None:
    """The variable, where it has no default; None where it has one, or where a condition asks for it."""
    value = resolver.value_of(named[1])
    is_needed = isinstance(value, cst.Subscript)
    if isinstance(value, cst.Call) and (len(value.args) > 1 or any(arg.keyword for arg in value.args)):
        return None
    names = {one.value for one in walk(named[1]) if isinstance(one, cst.Name)}
    is_chosen = _is_chosen(call, names, variable, resolver)
    return Asked(
        variable,
        is_needed=is_needed,
        is_certain=lambda: not is_chosen and is_made_in(holder, call),
        is_chosen=lambda: is_chosen,
        given_as=named[0],
    )


def _is_chosen(call: cst.Call, names: set[str], variable: str, resolver: Resolver) -> bool:
    """Whether a condition around a call, or one before it, asks for the variable or for the name that holds it."""
    words = names - {"os", "environ", "self"}
    for node in resolver.scope.parents:
        if not isinstance(node, (cst.If, cst.IfExp, cst.While, cst.BooleanOperation, cst.Assert, cst.Comparison)):
            continue
        test = node if isinstance(node, (cst.BooleanOperation, cst.Comparison)) else node.test
        for one in walk(test):
            is_named = isinstance(one, cst.Name) and one.value in words
            if is_named or (isinstance(one, cst.SimpleString) and str(one.raw_value) == variable):
                return True
    return False


def _granted(
    readers: tuple[Function, ...], action: str, links: Links, code: Code, program: Program
) -> str | Unknown | None:
    """Whether the roles of all these functions allow an action."""
    if OTHER_CREDENTIALS.search(code.module.source.data):
        return None
    deployed = links.code.deployed
    said = [may_act(one, action, deployed) for one in readers]
    if any(one != "no" for one in said):
        return next(one for one in said if one != "no")
    if any(one.dead_letter is not None or one.retries is not None for one in readers):
        return Unknown("it may be allowed by where its failures go")
    if may_speak(program.modules.files, code.module.name, _POLICIES):
        return Unknown("a policy of the queue, topic or bus may allow it")
    return "no"


__all__ = ["sink_of"]
