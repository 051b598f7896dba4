"""What is known of a module's names before its body is walked."""

from __future__ import annotations

import pytest

from invocation_lint.analysis.domain.imported import Imported
from invocation_lint.analysis.interpreter import Interpreter
from invocation_lint.analysis.program.indexing import index_module
from invocation_lint.analysis.program.model import ModuleInfo
from invocation_lint.analysis.python.modules import NoFinder
from invocation_lint.source.parsing.tree import parse

JSON = Imported("n", "json", 0)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(a, *, b): ...", {"f": "n:f"}),
        ("async def f(): ...", {"f": "n:f"}),
        ("class A:\n    x = 1\n    def f(self): ...", {"A": "n:A"}),
        ("import json", {"json": JSON}),
        ("import os.path", {"os": Imported("n", "os", 0)}),
        ("import os.path as p", {"p": Imported("n", "os.path", 0)}),
        ("from .a import b as c, d", {"c": Imported("n", "a", 1, "b"), "d": Imported("n", "a", 1, "d")}),
        ("from . import a", {"a": Imported("n", "", 1, "a")}),
        ("NAME = 1", {}),
        ("def f(a=NAME): ...", {}),
        ("def f(*, a=NAME): ...", {}),
        ("@cached\ndef f(): ...", {}),
        ("def f(): ...\ndef f(): ...", {}),
        ("def f(): ...\nif NEW:\n    def f(): ...", {}),
        ("if NEW:\n    def f(): ...", {}),
        ("def f(): ...\nf = cached(f)", {}),
        ("def f(): ...\nf.timeout = 3", {}),
        ("def f(): ...\ndel f", {}),
        ("def f(): ...\nfrom fast import f", {}),
        ("def f(): ...\nfor f in (): ...", {}),
        ("def f(): ...\nwith a() as f: ...", {}),
        ("def f(): ...\nprint(f := 1)", {}),
        ("def f():\n    global f\n    f = None", {}),
        ("import json\ntry:\n    import orjson as json\nexcept ImportError: pass", {}),
        ("try:\n    import json\nexcept ImportError:\n    json = None", {}),
        ("import json\nfrom fast import *", {}),
        ("NAME = []\nclass A:\n    x = make(NAME)", {}),
    ],
)
def test_settled_names(code: str, expected: dict[str, Imported | str]) -> None:
    assert index_module(parse(code.encode(), "n.py"), "n").settled == expected


ROWS = "from typing import TypedDict\n\nclass Job(TypedDict):\n    id: str\n\ndef load(key): return key\n\n"
BODY = "".join(f"LIMIT_{number} = {number} + 1\n" for number in range(200))
SEND = 'client = boto3.client("lambda")\n\ndef send(job: rows.Job):\n    client.invoke(FunctionName="f", Payload={})\n'


class _Rows(NoFinder):
    """Knows one module, `rows`."""

    def __init__(self, code: str) -> None:
        self._module = index_module(parse(code.encode(), "rows.py"), "rows")

    def locate(self, importer: str, dotted: str, level: int) -> str | None:
        return "rows" if dotted == "rows" else None

    def load(self, key: str) -> ModuleInfo | None:
        return self._module


@pytest.mark.parametrize(
    ("payload", "rows", "is_walked"),
    [
        ("job", ROWS + BODY, False),
        ("rows.load(job)", ROWS + BODY, False),
        ("rows.LIMIT_3", ROWS + BODY, True),
        ("job", ROWS + "Job = dict\n" + BODY, True),
    ],
)
def test_a_module_is_walked_where_a_name_is_not_settled(payload: str, rows: str, is_walked: bool) -> None:
    interpreter = Interpreter(_Rows(rows))
    code = "import boto3\nimport rows\n\n" + SEND.replace("{}", payload)
    list(interpreter.roots(index_module(parse(code.encode(), "app.py"), "app")))
    assert (interpreter.visits > 400) is is_walked
