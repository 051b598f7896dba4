"""`invocation-lint links` where the tables of the code, or how names are written, tell which functions may be meant."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from tests.cli.test_suggested_links import WORKER, links, targets

NAMES = [f"step-{word}" for word in ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]]
MANY = "{" + ", ".join(f'"{name}": "{name}"' for name in NAMES) + "}"
NESTED = "{" + ", ".join(f'"{name}": {{"label": "x", "lambda": "{name}"}}' for name in NAMES) + "}"


def sender(name: str, before: str = "", head: str = "") -> str:
    """A handler that invokes a function by this name, behind these lines of it and of its module."""
    body = f'{before}\nboto3.client("lambda").invoke(FunctionName={name})\n'.lstrip("\n")
    return f"import os\nimport boto3\n{head}\n\ndef handler(event, context):\n{indent(body, '    ')}"


def many(code: str, more: str = "", before: str = "") -> dict[str, str]:
    folders = {f"{name.replace('-', '_')}/work.py": WORKER for name in NAMES}
    return {
        **folders,
        "billing/work.py": WORKER,
        "sender/app.py": sender("name", code, before),
        "shared/tables.py": more,
    }


FILLED = f"EVERY = {NESTED}\nSTEPS = {{}}\nfor _key, _step in EVERY.items():\n    STEPS[_key] = _step['lambda']\n"
OF_CLASS = f"class Sender:\n    STEPS = {MANY}\n"
READ = "{" + ", ".join(f'"{name}": os.environ["{name.upper().replace("-", "_")}_ARN"]' for name in NAMES) + "}"


@pytest.mark.parametrize(
    ("code", "before", "more"),
    [
        ("name = STEPS[event['kind']]", f"STEPS = {MANY}", ""),
        ("name = STEPS.get(event['kind'])", f"STEPS = {MANY}", ""),
        ("name = f\"acme-{os.environ['STAGE']}-{STEPS[event['kind']]}\"", f"STEPS = {MANY}", ""),
        ("one = STEPS[event['kind']]\nname = one['lambda']", f"STEPS = {NESTED}", ""),
        ("name = STEPS.get(event['kind'], {}).get('lambda')", f"STEPS = {NESTED}", ""),
        ("for name in STEPS:\n    name = event[name]\nname = STEPS[event['kind']]", f"STEPS = {sorted(NAMES)}", ""),
        ("name = STEPS[event['kind']]", "from shared.tables import STEPS", f"STEPS = {MANY}"),
        ("name = tables.STEPS[event['kind']]", "from shared import tables", f"STEPS = {MANY}"),
        ("name = tables.STEPS[event['kind']]", "import tables", f"STEPS = {MANY}"),  # as a layer is imported
        ("name = STEPS[event['kind']]", "from shared.tables import STEPS", FILLED),
        ("name = Sender.STEPS[event['kind']]", "from shared.tables import Sender", OF_CLASS),
        ("name = Sender.STEPS[event['kind']]", OF_CLASS, ""),
        ("name = STEPS[event['kind']]", f"STEPS = {READ}", ""),
    ],
)
def test_a_table_with_many_names(tmp_path: Path, code: str, before: str, more: str) -> None:
    (link,) = links(tmp_path, many(code, more, before))
    assert targets(link) == sorted(name.replace("-", "_") for name in NAMES)
    assert not link["certain"] and link["reason"].endswith("suggested by a table that the code has")


@pytest.mark.parametrize(
    ("code", "before"),
    [
        ("name = STEPS[event['kind']]", "from elsewhere import STEPS"),
        ("name = STEPS[event['kind']]", "STEPS = load()"),
        ("name = STEPS[event['kind']]['label']", f"STEPS = {NESTED}"),
        ("name = event['kind']", f"STEPS = {MANY}"),  # the table is not asked
        ("name = STEPS[event['kind']]", "STEPS = " + str({f"k{at}": f"step-{at}" for at in range(50)})),
    ],
)
def test_what_no_table_tells(tmp_path: Path, code: str, before: str) -> None:
    (link,) = links(tmp_path, many(code, "", before))
    assert link["targets"] == []


def named(name: str, *handlers: str, **more: str) -> dict[str, str]:
    return {"sender/app.py": sender(name), **dict.fromkeys(handlers, WORKER), **more}


@pytest.mark.parametrize(
    ("name", "handlers", "expected"),
    [
        ('"acme-step2"', ["step1/app.py", "step2/app.py"], ["step2"]),
        ('"acme-step-2"', ["step_1/app.py", "step_2/app.py"], ["step_2"]),
        ('"acme-lambda2"', ["lambda1/app.py", "lambda2/app.py"], ["lambda2"]),
        ('"acme-function-2"', ["function_1/app.py", "function_2/app.py"], ["function_2"]),
        ('"acme-lambda"', ["lambda1/app.py", "lambda2/app.py"], []),
        ('"acme-lambda3"', ["lambda1/app.py", "lambda2/app.py"], []),
        ('"acme-lambda2-orders"', ["orders/app.py", "lambda2/app.py"], ["orders"]),  # words tell more
        ('"pdf-to-docx"', ["pdf_to_docx/app.py", "docx_to_pdf/app.py"], ["pdf_to_docx"]),
        ('"docx-pdf"', ["pdf_to_docx/app.py", "docx_to_pdf/app.py"], ["docx_to_pdf", "pdf_to_docx"]),
        ('"arn:aws:lambda:eu-west-1:123456789012:function:orders:live"', ["live_orders/app.py", "orders/app.py"],
         ["orders"]),
    ],
)  # fmt: skip
def test_how_a_name_is_written(tmp_path: Path, name: str, handlers: list[str], expected: list[str]) -> None:
    (link,) = links(tmp_path, named(name, *handlers))
    assert (targets(link), link["certain"]) == (expected, False)


ITSELF = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      sender:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: sender/, Handler: app.handler, Runtime: python3.12}
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ('"sender"', ["sender"]),
        ('"arn:aws:lambda:eu-west-1:123456789012:function:sender:live"', ["sender"]),
        ('"resender"', []),
        ('__import__("os").environ["SENDER"]', []),  # that is another one, set when it is deployed
    ],
)
def test_a_function_that_names_itself(tmp_path: Path, name: str, expected: list[str]) -> None:
    (link,) = links(tmp_path, {**named(name), "template.yaml": ITSELF})
    assert (targets(link), link["certain"]) == (expected, False)


PACKED = """
    resource "aws_lambda_function" "prices" {
      function_name = "acme-prices"
      s3_bucket     = "acme-code"
      s3_key        = "handlers/find_prices.zip"
      handler       = "handler.handler"
      runtime       = "python3.12"
    }
