"""Attributes that `setattr` sets, by names that the code tells, and objects that are one of several."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import findings_in

CLIENT = """
import json
import boto3

class Mail:
    def __init__(self):
        self.client = boto3.client("lambda")

    def count(self, user):
        return self.client.invoke(FunctionName="count", Payload=json.dumps({"user": user}))
"""

MANAGER = """
import json

class Manager:
    names = ["apple", "mail", "google"]

    def __init__(self, clients):
        {body}

    def tell(self, user):
        return json.loads(self.mail_client.count(user)["Payload"].read())["count"] > 0
"""

HANDLER = """
from mail import Mail
from manager import Manager

manager = Manager({"mail": Mail(), "other": None})

def lambda_handler(event, context):
    return {"tells": manager.tell(event["user"])}
"""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("self.mail_client = clients['mail']", 1),
        ("setattr(self, 'mail_client', clients['mail'])", 1),
        ("for name in self.names:\n            setattr(self, f'{name}_client', clients.get(name))", 1),
        ("for name in self.names:\n            if name in clients:\n"
         "                setattr(self, name + '_client', clients[name])", 1),
        ("setattr(self, 'google_client', clients['mail'])", 0),
        ("setattr(self, clients['other'], clients['mail'])", 0),
        ("setattr(*clients)", 0),
    ],
)  # fmt: skip
def test_what_is_kept_under_a_name(tmp_path: Path, body: str, found: int) -> None:
    files = {"mail.py": CLIENT, "manager.py": MANAGER.format(body=body), "app.py": HANDLER}
    assert len(findings_in(tmp_path, files, "INV302")) == found


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ("managers.get('user') or Manager(clients)", 1),
        ("Manager(clients) or None", 1),
        ("Manager(clients) if clients else None", 1),
        ("None if managers else (managers.get('user') or Manager(clients))", 1),
        ("clients and Manager(clients)", 1),
        ("managers.get('user') or None", 0),
        ("Manager({}) if clients else None", 0),
    ],
)
@pytest.mark.parametrize("filled", ["", "# " + "long " * 200 + "\n"])  # Python's own parser reads what is not small
def test_what_is_kept_is_chosen(tmp_path: Path, made: str, found: int, filled: str) -> None:
    handler = f"""{filled}
from mail import Mail
from manager import Manager

clients = {{"mail": Mail()}}
managers = {{}}
chosen = {made}

def lambda_handler(event, context):
    return {{"tells": chosen.tell(event["user"])}}
"""
    body = "self.mail_client = clients.get('mail')"
    files = {"mail.py": CLIENT, "manager.py": MANAGER.format(body=body), "app.py": handler}
    assert len(findings_in(tmp_path, files, "INV302")) == found
