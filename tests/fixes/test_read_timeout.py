"""What `raise-read-timeout` writes: a client that waits long enough and asks once, and the import that it needs."""

from __future__ import annotations

import pytest

from invocation_lint.contracts.loader import load_contracts
from invocation_lint.facts import AnalysisOptions, facts_of
from invocation_lint.fixes import with_edits
from invocation_lint.fixes.editing.applying import chosen, edited
from invocation_lint.rulebook.findings import findings_of
from invocation_lint.source.parsing.tree import parse
from tests.fixes.mending import edits_of, rules

RULE = "INV104"
CONTRACT = """\
version: 1
functions:
  - name: renderer
    match: {names: [renderer]}
    actions: {render: {duration_seconds: {min: 200, max: 240}}}
    discriminator: action
"""
CALL = """\


def render():
    return client.invoke(FunctionName="renderer", Payload=b'{"action": "render"}')["Payload"].read()
"""
CONFIG = 'Config(read_timeout=270, retries={"total_max_attempts": 1})'


def once(text: str) -> str:
    """The text after one round; as it is where there is no fix. It must have the finding, and then have none."""
    book = load_contracts([("contracts.yaml", CONTRACT)], "declared")

    def findings(text: str) -> list:  # type: ignore[type-arg]
        source = parse(text.encode(), "app.py")
        told = facts_of(source, book, AnalysisOptions())
        return with_edits(findings_of(rules(RULE), told.facts), source)

    assert len(findings(text)) == 1
    picked = chosen(findings(text), unsafe=True)
    after = edited(text.encode(), "app.py", edits_of(picked)).decode()
    assert len(findings(after)) == 1 - len(picked)
    return after


BARE = 'client = boto3.client("lambda")'
IMPORT = "from botocore.config import Config"
CHANGES = {
    "a client with nothing": (
        f"import json\n\nimport boto3\n\n{BARE}\n",
        {"import boto3\n": f"import boto3\n{IMPORT}\n", '"lambda"': f'"lambda", config={CONFIG}'},
    ),
    "other imports from the SDK": (
        f"import boto3\nimport requests\nfrom botocore.exceptions import ClientError\n\n{BARE}\n",
        {"requests\n": f"requests\n{IMPORT}\n", '"lambda"': f'"lambda", config={CONFIG}'},
    ),
    "imports in no order": (
        f"import os\nfrom json import dumps\nimport boto3\nimport logging\n\n{BARE}\n",
        {"boto3\n": f"boto3\n{IMPORT}\n", '"lambda"': f'"lambda", config={CONFIG}'},
    ),
    "behind a docstring and __future__": (
        f'"""Doc."""\n\nfrom __future__ import annotations\n\nimport boto3\n\n{BARE}\n',
        {"boto3\n": f"boto3\n{IMPORT}\n", '"lambda"': f'"lambda", config={CONFIG}'},
    ),
    "the class under another name": (
        f"import boto3\nfrom botocore.client import Config as C\n\n{BARE}\n",
        {'"lambda"': f'"lambda", config={CONFIG.replace("Config", "C")}'},
    ),
    "arguments on lines of their own": (
        f'import boto3\n{IMPORT}\n\nclient = boto3.client(\n    "lambda",\n    verify=True,  # always\n)\n',
        {"# always": f"# always\n    config={CONFIG},"},
    ),
    "a configuration on lines of its own": (
        f'import boto3\n{IMPORT}\n\nclient = boto3.client("lambda", config=Config(\n    tcp_keepalive=True,\n))\n',
        {"True,": 'True,\n    read_timeout=270,\n    retries={"total_max_attempts": 1},'},
    ),
    "retries that are given": (
        f'import boto3\n{IMPORT}\n\nC = Config(retries=RETRIES)\nclient = boto3.client("lambda", config=C)\n',
        {"RETRIES": "RETRIES, read_timeout=270"},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_client_waits_long_enough_and_asks_once(name: str) -> None:
    before, replaced = CHANGES[name]
    after = before
    for old, new in replaced.items():
        assert before.count(old) == 1
        after = after.replace(old, new)
    assert once(before + CALL) == after + CALL


STAYS_AWAY = {
    "the name is another's": 'import boto3\nfrom app import Config\n\nclient = boto3.client("lambda")\n',
    "the name is another's in a function": (
        'import boto3\n\nclient = boto3.client("lambda")\n\n\ndef load(Config):\n    return Config()\n'
    ),
    "anything may be imported": 'import boto3\nfrom app import *\n\nclient = boto3.client("lambda")\n',
    "the SDK is imported in a block": (
        'try:\n    import boto3\nexcept ImportError:\n    raise\n\nclient = boto3.client("lambda")\n'
    ),
    "the configuration serves others, too": (
        "import boto3\nfrom botocore.config import Config\n\nFAST = Config(read_timeout=5)\n"
        'client = boto3.client("lambda", config=FAST)\ntable = boto3.client("dynamodb", config=FAST)\n'
    ),
    "the number stands elsewhere": (
        "import boto3\nfrom botocore.config import Config\n\nSECONDS = 5\n"
        'client = boto3.client("lambda", config=Config(read_timeout=SECONDS))\n'
    ),
}


@pytest.mark.parametrize("name", STAYS_AWAY)
def test_where_it_is_not_certain_there_is_no_fix(name: str) -> None:
    assert once(STAYS_AWAY[name] + CALL) == STAYS_AWAY[name] + CALL
