"""The queue, topic or state machine to which something is sent: by its name in the code, or by the templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import libcst as cst

from invocation_lint.analysis.program.model import ModuleInfo
from invocation_lint.deployment.model import Queue, Resource, StateMachine, Topic
from invocation_lint.deployment.values import Value
from invocation_lint.facts.building.messaging.resolving import Resolver
from invocation_lint.facts.building.scopes import called_name, text_of
from invocation_lint.findings import Place
from invocation_lint.records import record

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program
    from invocation_lint.deployment.deployed import Deployed

R = TypeVar("R", bound=Resource)

_SUFFIX = ".fifo"
_NAMING = frozenset({"get_queue_url", "get_queue_by_name", "create_queue", "create_topic", "Queue", "Topic"})
_NAMES = frozenset({"QueueName", "Name", "url", "arn"})


@record
class Target:
    """What is known of a queue or topic; None where it is not."""

    fifo: str | None = None
    content_deduplication: str | None = None
    place: Place | None = None


class Targets:
    """Finds what a parameter names, for the code of one module."""

    def __init__(self, module: ModuleInfo, program: Program | None) -> None:
        self._module = module
        self._program = program
        self._deployed: Deployed | None = None

    def queue_or_topic(self, node: cst.BaseExpression, resolver: Resolver) -> Target:
        """The queue or topic that an expression names by its URL, ARN or name."""
        value = resolver.value_of(node)
        name = _end_of_name(value)
        if name is not None:
            return Target("yes" if name.endswith(_SUFFIX) else "no")
        named = _given_to(value)
        value = resolver.value_of(named) if named is not None else value
        found: list[Queue | Topic] = [*self._held(value, Queue), *self._held(value, Topic)]
        fifos = {_is_fifo(one) for one in found}
        if len(fifos) != 1:
            return Target()
        switches = {_switch(one.deduplicates_by_content) for one in found}
        assert self._program is not None
        place = found[0].place._replace(path=self._program.modules.shown(found[0].place.path))
        return Target(fifos.pop(), switches.pop() if len(switches) == 1 else None, place)

    def topics(self, node: cst.BaseExpression, resolver: Resolver) -> list[Topic]:
        """The topics that an expression names by a variable of the environment."""
        return self._held(resolver.value_of(node), Topic)

    def machine(self, node: cst.BaseExpression, resolver: Resolver) -> str | None:
        """The kind of the state machine that an expression names: STANDARD or EXPRESS. Of a variable to which no
        template gives one it is the kind of all that the project deploys, if they have one kind."""
        value = resolver.value_of(node)
        found = self._held(value, StateMachine)
        deployed = self._all() if not found and variable_of(value) is not None else None
        if deployed is not None:
            found = list(deployed.all(StateMachine))
        kinds = {one.kind.text if one.kind is not None else "STANDARD" for one in found}
        return kinds.pop() if len(kinds) == 1 else None

    def _held(self, value: cst.BaseExpression | None, kind: type[R]) -> list[R]:
        """The resources that a variable of the environment holds, in any function of a template that has it; none
        unless all of them are of that kind."""
        variable = variable_of(value)
        deployed = self._all() if variable else None
        return list(deployed.held_by(variable, kind)) if deployed is not None and variable is not None else []

    def _all(self) -> Deployed | None:
        if self._deployed is None and self._program is not None:
            self._deployed = self._program.modules.files.deployed_for(self._module.name)
        return self._deployed


def variable_of(value: cst.BaseExpression | None) -> str | None:
    """The variable of the environment that an expression reads: `os.environ["X"]`, `os.environ.get("X")`,
    `os.getenv("X")`."""
    if isinstance(value, cst.Subscript) and _is_environ(value.value) and len(value.slice) == 1:
        return text_of(value.slice[0].slice) or None
    if isinstance(value, cst.Call) and value.args:
        func = value.func
        of_environ = isinstance(func, cst.Attribute) and func.attr.value == "get" and _is_environ(func.value)
        if of_environ or called_name(value) == "getenv":
            return text_of(value.args[0].value) or None
    return None


def _is_environ(node: cst.BaseExpression) -> bool:
    return (isinstance(node, cst.Attribute) and node.attr.value == "environ") or (
        isinstance(node, cst.Name) and node.value == "environ"
    )


def _end_of_name(value: cst.BaseExpression | None) -> str | None:
    """The end of a name that is written; of a text in parts, the last one, if it is written and not a mere prefix."""
    if isinstance(value, cst.SimpleString):
        return text_of(value) or None
    if isinstance(value, cst.FormattedString) and value.parts:
        last = value.parts[-1]
        return last.value if isinstance(last, cst.FormattedStringText) else None
    if isinstance(value, cst.Call) and called_name(value) in _NAMING:
        return _end_of_name(_given_to(value))
    if isinstance(value, cst.Subscript):  # create_queue(..)["QueueUrl"]
        return _end_of_name(value.value) if isinstance(value.value, cst.Call) else None
    return None


def _given_to(value: cst.BaseExpression | None) -> cst.BaseExpression | None:
    """What names the queue or topic in a call that makes an object of it: `sqs.Queue(url)`."""
    if not isinstance(value, cst.Call) or called_name(value) not in _NAMING:
        return None
    named = [one.value for one in value.args if one.keyword is None or one.keyword.value in _NAMES]
    return named[0] if len(named) == 1 else None


def _is_fifo(one: Queue | Topic) -> str | None:
    if one.fifo is not None:
        return _word(one.fifo, "yes", "no")
    name = one.name.text if one.name is not None else None
    return "yes" if name is not None and name.endswith(_SUFFIX) else "no"


def _switch(value: Value | None) -> str | None:
    if value is None:
        return "off"
    return _word(value, "on", "off")


def _word(value: Value, yes: str, no: str) -> str | None:
    truth = value.truth
    return None if truth is None else yes if truth else no


__all__ = ["Target", "Targets", "variable_of"]
