"""What a user declares: functions, and the HTTP fronts before them."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from types import MappingProxyType

from invocation_lint.reference.service.limits import limit

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NOTHING: Mapping[str, str] = MappingProxyType({})
_NO_NUMBERS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Function:
    """One Lambda function: Python code in a folder, run by awslambdaric, or with `bootstrap` by the program of that
    name in the folder, a custom runtime.

    `code_dir` is the task root: working folder of the process, and first on its import path. `layers` are folders
    that follow it there. `role` is the ARN of its role (default: one of the function's name), which matters where
    permissions are strict. `timeout` is in seconds, `memory` in MB (reported, not enforced). `versions` is how many
    versions are published at the start; an alias names one of them. Targets (`on_success`, `on_failure`,
    `dead_letter`) are ARNs. `python` is the interpreter of the workers; it needs awslambdaric.
    `url_streams`: its URL sends what the function responds while it runs (InvokeMode RESPONSE_STREAM).

    Raises ValueError when a value is outside what Lambda takes.
    """

    name: str
    handler: str
    code_dir: Path
    _: KW_ONLY
    timeout: float = limit("function_timeout_default_seconds")
    memory: int = 128
    environment: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    layers: Sequence[Path] = ()
    reserved_concurrency: int | None = None
    provisioned_concurrency: Mapping[str, int] = field(default_factory=lambda: _NO_NUMBERS)
    versions: int = 0
    aliases: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    maximum_retry_attempts: int = limit("async_retry_attempts")
    maximum_event_age: int = limit("async_event_age_max_seconds")
    on_success: str | None = None
    on_failure: str | None = None
    dead_letter: str | None = None
    recursive_loop: str = "Terminate"
    url: bool = False
    url_public: bool = True
    url_streams: bool = False
    bootstrap: bool = False
    description: str = ""
    role: str = ""
    python: str = sys.executable

    @property
    def runtime_version(self) -> str:
        """The version in the runtime's name: that of this interpreter, which the workers share by default."""
        return f"{sys.version_info.major}.{sys.version_info.minor}"

    def __post_init__(self) -> None:
        """Refuse what Lambda would refuse; ends are included."""
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"function name {self.name!r}: 1 to 64 letters, digits, '-' and '_'")
        longest = limit("function_timeout_max_seconds")
        if not 0 < self.timeout <= longest:
            raise ValueError(f"function {self.name}: timeout {self.timeout} s is not within 1 and {longest} s")
        if not 0 <= self.maximum_retry_attempts <= limit("async_retry_attempts"):
            raise ValueError(f"function {self.name}: maximum_retry_attempts is 0, 1 or 2")
        lowest, highest = limit("async_event_age_min_seconds"), limit("async_event_age_max_seconds")
        if not lowest <= self.maximum_event_age <= highest:
            raise ValueError(f"function {self.name}: maximum_event_age is {lowest} to {highest} s")
        if self.recursive_loop not in ("Terminate", "Allow"):
            raise ValueError(f"function {self.name}: recursive_loop is Terminate or Allow")
        for alias, version in self.aliases.items():
            if version != "$LATEST" and not (version.isdigit() and 1 <= int(version) <= self.versions):
                raise ValueError(f"function {self.name}: alias {alias} names version {version}, which is not published")


@dataclass(frozen=True)
class MappedResponse:
    """A response of an integration that is no proxy: for failures whose message `pattern` matches, the whole of it;
    without one for all else. `templates` are by content type, `parameters` by their targets, as API Gateway has them.
    """

    status: int
    pattern: str = ""
    templates: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    parameters: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True)
class Mapped:
    """An integration that is no proxy: templates (by content type) make the function's event, and its responses.

    `passthrough`: WHEN_NO_MATCH | WHEN_NO_TEMPLATES | NEVER. `asynchronous`: the function is invoked as Event.
    """

    request_templates: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    responses: Sequence[MappedResponse] = ()
    passthrough: str = "WHEN_NO_MATCH"
    asynchronous: bool = False


@dataclass(frozen=True)
class Route:
    """One method and path of a REST API (`/stories/{id}`, `/{proxy+}`; method `ANY` for all) and its function.

    `integration_method` is how API Gateway calls Lambda; with anything but POST every request fails with 500. An
    integration that is `mapped` is no proxy.
    """

    method: str
    path: str
    function: str
    integration_method: str = "POST"
    mapped: Mapped | None = None


@dataclass(frozen=True)
class RestApi:
    """A REST API whose integrations are functions. `timeout` (seconds) is how long it waits for a function."""

    name: str
    routes: Sequence[Route]
    stage: str = "prod"
    timeout: float = limit("rest_api_timeout_seconds")
    binary_media_types: Sequence[str] = ()


@dataclass(frozen=True)
class HttpApi:
    """An HTTP API with proxy integrations, payload format 2.0. Its `timeout` (seconds) cannot be raised on AWS."""

    name: str
    routes: Sequence[Route]
    timeout: float = limit("http_api_timeout_seconds")
