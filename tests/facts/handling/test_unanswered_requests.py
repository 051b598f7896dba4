"""Types of request that come to the end of a custom resource's handler without a response."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.model import ContractBook
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.source.parsing.tree import parse

CODE = """\
import json
import urllib.request

import boto3
import cfnresponse
import requests

from responses import Responder

ssm = boto3.client("ssm")
machines = boto3.client("stepfunctions")


def send(event, status):
    body = json.dumps({"Status": status, "PhysicalResourceId": "a"}).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], data=body, method="PUT"))


def create(event, context):
    ssm.put_parameter(Name="a", Value=event["ResourceProperties"]["Value"])
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "a")


def clean(event):
    ssm.delete_parameter(Name=event["PhysicalResourceId"])


def clean_some(event, context):
    if event["ResourceProperties"].get("Keep"):
        return
    ssm.delete_parameter(Name="a")
    send(event, "SUCCESS")


def handler(event, context):
    BODY
"""


LINE = CODE[: CODE.index("def handler")].count("\n") + 1


def unanswered(body: str) -> str | None:
    code = CODE.replace("BODY", body.strip("\n").replace("\n", "\n    "))
    told = facts_of(parse(code.encode(), "app.py"), ContractBook(), AnalysisOptions())
    (found,) = (fact for fact in told.facts if fact.kind == "custom_resource" and fact.site.line == LINE)
    return found.data.unanswered  # type: ignore[no-any-return]


NO_RESPONSE = """\
# Delete
if event["RequestType"] == "Delete":
    return
create(event, context)
---
# Delete
if event["RequestType"] == "Delete":
    clean(event)
    return {"Status": "OK"}
send(event, "OK")
---
# Delete
if event["RequestType"] != "Delete":
    create(event, context)
---
# Delete
if event["RequestType"] in ("Create", "Update"):
    create(event, context)
---
# Update and Delete
if event["RequestType"] in ["Update", "Delete"]:
    print(event)
    return
send(event, "A")
---
# Delete
if event.get("RequestType") == "Delete":
    pass
else:
    create(event, context)
---
# Update
kind = event["RequestType"]
if kind == "Create":
    create(event, context)
elif kind == "Delete":
    clean(event)
    send(event, "SUCCESS")
---
# Delete
kind = event["RequestType"].lower()
if kind == "create":
    create(event, context)
elif kind == "update":
    send(event, "SUCCESS")
---
# Delete
match event["RequestType"]:
    case "Create" | "Update":
        create(event, context)
    case "Delete":
        clean(event)
---
# Update
try:
    if event["RequestType"] == "Update":
        return
    create(event, context)
except Exception:
    send(event, "FAILED")
---
# Delete
if event["RequestType"] == "Delete":
    return clean_some(event, context)
send(event, "A")
---
# Delete
if event["RequestType"] == "Delete":
    try:
        clean(event)
    except KeyError:
        return
requests.put(event["ResponseURL"], data="{}")
---
# Delete
if event["RequestType"] == "Delete" and event["ResourceProperties"].get("Keep"):
    return
send(event, "A")
---
# Delete
if not event["RequestType"] == "Delete":
    send(event, "SUCCESS")
"""
A_RESPONSE = """\
if event["RequestType"] == "Delete":
    send(event, "SUCCESS")
    return
create(event, context)
---
if event["RequestType"] == "Delete":
    return send(event, "SUCCESS")
create(event, context)
---
if event["RequestType"] == "Delete":
    clean(event)
else:
    create(event, context)
send(event, "A")
---
if event["RequestType"] == "Delete":
    Responder(event).done()
    return
create(event, context)
---
answer = Responder(event)
if event["RequestType"] == "Delete":
    answer.close()
    return
send(event, "A")
---
if event["RequestType"] == "Delete":
    machines.start_execution(input=json.dumps(event))
    return
send(event, "A")
---
url = event["ResponseURL"]
if event["RequestType"] == "Delete":
    later(url)
    return
send(event, "A")
---
text = json.dumps(event)
if event["RequestType"] == "Delete":
    hand_over(text)
    return
send(event, "A")
---
try:
    if event["RequestType"] == "Delete":
        return
    create(event, context)
finally:
    send(event, "A")
---
if event.get("RequestType") == "Create":
    create(event, context)
elif event.get("RequestType"):
    send(event, "A")
---
if "RequestType" not in event:
    return clean(event)
send(event, "A")
---
if event.get("RequestType") in ("Create", "Update", "Delete"):
    send(event, "A")
else:
    clean(event)
---
if event["RequestType"] == "Delete":
    if not event.get("ResponseURL"):
        return
    send(event, "A")
    return
send(event, "A")
---
kind = event["RequestType"]
if kind == "Create":
    create(event, context)
elif kind in ("Update", "Delete"):
    send(event, "SUCCESS")
else:
    print("unknown")
---
try:
    if event["RequestType"] == "Delete":
        raise ValueError("no")
    create(event, context)
except Exception:
    send(event, "FAILED")
---
done = False
if event["RequestType"] == "Delete":
    clean(event)
    done = True
if done:
    send(event, "A")
else:
    create(event, context)
---
if event["RequestType"] == "Delete":
    for name in ("a", "b"):
        send(event, name)
    return
send(event, "A")
---
if event["RequestType"] == kind(event):
    return
send(event, "A")
---
match event["RequestType"]:
    case "Create":
        create(event, context)
    case _:
        send(event, "A")
"""


@pytest.mark.parametrize("case", NO_RESPONSE.split("---\n"))
def test_no_response(case: str) -> None:
    types, _, body = case.removeprefix("# ").partition("\n")
    assert unanswered(body) == types


@pytest.mark.parametrize("case", A_RESPONSE.split("---\n"))
def test_a_response_or_nobody_to_respond_to(case: str) -> None:
    assert unanswered(case) is None
