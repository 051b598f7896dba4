"""Strict permissions: roles of functions and machines, permissions of sources, roles that read queues."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from invocation_lint.reference import Function, HttpApi, LambdaService, RestApi, Route
from tests.reference.conftest import Bench

CALLS = """
import boto3, json, os
from botocore.exceptions import ClientError

def handler(event, context):
    try:
        answer = boto3.client("lambda").invoke(**event)
        return answer["StatusCode"]
    except ClientError as error:
        return error.response["Error"]
"""
ACCOUNT, REGION = "123456789012", "us-east-1"


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def arn(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


class Guarded:
    """A strict service with a function that calls others, and one that is called."""

    def __init__(self, service: LambdaService, bench: Bench) -> None:
        self.service = service
        self.bench = bench
        self._clients: dict[str, Any] = {}
        self._number = 0

    def client(self, name: str) -> Any:
        if name not in self._clients:
            self._clients[name] = self.service.client(name)
        return self._clients[name]

    def name(self, stem: str) -> str:
        self._number += 1
        return f"{stem}{self._number}"

    def role(self, *statements: dict[str, Any], managed: str = "") -> str:
        name = self.name("role")
        self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        if statements:
            self.client("iam").put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
        if managed:
            self.client("iam").attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{managed}")
        return role(name)

    def function(self, stem: str, source: str = "def handler(event, context):\n    return event\n", **more: Any) -> str:
        function = self.bench.function(self.name(stem), source, **{"timeout": 60, **more})
        self.service.add_function(function)
        return function.name

    def call(self, caller: str, **parameters: Any) -> Any:
        answer = self.client("lambda").invoke(FunctionName=caller, Payload=json.dumps(parameters))
        return json.loads(answer["Payload"].read())

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with LambdaService(permissions="strict", clock_factor=10) as service:
        made = Guarded(service, Bench(tmp_path_factory.mktemp("guarded")))
        yield made
        made.close()


def allowing(resource: str, effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Action": "lambda:InvokeFunction", "Resource": resource}


def test_a_role_that_does_not_allow_it_is_refused(guarded):
    target = guarded.function("target")
    held = guarded.role({"Effect": "Allow", "Action": "sqs:*", "Resource": "*"})
    caller = guarded.function("caller", CALLS, role=held)
    refused = guarded.call(caller, FunctionName=target)
    assert refused == {
        "Code": "AccessDeniedException",
        "Message": f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{held.rsplit('/', 1)[1]}/{caller} is not authorized to "
        f"perform: lambda:InvokeFunction on resource: {arn(target)} because no identity-based policy allows the "
        "lambda:InvokeFunction action",
    }
    assert guarded.call(caller, FunctionName=target, InvocationType="Event")["Code"] == "AccessDeniedException"
    assert guarded.call(caller, FunctionName=target, InvocationType="DryRun")["Code"] == "AccessDeniedException"
    assert guarded.call(caller, FunctionName="missing")["Code"] == "AccessDeniedException"
    assert not guarded.service.executions(target)
    assert [request.status for request in guarded.service.requests(target)] == [403] * 3


def test_a_role_that_allows_it_may(guarded):
    target = guarded.function("target")
    caller = guarded.function("caller", CALLS, role=guarded.role(allowing(arn(target))))
    assert guarded.call(caller, FunctionName=target) == 200
    assert guarded.call(caller, FunctionName=arn(target), InvocationType="Event") == 202
    assert guarded.call(caller, FunctionName="other")["Code"] == "AccessDeniedException"


SENDS = """
import boto3, json
from botocore.exceptions import ClientError

def handler(event, context):
    try:
        getattr(boto3.client(event["service"]), event["operation"])(**event["given"])
        return "sent"
    except ClientError as error:
        return error.response["Error"]["Code"]
