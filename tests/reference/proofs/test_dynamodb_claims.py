"""INV508 on DynamoDB: two workers that overlap both claim a job by its key, and only one does under a condition."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from textwrap import dedent

import pytest

from invocation_lint import lint_source
from invocation_lint.reference.proofs import WORDS
from invocation_lint.reference.proofs.observations import observe
from invocation_lint.reference.proofs.runner import Outcome
from tests.proving import Proving

WORKER = dedent("""
    import json
    import os
    import time

    import boto3
    from boto3.dynamodb.conditions import Attr, Key
    from botocore.config import Config
    from botocore.exceptions import ClientError

    from invocation_lint.reference.platform import open_job, open_story

    dynamodb = boto3.resource("dynamodb", config=Config(read_timeout=900))
    lambda_client = boto3.client("lambda")
    table = dynamodb.Table("asset-jobs")
    STATUS = {"AttributeName": "status", "KeyType": "HASH"}


    def handler(event, context):
        waiting = Key("status").eq("queued")
        jobs = table.query(IndexName="status-index", KeyConditionExpression=waiting, Limit=5)["Items"]
        time.sleep(300)
        for job in jobs:
            try:
                table.update_item(
                    Key={"id": job["id"]},
                    UpdateExpression="SET #s = :s",
                    ExpressionAttributeNames={"#s": "status"},
                    ExpressionAttributeValues={":s": "generating"},  # under a condition or without
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                    raise
                continue
            payload = json.dumps({"jobId": job["id"]})
            lambda_client.invoke(FunctionName=os.environ["ECHO_FUNCTION"], InvocationType="Event", Payload=payload)


    def main():
        dynamodb.create_table(
            TableName=table.name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "status")],
            GlobalSecondaryIndexes=[
                {"IndexName": "status-index", "KeySchema": [STATUS], "Projection": {"ProjectionType": "ALL"}}
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        table.put_item(Item={"id": open_job(open_story(), status="queued").id, "status": "queued"})
        for _ in range(2):
            lambda_client.invoke(FunctionName=os.environ["PROOF_FUNCTION"], InvocationType="Event", Payload=b"{}")


    if __name__ == "__main__":
        main()
    """)
PROGRAMS = {
    "by_key": WORKER.replace("  # under a condition or without", ""),
    "under_a_condition": WORKER.replace(
        "  # under a condition or without", '\n                ConditionExpression=Attr("status").eq("queued"),'
    ),
}


@pytest.fixture(scope="module")
def runs(proving: Proving, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Future[Outcome]]:
    """Both programs at work."""
    begun = {}
    for name, text in PROGRAMS.items():
        program = tmp_path_factory.mktemp(name) / f"{name}.py"
        program.write_text(text, encoding="utf-8")
        begun[name] = proving.begin(program, WORDS["job_started_twice"])
    return begun


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_job_is_started_twice_unless_its_status_is_asked_for(name: str, runs: Mapping[str, Future[Outcome]]) -> None:
    evidence = runs[name].result().evidence
    assert evidence.exit_code == 0
    assert evidence.callee_requests
    assert bool(observe(WORDS["job_started_twice"], evidence)) is (name == "by_key")


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_rule_tells_the_two_apart(name: str) -> None:
    found = [one.id for one in lint_source(PROGRAMS[name], f"{name}.py", isolated=True).findings]
    assert ("INV508" in found) is (name == "by_key")
