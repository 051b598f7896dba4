"""An ordered stream: the entries of an account are booked in the order in which they were put, each once.

A shard is handed on in order, and begun again where a batch failed. An account remembers the sequence number of its
last entry, so that what comes again changes nothing.
"""

from __future__ import annotations

import base64
import json
import logging
import os
from collections.abc import Mapping
from typing import Any

import boto3

from invocation_lint.reference.patterns.parts.tables import unless_refused

SEQUENCE_DIGITS = 64  # sequence numbers are compared as texts of one length: they are too long for a number in DynamoDB
logger = logging.getLogger(__name__)
accounts = boto3.resource("dynamodb").Table(os.environ["ACCOUNTS_TABLE"])


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Books the records of a batch. The first that fails is named: nothing after it may be booked before it.

    Where that is the first of several, its error is raised, which has the batch cut in halves until it is alone: a
    record that is named is tried again with all that follow it, and in the end given up with them.
    """
    for number, record in enumerate(event["Records"]):
        entry = record["kinesis"]
        try:
            _book(entry["partitionKey"], entry["sequenceNumber"], json.loads(base64.b64decode(entry["data"])))
        except Exception:
            if number == 0 and len(event["Records"]) > 1:
                raise
            logger.exception("record %s failed", entry["sequenceNumber"])
            return {"batchItemFailures": [{"itemIdentifier": entry["sequenceNumber"]}]}
    return {"batchItemFailures": []}


def _book(account: str, sequence_number: str, entry: Mapping[str, Any]) -> None:
    """Adds an entry to its account, unless it, or one after it, has been booked."""
    with unless_refused():
        accounts.update_item(
            Key={"id": account},
            UpdateExpression="SET last_entry = :this, entries = list_append(if_not_exists(entries, :none), :entry) "
            "ADD cents :cents",
            ConditionExpression="attribute_not_exists(last_entry) OR last_entry < :this",
            ExpressionAttributeValues={
                ":this": sequence_number.zfill(SEQUENCE_DIGITS),
                ":none": [],
                ":entry": [str(entry["text"])],
                ":cents": int(entry["cents"]),
            },
        )
