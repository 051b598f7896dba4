"""Loops of which all rounds send the same: no item is lost where they end."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.source.parsing.tree import parse

HEAD = """\
import json, logging, time, uuid
import boto3

client = boto3.client("lambda")
log = logging.getLogger(__name__)

def send(message):
    client.invoke(FunctionName="worker", InvocationType="Event", Payload=json.dumps(message))

def send_next(waiting):
    message = waiting.take()
    client.invoke(FunctionName="worker", InvocationType="Event", Payload=json.dumps(message))

def start(items, settings, queue, prepare):
"""

SENT = 'client.invoke(FunctionName="worker", InvocationType="Event", Payload=PAYLOAD)'
SAME = SENT.replace("PAYLOAD", "json.dumps(settings)")


def failure(body: str) -> object:
    """What an item's failure does in the loop."""
    source = parse((HEAD + indent(dedent(body), "    ") + "\n").encode(), "app.py")
    facts = facts_of(source, ContractBook(), AnalysisOptions()).facts
    (fact,) = (fact for fact in facts if fact.function == "start")
    assert fact.data.in_loop is not None
    return fact.data.in_loop.item_failure


@pytest.mark.parametrize(
    "body",
    [
        f"for _ in items:\n    {SAME}",
        "for _ in items:\n    send(settings)",
        f"rounds = range(0, int(queue.attributes['number']))\nfor _ in rounds:\n    {SAME}",
        f"for number, item in enumerate(items):\n    log.info('%s: %s', number, item)\n    {SAME}",
        f"done = 0\nfor _ in items:\n    {SAME}\n    done += 1\n    if done > 30:\n        time.sleep(5)",
        f"for _ in items:\n    text = json.dumps(settings).encode()\n    {SENT.replace('PAYLOAD', 'text')}",
        f"for _ in items:\n    answer = {SAME}\n    log.info(answer['StatusCode'])",
        f"started = [{SAME}['StatusCode'] for _ in items]\nlog.info(len(started))",
    ],
)
def test_rounds_that_only_count(body: str) -> None:
    assert failure(body) is None


@pytest.mark.parametrize(
    "body",
    [
        f"for item in items:\n    {SENT.replace('PAYLOAD', 'json.dumps(item)')}",
        f"for item in items:\n    settings['item'] = item\n    {SAME}",
        "for item in items:\n    send(item)",
        "for _ in items:\n    send_next(queue)",
        f"for item in items:\n    settings.update(item)\n    {SAME}",
        f"for item in items:\n    prepare(settings, item)\n    {SAME}",
        f"for item in items:\n    item.save()\n    {SAME}",
        f"for item in items:\n    if item.ready:\n        {SAME}",
        f"for _ in items:\n    job = queue.pop()\n    {SENT.replace('PAYLOAD', 'json.dumps(job)')}",
        f"for _ in items:\n    {SENT.replace('PAYLOAD', 'json.dumps(queue.get())')}",
        f"for _ in items:\n    {SENT.replace('PAYLOAD', 'json.dumps(str(uuid.uuid4()))')}",
        f"for _ in items:\n    queue.next()\n    {SENT.replace('PAYLOAD', 'json.dumps(queue.item)')}",
        f"n = 0\nfor _ in items:\n    n += 1\n    {SENT.replace('PAYLOAD', 'json.dumps(n)')}",
        f"n = 0\nfor _ in items:\n    n = n + 1\n    {SENT.replace('PAYLOAD', 'json.dumps(n)')}",
        f"for item in items:\n    {SAME.replace('client.', 'item.client.')}",
        f"for item in items:\n    {SAME.replace('worker', '{item}').replace('=', '=f', 1)}",
        f"found = [{SENT.replace('PAYLOAD', 'json.dumps(item)')}['StatusCode'] for item in items]\nlog.info(found)",
    ],
)
def test_rounds_of_items(body: str) -> None:
    assert failure(body) == "escapes"
