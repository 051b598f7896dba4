"""Programs of any size, generated: what grows in each is what the name says, and their text grows as fast.

A shape gives the files of a program of `size`: names to text. A size is a count of the thing that grows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

Files = dict[str, str]
Shape = Callable[[int], Files]

HEAD = "import json\nimport boto3\n\nclient = boto3.client('lambda')\n"
SEND = "client.invoke(FunctionName='f', InvocationType='Event', Payload=json.dumps(payload))"
A_FILE = 200
"""What stands in one file where it may stand in several: a file of real code has some thousand lines at most."""


def empty() -> Files:
    """One file with one call: what starting the tool costs, with all that it imports."""
    return {"one.py": f"{HEAD}\ndef send(payload):\n    {SEND}\n"}


def _files(size: int, head: str, text: Callable[[int], str]) -> Iterator[tuple[str, str]]:
    for first in range(0, size, A_FILE):
        numbers = range(first, min(size, first + A_FILE))
        yield f"part{first // A_FILE}.py", head + "".join(map(text, numbers))


def callers(size: int) -> Files:
    """Functions that call one helper, each with something else."""
    helper = f"{HEAD}\ndef send(action, payload):\n    payload['action'] = action\n    return {SEND}\n"

    def caller(n: int) -> str:
        return f"\ndef caller{n}(event):\n    body = {{'id': event['id'], 'n': {n}}}\n    return send('a{n}', body)\n"

    return {"helper.py": helper, **dict(_files(size, "from helper import send\n", caller))}


def chain(size: int) -> Files:
    """Functions in one file, each of which calls the next; the last invokes."""
    links = "".join(
        f"\ndef link{n}(payload):\n    payload['k{n % 5}'] = {n}\n    return link{n + 1}(payload)\n"
        for n in range(size)
    )
    return {"chain.py": f"{HEAD}{links}\ndef link{size}(payload):\n    return {SEND}\n"}


def findings(size: int) -> Files:
    """Findings that have a fix, in one file: a function each."""
    wrong = SEND.replace("'Event'", "'evnet'")
    texts = "".join(f"\ndef send{n}(payload):\n    return {wrong}\n" for n in range(size))
    return {"findings.py": HEAD + texts}


def findings_in_a_function(size: int) -> Files:
    """Findings that have a fix, ten to a function, in one file."""
    wrong = SEND.replace("'Event'", "'evnet'")
    body = f"    {wrong}\n" * 10
    texts = "".join(f"\ndef send{n}(payload):\n{body}" for n in range(size))
    return {"findings.py": HEAD + texts}


def circle(size: int) -> Files:
    """Modules that import each other in a circle; each sends, and calls the next."""
    return {
        f"m{n}.py": f"from m{(n + 1) % size} import send{(n + 1) % size}\n{HEAD}\ndef send{n}(payload):\n"
        f"    payload['m{n % 7}'] = {n}\n    {SEND}\n    return send{(n + 1) % size}(payload)\n"
        for n in range(size)
    }


def handlers_and_helpers(size: int) -> Files:
    """Handlers, and as many helpers; each handler calls four of these."""
    helpers = "".join(f"\ndef help{n}(payload):\n    payload['by'] = {n}\n    return {SEND}\n" for n in range(size))

    def handler(n: int) -> str:
        calls = "".join(
            f"    helpers.help{(n * k + k) % size}({{'id': event['id'], 'k': {k}}})\n" for k in (1, 3, 5, 7)
        )
        return f"\ndef handler{n}(event, context):\n{calls}    return {{'statusCode': 200}}\n"

    return {"helpers.py": HEAD + helpers, **dict(_files(size, "import helpers\n", handler))}


def retries(size: int) -> Files:
    """Callers of a function that calls itself when it fails."""
    retry = f"""{HEAD}
def send(payload, attempt=0):
    try:
        answer = client.invoke(FunctionName='f', Payload=json.dumps(payload))
    except client.exceptions.TooManyRequestsException:
        if attempt > 3:
            raise
        payload['attempt'] = attempt
        return send(payload, attempt + 1)
    if answer.get('FunctionError'):
        return send(payload, attempt=attempt + 1)
    return json.loads(answer['Payload'].read())
