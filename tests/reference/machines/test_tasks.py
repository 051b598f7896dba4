"""Tasks: functions by the service and by their ARN, queues, topics, buses, tables and machines."""

from __future__ import annotations

import json

import pytest

from invocation_lint.reference import RestApi, Route

ECHO = "def handler(event, context):\n    return {'got': event}\n"

ANSWERS_BY_TOKEN = """
import boto3, json
machines = boto3.client("stepfunctions")

def handler(event, context):
    if event.get("error"):
        machines.send_task_failure(taskToken=event["token"], error=event["error"], cause="told so")
    else:
        machines.send_task_success(taskToken=event["token"], output=json.dumps({"by": "token"}))
    return {"by": "return"}
"""


def invoke(function, payload="$", **more):
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": function, "Payload.$": payload},
        **more,
    }


def waiting(function, **more):
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": function, "Payload": {"token.$": "$$.Task.Token", "error.$": "$.error"}},
        **more,
    }


def test_a_function_is_invoked_by_the_service(hall):
    echo = hall.function(ECHO)
    answer = hall.output({"Call": invoke(echo)}, {"a": 1})
    assert answer["Payload"] == {"got": {"a": 1}}
    assert answer["StatusCode"] == 200
    assert answer["ExecutedVersion"] == "$LATEST"
    (request,) = hall.service.requests(echo)
    assert (request.invocation_type, request.payload) == ("RequestResponse", b'{"a": 1}')


def test_a_plain_arn_gives_the_payload_alone(hall):
    state = {"Type": "Task", "Resource": hall.arn(hall.function(ECHO)), "InputPath": "$.part", "ResultPath": "$.answer"}
    assert hall.output({"Call": state}, {"part": [1], "rest": 2}) == {
        "part": [1],
        "rest": 2,
        "answer": {"got": [1]},
    }


def test_the_result_is_selected_and_put_into_the_input(hall):
    state = invoke(hall.function(ECHO), "$.order", ResultSelector={"id.$": "$.Payload.got.id"}, ResultPath="$.done")
    assert hall.output({"Call": {**state, "OutputPath": "$.done"}}, {"order": {"id": 7}}) == {"id": 7}


def test_an_asynchronous_invocation_is_not_waited_for(hall):
    slow = hall.function("import time\ndef handler(event, context):\n    time.sleep(150)\n", timeout=300)
    state = invoke(slow)
    state["Parameters"]["InvocationType"] = "Event"
    execution = hall.run({"Call": state})
    assert json.loads(execution.output)["StatusCode"] == 202
    assert hall.service.wait_until_idle()
    (run,) = hall.service.executions(slow)
    assert execution.ended < run.ended


def test_a_function_answers_by_its_token(hall):
    function = hall.function(ANSWERS_BY_TOKEN)
    assert hall.output({"Ask": waiting(function)}, {"error": None}) == {"by": "token"}


def test_a_token_can_tell_of_a_failure(hall):
    states = {
        "Ask": waiting(hall.function(ANSWERS_BY_TOKEN), Catch=[{"ErrorEquals": ["Refused"], "Next": "Caught"}]),
        "Caught": {"Type": "Pass"},
    }
    states["Ask"]["End"] = True
    assert hall.output(states, {"error": "Refused"}) == {"Error": "Refused", "Cause": "told so"}


def queued(hall, **more):
    """A task that sends its token to a queue, the queue's address, and how to read the token there."""
    name = f"asked-{len(hall.service.machine_executions())}"
    url = hall.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    body = {"token.$": "$$.Task.Token", "id.$": "$.id"}
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": url, "MessageBody": body},
        **more,
    }

    def taken():
        messages = []
        while not messages:
            messages = hall.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=20).get("Messages", [])
        (message,) = messages
        hall.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        assert json.loads(message["Body"])["id"] == 9
        return json.loads(message["Body"])["token"]

    return state, taken


def test_a_worker_of_a_queue_answers_once(hall):
    state, taken = queued(hall)
    execution = hall.start(hall.machine({"Ask": state}), {"id": 9})
    token = taken()
    assert hall.seen(execution).status == "RUNNING"
    hall.client().send_task_success(taskToken=token, output='"done"')
    assert hall.end(execution).output == '"done"'
    with pytest.raises(hall.client().exceptions.TaskTimedOut):
        hall.client().send_task_success(taskToken=token, output='"again"')
    with pytest.raises(hall.client().exceptions.InvalidToken):
        hall.client().send_task_failure(taskToken="nobody-waits")
    with pytest.raises(hall.client().exceptions.InvalidOutput):
        hall.client().send_task_success(taskToken=token, output="no json")


def test_heartbeats_keep_a_task_alive(hall):
    state, taken = queued(hall, HeartbeatSeconds=100, TimeoutSeconds=900)
    execution = hall.start(hall.machine({"Ask": state}), {"id": 9})
    token = taken()
    for _ in range(4):
        hall.service.clock.sleep(40)
        hall.client().send_task_heartbeat(taskToken=token)
    ended = hall.end(execution)
    assert (ended.status, ended.error) == ("FAILED", "States.Timeout")
    assert 160 + 100 <= ended.ended - ended.started < 800


