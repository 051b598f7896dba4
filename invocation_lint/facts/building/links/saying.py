"""What the code says of a name whose value is not known: the texts and the words of the expressions that make it, the
nearest first. `config["lambda"]["prices"]` says `prices`, `get_parameter(Name="/shop/prices")` the name of the
parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from invocation_lint.analysis.domain.events import Visit
from invocation_lint.analysis.program.model import FunctionInfo, ModuleInfo
from invocation_lint.analysis.program.names import dotted
from invocation_lint.analysis.project import Program
from invocation_lint.facts.building.links.tabled import Held, Tables, settings_in
from invocation_lint.facts.building.messaging.calls import arguments_of
from invocation_lint.findings import Place
from invocation_lint.records import record
from invocation_lint.source.parsing.walk import walk

MAX_FOLLOWED = 4
"""So many names are followed, one to the expression that another is set to."""

_NOISE = frozenset({
    "ssm", "secretsmanager", "dynamodb", "s3", "lambda", "Parameter", "Parameters", "Value", "Values", "Item", "Items",
    "SecretString", "SecretId", "Functions", "FunctionName", "FunctionArn", "Configuration", "Body", "body", "name",
    "value", "function", "function_name", "functionName", "lambda_name", "lambda_arn", "arn", "utf-8", "get", "client",
    "resource", "environ", "getenv", "str", "format", "join", "loads", "load", "open", "read", "get_parameter",
    "get_secret", "get_secret_value", "get_item", "config", "settings", "self", "os", "json", "event", "context",
})  # fmt: skip
"""Texts and words that say nothing of which function is meant."""

_FILE = re.compile(r"\.(?:ya?ml|json|toml|ini|cfg|conf|env|txt|py)\Z|\A[rwb+]{1,3}\Z|\s")
_HOLE = re.compile(r"\$\{?[\w.]+\}?|\{[^{}]*\}|%\(?\w*\)?s")
"""What other text is put in for."""


@record
class Said:
    """A text of the code, or a word of it that names something."""

    text: str
    is_text: bool
    is_example: bool = False  # one of those that the help of an option gives
    is_tabled: bool = False  # one of those that a table in the code has


def said_of(program: Program, tables: Tables, visit: Visit, *, is_alone: bool = False) -> Iterator[Said]:
    """What is said of the FunctionName of a call, each once. With `is_alone`, no caller is looked at by itself."""
    seen: set[Said] = set()
    for one in _Follower(program, tables, visit, is_alone=is_alone).of_call(len(visit.site) - 1):
        if one.text not in _NOISE and one not in seen and _FILE.search(one.text) is None:
            seen.add(one)
            yield one


class _Follower:
    """Follows the expressions of the FunctionName of one call."""

    def __init__(self, program: Program, tables: Tables, visit: Visit, *, is_alone: bool) -> None:
        self._is_alone = is_alone
        self._modules = program.interpreter.modules
        self._tables = tables
        self._visit = visit
        self._left = MAX_FOLLOWED
        self._met: set[tuple[str, str, str]] = set()

    def of_call(self, at: int, parameter: str = "") -> Iterator[Said]:
        """What an argument says of the call at that level of the way: the FunctionName, or one of a helper's function,
        whose parameters that are given by position are known."""
        place = self._visit.site[at]
        module = self._modules.module_at(place)
        function = module.function_at(place) if module is not None else None
        call = _call_at(module, function, place) if module is not None else None
        if module is None or call is None:
            return
        keyword = parameter or "FunctionName"
        given = next((one.value for one in call.args if one.keyword is not None and one.keyword.value == keyword), None)
        if given is None and parameter:
            given = self._by_position(call, at, parameter)
        elif given is None:
            given = _unpacked(call, module, function)
        if given is not None:
            yield from self._of(given, module, function, at)

    def _by_position(self, call: cst.Call, at: int, parameter: str) -> cst.BaseExpression | None:
        below = self._visit.site[at + 1]
        module = self._modules.module_at(below)
        called = module.function_at(below) if module is not None else None
        return dict(arguments_of(called, call)).get(parameter) if called is not None else None

    def _of(self, node: cst.CSTNode, module: ModuleInfo, function: FunctionInfo | None, at: int) -> Iterator[Said]:
        if isinstance(node, (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)):
            yield from _of_text(node)
            inner = node.parts if isinstance(node, cst.FormattedString) else ()
            for part in inner:
                if isinstance(part, cst.FormattedStringExpression):
                    yield from self._of(part.expression, module, function, at)
        elif isinstance(node, (cst.Subscript, cst.Call)):
            for one in self._tables.values(node, module, function):
                yield from _of_entry(one)
            for told in _nearest_first(node):
                yield from self._of(told, module, function, at)
        elif isinstance(node, cst.Attribute):
            yield Said(node.attr.value, is_text=False)
            yield from self._of_attribute(node, module, function, at)
        elif isinstance(node, cst.Name):
            yield Said(node.value, is_text=False)
            yield from self._of_name(node.value, module, function, at)
        elif not isinstance(node, (cst.Lambda, cst.Dict)):
            for child in node.children:
                yield from self._of(child, module, function, at)

    def _of_name(self, name: str, module: ModuleInfo, function: FunctionInfo | None, at: int) -> Iterator[Said]:
        met = module.name, function.key if function is not None else "", name
        if self._left <= 0 or met in self._met:
            return
        self._met.add(met)
        self._left -= 1
        around: FunctionInfo | None = function
        while around is not None:
            if isinstance(around.node, cst.FunctionDef):
                values = list(_set_in(around.node.body, name))
                for value in values:
                    yield from self._of(value, module, around, at)
                if values:
                    return
                params = (
                    *around.node.params.posonly_params,
                    *around.node.params.params,
                    *around.node.params.kwonly_params,
                )
                if any(one.name.value == name for one in params):
                    if at > 0 and around is function:
                        yield from self.of_call(at - 1, name)
                    elif around is function and self._is_alone:
                        yield from self._of_callers(name, module, around)
                    return
            around = around.parent
        for value in _set_in(module.source.module, name):
            yield from self._of(value, module, None, at)

    def _of_callers(self, parameter: str, module: ModuleInfo, function: FunctionInfo) -> Iterator[Said]:
        """What the calls of a function in its module give for a parameter, where no way to it is followed."""
        for call in walk(module.source.module):
            if not isinstance(call, cst.Call) or dotted(call.func).rpartition(".")[2] != function.name:
                continue
            given = dict(arguments_of(function, call)).get(parameter)
            around = module.function_at(module.source.place(call))
            if given is not None and around is not function:
                yield from self._of(given, module, around, 0)

    def _of_attribute(
        self, node: cst.Attribute, module: ModuleInfo, function: FunctionInfo | None, at: int
    ) -> Iterator[Said]:
        """`self.name`, where the class sets it, `args.name`, where an option of a command sets it."""
        name, of = node.attr.value, node.value
        if not isinstance(of, cst.Name):
            yield from self._of(of, module, function, at)
        elif of.value == "self" and function is not None and function.cls is not None and self._left > 0:
            self._left -= 1
            for value in _set_in(function.cls.node, f"self.{name}"):
                yield from self._of(value, module, None, at)
        elif b"add_argument" in module.source.data:
            for call in walk(module.source.module):
                if isinstance(call, cst.Call) and _is_option(call, name):
                    given = {one.keyword.value: one.value for one in call.args if one.keyword is not None}
                    if "default" in given:
                        yield from self._of(given["default"], module, None, at)
                    yield from _examples(given.get("help"))


def _nearest_first(node: cst.Subscript | cst.Call) -> tuple[cst.CSTNode, ...]:
    """The parts of an item of a table or of a call: its key or arguments, then the table or the function."""
    if isinstance(node, cst.Subscript):
        return (*node.slice, node.value)
    return (*(one.value for one in node.args), node.func)


def _of_entry(held: Held) -> Iterator[Said]:
    """What an entry of a table says: a text, or the variable of the environment that it reads."""
    node = held[0]
    if isinstance(node, (cst.Call, cst.Subscript)):
        texts = [one for one in walk(node) if isinstance(one, cst.SimpleString)]
        if texts and _reads_environment(node):
            yield from (replace(one, is_text=False, is_tabled=True) for one in _of_text(texts[0]))
    elif isinstance(node, (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)):
        yield from (replace(one, is_tabled=True) for one in _of_text(node))


def _reads_environment(node: cst.Call | cst.Subscript) -> bool:
    name = dotted(node.func if isinstance(node, cst.Call) else node.value)
    return name in ("os.environ", "environ", "os.environ.get", "environ.get", "os.getenv", "getenv")


_EXAMPLE = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)+")
"""What a help text names, with its words joined: no word of a sentence."""


def _examples(help: cst.BaseExpression | None) -> Iterator[Said]:
    """The names that the help text of an option gives."""
    value = help.evaluated_value if isinstance(help, (cst.SimpleString, cst.ConcatenatedString)) else None
    for found in _EXAMPLE.findall(value) if isinstance(value, str) else ():
        yield Said(found, is_text=False, is_example=True)


def _unpacked(call: cst.Call, module: ModuleInfo, function: FunctionInfo | None) -> cst.BaseExpression | None:
    """The FunctionName in the dict that a call unpacks, where the same function makes it."""
    names = [one.value.value for one in call.args if one.star == "**" and isinstance(one.value, cst.Name)]
    around: cst.CSTNode = function.node if function is not None else module.source.module
    for made in (value for name in names for value in _set_in(around, name)):
        for element in made.elements if isinstance(made, cst.Dict) else ():
            key = element.key if isinstance(element, cst.DictElement) else None
            if isinstance(key, cst.SimpleString) and key.evaluated_value == "FunctionName":
                return element.value
    return None


def _is_option(call: cst.Call, name: str) -> bool:
    """Whether a call adds the option that an attribute of the parsed arguments is."""
    if not (isinstance(call.func, cst.Attribute) and call.func.attr.value == "add_argument"):
        return False
    texts = [one.value.evaluated_value for one in call.args if isinstance(one.value, cst.SimpleString)]
    return any(isinstance(one, str) and one.lstrip("-").replace("-", "_") == name for one in texts)


def _of_text(node: cst.BaseString) -> Iterator[Said]:
    if isinstance(node, cst.FormattedString):
        raw = " ".join(part.value for part in node.parts if isinstance(part, cst.FormattedStringText))
        text = "-".join(filter(None, raw.split()))
    else:
        value = getattr(node, "evaluated_value", None)
        text = _HOLE.sub("", value) if isinstance(value, str) else ""
    if len(text) > 1:
        yield Said(text.strip("-_ "), is_text=True)


def _set_in(node: cst.CSTNode, name: str) -> Iterator[cst.BaseExpression]:
    """What a name is set to in a body, or goes over there."""
    for one, targets, value in settings_in(node, name):
        if not isinstance(one, cst.CompFor) and any(dotted(target) == name for target in targets):
            yield value


def _call_at(module: ModuleInfo, function: FunctionInfo | None, place: Place) -> cst.Call | None:
    around: cst.CSTNode = function.node if function is not None else module.source.module
    calls = (one for one in walk(around) if isinstance(one, cst.Call))
    return next((one for one in calls if module.source.place(one) == place), None)
