"""How long a function surely takes, seen in its handler, held against who waits for it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

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
      Timeout: %d
      Environment: {Variables: {WORKER: !Ref Worker}}
      Events: {Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}
  Worker:
    Type: AWS::Serverless::Function
    Properties: {Handler: work.handler, Timeout: 300, Environment: {Variables: {INNER: !Ref Inner}}}
  Inner:
    Type: AWS::Serverless::Function
    Properties: {Handler: inner.handler, Timeout: 200}
"""
CALLER = """
import json
import os

import boto3

client = boto3.client("lambda")


def handler(event, context):
    client.invoke(FunctionName=os.environ["WORKER"], Payload=json.dumps(%s))
"""
HEAD = """
import asyncio
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import boto3

from elsewhere import done, work, wrapped

client = boto3.client("lambda")
DELAY = 20


def pause(seconds):
    time.sleep(seconds)


async def rest(seconds):
    await asyncio.sleep(seconds)


"""
INNER = "import time\n\n\ndef handler(event, context):\n    time.sleep(50)\n"


def found(folder: Path, code: str, *, timeout: int = 15, payload: str = '{"id": 1}', rule: str = "INV103") -> list[str]:
    handler = code if "def handler" in code else f"def handler(event, context):\n{indent(dedent(code), '    ')}\n"
    files = {
        "template.yaml": TEMPLATE % timeout,
        "src/app.py": CALLER % payload,
        "src/work.py": HEAD + dedent(handler),
        "src/inner.py": INNER,
    }
    return [one.message for one in findings_in(folder, files, rule)]


@pytest.mark.parametrize(
    "code",
    [
        "time.sleep(20)",
        "time.sleep(DELAY)",
        "time.sleep(10)\nwork()\ntime.sleep(10)",
        "pause(20)",
        "pause(10)\npause(10)",
        "for _ in range(4):\n    time.sleep(5)",
        "for name in ('a', 'b'):\n    pause(10)",
        "while True:\n    time.sleep(20)\n    if done():\n        break",
        "while True:\n    time.sleep(20)\n    if done():\n        return {'id': 1}",
        "if event['id'] == 1:\n    time.sleep(20)\nelse:\n    time.sleep(30)",
        "if not event.get('id'):\n    return {'statusCode': 400}\ntime.sleep(20)",
        "if not event.get('warm'):\n    time.sleep(20)",
        "try:\n    time.sleep(20)\nexcept ValueError:\n    raise",
        "asyncio.run(rest(20))",
        "class Job:\n    def wait(self):\n        time.sleep(20)\n\ndef handler(event, context):\n    Job().wait()",
        "client.invoke(FunctionName=os.environ['INNER'], Payload=b'{}')",
        "def ask():\n    client.invoke(FunctionName=os.environ['INNER'])\n\ndef handler(event, context):\n    ask()",
    ],
)
def test_what_surely_takes_longer_than_the_caller_has(tmp_path: Path, code: str) -> None:
    (message,) = found(tmp_path, code)
    assert message.startswith("waits for Worker, which takes ")


@pytest.mark.parametrize(
    "code",
    [
        "time.sleep(10)",
        "time.sleep(event['id'])",
        "if work():\n    time.sleep(20)",
        "if event.get('slow'):\n    time.sleep(20)",
        "if work():\n    return {'id': 1}\ntime.sleep(20)",
        "while not done():\n    time.sleep(20)",
        "for name in event['id']:\n    time.sleep(20)",
        "for name in work():\n    pause(20)",
        "[pause(20) for name in work()]",
        "for _ in range(30):\n    if done():\n        break\n    time.sleep(20)",
        "try:\n    work()\n    time.sleep(20)\nexcept Exception:\n    pass",
        "with suppress(KeyError):\n    work()\n    time.sleep(20)",
        "work() and time.sleep(20)",
        "time.sleep(20) if work() else None",
        "with ThreadPoolExecutor() as pool:\n    for _ in range(5):\n        pool.submit(pause, 10)",
        "with ThreadPoolExecutor() as pool:\n    list(pool.map(pause, [10, 10, 10]))",
        "threading.Thread(target=pause, args=(20,)).start()",
        "rest(20)",
        "pause",
        "waits = (pause(20) for _ in work())\nreturn 1",
        (
            "async def both():\n    await asyncio.gather(rest(10), rest(10))\n\ndef handler(event, context):\n"
            "    asyncio.run(both())"
        ),
        "def later():\n    time.sleep(20)\n    yield 1\n\ndef handler(event, context):\n    return later()",
        "@wrapped\ndef handler(event, context):\n    time.sleep(20)",
        "client.invoke(FunctionName=os.environ['INNER'], InvocationType='Event', Payload=b'{}')",
        "if work():\n    client.invoke(FunctionName=os.environ['INNER'], Payload=b'{}')",
        "try:\n    client.invoke(FunctionName=os.environ['INNER'], Payload=b'{}')\nexcept Exception:\n    return 2",
    ],
)
def test_what_may_be_done_in_time(tmp_path: Path, code: str) -> None:
    assert found(tmp_path, code) == []


