"""Methods without `self`, which are called of their class."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import findings_in

HEAD = """
import json
import boto3

client = boto3.client("lambda")


class Sender:
"""


@pytest.mark.parametrize(
    ("method", "found"),
    [
        ("def send(data, name):\n        {call}", 0),
        ("def send(self, data, name):\n        {call}", 0),
        ("def send(order, name):\n        data = order\n        {call}", 0),
        ("def send(self, name):\n        data = self\n        {call}", 1),
        ("def send(this, name):\n        data = this\n        {call}", 1),
        ("def send(own, name):\n        data = own\n        own.sent = True\n        {call}", 1),
    ],
)
def test_what_the_first_parameter_is(tmp_path: Path, method: str, found: int) -> None:
    call = 'client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps({"body": data}))'
    code = f"{HEAD}    {method.format(call=call)}\n"
    assert len(findings_in(tmp_path, {"sender.py": code}, "INV404")) == found


def test_the_caller_of_the_class_says_what_is_sent(tmp_path: Path) -> None:
    call = 'client.invoke(FunctionName="mail", InvocationType="Event", Payload=json.dumps(data))'
    code = f"""{HEAD}    def send(data):
        {call}


def handler(event, context):
    Sender.send({{"ids": {{1, 2}}}})
"""
    assert len(findings_in(tmp_path, {"sender.py": code}, "INV404")) == 1
