"""Which calls of `.invoke` may be Lambda's, told by names alone: a parameter of Invoke, or a receiver called a client.

Objects of all kinds have such a method; a file that speaks of Lambda often has its own. A call without a parameter of
Invoke, on a receiver that is named after nothing of Lambda, would be refused by every client.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from invocation_lint.analysis.program.naming import last_name
from invocation_lint.records import record
from invocation_lint.source.scan import DOORS, SITE_ATTRIBUTES

_PARAMETERS = frozenset(
    {"InvocationType", "LogType", "ClientContext", "Payload", "Qualifier", "InvokeArgs", "TenantId",
     "DurableExecutionName"}
)  # fmt: skip

_RENAMED = re.compile(rb"\b(\w+)\s+as\s+(\w+)")
_MADE = re.compile(r"""\(\s*(?:service_name\s*=\s*)?["']lambda["']""")
_BOUND = re.compile(r"[^=\n]*?(\w+)\s*(?::[^=\n]*)?=(?!=)")
_MANAGED = re.compile(r"[^\n]*\)\s*as\s+(\w+)")
_TAKING = frozenset({"getattr", "methodcaller", "attrgetter"})
_DECLARED = re.compile(r"(\w+)\s*:[^=,()\n:]*\Z")


def clients_in(text: str) -> frozenset[str]:
    """The names that a text binds to a client of Lambda, or declares as one."""
    found: set[str] = set()
    for made in _MADE.finditer(text):
        bound = _BOUND.match(text, text.rfind("\n", 0, made.start()) + 1, made.start())
        found.update(match[1] for match in (bound, _MANAGED.match(text, made.end())) if match is not None)
    at = text.find("LambdaClient")
    while at >= 0:
        declared = _DECLARED.search(text[text.rfind("\n", 0, at) + 1 : at])
        found.update([declared[1]] if declared is not None else ())
        at = text.find("LambdaClient", at + 1)
    return frozenset(found)


def may_invoke(receiver: str, keywords: Collection[str | None], clients: Collection[str] | None) -> bool:
    """Whether a call, or a method that is handed on, may be an invocation: by the last name of its receiver, and its
    keywords (None: others from a mapping). `clients` are the names of clients in its file; None where the file does not
    speak of Lambda."""
    if any(keyword is None or keyword.lower() == "functionname" for keyword in keywords):
        return True
    if clients is None:
        return False
    if receiver in clients or "client" in receiver.lower() or not _PARAMETERS.isdisjoint(keywords):
        return True
    return not keywords and "lambda" in receiver.lower()


@record
class Entrances:
    """Names by which the libraries that a file uses invoke for their callers: of functions and methods, and of
    decorators."""

    calls: frozenset[str] = frozenset()
    decorators: frozenset[str] = frozenset()


NO_ENTRANCES = Entrances()


def entrances_in(data: bytes) -> Entrances:
    """Those of a file."""
    packages = [seed.word.decode() for seed in DOORS if seed.is_in(data)]
    if not packages:
        return NO_ENTRANCES
    from invocation_lint.data.doors import doors

    known = doors()
    renamed = [(old.decode(), new.decode()) for old, new in _RENAMED.findall(data)]

    def named(names: dict[str, frozenset[str]]) -> frozenset[str]:
        own = frozenset[str]().union(*(names[package] for package in packages))
        return own | {new for old, new in renamed if old in own}

    return Entrances(named(known.words), named(known.decorators))


def may_hand_on(receiver: str, clients: Collection[str] | None) -> bool:
    """Whether a method that is not called where it is named may be a client's, by the last name of its receiver."""
    return "lambda" in receiver.lower() or may_invoke(receiver, (), clients)


def takes_by_name(call: ast.Call, clients: Collection[str] | None) -> bool:
    """Whether a call may take the method of a client by its name, or call it by that: `getattr(client, "invoke")`,
    `methodcaller("invoke", FunctionName=name)`. Where the name is bound elsewhere, any of them may."""
    kind = last_name(call.func)
    if kind not in _TAKING or clients is None:
        return False
    is_getattr = kind == "getattr"
    named = call.args[is_getattr : is_getattr + 1]
    return any(_may_be_a_method(one) for one in named) and (
        not is_getattr or may_hand_on(last_name(call.args[0]), clients)
    )


def _may_be_a_method(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and node.value.rpartition(".")[2] in SITE_ATTRIBUTES
    return isinstance(node, (ast.Name, ast.Attribute))
