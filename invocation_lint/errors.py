"""Errors that end in one clear line for the user instead of a traceback."""

from __future__ import annotations


class UsageError(Exception):
    """Something given for this run is wrong (a path, a key, a rule id): exit 2, and nothing is linted.

    `message` is one line: where (file:line:column, when it came from a file) and what. `help` says how to mend it.
    """

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class CannotWrite(Exception):
    """A report cannot be written: exit 2. What was linted is lost; `message` is one line with the reason."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UnreadableFile(Exception):
    """A file that cannot be analysed: INV001 at its place and exit 2, while the other files are linted.

    Lines and columns count from 1, columns in characters. `help` says how to mend it; `path` is the file's name, where
    the raiser knows it.
    """

    def __init__(self, message: str, line: int = 1, column: int = 1, help: str = "", path: str = "") -> None:
        super().__init__(message)
        self.path = path
        self.message = message
        self.line = line
        self.column = column
        self.help = help
