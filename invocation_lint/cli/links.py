"""`invocation-lint links`: which deployed functions the invocations of a project are linked to, and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from invocation_lint.cli.notes import say_left_out
from invocation_lint.cli.options import configuration_of, configuration_options
from invocation_lint.linked import linked
from invocation_lint.plain import plain
from invocation_lint.project import Project

if TYPE_CHECKING:
    from invocation_lint.facts.building.links.listing import CallLink, Contract, Target
    from invocation_lint.findings import Place


@click.command("links")
@click.argument("paths", nargs=-1)
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", help="Output format.")
@configuration_options
def command(paths: tuple[str, ...], format_: str, **given: Any) -> None:
    """Show which deployed function each invocation in PATHS (default: the current folder) reaches, whether that is
    certain, and which fields are sent and required."""
    project = Project(configuration_of(given))
    found = [link for _, each in linked(project, paths or (".",)) for link in each]
    say_left_out(project, paths or (".",))
    if format_ == "json":
        click.echo(json.dumps({"version": 1, "links": [_as_json(link) for link in found]}, indent=2))
        return
    for link in found:
        click.echo("\n".join(map(plain, _as_text(link))))
    certain = sum(link.certain for link in found)
    click.echo(f"{len(found)} invocation{'' if len(found) == 1 else 's'}, {certain} linked with certainty")


def _as_json(link: CallLink) -> dict[str, Any]:
    return {
        "call": _where(link.call),
        "site": _where(link.site),
        "named_by": link.named_by,
        "targets": [_target(one) for one in link.targets],
        "certain": link.certain,
        "reason": link.reason,
        "contract": _contract(link.contract),
        "sent": list(link.sent) if link.sent is not None else None,
        "mismatches": _mismatches(link.missing),
    }


def _target(target: Target) -> dict[str, Any]:
    handler = None
    if target.handler is not None:
        title, place = target.handler
        handler = {"path": place.path, "function": title, "line": place.line}
    return {
        "name": target.name,
        "handler": handler,
        "suggested": target.is_supposed,
        "template": _where(target.template) if target.template is not None else None,
        "contract": _contract(target.contract),
        "mismatches": _mismatches(target.contract.missing if target.contract is not None else ()),
    }


def _mismatches(missing: Iterable[str]) -> list[dict[str, Any]]:
    return [{"kind": "missing_field", "field": field} for field in missing]


def _contract(contract: Contract | None) -> dict[str, Any] | None:
    return None if contract is None else {"required": list(contract.required), "optional": list(contract.optional)}


def _where(place: Place) -> dict[str, Any]:
    return {"path": place.path, "line": place.line}


def _as_text(link: CallLink) -> Iterator[str]:
    names = ", ".join(dict.fromkeys(target.name for target in link.targets)) or "?"  # several templates may have one
    sure = "" if link.certain else f" ({link.reason})"
    yield f"{link.call.path}:{link.call.line}: {link.caller or 'the module'} -> {names}{sure}"
    yield from dict.fromkeys(line for target in link.targets for line in _lines_of(target, link))
    if link.sent is not None:
        yield f"  sent      {' '.join(link.sent) or 'nothing'}"
    if link.contract is not None:
        yield f"  required  {' '.join(link.contract.required) or 'nothing'}"
    if link.missing:
        yield f"  missing   {' '.join(link.missing)}"


def _lines_of(target: Target, link: CallLink) -> Iterator[str]:
    if target.handler is not None:
        title, place = target.handler
        yield f"  handler   {place.path}:{place.line} {title}{' (suggested by its name)' if target.is_supposed else ''}"
    if target.template is not None:
        yield f"  template  {target.template.path}:{target.template.line}"
    if target.contract is not None and target.contract.missing and not link.certain:
        yield f"  lacks     {' '.join(target.contract.missing)}, if it is {target.name}"
