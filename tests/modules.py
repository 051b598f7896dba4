"""A small project whose findings need several modules: names, clients and wrappers stand in others than the calls."""

from __future__ import annotations

import textwrap
from pathlib import Path

FILES = {
    "aws/__init__.py": "",
    "aws/names.py": """
        import os
        CONTENT_AGENT = os.environ.get("CONTENT_AGENT_FUNCTION", "storytailor-content-agent-production")
    """,
    "aws/clients.py": """
        import boto3
        from botocore.config import Config
        lambda_client = boto3.client("lambda", config=Config(read_timeout=20))
    """,
    "aws/invoking.py": """
        import json
        from enum import Enum
        from aws.clients import lambda_client
        from .names import CONTENT_AGENT

        class Mode(str, Enum):
            EVENT = "Event"
            WAIT = "RequestResponse"

        def send(name, payload, mode=Mode.EVENT.value):
            return lambda_client.invoke(FunctionName=name, InvocationType=mode, Payload=json.dumps(payload))

        class Agent:
            def __init__(self, name=CONTENT_AGENT):
                self.name = name

            def ask(self, action, wait=False, **fields):
                mode = Mode.WAIT.value if wait else Mode.EVENT.value
                return send(self.name, {"action": action, **fields}, mode)

            def try_to_ask(self, action, **fields):
                try:
                    self.ask(action, **fields)
                    return True
                except Exception:
                    return False
    """,
    "api/stories.py": """
        from aws.invoking import Agent
        agent = Agent()

        def handler(event, context):
            story = event["pathParameters"]["storyId"]
            agent.ask("generate_story", wait=True, storyId=story, creatorUserId=event["userId"])
            return {"statusCode": 202, "body": ""}
    """,
    "api/assets.py": """
        import aws.invoking as invoking

        def handler(event, context):
            try:
                invoking.Agent().ask("generate_story", storyID=event["storyId"], creatorUserId=event["userId"])
            except Exception:
                pass
            return {"statusCode": 202, "body": ""}
    """,
    "api/covers.py": """
        from aws.invoking import Agent

        def handler(event, context):
            Agent().try_to_ask("generate_story", storyId=event["storyId"], creatorUserId=event["userId"])
            return {"statusCode": 202, "body": ""}
    """,
    "jobs/store.py": """
        from database import supabase

        def queued():
            return supabase.table("jobs").select("*").eq("status", "queued").execute().data
    """,
    "jobs/queue.py": """
        from jobs.store import queued

        def waiting():
            return queued()
    """,
    "jobs/worker.py": """
        from aws.invoking import Agent
        from jobs.queue import waiting

        agent = Agent()

        def handler(event, context):
            for job in waiting():
                if not agent.try_to_ask("generate_story", storyId=job["story_id"], creatorUserId=job["owner"]):
                    print("not asked for", job["id"])
    """,
    "api/reminders.py": """
        from aws.invoking import Agent

        def handler(event, context):
            Agent().ask("generate_story", storyId=event["storyId"], creatorUserId=event["userId"])
            return event
    """,
    "api/search.py": """
        from aws.invoking import Agent

        def answer(request, info):
            Agent().ask("generate_story", storyId=request["storyId"], creatorUserId=request["userId"])
            return {"done": True}
    """,
    "api/unrelated.py": """
        def handler(event, context):
            return {"statusCode": 200, "body": "hello"}
    """,
}

TEMPLATE = """
Resources:
  Reminders: {Type: AWS::Lambda::Function, Properties: {Handler: reminders.handler, Code: ../api}}
  Search:
    Type: AWS::Serverless::Function
    Properties:
      Handler: search.answer
      CodeUri: ../api
      Events: {Asked: {Type: Api, Properties: {Path: /search, Method: get}}}
  Evening:
    Type: AWS::StepFunctions::StateMachine
    Properties: {DefinitionString: !Sub '{"States": {"Remind": {"Type": "Task", "Resource": "${Reminders.Arn}"}}}'}
"""

FOUND = {
    ("api/stories.py", "INV101"),
    ("api/assets.py", "INV208"),
    ("api/assets.py", "INV303"),
    ("api/covers.py", "INV311"),
    ("api/stories.py", "INV301"),
    ("api/search.py", "INV301"),  # the template tells what invokes it; reminders is a task of a state machine
    ("jobs/store.py", "INV501"),  # the status is named there: no caller is needed to tell
    ("jobs/worker.py", "INV506"),
}
"""What a run on the whole project finds: file and rule."""


def write_project(folder: Path, *, root: bool = True) -> None:
    """Writes the files; with `root`, a configuration that makes the folder the project's root."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    (folder / "deploy").mkdir()
    (folder / "deploy" / "evening.yaml").write_text(TEMPLATE, encoding="utf-8")
    if root:
        (folder / ".invocation-lint.yaml").write_text("", encoding="utf-8")
