"""The reference runtime: a local Lambda service, the story platform built on it, and the proofs of the rules.

Nothing in here knows the analysis, and the analysis does not know this. Needs the extra `reference`.
"""

from __future__ import annotations

from invocation_lint.reference.service.functions import Function, RestApi, Route
from invocation_lint.reference.service.service import LambdaService

__all__ = ["Function", "LambdaService", "RestApi", "Route"]
