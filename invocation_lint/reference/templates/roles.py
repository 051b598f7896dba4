"""Roles and permissions of a template, for a service whose permissions are strict.

What SAM makes by itself is made here, too: roles of functions and machines with their policies, and permissions for the
events of functions. What cannot be told (a role, a managed policy or a resource of another stack) allows everything,
and a note says so.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from invocation_lint.errors import UsageError
from invocation_lint.reference.service.policies import listed, statements_of
from invocation_lint.reference.templates.made import (
    NOTIFICATION,
    PERMISSION,
    ROLE,
    RULE,
    SCHEDULE,
    SUBSCRIPTION,
    Resource,
)
from invocation_lint.reference.templates.names import LONGEST_NAME, Names, Place

ROLE_TYPES = ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_INVOKE = "lambda:InvokeFunction"
_AWS_POLICY = "arn:aws:iam::aws:policy/"
_POLLING = {  # what SAM attaches to the role of a function that has such an event
    "SQS": f"{_AWS_POLICY}service-role/AWSLambdaSQSQueueExecutionRole",
    "DynamoDB": f"{_AWS_POLICY}service-role/AWSLambdaDynamoDBExecutionRole",
    "Kinesis": f"{_AWS_POLICY}service-role/AWSLambdaKinesisExecutionRole",
}


class Roles:
    """Gathers the roles of one template; `resolve` resolves a value, `say` takes a note."""

    def __init__(
        self,
        resources: Mapping[str, Any],
        place: Place,
        names: Names,
        resolve: Callable[[Any], Any],
        say: Callable[[str], None],
    ) -> None:
        self._resources = resources
        self._place = place
        self._names = names
        self._resolve = resolve
        self._say = say
        self._roles: dict[str, Resource] = {}

    def add(self, logical_id: str) -> None:
        """Add a resource of one of `ROLE_TYPES`."""
        kind, properties = self._resources[logical_id]["Type"], self._resources[logical_id].get("Properties") or {}
        if kind == "AWS::IAM::Role":
            role = self._role(self._names.name(logical_id))
            for policy in properties.get("Policies") or ():
                self._take(role, policy.get("PolicyDocument") or {}, logical_id)
            for each in properties.get("ManagedPolicyArns") or ():
                self._attach(role, each, logical_id)
            return
        for each in properties.get("Roles") or [properties.get("RoleName")]:
            name = self._known(each)
            if isinstance(name, str):
                self._take(self._role(name), properties.get("PolicyDocument") or {}, logical_id)

    def of(self, logical_id: str, properties: Mapping[str, Any]) -> str:
        """The ARN of the role of a function or a state machine (its raw properties, those of Globals in them)."""
        given = properties.get("Role", properties.get("RoleArn"))
        if given is not None:
            arn = self._known(given)
            name = str(arn).rsplit("/", 1)[-1] if isinstance(arn, str) else f"{logical_id}-role"
            if not self._is_here(name):
                self._say(f"{logical_id}: its role is not in the template, so it may do everything")
                self._role(name).properties["Statements"] = [EVERYTHING]
            return self._arn(name)
        role = self._role(f"{self._place.stack}-{logical_id}Role")
        policies = properties.get("Policies") or []
        for policy in policies if isinstance(policies, list) else [policies]:
            self._add_policy(role, policy, logical_id)
        for event in (properties.get("Events") or {}).values():
            if (managed := _POLLING.get(event.get("Type"))) is not None:
                role.properties["Managed"].append(managed)
        for connector in (self._resources[logical_id].get("Connectors") or {}).values():
            destination = (connector.get("Properties") or {}).get("Destination") or {}
            for each in destination if isinstance(destination, list) else [destination]:
                if each.get("Id") in self._resources:
                    resource = self._names.arn(each["Id"])
                    role.properties["Statements"].append({"Effect": "Allow", "Action": _INVOKE, "Resource": resource})
        return self._arn(role.name)

    def give(self, link: Resource, target: str) -> list[Resource]:
        """What SAM makes beside the resource for an event that invokes `target` (an ARN): a permission, or a role."""
        if link.kind == SCHEDULE and "RoleArn" not in link.properties["Target"] and ":lambda:" in target:
            role = self._role(f"{link.name}Role")
            role.properties["Statements"] = [{"Effect": "Allow", "Action": _INVOKE, "Resource": target}]
            link.properties["Target"]["RoleArn"] = self._arn(role.name)
        source = self._source(link)
        return [] if source is None or ":lambda:" not in target else [permission(target, *source)]

    def made(self) -> list[Resource]:
        """The roles."""
        return list(self._roles.values())

    def _source(self, link: Resource) -> tuple[str, str] | None:
        """The service of an event and its ARN."""
        if link.kind == SUBSCRIPTION:
            return "sns", str(link.properties["TopicArn"])
        if link.kind == NOTIFICATION:
            return "s3", f"arn:aws:s3:::{link.name}"
        if link.kind == RULE:
            bus = str(link.properties.get("EventBusName", "default")).rsplit("/", 1)[-1]
            path = link.name if bus == "default" else f"{bus}/{link.name}"
            return "events", f"arn:aws:events:{self._place.region}:{self._place.account}:rule/{path}"
        return None

    def _add_policy(self, role: Resource, policy: Any, where: str) -> None:
        """Add an entry of SAM's `Policies`: a name or an ARN, a document, or a template with its parameters."""
        if isinstance(policy, Mapping) and "Statement" in policy:
            self._take(role, policy, where)
        elif isinstance(policy, Mapping) and len(policy) == 1 and (make := _TEMPLATES.get(next(iter(policy)))):
            parameters = self._known(next(iter(policy.values())))
            told = isinstance(parameters, Mapping)
            middle = f"{self._place.region}:{self._place.account}"
            role.properties["Statements"].append(make(middle, parameters) if told else EVERYTHING)
        elif not isinstance(policy, Mapping) or "Ref" in policy or any(str(key).startswith("Fn::") for key in policy):
            resolved = self._known(policy)
            if isinstance(resolved, Mapping):
                self._take(role, resolved, where)
            elif isinstance(resolved, str):
                self._attach(role, resolved if resolved.startswith("arn:") else f"{_AWS_POLICY}{resolved}", where)
            elif resolved is None:
                self._attach(role, policy, where)

    def _take(self, role: Resource, document: Mapping[str, Any], where: str) -> None:
        """Add the statements of a policy; what cannot be resolved of one that allows allows everything."""
        for statement in statements_of(document):
            resolved = self._known(statement)
            if isinstance(resolved, Mapping):
                role.properties["Statements"].append(_with_arns(resolved))
            elif statement.get("Effect") == "Allow":
                self._say(f"{where}: a statement cannot be resolved, so it allows its actions on everything")
                actions = self._known(statement.get("Action"))
                role.properties["Statements"].append({**EVERYTHING, "Action": listed(actions) or "*"})

    def _attach(self, role: Resource, policy: Any, where: str) -> None:
        for logical_id, resource in self._resources.items():
            if policy == {"Ref": logical_id} and resource.get("Type") == "AWS::IAM::ManagedPolicy":
                document = (resource.get("Properties") or {}).get("PolicyDocument") or {}
                self._take(role, document, logical_id)
                return
        arn = self._known(policy)
        if isinstance(arn, str) and arn.startswith(_AWS_POLICY):
            role.properties["Managed"].append(arn)
        else:
            self._say(f"{where}: a managed policy is not in the template, so its role may do everything")
            role.properties["Statements"].append(EVERYTHING)

    def _role(self, name: str) -> Resource:
        name = name[:LONGEST_NAME]
        return self._roles.setdefault(name, Resource(ROLE, name, {"Statements": [], "Managed": []}))

    def _is_here(self, name: str) -> bool:
        return name in self._roles or any(
            resource.get("Type") == "AWS::IAM::Role" and self._names.name(logical_id) == name
            for logical_id, resource in self._resources.items()
        )

    def _arn(self, name: str) -> str:
        return f"arn:aws:iam::{self._place.account}:role/{name[:LONGEST_NAME]}"

    def _known(self, value: Any) -> Any:
        """A resolved value; None for one that cannot be resolved here."""
        try:
            return self._resolve(value)
        except UsageError:
            return None


