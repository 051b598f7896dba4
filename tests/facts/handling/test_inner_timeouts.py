"""How long what a handler calls may wait: clients of its module, and requests of other modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.handling.deployed import told

CLIENTS = """\
import boto3
import requests
from botocore.config import Config

PATIENCE = 60


def fetch(url):
    return requests.get(url, timeout=PATIENCE).json()


def through(url):
    return _send(url)


def given(url, seconds):
    return requests.get(url, timeout=seconds)


def _send(url):
    return requests.post(url, timeout=50)


class Shop:
    WAIT = 45
    CHANGED = 70

    def __init__(self, key):
        self.CHANGED = key
        self._client = None

    @property
    def client(self):
        if self._client is None:
            self._client = boto3.client("bedrock-runtime", config=Config(read_timeout=self.WAIT * 2))
        return self._client

    @property
    def models(self):
        return boto3.client("bedrock-runtime", config=Config(read_timeout=300))

    def order(self, id):
        return requests.post("https://shop.example", json={"id": id}, timeout=self.WAIT)

    def changed(self):
        return requests.post("https://shop.example", timeout=self.CHANGED)

    def ask(self, text):
        return self.models.converse(modelId="m", messages=[text])

    def never(self):
        return requests.post("https://shop.example", timeout=900)
"""

HEAD = """\
import boto3
import requests
from botocore.config import Config
from clients import Shop, fetch, given, through
import clients

config = Config(connect_timeout=5, read_timeout=120)
bedrock = boto3.client("bedrock-runtime", config=config)
short = boto3.client("bedrock-runtime", config=Config(read_timeout=20))
caller = boto3.client("lambda", config=Config(read_timeout=900))
plain = boto3.client("sqs", config=Config(retries={"total_max_attempts": 1}))
either = boto3.client("polly", config=Config(read_timeout=200))
either = boto3.client("polly")
shop = Shop("key")


def ask(text):
    return bedrock.converse(modelId="m", messages=[text])


def handed(bedrock):
    return bedrock.list_queues()


def never():
    return boto3.client("polly", config=Config(read_timeout=901))


