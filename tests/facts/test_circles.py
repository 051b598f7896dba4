"""Circles of deployed functions that make one another run: which calls lead on, and what ends them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from invocation_lint.facts.building.templates.facts_at import facts_of_template
from invocation_lint.facts.deployed.circle import Circle
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

HEAD = """\
import json
import os
from urllib.parse import unquote_plus

import boto3
from shop import is_done, work

lambda_client = boto3.client("lambda")
sqs = boto3.client("sqs")
sns = boto3.client("sns")
s3 = boto3.client("s3")
kinesis = boto3.client("kinesis")


"""


def circles(folder: Path, template: str, code: str, **modules: str) -> list[Circle]:
    """The circles of a template whose functions have their handlers in `app.py`."""
    for name, text in {"app": code, **modules}.items():
        (folder / f"{name}.py").write_text(HEAD + dedent(text))
    path = folder / "template.yaml"
    path.write_text("Transform: AWS::Serverless-2016-10-31\nResources:\n" + indent(dedent(template), "  "))
    programs = Project(Configuration()).programs
    assert programs is not None
    (folder / ".git").mkdir(exist_ok=True)
    programs.note([(path.name, path, None)])
    program = programs.program(path)
    sites = facts_of_template(path, path.name, path.read_bytes(), program, {"circle"})
    return [fact.data for site in sites for fact in site]


def function(name: str, events: str = "{}", variables: str = "{}") -> str:
    return dedent(f"""\
        {name.title()}:
          Type: AWS::Serverless::Function
          Properties:
            FunctionName: {name}
            CodeUri: .
            Handler: app.{name}
            Runtime: python3.12
            Environment: {{Variables: {variables}}}
            Events: {events}
        """)


QUEUE = "Jobs: {Type: AWS::SQS::Queue}\n"
OF_QUEUE = "{Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}}"
URL = "{JOBS_URL: !Ref Jobs}"
LOOP = 'for record in event["Records"]:\n'


@pytest.mark.parametrize(
    ("body", "guards"),
    [
        ('for record in event["Records"]:\n    sqs.send_message(QueueUrl=URL, MessageBody=record["body"])', 0),
        ('records = event.get("Records", [])\nfor one in records:\n    sqs.send_message(QueueUrl=URL, MessageBody="x")',
         0),
        ('sqs.send_message(QueueUrl=os.environ["JOBS_URL"], MessageBody="x")', 0),
        ('sqs.send_message_batch(QueueUrl=URL, Entries=[{"Id": "1", "MessageBody": "x"}])', 0),
        ('try:\n    work(event)\nfinally:\n    sqs.send_message(QueueUrl=URL, MessageBody="x")', 0),
        (LOOP + '    if is_done(record):\n        continue\n    sqs.send_message(QueueUrl=URL, MessageBody="")', 1),
        (LOOP + "    for part in work(record):\n        sqs.send_message(QueueUrl=URL, MessageBody=part)", 1),
        (LOOP + '    while work(record):\n        break\n    sqs.send_message(QueueUrl=URL, MessageBody="x")', 0),
        ('try:\n    work(event)\nexcept ValueError:\n    sqs.send_message(QueueUrl=URL, MessageBody="x")', 1),
        ('if not is_done(event):\n    sqs.send_message(QueueUrl=URL, MessageBody="x")', 1),
        ('is_done(event) or sqs.send_message(QueueUrl=URL, MessageBody="x")', 1),
    ],
)  # fmt: skip
def test_what_decides_in_a_reader_of_a_queue(tmp_path: Path, body: str, guards: int) -> None:
    code = 'URL = os.environ["JOBS_URL"]\n\n\ndef reader(event, context):\n' + indent(body, "    ") + "\n"
    (found,) = circles(tmp_path, QUEUE + function("reader", OF_QUEUE, URL), code)
    assert found.guards == guards
    assert found.way == "Reader sends to the queue Jobs, which invokes Reader"
    assert found.comes_back is None


def test_another_queue_is_no_circle(tmp_path: Path) -> None:
    template = QUEUE + "Done: {Type: AWS::SQS::Queue}\n" + function("reader", OF_QUEUE, "{JOBS_URL: !Ref Done}")
    code = 'def reader(event, context):\n    sqs.send_message(QueueUrl=os.environ["JOBS_URL"], MessageBody="x")\n'
    assert circles(tmp_path, template, code) == []


def test_a_helper_counts_where_the_handler_calls_it_each_time(tmp_path: Path) -> None:
    code = """\
        def send():
            sqs.send_message(QueueUrl=os.environ["JOBS_URL"], MessageBody="x")


        def reader(event, context):
            {}send()
        """
    (found,) = circles(tmp_path, QUEUE + function("reader", OF_QUEUE, URL), code.format(""))
    assert found.guards == 0
    (found,) = circles(tmp_path, QUEUE + function("reader", OF_QUEUE, URL), code.format("if event: "))
    assert found.guards == 1


def test_three_functions_one_over_a_module_of_its_own(tmp_path: Path) -> None:
    template = "".join(
        function(name, variables=f"{{NEXT: {after}}}") for name, after in (("a", "b"), ("b", "c"), ("c", "a"))
    )
    code = "from sending import send\n\n\n" + "".join(
        f'def {name}(event, context):\n    send("{after}")\n\n\n'
        for name, after in (("a", "b"), ("b", "c"), ("c", "a"))
    )
    sending = 'def send(name):\n    lambda_client.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")\n'
    (found,) = circles(tmp_path, template, code, sending=sending)
    assert (found.way, found.functions, found.guards) == ("A invokes B, and B invokes C, and C invokes A", 3, 0)
    assert (found.leaves, found.comes_back) == ("A invokes B", "C invokes A")


def test_a_function_that_invokes_itself_is_told_at_the_call(tmp_path: Path) -> None:
    code = 'def a(event, context):\n    lambda_client.invoke(FunctionName="a", InvocationType="Event", Payload=b"{}")\n'
    assert circles(tmp_path, function("a"), code) == []


def test_a_topic_before_a_queue(tmp_path: Path) -> None:
    template = (
        QUEUE
        + function("reader", OF_QUEUE, "{NEWS: !Ref News}")
        + dedent("""\
        News: {Type: AWS::SNS::Topic}
        Handed:
          Type: AWS::SNS::Subscription
          Properties: {Protocol: sqs, TopicArn: !Ref News, Endpoint: !GetAtt Jobs.Arn}
        """)
    )
    code = 'def reader(event, context):\n    sns.publish(TopicArn=os.environ["NEWS"], Message="x")\n'
    (found,) = circles(tmp_path, template, code)
    assert (found.way, found.guards) == ("Reader publishes to the topic News, which invokes Reader", 0)
    filtered = template.replace("Protocol: sqs", 'Protocol: sqs, FilterPolicy: {kind: ["a"]}')
    assert [one.guards for one in circles(tmp_path, filtered, code)] == [1]


def test_lambda_does_not_follow_a_stream(tmp_path: Path) -> None:
    events = "{News: {Type: Kinesis, Properties: {Stream: !GetAtt News.Arn, StartingPosition: LATEST}}}"
    template = "News: {Type: AWS::Kinesis::Stream}\n" + function("reader", events, "{NEWS: !Ref News}")
    code = """\
        def reader(event, context):
            kinesis.put_record(StreamName=os.environ["NEWS"], Data=b"x", PartitionKey="x")
        """
    (found,) = circles(tmp_path, template, code)
    assert found.then == "it runs until somebody stops it, because Lambda does not detect loops through streams"


@pytest.mark.parametrize(
    ("filter", "write", "guards"),
    [
        ("", 's3.put_object(Bucket=os.environ["IMAGES"], Key="small.png", Body=b"")', [0]),
        ("", 's3.put_object(Bucket="all-images", Key=key, Body=b"")', [0]),
        ("", 's3.put_object(Bucket="other-images", Key=key, Body=b"")', []),
        ("", 's3.upload_file("/tmp/small.png", bucket, "small.png")', [0]),
        ("prefix: in/", 's3.put_object(Bucket=bucket, Key=key, Body=b"")', [0]),
        ("prefix: in/", 's3.put_object(Bucket=bucket, Key="out/a.png", Body=b"")', [1]),
        ("prefix: in/", 's3.put_object(Bucket=bucket, Key=f"in/small/{key}", Body=b"")', [0]),
        ("suffix: .png", 's3.put_object(Bucket=bucket, Key=key + ".png", Body=b"")', [0]),
        ("suffix: .png", 's3.put_object(Bucket=bucket, Key=key + ".jpg", Body=b"")', [1]),
        ("", 's3.get_object(Bucket=bucket, Key=key)', []),
    ],
)  # fmt: skip
def test_objects_that_pass_the_filter_of_their_bucket(
    tmp_path: Path, filter: str, write: str, guards: list[int]
) -> None:
    name, _, value = filter.partition(": ")
    rules = f", Filter: {{S3Key: {{Rules: [{{Name: {name}, Value: {value}}}]}}}}" if filter else ""
    events = f"{{Put: {{Type: S3, Properties: {{Bucket: !Ref Images, Events: 's3:ObjectCreated:*'{rules}}}}}}}"
    template = "Images: {Type: AWS::S3::Bucket, Properties: {BucketName: all-images}}\n"
    template += function("reader", events, "{IMAGES: all-images}")
    code = f"""\
        def reader(event, context):
            record = event["Records"][0]
            bucket = record["s3"]["bucket"]["name"]
            key = unquote_plus(record["s3"]["object"]["key"])
            {write}
        """
    assert [one.guards for one in circles(tmp_path, template, code)] == guards


def test_deleted_objects_are_not_written(tmp_path: Path) -> None:
    events = "{Gone: {Type: S3, Properties: {Bucket: !Ref Images, Events: 's3:ObjectRemoved:*'}}}"
    template = "Images: {Type: AWS::S3::Bucket}\n" + function("reader", events, "{IMAGES: !Ref Images}")
    code = 'def reader(event, context):\n    s3.put_object(Bucket=os.environ["IMAGES"], Key="gone", Body=b"")\n'
    assert circles(tmp_path, template, code) == []