"""
ENTRY = {"Source": "shop", "DetailType": "placed", "Detail": "{}"}


@pytest.mark.parametrize(
    ("service", "operation", "given", "action", "code"),
    [
        ("sqs", "send_message", {"QueueUrl": "jobs", "MessageBody": "1"}, "sqs:SendMessage", "AccessDenied"),
        (
            "sqs",
            "send_message_batch",
            {"QueueUrl": "jobs", "Entries": [{"Id": "1", "MessageBody": "1"}]},
            "sqs:Send*",
            "AccessDenied",
        ),
        ("events", "put_events", {"Entries": [ENTRY]}, "events:PutEvents", "AccessDeniedException"),
    ],
    ids=["message", "batch", "event"],
)
def test_who_sends_needs_the_action(guarded, service, operation, given, action, code):
    guarded.client("sqs").create_queue(QueueName="jobs")
    sent = {"service": service, "operation": operation, "given": given}
    other = guarded.function("sender", SENDS, role=guarded.role(allowing("*")))
    assert guarded.call(other, **sent) == code
    held = guarded.role({"Effect": "Allow", "Action": action, "Resource": "*"})
    assert guarded.call(guarded.function("sender", SENDS, role=held), **sent) == "sent"


def test_an_alias_is_a_resource_of_its_own(guarded):
    target = guarded.function("target", versions=1, aliases={"live": "1"})
    plain = guarded.function("caller", CALLS, role=guarded.role(allowing(arn(target))))
    assert guarded.call(plain, FunctionName=f"{target}:live")["Code"] == "AccessDeniedException"
    assert guarded.call(plain, FunctionName=target, Qualifier="live")["Code"] == "AccessDeniedException"
    all_of_it = guarded.function("caller", CALLS, role=guarded.role(allowing(f"{arn(target)}:*")))
    assert guarded.call(all_of_it, FunctionName=target, Qualifier="live") == 200
    assert guarded.call(all_of_it, FunctionName=target)["Code"] == "AccessDeniedException"


def test_a_deny_wins_and_managed_policies_count(guarded):
    target = guarded.function("target")
    managed = guarded.function("caller", CALLS, role=guarded.role(managed="service-role/AWSLambdaRole"))
    assert guarded.call(managed, FunctionName=target) == 200
    held = guarded.role(allowing(arn(target), "Deny"), managed="service-role/AWSLambdaRole")
    refused = guarded.call(guarded.function("caller", CALLS, role=held), FunctionName=target)
    assert refused["Message"].endswith("with an explicit deny in an identity-based policy")


def test_a_policy_that_is_added_later_counts(guarded):
    target, held = guarded.function("target"), guarded.role()
    caller = guarded.function("caller", CALLS, role=held)
    assert guarded.call(caller, FunctionName=target)["Code"] == "AccessDeniedException"
    document = json.dumps({"Version": "2012-10-17", "Statement": allowing("*")})
    name = held.rsplit("/", 1)[1]
    guarded.client("iam").put_role_policy(RoleName=name, PolicyName="late", PolicyDocument=document)
    assert guarded.call(caller, FunctionName=target) == 200
    guarded.client("iam").delete_role_policy(RoleName=name, PolicyName="late")
    assert guarded.call(caller, FunctionName=target)["Code"] == "AccessDeniedException"


def test_the_policy_of_the_function_may_name_the_role(guarded):
    target, held = guarded.function("target"), guarded.role()
    caller = guarded.function("caller", CALLS, role=held)
    guarded.client("lambda").add_permission(
        FunctionName=target, StatementId="caller", Action="lambda:InvokeFunction", Principal=held
    )
    assert guarded.call(caller, FunctionName=target) == 200
    guarded.client("lambda").remove_permission(FunctionName=target, StatementId="caller")
    assert guarded.call(caller, FunctionName=target)["Code"] == "AccessDeniedException"


def test_a_function_without_a_role_may_nothing_and_other_programs_everything(guarded):
    target = guarded.function("target")
    caller = guarded.function("caller", CALLS)
    assert guarded.call(caller, FunctionName=target)["Code"] == "AccessDeniedException"
    program = f"import boto3\nboto3.client('lambda').invoke(FunctionName='{target}')"
    subprocess.run([sys.executable, "-c", program], env=guarded.service.caller_environment(), check=True)
    assert len(guarded.service.executions(target)) == 1


def test_open_permissions_refuse_nobody(bench, invoke):
    service = bench.service(bench.function("caller", CALLS, timeout=60), bench.function("target"), clock_factor=10)
    assert invoke(service, "caller", {"FunctionName": "target"})["Payload"] == 200
    with pytest.raises(ValueError, match="permissions are open or strict"):
        LambdaService(permissions="some")


def test_a_machine_invokes_with_its_role(guarded):
    target = guarded.function("target")
    states = {"A": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True}}
    states["A"]["Parameters"] = {"FunctionName": target}
    client = guarded.client("stepfunctions")
    for statements, status in (((), "FAILED"), ((allowing(arn(target)),), "SUCCEEDED")):
        made = client.create_state_machine(
            name=guarded.name("machine"),
            definition=json.dumps({"StartAt": "A", "States": states}),
            roleArn=guarded.role(*statements),
        )
        client.start_execution(stateMachineArn=made["stateMachineArn"])
        assert guarded.service.wait_until_idle()
        execution = guarded.service.machine_executions()[-1]
        assert execution.status == status
        assert execution.error == ("Lambda.AccessDeniedException" if status == "FAILED" else None)


def permit(guarded, target, service, **more):
    guarded.client("lambda").add_permission(
        FunctionName=target,
        StatementId=guarded.name("s"),
        Action="lambda:InvokeFunction",
        Principal=f"{service}.amazonaws.com",
        **more,
    )


def test_a_topic_needs_a_permission(guarded):
    target = guarded.function("target")
    dead = guarded.client("sqs").create_queue(QueueName=guarded.name("dead"))["QueueUrl"]
    topic = guarded.client("sns").create_topic(Name=guarded.name("topic"))["TopicArn"]
    redrive = {"deadLetterTargetArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{dead.rsplit('/', 1)[1]}"}
    guarded.client("sns").subscribe(
        TopicArn=topic, Protocol="lambda", Endpoint=arn(target), Attributes={"RedrivePolicy": json.dumps(redrive)}
    )
    permit(guarded, target, "sns", SourceArn=f"{topic}-other")
    permit(guarded, target, "s3", SourceArn=topic)
    guarded.client("sns").publish(TopicArn=topic, Message="one")
    assert guarded.service.wait_until_idle()
    assert not guarded.service.executions(target)
    assert guarded.client("sqs").receive_message(QueueUrl=dead)["Messages"]
    permit(guarded, target, "sns", SourceArn=topic)
    guarded.client("sns").publish(TopicArn=topic, Message="two")
    assert guarded.service.wait_until_idle()
    assert len(guarded.service.executions(target)) == 1


def test_a_bucket_and_a_rule_need_one(guarded):
    target, bucket = guarded.function("target"), guarded.name("bucket")
    guarded.client("s3").create_bucket(Bucket=bucket)
    told = {"LambdaFunctionArn": arn(target), "Events": ["s3:ObjectCreated:*"]}
    guarded.client("s3").put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [told]}
    )
    source = guarded.name("source")
    pattern = json.dumps({"source": [source]})
    rule = guarded.client("events").put_rule(Name=guarded.name("rule"), EventPattern=pattern)["RuleArn"]
    guarded.client("events").put_targets(Rule=rule.rsplit("/", 1)[1], Targets=[{"Id": "1", "Arn": arn(target)}])

    def send():
        guarded.client("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
        guarded.client("events").put_events(Entries=[{"Source": source, "DetailType": "t", "Detail": "{}"}])
        assert guarded.service.wait_until_idle()
        return sorted(run.origin for run in guarded.service.executions(target))

    assert send() == []
    permit(guarded, target, "s3", SourceArn=f"arn:aws:s3:::{bucket}", SourceAccount=ACCOUNT)
    assert send() == ["s3"]
    permit(guarded, target, "events", SourceArn=rule)
    assert send() == ["events", "s3", "s3"]


def test_a_schedule_invokes_with_its_role(guarded):
    target = guarded.function("target")
    roles = guarded.role(), guarded.role(allowing(arn(target)))
    moment = datetime.fromtimestamp(guarded.service.clock.time() + 30, tz=timezone.utc)
    soon = moment.strftime("%Y-%m-%dT%H:%M:%S")
    for number, held in enumerate(roles, 1):  # what is due together is sent in this order
        guarded.client("scheduler").create_schedule(
            Name=guarded.name("schedule"),
            ScheduleExpression=f"at({soon})",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": arn(target), "RoleArn": held, "Input": json.dumps({"number": number})},
        )
    assert guarded.service.clock.wait_until(lambda: bool(guarded.service.executions(target)), 300)
    assert guarded.service.wait_until_idle()
    assert [json.loads(run.payload)["number"] for run in guarded.service.executions(target)] == [2]


def test_apis_need_one(guarded):
    target = guarded.function("target", "def handler(event, context):\n    return {'statusCode': 200, 'body': 'ok'}\n")
    rest, http = guarded.name("rest"), guarded.name("http")
    guarded.service.add_rest_api(RestApi(rest, [Route("GET", "/", target)]))
    guarded.service.add_http_api(HttpApi(http, [Route("GET", "/", target)]))
    addresses = [f"{guarded.service.rest_api_url(rest)}/", f"{guarded.service.http_api_url(http)}/"]
    for address in addresses:
        with pytest.raises(urllib.error.HTTPError) as answer:
            urllib.request.urlopen(address)
        with answer.value as response:
            assert response.code == 500
    permit(guarded, target, "apigateway")
    for address in addresses:
        with urllib.request.urlopen(address) as response:
            assert response.read() == b"ok"


def test_a_mapping_reads_with_the_role_of_its_function(guarded):
    url = guarded.client("sqs").create_queue(QueueName=guarded.name("jobs"), Attributes={"VisibilityTimeout": "90"})
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{url['QueueUrl'].rsplit('/', 1)[1]}"
    target = guarded.function("target", role=guarded.role(allowing("*")))
    with pytest.raises(ClientError, match="does not have permissions to call ReceiveMessage on SQS"):
        guarded.client("lambda").create_event_source_mapping(FunctionName=target, EventSourceArn=queue)
    target = guarded.function("target", role=guarded.role(managed="service-role/AWSLambdaSQSQueueExecutionRole"))
    guarded.client("lambda").create_event_source_mapping(FunctionName=target, EventSourceArn=queue)
    guarded.client("sqs").send_message(QueueUrl=url["QueueUrl"], MessageBody="job")
    assert guarded.service.wait_until_idle()
    assert [run.origin for run in guarded.service.executions(target)] == ["sqs"]


def test_a_policy_is_read_and_removed(guarded):
    target, client = guarded.function("target"), guarded.client("lambda")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_policy(FunctionName=target)
    given = {"Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com", "SourceArn": "arn:aws:sns:*:*:news"}
    client.add_permission(FunctionName=target, StatementId="one", **given)
    with pytest.raises(client.exceptions.ResourceConflictException):
        client.add_permission(FunctionName=target, StatementId="one", **given)
    (statement,) = json.loads(client.get_policy(FunctionName=target)["Policy"])["Statement"]
    assert statement == {
        "Sid": "one",
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": arn(target),
        "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:sns:*:*:news"}},
    }
    client.remove_permission(FunctionName=target, StatementId="one")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.remove_permission(FunctionName=target, StatementId="one")


def test_a_function_says_its_role(guarded):
    held = guarded.role()
    target = guarded.function("target", role=held)
    assert guarded.client("lambda").get_function_configuration(FunctionName=target)["Role"] == held
    assert Function("f", "app.handler", guarded.bench.folder).role == ""