def handler(event, context):
"""


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ('bedrock.converse(modelId="m")', 120),
        ('ask(event["text"])', 120),
        ('print(event["bedrock"])  # not bedrock.converse', None),
        ("event.bedrock.converse(modelId='m')", None),
        ("either.list_lexicons()", None),
        ("handed(plain)", None),
        ("keywords(bedrock=plain)", None),
        ('short.converse(modelId="m")', 20),
        ('boto3.client("textract", config=Config(read_timeout=70)).detect_document_text()', 70),
        ('made = Config(read_timeout=80)\n    boto3.client("textract", config=made).detect_document_text()', 80),
        ('caller.invoke(FunctionName="f")', None),
        ("plain.list_queues()", None),
        ('boto3.client("stepfunctions", config=Config(read_timeout=70)).start_execution()', None),
        ('boto3.client(event["service"], config=Config(read_timeout=70)).call()', None),
        ('boto3.client("textract", config=Config(read_timeout=event["wait"])).call()', None),
        ('fetch(event["url"])', 60),
        ('clients.fetch(event["url"])', 60),
        ('through(event["url"])', 50),
        ('given(event["url"], 100)', None),
        ('shop.order(event["id"])', 45),
        ('Shop("key").order(event["id"])', 45),
        ("shop.changed()", None),
        ('shop.ask(event["text"])', 300),
        ("shop.close()", None),
        ("fetch", None),
    ],
)
def test_what_may_wait(body: str, seconds: float | None, tmp_path: Path) -> None:
    (tmp_path / "clients.py").write_text(CLIENTS)
    (fact,) = told(tmp_path, HEAD + f"    {body}\n", "bus", "handler")
    assert fact.inner_timeout_seconds == seconds


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ("with httpx.Client(timeout=60) as web:\n        web.get(event['url'])", 60),
        ("with httpx.Client(timeout=httpx.Timeout(60.0, connect=5)) as web:\n        web.get(event['url'])", 60),
        ("with Web(timeout=httpx.Timeout(10, read=90)) as web:\n        web.get(event['url'])", 90),
        ("httpx.get(event['url'], timeout=Timeout(40))", 40),
        ("session.get(event['url'], timeout=aiohttp.ClientTimeout(total=50))", 50),
        ("aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=50)).get(event['url'])", 50),
        ("with httpx.Client(timeout=60) as client:\n        client.get(event['url'], timeout=5)", 5),
        ("with httpx.Client(timeout=60) as web:\n        web.get(event['url'], timeout=5)", None),
        ("aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(connect=50)).get(event['url'])", None),
        ("httpx.Client(timeout=None).get(event['url'])", None),
        ("httpx.Client(timeout=event['wait']).get(event['url'])", None),
        ("Pool(timeout=60).get(event['url'])", None),
        (f"httpx.get(event['url'], timeout=1{'0' * 400})", None),  # no float holds it
    ],
)
def test_a_session_of_requests(body: str, seconds: float | None, tmp_path: Path) -> None:
    head = "import aiohttp\nimport httpx\nfrom httpx import Client as Web, Timeout\nfrom pools import Pool\n\n"
    (fact,) = told(tmp_path, f"{head}def handler(event, context):\n    {body}\n", "bus", "handler")
    assert fact.inner_timeout_seconds == seconds


@pytest.mark.parametrize(
    ("body", "seconds", "what"),
    [
        ("subprocess.run(['make'], timeout=90)", 90, "a process"),
        ("subprocess.check_output(['make'], timeout=WAIT)", 80, "a process"),
        ("run(['make'], timeout=70)", 70, "a process"),
        ("subprocess.Popen(['make']).communicate(timeout=60)", 60, "a process"),
        ("asyncio.run(asyncio.wait_for(work(), timeout=50))", 50, "a coroutine"),
        ("asyncio.run(asyncio.wait_for(work(), 40))", 40, "a coroutine"),
        ("agent.run(event['text'], timeout=90)", None, None),
        ("subprocess.run(['make'], timeout=None)", None, None),
        ("subprocess.run(['make'], timeout=event['wait'])", None, None),
        (
            "for _ in range(60):\n        if done(event):\n            return\n        time.sleep(10)",
            600,
            "a loop that polls",
        ),
        (
            "for _ in range(MOST):\n        if done(event):\n            break\n        sleep(2)",
            100,
            "a loop that polls",
        ),
        (
            "at = time.time()\n    while time.time() - at < 5 * 60:\n        if done(event): return\n        sleep(5)",
            300,
            "a loop that polls",
        ),
        ("for _ in range(60):\n        send(event)\n        time.sleep(10)", None, None),
        ("for one in event:\n        if done(one):\n            break\n        time.sleep(10)", None, None),
        ("for n in range(9):\n        if done(event):\n            return\n        time.sleep(2**n)", None, None),
        ("while not done(event):\n        time.sleep(10)", None, None),
        (
            "for _ in range(9):\n        if event:\n            break\n        time.sleep(1)\n        time.sleep(2)",
            None,
            None,
        ),
    ],
)
def test_processes_coroutines_and_loops(body: str, seconds: float | None, what: str | None, tmp_path: Path) -> None:
    head = "import asyncio\nimport subprocess\nimport time\nfrom subprocess import run\nfrom time import sleep\n"
    head += "from work import agent, done, send, work\n\nWAIT = 80\nMOST = 50\n\n"
    (fact,) = told(tmp_path, f"{head}def handler(event, context):\n    {body}\n", "bus", "handler")
    assert (fact.inner_timeout_seconds, fact.inner_wait) == (seconds, what)


@pytest.mark.parametrize(("count", "seconds"), [(3, 2**8 * 0.5), (40, None)])
def test_products_of_names(count: int, seconds: float | None, tmp_path: Path) -> None:
    """Each name is the square of the one before: followed without an end, forty take for ever."""
    names = "".join(f"N{one + 1} = N{one} * N{one}\n" for one in range(count))
    code = f"""
import time
import requests
N0 = 2
{names}

def handler(event, context):
    for _ in range(N{count}):
        if requests.get(event["url"]).ok:
            break
        time.sleep(0.5)
"""
    (fact,) = told(tmp_path, code, "bus", "handler")
    assert fact.inner_timeout_seconds == seconds
