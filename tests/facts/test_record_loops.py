"""How a handler goes over the records of its event, and what it makes for each event."""

from __future__ import annotations

from textwrap import dedent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.facts.handler import Handler
from invocation_lint.source.parsing.tree import parse

HEAD = """
import base64
import json

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from shop import ship

logger = Logger()
processor = BatchProcessor(event_type=EventType.SQS)
"""


def handler_in(code: str) -> Handler:
    """The one handler in a piece of code."""
    source = parse((HEAD + dedent(code)).encode(), "app.py")
    told = facts_of(source, ContractBook(), AnalysisOptions())
    (found,) = [fact.data for fact in told.facts if fact.kind == "handler" and isinstance(fact.data, Handler)]
    return found


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ("return [ship(each['body']) for each in event['Records']]", "escapes"),
        ("ship({each['messageId']: json.loads(each['body']) for each in event['Records']})", "escapes"),
        ("ship(list(json.loads(each['body']) for each in event.get('Records', [])))", "escapes"),
        ("return [each['body'] + each['messageId'] for each in event['Records']]", None),
        ("return [keeping(each) for each in event['Records'] if each['body'] and each['messageId']]", "swallowed"),
        (
            """try:
        return [ship(each['body'] + each['messageId']) for each in event['Records']]
    except Exception as error:
        print(error)""",
            "swallowed",
        ),
    ],
)
def test_a_comprehension_goes_over_the_records(body: str, failure: str | None) -> None:
    helper = """
def keeping(record):
    try:
        return ship(record)
    except Exception:
        return None
"""
    assert handler_in(f"{helper}\ndef handler(event, context):\n    {body}\n").item_failure == failure


@pytest.mark.parametrize(
    ("before", "after", "failure"),
    [
        ("order = json.loads(record['body'])", "pass", "escapes"),
        ("order = base64.b64decode(record['body'])", "pass", "escapes"),
        ("order = record['body']", "json.loads(order)", "escapes"),
        ("order = record['body'].strip()", "print(order)", "kept"),
    ],
)
def test_what_is_decoded_outside_of_the_try_escapes(before: str, after: str, failure: str) -> None:
    code = f"""
def handler(event, context):
    failed = []
    for record in event["Records"]:
        {before}
        try:
            ship(order)
        except Exception:
            failed.append(record["messageId"])
        {after}
    ship(failed)
"""
    assert handler_in(code).item_failure == failure


@pytest.mark.parametrize(
    ("around", "failure"),
    [
        ("try:\n            {}\n        except ValueError:\n            continue", "swallowed"),
        ("{}", "escapes"),
    ],
)
def test_what_takes_the_error_of_decoding(around: str, failure: str) -> None:
    decoding = around.format("order = json.loads(record['body'])")
    code = f"""
def handler(event, context):
    for record in event["Records"]:
        {decoding}
        try:
            ship(order, record["messageId"])
        except Exception:
            print("failed")
"""
    assert handler_in(code).item_failure == "swallowed"
    mended = code.replace('print("failed")', "mark(record)")
    assert handler_in(mended).item_failure == ("kept" if failure == "swallowed" else "escapes")


@pytest.mark.parametrize(
    "read",
    ['next(iter(event["Records"]))["body"]', "next(SQSEvent(event).records).body", 'event["Records"][0]["body"]'],
)
def test_only_the_first_record_is_read(read: str) -> None:
    code = f"""
from aws_lambda_powertools.utilities.data_classes import SQSEvent

def handler(event, context):
    if event["Records"]:
        ship(json.loads({read}))
        logger.info("shipped", extra={{"messageId": context.aws_request_id}})
"""
    assert handler_in(code).records_read == "first"


LOGGED = "logger.exception('failed')"


