"""The part of Lambda's API that deploys: functions from archives, their code, versions and aliases.

Programs that make their functions themselves (as the getting-started examples of AWS do) run unchanged. A function
that is made is active at once; roles, layers and other runtimes than Python are not looked at or refused.
"""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import json
import re
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from invocation_lint.reference.service.api.configuration_api import ConfigurationApi
from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.service.functions import Function
from invocation_lint.reference.service.http import Exchange
from invocation_lint.reference.service.registry import LATEST, Registered, Registry

_PATH = re.compile(
    r"/2015-03-31/functions(?:/(?P<name>[^/]+)(?:/(?P<part>code|aliases|versions)(?:/(?P<alias>[^/]+))?)?)?/?"
)
_USER = {"Type": "User"}


class Functions(Protocol):
    """What this API needs of the service."""

    def add_function(self, function: Function) -> None:
        """Add a function, or replace it."""

    def remove_function(self, name: str) -> None:
        """Remove a function."""

    def shared_client(self, name: str) -> Any:
        """An SDK client of the service."""


class DeploymentApi:
    """Answers requests that deploy; `serve` says whether it did. Code is unpacked below `folder`."""

    def __init__(self, registry: Registry, configuration: ConfigurationApi, functions: Functions, folder: Path) -> None:
        self._registry = registry
        self._configuration = configuration
        self._functions = functions
        self._folder = folder
        self._numbers = itertools.count(1)

    def serve(self, exchange: Exchange) -> bool:
        """Answer a request if it is one for this API and its function is known; False leaves it to somebody else."""
        match = _PATH.fullmatch(urlsplit(exchange.path).path)
        if match is None:
            return False
        part = match["part"] or ("function" if match["name"] else "functions")
        operation = _OPERATIONS.get((exchange.command, f"{part}/name" if match["alias"] else part))
        name = unquote(match["name"] or "")
        if operation is None or (name and self._known(name) is None):
            return False
        body = exchange.read_body()
        request = {**(json.loads(body) if body else {}), ":function": name, ":alias": unquote(match["alias"] or "")}
        headers = [("x-amzn-RequestId", str(uuid.uuid4())), ("Content-Type", "application/json")]
        try:
            status, answer = operation(self, request)
        except Refusal as refusal:
            exchange.answer(refusal.status, [*headers, ("x-amzn-ErrorType", refusal.code)], refusal.payload())
            return True
        exchange.answer(status, headers, b"" if status == 204 else json.dumps(answer).encode())
        return True

    def create(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """CreateFunction."""
        name = str(request["FunctionName"]).rsplit(":", 1)[-1]
        if self._known(name) is not None:
            raise Refusal(409, "ResourceConflictException", f"Function already exist: {name}", _USER, "Message")
        runtime = str(request.get("Runtime", ""))
        if not runtime.startswith("python") or request.get("PackageType", "Zip") != "Zip":
            raise _refused(f"this local service runs archives of Python code only, not {runtime or 'images'}")
        data = self._archive(request["Code"])
        settings: dict[str, Any] = {"memory": request.get("MemorySize", 128)}
        if "Timeout" in request:
            settings["timeout"] = float(request["Timeout"])
        try:
            function = Function(
                name,
                str(request["Handler"]),
                self._unpack(name, data),
                environment=dict((request.get("Environment") or {}).get("Variables") or {}),
                dead_letter=(request.get("DeadLetterConfig") or {}).get("TargetArn"),
                versions=1 if request.get("Publish") else 0,
                description=str(request.get("Description", "")),
                **settings,
            )
        except ValueError as error:
            raise _refused(str(error)) from None
        self._functions.add_function(function)
        return 201, self._described(name, "1" if request.get("Publish") else LATEST, data)

    def update_code(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """UpdateFunctionCode: the next invocation is a cold start of the new code."""
        registered = self._found(request)
        data = self._archive(request)
        version = LATEST
        if not request.get("DryRun"):
            folder = self._unpack(registered.function.name, data)
            registered.versions[LATEST] = replace(registered.versions[LATEST], code_dir=folder)
            if request.get("Publish"):
                version = self._registry.publish(registered)
        return 200, self._described(registered.function.name, version, data)

    def delete(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """DeleteFunction."""
        self._functions.remove_function(self._found(request).function.name)
        return 204, {}

    def list_versions(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """ListVersionsByFunction."""
        registered = self._found(request)
        described = [
            self._configuration.configuration(function, registered, version)
            for version, function in registered.versions.items()
        ]
        return 200, {"Versions": described}

    def create_alias(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """CreateAlias and UpdateAlias: an alias names one version; weights are not followed."""
        registered = self._found(request)
        name, version = request.get("Name") or request[":alias"], request.get("FunctionVersion")
        if version is None:
            version = registered.aliases.get(name)
        if version not in registered.versions:
            arn = f"{registered.arn}:{version}"
            raise Refusal(404, "ResourceNotFoundException", f"Function not found: {arn}", _USER, "Message")
        registered.aliases[name] = version
        return 201 if request.get("Name") else 200, self._alias(registered, name)

    def get_alias(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """GetAlias."""
        return 200, self._alias(self._found(request), request[":alias"])

    def list_aliases(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """ListAliases."""
        registered = self._found(request)
        return 200, {"Aliases": [self._alias(registered, name) for name in registered.aliases]}

    def delete_alias(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """DeleteAlias; of one that is not there as well."""
        self._found(request).aliases.pop(request[":alias"], None)
        return 204, {}

    def _known(self, name: str) -> Registered | None:
        try:
            return self._registry.find(name).registered
        except Refusal:
            return None

    def _found(self, request: dict[str, Any]) -> Registered:
        return self._registry.find(request[":function"]).registered

    def _alias(self, registered: Registered, name: str) -> dict[str, Any]:
        if name not in registered.aliases:
            arn = f"{registered.arn}:{name}"
            raise Refusal(404, "ResourceNotFoundException", f"Cannot find alias arn: {arn}", _USER, "Message")
        version = registered.aliases[name]
        return {"AliasArn": f"{registered.arn}:{name}", "Name": name, "FunctionVersion": version, "Description": ""}

    def _described(self, name: str, version: str, data: bytes) -> dict[str, Any]:
        registered = self._registry.find(name).registered
        described = self._configuration.configuration(registered.versions[version], registered, version)
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        return {**described, "CodeSize": len(data), "CodeSha256": digest}

    def _archive(self, code: dict[str, Any]) -> bytes:
        """The bytes of an archive in the request or in a bucket."""
        if "ZipFile" in code:
            return base64.b64decode(code["ZipFile"])
        if "S3Bucket" not in code:
            raise _refused("Please provide a source for function code.")
        try:
            stored = self._functions.shared_client("s3").get_object(Bucket=code["S3Bucket"], Key=code["S3Key"])
        except Exception as error:  # whatever an SDK client raises
            text = f"Error occurred while GetObject. {error}"
            raise _refused(text) from None
        data: bytes = stored["Body"].read()
        return data

    def _unpack(self, name: str, data: bytes) -> Path:
        folder = self._folder / f"{name}-{next(self._numbers)}"
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                archive.extractall(folder)
        except zipfile.BadZipFile:
            raise _refused("Could not unzip uploaded file. Please check your file, then try to upload again.") from None
        return folder


def _refused(text: str) -> Refusal:
    return Refusal(400, "InvalidParameterValueException", text, _USER)


_OPERATIONS: dict[tuple[str, str], Callable[[DeploymentApi, dict[str, Any]], tuple[int, dict[str, Any]]]] = {
    ("POST", "functions"): DeploymentApi.create,
    ("PUT", "code"): DeploymentApi.update_code,
    ("DELETE", "function"): DeploymentApi.delete,
    ("GET", "versions"): DeploymentApi.list_versions,
    ("POST", "aliases"): DeploymentApi.create_alias,
    ("PUT", "aliases/name"): DeploymentApi.create_alias,
    ("GET", "aliases"): DeploymentApi.list_aliases,
    ("GET", "aliases/name"): DeploymentApi.get_alias,
    ("DELETE", "aliases/name"): DeploymentApi.delete_alias,
}
