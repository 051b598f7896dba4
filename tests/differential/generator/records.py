"""Handlers of a queue: an invocation for each record, and what becomes of one that fails."""

from __future__ import annotations

from tests.differential.generator.calls import CallWriter
from tests.differential.generator.writer import Program, Writer, inside

_FAILURES = {
    "none": 4, "reported": 4, "logged": 3, "dropped": 2, "raised": 2, "counted": 2, "listed": 1, "answered": 2,
    "raised_at_end": 1, "suppressed": 1, "around": 2,
}  # fmt: skip
_READS = {"all": 6, "first": 2, "enumerate": 1, "get": 1, "helper": 2, "returns": 1}


def of_records(writer: Writer) -> Program:
    """A handler that goes through the records of its event."""
    writer.imports("import json", "import logging", "from botocore.exceptions import ClientError")
    writer.here.add("logger = logging.getLogger(__name__)")
    reads = writer.choose("records", _READS)
    failure = writer.choose("failure", _FAILURES)
    call = CallWriter(writer, 1)
    content = writer.choose("content", ["body", "keys", "whole"])
    payload = {"body": "record[\"body\"]", "keys": 'json.dumps({"id": json.loads(record["body"])["id"]})',
               "whole": 'json.dumps({"record": json.loads(record["body"])})'}[content]  # fmt: skip
    text = call.write(payload=payload)
    one = [*call.lines, text]
    if reads == "helper":
        writer.here.add("\n".join(["def process(record):", *inside(one)]) + "\n")
        one = ["process(record)"]
    acts = {
        "reported": ['failures.append({"itemIdentifier": record["messageId"]})'],
        "logged": ['logger.error("not sent: %s", error)'], "dropped": ["pass"], "raised": ["raise"],
        "counted": ["failed += 1"], "listed": ['failures.append(record["messageId"])'],
        "answered": ['return {"statusCode": 500, "body": str(error)}'], "raised_at_end": ["failed += 1"],
    }  # fmt: skip
    if failure in acts:
        types = writer.choose("taken", ["Exception", "ClientError"])
        one = ["try:", *inside(one), f"except {types} as error:", *inside(acts[failure])]
    elif failure == "suppressed":
        writer.imports("from contextlib import suppress")
        one = ["with suppress(Exception):", *inside(one)]
    loop = {
        "first": ['record = event["Records"][0]', *one],
        "enumerate": ['for number, record in enumerate(event["Records"]):', *inside([*one, "print(number)"])],
        "get": ['for record in event.get("Records", []):', *inside(one)],
        "returns": ['for record in event["Records"]:', *inside([*one, "return None"])],
    }.get(reads, ['for record in event["Records"]:', *inside(one)])  # fmt: skip
    if failure == "around":
        loop = ["try:", *inside(loop), "except Exception as error:", '    logger.error("not done: %s", error)']
    ends = {
        "reported": ['return {"batchItemFailures": failures}'], "counted": ['return {"failed": failed}'],
        "raised_at_end": ["if failed:", '    raise RuntimeError("some were not sent")'],
    }.get(failure, [writer.choose("end", ['return {"statusCode": 200}', "return None"])])  # fmt: skip
    lines = ["failures = []", "failed = 0", *loop, *ends]
    writer.here.add("\n".join(["def handler(event, context):", *inside(lines)]) + "\n")
    return Program({"app.py": writer.here.text()}, "handler", tuple(dict.fromkeys(writer.plan)), writer.flag, 1)
