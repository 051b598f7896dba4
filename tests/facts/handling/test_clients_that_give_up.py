"""A client that gives up while the function it waits for may still be in one request, as long as the client waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import findings_in

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.12, CodeUri: src/}}
Resources:
  Caller:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Timeout: CALLER
      Environment: {Variables: {WORKER: !Ref Worker}}
      Events: {Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}
  Worker:
    Type: AWS::Serverless::Function
    Properties: {Handler: work.handler, Timeout: TIMEOUT}
"""
CALLER = """
import json
import os

import boto3
from botocore.config import Config

client = boto3.client("lambda"CONFIG)


def handler(event, context):
    answer = client.invoke(FunctionName=os.environ["WORKER"], Payload=json.dumps({"url": event["url"]}))
    if answer.get("FunctionError"):
        raise RuntimeError(answer["Payload"].read())
    return json.load(answer["Payload"])
"""
WORK = """
import subprocess
import urllib.request

import boto3
import requests
from botocore.config import Config


def handler(event, context):
    return WORK
"""


def found(folder: Path, work: str, *, worker: int = 180, caller: int = 900, config: str = "") -> int:
    """How many findings there are where the worker does `work`; `worker` and `caller` are the timeouts of both."""
    files = {
        "template.yaml": TEMPLATE.replace("CALLER", str(caller)).replace("TIMEOUT", str(worker)),
        "src/app.py": CALLER.replace("CONFIG", config),
        "src/work.py": WORK.replace("WORK", work),
    }
    return len(findings_in(folder, files, "INV104"))


REQUEST = 'requests.get(event["url"], timeout=60).json()'


@pytest.mark.parametrize(
    ("work", "config"),
    [
        (REQUEST, ""),
        ('urllib.request.urlopen(event["url"], timeout=60).read().decode()', ""),
        ('subprocess.run(["check", event["url"]], timeout=60).returncode', ""),
        ('requests.get(event["url"], timeout=30).json()', ", config=Config(read_timeout=30)"),
        ('requests.get(event["url"], timeout=90).json()', ""),
    ],
)
def test_one_request_takes_all_of_it(work: str, config: str, tmp_path: Path) -> None:
    assert found(tmp_path, work, config=config) == 1


def test_several_calls_of_less(tmp_path: Path) -> None:
    assert not found(tmp_path, 'requests.get(event["url"], timeout=50).json()')


def test_a_client_that_waits_longer(tmp_path: Path) -> None:
    assert not found(tmp_path, REQUEST, config=", config=Config(read_timeout=61)")


def test_no_timeout_of_its_own(tmp_path: Path) -> None:
    """What a client of boto3 waits by default says nothing of how long the service takes."""
    assert not found(tmp_path, 'boto3.client("bedrock-runtime").converse(modelId="m")["output"]')


@pytest.mark.parametrize("worker", [30, 60])
def test_a_function_that_ends_as_early(worker: int, tmp_path: Path) -> None:
    assert not found(tmp_path, REQUEST, worker=worker)


def test_a_caller_that_ends_as_early(tmp_path: Path) -> None:
    assert not found(tmp_path, REQUEST, caller=60)
