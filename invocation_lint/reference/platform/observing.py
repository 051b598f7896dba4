"""Structured logs and metrics that all functions of the platform share, and the ids that join them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger, Metrics

logger = Logger(service="story-platform")
metrics = Metrics(namespace="StoryPlatform", service="story-platform")


@dataclass(frozen=True, slots=True)
class Correlation:
    """What joins the logs of one request over all functions that work on it."""

    request_id: str
    session_id: str | None = None

    def as_payload(self) -> dict[str, str]:
        """The ids as fields of a payload."""
        ids = {"requestId": self.request_id}
        return {**ids, "sessionId": self.session_id} if self.session_id else ids

    def as_log_keys(self) -> dict[str, str | None]:
        """The ids as keys of a log line; the request's own is the line's `correlation_id`."""
        return {"request_id": self.request_id, "session_id": self.session_id}

    @classmethod
    def of(cls, event: Mapping[str, Any], fallback: str) -> Correlation:
        """The ids that came with an event; `fallback` (the invocation's own id) where none came."""
        return cls(str(event.get("requestId") or fallback), event.get("sessionId"))
