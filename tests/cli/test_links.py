"""`invocation-lint links`: each invocation with the functions that it is linked to."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from click.testing import CliRunner

from invocation_lint.cli.group import cli
from tests.command import run_lint

FILES = {
    ".git/HEAD": "",
    "template.yaml": """
        Transform: AWS::Serverless-2016-10-31
        Globals: {Function: {Runtime: python3.12}}
        Resources:
          Sender:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: sender/
              Handler: app.handler
              Environment: {Variables: {WORKER: !Ref Worker}}
          Worker:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: worker/, Handler: work.handler}
    """,
    "worker/work.py": """
        def handler(event, context):
            if event.get("urgent"):
                return event["reason"]
            return event["order"], event.get("note")
    """,
    "sender/app.py": """
        import json
        import os
        import boto3

        client = boto3.client("lambda")

        def send(name, payload):
            client.invoke(FunctionName=name, Payload=json.dumps(payload), InvocationType="Event")

        def handler(event, context):
            send(os.environ["WORKER"], {"order": 1, "urgent": False})
            send(os.environ["WORKER"], {"urgent": True})
            send(event["name"], {})
            client.invoke(FunctionName=event["name"], Payload=b"{}")
    """,
}


@pytest.fixture
def links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(dedent(text))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["links", "--format", "json"], catch_exceptions=False)
    told = json.loads(result.output)
    assert told["version"] == 1
    found: list[dict[str, Any]] = told["links"]
    return found


def test_what_a_call_is_linked_to(links: list[dict[str, Any]]) -> None:
    first = links[0]
    assert first["call"] == {"path": "sender/app.py", "line": 12}
    assert first["site"] == {"path": "sender/app.py", "line": 9}
    assert (first["named_by"], first["certain"], first["reason"]) == ("environment", True, "")
    (target,) = first["targets"]
    assert target["handler"] == {"path": "worker/work.py", "function": "handler", "line": 2}
    assert target["template"] == {"path": "template.yaml", "line": 11}


@pytest.mark.parametrize("command", [["links"], ["links", "."], ["graph"]])
def test_a_tree_without_a_repository_is_one_project(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in FILES.items():
        if not name.startswith(".git"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(dedent(text))
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(cli, [*command, "--format", "json"], catch_exceptions=False).output
    assert ('"certain": true' in shown) if command[0] == "links" else ('"kind": "async"' in shown)


def test_what_is_required_depends_on_what_is_sent(links: list[dict[str, Any]]) -> None:
    first, second = links[:2]
    assert first["contract"] == {"required": ["order"], "optional": ["urgent", "note"]}
    assert (first["sent"], first["mismatches"]) == (["order", "urgent"], [])
    assert second["contract"]["required"] == ["urgent", "reason"]
    assert second["mismatches"] == [{"kind": "missing_field", "field": "reason"}]


def test_what_cannot_be_linked_says_why(links: list[dict[str, Any]]) -> None:
    last = links[-1]
    assert (last["targets"], last["certain"], last["contract"]) == ([], False, None)
    assert last["reason"] == "its name is unknown"


def test_the_table_and_a_mistake(links: list[dict[str, Any]]) -> None:
    shown = CliRunner().invoke(cli, ["links", "sender"], catch_exceptions=False).output
    assert "sender/app.py:12: handler -> Worker" in shown
    assert "missing   reason" in shown
    assert CliRunner().invoke(cli, ["links", "nowhere"]).exit_code != 0


SETTINGS = {
    ".invocation-lint.yaml": "functions: {WORKER_NAME: Worker, settings.WORKER: the-worker, MISSING: nobody}\n",
    "template.yaml": """
        Transform: AWS::Serverless-2016-10-31
        Globals: {Function: {Runtime: python3.12, CodeUri: src/}}
        Resources:
          Worker:
            Type: AWS::Serverless::Function
            Properties: {FunctionName: the-worker, Handler: work.handler}
          Sender:
            Type: AWS::Serverless::Function
            Properties: {Handler: app.handler}
    """,
    "src/work.py": "def handler(event, context):\n    return event['order']\n",
    "src/app.py": """
        import os
        import boto3
        from elsewhere import settings

        client = boto3.client("lambda")

        def handler(event, context):
            client.invoke(FunctionName=os.environ["WORKER_NAME"], Payload=b"{}")
            client.invoke(FunctionName=settings.WORKER, Payload=b"{}")
            client.invoke(FunctionName=os.environ["MISSING"], Payload=b"{}")
            client.invoke(FunctionName=os.environ["OTHER"], Payload=b"{}")
    """,
}


def test_names_that_are_filled_in_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in SETTINGS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(dedent(text))
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["links", "--format", "json"], catch_exceptions=False)
    found = [
        (link["named_by"], [target["name"] for target in link["targets"]], link["certain"], link["reason"])
        for link in json.loads(result.output)["links"]
    ]
    assert found == [
        ("environment", ["the-worker"], True, ""),
        ("setting", ["the-worker"], True, ""),
        ("environment", [], False, "no template deploys nobody, which the configuration names"),
        ("environment", [], False, "no template sets OTHER"),
    ]
    checked = CliRunner().invoke(cli, ["check", "src", "--select", "INV204"], catch_exceptions=False)
    assert checked.output.count("the payload for the-worker lacks order") == 2
    shown = CliRunner().invoke(cli, ["config", "show", "src/app.py"], catch_exceptions=False).output
    assert 'functions.settings.WORKER = "the-worker"' in shown


@pytest.mark.parametrize("value", ["{a b: x}", "{WORKER: ''}", "[x]", "{WORKER: [x]}"])
def test_mistakes_in_the_names(tmp_path: Path, value: str) -> None:
    (tmp_path / ".invocation-lint.yaml").write_text(f"functions: {value}\n")
    (tmp_path / "app.py").write_text("x = 1\n")
    ran = run_lint("check", ".", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: .invocation-lint.yaml:1:")


REEXPORTED = {
    "template.yaml": """
        Transform: AWS::Serverless-2016-10-31
        Globals: {Function: {Runtime: python3.12, CodeUri: src/}}
        Resources:
          Worker:
            Type: AWS::Serverless::Function
            Properties: {FunctionName: the-worker, Handler: jobs.handler}
    """,
    "src/app.py": """
        import boto3

        boto3.client("lambda").invoke(FunctionName="the-worker", Payload=b"{}")
    """,
    "src/core.py": """
        def handler(event, context):
            return event["order"]

        class Worker:
            def handler(self, event, context):
                return event["other"]

        worker = Worker()
    """,
}


@pytest.mark.parametrize(
    ("files", "is_found"),
    [
        ({"src/jobs.py": "from core import handler\n"}, True),
        ({"src/jobs/__init__.py": "from core import handler as handler\n__all__ = ['handler']\n"}, True),
        ({"src/jobs/__init__.py": "from .inner import handler\n", "src/jobs/inner.py": "from core import *\n"}, True),
        (
            {"src/jobs.py": "try:\n    from core import handler\nexcept ImportError:\n    from .core import handler\n"},
            True,
        ),
        ({"src/jobs.py": "import core\n\nhandler = core.handler\n"}, True),
        ({"src/jobs.py": "from elsewhere import handler\n"}, False),
        ({"src/jobs.py": "from core import worker\n\nhandler = worker.handler\n"}, False),
        ({"src/jobs.py": "from jobs import handler\n"}, False),
        ({"src/jobs.py": "import core\n"}, False),
    ],
)
def test_a_handler_that_its_module_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], is_found: bool
) -> None:
    for name, text in {**REEXPORTED, **files}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(dedent(text))
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["links", "--format", "json"], catch_exceptions=False)
    (link,) = json.loads(result.output)["links"]
    assert link["certain"]
    handler = {"path": "src/core.py", "function": "handler", "line": 2} if is_found else None
    assert link["targets"][0]["handler"] == handler
    assert (link["contract"] or {}).get("required") == (["order"] if is_found else None)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("name[:at] + step + name[at:]", ["shop-1-step", "shop-2-step"]),
        ('f"{name[:at]}{step}{name[at:]}"', ["shop-1-step", "shop-2-step"]),
        ('name[:4] + step + "-step"', ["other-1-step", "shop-1-step", "shop-2-step"]),
        ('name[:at] + "-2" + name[at:]', ["shop-2-step"]),
        ("name[1:3] + step", []),
        ('"x" + name[at:]', []),
    ],
)
def test_a_name_with_something_put_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, found: list[str]
) -> None:
    functions = "".join(
        f"  F{one}: {{Type: AWS::Serverless::Function, Properties: {{FunctionName: {one}, Handler: app.{one[-4:]}}}}}\n"
        for one in ("shop-1-step", "shop-2-step", "shop-other", "other-1-step")
    )
    (tmp_path / "template.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Runtime: python3.12, CodeUri: .}}\nResources:\n"
        "  Caller:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {Handler: app.handler, Environment: {Variables: {NAME: shop-step}}}\n" + functions
    )
    (tmp_path / "app.py").write_text(
        "import os\nimport boto3\n\nname = os.environ['NAME']\n\ndef handler(event, context):\n"
        "    at = name.find('-step')\n    for step in event['steps'].split(' '):\n"
        f"        boto3.client('lambda').invoke(FunctionName={name}, Payload=b'{{}}')\n"
    )
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["links", "--format", "json"], catch_exceptions=False)
    (link,) = json.loads(result.output)["links"]
    assert sorted(target["name"] for target in link["targets"]) == found
    assert not link["certain"]


@pytest.mark.parametrize(
    ("call", "found", "is_certain"),
    [
        ('ssm.get_parameter(Name="/shop/worker")["Parameter"]["Value"]', ["Worker"], True),
        (
            'ssm.get_parameter(Name=f"/{\'shop\'}/worker", WithDecryption=True).get("Parameter").get("Value")',
            ["Worker"],
            True,
        ),
        ('setting("/shop/worker")', ["Worker"], True),
        ('setting("/shop/worker/arn")', ["Worker"], True),
        ('setting("/shop/other")', [], False),
        ('setting("/shop/text")', [], False),
        ("setting(event['name'])", [], False),
        ('ssm.get_parameter(Name="/shop/worker")["Parameter"]["Name"]', ["Worker"], False),
    ],
)
def test_a_name_that_is_a_parameter_of_systems_manager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, found: list[str], is_certain: bool
) -> None:
    parameter = "  P{0}: {{Type: AWS::SSM::Parameter, Properties: {{Name: {1}, Type: String, Value: {2}}}}}\n"
    told = (("/shop/worker", "!Ref Worker"), ("/shop/worker/arn", "!GetAtt Worker.Arn"), ("/shop/text", "a b"))
    (tmp_path / "template.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Runtime: python3.12, CodeUri: .}}\nResources:\n"
        "  Worker: {Type: AWS::Serverless::Function, Properties: {Handler: work.handler}}\n"
        "  Caller: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler}}\n"
        + "".join(parameter.format(number, *one) for number, one in enumerate(told))
    )
    (tmp_path / "app.py").write_text(
        "import boto3\n\nssm = boto3.client('ssm')\n\n\ndef setting(name):\n"
        "    return ssm.get_parameter(Name=name)['Parameter']['Value']\n\n\ndef handler(event, context):\n"
        f"    boto3.client('lambda').invoke(FunctionName={call}, Payload=b'{{}}')\n"
    )
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["links", "--format", "json"], catch_exceptions=False)
    (link,) = json.loads(result.output)["links"]
    assert ([target["name"] for target in link["targets"]], link["certain"]) == (found, is_certain)


def test_who_may_invoke_itself_where_no_template_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "jobs/base.py": """
            import boto3

            class Job:
                def again(self, name):
                    boto3.client("lambda").invoke(FunctionName=name, Payload=b"{}")

            def run(event, context):
                Job().again(context.function_name)
        """,
        "jobs/orders.py": "from jobs.base import run\n\ndef handler(event, context):\n    run(event, context)\n",
        "jobs/mails.py": "from jobs.base import Job\n\ndef build(event):\n    return Job()\n",
        "jobs/other.py": "def handler(event, context):\n    return 1\n",
        "tests/test_orders.py": "from jobs.base import run\n\ndef handler(event, context):\n    run(event, context)\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(dedent(text))
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["links", "--format", "json"], catch_exceptions=False)
    links = [one for one in json.loads(result.output)["links"] if one["named_by"] == "self"]
    assert links
    for link in links:
        found = {target["handler"]["path"]: target["template"] for target in link["targets"]}
        assert found.get("jobs/orders.py", "missing") is None
        assert set(found) <= {"jobs/orders.py", "jobs/base.py"}
        assert not link["certain"]
    assert "template" not in CliRunner().invoke(cli, ["links"], catch_exceptions=False).output


@pytest.mark.parametrize(
    ("name", "is_self"),
    [
        ("context.function_name", True),
        ("context.invoked_function_arn", True),
        ('context.invoked_function_arn.split(":")[6]', True),
        ('context.invoked_function_arn.rsplit(":", 1)[-1]', True),
        ('parts(context.invoked_function_arn)["name"]', True),
        ("context.log_group_name", False),
        ('context.log_group_name.split("/")[-1]', False),
        ("event.function_name", False),
    ],
)
def test_ways_to_name_oneself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, is_self: bool) -> None:
    (tmp_path / "app.py").write_text(
        "import boto3\n\n\ndef parts(arn):\n    every = arn.split(':')\n"
        "    return {'name': every[6], 'region': every[3]}\n"
        "\n\ndef handler(event, context):\n"
        f"    boto3.client('lambda').invoke(FunctionName={name}, Payload=b'{{}}')\n"
    )
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["links", "--format", "json"], catch_exceptions=False)
    (link,) = json.loads(result.output)["links"]
    assert (link["named_by"] == "self") is is_self
    handlers = [target["handler"]["function"] for target in link["targets"]]
    assert handlers == (["handler"] if is_self else [])


def test_what_each_function_lacks_that_may_be_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "template.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Runtime: python3.12, CodeUri: .}}\nResources:\n"
        "  A: {Type: AWS::Serverless::Function, Properties: {FunctionName: shop-a, Handler: work.one}}\n"
        "  B: {Type: AWS::Serverless::Function, Properties: {FunctionName: shop-b, Handler: work.two}}\n"
    )
    (tmp_path / "work.py").write_text(
        "def one(event, context):\n    return event['id'], event.get('note')\n\n\n"
        "def two(event, context):\n    return event['id'], event['data']\n"
    )
    (tmp_path / "app.py").write_text(
        "import json\nimport boto3\n\n\ndef start(letter):\n"
        "    payload = json.dumps({'id': 1})\n"
        "    boto3.client('lambda').invoke(FunctionName=f'shop-{letter}', Payload=payload)\n"
    )
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["links", "--format", "json"], catch_exceptions=False)
    (link,) = json.loads(result.output)["links"]
    told = {one["name"]: (one["contract"]["required"], one["mismatches"]) for one in link["targets"]}
    assert told == {
        "shop-a": (["id"], []),
        "shop-b": (["id", "data"], [{"kind": "missing_field", "field": "data"}]),
    }
    assert (link["contract"]["required"], link["mismatches"]) == (["id"], [])
    shown = CliRunner().invoke(cli, ["links"], catch_exceptions=False).output
    assert "lacks     data, if it is shop-b" in shown
    assert "if it is shop-a" not in shown


SELF = {
    "conf.py": """
        def parse(arn):
            parts = arn.split(":")
            return {"region": parts[3], "name": parts[6]}
    """,
    "main.py": """
        import boto3
        from conf import parse

        class Feed:
            def __init__(self, arn):
                self.config = self.load(arn)

            @staticmethod
            def load(arn):
                return parse(arn)

            def fetch(self):
                client = boto3.client("lambda")
                client.invoke(FunctionName=self.config["name"], InvocationType="Event", Payload=b"{}")

        def handler(event, context):
            Feed(context.invoked_function_arn).fetch()
    """,
    "apps/__init__.py": """
        import importlib
        APPS = {}
        for name in ("mail", "chat"):
            importlib.import_module("apps.plugins." + name)
    """,
    "apps/plugins/__init__.py": "",
    "apps/plugins/mail.py": """
        import os
        import boto3
        from apps import APPS

        def fetch():
            name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
            boto3.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")

        APPS["mail"] = fetch
    """,
    "entry.py": """
        from apps import APPS

        def handler(event, context):
            return APPS[event["app"]]()
    """,
}


def test_who_runs_code_that_invokes_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through what a constructor is given, and through modules that a package imports by their names."""
    for name, text in SELF.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(dedent(text))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["links", "--format", "json"], catch_exceptions=False)
    found = {
        link["site"]["path"]: (link["named_by"], link["certain"], [one["handler"]["path"] for one in link["targets"]])
        for link in json.loads(result.output)["links"]
    }
    assert found == {"main.py": ("self", False, ["main.py"]), "apps/plugins/mail.py": ("self", False, ["entry.py"])}