@pytest.mark.parametrize(
    ("work", "clause", "then", "failure"),
    [
        ("ship(record)", "except Exception:", LOGGED, "swallowed"),
        ("return ship(record)", "except Exception as error:", "return None", "swallowed"),
        ("ship(record)", "except:", "return False", "swallowed"),
        ("ship(record)", "except Exception:", f"{LOGGED}\n        raise", "reported"),
        ("ship(record)", "except ValueError:", LOGGED, "reported"),
        ("ship(record)", "except Exception:", "give_back(record)", "reported"),
        ("ship(record)", "except Exception as error:", "return {'error': str(error)}", "reported"),
        ("ship(record)", "except Exception:", "pass\n    if not record:\n        raise ValueError", "reported"),
        ("ship(record)", "finally:", LOGGED, "reported"),
    ],
)
@pytest.mark.parametrize(
    "processing",
    [
        "return process_partial_response(event=event, record_handler=work, processor=processor, context=context)",
        "with BatchProcessor(records=event['Records'], handler=work):\n        pass\n    return response()",
    ],
)
def test_what_the_function_for_each_record_does_with_an_error(
    processing: str, work: str, clause: str, then: str, failure: str
) -> None:
    helper = f"def work(record):\n    try:\n        {work}\n    {clause}\n        {then}\n"
    code = f"{helper}\n\ndef handler(event, context):\n    {processing}\n"
    assert handler_in(code).item_failure == failure


@pytest.mark.parametrize(
    ("clause", "answer", "failure"),
    [
        ("except Exception:", "return {'batchItemFailures': []}", "swallowed"),
        ("except:", "logger.error('failed')\n        return {'batchItemFailures': []}", "swallowed"),
        ("except Exception:", "raise", "reported"),
        ("except Exception:", "return {'batchItemFailures': failed}", "reported"),
        ("except KeyError:", "return {'batchItemFailures': []}", "reported"),
    ],
)
def test_a_report_without_names_after_an_error(clause: str, answer: str, failure: str) -> None:
    code = f"""
def handler(event, context):
    failed = [{{"itemIdentifier": each["messageId"]}} for each in event["Records"]]
    try:
        ship(event["Records"], "body")
    {clause}
        {answer}
    return {{"batchItemFailures": []}}
"""
    assert handler_in(code).item_failure == failure


@pytest.mark.parametrize(
    ("code", "when"),
    [
        ("boto3.client('s3').list_buckets()", "on each invocation"),
        ("try:\n        boto3.client('s3').list_buckets()\n    except KeyError:\n        pass", "on each invocation"),
        ("for each in event['names']:\n        boto3.client('s3').list_buckets()", "on each invocation"),
        ("if not event['names']:\n        return\n    boto3.client('s3').list_buckets()", "on each invocation"),
        ("listed()", "on each invocation"),
        ("if event['names']:\n        boto3.client('s3').list_buckets()", "on some invocations"),
        ("if event['names']:\n        pass\n    else:\n        listed()", "on some invocations"),
        ("event['names'] and listed()", "on some invocations"),
        ("names = listed() if event['names'] else []", "on some invocations"),
        ("if event['names']:\n        listed()\n    listed()", "on each invocation"),
        ("print(event['names'])", None),
    ],
)
def test_when_a_client_is_created(code: str, when: str | None) -> None:
    helper = "def listed():\n    return boto3.client('s3').list_buckets()\n"
    assert handler_in(f"{helper}\n\ndef handler(event, context):\n    {code}\n").made_when == when


@pytest.mark.parametrize(
    ("reads", "source", "known_by"),
    [
        ("event['detail']['id']", "eventbridge", "shape"),
        ("event.get('detail-type')", "eventbridge", "shape"),
        ("event['detail'], event['body']", "http", "shape"),
        ("event['httpMethod']", "http", "shape"),
        ("(event := json.loads(event['body']))", "http", "shape"),
        ("event['id']", "http", "answer"),
        ("{'detail': event['id']}", "http", "answer"),
    ],
)
def test_a_status_code_in_what_is_returned_tells_little(reads: str, source: str, known_by: str) -> None:
    code = f"def handler(event, context):\n    ship({reads})\n    return {{'statusCode': 200, 'body': ''}}\n"
    found = handler_in(code)
    assert (found.event_source, found.known_by) == (source, known_by)


@pytest.mark.parametrize(
    "given",
    [
        "records: list = event['Records']",
        "records = event['Records']\n    records = records or []",
        "records = event['Records']\n    records: list = records or []",
        "first = event['Records']\n    records = first\n    first = records",
        "records = event['Records']\n    records = list(records)",
    ],
)
def test_a_name_that_is_given_its_own_value(given: str) -> None:
    code = f"def handler(event, context):\n    {given}\n    for record in records:\n        ship(record['body'])\n"
    assert handler_in(code).item_failure == "escapes"
