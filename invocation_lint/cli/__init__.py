"""The command line: translation between a shell and the engine, nothing else.

Exit codes: 0 nothing at or above `--fail-on`; 1 findings; 2 the tool could not do its job (a mistake in what was given,
a file that could not be analysed); 130 after Ctrl-C.
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import NoReturn

EXIT_USAGE = 2
EXIT_INTERRUPTED = 130
_COLLECTING = 10_000_000, 50  # trees and values live long: to look through a gigabyte of them frees a tenth of it


def main() -> NoReturn:
    """Entry point of the command: runs it and exits with its status."""
    gc.set_threshold(*_COLLECTING)
    _show_all_there_is()
    import click

    from invocation_lint.cli.group import cli
    from invocation_lint.errors import CannotWrite, UsageError
    from invocation_lint.plain import plain

    try:
        status = cli.main(prog_name="invocation-lint", standalone_mode=False)
    except click.exceptions.Exit as exit:
        status = exit.exit_code
    except click.ClickException as error:
        setattr(error, "message", plain(error.message))  # noqa: B010 - it is meant to stay, and yet it steers terminals
        error.show()
        status = error.exit_code
    except UsageError as error:
        _complain(f"error: {error.message}", error.help, linted=False)
        status = EXIT_USAGE
    except CannotWrite as error:
        _complain(f"error: {error.message}")
        status = EXIT_USAGE
    except (KeyboardInterrupt, click.Abort):
        status = EXIT_INTERRUPTED
    except BrokenPipeError:  # whoever read our output went away before there was a status
        status = 0
    except OSError as error:
        if "--debug" in sys.argv:
            raise
        _complain(f"error: {error.filename or 'standard output'}: {error.strerror or error}")
        status = EXIT_USAGE
    leave(status if isinstance(status, int) else 0)


def _show_all_there_is() -> None:
    """Characters that a console does not have are written as escapes; they end no command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def leave(status: int) -> NoReturn:
    """Exits with a status, quietly even when nobody reads standard output any more; one that is full is an error."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            if status != EXIT_USAGE:
                _complain(f"error: standard output: {error.strerror or error}")
            status = EXIT_USAGE
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the interpreter flushes once more at exit
    gc.freeze()  # the process ends: nobody needs the garbage to be collected
    sys.exit(status)


def _complain(message: str, help: str = "", *, linted: bool = True) -> None:
    from invocation_lint.plain import plain

    with suppress(OSError):
        print(plain(message), file=sys.stderr)
        if help:
            print(f"help: {plain(help)}", file=sys.stderr)
        if not linted and sys.argv[1:2] == ["check"]:
            print("Nothing was linted.", file=sys.stderr)
