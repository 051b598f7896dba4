"""Programs with much of everything end soon, with what can be told of them, and never in an error of the tool."""

from __future__ import annotations

from pathlib import Path

import pytest

from invocation_lint.engine import Input, lint
from invocation_lint.project import Project
from invocation_lint.settings.files import Configuration

HEAD = "import json\nimport boto3\nclient = boto3.client('lambda')\n"
SITE = "client.invoke(FunctionName='f', InvocationType='Async', Payload=json.dumps(payload))\n"


def lines(count: int, line: str) -> str:
    """The line for each number; `@` is the number, `@1` the next one of the circle, `@7` one further on."""
    return "".join(
        line.replace("@1", str((n + 1) % count)).replace("@7", str((n * 7 + 3) % count)).replace("@", str(n))
        for n in range(count)
    )


CLASSES = (
    "class C0:\n    def send(self, payload):\n        "
    + SITE
    + "".join(
        f"class C{n}(C{n - 1}):\n    def send(self, payload):\n        payload['k{n}'] = self.x{n}\n"
        f"        return super().send(payload)\n"
        f"    def m{n}(self):\n        self.x{n} = {n}\n        return self.send({{}})\n"
        for n in range(1, 120)
    )
)

PROGRAMS = {
    "modules that call each other": {
        "a.py": HEAD
        + "from b import g\ndef f(payload):\n    payload['a'] = 1\n    "
        + SITE
        + "    return g(payload)\n",
        "b.py": "from a import f\ndef g(payload):\n    payload[str(len(payload))] = 2\n    return f({'x': payload})\n",
    },
    "imports in a circle": {
        f"m{n}.py": HEAD + f"from m{(n + 1) % 30} import h{(n + 1) % 30}\nimport m{(n + 17) % 30}\nX = {n}\n"
        f"def h{n}(payload):\n    payload['k'] = m{(n + 17) % 30}.X\n    h{(n + 1) % 30}(payload)\n    {SITE}"
        for n in range(30)
    },
    "all names of one another": {
        "m0.py": HEAD + f"from m1 import *\ndef send(payload):\n    {SITE}",
        **{
            f"m{n}.py": f"from m{(n + 1) % 30} import *\nfrom m{n - 1} import *\ndef h{n}():\n    send({{'n': {n}}})\n"
            for n in range(1, 30)
        },
    },
    "helpers through many modules": {
        **{
            f"m{n}.py": f"from m{n + 1} import h{n + 1}\ndef h{n}(payload):\n    return h{n + 1}(payload)\n"
            for n in range(60)
        },
        "m60.py": HEAD + f"def h60(payload):\n    {SITE}",
    },
    "a chain of helpers": {
        "app.py": HEAD
        + "def h0(payload):\n    "
        + SITE
        + "".join(
            f"def h{n}(payload):\n    payload['k{n}'] = 1\n    return h{n - 1}(payload)\n" for n in range(1, 300)
        ),
    },
    "helpers that call all the others": {
        "app.py": HEAD
        + lines(
            25,
            "def f@(payload, k=@):\n    payload['k@'] = k\n"
            "    f@7(dict(payload))\n    f@1({'in': payload})\n    send(payload)\n",
        )
        + f"def send(payload):\n    {SITE}",
    },
    "a wrapper that calls itself": {
        "app.py": HEAD + "def send(payload, depth=0):\n    payload = {'inner': payload, 'depth': depth}\n"
        f"    if depth < 5:\n        return send(payload, depth + 1)\n    {SITE}send({{}})\n",
    },
    "a deep hierarchy": {"app.py": HEAD + CLASSES},
    "diamonds": {
        "app.py": HEAD
        + f"class C0:\n    def send(self, payload):\n        {SITE}"
        + "".join(
            f"class A{n}(C{n - 1}): pass\nclass B{n}(C{n - 1}): pass\nclass C{n}(A{n}, B{n}): pass\n"
            for n in range(1, 40)
        )
        + "C39().send({})\n",
    },
    "classes that are their own bases": {
        "app.py": HEAD + f"class A(B):\n    def send(self, payload):\n        {SITE}class B(A):\n    pass\n"
        f"class D(D):\n    pass\nB().send(1)\n",
    },
    "many callers": {
        "app.py": HEAD + f"def send(payload):\n    {SITE}" + lines(300, "def c@():\n    send({'k@': @})\n"),
    },
    "many decorators": {
        "app.py": HEAD
        + lines(
            60,
            "def d@(f):\n    def inner(*a, **k):\n        try:\n            return f(*a, **k)\n"
            "        except E@:\n            log()\n    return inner\n",
        )
        + "".join(f"@d{n}\n" for n in range(60))
        + f"def send(payload):\n    {SITE}send(1)\n",
    },
    "generators that run each other": {
        "app.py": HEAD
        + lines(40, "def g@(p):\n    for x in g@1(p):\n        yield x\n    yield from g@7({'a': p})\n")
        + f"def f():\n    for payload in g0(1):\n        {SITE}",
    },
    "many cases": {
        "app.py": HEAD
        + "def f(x):\n    payload = {}\n    match x:\n"
        + lines(300, "        case @:\n            payload['k@'] = @\n")
        + f"    {SITE}",
    },
    "many attempts": {
        "app.py": HEAD
        + "def f(x):\n    payload = {}\n"
        + lines(
            300,
            "    try:\n        payload['k@'] = x(@)\n    except E@ as e:\n"
            "        payload['e'] = e\n    finally:\n        x.done()\n",
        )
        + f"    {SITE}",
    },
    "many clauses": {
        "app.py": HEAD + f"def f(payload):\n    try:\n        {SITE}" + lines(150, "    except E@:\n        log(@)\n"),
    },
    "loops over known elements within one another": {
        "app.py": HEAD
        + "def f(payload):\n"
        + "".join(" " * (4 + n) + f"for x{n} in (1, 2, 3, 4, 5, 6, 7, 8):\n" for n in range(10))
        + " " * 14
        + "payload[x1] = x9\n    "
        + SITE,
    },
    "comprehensions within one another": {
        "app.py": HEAD + "def f(x):\n    payload = " + "[" * 40 + "x" + " for x in range(3)]" * 40 + "\n    " + SITE,
    },
    "a long text with holes": {"app.py": HEAD + "def f(x):\n    payload = f'" + "{x.a}-" * 1000 + "'\n    " + SITE},
    "a long table": {
        "app.py": HEAD + "T = {" + lines(10_000, "'k@': @, ") + "}\ndef f():\n    payload = T\n    " + SITE
    },
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_ends_with_what_can_be_told(tmp_path: Path, name: str) -> None:
    (tmp_path / ".git").mkdir()
    for file, text in PROGRAMS[name].items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    inputs = [Input(str(tmp_path / file), tmp_path / file) for file in PROGRAMS[name]]
    report = lint(inputs, Project(Configuration(values={"select": ["INV0", "INV107"]}))).report
    told = {finding.id for finding in report.findings}
    assert told == {"INV107"} or (not told and report.summary.functions_too_large)