"""


@pytest.mark.parametrize(("path", "is_found"), [("handlers/find_prices.py", True), ("handlers/prices_found.py", False)])
def test_code_that_is_packed_under_another_name(tmp_path: Path, path: str, is_found: bool) -> None:
    files = named('"acme-prices"', path, "handlers/orders.py")
    (link,) = links(tmp_path, {**files, "infra/main.tf": PACKED})
    (target,) = link["targets"]
    assert target["name"] == "acme-prices" and link["certain"] != is_found
    assert (target["handler"] is not None and target["handler"]["path"].endswith(path)) == is_found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".gitignore", "# functions\nbuild/next-step/\nworker/app.py\n"),
        ("README.md", "Functions:\n- `next-step` starts it\n- `worker` does it\n"),
    ],
)
def test_a_list_that_names_functions_beside_each_other(tmp_path: Path, path: str, text: str) -> None:
    (link,) = links(tmp_path, named('"next-step"', "worker/app.py", "reporter/app.py", **{path: dedent(text)}))
    assert link["targets"] == []


NEEDS = 'def handler(event, context):\n    return event["order_id"], event["shop"], event.get("note")\n'
SENDS = """
import json
import boto3

def handler(event, context):
    payload = {"order_id": event["id"], "shop": event["shop"], "reason": "late", "urgent": True}
    boto3.client("lambda").invoke(FunctionName=event["name"], Payload=json.dumps(payload))
"""


@pytest.mark.parametrize(
    ("worker", "reporter", "expected"),
    [
        (NEEDS, WORKER, ["worker"]),
        (NEEDS, NEEDS, []),  # two need them
        (NEEDS.replace('event["shop"]', 'event["shop"], event["owner"]'), WORKER, []),  # one is not sent
        (NEEDS.replace('event["shop"]', 'event.get("shop")'), WORKER, []),  # one alone may be needed by anything
    ],
)
def test_what_a_handler_needs_suggests_it(tmp_path: Path, worker: str, reporter: str, expected: list[str]) -> None:
    files = {"sender/app.py": SENDS, "worker/work.py": worker, "reporter/work.py": reporter}
    (link,) = links(tmp_path, files)
    assert (targets(link), link["certain"]) == (expected, False)


HELPER = """
import boto3
from somewhere import traced

@traced
def send(order, name):
    boto3.client("lambda").invoke(FunctionName=name, Payload=order)

