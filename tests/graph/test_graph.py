"""`invocation-lint graph`: who invokes whom, and how."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from invocation_lint.findings import Place
from invocation_lint.graph.model import Edge, Graph, Node
from invocation_lint.graph.rendering import as_json, dot, mermaid
from tests.command import run_lint

FILES = {
    ".git/HEAD": "",
    "template.yaml": """
        Transform: AWS::Serverless-2016-10-31
        Globals: {Function: {Runtime: python3.12, CodeUri: src/, Timeout: 10}}
        Resources:
          Front:
            Type: AWS::Serverless::Function
            Properties:
              Handler: front.handler
              Timeout: 20
              Environment: {Variables: {WORKER: !Ref Worker, JOBS: !Ref Jobs, NEWS: !Ref News}}
              Events: {Post: {Type: HttpApi, Properties: {Path: /orders, Method: post}}}
          Worker:
            Type: AWS::Serverless::Function
            Properties:
              Handler: worker.handler
              Timeout: 60
              Environment: {Variables: {FRONT: !Ref Front}}
          Jobs: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn}}}
          Dead: {Type: AWS::SQS::Queue}
          Printer:
            Type: AWS::Serverless::Function
            Properties:
              Handler: printer.handler
              Events: {Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn, BatchSize: 5}}}
          News: {Type: AWS::SNS::Topic}
          Mailer:
            Type: AWS::Serverless::Function
            Properties: {Handler: mailer.handler, Events: {News: {Type: SNS, Properties: {Topic: !Ref News}}}}
          Nightly:
            Type: AWS::Serverless::Function
            Properties:
              Handler: mailer.handler
              DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Dead.Arn}
              Events: {Night: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}
          Table:
            Type: AWS::DynamoDB::Table
            Properties: {StreamSpecification: {StreamViewType: NEW_IMAGE}}
          Streaming:
            Type: AWS::Serverless::Function
            Properties:
              Handler: mailer.handler
              Events: {Rows: {Type: DynamoDB, Properties: {Stream: !GetAtt Table.StreamArn, StartingPosition: LATEST}}}
          Pictures: {Type: AWS::S3::Bucket}
          Resizer:
            Type: AWS::Serverless::Function
            Properties:
              Handler: mailer.handler
              Events: {New: {Type: S3, Properties: {Bucket: !Ref Pictures, Events: "s3:ObjectCreated:*"}}}
    """,
    "src/front.py": """
        import json
        import os

        import boto3

        client = boto3.client("lambda")
        sqs = boto3.client("sqs")
        sns = boto3.client("sns")


        def handler(event, context):
            client.invoke(FunctionName=os.environ["WORKER"], Payload=json.dumps({"id": 1}))
            sqs.send_message(QueueUrl=os.environ["JOBS"], MessageBody="{}")
            sns.publish(TopicArn=os.environ["NEWS"], Message="{}")
            client.invoke(FunctionName=event["name"], InvocationType="Event", Payload=b"{}")
    """,
    "src/worker.py": """
        import os
        import time

        import boto3

        client = boto3.client("lambda")


        def handler(event, context):
            time.sleep(30)
            client.invoke(FunctionName=os.environ["FRONT"], InvocationType="Event", Payload=b"{}")
    """,
    "src/printer.py": "def handler(event, context):\n    return 1\n",
    "src/mailer.py": "def handler(event, context):\n    return 1\n",
}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    write(folder, FILES)
    return folder


def told(folder: Path) -> dict[str, Any]:
    ran = run_lint("graph", "--format", "json", cwd=folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    found: dict[str, Any] = json.loads(ran.stdout)
    assert found["version"] == 1
    return found


@pytest.fixture(scope="module")
def graph(project: Path) -> dict[str, Any]:
    return told(project)


def edge(graph: dict[str, Any], source: str, target: str) -> dict[str, Any]:
    (found,) = [one for one in graph["edges"] if (one["source"], one["target"]) == (source, target)]
    return found  # type: ignore[no-any-return]


def test_every_edge_and_no_other(graph: dict[str, Any]) -> None:
    assert {(one["source"], one["kind"], one["target"]) for one in graph["edges"]} == {
        ("ServerlessHttpApi", "http", "Front"),
        ("Front", "sync", "Worker"),
        ("Worker", "async", "Front"),
        ("Front", "queue", "Jobs"),
        ("Front", "topic", "News"),
        ("Front", "async", "?"),
        ("Jobs", "queue", "Printer"),
        ("Jobs", "queue", "Dead"),
        ("News", "topic", "Mailer"),
        ("rate(1 day)", "schedule", "Nightly"),
        ("Nightly", "queue", "Dead"),
        ("Table", "stream", "Streaming"),
        ("Pictures", "storage", "Resizer"),
    }


def test_places_timeouts_and_batch_sizes(graph: dict[str, Any]) -> None:
    call = edge(graph, "Front", "Worker")
    assert call["calls"] == [{"path": "src/front.py", "line": 13}]
    assert (call["waits_seconds"], call["least_seconds"], call["certain"]) == (20, 30, True)
    assert edge(graph, "Jobs", "Printer")["batch_size"] == 5
    assert edge(graph, "Table", "Streaming")["batch_size"] == 100
    assert edge(graph, "ServerlessHttpApi", "Front")["waits_seconds"] == 30
    assert edge(graph, "ServerlessHttpApi", "Front")["label"] == "POST /orders"
    nodes = {node["id"]: node for node in graph["nodes"]}
    assert nodes["Worker"]["timeout_seconds"] == 60
    assert nodes["Worker"]["handler"] == {"path": "src/worker.py", "line": 10}
    assert nodes["Worker"]["template"]["path"] == "template.yaml"
    assert (nodes["?"]["kind"], nodes["Jobs"]["kind"], nodes["rate(1 day)"]["kind"]) == ("unknown", "queue", "schedule")


def test_what_is_marked(graph: dict[str, Any]) -> None:
    marks = {(one["source"], one["target"]): one["marks"] for one in graph["edges"] if one["marks"]}
    assert marks == {
        ("ServerlessHttpApi", "Front"): ["deadline"],  # Front waits for 30 s of Worker itself
        ("Front", "Worker"): ["cycle", "deadline"],
        ("Worker", "Front"): ["cycle"],
        ("Table", "Streaming"): ["no_failure_destination"],
    }
    assert {one["id"] for one in graph["nodes"] if one["marks"]} == {"Front", "Mailer", "Resizer"}


def test_failures_have_edges_of_their_own(graph: dict[str, Any]) -> None:
    failing = [(one["source"], one["target"]) for one in graph["edges"] if one["is_failure"]]
    assert sorted(failing) == [("Jobs", "Dead"), ("Nightly", "Dead")]


def test_a_helper_is_seen_through(tmp_path: Path) -> None:
    helper = """
        import json
        import boto3

        client = boto3.client("lambda")

        def send(name, payload):
            client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(payload))
    """
    sender = "import os\nfrom helper import send\n\ndef handler(event, context):\n    send(os.environ['NEXT'], {})\n"
    template = """
        Transform: AWS::Serverless-2016-10-31
        Globals: {Function: {Runtime: python3.12, CodeUri: src/}}
        Resources:
          One:
            Type: AWS::Serverless::Function
            Properties: {Handler: one.handler, Environment: {Variables: {NEXT: !Ref Three}}}
          Two:
            Type: AWS::Serverless::Function
            Properties: {Handler: two.handler, Environment: {Variables: {NEXT: !Ref One}}}
          Three:
            Type: AWS::Serverless::Function
            Properties: {Handler: three.handler}
    """
    nothing = "def handler(event, context):\n    return 1\n"
    files = {"src/helper.py": helper, "src/one.py": sender, "src/two.py": sender, "src/three.py": nothing}
    write(tmp_path, {".git/HEAD": "", "template.yaml": template, **files})
    assert [(one["source"], one["target"], one["certain"]) for one in told(tmp_path)["edges"]] == [
        ("One", "Three", True),
        ("Two", "One", True),
    ]


def test_names_that_fit_several_functions_are_no_edges_to_them(tmp_path: Path) -> None:
    template = """
        Transform: AWS::Serverless-2016-10-31
        Parameters: {Stage: {Type: String}}
        Globals: {Function: {Runtime: python3.12, CodeUri: src/, Handler: app.handler}}
        Resources:
          A: {Type: AWS::Serverless::Function, Properties: {FunctionName: !Sub "${Stage}-worker-a"}}
          B: {Type: AWS::Serverless::Function, Properties: {FunctionName: !Sub "${Stage}-worker-b"}}
    """
    app = """
        import boto3

        def main(stage, which):
            boto3.client("lambda").invoke(FunctionName=f"{stage}-worker-{which}", Payload=b"{}")
    """
    write(tmp_path, {".git/HEAD": "", "template.yaml": template, "run.py": app, "src/app.py": "def handler(e, c): 1\n"})
    (found,) = told(tmp_path)["edges"]
    assert (found["source"], found["target"], found["certain"]) == ("run.py", "*-worker-*", False)


def test_an_edge_is_certain_where_one_of_its_calls_is(tmp_path: Path) -> None:
    template = """
        Transform: AWS::Serverless-2016-10-31
        Globals: {Function: {Runtime: python3.12, CodeUri: src/}}
        Resources:
          Front: {Type: AWS::Serverless::Function, Properties: {FunctionName: front, Handler: front.handler}}
          One: {Type: AWS::Serverless::Function, Properties: {FunctionName: dev-one, Handler: work.handler}}
    """
    code = """
        import boto3

        def handler(event, context):
            client = boto3.client("lambda")
            client.invoke(FunctionName=f"{event['stage']}-one", InvocationType="Event", Payload=b"{}")
            client.invoke(FunctionName="dev-one", InvocationType="Event", Payload=b"{}")
    """
    work = "def handler(event, context): ...\n"
    write(tmp_path, {".git/HEAD": "", "template.yaml": template, "src/front.py": code, "src/work.py": work})
    found = [(one["target"], one["certain"], len(one["calls"])) for one in told(tmp_path)["edges"]]
    assert ("dev-one", True, 2) in found


def test_a_function_that_invokes_itself_is_a_cycle(tmp_path: Path) -> None:
    app = """
        import boto3

        def handler(event, context):
            boto3.client("lambda").invoke(FunctionName=context.function_name, InvocationType="Event", Payload=b"{}")
    """
    template = """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Again:
            Type: AWS::Serverless::Function
            Properties: {Runtime: python3.12, CodeUri: ., Handler: app.handler}
    """
    write(tmp_path, {".git/HEAD": "", "template.yaml": template, "app.py": app})
    (found,) = told(tmp_path)["edges"]
    assert (found["source"], found["target"], found["marks"]) == ("Again", "Again", ["cycle"])


def test_mermaid(project: Path) -> None:
    lines = run_lint("graph", cwd=project).stdout.splitlines()
    assert lines[0] == "flowchart LR"
    front = next(line.split("[")[0].strip() for line in lines if '["Front<br>20 s' in line)
    worker = next(line.split("[")[0].strip() for line in lines if '["Worker<br>60 s' in line)
    assert f'  {front} -->|"sync<br>waits 20 s<br>cycle<br>waits too short"| {worker}' in lines
    assert any('{"#63;"}' in line for line in lines)


ROUTES = {
    "few": (["GET /a", "GET /b"], ["http GET /a", "http GET /b"]),
    "many": (["GET /a", "GET /b", "GET /c", "GET /d", "GET /e"], ["http GET /a and 4 more"]),
    "one that is told twice": (["", "GET /a"], ["http GET /a"]),
    "none that is told": ([""], ["http"]),
}


@pytest.mark.parametrize(("routes", "drawn"), ROUTES.values(), ids=ROUTES)
def test_many_routes_to_one_function_are_one_edge(routes: list[str], drawn: list[str]) -> None:
    place = Place("t.yaml", 1, 1, 1, 2)
    http = [Edge("api", "f", "http", label, place=place._replace(line=at)) for at, label in enumerate(routes, 1)]
    others = [Edge("api", "g", "http", "GET /g"), Edge("f", "q", "queue"), Edge("f", "g", "sync", calls=(place,))]
    nodes = tuple(Node(name, "function", name) for name in ("api", "f", "g", "q"))
    graph = Graph(nodes, (*http, *others))
    lines = [line for line in mermaid(graph) if "-->" in line]
    assert [line.split('"')[1].replace("#47;", "/") for line in lines] == [*drawn, "http GET /g", "queue", "sync"]
    assert len([line for line in dot(graph) if " -> " in line]) == len(lines)
    assert len(as_json(graph)["edges"]) == len(routes) + 3


NAMES = [
    "end", "graph", "a[b]", 'say "x"', "a`b`", "日本語", "#35;", "a<br>b", "1. first", "- one", "a|b", "a\nb", "%% no",
    "",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_any_name_may_stand_in_mermaid(name: str) -> None:
    graph = Graph((Node(name, "function", name), Node("b", "unknown", name)), (Edge(name, "b", "http", name),))
    lines = list(mermaid(graph))
    assert lines[0] == "flowchart LR"
    assert all(line.count('"') in (0, 2) for line in lines)
    texts = [line.split('"')[1] for line in lines if '"' in line]
    assert all(texts)  # Mermaid takes no empty label
    assert not any(set("[]{}()`|\n\\") & set(text.replace("<br>", "")) for text in texts)
    assert not any(one in text.replace("<br>", "") for text in texts for one in "<>")


def test_dot(project: Path) -> None:
    text = run_lint("graph", "--format", "dot", cwd=project).stdout
    assert text.startswith("digraph invocations {")
    assert '"Jobs" -> "Printer" [label="queue\\nbatches of 5"' in text
    assert text.endswith("}\n")


def test_the_page_needs_nothing_else(project: Path) -> None:
    page = run_lint("graph", "--format", "html", cwd=project).stdout
    assert page.startswith("<!doctype html>")
    assert page.count("</script>") == 3
    assert [word for word in ("<link", 'src="', "@import", "{{graph", "{{style", "url(") if word in page] == []


def test_names_that_would_end_the_script(tmp_path: Path) -> None:
    template = """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties:
              {FunctionName: "</script><b>&", Runtime: python3.12, CodeUri: ., Handler: app.handler}
    """
    write(tmp_path, {".git/HEAD": "", "template.yaml": template, "app.py": "def handler(event, context):\n    1\n"})
    page = run_lint("graph", "--format", "html", cwd=tmp_path).stdout
    assert page.count("</script>") == 3
    assert "</script><b>" not in page


def test_nothing_deployed_and_mistakes(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("x = 1\n")
    assert told(tmp_path) == {"version": 1, "nodes": [], "edges": []}
    ran = run_lint("graph", "nowhere", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")


NESTING = """
    Resources:
      Orders: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: work.yaml, Parameters: {Level: A}}}
      Mails: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: work.yaml, Parameters: {Level: B}}}
      Once: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: once.yaml}}
"""
NESTED = """
    Transform: AWS::Serverless-2016-10-31
    Parameters: {Level: {Type: String}}
    Resources:
      Jobs: {Type: AWS::SQS::Queue}
      NAME:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: python3.12
          Handler: app.handler
          Events: {Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}}
"""


def test_a_template_that_several_stacks_nest(tmp_path: Path) -> None:
    files = {
        "root.yaml": NESTING,
        "work.yaml": NESTED.replace("NAME", "Worker"),
        "once.yaml": NESTED.replace("NAME", "One"),
    }
    write(tmp_path, {".git/HEAD": "", "app.py": "def handler(event, context): ...\n", **files})
    told = json.loads(run_lint("graph", "--format", "json", cwd=tmp_path).stdout)
    assert {node["name"]: node["stacks"] for node in told["nodes"] if node["kind"] == "function"} == {
        "Worker": ["Orders", "Mails"], "One": [],
    }  # fmt: skip
    assert "Worker<br>one in each of Orders, Mails<br>3 s" in run_lint("graph", cwd=tmp_path).stdout
