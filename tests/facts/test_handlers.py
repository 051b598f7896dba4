"""What invokes a Lambda handler, and what becomes of an error that leaves it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, FileFacts, facts_of
from invocation_lint.facts.base import Fact, Unknown
from invocation_lint.facts.invocation import Invocation
from invocation_lint.programs import Programs
from invocation_lint.source.parsing.tree import parse

HEAD = """
import boto3

client = boto3.client("lambda")
SEND = {"FunctionName": "mail", "Payload": b"{}"}
"""


def invocations(told: FileFacts) -> list[Fact]:
    """The facts about invocations, of which handlers are not."""
    return [fact for fact in told.facts if fact.kind == "invocation"]


def outermost(code: str, name: str = "app.py") -> Invocation:
    """The invocation in a piece of code, as seen from its outermost frame."""
    source = parse((HEAD + dedent(code)).encode(), name)
    found = invocations(facts_of(source, ContractBook(), AnalysisOptions()))
    return max(found, key=lambda fact: len(fact.chain)).data


@pytest.mark.parametrize(
    ("reads", "source", "boundary"),
    [
        ('event["orderId"]', None, None),
        ('event["taskToken"]', None, "state_machine"),
        ('event["Input"].get("TaskToken")', None, "state_machine"),
        ('{"taskToken": event["orderId"]}', None, None),
        ('event["body"]["taskToken"]', None, None),
        ('event["iterator"]["index"]', None, "state_machine"),
        ('event["iterator"]["name"]', None, None),
        ('event["triggerSource"]', "direct", "trigger"),
        ('[each["body"] for each in event["Records"]]', "queue", "redelivered"),
        ('[each["s3"] for each in event["Records"]]', "s3", "redelivered"),
        ('[each for each in S3Event(event).rows()] if "Records" in event else []', "s3", "redelivered"),
        ('[take(each) for each in event["Records"]]', "direct", "redelivered"),
        ('{"triggerSource": event["orderId"]}', None, None),
        ('{"Records": [{"s3": {"object": {"key": event["key"]}}}]}', None, None),
        ('{"Records": [{"s3": each["s3"]} for each in event["Records"]]}', "s3", "redelivered"),
    ],
)
def test_what_a_handler_reads_of_its_event(reads: str, source: str | None, boundary: str | None) -> None:
    fact = outermost(f"def handler(event, context):\n    print({reads})\n    client.invoke(**SEND)\n    return 1\n")
    assert fact.caller.kind == "lambda_handler"
    assert (fact.caller.event_source, fact.service_error.boundary) == (source, boundary)


@pytest.mark.parametrize(
    ("path", "body", "source"),
    [
        ("jobs/daily_report.py", "client.invoke(**SEND)", "schedule"),
        ("nightly/app.py", "client.invoke(**SEND)", "schedule"),
        ("jobs/daily_report.py", "client.invoke(**SEND, Qualifier=event['day'])", None),
        ("jobs/daily_report.py", "client.invoke(**SEND)\n    if context is None: return {'statusCode': 200}", None),
        ("jobs/report.py", "client.invoke(**SEND)", None),
        ("jobs/dailymail.py", "client.invoke(**SEND)", None),
    ],
)
def test_a_name_that_says_when_a_handler_runs(path: str, body: str, source: str | None) -> None:
    fact = outermost(f"def handler(event, context):\n    {body}\n    return {{'done': 1}}\n", path)
    assert fact.caller.event_source == source


@pytest.mark.parametrize("name", ["state_machine/take.py", "flows/sfn_take.py", "stepfn/take.py", "step-fns/b.py"])
def test_the_path_of_a_task(name: str) -> None:
    code = "def handler(event, context):\n    client.invoke(**SEND)\n    return 1\n"
    assert outermost(code, name).service_error.boundary == "state_machine"
    assert outermost(code, f"x{name.replace('-', '').replace('_', '')}").service_error.boundary is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [("handler_local", "library"), ("local_orders_handler", "library"), ("locale_handler", "lambda_handler")],
)
def test_a_function_that_a_developer_runs_is_no_handler(name: str, kind: str) -> None:
    assert outermost(f"def {name}(event, context):\n    client.invoke(**SEND)\n").caller.kind == kind


IN_CLAUSE = """
def tell():
    client.invoke(**SEND)