def permission(target: str, service: str, source: str | None) -> Resource:
    """A permission for a service (`sns`), and for the ARN that it sends events of."""
    held = {"FunctionName": target, "Action": _INVOKE, "Principal": f"{service}.amazonaws.com"}
    return Resource(PERMISSION, "", held if source is None else {**held, "SourceArn": source})


def _with_arns(statement: Mapping[str, Any]) -> dict[str, Any]:
    """A statement whose resources are ARNs: what is made up for resources that are not served may be none."""
    held = dict(statement)
    for key in ("Resource", "NotResource"):
        if key in held:
            held[key] = [
                each if each == "*" or each.startswith("arn:") else f"arn:aws:local:::{each}"
                for each in map(str, listed(held[key]))
            ]
    return held


def _statement(actions: list[str], resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


_READ = ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams")
_TEMPLATES: dict[str, Callable[[str, Mapping[str, Any]], dict[str, Any]]] = {
    "LambdaInvokePolicy": lambda middle, given: _statement(
        [_INVOKE], f"arn:aws:lambda:{middle}:function:{given.get('FunctionName')}*"
    ),
    "SQSPollerPolicy": lambda middle, given: _statement(
        [
            f"sqs:{each}"
            for each in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "ChangeMessageVisibility")
        ],
        f"arn:aws:sqs:{middle}:{given.get('QueueName')}",
    ),
    "SQSSendMessagePolicy": lambda middle, given: _statement(
        ["sqs:SendMessage*"], f"arn:aws:sqs:{middle}:{given.get('QueueName')}"
    ),
    "DynamoDBStreamReadPolicy": lambda middle, given: _statement(
        [f"dynamodb:{each}" for each in _READ], f"arn:aws:dynamodb:{middle}:table/{given.get('TableName')}/stream/*"
    ),
    "KinesisStreamReadPolicy": lambda middle, given: _statement(
        [f"kinesis:{each}" for each in _READ], f"arn:aws:kinesis:{middle}:stream/{given.get('StreamName')}"
    ),
}
