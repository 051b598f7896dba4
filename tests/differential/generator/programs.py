"""Whole programs: where the calls stand, who calls what, and what is made of it all."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.differential.generator.calls import CallWriter
from tests.differential.generator.ends import EndWriter
from tests.differential.generator.payloads import PayloadWriter
from tests.differential.generator.records import of_records
from tests.differential.generator.writer import Module, Program, Writer, inside

_SHAPES = {
    "direct": 8, "function": 6, "body": 5, "waiting": 4, "answer": 3, "method": 4, "module": 4, "nested": 2,
    "again": 2, "retry": 3, "loop": 5, "executor": 2, "thread": 1, "to_thread": 2, "comprehension": 2, "decorator": 2,
    "lambda": 1, "base_class": 1, "keywords": 2, "generator": 1, "while": 1, "module_class": 1, "callback": 1,
    "context": 1, "match": 1,
}  # fmt: skip
_ITEMS = {"constants": 3, "numbers": 2, "event": 2, "pairs": 1}


def program(seed: str) -> Program:
    """The program of a seed."""
    writer = Writer(Random(seed))
    entry = writer.choose("entry", {"script": 3, "handler": 2, "records": 1})
    if entry == "records":
        return of_records(writer)
    handler = entry == "handler"
    sites = writer.chance.choices((1, 2), (4, 1))[0]
    body: list[str] = []
    for site in range(1, sites + 1):
        body += Placing(writer, site).write()
        if sites > 1:
            body.append(f"result{site} = result")
    results = [f"result{site}" for site in range(1, sites + 1)] if sites > 1 else ["result"]
    lines = ["result = None", *body]
    app = writer.modules["app"]
    if handler:
        app.add(
            _function(
                "handler(event, context)",
                [*lines, f"return {{{', '.join(f'{n}: {r}' for n, r in enumerate(results))}}}"],
            )
        )
    else:
        app.imports.add("from pathlib import Path")
        app.add('def keep(value):\n    Path("kept.txt").write_text(repr(value))\n')
        app.add(_function("main()", [*lines, f"return {', '.join(results)}"]))
        app.add('if __name__ == "__main__":\n    keep(main())\n')
    files = {f"{name}.py": module.text() for name, module in writer.modules.items()}
    return Program(files, "handler" if handler else "script", tuple(dict.fromkeys(writer.plan)), writer.flag, sites)


def _function(head: str, body: Sequence[str]) -> str:
    return "\n".join([f"def {head}:", *inside(body)]) + "\n"


class Placing:
    """Writes one call site somewhere; `write` gives the lines of the entry, which leave something in `result`."""

    def __init__(self, writer: Writer, site: int) -> None:
        self.writer = writer
        self.site = site

    def write(self) -> list[str]:
        shape = self.writer.choose("shape", _SHAPES)
        lines: list[str] = getattr(self, f"_{shape}")()
        return lines

    # -- pieces -------------------------------------------------------------------------------------------------------

    def guarded(self, *, payload: str | None = None, in_loop: bool = False, name: str | None = None,
                waiting: str | None = None) -> list[str]:  # fmt: skip
        """A call with its answer and its clauses; ends in `result`, or leaves."""
        call = CallWriter(self.writer, self.site)
        text = call.write(payload=payload, name=name, waiting=waiting)
        ends = EndWriter(self.writer, in_loop=in_loop)
        return ends.guard([*call.lines, *ends.answer(text, asynchronous=call.asynchronous)])

    def built(self, name: str = "body") -> tuple[list[str], str]:
        """Lines that build a dictionary, and its name."""
        body = PayloadWriter(self.writer)
        self.writer.imports("import json")
        return body.lines, body.build(name)

    def outer(self, call: str) -> list[str]:
        """The call of a helper in the entry, sometimes with clauses of its own."""
        if self.writer.often(0.3):
            return EndWriter(self.writer).guard([f"result = {call}"])
        return [f"result = {call}"]

    def called(self, name: str) -> str:
        """The name of a function of this site."""
        return f"{name}{self.site}"

    # -- shapes -------------------------------------------------------------------------------------------------------

    def _direct(self) -> list[str]:
        return self.guarded()

    def _function(self) -> list[str]:
        name = self.called("send")
        self.writer.here.add(_function(f"{name}()", [*self.guarded(), "return result"]))
        return self.outer(f"{name}()")

    def _body(self) -> list[str]:
        name = self.called("send")
        self.writer.imports("import json")
        self.writer.here.add(
            _function(f"{name}(payload)", [*self.guarded(payload="json.dumps(payload)"), "return result"])
        )
        lines, body = self.built()
        return [*lines, *self.outer(f"{name}({body})")]

    def _waiting(self) -> list[str]:
        name = self.called("send")
        self.writer.imports("import json")
        own = self.guarded(payload="json.dumps(payload)", name="function", waiting="wait")
        self.writer.here.add(_function(f"{name}(function, payload, wait=False)", [*own, "return result"]))
        lines, body = self.built()
        waits = self.writer.choose("wait", ["", ", wait=True", ", True", ", wait=False"])
        lines += self.outer(f'{name}("site{self.site}", {body}{waits})')
        if self.writer.often(0.4):
            lines.append(f'{name}("site{self.site}", {{"again": 1}}, wait={self.writer.often(0.5)})')
        return lines

    def _answer(self) -> list[str]:
        name = self.called("ask")
        call = CallWriter(self.writer, self.site)
        text = call.write()
        self.writer.here.add(_function(f"{name}()", [*call.lines, f"return {text}"]))
        ends = EndWriter(self.writer)
        return ends.guard(ends.answer(f"{name}()", asynchronous=call.asynchronous))

    def _method(self) -> list[str]:
        writer = self.writer
        call = CallWriter(writer, self.site)
        call.client()  # at the top, or in a function: here it is an attribute
        text = call.write(payload="json.dumps(self.with_source(payload))").replace(
            "client.invoke", "self.client.invoke"
        )
        writer.imports("import json", "import boto3")
        ends = EndWriter(writer)
        own = [*call.lines, *ends.answer(text, asynchronous=call.asynchronous)]
        name = self.called("Sender")
        guarded = ends.guard(own)
        writer.here.add("\n".join([
            f"class {name}:", "    def __init__(self, source):", '        self.client = boto3.client("lambda")',
            "        self.source = source", "", "    def with_source(self, payload):",
            '        return {**payload, "source": self.source}', "", "    def send(self, payload):",
            *inside([*guarded, "return result"], 2),
        ]) + "\n")  # fmt: skip
        lines, body = self.built()
        return [*lines, f'sender = {name}("app")', *self.outer(f"sender.send({body})")]

    def _base_class(self) -> list[str]:
        own = self.guarded(payload="json.dumps(self.content(payload))")
        self.writer.imports("import json")
        name = self.called("Task")
        self.writer.here.add("\n".join([
            f"class Base{name}:", "    def run(self, payload):", *inside([*own, "return result"], 2), "",
            "    def content(self, payload):", "        return payload", "", "", f"class {name}(Base{name}):",
            "    def content(self, payload):", '        return {**super().content(payload), "kind": "task"}',
        ]) + "\n")  # fmt: skip
        lines, body = self.built()
        return [*lines, *self.outer(f"{name}().run({body})")]

    def _module(self) -> list[str]:
        """The helper stands in a module of its own."""
        name, writer = self.called("send"), self.writer
        writer.here = writer.modules.setdefault("sending", Module())
        writer.imports("import json")
        body = PayloadWriter(writer)
        for _ in range(writer.chance.choice((0, 1, 2))):
            body.step("payload")
        own = [*body.lines, *self.guarded(payload="json.dumps(payload)")]
        writer.here.add(_function(f"{name}(payload)", [*own, "return result"]))
        writer.here = writer.modules["app"]
        kind = writer.choose("import", ["from", "module", "as"])
        line = {
            "from": f"from sending import {name}",
            "module": "import sending",
            "as": f"from sending import {name} as go{name}",
        }
        writer.imports(line[kind])
        called = {"from": name, "module": f"sending.{name}", "as": f"go{name}"}[kind]
        lines, made = self.built()
        return [*lines, *self.outer(f"{called}({made})")]

    def _module_class(self) -> list[str]:
        """A class in another module, with its client handed over."""
        name, writer = self.called("Gateway"), self.writer
        writer.here = writer.modules.setdefault("gateway", Module())
        writer.imports("import json", "import boto3")
        own = self.guarded(payload="json.dumps(payload)", name="self.function")
        writer.here.add("\n".join([
            f"class {name}:", "    def __init__(self, function, client=None):", "        self.function = function",
            "        self.api = client", "", "    def call(self, **payload):", *inside([*own, "return result"], 2),
        ]) + "\n")  # fmt: skip
        writer.here = writer.modules["app"]
        writer.imports(f"from gateway import {name}")
        lines, made = self.built()
        return [*lines, f'made = {name}("site{self.site}")', *self.outer(f"made.call(**{made})")]

    def _nested(self) -> list[str]:
        lines, body = self.built()
        own = self.guarded(payload=f"json.dumps({body})")
        return [*lines, f"def {self.called('inner')}():", *inside([*own, "return result"]),
                *self.outer(f"{self.called('inner')}()")]  # fmt: skip

    def _again(self) -> list[str]:
        """A function that calls itself when it fails."""
        call, name = CallWriter(self.writer, self.site), self.called("send")
        text = call.write(payload="json.dumps(payload)")
        self.writer.imports("import json", "from botocore.exceptions import ClientError")
        last = self.writer.choose("last", ["raise", "return None"])
        self.writer.here.add(_function(f"{name}(payload, attempt=0)", [
            "try:", *inside([*call.lines, f"response = {text}"]), "except ClientError:", "    if attempt >= 2:",
            f"        {last}", f"    return {name}(payload, attempt + 1)", 'return response["StatusCode"]',
        ]))  # fmt: skip
        lines, body = self.built()
        return [*lines, *self.outer(f"{name}({body})")]

    def _retry(self) -> list[str]:
        call = CallWriter(self.writer, self.site)
        text = call.write()
        self.writer.imports("import time", "from botocore.exceptions import BotoCoreError, ClientError")
        kind = self.writer.choose("retry", ["break", "else", "last", "return"])
        types = self.writer.choose("retried", ["ClientError", "Exception", "(ClientError, BotoCoreError)"])
        pause = self.writer.choose("pause", ["time.sleep(1)", "time.sleep(2**attempt)", "pass"])
        lines = ["for attempt in range(3):", "    try:", *inside([*call.lines, f"response = {text}"], 2),
                 '        result = response["StatusCode"]']  # fmt: skip
        if kind in ("break", "else", "return"):
            lines.append("        break" if kind != "return" else "        return result")
        lines.append(f"    except {types}:")
        if kind == "last":
            lines += ["        if attempt == 2:", "            raise", f"        {pause}", "    else:", "        break"]
        else:
            lines.append(f"        {pause}")
        if kind == "else":
            lines += ["else:", '    raise RuntimeError("not sent")']
        return lines

    def _items(self) -> str:
        kind = self.writer.choose("items", _ITEMS)
        if kind == "event":
            self.writer.imports("import os")
            return 'os.environ["NAMES"].split()'
        return {"constants": '["one", "two", "three"]', "numbers": "range(2)", "pairs": '(("a", 1), ("b", 2))'}[kind]

    def _loop(self) -> list[str]:
        items = self._items()
        self.writer.imports("import json")
        lines, body = self.built()
        own = self.guarded(payload=f"json.dumps({body})", in_loop=True)
        guard = ["results = []", f"for item in {items}:", *inside([*lines, f'{body}["item"] = item', *own,
            "results.append(result)"]),
                 "result = results"]  # fmt: skip
        if self.writer.often(0.2):
            return EndWriter(self.writer).guard(guard)
        return guard

    def _while(self) -> list[str]:
        self.writer.imports("import json")
        own = self.guarded(payload='json.dumps({"left": left})', in_loop=True)
        return ["left = 3", "while left:", "    left -= 1", *inside(own)]

    def _generator(self) -> list[str]:
        name = self.called("each")
        own = self.guarded(payload='json.dumps({"item": item})')
        self.writer.here.add(_function(f"{name}(items)", ["for item in items:", *inside(own), "    yield result"]))
        self.writer.imports("import json")
        return [f"result = list({name}({self._items()}))"]

    def _comprehension(self) -> list[str]:
        call = CallWriter(self.writer, self.site)
        text = call.write(payload='json.dumps({"item": item})', plain=True)
        self.writer.imports("import json")
        then = self.writer.choose("each_answer", ['["StatusCode"]', "", '["Payload"].read().decode()'])
        return EndWriter(self.writer).guard([*call.lines, f"result = [{text}{then} for item in {self._items()}]"])

    def _executor(self) -> list[str]:
        name = self.called("send")
        own = self.guarded(payload='json.dumps({"item": item})')
        self.writer.imports("import json", "from concurrent.futures import ThreadPoolExecutor")
        self.writer.here.add(_function(f"{name}(item)", [*own, "return result"]))
        kind = self.writer.choose("executor", ["results", "map", "dropped"])
        items = self._items()
        use = {
            "results": [f"    futures = [pool.submit({name}, item) for item in {items}]",
                        "    result = [future.result() for future in futures]"],
            "map": [f"    result = list(pool.map({name}, {items}))"],
            "dropped": [f"    for item in {items}:", f"        pool.submit({name}, item)"],
        }[kind]  # fmt: skip
        return ["with ThreadPoolExecutor(2) as pool:", *use]

    def _thread(self) -> list[str]:
        name = self.called("send")
        self.writer.here.add(_function(f"{name}()", [*self.guarded(), "return result"]))
        self.writer.imports("import threading")
        return [f"thread = threading.Thread(target={name})", "thread.start()", "thread.join()", "result = True"]

    def _to_thread(self) -> list[str]:
        name, writer = self.called("send"), self.writer
        writer.imports("import asyncio", "import json")
        kind = writer.choose("awaited", ["to_thread", "gather", "straight", "task", "never"])
        writer.here.add(
            _function(f"{name}(item)", [*self.guarded(payload='json.dumps({"item": item})'), "return result"])
        )
        inner = {
            "to_thread": [f'return await asyncio.to_thread({name}, "one")'],
            "gather": [f"found = await asyncio.gather(*[asyncio.to_thread({name}, n) for n in range(2)])",
            "return list(found)"],
            "straight": [f'return {name}("one")'],
            "task": [f'task = asyncio.create_task(asyncio.to_thread({name}, "one"))', "return await task"],
            "never": [f'asyncio.to_thread({name}, "one")', "return None"],
        }[kind]  # fmt: skip
        writer.here.add("async " + _function(f"{name}_all()", inner))
        return self.outer(f"asyncio.run({name}_all())")

    def _decorator(self) -> list[str]:
        writer, name = self.writer, self.called("send")
        writer.imports("import functools", "import json")
        kind = writer.choose("decorator", ["logging", "retry", "swallow"])
        inner = {
            "logging": ['print("calling")', "return function(*args, **kwargs)"],
            "retry": ["for _ in range(2):", "    try:", "        return function(*args, **kwargs)",
            "    except Exception:",
                      "        pass", "return function(*args, **kwargs)"],
            "swallow": ["try:", "    return function(*args, **kwargs)", "except Exception:", "    return None"],
        }[kind]  # fmt: skip
        writer.here.add("\n".join([
            f"def {kind}ly(function):", "    @functools.wraps(function)", "    def wrapper(*args, **kwargs):",
            *inside(inner, 2), "", "    return wrapper",
        ]) + "\n")  # fmt: skip
        own = self.guarded(payload="json.dumps(payload)")
        writer.here.add(f"@{kind}ly\n" + _function(f"{name}(payload)", [*own, "return result"]))
        lines, body = self.built()
        return [*lines, *self.outer(f"{name}({body})")]

    def _lambda(self) -> list[str]:
        call = CallWriter(self.writer, self.site)
        text = call.write(payload="json.dumps(payload)", plain=True)
        self.writer.imports("import json")
        lines, body = self.built()
        ends = EndWriter(self.writer)
        own = ends.answer(f"send({body})", asynchronous=call.asynchronous)
        return [*lines, *call.lines, f"send = lambda payload: {text}", *ends.guard(own)]

    def _keywords(self) -> list[str]:
        """A helper that hands its keywords on."""
        call, name, writer = CallWriter(self.writer, self.site), self.called("invoke"), self.writer
        client = call.client()
        writer.here.add(_function(f"{name}(**options)", [*call.lines, f"return {client}.invoke(**options)"]))
        other = CallWriter(writer, self.site)
        body = PayloadWriter(writer)
        payload = body.write()
        arguments = [f"FunctionName={other.name()}"]
        mode = other.mode()
        arguments += [f"InvocationType={mode}"] if mode else []
        arguments += [f"Payload={payload}"] if payload else []
        ends = EndWriter(writer)
        text = f"{name}({', '.join(arguments)})"
        return ends.guard([*body.lines, *other.lines, *ends.answer(text, asynchronous=other.asynchronous)])

    def _callback(self) -> list[str]:
        """A function is handed over, and called there."""
        name = self.called("send")
        self.writer.imports("import json")
        self.writer.here.add(
            _function(f"{name}(payload)", [*self.guarded(payload="json.dumps(payload)"), "return result"])
        )
        self.writer.here.add(_function("apply(function, value)", ["return function(value)"]))
        lines, body = self.built()
        return [*lines, *self.outer(f"apply({name}, {body})")]

    def _context(self) -> list[str]:
        """A context manager of the program's own around the call."""
        self.writer.imports("from contextlib import contextmanager")
        kind = self.writer.choose("manager", ["swallows", "logs", "plain"])
        inner = {
            "swallows": ["try:", "    yield", "except Exception as error:", "    print(error)"],
            "logs": ["try:", "    yield", "except Exception as error:", "    print(error)", "    raise"],
            "plain": ['print("before")', "yield", 'print("after")'],
        }[kind]  # fmt: skip
        self.writer.here.add("@contextmanager\n" + _function(f"{kind}()", inner))
        return ["result = None", f"with {kind}():", *inside(self.guarded())]

    def _match(self) -> list[str]:
        lines, body = self.built()
        test = self.writer.flag_test()
        own = self.guarded(payload=f"json.dumps({body})")
        return [*lines, f"match {test}:", "    case True:", f'        {body}["chosen"] = 1', "    case _:",
                f'        {body}["other"] = "x"', *own]  # fmt: skip