def handler(event, context):
    try:
        work(event["body"])
    except Exception as error:
        LAST
    return {"statusCode": 200}
"""


@pytest.mark.parametrize(
    ("end", "is_open"),
    [
        ("tell(); raise", False),
        ("tell(); raise RuntimeError('no') from error", False),
        ("tell(); return {'statusCode': 500}", True),
        ("tell()", True),
    ],
)
def test_an_invocation_in_a_clause_that_raises_anyway(end: str, is_open: bool) -> None:
    error = outermost(IN_CLAUSE.replace("LAST", end)).service_error
    assert error.seen_by_handler == "no"
    assert (error.boundary is None) is is_open
    assert is_open or isinstance(error.boundary, Unknown)


TEMPLATE = """
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: orders/
      Handler: app.take
      Events: {One: {Type: EVENT}}
  Flow: {Type: AWS::Serverless::StateMachine, Properties: {Definition: REFERRED}}
"""
CODE = """
def take(event, context):
    client.invoke(**SEND)
    return event["taken"]

def send_handler(event, context):
    client.invoke(**SEND)
    return event["sent"]
"""


def ends_in(folder: Path, template: str, **others: str) -> dict[str, tuple[Any, Any]]:
    """For each function of a project's file the kind of its frame, and what takes an error behind it."""
    path = folder / "orders" / "app.py"
    path.parent.mkdir()
    path.write_text(HEAD + CODE)
    (folder / "template.yaml").write_text(template)
    for name, text in others.items():
        (folder / f"{name}.py").write_text(text)
    program = Programs(lambda _: AnalysisOptions(), folder).program(path)
    source = parse(path.read_bytes(), "orders/app.py")
    found = invocations(facts_of(source, ContractBook(), AnalysisOptions(), program, path))
    return {fact.function: (fact.data.caller.kind, fact.data.service_error.boundary) for fact in found}


@pytest.mark.parametrize(
    ("event", "referred", "boundary"),
    [
        ("Api", "text", None),
        ("SQS", "text", "redelivered"),
        ("CloudWatchLogs", "text", "redelivered"),
        ("Other", "!Ref Orders", "state_machine"),
        ("Api", "!Ref Orders", None),
        ("Cognito", "text", "trigger"),
        ("Other", "text", None),
    ],
)
def test_what_the_template_says_of_a_handler(tmp_path: Path, event: str, referred: str, boundary: str | None) -> None:
    found = ends_in(tmp_path, TEMPLATE.replace("EVENT", event).replace("REFERRED", referred))
    assert found["take"] == ("lambda_handler", boundary)


