"""The command line: translation between a shell and the engine, nothing else.

Exit codes: 0 nothing at or above `--fail-on`; 1 findings; 2 the tool could not do its job (a mistake in what was given,
a file that could not be analysed); 130 after Ctrl-C.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
_YOUNG_OBJECTS = 200_000  # trees and values live long: looking through them for garbage finds little


def main() -> NoReturn:
    """Entry point of the command: runs it and exits with its status."""
    gc.set_threshold(_YOUNG_OBJECTS)
    import click

    from invocation_lint.cli.group import cli
    from invocation_lint.errors import UsageError

    try:
        status = cli.main(prog_name="invocation-lint", standalone_mode=False)
    except click.exceptions.Exit as exit:
        status = exit.exit_code
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except UsageError as error:
        _complain(f"error: {error.message}", error.help)
        status = EXIT_USAGE
    except (KeyboardInterrupt, click.Abort):
        status = EXIT_INTERRUPTED
    except BrokenPipeError:  # whoever read our output went away before there was a status
        status = 0
    leave(status if isinstance(status, int) else 0)


def leave(status: int) -> NoReturn:
    """Exits with a status, quietly even when nobody reads standard output any more."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the interpreter flushes once more at exit
    gc.freeze()  # the process ends: nobody needs the garbage to be collected
    sys.exit(status)


def _complain(message: str, help: str) -> None:
    with suppress(OSError):
        print(message, file=sys.stderr)
        if help:
            print(f"help: {help}", file=sys.stderr)
        if sys.argv[1:2] == ["check"]:
            print("Nothing was linted.", file=sys.stderr)
