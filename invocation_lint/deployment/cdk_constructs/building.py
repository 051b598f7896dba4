"""From a run to templates: what was made, as resources of the model, a template a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from invocation_lint.deployment.cdk_constructs.functions import FUNCTIONS, LAYERS, alias, function, layer
from invocation_lint.deployment.cdk_constructs.low_level import low_level, type_of
from invocation_lint.deployment.cdk_constructs.machines import (
    MACHINES,
    has_definition,
    is_put_together,
    state_machine,
)
from invocation_lint.deployment.cdk_constructs.making import Making, function_of, things_in
from invocation_lint.deployment.cdk_constructs.messaging import resources
from invocation_lint.deployment.cdk_constructs.rules import rule, schedule, target_alone
from invocation_lint.deployment.cdk_constructs.runs import Application, BaseRun
from invocation_lint.deployment.cdk_constructs.things import Call, Thing
from invocation_lint.deployment.cdk_constructs.triggers import of_call, of_thing
from invocation_lint.deployment.model import Problem, Resource, Template
from invocation_lint.findings import Place


def templates_of(
    run: BaseRun, files: Application, language: str, told: Iterable[tuple[str, Place]]
) -> tuple[Template, ...]:
    """What a run made, as templates; `told` are the problems that were met."""
    making = Making(run, files)
    about = _about(run.made)
    targets = {one for rule in run.made if _is_rule(rule) for one in _targets(rule, about)}
    for one in run.made:
        if isinstance(one, Thing) and is_put_together(making, one):
            making.note_machine(one)
    for one in run.made:
        if isinstance(one, Thing):
            _add(making, one, about.get(one, []), targets)
        else:
            for resource in of_call(making, one):
                making.add(resource, one.owner.deployment if isinstance(one.owner, Thing) else "")
    making.finish()
    problems: dict[str, list[Problem]] = defaultdict(list)
    for message, place in told:
        problems[place.path].append(Problem(message, place))
    paths = dict.fromkeys([*making.resources, *making.outputs, *making.parameters, *problems])
    return tuple(
        Template(
            path,
            language,
            tuple(making.resources[path]),
            parameters=tuple(making.parameters[path]),
            outputs=tuple(making.outputs[path]),
            problems=tuple(problems[path]),
        )
        for path in paths
    )


def _is_rule(one: Thing | Call) -> bool:
    return isinstance(one, Thing) and one.kind == "Rule"


def _targets(rule: Any, about: dict[Thing, list[Call]]) -> Iterator[Thing]:
    """The targets of a rule."""
    yield from things_in(rule.args)
    for call in about.get(rule, ()):
        yield from things_in(call.args or ())


def _about(made: list[Thing | Call]) -> dict[Thing, list[Call]]:
    """The calls of each thing's methods, and those that grant a function to invoke another."""
    found: dict[Thing, list[Call]] = defaultdict(list)
    for one in made:
        if not isinstance(one, Call):
            continue
        if one.name == "grantInvoke":
            for thing in things_in(one.args or ()):
                found[thing].append(one)
            continue
        owner = function_of(one.owner)
        if owner is not None:
            found[owner].append(one)
    return found


def _add(making: Making, thing: Thing, calls: list[Call], targets: set[Thing]) -> None:
    """Add what a construct, or another object of a library, is in the model."""
    found: list[Resource] = []
    if thing.path and not thing.is_imported:
        if type_of(thing):
            found += low_level(making, thing)
        elif thing.kind in FUNCTIONS:
            found.append(function(making, thing, calls))
        elif thing.kind in LAYERS:
            found.append(layer(making, thing))
        elif thing.kind in {"Alias", "Version"} and "lambda" in thing.module:
            found.append(alias(thing))
        elif thing.kind == "Rule" and "event" in thing.module:
            found += rule(making, thing, calls)
        elif thing.kind in MACHINES and thing.module.endswith("stepfunctions"):
            found += state_machine(making, thing)
        elif thing.kind == "Schedule":
            found += schedule(making, thing)
        else:
            found += resources(making, thing, calls)
    if thing.kind == "LambdaFunction" and thing not in targets:
        found += target_alone(making, thing)
    if thing.kind not in MACHINES or not has_definition(making, thing):
        found += of_thing(making, thing, calls)
    for one in found:
        making.add(one, thing.deployment)