def test_a_word_is_no_answer_for_anybody_who_waits(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_text(HEAD + CODE.replace('event["taken"]', '"done"').replace('event["sent"]', "{'statusCode': 200}"))
    program = Programs(lambda _: AnalysisOptions(), tmp_path).program(path)
    found = invocations(facts_of(parse(path.read_bytes(), "app.py"), ContractBook(), AnalysisOptions(), program, path))
    ends = {fact.function: fact.data for fact in found}
    assert isinstance(ends["take"].service_error.boundary, Unknown)
    assert (ends["send_handler"].service_error.boundary, ends["send_handler"].caller.awaited_by) == (None, "not_told")


def test_only_what_the_template_names_is_a_handler(tmp_path: Path) -> None:
    assert ends_in(tmp_path, TEMPLATE.replace("EVENT", "Api"))["send_handler"] == ("library", None)


@pytest.mark.parametrize(("bound", "is_open"), [("send_handler", True), ("with_errors(send_handler)", False)])
def test_a_handler_that_is_bound_to_another_name(tmp_path: Path, bound: str, is_open: bool) -> None:
    path = tmp_path / "orders" / "app.py"
    template = TEMPLATE.replace("EVENT", "Api").replace("app.take", "app.wrapped")
    path.parent.mkdir()
    (tmp_path / "template.yaml").write_text(template)
    path.write_text(f"from own import with_errors\n{HEAD}{CODE}\nwrapped = {bound}\n")
    program = Programs(lambda _: AnalysisOptions(), tmp_path).program(path)
    found = invocations(facts_of(parse(path.read_bytes(), "app.py"), ContractBook(), AnalysisOptions(), program, path))
    (handler,) = (fact.data for fact in found if fact.function == "send_handler")
    assert handler.caller.kind == "lambda_handler"
    assert (handler.service_error.boundary is None) is is_open


def test_without_a_template_the_code_tells(tmp_path: Path) -> None:
    found = ends_in(tmp_path, "Resources: {}")
    assert found == {"take": ("lambda_handler", None), "send_handler": ("lambda_handler", None)}


KNOWN_AS = (
    TEMPLATE.replace("EVENT", "Other").replace("REFERRED", "text")
    + """
  Web:
    Type: AWS::Serverless::Function
    Properties: {Handler: web.handler, Environment: {Variables: {ORDERS: !GetAtt Orders.Arn}}}
"""
)
SENDER = """
import os
import boto3

client = boto3.client("lambda")
ORDERS = os.environ["ORDERS"]

def start(mode):
    client.invoke(FunctionName=ORDERS, InvocationType=MODE, Payload=b"{}")
"""
EVENTS, WAITS, EITHER = (SENDER.replace("MODE", mode) for mode in ("'Event'", "'RequestResponse'", "mode"))


@pytest.mark.parametrize(
    ("others", "boundary"),
    [
        ({"web": EVENTS}, "redelivered"),
        ({"web": EVENTS, "test_web": WAITS.replace("start", "test_start")}, "redelivered"),
        ({"web": EVENTS, "test_web": WAITS}, None),
        ({"web": EVENTS, "more": WAITS}, None),
        ({"web": EITHER}, None),
        ({"web": EVENTS, "settings": "import os\n\nWORKER = os.environ['ORDERS']\n"}, None),
        ({"web": EVENTS.replace("ORDERS", "MAILS")}, None),
        ({}, None),
    ],
)
def test_a_handler_that_the_project_only_sends_events(
    tmp_path: Path, others: dict[str, str], boundary: str | None
) -> None:
    assert ends_in(tmp_path, KNOWN_AS, **others)["take"] == ("lambda_handler", boundary)


OWN = """
import json
import os

def handler(event, context):
    if TEST:
        client.invoke(**SEND)
        return None
    client.invoke(
        FunctionName=NAME, InvocationType="MODE", Payload=json.dumps({"work": {"order": event["body"]}})
    )
    return {"statusCode": 202}
"""


@pytest.mark.parametrize(
    ("test", "name", "mode", "boundary"),
    [
        ('"work" in event', 'os.environ["AWS_LAMBDA_FUNCTION_NAME"]', "Event", "redelivered"),
        ('event.get("work")', "context.function_name", "Event", "redelivered"),
        ('"work" not in event', "context.function_name", "Event", None),
        ('"order" in event', "context.function_name", "Event", None),
        ('"work" in event', "context.function_name", "RequestResponse", None),
        ('"work" in event', "'other'", "Event", None),
    ],
)
def test_the_branch_for_events_that_a_handler_sends_itself(
    tmp_path: Path, test: str, name: str, mode: str, boundary: str | None
) -> None:
    path = tmp_path / "app.py"
    path.write_text(HEAD + OWN.replace("TEST", test).replace("NAME", name, 1).replace("MODE", mode))
    program = Programs(lambda _: AnalysisOptions(), tmp_path).program(path)
    found = invocations(facts_of(parse(path.read_bytes(), "app.py"), ContractBook(), AnalysisOptions(), program, path))
    assert [fact.data.service_error.boundary for fact in found] == [boundary, None]


VIEW = """
from server import app

@app.post("/orders")
def order():
    client.invoke(**SEND)
    return event["taken"]
"""


@pytest.mark.parametrize(
    ("name", "text", "is_open"),
    [
        ("web/errors.py", "@app.errorhandler(500)\ndef answer(error): ...\n", False),
        ("web/core/errors.py", "app.add_exception_handler(Exception, answer)\n", False),
        (
            "web/errors.py",
            "@app.exception_handler([KeyError, botocore.exceptions.ClientError])\ndef a(e): ...\n",
            False,
        ),
        ("web/errors.py", "@app.errorhandler(404)\ndef answer(error): ...\n", True),
        ("web/errors.py", "@app.errorhandler(BotoCoreError)\ndef answer(error): ...\n", True),
        ("web/tests/errors.py", "@app.errorhandler(500)\ndef answer(error): ...\n", True),
        ("other/errors.py", "@app.errorhandler(500)\ndef answer(error): ...\n", True),
        ("other.py", "", True),
    ],
)
def test_an_application_that_answers_for_what_its_views_raise(
    tmp_path: Path, name: str, text: str, is_open: bool
) -> None:
    path = tmp_path / "web" / "views" / "orders.py"
    for file, content in ((path, HEAD + VIEW), (tmp_path / name, text)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    program = Programs(lambda _: AnalysisOptions(), tmp_path).program(path)
    (fact,) = invocations(
        facts_of(parse(path.read_bytes(), "orders.py"), ContractBook(), AnalysisOptions(), program, path)
    )
    assert fact.data.caller.kind == "view"
    assert (fact.data.service_error.boundary is None) is is_open


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ("with suppress(Exception):\n            client.invoke(**SEND)", "swallowed"),
        (
            "print(record)\n        with suppress(ClientError, KeyError):\n            client.invoke(**SEND)",
            "swallowed",
        ),
        ("with suppress(KeyError):\n            client.invoke(**SEND)", "escapes"),
        ("with suppress(Exception):\n            clean(record)\n        client.invoke(**SEND)", "escapes"),
        ("client.invoke(**SEND)", "escapes"),
    ],
)
def test_what_a_manager_around_the_work_on_a_record_does(body: str, failure: str) -> None:
    assert failure_of(body) == failure


