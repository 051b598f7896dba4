"""Who may run now: the account's concurrency, reserved and provisioned concurrency."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from invocation_lint.reference.service.errors import throttled
from invocation_lint.reference.service.limits import limit
from invocation_lint.reference.service.registry import Target

RESERVED = "ReservedFunctionConcurrentInvocationLimitExceeded"
ACCOUNT = "ConcurrentInvocationLimitExceeded"


class Concurrency:
    """Counts running invocations by function and version; refuses with 429 what is one too many.

    Reserved concurrency counts all versions; what is provisioned for one version is kept from the others (recorded:
    test_lambda_concurrency_block, 2025-11-24). https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0

    @contextmanager
    def slot(self, target: Target) -> Iterator[None]:
        """Hold a place for one invocation of `target`; Refusal 429 when there is none."""
        self.enter(target)
        try:
            yield
        finally:
            self.leave(target)

    def enter(self, target: Target) -> None:
        """Take a place; Refusal 429 when there is none."""
        registered, version = target.registered, target.version
        with self._lock:
            running = registered.running
            provisioned = registered.provisioned_concurrency
            if running.get(version, 0) >= provisioned.get(version, 0) and registered.reserved_concurrency is not None:
                shared = registered.reserved_concurrency - sum(provisioned.values())
                used = sum(max(0, count - provisioned.get(each, 0)) for each, count in running.items())
                if used >= shared:
                    raise throttled(RESERVED)
            if self._running >= limit("account_concurrency"):
                raise throttled(ACCOUNT)
            running[version] = running.get(version, 0) + 1
            self._running += 1

    def leave(self, target: Target) -> None:
        """Give the place back."""
        with self._lock:
            target.registered.running[target.version] -= 1
            self._running -= 1

    @property
    def running(self) -> int:
        """How many invocations run now."""
        return self._running
