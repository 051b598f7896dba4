"""Whose variables count for code that invokes: those of the functions that run it, and of nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.facts.linking import BAD, HEAD, TEMPLATE, findings, sender

BY_HAND = 'name = os.environ["WORKER"]\n\n\ndef run():\n    send(name, {})\n'
MAIN = '\n\nif __name__ == "__main__":\n    run()\n'
HANDLES = "\n\ndef handler(event, context):\n    run()\n"
USES = "from tools.run import run\n\n\n"
UNFOUND = (
    TEMPLATE
    + """
  Unfound:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: gone/, Handler: app.handler, Environment: {Variables: {WORKER: !Ref Worker}}}
"""
)


@pytest.mark.parametrize(
    ("code", "count"),
    [
        (BY_HAND, 0),  # the handlers of all functions that set the variable are in sight: none of them runs it
        (BY_HAND + MAIN, 0),
        (BY_HAND + "\n\nrun()\n", 0),
        (BY_HAND + HANDLES, 0),  # it looks like a handler, of a function that no template deploys
        ('client.invoke(FunctionName=os.environ["WORKER"], Payload=json.dumps({}))\n', 0),
        ('name = os.environ.get("WORKER") or "prod-worker"\nsend(name, {})\n', 0),
    ],
)
def test_who_runs_code_that_no_function_runs_sets_its_variables(tmp_path: Path, code: str, count: int) -> None:
    files = {"sender/app.py": "def handler(event, context):\n    return 1\n", "tools/run.py": HEAD + code}
    assert len(findings(tmp_path, files, "tools/run.py")) == count


@pytest.mark.parametrize(
    ("code", "count"),
    [
        (BY_HAND, 1),
        (BY_HAND + HANDLES, 1),
        (BY_HAND + HANDLES + MAIN, 1),
        (BY_HAND + MAIN, 0),
        (BY_HAND + "\n\ndef main():\n    run()\n\n\nmain()\n", 0),
        (BY_HAND + "\n\nclass Runner:\n    def go(self):\n        run()\n\n\nRunner().go()\n", 0),
        (BY_HAND + "\n\nfor turn in range(3):\n    print(turn, run())\n", 0),
        (BY_HAND + "\n\napp = routes()\n\n\n@app.get('/')\ndef show():\n    run()\n", 1),
        *((f"{line}\n\n\n" + BY_HAND, 0) for line in ("import argparse", "from click import command", "# %%")),
        ("import sys\n\nturns = sys.argv[1:]\n\n\n" + BY_HAND, 0),
    ],
)
def test_a_function_whose_code_is_not_found_may_run_what_is_no_script(tmp_path: Path, code: str, count: int) -> None:
    files = {"sender/app.py": "def handler(event, context):\n    return 1\n", "tools/run.py": HEAD + code}
    assert len(findings(tmp_path, {**files, "template.yaml": UNFOUND}, "tools/run.py")) == count


@pytest.mark.parametrize(
    ("user", "count"),
    [
        ({"tools/command.py": "import argparse\n" + USES}, 0),
        ({"tools/notebook.py": "# In[1]:\n" + USES}, 0),
        ({"tools/serve.py": USES}, 1),
        ({"tools/command.py": "import argparse\n" + USES, "sender/app.py": USES + HANDLES}, 1),
    ],
)
def test_what_only_scripts_import_is_run_by_them(tmp_path: Path, user: dict[str, str], count: int) -> None:
    files = {"sender/app.py": "def handler(event, context):\n    return 1\n", "tools/run.py": HEAD + BY_HAND}
    assert len(findings(tmp_path, {**files, "template.yaml": UNFOUND, **user}, "tools/run.py")) == count


AGAIN = """
  Again:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: sender/, Handler: app.handler, Environment: {Variables: {OTHER: !Ref Other}}}
"""


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ('os.environ["WORKER"]', 1),  # without it, nothing is invoked
        ('os.environ.get("WORKER", "")', 1),
        ('os.environ.get("WORKER", os.environ["OTHER"])', 0),
        ('os.environ.get("WORKER", "prod-worker-dlq")', 0),
    ],
)
def test_a_function_that_is_not_set_a_variable_invokes_what_the_default_names(
    tmp_path: Path, name: str, count: int
) -> None:
    files = {**sender(f"send({name}, {BAD})"), "template.yaml": TEMPLATE + AGAIN}
    assert len(findings(tmp_path, files)) == count


def test_what_only_other_functions_are_set_says_nothing(tmp_path: Path) -> None:
    template = TEMPLATE.replace("Handler: app.handler", "Handler: other.handler") + AGAIN
    assert findings(tmp_path, {**sender(f'send(os.environ["WORKER"], {BAD})'), "template.yaml": template}) == []


SETS = {
    "assigned": ('os.environ["WORKER"] = event["name"]', 0),
    "updated": ('os.environ.update({"WORKER": event["name"]})', 0),
    "updated by name": ('os.environ.update(WORKER=event["name"])', 0),
    "updated with what is not known": ("os.environ.update(event)", 0),
    "merged": ('os.environ |= {"WORKER": event["name"]}', 0),
    "put": ('os.putenv("WORKER", event["name"])', 0),
    "read from a file": ("load_dotenv(override=True)", 0),
    "read from a file where it is not set": ("load_dotenv()", 1),
    "set where it is not": ('os.environ.setdefault("WORKER", event["name"])', 1),
    "kept": ('os.environ["WORKER"] = os.environ.get("WORKER", "x")', 1),
    "another one": ('os.environ["TZ"] = "UTC"\nos.environ.update({"LANG": "C"})', 1),
    "compared": ('if os.environ["WORKER"] == "x":\n    return None', 1),
}


@pytest.mark.parametrize("what", SETS)
def test_a_variable_that_the_code_sets_is_what_it_says(tmp_path: Path, what: str) -> None:
    statement, count = SETS[what]
    files = sender(f'{statement}\nsend(os.environ["WORKER"], {BAD})')
    assert len(findings(tmp_path, files)) == count


@pytest.mark.parametrize(
    ("where", "how", "count"),
    [
        ("sender/app.py", "SET", 0),
        ("sender/app.py", 'if __name__ == "__main__":\n    SET', 1),
        ("sender/settings.py", "SET", 0),
        ("sender/other.py", "SET", 1),  # nothing imports it
        ("run_here.py", "SET\nfrom sender import app\n", 1),  # it runs the handler where no Lambda is
        ("tests/conftest.py", "SET", 1),
    ],
)
def test_where_code_sets_a_variable(tmp_path: Path, where: str, how: str, count: int) -> None:
    text = "import os\n\n" + how.replace("SET", 'os.environ["WORKER"] = "x"') + "\n"
    files = {**sender(f'send(os.environ["WORKER"], {BAD})'), "sender/settings.py": "NAME = 1\n"}
    files["sender/app.py"] = "import settings\n" + files["sender/app.py"]
    files[where] = files["sender/app.py"] + "\n" + text if where == "sender/app.py" else text
    assert len(findings(tmp_path, files)) == count
