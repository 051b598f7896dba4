"""Who may invoke a function, where permissions are strict.

- A caller with the role of a function or a state machine needs a policy of that role, or of the function, that allows
  it. Roles and their policies are moto's (IAM). Programs with other credentials may do everything.
- Topics, buckets, rules and APIs need a permission of the function (AddPermission); schedules of EventBridge Scheduler
  invoke with the role of their target.
- A mapping reads its queue or stream with the role of its function; a pipe reads and invokes with its own.

- Who sends to queues, buses and state machines needs a policy of its role that has the action, for whatever.

Other actions than these are not looked at. https://docs.aws.amazon.com/lambda/latest/dg/lambda-permissions.html; the
forms of the answers: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

from invocation_lint.reference.service.errors import Refusal
from invocation_lint.reference.service.functions import Function
from invocation_lint.reference.service.http import Exchange
from invocation_lint.reference.service.identity import UNNAMED, access_key
from invocation_lint.reference.service.policies import Statement, is_like, judged, listed, statements_of
from invocation_lint.reference.service.registry import Registry, split_name

OPEN, STRICT = "open", "strict"
INVOKE = "lambda:InvokeFunction"
_KEY = re.compile(r"Credential=([^/,\s]+)/")
_PRINCIPALS = {
    "sns": "sns.amazonaws.com",
    "s3": "s3.amazonaws.com",
    "events": "events.amazonaws.com",
    "schedule": "events.amazonaws.com",
    "rest": "apigateway.amazonaws.com",
    "http": "apigateway.amazonaws.com",
}
_POLLING: Mapping[str, tuple[str, ...]] = {
    "sqs": ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"),
    "dynamodb": ("GetRecords", "GetShardIterator", "DescribeStream"),
    "kinesis": ("GetRecords", "GetShardIterator", "DescribeStream"),
}

_SENDING: Mapping[str, tuple[str, str]] = {
    "AmazonSQS.SendMessage": ("sqs:SendMessage", "AccessDenied"),
    "AmazonSQS.SendMessageBatch": ("sqs:SendMessage", "AccessDenied"),
    "AWSEvents.PutEvents": ("events:PutEvents", "AccessDeniedException"),
    "AWSStepFunctions.StartExecution": ("states:StartExecution", "AccessDeniedException"),
}
"""What sends, by the header that says what is asked for: its action, and the name of the error."""


class Permissions:
    """Refuses what is not allowed, if it is strict. `client(service)` gives an SDK client of moto itself."""

    def __init__(self, mode: str, registry: Registry, client: Callable[[str], Any]) -> None:
        self.set(mode)
        self._registry = registry
        self._client = client
        self._lock = threading.Lock()
        self._callers: dict[str, tuple[str, str]] = {}
        self._statements: dict[str, list[Statement]] = {}

    def set(self, mode: str) -> None:
        """Be `open` or `strict` from now on; ValueError for another word."""
        if mode not in (OPEN, STRICT):
            raise ValueError(f"permissions are {OPEN} or {STRICT}, not {mode}")
        self.is_strict = mode == STRICT

    def role_of(self, function: Function) -> str:
        """The ARN of the role that a function runs with."""
        return function.role or f"arn:aws:iam::{self._registry.account}:role/{function.name}"

    def key_of(self, function: Function) -> str:
        """The access key id of a function's processes."""
        if not self.is_strict:
            return UNNAMED
        role = self.role_of(function)
        key = access_key(f"{role} {function.name}")
        with self._lock:
            self._callers[key] = (role, function.name)
        return key

    def know(self, role: str) -> None:
        """A state machine runs with this role (machines/tasks.py signs with it)."""
        with self._lock:
            self._callers[access_key(role)] = (role, "states")

    def changed(self) -> None:
        """Roles or policies were changed."""
        with self._lock:
            self._statements.clear()

    def check_caller(self, authorization: str | None, name: str, qualifier: str | None, action: str = INVOKE) -> None:
        """Refuse the caller that signed a request, if its role is known and does not allow it; Refusal 403."""
        match = _KEY.search(authorization or "")
        if not self.is_strict or match is None:
            return
        with self._lock:
            caller = self._callers.get(match[1])
        if caller is not None:
            self.check_role(*caller, name, qualifier, action)

    def check_role(
        self, role: str, session: str, name: str, qualifier: str | None = None, action: str = INVOKE
    ) -> None:
        """Refuse a role that may not invoke the function, or the version or alias of it, that is named; Refusal 403."""
        if not self.is_strict:
            return
        plain, in_name = split_name(name)
        resource = self._registry.arn(plain)
        if qualifier or in_name:
            resource = f"{resource}:{qualifier or in_name}"
        answer = judged(self._of_role(role), action, resource)
        if answer == "allowed" or (answer != "denied" and self._policy_names(plain, role, action, resource)):
            return
        who = f"arn:aws:sts::{self._registry.account}:assumed-role/{role.rsplit('/', 1)[-1]}/{session}"
        why = f"because no identity-based policy allows the {action} action"
        if answer == "denied":
            why = "with an explicit deny in an identity-based policy"
        raise _denied(who, action, resource, why)

    def serve(self, exchange: Exchange) -> bool:
        """Refuse a request of a known caller to send what its role does not allow; whether it was refused."""
        action, error = _SENDING.get(exchange.headers.get("X-Amz-Target", ""), ("", ""))
        match = _KEY.search(exchange.headers.get("Authorization", "")) if action and self.is_strict else None
        with self._lock:
            caller = self._callers.get(match[1]) if match is not None else None
        if (
            caller is None
            or judged(({**one, "Resource": "*"} for one in self._of_role(caller[0])), action, "*") == "allowed"
        ):
            return False
        exchange.read_body()
        told = {"__type": error, "message": f"{caller[0]} is not authorized to perform: {action}"}
        exchange.answer(403, [("Content-Type", "application/x-amz-json-1.0")], json.dumps(told).encode())
        return True

    def check_source(self, origin: str, source: str | None, name: str) -> None:
        """Refuse a topic, bucket, rule or API (its ARN; None: not told) without a permission; Refusal 403."""
        principal = _PRINCIPALS.get(origin)
        if not self.is_strict or principal is None:
            return
        plain, qualifier = split_name(name)
        resource = self._registry.arn(plain) + (f":{qualifier}" if qualifier else "")
        for statement in self._policy(plain):
            service = statement["Principal"].get("Service") if isinstance(statement["Principal"], dict) else "*"
            if (
                service in (principal, "*")
                and _is_met(statement, source, self._registry.account)
                and (judged([{**statement, "Condition": None}], INVOKE, resource) == "allowed")
            ):
                return
        raise _denied(principal, INVOKE, resource, f"because no resource-based policy allows the {INVOKE} action")

    def check_polling(self, role: str, source: str) -> None:
        """Refuse a mapping or a pipe whose role may not read the source (its ARN); Refusal 400."""
        service = source.split(":")[2]
        if not self.is_strict:
            return
        statements = self._of_role(role)
        for action in _POLLING.get(service, ()):
            if judged(statements, f"{service}:{action}", source) == "allowed":
                continue
            if service == "sqs":
                text = f"The provided execution role does not have permissions to call {action} on SQS"
            else:
                wanted = ", ".join(_POLLING[service])
                text = f"Cannot access stream {source}. Please ensure the role can perform the {wanted} Actions in IAM."
            raise Refusal(400, "InvalidParameterValueException", text, {"Type": "User"})

    def _policy(self, name: str) -> list[dict[str, Any]]:
        try:
            return list(self._registry.find(name).registered.policy.values())
        except Refusal:
            return []

    def _policy_names(self, name: str, role: str, action: str, resource: str) -> bool:
        """Whether the policy of the function itself allows it to this role."""
        for statement in self._policy(name):
            principal = statement["Principal"]
            named = ["*"] if principal == "*" else listed(principal.get("AWS"))
            if ("*" in named or role in named) and judged([statement], action, resource) == "allowed":
                return True
        return False

    def _of_role(self, role: str) -> list[Statement]:
        """The statements of all policies of a role; none of one that is not there."""
        with self._lock:
            if (known := self._statements.get(role)) is not None:
                return known
        iam, name = self._client("iam"), role.rsplit("/", 1)[-1]
        found: list[Statement] = []
        try:
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
                found += statements_of(iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"])
            for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
                arn = attached["PolicyArn"]
                version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
                held = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
                found += statements_of(held["Document"])
        except iam.exceptions.NoSuchEntityException:
            pass
        with self._lock:
            self._statements[role] = found
        return found


def _is_met(statement: Mapping[str, Any], source: str | None, account: str) -> bool:
    """Whether the conditions of a permission hold for a source; one that is not told meets every ARN."""
    condition = statement.get("Condition") or {}
    arn = (condition.get("ArnLike") or {}).get("AWS:SourceArn")
    owner = (condition.get("StringEquals") or {}).get("AWS:SourceAccount")
    return (arn is None or source is None or is_like(arn, source)) and owner in (None, account)


def _denied(who: str, action: str, resource: str, why: str) -> Refusal:
    text = f"User: {who} is not authorized to perform: {action} on resource: {resource} {why}"
    return Refusal(403, "AccessDeniedException", text, message_key="Message")
