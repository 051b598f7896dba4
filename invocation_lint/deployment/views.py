"""The functions of a template as those see them who ask about handlers: see `sketch`."""

from __future__ import annotations

from invocation_lint.deployment.deployed import Deployed
from invocation_lint.deployment.model import Function, Layer, Template
from invocation_lint.deployment.sketch import DeployedFunction, in_order
from invocation_lint.deployment.sketch import Template as Sketch


def view_of(deployed: Deployed, template: Template) -> Sketch:
    """What one template deploys, with what others say of it."""
    functions = tuple(view for _, view in functions_of(deployed, template))
    folders = [one.code.folder for one in template.resources if isinstance(one, Layer) and one.code.folder]
    return Sketch(template.path, functions, tuple(folders))


def functions_of(deployed: Deployed, template: Template) -> list[tuple[Function, DeployedFunction]]:
    """The functions of one template, each with what is seen of it."""
    return [(one, _function(deployed, one)) for one in template.resources if isinstance(one, Function)]


def _function(deployed: Deployed, function: Function) -> DeployedFunction:
    handler = function.handler.text if function.handler is not None else None
    folders: dict[str, None] = {}
    others = False
    for used in function.layers:
        layers = [deployed.get(one.resource, Layer) for one in used.attributes()]
        told = [one.code.folder for one in layers if one is not None and one.code.folder is not None]
        folders.update(dict.fromkeys(told))
        others = others or not told
    return DeployedFunction(
        function.called or function.key.id,
        handler=handler if handler and is_python(function) and function.code.kind != "inline" else "",
        code=function.code.folder,
        timeout_seconds=function.timeout_seconds.number if function.timeout_seconds is not None else None,
        layers=tuple(folders),
        other_layers=others,
        invoked_by=in_order(deployed.invoked_by(function)),
        known_as=in_order(deployed.known_as(function)),
        front_seconds=tuple(sorted(_seconds(deployed, function))),
    )


def _seconds(deployed: Deployed, function: Function) -> set[float]:
    """How long APIs in front of a function wait, where that is told."""
    told = (one.timeout_ms.number for one in deployed.triggers_of(function) if one.timeout_ms is not None)
    return {one / 1000 for one in told if one is not None}


def is_python(function: Function) -> bool:
    """Whether a function may be written in Python: it is not told that it is in another language."""
    told = function.runtime.texts if function.runtime is not None else None
    return not told or any("python" in one for one in told)