def handler(event, context):
    CALL
"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('send(b"{}", event["price_orders"])', ["worker"]),
        ('send(b"{}", name=event["price_orders"])', ["worker"]),
        ('send(event["price_orders"], event["other"])', []),
        ("send(*event)", []),
    ],
)
def test_calls_that_are_not_followed_say_what_they_give(tmp_path: Path, call: str, expected: list[str]) -> None:
    files = {"sender/app.py": HELPER.replace("CALL", call), "worker/price_orders.py": WORKER, "reporter/x.py": WORKER}
    (link,) = links(tmp_path, files)
    assert (targets(link), link["certain"]) == (expected, False)


def test_a_handler_that_calls_its_event_otherwise(tmp_path: Path) -> None:
    worker = "def handler(args, context):\n    return args['order']\n"
    (link,) = links(tmp_path, {**named('"acme-prices"'), "prices/app.py": worker, "orders/app.py": worker})
    assert (targets(link), link["certain"]) == (["prices"], False)


STEPS = """
    Transform: AWS::Serverless-2016-10-31
    Globals: {Function: {Runtime: python3.12, Handler: work.handler}}
    Resources:
      Sender:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: sender/, Handler: app.handler, Environment: {Variables: {STAGE: !Ref AWS::StackName}}}
      One: {Type: AWS::Serverless::Function, Properties: {CodeUri: one/, FunctionName: acme-step-one-dev}}
      Two: {Type: AWS::Serverless::Function, Properties: {CodeUri: two/, FunctionName: acme-step-two-dev}}
      Three: {Type: AWS::Serverless::Function, Properties: {CodeUri: three/, FunctionName: acme-step-three-dev}}
      Four: {Type: AWS::Serverless::Function, Properties: {CodeUri: four/, FunctionName: acme-stop-dev}}
"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('name = f\'acme-step-{ {1: "one", 2: "two"}[event["kind"]] }-dev\'', ["one", "two"]),
        ("name = 'acme-step-%s-dev' % ('one' if event['x'] else 'three')", ["one", "three"]),
        ("part = 'one'\nif event['x']:\n    part = 'two'\nname = f'acme-step-{part}-dev'", ["one", "two"]),
        ("kind = event['kind']\nname = f'acme-step-{kind}-dev'", ["one", "three", "two"]),
        (
            "kind = event['kind']\nname = f'acme-{ {1: \"step-one\", 2: \"stop\"}.get(kind, kind) }-dev'",
            ["four", "one"],
        ),
        ("name = f'acme-{TABLE[event[\"kind\"]]}-dev'", ["one", "two"]),
    ],
)
def test_a_pattern_with_a_part_that_is_one_of_several(tmp_path: Path, code: str, expected: list[str]) -> None:
    table = (
        "TABLE = {}\nfor _one in ({'name': 'step-one'}, {'name': 'step-two'}):\n    TABLE[_one['name']] = _one['name']"
    )
    workers = {f"{name}/work.py": WORKER for name in ("one", "two", "three", "four")}
    (link,) = links(tmp_path, {"sender/app.py": sender("name", code, table), "template.yaml": STEPS, **workers})
    assert (targets(link), link["certain"]) == (expected, False)


MADE = "from base import make\n\nclass Prices:\n    pass\n\nHANDLER = make(Prices)\n"


@pytest.mark.parametrize(
    ("made", "is_found"),
    [
        (MADE.replace("HANDLER", "lambda_handler"), True),
        (MADE.replace("HANDLER", "handler"), True),
        (MADE.replace("HANDLER", "handler: object"), True),
        (MADE.replace("HANDLER", "pattern"), False),
        ("handler = 1\n", False),
    ],
)
def test_a_handler_that_a_call_makes(tmp_path: Path, made: str, is_found: bool) -> None:
    (link,) = links(tmp_path, named('"acme-prices"', "orders/app.py", **{"prices/app.py": made}))
    assert (targets(link), link["certain"]) == (["prices"] if is_found else [], False)


def test_a_packed_handler_that_a_call_makes(tmp_path: Path) -> None:
    made = MADE.replace("HANDLER", "handler")
    files = named('"acme-prices"', "handlers/orders.py", **{"handlers/find_prices.py": made})
    (link,) = links(tmp_path, {**files, "infra/main.tf": PACKED})
    (target,) = link["targets"]
    assert target["handler"]["path"].endswith("handlers/find_prices.py") and target["suggested"]


DISPATCHER = """
import os
import boto3

def handler(event, context):
    lab = event["lab"]
    boto3.client("lambda").invoke(FunctionName=NAME)
