"""INV310: what is left running when a handler, or a view that runs on Lambda, has answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import findings_in

SEND = """
import json
import threading
import boto3

client = boto3.client("lambda")


def send(address):
    try:
        client.invoke(FunctionName="mail", InvocationType="Event", Payload=json.dumps({"to": address}))
    except Exception as error:
        print(error)
"""
VIEW = """
from flask import Flask, request

app = Flask(__name__)


@app.post("/invitations")
def invite():
    START
    return "sent"
"""
ADAPTER = """
import awsgi
from app import app


def lambda_handler(event, context):
    return awsgi.response(app, event, context)
"""
ZAPPA = '{"production": {"app_function": "app.app", "project_name": "invitations"}}'
THREAD = "threading.Thread(target=send, args=(request.form['to'],)).start()"
SERVERS = {
    "an adapter": {"handler.py": ADAPTER},
    "settings of Zappa": {"zappa_settings.json": ZAPPA},
    "nothing": {},
}


@pytest.mark.parametrize(("server", "count"), [("an adapter", 1), ("settings of Zappa", 1), ("nothing", 0)])
def test_a_thread_of_a_view(tmp_path: Path, server: str, count: int) -> None:
    files = {"app.py": SEND + VIEW.replace("START", THREAD), **SERVERS[server]}
    found = findings_in(tmp_path, files, "INV310")
    assert [finding.severity.value for finding in found] == ["error"] * count
    assert all("Lambda freezes" in finding.message for finding in found)


@pytest.mark.parametrize(
    ("start", "count"),
    [
        ("threading.Timer(2, send, args=[request.form['to']]).start()", 1),
        ("timer = threading.Timer(2, send, args=[request.form['to']]); timer.start()", 1),
        ("one = threading.Thread(target=send, args=(1,)); one.start(); one.join()", 0),
        ("send(request.form['to'])", 0),
    ],
)
def test_timers_and_threads(tmp_path: Path, start: str, count: int) -> None:
    files = {"app.py": SEND + VIEW.replace("START", start), "handler.py": ADAPTER}
    assert len(findings_in(tmp_path, files, "INV310")) == count


ROUTES = {
    "Chalice": """
from chalice import Chalice
app = Chalice(app_name="invitations")


@app.route("/invitations")
def invite():
""",
    "Powertools": """
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
app = APIGatewayRestResolver()


def lambda_handler(event, context):
    return app.resolve(event, context)


@app.get("/invitations")
def invite():
""",
    "Mangum": """
from fastapi import FastAPI
from mangum import Mangum
app = FastAPI()
handler = Mangum(app)


@app.get("/invitations")
def invite():
""",
}


@pytest.mark.parametrize("name", ROUTES)
def test_routes_that_run_on_lambda(tmp_path: Path, name: str) -> None:
    code = f"{SEND}{ROUTES[name]}    threading.Thread(target=send, args=('a',)).start()\n    return 'sent'\n"
    assert len(findings_in(tmp_path, {"app.py": code}, "INV310")) == 1
