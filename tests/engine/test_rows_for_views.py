"""INV501 is silent for views of every kind: who answers with the rows is no worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import findings_in

ROWS = 'supabase.table("asset_jobs").select("*").eq("status", "open").execute()'
HEAD = "import json\nfrom database import supabase\n"

VIEWS = {
    "a handler behind an API": f"""
def handler(event, context):
    rows = {ROWS}
    return {{"statusCode": 200, "body": json.dumps(rows.data)}}
""",
    "a resolver": f"""
def handler(event, context):
    return {ROWS}.data
""",
    "a handler that makes a list": f"""
def handler(event, context):
    found = []
    for row in {ROWS}.data:
        found.append({{"id": row["id"], "title": row["title"].strip()}})
    return {{"items": found, "count": len(found)}}
""",
    "a comprehension": f"""
def handler(event, context):
    rows = {ROWS}.data
    return [row["id"] for row in rows if row["city"] == event["city"]]
""",
    "a view of Flask": f"""
from flask import Flask, jsonify
app = Flask(__name__)

@app.route("/jobs")
def show():
    return jsonify({ROWS}.data)
""",
    "a route of FastAPI": f"""
from fastapi import APIRouter
router = APIRouter()

@router.get("/jobs")
async def show():
    return {ROWS}.data
""",
    "a helper of a view": f"""
def waiting():
    return {ROWS}.data

def handler(event, context):
    return {{"statusCode": 200, "body": json.dumps(waiting())}}
""",
}


@pytest.mark.parametrize("name", VIEWS)
def test_who_answers_with_the_rows(tmp_path: Path, name: str) -> None:
    assert findings_in(tmp_path, {"app.py": HEAD + VIEWS[name]}, "INV501") == []


WORKERS = {
    "a count of what was done": f"""
def handler(event, context):
    rows = {ROWS}.data
    for row in rows:
        work(row)
    return {{"done": len(rows)}}
""",
    "a view that sends each row on": f"""
import boto3
sqs = boto3.client("sqs")

def handler(event, context):
    rows = {ROWS}.data
    for row in rows:
        sqs.send_message(QueueUrl="q", MessageBody=json.dumps(row))
    return {{"statusCode": 200, "body": json.dumps(rows)}}
""",
    "a handler of a queue": f"""
def handler(event, context):
    for record in event["Records"]:
        print(record["messageId"])
    return {ROWS}.data
""",
    "a helper of a view and of a worker": f"""
def waiting():
    return {ROWS}.data

def show_handler(event, context):
    return {{"statusCode": 200, "body": json.dumps(waiting())}}

def work_handler(event, context):
    for row in waiting():
        print(row)
""",
    "nobody": f"def waiting():\n    return {ROWS}.data\n",
}


@pytest.mark.parametrize("name", WORKERS)
def test_who_works_on_the_rows(tmp_path: Path, name: str) -> None:
    assert len(findings_in(tmp_path, {"app.py": HEAD + WORKERS[name]}, "INV501")) == 1