def test_callers_of_a_helper_that_add_nothing_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "template.yaml": "Transform: AWS::Serverless-2016-10-31\n"
        "Globals: {Function: {Runtime: python3.12, CodeUri: .}}\nResources:\n"
        "  W: {Type: AWS::Serverless::Function, Properties: {FunctionName: shop-w, Handler: work.handler}}\n"
        "  A: {Type: AWS::Serverless::Function, Properties: {Handler: app.handler}}\n",
        "work.py": "def handler(event, context):\n    return event['id'], event.get('note')\n",
        "tools.py": "import json\nimport boto3\n\n\ndef send(**more):\n    payload = {'id': 1, **more}\n"
        "    boto3.client('lambda').invoke(FunctionName='shop-w', Payload=json.dumps(payload))\n\n\n"
        "def start(id):\n"
        "    boto3.client('lambda').invoke(FunctionName='shop-w', Payload=json.dumps({'id': id}))\n",
        "app.py": "from tools import send, start\n\n\ndef handler(event, context):\n    start(event['id'])\n"
        "    send(note='x')\n\n\ndef other():\n    start(2)\n",
        ".git/HEAD": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["links", "--format", "json"], catch_exceptions=False)
    told = [(one["call"]["path"], one["call"]["line"], one["sent"]) for one in json.loads(result.output)["links"]]
    assert ("tools.py", 11, ["id"]) in told
    assert not [one for one in told if one[0] == "app.py" and one[2] == ["id"]]
    assert ("app.py", 6, ["id", "note"]) in told


@pytest.mark.parametrize(("payload", "handler", "is_counted"), [
    ("json.dumps(event)", "work.handler", False),
    ("event['payload']", "work.handler", False),
    ("json.dumps(event)", "gone.handler", True),
])  # fmt: skip
def test_a_function_in_sight_is_none_without_a_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, payload: str, handler: str, is_counted: bool
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "template.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\nGlobals: {Function: {Runtime: python3.12, CodeUri: .}}\nResources:\n"
        f"  W: {{Type: AWS::Serverless::Function, Properties: {{FunctionName: shop-w, Handler: {handler}}}}}\n"
    )
    (tmp_path / "work.py").write_text("def handler(event, context):\n    return event['id']\n")
    (tmp_path / "app.py").write_text(
        "import json\nimport boto3\n\n\ndef start(event):\n"
        f"    boto3.client('lambda').invoke(FunctionName='shop-w', Payload={payload})\n"
    )
    monkeypatch.chdir(tmp_path)
    closing = CliRunner().invoke(cli, ["check", "--select", "INV107"], catch_exceptions=False).output.splitlines()[-1]
    assert ("1 invoked function without a contract: shop-w" in closing) == is_counted
