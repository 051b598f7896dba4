"""The calls of some names in a module are found wherever they stand, and however they are laid out."""

import pytest

from invocation_lint.analysis.program.indexing import index_module
from invocation_lint.facts.building.messaging.calls import Code
from invocation_lint.source.parsing.tree import parse

_PLAIN = "\ndef other():\n    return 1\n\n\nclass Service:\n    def ask(self):\n        return self.waits\n"


def _found(code: str) -> list[tuple[int, str | None]]:
    source = parse((code + _PLAIN).encode(), "app.py")
    module = index_module(source, "app.py")
    calls = Code(module).calls({"publish", "send"})
    return sorted((source.place(call).line, info.title if info is not None else None) for call, info in calls)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def f(topic):\n    topic.publish(1)\n", [(2, "f")]),
        ("def f(topic):\n    return topic.publish (1)\n", [(2, "f")]),
        ("def f(topic):\n    return (topic.publish)(1)\n", [(2, "f")]),
        ("def f(topic):\n    return topic.publish\\\n        (1)\n", [(2, "f")]),
        ("def f(topic):\n    return (topic.publish  # says (so)\n        (1))\n", [(2, "f")]),
        ("def f(topic):\n    def inner():\n        send(topic)\n    return inner\n", [(3, "f")]),
        ("@topic.publish(1)\ndef f():\n    return 1\n", [(1, "f")]),
        ("@keep(\n    send(1),\n)\ndef f():\n    return send\n\n\ndef g():\n    send(2)\n", [(2, "f"), (9, "g")]),
        ("class C:\n    sent = send(1)\n\n    def run(self):\n        self.send(2)\n", [(2, None), (5, "C.run")]),
        ("send(1)\n", [(1, None)]),
        ("def publish(topic):\n    return topic.name\n", []),
        ("def f(topic):\n    # topic.publish(1)\n    return 'send(1)'\n", []),
        ("def f(topic):\n    return map(topic.publish, [1])\n", []),
    ],
)
def test_calls_are_found(code: str, found: list[tuple[int, str | None]]) -> None:
    assert _found(code) == found
