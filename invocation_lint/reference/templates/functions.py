"""Functions of a template as functions of the service."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from invocation_lint.errors import UsageError
from invocation_lint.reference.service.functions import Function
from invocation_lint.reference.service.limits import limit


def merge(base: Any, over: Any) -> Any:
    """A resource's properties over those of `Globals`: maps key by key, lists one after the other, else `over`."""
    if isinstance(base, dict) and isinstance(over, dict):
        return {**base, **{key: merge(base[key], value) if key in base else value for key, value in over.items()}}
    if isinstance(base, list) and isinstance(over, list):
        return base + over
    return over


_INLINE_MODULES = Path(__file__).parent / "inline_modules"


def code_folder(logical_id: str, properties: Mapping[str, Any], base: Path, made: Path, where: str) -> Path:
    """The folder of a function's code: beside the template, or made in `made` of inline code or an archive.

    Beside inline code stands `cfnresponse`, as on AWS.

    Raises UsageError.
    """
    code = properties.get("Code", {})
    inline = properties.get("InlineCode", code.get("ZipFile") if isinstance(code, dict) else None)
    if inline is not None:
        folder = made / logical_id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.py").write_text(str(inline), encoding="utf-8")
        shutil.copyfile(_INLINE_MODULES / "cfnresponse.py", folder / "cfnresponse.py")
        return folder
    given = properties.get("CodeUri", code if isinstance(code, str) else None)
    if given is None and "Code" not in properties:
        given = "."  # what `sam build` takes
    if not isinstance(given, str) or given.startswith("s3:"):
        raise UsageError(f"{where}: the code is not in a folder", "give `CodeUri` as a path beside the template")
    folder = (base / given).resolve()
    if folder.is_file() and zipfile.is_zipfile(folder):
        unpacked = made / logical_id
        with zipfile.ZipFile(folder) as archive:
            archive.extractall(unpacked)
        return unpacked
    if folder.is_file():
        return folder.parent
    if not folder.is_dir():
        raise UsageError(f"{where}: CodeUri {given}: no folder there")
    return folder


def has_own_runtime(properties: Mapping[str, Any]) -> bool:
    """Whether a function brings its own runtime."""
    return str(properties.get("Runtime", "")).startswith("provided")


_NUMBERS = ("Timeout", "MemorySize", "ReservedConcurrentExecutions")
_NUMBERS_OF_EVENTS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")


def function_of(
    logical_id: str,
    name: str,
    properties: Mapping[str, Any],
    *,
    code: Path,
    layers: tuple[Path, ...],
    role: str,
    where: str,
) -> Function:
    """The function that resolved `properties` (those of Globals in them) describe. Raises UsageError."""
    events = properties.get("EventInvokeConfig") or {}
    destinations = events.get("DestinationConfig") or {}
    dead_letter = properties.get("DeadLetterQueue") or properties.get("DeadLetterConfig") or {}
    alias = properties.get("AutoPublishAlias")
    variables = (properties.get("Environment") or {}).get("Variables") or {}
    handler = properties.get("Handler", "bootstrap" if has_own_runtime(properties) else None)
    if not isinstance(handler, str):
        raise UsageError(f"{where}: a function needs `Handler`")
    for key in _NUMBERS:
        _check_number(properties.get(key), key, where)
    for key in _NUMBERS_OF_EVENTS:
        _check_number(events.get(key), f"EventInvokeConfig.{key}", where)
    try:
        return Function(
            name,
            handler,
            code,
            timeout=float(properties.get("Timeout", limit("function_timeout_default_seconds"))),
            memory=int(properties.get("MemorySize", 128)),
            environment={str(key): _variable(value) for key, value in variables.items()},
            layers=layers,
            reserved_concurrency=_number(properties.get("ReservedConcurrentExecutions")),
            versions=1 if alias else 0,
            aliases={str(alias): "1"} if alias else {},
            maximum_retry_attempts=int(events.get("MaximumRetryAttempts", limit("async_retry_attempts"))),
            maximum_event_age=int(events.get("MaximumEventAgeInSeconds", limit("async_event_age_max_seconds"))),
            on_success=(destinations.get("OnSuccess") or {}).get("Destination"),
            on_failure=(destinations.get("OnFailure") or {}).get("Destination"),
            dead_letter=dead_letter.get("TargetArn"),
            recursive_loop=str(properties.get("RecursiveLoop", "Terminate")),
            url="FunctionUrlConfig" in properties,
            url_streams=(properties.get("FunctionUrlConfig") or {}).get("InvokeMode") == "RESPONSE_STREAM",
            bootstrap=has_own_runtime(properties),
            description=str(properties.get("Description", "")),
            role=role,
        )
    except (ValueError, TypeError) as error:
        raise UsageError(f"{where}: {error}") from None


def _check_number(value: Any, key: str, where: str) -> None:
    try:
        float(0 if value is None else value)
    except (TypeError, ValueError):
        raise UsageError(f"{where}: `{key}` is {value!r}, not a number") from None


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


def _variable(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
