"""A class body is walked where it stands only if walking it there could make a difference."""

from __future__ import annotations

import pytest

from invocation_lint.analysis.program.indexing import index_module
from invocation_lint.source.parsing.tree import parse


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("class A:\n    x = 1\n    y: int = NAME\n    def f(self, z=x): return make()", True),
        ("from web import route\nclass A:\n    @route('/', name='a')\n    def f(self): pass", True),
        ("class A:\n    x = make()", False),
        ("class A:\n    def f(self, x=make()): pass", False),
        ("routes = Routes()\nclass A:\n    @routes.add('/')\n    def f(self): pass", False),
        ("def route(path): ...\nclass A:\n    @route('/')\n    def f(self): pass", False),
        ("from web import route\nclass A:\n    @route(handler)\n    def f(self): pass", False),
        ("NAME = 1\nclass A:\n    x = NAME", True),
        ("NAME = 1\nclass A:\n    x = NAME\nNAME = 2", False),
        ("from x import NAME\nclass A:\n    x = NAME\ndel NAME", False),
        ("class A:\n    global NAME\n    NAME = 1", False),
        ("client = boto3.client('lambda')\nclass A:\n    send = client.invoke", False),
        ("if True:\n    class A:\n        x = 1", False),
    ],
)
def test_bodies_that_can_wait(code: str, expected: bool) -> None:
    module = index_module(parse(code.encode(), "n.py"), "n")
    assert module.classes["n:A"].can_wait is expected
