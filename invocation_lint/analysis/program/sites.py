"""Which calls of `.invoke` may be Lambda's, told by names alone: a parameter of Invoke, or a receiver called a client.

Objects of all kinds have such a method; a file that speaks of Lambda often has its own. A call without a parameter of
Invoke, on a receiver that is named after nothing of Lambda, would be refused by every client.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_PARAMETERS = frozenset(
    {"InvocationType", "LogType", "ClientContext", "Payload", "Qualifier", "InvokeArgs", "TenantId",
     "DurableExecutionName"}
)  # fmt: skip

_MADE = re.compile(r"""\(\s*(?:service_name\s*=\s*)?["']lambda["']""")
_BOUND = re.compile(r"[^=\n]*?(\w+)\s*(?::[^=\n]*)?=(?!=)")
_MANAGED = re.compile(r"[^\n]*\)\s*as\s+(\w+)")
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
