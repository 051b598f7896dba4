"""The event source mapping of a handler, by the templates of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.deployment.model import EventSourceMapping, Function
from invocation_lint.deployment.values import Value
from invocation_lint.findings import Place
from invocation_lint.records import record

if TYPE_CHECKING:
    from invocation_lint.analysis.project import Program

DEFAULT_SIZES = {"queue": 10, "stream": 100}
"""Lambda API reference, CreateEventSourceMapping, BatchSize."""


@record
class Mapping:
    """What the mappings of a function agree on; None where they do not tell, or differ."""

    batch_size: int | None = None
    reports: str | None = None
    place: Place | None = None
    filtered: str | None = None


def functions_of(program: Program, module: ModuleInfo, handler: FunctionInfo) -> list[Function]:
    """The functions of templates whose handler it is."""
    from invocation_lint.facts.building.links.inferred import links_of

    program.modules.files.deployed_for(module.name)
    names = [handler.name, *(name for name, held in module.aliases.items() if handler.name in held)]
    code = links_of(program).code
    return [function for name in names for function in code.entered_by(module.name, name)]


def has_provider(program: Program, module: ModuleInfo, handler: FunctionInfo) -> bool:
    """Whether the provider framework of the CDK calls it for a custom resource."""
    deployed = program.modules.files.deployments.deployed
    return any(
        trigger.type == "aws_cdk.Provider"
        for function in functions_of(program, module, handler)
        for trigger in deployed.triggers_of(function)
    )


def timeout_of_all(functions: list[Function]) -> float | None:
    """The timeout of functions in seconds; None where it is not told, or differs."""
    from invocation_lint.facts.building.links.inferred import timeout_of

    told = {timeout_of(one) for one in functions}
    return told.pop() if len(told) == 1 else None


def shortest_timeout(functions: list[Function]) -> float | None:
    """The shortest timeout of functions in seconds; None where one of them is not told."""
    from invocation_lint.facts.building.links.inferred import timeout_of

    told = [timeout_of(one) for one in functions]
    return min((one for one in told if one is not None), default=None) if None not in told else None


def mapping_of(program: Program, functions: list[Function]) -> Mapping | None:
    """The mapping that hands events to functions that have the same handler; None where no template has one."""
    files = program.modules.files
    found: list[EventSourceMapping] = []
    for function in functions:
        triggers = files.deployments.deployed.triggers_of(function)
        found += [one for one in triggers if isinstance(one, EventSourceMapping)]
    if not found:
        return None
    sizes = {_size(one) for one in found}
    switches = {_switch(one.reports_item_failures) for one in found}
    place = found[0].place._replace(path=program.modules.shown(found[0].place.path))
    return Mapping(
        sizes.pop() if len(sizes) == 1 else None,
        switches.pop() if len(switches) == 1 else None,
        place,
        "yes" if any(one.filters for one in found) else "no",
    )


def _size(mapping: EventSourceMapping) -> int | None:
    if mapping.batch_size is None:
        return DEFAULT_SIZES.get(mapping.kind)
    number = mapping.batch_size.number
    return int(number) if number is not None else None


def _switch(value: Value | None) -> str | None:
    if value is None or value.is_set is False:
        return "off"
    told = value.written
    if told is None or not value.is_set:
        return None
    return "on" if "ReportBatchItemFailures" in told else "off"


__all__ = [
    "DEFAULT_SIZES",
    "Mapping",
    "functions_of",
    "has_provider",
    "mapping_of",
    "shortest_timeout",
    "timeout_of_all",
]
