"""`invocation-lint contracts`: what the handlers of the deployed functions need, as contracts that can be committed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from invocation_lint.cli.notes import say_left_out
from invocation_lint.cli.options import configuration_of, configuration_options
from invocation_lint.errors import UsageError
from invocation_lint.linked import implied
from invocation_lint.plain import plain
from invocation_lint.project import Project
from invocation_lint.report.closing import listed

if TYPE_CHECKING:
    from invocation_lint.contracts.model import Action, Field, FunctionContract
    from invocation_lint.facts.building.links.implied import Implied


@click.command("contracts")
@click.argument("function", required=False)
@click.option(
    "--format", "format_", type=click.Choice(["yaml", "json", "jsonschema"]), default="yaml", help="Output format."
)
@click.option(
    "--check",
    is_flag=True,
    help="Exit 1 if declared contracts and handlers differ, and show what breaks.",
)
@configuration_options
def command(function: str | None, format_: str, check: bool, **given: Any) -> int:
    """Print what the handlers of deployed functions require in their payloads: for FUNCTION (a name or a glob), or for
    all functions with a visible handler. The YAML can be committed and listed under the key `contracts`."""
    project = Project(configuration_of(given))
    every = list(implied(project, Path.cwd()))
    found = [one for one in every if function is None or _is_meant(one, function)]
    say_left_out(project)
    if function is not None and not found:
        raise UsageError(f"no deployed function with a visible handler is named {function!r}", _help(every, function))
    if check:
        from invocation_lint.cli.contracts_check import checked

        return checked(found, project)
    if not found:
        click.echo(f"note: {NOTHING}", err=True)
    if format_ == "yaml":
        click.echo("\n".join(map(plain, _as_yaml(found))))
    else:
        told = {one.contract.name: _schema(one) if format_ == "jsonschema" else _as_json(one) for one in found}
        click.echo(json.dumps(told if format_ == "jsonschema" else {"version": 1, "functions": told}, indent=2))
    return 0


NOTHING = "no template in this folder deploys a function whose handler is here"


def _help(every: Sequence[Implied], function: str) -> str:
    """What to ask for instead of a function that is not there."""
    if Path(function).exists():
        return "FUNCTION is a name or a glob, not a path: run the command in the folder of the project"
    names = sorted({name for one in every for name in (one.contract.name, *one.contract.names)})
    near = get_close_matches(function, names, 1)
    if near:
        return f"did you mean {near[0]}?"
    return f"there are {listed(names)}" if names else NOTHING


def _is_meant(one: Implied, function: str) -> bool:
    return any(fnmatchcase(name, function) for name in (one.contract.name, *one.contract.names))


def _as_yaml(found: Sequence[Implied]) -> Iterator[str]:
    yield "version: 1"
    named = [one for one in found if one.contract.names or one.contract.environment]
    for one in found:
        if one not in named:
            where = f"handler {one.handler.path}:{one.handler.line}"
            yield f"# {one.contract.name} ({where}) is left out: nothing tells by which name it is invoked"
    yield "functions:" if named else "functions: []"
    for one in named:
        contract = one.contract
        yield f"  # handler {one.handler.path}:{one.handler.line}, deployed by {one.template.path}:{one.template.line}"
        yield f"  - name: {json.dumps(contract.name)}"
        variables = [name for name in contract.environment if name not in one.shared]
        match = {"names": list(contract.names), "environment": variables}
        yield f"    match: {json.dumps({key: value for key, value in match.items() if value})}"
        if contract.timeout_seconds is not None:
            yield f"    timeout_seconds: {contract.timeout_seconds:g}"
        if contract.discriminator:
            yield f"    discriminator: {json.dumps(contract.discriminator[0])}"
            yield "    actions:"
            for action in contract.actions:
                yield f"      {json.dumps(action.name)}:"
                yield from described(action, "        ")
            yield "    other_actions: its handler fails"
        else:
            yield from described(contract, "    ")


def described(one: Action | FunctionContract, indent: str) -> Iterator[str]:
    """The fields of an action, or of a function without actions, and the keys of its answer, as YAML."""
    yield f"{indent}fields:{'' if one.fields else ' {}'}"
    for field in one.fields:
        yield f"{indent}  {json.dumps(field.name)}: {{{'required: true' if field.required else ''}}}"
    if one.returns is not None:
        yield f"{indent}returns: {json.dumps(list(one.returns))}"


def _as_json(one: Implied) -> dict[str, Any]:
    contract = one.contract
    return {
        "handler": {"path": one.handler.path, "line": one.handler.line},
        "template": {"path": one.template.path, "line": one.template.line},
        "names": list(contract.names),
        "environment": list(contract.environment),
        "timeout_seconds": contract.timeout_seconds,
        "discriminator": contract.discriminator[0] if contract.discriminator else None,
        "actions": {action.name: _told(action) for action in contract.actions},
        **_told(contract),
    }


def _told(one: Action | FunctionContract) -> dict[str, Any]:
    return {
        "required": [field.name for field in one.fields if field.required],
        "optional": [field.name for field in one.fields if not field.required],
        "returns": list(one.returns) if one.returns is not None else None,
    }


def _schema(one: Implied) -> dict[str, Any]:
    """A JSON Schema of the payload; of a function with actions, one of them must fit."""
    contract = one.contract
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": contract.name}
    if not contract.discriminator:
        return {**head, **_object(contract.fields)}
    choices = []
    for action in contract.actions:
        fields = _object(action.fields)
        properties = {contract.discriminator[0]: {"const": action.name}, **fields["properties"]}
        required = [contract.discriminator[0], *fields["required"]]
        choices.append({**fields, "properties": properties, "required": required})
    return {**head, "oneOf": choices}


def _object(fields: Sequence[Field]) -> dict[str, Any]:
    """An object with these fields, those below others in objects of their own."""
    made: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    for field in sorted(fields, key=lambda one: one.name.count(".")):
        *above, name = field.name.split(".")
        inside = made
        for step in above:
            inside = inside["properties"].setdefault(step, {})
            inside.setdefault("type", "object")
            inside.setdefault("properties", {})
            inside.setdefault("required", [])
        inside["properties"].setdefault(name, {})
        if field.required:
            inside["required"].append(name)
    return made
