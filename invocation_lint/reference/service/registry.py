"""The functions of a service: names and ARNs, versions and aliases, and what may be changed while it runs."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any

from invocation_lint.reference.service.errors import Refusal, bad_value, function_not_found
from invocation_lint.reference.service.functions import Function
from invocation_lint.reference.service.limits import limit

LATEST = "$LATEST"
_NAME = re.compile(
    r"(?:arn:aws[a-zA-Z-]*:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:|(?P<partial>\d{12}):function:)?"
    r"(?P<name>[A-Za-z0-9_-]{1,64})(?::(?P<qualifier>\$LATEST|[A-Za-z0-9_-]+))?"
)
_PATTERN = (
    "Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?"
    "(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"
)


@dataclass
class EventConfig:
    """How asynchronous events of a function are treated; seconds, and target ARNs."""

    maximum_retry_attempts: int
    maximum_event_age: int
    on_success: str | None
    on_failure: str | None


@dataclass(eq=False)
class Registered:
    """A function with what a running service may change of it."""

    function: Function
    arn: str
    versions: dict[str, Function]
    aliases: dict[str, str]
    events: EventConfig
    dead_letter: str | None
    reserved_concurrency: int | None
    provisioned_concurrency: dict[str, int]
    policy: dict[str, dict[str, Any]] = field(default_factory=dict)  # statements by their ids
    running: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """One version of one function, as a request named it. `invoked_arn` is what the context object will say."""

    registered: Registered
    version: str
    qualifier: str | None
    invoked_arn: str

    @property
    def function(self) -> Function:
        """The function as it was when the version was published."""
        return self.registered.versions[self.version]

    @property
    def qualified_arn(self) -> str:
        """The ARN with `$LATEST` when no qualifier was given (so destinations have it, and the 404)."""
        return f"{self.registered.arn}:{self.qualifier or LATEST}"


def split_name(name: str) -> tuple[str, str | None]:
    """The plain function name and the qualifier in a name, partial ARN or ARN; `name` itself when it is none."""
    match = _NAME.fullmatch(name)
    return (name, None) if match is None else (match["name"], match["qualifier"])


class Registry:
    """Looks functions up by everything that Invoke takes as a name."""

    def __init__(self, region: str, account: str) -> None:
        self.region = region
        self.account = account
        self._lock = threading.Lock()
        self._functions: dict[str, Registered] = {}

    def add(self, function: Function) -> Registered:
        """Register `function`, in place of one of the same name."""
        registered = Registered(
            function,
            self.arn(function.name),
            {LATEST: function, **{str(number): function for number in range(1, function.versions + 1)}},
            dict(function.aliases),
            self.event_config(function),
            function.dead_letter,
            function.reserved_concurrency,
            dict(function.provisioned_concurrency),
        )
        with self._lock:
            self._functions[function.name] = registered
        return registered

    @staticmethod
    def event_config(function: Function, *, defaults: bool = False) -> EventConfig:
        """How the events of `function` are treated at its start; `defaults`: attempts and age are Lambda's own."""
        attempts = limit("async_retry_attempts") if defaults else function.maximum_retry_attempts
        age = limit("async_event_age_max_seconds") if defaults else function.maximum_event_age
        return EventConfig(attempts, age, function.on_success, function.on_failure)

    def remove(self, name: str) -> None:
        """Forget the function `name`; KeyError when there is none."""
        with self._lock:
            del self._functions[name]

    def all(self) -> tuple[Registered, ...]:
        """All functions, in the order in which they were registered."""
        with self._lock:
            return tuple(self._functions.values())

    def arn(self, name: str) -> str:
        """The ARN of the function `name`, without qualifier."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{name}"

    def find(self, name: str, qualifier: str | None = None) -> Target:
        """The function that `name` (name, name:qualifier, partial ARN or ARN) and `qualifier` mean.

        Raises Refusal: 400 for something that is no name, 404 for a function, version or alias that is not there.
        """
        match = _NAME.fullmatch(name)
        if match is None:
            raise bad_value(name, "functionName", _PATTERN)
        in_name = match["qualifier"]
        if qualifier and in_name and qualifier != in_name:
            text = "The derived qualifier from the function name does not match the specified qualifier."
            raise Refusal(400, "InvalidParameterValueException", text, {"Type": "User"})
        qualifier = qualifier or in_name
        missing = function_not_found(f"{self.arn(match['name'])}:{qualifier or LATEST}")
        elsewhere = (match["region"] or self.region) != self.region
        if elsewhere or (match["account"] or match["partial"] or self.account) != self.account:
            raise missing
        with self._lock:
            registered = self._functions.get(match["name"])
        if registered is None:
            raise missing
        version = LATEST if qualifier is None else registered.aliases.get(qualifier, qualifier)
        if version not in registered.versions:
            raise missing
        invoked = registered.arn if qualifier is None else f"{registered.arn}:{qualifier}"
        return Target(registered, version, qualifier, invoked)

    def publish(self, registered: Registered) -> str:
        """Publish `$LATEST` as the next version; its number."""
        with self._lock:
            number = str(1 + max((int(version) for version in registered.versions if version != LATEST), default=0))
            registered.versions[number] = registered.versions[LATEST]
            return number