def test_a_task_nobody_answers_times_out(hall):
    state, taken = queued(hall, TimeoutSeconds=200)
    execution = hall.start(hall.machine({"Ask": state}), {"id": 9})
    token = taken()
    hall.client().send_task_heartbeat(taskToken=token)
    assert hall.end(execution).error == "States.Timeout"
    with pytest.raises(hall.client().exceptions.TaskTimedOut):
        hall.client().send_task_success(taskToken=token, output="1")


def test_messages_go_to_queues_topics_and_buses(hall):
    seen = hall.function(ECHO)
    url = hall.client("sqs").create_queue(QueueName="told")["QueueUrl"]
    topic = hall.client("sns").create_topic(Name="told")["TopicArn"]
    hall.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=hall.arn(seen))
    hall.client("events").put_rule(Name="told", EventPattern=json.dumps({"source": ["machine"]}))
    hall.client("events").put_targets(Rule="told", Targets=[{"Id": "1", "Arn": hall.arn(seen)}])
    entry = {"Source": "machine", "DetailType": "told", "Detail": {"n.$": "$.n"}}
    states = {
        "Queue": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": {"QueueUrl": url, "MessageBody.$": "$"},
            "ResultPath": None,
            "Next": "Topic",
        },
        "Topic": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sns:publish",
            "Parameters": {"TopicArn": topic, "Message.$": "$"},
            "ResultPath": None,
            "Next": "Bus",
        },
        "Bus": {
            "Type": "Task",
            "Resource": "arn:aws:states:::events:putEvents",
            "Parameters": {"Entries": [entry]},
        },
    }
    assert hall.output(states, {"n": 3})["FailedEntryCount"] == 0
    (message,) = hall.client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"n": 3}
    assert hall.service.wait_until_idle()
    events = {run.origin: json.loads(run.payload) for run in hall.service.executions(seen)}
    assert json.loads(events["sns"]["Records"][0]["Sns"]["Message"]) == {"n": 3}
    assert events["events"]["detail"] == {"n": 3}


def test_tables_are_written_and_read(hall):
    hall.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    key = {"id": {"S.$": "$.id"}}
    once = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Parameters": {"TableName": "orders", "Item": key, "ConditionExpression": "attribute_not_exists(id)"},
        "ResultPath": None,
        "Next": "Count",
        "Catch": [{"ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"], "ResultPath": None, "Next": "Read"}],
    }
    count = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:updateItem",
        "Parameters": {
            "TableName": "orders",
            "Key": key,
            "UpdateExpression": "SET runs = :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        },
        "ResultPath": None,
        "Next": "Read",
    }
    read = {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:getItem",
        "Parameters": {"TableName": "orders", "Key": key},
        "ResultSelector": {"item.$": "$.Item"},
    }
    states = {"Put": once, "Count": count, "Read": read}
    assert hall.output(states, {"id": "a"}) == {"item": {"id": {"S": "a"}, "runs": {"N": "1"}}}
    hall.client("dynamodb").update_item(
        TableName="orders",
        Key={"id": {"S": "a"}},
        UpdateExpression="SET runs = :n",
        ExpressionAttributeValues={":n": {"N": "5"}},
    )
    assert hall.output(states, {"id": "a"}) == {"item": {"id": {"S": "a"}, "runs": {"N": "5"}}}


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"UpdateExpression": "SET n = n + :one"}, "DynamoDB.AmazonDynamoDBException"),  # a ValidationException
        (
            {"UpdateExpression": "SET n = :one", "ConditionExpression": "attribute_exists(id)"},
            "DynamoDB.ConditionalCheckFailedException",
        ),
        ({"TableName": "nowhere", "UpdateExpression": "SET n = :one"}, "DynamoDB.ResourceNotFoundException"),
    ],
)
def test_errors_of_tables_have_the_names_of_the_model(hall, more, error):
    client = hall.client("dynamodb")
    if "counts" not in client.list_tables()["TableNames"]:
        client.create_table(
            TableName="counts",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    values = {":one": {"N": "1"}}
    given = {"TableName": "counts", "Key": {"id": {"S": "a"}}, "ExpressionAttributeValues": values, **more}
    task = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:updateItem", "Parameters": given}
    execution = hall.run({"Update": task})
    assert (execution.status, execution.error) == ("FAILED", error)


def test_a_machine_is_started_and_waited_for(hall):
    inner = hall.machine({"Work": {"Type": "Wait", "Seconds": 30, "Next": "Say"}, "Say": {"Type": "Pass"}})
    outer = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": inner, "Input": {"n.$": "$.n"}},
        "OutputPath": "$.Output",
    }
    execution = hall.run({"Start": outer}, {"n": 1})
    assert json.loads(execution.output) == {"n": 1}
    assert execution.ended - execution.started >= 30
    outer = {**outer, "Resource": "arn:aws:states:::states:startExecution", "OutputPath": "$"}
    assert hall.seen(hall.output({"Start": outer}, {"n": 2})["ExecutionArn"]).input == '{"n":2}'


