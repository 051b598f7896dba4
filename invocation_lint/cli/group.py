"""The group of commands; the module of a command is imported when it is run."""

from __future__ import annotations

from importlib import import_module

import click

from invocation_lint import __version__

_COMMANDS = {
    "cache": "Show where the cache is, or remove its contents.",
    "check": "Report AWS Lambda invocations that will hurt.",
    "config": "Show the configuration of a file.",
    "contracts": "Print what deployed functions require in their payloads.",
    "explain": "Explain what a rule finds, why it matters, and what to do instead.",
    "facts": "Show what the tool knows about a file.",
    "init": "Inspect a repository and write an initial configuration.",
    "graph": "Draw which function invokes which, and how.",
    "links": "Show which invocation reaches which deployed function.",
    "reference": "Run functions on a local Lambda service.",
    "rules": "List the rules.",
}


class _LazyGroup(click.Group):
    """Commands by the name of their module, so that `--version` and `--help` import none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"invocation_lint.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", message="invocation-lint %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Find AWS Lambda invocations that will hurt, without importing or running the code.

    Start with: invocation-lint check
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)
