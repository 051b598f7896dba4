"""`invocation-lint reference`: commands of the reference runtime. `serve` runs the functions of a template."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import click

from invocation_lint.errors import UsageError

DEFAULT_PORT = 3001
_LOOK_SECONDS = 0.5


@click.group("reference", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Run functions on a local Lambda service, the one that the rules are proved on.

    Requires Linux and the extra `reference`.
    """


@command.command("serve")
@click.argument("templates", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=DEFAULT_PORT, help="Port on 127.0.0.1; 0 picks a free one."
)
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A template parameter, or a variable of a serverless.yml (stage=prod).",
)
@click.option(
    "--env", "variables", multiple=True, metavar="NAME=VALUE", help="An environment variable for all functions."
)
@click.option("--stack-name", help="The stack name, which resource names begin with.  [default: the template's folder]")
@click.option("--region", default="us-east-1", help="The region of functions and ARNs.")
@click.option(
    "--permissions",
    type=click.Choice(["open", "strict"]),
    default="open",
    help="strict: invocations need a role or a permission in the template that allows them.",
)
@click.option(
    "--clock-factor", type=click.FloatRange(1), default=1.0, help="How many times faster the service's clock runs."
)
@click.option("--watch", is_flag=True, help="Serve the templates anew when one of them changes.")
def serve(
    templates: tuple[Path, ...],
    port: int,
    parameters: tuple[str, ...],
    variables: tuple[str, ...],
    stack_name: str | None,
    region: str,
    permissions: str,
    clock_factor: float,
    watch: bool,
) -> None:
    """Serve TEMPLATES (SAM, CloudFormation, or a serverless.yml) until Ctrl-C.

    Each of several may import what the earlier ones export. The real Invoke API on 127.0.0.1, each handler in its own
    process, queues and tables from moto, no Docker.
    """
    check_installed()
    from invocation_lint.reference.service.service import LambdaService
    from invocation_lint.reference.templates.names import Place
    from invocation_lint.reference.templates.serving import Deployment
    from invocation_lint.reference.templates.stack import read_stack

    if stack_name and len(templates) > 1:
        raise UsageError("--stack-name: it names one stack, and several templates are given")
    given, environment = pairs("--parameter", parameters), pairs("--env", variables)
    service = LambdaService(
        port=port,
        region=region,
        clock_factor=clock_factor,
        environment=environment,
        permissions=permissions,
        on_event=_print_event,
    )
    with tempfile.TemporaryDirectory(prefix="local-lambda-code-") as made:
        try:
            service.start()
        except OSError as error:
            raise UsageError(
                f"port {port}: {error.strerror}", "choose another with --port, or 0 for a free one"
            ) from None
        try:
            deployment = Deployment(service)

            def serve_all() -> list[str]:
                """Serve the templates; what is noted about them."""
                exports: dict[str, str] = {}
                notes: list[str] = []
                names = stack_names(templates, stack_name)
                for template, (document, its_own) in _read(templates, given).items():
                    name = names[template]
                    stack = read_stack(
                        template,
                        Place(region, service.account, service.endpoint_url, name),
                        document=document,
                        parameters=its_own,
                        made=Path(made) / name,
                        permissions=permissions,
                        exports=exports,
                    )
                    deployment.serve(stack)
                    exports |= stack.exports
                    notes += stack.notes
                return notes

            try:
                written = _written(templates)
                notes = serve_all()
                end_on_sigterm()  # before the start is printed: who reads it may end the command at once
                _print_start(templates, service, notes)
                if watch:
                    _serve_anew(templates, written, serve_all)
                wait_for_end()
            finally:
                for note in deployment.end():
                    click.echo(f"note: {note}")
        finally:
            service.stop()


