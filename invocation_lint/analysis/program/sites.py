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

_CLIENTS = re.compile(
    r"""(\w+)\s*(?::[^=\n]+)?=[^=\n][^\n]*\(\s*(?:service_name\s*=\s*)?["']lambda["']"""
    r"|(\w+)\s*:[^=,()\n]*LambdaClient"
    r"""|\(\s*(?:service_name\s*=\s*)?["']lambda["'][^\n]*\)\s*as\s+(\w+)"""
)


def clients_in(text: str) -> frozenset[str]:
    """The names that a text binds to a client of Lambda, or declares as one."""
    return frozenset(name for names in _CLIENTS.findall(text) for name in names if name)


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
