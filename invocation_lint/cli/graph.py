"""`invocation-lint graph`: who invokes whom, and how."""

from __future__ import annotations

import json
from typing import Any

import click

from invocation_lint.cli.notes import say_left_out
from invocation_lint.cli.options import configuration_of, configuration_options
from invocation_lint.linked import graph_of
from invocation_lint.plain import plain
from invocation_lint.project import Project

MAX_EDGES = 500
"""Edges that Mermaid draws as it is configured on GitHub (Mermaid, configuration, maxEdges)."""


@click.command("graph")
@click.argument("paths", nargs=-1)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["mermaid", "dot", "json", "html"]),
    default="mermaid",
    help="Output format; html is a single self-contained page.",
)
@click.option(
    "--suggested",
    is_flag=True,
    help="Draw dotted edges to the functions that `links` suggests where nothing tells which function is invoked.",
)
@configuration_options
def command(paths: tuple[str, ...], format_: str, suggested: bool, **given: Any) -> None:
    """Draw the functions in PATHS (default: the current folder), what invokes them, and what they invoke. Cycles,
    timeouts that are too short, and functions whose failed events are lost are marked."""
    from invocation_lint.graph import rendering

    project = Project(configuration_of(given))
    graph = graph_of(project, paths or (".",), suggested=suggested)
    say_left_out(project, paths or (".",))
    if format_ == "json":
        click.echo(json.dumps(rendering.as_json(graph), indent=2))
    elif format_ == "html":
        from invocation_lint.graph.page import page_of

        click.echo(page_of(graph))
    else:
        click.echo("\n".join(map(plain, rendering.mermaid(graph) if format_ == "mermaid" else rendering.dot(graph))))
    if format_ == "mermaid" and len(graph.edges) > MAX_EDGES:
        click.echo(f"{len(graph.edges)} edges: GitHub draws at most {MAX_EDGES}; --format html shows all", err=True)
