"""What a file calls the module json, the decoder of keys, or the class of a client's configuration; and their imports
where it has none."""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.editing.case import Change
from invocation_lint.fixes.editing.code import Code, DoesNotApply
from invocation_lint.fixes.editing.imports import (
    ImportLine,
    import_from,
    import_lines,
    import_standard,
    scopes_that_bind,
)
from invocation_lint.source.names import ImportMap, collect_bindings, imports_of, scope_body

Named = tuple[str, tuple[Change, ...]]
"""A name to be written, and the edits that import it."""

_CONFIGS = {
    "botocore.config.Config": ("botocore.config", "Config"),
    "botocore.client.Config": ("botocore.config", "Config"),
    "aiobotocore.config.AioConfig": ("aiobotocore.config", "AioConfig"),
}
_SDKS = frozenset({"boto3", "botocore", "aioboto3", "aiobotocore"})


def json_name(code: Code, at: cst.CSTNode) -> Named:
    """What to write for `json` at a node. DoesNotApply where the name is another's."""
    if code.once("is json another's", lambda: _is_anothers(code)):
        raise DoesNotApply("json may be something else here")
    scopes = code.once("scopes of json", lambda: {id(scope) for scope, _ in scopes_that_bind(code, "json")})
    if id(code.source.module) in scopes:
        if code.once("line of json", lambda: _line_of_json(code)) > code.span(at)[0]:
            raise DoesNotApply("json is imported below")
        return "json", ()
    if id(code.function(at)) in scopes:
        return "json", ()
    if scopes:
        raise DoesNotApply("json is imported in another function")
    return "json", (import_standard(code, "json"),)


def _is_anothers(code: Code) -> bool:
    """Whether `json` may be anything but the module, in any scope."""
    return bool(_imports(code).stars) or not all(
        ways == {"import"} and imports_of(scope_body(scope)).get("json") == ("json",)
        for scope, ways in scopes_that_bind(code, "json")
    )


def is_dumps(code: Code, call: cst.BaseExpression) -> bool:
    """Whether an expression is `json.dumps(x)` with one argument and no option, of the module json."""
    plain = isinstance(call, cst.Call) and len(call.args) == 1 and not call.args[0].star and not call.args[0].keyword
    if not plain or not isinstance(call, cst.Call) or code.text[slice(*code.span(call.func))] != "json.dumps":
        return False
    return json_name(code, call)[1] == ()


def config_name(code: Code, at: cst.CSTNode, *, is_async: bool) -> Named:
    """What to write for the class of a client's configuration at a node. DoesNotApply where its name is another's."""
    name = code.once("name of Config", lambda: _config_imported(code))
    if name is not None:
        _check_alone(code, name, imported=True)
        return name, ()
    origin, name = _CONFIGS["aiobotocore.config.AioConfig" if is_async else "botocore.config.Config"]
    _check_alone(code, name, imported=False)
    change = import_from(code, origin, name, _SDKS)
    if change[0] > code.span(at)[0]:
        raise DoesNotApply("the SDK is imported below")
    return name, (change,)


def decoder_name(code: Code, at: cst.CSTNode) -> Named:
    """What to write for `urllib.parse.unquote_plus` at a node. DoesNotApply where its names are another's."""
    bound = collect_bindings(code.source.module)
    for name, origin in (("unquote_plus", "urllib.parse.unquote_plus"), ("urllib", "urllib.parse")):
        scopes = [scope for scope, _ in scopes_that_bind(code, name)]
        if scopes == [code.source.module] and bound[name] == {"import"}:
            lines = [line for line in import_lines(code) if _gives(line, name, origin)]
            if lines and code.span(lines[0].node)[0] < code.span(at)[0]:
                return ("unquote_plus" if name == "unquote_plus" else "urllib.parse.unquote_plus"), ()
        if scopes or _imports(code).stars:
            raise DoesNotApply(f"{name} may be something else here")
    return "urllib.parse.unquote_plus", (import_standard(code, "urllib.parse"),)


def _gives(line: ImportLine, name: str, origin: str) -> bool:
    if name == "urllib":
        return origin in line.plain
    names = [alias for small in line.node.body if isinstance(small, cst.ImportFrom) for alias in _aliases(small)]
    return line.origin == "urllib.parse" and any(
        alias.evaluated_name == name and alias.asname is None for alias in names
    )


def _aliases(statement: cst.ImportFrom) -> list[cst.ImportAlias]:
    return [] if isinstance(statement.names, cst.ImportStar) else list(statement.names)


def is_config(code: Code, name: str) -> bool:
    """Whether a name of the module can only be the class of a client's configuration."""
    meanings = _imports(code).meanings(name)
    return bool(meanings) and set(meanings) <= set(_CONFIGS)


def _config_imported(code: Code) -> str | None:
    """The first name of the module that is bound by imports alone and is such a class."""
    bound = collect_bindings(code.source.module)
    return next((name for name, ways in bound.items() if ways == {"import"} and is_config(code, name)), None)


def _check_alone(code: Code, name: str, *, imported: bool) -> None:
    """DoesNotApply where a name may mean something else than the module's import of it, or than nothing at all."""
    bound = [scope for scope, _ in scopes_that_bind(code, name)]
    if _imports(code).stars or bound != ([code.source.module] if imported else []):
        raise DoesNotApply(f"{name} may be something else here")


def _imports(code: Code) -> ImportMap:
    return code.once("imports", lambda: ImportMap.of(code.source.module))


def _line_of_json(code: Code) -> int:
    """Where the module's `import json` starts."""
    lines = import_lines(code)
    return next((code.span(line.node)[0] for line in lines if "json" in line.plain), 0)
