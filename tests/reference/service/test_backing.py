"""Other services than Lambda: requests go on to moto and come back as they were."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from invocation_lint.reference.service import backing


@pytest.fixture
def clients(bench):
    service = bench.service(account="111111111111", region="eu-west-1")
    made = {name: service.client(name) for name in ("s3", "dynamodb", "sts", "sqs")}
    yield made
    for client in made.values():
        client.close()


def test_objects_of_any_bytes_and_their_heads(clients):
    s3 = clients["s3"]
    s3.create_bucket(Bucket="stories", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    data = bytes(range(256)) * 5000
    s3.put_object(Bucket="stories", Key="a key/é.bin", Body=data, Metadata={"who": "mira"})
    head = s3.head_object(Bucket="stories", Key="a key/é.bin")
    assert (head["ContentLength"], head["Metadata"]) == (len(data), {"who": "mira"})
    assert s3.get_object(Bucket="stories", Key="a key/é.bin")["Body"].read() == data
    assert s3.get_object(Bucket="stories", Key="a key/é.bin", Range="bytes=0-9")["Body"].read() == data[:10]


def test_tables_queues_and_errors(clients):
    clients["dynamodb"].create_table(
        TableName="t",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    clients["dynamodb"].put_item(TableName="t", Item={"id": {"S": "é"}})
    assert clients["dynamodb"].get_item(TableName="t", Key={"id": {"S": "é"}})["Item"] == {"id": {"S": "é"}}
    with pytest.raises(ClientError) as caught:
        clients["dynamodb"].get_item(TableName="missing", Key={"id": {"S": "1"}})
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    url = clients["sqs"].create_queue(QueueName="q")["QueueUrl"]
    clients["sqs"].send_message(QueueUrl=url, MessageBody="x")
    assert clients["sqs"].receive_message(QueueUrl=url)["Messages"][0]["Body"] == "x"
    assert clients["sts"].get_caller_identity()["Account"] == "111111111111"


def test_a_service_that_uses_lambda_alone_starts_no_other_process(bench, invoke):
    service = bench.service(bench.function("echo"))
    assert invoke(service, "echo", 1)["Payload"] == 1
    assert service._backing._process is None


def test_a_moto_that_cannot_start_is_told_of(bench, monkeypatch):
    monkeypatch.setattr(backing, "_PROGRAM", "raise SystemExit(1)")
    client = bench.service().client("sqs")
    try:
        with pytest.raises(ClientError, match="moto's server did not start"):
            client.list_queues()
    finally:
        client.close()
