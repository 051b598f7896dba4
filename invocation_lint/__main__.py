"""`python -m invocation_lint`: the same as the command."""

from invocation_lint.cli import main

if __name__ == "__main__":
    main()
