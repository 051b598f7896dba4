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
        ("def make(): return NAME\nNAME = []\nclass A:\n    x = make()", False),
        ("def make(): return NAME\nNAME = []\nclass A:\n    def f(self, x=make()): pass", False),
        ("def make(): return [1, 2]\nclass A:\n    x = read(make())", True),
        ("class A:\n    x = make()\n    y = [Row(one, x.more) for one in x.rows]", True),
        ("class B: pass\nclass A:\n    x = B()", False),
        ("class B: pass\nclass A:\n    x = make(B, [str, {'a': -1}], key=models.NAME)", True),
        ("NAME = []\nclass A:\n    x = make(NAME)", False),
        ("class A:\n    x = MAKERS[0]()()", True),
        ("NAME = []\nclass A:\n    x = make(lambda: NAME)", False),
        ("routes = Routes()\nclass A:\n    @routes.add('/')\n    def f(self): pass", False),
        ("def route(path): ROUTES.add(path)\nROUTES = set()\nclass A:\n    @route('/')\n    def f(self): pass", False),
        ("def route(path): ...\nclass A:\n    @route('/')\n    def f(self): pass", True),
        ("from web import route\nclass A:\n    @route(handler)\n    def f(self): pass", True),
        ("def handler(): return NAME\nNAME = []\nclass A:\n    @route(handler)\n    def f(self): pass", False),
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