@pytest.mark.parametrize(
    ("act", "end", "failure"),
    [
        ("failed += 1", "if failed: raise ValueError", "escapes"),
        ("failed += 1", "if failed > 0:\n        print(failed)\n        raise ValueError", "escapes"),
        ("failed = True", "if failed: raise ValueError", "escapes"),
        ("errors.append(record)", "if errors: raise ValueError", "escapes"),
        ("errors.append(record)", "if len(errors) > 0: raise ValueError", "escapes"),
        ("failed += 1", "if failed: print(failed)", "swallowed"),
        ("errors.append(record)", "if errors: print(errors)", "swallowed"),
        ("failed += 1", "if not event: raise ValueError", "swallowed"),
    ],
)
def test_what_is_raised_when_all_records_are_done(act: str, end: str, failure: str) -> None:
    body = f"try:\n            client.invoke(**SEND)\n        except Exception:\n            {act}\n    {end}"
    assert failure_of(body, "errors = []; failed = 0") == failure


def failure_of(body: str, before: str = "pass") -> object:
    """What becomes of a record's failure in a loop with this body."""
    code = f"""
from contextlib import suppress
from botocore.exceptions import ClientError

def handler(event, context):
    {before}
    for record in event["Records"]:
        print(record["messageId"], record["eventSource"], record["receiptHandle"], record["body"])
        {body}
"""
    source = parse((HEAD + code).encode(), "app.py")
    told = facts_of(source, ContractBook(), AnalysisOptions())
    (found,) = [fact.data for fact in told.facts if fact.kind == "handler"]
    return found.item_failure
