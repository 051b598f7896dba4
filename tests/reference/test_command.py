"""`invocation-lint reference serve`: a template on a port, until it is told to end."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

ROOT = Path(__file__).parents[2]
TEMPLATE = """
Parameters: {Greeting: {Type: String}}
Globals: {Function: {Runtime: python3.12, CodeUri: src, Timeout: 30}}
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: greeter
      Handler: app.handler
      Environment: {Variables: {QUEUE: !Ref Queue, TABLE: !Ref Table, GREETING: !Ref Greeting}}
      Events: {Get: {Type: HttpApi, Properties: {Path: "/greet/{name}", Method: get}}}
      EventInvokeConfig:
        DestinationConfig: {OnSuccess: {Type: SQS, Destination: !GetAtt Queue.Arn}}
  Queue: {Type: AWS::SQS::Queue}
  Table: {Type: AWS::Serverless::SimpleTable}
  Bucket: {Type: AWS::S3::Bucket}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: stories}}
  News: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: sqs, Endpoint: !GetAtt Queue.Arn}]}}
"""
HANDLER = """
import os
import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

def handler(event, context):
    name = event.get("pathParameters", event).get("name", "nobody")
    table.put_item(Item={"id": name})
    print("greeting", name)
    return {"text": f"{os.environ['GREETING']}, {name}", "stored": table.scan()["Count"], "extra": os.environ["EXTRA"]}
"""


def environment():
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def served(tmp_path):
    """`served(*arguments)`: a running command, the lines that it printed at its start, and its address."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(textwrap.dedent(HANDLER), encoding="utf-8")
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    started = []

    def start(*arguments):
        command = [sys.executable, "-m", "invocation_lint", "reference", "serve", "template.yaml", "--port", "0"]
        process = subprocess.Popen(
            [*command, *arguments], cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip())
            if line.startswith("Any credentials"):
                break
        return process, lines, lines[0].rpartition(" at ")[2].split()[0]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def client(name, address):
    return boto3.client(
        name,
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_a_template_is_served_until_ctrl_c(served):
    process, lines, address = served("--parameter", "Greeting=Good evening", "--env", "EXTRA=yes")
    text = "\n".join(lines)
    assert f'boto3.client("lambda", endpoint_url="{address}", region_name="us-east-1")' in text
    assert 'client.invoke(FunctionName="greeter", Payload=b"{}")' in text
    assert "HTTP API ServerlessHttpApi: http://127.0.0.1:" in text
    functions, queues = client("lambda", address), client("sqs", address)
    try:
        answer = functions.invoke(FunctionName="greeter", Payload='{"name": "Mira"}')
        assert json.loads(answer["Payload"].read()) == {"text": "Good evening, Mira", "stored": 1, "extra": "yes"}
        functions.invoke(FunctionName="greeter", Payload='{"name": "Pip"}', InvocationType="Event")["Payload"].read()
        url = queues.list_queues()["QueueUrls"][0]
        body = json.loads(queues.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"][0]["Body"])
        assert body["responsePayload"]["text"] == "Good evening, Pip"
    finally:
        functions.close()
        queues.close()
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read()
    assert process.wait(20) == 130
    assert "Invoke   greeter RequestResponse 16 bytes attempt 1 -> 200" in rest
    assert "  | greeting Mira" in rest
    assert "DELIVERY greeter" in rest


def test_sigterm_ends_it_as_well(served):
    process, _, address = served("--parameter", "Greeting=Hi", "--env", "EXTRA=", "--stack-name", "shop")
    queues = client("sqs", address)
    assert [url.rsplit("/", 1)[1] for url in queues.list_queues()["QueueUrls"]] == ["shop-Queue"]
    queues.close()
    process.terminate()
    assert process.wait(20) == 143


def test_a_template_may_import_what_one_before_it_exports(served, tmp_path):
    exports = "Outputs: {Box: {Value: !Ref Queue, Export: {Name: box}}}\nParameters: {Size: {Type: String}}\n"
    (tmp_path / "base.yaml").write_text(f"Resources: {{Queue: {{Type: AWS::SQS::Queue}}}}\n{exports}")
    (tmp_path / "user.yaml").write_text(
        TEMPLATE.replace("!Ref Greeting", "!ImportValue box").replace("stories", "more").replace("greeter", "user")
    )
    arguments = ("base.yaml", "user.yaml", "--parameter", "Greeting=Hi", "--parameter", "Size=3", "--env", "EXTRA=yes")
    _, lines, address = served(*arguments)
    assert lines[0].startswith("template.yaml, base.yaml, user.yaml at http://127.0.0.1:")
    functions = client("lambda", address)
    held = functions.get_function_configuration(FunctionName="user")["Environment"]["Variables"]
    functions.close()
    assert held["GREETING"].endswith(f"{tmp_path.name}-base-Queue")


CUSTOM = """
Resources:
  Maker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Timeout: 60
      Code:
        ZipFile: |
          import cfnresponse

          def handler(event, context):
              print("told of", event["RequestType"], event["ResourceProperties"]["Size"])
              cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "made")
  Database: {Type: Custom::Database, Properties: {ServiceToken: !GetAtt Maker.Arn, Size: 1}}
"""


def test_a_template_that_changes_is_served_anew_and_in_the_end_taken_away(served, tmp_path):
    (tmp_path / "template.yaml").write_text(CUSTOM)
    process, _, _ = served("--watch")
    (tmp_path / "template.yaml").write_text(CUSTOM.replace("Size: 1", "Size: 2"))
    seen = []
    for line in process.stdout:
        seen.append(line.strip())
        if "| told of Update 2" in seen and any("served anew" in each for each in seen):
            break
    (tmp_path / "template.yaml").write_text("Resources: 1")
    for line in process.stdout:
        if line.startswith("error: "):
            break
    process.send_signal(signal.SIGINT)
    assert "| told of Delete 2" in [line.strip() for line in process.stdout.read().splitlines()]
    assert process.wait(20) == 130


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.yaml"], f"error: nowhere.yaml: {os.strerror(errno.ENOENT)}"),
        (["template.yaml"], "parameter Greeting has no value"),
        (["template.yaml", "--parameter", "Greeting"], "error: --parameter Greeting: not NAME=VALUE"),
        (["template.yaml", "template.yaml", "--stack-name", "a"], "error: --stack-name: it names one stack"),
        (["template.yaml", "other.yaml"], f"error: other.yaml: {os.strerror(errno.ENOENT)}"),
    ],
)
@pytest.mark.parametrize("module", ["invocation_lint", "invocation_lint.reference"])
def test_a_mistake_is_one_line_and_exit_2(served, tmp_path, module, arguments, message):
    words = ["reference", "serve"] if module == "invocation_lint" else ["serve"]
    run = subprocess.run(
        [sys.executable, "-m", module, *words, "--port", "0", *arguments],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert message in run.stderr.splitlines()[0]


def test_a_port_that_is_taken(served, tmp_path):
    _, _, address = served("--parameter", "Greeting=Hi", "--env", "EXTRA=")
    command = [sys.executable, "-m", "invocation_lint", "reference", "serve", "template.yaml", "--port"]
    run = subprocess.run(
        [*command, address.rsplit(":", 1)[1]],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert f": {os.strerror(errno.EADDRINUSE)}" in run.stderr
