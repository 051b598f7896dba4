"""A function that names a method leads to a call site where it can have an instance of the method's class."""

from __future__ import annotations

import pytest

from invocation_lint.analysis.program.demand import Demand
from invocation_lint.analysis.program.indexing import index_module
from invocation_lint.analysis.program.outline import outline
from invocation_lint.analysis.program.ways import Ways, demand_of, demanded
from invocation_lint.source.parsing.tree import parse

SENDER = Demand(methods=frozenset({("Sender", "get")}), holders=frozenset({("Sender", "Sender"), ("Sender", "sender")}))
HEAD = "from senders import Sender, sender\n"

DEMANDED = {
    "the class": "def f():\n    Sender().get()\n",
    "a global": "def f():\n    sender.get()\n",
    "a parameter": "def f(one: Sender):\n    one.get()\n",
    "a text for a type": "def f(one: 'Sender | None'):\n    one.get()\n",
    "what makes one": "def made():\n    return Sender()\ndef f():\n    made().get()\n",
    "another name": "from senders import Sender as S\ndef f(one: S):\n    one.get()\n",
    "an attribute": "class C:\n    def __init__(self):\n        self.one = Sender()\n    def f(self):\n        self.one.get()\n",
    "an item of an attribute": (
        "class C:\n    def __init__(self):\n        self.all['a'] = Sender()\n    def f(self):\n        self.all['a'].get()\n"
    ),
    "an attribute of an attribute": (
        "class C:\n    def __init__(self, one: Sender):\n        self.one = one\n        self.more()\n"
        "    def more(self):\n        self.two = self.one\n    def f(self):\n        self.two.get()\n"
    ),
    "a method of its own": (
        "class C:\n    def made(self):\n        return Sender()\n    def f(self):\n        self.made().get()\n"
    ),
    "a field": "class C:\n    one: 'Sender'\n    def f(self):\n        self.one.get()\n",
    "a base": "class C(Sender):\n    def f(self):\n        self.get()\n",
    "a base that keeps one": ("class B:\n    one = Sender()\nclass C(B):\n    def f(self):\n        self.one.get()\n"),
    "a function around it": "def outer():\n    one = Sender()\n    def f():\n        one.get()\n    return f\n",
    "a method around it": (
        "class C:\n    def __init__(self):\n        self.one = Sender()\n    def outer(self):\n"
        "        def f():\n            self.one.get()\n        return f\n"
    ),
}
NOT = {
    "a dict": "def f(event):\n    return event.get('a')\n",
    "a dict, beside a function that has one": (
        "def other():\n    Sender().get()\ndef f(event):\n    return event.get('a')\n"
    ),
    "a dict, in a class that makes one elsewhere": (
        "class C:\n    def other(self):\n        Sender().get()\n    def f(self, event):\n        return event.get('a')\n"
    ),
    "a dict of the own object": (
        "class C:\n    def __init__(self):\n        self.rows = {}\n    def other(self):\n        Sender().get()\n"
        "    def f(self):\n        return self.rows.get('a')\n"
    ),
}


def names_of(code: str) -> set[str]:
    module = index_module(parse((HEAD + code).encode(), "app.py"), "app.py")
    module.foreign = SENDER
    return {info.name for info in demanded(module)}


@pytest.mark.parametrize("name", DEMANDED)
def test_it_is_walked_where_it_can_have_one(name: str) -> None:
    assert "f" in names_of(DEMANDED[name])


@pytest.mark.parametrize("name", NOT)
def test_it_is_not_walked_where_it_cannot(name: str) -> None:
    assert "f" not in names_of(NOT[name])


@pytest.mark.parametrize("code", [*DEMANDED.values(), *NOT.values()])
def test_the_outline_says_the_same(code: str) -> None:
    module = index_module(parse((HEAD + code).encode(), "app.py"), "app.py")
    read = outline((HEAD + code).encode(), "app.py")
    assert read is not None
    module.foreign = read.foreign = SENDER
    assert demand_of(module) == demand_of(read)


def test_who_hands_one_to_it_is_walked_and_the_walk_enters_it() -> None:
    code = "def f(one):\n    one.get()\ndef g():\n    f(sender)\ndef h(event):\n    f(event)\n"
    module = index_module(parse((HEAD + code).encode(), "app.py"), "app.py")
    module.foreign = SENDER
    assert {info.name for info in demanded(module)} == {"g"}
    assert {info.name for info in Ways(module).leading} == {"f", "g", "h"}
    assert Ways(module).handed == {("Sender", "f"), ("Sender", "h")}


def test_an_annotation_may_name_what_a_class_of_the_module_implements() -> None:
    code = (
        "import boto3\nclass Sends:\n    def get(self): ...\nclass Lambda:\n    def get(self):\n"
        "        boto3.client('lambda').invoke(FunctionName='f')\n"
        "def f(one: Sends):\n    one.get()\ndef g(one: dict):\n    one.get()\n"
    )
    module = index_module(parse(code.encode(), "app.py"), "app.py")
    found = [info for info in demanded(module) if info.cls is None]
    assert [info.name for info in found] == ["f"]


def test_the_order_of_the_search_tells_nothing() -> None:
    code = "def f(one):\n    sender.get()\n    one.put()\ndef g(one):\n    f(one)\n"
    found = set()
    for n in range(20):  # names of which the hashes differ
        module = index_module(parse((HEAD + code.replace("put", f"put{n}")).encode(), "app.py"), "app.py")
        module.foreign = Demand(methods=SENDER.methods | {(f"Other{n}", f"put{n}")}, holders=SENDER.holders)
        found.add(frozenset((cls.rstrip("0123456789"), name) for cls, name in Ways(module).handed))
    assert found == {frozenset()}
