"""A long job behind an HTTP API: a record, its table's stream, a processor, and a status to ask for.

`submit` writes the job and answers at once; the stream hands the new record to `process`; `status` tells how far it is.
A job is `pending`, `processing`, `complete` or `error`. A batch is delivered again when the processor dies, so that a
job is finished by a conditional write, together with its charge. What the stream gives up ends as `error`, too.
"""

from __future__ import annotations

import json
import logging
import os
import uuid
from collections.abc import Mapping
from typing import Any

import boto3

from invocation_lint.reference.patterns.parts.http import answer, json_body
from invocation_lint.reference.patterns.parts.tables import unless_refused
from invocation_lint.reference.patterns.parts.upstream import RefusedError, call

MODEL_SECONDS = 90.0
logger = logging.getLogger(__name__)
jobs = boto3.resource("dynamodb").Table(os.environ["JOBS_TABLE"])
charges = os.environ["CHARGES_TABLE"]
streams = boto3.client("dynamodbstreams")


def submit(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """POST /queries with a `question`: 202 and the job's id. The header Idempotency-Key makes it the same job."""
    try:
        question = json_body(event).get("question")
    except ValueError as error:
        return answer(400, {"error": str(error)})
    if not isinstance(question, str) or not question:
        return answer(400, {"error": "question is missing"})
    job_id = event["headers"].get("idempotency-key") or str(uuid.uuid4())
    with unless_refused():  # when it was refused, the job is there since an earlier request
        item = {"id": job_id, "question": question, "status": "pending"}
        jobs.put_item(Item=item, ConditionExpression="attribute_not_exists(id)")
    return answer(202, {"id": job_id})


def status(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """GET /queries/{id}: 200 with the job, 404 when there is none."""
    item = jobs.get_item(Key={"id": event["pathParameters"]["id"]}, ConsistentRead=True).get("Item")
    return answer(404, {"error": "no such job"}) if item is None else answer(200, item)


def process(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Works on new jobs, in their order. The first that fails is named, and the stream begins there the next time.

    Where that is the first of several, its error is raised, which has the batch cut in halves until it is alone: a
    record that is named is tried again with all that follow it, and in the end given up with them.
    """
    for number, record in enumerate(event["Records"]):
        if record["eventName"] != "INSERT":
            continue
        image = record["dynamodb"]["NewImage"]
        if image["status"]["S"] != "pending":
            continue
        try:
            _work(image["id"]["S"], image["question"]["S"])
        except Exception:
            if number == 0 and len(event["Records"]) > 1:
                raise
            logger.exception("job %s failed, to be tried again", image["id"]["S"])
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
    return {"batchItemFailures": []}


def _work(job_id: str, question: str) -> None:
    """Brings one job to its end, if it is not there yet."""
    with unless_refused() as ended:
        _set(job_id, "processing", "#status IN (:pending, :processing)")
    if ended:
        return
    try:
        text = call(os.environ["MODEL_URL"], {"question": question}, timeout=MODEL_SECONDS)["answer"]
    except RefusedError as error:
        _end(job_id, "error", {"error": str(error)})
        return
    with unless_refused():  # when it was refused, another run has been faster
        jobs.meta.client.transact_write_items(
            TransactItems=[
                {"Update": {"TableName": jobs.name, **_change(job_id, "complete", {"response": text})}},
                {
                    "Put": {
                        "TableName": charges,
                        "Item": {"reference": job_id, "kind": "query"},
                        "ConditionExpression": "attribute_not_exists(#reference)",
                        "ExpressionAttributeNames": {"#reference": "reference"},
                    }
                },
            ]
        )


def give_up(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Ends the jobs of batches that the stream gave up, told by its failure destination, a queue."""
    failures = []
    for message in event["Records"]:
        try:
            batch = json.loads(message["body"])["DDBStreamBatchInfo"]
            for record in _records(batch):
                image = record["dynamodb"]["NewImage"]
                with unless_refused():
                    _end(image["id"]["S"], "error", {"error": "given up after several attempts"})
        except Exception:
            logger.exception("message %s failed", message["messageId"])
            failures.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failures}


def _records(batch: Mapping[str, Any]) -> list[Any]:
    """The records of a batch, read from the stream, which keeps them for a day."""
    iterator = streams.get_shard_iterator(
        StreamArn=batch["streamArn"],
        ShardId=batch["shardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=batch["startSequenceNumber"],
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator, Limit=batch["batchSize"])["Records"]
    return [each for each in records if each["eventName"] == "INSERT"]


def _set(job_id: str, status: str, condition: str) -> None:
    jobs.update_item(
        Key={"id": job_id},
        UpdateExpression="SET #status = :status",
        ConditionExpression=condition,
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": status, ":pending": "pending", ":processing": "processing"},
    )


def _end(job_id: str, status: str, more: Mapping[str, Any]) -> None:
    jobs.update_item(**_change(job_id, status, more))


def _change(job_id: str, status: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """An update that ends a job which is under way."""
    names = {"#status": "status", **{f"#{name}": name for name in more}}
    return {
        "Key": {"id": job_id},
        "UpdateExpression": "SET #status = :status, " + ", ".join(f"#{name} = :{name}" for name in more),
        "ConditionExpression": "#status IN (:pending, :processing)",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {
            ":status": status,
            ":pending": "pending",
            ":processing": "processing",
            **{f":{name}": value for name, value in more.items()},
        },
    }
