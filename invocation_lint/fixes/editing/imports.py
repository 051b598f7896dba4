"""The import lines of a module's body, and where one more would stand."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Collection, Sequence

import libcst as cst

from invocation_lint.fixes.editing.case import Change
from invocation_lint.fixes.editing.code import Code, DoesNotApply
from invocation_lint.records import record
from invocation_lint.source.names import How, Scope, collect_bindings, dotted_name
from invocation_lint.source.parsing.walk import walk


@record
class ImportLine:
    """One line: `import a, b` with its modules in `plain`, or `from a import b` with its module in `origin`."""

    node: cst.SimpleStatementLine
    index: int  # among the statements of the module
    plain: tuple[str, ...] = ()
    origin: str | None = None  # "" for a relative import

    @property
    def package(self) -> str:
        """The package that the line is sorted under."""
        return (self.plain[0] if self.plain else self.origin or "").partition(".")[0]


def import_lines(code: Code) -> list[ImportLine]:
    """The import lines of the module's body, without those of `__future__`."""
    return code.once("import lines", lambda: _import_lines(code.source.module))


def _import_lines(module: cst.Module) -> list[ImportLine]:
    found: list[ImportLine] = []
    for index, line in enumerate(module.body):
        if not isinstance(line, cst.SimpleStatementLine):
            continue
        for statement in line.body:
            if isinstance(statement, cst.Import):
                names = tuple(dotted_name(alias.name) or "" for alias in statement.names)
                found.append(ImportLine(line, index, plain=names))
            elif isinstance(statement, cst.ImportFrom):
                origin = "" if statement.relative or statement.module is None else dotted_name(statement.module)
                if origin != "__future__":
                    found.append(ImportLine(line, index, origin=origin))
    return found


def scopes_that_bind(code: Code, name: str) -> Sequence[tuple[Scope, frozenset[How]]]:
    """The scopes of a file in which a name means something of their own, each with the ways in which they bind it."""
    return code.once("scopes by name", lambda: _scopes_by_name(code.source.module)).get(name, ())


def _scopes_by_name(module: cst.Module) -> dict[str, list[tuple[Scope, frozenset[How]]]]:
    found: dict[str, list[tuple[Scope, frozenset[How]]]] = defaultdict(list)
    for node in walk(module):
        if isinstance(node, (cst.Module, cst.FunctionDef, cst.ClassDef, cst.Lambda)):
            for name, ways in collect_bindings(node).items():
                found[name].append((node, ways))
    return dict(found)


def import_standard(code: Code, module: str) -> Change:
    """`import m` in its order among the first plain imports of the standard library; where the first imports are of
    other packages, in a group of its own in front of them."""
    lines = import_lines(code)
    if not lines:
        raise DoesNotApply("nothing is imported yet")
    group = _groups(lines)[0]
    plain = [line for line in group if line.plain and _is_standard(line)]
    after = next((line for line in plain if line.plain[0] > module), None)
    if after is None and plain:
        return _behind(code, plain[-1], f"import {module}")
    is_alone = not any(_is_standard(line) for line in group)
    return _in_front(code, after or lines[0], f"import {module}", code.newline if is_alone else "")


def import_from(code: Code, origin: str, name: str, beside: Collection[str]) -> Change:
    """`from origin import name` in its order among the imports that stand together with one of the packages `beside`;
    right behind that one where those have no order."""
    lines = import_lines(code)
    written = f"from {origin} import {name}"
    group = next((group for group in _groups(lines) if any(line.package in beside for line in group)), None)
    if group is None:
        raise DoesNotApply("the SDK is imported elsewhere")
    of_sdk = [line for line in group if line.package in beside]
    froms = [line for line in group if line.origin is not None]
    is_sorted = group == [*(line for line in group if line.plain), *froms]
    keys = [line.origin or "~" for line in froms]
    if not is_sorted or keys != sorted(keys, key=str.lower):
        return _behind(code, of_sdk[-1], written)
    after = next((line for line in froms if (line.origin or "~").lower() > origin and not _is_standard(line)), None)
    return _in_front(code, after, written) if after is not None else _behind(code, group[-1], written)


def _groups(lines: list[ImportLine]) -> list[list[ImportLine]]:
    """The import lines by the stretches between blank lines and other statements."""
    groups: list[list[ImportLine]] = []
    for before, line in zip([None, *lines], lines, strict=False):
        blank = any(empty.comment is None for empty in line.node.leading_lines)
        if before is None or blank or line.index > before.index + 1:
            groups.append([])
        groups[-1].append(line)
    return groups


def _is_standard(line: ImportLine) -> bool:
    return line.package in sys.stdlib_module_names


def _behind(code: Code, line: ImportLine, written: str) -> Change:
    end = code.line_end(code.span(line.node)[1])
    return end, end, f"{code.newline}{written}"


def _in_front(code: Code, line: ImportLine, written: str, more: str = "") -> Change:
    start = code.line_start(code.span(line.node)[0])
    return start, start, f"{written}{code.newline}{more}"
