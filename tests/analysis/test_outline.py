"""The outline of a module says what its index says, without a tree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import invocation_lint
from invocation_lint.analysis.program.indexing import index_module
from invocation_lint.analysis.program.outline import Outline, outline
from invocation_lint.source.parsing.tree import parse

CODE = {
    "functions in classes in functions": """
def outer(a, *args, key=default, **rest):
    class Inner(Base, metaclass=Meta):
        field: Type = make(a)
        def method(self):
            return lambda x: x.value
    return Inner
""",
    "aliases": """
import package.module as short
from elsewhere import name as other, third
send = partial(other, third)
left, (right, *more) = pair = [other, {"k": third}]
go = lambda payload: send(payload)
class C:
    run = send
    async def later(self):
        import inner as alias
""",
    "bindings": """
registry = []
registry.add(Sender(key=value))
for item in sources: pass
with opened(path) as handle, other() as (a, b): pass
if (found := search(text)): pass
count += step()
table[key].field = made
typed: Kind = built()
def change():
    global registry, made_here
    made_here = Made()
""",
    "patterns and clauses": """
def f(event):
    match event:
        case {"key": value, **rest}: return value
        case Point(x=0, y=other) | [Point(), *tail]: return tail
        case str() as text: return text
    try: pass
    except (A, b.C) as error: raise error
    def g():
        nonlocal event
        yield from [x async for x in y]
""",
    "all names of another": "from elsewhere import *\nfrom . import sibling\nfrom ..upper import thing\n",
    "decorators": "@app.route('/x', methods=names)\n@plain\nclass A(B):\n    @property\n    def x(self) -> 'T': ...\n",
    "a site": "import boto3\nclient = boto3.client('lambda')\ndef f(n):\n    client.invoke(FunctionName=n)\n",
    "a site that is handed on": "import boto3\nclient = boto3.client('lambda')\ndef f(n):\n    submit(client.invoke, n)\n",
    "keywords from elsewhere": "def f(c, n):\n    c.invoke(**n)\n",
    "a client under another name": "import boto3\nlam = boto3.client('lambda')\ndef f(n):\n    lam.invoke(n)\n",
    "a client by its type": "def f(lam: 'types.LambdaClient', n):\n    lam.invoke(Payload=n)\n",
    "a client of a manager": "def f(n):\n    with session.client('lambda', region) as c:\n        c.invoke()\n",
    "held by names": """
import boto3, functools
lam = boto3.client('lambda')
send = other = lam.invoke
left, TABLE = functools.partial(lam.invoke, FunctionName='f'), {'a': lambda **k: lam.invoke(**k)}
if left:
    late: object = getattr(lam, 'invoke')
made = lam.invoke(FunctionName='f')
class Sender:
    post = staticmethod(lam.invoke)
    def __init__(self):
        self.go, local = lam.invoke, lam.invoke
    def connect(self):
        global send
        send = lam.invoke
""",
    "taken by name": "import boto3\nlam = boto3.client('lambda')\ndef f(o, n):\n    getattr(lam, 'invoke')(n)\n"
    "def g():\n    methodcaller('invoke', n)(lam)\ndef h(o):\n    getattr(o, 'name')\n",
    "nothing": "",
}
CONSTANTS = frozenset({"None", "True", "False"})  # names in a tree of libcst


def told(module: Any) -> dict[str, Any]:
    """What demand asks of a module, in a form that can be compared."""

    def name_of(part: Any) -> str:
        return part.name if part is not None else ""

    def users(found: dict[str, list[Any]]) -> dict[str, list[str]]:
        lists = ((name, sorted(one if isinstance(one, str) else one.name for one in by)) for name, by in found.items())
        return {name: by for name, by in lists if name not in CONSTANTS}

    return {
        "functions": sorted(
            (
                info.name,
                name_of(info.cls),
                name_of(info.parent),
                info.holds_site,
                *(sorted(names) for names in (info.mentions - CONSTANTS, info.quoted, info.stores)),
            )
            for info in module.functions.values()
        ),
        "globals": sorted(sorted(info.globals) for info in module.functions.values()),
        "aliases": {name: named - CONSTANTS for name, named in module.aliases.items() if named - CONSTANTS},
        "bindings": {name: named - CONSTANTS for name, named in module.bindings.items()},
        "named by": users(module.named_by),
        "aliased": users(module.aliased),
        "holds a site": module.holds_site,
        "held": module.held,
        "mentions": module.mentions - CONSTANTS,
        "words": module.words,
        "passes everything": module.passes_everything,
    }


def both(data: bytes) -> tuple[Outline, dict[str, Any], dict[str, Any]]:
    read = outline(data, "app.py")
    assert isinstance(read, Outline)
    return read, told(read), told(index_module(parse(data, "app.py"), "app.py"))


@pytest.mark.parametrize("name", CODE)
def test_it_says_what_the_index_says(name: str) -> None:
    _, outlined, indexed = both(CODE[name].encode())
    assert outlined == indexed


@pytest.mark.parametrize(
    "path", sorted((Path(invocation_lint.__file__).parent / "cli").glob("*.py")), ids=lambda p: p.name
)
def test_it_says_it_of_whole_modules(path: Path) -> None:
    _, outlined, indexed = both(path.read_bytes())
    assert outlined == indexed


@pytest.mark.parametrize("call", ["fn.invoke(body, headers)", "self.invoke(function_name=n)", "queue.put(fn.invoke)"])
def test_a_call_that_every_client_would_refuse_is_none_of_lambdas(call: str) -> None:
    """A file that speaks of Lambda may hold such calls of its own objects."""
    read, outlined, indexed = both(
        f"lam = boto3.client('lambda')\ndef f(self, fn, n, body, headers):\n    {call}\n".encode()
    )
    assert not any(info.holds_site for info in read.functions.values())
    assert outlined == indexed


def test_what_a_body_only_imports_does_not_run() -> None:
    read, _, _ = both(b"from a import send, make\nmade = make()\nclass C(Base):\n    x = more()\n")
    assert {"make", "made", "Base", "more"} <= read.runs
    assert "send" not in read.runs


@pytest.mark.parametrize("data", [b"def f(:\n", b"x = '\xff'\n", b"x = " + b"(" * 300 + b")" * 300, b"\0"])
def test_of_what_cannot_be_read_there_is_none(data: bytes) -> None:
    assert outline(data, "app.py") is None


@pytest.mark.parametrize("name", [name for name in CODE if name.startswith(("a site", "a client", "keywords from"))])
def test_a_call_that_may_be_lambdas_is_a_site(name: str) -> None:
    read, _, _ = both(CODE[name].encode())
    assert any(info.holds_site for info in read.functions.values())
