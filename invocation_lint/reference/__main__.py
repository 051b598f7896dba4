"""`python -m invocation_lint.reference`: the same as `invocation-lint reference`."""

from __future__ import annotations

import sys

from invocation_lint.errors import UsageError
from invocation_lint.reference.command import command

if __name__ == "__main__":
    try:
        command(prog_name="invocation-lint reference")
    except UsageError as error:
        print(f"error: {error.message}", file=sys.stderr)
        if error.help:
            print(f"help: {error.help}", file=sys.stderr)
        sys.exit(2)
