"""The reference runtime: a local Lambda service, the story platform built on it, and the proofs of the rules.

Nothing in here knows the analysis, and the analysis does not know this. Needs the extra `reference`.

The service is imported when one of its names is asked for: every worker of the platform imports this package, and
does not need the service in itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invocation_lint.reference.service.functions import Function, HttpApi, RestApi, Route
    from invocation_lint.reference.service.service import LambdaService

__all__ = ["Function", "HttpApi", "LambdaService", "RestApi", "Route"]

_MODULES = {
    "Function": "functions",
    "HttpApi": "functions",
    "LambdaService": "service",
    "RestApi": "functions",
    "Route": "functions",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.service.{_MODULES[name]}"), name)
