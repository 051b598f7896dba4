"""The name of the module json in a file, and its import where there is none."""

from __future__ import annotations

import sys

import libcst as cst

from invocation_lint.fixes.case import Change
from invocation_lint.fixes.code import Code, DoesNotApply
from invocation_lint.source.names import ImportMap, Scope, collect_bindings, imports_of, scope_body
from invocation_lint.source.walk import walk

_Imports = list[tuple[cst.SimpleStatementLine, list[str]]]


def json_name(code: Code, at: cst.CSTNode) -> tuple[str, tuple[Change, ...]]:
    """What to write for `json` at a node, and the edits that import it. DoesNotApply where the name is another's."""
    module = code.source.module
    bound = [scope for scope in _scopes(module) if "json" in _names_bound(scope)]
    imported = [scope for scope in bound if imports_of(scope_body(scope)).get("json") == ("json",)
                and _names_bound(scope)["json"] == {"import"}]  # fmt: skip
    if ImportMap.of(module).stars or len(imported) < len(bound):
        raise DoesNotApply("json may be something else here")
    if module in imported:
        if _line_of_import(code) > code.span(at)[0]:
            raise DoesNotApply("json is imported below")
        return "json", ()
    if code.function(at) in imported:
        return "json", ()
    if bound:
        raise DoesNotApply("json is imported in another function")
    return "json", (_import(code),)


def is_dumps(code: Code, call: cst.BaseExpression) -> bool:
    """Whether an expression is `json.dumps(x)` with one argument and no option, of the module json."""
    plain = isinstance(call, cst.Call) and len(call.args) == 1 and not call.args[0].star and not call.args[0].keyword
    if not plain or not isinstance(call, cst.Call) or code.text[slice(*code.span(call.func))] != "json.dumps":
        return False
    return json_name(code, call)[1] == ()


def _scopes(module: cst.Module) -> list[Scope]:
    return [node for node in walk(module) if isinstance(node, (cst.Module, cst.FunctionDef, cst.ClassDef, cst.Lambda))]


def _names_bound(scope: Scope) -> dict[str, frozenset[str]]:
    return {name: frozenset(ways) for name, ways in collect_bindings(scope).items()}


def _line_of_import(code: Code) -> int:
    """Where the module's `import json` starts."""
    lines = _imports(code.source.module)
    return next((code.span(line)[0] for line, names in lines if "json" in names), 0)


def _imports(module: cst.Module) -> _Imports:
    """The import lines of the module's body, with the modules that plain `import a, b` names."""
    found: _Imports = []
    for line in module.body:
        if isinstance(line, cst.SimpleStatementLine):
            for statement in line.body:
                if isinstance(statement, cst.Import):
                    found.append((line, [code_name(alias.name) for alias in statement.names]))
                elif isinstance(statement, cst.ImportFrom) and not _is_future(statement):
                    found.append((line, []))
    return found


def code_name(node: cst.Attribute | cst.Name) -> str:
    """`a.b` of the name in an import."""
    return f"{code_name(node.value)}.{node.attr.value}" if isinstance(node, cst.Attribute) and isinstance(
        node.value, (cst.Attribute, cst.Name)) else str(node.value)  # fmt: skip


def _is_future(statement: cst.ImportFrom) -> bool:
    return isinstance(statement.module, cst.Name) and statement.module.value == "__future__"


def _import(code: Code) -> Change:
    """`import json` in its order among the first plain imports of the standard library; where the first imports are
    of other packages, in a group of its own in front of them."""
    lines = _imports(code.source.module)
    if not lines:
        raise DoesNotApply("nothing is imported yet")
    group = _first_group(lines)
    plain = [(line, names[0]) for line, names in group if names and _is_standard(names[0])]
    after = next((line for line, name in plain if name > "json"), None)
    if after is None and plain:
        end = code.line_end(code.span(plain[-1][0])[1])
        return end, end, f"{code.newline}import json"
    start = code.line_start(code.span(after or lines[0][0])[0])
    is_alone = not plain and not any(_is_from_standard(line) for line, _ in group)
    return start, start, f"import json{code.newline}" + (code.newline if is_alone else "")


def _is_standard(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names


def _is_from_standard(line: cst.SimpleStatementLine) -> bool:
    """Whether a line is `from m import x` with a module of the standard library."""
    statement = line.body[0]
    name = statement.module if isinstance(statement, cst.ImportFrom) and not statement.relative else None
    return name is not None and _is_standard(code_name(name))


def _first_group(lines: _Imports) -> _Imports:
    """The import lines up to the first blank line between them."""
    for index, (line, _) in enumerate(lines[1:], 1):
        if any(empty.comment is None for empty in line.leading_lines):
            return lines[:index]
    return lines
