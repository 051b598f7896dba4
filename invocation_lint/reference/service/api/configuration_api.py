"""The part of Lambda's configuration API that a running service needs: reading functions, and a few settings.

Concurrency, versions, event configuration, permissions and URLs may be changed by an SDK client as on AWS. Functions
are declared in Python or in a template, or made by CreateFunction (deployment_api.py).
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from invocation_lint.reference.service.clock import Clock
from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.service.functions import Function
from invocation_lint.reference.service.http import Exchange
from invocation_lint.reference.service.registry import LATEST, Registered, Registry, Target

_PATH = re.compile(
    r"/(?P<date>\d{4}-\d\d-\d\d)/functions(?:/(?P<name>[^/]+)(?:/(?P<part>[a-z-]+)(?:/(?P<item>[^/]+))?)?)?/?"
)


class Urls(Protocol):
    """What this API needs of the service: to serve a Function URL."""

    def serve_url(self, function: Function) -> str:
        """Serve the URL of a function anew, as its `url_public` says; the address."""


_Answer = tuple[int, dict[str, Any]]
_NO_RESOURCE = Refusal(
    404, "ResourceNotFoundException", "The resource you requested does not exist.", {"Type": "User"}, "Message"
)
_Operation = Callable[["ConfigurationApi", Target, dict[str, Any]], _Answer]


class ConfigurationApi:
    """Answers what it knows about functions that the registry has; `serve` says whether it did."""

    def __init__(self, registry: Registry, clock: Clock, urls: Urls) -> None:
        self._registry = registry
        self._clock = clock
        self._urls = urls

    def serve(self, exchange: Exchange) -> bool:
        """Answer a request if it is one for this API; False leaves it (and its body) to somebody else."""
        url = urlsplit(exchange.path)
        match = _PATH.fullmatch(url.path)
        if match is None:
            return False
        operation = _OPERATIONS.get((exchange.command, match["part"] or ("function" if match["name"] else "functions")))
        if operation is None or bool(match["item"]) != (operation is ConfigurationApi.remove_permission):
            return False
        headers = [("x-amzn-RequestId", str(uuid.uuid4())), ("Content-Type", "application/json")]
        try:
            if match["name"] is None:
                configurations = [self.configuration(each.versions[LATEST], each) for each in self._registry.all()]
                status, answer = 200, {"Functions": configurations}
            else:
                target = self._registry.find(unquote(match["name"]), parse_qs(url.query).get("Qualifier", [None])[0])
                body = exchange.read_body()
                request = {**(json.loads(body) if body else {}), ":item": unquote(match["item"] or "")}
                status, answer = operation(self, target, request)
        except Refusal as refusal:
            if refusal.status == 404 and match["name"] is not None and not self._knows(unquote(match["name"])):
                return False
            exchange.answer(refusal.status, [*headers, ("x-amzn-ErrorType", refusal.code)], refusal.payload())
            return True
        exchange.answer(status, headers, b"" if status == 204 else json.dumps(answer).encode())
        return True

    def _knows(self, name: str) -> bool:
        try:
            self._registry.find(name.split(":")[6] if name.startswith("arn:") else name.split(":", maxsplit=1)[0])
        except (Refusal, IndexError):
            return False
        return True

    def configuration(self, function: Function, registered: Registered, version: str = LATEST) -> dict[str, Any]:
        """A function as GetFunctionConfiguration describes it."""
        described: dict[str, Any] = {
            "FunctionName": function.name,
            "FunctionArn": registered.arn if version == LATEST else f"{registered.arn}:{version}",
            "Runtime": f"python{function.runtime_version}",
            "Role": function.role or f"arn:aws:iam::{self._registry.account}:role/{function.name}",
            "Handler": function.handler,
            "CodeSize": sum(path.stat().st_size for path in function.code_dir.glob("*.py")),
            "Description": function.description,
            "Timeout": int(function.timeout),
            "MemorySize": function.memory,
            "LastModified": self._clock.stamp(self._clock.wall_start)[:-1] + "+0000",
            "Version": version,
            "PackageType": "Zip",
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "Environment": {"Variables": dict(function.environment)},
        }
        if registered.dead_letter is not None:
            described["DeadLetterConfig"] = {"TargetArn": registered.dead_letter}
        return described

    def get_configuration(self, target: Target, _body: dict[str, Any]) -> _Answer:
        """GetFunctionConfiguration."""
        return 200, self.configuration(target.function, target.registered, target.version)

    def get_function(self, target: Target, body: dict[str, Any]) -> _Answer:
        """GetFunction."""
        answer: dict[str, Any] = {"Configuration": self.get_configuration(target, body)[1], "Code": {}}
        if (reserved := target.registered.reserved_concurrency) is not None:
            answer["Concurrency"] = {"ReservedConcurrentExecutions": reserved}
        return 200, answer

    def update_configuration(self, target: Target, body: dict[str, Any]) -> _Answer:
        """UpdateFunctionConfiguration: timeout, memory, handler, variables, dead letters. New sandboxes follow it."""
        names = {"Timeout": "timeout", "MemorySize": "memory", "Handler": "handler", "Description": "description"}
        changes = {names[key]: value for key, value in body.items() if key in names}
        if "Environment" in body:
            changes["environment"] = dict(body["Environment"].get("Variables", {}))
        registered = target.registered
        registered.versions[LATEST] = replace(registered.versions[LATEST], **changes)
        if "DeadLetterConfig" in body:
            registered.dead_letter = body["DeadLetterConfig"].get("TargetArn") or None
        return 200, self.configuration(registered.versions[LATEST], registered)

    def put_concurrency(self, target: Target, body: dict[str, Any]) -> _Answer:
        """PutFunctionConcurrency."""
        target.registered.reserved_concurrency = int(body["ReservedConcurrentExecutions"])
        return 200, {"ReservedConcurrentExecutions": target.registered.reserved_concurrency}

    def get_concurrency(self, target: Target, _body: dict[str, Any]) -> _Answer:
        """GetFunctionConcurrency."""
        reserved = target.registered.reserved_concurrency
        return 200, {} if reserved is None else {"ReservedConcurrentExecutions": reserved}

    def delete_concurrency(self, target: Target, _body: dict[str, Any]) -> _Answer:
        """DeleteFunctionConcurrency."""
        target.registered.reserved_concurrency = None
        return 204, {}

    def put_provisioned(self, target: Target, body: dict[str, Any]) -> _Answer:
        """PutProvisionedConcurrencyConfig, ready at once."""
        count = int(body["ProvisionedConcurrentExecutions"])
        target.registered.provisioned_concurrency[target.version] = count
        return 202, {"RequestedProvisionedConcurrentExecutions": count, "Status": "READY"}

    def get_provisioned(self, target: Target, _body: dict[str, Any]) -> _Answer:
        """GetProvisionedConcurrencyConfig."""
        count = target.registered.provisioned_concurrency.get(target.version)
        if count is None:
            text = "No Provisioned Concurrency Config found for this function"
            raise Refusal(404, "ProvisionedConcurrencyConfigNotFoundException", text, {"Type": "User"})
        return 200, {
            "RequestedProvisionedConcurrentExecutions": count,
            "AllocatedProvisionedConcurrentExecutions": count,
            "AvailableProvisionedConcurrentExecutions": count,
            "Status": "READY",
        }

    def put_events(self, target: Target, body: dict[str, Any]) -> _Answer:
        """PutFunctionEventInvokeConfig: what is not named goes back to its default."""
        plain = replace(target.function, on_success=None, on_failure=None)
        target.registered.events = self._registry.event_config(plain, defaults=True)
        return self.update_events(target, body)

    def update_events(self, target: Target, body: dict[str, Any]) -> _Answer:
        """UpdateFunctionEventInvokeConfig: what is not named stays."""
        events = target.registered.events
        events.maximum_retry_attempts = int(body.get("MaximumRetryAttempts", events.maximum_retry_attempts))
        events.maximum_event_age = int(body.get("MaximumEventAgeInSeconds", events.maximum_event_age))
        if (destinations := body.get("DestinationConfig")) is not None:
            events.on_success = destinations.get("OnSuccess", {}).get("Destination")
            events.on_failure = destinations.get("OnFailure", {}).get("Destination")
        answer: dict[str, Any] = {
            "LastModified": self._clock.time(),
            "FunctionArn": target.qualified_arn,
            "DestinationConfig": {
                "OnSuccess": {"Destination": events.on_success} if events.on_success else {},
                "OnFailure": {"Destination": events.on_failure} if events.on_failure else {},
            },
        }
        given = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds")
        return 200, {**answer, **{key: body[key] for key in given if key in body}}

    def publish_version(self, target: Target, _body: dict[str, Any]) -> _Answer:
        """PublishVersion of `$LATEST`."""
        version = self._registry.publish(target.registered)
        return 201, self.configuration(target.registered.versions[version], target.registered, version)

    def add_permission(self, target: Target, body: dict[str, Any]) -> _Answer:
        """AddPermission: for Function URLs it is heeded always, otherwise where permissions are strict."""
        sid, principal = body["StatementId"], body["Principal"]
        if sid in target.registered.policy:
            text = (
                f"The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the "
                "existing statement."
            )
            raise Refusal(409, "ResourceConflictException", text, {"Type": "User"})
        kind = "Service" if principal.endswith(".amazonaws.com") else "AWS"
        statement = {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": principal if principal == "*" else {kind: principal},
            "Action": body["Action"],
            "Resource": target.invoked_arn,
        }
        condition: dict[str, dict[str, str]] = {}
        if "FunctionUrlAuthType" in body:
            condition["StringEquals"] = {"lambda:FunctionUrlAuthType": body["FunctionUrlAuthType"]}
        if "SourceAccount" in body:
            condition.setdefault("StringEquals", {})["AWS:SourceAccount"] = body["SourceAccount"]
        if "SourceArn" in body:
            condition["ArnLike"] = {"AWS:SourceArn": body["SourceArn"]}
        if condition:
            statement["Condition"] = condition
        target.registered.policy[sid] = statement
        if body["Action"] == "lambda:InvokeFunctionUrl" and target.function.url:
            self._set_url(target, public=True)
        return 201, {"Statement": json.dumps(statement)}

    def get_policy(self, target: Target, _body: dict[str, Any]) -> _Answer:
        """GetPolicy."""
        if not target.registered.policy:
            raise _NO_RESOURCE
        statements = list(target.registered.policy.values())
        policy = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
        return 200, {"Policy": json.dumps(policy), "RevisionId": str(uuid.uuid4())}

    def remove_permission(self, target: Target, body: dict[str, Any]) -> _Answer:
        """RemovePermission."""
        if target.registered.policy.pop(body[":item"], None) is None:
            raise _NO_RESOURCE
        return 204, {}

    def create_url(self, target: Target, body: dict[str, Any]) -> _Answer:
        """CreateFunctionUrlConfig; nobody may use the URL until AddPermission says so."""
        mode = str(body.get("InvokeMode") or "BUFFERED")
        latest = target.registered.versions[LATEST]
        target.registered.versions[LATEST] = replace(latest, url_streams=mode == "RESPONSE_STREAM")
        address = self._set_url(target, public=False)
        created = self._clock.stamp()
        arn, kind = target.invoked_arn, body.get("AuthType", "NONE")
        return 201, {
            "FunctionUrl": address,
            "FunctionArn": arn,
            "AuthType": kind,
            "CreationTime": created,
            "InvokeMode": mode,
        }

    def _set_url(self, target: Target, *, public: bool) -> str:
        registered = target.registered
        registered.versions[LATEST] = replace(registered.versions[LATEST], url=True, url_public=public)
        return self._urls.serve_url(registered.versions[LATEST])


_OPERATIONS: dict[tuple[str, str], _Operation] = {
    ("GET", "functions"): ConfigurationApi.get_function,
    ("GET", "function"): ConfigurationApi.get_function,
    ("GET", "configuration"): ConfigurationApi.get_configuration,
    ("PUT", "configuration"): ConfigurationApi.update_configuration,
    ("PUT", "concurrency"): ConfigurationApi.put_concurrency,
    ("GET", "concurrency"): ConfigurationApi.get_concurrency,
    ("DELETE", "concurrency"): ConfigurationApi.delete_concurrency,
    ("PUT", "provisioned-concurrency"): ConfigurationApi.put_provisioned,
    ("GET", "provisioned-concurrency"): ConfigurationApi.get_provisioned,
    ("PUT", "event-invoke-config"): ConfigurationApi.put_events,
    ("POST", "event-invoke-config"): ConfigurationApi.update_events,
    ("POST", "versions"): ConfigurationApi.publish_version,
    ("POST", "policy"): ConfigurationApi.add_permission,
    ("GET", "policy"): ConfigurationApi.get_policy,
    ("DELETE", "policy"): ConfigurationApi.remove_permission,
    ("POST", "url"): ConfigurationApi.create_url,
}