def test_a_machine_that_fails_fails_the_task_that_waits(hall):
    inner = hall.machine({"No": {"Type": "Fail", "Error": "Broken", "Cause": "it is"}})
    outer = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync",
        "Parameters": {"StateMachineArn": inner},
    }
    execution = hall.run({"Start": outer})
    assert execution.error == "States.TaskFailed"
    assert json.loads(execution.cause)["Error"] == "Broken"


CHILD = {
    "Type": "Task",
    "Resource": "arn:aws:states:::states:startExecution.sync:2",
    "OutputPath": "$.Output",
    "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 3}],
}


def test_a_machine_that_is_started_again_is_waited_for_again(hall):
    counts = hall.function("seen = []\ndef handler(event, context):\n    seen.append(1)\n    return len(seen)\n")
    work = invoke(counts, ResultSelector={"n.$": "$.Payload"}, Next="Enough")
    choice = {"Variable": "$.n", "NumericLessThan": 3, "Next": "Broken"}
    inner = hall.machine(
        {
            "Work": work,
            "Enough": {"Type": "Choice", "Choices": [choice], "Default": "Wait"},
            "Broken": {"Type": "Fail", "Error": "Broken"},
            "Wait": {"Type": "Wait", "Seconds": 20, "End": True},
        }
    )
    assert hall.output({"Start": {**CHILD, "Parameters": {"StateMachineArn": inner}}}) == {"n": 3}
    assert [each.status for each in hall.service.machine_executions() if inner.endswith(each.machine)] == [
        "FAILED",
        "FAILED",
        "SUCCEEDED",
    ]


def test_many_machines_are_waited_for_at_once(hall):
    inner = hall.machine({"Work": {"Type": "Wait", "Seconds": 60}})
    outer = {
        "Each": {
            "Type": "Map",
            "ItemProcessor": {
                "StartAt": "Start",
                "States": {"Start": {**CHILD, "Parameters": {"StateMachineArn": inner}, "End": True}},
            },
        }
    }
    assert hall.output(outer, [1] * 40) == [{}] * 40
    assert len([each for each in hall.service.machine_executions() if inner.endswith(each.machine)]) == 40


def test_each_attempt_has_a_token_of_its_own(hall):
    retried = [{"ErrorEquals": ["Later", "States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 3}]
    state, taken = queued(hall, TimeoutSeconds=200, Retry=retried)
    execution = hall.start(hall.machine({"Ask": state}), {"id": 9})
    refused = taken()
    hall.client().send_task_failure(taskToken=refused, error="Later", cause="busy")
    missed = taken()
    assert missed != refused
    answered = taken()  # when the attempt before has taken its time
    with pytest.raises(hall.client().exceptions.TaskTimedOut):
        hall.client().send_task_success(taskToken=missed, output='"too late"')
    hall.client().send_task_success(taskToken=answered, output='"done"')
    assert hall.end(execution).output == '"done"'


def test_an_api_is_called_by_the_host_that_it_has_on_aws(hall):
    name = hall.function(
        "import json\ndef handler(event, context):\n"
        "    told = [json.loads(event['body'])['n'], event['queryStringParameters'], event['headers']['X-Trace']]\n"
        "    return {'statusCode': 418 if told[0] < 0 else 201, 'body': json.dumps(told) if told[0] else ''}\n"
    )
    hall.service.add_rest_api(RestApi(f"api-{name}", [Route("POST", "/orders/{id}", name)], stage="live"))

    def task(path, number, **more):
        parameters = {
            "ApiEndpoint": f"stack-api-{name}.execute-api.us-east-1.amazonaws.com",
            "Method": "POST",
            "Path": path,
            "Headers": {"X-Trace": "t1"},
            "QueryParameters": {"q": ["1"]},
            "RequestBody": {"n": number},
            **more,
        }
        return {"Type": "Task", "Resource": "arn:aws:states:::apigateway:invoke", "Parameters": parameters}

    output = hall.output({"Call": task("/orders/7", 5, Stage="live")})
    assert (output["StatusCode"], output["ResponseBody"]) == (201, [5, {"q": "1"}, "t1"])
    assert hall.output({"Call": task("/live/orders/7", 5)})["StatusCode"] == 201
    assert hall.output({"Call": task("/orders/7", 0, Stage="live")})["ResponseBody"] == ""
    failed = hall.run({"Call": task("/orders/7", -1, Stage="live")})
    assert (failed.error, json.loads(failed.cause)) == ("ApiGateway.418", [-1, {"q": "1"}, "t1"])
    assert hall.run({"Call": task("/nowhere", 1, Stage="live")}).error == "ApiGateway.403"
