"""What a file calls the module json, or the class of a client's configuration; and their imports where it has none."""

from __future__ import annotations

import libcst as cst

from invocation_lint.fixes.case import Change
from invocation_lint.fixes.code import Code, DoesNotApply
from invocation_lint.fixes.imports import (
    import_from,
    import_lines,
    import_standard,
    names_bound,
    scopes_that_bind,
)
from invocation_lint.source.names import ImportMap, Scope, imports_of, scope_body

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
    module = code.source.module
    bound = scopes_that_bind(module, "json")
    imported = [scope for scope in bound if imports_of(scope_body(scope)).get("json") == ("json",)
                and names_bound(scope)["json"] == {"import"}]  # fmt: skip
    if ImportMap.of(module).stars or len(imported) < len(bound):
        raise DoesNotApply("json may be something else here")
    if module in imported:
        if _line_of_json(code) > code.span(at)[0]:
            raise DoesNotApply("json is imported below")
        return "json", ()
    if code.function(at) in imported:
        return "json", ()
    if bound:
        raise DoesNotApply("json is imported in another function")
    return "json", (import_standard(code, "json"),)


def is_dumps(code: Code, call: cst.BaseExpression) -> bool:
    """Whether an expression is `json.dumps(x)` with one argument and no option, of the module json."""
    plain = isinstance(call, cst.Call) and len(call.args) == 1 and not call.args[0].star and not call.args[0].keyword
    if not plain or not isinstance(call, cst.Call) or code.text[slice(*code.span(call.func))] != "json.dumps":
        return False
    return json_name(code, call)[1] == ()


def config_name(code: Code, at: cst.CSTNode, *, is_async: bool) -> Named:
    """What to write for the class of a client's configuration at a node. DoesNotApply where its name is another's."""
    module = code.source.module
    for name, ways in names_bound(module).items():
        if ways == {"import"} and is_config(code, name):
            _check_alone(module, name, [module])
            return name, ()
    origin, name = _CONFIGS["aiobotocore.config.AioConfig" if is_async else "botocore.config.Config"]
    _check_alone(module, name, [])
    change = import_from(code, origin, name, _SDKS)
    if change[0] > code.span(at)[0]:
        raise DoesNotApply("the SDK is imported below")
    return name, (change,)


def is_config(code: Code, name: str) -> bool:
    """Whether a name of the module can only be the class of a client's configuration."""
    meanings = ImportMap.of(code.source.module).meanings(name)
    return bool(meanings) and set(meanings) <= set(_CONFIGS)


def _check_alone(module: cst.Module, name: str, scopes: list[Scope]) -> None:
    if ImportMap.of(module).stars or scopes_that_bind(module, name) != scopes:
        raise DoesNotApply(f"{name} may be something else here")


def _line_of_json(code: Code) -> int:
    """Where the module's `import json` starts."""
    lines = import_lines(code.source.module)
    return next((code.span(line.node)[0] for line in lines if "json" in line.plain), 0)