"""


@pytest.mark.parametrize(
    ("name", "readme", "expected"),
    [
        ("f\"{os.environ['PREFIX']}-{lab}\"", '{"lab": "linux-basics"}', ["linux_basics", "mysql", "website"]),
        ("f\"{os.environ['PREFIX']}-linux-basics\"", '{"lab": "linux-basics"}', ["linux_basics"]),
        ("f\"{os.environ['PREFIX']}-{lab}\"", '{"lab": "unknown-one"}', []),
        ("f\"{os.environ['PREFIX']}-{lab}\"", '{"other": "linux-basics"}', []),
    ],
)
def test_handlers_beside_the_one_of_an_example(tmp_path: Path, name: str, readme: str, expected: list[str]) -> None:
    folders = ("labs/linux_basics", "labs/mysql", "labs/website", "other/billing")
    workers = {f"{folder}/app.py": WORKER for folder in folders} | {"labs/mysql/more.py": WORKER}
    (link,) = links(tmp_path, {"api/app.py": DISPATCHER.replace("NAME", name), "README.md": readme, **workers})
    assert (targets(link), link["certain"]) == (expected, False)


MOVED = """
    Transform: AWS::Serverless-2016-10-31
    Globals: {Function: {Runtime: python3.12, CodeUri: src/}}
    Resources:
      Sender: {Type: AWS::Serverless::Function, Properties: {Handler: sender.handler}}
      Prices: {Type: AWS::Serverless::Function, Properties: {FunctionName: acme-prices, Handler: HANDLER}}
"""


@pytest.mark.parametrize(
    ("handler", "files", "expected"),
    [
        (
            "handlers.prices.handler",
            ["src/handlers/find_prices_handler.py", "src/handlers/orders_handler.py"],
            "find_prices",
        ),
        ("handlers.prices.handler", ["src/handlers/orders_handler.py"], ""),
        ("handlers.prices.handler", ["other/find_prices_handler.py"], ""),  # that is no code of it
        ("handlers.prices.main", ["src/handlers/find_prices_handler.py"], ""),  # nor is that its name
    ],
)
def test_a_handler_whose_file_was_renamed(tmp_path: Path, handler: str, files: list[str], expected: str) -> None:
    every = {"template.yaml": MOVED.replace("HANDLER", handler), **dict.fromkeys(files, WORKER)}
    (link,) = links(tmp_path, {"src/sender.py": sender('"acme-prices"'), **every})
    (target,) = link["targets"]
    assert target["suggested"] == bool(expected) and link["certain"] != bool(expected)
    assert expected in (target["handler"]["path"] if target["handler"] else "")


def test_one_file_with_the_handlers_of_several_functions(tmp_path: Path) -> None:
    worker = "def prices_handler(event, context):\n    return event['order']\n\n\n"
    worker += "def stocks_handler(event, context):\n    return 1\n"
    template = MOVED.replace("HANDLER", "!Ref Handler").replace(
        "Resources", "Parameters: {Handler: {Type: String}}\n    Resources"
    )
    files = {"src/sender.py": sender('"acme-prices"'), "src/handlers.py": worker, "template.yaml": template}
    (link,) = links(tmp_path, files)
    (target,) = link["targets"]
    assert (target["handler"]["function"], target["suggested"]) == ("prices_handler", True)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("def main(event, context):\n    return 1\n", ["lambda_handler"]),
        ("def second_handler(event, context):\n    return 1\n", ["lambda_handler", "second_handler"]),
    ],
)
def test_the_handler_of_a_module(tmp_path: Path, other: str, expected: list[str]) -> None:
    worker = f"{other}\n\ndef lambda_handler(event, context):\n    return main(event, context)\n"
    (link,) = links(tmp_path, named('"acme-prices"', **{"prices/app.py": worker}))
    assert sorted(one["handler"]["function"] for one in link["targets"]) == expected


NAMING = """
import boto3

def send(name, order):
    boto3.client("lambda").invoke(FunctionName=name, Payload=order)

def handler(event, context):
    send("stocks", b"{}")
    send("billing", b"{}")
    send(event["name"], b"{}")
"""


def test_what_callers_name_is_told_where_no_template_has_it(tmp_path: Path) -> None:
    found = links(tmp_path, {"sender/app.py": NAMING, "prices/app.py": WORKER})
    assert [(one["call"]["line"], one["named_by"], one["targets"], one["reason"]) for one in found] == [
        (8, "literal", [], "no template names stocks"),
        (9, "literal", [], "no template names billing"),
    ]