def test_how_long_it_takes_depends_on_what_is_sent(tmp_path: Path) -> None:
    code = "if event.get('mode') == 'full':\n    time.sleep(20)"
    assert found(tmp_path / "a", code, payload='{"mode": "full"}') != []
    assert found(tmp_path / "b", code, payload='{"mode": "quick"}') == []
    assert found(tmp_path / "c", code, payload="event") == []


def test_functions_that_wait_for_one_another(tmp_path: Path) -> None:
    code = "time.sleep(20)\nclient.invoke(FunctionName=os.environ['INNER'], Payload=b'{}')"
    assert found(tmp_path, code, timeout=69) != []
    (tmp_path / "b").mkdir()
    assert found(tmp_path / "b", code, timeout=71) == []


def test_a_read_timeout_below_what_a_function_surely_takes(tmp_path: Path) -> None:
    (message,) = found(tmp_path, "time.sleep(90)", timeout=900, rule="INV104")
    assert "Worker, which takes 90 to 300 s" in message
    assert found(tmp_path / "b", "time.sleep(30)", timeout=900, rule="INV104") == []


def test_both_ends_are_shown(tmp_path: Path) -> None:
    files = {
        "template.yaml": TEMPLATE % 15,
        "src/app.py": CALLER % "{}",
        "src/work.py": "import time\n\n\ndef handler(event, context):\n    time.sleep(5)\n    time.sleep(40)\n",
        "src/inner.py": INNER,
    }
    (finding,) = findings_in(tmp_path, files, "INV103")
    told = {(Path(label.place.path).name, label.place.line): label.text for label in finding.labels}
    assert told["work.py", 6] == "sleeps here"
    assert told["work.py", 4] == "handled here"
    assert told["template.yaml", 1 + TEMPLATE[: TEMPLATE.index("  Worker:")].count("\n")] == "deployed here"


def test_a_function_without_a_timeout_has_three_seconds(tmp_path: Path) -> None:
    files = {
        "template.yaml": (TEMPLATE % 15).replace("Timeout: 15", "MemorySize: 256"),
        "src/app.py": CALLER % "{}",
        "src/work.py": "import time\n\n\ndef handler(event, context):\n    time.sleep(4)\n",
        "src/inner.py": INNER,
    }
    (finding,) = findings_in(tmp_path, files, "INV103")
    assert "itself times out after 3 s" in finding.message


def test_a_caller_whose_handler_is_imported_from_another_module(tmp_path: Path) -> None:
    files = {
        "template.yaml": TEMPLATE % 15,
        "src/app.py": "from calling import run as handler\n",
        "src/calling.py": (CALLER % "{}").replace("def handler", "def run"),
        "src/work.py": "from working import *\n",
        "src/working.py": "import time\n\n\ndef handler(event, context):\n    time.sleep(40)\n",
    }
    (finding,) = findings_in(tmp_path, files, "INV103")
    assert finding.place.path == "src/calling.py"


MODELS = """
import anthropic
from openai import OpenAI, AsyncOpenAI

bedrock = boto3.client("bedrock-runtime")
openai = OpenAI()
claude = anthropic.Anthropic()

def handler(event, context):
    for _ in range(60):
        {call}
"""


@pytest.mark.parametrize(
    ("call", "count"),
    [
        ('bedrock.converse(modelId="a", messages=[])', 1),
        ('bedrock.invoke_model(modelId="anthropic.claude-3-haiku", body=b"{}")', 1),
        ('openai.chat.completions.create(model="a", messages=[])', 1),
        ('openai.responses.create(model="a", input="b", stream=False)', 1),
        ('claude.messages.create(model="a", max_tokens=9, messages=[])', 1),
        ('bedrock.converse_stream(modelId="a", messages=[])', 0),
        ('bedrock.invoke_model(modelId="amazon.titan-embed-text-v2:0", body=b"{}")', 0),
        ('bedrock.invoke_model(modelId=event["model"], body=b"{}")', 0),
        ('openai.chat.completions.create(model="a", messages=[], stream=True)', 0),
        ('openai.embeddings.create(model="a", input="b")', 0),
        ('claude.messages.stream(model="a", max_tokens=9, messages=[])', 0),
        ('AsyncOpenAI().chat.completions.create(model="a", messages=[])', 0),
        ('done() and bedrock.converse(modelId="a", messages=[])', 0),
    ],
)
def test_calls_of_models_take_time(tmp_path: Path, call: str, count: int) -> None:
    assert len(found(tmp_path, MODELS.format(call=call))) == count
