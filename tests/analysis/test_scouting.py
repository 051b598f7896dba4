"""What leads nowhere is not walked in full: a first walk leaves out the large functions that only build values."""

from __future__ import annotations

import pytest

from invocation_lint.analysis.interpreter import Interpreter
from invocation_lint.analysis.program.indexing import index_module
from invocation_lint.source.parsing.tree import parse

BUILD = "def build(a):\n" + "".join(f"    x{n} = [a, {n}]\n" for n in range(200)) + "    return x0\n"
SEND = 'import boto3\ndef send(a):\n    boto3.client("lambda").invoke(FunctionName="f", Payload=a)\n'


def walked(code: str, name: str = "app.py") -> Interpreter:
    """What has walked all of a module that holds both."""
    interpreter = Interpreter()
    list(interpreter.roots(index_module(parse((SEND + BUILD + code).encode(), name), name)))
    return interpreter


def nodes_walked(going: str) -> int:
    """Nodes of the function `go`, what it calls included."""
    return sum(walk.nodes for walk in walked(going).walks if walk.function == "go")


def test_what_only_names_a_way_is_not_walked_in_full() -> None:
    assert nodes_walked("def go(post):\n    post.send(build(post))\n") < 100


def test_what_leads_to_a_call_is() -> None:
    assert nodes_walked("def go(post):\n    send(build(post))\n") > 600


@pytest.mark.parametrize(("name", "is_walked"), [("app.ipynb", False), ("app.py", True)])
def test_the_body_of_a_notebook_that_leads_nowhere_is_not_walked_in_full(name: str, is_walked: bool) -> None:
    """Nobody imports a notebook, so nobody asks what its names are."""
    interpreter = Interpreter()
    module = index_module(parse((BUILD + "value = build(1)\n").encode(), name), name)
    list(interpreter.roots(module))
    assert (interpreter.visits > 400) is is_walked


def test_the_body_of_a_notebook_that_leads_to_a_call_is_walked() -> None:
    code = (SEND + BUILD + "send(build(1))\n").encode()
    interpreter = Interpreter()
    roots = list(interpreter.roots(index_module(parse(code, "app.ipynb"), "app.ipynb")))
    assert any(root.function is None and root.events for root in roots)