"""

    def caller(n: int) -> str:
        return f"\ndef caller{n}(event):\n    found = send({{'id': event['id'], 'n': {n}}})\n    return found['a{n}']\n"

    return {"retry.py": retry, **dict(_files(size, "from retry import send\n", caller))}


def large_retry(size: int) -> Files:
    """A class whose methods call one that calls itself when it fails, all in one file."""
    methods = "".join(
        f"\n    def ask{n}(self, text):\n        body = {{'text': text, 'n': {n}}}\n        if text == 'x{n}':\n"
        f"            body['x'] = self.ask{max(n - 1, 0)}('y')\n        return self.send(body)\n"
        for n in range(size)
    )
    return {
        "asking.py": f"""{HEAD}
class Asking:
    def send(self, payload, attempt=0):
        try:
            answer = client.invoke(FunctionName='f', Payload=json.dumps(payload))
        except Exception:
            if attempt > 3:
                raise
            return self.send(payload, attempt + 1)
        return json.loads(answer['Payload'].read())
{methods}"""
    }


def heirs(size: int) -> Files:
    """Classes with one base, whose method calls what each of them defines."""
    base = f"{HEAD}\nclass Base:\n    def run(self, event):\n        return self.send(dict(event))\n"

    def heir(n: int) -> str:
        return (
            f"\nclass Heir{n}(Base):\n    def send(self, payload):\n        payload['n'] = {n}\n        return {SEND}\n"
        )

    return {"base.py": base, **dict(_files(size, f"from base import Base\n{HEAD}", heir))}


def lineage(size: int) -> Files:
    """Classes each of which inherits from the one before it, and calls its method."""
    heirs = "".join(
        f"\nclass C{n}(C{n - 1}):\n    def send(self, payload):\n        payload['k{n % 5}'] = {n}\n"
        "        return super().send(payload)\n"
        for n in range(1, size + 1)
    )
    return {"lineage.py": f"{HEAD}\nclass C0:\n    def send(self, payload):\n        return {SEND}\n{heirs}"}


def calls_in_a_function(size: int) -> Files:
    """Functions of one file, each with twenty statements that build what it sends."""
    lines = "".join(f"    payload['k{k}'] = event.get('k{k}') or {k}\n" for k in range(20))
    texts = "".join(f"\ndef send{n}(event):\n    payload = {{}}\n{lines}    return {SEND}\n" for n in range(size))
    return {"builders.py": HEAD + texts}


def one_client(size: int) -> Files:
    """Modules that take their client and their helper from one module, and are imported by one."""
    parts = {
        f"part{n}.py": f"from shared import client, send\nimport json\n\ndef do{n}(payload):\n    {SEND}\n"
        f"    return send(payload)\n"
        for n in range(size)
    }
    uses = "".join(f"import part{n}\n" for n in range(size))
    calls = "".join(f"\ndef handler{n}(event, context):\n    return part{n}.do{n}({{'n': {n}}})\n" for n in range(size))
    return {"shared.py": f"{HEAD}\ndef send(payload):\n    return {SEND}\n", **parts, "app.py": uses + calls}


def plain(size: int) -> Files:
    """Modules that invoke nothing, and one that does."""
    text = "".join(f"\ndef f{k}(a, b={k}):\n    c = a + b\n    return [c, {k}, str(c)]\n" for k in range(50))
    return {**empty(), **{f"plain{n}.py": f"import m{n}\n{text}" for n in range(size)}}


SHAPES: dict[str, Shape] = {
    "callers of one helper": callers,
    "depth of a chain": chain,
    "findings with fixes in a file": findings,
    "functions with ten findings": findings_in_a_function,
    "modules in an import circle": circle,
    "handlers and helpers": handlers_and_helpers,
    "callers of a retry": retries,
    "methods around a retry": large_retry,
    "classes with one base": heirs,
    "depth of a lineage": lineage,
    "functions that build": calls_in_a_function,
    "modules with one client": one_client,
    "modules without calls": plain,
}
