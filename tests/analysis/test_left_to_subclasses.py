"""A method whose last line does something is no method that is left to subclasses, and this costs no tree."""

import pytest

from invocation_lint.analysis.program.indexing import index_module
from invocation_lint.analysis.python.classes import _may_do_nothing
from invocation_lint.source.parsing.tree import parse


@pytest.mark.parametrize(
    ("body", "may"),
    [
        ("pass", True),
        ("pass  # nothing", True),
        ("pass;", True),
        ("return", True),
        ("...", True),
        ('"""Says what it does."""', True),
        ('(\n            "Says what"\n            " it does."\n        )', True),
        ("raise NotImplementedError", True),
        ('raise NotImplementedError(\n            "later", 1,\n        )', True),
        ("self.bypass", False),
        ("return self.name", False),
        ("self.count = 1", False),
        ("self.start(1)", False),
    ],
)
def test_what_a_last_line_tells(body: str, may: bool) -> None:
    source = parse(f"class Base:\n    def run(self):\n        {body}\n".encode(), "app.py")
    (method,) = index_module(source, "app.py").functions.values()
    assert _may_do_nothing(method) is may
