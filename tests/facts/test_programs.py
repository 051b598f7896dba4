"""Modules that are there to be run: a person starts them, and reads what they print."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from invocation_lint.engine import Input, lint
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

HEAD = """\
import json
import time

import boto3

client = boto3.client("lambda")


"""
SEND = """\
def send(name):
    response = client.invoke(FunctionName=name, InvocationType="RequestResponse", Payload=b"{}")
    print(f"sent: {response}")


"""
ASK = """\
def ask(name):
    response = client.invoke(FunctionName=name, InvocationType="RequestResponse", Payload=b"{}")
    result = json.loads(response["Payload"].read())
    print(name, result.get("statusCode", "unknown"))
    if result.get("statusCode") == 200:
        print(json.loads(result["body"]).get("scene"))


"""
TRY = """\
def ask(name):
    try:
        response = client.invoke(FunctionName=name, InvocationType="RequestResponse", Payload=b"{}")
        return json.loads(response["Payload"].read())
    except Exception as error:
        print(error)
        return None


"""
MAIN = 'if __name__ == "__main__":\n'
ROUNDS = """\
def send(name):
    response = client.invoke(FunctionName=name, InvocationType="RequestResponse")
    return response["ResponseMetadata"]["HTTPStatusCode"]


for number in range(2000):
    print(number, send("cold"))
"""


def found(folder: Path, code: str, other: str = "", name: str = "measure.py") -> set[str]:
    """The rules of families 1 to 5 that report something in a module, beside which another one stands."""
    for file, text in {name: HEAD + code, "other.py": other, ".git/HEAD": ""}.items():
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_text(dedent(text))
    run = lint([Input(name, folder / name)], Project(Configuration()))
    return {one.id for one in run.report.findings if one.severity != "advice"}


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        (f"{SEND}{MAIN}    send('reports')\n", "INV102"),
        (f"{ASK}{MAIN}    ask('reports')\n", "INV302"),
    ],
)
def test_what_the_program_prints_its_user_reads(tmp_path: Path, code: str, rule: str) -> None:
    assert found(tmp_path, code) == set()
    served = code.replace(MAIN, "def handler(event, context):\n").replace("print(", "save(")
    assert rule in found(tmp_path, served)


@pytest.mark.parametrize(
    "other", ["from measure import send\n\n\ndef run():\n    send('x')\n", "import measure\n\nmeasure.send('x')\n"]
)
def test_a_module_that_others_import_is_no_program(tmp_path: Path, other: str) -> None:
    assert found(tmp_path, f"{SEND}{MAIN}    send('reports')\n", other) == {"INV102"}


def test_a_view_in_a_module_that_can_be_run(tmp_path: Path) -> None:
    code = f"from flask import Flask\napp = Flask(__name__)\n{SEND}@app.get('/')\ndef page():\n    send('reports')\n"
    assert "INV102" in found(tmp_path, f"{code}{MAIN}    app.run()\n")


def test_a_module_that_a_framework_calls_is_no_program(tmp_path: Path) -> None:
    page = "@app.get('/')\ndef page():\n    return 'ok'\n\n\n"
    code = f"from flask import Flask\napp = Flask(__name__)\n{SEND}{page}{MAIN}    app.run()\n"
    assert "INV102" in found(tmp_path, code)
    assert found(tmp_path, code.replace("@app.get('/')\n", "")) == set()


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("", set()),
        ("from forms import input\n\n\n", {"INV102"}),
        ("input = load\n\n\n", {"INV102"}),
        ("def input(text):\n    return text\n\n\n", {"INV102"}),
    ],
)
def test_a_module_that_asks_its_user(tmp_path: Path, head: str, told: set[str]) -> None:
    code = f"{head}{SEND}def start():\n    send(input('name: '))\n"
    assert found(tmp_path, code, "import measure\n\nmeasure.start()\n") == told


def test_a_program_without_a_main_block(tmp_path: Path) -> None:
    assert found(tmp_path, ROUNDS) == set()
    assert "INV110" in found(tmp_path, ROUNDS, "import measure\n")
    assert "INV301" in found(tmp_path, ROUNDS, name="settings.py")


@pytest.mark.parametrize(
    ("function", "stored"),
    [
        ("def other():\n    answer = load()\n    return answer['rows']\n", False),
        ("def other(answer):\n    return answer['rows']\n", False),
        ("def other():\n    return answer['rows']\n", True),
        ("def other():\n    global answer\n    answer = load(answer)\n", True),
    ],
)
def test_a_name_that_a_function_gives_something_of_its_own(tmp_path: Path, function: str, stored: bool) -> None:
    code = f"{TRY}{function}\n\n{MAIN}    answer = ask('reports')\n    print(answer)\n"
    assert ("INV302" in found(tmp_path, code)) == stored


READ = "objects = boto3.client('s3').list_objects_v2(Bucket=bucket)"
READS = f"def {{name}}(bucket):\n    {READ}\n    return [one['Key'] for one in objects['Contents']]\n\n\n"
HANDLER = "def handler(event, context):\n    return {name}(event['bucket'])\n"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("load_configs", False),
        ("_load_campaign_configs_from_s3", False),
        ("read_settings", False),
        ("load_rules_from_s3", False),
        ("get_email_templates", False),
        ("apply_rules", True),
        ("load_rulings", True),
        ("load_reports", True),
        ("configure", True),
    ],
)
def test_a_bucket_of_settings(tmp_path: Path, name: str, told: bool) -> None:
    code = READS.format(name=name) + HANDLER.format(name=name)
    assert ("INV504" in found(tmp_path, code)) == told


@pytest.mark.parametrize(
    ("mode", "use", "told"),
    [
        ("Event", "print(response['Payload'])", False),
        ("Event", "raise ValueError(f\"no: {response.get('Payload')}\")", False),
        ("RequestResponse", "print(response['Payload'])", True),
        ("Event", "json.loads(response['Payload'])", True),
    ],
)
def test_the_stream_of_an_event_in_a_log(tmp_path: Path, mode: str, use: str, told: bool) -> None:
    call = f"response = client.invoke(FunctionName='a', InvocationType='{mode}')"
    code = f"def handler(event, context):\n    {call}\n    {use}\n"
    assert ("INV307" in found(tmp_path, code)) == told


INVOKER = """\
def run(name, mode="RequestResponse"):
    response = client.invoke(FunctionName=name, InvocationType=mode, Payload=b"{}")
    result = {"status": response["StatusCode"]}
    if mode == "RequestResponse":
        result["payload"] = json.loads(response["Payload"].read())
    return result


"""
DROPS = "def {0}(event):\n    run('{0}')\n\n\n"
READS_IT = "def read(event):\n    return save(run('read')['payload']['rows'])\n\n\n"


@pytest.mark.parametrize(("more", "lines"), [(READS_IT, [18, 22]), ("", [10])])
def test_who_drops_what_others_read(tmp_path: Path, more: str, lines: list[int]) -> None:
    (tmp_path / ".git").mkdir()
    path = tmp_path / "jobs.py"
    path.write_text(HEAD + INVOKER + DROPS.format("one") + DROPS.format("two") + more)
    run = lint([Input("jobs.py", path)], Project(Configuration()))
    assert [one.place.line for one in run.report.findings if one.id == "INV102"] == lines