def _read(templates: tuple[Path, ...], given: dict[str, str]) -> dict[Path, tuple[Any, dict[str, str]]]:
    """What each template holds, and its own among the given parameters: of one template all. Raises UsageError, also
    for a parameter that none of several templates has."""
    from invocation_lint.reference.templates.reading import declared, read_yaml

    documents = {template: read_yaml(template) for template in templates}
    if len(documents) == 1:
        return {template: (document, given) for template, document in documents.items()}
    read = {template: (document, declared(document, given)) for template, document in documents.items()}
    for name in given:
        if all(name not in its_own for _, its_own in read.values()):
            raise UsageError(f"--parameter {name}: no template has a parameter of that name")
    return read


def _serve_anew(templates: tuple[Path, ...], seen: list[int], serve_all: Callable[[], list[str]]) -> NoReturn:
    """Serve the templates whenever one has changed since `seen`; a mistake is printed, and what is served stays."""
    while True:
        time.sleep(_LOOK_SECONDS)
        if (now := _written(templates)) == seen:
            continue
        seen = now
        try:
            notes = serve_all()
        except UsageError as error:
            click.echo(f"error: {error.message}")
            continue
        click.echo(f"{', '.join(map(str, templates))}: served anew")
        for note in notes:
            click.echo(f"  note: {note}")


def _written(templates: tuple[Path, ...]) -> list[int]:
    """When the files were written last; 0 for one that is not there just now."""
    return [template.stat().st_mtime_ns if template.is_file() else 0 for template in templates]


def stack_names(templates: tuple[Path, ...], given: str | None) -> dict[Path, str]:
    """The name of each template's stack: the one given, else that of its folder, and the file's where they share it."""
    names: dict[Path, str] = {}
    for template in templates:
        name = given or template.resolve().parent.name or "local"
        names[template] = f"{name}-{template.stem}" if name in names.values() else name
    return names


def pairs(option: str, values: tuple[str, ...]) -> dict[str, str]:
    """`NAME=VALUE` texts as a dict. Raises UsageError for one without `=`."""
    for value in values:
        if "=" not in value:
            raise UsageError(f"{option} {value}: not NAME=VALUE")
    return dict(value.split("=", 1) for value in values)


def check_installed() -> None:
    """Raise UsageError when the reference runtime cannot run here."""
    if not sys.platform.startswith("linux"):
        raise UsageError("the reference runtime needs Linux")
    missing = [name for name in ("awslambdaric", "boto3", "moto") if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the reference runtime needs {', '.join(missing)}", 'pip install "invocation-lint[reference]"'
        )


def end_on_sigterm() -> None:
    """Let SIGTERM end the program as an exception does (exit 143), so that what is open is closed."""

    def terminate(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, terminate)


def wait_for_end() -> NoReturn:
    """Wait until a signal raises: Ctrl-C (KeyboardInterrupt) or SIGTERM (`end_on_sigterm`)."""
    while True:
        threading.Event().wait(3600)


def _print_event(line: str) -> None:
    click.echo(line if line.startswith("  ") else f"{time.strftime('%H:%M:%S')} {line}")


def _print_start(templates: tuple[Path, ...], service: object, notes: list[str]) -> None:
    from invocation_lint.reference.service.service import LambdaService

    assert isinstance(service, LambdaService)
    click.echo(f"{', '.join(map(str, templates))} at {service.endpoint_url} (Ctrl-C ends it)")
    for registered in service.functions():
        function = registered.function
        click.echo(f"  {function.name}: {function.handler}, {function.timeout:g} s")
    for what, address in service.addresses().items():
        click.echo(f"  {what}: {address}")
    for note in notes:
        click.echo(f"  note: {note}")
    names = [each.function.name for each in service.functions()]
    click.echo("\nIn a program:")
    where = f'endpoint_url="{service.endpoint_url}", region_name="{service.region}"'
    click.echo(f'    client = boto3.client("lambda", {where})')
    click.echo(f'    client.invoke(FunctionName="{names[0] if names else "NAME"}", Payload=b"{{}}")')
    click.echo("Any credentials work. To run a program unchanged, set AWS_ENDPOINT_URL to the address above.\n")
