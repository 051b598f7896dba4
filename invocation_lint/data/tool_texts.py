"""What the findings of the tool itself say: every message with its help, by the id of the finding.

Names in braces are filled in. `{name}` in a help is the file; `to_leave_out` is said where nothing else is known.
"""

from __future__ import annotations

from typing import NamedTuple

from invocation_lint.errors import UnreadableFile


class ToolText(NamedTuple):
    """A message of the finding with an id, and what to do about it."""

    id: str
    message: str
    help: str = ""

    def filled(self, **values: object) -> tuple[str, str]:
        """Message and help with values for the names in braces."""
        return self.message.format(**values), self.help.format(**values)

    def error(self, line: int = 1, column: int = 1, name: str = "", **values: object) -> UnreadableFile:
        """The error of a file that cannot be analysed, at a place in it."""
        message, help = self.filled(name=name, **values)
        return UnreadableFile(message, line, column, help, name)


_LEAVE_OUT = 'to exclude the file, add to the configuration: exclude = ["{name}"]'
_ENCODING = "save the file as UTF-8, or name its encoding in the first line: # -*- coding: latin-1 -*-"
_FORM = "write # invocation-lint: ignore[RULE] reason, with ids or names"

ENDED_PROCESS = ToolText("INV000", "the process that analysed this file died", f"please report it; {_LEAVE_OUT}")
BROKE_OFF = ToolText(
    "INV000", "the analysis failed: {kind}: {error}", "run with --debug for the traceback; please report it"
)
NOTHING_CHECKED = ToolText("INV000", "nothing was checked: {error}")

CANNOT_BE_READ = ToolText("INV001", "cannot be read: {why}", _LEAVE_OUT)
WIDE = ToolText("INV001", "the file is encoded as {encoding}, which Python does not read", _ENCODING)
CODING_CONTRADICTED = ToolText(
    "INV001",
    "the file starts with a UTF-8 byte order mark, but its coding line says {encoding}",
    "remove the coding line",
)
NOT_IN_ENCODING = ToolText("INV001", "byte 0x{byte:02x} is not valid {encoding}", _ENCODING)
NO_SUCH_ENCODING = ToolText("INV001", "there is no text encoding named {encoding}", _ENCODING)
NUL_BYTE = ToolText(
    "INV001",
    "the file contains a NUL byte, so it is not Python source",
    "is it a binary file, or was it only partly written?",
)
MERGE_CONFLICT = ToolText(
    "INV001", "unresolved merge conflict", "resolve it and remove the <<<<<<<, ======= and >>>>>>> lines"
)
REFUSED_BY_PARSER = ToolText("INV001", "the parser does not accept this code, although this Python does", _LEAVE_OUT)
NOT_SPACED = ToolText(
    "INV001",
    "the parser cannot read it: {error}",
    "put a space after each keyword that is followed by a bracket or a quote",
)
PYTHON_2 = ToolText("INV001", "{old}: this is Python 2, which cannot be parsed", f"convert it; {_LEAVE_OUT}")
SYNTAX_ERROR = ToolText("INV001", "syntax error: {said}", _LEAVE_OUT)
TOO_DEEP = ToolText("INV001", "the code is nested too deeply to be analysed", _LEAVE_OUT)
TOO_MANY_BYTES = ToolText("INV001", "the file has {size:.1f} MB; at most 2 MB are analysed", _LEAVE_OUT)
TOO_MANY_LINES = ToolText("INV001", "the file has {lines:,} lines; at most {most:,} are analysed", _LEAVE_OUT)
TOO_MANY_BRACKETS = ToolText("INV001", "brackets are nested more than {most} deep", _LEAVE_OUT)
TOO_DEEP_PATTERN = ToolText(
    "INV001", "a pattern or target of `del` is nested too deeply to be parsed in reasonable time", _LEAVE_OUT
)
TOO_LONG_RUN = ToolText(
    "INV001", "an expression nests or chains more than {most} operators, calls or strings", _LEAVE_OUT
)
TOO_MANY_ELIFS = ToolText("INV001", "an if statement has more than {most} elif clauses", _LEAVE_OUT)
LARGE_NOTEBOOK = ToolText("INV001", "the notebook has {size:.1f} MB; at most 50 MB are analysed", _LEAVE_OUT)
NOTEBOOK_NOT_UTF_8 = ToolText("INV001", "the notebook is not UTF-8", _LEAVE_OUT)
NOTEBOOK_NO_JSON = ToolText("INV001", "the notebook is not valid JSON: {error}", _LEAVE_OUT)
NOTEBOOK_TOO_DEEP = ToolText("INV001", "the notebook is nested too deeply to be read", _LEAVE_OUT)
NO_NOTEBOOK = ToolText("INV001", "the file is JSON, but not a version 4 notebook: it has no list of cells", _LEAVE_OUT)

UNUSED = ToolText("INV002", "unused suppression: {code} is not reported here", "remove {code} from the comment")

BARE_NOQA = ToolText(
    "INV003", "without a colon this is a bare noqa, which silences everything", "write # noqa: {codes}"
)
NO_DIGITS = ToolText(
    "INV003", "{code} has no digits: flake8 takes this for a bare noqa", "name the rule: # noqa: {code}101"
)
SMALL_LETTERS = ToolText("INV003", "{code} is in lower case", "write # noqa: {upper}")
NOTHING_SUPPRESSED = ToolText("INV003", "the comment {comment!r} suppresses nothing", _FORM)
EMPTY_BRACKETS = ToolText("INV003", "ignore[] names no rule", _FORM)
NAMES_NO_RULE = ToolText("INV003", "the comment {comment!r} names no rule", _FORM)
OPEN_BRACKET = ToolText("INV003", "the comment {comment!r} does not close its bracket", _FORM)
NOT_UNDERSTOOD = ToolText("INV003", "the comment {comment!r} is not understood", _FORM)
NO_SUCH_RULE = ToolText("INV003", "there is no rule {code!r}{meant}")
NOT_SUPPRESSIBLE = ToolText("INV003", "{code} cannot be suppressed", "exclude the file by its path")

CONTRACTS_CONFLICT = ToolText("INV004", "the contracts {names} both match this function, so neither is used")

CONTRACT_DRIFT = ToolText(
    "INV005",
    "{about}: {what}",
    "the contract of {name} is declared at {path}:{line}; all rules use it until one of the two is fixed",
)

BROKEN_TEMPLATE = ToolText("INV006", "this template cannot be read ({why}), so what it deploys is unknown", _LEAVE_OUT)


def all_texts() -> list[ToolText]:
    """Every text, in the order of ids."""
    return sorted((one for one in globals().values() if isinstance(one, ToolText)), key=lambda text: text.id)
