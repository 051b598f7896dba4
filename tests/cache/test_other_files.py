"""What is found in one file rests on another one that it does not name: the report is the same with a cache."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from invocation_lint.cache.cache import Cache
from invocation_lint.engine import inputs_of, lint
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: work, CodeUri: ., Handler: work.handler, Runtime: python3.12}
"""
CLIENT = "import boto3, json\nclient = boto3.client('lambda')\n"
SENDER = CLIENT + (
    "def handler(event, context):\n"
    "    return client.invoke(FunctionName='work', InvocationType='Event', Payload=json.dumps({'a': 1}))\n"
)
WRAPPER = CLIENT + (
    "def send(payload):\n"
    "    return client.invoke(FunctionName='work', Payload=json.dumps(payload))\n"
    "def other(payload):\n"
    "    return payload\n"
)
READS = "from wrap import send\ndef handler(event, context):\n    return send({'a': 1})['Payload'].read()\n"
DROPS = "from wrap import send\ndef handler(event, context):\n    send({'a': 1})\n"
OLD = "def handler(event, context):\n    print(event['a'])\n"
NEW = "def handler(event, context):\n    print(event['b'])\n"
WORK = {"template.yaml": TEMPLATE, "work.py": OLD}
HELPER = "from helper import need\ndef handler(event, context):\n    return need(event)\n"
INNER = CLIENT + (
    "class Jobs:\n"
    "    def first(self):\n"
    "        return 1\n"
    "    class Sender:\n"
    "        def send(self, payload):\n"
    "            return client.invoke(FunctionName='work', InvocationType='Event', Payload=json.dumps(payload))\n"
)
OF_INNER = (
    "from jobs import Jobs\ndef handler(event, context):\n    return Jobs.Sender().send({'a': 1})['Payload'].read()\n"
)
ROUND = "import second\ndef one(payload):\n    return second.two(payload)\ndef three():\n    return 1\n"
BACK = CLIENT + (
    "import first\n"
    "def two(payload):\n"
    "    return client.invoke(FunctionName='work', InvocationType='Event', Payload=json.dumps(payload))\n"
    "def four():\n"
    "    return first.one({'a': first.three()})\n"
)
OF_ROUND = "from first import one\ndef handler(event, context):\n    return one({'a': 1})['Payload'].read()\n"

AWAITED = (
    CLIENT + "async def send(payload):\n    return client.invoke(FunctionName='work', Payload=json.dumps(payload))\n"
)
RUNS = "import asyncio\nfrom wrap import send\ndef handler(event, context):\n    asyncio.run(send({}))\n"

SCENARIOS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "the handler is imported": (
        {**WORK, "api.py": SENDER, "work.py": "from inner import handler\n", "inner.py": OLD},
        {"inner.py": NEW},
    ),
    "the handler is imported with all names": (
        {**WORK, "api.py": SENDER, "work.py": "from inner import *\n", "inner.py": OLD},
        {"inner.py": NEW},
    ),
    "the handler is imported twice": (
        {
            **WORK,
            "api.py": SENDER,
            "work.py": "from a import handler\n",
            "a.py": "from b import handler\n",
            "b.py": OLD,
        },
        {"b.py": NEW},
    ),
    "a wrapper invokes the handler": ({**WORK, "api.py": READS, "wrap.py": WRAPPER}, {"work.py": NEW}),
    "a wrapper invokes what a helper handles": (
        {
            **WORK,
            "api.py": READS,
            "wrap.py": WRAPPER,
            "work.py": HELPER,
            "helper.py": OLD.replace("handler(event, context)", "need(event)"),
        },
        {"helper.py": NEW.replace("handler(event, context)", "need(event)")},
    ),
    "another caller of a wrapper reads the response": (
        {"wrap.py": WRAPPER, "drops.py": DROPS, "reads.py": READS},
        {"reads.py": DROPS},
    ),
    "another caller of a wrapper drops the response": (
        {"wrap.py": WRAPPER, "drops.py": DROPS, "reads.py": DROPS},
        {"reads.py": READS},
    ),
    "another caller of a wrapper stops calling it": (
        {"wrap.py": WRAPPER, "drops.py": DROPS, "reads.py": READS},
        {"reads.py": READS.replace("send({'a': 1})['Payload'].read()", "None")},
    ),
    "a comment of a caller says what is looked for": (
        {"wrap.py": AWAITED, "one.py": RUNS, "two.py": RUNS},
        {"two.py": RUNS + "# asyncio.gather(\n"},
    ),
    "a class is longer before what is called": (
        {"jobs.py": INNER, "api.py": OF_INNER},
        {"jobs.py": INNER.replace("return 1", "one = 1\n        return one")},
    ),
    "modules that import each other": (
        {"first.py": ROUND, "second.py": BACK, "api.py": OF_ROUND},
        {"second.py": BACK.replace("'Event'", "'RequestResponse'")},
    ),
}


def _report(cache_folder: Path | None) -> str:
    project = Project(Configuration(isolated=False, values={"profile": "strict", "possible": True}))
    inputs = inputs_of(["."], project).files
    cache = Cache(cache_folder, project, pytest.fail) if cache_folder is not None else None
    if cache is not None:
        cache.look_up(inputs)
    return repr(lint(inputs, project, cache=cache).report)


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_edit_of_another_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, edits = SCENARIOS[name]
    folder, kept = tmp_path / "project", tmp_path / "cache"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    reports = []
    for files in (before, edits, {one: before[one] for one in edits}):
        for path, text in files.items():
            (folder / path).write_text(text)
        time.sleep(0.02)
        reports.append(_report(None))
        assert _report(kept) == reports[-1]
    assert reports[0] != reports[1]
