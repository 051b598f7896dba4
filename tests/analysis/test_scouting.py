"""What leads nowhere is not walked in full: a first walk leaves out the large functions that only build values."""

from __future__ import annotations

from invocation_lint.analysis.interpreter import Interpreter
from invocation_lint.analysis.program.indexing import index_module
from invocation_lint.source.parsing.tree import parse

BUILD = "def build(a):\n" + "".join(f"    x{n} = [a, {n}]\n" for n in range(200)) + "    return x0\n"
SEND = 'import boto3\ndef send(a):\n    boto3.client("lambda").invoke(FunctionName="f", Payload=a)\n'


def nodes_walked(going: str) -> int:
    """Nodes of the function `go`, what it calls included."""
    interpreter = Interpreter()
    list(interpreter.roots(index_module(parse((SEND + BUILD + going).encode(), "app.py"), "app.py")))
    return sum(walk.nodes for walk in interpreter.walks if walk.function == "go")


def test_what_only_names_a_way_is_not_walked_in_full() -> None:
    assert nodes_walked("def go(post):\n    post.send(build(post))\n") < 100


def test_what_leads_to_a_call_is() -> None:
    assert nodes_walked("def go(post):\n    send(build(post))\n") > 600
